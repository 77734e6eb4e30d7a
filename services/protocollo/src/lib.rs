//! The protocol register (DPR 445/2000, art. 50-57).
//!
//! Invariant: number, year and instant are decided by the register, after everything slow; one document, one number.
//! Invariant: nothing of a registration is changed or deleted; office and class change with a voce, the rest is annulled
//! with reason and provvedimento, old and new readable. Only what the law orders to erase goes, and says that it went.

mod commands;
mod errors;
mod gesti;
mod giornaliero;
mod metadati;
mod model;
mod pages;
mod permissions;
mod queries;
mod service;
mod sql;
mod stampe;
mod web;

pub use commands::{
    Bozza, Passaggio, Riassegnata, annulla, apri_registro, oscura, prendi_in_carico, registra, rettifica, riassegna,
};
pub use errors::{CODICI, ProtocolloError};
pub use giornaliero::GIORNALIERO;
pub use model::{
    Annullamento, Arrivo, Assegnazione, Autorizzazione, Campo, ChiaveValore, Corrispondente, DaOscurare, DaRegistrare,
    Dato, Giornaliero, MEZZI, NOME_REGISTRO, Nuovo, Oscuramento, REGISTRO, Registrata, Registrazione,
    TIPI_CORRISPONDENTE, Valore, Verso, in_riga, nome_mezzo, sette_cifre,
};
pub use permissions::{Annulla, Consulta, ConsultaRiservate, Oscura, PrendiInCarico, Registra, Riassegna, Stampa};
pub use queries::{
    Anello, DiEnteAlcuno, Filtro, Vista, anelli, annullamenti, assegnazioni, corrispondenti, del_filo, di_piu_enti,
    documenti_di, elenco, giornalieri, giornaliero, oscuramenti, periodo, quante, registrazione, registrazione_per,
    valori,
};
pub use service::{MIGRAZIONI, PROIEZIONI, STATI, TABELLE, service};
pub use sql::ALL as ISTRUZIONI;
