//! Each ente its own; each role no more than its part.

use std::sync::Mutex;

use db::Ruolo;
use jobs::{Contesto, Esito, Fallito, ISTRUZIONI, Incarico, Lavoro, annuncia, prepara};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor};

use crate::casa::{Casa, di};

#[tokio::test]
async fn a_fact_reaches_its_listeners_or_nobody() {
    static SENTITI: Mutex<Vec<(String, String, String)>> = Mutex::new(Vec::new());
    async fn sente(_: Contesto, i: Incarico) -> Esito {
        SENTITI.lock().unwrap().push((i.codice, i.tipo, i.evento.unwrap()));
        Ok(())
    }
    fn ascoltatore(tipo: &'static str, ascolta: &'static [&'static str]) -> Lavoro {
        Lavoro { ascolta, ..Lavoro::nuovo(tipo, "x", |c, i| Box::pin(sente(c, i))) }
    }
    let casa = Casa::nuova().await;
    let catalogo = di(&[
        ascoltatore("albo.sente", &["protocollo.registrata"]),
        ascoltatore("filo.sente", &["protocollo.registrata"]),
    ]);
    prepara(&casa.contesto.db, &catalogo).await.unwrap();

    let mut tx = casa.contesto.db.di_ente(casa.a).await.unwrap();
    assert_eq!(annuncia(&mut tx, "protocollo.registrata", &json!({})).await.unwrap(), 2);
    drop(tx);
    assert_eq!(casa.stato().await.da_fare, 0, "the fact did not happen");

    let mut tx = casa.contesto.db.di_ente(casa.b).await.unwrap();
    annuncia(&mut tx, "protocollo.registrata", &json!({})).await.unwrap();
    assert_eq!(annuncia(&mut tx, "nessuno.ascolta", &json!({})).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(casa.esegui(&catalogo).await.riusciti, 2);
    let mut sentiti = SENTITI.lock().unwrap().clone();
    sentiti.sort();
    let atteso = |tipo: &str| ("c_a345".to_owned(), tipo.to_owned(), "protocollo.registrata".to_owned());
    assert_eq!(sentiti, [atteso("albo.sente"), atteso("filo.sente")]);
    casa.finisci().await;
}

#[tokio::test]
async fn an_ente_neither_sees_nor_decides_the_work_of_another() {
    async fn rinuncia(c: Contesto, i: Incarico) -> Esito {
        let mut tx = c.db.di_ente(i.ente).await?;
        let visti: Vec<String> =
            sqlx::query_scalar("select dati ->> 'n' from lavori.lavoro").fetch_all(tx.conn()).await?;
        assert_eq!(visti, ["1"], "a job sees its own ente only");
        Err(Fallito::rinuncia("no", "Guarda."))
    }
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro::nuovo("prova.rinuncia", "x", |c, i| Box::pin(rinuncia(c, i)))]);
    let di_a = casa.accoda(casa.a, "prova.rinuncia", None).await;
    casa.accoda(casa.b, "prova.rinuncia", None).await;
    assert_eq!(casa.esegui(&catalogo).await.rinunciati, 2);

    let mut tx = casa.contesto.db.di_ente(casa.b).await.unwrap();
    assert_eq!(jobs::rinunciati(&mut tx).await.unwrap().len(), 1);
    assert!(!jobs::riprova(&mut tx, di_a).await.unwrap());
    assert!(!jobs::archivia(&mut tx, di_a).await.unwrap());
    let altrui = "insert into lavori.lavoro (ente, id, tipo, dati, quando, accodato_il) \
                  select $1, gen_random_uuid(), 'prova.x', '{}', now(), now()";
    assert!(sqlx::query(altrui).bind(casa.a).execute(tx.conn()).await.is_err());
    drop(tx);
    casa.finisci().await;
}

#[tokio::test]
async fn the_queue_and_the_centre_read_no_more_than_their_part() {
    let casa = Casa::nuova().await;
    casa.accoda(casa.a, "prova.niente", None).await;
    for sql in [
        "select from accesso.persona",
        "select from accesso.ruolo",
        "select denominazione from accesso.ente",
        "update lavori.lavoro set dati = '{}'",
        "update lavori.lavoro set ente = ente",
    ] {
        let mut tx = casa.contesto.db.coda().await.unwrap();
        assert!(sqlx::query(sql).execute(tx.conn()).await.is_err(), "coda: {sql}");
    }
    for sql in ["select dati from lavori.lavoro", "select causa from lavori.lavoro"] {
        let mut tx = casa.contesto.db.centro().await.unwrap();
        assert!(sqlx::query(sql).execute(tx.conn()).await.is_err(), "centro: {sql}");
    }
    let mut tx = casa.contesto.db.senza_ente().await.unwrap();
    let viste: i64 = sqlx::query_scalar("select count(*) from lavori.lavoro").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(viste, 0);
    drop(tx);
    let mut tx = casa.contesto.db.di_ente(casa.a).await.unwrap();
    assert!(sqlx::query("delete from lavori.lavoro").execute(tx.conn()).await.is_err());
    drop(tx);
    casa.finisci().await;
}

#[tokio::test]
async fn every_statement_prepares_as_its_role() {
    let casa = Casa::nuova().await;
    let mut app = casa.prova.come("alleanza_app").await.unwrap();
    for i in ISTRUZIONI {
        if i.ruolo != Ruolo::App {
            app.execute(AssertSqlSafe(format!("set role {}", i.ruolo.nome()))).await.unwrap();
        }
        let nome = i.nome.to_lowercase();
        app.execute(AssertSqlSafe(format!("prepare {nome} as {}", i.sql)))
            .await
            .unwrap_or_else(|e| panic!("{nome}: {e}"));
        let parametri: i32 =
            sqlx::query_scalar("select cardinality(parameter_types) from pg_prepared_statements where name = $1")
                .bind(&nome)
                .fetch_one(&mut app)
                .await
                .unwrap();
        // Preparing checks names; what the role may touch is checked when the plan opens.
        let argomenti = vec!["null"; parametri as usize].join(",");
        let spiega =
            format!("explain execute {nome}{}", if parametri > 0 { format!("({argomenti})") } else { String::new() });
        app.execute(AssertSqlSafe(spiega)).await.unwrap_or_else(|e| panic!("{nome}: {e}"));
        app.execute("reset role").await.unwrap();
    }
    casa.finisci().await;
}
