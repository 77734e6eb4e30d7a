//! Invented measures, for the months that the demo tells: probes that were never made cannot be made now.

use db::Manutenzione;
use jiff::ToSpan;
use kernel::Data;
use kernel::tempo::alle;

use crate::{EntiError, sql};

/// Good probes for every ente since it works here, from a day until now: for all a night in which the program was stopped on
/// purpose, and for `colpito` a day in which its site did not answer, four days ago. Who has measures keeps them.
pub async fn misura(m: &Manutenzione, colpito: &str, dal: Data) -> Result<(), EntiError> {
    let mut tx = m.tx().await?;
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let ora = |giorni_fa: i64, ore: i8, minuti: i8| {
        alle(oggi.saturating_sub(giorni_fa.days()), jiff::civil::time(ore, minuti, 0, 0))
    };
    let tutti = [(alle(dal, jiff::civil::time(0, 0, 0, 0)), ora(75, 2, 0)), (ora(75, 2, 40), adesso)];
    let suoi = [tutti[0], (ora(75, 2, 40), ora(4, 6, 50)), (ora(3, 8, 15), adesso)];
    for (tratti, quali) in [(&suoi[..], Some(colpito)), (&tutti[..], None)] {
        let (dal, al): (Vec<_>, Vec<_>) = tratti.iter().map(|(dal, al)| (db::sql(*dal), db::sql(*al))).unzip();
        sqlx::query(sql::TRATTI_INVENTATI).bind(quali).bind(dal).bind(al).execute(tx.conn()).await?;
    }
    sqlx::query(sql::FERMATA_INVENTATA)
        .bind(db::sql(ora(75, 2, 0)))
        .bind(db::sql(ora(75, 2, 40)))
        .execute(tx.conn())
        .await?;
    Ok(tx.commit().await?)
}
