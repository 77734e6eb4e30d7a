//! A font as reading needs it: which text its codes stand for, and how far each one moves the pen.
#![allow(clippy::float_arithmetic)] // points on paper, never money

use super::conto::Conto;
use super::mappa::{Codice, Mappa};
use super::nomi;
use crate::ricevuto::Lettore;
use lopdf::{Dictionary, Document, Object};

/// Uncompressed bytes of one character map.
const MAPPA: usize = 2 << 20;
/// Thousandths of the size, when a font does not say how wide a letter is.
const SOLITA: f64 = 500.0;
/// The flag of a font whose letters are not those of the Latin alphabets.
const SIMBOLICO: i64 = 4;

pub struct Carattere {
    /// How bytes divide into codes; none when each byte is one.
    spazi: Option<Mappa>,
    unicode: Option<Mappa>,
    /// What the encoding says of each byte.
    tabella: Option<Vec<Option<String>>>,
    /// From a code to another, how wide.
    larghezze: Vec<(u32, u32, f64)>,
    solita: f64,
    /// Of the size, for one unit of width.
    unita: f64,
}

impl Carattere {
    pub fn leggi(lettore: &Lettore, font: &Dictionary, conto: &mut Conto) -> Carattere {
        let nome =
            |d: &Dictionary, chiave: &[u8]| d.get(chiave).ok().and_then(|o| lettore.risolvi(o)).and_then(come_nome);
        let unicode = mappa(lettore, font, b"ToUnicode", conto);
        if nome(font, b"Subtype").as_deref() == Some(b"Type0") {
            let spazi = mappa(lettore, font, b"Encoding", conto).unwrap_or_else(Mappa::a_due_byte);
            let (larghezze, solita) = larghezze_composte(lettore, font, conto);
            return Carattere { spazi: Some(spazi), unicode, tabella: None, larghezze, solita, unita: 0.001 };
        }
        let matrice = elenco(lettore, font, b"FontMatrix");
        let unita = matrice.first().copied().filter(|u| u.is_finite()).unwrap_or(0.001);
        let larghezze = larghezze_semplici(lettore, font, conto);
        Carattere { spazi: None, unicode, tabella: tabella(lettore, font), larghezze, solita: SOLITA, unita }
    }

    /// The codes that some bytes write, each with its text, if it is known.
    pub fn leggi_codici<'a>(&'a self, byte: &'a [u8]) -> impl Iterator<Item = (Codice, Option<String>)> + 'a {
        let mut resto = byte;
        std::iter::from_fn(move || {
            let codice = match &self.spazi {
                Some(s) => s.primo(resto)?,
                None => Codice { lungo: 1, numero: u32::from(*resto.first()?) },
            };
            resto = &resto[codice.lungo..];
            Some((codice, self.testo(codice)))
        })
    }

    fn testo(&self, codice: Codice) -> Option<String> {
        let scritto = self.unicode.as_ref().and_then(|m| m.testo(codice));
        scritto.or_else(|| self.tabella.as_ref()?.get(codice.numero as usize)?.clone())
    }

    /// How far a code moves the pen, as a part of the size.
    pub fn larghezza(&self, codice: Codice) -> f64 {
        let n = codice.numero;
        let fino = self.larghezze.partition_point(|(da, _, _)| *da <= n);
        let sua = self.larghezze[..fino].last().filter(|(_, a, _)| n <= *a).map(|(_, _, l)| *l);
        sua.unwrap_or(self.solita) * self.unita
    }
}

fn come_nome(o: Object) -> Option<Vec<u8>> {
    match o {
        Object::Name(n) => Some(n),
        _ => None,
    }
}

fn mappa(lettore: &Lettore, font: &Dictionary, chiave: &[u8], conto: &mut Conto) -> Option<Mappa> {
    let Object::Stream(flusso) = lettore.risolvi(font.get(chiave).ok()?)? else { return None };
    Some(Mappa::leggi(&conto.apri(&flusso, MAPPA)?))
}

fn elenco(lettore: &Lettore, d: &Dictionary, chiave: &[u8]) -> Vec<f64> {
    let Some(Object::Array(voci)) = d.get(chiave).ok().and_then(|o| lettore.risolvi(o)) else { return Vec::new() };
    voci.iter().map(|v| numero(lettore, v).unwrap_or(0.0)).collect()
}

fn numero(lettore: &Lettore, o: &Object) -> Option<f64> {
    match o {
        Object::Reference(_) => numero(lettore, &lettore.risolvi(o)?),
        o => o.as_float().ok().map(f64::from),
    }
}

fn larghezze_semplici(lettore: &Lettore, font: &Dictionary, conto: &mut Conto) -> Vec<(u32, u32, f64)> {
    let prima = font.get(b"FirstChar").ok().and_then(|o| numero(lettore, o)).unwrap_or(0.0).clamp(0.0, 255.0);
    let tutte = elenco(lettore, font, b"Widths");
    conto.passi(tutte.len());
    // The first code is a byte: it has just been made one.
    (prima as u32..).zip(tutte).map(|(n, l)| (n, n, l)).collect()
}

/// `/W [10 [500 600] 20 30 250]`, of the font below a composite one.
fn larghezze_composte(lettore: &Lettore, font: &Dictionary, conto: &mut Conto) -> (Vec<(u32, u32, f64)>, f64) {
    let sotto = font.get(b"DescendantFonts").ok().and_then(|o| lettore.risolvi(o));
    let sotto = sotto.and_then(|o| lettore.dizionario(o.as_array().ok()?.first()?));
    let Some(sotto) = sotto else { return (Vec::new(), SOLITA) };
    let solita = sotto.get(b"DW").ok().and_then(|o| numero(lettore, o)).unwrap_or(1000.0);
    let Some(Object::Array(voci)) = sotto.get(b"W").ok().and_then(|o| lettore.risolvi(o)) else {
        return (Vec::new(), solita);
    };
    let intero = |o: &Object| u32::try_from(o.as_i64().ok()?).ok();
    let mut larghezze = Vec::new();
    let mut voci = voci.iter();
    while let Some(da) = voci.next().and_then(intero) {
        match voci.next().and_then(|o| lettore.risolvi(o)) {
            Some(Object::Array(una_a_una)) => {
                let n = |l: &Object| numero(lettore, l).unwrap_or(solita);
                larghezze.extend((da..).zip(una_a_una.iter()).map(|(c, l)| (c, c, n(l))));
            }
            Some(a) => {
                larghezze.extend(intero(&a).zip(voci.next().and_then(|l| numero(lettore, l))).map(|(a, l)| (da, a, l)))
            }
            None => break,
        }
    }
    conto.passi(larghezze.len());
    larghezze.sort_by_key(|(da, _, _)| *da);
    (larghezze, solita)
}

/// What the encoding says of each byte; none when the letters of the font are known only to it.
fn tabella(lettore: &Lettore, font: &Dictionary) -> Option<Vec<Option<String>>> {
    let codifica = font.get(b"Encoding").ok().and_then(|o| lettore.risolvi(o));
    let descrittore = font.get(b"FontDescriptor").ok().and_then(|o| lettore.dizionario(o));
    let simbolico = descrittore.is_some_and(|d| {
        let suo = [&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().any(|f| d.has(f));
        suo && d.get(b"Flags").and_then(Object::as_i64).is_ok_and(|f| f & SIMBOLICO != 0)
    });
    let (base, differenze) = match codifica {
        Some(Object::Name(nome)) => (Some(nome), Vec::new()),
        Some(Object::Dictionary(d)) => {
            let base = d.get(b"BaseEncoding").ok().and_then(|o| lettore.risolvi(o)).and_then(come_nome);
            let diverse = d.get(b"Differences").ok().and_then(|o| lettore.risolvi(o));
            (base, diverse.and_then(|o| o.as_array().ok().cloned()).unwrap_or_default())
        }
        _ if simbolico => return None,
        _ => (None, Vec::new()),
    };
    let mut tabella = match base {
        None if simbolico => vec![None; 256],
        base => della_base(base.as_deref().unwrap_or(b"StandardEncoding")),
    };
    let mut codice = 0;
    for d in &differenze {
        match d {
            Object::Integer(n) => codice = usize::try_from(*n).unwrap_or(usize::MAX),
            Object::Name(nome) => {
                if let Some(posto) = tabella.get_mut(codice) {
                    *posto = nomi::testo(nome);
                }
                codice = codice.saturating_add(1);
            }
            _ => {}
        }
    }
    Some(tabella)
}

/// One of the encodings that the format knows by name.
fn della_base(nome: &[u8]) -> Vec<Option<String>> {
    let noto = [&b"WinAnsiEncoding"[..], b"MacRomanEncoding", b"StandardEncoding"].contains(&nome);
    let nome = if noto { nome } else { b"StandardEncoding" };
    let font = Dictionary::from_iter([("Type", Object::from("Font")), ("Encoding", Object::Name(nome.to_vec()))]);
    let documento = Document::new();
    let Ok(codifica) = font.get_font_encoding(&documento) else { return vec![None; 256] };
    (0..=255).map(|b: u8| codifica.bytes_to_string(&[b]).ok().filter(|t| !t.is_empty())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_encodings_know_the_accents() {
        assert_eq!(della_base(b"WinAnsiEncoding")[0xe8].as_deref(), Some("è"));
        assert_eq!(della_base(b"MacRomanEncoding")[0x8f].as_deref(), Some("è"));
        assert_eq!(della_base(b"StandardEncoding")[0x41].as_deref(), Some("A"));
    }
}
