//! What services do with the queue: put work in it, announce facts, look at what gave up.

use db::{Centro, DiEnte, Tx};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::sql;

/// Past this, waiting work is late: the centre sees it before the office does.
const RITARDO: SignedDuration = SignedDuration::from_mins(5);

/// Work to be queued.
#[derive(Debug, Clone, PartialEq)]
pub struct NuovoLavoro {
    pub tipo: &'static str,
    /// With a key, work that already waits is not queued twice; its `dati` stay those of the first.
    pub chiave: Option<String>,
    pub dati: Value,
    /// Not before; now when absent.
    pub quando: Option<Timestamp>,
    /// Somebody is looking at a page that waits for it.
    pub urgente: bool,
}

/// Queues work in the transaction of the fact that asks for it: the identifier of the job, new or already waiting.
///
/// Call it last: with a key it may wait for another transaction that queues the same work.
pub async fn accoda(tx: &mut Tx<DiEnte>, lavoro: NuovoLavoro) -> Result<Uuid, db::Error> {
    let (ente, now) = (tx.ente(), tx.now());
    Ok(sqlx::query_scalar(sql::ACCODA)
        .bind(ente)
        .bind(db::caso::uuid())
        .bind(lavoro.tipo)
        .bind(lavoro.chiave)
        .bind(lavoro.dati)
        .bind(db::sql(lavoro.quando.unwrap_or(now)))
        .bind(db::sql(now))
        .bind(lavoro.urgente)
        .fetch_one(tx.conn())
        .await?)
}

/// Tells a fact to whoever listens, in the fact's own transaction: one job for each listener, and how many.
pub async fn annuncia(tx: &mut Tx<DiEnte>, evento: &str, dati: &Value) -> Result<u64, db::Error> {
    let (ente, now) = (tx.ente(), tx.now());
    let accodati =
        sqlx::query(sql::ANNUNCIA).bind(ente).bind(evento).bind(dati).bind(db::sql(now)).execute(tx.conn()).await?;
    Ok(accodati.rows_affected())
}

/// A job that gave up.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Rinunciato {
    pub id: Uuid,
    pub tipo: String,
    pub dati: Value,
    pub tentativi: i32,
    pub causa: String,
    pub rimedio: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub finito_il: Timestamp,
}

/// The list that a person works through, oldest first.
pub async fn rinunciati(tx: &mut Tx<DiEnte>) -> Result<Vec<Rinunciato>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::RINUNCIATI).bind(ente).fetch_all(tx.conn()).await?)
}

/// Sends a job that gave up back to the queue, from its first attempt; false when it is not in the list.
pub async fn riprova(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<bool, db::Error> {
    decidi(tx, sql::RIPROVA_RINUNCIATO, id).await
}

/// Takes a job out of the list for good; false when it is not there.
pub async fn archivia(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<bool, db::Error> {
    decidi(tx, sql::ARCHIVIA, id).await
}

async fn decidi(tx: &mut Tx<DiEnte>, sql: &'static str, id: Uuid) -> Result<bool, db::Error> {
    let (ente, now) = (tx.ente(), tx.now());
    let fatto = sqlx::query(sql).bind(ente).bind(id).bind(db::sql(now)).execute(tx.conn()).await?;
    Ok(fatto.rows_affected() == 1)
}

/// How the queue stands, over all enti.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Stato {
    pub da_fare: i64,
    /// Due for more than five minutes: nobody is working, or not enough.
    pub in_ritardo: i64,
    pub in_corso: i64,
    pub rinunciati: i64,
}

pub async fn stato(tx: &mut Tx<Centro>) -> Result<Stato, db::Error> {
    let limite = tx.now() - RITARDO;
    Ok(sqlx::query_as(sql::STATO).bind(db::sql(limite)).fetch_one(tx.conn()).await?)
}

/// The jobs of an ente in a state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Coda {
    pub ente: String,
    pub stato: String,
    pub quanti: i64,
}

/// The queue of each ente, and for how many seconds the oldest work that may be done has been waiting.
pub async fn code(tx: &mut Tx<Centro>) -> Result<(Vec<Coda>, i64), db::Error> {
    let now = tx.now();
    let code = sqlx::query_as(sql::CODE).fetch_all(tx.conn()).await?;
    let attesa = sqlx::query_scalar(sql::PIU_VECCHIO).bind(db::sql(now)).fetch_one(tx.conn()).await?;
    Ok((code, attesa))
}
