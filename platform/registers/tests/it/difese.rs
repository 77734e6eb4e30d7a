//! What the database refuses, to whom.

use registers::{Dove, Operazione, RegistroError, Regola, Voce};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::casa::{Casa, DOVE, esegui};

const TAVOLE: [&str; 6] = ["registro", "contatore", "voce", "chiaro", "testa", "richiesta"];

/// SQLSTATE of what a role got by running `sql` on this ente.
async fn esito(casa: &Casa, login: &str, ruolo: Option<&str>, sql: &str) -> Option<String> {
    let mut c = casa.prova.come(login).await.unwrap();
    let ruolo = ruolo.map_or_else(String::new, |r| format!("set local role {r};"));
    let ente = casa.ente;
    let tutto = format!("begin; {ruolo} select set_config('alleanza.ente', '{ente}', true); {sql}; commit");
    let e = sqlx::raw_sql(AssertSqlSafe(tutto)).execute(&mut c).await.err()?;
    Some(e.as_database_error().unwrap().code().unwrap().into_owned())
}

const SENZA_PERMESSO: Option<&str> = Some("42501");
const TRIGGER: Option<&str> = Some("23514");

#[tokio::test]
async fn the_program_cannot_change_what_is_written() {
    let casa = Casa::con_storia().await;
    for t in TAVOLE {
        for sql in [
            format!("delete from registri.{t}"),
            format!("truncate registri.{t}"),
            format!("update registri.{t} set aoo = aoo"),
        ] {
            let sql = sql.replace("richiesta set aoo = aoo", "richiesta set impronta = ''");
            assert_eq!(esito(&casa, "alleanza_app", None, &sql).await.as_deref(), SENZA_PERMESSO, "{sql}");
        }
    }
    for t in ["contatore", "voce", "chiaro"] {
        let sql = format!("insert into registri.{t} select * from registri.{t}");
        assert_eq!(esito(&casa, "alleanza_app", None, &sql).await.as_deref(), SENZA_PERMESSO, "{sql}");
    }
    casa.butta().await;
}

#[tokio::test]
async fn neither_owner_nor_maintenance_change_what_is_written() {
    let casa = Casa::con_storia().await;
    let mut tx = casa.tx().await;
    let oggi = tx.oggi();
    let (p, i) = registers::testa_al(&mut tx, &DOVE, oggi).await.unwrap();
    registers::salva_testa(&mut tx, &DOVE, oggi, p, &i).await.unwrap();
    tx.commit().await.unwrap();
    for ruolo in ["alleanza_owner", "alleanza_manutenzione"] {
        for t in TAVOLE.into_iter().filter(|t| *t != "richiesta") {
            for sql in [
                format!("delete from registri.{t}"),
                format!("update registri.{t} set aoo = 'X'"),
                format!("update registri.{t} set ente = {}", casa.altro),
            ] {
                assert_eq!(
                    esito(&casa, "alleanza_migra", Some(ruolo), &sql).await.as_deref(),
                    TRIGGER,
                    "{ruolo}: {sql}"
                );
            }
            let sql = format!("truncate registri.{t} cascade");
            let atteso = if ruolo == "alleanza_owner" { TRIGGER } else { SENZA_PERMESSO };
            assert_eq!(esito(&casa, "alleanza_migra", Some(ruolo), &sql).await.as_deref(), atteso, "{ruolo}: {sql}");
        }
        // One step forward, with one thing wrong.
        let avanti = "update registri.contatore set posizione = posizione + 1, testa = sha256(testa)";
        for male in [
            "ultimo = ultimo + 2",
            "ultimo = ultimo - 1",
            "serie = serie + 1",
            "serie = serie - 1, ultimo = 1",
            "istante = istante - interval '1 second'",
        ] {
            let sql = format!("{avanti}, {male}");
            assert_eq!(esito(&casa, "alleanza_migra", Some(ruolo), &sql).await.as_deref(), TRIGGER, "{ruolo}: {sql}");
        }
        let ferma = "update registri.contatore set posizione = posizione + 1";
        for male in [ferma, "update registri.contatore set testa = sha256(testa)"] {
            assert_eq!(esito(&casa, "alleanza_migra", Some(ruolo), male).await.as_deref(), TRIGGER, "{ruolo}: {male}");
        }
    }
    assert_eq!(casa.anomalie(&[]).await, []);
    casa.butta().await;
}

#[tokio::test]
async fn the_chain_of_another_ente_is_neither_read_nor_written() {
    let casa = Casa::con_storia().await;
    let mut tx = casa.prova.db.di_ente(casa.altro).await.unwrap();
    for t in TAVOLE {
        let sql = format!("select count(*) from registri.{t} where ente = {}", casa.ente);
        let n: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(tx.conn()).await.unwrap();
        assert_eq!(n, 0, "{t}");
    }
    // The same names in the other ente are another chain.
    let i = registers::iscrivi(&mut tx, &DOVE, &Voce::nuova(Operazione::Registrazione, json!({}))).await.unwrap();
    assert_eq!((i.posizione, i.numero), (1, Some(1)));
    let sql = format!(
        "insert into registri.registro select {}, aoo, 'ALTRO', nome, regola, codice_ente, aperto_il from registri.registro",
        casa.ente
    );
    assert!(sqlx::query(AssertSqlSafe(sql)).execute(tx.conn()).await.is_err());
    drop(tx);
    let mut c = casa.prova.come("alleanza_app").await.unwrap();
    esegui(&mut c, "begin; set local alleanza.ente = '1'; commit").await;
    let n: i64 = sqlx::query_scalar("select count(*) from registri.voce").fetch_one(&mut c).await.unwrap();
    assert_eq!(n, 0, "no ente, no rows");
    let scritte: Vec<i64> =
        sqlx::query_scalar("select posizione from registri.iscrivi('AOO1', 'PROT', 0, 1, 1, '{}', '[]')")
            .fetch_all(&mut c)
            .await
            .unwrap();
    assert!(scritte.is_empty(), "no ente, no voce");
    casa.butta().await;
}

#[tokio::test]
async fn a_register_that_is_not_open_says_so() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx().await;
    let voce = Voce::nuova(Operazione::Registrazione, json!({}));
    let e = registers::iscrivi(&mut tx, &Dove::istante("AOO1", "ALTRO"), &voce).await.unwrap_err();
    assert!(matches!(e, RegistroError::NonAperto(_)), "{e}");
    let e = registers::apri_registro(&mut tx, "AOO 1", "PROT", "x", Regola::Istante).await.unwrap_err();
    assert!(matches!(e, RegistroError::Db(e) if e.vincolo() == Some("registro_aoo_forma")));
    drop(tx);
    casa.butta().await;
}

#[tokio::test]
async fn what_the_law_orders_to_erase_goes_and_the_chain_holds() {
    let casa = Casa::con_storia().await;
    let cancella = "select registri.cancella_chiaro('AOO1', 'PROT', 0, 1, '{oggetto}')";
    assert_eq!(esito(&casa, "alleanza_app", None, cancella).await.as_deref(), TRIGGER, "no voce orders it");
    let rettifica =
        "select posizione from registri.iscrivi('AOO1', 'PROT', 0, 3, 1, '{\"su\":\"1\",\"campi\":\"oggetto\"}', '[]')";
    let insieme = format!("{rettifica}; {cancella}");
    assert_eq!(esito(&casa, "alleanza_app", None, &insieme).await.as_deref(), TRIGGER, "a rettifica orders nothing");
    let mut tx = casa.tx().await;
    registers::oscura(&mut tx, &DOVE, 1, &["oggetto"], json!({ "motivo": "provvedimento del Garante 12/2026" }))
        .await
        .unwrap();
    let stato = "update finto.registrazione set oggetto = null where posizione = 1";
    sqlx::query(stato).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(casa.anomalie(&[]).await, []);
    let cancella = "select registri.cancella_chiaro('AOO1', 'PROT', 0, 3, '{oggetto}')";
    assert_eq!(esito(&casa, "alleanza_app", None, cancella).await.as_deref(), TRIGGER, "that voce orders another");
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let resta: i64 =
        sqlx::query_scalar("select count(*) from registri.chiaro where posizione = 1").fetch_one(&mut c).await.unwrap();
    assert_eq!(resta, 0);
    casa.butta().await;
}

#[tokio::test]
async fn two_canonical_versions_live_in_one_chain() {
    let casa = Casa::con_storia().await;
    let nuova = "select posizione from registri.iscrivi('AOO1', 'PROT', 0, 3, 2, '{\"su\":1}', '[]')";
    assert_eq!(esito(&casa, "alleanza_app", None, nuova).await, None);
    casa.registra("dopo la versione 2").await;
    assert_eq!(casa.anomalie(&[]).await, []);
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let versioni: Vec<i16> = sqlx::query_scalar("select distinct versione_canonica from registri.voce order by 1")
        .fetch_all(&mut c)
        .await
        .unwrap();
    assert_eq!(versioni, [1, 2]);
    casa.butta().await;
}

#[tokio::test]
async fn every_statement_prepares_as_its_role() {
    let casa = Casa::nuova().await;
    casa.prova.prepara(registers::ISTRUZIONI).await.unwrap();
    casa.butta().await;
}
