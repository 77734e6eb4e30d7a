//! The albo for programs, on the ente's own host. It asks the same instant the same question as the pages, so that what ends
//! there ends here.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use db::{DiEnte, Tx};
use kernel::Impronta;
use serde::Deserialize;
use web::{EnteHost, Errore, Pagine, con_etag, non_modificato};

use super::pubblico::{aperto, senza_indice};
use super::ufficio::{chiave, dopo};
use crate::flusso::{self, RSS_MAX, Rss, TIPO_JSON, TIPO_RSS, Voce};
use crate::model::Atto;
use crate::queries;

pub(super) async fn rss(e: EnteHost, headers: HeaderMap) -> Result<Response, Errore> {
    let mut tx = aperto(&e).await?;
    let (adesso, oggi) = (tx.now(), tx.oggi());
    let atti = queries::nel_flusso(&mut tx, adesso, None, RSS_MAX).await?;
    let voci = voci(&mut tx, &e, atti).await?;
    let ente = enti::anagrafe(&mut tx).await?;
    drop(tx);
    let xml = Rss { sito: e.sito(), ente: &ente, voci: &voci, oggi }.render().map_err(Errore::guasto)?;
    Ok(rispondi(&headers, TIPO_RSS, xml))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Da {
    prima: String,
}

pub(super) async fn json(e: EnteHost, Query(q): Query<Da>, headers: HeaderMap) -> Result<Response, Errore> {
    let mut tx = aperto(&e).await?;
    let adesso = tx.now();
    let da = dopo(&q.prima);
    let righe = queries::nel_flusso(&mut tx, adesso, da, Pagine::<Atto>::LIMITE).await?;
    let Pagine { righe, dopo } = Pagine::taglia(righe, chiave);
    let pagina = Pagine { righe: voci(&mut tx, &e, righe).await?, dopo };
    let ente = enti::anagrafe(&mut tx).await?;
    drop(tx);
    // The key as it was read: nothing typed in an address comes back in the answer.
    let prima = da.map(|(anno, numero)| format!("{anno}-{numero}")).unwrap_or_default();
    Ok(rispondi(&headers, TIPO_JSON, flusso::json(e.sito(), &ente, &prima, &pagina).to_string()))
}

async fn voci(tx: &mut Tx<DiEnte>, e: &EnteHost, atti: Vec<Atto>) -> Result<Vec<Voce>, Errore> {
    let di_persone = queries::tipi_di_persone(tx).await?;
    Ok(atti.into_iter().filter_map(|a| Voce::di(a, e.sito(), &di_persone)).collect())
}

/// 304 to who already has it; a copy is never used without asking, and no search engine keeps it.
fn rispondi(headers: &HeaderMap, tipo: &'static str, corpo: String) -> Response {
    let etag = format!("W/\"{}\"", &Impronta::di(corpo.as_bytes()).to_string()[..32]);
    let intera = || con_etag(([(header::CONTENT_TYPE, HeaderValue::from_static(tipo))], corpo).into_response(), &etag);
    senza_indice(non_modificato(headers, &etag).unwrap_or_else(intera))
}
