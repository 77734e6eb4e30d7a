//! What anybody reads on the ente's own host: the list, an act, its files; and where each of them ends.
//!
//! Invariant: page, file and search ask the same instant the same question, so they end together.

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::{DiEnte, Tx};
use documenti::DocumentoId;
use kernel::tempo::inizio_del_giorno;
use kernel::{Data, Istante, Numero};
use serde::Deserialize;
use uuid::Uuid;
use web::{EnteHost, Errore, Pagina, Pagine, con_etag, fino_a, non_modificato};

use crate::flusso;
use crate::model::{Atto, Pubblicazione};
use crate::pages::{Esposti, Finito, PaginaPubblica};
use crate::queries::{self, Filtro};

const SENZA_INDICE: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, noarchive"));

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Cerca {
    q: String,
    tipo: String,
    prima: String,
}

pub(super) async fn elenco(e: EnteHost, Query(c): Query<Cerca>) -> Result<Response, Errore> {
    let mut tx = aperto(&e).await?;
    let (adesso, oggi) = (tx.now(), tx.oggi());
    let filtro = Filtro { testo: c.q.clone(), tipo: Some(c.tipo.clone()).filter(|t| !t.is_empty()) };
    let righe =
        queries::esposti(&mut tx, adesso, &filtro, super::ufficio::dopo(&c.prima), Pagine::<Atto>::LIMITE).await?;
    let tipi = queries::tipi(&mut tx, oggi).await?;
    let pagina = Pagine::taglia(righe, super::ufficio::chiave);
    let fine = fine(oggi, pagina.righe.iter().filter_map(|a| a.pubblicazione.as_ref()));
    // What was typed is asked by one person: only what everybody asks is kept ready.
    let di_tutti = filtro.testo.is_empty();
    let corpo = Esposti { pagina, tipi, q: c.q, tipo: c.tipo, prima: c.prima, oggi };
    let r = senza_indice(Pagina::pubblica(&e, "Albo pretorio").attiva("albo").flussi(flusso::FLUSSI).con(corpo));
    Ok(if di_tutti { fino_a(r, fine) } else { r })
}

pub(super) async fn atto(e: EnteHost, Path((anno, numero)): Path<(i32, i32)>) -> Result<Response, Errore> {
    let mut tx = aperto(&e).await?;
    let (atto, p) = trova(&mut tx, anno, numero).await?;
    if p.finita(tx.now()) {
        return Ok(finito(&e, &atto, &p));
    }
    let file = queries::file(&mut tx, atto.id).await?;
    let esposti =
        if atto.espone(tx.now()) { file.into_iter().filter(|f| f.tolto_il.is_none()).collect() } else { Vec::new() };
    let titolo = format!("Pubblicazione {}", p.numero.corto());
    let fine = fine(tx.oggi(), [&p].into_iter());
    let corpo = PaginaPubblica { atto, p, file: esposti, oggi: tx.oggi() };
    let r = Pagina::pubblica(&e, titolo).briciola("Albo pretorio", "/albo").attiva("albo").con(corpo);
    Ok(fino_a(senza_indice(r), fine))
}

/// The first instant at which a page of these acts would say something else: one of them is over, or another day begins.
fn fine<'a>(oggi: Data, mostrati: impl Iterator<Item = &'a Pubblicazione>) -> Istante {
    let domani = inizio_del_giorno(oggi.saturating_add(jiff::Span::new().days(1)));
    mostrati.map(|p| p.fine).fold(domani, Istante::min)
}

/// A file of an exposed act. The name in the address is for people: what counts is the unguessable id.
pub(super) async fn file(
    e: EnteHost,
    Path((anno, numero, id, _)): Path<(i32, i32, Uuid, String)>,
    headers: HeaderMap,
) -> Result<Response, Errore> {
    let mut tx = aperto(&e).await?;
    let (atto, p) = trova(&mut tx, anno, numero).await?;
    let file = queries::file(&mut tx, atto.id).await?.into_iter().find(|f| f.id == id).ok_or(Errore::NonTrovato)?;
    if !atto.espone(tx.now()) || file.tolto_il.is_some() {
        return Ok(finito(&e, &atto, &p));
    }
    let etag = format!("\"{}\"", file.impronta);
    if let Some(r) = non_modificato(&headers, &etag) {
        return Ok(senza_indice(r));
    }
    let documento = documenti::documento(&mut tx, DocumentoId(file.documento)).await?.ok_or(Errore::NonTrovato)?;
    let pagina = super::al_pubblico(&mut tx, &e.stato().config, Some((p.anno, p.numero))).await?;
    drop(tx);
    let nome = p.nome_di_download(&file.nome);
    let mut r = documenti::scarica_come(e.stato(), &e.ente().codice, &documento, &nome).await?;
    // A file that travels says which page tells what it is and until when (Garante, 15 May 2014, n. 243).
    if let Some(v) = pagina.and_then(|h| HeaderValue::from_str(&format!("<{h}>; rel=\"describedby\"")).ok()) {
        r.headers_mut().insert(header::LINK, v);
    }
    Ok(senza_indice(con_etag(r, &etag)))
}

pub(super) async fn robots() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "User-agent: *\nDisallow: /albo\n").into_response()
}

/// A switched-off albo shows nothing.
pub(super) async fn aperto(e: &EnteHost) -> Result<Tx<DiEnte>, Errore> {
    if e.attivo("albo") { Ok(e.tx().await?) } else { Err(Errore::NonTrovato) }
}

async fn trova(tx: &mut Tx<DiEnte>, anno: i32, numero: i32) -> Result<(Atto, Pubblicazione), Errore> {
    let numero = Numero::try_from(numero).map_err(|_| Errore::NonTrovato)?;
    let atto = queries::atto(tx, anno, numero).await?.ok_or(Errore::NonTrovato)?;
    let p = atto.pubblicazione.clone().ok_or(Errore::NonTrovato)?;
    Ok((atto, p))
}

/// 410: number, type and dates stay, nothing else.
fn finito(e: &EnteHost, atto: &Atto, p: &Pubblicazione) -> Response {
    let pagina = Pagina::pubblica(e, "Pubblicazione finita").briciola("Albo pretorio", "/albo").attiva("albo");
    let corpo = Finito { tipo: &atto.tipo_nome, p, chiuso: atto.chiuso_il.is_some() };
    let mut r = pagina.stato(StatusCode::GONE).con(corpo);
    r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    senza_indice(r)
}

/// The albo is for who looks for an act, not for search engines (Garante, 15 May 2014, n. 243).
pub(super) fn senza_indice(mut r: Response) -> Response {
    r.headers_mut().insert(SENZA_INDICE.0, SENZA_INDICE.1);
    r
}
