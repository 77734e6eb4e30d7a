//! How much the registers are used: what the technical centre may know.

use db::{Centro, Tx};

use crate::sql;

/// Numbers that a register of an ente has given, in its current series.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Numeri {
    pub ente: String,
    pub registro: String,
    pub numeri: i64,
}

/// Every register of every ente, by code.
pub async fn numeri(tx: &mut Tx<Centro>) -> Result<Vec<Numeri>, db::Error> {
    Ok(sqlx::query_as(sql::NUMERI).fetch_all(tx.conn()).await?)
}
