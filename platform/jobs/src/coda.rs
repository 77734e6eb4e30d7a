//! The workers: claim, run under a lease, write the outcome.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use db::Db;
use futures_util::FutureExt;
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::catalogo::{Catalogo, Contesto, Esito, Fallito, Incarico};
use crate::{orario, sql};

/// A third of the lease that the statements give.
const BATTITO: Duration = Duration::from_secs(20);
/// Who misses the bell looks by itself after this.
const SGUARDO: Duration = Duration::from_secs(5);
const RIMEDIO_SOLITO: &str = "Togli la causa e riprova; se non dipende da te, chiama l’assistenza.";

/// What happened in a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Svolti {
    pub riusciti: usize,
    pub da_riprovare: usize,
    pub rinunciati: usize,
}

/// Runs everything that is due now, one job after another, also what these jobs queue: for tests and for the loader.
pub async fn esegui_tutto(contesto: &Contesto, catalogo: &Catalogo) -> Result<Svolti, db::Error> {
    let mut svolti = Svolti::default();
    loop {
        for turno in orario::scatta(&contesto.db, catalogo).await? {
            turno.svolgi(contesto.clone()).await?;
        }
        let Some(incarico) = prendi(&contesto.db, catalogo, sql::PRENDI, 1).await?.pop() else { return Ok(svolti) };
        match svolgi(contesto, catalogo, &incarico).await? {
            Ok(()) => svolti.riusciti += 1,
            Err(Fallito::Riprova(_)) => svolti.da_riprovare += 1,
            Err(Fallito::Rinuncia { .. }) => svolti.rinunciati += 1,
        }
    }
}

/// Works at most `quanti` jobs at a time until `ferma` says true (or its sender is gone), then finishes those it has.
pub async fn lavora(
    contesto: Contesto,
    catalogo: Arc<Catalogo>,
    quanti: usize,
    mut ferma: watch::Receiver<bool>,
) -> Result<(), db::Error> {
    let mut campanello = contesto.db.ascolta(&["alleanza_lavori"]).await?;
    let mut in_corso = JoinSet::new();
    while !*ferma.borrow() {
        if let Err(e) = assegna(&contesto, &catalogo, quanti, &mut in_corso).await {
            tracing::error!(errore = %e, "queue not read");
        }
        let squillo = async {
            // Without a database the bell fails at once, again and again.
            if campanello.recv().await.is_err() {
                sleep(SGUARDO).await;
            }
        };
        tokio::select! {
            cambiato = ferma.changed() => if cambiato.is_err() { break },
            Some(_) = in_corso.join_next() => {}
            () = squillo, if in_corso.len() <= quanti => {}
            () = sleep(SGUARDO) => {}
        }
        while campanello.next_buffered().is_some() {}
    }
    while in_corso.join_next().await.is_some() {}
    Ok(())
}

/// Gives what is due to workers that are free.
async fn assegna(
    contesto: &Contesto,
    catalogo: &Arc<Catalogo>,
    quanti: usize,
    in_corso: &mut JoinSet<()>,
) -> Result<(), db::Error> {
    while in_corso.try_join_next().is_some() {}
    for turno in orario::scatta(&contesto.db, catalogo).await? {
        let corsa = turno.svolgi(Contesto { operazione: db::caso::uuid(), ..contesto.clone() });
        in_corso.spawn(corsa.map(annota));
    }
    // One place more is for what somebody waits for: the night may hold all the others.
    let liberi = (quanti + 1).saturating_sub(in_corso.len());
    if liberi == 0 {
        return Ok(());
    }
    let mut presi = prendi(&contesto.db, catalogo, sql::PRENDI_URGENTI, liberi).await?;
    let altri = (liberi - 1).saturating_sub(presi.len());
    if altri > 0 {
        presi.append(&mut prendi(&contesto.db, catalogo, sql::PRENDI, altri).await?);
    }
    for incarico in presi {
        let (contesto, catalogo) = (contesto.clone(), catalogo.clone());
        in_corso.spawn(async move { annota(svolgi(&contesto, &catalogo, &incarico).await.map(drop)) });
    }
    Ok(())
}

/// An outcome that could not be written: the lease runs out and the job is run again.
fn annota(scritto: Result<(), db::Error>) {
    if let Err(e) = scritto {
        tracing::error!(errore = %e, "outcome of a job not written");
    }
}

async fn prendi(db: &Db, catalogo: &Catalogo, quali: &'static str, quanti: usize) -> Result<Vec<Incarico>, db::Error> {
    let mut tx = db.coda().await?;
    let now = tx.now();
    let presi = sqlx::query_as(quali)
        .bind(db::sql(now))
        .bind(catalogo.tipi())
        .bind(i64::try_from(quanti).unwrap_or(i64::MAX))
        .fetch_all(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(presi)
}

/// Runs a claimed job and writes how it went.
async fn svolgi(contesto: &Contesto, catalogo: &Catalogo, incarico: &Incarico) -> Result<Esito, db::Error> {
    let contesto = Contesto { operazione: db::caso::uuid(), ..contesto.clone() };
    // It was claimed by its type: there is one.
    let Some(lavoro) = catalogo.lavoro(&incarico.tipo) else { return Ok(Ok(())) };
    let esito = if incarico.tentativo > lavoro.tentativi {
        // Every attempt ended without a word: the job takes its process down with it.
        Err(Fallito::riprova("Il programma si è fermato durante il lavoro."))
    } else {
        let corsa = AssertUnwindSafe(async { (lavoro.esegui)(contesto.clone(), incarico.clone()).await });
        tokio::select! {
            esito = corsa.catch_unwind() => esito.unwrap_or_else(|p| Err(Fallito::Riprova(detto_dal_panico(p.as_ref())))),
            () = tieni(&contesto.db, incarico) => {
                return Ok(Err(Fallito::riprova("Il lavoro è passato a un altro processo.")));
            }
        }
    };
    let esito = esito.map_err(|f| definitivo(f, incarico.tentativo >= lavoro.tentativi));
    racconta(&contesto, incarico, &esito);
    scrivi(&contesto.db, incarico, &esito).await?;
    Ok(esito)
}

fn definitivo(fallito: Fallito, ultimo: bool) -> Fallito {
    match fallito {
        Fallito::Riprova(causa) if ultimo => Fallito::Rinuncia { causa, rimedio: RIMEDIO_SOLITO.to_owned() },
        altro => altro,
    }
}

fn racconta(contesto: &Contesto, i: &Incarico, esito: &Esito) {
    let (operazione, ente, tipo) = (contesto.operazione, &i.codice, &i.tipo);
    match esito {
        Ok(()) => tracing::info!(%operazione, ente, tipo, lavoro = %i.id, "job done"),
        Err(Fallito::Riprova(causa)) => {
            tracing::warn!(%operazione, ente, tipo, lavoro = %i.id, tentativo = i.tentativo, causa, "job to retry");
        }
        Err(Fallito::Rinuncia { causa, .. }) => {
            tracing::error!(%operazione, ente, tipo, lavoro = %i.id, causa, "job gave up");
        }
    }
}

async fn scrivi(db: &Db, i: &Incarico, esito: &Esito) -> Result<(), db::Error> {
    loop {
        match prova_a_scrivere(db, i, esito).await {
            // The same work was queued between the look and the write: look again.
            Err(e) if e.vincolo() == Some("lavoro_in_attesa") => {}
            altro => return altro,
        }
    }
}

/// No row changes when the lease was lost or [`Incarico::concludi`] has already spoken: both are right.
async fn prova_a_scrivere(db: &Db, i: &Incarico, esito: &Esito) -> Result<(), db::Error> {
    let mut tx = db.coda().await?;
    let now = tx.now();
    let q = match esito {
        Ok(()) => sqlx::query(sql::FATTO),
        Err(Fallito::Riprova(_)) => sqlx::query(sql::RIPROVA),
        Err(Fallito::Rinuncia { .. }) => sqlx::query(sql::RINUNCIA),
    };
    let q = q.bind(i.ente).bind(i.id).bind(i.presa).bind(db::sql(now));
    let q = match esito {
        Ok(()) => q,
        Err(Fallito::Riprova(causa)) => q.bind(causa).bind(db::sql(now + attesa(i.tentativo, db::caso::byte()))),
        Err(Fallito::Rinuncia { causa, rimedio }) => q.bind(causa).bind(rimedio),
    };
    q.execute(tx.conn()).await?;
    tx.commit().await
}

/// Twice as long each time, from half a minute to six hours, give or take a fifth: what failed together retries apart.
fn attesa(tentativo: i32, caso: [u8; 2]) -> SignedDuration {
    let secondi = (15i64 << tentativo.clamp(1, 20)).min(6 * 3600);
    let scarto = i64::from(u16::from_be_bytes(caso)) - i64::from(u16::MAX / 2);
    SignedDuration::from_secs(secondi + secondi * scarto / (5 * i64::from(u16::MAX / 2)))
}

/// Renews the lease while the job runs; returns only when another process has taken it.
async fn tieni(db: &Db, i: &Incarico) {
    loop {
        sleep(BATTITO).await;
        match rinnova(db, i).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(e) => tracing::warn!(lavoro = %i.id, errore = %e, "heartbeat not written"),
        }
    }
}

async fn rinnova(db: &Db, i: &Incarico) -> Result<bool, db::Error> {
    let mut tx = db.coda().await?;
    let q = sqlx::query(sql::TIENI).bind(i.ente).bind(i.id).bind(i.presa);
    let mia = q.execute(tx.conn()).await?.rows_affected() == 1;
    tx.commit().await?;
    Ok(mia)
}

/// The words of a panic, for the list that a person reads.
pub(crate) fn detto_dal_panico(p: &(dyn Any + Send)) -> String {
    let parole = p.downcast_ref::<&str>().copied().or_else(|| p.downcast_ref::<String>().map(String::as_str));
    format!("Il programma ha sbagliato: {}", parole.unwrap_or("senza dire perché"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_six_hours_within_a_fifth() {
        let entro = |tentativo, secondi: i64| {
            let (presto, tardi) = (attesa(tentativo, [0; 2]).as_secs(), attesa(tentativo, [255; 2]).as_secs());
            assert!(
                (secondi * 4 / 5..=secondi).contains(&presto) && presto <= secondi * 81 / 100,
                "{tentativo}: {presto}"
            );
            assert!(
                (secondi..=secondi * 6 / 5).contains(&tardi) && tardi >= secondi * 119 / 100,
                "{tentativo}: {tardi}"
            );
        };
        entro(1, 30);
        entro(2, 60);
        entro(5, 480);
        entro(11, 6 * 3600);
        entro(i32::MAX, 6 * 3600);
    }
}
