//! Reading a chain back, in its order, a row at a time: verification and export walk the same rows, memory stays flat.

use std::collections::BTreeMap;

use db::{DiEnte, EnteId, Manut, Tx};
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::{Dove, RegistroError, sql};

/// Salt (hexadecimal) and value of a field of which the chain holds only the salted hash.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Chiaro {
    pub sale: String,
    pub valore: String,
}

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct VoceScritta {
    pub posizione: i64,
    pub serie: i32,
    pub operazione: i16,
    pub numero: Option<i32>,
    pub istante: jiff_sqlx::Timestamp,
    pub versione_canonica: i16,
    pub contenuto: Vec<u8>,
    pub impronta_contenuto: Vec<u8>,
    pub impronta: Vec<u8>,
    #[sqlx(json)]
    pub chiaro: BTreeMap<String, Chiaro>,
}

/// The voci of one chain, in order of position.
pub(crate) fn voci<'t>(
    tx: &'t mut Tx<Manut>,
    ente: EnteId,
    aoo: &'t str,
    registro: &'t str,
    catena: i32,
) -> BoxStream<'t, Result<VoceScritta, sqlx::Error>> {
    sqlx::query_as(sql::VOCI).bind(ente).bind(aoo).bind(registro).bind(catena).fetch(tx.conn())
}

/// A field of a voce whose value is still readable.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InChiaro {
    pub posizione: i64,
    pub campo: String,
    pub valore: String,
}

/// What can still be read of some voci, by position and field: the rest was never there, or has been erased.
pub async fn in_chiaro(
    tx: &mut Tx<DiEnte>,
    dove: &Dove<'_>,
    posizioni: &[i64],
) -> Result<Vec<InChiaro>, RegistroError> {
    let ente = tx.ente();
    let q = sqlx::query_as(sql::IN_CHIARO).bind(ente).bind(dove.aoo).bind(dove.registro).bind(dove.catena);
    Ok(q.bind(posizioni).fetch_all(tx.conn()).await?)
}
