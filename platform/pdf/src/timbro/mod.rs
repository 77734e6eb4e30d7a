//! A stamp on a copy of a received PDF.

mod aggiunta;
mod disegno;
mod equilibrio;
mod pagina;

use crate::PdfError;
use crate::ricevuto::{Difetto, Lettore, Pagina, Ricevuto, apri, pagine};
use lopdf::{Dictionary, Object, ObjectId, Stream};
use pagina::Foglio;

/// Objects that a stamp may read: the path to the first page is short.
const OGGETTI: usize = 1_000;
/// Bytes of the first page's drawing, uncompressed.
const DISEGNO: usize = 32 << 20;

/// A copy of `pdf` with `righe` in a small frame at the top right of the first page; `pdf` is its untouched beginning.
/// The first two lines are the strongest: the ente, and the number with its instant.
pub fn timbra(pdf: &[u8], righe: &[&str]) -> Result<Vec<u8>, PdfError> {
    let non = |perche| PdfError::NonTimbrabile { perche };
    let danneggiato = || PdfError::from(Difetto::Danneggiato);
    let Ricevuto { lettore, radice, .. } = Ricevuto::apri(pdf, OGGETTI)?;
    let pagina = pagine(&lettore, radice).next().ok_or_else(danneggiato)?;
    let foglio = Foglio::di(&lettore, &pagina).ok_or_else(|| non("la prima pagina non dichiara misure leggibili"))?;
    let libero = lettore.primo_libero().ok_or_else(danneggiato)?;

    let contenuti = pagina.contenuti(&lettore).ok_or_else(danneggiato)?;
    let aperti =
        stati_aperti(&lettore, &contenuti).ok_or_else(|| non("il disegno della prima pagina non sopporta aggiunte"))?;

    let mut disegno = disegno::disegna(righe, libero + 2)?;
    let (risorse, nome) = risorse(&lettore, &pagina, disegno.forma).ok_or_else(danneggiato)?;
    let mut timbrata = pagina.propri.clone();
    timbrata.set("Resources", risorse);
    let [prima, dopo] = [(libero, 0), (libero + 1, 0)];
    timbrata.set("Contents", [vec![prima.into()], contenuti, vec![dopo.into()]].concat());
    let matrice = foglio.matrice(disegno.larghezza, disegno.altezza);
    let ultimo = disegno.oggetti.keys().next_back().map_or(libero, |id| id.0);
    disegno.oggetti.extend([
        (prima, flusso(b"q\n".to_vec())),
        (dopo, flusso(sopra(aperti, matrice, &nome))),
        (pagina.id, timbrata.into()),
    ]);
    aggiunta::aggiungi(pdf, &lettore, &disegno.oggetti, ultimo + 1).map_err(|_| PdfError::Interrotta)
}

/// The page's resources with the stamp among them, and its name there. Only the page changes: what other pages share, or
/// what comes from above, is copied into it.
fn risorse(lettore: &Lettore, pagina: &Pagina, forma: ObjectId) -> Option<(Dictionary, String)> {
    let di = |dove: &Dictionary, chiave: &[u8]| match dove.get(chiave) {
        Ok(oggetto) => lettore.dizionario(oggetto),
        Err(_) => Some(Dictionary::new()),
    };
    let mut risorse = di(&pagina.attributi, b"Resources")?;
    let mut forme = di(&risorse, b"XObject")?;
    let nome = (0..).map(|n| format!("Timbro{n}")).find(|nome| !forme.has(nome.as_bytes()))?;
    forme.set(nome.as_bytes(), Object::Reference(forma));
    risorse.set("XObject", forme);
    Some((risorse, nome))
}

fn stati_aperti(lettore: &Lettore, contenuti: &[Object]) -> Option<usize> {
    let mut disegno = Vec::new();
    for contenuto in contenuti {
        // A reference to nothing draws nothing.
        let Some(Object::Stream(flusso)) = lettore.risolvi(contenuto) else { continue };
        disegno.extend(apri(&flusso, DISEGNO.checked_sub(disegno.len())?).ok()?);
        disegno.push(b'\n');
    }
    equilibrio::stati_aperti(&disegno).filter(|n| *n < 1000)
}

fn flusso(contenuto: Vec<u8>) -> Object {
    Object::Stream(Stream::new(Dictionary::new(), contenuto))
}

/// Closes what the page left open and lays the stamp over it, marked as an artifact: it is no part of what the document
/// says.
fn sopra(aperti: usize, matrice: [f32; 6], nome: &str) -> Vec<u8> {
    let chiusure = "Q ".repeat(aperti + 1);
    let [a, b, c, d, e, f] = matrice;
    format!("{chiusure}q /Artifact BMC {a:.5} {b:.5} {c:.5} {d:.5} {e:.3} {f:.3} cm /{nome} Do EMC Q\n").into_bytes()
}
