//! What the tests of every service stand on: a database of their own, an archive, the whole site, a browser that only knows
//! how to ask, and a clock that moves. A dev-dependency: nothing that serves people may import it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on stops here")]

mod risposta;
mod sito;
mod telefono;

pub use risposta::Risposta;
pub use sito::{PAROLA, Sito, configurazione, multipart};
pub use telefono::{biscotto, codice_del_telefono};

use authz::{Azione, Chi, Consenti, Permesso};
use db::prova::Prova;
use db::{DiEnte, Tx};
use jiff::Timestamp;
use jiff::civil::DateTime;
use web::Service;

/// A database with the platform and these services, which are in import order.
pub async fn prova(servizi: &[Service]) -> Prova {
    let piattaforma = [authz::MIGRAZIONI, registers::MIGRAZIONI, jobs::MIGRAZIONI, web::MIGRAZIONI];
    let tutte: Vec<_> = piattaforma.into_iter().chain(servizi.iter().map(|s| s.migrazioni)).collect();
    Prova::nuova(&tutte).await.unwrap()
}

/// Moves both clocks to an hour of a day in Rome.
pub async fn alle(p: &Prova, quando: DateTime) {
    a(p, quando.in_tz("Europe/Rome").unwrap().timestamp()).await;
}

/// Moves both clocks to that instant.
pub async fn a(p: &Prova, poi: Timestamp) {
    p.manut.porta_orologio(poi, &p.db).await.unwrap();
}

/// The person with that user name, in an operation of their own.
pub async fn chi(tx: &mut Tx<DiEnte>, utente: &str) -> Chi {
    let p = authz::persone(tx).await.unwrap().into_iter().find(|p| p.utente == utente).unwrap();
    Chi { persona: p.id, nome: format!("{} {}", p.nome, p.cognome), operazione: db::caso::uuid() }
}

/// A permit of the person with that user name.
pub async fn permesso<A: Azione>(tx: &mut Tx<DiEnte>, utente: &str) -> Permesso<A> {
    let chi = chi(tx, utente).await;
    tx.consenti::<A>(&chi).await.unwrap()
}
