//! The outermost layer: gives each request its operation id, logs its end, draws the page of what went wrong.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::errore::DaMostrare;
use crate::modulo::{BOZZA, da_tacere};
use crate::parole::tre_parole;
use crate::{EnteHost, Errore, Modulo, Operatore, Pagina, Persona, SONDA, Stato, errore_pagina};

/// One request, from the door to the last byte. Its id is on error pages, in logs and in the audit.
#[derive(Clone)]
pub struct Operazione(Arc<Dentro>);

struct Dentro {
    id: Uuid,
    chi: OnceLock<Quadro>,
    csrf_visto: AtomicBool,
    bozza: OnceLock<Uuid>,
    scritto: Mutex<Vec<(String, String)>>,
}

/// Who is asking, once known: what an error page needs for its frame.
#[derive(Clone)]
pub(crate) enum Quadro {
    Ufficio(Operatore),
    Scrivania(Persona),
    Pubblico(EnteHost),
}

impl Operazione {
    fn nuova() -> Operazione {
        Operazione(Arc::new(Dentro {
            id: db::caso::uuid(),
            chi: OnceLock::new(),
            csrf_visto: false.into(),
            bozza: OnceLock::new(),
            scritto: Mutex::default(),
        }))
    }

    /// The operation of a request; a fresh one where the outer layer is absent.
    pub(crate) fn di(req: &Request) -> Operazione {
        req.extensions().get().cloned().unwrap_or_else(Operazione::nuova)
    }

    pub fn id(&self) -> Uuid {
        self.0.id
    }

    pub(crate) fn riconosci(&self, q: Quadro) {
        // The first answer stands: a request has one asker.
        let _ = self.0.chi.set(q);
    }

    pub(crate) fn quadro(&self) -> Option<&Quadro> {
        self.0.chi.get()
    }

    /// The form that is being sent says that it has a draft.
    pub(crate) fn con_bozza(&self, m: &Modulo) {
        if m.spunta(BOZZA) {
            let _ = self.0.bozza.set(m.chiave());
        }
    }

    pub(crate) fn bozza(&self) -> Option<Uuid> {
        self.0.bozza.get().copied()
    }

    /// What was typed in a form of the desk: the page of a fault gives it back. Never a secret.
    pub(crate) fn ha_scritto(&self, campo: &str, valore: &str) {
        if self.quadro().is_some() && !da_tacere(campo) && !valore.trim().is_empty() {
            self.tieni(vec![(campo.to_owned(), valore.to_owned())]);
        }
    }

    /// The same, of a form that no handler has read.
    pub(crate) fn tieni(&self, scritto: Vec<(String, String)>) {
        self.0.scritto.lock().unwrap_or_else(PoisonError::into_inner).extend(scritto);
    }

    pub(crate) fn scritto(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.0.scritto.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The token of the session; empty where there is no session.
    pub(crate) fn csrf(&self) -> &str {
        match self.quadro() {
            Some(Quadro::Ufficio(o)) => o.csrf(),
            Some(Quadro::Scrivania(p)) => p.csrf(),
            Some(Quadro::Pubblico(_)) | None => "",
        }
    }

    /// Compares the token of a form with that of the session, if there is one.
    pub(crate) fn controlla_csrf(&self, dato: &str) -> Result<(), Errore> {
        self.0.csrf_visto.store(true, Ordering::Relaxed);
        if self.csrf().as_bytes().ct_eq(dato.as_bytes()).into() || self.csrf().is_empty() {
            return Ok(());
        }
        Err(Errore::del_kit("WEB-001", StatusCode::FORBIDDEN))
    }

    /// A handler that changed something for a session without looking at the token is a defect, and tests must see it.
    fn dimenticato_csrf(&self, metodo: &Method, stato: StatusCode) -> bool {
        let (riuscita, visto) =
            (stato.is_success() || stato.is_redirection(), self.0.csrf_visto.load(Ordering::Relaxed));
        *metodo == Method::POST && riuscita && !visto && !self.csrf().is_empty()
    }
}

impl std::fmt::Debug for Operazione {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operazione({})", self.0.id)
    }
}

impl<S: Sync> FromRequestParts<S> for Operazione {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_else(Operazione::nuova))
    }
}

pub(crate) async fn contorno(State(stato): State<Stato>, mut req: Request, next: Next) -> Response {
    let inizio = Instant::now();
    let op = Operazione::nuova();
    let (metodo, percorso) = (req.method().clone(), req.uri().path().to_owned());
    let sonda = req.headers().get(header::USER_AGENT).is_some_and(|v| v.as_bytes() == SONDA.as_bytes());
    req.extensions_mut().insert(op.clone());
    let mut r = next.run(req).await;
    if op.dimenticato_csrf(&metodo, r.status()) {
        r = Errore::guasto(format!("{metodo} {percorso} did not check the form's token")).into_response();
    }
    if let Some(e) = da_disegnare(&metodo, &r) {
        registra_errore(&stato, &op, &e, &percorso);
        r = errore_pagina::disegna(&stato, &op, &e).await;
        if r.status() == StatusCode::SERVICE_UNAVAILABLE {
            r.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
    }
    r.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    let durata = inizio.elapsed();
    stato.metriche.conta(op.quadro(), &metodo, sonda, r.status(), durata);
    let (codice, ms) = (r.status().as_u16(), durata.as_millis());
    tracing::info!(operazione = %op.id(), %metodo, percorso, stato = codice, ms, "request");
    r
}

/// The error behind a response: ours, or the bare text of an extractor that refused.
fn da_disegnare(metodo: &Method, r: &Response) -> Option<Arc<Errore>> {
    if let Some(DaMostrare(e)) = r.extensions().get() {
        return Some(e.clone());
    }
    let s = r.status();
    let tipo = r.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !(s.is_client_error() || s.is_server_error()) || !(tipo.is_empty() || tipo.starts_with("text/plain")) {
        return None;
    }
    Some(Arc::new(match s {
        StatusCode::METHOD_NOT_ALLOWED => Errore::del_kit("WEB-405", s),
        StatusCode::PAYLOAD_TOO_LARGE => Errore::del_kit("WEB-006", s),
        // An address with an unreadable part is an address where there is nothing.
        StatusCode::NOT_FOUND => Errore::NonTrovato,
        StatusCode::BAD_REQUEST if *metodo == Method::GET => Errore::NonTrovato,
        s if s.is_server_error() => Errore::guasto(format!("answered {s}")),
        s => Errore::del_kit("WEB-004", s),
    }))
}

/// A refusal is a warning, a fault is an error; a missing permit also enters the register of accesses. Never form values.
fn registra_errore(stato: &Stato, op: &Operazione, e: &Errore, percorso: &str) {
    let (operazione, codice) = (op.id(), e.codice());
    let parole = tre_parole(operazione);
    match e {
        Errore::Guasto(fonte) => {
            tracing::error!(%operazione, parole, codice, percorso, errore = %catena(fonte.as_ref()), "fault")
        }
        e => tracing::warn!(%operazione, parole, codice, percorso, errore = %e, "refusal"),
    }
    if let (Errore::Negato { azione, .. }, Some(Quadro::Ufficio(o))) = (e, op.quadro()) {
        stato.accessi.rifiuto(o.ente().ente, o.chi(), azione, percorso);
    }
}

/// An error with all its sources, in one line.
fn catena(e: &(dyn std::error::Error + 'static)) -> String {
    let cause = std::iter::successors(Some(e), |e| e.source());
    cause.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The frame of an error page: that of the page where it happened, as far as it is known.
pub(crate) fn cornice<'a>(stato: &'a Stato, op: &'a Operazione, titolo: &str) -> Pagina<'a> {
    match op.quadro() {
        Some(Quadro::Ufficio(o)) => Pagina::ufficio(o, titolo),
        Some(Quadro::Scrivania(p)) => Pagina::scrivania(p, titolo),
        Some(Quadro::Pubblico(e)) => Pagina::pubblica(e, titolo),
        None => Pagina::nuda(stato, titolo),
    }
}
