//! The load generator: keep-alive connections to 127.0.0.1, a closed loop that measures how much, an open loop that
//! measures how long.

mod filo;
mod tempi;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

pub use filo::{Filo, Richiesta, Risposta};
pub use tempi::Tempi;

/// What came back from a run.
#[derive(Debug, Default)]
pub struct Esito {
    pub tempi: Tempi,
    /// Answers that were not what was asked for, and the first of them.
    pub errori: usize,
    pub primo: Option<String>,
    pub byte: u64,
    pub durata: Duration,
}

impl Esito {
    /// Good answers in a second.
    pub fn al_secondo(&self) -> f64 {
        self.tempi.quanti() as f64 / self.durata.as_secs_f64().max(1e-9)
    }

    fn somma(&mut self, altro: Esito) {
        self.tempi.somma(altro.tempi);
        self.errori += altro.errori;
        self.primo = self.primo.take().or(altro.primo);
        self.byte += altro.byte;
    }

    pub(crate) fn segna(&mut self, inizio: Instant, atteso: u16, r: anyhow::Result<Risposta>) {
        match r {
            Ok(r) if r.stato == atteso => {
                self.tempi.segna(inizio.elapsed());
                self.byte += r.byte;
            }
            Ok(r) => {
                self.errori += 1;
                self.primo.get_or_insert_with(|| format!("{} invece di {atteso}: {}", r.stato, r.inizio()));
            }
            Err(e) => {
                self.errori += 1;
                self.primo.get_or_insert_with(|| format!("{e:#}"));
            }
        }
    }
}

/// As many requests as fit in `durata`, from `clienti` connections that never think. `richiesta` is given the client and
/// how many it has already sent.
pub async fn chiuso<F>(dove: SocketAddr, clienti: usize, durata: Duration, richiesta: F) -> anyhow::Result<Esito>
where
    F: Fn(usize, usize) -> Richiesta + Send + Sync + 'static,
{
    let richiesta = Arc::new(richiesta);
    let mut fili = Vec::with_capacity(clienti);
    for _ in 0..clienti {
        fili.push(Filo::apri(dove).await?);
    }
    let inizio = Instant::now();
    let compiti: Vec<_> = fili
        .into_iter()
        .enumerate()
        .map(|(i, mut filo)| {
            let richiesta = richiesta.clone();
            tokio::spawn(async move {
                let mut esito = Esito::default();
                let mut n = 0;
                while inizio.elapsed() < durata {
                    let r = richiesta(i, n);
                    let da = Instant::now();
                    esito.segna(da, r.atteso, filo.chiedi(&r).await);
                    n += 1;
                }
                esito
            })
        })
        .collect();
    let mut tutto = Esito::default();
    for c in compiti {
        tutto.somma(c.await?);
    }
    tutto.durata = inizio.elapsed();
    Ok(tutto)
}

/// `al_secondo` requests a second whatever the answers do: a time counts from when the request should have left, so that
/// a slow answer does not hide the ones behind it (coordinated omission). One result for each kind of request.
pub async fn aperto(
    dove: SocketAddr,
    al_secondo: u32,
    durata: Duration,
    richieste: &[Vec<Richiesta>],
) -> anyhow::Result<Vec<Esito>> {
    let fermi: Arc<Mutex<Vec<Filo>>> = Arc::default();
    let esiti: Arc<Vec<Mutex<Esito>>> = Arc::new(richieste.iter().map(|_| Mutex::default()).collect());
    let passo = Duration::from_secs(1) / al_secondo;
    let quante = durata.as_micros() / passo.as_micros().max(1);
    let inizio = Instant::now();
    let in_volo = Arc::new(AtomicUsize::new(0));
    for n in 0..usize::try_from(quante)? {
        let quando = inizio + passo * u32::try_from(n)?;
        tokio::time::sleep_until(quando.into()).await;
        let quale = n % richieste.len();
        let r = richieste[quale][(n / richieste.len()) % richieste[quale].len()].clone();
        let (fermi, esiti, in_volo) = (fermi.clone(), esiti.clone(), in_volo.clone());
        in_volo.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let risposta = manda(dove, &fermi, &r).await;
            esiti[quale].lock().await.segna(quando, r.atteso, risposta);
            in_volo.fetch_sub(1, Ordering::Relaxed);
        });
    }
    // What is still in the air counts too, for as long as a person would wait.
    let limite = Instant::now() + Duration::from_secs(20);
    while in_volo.load(Ordering::Relaxed) > 0 && Instant::now() < limite {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let durata = inizio.elapsed();
    let mut fuori = Vec::with_capacity(esiti.len());
    for e in esiti.iter() {
        fuori.push(Esito { durata, ..std::mem::take(&mut *e.lock().await) });
    }
    Ok(fuori)
}

async fn manda(dove: SocketAddr, fermi: &Mutex<Vec<Filo>>, r: &Richiesta) -> anyhow::Result<Risposta> {
    let fermo = fermi.lock().await.pop();
    let mut filo = match fermo {
        Some(f) => f,
        None => Filo::apri(dove).await?,
    };
    let risposta = filo.chiedi(r).await?;
    fermi.lock().await.push(filo);
    Ok(risposta)
}
