//! Enti of every kind, their AOO and hosts, alliances and adhesions, the catalogue of services and its activation, people
//! and roles.
//!
//! Invariant: one adhesion in force for each alliance and member. Invariant: a service goes on after those it needs, in one
//! transaction, and off before them; its data stay.

mod attese;
mod commands;
pub mod demo;
mod disponibilita;
mod elenco;
pub mod errors;
mod ingresso;
mod ipa;
pub mod model;
mod nomina;
mod pages;
mod pagina_alleanza;
mod permissions;
mod queries;
mod service;
mod sql;
mod trattamenti;
mod web;

/// For the crate that attacks readers.
#[doc(hidden)]
pub mod prova {
    /// Rows of each column of a list of comuni, when it can be read.
    pub fn elenco(byte: &[u8]) -> Option<Vec<usize>> {
        crate::elenco::righe_per_colonna(byte)
    }
}

pub use commands::*;
pub use disponibilita::*;
pub use elenco::carica_elenco;
pub use errors::{CODICI, EntiError, Rifiuto};
pub use ingresso::{
    AOO, Aggiunto, Ingresso, NuovoCorpo, TIPI, UFFICIO, aggiungi_ente, aggiungi_host, attiva_servizio, crea_utente,
    crea_utente_in, entra, fonda, iscrivi_corpo, onboarding, succede, trasforma,
};
pub use ipa::{Caricati, carica_ipa};
pub use model::{Fermata, Interruzione, OGNI};
pub use permissions::*;
pub use queries::*;
pub use service::{MIGRAZIONI, TABELLE, service};
pub use sql::ALL as ISTRUZIONI;
