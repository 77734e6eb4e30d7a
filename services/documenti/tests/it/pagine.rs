//! Pages, by people with different roles.

use axum::http::StatusCode;

use crate::casa::{A, Casa};

#[tokio::test]
async fn a_fascicolo_is_opened_closed_and_reopened_from_its_pages() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let nuovo = casa.leggi(&format!("/e/{A}/fascicoli/nuovo"), &giulia).await;
    assert!(nuovo.corpo.contains("VI.5 Opere pubbliche"), "{}", nuovo.corpo);
    let csrf = nuovo.csrf();
    let modulo = format!("csrf={csrf}&classifica=VI.5&tipologia=affare&ufficio=SEG&responsabile=Paolo&oggetto=");
    let r = casa.invia(&format!("/e/{A}/fascicoli"), &giulia, &modulo).await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(r.corpo.contains("Manca l’oggetto.") && r.corpo.contains("DOC-024"), "{}", r.corpo);
    let r = casa.invia(&format!("/e/{A}/fascicoli"), &giulia, &format!("{modulo}Tetto")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let pagina = r.header("location").to_owned();
    assert!(casa.leggi(&pagina, &giulia).await.corpo.contains("<h1>Tetto</h1>"));
    let r = casa.invia(&format!("{pagina}/chiudi"), &giulia, &format!("csrf={csrf}")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    let r = casa.invia(&format!("{pagina}/riapri"), &giulia, &format!("csrf={csrf}")).await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("DOC-023"), "{}", r.corpo);
    let r = casa.invia(&format!("{pagina}/riapri"), &giulia, &format!("csrf={csrf}&motivo=integrazione")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    let elenco = casa.leggi(&format!("/e/{A}/fascicoli?stato=aperti"), &giulia).await;
    assert!(elenco.corpo.contains("/VI.5.1"), "{}", elenco.corpo);
}

#[tokio::test]
async fn who_only_reads_is_offered_nothing_to_write() {
    let casa = Casa::nuova().await;
    let rita = casa.entra("rita").await;
    let elenco = casa.leggi(&format!("/e/{A}/fascicoli"), &rita).await;
    assert!(elenco.stato == StatusCode::OK && !elenco.corpo.contains("fascicoli/nuovo"));
    assert_eq!(casa.leggi(&format!("/e/{A}/fascicoli/nuovo"), &rita).await.stato, StatusCode::FORBIDDEN);
    let titolario = casa.leggi(&format!("/e/{A}/titolario"), &rita).await;
    assert!(titolario.corpo.contains("Opere pubbliche") && !titolario.corpo.contains("titolario/chiudi"));
    let ugo = casa.entra("ugo").await;
    assert_eq!(casa.leggi(&format!("/e/{A}/fascicoli"), &ugo).await.stato, StatusCode::FORBIDDEN);
    assert_eq!(casa.leggi(&format!("/e/{A}/documenti/verifica"), &rita).await.stato, StatusCode::OK);
}

#[tokio::test]
async fn the_plan_changes_from_its_page() {
    let casa = Casa::nuova().await;
    let renzo = casa.entra("renzo").await;
    let pagina = format!("/e/{A}/titolario");
    let csrf = casa.leggi(&pagina, &renzo).await.csrf().to_owned();
    let r = casa.invia(&format!("{pagina}/aggiungi"), &renzo, &format!("csrf={csrf}&codice=VI.5&descrizione=x")).await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("DOC-012"), "{}", r.corpo);
    let nuova = format!("csrf={csrf}&codice=vi.11&descrizione=Comunit%C3%A0+energetiche");
    assert_eq!(casa.invia(&format!("{pagina}/aggiungi"), &renzo, &nuova).await.stato, StatusCode::SEE_OTHER);
    let dopo = casa.leggi(&pagina, &renzo).await;
    assert!(dopo.corpo.contains("versione 2") && dopo.corpo.contains("Comunità energetiche"), "{}", dopo.corpo);
    assert!(casa.leggi(&format!("{pagina}?versione=1"), &renzo).await.corpo.contains("non è più in vigore"));
}
