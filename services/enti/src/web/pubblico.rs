//! What everybody reads on the host of an alliance's own body: who is in, what is on, how much of the time it could be reached.
//!
//! Invariant: it is read through the alliance's views, which know enti, services and seconds, and no person.

use std::collections::BTreeMap;

use ::web::{EnteHost, Errore, Pagina};
use axum::Json;
use axum::extract::Query;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use kernel::Data;
use kernel::tempo::inizio_del_giorno;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::{Fermata, Mese};
use crate::pagina_alleanza::{MembroPubblico, PaginaAlleanza};
use crate::{Alleanza, Membro, disponibilita, queries};

/// Months on the page, the current one included; in the JSON, a year.
const MESI: i32 = 3;
const MESI_JSON: i32 = 12;

#[derive(Deserialize)]
struct Cerca {
    #[serde(default)]
    q: String,
}

/// The first page of this host, if it is the host of an alliance.
pub(crate) async fn casa(e: &EnteHost, indirizzo: &Uri) -> Result<Option<Response>, Errore> {
    let Some(a) = in_vigore(e).await? else { return Ok(None) };
    let q = Query::<Cerca>::try_from_uri(indirizzo).map(|Query(c)| c.q).unwrap_or_default();
    let (membri, fermate) = (membri(e, &a, MESI).await?, fermate(e, MESI).await?);
    let titolo = e.ente().denominazione.clone();
    let corpo = PaginaAlleanza::di(a.denominazione, membri, fermate, q, e.stato().servizi);
    Ok(Some(Pagina::pubblica(e, titolo).con(corpo)))
}

pub(super) async fn in_json(e: EnteHost) -> Result<Response, Errore> {
    let a = in_vigore(&e).await?.ok_or(Errore::NonTrovato)?;
    let (membri, fermate) = (membri(&e, &a, MESI_JSON).await?, fermate(&e, MESI_JSON).await?);
    let insieme = Mese::insieme(membri.iter().flat_map(|m| m.mesi.iter().copied()));
    let v = json!({
        "alleanza": { "codice": a.codice, "denominazione": a.denominazione, "dal": a.dal.to_string() },
        "ente": { "codice": e.ente().codice, "denominazione": e.ente().denominazione },
        "disponibilita": insieme.iter().map(mese_json).collect::<Vec<_>>(),
        "fermate": fermate.iter().map(fermata_json).collect::<Vec<_>>(),
        "membri": membri.iter().map(membro_json).collect::<Vec<_>>(),
    });
    Ok(Json(v).into_response())
}

fn membro_json(m: &MembroPubblico) -> Value {
    json!({
        "codice": m.codice,
        "denominazione": m.nome,
        "stato": m.stato,
        "sito": m.sito,
        "servizi": m.servizi.iter().map(|(s, dal)| json!({ "codice": s, "dal": dal.to_string() })).collect::<Vec<_>>(),
        "disponibilita": m.mesi.iter().map(mese_json).collect::<Vec<_>>(),
    })
}

/// Seconds, so that anybody may do the sum again.
fn mese_json(m: &Mese) -> Value {
    json!({
        "mese": m.mese.strftime("%Y-%m").to_string(),
        "secondi_osservati": m.osservati,
        "secondi_su": m.su,
        "centesimi_di_percento": m.centesimi(),
    })
}

fn fermata_json(f: &Fermata) -> Value {
    json!({ "dal": f.dal.to_string(), "al": f.al.map(|al| al.to_string()) })
}

async fn in_vigore(e: &EnteHost) -> Result<Option<Alleanza>, Errore> {
    let mut tx = e.tx().await?;
    Ok(queries::alleanze(&mut tx).await?.into_iter().find(|a| a.al.is_none()))
}

/// The first day of so many months, the current one included.
fn dal_mese(e: &EnteHost, mesi: i32) -> Data {
    e.oggi().first_of_month().saturating_sub((mesi - 1).months())
}

async fn fermate(e: &EnteHost, mesi: i32) -> Result<Vec<Fermata>, Errore> {
    let mut tx = e.tx().await?;
    Ok(disponibilita::fermate_dal(&mut tx, inizio_del_giorno(dal_mese(e, mesi))).await?)
}

async fn membri(e: &EnteHost, a: &Alleanza, mesi: i32) -> Result<Vec<MembroPubblico>, Errore> {
    let dal_mese = dal_mese(e, mesi);
    let ente = e.ente().ente;
    let mut tx = e.stato().db.alleanza().await?;
    let membri = disponibilita::membri(&mut tx, ente, &a.codice).await?;
    let servizi = queries::servizi_dei_membri(&mut tx, ente, &a.codice).await?;
    let mesi = disponibilita::disponibilita(&mut tx, ente, &a.codice, dal_mese).await?;
    drop(tx);
    let mut servizi = per_membro(servizi.into_iter().map(|s| (s.membro, (s.servizio, s.dal))));
    let mut mesi = per_membro(mesi);
    let pubblico = |m: Membro| MembroPubblico {
        servizi: servizi.remove(&m.membro).unwrap_or_default(),
        mesi: mesi.remove(&m.membro).unwrap_or_default(),
        sito: m.host.as_deref().map(|h| e.stato().config.indirizzo(h, "/")),
        codice: m.membro,
        nome: m.nome,
        stato: m.stato,
    };
    Ok(membri.into_iter().map(pubblico).collect())
}

fn per_membro<T>(coppie: impl IntoIterator<Item = (String, T)>) -> BTreeMap<String, Vec<T>> {
    let mut gruppi: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (membro, cosa) in coppie {
        gruppi.entry(membro).or_default().push(cosa);
    }
    gruppi
}
