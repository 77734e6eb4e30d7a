//! Who is at the desk, and for which ente: gates before the handler, extractors inside it.

use std::sync::Arc;

use authz::{Chi, EnteDiPersona, Permessa, Sessione};
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use db::{DiEnte, Tx};
use kernel::Data;

use crate::contorno::{Operazione, Quadro};
use crate::gesti::Dopo;
use crate::{Attivo, Errore, Modulo, Service, Stato, accesso, bozze};

/// A person with a session, at their desk.
#[derive(Clone)]
pub struct Persona {
    stato: Stato,
    sessione: Arc<Sessione>,
    /// The services of their only ente, known at the desk.
    attivi: Option<Arc<Vec<Attivo>>>,
}

impl Persona {
    pub fn stato(&self) -> &Stato {
        &self.stato
    }

    pub fn chi(&self) -> &Chi {
        &self.sessione.chi
    }

    pub fn utente(&self) -> &str {
        &self.sessione.utente
    }

    /// The enti where the person has a role today, by name.
    pub fn enti(&self) -> &[EnteDiPersona] {
        &self.sessione.enti
    }

    pub fn csrf(&self) -> &str {
        &self.sessione.csrf
    }

    pub(crate) fn sessione(&self) -> &Sessione {
        &self.sessione
    }

    /// An empty form of this session.
    pub fn modulo(&self) -> Modulo {
        Modulo::nuovo(self.csrf())
    }

    pub fn oggi(&self) -> Data {
        self.stato.oggi()
    }

    /// At the desk, who works for one ente only is already there.
    pub(crate) fn unico(&self) -> Option<Operatore> {
        let (Some(attivi), [ente]) = (&self.attivi, self.enti()) else { return None };
        Some(Operatore { persona: self.clone(), ente: ente.clone(), attivi: attivi.clone(), spento: None, dopo: None })
    }
}

/// A person working for one of their enti.
#[derive(Clone)]
pub struct Operatore {
    persona: Persona,
    ente: EnteDiPersona,
    attivi: Arc<Vec<Attivo>>,
    spento: Option<Arc<str>>,
    /// What the address says has just happened.
    dopo: Option<Dopo>,
}

impl std::ops::Deref for Operatore {
    type Target = Persona;

    fn deref(&self) -> &Persona {
        &self.persona
    }
}

impl Operatore {
    pub fn persona(&self) -> &Persona {
        &self.persona
    }

    pub fn ente(&self) -> &EnteDiPersona {
        &self.ente
    }

    /// Opens a transaction on the ente.
    pub async fn tx(&self) -> Result<Tx<DiEnte>, db::Error> {
        self.stato.db.di_ente(self.ente.ente).await
    }

    /// What pages ask before they show a button; commands ask again, in their transaction.
    pub fn puo(&self, azione: Permessa) -> bool {
        self.ente.puo(azione.ruoli)
    }

    pub fn attivo(&self, servizio: &str) -> bool {
        self.attivi.iter().any(|a| a.servizio == servizio)
    }

    /// The services that are on, in import order.
    pub fn servizi(&self) -> impl Iterator<Item = &'static Service> {
        self.stato.servizi.iter().filter(|s| s.sempre_attivo || self.attivo(s.codice))
    }

    pub(crate) fn attivi(&self) -> &[Attivo] {
        &self.attivi
    }

    pub(crate) fn dopo(&self) -> Option<Dopo> {
        self.dopo
    }

    /// Why the page's service can only be read, when it can.
    pub fn spento(&self) -> Option<&str> {
        self.spento.as_deref()
    }

    /// An address of the ente: `op.percorso("/protocollo")` is `/e/c_e307/protocollo`.
    pub fn percorso(&self, relativo: impl std::fmt::Display) -> String {
        format!("/e/{}{relativo}", self.ente.codice)
    }
}

impl<S: Sync> FromRequestParts<S> for Operatore {
    type Rejection = Errore;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Errore> {
        parts.extensions.get().cloned().ok_or(Errore::NonTrovato)
    }
}

impl<S: Sync> FromRequestParts<S> for Persona {
    type Rejection = Errore;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Errore> {
        parts.extensions.get().cloned().ok_or(Errore::NonTrovato)
    }
}

/// What a gate must know of its route.
#[derive(Clone)]
pub(crate) struct Cancello {
    pub stato: Stato,
    pub servizio: Option<&'static Service>,
    pub azione: Option<Permessa>,
    pub scrive: bool,
}

/// The gate of the desk: a session, or the way to the door.
pub(crate) async fn alla_scrivania(
    State(c): State<Cancello>,
    mut req: Request,
    next: Next,
) -> Result<Response, Errore> {
    let operazione = Operazione::di(&req);
    let token = accesso::token(&c.stato.config, req.headers());
    let persona = match alla_porta(&c.stato, token, &operazione).await {
        Ok(Some(p)) => p,
        Ok(None) => return senza_sessione(req).await,
        Err(e) => return Err(respinta(req, &operazione, e).await),
    };
    operazione.riconosci(Quadro::Scrivania(persona.clone()));
    req.extensions_mut().insert(persona);
    Ok(next.run(req).await)
}

/// The gate of the back office: a session, an ente of the person, a role, a service that is on.
pub(crate) async fn in_ufficio(State(c): State<Cancello>, req: Request, next: Next) -> Result<Response, Errore> {
    let operazione = Operazione::di(&req);
    let token = accesso::token(&c.stato.config, req.headers());
    let persona = match riconosci(&c.stato, token, &operazione).await {
        Ok(Some(p)) => p,
        Ok(None) => return senza_sessione(req).await,
        Err(e) => return Err(respinta(req, &operazione, e).await),
    };
    let (mut parts, corpo) = req.into_parts();
    let codice = codice_ente(&mut parts).await;
    // Not found instead of forbidden: of an ente that is not theirs a person may not even know the pages.
    let Some(ente) = persona.enti().iter().find(|e| Some(&e.codice) == codice.as_ref()).cloned() else {
        operazione.riconosci(Quadro::Scrivania(persona));
        return Err(Errore::NonTrovato);
    };
    let attivi = match c.stato.attivi(ente.ente).await {
        Ok(a) => a,
        Err(e) => return Err(respinta(Request::from_parts(parts, corpo), &operazione, e.into()).await),
    };
    let chiuso = c.servizio.and_then(|s| chiuso(s, &attivi));
    let (perche, no) = chiuso.unzip();
    let op = Operatore { persona, ente, attivi, spento: perche.map(Into::into), dopo: Dopo::di(&parts.uri) };
    operazione.riconosci(Quadro::Ufficio(op.clone()));
    if let Some(no) = no.filter(|_| c.scrive) {
        return Err(no);
    }
    if let Some(a) = c.azione.filter(|a| !op.puo(*a)) {
        return Err(Errore::senza_ruolo(a));
    }
    let (ente, scrive) = (op.ente.ente, parts.method == Method::POST);
    parts.extensions.insert(op.persona.clone());
    parts.extensions.insert(op.clone());
    let r = next.run(Request::from_parts(parts, corpo)).await;
    if scrive {
        // Whoever writes reads what they wrote, without waiting for the notice.
        c.stato.memoria.dimentica(ente);
    }
    if let (StatusCode::SEE_OTHER, Some(chiave)) = (r.status(), operazione.bozza()) {
        bozze::inviata(&op, chiave).await;
    }
    Ok(r)
}

/// Why nobody writes in a service now, for the page that is read and for the command that is refused.
pub(crate) fn chiuso(s: &Service, attivi: &[Attivo]) -> Option<(String, Errore)> {
    if s.sempre_attivo {
        return None;
    }
    let Some(attivo) = attivi.iter().find(|a| a.servizio == s.codice) else {
        let perche =
            format!("Il servizio {} è spento: ciò che contiene si legge, ma non si può aggiungere nulla.", s.nome);
        return Some((perche, Errore::del_kit("WEB-005", StatusCode::NOT_FOUND)));
    };
    let l = attivo.sola_lettura.clone()?;
    let perche = format!("{} {}", l.frase, l.rimedio);
    let (codice, stato) = (l.codice, StatusCode::FORBIDDEN);
    Some((perche, Errore::Rifiuto { codice, frase: l.frase, rimedio: l.rimedio.to_owned(), stato }))
}

async fn codice_ente(parts: &mut Parts) -> Option<String> {
    let parametri = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    parametri.iter().find(|(n, _)| *n == "codice").map(|(_, v)| v.to_owned())
}

/// The person behind the token of a cookie.
pub(crate) async fn riconosci(
    stato: &Stato,
    token: Option<String>,
    operazione: &Operazione,
) -> Result<Option<Persona>, Errore> {
    let Some(token) = token else { return Ok(None) };
    let sessione = authz::riconosci(&stato.db, &token, operazione.id()).await?;
    Ok(sessione.map(|s| Persona { stato: stato.clone(), sessione: Arc::new(s), attivi: None }))
}

/// The person at the desk, who works for one ente only already there.
async fn alla_porta(stato: &Stato, token: Option<String>, operazione: &Operazione) -> Result<Option<Persona>, Errore> {
    let Some(mut persona) = riconosci(stato, token, operazione).await? else { return Ok(None) };
    if let [ente] = persona.enti() {
        let attivi = (stato.servizi_attivi)(&mut stato.db.di_ente(ente.ente).await?).await?;
        persona.attivi = Some(attivi.into());
    }
    Ok(Some(persona))
}

/// A form that a fault stops before anybody reads it: what was typed is read all the same, and given back.
async fn respinta(req: Request, operazione: &Operazione, e: Errore) -> Errore {
    if matches!(e, Errore::Guasto(_)) && *req.method() == Method::POST {
        operazione.tieni(crate::caricamento::testi_scritti(req).await);
    }
    e
}

/// Reading sends to the door and back; writing shows what was typed, so that it is not lost.
async fn senza_sessione(req: Request) -> Result<Response, Errore> {
    if matches!(*req.method(), Method::GET | Method::HEAD) {
        let qui = req.uri().path_and_query().map_or("/", |p| p.as_str());
        return Ok(Redirect::to(&accesso::porta(qui)).into_response());
    }
    let ritorno = accesso::pagina_di_provenienza(&req);
    Err(Errore::SenzaSessione { ritorno, scritto: crate::caricamento::testi_scritti(req).await })
}
