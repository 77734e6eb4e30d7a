//! Stylesheets, scripts, icons and fonts: embedded, named by their fingerprint, compressed when the program was built.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::codifica::{Codifica, Sforzo};

/// A file as `build.rs` made it.
struct Servita {
    nome: &'static str,
    indirizzo: &'static str,
    tipo: &'static str,
    etag: &'static str,
    intera: &'static [u8],
    br: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static TUTTE: &[Servita] = include!(concat!(env!("OUT_DIR"), "/risorse.rs"));

static PER_NOME: LazyLock<HashMap<&str, &Servita>> = LazyLock::new(|| TUTTE.iter().map(|s| (s.nome, s)).collect());
static PER_INDIRIZZO: LazyLock<HashMap<&str, &Servita>> =
    LazyLock::new(|| TUTTE.iter().map(|s| (s.indirizzo.trim_start_matches("/static/"), s)).collect());

/// The address of an asset: `risorsa("alleanza.css")` is `/static/alleanza.3f2a….css`.
pub fn risorsa(nome: &str) -> &'static str {
    PER_NOME.get(nome).map_or("/static/assente", |s| s.indirizzo)
}

/// `GET /static/{file}`: a name that holds its fingerprint may be kept for ever.
pub(crate) async fn servi(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(s) = PER_INDIRIZZO.get(file.as_str()) else { return StatusCode::NOT_FOUND.into_response() };
    let comuni = [
        (header::ETAG, HeaderValue::from_static(s.etag)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v == s.etag) {
        return (StatusCode::NOT_MODIFIED, comuni).into_response();
    }
    let tipo = [(header::CONTENT_TYPE, HeaderValue::from_static(s.tipo))];
    let forma = Codifica::scelta(&headers, Sforzo::DaTenere).and_then(|c| Some((c, s.forma(c)?)));
    match forma {
        Some((c, byte)) => {
            (comuni, tipo, [(header::CONTENT_ENCODING, c.intestazione())], Bytes::from_static(byte)).into_response()
        }
        None => (comuni, tipo, Bytes::from_static(s.intera)).into_response(),
    }
}

impl Servita {
    fn forma(&self, c: Codifica) -> Option<&'static [u8]> {
        match c {
            Codifica::Br => self.br,
            Codifica::Gzip => self.gzip,
        }
    }
}
