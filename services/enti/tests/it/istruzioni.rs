//! Statements, codes, isolation.

use enti::{CODICI, ISTRUZIONI, TABELLE};
use sqlx::AssertSqlSafe;

use crate::casa::{self, CST, INTRODACQUA};

#[tokio::test]
async fn every_statement_prepares_as_its_role() {
    let p = casa::vuota().await;
    for i in ISTRUZIONI {
        let login = if i.ruolo == db::Ruolo::Manutenzione { "alleanza_migra" } else { "alleanza_app" };
        let mut c = p.come(login).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("set role {}", i.ruolo.nome()))).execute(&mut c).await.unwrap();
        let prepara = format!("prepare prova as {}", i.sql);
        let esito = sqlx::raw_sql(AssertSqlSafe(prepara)).execute(&mut c).await;
        assert!(esito.is_ok(), "{}: {:?}", i.nome, esito.err());
    }
    p.butta().await.unwrap();
}

#[test]
fn every_code_is_said_once() {
    let mut codici: Vec<&str> = CODICI.iter().map(|f| f.codice).collect();
    codici.sort_unstable();
    codici.dedup();
    assert_eq!(codici.len(), CODICI.len());
    assert!(CODICI.iter().all(|f| !f.frase.is_empty() && !f.rimedio.is_empty()));
}

#[tokio::test]
async fn a_row_of_one_ente_is_nowhere_else() {
    let p = casa::arredata().await;
    crate::adesioni::attiva(&p).await;
    for t in TABELLE {
        let conta = format!("select count(*) from {}", t.nome);
        let mut m = p.manut.tx().await.unwrap();
        let tutte: i64 = sqlx::query_scalar(AssertSqlSafe(conta.clone())).fetch_one(m.conn()).await.unwrap();
        let mut somma = 0;
        for codice in [CST, INTRODACQUA] {
            let mut tx = enti::entra(&p.db, codice).await.unwrap();
            let sue = format!("select count(*) from {} where ente = $1", t.nome);
            let ente = tx.ente();
            let sue: i64 = sqlx::query_scalar(AssertSqlSafe(sue)).bind(ente).fetch_one(tx.conn()).await.unwrap();
            let viste: i64 = sqlx::query_scalar(AssertSqlSafe(conta.clone())).fetch_one(tx.conn()).await.unwrap();
            assert_eq!(viste, sue, "{} seen from {codice}", t.nome);
            somma += sue;
        }
        assert_eq!(somma, tutte, "{}", t.nome);
        let mut nessuno = p.db.senza_ente().await.unwrap();
        let viste: i64 = sqlx::query_scalar(AssertSqlSafe(conta)).fetch_one(nessuno.conn()).await.unwrap();
        assert_eq!(viste, 0, "{} seen without an ente", t.nome);
    }
    p.butta().await.unwrap();
}

#[tokio::test]
async fn every_table_has_an_order_of_export() {
    let p = casa::vuota().await;
    let mut m = p.manut.tx().await.unwrap();
    for t in TABELLE {
        let sql = format!("select * from {} where ente = 1 order by {}", t.nome, t.ordine);
        sqlx::query(AssertSqlSafe(sql)).fetch_all(m.conn()).await.unwrap();
    }
}
