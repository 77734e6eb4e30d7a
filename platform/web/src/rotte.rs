//! Routes as values, and the two routers made of them: one for the desk's host, one for the hosts of the enti.

use authz::Permessa;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, StatusCode, Version, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get, on};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::host::{self, Casa};
use crate::operatore::Cancello;
use crate::{
    EnteHost, Errore, Service, Stato, accesso, bozze, caricamento, contorno, gesti, manuale, memoria, metriche,
    operatore, pubblico, risorse, scrivania, sicurezza, vai,
};

/// A form without files is never longer.
const MODULO_MAX: usize = 1 << 20;

/// Who stands behind a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambito {
    /// `/e/{codice}/…` on the desk's host: a session, a role in that ente, a service that is on.
    Ufficio,
    /// On the desk's host: a session.
    Scrivania,
    /// On the hosts of the enti: everybody.
    Pubblica,
    /// On the desk's host, before anybody is known.
    Aperta,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metodo {
    Get,
    Post,
}

/// A page or a command of a service.
pub struct Rotta {
    /// The handler's own name, for logs and golden lists.
    pub nome: &'static str,
    pub metodo: Metodo,
    /// In axum's syntax.
    pub percorso: &'static str,
    pub ambito: Ambito,
    /// What the person must be allowed to do; the gate asks before the handler runs, the command asks again.
    pub azione: Option<Permessa>,
    /// Closed while the service is switched off; what only reads stays open.
    pub scrive: bool,
    corpo_max: usize,
    gestore: MethodRouter<Stato>,
}

impl Rotta {
    fn nuova<H, T>(metodo: Metodo, percorso: &'static str, ambito: Ambito, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        let filtro = if metodo == Metodo::Get { MethodFilter::GET } else { MethodFilter::POST };
        Rotta {
            nome: std::any::type_name::<H>(),
            metodo,
            percorso,
            ambito,
            azione: None,
            scrive: metodo == Metodo::Post,
            corpo_max: MODULO_MAX,
            gestore: on(filtro, gestore),
        }
    }

    /// A page of the back office.
    pub fn ufficio_get<H, T>(percorso: &'static str, azione: impl Into<Option<Permessa>>, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta { azione: azione.into(), ..Rotta::nuova(Metodo::Get, percorso, Ambito::Ufficio, gestore) }
    }

    /// A command of the back office; its handler takes [`crate::Inviato`] or [`crate::Caricamento`].
    pub fn ufficio_post<H, T>(percorso: &'static str, azione: impl Into<Option<Permessa>>, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta { azione: azione.into(), ..Rotta::nuova(Metodo::Post, percorso, Ambito::Ufficio, gestore) }
    }

    pub fn scrivania_get<H, T>(percorso: &'static str, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta::nuova(Metodo::Get, percorso, Ambito::Scrivania, gestore)
    }

    pub fn scrivania_post<H, T>(percorso: &'static str, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta::nuova(Metodo::Post, percorso, Ambito::Scrivania, gestore)
    }

    pub fn pubblica_get<H, T>(percorso: &'static str, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta::nuova(Metodo::Get, percorso, Ambito::Pubblica, gestore)
    }

    pub fn pubblica_post<H, T>(percorso: &'static str, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta::nuova(Metodo::Post, percorso, Ambito::Pubblica, gestore)
    }

    pub fn aperta_get<H, T>(percorso: &'static str, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta::nuova(Metodo::Get, percorso, Ambito::Aperta, gestore)
    }

    pub fn aperta_post<H, T>(percorso: &'static str, gestore: H) -> Rotta
    where
        H: Handler<T, Stato>,
        T: 'static,
    {
        Rotta::nuova(Metodo::Post, percorso, Ambito::Aperta, gestore)
    }

    /// The page of a form that writes: closed too while the service is off.
    pub fn che_scrive(self) -> Rotta {
        Rotta { scrive: true, ..self }
    }

    /// Lets uploads in, up to the limits of [`caricamento`].
    pub fn con_file(self) -> Rotta {
        Rotta { corpo_max: caricamento::CORPO_MAX, ..self }
    }

    fn con_cancello(self, stato: &Stato, servizio: Option<&'static Service>) -> MethodRouter<Stato> {
        let c = Cancello { stato: stato.clone(), servizio, azione: self.azione, scrive: self.scrive };
        let gestore = match self.ambito {
            Ambito::Ufficio => self.gestore.layer(from_fn_with_state(c, operatore::in_ufficio)),
            Ambito::Scrivania => self.gestore.layer(from_fn_with_state(c, operatore::alla_scrivania)),
            Ambito::Pubblica | Ambito::Aperta => self.gestore,
        };
        gestore.layer(DefaultBodyLimit::max(self.corpo_max))
    }
}

impl std::fmt::Debug for Rotta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} ({:?})", self.metodo, self.percorso, self.ambito)
    }
}

/// The routes of the kit itself, of no service: the door, the desk, the pages of an ente, the figures, the manual.
pub fn rotte_del_kit() -> Vec<Rotta> {
    let prima = [accesso::rotte(), scrivania::rotte(), bozze::rotte(), gesti::rotte()];
    prima.into_iter().chain([metriche::rotte(), vai::rotte(), manuale::rotte()]).flatten().collect()
}

/// The whole site.
pub fn router(stato: Stato) -> Router {
    let (mut ufficio, mut pubblico) = (Router::new(), Router::new());
    let del_kit = rotte_del_kit().into_iter().map(|r| (None, r));
    let dei_servizi = stato.servizi.iter().flat_map(|s| (s.rotte)().into_iter().map(move |r| (Some(s), r)));
    for (servizio, rotta) in del_kit.chain(dei_servizi) {
        let (percorso, ambito) = (rotta.percorso, rotta.ambito);
        let gestore = rotta.con_cancello(&stato, servizio);
        if ambito == Ambito::Pubblica {
            pubblico = pubblico.route(percorso, gestore);
        } else {
            ufficio = ufficio.route(percorso, gestore);
        }
    }
    let pubblico = pubblico.layer(from_fn_with_state(stato.clone(), pubblico::pagine));
    let case = Case { stato: stato.clone(), ufficio: chiudi(ufficio, &stato), pubblico: chiudi(pubblico, &stato) };
    Router::new()
        .fallback(smista)
        .with_state(case)
        .route("/salute", get(scrivania::salute).with_state(stato.clone()))
        .layer(from_fn(sicurezza::stessa_origine))
        // Who sends half of a form and stops would hold a connection, and a file aside, for ever.
        .layer(RequestBodyTimeoutLayer::new(stato.config.silenzio))
        .layer(CatchPanicLayer::custom(caduto))
        .layer(from_fn_with_state(stato.clone(), contorno::contorno))
        .layer(CompressionLayer::new().compress_when(conviene))
        .layer(from_fn_with_state(stato.clone(), memoria::pronte))
        .route("/static/{file}", get(risorse::servi))
        .layer(from_fn_with_state(stato, sicurezza::intestazioni))
}

#[derive(Clone)]
struct Case {
    stato: Stato,
    ufficio: Router,
    pubblico: Router,
}

fn chiudi(r: Router<Stato>, stato: &Stato) -> Router {
    r.fallback(|| async { Errore::NonTrovato })
        .method_not_allowed_fallback(|| async { Errore::del_kit("WEB-405", StatusCode::METHOD_NOT_ALLOWED) })
        .with_state(stato.clone())
}

async fn smista(State(case): State<Case>, mut req: Request) -> Result<Response, Errore> {
    let nome = host::nome_host(&case.stato.config, &req);
    let casa = match host::trova(&case.stato, nome).await? {
        Casa::Scrivania => case.ufficio,
        Casa::Ente(e) => {
            contorno::Operazione::di(&req).riconosci(contorno::Quadro::Pubblico(EnteHost::clone(&e)));
            req.extensions_mut().insert(*e);
            case.pubblico
        }
    };
    // Routers never fail: their error is uninhabited.
    casa.oneshot(req).await.map_err(|e| match e {})
}

fn caduto(panico: Box<dyn std::any::Any + Send>) -> Response {
    let parole = panico.downcast_ref::<String>().cloned();
    let parole = parole.or_else(|| panico.downcast_ref::<&str>().map(|s| (*s).to_owned()));
    Errore::guasto(format!("panic: {}", parole.unwrap_or_default())).into_response()
}

/// Text compresses; documents, archives and pictures are compressed already.
fn conviene(_: StatusCode, _: Version, h: &HeaderMap, _: &axum::http::Extensions) -> bool {
    let tipo = h.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let testo = ["text/", "application/json", "application/feed+json", "application/rss+xml", "image/svg"];
    testo.iter().any(|t| tipo.starts_with(t))
}
