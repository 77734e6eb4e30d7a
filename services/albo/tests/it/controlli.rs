//! Statements, codes, isolation.

use albo::{CODICI, ISTRUZIONI, TABELLE};
use sqlx::AssertSqlSafe;

use crate::casa::{Casa, ROCCALTA, VALBRUNA, delibera};

#[tokio::test]
async fn every_statement_prepares_as_its_role() {
    let casa = Casa::nuova().await;
    let proiezioni = albo::PROIEZIONI.iter().map(|p| ("alleanza_migra", db::Ruolo::Manutenzione, p.nome, p.sql));
    let stati = albo::STATI.iter().map(|s| ("alleanza_migra", db::Ruolo::Manutenzione, s.nome, s.sql));
    let dette = ISTRUZIONI.iter().map(|i| ("alleanza_app", i.ruolo, i.nome, i.sql));
    for (login, ruolo, nome, sql) in dette.chain(proiezioni).chain(stati) {
        let mut c = casa.prova.come(login).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("set role {}", ruolo.nome()))).execute(&mut c).await.unwrap();
        let esito = sqlx::raw_sql(AssertSqlSafe(format!("prepare prova as {sql}"))).execute(&mut c).await;
        assert!(esito.is_ok(), "{nome}: {:?}", esito.err());
    }
    casa.butta().await;
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
async fn an_act_of_one_ente_is_nowhere_else() {
    let casa = Casa::nuova().await;
    let (id, p) = casa.pubblica(&delibera("Tariffe della mensa")).await.unwrap();
    let mut tx = casa.tx(ROCCALTA).await;
    assert!(albo::queries::bozza(&mut tx, id).await.unwrap().is_none());
    assert!(albo::queries::atto(&mut tx, p.anno, p.numero).await.unwrap().is_none());
    let (ente, ospite) = (casa.tx(VALBRUNA).await.ente(), tx.ente());
    for t in TABELLE {
        let conta = format!("select count(*) from {} where ente = $1", t.nome);
        let viste: i64 = sqlx::query_scalar(AssertSqlSafe(conta)).bind(ente).fetch_one(tx.conn()).await.unwrap();
        assert_eq!(viste, 0, "{} of {ente} seen from {ospite}", t.nome);
        let ordine = format!("select * from {} where ente = 1 order by {}", t.nome, t.ordine);
        let mut m = casa.prova.manut.tx().await.unwrap();
        sqlx::query(AssertSqlSafe(ordine)).fetch_all(m.conn()).await.unwrap();
    }
    drop(tx);
    casa.butta().await;
}

#[tokio::test]
async fn a_permit_of_another_ente_opens_nothing() {
    let casa = Casa::nuova().await;
    let (_, p) = casa.con::<albo::Pubblica>().await;
    let mut tx = casa.tx(ROCCALTA).await;
    let esito = albo::commands::prepara(&mut tx, &p, &delibera("Bilancio")).await;
    assert!(matches!(esito, Err(albo::AlboError::Negato(authz::Negato::AltroEnte { .. }))));
    drop(tx);
    casa.butta().await;
}
