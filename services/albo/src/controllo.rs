//! What the files say, for the check before publication: read before the transaction, never kept.

use std::collections::BTreeSet;

use pdf::Lacuna;
use storage::Archivio;

use crate::commands::FileDaPubblicare;
use crate::model::privacy::{self, Avviso};

/// Larger files are for the eyes of a person.
const LETTO_MAX: i64 = 20 << 20;
/// As much of a text as is kept of a PDF.
const TESTO_MAX: usize = 2 << 20;

/// What the check finds inside some files of an ente; in each it writes what it could not read.
pub async fn esamina(archivio: &Archivio, ente: &str, file: &mut [FileDaPubblicare]) -> BTreeSet<Avviso> {
    let mut trovati = BTreeSet::new();
    for f in file {
        let (testo, non_controllato) = leggi(archivio, ente, f).await;
        trovati.extend(privacy::esamina(&testo));
        trovati.extend((!non_controllato.is_empty()).then_some(Avviso::NonLetto));
        f.non_controllato = non_controllato;
    }
    trovati
}

/// The text of a file, and why it is not all of it.
async fn leggi(archivio: &Archivio, ente: &str, f: &FileDaPubblicare) -> (String, String) {
    let perche = |p: &str| (String::new(), p.to_owned());
    let e_testo = f.tipo.starts_with("text/") || ["application/xml", "message/rfc822"].contains(&f.tipo.as_str());
    match f.tipo.as_str() {
        "application/pdf" => {}
        _ if e_testo => {}
        "application/pkcs7-mime" => return perche("è una busta firmata, che da qui non si apre"),
        t if t.starts_with("image/") => return perche("è un’immagine"),
        _ => return perche("è di un formato che da qui non si legge"),
    }
    if f.dimensione > LETTO_MAX {
        return perche(Lacuna::Lungo.perche());
    }
    let Ok(byte) = archivio.leggi(ente, &f.impronta).await else {
        return perche("non è stato possibile aprirlo");
    };
    if e_testo {
        let lacuna = if byte.len() > TESTO_MAX { Lacuna::Lungo.perche() } else { "" };
        return (in_testo(&byte[..byte.len().min(TESTO_MAX)]), lacuna.to_owned());
    }
    match pdf::leggi_async(byte).await {
        Ok(letto) => (letto.testo, letto.lacune.iter().map(|l| l.perche()).collect::<Vec<_>>().join(", ")),
        Err(_) => perche("la lettura si è interrotta"),
    }
}

/// UTF-16 when it says so, otherwise UTF-8: letters that are neither are no word of the check.
fn in_testo(byte: &[u8]) -> String {
    let unita = |da: fn([u8; 2]) -> u16| byte[2..].chunks_exact(2).map(|b| da([b[0], b[1]])).collect::<Vec<_>>();
    match byte {
        [0xff, 0xfe, ..] => String::from_utf16_lossy(&unita(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => String::from_utf16_lossy(&unita(u16::from_be_bytes)),
        _ => String::from_utf8_lossy(byte).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_testo;

    #[test]
    fn a_text_is_read_in_the_encodings_that_offices_use() {
        for byte in [&b"\xff\xfeI\0S\0E\0E\0"[..], b"\xfe\xff\0I\0S\0E\0E", b"ISEE", b"\xef\xbb\xbfISEE"] {
            assert!(in_testo(byte).ends_with("ISEE"), "{byte:?}");
        }
    }
}
