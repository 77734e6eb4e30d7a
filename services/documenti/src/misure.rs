//! How much each ente keeps here, for `/metrics`.

use std::time::Duration;

use db::{Centro, Tx};
use web::{Futuro, Misurazione, Valore};

use crate::sql;

/// A walk over every document of a region: not at each scrape.
const OGNI: Duration = Duration::from_secs(15 * 60);

pub(crate) const MISURE: &[Misurazione] = &[
    Misurazione {
        nome: "alleanza_documenti",
        aiuto: "Documenti di ogni ente.",
        ogni: OGNI,
        leggi: |tx| leggi(tx, sql::QUANTI),
    },
    Misurazione {
        nome: "alleanza_archivio_byte",
        aiuto: "Byte dei documenti di ogni ente; un file citato da due documenti conta due volte.",
        ogni: OGNI,
        leggi: |tx| leggi(tx, sql::BYTE),
    },
];

fn leggi<'a>(tx: &'a mut Tx<Centro>, sql: &'static str) -> Futuro<'a, Result<Vec<Valore>, db::Error>> {
    Box::pin(async move { Ok(sqlx::query_as(sql).fetch_all(tx.conn()).await?) })
}
