//! The schema grows by steps that never change, in one transaction, one migrator at a time.

use db::prova::Prova;
use db::{Migrazioni, Passo, Sostituibile};

const UNO: Passo = Passo { numero: 1, nome: "uno", sql: "create schema a; create table a.volte (n int)" };
const DUE: Passo = Passo { numero: 2, nome: "due", sql: "create table a.due (n int)" };
const VOLTA: Sostituibile = Sostituibile { nome: "volta", sql: "insert into a.volte values (1)" };
const PRIMA: Migrazioni = Migrazioni { servizio: "a", passi: &[UNO], sostituibili: &[VOLTA] };

async fn volte(prova: &Prova) -> i64 {
    let mut c = prova.come("alleanza_super").await.unwrap();
    sqlx::query_scalar("select count(*) from a.volte").fetch_one(&mut c).await.unwrap()
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let prova = Prova::nuova(&[]).await.unwrap();
    assert_eq!(prova.manut.migra(&[PRIMA]).await.unwrap(), ["a 0001_uno", "a volta"]);
    assert!(prova.manut.migra(&[PRIMA]).await.unwrap().is_empty());
    assert_eq!(volte(&prova).await, 1);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn only_what_changed_is_applied_again() {
    const ALTRA: Sostituibile = Sostituibile { nome: "volta", sql: "insert into a.volte values (2)" };
    let prova = Prova::nuova(&[PRIMA]).await.unwrap();
    let dopo = Migrazioni { passi: &[UNO, DUE], sostituibili: &[ALTRA], ..PRIMA };
    assert_eq!(prova.manut.migra(&[dopo]).await.unwrap(), ["a 0002_due", "a volta"]);
    assert!(prova.manut.migra(&[dopo]).await.unwrap().is_empty());
    assert_eq!(volte(&prova).await, 2);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn a_step_that_changed_is_refused() {
    const ALTRO: Passo = Passo { sql: "create schema a; create table a.volte (n bigint)", ..UNO };
    let prova = Prova::nuova(&[PRIMA]).await.unwrap();
    let e = prova.manut.migra(&[Migrazioni { passi: &[ALTRO], ..PRIMA }]).await.unwrap_err();
    assert_eq!(e.to_string(), "MIG-001: il passo a 0001_uno è cambiato dopo essere stato applicato");
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn a_program_older_than_the_schema_is_refused() {
    let nuova = Migrazioni { passi: &[UNO, DUE], ..PRIMA };
    let prova = Prova::nuova(&[nuova]).await.unwrap();
    for vecchio in [&[PRIMA][..], &[]] {
        let e = prova.manut.migra(vecchio).await.unwrap_err().to_string();
        assert!(e.starts_with("MIG-002: il database è più nuovo di questo programma (conosce a 000"), "{e}");
    }
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn a_failure_leaves_everything_as_it_was() {
    const ROTTO: Passo = Passo { numero: 3, nome: "rotto", sql: "create table a.tre (n int); select 1 / 0" };
    let prova = Prova::nuova(&[PRIMA]).await.unwrap();
    let e = prova.manut.migra(&[Migrazioni { passi: &[UNO, DUE, ROTTO], ..PRIMA }]).await.unwrap_err().to_string();
    assert!(e.starts_with("MIG-003: a 0003_rotto"), "{e}");
    let mut c = prova.come("alleanza_super").await.unwrap();
    let niente: bool = sqlx::query_scalar("select to_regclass('a.due') is null and to_regclass('a.tre') is null")
        .fetch_one(&mut c)
        .await
        .unwrap();
    assert!(niente);
    assert!(prova.manut.migra(&[PRIMA]).await.unwrap().is_empty());
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn two_migrators_do_it_once() {
    let prova = Prova::nuova(&[]).await.unwrap();
    let esiti = futures_util::future::join_all((0..3).map(|_| prova.manut.migra(&[PRIMA]))).await;
    let fatte: usize = esiti.into_iter().map(|e| e.unwrap().len()).sum();
    assert_eq!((fatte, volte(&prova).await), (2, 1));
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn an_installation_is_what_it_was_born() {
    let prova = Prova::nuova(&[]).await.unwrap();
    assert_eq!(prova.manut.segna_modo("esercizio").await.unwrap(), "prova");
    let mut c = prova.come("alleanza_super").await.unwrap();
    let e = sqlx::query("update sistema.installazione set modo = 'esercizio'").execute(&mut c).await.unwrap_err();
    assert_eq!(db::Error::from(e).vincolo(), Some("sola_aggiunta"));
    prova.butta().await.unwrap();
}
