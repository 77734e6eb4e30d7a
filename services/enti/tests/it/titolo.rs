//! A service goes on with an adhesion that is active, is written in while it binds, and stays readable after.

use db::prova::Prova;
use enti::{EntiError, GestisciServizi, Passo};
use jiff::civil::date;
use uuid::Uuid;
use web::Attivo;

use crate::adesioni::{chiedi, delibera, muovi};
use crate::casa::{self, CATALOGO, CST, INTRODACQUA, alle, permesso};

async fn attiva(p: &Prova, codice: &str, servizio: &str) -> Result<Vec<&'static str>, EntiError> {
    enti::attiva_servizio(&p.db, CATALOGO, codice, servizio).await
}

async fn accesi(p: &Prova) -> Vec<Attivo> {
    enti::servizi_attivi(&mut enti::entra(&p.db, INTRODACQUA).await.unwrap()).await.unwrap()
}

async fn in_uso(p: &Prova) -> bool {
    enti::in_uso(&mut enti::entra(&p.db, INTRODACQUA).await.unwrap(), "protocollo").await.unwrap()
}

async fn recede(p: &Prova, id: Uuid) {
    muovi(p, id, Passo::Recedi { notificato_il: date(2026, 4, 1) }).await.unwrap();
}

#[tokio::test]
async fn every_step_before_the_last_is_refused_with_its_reason() {
    let p = casa::arredata().await;
    let il = date(2026, 2, 1);
    let no = async |perche: &str| {
        let e = attiva(&p, INTRODACQUA, "protocollo").await.unwrap_err();
        assert_eq!((e.codice(), e.to_string().contains(perche)), (Some("ENT-026"), true), "{e}");
        assert!(accesi(&p).await.is_empty());
    };
    no("l’ente non ha aderito a nessuna").await;
    let id = chiedi(&p, "E307", date(2026, 1, 10)).await.unwrap();
    no("L’adesione a CST Sulmona è richiesta, non ancora attiva.").await;
    muovi(&p, id, Passo::Delibera { il, atto: delibera(date(2026, 1, 30)) }).await.unwrap();
    no("deliberata").await;
    let firma = Passo::Firma { il, per_ente: "la sindaca".into(), per_alleanza: "il presidente".into() };
    muovi(&p, id, firma).await.unwrap();
    no("firmata").await;
    let (mut tx, permesso) = permesso::<GestisciServizi>(&p, INTRODACQUA).await;
    let anteprima = enti::anteprima(&mut tx, &permesso, CATALOGO, "protocollo").await.unwrap();
    assert!(!anteprima.titolo.puo_attivare(), "the preview says it before");
    drop(tx);
    muovi(&p, id, Passo::Attiva { dal: date(2026, 3, 1) }).await.unwrap();
    assert_eq!(attiva(&p, INTRODACQUA, "protocollo").await.unwrap(), ["documenti", "protocollo"]);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn what_is_on_goes_on_while_the_adhesion_binds() {
    let p = casa::arredata().await;
    let id = crate::adesioni::attiva(&p).await;
    attiva(&p, INTRODACQUA, "protocollo").await.unwrap();
    let oggi = casa::oggi(&p).await;
    muovi(&p, id, Passo::Sospendi { il: oggi, motivo: "quota non versata".into() }).await.unwrap();
    let e = attiva(&p, INTRODACQUA, "albo").await.unwrap_err();
    assert_eq!((e.codice(), e.to_string().as_str()), (Some("ENT-026"), "L’adesione a CST Sulmona è sospesa."));
    assert!(in_uso(&p).await && accesi(&p).await.iter().all(|a| a.sola_lettura.is_none()));
    muovi(&p, id, Passo::Riprendi { il: oggi }).await.unwrap();
    attiva(&p, INTRODACQUA, "albo").await.unwrap();
    p.butta().await.unwrap();
}

#[tokio::test]
async fn after_the_withdrawal_services_are_read_and_a_new_adhesion_opens_them_again() {
    let p = casa::arredata().await;
    let id = crate::adesioni::attiva(&p).await;
    attiva(&p, INTRODACQUA, "protocollo").await.unwrap();
    recede(&p, id).await;
    alle(&p, date(2026, 12, 31).at(23, 59, 0, 0)).await;
    assert!(in_uso(&p).await, "the last day counts");
    // Nobody has closed the adhesion: the day alone decides.
    alle(&p, date(2027, 1, 1).at(0, 1, 0, 0)).await;
    assert!(!in_uso(&p).await);
    let no = accesi(&p).await[0].sola_lettura.clone().expect("only readable");
    assert_eq!(no.codice, "ENT-027");
    assert!(no.frase.starts_with("L’adesione a CST Sulmona è finita il 31/12/2026."), "{}", no.frase);
    muovi(&p, id, Passo::Cessa).await.unwrap();
    assert!(!in_uso(&p).await);
    let e = attiva(&p, INTRODACQUA, "albo").await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-026"));

    crate::adesioni::attiva_dal(&p, date(2027, 1, 1)).await;
    assert!(in_uso(&p).await, "what was on is on again");
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_transformation_leaves_no_gap() {
    let p = casa::arredata().await;
    crate::adesioni::attiva(&p).await;
    attiva(&p, INTRODACQUA, "protocollo").await.unwrap();
    let ali = enti::Fondata { codice: "ali", denominazione: "ALI", dal: casa::oggi(&p).await, ..casa::cst() };
    let (mut tx, permesso) = permesso::<enti::CuraAlleanza>(&p, CST).await;
    enti::trasforma_alleanza(&mut tx, &permesso, "cst", &ali).await.unwrap();
    tx.commit().await.unwrap();
    assert!(in_uso(&p).await);
    attiva(&p, INTRODACQUA, "albo").await.unwrap();
    p.butta().await.unwrap();
}

#[tokio::test]
async fn the_alliances_own_body_and_an_installation_without_alliances_need_no_adhesion() {
    let p = casa::vuota().await;
    enti::aggiungi_ente(&p.manut, "E307").await.unwrap();
    enti::crea_utente(&p.db, INTRODACQUA, &casa::persona("anna"), &["amministratore"]).await.unwrap();
    attiva(&p, INTRODACQUA, "protocollo").await.unwrap();
    assert!(in_uso(&p).await);
    p.butta().await.unwrap();

    let p = casa::arredata().await;
    attiva(&p, CST, "protocollo").await.unwrap();
    p.butta().await.unwrap();
}

#[tokio::test]
async fn an_adhesion_given_up_opens_nothing() {
    let p = casa::arredata().await;
    let id = chiedi(&p, "E307", date(2026, 1, 10)).await.unwrap();
    muovi(&p, id, Passo::Rinuncia { il: date(2026, 1, 11), motivo: String::new() }).await.unwrap();
    let e = attiva(&p, INTRODACQUA, "protocollo").await.unwrap_err();
    assert!(e.to_string().contains("non ha aderito a nessuna"), "{e}");
    p.butta().await.unwrap();
}
