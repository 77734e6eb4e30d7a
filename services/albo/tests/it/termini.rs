//! Terms: dated rows, the ente's own before the general ones, nothing published without one.

use albo::commands::{NuovoTermine, imposta_regola, imposta_termine};
use albo::model::tempi::{Modo, Regola};
use albo::{AlboError, DecidiTermini, Rifiuto};
use jiff::civil::date;
use kernel::Computo;

use crate::casa::{Casa, VALBRUNA, delibera};

fn avviso() -> albo::commands::DaPubblicare {
    let mut d = delibera("Orario dell’ufficio");
    d.tipo = "avviso".to_owned();
    d
}

/// C3.
#[tokio::test]
async fn a_type_without_a_term_is_blocked_until_the_ente_decides() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    match casa.pubblica(&avviso()).await {
        Err(AlboError::Rifiuto(r)) => {
            assert_eq!(
                (r.codice(), r.to_string().as_str()),
                ("ALB-001", "Per il tipo «Avviso» non c’è un termine di pubblicazione.")
            );
            assert!(!r.rimedio().is_empty());
        }
        altro => panic!("{altro:?}"),
    }
    let (mut tx, p) = casa.con::<DecidiTermini>().await;
    let mut t = NuovoTermine {
        tipo: "avviso".to_owned(),
        dal: date(2026, 11, 2),
        modo: Modo::Giorni(10),
        computo: Some(Computo::GiornoInizialeEscluso),
        fonte: String::new(),
    };
    let senza_fonte = imposta_termine(&mut tx, &p, &t).await;
    assert!(matches!(senza_fonte, Err(AlboError::Rifiuto(Rifiuto::FonteVuota))));
    t.fonte = "Regolamento dell’albo, art. 4".to_owned();
    imposta_termine(&mut tx, &p, &t).await.unwrap();
    tx.commit().await.unwrap();
    let (_, p) = casa.pubblica(&avviso()).await.unwrap();
    assert_eq!((p.al, p.fonte_termine.as_str()), (date(2026, 11, 12), "Regolamento dell’albo, art. 4"));
    casa.butta().await;
}

#[tokio::test]
async fn the_rule_of_the_ente_moves_the_first_day() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let (mut tx, p) = casa.con::<DecidiTermini>().await;
    let regola = |ora: &str| Regola { computo: Computo::GiornoInizialeEscluso, ora_limite: Some(ora.to_owned()) };
    imposta_regola(&mut tx, &p, date(2026, 11, 3), &regola("18:00")).await.unwrap();
    tx.commit().await.unwrap();
    let (_, oggi) = casa.pubblica(&delibera("Oggi")).await.unwrap();
    assert_eq!((oggi.dal, oggi.al), (date(2026, 11, 2), date(2026, 11, 16)));
    casa.alle(date(2026, 11, 3).at(17, 59, 0, 0)).await;
    let (_, presto) = casa.pubblica(&delibera("Presto")).await.unwrap();
    assert_eq!((presto.dal, presto.al), (date(2026, 11, 3), date(2026, 11, 18)));
    casa.alle(date(2026, 11, 3).at(18, 0, 0, 0)).await;
    let (_, tardi) = casa.pubblica(&delibera("Tardi")).await.unwrap();
    assert_eq!((tardi.dal, tardi.al), (date(2026, 11, 4), date(2026, 11, 19)));
    let (mut tx, p) = casa.con::<DecidiTermini>().await;
    let esito = imposta_regola(&mut tx, &p, date(2026, 11, 3), &regola("sei")).await;
    assert!(matches!(esito, Err(AlboError::Rifiuto(Rifiuto::OraIllegibile))));
    drop(tx);
    casa.butta().await;
}

#[tokio::test]
async fn a_call_lasts_until_its_deadline() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let mut d = delibera("Concorso per un istruttore");
    d.tipo = "bando".to_owned();
    assert!(matches!(casa.pubblica(&d).await, Err(AlboError::Rifiuto(Rifiuto::SenzaUltimoGiorno))));
    d.ultimo_giorno = Some(date(2026, 11, 1));
    assert!(matches!(casa.pubblica(&d).await, Err(AlboError::Rifiuto(Rifiuto::UltimoGiornoPassato))));
    d.ultimo_giorno = Some(date(2026, 12, 2));
    assert_eq!(casa.pubblica(&d).await.unwrap().1.al, date(2026, 12, 2));
    casa.butta().await;
}

/// Weeks of 23 and 25 hours: fifteen days are fifteen dates.
#[tokio::test]
async fn the_two_changes_of_hour_do_not_move_a_day() {
    let casa = Casa::nuova().await;
    for (dal, al) in [(date(2026, 3, 20), date(2026, 4, 3)), (date(2026, 10, 20), date(2026, 11, 3))] {
        casa.alle(dal.at(0, 30, 0, 0)).await;
        let (_, p) = casa.pubblica(&delibera("Ora legale")).await.unwrap();
        assert_eq!((p.dal, p.al, p.fine), (dal, al, kernel::tempo::inizio_del_giorno(al.tomorrow().unwrap())));
    }
    casa.butta().await;
}

#[tokio::test]
async fn every_general_term_says_where_it_comes_from() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(VALBRUNA).await;
    let tipi = albo::queries::tipi(&mut tx, date(2026, 11, 2)).await.unwrap();
    let senza: Vec<&str> = tipi.iter().filter(|t| t.termine.is_none()).map(|t| t.codice.as_str()).collect();
    assert_eq!(senza, ["avviso", "altro"]);
    assert!(tipi.iter().filter_map(|t| t.termine.as_ref()).all(|t| !t.fonte.is_empty() && !t.certezza.is_empty()));
    drop(tx);
    casa.butta().await;
}
