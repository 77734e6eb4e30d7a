//! What no page can read, what nobody can rewrite, and that every statement may run.

use authz::{NuovaPersona, accedi};
use sqlx::AssertSqlSafe;

use crate::casa::{Casa, PAROLA};

/// SQLSTATE of a statement run in an ente as one of the roles.
async fn esito(casa: &Casa, ruolo: &str, sql: &str) -> Option<String> {
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let ente = casa.valbruna;
    let tutto = format!(
        "set role {ruolo}; begin; select set_config('alleanza.ente', '{ente}', true), \
        set_config('alleanza.enti', '{{{ente}}}', true); {sql}; commit"
    );
    let e = sqlx::raw_sql(AssertSqlSafe(tutto)).execute(&mut c).await.err()?;
    Some(e.as_database_error().unwrap().code().unwrap().into_owned())
}

#[tokio::test]
async fn secrets_are_unreadable() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    for ruolo in ["alleanza_app", "alleanza_scrivania", "alleanza_alleanza", "alleanza_centro", "alleanza_coda"] {
        for sql in [
            "select parola from accesso.persona",
            "select * from accesso.persona",
            "select * from accesso.sessione",
            "select * from accesso.tentativo",
            "select * from accesso.ingresso",
            "select * from accesso.totp",
            "select * from accesso.codice_recupero",
            "select * from accesso.passkey",
            "select * from accesso.sfida",
            "select * from accesso.evento",
            "delete from accesso.totp",
            "update accesso.sessione set fattore = 'totp'",
            "select * from accesso.chiave",
            "update accesso.persona set parola = 'x'",
            "delete from accesso.persona",
            "insert into accesso.persona (utente, nome, cognome) values ('ugo', 'Ugo', 'Neri')",
            "insert into accesso.sessione select impronta, persona, csrf, creata_il, vista_il, scade_il, indirizzo from accesso.sessione",
        ] {
            assert_eq!(esito(&casa, ruolo, sql).await.as_deref(), Some("42501"), "{ruolo}: {sql}");
        }
    }
    assert_eq!(esito(&casa, "alleanza_app", "select utente from accesso.persona").await, None);
    for sql in [
        "select * from accesso.audit",
        "update accesso.persona set parola = 'x'",
        "insert into accesso.ruolo select * from accesso.ruolo",
        "delete from accesso.requisito",
        "update accesso.evento set fatto = 'x'",
        "delete from accesso.evento",
        "select * from accesso.chiave",
    ] {
        assert_eq!(esito(&casa, "alleanza_porta", sql).await.as_deref(), Some("42501"), "the door: {sql}");
    }
    casa.butta().await;
}

#[tokio::test]
async fn people_of_another_comune_are_invisible() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valdora, "anna.bianchi", "protocollo").await;
    let mut tx = casa.tx(casa.valbruna).await;
    let viste: i64 =
        sqlx::query_scalar("select count(utente) from accesso.persona").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(viste, 0);
    casa.butta().await;
}

#[tokio::test]
async fn the_trace_is_never_rewritten() {
    let casa = Casa::nuova().await;
    let p = casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let ente = casa.valbruna;
    let scrivi = format!(
        "insert into accesso.audit (ente, istante, persona, ufficio, azione, operazione, oggetto) \
        values ({ente}, now(), '{p}', 'PROT', 'x', gen_random_uuid(), 'x')"
    );
    assert_eq!(esito(&casa, "alleanza_app", &scrivi).await, None);
    for t in ["audit", "registro_accessi"] {
        for sql in [format!("update accesso.{t} set oggetto = 'y'"), format!("delete from accesso.{t}")] {
            assert_eq!(esito(&casa, "alleanza_app", &sql).await.as_deref(), Some("42501"), "{sql}");
            assert_eq!(esito(&casa, "alleanza_owner", &sql).await.as_deref(), Some("23514"), "{sql}");
            assert_eq!(esito(&casa, "alleanza_manutenzione", &sql).await.as_deref(), Some("23514"), "{sql}");
        }
        let sql = format!("truncate accesso.{t}");
        assert_eq!(esito(&casa, "alleanza_owner", &sql).await.as_deref(), Some("23514"), "{sql}");
    }
    casa.butta().await;
}

#[tokio::test]
async fn an_administrator_does_not_take_over_somebody_elses_account() {
    let casa = Casa::nuova().await;
    let senza = NuovaPersona { utente: "ugo.neri", nome: "Ugo", cognome: "Neri", parola: None };
    let mut tx = casa.tx(casa.valdora).await;
    authz::crea_persona(&mut tx, &senza, "PROT", "responsabile").await.unwrap();
    tx.commit().await.unwrap();
    // In Valbruna they take him on too, with a password of their own choice.
    let mut tx = casa.tx(casa.valbruna).await;
    let presa = NuovaPersona { nome: "Altro", parola: Some(PAROLA), ..senza };
    authz::crea_persona(&mut tx, &presa, "PROT", "consultazione").await.unwrap();
    tx.commit().await.unwrap();
    assert!(accedi(&casa.prova.db, "ugo.neri", PAROLA, "192.0.2.1").await.is_err(), "it would open Valdora");
    authz::imposta_parola(&casa.prova.manut, "Ugo.Neri", PAROLA).await.unwrap();
    assert_eq!(casa.chi("ugo.neri").await.nome, "Ugo Neri", "nobody renames him");
    // Who has a password already keeps it, also where they work.
    let ada = casa.assumi(casa.valdora, "ada.rossi", "protocollo").await;
    let mut tx = casa.tx(casa.valdora).await;
    let prima = sqlx::query_scalar("select accesso.prima_parola($1, 'x')").bind(ada);
    let data: bool = prima.fetch_one(tx.conn()).await.unwrap();
    assert!(!data, "somebody chose her password again");
    drop(tx);
    casa.butta().await;
}

#[tokio::test]
async fn every_statement_prepares_as_its_role() {
    let casa = Casa::nuova().await;
    casa.prova.prepara(authz::ISTRUZIONI).await.unwrap();
    casa.butta().await;
}
