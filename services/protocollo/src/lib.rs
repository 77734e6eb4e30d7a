//! The protocol register (DPR 445/2000, art. 50-57).
//!
//! Invariant: number, year and instant are decided by the register, after everything slow; one document, one number.
//! Invariant: nothing of a registration is changed or deleted; office and class change with a voce, the rest is annulled
//! with reason and provvedimento, old and new readable.

mod commands;
mod errors;
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

pub use commands::{annulla, apri_registro, prendi_in_carico, registra, rettifica, riassegna};
pub use errors::{CODICI, ProtocolloError};
pub use model::{
    Annullamento, Arrivo, Assegnazione, Autorizzazione, Campo, Corrispondente, DaRegistrare, Giornaliero, MEZZI,
    NOME_REGISTRO, Nuovo, REGISTRO, Registrata, Registrazione, TIPI_CORRISPONDENTE, Verso, nome_mezzo, sette_cifre,
};
pub use permissions::{Annulla, Consulta, ConsultaRiservate, PrendiInCarico, Registra, Riassegna, Stampa};
pub use queries::{
    Anello, DiEnteAlcuno, Filtro, Vista, anelli, annullamenti, assegnazioni, corrispondenti, del_filo, di_piu_enti,
    documenti_di, elenco, giornalieri, giornaliero, periodo, quante, registrazione, registrazione_per,
};
pub use service::{MIGRAZIONI, PROIEZIONI, STATI, TABELLE, service};
pub use sql::ALL as ISTRUZIONI;
