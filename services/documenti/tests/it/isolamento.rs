//! Statements prepare as their role; a comune sees nothing of another; documents and versions never change.

use documenti::Fascicola;
use sqlx::{AssertSqlSafe, Executor};

use crate::casa::{A, B, Casa, permesso};

#[tokio::test]
async fn every_statement_prepares_as_the_role_that_runs_it() {
    let casa = Casa::nuova().await;
    let mut app = casa.prova.come("alleanza_app").await.unwrap();
    let mut migra = casa.prova.come("alleanza_migra").await.unwrap();
    for i in documenti::ISTRUZIONI {
        let c = if i.ruolo == db::Ruolo::Manutenzione { &mut migra } else { &mut app };
        if i.ruolo != db::Ruolo::App {
            sqlx::raw_sql(AssertSqlSafe(format!("set role {}", i.ruolo.nome()))).execute(&mut *c).await.unwrap();
        }
        c.prepare(sqlx::SqlStr::from_static(i.sql)).await.unwrap_or_else(|e| panic!("{}: {e}", i.nome));
        sqlx::raw_sql("reset role").execute(&mut *c).await.unwrap();
    }
}

#[tokio::test]
async fn a_comune_finds_nothing_of_another() {
    let casa = Casa::nuova().await;
    let d = casa.documento("atto.txt", b"di Introdacqua").await;
    let mut tx = casa.tx(B).await;
    assert!(documenti::documento(&mut tx, d.id).await.unwrap().is_none());
    assert!(documenti::filo(&mut tx, d.filo).await.unwrap().is_none());
    let mut altrove = casa.tx(A).await;
    let p = permesso::<Fascicola>(&mut altrove, "giulia").await;
    let id = "2026/VI.5.1".parse().unwrap();
    assert!(documenti::chiudi_fascicolo(&mut tx, &p, &id).await.is_err());
    let aldo = casa.entra("aldo").await;
    assert_eq!(casa.leggi(&format!("/e/{A}/documenti/{}", d.id), &aldo).await.stato.as_u16(), 404);
    assert_eq!(casa.leggi(&format!("/e/{B}/documenti/{}", d.id), &aldo).await.stato.as_u16(), 404);
}

#[tokio::test]
async fn nobody_changes_a_document() {
    let casa = Casa::nuova().await;
    casa.documento("atto.txt", b"contenuto").await;
    for ruolo in ["alleanza_app", "alleanza_super"] {
        let mut c = casa.prova.come(ruolo).await.unwrap();
        for sql in ["update documenti.documento set nome = 'altro'", "delete from documenti.classe"] {
            assert!(c.execute(sql).await.is_err(), "{ruolo}: {sql}");
        }
    }
}
