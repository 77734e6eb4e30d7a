//! A small world for the tests: the demo's own loader on a throw-away database, two comuni with a history.

use std::path::PathBuf;

use app::{services, storia};
use db::prova::Prova;
use storage::Archivio;

/// A database with the whole schema and nothing in it.
pub async fn vuoto() -> Prova {
    Prova::nuova(&services::migrazioni()).await.unwrap()
}

pub struct Mondo {
    pub prova: Prova,
    pub archivio: Archivio,
    pub cartella: PathBuf,
    /// Codes of the two comuni, which share their segretaria.
    pub a: String,
    pub b: String,
}

/// Introdacqua and Scanno, with people, registrations and acts.
pub async fn due_comuni() -> Mondo {
    let prova = vuoto().await;
    let cartella = std::env::temp_dir().join(format!("alleanza-acceptance-{}", db::caso::uuid()));
    let archivio = Archivio::locale(&cartella).unwrap();
    let misura = storia::Misura { comuni: 2, con_storia: 2 };
    storia::carica(&prova.manut, &prova.db, &archivio, misura, |_, _| {}).await.unwrap();
    Mondo { prova, archivio, cartella, a: "c_e307".into(), b: "c_i501".into() }
}

/// The key of an ente, for SQL that attacks.
pub async fn chiave(p: &Prova, codice: &str) -> i32 {
    let mut c = p.come("alleanza_super").await.unwrap();
    sqlx::query_scalar("select id from accesso.ente where codice = $1").bind(codice).fetch_one(&mut c).await.unwrap()
}
