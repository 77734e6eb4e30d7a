//! C5: days that the albo lost become proposals, proposals become extensions when a person says so.

use albo::Correggi;
use albo::commands::{Decisione, decidi_proposte};
use albo::model::relata::Relata;
use axum::http::StatusCode;
use db::EnteId;
use enti::{EsitoSonda, annota_sonde};
use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Timestamp};
use kernel::{Data, Numero, Periodo};

use crate::casa::{Casa, VALBRUNA, delibera};

fn alle(quando: DateTime) -> Timestamp {
    quando.in_tz("Europe/Rome").unwrap().timestamp()
}

fn febbraio(giorno: i8, ora: i8) -> Timestamp {
    alle(date(2027, 2, giorno).at(ora, 0, 0, 0))
}

/// A stretch of good probes: only its two ends matter, and those near them.
async fn su(casa: &Casa, dal: Timestamp, al: Timestamp) {
    let ente = casa.tx(VALBRUNA).await.ente();
    let mut qui = dal;
    while qui <= al {
        annota(casa, ente, qui).await;
        qui += SignedDuration::from_mins(10);
    }
}

async fn annota(casa: &Casa, ente: EnteId, istante: Timestamp) {
    let mut tx = casa.prova.db.coda().await.unwrap();
    annota_sonde(&mut tx, istante, &[(ente, EsitoSonda::Su)]).await.unwrap();
    tx.commit().await.unwrap();
}

fn giorni(dal: i8, al: i8) -> Periodo {
    Periodo::nuovo(date(2027, 2, dal), Some(date(2027, 2, al))).unwrap()
}

/// Published on the 10th for fifteen days (to the 24th); the albo is off from the 15th at 8 to the 17th at 20.
async fn tre_giorni_senza_albo(casa: &Casa) {
    casa.alle(date(2027, 2, 10).at(9, 0, 0, 0)).await;
    casa.carica_la_sveglia().await;
    casa.pubblica(&delibera("Tariffe della mensa")).await.unwrap();
    casa.pubblica(&delibera("Orari della mensa")).await.unwrap();
    su(casa, febbraio(10, 9), febbraio(15, 8)).await;
    su(casa, febbraio(17, 20), febbraio(18, 1)).await;
    casa.alle(date(2027, 2, 18).at(1, 0, 0, 0)).await;
}

async fn proposte(casa: &Casa) -> Vec<(String, Periodo)> {
    let mut tx = casa.tx(VALBRUNA).await;
    let p = albo::queries::proposte(&mut tx).await.unwrap();
    p.into_iter().map(|x| (x.atto.oggetto, x.interrotto)).collect()
}

async fn al(casa: &Casa, numero: i32) -> Data {
    let mut tx = casa.tx(VALBRUNA).await;
    let n = Numero::try_from(numero).unwrap();
    albo::queries::atto(&mut tx, 2027, n).await.unwrap().unwrap().pubblicazione.unwrap().al
}

#[tokio::test]
async fn three_days_without_albo_are_three_days_more_when_a_person_says_so() {
    let casa = Casa::nuova().await;
    tre_giorni_senza_albo(&casa).await;
    assert_eq!(proposte(&casa).await, []);
    assert_eq!(casa.lavora().await.rinunciati, 0);
    let attese = [("Tariffe della mensa", giorni(15, 17)), ("Orari della mensa", giorni(15, 17))];
    let mut trovate = proposte(&casa).await;
    trovate.sort_by(|a, b| b.0.cmp(&a.0));
    assert_eq!(trovate, attese.map(|(o, p)| (o.to_owned(), p)));
    assert_eq!(al(&casa, 1).await, date(2027, 2, 24), "a proposal moves nothing");

    let (mut tx, p) = casa.con::<Correggi>().await;
    let d = Decisione::Proroga { motivo: "Guasto della rete".into() };
    assert_eq!(decidi_proposte(&mut tx, &p, giorni(15, 17), &d).await.unwrap(), 2);
    tx.commit().await.unwrap();
    for n in [1, 2] {
        assert_eq!(al(&casa, n).await, date(2027, 2, 27));
    }
    let mut tx = casa.tx(VALBRUNA).await;
    let atto = albo::queries::atto(&mut tx, 2027, Numero::PRIMO).await.unwrap().unwrap();
    let fatti = albo::queries::operazioni(&mut tx, atto.id).await.unwrap();
    let relata = Relata::da(&fatti, alle(date(2027, 3, 1).at(0, 0, 0, 0))).unwrap();
    assert_eq!((relata.intervalli.len(), relata.al), (2, date(2027, 2, 27)));
    assert_eq!(fatti.last().unwrap().motivo, "Guasto della rete");
    drop(tx);

    // Said once is enough: neither the job nor the person can count those days again.
    casa.alle(date(2027, 2, 19).at(1, 0, 0, 0)).await;
    su(&casa, febbraio(18, 1), febbraio(19, 1)).await;
    casa.lavora().await;
    assert_eq!(proposte(&casa).await, []);
    let (mut tx, p) = casa.con::<Correggi>().await;
    let e = decidi_proposte(&mut tx, &p, giorni(15, 17), &d).await.unwrap_err();
    assert!(e.to_string().contains("niente da decidere"), "{e}");
    drop(tx);
    casa.butta().await;
}

#[tokio::test]
async fn a_short_interruption_asks_for_nothing() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 10).at(9, 0, 0, 0)).await;
    casa.carica_la_sveglia().await;
    casa.pubblica(&delibera("Tariffe")).await.unwrap();
    su(&casa, febbraio(10, 9), febbraio(15, 8)).await;
    su(&casa, febbraio(15, 20), febbraio(16, 1)).await;
    casa.alle(date(2027, 2, 16).at(1, 0, 0, 0)).await;
    casa.lavora().await;
    assert_eq!(proposte(&casa).await, [], "twelve hours of that day could be read");
    casa.butta().await;
}

#[tokio::test]
async fn extended_by_hand_is_not_proposed_again() {
    let casa = Casa::nuova().await;
    tre_giorni_senza_albo(&casa).await;
    let (mut tx, p) = casa.con::<Correggi>().await;
    albo::commands::proroga(&mut tx, &p, 2027, Numero::PRIMO, giorni(15, 16), "Guasto").await.unwrap();
    tx.commit().await.unwrap();
    casa.lavora().await;
    let mut trovate = proposte(&casa).await;
    trovate.sort_by(|a, b| b.0.cmp(&a.0));
    let attese = [("Tariffe della mensa", giorni(17, 17)), ("Orari della mensa", giorni(15, 17))];
    assert_eq!(trovate, attese.map(|(o, p)| (o.to_owned(), p)));
    casa.butta().await;
}

/// The clerk reads the page and decides; what ended meanwhile is shown, and cannot be extended.
#[tokio::test]
async fn the_page_tells_what_will_happen_and_does_it() {
    let casa = Casa::nuova().await;
    tre_giorni_senza_albo(&casa).await;
    casa.lavora().await;
    let ada = casa.entra("ada.u_valbruna").await;
    let scrivania = casa.leggi("/", &ada).await;
    assert!(scrivania.corpo.contains("Decidi la proroga di 2 pubblicazioni"), "{}", scrivania.corpo);
    let qui = "/e/u_valbruna/albo/interruzioni";
    let r = casa.leggi(qui, &ada).await;
    for c in [
        "Dal 15/02/2027 al 17/02/2027",
        "con la proroga il <strong>27/02/2027</strong>",
        "a memoria, da confermare",
        "2 giorni e 12 ore",
    ] {
        assert!(r.corpo.contains(c), "{c}: {}", r.corpo);
    }
    let campi = |r: &crate::casa::Risposta, resto: &str| {
        format!("csrf={}&dal=2027-02-15&al=2027-02-17&{resto}", r.nascosto("csrf"))
    };
    let vuoto = casa.invia(qui, &ada, &campi(&r, "motivo=&decisione=proroga")).await;
    assert_eq!(vuoto.stato, StatusCode::UNPROCESSABLE_ENTITY);
    let fatto = casa.invia(qui, &ada, &campi(&r, "motivo=Guasto&decisione=proroga")).await;
    assert_eq!(fatto.stato, StatusCode::SEE_OTHER, "{}", fatto.corpo);
    assert_eq!(al(&casa, 2).await, date(2027, 2, 27));
    assert!(casa.leggi(qui, &ada).await.corpo.contains("Nessuna proroga da decidere"));
    casa.butta().await;
}

#[tokio::test]
async fn what_ended_during_the_interruption_can_only_be_seen() {
    let casa = Casa::nuova().await;
    tre_giorni_senza_albo(&casa).await;
    // Nobody works for ten days: both publications end on the 24th.
    casa.alle(date(2027, 2, 28).at(9, 0, 0, 0)).await;
    casa.lavora().await;
    let ada = casa.entra("ada.u_valbruna").await;
    let qui = "/e/u_valbruna/albo/interruzioni";
    let r = casa.leggi(qui, &ada).await;
    assert!(
        r.corpo.contains("sono già finite") && r.corpo.contains("Ho visto") && !r.corpo.contains("Proroga 2"),
        "{}",
        r.corpo
    );
    let (mut tx, p) = casa.con::<Correggi>().await;
    let proroga = Decisione::Proroga { motivo: "Guasto".into() };
    let quali: Vec<Periodo> = proposte(&casa).await.into_iter().map(|(_, p)| p).collect();
    assert!(decidi_proposte(&mut tx, &p, quali[0], &proroga).await.is_err());
    drop(tx);
    let mut decise = quali.clone();
    decise.dedup();
    for periodo in decise {
        let (mut tx, p) = casa.con::<Correggi>().await;
        let lascia = Decisione::Lascia { motivo: "Finite".into() };
        assert_eq!(decidi_proposte(&mut tx, &p, periodo, &lascia).await.unwrap(), 0);
        tx.commit().await.unwrap();
    }
    assert_eq!(proposte(&casa).await, []);
    assert_eq!(al(&casa, 1).await, date(2027, 2, 24));
    casa.lavora().await;
    assert_eq!(proposte(&casa).await, [], "what was decided is not proposed again");
    casa.butta().await;
}
