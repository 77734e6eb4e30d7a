//! The legal noticeboard: repertorio at the instant of real publication, periods in Rome's civil days, an end that is an
//! instant, and a relata that tells what happened.
//!
//! Invariant: no number before the publication. Invariant: that an act is over is read from its last instant at each
//! request, never from a job that may be late. Invariant: the past of a publication only grows.

pub mod commands;
pub mod controllo;
pub mod demo;
mod errors;
mod flusso;
mod interruzioni;
mod jobs;
pub mod model;
mod pages;
mod permissions;
mod proiezioni;
#[doc(hidden)]
pub mod prova;
pub mod queries;
mod relata;
mod service;
mod sql;
mod web;

pub use errors::{AlboError, CODICI, Rifiuto};
pub use jobs::INTERRUZIONI;
pub use permissions::{Annulla, Attesta, Consulta, Correggi, DecidiTermini, PERMESSI, Pubblica, Rimuovi};
pub use proiezioni::{PROIEZIONI, STATI};
pub use service::{MIGRAZIONI, TABELLE, service};
pub use sql::ALL as ISTRUZIONI;

/// The code of the register.
pub const REGISTRO: &str = "ALBO";
