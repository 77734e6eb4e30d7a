//! Stylesheets, scripts, icons and fonts: embedded, named by their fingerprint, compressed once at start-up.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[folder = "assets/"]
struct Nostre;

#[derive(Embed)]
#[folder = "../../vendor/"]
#[include = "*.css"]
#[include = "icone.svg"]
#[include = "fonts/*.woff2"]
struct Altrui;

/// By the plain name, the name served; by the name served, the bytes.
struct Risorse {
    indirizzi: BTreeMap<String, String>,
    file: BTreeMap<String, Servita>,
}

struct Servita {
    tipo: &'static str,
    etag: HeaderValue,
    intera: Bytes,
    gzip: Option<Bytes>,
}

static RISORSE: LazyLock<Risorse> = LazyLock::new(Risorse::leggi);

/// The address of an asset: `risorsa("alleanza.css")` is `/static/alleanza.3f2a….css`.
pub fn risorsa(nome: &str) -> &'static str {
    RISORSE.indirizzi.get(nome).map_or("/static/assente", String::as_str)
}

/// `GET /static/{file}`: a name that holds its fingerprint may be kept for ever.
pub(crate) async fn servi(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(r) = RISORSE.file.get(&file) else { return StatusCode::NOT_FOUND.into_response() };
    let comuni = [
        (header::ETAG, r.etag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&r.etag) {
        return (StatusCode::NOT_MODIFIED, comuni).into_response();
    }
    let tipo = [(header::CONTENT_TYPE, HeaderValue::from_static(r.tipo))];
    match &r.gzip {
        Some(gz) if accetta_gzip(&headers) => {
            (comuni, tipo, [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))], gz.clone()).into_response()
        }
        _ => (comuni, tipo, r.intera.clone()).into_response(),
    }
}

fn accetta_gzip(headers: &HeaderMap) -> bool {
    let accettate = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    accettate.split(',').map(|e| e.trim().replace(' ', "")).any(|e| e.starts_with("gzip") && !e.ends_with(";q=0"))
}

impl Risorse {
    fn leggi() -> Risorse {
        let mut risorse = Risorse { indirizzi: BTreeMap::new(), file: BTreeMap::new() };
        let nostre = Nostre::iter().filter_map(|n| Some((n.to_string(), Nostre::get(&n)?)));
        let altrui = Altrui::iter().filter_map(|n| Some((n.rsplit('/').next()?.to_owned(), Altrui::get(&n)?)));
        let mut tutte: Vec<(String, EmbeddedFile)> = nostre.chain(altrui).collect();
        // Stylesheets name the others: last, when the others already have their served names.
        tutte.sort_by_key(|(nome, _)| nome.ends_with(".css"));
        for (nome, file) in tutte {
            risorse.aggiungi(nome, file.data);
        }
        risorse
    }

    fn aggiungi(&mut self, nome: String, byte: Cow<'static, [u8]>) {
        let Some((base, estensione)) = nome.rsplit_once('.') else { return };
        let Some((tipo, e_testo)) = tipo(estensione) else { return };
        let byte = if estensione == "css" { self.con_indirizzi(&byte) } else { Bytes::from(byte.into_owned()) };
        let impronta = &hex::encode(Sha256::digest(&byte))[..16];
        let servito = format!("{base}.{impronta}.{estensione}");
        let Ok(etag) = HeaderValue::from_str(&format!("\"{impronta}\"")) else { return };
        let gzip = e_testo.then(|| comprimi(&byte)).filter(|gz| gz.len() < byte.len());
        self.indirizzi.insert(nome, format!("/static/{servito}"));
        self.file.insert(servito, Servita { tipo, etag, intera: byte, gzip });
    }

    /// Writes the served names in a stylesheet that says `url(/static/titillium-400.woff2)`.
    fn con_indirizzi(&self, css: &[u8]) -> Bytes {
        let mut css = String::from_utf8_lossy(css).into_owned();
        for (nome, indirizzo) in &self.indirizzi {
            css = css.replace(&format!("url(/static/{nome})"), &format!("url({indirizzo})"));
        }
        css.into()
    }
}

fn tipo(estensione: &str) -> Option<(&'static str, bool)> {
    Some(match estensione {
        "css" => ("text/css; charset=utf-8", true),
        "js" => ("text/javascript; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "woff2" => ("font/woff2", false),
        _ => return None,
    })
}

fn comprimi(byte: &[u8]) -> Bytes {
    let mut e = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to a vector cannot fail; an empty answer would only mean that the file goes out uncompressed.
    e.write_all(byte).and_then(|()| e.finish()).unwrap_or_else(|_| byte.to_vec()).into()
}
