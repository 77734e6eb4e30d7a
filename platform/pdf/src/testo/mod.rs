//! What a PDF says, for who must look for words in it before everybody reads it.
//!
//! It reads what people see, page by page, forms and notes included; what the file keeps aside, such as its metadata;
//! what an older revision still says. What it cannot read, it says.

mod carattere;
mod conto;
mod mappa;
mod nomi;
mod penna;

use crate::ricevuto::{Difetto, Lettore, Pagina, Ricevuto, pagine};
use conto::Conto;
use lopdf::{Dictionary, Object};
use penna::{DISEGNO, Disegnato, Matrice, Penna};
use std::collections::BTreeSet;

/// Objects read in each revision, pages, notes of one page, older revisions.
const OGGETTI: usize = 50_000;
const PAGINE: usize = 2_000;
const NOTE: usize = 1_000;
const REVISIONI: usize = 8;
/// Bytes of the metadata.
const METADATI: usize = 1 << 20;
/// Square points: a logo is smaller than the first, a scanned page larger than the second even when it also has a text.
const FIGURA: f64 = 20_000.0;
const FOGLIO: f64 = 120_000.0;
/// A page without letters and with so many lines has them drawn.
const TRATTI: usize = 200;
/// One unknown letter in so many is a bullet or a formula.
const TOLLERATE: usize = 50;

/// What was read, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lettura {
    pub testo: String,
    pub lacune: BTreeSet<Lacuna>,
}

/// Why something in a file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lacuna {
    Difetto(Difetto),
    /// Words in a picture, or drawn line by line.
    Immagini,
    /// A font does not say which letters it draws.
    Caratteri,
    /// Other files inside.
    Allegati,
    Lungo,
}

impl Lacuna {
    pub fn perche(self) -> &'static str {
        match self {
            Lacuna::Difetto(d) => d.perche(),
            Lacuna::Immagini => "ha pagine che sono immagini",
            Lacuna::Caratteri => "ha caratteri che non dicono quali lettere disegnano",
            Lacuna::Allegati => "contiene altri file",
            Lacuna::Lungo => "è troppo grande per essere letto tutto",
        }
    }
}

/// Reads a file that came from anyone, for a bounded time.
pub fn leggi(pdf: &[u8]) -> Lettura {
    let mut lettura = Lettura::default();
    let mut conto = Conto::nuovo();
    let mut prima = match Ricevuto::apri(pdf, OGGETTI) {
        Ok(r) => {
            lettura.revisione(&r, &mut conto);
            r.lettore.precedente()
        }
        Err(d) => {
            lettura.lacune.insert(Lacuna::Difetto(d));
            None
        }
    };
    for _ in 0..REVISIONI {
        let Some(lettore) = prima.take().and_then(|inizio| Lettore::da(pdf, inizio, OGGETTI)) else { break };
        prima = lettore.precedente();
        // A section that is no revision by itself has no pages of its own to show.
        if let Ok(r) = Ricevuto::con(lettore) {
            lettura.revisione(&r, &mut conto);
        }
    }
    conto.troppo |= prima.is_some();
    for (c_e, lacuna) in [(conto.troppo, Lacuna::Lungo), (conto.rotto, Lacuna::Difetto(Difetto::Danneggiato))] {
        lettura.lacune.extend(c_e.then_some(lacuna));
    }
    lettura
}

impl Lettura {
    fn revisione(&mut self, r: &Ricevuto, conto: &mut Conto) {
        let (mut lette, mut tutto) = (0, Disegnato::default());
        let mut penna = Penna::nuova(&r.lettore, conto, &mut self.testo);
        for pagina in pagine(&r.lettore, r.radice) {
            lette += 1;
            if lette > PAGINE || !penna.conto.passi(1) {
                penna.conto.troppo = true;
                break;
            }
            penna.disegnato = Disegnato::default();
            if disegna(&mut penna, &r.lettore, &pagina) {
                self.lacune.insert(Lacuna::Allegati);
            }
            let d = penna.disegnato;
            self.lacune.extend(muta(d).then_some(Lacuna::Immagini));
            (tutto.lettere, tutto.ignote) = (tutto.lettere + d.lettere, tutto.ignote + d.ignote);
        }
        a_parte(&mut penna, r);
        penna.conto.rotto |= lette == 0;
        penna.conto.troppo |= r.lettore.esaurito();
        self.lacune.extend((tutto.ignote * TOLLERATE > tutto.lettere).then_some(Lacuna::Caratteri));
        self.lacune.extend(contiene_file(r).then_some(Lacuna::Allegati));
    }
}

/// Whether what a page says is, at least in part, in its pictures.
fn muta(d: Disegnato) -> bool {
    let senza_lettere = d.lettere == 0 && (d.immagini > FIGURA || d.tratti > TRATTI);
    senza_lettere || d.immagini > FOGLIO
}

/// The page and its notes; whether some file is attached to it.
fn disegna(penna: &mut Penna, lettore: &Lettore, pagina: &Pagina) -> bool {
    penna.a_capo();
    let mut disegno = Vec::new();
    for contenuto in pagina.contenuti(lettore).unwrap_or_default() {
        // A reference to nothing draws nothing.
        let Some(Object::Stream(flusso)) = lettore.risolvi(&contenuto) else { continue };
        disegno.extend(penna.conto.apri(&flusso, DISEGNO).unwrap_or_default());
        disegno.push(b'\n');
    }
    let risorse = pagina.attributi.get(b"Resources").ok().and_then(|o| lettore.dizionario(o)).unwrap_or_default();
    penna.segui(&disegno, &risorse, Matrice::UNA, 0);
    let note = pagina.propri.get(b"Annots").ok().and_then(|o| lettore.risolvi(o));
    let Some(Object::Array(note)) = note else { return false };
    penna.conto.troppo |= note.len() > NOTE;
    let mut con_file = false;
    for nota in note.iter().take(NOTE).filter_map(|n| lettore.dizionario(n)) {
        con_file |= nota.get(b"Subtype").and_then(Object::as_name).is_ok_and(|s| s == b"FileAttachment");
        annotazione(penna, lettore, &nota);
    }
    con_file
}

/// What a note or a field says, what it shows, where it leads.
fn annotazione(penna: &mut Penna, lettore: &Lettore, nota: &Dictionary) {
    let azione = nota.get(b"A").ok().and_then(|o| lettore.dizionario(o));
    let detti = ["Contents", "V", "RC", "TU"].iter().filter_map(|c| nota.get(c.as_bytes()).ok());
    for detto in detti.chain(azione.iter().filter_map(|a| a.get(b"URI").ok())) {
        penna.annota(detto);
    }
    let aspetto = nota.get(b"AP").ok().and_then(|o| lettore.dizionario(o));
    let aspetto = aspetto.and_then(|a| lettore.risolvi(a.get(b"N").ok()?));
    let stati = match aspetto {
        Some(Object::Dictionary(stati)) => stati.iter().filter_map(|(_, o)| lettore.risolvi(o)).collect(),
        uno => Vec::from_iter(uno),
    };
    for stato in stati {
        if let Object::Stream(forma) = stato {
            penna.a_capo();
            penna.forma(&forma, &Dictionary::new(), Matrice::UNA, 0);
        }
    }
}

/// What the file says of itself.
fn a_parte(penna: &mut Penna, r: &Ricevuto) {
    let info = r.lettore.coda.get(b"Info").ok().and_then(|o| r.lettore.dizionario(o)).unwrap_or_default();
    for (_, valore) in info.iter() {
        penna.annota(valore);
    }
    if let Some(Object::Stream(flusso)) = r.catalogo.get(b"Metadata").ok().and_then(|o| r.lettore.risolvi(o)) {
        let xmp = penna.conto.apri(&flusso, METADATI).unwrap_or_default();
        penna.a_capo();
        penna.scrivi(&String::from_utf8_lossy(&xmp));
    }
}

fn contiene_file(r: &Ricevuto) -> bool {
    let nomi = r.catalogo.get(b"Names").ok().and_then(|o| r.lettore.dizionario(o));
    r.catalogo.has(b"AF") || nomi.is_some_and(|n| n.has(b"EmbeddedFiles"))
}
