//! Numbers and instants when everybody writes at once.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::tempo::anno_a_roma;
use registers::{Dove, Iscritta, Operazione, Regola, Voce};
use serde_json::json;

use crate::casa::{Casa, DOVE, registra};

/// `scrittori` tasks, `ciascuno` voci each; every thirty-third transaction is rolled back after its number was taken.
async fn corsa(casa: &Casa, scrittori: usize, ciascuno: usize) -> Vec<Iscritta> {
    let mut tutti = tokio::task::JoinSet::new();
    for s in 0..scrittori {
        let (db, ente) = (casa.prova.db.clone(), casa.ente);
        tutti.spawn(async move {
            let mut mie = Vec::new();
            for n in 0..ciascuno {
                let mut tx = loop {
                    // Two hundred people queue for thirty connections: a long queue is not a failure.
                    if let Ok(tx) = db.di_ente(ente).await {
                        break tx;
                    }
                };
                let i = registra(&mut tx, &format!("scrittore {s}, voce {n}")).await;
                if (s * ciascuno + n) % 33 == 32 {
                    drop(tx);
                } else {
                    tx.commit().await.unwrap();
                    mie.push(i);
                }
            }
            mie
        });
    }
    let mut iscritte: Vec<Iscritta> = tutti.join_all().await.into_iter().flatten().collect();
    iscritte.sort_by_key(|i| i.posizione);
    iscritte
}

fn contigue(iscritte: &[Iscritta]) {
    for (i, v) in iscritte.iter().enumerate() {
        assert_eq!(v.posizione, i as i64 + 1);
    }
    assert!(iscritte.is_sorted_by_key(|v| v.istante), "instants follow positions");
    let mut anni: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for v in iscritte {
        assert_eq!(v.serie, i32::from(anno_a_roma(v.istante)));
        anni.entry(v.serie).or_default().push(v.numero.unwrap());
    }
    for (anno, numeri) in anni {
        assert_eq!(numeri, (1..=numeri.len() as i32).collect::<Vec<_>>(), "numbers of {anno}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_writers_with_rollbacks_leave_no_gap() {
    let casa = Casa::nuova().await;
    let iscritte = corsa(&casa, 200, 8).await;
    assert_eq!(iscritte.len(), 1_600 - 1_600 / 33);
    contigue(&iscritte);
    assert_eq!(casa.anomalie(&[]).await, []);
    casa.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_midnight_of_31_december_both_years_are_contiguous() {
    let casa = Casa::nuova().await;
    let mezzanotte: Timestamp = "2030-12-31T23:00:00Z".parse().unwrap();
    let adesso = casa.tx().await.now();
    casa.prova
        .manut
        .sposta_orologio(mezzanotte.duration_since(adesso) - SignedDuration::from_millis(700), &casa.prova.db)
        .await
        .unwrap();
    let mut iscritte = Vec::new();
    // Until the race has crossed midnight, however slow the machine.
    while iscritte.last().is_none_or(|v: &Iscritta| v.serie == 2030) {
        iscritte.extend(corsa(&casa, 40, 5).await);
    }
    contigue(&iscritte);
    let di = |anno| iscritte.iter().filter(|v| v.serie == anno).count();
    assert!(di(2030) > 0 && di(2031) > 0, "{} in 2030, {} in 2031", di(2030), di(2031));
    assert_eq!(di(2030) + di(2031), iscritte.len());
    println!("midnight: {} voci in 2030, {} in 2031", di(2030), di(2031));
    assert_eq!(casa.anomalie(&[]).await, []);
    casa.butta().await;
}

#[tokio::test]
async fn a_clock_that_steps_back_never_takes_an_instant_back() {
    let casa = Casa::nuova().await;
    let sposta = |ore| casa.prova.manut.sposta_orologio(SignedDuration::from_hours(ore), &casa.prova.db);
    sposta(5).await.unwrap();
    let prima = casa.registra("prima").await;
    sposta(-24 * 400).await.unwrap();
    let dopo = casa.registra("dopo").await;
    assert_eq!(dopo.istante, prima.istante);
    assert_eq!((dopo.serie, dopo.numero), (prima.serie, Some(2)));
    assert_eq!(casa.anomalie(&[]).await, []);
    casa.butta().await;
}

#[tokio::test]
async fn two_exercises_live_side_by_side() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx().await;
    registers::apri_registro(&mut tx, "AOO1", "IMP", "Impegni", Regola::Esercizio).await.unwrap();
    let mut numeri = Vec::new();
    for esercizio in [2026, 2027] {
        let dove = Dove { aoo: "AOO1", registro: "IMP", catena: esercizio };
        registers::apri_catena(&mut tx, &dove).await.unwrap();
        registers::apri_catena(&mut tx, &dove).await.unwrap();
    }
    for esercizio in [2026, 2027, 2027, 2026, 2026] {
        let dove = Dove { aoo: "AOO1", registro: "IMP", catena: esercizio };
        let voce = Voce::nuova(Operazione::Registrazione, json!({ "importo": "100.00" }));
        let i = registers::iscrivi(&mut tx, &dove, &voce).await.unwrap();
        numeri.push((i.serie, i.numero.unwrap()));
    }
    tx.commit().await.unwrap();
    assert_eq!(numeri, [(2026, 1), (2027, 1), (2027, 2), (2026, 2), (2026, 3)]);
    let voci: Vec<_> = casa.anomalie(&[]).await.into_iter().filter(|a| a.registro == "IMP").collect();
    assert!(voci.iter().all(|a| a.cosa.contains("nello stato manca")), "{voci:?}");
    casa.butta().await;
}

#[tokio::test]
async fn the_head_of_a_day_is_the_last_voce_before_midnight_in_rome() {
    let casa = Casa::nuova().await;
    let oggi = casa.tx().await.oggi();
    let mut tx = casa.tx().await;
    assert_eq!(registers::testa_al(&mut tx, &DOVE, oggi).await.unwrap().0, 0);
    drop(tx);
    let i = casa.registra("oggi").await;
    let mut tx = casa.tx().await;
    assert_eq!(registers::testa_al(&mut tx, &DOVE, oggi).await.unwrap(), (1, i.impronta));
    assert_eq!(registers::testa_al(&mut tx, &DOVE, oggi - 1.day()).await.unwrap().0, 0);
    drop(tx);
    casa.butta().await;
}
