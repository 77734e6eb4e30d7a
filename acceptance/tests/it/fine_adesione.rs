//! A comune leaves the alliance: from the day after, its office reads and does not write; citizens go on reading what is at
//! the albo until its last day.

use app::{services, storia};
use authz::Consenti;
use axum::http::StatusCode;
use collaudo::Sito;
use enti::Passo;
use jiff::civil::date;

use crate::mondo::{Mondo, due_comuni};

async fn biscotto(sito: &Sito, utente: &str) -> String {
    let aperta = authz::accedi(&sito.prova.db, utente, storia::PAROLA, "127.0.0.1").await.unwrap();
    format!("alleanza={}", aperta.token)
}

/// The secretary of the alliance writes a step of Introdacqua's adhesion.
async fn muovi(sito: &Sito, passo: Passo) {
    let mut tx = enti::entra(&sito.prova.db, "cst_sulmona").await.unwrap();
    let adesioni = enti::adesioni(&mut tx, "cst-sulmona").await.unwrap();
    let id = adesioni.into_iter().find(|a| a.membro == "c_e307").unwrap().id;
    let chi = collaudo::chi(&mut tx, "segreteria.cst").await;
    let p = tx.consenti::<enti::CuraAlleanza>(&chi).await.unwrap();
    enti::muovi_adesione(&mut tx, &p, services::tutti(), id, &passo).await.unwrap();
    tx.commit().await.unwrap();
}

async fn stati(sito: &Sito, oggetto: &str) -> Vec<String> {
    let mut m = sito.prova.manut.tx().await.unwrap();
    let sql = "select a.stato from albo.atto a join accesso.ente e on e.id = a.ente where e.codice = 'c_e307' and oggetto = $1 \
               order by a.creato_il desc";
    sqlx::query_scalar(sql).bind(oggetto).fetch_all(m.conn()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_read_and_not_written_after_the_last_day() {
    let Mondo { prova, archivio, .. } = due_comuni().await;
    let sito = Sito::nuovo(prova, services::tutti(), |tx| Box::pin(enti::servizi_attivi(tx)));
    let oggi = sito.tx("c_e307").await.oggi();
    muovi(&sito, Passo::Recedi { notificato_il: oggi }).await;
    let mut tx = enti::entra(&sito.prova.db, "c_e307").await.unwrap();
    let fine = enti::mie_adesioni(&mut tx).await.unwrap()[0].recesso_efficace_il().unwrap();
    drop(tx);

    // Two days before the end: an act that stays fifteen days, and one that should begin after the end.
    collaudo::alle(&sito.prova, fine.yesterday().unwrap().at(9, 0, 0, 0)).await;
    let mut tx = enti::entra(&sito.prova.db, "c_e307").await.unwrap();
    let elena = collaudo::chi(&mut tx, "elena.vallescura").await;
    albo::demo::gioca(&mut tx, &archivio, "c_e307", &elena).await.unwrap();
    tx.commit().await.unwrap();
    let giulia = biscotto(&sito, "giulia.ventresca").await;
    let nuovo = "/e/c_e307/protocollo/nuovo?verso=E";
    assert_eq!(sito.leggi(nuovo, &giulia).await.stato, StatusCode::OK, "until its last day it binds");

    collaudo::alle(&sito.prova, date(fine.year() + 1, 1, 1).at(0, 5, 0, 0)).await;
    let giulia = biscotto(&sito, "giulia.ventresca").await;
    for via in ["/e/c_e307/protocollo", "/e/c_e307/albo", "/e/c_e307/fascicoli"] {
        let r = sito.leggi(via, &giulia).await;
        assert!(r.stato == StatusCode::OK && r.corpo.contains("I servizi si leggono, ma non vi si scrive."), "{via}");
    }
    let r = sito.leggi(nuovo, &giulia).await;
    assert!(r.stato == StatusCode::FORBIDDEN && r.corpo.contains("ENT-027"), "{}", r.stato);
    let r = sito.invia("/e/c_e307/fascicoli", &giulia, "csrf=x").await;
    assert!(r.stato == StatusCode::FORBIDDEN && r.corpo.contains("ENT-027"), "{}", r.stato);
    // The other member goes on; the comune's own page is written in, because it is not a service of the alliance.
    let elena = biscotto(&sito, "elena.vallescura").await;
    assert_eq!(sito.leggi("/e/c_i501/protocollo/nuovo?verso=E", &elena).await.stato, StatusCode::OK);
    let admin = biscotto(&sito, "admin.introdacqua").await;
    let servizi = sito.leggi("/e/c_e307/servizi", &admin).await;
    assert!(servizi.corpo.contains("è finita il 31/12/"), "the page of services says why");
    assert_eq!(sito.leggi("/e/c_e307/uffici", &admin).await.stato, StatusCode::OK);

    // Citizens read what was published until its last day.
    let r = sito.pubblico("introdacqua.localhost", "/albo", "").await;
    assert!(r.stato == StatusCode::OK && r.corpo.contains("calendario dei tagli nei boschi"));
    // What should have begun after the end does not begin.
    collaudo::alle(&sito.prova, date(fine.year() + 1, 1, 4).at(9, 0, 0, 0)).await;
    let contesto = jobs::Contesto::nuovo(sito.prova.db.clone(), archivio.clone());
    jobs::esegui_tutto(&contesto, &services::catalogo()).await.unwrap();
    assert_eq!(stati(&sito, "Uso della palestra comunale nei mesi invernali").await[0], "programmata");
    sito.butta().await;
}
