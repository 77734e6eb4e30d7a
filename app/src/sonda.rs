//! The probe: knocks at our own door as a citizen would, for each ente, and writes what it found.
//!
//! It belongs here because it needs the list of services and the address where this program listens. It asks for the first
//! public page of the services that the ente has on (the noticeboard), or for the first page of the site.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use db::EnteId;
use enti::{DaSondare, EsitoSonda};
use futures_util::StreamExt;
use jobs::{Cadenza, Compito, Contesto, Esito, Periodico};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use web::SONDA;

use crate::services;

/// Knocks at the same time: few, so that the measure does not weigh on what it measures.
const INSIEME: usize = 4;
/// A page that takes longer did not answer.
const PAZIENZA: Duration = Duration::from_secs(10);
/// A round that takes longer stops: who was not asked is not written, and so is not up.
const GIRO: Duration = Duration::from_secs(4 * 60);
/// A page is never longer.
const PAGINA_MAX: u64 = 4 << 20;

pub const PERIODICO: Periodico = Periodico {
    nome: "enti.sonda",
    descrizione: "Misura se il sito di ogni ente risponde",
    ogni: Cadenza::OgniMinuti(enti::OGNI),
    esegui: Compito::Installazione(|c| Box::pin(gira(c))),
};

async fn gira(c: Contesto) -> Esito {
    // Work done without a door, by a command or a test, has nothing to measure.
    let Some(porta) = c.porta else { return Ok(()) };
    let mut tx = c.db.centro().await?;
    let (istante, da_sondare) = (tx.now(), enti::da_sondare(&mut tx).await?);
    drop(tx);
    let mut esiti = Vec::with_capacity(da_sondare.len());
    let giro = async {
        let mut colpi =
            futures_util::stream::iter(da_sondare.into_iter().map(|d| bussa(porta, d))).buffer_unordered(INSIEME);
        while let Some(esito) = colpi.next().await {
            esiti.push(esito);
        }
    };
    let intero = tokio::time::timeout(GIRO, giro).await.is_ok();
    let mut tx = c.db.coda().await?;
    enti::annota_sonde(&mut tx, istante, &esiti).await?;
    tx.commit().await?;
    if intero { Ok(()) } else { Err(jobs::Fallito::riprova("the round of probes did not end in time")) }
}

async fn bussa(porta: SocketAddr, d: DaSondare) -> (EnteId, EsitoSonda) {
    let esito = match tokio::time::timeout(PAZIENZA, chiedi(porta, &d.host, percorso(&d))).await {
        Ok(Ok(risposta)) if e_la_pagina(&risposta) => EsitoSonda::Su,
        Ok(Ok(_)) => EsitoSonda::Errore,
        Ok(Err(_)) | Err(_) => EsitoSonda::Silenzio,
    };
    (d.ente, esito)
}

/// The first public page of the services that are on.
fn percorso(d: &DaSondare) -> &'static str {
    let accesi = services::tutti().iter().filter(|s| s.sempre_attivo || d.servizi.iter().any(|x| x == s.codice));
    accesi.flat_map(|s| s.menu_pubblico).next().map_or("/", |v| v.percorso)
}

/// One request by hand: the whole answer, as it came. The house has no HTTP client, and this needs none.
async fn chiedi(porta: SocketAddr, host: &str, percorso: &str) -> std::io::Result<Vec<u8>> {
    let mut filo = TcpStream::connect(porta).await?;
    let richiesta =
        format!("GET {percorso} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {SONDA}\r\nConnection: close\r\n\r\n");
    filo.write_all(richiesta.as_bytes()).await?;
    let mut risposta = Vec::new();
    filo.take(PAGINA_MAX).read_to_end(&mut risposta).await?;
    Ok(risposta)
}

/// The status says yes, and the page has its end.
fn e_la_pagina(risposta: &[u8]) -> bool {
    risposta.starts_with(b"HTTP/1.1 200 ") && risposta.windows(7).any(|w| w == b"</html>")
}

/// Where to knock for an address that is being listened on: this machine, when it listens everywhere.
pub fn porta(ascolto: SocketAddr) -> SocketAddr {
    let mut qui = ascolto;
    if ascolto.ip().is_unspecified() {
        qui.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    qui
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_page_counts() {
        assert!(e_la_pagina(b"HTTP/1.1 200 OK\r\n\r\n<html></html>"));
        for no in ["", "HTTP/1.1 200 OK\r\n\r\n<html>", "HTTP/1.1 503 x\r\n\r\n</html>", "HTTP/1.1 2000 </html>"] {
            assert!(!e_la_pagina(no.as_bytes()), "{no}");
        }
        assert_eq!(porta("0.0.0.0:80".parse().unwrap()).to_string(), "127.0.0.1:80");
        assert_eq!(porta("10.1.2.3:80".parse().unwrap()).to_string(), "10.1.2.3:80");
    }
}
