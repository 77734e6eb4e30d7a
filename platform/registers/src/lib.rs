//! Registers that prove themselves: gap-free numbers, hash chains, kept heads, verification.
//!
//! A register belongs to an AOO and is a chain of voci. Invariant: a number, its year and its instant are decided by one
//! statement, after the lock, last of all. Invariant: nothing is updated or deleted, by anyone.

pub mod esporta;
mod iscrizione;
mod lettura;
mod misure;
mod model;
mod penna;
mod richiesta;
mod sql;
mod teste;
pub mod verifica;

pub use iscrizione::{apri_catena, apri_registro, iscrivi, oscura};
pub use lettura::{InChiaro, in_chiaro};
pub use misure::{Numeri, numeri};
pub use model::{Chiaro, Dove, Iscritta, Operazione, RegistroError, Regola, Voce};
pub use penna::{Penna, Scritta, Stato};
pub use richiesta::{Richiesta, chiedi, rispondi, risposte};
pub use sql::ALL as ISTRUZIONI;
pub use teste::{Testa, leggi_teste, salva_testa, testa_al, teste};
pub use verifica::{Anomalia, Esito, Proiezione};

use db::{Migrazioni, Passo, Sostituibile};

pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "registri",
    passi: &[Passo { numero: 1, nome: "registri", sql: include_str!("../migrations/0001_registri.sql") }],
    sostituibili: &[Sostituibile { nome: "registri", sql: include_str!("../sql/registri.sql") }],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[(&str, &str)] = &[
    ("registri.registro", "aoo, codice"),
    ("registri.contatore", "aoo, registro, catena"),
    ("registri.voce", "aoo, registro, catena, posizione"),
    ("registri.chiaro", "aoo, registro, catena, posizione, campo"),
    ("registri.testa", "aoo, registro, catena, giorno"),
    ("registri.richiesta", "chiave"),
];
