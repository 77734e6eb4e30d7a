//! Permits: of a role in force, in this ente, now.

use authz::{Consenti, Negato, NuovaPersona, PersonaError, RegistroAccessi, persone};
use db::Scarto;
use serde_json::json;

use crate::casa::{Casa, Registra};

#[tokio::test]
async fn a_permit_of_one_comune_opens_nothing_in_another() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let chi = casa.chi("anna.bianchi").await;
    let mut qui = casa.tx(casa.valbruna).await;
    let p = qui.consenti::<Registra>(&chi).await.unwrap();
    p.vale_per(&qui).unwrap();
    assert_eq!(p.ufficio(), "PROT");

    let mut altrove = casa.tx(casa.valdora).await;
    assert!(matches!(p.vale_per(&altrove), Err(Negato::AltroEnte { azione: "protocollo.registra" })));
    assert!(matches!(p.annota(&mut altrove, "x", json!({})).await, Err(Negato::AltroEnte { .. })));
    let e = altrove.consenti::<Registra>(&chi).await.unwrap_err();
    assert_eq!(e.to_string(), "Non hai il ruolo per registrare.");

    p.annota(&mut qui, "protocollo/2026/1", json!({ "numero": 1 })).await.unwrap();
    qui.commit().await.unwrap();
    let scritte = "select count(*) from accesso.audit where azione = 'protocollo.registra'";
    let mut qui = casa.tx(casa.valbruna).await;
    assert_eq!(sqlx::query_scalar::<_, i64>(scritte).fetch_one(qui.conn()).await.unwrap(), 1);
    assert_eq!(sqlx::query_scalar::<_, i64>(scritte).fetch_one(altrove.conn()).await.unwrap(), 0);
    casa.butta().await;
}

#[tokio::test]
async fn a_role_taken_is_gone_at_once_even_on_its_first_day() {
    let casa = Casa::nuova().await;
    let p = casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let chi = casa.chi("anna.bianchi").await;
    let mut tx = casa.tx(casa.valbruna).await;
    // Given twice, it is one role.
    authz::aggiungi_ruolo(&mut tx, p, "PROT", "protocollo").await.unwrap();
    assert_eq!(persone(&mut tx).await.unwrap().len(), 1);
    assert!(authz::togli_ruolo(&mut tx, p, "PROT", "protocollo").await.unwrap());
    assert!(matches!(tx.consenti::<Registra>(&chi).await, Err(Negato::SenzaRuolo { .. })));
    assert!(persone(&mut tx).await.unwrap().is_empty());
    assert!(!authz::togli_ruolo(&mut tx, p, "PROT", "protocollo").await.unwrap());
    authz::aggiungi_ruolo(&mut tx, p, "PROT", "protocollo").await.unwrap();
    tx.consenti::<Registra>(&chi).await.unwrap();
    tx.commit().await.unwrap();

    casa.sposta(Scarto::from_hours(72)).await;
    let mut tx = casa.tx(casa.valbruna).await;
    authz::aggiungi_ruolo(&mut tx, p, "PROT", "protocollo").await.unwrap();
    assert_eq!(persone(&mut tx).await.unwrap().len(), 1);
    assert!(authz::togli_ruolo(&mut tx, p, "PROT", "protocollo").await.unwrap());
    assert!(matches!(tx.consenti::<Registra>(&chi).await, Err(Negato::SenzaRuolo { .. })));
    casa.butta().await;
}

#[tokio::test]
async fn a_role_is_in_force_between_its_dates() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let chi = casa.chi("anna.bianchi").await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let domani = "update accesso.ruolo set dal = dal + 1, al = dal + 2";
    sqlx::raw_sql(domani).execute(&mut c).await.unwrap();
    for (giorni, atteso) in [(0, false), (1, true), (2, true), (3, false)] {
        casa.sposta(Scarto::from_hours(24 * giorni)).await;
        let mut tx = casa.tx(casa.valbruna).await;
        assert_eq!(tx.consenti::<Registra>(&chi).await.is_ok(), atteso, "after {giorni} days");
        assert_eq!(persone(&mut tx).await.unwrap().len(), usize::from(atteso), "after {giorni} days");
    }
    casa.butta().await;
}

#[tokio::test]
async fn people_are_made_as_they_should_be() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(casa.valbruna).await;
    let nuova = NuovaPersona { utente: "ugo.neri", nome: "Ugo", cognome: "Neri", parola: Some("corta") };
    let e = authz::crea_persona(&mut tx, &nuova, "PROT", "protocollo").await.unwrap_err();
    assert!(matches!(e, PersonaError::ParolaCorta));
    let e = authz::crea_persona(&mut tx, &nuova, "PROT", "sindaco").await.unwrap_err();
    assert!(matches!(e, PersonaError::RuoloIgnoto(_)));
    let e = authz::crea_persona(&mut tx, &NuovaPersona { utente: "u n", ..nuova }, "PROT", "albo").await.unwrap_err();
    assert!(matches!(e, PersonaError::UtenteIllegibile));
    let e = authz::apri_ufficio(&mut tx, "PROT", "Ancora").await.unwrap_err();
    assert!(matches!(e, PersonaError::UfficioDoppio(_)));
    drop(tx);
    assert_eq!(authz::ente_di_host(&casa.prova.db, "valbruna.test").await.unwrap().unwrap().ente, casa.valbruna);
    assert!(authz::ente_di_host(&casa.prova.db, "altro.test").await.unwrap().is_none());
    assert_eq!(authz::ente_per_codice(&casa.prova.db, "c_valdora").await.unwrap().unwrap().ente, casa.valdora);
    casa.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_make_the_same_person_once() {
    let casa = Casa::nuova().await;
    let nuova = NuovaPersona { utente: "ugo.neri", nome: "Ugo", cognome: "Neri", parola: None };
    let mut prima = casa.tx(casa.valbruna).await;
    let id = authz::crea_persona(&mut prima, &nuova, "PROT", "albo").await.unwrap();
    let attende = async {
        let mut tx = casa.tx(casa.valdora).await;
        let id = authz::crea_persona(&mut tx, &nuova, "PROT", "albo").await.unwrap();
        tx.commit().await.unwrap();
        id
    };
    let conferma = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        prima.commit().await.unwrap();
    };
    assert_eq!(futures_util::future::join(attende, conferma).await.0, id);
    casa.butta().await;
}

#[tokio::test]
async fn refusals_and_consultations_survive_a_rollback() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "albo").await;
    let chi = casa.chi("anna.bianchi").await;
    let registro = RegistroAccessi::avvia(&casa.prova.db);
    let mut tx = casa.tx(casa.valbruna).await;
    assert!(tx.consenti::<Registra>(&chi).await.is_err());
    registro.rifiuto(casa.valbruna, &chi, "protocollo.registra", "protocollo");
    registro.consultazione(casa.valdora, &chi, "protocollo.leggi", "protocollo/2026/1");
    drop((tx, registro));
    let scritte = "select count(*) from accesso.registro_accessi where esito = 'rifiuto'";
    let visto = async {
        loop {
            let mut tx = casa.tx(casa.valbruna).await;
            if sqlx::query_scalar::<_, i64>(scritte).fetch_one(tx.conn()).await.unwrap() == 1 {
                break;
            }
            drop(tx);
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), visto).await.unwrap();
    let mut tx = casa.tx(casa.valbruna).await;
    let mie: i64 =
        sqlx::query_scalar("select count(*) from accesso.registro_accessi").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(mie, 1, "the line of the other ente is not here");
    casa.butta().await;
}
