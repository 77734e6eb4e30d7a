//! C2: two operators, two hundred acts, the night of the year.

use std::sync::Arc;

use albo::commands::{Conferma, prepara, pubblica};
use albo::{AlboError, Pubblica};
use authz::Consenti;
use jiff::ToSpan;
use jiff::civil::date;
use kernel::tempo::inizio_del_giorno;

use crate::casa::{Casa, VALBRUNA, delibera};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_acts_across_midnight_leave_no_gap() {
    let casa = Arc::new(Casa::nuova().await);
    let mezzanotte = inizio_del_giorno(date(2027, 1, 1));
    // Drafts are ready before: what races is the publication.
    let mut bozze = Vec::new();
    for n in 0..200 {
        let (mut tx, p) = casa.con::<Pubblica>().await;
        bozze.push(prepara(&mut tx, &p, &delibera(&format!("Atto {n}"))).await.unwrap());
        tx.commit().await.unwrap();
    }
    casa.a(mezzanotte - 400.milliseconds()).await;
    let operatori = bozze.chunks(100).map(|mie| {
        let (casa, mie) = (casa.clone(), mie.to_vec());
        tokio::spawn(async move {
            let mut presi = Vec::new();
            for (n, id) in mie.into_iter().enumerate() {
                let mut tx = casa.tx(VALBRUNA).await;
                let chi = casa.chi(&mut tx).await;
                let p = tx.consenti::<Pubblica>(&chi).await?;
                let pubblicata = pubblica(&mut tx, &p, id, Conferma::NonData).await?;
                // One in thirty changes its mind: its number goes to the next.
                if n % 30 != 29 {
                    tx.commit().await?;
                    presi.push((pubblicata.anno, pubblicata.numero.valore(), pubblicata.affisso_il, pubblicata.dal));
                }
            }
            Ok::<_, AlboError>(presi)
        })
    });
    let mut presi = Vec::new();
    for o in operatori.collect::<Vec<_>>() {
        presi.extend(o.await.unwrap().unwrap());
    }
    presi.sort_unstable();
    for anno in [2026, 2027] {
        let numeri: Vec<i32> = presi.iter().filter(|p| p.0 == anno).map(|p| p.1).collect();
        assert!(!numeri.is_empty(), "nobody published in {anno}: the race did not cross midnight");
        assert_eq!(numeri, (1..=numeri.len() as i32).collect::<Vec<_>>());
    }
    assert_eq!(presi.len(), 194);
    assert!(presi.is_sorted_by_key(|p| p.2), "the order of the numbers is the order of the instants");
    assert!(presi.iter().all(|p| i32::from(p.3.year()) == p.0), "the period starts in the year of the number");
    let esito = registers::verifica::verifica(&casa.prova.manut, None, &[], albo::PROIEZIONI).await.unwrap();
    assert_eq!(esito.anomalie, []);
    Arc::into_inner(casa).unwrap().butta().await;
}
