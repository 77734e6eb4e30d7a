//! A PDF that came from anyone: nothing it says is believed, and every work on it is counted.

mod albero;
mod flusso;
mod lettore;
mod oggetti;

pub use albero::{Pagina, pagine};
pub use flusso::{Chiuso, apri};
pub use lettore::Lettore;
pub use oggetti::{Cursore, Gettone};

use crate::PdfError;
use lopdf::{Dictionary, Object, ObjectId};

/// A file that opened, with its catalog and the root of its pages.
pub struct Ricevuto<'a> {
    pub lettore: Lettore<'a>,
    pub catalogo: Dictionary,
    pub radice: ObjectId,
}

/// Why a received file is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difetto {
    NonPdf,
    Danneggiato,
    Cifrato,
    /// The pages of an XFA form are drawn by the reader from other data.
    Dinamico,
}

impl Difetto {
    pub fn perche(self) -> &'static str {
        match self {
            Difetto::NonPdf => "non è un PDF",
            Difetto::Danneggiato => "il PDF è danneggiato",
            Difetto::Cifrato => "il PDF è cifrato",
            Difetto::Dinamico => "il PDF è un modulo dinamico (XFA), che ridisegna le proprie pagine",
        }
    }
}

impl From<Difetto> for PdfError {
    fn from(d: Difetto) -> Self {
        PdfError::NonTimbrabile { perche: d.perche() }
    }
}

impl<'a> Ricevuto<'a> {
    /// Of which at most so many objects will be read.
    pub fn apri(pdf: &'a [u8], oggetti: usize) -> Result<Ricevuto<'a>, Difetto> {
        if !pdf.starts_with(b"%PDF-") {
            return Err(Difetto::NonPdf);
        }
        Ricevuto::con(Lettore::apri(pdf, oggetti).ok_or(Difetto::Danneggiato)?)
    }

    pub fn con(lettore: Lettore<'a>) -> Result<Ricevuto<'a>, Difetto> {
        if lettore.coda.has(b"Encrypt") {
            return Err(Difetto::Cifrato);
        }
        let catalogo =
            lettore.coda.get(b"Root").ok().and_then(|o| lettore.dizionario(o)).ok_or(Difetto::Danneggiato)?;
        let modulo = catalogo.get(b"AcroForm").ok().and_then(|o| lettore.dizionario(o));
        if modulo.is_some_and(|m| m.has(b"XFA")) {
            return Err(Difetto::Dinamico);
        }
        let radice = catalogo.get(b"Pages").and_then(Object::as_reference).map_err(|_| Difetto::Danneggiato)?;
        Ok(Ricevuto { lettore, catalogo, radice })
    }
}
