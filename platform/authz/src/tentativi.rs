//! Guessing slows down: every failure beyond the first few doubles the wait, for who is guessed and for who guesses.

use db::{Porta, Tx};
use jiff::Timestamp;

use crate::{AccessoNegato, sql};

/// Failures that cost nothing; each one after them doubles the wait.
const TENTATIVI_LIBERI: i32 = 5;
const ATTESA_MASSIMA: i64 = 900;

/// Counts one more attempt before anybody looks at it, or says how long to wait. Attempts in parallel come through one at
/// a time; the caller commits before looking, and forgets with [`azzera`] when the attempt was good.
pub(crate) async fn conta(tx: &mut Tx<Porta>, chiavi: &[String]) -> Result<(), AccessoNegato> {
    let adesso = tx.now();
    let righe: Vec<(String, i32, jiff_sqlx::Timestamp)> =
        sqlx::query_as(sql::TENTATIVI).bind(chiavi).bind(db::sql(adesso)).fetch_all(tx.conn()).await?;
    let attesa = righe.into_iter().filter_map(|r| residua(r, adesso)).max().unwrap_or(0);
    if attesa > 0 {
        return Err(AccessoNegato::Rallentato { secondi: attesa });
    }
    sqlx::query(sql::SEGNA_TENTATIVO).bind(chiavi).bind(db::sql(adesso)).execute(tx.conn()).await?;
    Ok(())
}

fn residua((chiave, falliti, ultimo): (String, i32, jiff_sqlx::Timestamp), adesso: Timestamp) -> Option<i64> {
    // An office of thirty people shares one address: it is given ten times the patience.
    let liberi = if chiave.starts_with("indirizzo:") { TENTATIVI_LIBERI * 10 } else { TENTATIVI_LIBERI };
    let oltre = u32::try_from(falliti - liberi).ok().filter(|n| *n > 0)?;
    let attesa = 1_i64.checked_shl(oltre.min(30)).map_or(ATTESA_MASSIMA, |s| s.min(ATTESA_MASSIMA));
    let passati = adesso.duration_since(ultimo.to_jiff()).as_secs();
    Some((attesa - passati).max(0))
}

pub(crate) async fn azzera(tx: &mut Tx<Porta>, chiavi: &[String]) -> Result<(), db::Error> {
    sqlx::query(sql::AZZERA_TENTATIVI).bind(chiavi).execute(tx.conn()).await?;
    Ok(())
}
