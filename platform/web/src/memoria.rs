//! What the public hosts show, kept ready: the ente behind a host name, the services that are on, whole pages.
//!
//! Invariant: nothing is served at or after the instant at which it would change by itself. Invariant: what any process
//! commits is dropped by the notice that the database sends with the commit, and at once by the process that wrote; while
//! notices cannot be heard nothing is kept. Invariant: what was read before a notice is not kept after it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use authz::EnteDiHost;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use db::{Db, EnteId};
use jiff::Timestamp;
use kernel::Data;

use crate::codifica::{Codifica, Sforzo};
use crate::{Attivo, SONDA, Stato, host, pubblico};

/// Where the database says that something public has changed: the ente, or nothing for all of them.
const CANALE: &str = "alleanza_pubblico";
const OROLOGIO: &str = "alleanza_orologio";
/// Whatever happens to notices, nothing older than this is served.
const ETA: Duration = Duration::from_secs(60);
/// Longer pages are made each time.
const PAGINA_MAX: usize = 256 << 10;

/// Shared by all requests; cloning is cheap. The default one keeps nothing.
#[derive(Debug, Clone, Default)]
pub struct Memoria(Arc<Dentro>);

#[derive(Debug, Default)]
struct Dentro {
    massimo: usize,
    /// Notices are being heard.
    ascolta: AtomicBool,
    /// How many times something was dropped: what was read before is not kept after.
    giro: AtomicU64,
    tenute: RwLock<Tenute>,
}

#[derive(Debug, Default)]
struct Tenute {
    case: HashMap<String, Casa>,
    attivi: HashMap<EnteId, (Instant, Data, Arc<Vec<Attivo>>)>,
    byte: usize,
}

/// A host name, the ente behind it, its pages by path and query.
#[derive(Debug)]
struct Casa {
    da: Instant,
    ente: EnteDiHost,
    pagine: HashMap<String, Arc<Pronta>>,
}

impl Memoria {
    /// Begins to listen, and keeps pages for `massimo` bytes. With none it keeps nothing at all.
    pub fn avvia(db: &Db, massimo: usize) -> Memoria {
        let memoria = Memoria(Arc::new(Dentro { massimo, ..Dentro::default() }));
        if massimo > 0 {
            tokio::spawn(ascolta(memoria.clone(), db.clone()));
        }
        memoria
    }

    /// To be read before what may be kept is read from the database.
    pub(crate) fn giro(&self) -> u64 {
        self.0.giro.load(Ordering::Acquire)
    }

    /// Drops what is kept of an ente.
    pub(crate) fn dimentica(&self, ente: EnteId) {
        self.dimentica_se(|e| e == ente);
    }

    fn dimentica_se(&self, quale: impl Fn(EnteId) -> bool) {
        let mut t = self.scrivi();
        let via = t.case.extract_if(|_, c| quale(c.ente.ente));
        let peso: usize = via.flat_map(|(_, c)| c.pagine.into_values()).map(|p| p.peso()).sum();
        t.byte -= peso.min(t.byte);
        t.attivi.retain(|e, _| !quale(*e));
    }

    fn leggi(&self) -> RwLockReadGuard<'_, Tenute> {
        self.0.tenute.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock to drop something: another round begins, under the same lock.
    fn scrivi(&self) -> RwLockWriteGuard<'_, Tenute> {
        let t = self.0.tenute.write().unwrap_or_else(PoisonError::into_inner);
        self.0.giro.fetch_add(1, Ordering::AcqRel);
        t
    }

    /// The lock to keep something that was read in that round, if it is still the same.
    fn tieni(&self, giro: u64) -> Option<RwLockWriteGuard<'_, Tenute>> {
        if !self.0.ascolta.load(Ordering::Acquire) {
            return None;
        }
        let t = self.0.tenute.write().unwrap_or_else(PoisonError::into_inner);
        (self.giro() == giro).then_some(t)
    }

    pub(crate) fn casa(&self, host: &str) -> Option<EnteDiHost> {
        let t = self.leggi();
        t.case.get(host).filter(|c| c.da.elapsed() < ETA).map(|c| c.ente.clone())
    }

    pub(crate) fn tieni_casa(&self, giro: u64, host: &str, ente: &EnteDiHost) {
        if let Some(mut t) = self.tieni(giro) {
            let nuova = || Casa { da: Instant::now(), ente: ente.clone(), pagine: HashMap::new() };
            t.case.entry(host.to_owned()).and_modify(|c| c.da = Instant::now()).or_insert_with(nuova);
        }
    }

    /// What is on, as it was read on that same day: a title may end with the day before.
    pub(crate) fn attivi(&self, ente: EnteId, oggi: Data) -> Option<Arc<Vec<Attivo>>> {
        let t = self.leggi();
        let (_, _, attivi) = t.attivi.get(&ente).filter(|(da, giorno, _)| da.elapsed() < ETA && *giorno == oggi)?;
        Some(attivi.clone())
    }

    pub(crate) fn tieni_attivi(&self, giro: u64, ente: EnteId, oggi: Data, attivi: &Arc<Vec<Attivo>>) {
        if let Some(mut t) = self.tieni(giro) {
            t.attivi.insert(ente, (Instant::now(), oggi, attivi.clone()));
        }
    }

    /// A page of that host, if it may still be served at that instant, and the code of its ente.
    fn pagina(&self, host: &str, percorso: &str, adesso: Timestamp) -> Option<(String, Arc<Pronta>)> {
        let t = self.leggi();
        let casa = t.case.get(host)?;
        let p = casa.pagine.get(percorso)?;
        p.vale(adesso).then(|| (casa.ente.codice.clone(), p.clone()))
    }

    pub(crate) fn tieni_pagina(&self, giro: u64, host: &str, percorso: &str, p: &Arc<Pronta>) {
        let peso = p.peso();
        let Some(mut t) = self.tieni(giro).filter(|_| peso <= PAGINA_MAX.min(self.0.massimo)) else { return };
        if t.byte + peso > self.0.massimo {
            // Pages are made again faster than it would be to choose among them.
            t.case.values_mut().for_each(|c| c.pagine.clear());
            t.byte = 0;
        }
        let Some(casa) = t.case.get_mut(host) else { return };
        let prima = casa.pagine.insert(percorso.to_owned(), p.clone()).map_or(0, |p| p.peso());
        t.byte = (t.byte + peso).saturating_sub(prima);
    }
}

/// Drops what notices name, for as long as the program runs.
async fn ascolta(memoria: Memoria, db: Db) {
    loop {
        if let Err(e) = finche_si_sente(&memoria, &db).await {
            tracing::warn!(errore = %e, "public notices not heard: nothing is kept");
        }
        memoria.0.ascolta.store(false, Ordering::Release);
        memoria.dimentica_se(|_| true);
        if db.chiuso() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn finche_si_sente(memoria: &Memoria, db: &Db) -> Result<(), db::Error> {
    let mut l = db.ascolta(&[CANALE, OROLOGIO]).await?;
    // What was read before the first notice could be heard is of another round.
    memoria.dimentica_se(|_| true);
    memoria.0.ascolta.store(true, Ordering::Release);
    // Nothing comes back when the connection was lost: what was said meanwhile is not known.
    while let Some(n) = l.try_recv().await? {
        let di_tutti = n.channel() != CANALE || n.payload().is_empty();
        memoria.dimentica_se(|e| di_tutti || e.to_string() == n.payload());
    }
    Ok(())
}

/// An answer with all its bytes, and the compressed forms that somebody asked for.
#[derive(Debug)]
pub(crate) struct Pronta {
    nata: (Timestamp, Instant),
    /// From this instant on it would be another page.
    fine: Option<Timestamp>,
    etag: String,
    intestazioni: HeaderMap,
    intera: Bytes,
    forme: [OnceLock<Option<Bytes>>; Codifica::TUTTE.len()],
}

impl Pronta {
    /// `fine` is absent for a page that is not to be kept.
    pub(crate) fn nuova(
        mut intestazioni: HeaderMap,
        intera: Bytes,
        etag: String,
        adesso: Timestamp,
        fine: Option<Timestamp>,
    ) -> Pronta {
        intestazioni.remove(header::CONTENT_LENGTH);
        intestazioni.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        Pronta { nata: (adesso, Instant::now()), fine, etag, intestazioni, intera, forme: Default::default() }
    }

    /// A clock that went back makes a page of the future, which is not of now.
    fn vale(&self, adesso: Timestamp) -> bool {
        let (nata, da) = self.nata;
        nata <= adesso && self.fine.is_some_and(|f| adesso < f) && da.elapsed() < ETA
    }

    fn peso(&self) -> usize {
        // The page, its compressed forms, its headers.
        self.intera.len() * 3 / 2 + 1_024
    }

    /// The answer for who asks with these headers.
    pub(crate) fn rispondi(&self, headers: &HeaderMap) -> Response {
        if let Some(mut r) = pubblico::non_modificato(headers, &self.etag) {
            r.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            return r;
        }
        let sforzo = if self.fine.is_some() { Sforzo::DaTenere } else { Sforzo::UnaVolta };
        let scelta = Codifica::scelta(headers, sforzo);
        let forma = scelta.and_then(|c| Some((c, self.forma(c, sforzo)?)));
        let (codifica, byte) = forma.map_or((None, &self.intera), |(c, b)| (Some(c), b));
        let mut r = Response::new(Body::from(byte.clone()));
        *r.headers_mut() = self.intestazioni.clone();
        if let Some(c) = codifica {
            r.headers_mut().insert(header::CONTENT_ENCODING, c.intestazione());
        }
        pubblico::con_etag(r, &self.etag)
    }

    fn forma(&self, c: Codifica, sforzo: Sforzo) -> Option<&Bytes> {
        self.forme[c as usize].get_or_init(|| c.comprimi(&self.intera, sforzo)).as_ref()
    }
}

/// Until when a page stays as it is, if nobody writes: a handler says it with [`fino_a`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct FinoA(pub Timestamp);

/// Lets a public page be kept ready until that instant, excluded: the first at which it would change by itself.
pub fn fino_a(mut r: Response, fine: Timestamp) -> Response {
    r.extensions_mut().insert(FinoA(fine));
    r
}

/// The outermost layer of pages: what is ready is answered before anything else is asked.
pub(crate) async fn pronte(State(stato): State<Stato>, req: Request, next: Next) -> Response {
    let inizio = Instant::now();
    match pronta(&stato, &req) {
        Some((ente, p)) => {
            let r = p.rispondi(req.headers());
            stato.metriche.conta_pronta(&ente, r.status(), inizio.elapsed());
            let (percorso, codice) = (req.uri().path(), r.status().as_u16());
            tracing::info!(metodo = "GET", percorso, stato = codice, pronta = true, "request");
            r
        }
        None => next.run(req).await,
    }
}

fn pronta(stato: &Stato, req: &Request) -> Option<(String, Arc<Pronta>)> {
    // Whoever measures whether the site answers wants an answer of now.
    let sonda = req.headers().get(header::USER_AGENT).is_some_and(|v| v == SONDA);
    if sonda || *req.method() != Method::GET {
        return None;
    }
    let host = host::nome_host(&stato.config, req)?;
    stato.memoria.pagina(&host, req.uri().path_and_query()?.as_str(), stato.db.orologio().adesso())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn il(t: &str) -> Timestamp {
        t.parse().unwrap()
    }

    #[test]
    fn a_page_is_of_its_own_stretch_of_time() {
        let (nata, fine) = (il("2026-11-25T09:00:00Z"), il("2026-11-25T23:00:00Z"));
        let pagina = |fine| Pronta::nuova(HeaderMap::new(), Bytes::from_static(b"x"), "\"1\"".into(), nata, fine);
        let p = pagina(Some(fine));
        assert!(p.vale(nata) && p.vale(fine - jiff::SignedDuration::from_nanos(1)));
        assert!(!p.vale(fine), "never at its end");
        assert!(!p.vale(nata - jiff::SignedDuration::from_nanos(1)), "nor before it was made");
        assert!(!pagina(None).vale(nata), "nor if nobody said until when");
    }

    #[test]
    fn the_same_page_again_costs_its_headers() {
        let mut h = HeaderMap::new();
        h.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        let testo = Bytes::from("Albo pretorio. ".repeat(100));
        let fine = Some(il("2026-11-25T23:00:00Z"));
        let p = Pronta::nuova(h, testo, "W/\"1\"".into(), il("2026-11-25T09:00:00Z"), fine);
        let mut chi = HeaderMap::new();
        chi.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        let r = p.rispondi(&chi);
        assert_eq!(r.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(r.headers()[header::VARY], "accept-encoding");
        chi.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"1\""));
        let r = p.rispondi(&chi);
        assert_eq!(r.status(), 304);
        assert!(r.headers().get(header::CONTENT_TYPE).is_none());
    }
}
