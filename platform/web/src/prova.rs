//! Readers that only the crate which attacks them calls from outside.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::FutureExt;

pub use crate::modulo::CAMPI_MAX;
use crate::{accesso, caricamento, host, modulo, pubblico};

/// The name in a host, as a request may write it.
pub fn host(scritto: &str) -> Option<String> {
    host::nome(scritto)
}

/// Where the door sends back who asked for that address.
pub fn ritorno(poi: &str) -> &str {
    accesso::locale(poi)
}

/// How many fields a posted form has, when it can be read.
pub fn modulo(corpo: &[u8]) -> Option<usize> {
    let req = richiesta("application/x-www-form-urlencoded", corpo)?;
    modulo::coppie(req, &()).now_or_never()?.ok().map(|c| c.len())
}

/// The texts of a multipart body whose boundary is `X`.
pub fn multipart(corpo: &[u8]) -> Vec<(String, String)> {
    let req = richiesta("multipart/form-data; boundary=X", corpo);
    req.and_then(|r| caricamento::testi_scritti(r).now_or_never()).unwrap_or_default()
}

/// Whether a browser that has these tags already has this one.
pub fn non_modificato(ha: &str, etag: &str) -> bool {
    let Ok(v) = HeaderValue::from_str(ha) else { return false };
    pubblico::non_modificato(&HeaderMap::from_iter([(header::IF_NONE_MATCH, v)]), etag).is_some()
}

fn richiesta(tipo: &'static str, corpo: &[u8]) -> Option<Request> {
    Request::post("/").header(header::CONTENT_TYPE, tipo).body(Body::from(corpo.to_vec())).ok()
}
