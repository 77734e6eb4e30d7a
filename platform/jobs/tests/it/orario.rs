//! Ticks: one firing whoever watches, by the clock in Rome, healing what was missed.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use jiff::civil::time;
use jobs::{Cadenza, Catalogo, Compito, Contesto, Esito, Fallito, Incarico, Lavoro, Periodico, prepara};

use crate::casa::{Casa, niente};

const ALLE_0_10: Cadenza = Cadenza::OgniGiorno { ora: time(0, 10, 0, 0) };

#[tokio::test(flavor = "multi_thread")]
async fn one_firing_for_each_ente_across_the_autumn_change() {
    static VOLTE: AtomicUsize = AtomicUsize::new(0);
    async fn conta(_: Contesto, _: Incarico) -> Esito {
        VOLTE.fetch_add(1, SeqCst);
        Ok(())
    }
    let casa = Casa::nuova().await;
    let giornaliero = Periodico {
        nome: "prova.giornaliero",
        descrizione: "x",
        ogni: ALLE_0_10,
        esegui: Compito::PerEnte(|c, i| Box::pin(conta(c, i))),
    };
    let catalogo = Catalogo::nuovo([], [giornaliero]);
    casa.vai_a("2026-10-24T12:00:00Z").await;
    let db = &casa.contesto.db;
    let (uno, due) = tokio::join!(prepara(db, &catalogo), prepara(db, &catalogo));
    uno.and(due).unwrap();
    let prossimo = async || casa.prossimo("prova.giornaliero").await.to_string();
    assert_eq!(prossimo().await, "2026-10-24T22:10:00Z");
    casa.esegui(&catalogo).await;
    assert_eq!(VOLTE.load(SeqCst), 0);

    casa.vai_a("2026-10-24T22:11:00Z").await;
    let (uno, due) = tokio::join!(casa.esegui(&catalogo), casa.esegui(&catalogo));
    assert_eq!((VOLTE.load(SeqCst), uno.riusciti + due.riusciti), (2, 2));
    assert_eq!(prossimo().await, "2026-10-25T23:10:00Z", "25 hours later: 00:10 in Rome again");

    // Three nights with the machine off are one tick, and starting again does not forget it.
    casa.vai_a("2026-10-28T08:00:00Z").await;
    prepara(db, &catalogo).await.unwrap();
    casa.esegui(&catalogo).await;
    assert_eq!(VOLTE.load(SeqCst), 4);
    assert_eq!(prossimo().await, "2026-10-28T23:10:00Z");
    casa.finisci().await;
}

#[tokio::test]
async fn work_of_the_installation_runs_once_and_is_tried_again() {
    static VOLTE: AtomicUsize = AtomicUsize::new(0);
    async fn al_secondo_colpo(_: Contesto) -> Esito {
        if VOLTE.fetch_add(1, SeqCst) == 0 { Err(Fallito::riprova("disco pieno")) } else { Ok(()) }
    }
    let casa = Casa::nuova().await;
    let cura = Periodico {
        nome: "prova.cura",
        descrizione: "x",
        ogni: ALLE_0_10,
        esegui: Compito::Installazione(|c| Box::pin(al_secondo_colpo(c))),
    };
    let catalogo = Catalogo::nuovo([], [cura]);
    casa.vai_a("2026-06-01T12:00:00Z").await;
    prepara(&casa.contesto.db, &catalogo).await.unwrap();
    casa.vai_a("2026-06-01T23:00:00Z").await;
    tokio::join!(casa.esegui(&catalogo), casa.esegui(&catalogo));
    assert_eq!(VOLTE.load(SeqCst), 1);
    casa.vai_a("2026-06-01T23:11:00Z").await;
    casa.esegui(&catalogo).await;
    assert_eq!(VOLTE.load(SeqCst), 2);
    assert_eq!(casa.prossimo("prova.cura").await.to_string(), "2026-06-02T22:10:00Z");
    casa.finisci().await;
}

#[tokio::test]
async fn what_was_done_is_forgotten_what_gave_up_is_not() {
    async fn rinuncia(_: Contesto, _: Incarico) -> Esito {
        Err(Fallito::rinuncia("no", "Guarda."))
    }
    let casa = Casa::nuova().await;
    let catalogo = Catalogo::nuovo(
        [
            Lavoro::nuovo("prova.niente", "x", |c, i| Box::pin(niente(c, i))),
            Lavoro::nuovo("prova.rinuncia", "x", |c, i| Box::pin(rinuncia(c, i))),
        ],
        [],
    );
    casa.vai_a("2026-01-10T12:00:00Z").await;
    prepara(&casa.contesto.db, &catalogo).await.unwrap();
    casa.accoda(casa.a, "prova.niente", None).await;
    casa.accoda(casa.a, "prova.rinuncia", None).await;
    casa.esegui(&catalogo).await;
    casa.vai_a("2026-06-10T12:00:00Z").await;
    casa.esegui(&catalogo).await;
    assert_eq!(casa.sql("select from lavori.lavoro where stato = 'fatto'").await, 0);
    assert_eq!(casa.stato().await.rinunciati, 1);
    casa.finisci().await;
}
