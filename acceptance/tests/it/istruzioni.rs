//! Every statement of the program prepares, as the role that runs it.

use app::services;
use sqlx::{AssertSqlSafe, Executor};

use crate::mondo::vuoto;

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_prepares_as_its_role() {
    let p = vuoto().await;
    let mut rotte = Vec::new();
    for i in services::istruzioni() {
        let login = if i.ruolo == db::Ruolo::Manutenzione { "alleanza_migra" } else { "alleanza_app" };
        let mut c = p.come(login).await.unwrap();
        c.execute(AssertSqlSafe(format!("set role {}", i.ruolo.nome()))).await.unwrap();
        // EXPLAIN plans as the role, so that a missing grant shows too; PREPARE alone checks only names and types.
        let esito = c.execute(AssertSqlSafe(format!("prepare s as {}", i.sql))).await;
        if let Err(e) = esito {
            rotte.push(format!("{} as {}: {e}", i.nome, i.ruolo.nome()));
        }
    }
    assert!(rotte.is_empty(), "{}", rotte.join("\n"));
    assert!(services::istruzioni().len() > 50, "the list of statements is suspiciously short");
    p.butta().await.unwrap();
}
