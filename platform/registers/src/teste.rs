//! Heads leave the house: a chain rewritten whole by a superuser verifies, only heads kept elsewhere catch it.

use db::{DiEnte, Manutenzione, Tx};
use jiff::Timestamp;
use kernel::{Data, Impronta};
use serde::{Deserialize, Serialize};

use crate::{Dove, RegistroError, sql};

/// The head of a chain at a position, as a line of a kept file (JSON lines) and of the daily register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Testa {
    pub ente: String,
    pub aoo: String,
    pub registro: String,
    pub catena: i32,
    pub posizione: i64,
    pub impronta: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub istante: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Riga {
    ente: String,
    aoo: String,
    registro: String,
    catena: i32,
    posizione: i64,
    impronta: Vec<u8>,
    istante: jiff_sqlx::Timestamp,
}

/// The heads of today, of one ente (by code) or of all: to be kept away from here.
pub async fn teste(m: &Manutenzione, ente: Option<&str>) -> Result<Vec<Testa>, RegistroError> {
    let mut tx = m.tx().await?;
    let righe: Vec<Riga> = sqlx::query_as(sql::TESTE).bind(ente).fetch_all(tx.conn()).await?;
    let testa = |r: Riga| Testa {
        ente: r.ente,
        aoo: r.aoo,
        registro: r.registro,
        catena: r.catena,
        posizione: r.posizione,
        impronta: hex::encode(r.impronta),
        istante: Some(r.istante.to_jiff()),
    };
    Ok(righe.into_iter().map(testa).collect())
}

/// Reads a file of kept heads, one JSON object for each line; empty lines are skipped.
pub fn leggi_teste(testo: &str) -> Result<Vec<Testa>, serde_json::Error> {
    testo.lines().filter(|l| !l.trim().is_empty()).map(serde_json::from_str).collect()
}

/// Position and link of the last voce before the end of `giorno`; position 0 and zeros when there is none.
pub async fn testa_al(tx: &mut Tx<DiEnte>, dove: &Dove<'_>, giorno: Data) -> Result<(i64, Impronta), RegistroError> {
    let ente = tx.ente();
    let fine = kernel::tempo::inizio_del_giorno(giorno.tomorrow().unwrap_or(giorno));
    let riga: Option<(i64, Vec<u8>)> = sqlx::query_as(sql::TESTA_AL)
        .bind(ente)
        .bind(dove.aoo)
        .bind(dove.registro)
        .bind(dove.catena)
        .bind(db::sql(fine))
        .fetch_optional(tx.conn())
        .await?;
    let (posizione, byte) = riga.unwrap_or((0, vec![0; 32]));
    let impronta = Impronta::try_from(byte.as_slice()).map_err(|e| RegistroError::NonCanonico(e.to_string()))?;
    Ok((posizione, impronta))
}

/// Keeps the head of a day that is over, in the database too: verification compares it with the chain.
pub async fn salva_testa(
    tx: &mut Tx<DiEnte>,
    dove: &Dove<'_>,
    giorno: Data,
    posizione: i64,
    impronta: &Impronta,
) -> Result<(), RegistroError> {
    let ente = tx.ente();
    sqlx::query(sql::SALVA_TESTA)
        .bind(ente)
        .bind(dove.aoo)
        .bind(dove.registro)
        .bind(dove.catena)
        .bind(db::sql(giorno))
        .bind(posizione)
        .bind(impronta.as_bytes().as_slice())
        .execute(tx.conn())
        .await?;
    Ok(())
}
