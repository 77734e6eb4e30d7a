//! Work that happens later: a queue and an outbox in the database of the facts, and a clock.
//!
//! Invariant: a job is queued in the transaction of its fact, so neither exists without the other. Invariant: a job runs
//! at least once, and never twice at the same time; [`Incarico::concludi`] makes its effects in the database happen
//! exactly once. Invariant: what gave up stays listed, with its cause and remedy, until a person decides.

mod cadenza;
mod catalogo;
mod coda;
mod fila;
mod orario;
mod sql;

pub use cadenza::Cadenza;
pub use catalogo::{Catalogo, Compito, Contesto, Esito, Fallito, Futuro, Incarico, Lavoro, Periodico};
pub use coda::{Svolti, esegui_tutto, lavora};
pub use fila::{Coda, NuovoLavoro, Rinunciato, Stato, accoda, annuncia, archivia, code, rinunciati, riprova, stato};
pub use orario::prepara;
pub use sql::ALL as ISTRUZIONI;

use db::{Migrazioni, Passo, Sostituibile};

pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "lavori",
    passi: &[
        Passo { numero: 1, nome: "lavori", sql: include_str!("../migrations/0001_lavori.sql") },
        Passo { numero: 2, nome: "urgente", sql: include_str!("../migrations/0002_urgente.sql") },
    ],
    sostituibili: &[Sostituibile { nome: "lavori", sql: include_str!("../sql/lavori.sql") }],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[(&str, &str)] = &[("lavori.lavoro", "accodato_il, id")];
