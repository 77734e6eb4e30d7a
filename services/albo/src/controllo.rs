//! What the files say, for the check before publication: read before the transaction, never kept.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::ZlibDecoder;
use storage::Archivio;

use crate::commands::FileDaPubblicare;
use crate::model::privacy::{self, Avviso};

/// Larger files are for the eyes of a person.
const LETTO_MAX: i64 = 20 << 20;
/// A small stream can inflate into a sea.
const GONFIATO_MAX: u64 = 16 << 20;

/// What the check finds inside the files of an ente.
pub(crate) async fn esamina(archivio: &Archivio, ente: &str, file: &[FileDaPubblicare]) -> BTreeSet<Avviso> {
    let mut trovati = BTreeSet::new();
    for f in file {
        match testo(archivio, ente, f).await {
            Some(t) => trovati.extend(privacy::esamina(&t)),
            None => {
                trovati.insert(Avviso::NonLetto);
            }
        }
    }
    trovati
}

/// The text of a file whose text is easy to reach.
async fn testo(archivio: &Archivio, ente: &str, f: &FileDaPubblicare) -> Option<String> {
    let semplice = f.tipo.starts_with("text/") || f.tipo == "application/pdf";
    if !semplice || f.dimensione > LETTO_MAX {
        return None;
    }
    let byte = archivio.leggi(ente, &f.impronta).await.ok()?;
    if f.tipo == "application/pdf" { del_pdf(&byte) } else { Some(String::from_utf8_lossy(&byte).into_owned()) }
}

/// The literal strings of a PDF, plain or deflated. Those written by glyph number are not readable here.
fn del_pdf(byte: &[u8]) -> Option<String> {
    let mut testo = letterali(byte);
    for flusso in flussi(byte) {
        let mut aperto = Vec::new();
        // A stream that breaks half way was read half way.
        let _ = ZlibDecoder::new(flusso).take(GONFIATO_MAX).read_to_end(&mut aperto);
        testo += &letterali(&aperto);
    }
    testo.chars().any(char::is_alphabetic).then_some(testo)
}

fn flussi(byte: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut resto = byte;
    std::iter::from_fn(move || {
        let inizio = trova(resto, b"stream")? + b"stream".len();
        let corpo = resto[inizio..].trim_ascii_start();
        let fine = trova(corpo, b"endstream")?;
        resto = &corpo[fine + b"endstream".len()..];
        Some(&corpo[..fine])
    })
}

fn trova(byte: &[u8], cosa: &[u8]) -> Option<usize> {
    byte.windows(cosa.len()).position(|w| w == cosa)
}

/// What stands between brackets and is shown: `(testo) Tj`, `[(te) -20 (sto)] TJ`.
fn letterali(byte: &[u8]) -> String {
    let (mut testo, mut dentro) = (String::new(), false);
    let mut salta = false;
    for (i, b) in byte.iter().enumerate() {
        match b {
            _ if salta => salta = false,
            b'\\' if dentro => salta = true,
            b'(' if !dentro => dentro = true,
            b')' if dentro => dentro = false,
            _ if dentro => testo.push(char::from(*b)),
            b'T' if matches!(byte.get(i + 1), Some(b'j' | b'J')) => testo.push(' '),
            _ => {}
        }
    }
    testo
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    #[test]
    fn literal_strings_are_read_plain_and_deflated() {
        let mut z = ZlibEncoder::new(Vec::new(), Compression::default());
        z.write_all(b"BT [(Contributo a persona dis) -20 (abile)] TJ (ISEE 3.200 \\(euro\\)) Tj ET").unwrap();
        let pdf = [b"%PDF-1.4\n<<>> stream\n".as_slice(), &z.finish().unwrap(), b"\nendstream\n(Titolo) Tj"].concat();
        let testo = del_pdf(&pdf).unwrap();
        assert!(testo.contains("persona disabile") && testo.contains("ISEE 3.200") && testo.contains("Titolo"));
        assert_eq!(privacy::esamina(&testo).len(), 2);
    }

    #[test]
    fn glyphs_and_pictures_are_not_read() {
        assert_eq!(del_pdf(b"%PDF-1.7 <0012003400> Tj"), None);
    }
}
