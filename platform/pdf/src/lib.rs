//! Documents as PDF/A-2a + PDF/UA-1 from typst templates; of received PDFs, stamped copies and what they say.
//!
//! This is the only crate that knows typst and lopdf. Data reach a template as a virtual file, never as source: whatever
//! a person typed is printed as typed.

mod caratteri;
mod composizione;
mod documento;
mod posti;
mod ricevuto;
mod testo;
mod timbro;

pub use documento::{COPERTINA, Copertina, Ente, Meta, Modello, rendi};
pub use ricevuto::Difetto;
pub use testo::{Lacuna, Lettura, leggi};
pub use timbro::timbra;

use serde_json::Value;

#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The template is wrong, or its output would not be a conforming PDF/A and PDF/UA.
    #[error("modello {modello}: {}", .motivi.join("; "))]
    Modello { modello: &'static str, motivi: Vec<String> },
    /// The received file cannot carry a stamp: its place is taken by a cover sheet, [`COPERTINA`].
    #[error("il documento non si può timbrare: {perche}")]
    NonTimbrabile { perche: &'static str },
    #[error("la composizione del PDF si è interrotta")]
    Interrotta,
}

/// [`rendi`] away from the async threads, when a processor is free.
pub async fn rendi_async(modello: &'static Modello, dati: Value, meta: Meta) -> Result<Vec<u8>, PdfError> {
    posti::al_lavoro(move || rendi(modello, &dati, &meta)).await
}

/// [`timbra`] away from the async threads, when a processor is free.
pub async fn timbra_async(pdf: Vec<u8>, righe: Vec<String>) -> Result<Vec<u8>, PdfError> {
    let timbrato = move || timbra(&pdf, &righe.iter().map(String::as_str).collect::<Vec<_>>());
    posti::al_lavoro(timbrato).await
}

/// [`leggi`] away from the async threads, when a processor is free.
pub async fn leggi_async(pdf: Vec<u8>) -> Result<Lettura, PdfError> {
    posti::al_lavoro(move || Ok(leggi(&pdf))).await
}
