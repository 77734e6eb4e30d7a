//! Serving: the web, the engine of jobs, and a clean end.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use authz::{RegistroAccessi, Serratura, Sito};
use axum::serve::ListenerExt;
use db::Db;
use jobs::Contesto;
use outbound::{Raggio, Uscita};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use web::{Configurazione, Memoria, Metriche, SILENZIO, Stato};

use crate::casa::Casa;
use crate::{services, sonda};

const ASCOLTO: &str = "127.0.0.1:8080";
/// Public pages kept ready, unless `ALLEANZA_CACHE_MIB` says otherwise.
const CACHE_MIB: usize = 32;
/// Jobs that run together, beside the requests.
const LAVORI: usize = 2;

pub async fn servi() -> anyhow::Result<Vec<String>> {
    registra();
    let casa = Casa::apri(None).await?;
    enti::carica_elenco(&casa.manut).await?;
    rispondi(casa, |_| Vec::new()).await
}

/// Without `RUST_LOG`: what we do, and of PostgreSQL only what is wrong (its notices speak of objects not there yet).
const RIGHE_DI_SERVIZIO: &str = "info,sqlx::postgres::notice=warn";

/// Structured logs on standard error: one JSON object a line, or plain lines when a person is watching.
pub(crate) fn registra() {
    let filtro = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| RIGHE_DI_SERVIZIO.into());
    let righe = tracing_subscriber::fmt().with_env_filter(filtro).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        righe.compact().init();
    } else {
        righe.json().init();
    }
}

/// Serves until SIGINT or SIGTERM, then drains requests and jobs, and stops the database it started.
#[expect(clippy::print_stdout, reason = "the line that says the program is ready")]
pub(crate) async fn rispondi(
    casa: Casa,
    saluto: impl Fn(&Configurazione) -> Vec<String>,
) -> anyhow::Result<Vec<String>> {
    let db = casa.db().await?;
    casa.sorveglia();
    db.segui_orologio().await?;
    let ascolto = std::env::var("ALLEANZA_LISTEN").unwrap_or_else(|_| ASCOLTO.to_owned());
    let listener = TcpListener::bind(&ascolto).await.with_context(|| {
        format!("CNF-013: non posso ascoltare su {ascolto}: scegli un altro indirizzo con ALLEANZA_LISTEN")
    })?;
    let indirizzo = listener.local_addr()?;
    let config = Arc::new(configurazione(&casa.modo().await?, indirizzo.port())?);
    let sito = Sito {
        nome: config.nome.clone(),
        host: config.host_scrivania.clone(),
        origine: config.indirizzo(&config.host_scrivania, ""),
    };
    // A demo and a trial knock at nobody's door but their own.
    let raggio = if config.modo == "esercizio" { Raggio::Mondo } else { Raggio::Locale };
    let serratura = Serratura::nuova(casa.chiave.clone(), sito, Uscita::nuova(raggio));
    let stato = Stato {
        db: db.clone(),
        archivio: casa.archivio.clone(),
        accessi: RegistroAccessi::avvia(&db),
        serratura: Arc::new(serratura),
        servizi: services::tutti(),
        servizi_attivi: services::servizi_attivi,
        memoria: Memoria::avvia(&db, memoria()?),
        config: config.clone(),
        metriche: Metriche::nuove(var("ALLEANZA_METRICHE_TOKEN")),
    };
    let catalogo = Arc::new(services::catalogo());
    jobs::prepara(&db, &catalogo).await?;
    ripresa(&db).await?;
    let (ferma, fermo) = tokio::sync::watch::channel(false);
    let contesto = Contesto::nuovo(db.clone(), casa.archivio.clone()).con_porta(sonda::porta(indirizzo));
    let motore = tokio::spawn(jobs::lavora(contesto, catalogo, LAVORI, fermo));
    let sito = web::router(stato).into_make_service_with_connect_info::<SocketAddr>();
    println!("Alleanza pronta su {}", config.indirizzo(&config.host_scrivania, ""));
    for riga in saluto(&config) {
        println!("{riga}");
    }
    // An answer leaves when it is ready, without waiting to fill a packet.
    let listener = listener.tap_io(|tcp| drop(tcp.set_nodelay(true)));
    axum::serve(listener, sito).with_graceful_shutdown(ferma_apposta(db.clone())).await?;
    ferma.send_replace(true);
    motore.await??;
    db.chiudi().await;
    casa.chiudi().await?;
    Ok(Vec::new())
}

/// A setting; an empty one is none.
fn var(nome: &str) -> Option<String> {
    std::env::var(nome).ok().filter(|v| !v.is_empty())
}

/// `ascolta` is the port of this process: what people type too, unless somebody else answers https for it.
fn configurazione(modo: &str, ascolta: u16) -> anyhow::Result<Configurazione> {
    let https = var("ALLEANZA_HTTPS").is_some_and(|v| v == "1");
    let porta = var("ALLEANZA_PORTA").map(|p| p.parse()).transpose();
    let porta = porta.context("CNF-015: ALLEANZA_PORTA è un numero di porta")?.or((!https).then_some(ascolta));
    let proxy =
        var("ALLEANZA_PROXY").map(|p| p.parse()).transpose().context("CNF-014: ALLEANZA_PROXY è un indirizzo IP")?;
    Ok(Configurazione {
        host_scrivania: var("ALLEANZA_HOST_SCRIVANIA").unwrap_or_else(|| "localhost".into()).to_lowercase(),
        nome: var("ALLEANZA_NOME")
            .unwrap_or_else(|| if modo == "demo" { "CST Sulmona".into() } else { "Alleanza".into() }),
        https,
        porta,
        proxy,
        modo: modo.to_owned(),
        silenzio: SILENZIO,
    })
}

/// Bytes for public pages kept ready (`ALLEANZA_CACHE_MIB`); with 0 every answer is made again.
fn memoria() -> anyhow::Result<usize> {
    let mib = std::env::var("ALLEANZA_CACHE_MIB").ok().filter(|v| !v.is_empty()).map_or(Ok(CACHE_MIB), |v| v.parse());
    Ok(mib.context("CNF-016: ALLEANZA_CACHE_MIB è un numero di MiB")? << 20)
}

async fn ripresa(db: &Db) -> anyhow::Result<()> {
    let mut tx = db.coda().await?;
    enti::annota_ripresa(&mut tx).await?;
    Ok(tx.commit().await?)
}

async fn fermata(db: &Db) -> anyhow::Result<()> {
    let mut tx = db.coda().await?;
    enti::annota_fermata(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// Waits for who stops the program, and writes that it was on purpose before anything is closed.
async fn ferma_apposta(db: Db) {
    fine().await;
    if let Err(e) = fermata(&db).await {
        tracing::warn!(errore = %e, "the stop was not written: it will look like a fault");
    }
}

/// Returns at SIGINT or SIGTERM.
pub(crate) async fn fine() {
    let Ok(mut sigterm) = signal(SignalKind::terminate()) else { return };
    let sigint = tokio::signal::ctrl_c();
    tokio::select! {
        _ = sigint => {}
        _ = sigterm.recv() => {}
    }
    tracing::info!("stopping");
}
