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

/// Statements that name their ente by another way, and which.
const PER_ALTRA_VIA: &[(&str, &str)] =
    &[("SCHEDA", "the ente of the installation with that id, then its card"), ("ANAGRAFE", "as above")];

/// The policies would keep the rows of others out anyway: this is the second lock, and what lets indexes be used.
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_on_rows_of_enti_names_its_ente() {
    let p = vuoto().await;
    let mut c = p.come("alleanza_super").await.unwrap();
    let sql = "select schemaname || '.' || tablename from pg_policies where policyname = 'di_ente' and tablename <> 'persona'";
    let tavole: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut c).await.unwrap();
    assert!(tavole.len() > 40, "the list of protected tables is suspiciously short");
    let nomina = |sql: &str| {
        let parole = sql.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_'));
        parole.into_iter().any(|p| tavole.iter().any(|t| t == p))
    };
    let lega = |sql: &str| ["ente = $1", "(ente,", "select $1"].iter().any(|come| sql.contains(come));
    let di_ente = services::istruzioni().into_iter().filter(|i| i.ruolo == db::Ruolo::App && nomina(i.sql));
    let slegate: Vec<&str> = di_ente.filter(|i| !lega(i.sql)).map(|i| i.nome).collect();
    assert_eq!(slegate, PER_ALTRA_VIA.iter().map(|(n, _)| *n).collect::<Vec<_>>());
    p.butta().await.unwrap();
}
