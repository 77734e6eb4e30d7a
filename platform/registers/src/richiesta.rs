//! Idempotency: the same key with the same content gives the same answer.

use db::{DiEnte, Tx};
use kernel::Impronta;
use serde_json::Value;
use uuid::Uuid;

use crate::{RegistroError, sql};

/// What the key says of the command that is about to run.
#[derive(Debug, Clone, PartialEq)]
pub enum Richiesta {
    Nuova,
    /// Already done: this was the answer.
    GiaFatta(Value),
}

/// Takes the key. A twin request waits here until the first one commits, then gets its answer.
///
/// `impronta` is the fingerprint of everything the person typed: another content under the same key is refused.
pub async fn chiedi(
    tx: &mut Tx<DiEnte>,
    chiave: Uuid,
    comando: &str,
    impronta: &Impronta,
) -> Result<Richiesta, RegistroError> {
    let ente = tx.ente();
    let presa = sqlx::query(sql::CHIEDI)
        .bind(ente)
        .bind(chiave)
        .bind(comando)
        .bind(impronta.as_bytes().as_slice())
        .execute(tx.conn())
        .await?
        .rows_affected();
    if presa == 1 {
        return Ok(Richiesta::Nuova);
    }
    let gia: Option<(String, Vec<u8>, Option<Value>)> =
        sqlx::query_as(sql::RICHIESTA).bind(ente).bind(chiave).fetch_optional(tx.conn()).await?;
    match gia {
        Some((c, i, Some(esito))) if c == comando && i == impronta.as_bytes() => Ok(Richiesta::GiaFatta(esito)),
        _ => Err(RegistroError::AltroContenuto),
    }
}

/// Every answer of a command, by key.
pub async fn risposte(tx: &mut Tx<DiEnte>, comando: &str) -> Result<Vec<(Uuid, Value)>, RegistroError> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::RISPOSTE).bind(ente).bind(comando).fetch_all(tx.conn()).await?)
}

/// Writes the answer, in the same transaction as what it answers for.
pub async fn rispondi(tx: &mut Tx<DiEnte>, chiave: Uuid, esito: &Value) -> Result<(), RegistroError> {
    let ente = tx.ente();
    sqlx::query(sql::RISPONDI).bind(ente).bind(chiave).bind(esito).execute(tx.conn()).await?;
    Ok(())
}
