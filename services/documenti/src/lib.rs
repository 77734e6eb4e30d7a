//! Threads, documents, classification, fascicoli.
//!
//! Invariant: a document never changes, and its bytes are served only if they match its fingerprint. Invariant: a plan of
//! classification never changes; what was classified keeps the version it had. Invariant: fascicoli are numbered inside
//! year and class with no gaps.

mod commands;
mod errors;
mod gesti;
mod jobs;
mod misure;
mod model;
mod pages;
mod permissions;
mod queries;
mod scarico;
mod service;
mod sql;
mod titolario;
mod web;

pub use ::web::Pagine;
pub use commands::{
    adotta_modello, aggiungi, aggiungi_del_programma, apri_fascicolo, chiudi_fascicolo, fascicola, nuovo_filo,
    nuovo_filo_del_programma, oscura_titolo, riapri_fascicolo, sospendi_citazioni, varia_titolario,
};
pub use errors::{CODICI, DocumentiError};
pub use jobs::{BlobAnomalo, verifica_blob};
pub use model::{
    Anomalia, Classe, Contenuto, Documento, DocumentoId, Fascicolo, FascicoloId, Filo, FiloId, Formazione,
    NuovoDocumento, NuovoFascicolo, TIPOLOGIE, Variazione, misura, scelte,
};
pub use permissions::{Fascicola, Leggi, LeggiRiservati, VariaTitolario};
pub use queries::{
    FiltroFascicoli, Versione, anomalie, classe, classe_di, classe_valida, classi, contenuti, da_riempire, documenti,
    documento, fascicoli, fascicoli_di, fascicolo, fili, filo, storia, titolario, ultima_verifica, versioni,
};
pub use scarico::{allegato, consultato, leggi, scarica, scarica_come};
pub use service::{MIGRAZIONI, TABELLE, service};
pub use sql::ALL as ISTRUZIONI;
