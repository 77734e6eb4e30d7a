//! Bytes on their way out: the fingerprint is verified while they are served, an altered document never arrives whole.

use authz::Azione;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use storage::{Archivio, StorageError};
use web::{Errore, Operatore, Stato};

use crate::{DocumentiError, Documento, Leggi};

/// Below this size a document is verified before its first byte leaves; above, while it leaves.
const INTERO: i64 = 16 * 1024 * 1024;

/// Serves a document of an ente under its own safe name.
pub async fn scarica(stato: &Stato, ente: &str, d: &Documento) -> Result<Response, Errore> {
    scarica_come(stato, ente, d, &d.nome).await
}

/// Serves a document under another name.
pub async fn scarica_come(stato: &Stato, ente: &str, d: &Documento, nome: &str) -> Result<Response, Errore> {
    let corpo = if d.dimensione <= INTERO {
        Body::from(leggi(&stato.archivio, ente, d).await?)
    } else {
        let aperto = stato.archivio.apri(ente, &d.impronta).await.map_err(|e| guasto(d, e))?;
        let nome = d.nome.clone();
        Body::from_stream(aperto.flusso.inspect_err(move |e| tracing::error!(documento = nome, errore = %e, "served")))
    };
    let mut r = corpo.into_response();
    r.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(d.dimensione));
    intesta(&mut r, &d.tipo, nome);
    Ok(r)
}

/// The bytes of a document, verified.
pub async fn leggi(archivio: &Archivio, ente: &str, d: &Documento) -> Result<Vec<u8>, DocumentiError> {
    archivio.leggi(ente, &d.impronta).await.map_err(|e| guasto(d, e))
}

/// Bytes just made, as a download.
pub fn allegato(tipo: &str, nome: &str, byte: Vec<u8>) -> Response {
    let mut r = byte.into_response();
    intesta(&mut r, tipo, nome);
    r
}

/// Writes down that a person opened a document.
pub fn consultato(op: &Operatore, d: &Documento) {
    op.stato().accessi.consultazione(op.ente().ente, op.chi(), Leggi::CODICE, &format!("documenti/{}", d.id));
}

fn guasto(d: &Documento, e: StorageError) -> DocumentiError {
    tracing::error!(documento = %d.id, impronta = %d.impronta, errore = %e, "document not served");
    match e {
        StorageError::Mancante(_) => DocumentiError::Mancante { nome: d.nome.clone() },
        StorageError::Alterato(_) => DocumentiError::Alterato { nome: d.nome.clone() },
        e => DocumentiError::Archivio(e),
    }
}

/// Always a download, always of the type that the bytes have: nothing received runs in our pages.
fn intesta(r: &mut Response, tipo: &str, nome: &str) {
    let h = r.headers_mut();
    h.insert(CONTENT_TYPE, HeaderValue::from_str(tipo).unwrap_or(HeaderValue::from_static("application/octet-stream")));
    h.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(v) = HeaderValue::from_str(&disposizione(nome)) {
        h.insert(CONTENT_DISPOSITION, v);
    }
}

/// RFC 6266: a plain name for old browsers, the real one for all the others.
fn disposizione(nome: &str) -> String {
    let nome = kernel::testo::nome_di_file(nome);
    let semplice: String =
        nome.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' }).collect();
    let intero: String = nome
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    format!("attachment; filename=\"{semplice}\"; filename*=UTF-8''{intero}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_is_only_a_name() {
        assert_eq!(
            disposizione("perché no.pdf"),
            "attachment; filename=\"perch_ no.pdf\"; filename*=UTF-8''perch%C3%A9%20no.pdf"
        );
        let d = disposizione("../a\"; x=1\r\nSet-Cookie: b.pdf");
        assert!(!d.contains('\r') && !d.contains('\n') && d.matches('"').count() == 2, "{d}");
    }
}
