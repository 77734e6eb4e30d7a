//! Once, in order, with retries, after a crash.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jobs::{Contesto, Esito, Fallito, Incarico, Lavoro, NuovoLavoro, Stato, Svolti, lavora};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::casa::{Casa, di, niente, nuovo};

const UNO_RIUSCITO: Svolti = Svolti { riusciti: 1, da_riprovare: 0, rinunciati: 0 };
const UNO_DA_RIPROVARE: Svolti = Svolti { riusciti: 0, da_riprovare: 1, rinunciati: 0 };
const UNO_RINUNCIATO: Svolti = Svolti { riusciti: 0, da_riprovare: 0, rinunciati: 1 };

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_of_four_workers_run_each_job_once() {
    static VOLTE: Mutex<Option<HashMap<Uuid, usize>>> = Mutex::new(None);

    static STESSA_CHIAVE: AtomicUsize = AtomicUsize::new(0);
    async fn conta(_: Contesto, i: Incarico) -> Esito {
        let con_chiave = i.chiave.is_some();
        assert!(!con_chiave || STESSA_CHIAVE.fetch_add(1, SeqCst) == 0, "two jobs with one key at once");

        tokio::time::sleep(Duration::from_millis(3)).await;
        *VOLTE.lock().unwrap().get_or_insert_default().entry(i.id).or_default() += 1;
        if con_chiave {
            STESSA_CHIAVE.fetch_sub(1, SeqCst);
        }
        Ok(())
    }
    let casa = Casa::nuova().await;
    let catalogo = Arc::new(di(&[Lavoro::nuovo("prova.conta", "conta", |c, i| Box::pin(conta(c, i)))]));
    let (ferma, sente) = watch::channel(false);
    let processi: Vec<_> =
        (0..2).map(|_| tokio::spawn(lavora(casa.contesto.clone(), catalogo.clone(), 4, sente.clone()))).collect();
    let mut ids = Vec::new();
    for n in 0..150 {
        ids.push(casa.accoda(if n % 2 == 0 { casa.a } else { casa.b }, "prova.conta", None).await);
        if n % 10 == 0 {
            casa.accoda(casa.a, "prova.conta", Some("sempre la stessa")).await;
        }
    }
    for _ in 0..500 {
        let s = casa.stato().await;
        if s.da_fare + s.in_corso == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ferma.send(true).unwrap();
    for p in processi {
        p.await.unwrap().unwrap();
    }
    let volte = VOLTE.lock().unwrap().take().unwrap();
    assert!(ids.iter().all(|id| volte.get(id) == Some(&1)));
    assert!(volte.values().all(|n| *n == 1));
    assert_eq!(casa.stato().await, Stato { da_fare: 0, in_ritardo: 0, in_corso: 0, rinunciati: 0 });
    casa.finisci().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bell_wakes_and_a_stop_lets_running_work_finish() {
    static COMINCIATO: Notify = Notify::const_new();
    static PUO_FINIRE: Notify = Notify::const_new();
    async fn lento(_: Contesto, _: Incarico) -> Esito {
        COMINCIATO.notify_one();
        PUO_FINIRE.notified().await;
        Ok(())
    }
    let casa = Casa::nuova().await;
    let catalogo = Arc::new(di(&[Lavoro::nuovo("prova.lento", "lento", |c, i| Box::pin(lento(c, i)))]));
    let (ferma, sente) = watch::channel(false);
    let processo = tokio::spawn(lavora(casa.contesto.clone(), catalogo, 4, sente));
    let id = casa.accoda(casa.a, "prova.lento", None).await;
    COMINCIATO.notified().await;
    ferma.send(true).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!processo.is_finished());
    let mai_preso = casa.accoda(casa.a, "prova.lento", None).await;
    PUO_FINIRE.notify_one();
    processo.await.unwrap().unwrap();
    assert_eq!(casa.stati(id).await.0, "fatto");
    assert_eq!(casa.stati(mai_preso).await.0, "da_fare");
    casa.finisci().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_waits_for_goes_before_the_night() {
    static FERMI: Notify = Notify::const_new();
    static SUBITO: Notify = Notify::const_new();
    async fn della_notte(_: Contesto, _: Incarico) -> Esito {
        FERMI.notified().await;
        Ok(())
    }
    async fn subito(_: Contesto, _: Incarico) -> Esito {
        SUBITO.notify_one();
        Ok(())
    }
    let casa = Casa::nuova().await;
    let notte = Lavoro::nuovo("prova.notte", "della notte", |c, i| Box::pin(della_notte(c, i)));
    let atteso = Lavoro::nuovo("prova.subito", "atteso", |c, i| Box::pin(subito(c, i)));
    let (ferma, sente) = watch::channel(false);
    for _ in 0..6 {
        casa.accoda(casa.a, "prova.notte", None).await;
    }
    let processo = tokio::spawn(lavora(casa.contesto.clone(), Arc::new(di(&[notte, atteso])), 2, sente));
    while casa.stato().await.in_corso < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut tx = casa.contesto.db.di_ente(casa.b).await.unwrap();
    jobs::accoda(&mut tx, NuovoLavoro { urgente: true, ..nuovo("prova.subito", None) }).await.unwrap();
    tx.commit().await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), SUBITO.notified()).await.expect("every place was taken by the night");
    // Its row is written after it has spoken; the place that is kept is not for the night.
    let di_nuovo_due = async {
        while casa.stato().await.in_corso != 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), di_nuovo_due).await.expect("the night took every place");
    ferma.send(true).unwrap();
    for _ in 0..6 {
        FERMI.notify_one();
        FERMI.notify_waiters();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    processo.await.unwrap().unwrap();
    casa.finisci().await;
}

#[tokio::test]
async fn a_crash_heals_and_the_dead_can_no_longer_speak() {
    static MORTO: Mutex<Option<Incarico>> = Mutex::new(None);
    async fn muore_una_volta(_: Contesto, i: Incarico) -> Esito {
        if i.tentativo == 1 {
            *MORTO.lock().unwrap() = Some(i);
            std::future::pending::<()>().await;
        }
        Ok(())
    }
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro::nuovo("prova.muore", "muore", |c, i| Box::pin(muore_una_volta(c, i)))]);
    let id = casa.accoda(casa.a, "prova.muore", Some("k")).await;
    let (contesto, c) = (casa.contesto.clone(), catalogo.clone());
    let vittima = tokio::spawn(async move { jobs::esegui_tutto(&contesto, &c).await.map(drop) });
    while MORTO.lock().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    vittima.abort();
    assert_eq!(casa.esegui(&catalogo).await, Svolti::default(), "the lease still holds");

    casa.sql("update lavori.lavoro set bloccato_fino = clock_timestamp() - interval '1 s'").await;
    assert_eq!(casa.esegui(&catalogo).await, UNO_RIUSCITO);
    assert_eq!(casa.stati(id).await, ("fatto".into(), 2));
    let morto = MORTO.lock().unwrap().take().unwrap();
    let mut tx = casa.contesto.db.di_ente(casa.a).await.unwrap();
    assert!(morto.concludi(&mut tx).await.is_err());
    drop(tx);
    casa.finisci().await;
}

#[tokio::test]
async fn a_job_that_kills_its_process_every_time_gives_up() {
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro { tentativi: 3, ..Lavoro::nuovo("prova.uccide", "x", |c, i| Box::pin(niente(c, i))) }]);
    casa.accoda(casa.a, "prova.uccide", None).await;
    casa.sql("update lavori.lavoro set tentativi = 3").await;
    assert_eq!(casa.esegui(&catalogo).await, UNO_RINUNCIATO);
    casa.finisci().await;
}

#[tokio::test]
async fn retries_wait_then_a_person_decides() {
    async fn mai(_: Contesto, i: Incarico) -> Esito {
        match i.tentativo {
            1 => Err(Fallito::riprova("la PEC non risponde")),
            2 => panic!("indice fuori posto"),
            _ => Err(Fallito::riprova("ancora niente")),
        }
    }
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro { tentativi: 3, ..Lavoro::nuovo("prova.mai", "mai", |c, i| Box::pin(mai(c, i))) }]);
    let id = casa.accoda(casa.a, "prova.mai", Some("k")).await;
    for _ in 0..2 {
        assert_eq!(casa.esegui(&catalogo).await, UNO_DA_RIPROVARE);
        assert_eq!(casa.esegui(&catalogo).await, Svolti::default(), "not before its time");
        casa.sql("update lavori.lavoro set quando = quando - interval '2 minutes'").await;
    }
    assert_eq!(casa.esegui(&catalogo).await, UNO_RINUNCIATO);
    let mut tx = casa.contesto.db.di_ente(casa.a).await.unwrap();
    let lista = jobs::rinunciati(&mut tx).await.unwrap();
    assert_eq!((lista[0].id, lista[0].causa.as_str(), lista[0].tentativi), (id, "ancora niente", 3));
    assert!(!lista[0].rimedio.is_empty());
    assert_eq!(casa.stato().await.rinunciati, 1);

    assert!(jobs::riprova(&mut tx, id).await.unwrap());
    assert!(!jobs::riprova(&mut tx, id).await.unwrap());
    assert!(!jobs::archivia(&mut tx, id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(casa.stati(id).await, ("da_fare".into(), 0));
    casa.finisci().await;
}

#[tokio::test]
async fn giving_up_is_at_once_and_can_be_dismissed() {
    async fn rinuncia(_: Contesto, _: Incarico) -> Esito {
        Err(Fallito::rinuncia("la casella non esiste", "Correggi l’indirizzo."))
    }
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro::nuovo("prova.rinuncia", "x", |c, i| Box::pin(rinuncia(c, i)))]);
    let id = casa.accoda(casa.a, "prova.rinuncia", Some("k")).await;
    assert_eq!(casa.esegui(&catalogo).await, UNO_RINUNCIATO);
    let altro = casa.accoda(casa.a, "prova.rinuncia", Some("k")).await;
    assert_ne!(id, altro, "what gave up does not stop new work");
    let mut tx = casa.contesto.db.di_ente(casa.a).await.unwrap();
    // The same work already waits: retrying the old one would do it twice.
    assert!(jobs::riprova(&mut tx, id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(casa.stati(id).await.0, "archiviato");

    assert_eq!(casa.esegui(&catalogo).await, UNO_RINUNCIATO);
    let mut tx = casa.contesto.db.di_ente(casa.a).await.unwrap();
    assert!(jobs::archivia(&mut tx, altro).await.unwrap());
    assert!(jobs::rinunciati(&mut tx).await.unwrap().is_empty());
    drop(tx);
    casa.finisci().await;
}

#[tokio::test]
async fn the_same_work_waits_once_and_is_never_lost() {
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro::nuovo("prova.niente", "x", |c, i| Box::pin(niente(c, i)))]);
    let primo = casa.accoda(casa.a, "prova.niente", Some("2026-09-15")).await;
    assert_eq!(casa.accoda(casa.a, "prova.niente", Some("2026-09-15")).await, primo);
    assert_ne!(casa.accoda(casa.b, "prova.niente", Some("2026-09-15")).await, primo);
    assert_ne!(casa.accoda(casa.a, "prova.niente", Some("2026-09-16")).await, primo);
    assert_eq!(casa.stato().await.da_fare, 3);

    // A fact not yet committed asks for work that already waits: that work must not run before it can see the fact.
    let mut tx = casa.contesto.db.di_ente(casa.a).await.unwrap();
    assert_eq!(jobs::accoda(&mut tx, nuovo("prova.niente", Some("2026-09-15"))).await.unwrap(), primo);
    assert_eq!(casa.esegui(&catalogo).await.riusciti, 2);
    assert_eq!(casa.stati(primo).await.0, "da_fare");
    tx.commit().await.unwrap();
    assert_eq!(casa.esegui(&catalogo).await, UNO_RIUSCITO);
    casa.finisci().await;
}

#[tokio::test]
async fn work_asked_for_while_it_runs_runs_again_afterwards() {
    static VISTI: Mutex<Vec<Uuid>> = Mutex::new(Vec::new());
    async fn si_richiede(c: Contesto, i: Incarico) -> Esito {
        VISTI.lock().unwrap().push(i.id);
        if VISTI.lock().unwrap().len() == 1 {
            let mut tx = c.db.di_ente(i.ente).await?;
            jobs::accoda(&mut tx, nuovo("prova.ancora", Some("k"))).await?;
            tx.commit().await?;
            let nessuno = di(&[Lavoro::nuovo("prova.ancora", "x", |c, i| Box::pin(niente(c, i)))]);
            assert_eq!(jobs::esegui_tutto(&c, &nessuno).await?, Svolti::default(), "its twin waits for it");
            return Err(Fallito::riprova("a metà"));
        }
        Ok(())
    }
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro::nuovo("prova.ancora", "x", |c, i| Box::pin(si_richiede(c, i)))]);
    let primo = casa.accoda(casa.a, "prova.ancora", Some("k")).await;
    // The first fails while its twin waits: the twin does the work, once.
    assert_eq!(casa.esegui(&catalogo).await, Svolti { riusciti: 1, da_riprovare: 1, rinunciati: 0 });
    assert_eq!(VISTI.lock().unwrap().len(), 2);
    assert_eq!(casa.stati(primo).await.0, "fatto");
    assert_eq!(casa.stato().await.da_fare, 0);
    casa.finisci().await;
}

#[tokio::test]
async fn done_in_the_transaction_of_its_effects() {
    async fn conclude(c: Contesto, i: Incarico) -> Esito {
        let mut tx = c.db.di_ente(i.ente).await?;
        i.concludi(&mut tx).await?;
        tx.commit().await?;
        Err(Fallito::riprova("la rete è caduta dopo il commit"))
    }
    let casa = Casa::nuova().await;
    let catalogo = di(&[Lavoro::nuovo("prova.conclude", "x", |c, i| Box::pin(conclude(c, i)))]);
    let id = casa.accoda(casa.a, "prova.conclude", None).await;
    casa.esegui(&catalogo).await;
    assert_eq!(casa.stati(id).await, ("fatto".into(), 1));
    casa.finisci().await;
}
