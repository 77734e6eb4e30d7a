//! An S3-compatible server over a folder. It checks signatures as a real one does, notes what it is asked, and fails on
//! command.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, future, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::sync::RwLock;
use tokio::task::JoinSet;

pub const BUCKET: &str = "alleanza";
pub const REGIONE: &str = "us-east-1";
pub const CHIAVE: &str = "CHIAVE-DI-PROVA";
pub const SEGRETO: &str = "segreto-di-prova-che-nessun-registro-mostra";

type Errore = Box<dyn std::error::Error + Send + Sync>;
type Corpo = UnsyncBoxBody<Bytes, Errore>;

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy)]
pub enum Guasto {
    /// Answers so, and does nothing.
    Stato(u16),
    /// Neither does it nor answers.
    Muto,
    /// Does it, and the answer is lost.
    Perso,
    /// Does it, says so, and has kept all but the last byte.
    Monco,
    /// Half of the body arrives, then the connection is cut.
    Mozzo,
    /// Half of the body arrives, then nothing more.
    Sospeso,
    /// Everything goes well, later.
    Lento(Duration),
}

/// A running server; it stops when dropped, and every connection with it.
#[derive(Debug)]
pub struct S3 {
    indirizzo: SocketAddr,
    regia: Arc<Regia>,
    /// Dropped, it ends the task.
    compito: tokio::task::JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Regia {
    radice: PathBuf,
    /// Taken alone by who copies.
    copie: RwLock<()>,
    /// For the next requests, in order.
    prossimi: Mutex<VecDeque<Option<Guasto>>>,
    sempre: Mutex<Option<Guasto>>,
    richieste: Mutex<Vec<String>>,
}

impl Regia {
    /// The file of an object.
    fn file(&self, richiesta: &Request<Incoming>) -> PathBuf {
        self.radice.join(richiesta.uri().path().trim_start_matches('/'))
    }
}

fn prendi<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}

impl S3 {
    /// Serves the folders of `radice` as buckets, with one called [`BUCKET`], on a free port.
    pub async fn avvia(radice: &Path) -> io::Result<S3> {
        S3::su(radice, 0).await
    }

    /// The same on a port of one's choice: a server that was dead comes back where it was.
    pub async fn su(radice: &Path, porta: u16) -> io::Result<S3> {
        std::fs::create_dir_all(radice.join(BUCKET))?;
        let file = s3s_fs::FileSystem::new(radice).map_err(|e| io::Error::other(format!("{e:?}")))?;
        let mut servizio = S3ServiceBuilder::new(file);
        servizio.set_auth(SimpleAuth::from_single(CHIAVE, SEGRETO));
        let ascolto = TcpListener::bind((Ipv4Addr::LOCALHOST, porta)).await?;
        let regia = Arc::new(Regia { radice: radice.to_owned(), ..Regia::default() });
        let indirizzo = ascolto.local_addr()?;
        let compito = tokio::spawn(ascolta(ascolto, servizio.build(), regia.clone()));
        Ok(S3 { indirizzo, regia, compito })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.indirizzo)
    }

    pub fn porta(&self) -> u16 {
        self.indirizzo.port()
    }

    /// The folder of [`BUCKET`]: an object is a file with the name of its key.
    pub fn cartella(&self) -> PathBuf {
        self.regia.radice.join(BUCKET)
    }

    /// What goes wrong with the next requests; `None` lets one through.
    pub fn guasta(&self, guasti: impl IntoIterator<Item = impl Into<Option<Guasto>>>) {
        prendi(&self.regia.prossimi).extend(guasti.into_iter().map(Into::into));
    }

    /// What goes wrong with every request, from now on.
    pub fn sempre(&self, guasto: Option<Guasto>) {
        *prendi(&self.regia.sempre) = guasto;
    }

    /// What was asked so far (`PUT /alleanza/c_e307/…?partNumber=1&…`), and forgotten.
    pub fn richieste(&self) -> Vec<String> {
        std::mem::take(&mut *prendi(&self.regia.richieste))
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.compito.abort();
    }
}

async fn ascolta(ascolto: TcpListener, servizio: S3Service, regia: Arc<Regia>) {
    // Aborted with this task: a dead server holds no connection.
    let mut connessioni = JoinSet::new();
    while let Ok((presa, _)) = ascolto.accept().await {
        let (servizio, regia) = (servizio.clone(), regia.clone());
        // Or every short answer waits for an acknowledgement that the other side delays.
        let _ = presa.set_nodelay(true);
        connessioni.spawn(async move {
            let risponde = service_fn(move |r| rispondi(r, servizio.clone(), regia.clone()));
            // A client that goes away is not an event.
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(presa), risponde).await;
        });
        while connessioni.try_join_next().is_some() {}
    }
}

async fn rispondi(
    richiesta: Request<Incoming>,
    servizio: S3Service,
    regia: Arc<Regia>,
) -> Result<Response<Corpo>, Infallible> {
    prendi(&regia.richieste).push(format!("{} {}", richiesta.method(), richiesta.uri()));
    let prossimo = prendi(&regia.prossimi).pop_front();
    let guasto = prossimo.unwrap_or_else(|| *prendi(&regia.sempre));
    match guasto {
        None => Ok(servi(&servizio, &regia, richiesta).await),
        Some(Guasto::Stato(s)) => Ok(errore(s)),
        Some(Guasto::Muto) => future::pending().await,
        Some(Guasto::Perso) => {
            servi(&servizio, &regia, richiesta).await;
            future::pending().await
        }
        Some(Guasto::Monco) => {
            let oggetto = regia.file(&richiesta);
            let r = servi(&servizio, &regia, richiesta).await;
            if let Ok(f) = std::fs::OpenOptions::new().write(true).open(oggetto) {
                let _ = f.metadata().and_then(|m| f.set_len(m.len().saturating_sub(1)));
            }
            Ok(r)
        }
        Some(Guasto::Mozzo) => Ok(meta(servi(&servizio, &regia, richiesta).await, true).await),
        Some(Guasto::Sospeso) => Ok(meta(servi(&servizio, &regia, richiesta).await, false).await),
        Some(Guasto::Lento(quanto)) => {
            tokio::time::sleep(quanto).await;
            Ok(servi(&servizio, &regia, richiesta).await)
        }
    }
}

async fn servi(servizio: &S3Service, regia: &Regia, richiesta: Request<Incoming>) -> Response<Corpo> {
    // The server below copies over what is there, byte by byte; a real one never shows half of a copy.
    let (_solo, _insieme);
    if richiesta.headers().contains_key("x-amz-copy-source") {
        _solo = regia.copie.write().await;
        let _ = std::fs::remove_file(regia.file(&richiesta));
    } else {
        _insieme = regia.copie.read().await;
    }
    match servizio.call(richiesta.map(s3s::Body::from)).await {
        Ok(r) => r.map(|c| c.map_err(Into::into).boxed_unsync()),
        Err(_) => errore(500),
    }
}

fn errore(stato: u16) -> Response<Corpo> {
    let xml = "<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>on command</Message></Error>";
    let mut r = Response::new(Full::new(Bytes::from_static(xml.as_bytes())).map_err(Into::into).boxed_unsync());
    *r.status_mut() = StatusCode::from_u16(stato).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    r
}

/// The first half of the body under the headers of the whole.
async fn meta(risposta: Response<Corpo>, tronca: bool) -> Response<Corpo> {
    let (teste, corpo) = risposta.into_parts();
    let tutto = corpo.collect().await.map(|c| c.to_bytes()).unwrap_or_default();
    let inizio = Frame::data(tutto.slice(..tutto.len() / 2));
    let fine = stream::once(async move {
        if !tronca {
            future::pending::<()>().await;
        }
        Err(Errore::from("cut on command"))
    });
    let corpo = StreamBody::new(stream::once(future::ready(Ok(inizio))).chain(fine));
    Response::from_parts(teste, corpo.boxed_unsync())
}
