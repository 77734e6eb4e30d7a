//! One keep-alive connection, one request at a time: as little HTTP/1.1 as the answers of the program and of its peer
//! need, so that the client takes as little of the machine as it can from what it measures.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No answer is worth waiting longer.
const ATTESA: Duration = Duration::from_secs(30);
/// No head of ours is longer.
const TESTA: usize = 64 << 10;
const INTESTAZIONI: usize = 64;
/// What a browser of today asks for.
const COMPRESSA: &str = "gzip, deflate, br, zstd";

/// A request, cheap to copy.
#[derive(Debug, Clone)]
pub struct Richiesta {
    pub host: String,
    pub percorso: String,
    pub biscotto: Option<String>,
    /// The ETag that the asker already has.
    pub se_diverso: Option<String>,
    /// Media type and bytes of what is sent.
    pub corpo: Option<(String, Bytes)>,
    /// Asks for a page as it is, not compressed.
    pub nuda: bool,
    /// The status of a good answer.
    pub atteso: u16,
}

impl Richiesta {
    pub fn get(host: &str, percorso: impl Into<String>) -> Richiesta {
        Richiesta {
            host: host.to_owned(),
            percorso: percorso.into(),
            biscotto: None,
            se_diverso: None,
            corpo: None,
            nuda: false,
            atteso: 200,
        }
    }

    pub fn post(host: &str, percorso: impl Into<String>, tipo: &str, corpo: impl Into<Bytes>) -> Richiesta {
        let corpo = Some((tipo.to_owned(), corpo.into()));
        Richiesta { corpo, atteso: 303, ..Richiesta::get(host, percorso) }
    }

    pub fn con_biscotto(self, b: &str) -> Richiesta {
        Richiesta { biscotto: Some(b.to_owned()), ..self }
    }

    pub fn se_diversa_da(self, etag: &str) -> Richiesta {
        Richiesta { se_diverso: Some(etag.to_owned()), atteso: 304, ..self }
    }

    pub fn nuda(self) -> Richiesta {
        Richiesta { nuda: true, ..self }
    }
}

/// An answer, read to the end.
#[derive(Debug)]
pub struct Risposta {
    pub stato: u16,
    intestazioni: Vec<(String, String)>,
    pub corpo: Bytes,
    pub byte: u64,
}

impl Risposta {
    /// The value of a header, by its name in lower case; empty when there is none.
    pub fn intestazione(&self, nome: &str) -> &str {
        self.intestazioni.iter().find(|(n, _)| n.eq_ignore_ascii_case(nome)).map_or("", |(_, v)| v)
    }

    pub fn testo(&self) -> String {
        String::from_utf8_lossy(&self.corpo).into_owned()
    }

    pub(super) fn inizio(&self) -> String {
        self.testo().chars().filter(|c| !c.is_control()).take(200).collect()
    }
}

#[derive(Debug)]
pub struct Filo {
    presa: TcpStream,
    letti: BytesMut,
}

impl Filo {
    pub async fn apri(dove: SocketAddr) -> anyhow::Result<Filo> {
        ensure!(dove.ip().is_loopback(), "il carico va soltanto su questa macchina");
        let presa = TcpStream::connect(dove).await?;
        presa.set_nodelay(true)?;
        Ok(Filo { presa, letti: BytesMut::with_capacity(64 << 10) })
    }

    pub async fn chiedi(&mut self, r: &Richiesta) -> anyhow::Result<Risposta> {
        tokio::time::timeout(ATTESA, self.manda(r)).await.context("nessuna risposta")?
    }

    async fn manda(&mut self, r: &Richiesta) -> anyhow::Result<Risposta> {
        self.presa.write_all(&r.scritta()).await?;
        let (stato, intestazioni) = self.testa().await?;
        let mut risposta = Risposta { stato, intestazioni, corpo: Bytes::new(), byte: 0 };
        risposta.corpo = match risposta.intestazione("content-length").parse() {
            _ if matches!(stato, 204 | 304) => Bytes::new(),
            Ok(quanti) => self.prendi(quanti).await?,
            Err(_) if risposta.intestazione("transfer-encoding") == "chunked" => self.a_pezzi().await?,
            Err(_) => bail!("una risposta {stato} senza lunghezza"),
        };
        risposta.byte = risposta.corpo.len() as u64;
        Ok(risposta)
    }

    /// Status and headers; what follows them stays to be read.
    async fn testa(&mut self) -> anyhow::Result<(u16, Vec<(String, String)>)> {
        loop {
            let mut spazio = [httparse::EMPTY_HEADER; INTESTAZIONI];
            let mut r = httparse::Response::new(&mut spazio);
            if let httparse::Status::Complete(fine) = r.parse(&self.letti)? {
                let di = |h: &httparse::Header<'_>| {
                    (h.name.to_ascii_lowercase(), String::from_utf8_lossy(h.value).into_owned())
                };
                let (stato, intestazioni) =
                    (r.code.context("una risposta senza stato")?, r.headers.iter().map(di).collect());
                self.letti.advance(fine);
                return Ok((stato, intestazioni));
            }
            ensure!(self.letti.len() < TESTA, "una testa troppo lunga");
            self.leggi().await?;
        }
    }

    async fn a_pezzi(&mut self) -> anyhow::Result<Bytes> {
        let mut corpo = BytesMut::new();
        loop {
            let Ok(httparse::Status::Complete((fine, quanti))) = httparse::parse_chunk_size(&self.letti) else {
                self.leggi().await?;
                continue;
            };
            self.letti.advance(fine);
            let pezzo = self.prendi(usize::try_from(quanti)? + 2).await?;
            if quanti == 0 {
                return Ok(corpo.freeze());
            }
            corpo.extend_from_slice(&pezzo[..pezzo.len() - 2]);
        }
    }

    async fn prendi(&mut self, quanti: usize) -> anyhow::Result<Bytes> {
        while self.letti.len() < quanti {
            self.leggi().await?;
        }
        Ok(self.letti.split_to(quanti).freeze())
    }

    async fn leggi(&mut self) -> anyhow::Result<()> {
        self.letti.reserve(16 << 10);
        ensure!(self.presa.read_buf(&mut self.letti).await? > 0, "connessione chiusa");
        Ok(())
    }
}

impl Richiesta {
    /// As it travels.
    fn scritta(&self) -> Vec<u8> {
        let (metodo, percorso, host) = (if self.corpo.is_some() { "POST" } else { "GET" }, &self.percorso, &self.host);
        let mut t = format!("{metodo} {percorso} HTTP/1.1\r\nhost: {host}\r\n");
        let mut metti = |nome: &str, valore: &str| t.push_str(&format!("{nome}: {valore}\r\n"));
        if !self.nuda {
            metti("accept-encoding", COMPRESSA);
        }
        if let Some(b) = &self.biscotto {
            metti("cookie", b);
        }
        if let Some(e) = &self.se_diverso {
            metti("if-none-match", e);
        }
        if let Some((tipo, byte)) = &self.corpo {
            metti("content-type", tipo);
            metti("content-length", &byte.len().to_string());
        }
        t.push_str("\r\n");
        let mut scritta = t.into_bytes();
        scritta.extend_from_slice(self.corpo.as_ref().map_or(&[], |(_, b)| b));
        scritta
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_are_read_whole_whatever_their_form() {
        let ascolto = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dove = ascolto.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut presa, _) = ascolto.accept().await.unwrap();
            for r in [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\nciao!",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\ncia\r\n2\r\no!\r\n0\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\netag: \"a\"\r\n\r\n",
            ] {
                let mut letti = [0; 1024];
                assert!(presa.read(&mut letti).await.unwrap() > 0);
                for pezzo in r.as_bytes().chunks(7) {
                    presa.write_all(pezzo).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        let mut filo = Filo::apri(dove).await.unwrap();
        let r = Richiesta::get("localhost", "/");
        let prima = filo.chiedi(&r).await.unwrap();
        assert_eq!((prima.testo().as_str(), prima.intestazione("etag")), ("ciao!", "\"a\""));
        assert_eq!(filo.chiedi(&r).await.unwrap().testo(), "ciao!");
        assert_eq!(filo.chiedi(&r).await.unwrap().stato, 304);
    }

    #[tokio::test]
    async fn nothing_leaves_this_machine() {
        assert!(Filo::apri("192.0.2.1:80".parse().unwrap()).await.is_err());
    }
}
