//! What every response says to the browser, and which requests are refused before they reach a handler.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Errore, Stato};

const CSP_PAGINA: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
// A PDF is drawn by the browser's own viewer, which a sandbox would stop.
const CSP_PDF: &str = "frame-ancestors 'none'";
const CSP_ALTRO: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Security headers on every response.
pub(crate) async fn intestazioni(State(stato): State<Stato>, req: Request, next: Next) -> Response {
    let mut r = next.run(req).await;
    // A 304 has no type of its own, and what it says replaces what the kept page said.
    if r.status() != StatusCode::NOT_MODIFIED {
        let csp = HeaderValue::from_static(politica(r.headers()));
        r.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    let h = r.headers_mut();
    // The last says again what every policy above says, to browsers that do not read policies.
    let fissi = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (nome, valore) in fissi {
        h.insert(nome, HeaderValue::from_static(valore));
    }
    h.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"));
    h.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    if stato.config.https {
        h.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    r
}

/// What a browser may do with an answer, by its type.
fn politica(h: &HeaderMap) -> &'static str {
    let tipo = h.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match tipo.split(';').next().unwrap_or_default() {
        "text/html" => CSP_PAGINA,
        "application/pdf" => CSP_PDF,
        _ => CSP_ALTRO,
    }
}

/// Refuses what another site makes a browser send (the session's token is the second lock).
pub(crate) async fn stessa_origine(req: Request, next: Next) -> Response {
    let sicuro = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if sicuro || viene_da_qui(req.headers()) {
        return next.run(req).await;
    }
    Errore::del_kit("WEB-002", StatusCode::FORBIDDEN).into_response()
}

fn viene_da_qui(h: &HeaderMap) -> bool {
    let testo = |n: header::HeaderName| h.get(n).map(|v| v.to_str().unwrap_or_default());
    match (testo(header::HeaderName::from_static("sec-fetch-site")), testo(header::ORIGIN)) {
        (Some(sito), _) => matches!(sito, "same-origin" | "none"),
        (None, Some(origine)) => {
            let host = testo(header::HOST).unwrap_or_default();
            origine.split_once("://").is_some_and(|(_, o)| o.eq_ignore_ascii_case(host))
        }
        // Not a browser: the token alone decides.
        (None, None) => true,
    }
}
