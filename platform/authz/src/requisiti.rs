//! Which roles ask for a second factor in an ente.

use db::{DiEnte, Tx};

use crate::{PersonaError, RUOLI, Richiesto, sql};

/// The roles that ask, each with what it asks for.
pub async fn requisiti(tx: &mut Tx<DiEnte>) -> Result<Vec<(String, Richiesto)>, db::Error> {
    let ente = tx.ente();
    let righe: Vec<(String, String)> = sqlx::query_as(sql::REQUISITI).bind(ente).fetch_all(tx.conn()).await?;
    Ok(righe.into_iter().filter_map(|(ruolo, f)| Some((ruolo, Richiesto::da(&f)?))).collect())
}

/// Says what a role asks for. Whoever holds it and has not proven as much signs in again, at once.
pub async fn chiedi(tx: &mut Tx<DiEnte>, ruolo: &str, richiesto: Option<Richiesto>) -> Result<(), PersonaError> {
    if !RUOLI.iter().any(|r| r.codice == ruolo) {
        return Err(PersonaError::RuoloIgnoto(ruolo.to_owned()));
    }
    let ente = tx.ente();
    match richiesto {
        Some(r) => sqlx::query(sql::CHIEDI).bind(ente).bind(ruolo).bind(r.codice()).execute(tx.conn()).await?,
        None => sqlx::query(sql::NON_CHIEDERE).bind(ente).bind(ruolo).execute(tx.conn()).await?,
    };
    Ok(())
}
