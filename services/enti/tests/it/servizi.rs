//! Activation in one step, with what it needs; deactivation that keeps data.

use authz::Consenti;
use db::prova::Prova;
use enti::{EntiError, GestisciServizi};

use crate::casa::{self, CATALOGO, INTRODACQUA, permesso};

async fn accesi(p: &Prova) -> Vec<String> {
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    enti::accesi(&mut tx).await.unwrap()
}

async fn attiva(p: &Prova, servizio: &str) -> Result<Vec<&'static str>, EntiError> {
    let (mut tx, permesso) = permesso::<GestisciServizi>(p, INTRODACQUA).await;
    let fatti = enti::attiva(&mut tx, &permesso, CATALOGO, servizio).await?;
    tx.commit().await?;
    Ok(fatti)
}

async fn disattiva(p: &Prova, servizio: &str) -> Result<(), EntiError> {
    let (mut tx, permesso) = permesso::<GestisciServizi>(p, INTRODACQUA).await;
    enti::disattiva(&mut tx, &permesso, CATALOGO, servizio).await?;
    Ok(tx.commit().await?)
}

#[tokio::test]
async fn the_preview_says_and_changes_nothing() {
    let p = casa::aderente().await;
    let (mut tx, permesso) = permesso::<GestisciServizi>(&p, INTRODACQUA).await;
    let a = enti::anteprima(&mut tx, &permesso, CATALOGO, "albo").await.unwrap();
    tx.commit().await.unwrap();
    let codici: Vec<&str> = a.servizi.iter().map(|(s, _)| s.codice).collect();
    assert_eq!(codici, ["documenti", "protocollo", "albo"]);
    assert_eq!(a.servizi[1].1, ["Il registro PG, Protocollo generale"]);
    assert_eq!(a.ruoli.iter().map(|r| r.codice).collect::<Vec<_>>(), ["protocollo"], "offices of law are not given");
    assert_eq!(a.nomine.len(), 2);
    assert!(accesi(&p).await.is_empty());
    p.butta().await.unwrap();
}

#[tokio::test]
async fn one_step_switches_on_what_is_needed() {
    let p = casa::aderente().await;
    assert_eq!(attiva(&p, "albo").await.unwrap(), ["documenti", "protocollo", "albo"]);
    assert_eq!(accesi(&p).await, ["albo", "documenti", "protocollo"]);
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    assert_eq!(enti::chi_ha_ruolo(&mut tx, "protocollo").await.unwrap()[0].utente, "anna");
    let registri: i64 =
        sqlx::query_scalar("select count(*) from registri.contatore").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(registri, 1);
    let righe = enti::registro_attivita(&mut tx, None, "servizi/albo", 10).await.unwrap();
    assert_eq!((righe.len(), righe[0].azione.as_str()), (1, "enti.servizi"));
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_service_that_fails_leaves_nothing_on() {
    let p = casa::aderente().await;
    assert!(matches!(attiva(&p, "guasto").await, Err(EntiError::Servizio(_))));
    assert!(accesi(&p).await.is_empty());
    p.butta().await.unwrap();
}

#[tokio::test]
async fn refusals() {
    let p = casa::aderente().await;
    let codice = |e: EntiError| e.codice();
    assert_eq!(attiva(&p, "paghe").await.map_err(codice), Err(Some("ENT-020")));
    assert_eq!(disattiva(&p, "albo").await.map_err(codice), Err(Some("ENT-022")));
    attiva(&p, "albo").await.unwrap();
    assert_eq!(attiva(&p, "albo").await.map_err(codice), Err(Some("ENT-021")));
    assert_eq!(disattiva(&p, "documenti").await.map_err(codice), Err(Some("ENT-024")));
    let e = disattiva(&p, "protocollo").await.unwrap_err();
    assert_eq!((e.codice(), e.to_string().as_str()), (Some("ENT-023"), "Il servizio serve a Albo pretorio."));
    p.butta().await.unwrap();
}

#[tokio::test]
async fn switching_off_keeps_the_data_and_on_again_finds_them() {
    let p = casa::aderente().await;
    attiva(&p, "protocollo").await.unwrap();
    disattiva(&p, "protocollo").await.unwrap();
    assert_eq!(accesi(&p).await, ["documenti"]);
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let registri: i64 =
        sqlx::query_scalar("select count(*) from registri.registro").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(registri, 1);
    drop(tx);
    assert_eq!(attiva(&p, "protocollo").await.unwrap(), ["protocollo"]);
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    assert_eq!(enti::storia_servizi(&mut tx).await.unwrap().len(), 3);
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn only_an_administrator_switches_services() {
    let p = casa::aderente().await;
    enti::crea_utente(&p.db, INTRODACQUA, &casa::persona("carla"), &["protocollo"]).await.unwrap();
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let carla = casa::chi(&mut tx, "protocollo").await;
    assert!(matches!(tx.consenti::<GestisciServizi>(&carla).await, Err(authz::Negato::SenzaRuolo { .. })));
    let (_, di_la) = permesso::<GestisciServizi>(&p, casa::CST).await;
    let e = enti::attiva(&mut tx, &di_la, CATALOGO, "protocollo").await.unwrap_err();
    assert!(matches!(e, EntiError::Negato(authz::Negato::AltroEnte { .. })), "{e}");
    drop(tx);
    p.butta().await.unwrap();
}
