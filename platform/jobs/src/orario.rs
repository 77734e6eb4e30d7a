//! The clock: rows that advance under their lock, so that a tick fires once however many processes watch it.

use db::{Coda, Db, Tx};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use uuid::Uuid;

use crate::catalogo::{Catalogo, Compito, Contesto, Esito, Fallito, Futuro, Periodico};
use crate::{Cadenza, coda, sql};

/// Work of the installation that failed, or whose process died, is tried again after this.
const RITENTA: SignedDuration = SignedDuration::from_mins(10);
/// How often work of the installation says that it is alive.
const BATTITO: Duration = Duration::from_secs(60);
/// How long what was done stays to be looked at.
const MEMORIA: SignedDuration = SignedDuration::from_hours(24 * 90);
/// No upload lasts so long: what is still aside was cut short.
const CARICAMENTO: SignedDuration = SignedDuration::from_hours(48);

/// Forgets, every night, what was done or dismissed long ago and what uploads left aside; what gave up is never forgotten.
pub(crate) const PULIZIA: Periodico = Periodico {
    nome: "lavori.pulizia",
    descrizione: "Dimentica i lavori finiti da tempo e i caricamenti interrotti",
    ogni: Cadenza::OgniGiorno { ora: jiff::civil::time(3, 20, 0, 0) },
    esegui: Compito::Installazione(|c| Box::pin(pulisci(c))),
};

async fn pulisci(contesto: Contesto) -> Esito {
    let mut tx = contesto.db.coda().await?;
    let limite = tx.now() - MEMORIA;
    sqlx::query(sql::PULISCI).bind(db::sql(limite)).execute(tx.conn()).await?;
    tx.commit().await?;
    contesto.archivio.spazza(CARICAMENTO).await?;
    Ok(())
}

/// Writes who listens to what and when periodic work comes round: once, when the program starts, before any command.
pub async fn prepara(db: &Db, catalogo: &Catalogo) -> Result<(), db::Error> {
    let coppie = || catalogo.lavori.iter().flat_map(|l| l.ascolta.iter().map(|e| (*e, l.tipo)));
    let (eventi, tipi): (Vec<_>, Vec<_>) = coppie().unzip();
    let mut tx = db.coda().await?;
    let now = tx.now();
    sqlx::query(sql::SMETTI_DI_ASCOLTARE).execute(tx.conn()).await?;
    sqlx::query(sql::ASCOLTA).bind(eventi).bind(tipi).execute(tx.conn()).await?;
    for p in &catalogo.periodici {
        sqlx::query(sql::SEGNA_ORARIO).bind(p.nome).bind(db::sql(p.ogni.prossimo(now))).execute(tx.conn()).await?;
    }
    tx.commit().await
}

/// A run of periodic work of the installation that this process has taken.
pub(crate) struct Turno {
    periodico: Periodico,
    esegui: fn(Contesto) -> Futuro,
    presa: Uuid,
}

/// Fires what is due: jobs for every ente are queued here, work of the installation is taken and returned.
pub(crate) async fn scatta(db: &Db, catalogo: &Catalogo) -> Result<Vec<Turno>, db::Error> {
    let nomi: Vec<_> = catalogo.periodici.iter().map(|p| p.nome).collect();
    let mut tx = db.coda().await?;
    let now = tx.now();
    let scaduti: Vec<String> =
        sqlx::query_scalar(sql::SCADUTI).bind(nomi).bind(db::sql(now)).fetch_all(tx.conn()).await?;
    let mut turni = Vec::new();
    for p in catalogo.periodici.iter().filter(|p| scaduti.iter().any(|s| s == p.nome)) {
        match p.esegui {
            Compito::PerEnte(_) => {
                avanza(&mut tx, p.nome, p.ogni.prossimo(now), None).await?;
                sqlx::query(sql::ACCODA_PER_TUTTI).bind(p.nome).bind(db::sql(now)).execute(tx.conn()).await?;
            }
            Compito::Installazione(esegui) => {
                let presa = db::caso::uuid();
                avanza(&mut tx, p.nome, now + RITENTA, Some(presa)).await?;
                turni.push(Turno { periodico: *p, esegui, presa });
            }
        }
    }
    tx.commit().await?;
    Ok(turni)
}

async fn avanza(tx: &mut Tx<Coda>, nome: &str, prossimo: Timestamp, presa: Option<Uuid>) -> Result<(), db::Error> {
    sqlx::query(sql::AVANZA).bind(nome).bind(db::sql(prossimo)).bind(presa).execute(tx.conn()).await?;
    Ok(())
}

impl Turno {
    /// Runs it, keeping it from other processes meanwhile, and writes when it comes round again.
    pub(crate) async fn svolgi(self, contesto: Contesto) -> Result<(), db::Error> {
        let db = contesto.db.clone();
        let corsa = AssertUnwindSafe(async { (self.esegui)(contesto).await }).catch_unwind();
        let esito = tokio::select! {
            esito = corsa => esito.unwrap_or_else(|p| Err(Fallito::Riprova(coda::detto_dal_panico(p.as_ref())))),
            () = self.tieni(&db) => return Ok(()),
        };
        let mut tx = db.coda().await?;
        let (causa, prossimo) = match &esito {
            Ok(()) => (None, self.periodico.ogni.prossimo(tx.now())),
            Err(Fallito::Riprova(causa) | Fallito::Rinuncia { causa, .. }) => {
                tracing::error!(periodico = self.periodico.nome, causa, "periodic work failed");
                (Some(causa), tx.now() + RITENTA)
            }
        };
        sqlx::query(sql::LASCIA)
            .bind(self.periodico.nome)
            .bind(self.presa)
            .bind(db::sql(prossimo))
            .bind(causa)
            .execute(tx.conn())
            .await?;
        tx.commit().await
    }

    /// Returns only when another process has taken it over.
    async fn tieni(&self, db: &Db) {
        loop {
            tokio::time::sleep(BATTITO).await;
            let rinviato = async {
                let mut tx = db.coda().await?;
                let prossimo = tx.now() + RITENTA;
                let q = sqlx::query(sql::RINVIA).bind(self.periodico.nome).bind(self.presa).bind(db::sql(prossimo));
                let mio = q.execute(tx.conn()).await?.rows_affected() == 1;
                tx.commit().await?;
                Ok::<_, db::Error>(mio)
            };
            match rinviato.await {
                Ok(true) => {}
                Ok(false) => return,
                Err(e) => tracing::warn!(periodico = self.periodico.nome, errore = %e, "heartbeat not written"),
            }
        }
    }
}
