//! The collection of blobs that nobody cites: what an interrupted form left in the archive, and nothing else.
//!
//! A blob is deleted only if it is older than the grace and, read again under the lock that every citation takes, no row
//! of any service names it. A blob that is about to be cited has just arrived, so it is young; one that an open
//! transaction cites keeps the lock, so the collection goes away and comes back.

use std::collections::HashSet;

use db::{DiEnte, Tx};
use futures_util::TryStreamExt;
use jiff::SignedDuration;
use jiff::civil::time;
use jobs::{Cadenza, Compito, Contesto, Esito, Fallito, Incarico, Periodico};
use kernel::Impronta;

use crate::services;

pub const NOME: &str = "archivio.raccolta";
/// Bytes arrive before the row that cites them, by as long as a form may stay open: a session lives twelve hours.
const GRAZIA: SignedDuration = SignedDuration::from_hours(7 * 24);
const LOTTO: usize = 500;
/// Deleted under one lock: a bucket far away takes its time, and nobody may add a document meanwhile.
const INSIEME: usize = 20;

pub(crate) fn periodici() -> Vec<Periodico> {
    vec![Periodico {
        nome: NOME,
        descrizione: "Toglie dall’archivio i file che nessuno cita",
        ogni: Cadenza::OgniGiorno { ora: time(3, 40, 0, 0) },
        esegui: Compito::PerEnte(|cx, i| Box::pin(raccogli(cx, i))),
    }]
}

async fn raccogli(cx: Contesto, i: Incarico) -> Esito {
    let mut lotti = cx.archivio.vecchi(&i.codice, GRAZIA).await?.try_chunks(LOTTO);
    let mut tolti = 0;
    while let Some(lotto) = lotti.try_next().await.map_err(|e| Fallito::from(e.1))? {
        let mut tx = cx.db.di_ente(i.ente).await?;
        let sospetti = non_citati(&mut tx, lotto).await?;
        drop(tx);
        for pochi in sospetti.chunks(INSIEME) {
            tolti += togli(&cx, &i, pochi.to_vec()).await?;
        }
    }
    tracing::info!(ente = i.codice, tolti, "blobs that nobody cites");
    Ok(())
}

/// Those of a lot that no service cites: almost always none, after the first has answered.
async fn non_citati(tx: &mut Tx<DiEnte>, mut lotto: Vec<Impronta>) -> Result<Vec<Impronta>, db::Error> {
    let ente = tx.ente();
    for sql in services::tutti().iter().flat_map(|s| s.citati) {
        if lotto.is_empty() {
            break;
        }
        let byte: Vec<&[u8]> = lotto.iter().map(|i| i.as_bytes().as_slice()).collect();
        let citati: HashSet<Vec<u8>> =
            sqlx::query_scalar(*sql).bind(ente).bind(byte).fetch_all(tx.conn()).await?.into_iter().collect();
        lotto.retain(|i| !citati.contains(i.as_bytes().as_slice()));
    }
    Ok(lotto)
}

/// Looks again with every citation kept out, and deletes before they may begin again.
async fn togli(cx: &Contesto, i: &Incarico, sospetti: Vec<Impronta>) -> Result<usize, Fallito> {
    let mut tx = cx.db.di_ente(i.ente).await?;
    if !documenti::sospendi_citazioni(&mut tx).await? {
        return Err(Fallito::riprova("Qualcuno sta aggiungendo documenti."));
    }
    let via = non_citati(&mut tx, sospetti).await?;
    let tolti = cx.archivio.elimina(&i.codice, &via, GRAZIA).await?;
    tx.commit().await?;
    Ok(tolti)
}
