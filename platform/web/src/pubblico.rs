//! Public pages: a fingerprint for each answer, so that reading the same page again costs a few bytes.
//!
//! Invariant: a browser's copy is never used without asking (`no-cache`): what the law takes down is down everywhere at
//! once. What the program itself keeps is in [`crate::memoria`].

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::memoria::{FinoA, Pronta};
use crate::{Errore, Stato, host};

const SEMPRE_CHIEDI: HeaderValue = HeaderValue::from_static("public, no-cache");
/// A page is small; what is larger is a file, which carries the ETag of its own fingerprint.
const PAGINA_MAX: usize = 4 << 20;

/// The answer to who already has it: `if let Some(r) = non_modificato(&headers, &etag) { return Ok(r) }`.
pub fn non_modificato(headers: &HeaderMap, etag: &str) -> Option<Response> {
    let chiesti = headers.get(header::IF_NONE_MATCH)?.to_str().ok()?;
    let nudo = |e: &str| e.trim().trim_start_matches("W/").to_owned();
    let uguale = chiesti.split(',').any(|e| e.trim() == "*" || nudo(e) == nudo(etag));
    uguale.then(|| con_etag(StatusCode::NOT_MODIFIED.into_response(), etag))
}

/// Puts an ETag (`"…"`) on an answer that everybody may keep and must ask for again.
pub fn con_etag(mut r: Response, etag: &str) -> Response {
    if let Ok(v) = HeaderValue::from_str(etag) {
        r.headers_mut().insert(header::ETAG, v);
        r.headers_mut().insert(header::CACHE_CONTROL, SEMPRE_CHIEDI);
    }
    r
}

/// Gives every page an ETag and the form that the browser takes, and keeps ready those that say until when they stay so.
pub(crate) async fn pagine(State(stato): State<Stato>, req: Request, next: Next) -> Result<Response, Errore> {
    let (legge, headers) = (matches!(*req.method(), Method::GET | Method::HEAD), req.headers().clone());
    let (host, percorso) = (host::nome_host(&stato.config, &req), req.uri().path_and_query().cloned());
    let (giro, adesso) = (stato.memoria.giro(), stato.db.orologio().adesso());
    let r = next.run(req).await;
    let html = r.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    if !legge || !html || r.status() != StatusCode::OK || r.headers().contains_key(header::ETAG) {
        return Ok(r);
    }
    let fine = r.extensions().get::<FinoA>().map(|f| f.0);
    let (parts, corpo) = r.into_parts();
    let byte = to_bytes(corpo, PAGINA_MAX).await.map_err(Errore::guasto)?;
    // Weak: the same page travels compressed and not.
    let etag = format!("W/\"{}\"", &hex::encode(Sha256::digest(&byte))[..32]);
    let pronta = Arc::new(Pronta::nuova(parts.headers, byte, etag, adesso, fine));
    if let (Some(_), Some(host), Some(percorso)) = (fine, host, percorso) {
        stato.memoria.tieni_pagina(giro, &host, percorso.as_str(), &pronta);
    }
    Ok(pronta.rispondi(&headers))
}
