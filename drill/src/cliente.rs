//! An HTTP client as small as a drill needs: it signs in, sends the form of a registration, reads pages. To 127.0.0.1 only.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::diario::Fatto;
use crate::oracolo::Numero;

/// A person waits longer than this for no page.
pub const PAZIENZA: Duration = Duration::from_secs(60);
const CONFINE: &str = "confine-della-prova-di-forza";

#[derive(Debug, Clone)]
pub struct Cliente {
    http: Client<HttpConnector, Full<Bytes>>,
    porta: u16,
    biscotto: String,
    csrf: String,
}

#[derive(Debug)]
pub struct Risposta {
    pub stato: StatusCode,
    pub dove: String,
    pub biscotto: String,
    pub corpo: Bytes,
}

/// What came of sending a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Esito {
    Numero(Numero),
    /// The program answered, with something else: status and code.
    Rifiuto(u16, String),
    /// Nobody knows: no answer, or half of one.
    Ignoto(String),
}

impl Cliente {
    pub fn nuovo(porta: u16) -> Cliente {
        let http = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(20))
            // Whoever counts acknowledgements sends again by himself.
            .retry_canceled_requests(false)
            .build_http();
        Cliente { http, porta, biscotto: String::new(), csrf: String::new() }
    }

    /// Signs in and takes the token of the session's forms.
    pub async fn entra(&mut self, utente: &str, parola: &str, ente: &str) -> anyhow::Result<()> {
        let corpo = format!("utente={}&parola={}&poi=/", cifra(utente), cifra(parola));
        let r = self.posta("/accedi", "application/x-www-form-urlencoded", corpo.into()).await?;
        ensure!(r.stato == StatusCode::SEE_OTHER, "sign-in answered {}", r.stato);
        self.biscotto = r.biscotto;
        let modulo = self.leggi(&format!("/e/{ente}/protocollo/nuovo")).await?;
        let testo = String::from_utf8_lossy(&modulo.corpo);
        let csrf = testo.split_once("name=\"csrf\" value=\"").and_then(|(_, r)| r.split_once('"'));
        self.csrf = csrf.with_context(|| format!("no form: {}", modulo.stato))?.0.to_owned();
        Ok(())
    }

    pub async fn leggi(&self, percorso: &str) -> anyhow::Result<Risposta> {
        self.chiedi(Method::GET, percorso, "", Bytes::new()).await
    }

    async fn posta(&self, percorso: &str, tipo: &str, corpo: Bytes) -> anyhow::Result<Risposta> {
        self.chiedi(Method::POST, percorso, tipo, corpo).await
    }

    async fn chiedi(&self, metodo: Method, percorso: &str, tipo: &str, corpo: Bytes) -> anyhow::Result<Risposta> {
        let mut r = Request::builder()
            .method(metodo)
            .uri(format!("http://127.0.0.1:{}{percorso}", self.porta))
            .header(header::HOST, format!("localhost:{}", self.porta));
        if !self.biscotto.is_empty() {
            r = r.header(header::COOKIE, &self.biscotto);
        }
        if !tipo.is_empty() {
            r = r.header(header::CONTENT_TYPE, tipo);
        }
        let intero = async {
            let r = self.http.request(r.body(Full::new(corpo))?).await?;
            let (teste, corpo) = r.into_parts();
            let testo =
                |n| teste.headers.get(n).and_then(|v: &header::HeaderValue| v.to_str().ok()).unwrap_or_default();
            let biscotto = testo(header::SET_COOKIE).split(';').next().unwrap_or_default().to_owned();
            let dove = testo(header::LOCATION).to_owned();
            Ok(Risposta { stato: teste.status, dove, biscotto, corpo: corpo.collect().await?.to_bytes() })
        };
        match timeout(PAZIENZA, intero).await {
            Ok(esito) => esito,
            Err(_) => bail!("no answer in {PAZIENZA:?}"),
        }
    }

    /// Sends the form of a registration. Sent twice with the same key it must give the same number.
    pub async fn registra(&self, ente: &str, chiave: &str, f: &Fatto) -> Esito {
        let corpo = modulo(&self.csrf, chiave, f);
        let tipo = format!("multipart/form-data; boundary={CONFINE}");
        match self.posta(&format!("/e/{ente}/protocollo/nuovo"), &tipo, corpo).await {
            Err(e) => Esito::Ignoto(format!("{e:#}")),
            Ok(r) if r.stato == StatusCode::SEE_OTHER => match numero(&r.dove) {
                Some(n) => Esito::Numero(n),
                None => Esito::Rifiuto(303, r.dove),
            },
            Ok(r) => Esito::Rifiuto(r.stato.as_u16(), codice(&r.corpo)),
        }
    }

    /// Sends half of the form of a registration and stops there, holding the line.
    pub async fn a_meta(&self, ente: &str, chiave: &str, f: &Fatto) -> anyhow::Result<TcpStream> {
        let corpo = modulo(&self.csrf, chiave, f);
        let testa = format!(
            "POST /e/{ente}/protocollo/nuovo HTTP/1.1\r\nhost: localhost:{}\r\ncookie: {}\r\ncontent-type: \
             multipart/form-data; boundary={CONFINE}\r\ncontent-length: {}\r\n\r\n",
            self.porta,
            self.biscotto,
            corpo.len()
        );
        let mut linea = TcpStream::connect(("127.0.0.1", self.porta)).await?;
        linea.write_all(testa.as_bytes()).await?;
        linea.write_all(&corpo[..corpo.len() / 2]).await?;
        Ok(linea)
    }
}

/// `/e/c_e307/protocollo/2026/123?registrata=si`
fn numero(dove: &str) -> Option<Numero> {
    let mut parti = dove.split_once("/protocollo/")?.1.split(['/', '?']);
    Some((parti.next()?.parse().ok()?, parti.next()?.parse().ok()?))
}

/// The first code on a page (`WEB-503`).
fn codice(corpo: &[u8]) -> String {
    let testo = String::from_utf8_lossy(corpo);
    let candidati = testo.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'));
    let forma = |p: &&str| {
        p.split_once('-').is_some_and(|(l, n)| {
            l.len() == 3
                && n.len() == 3
                && l.bytes().all(|b| b.is_ascii_uppercase())
                && n.bytes().all(|b| b.is_ascii_digit())
        })
    };
    candidati.filter(|p| p.len() == 7).find(forma).unwrap_or_default().to_owned()
}

fn modulo(csrf: &str, chiave: &str, f: &Fatto) -> Bytes {
    let campi = [
        ("csrf", csrf),
        ("chiave", chiave),
        ("verso", "entrata"),
        ("oggetto", &f.oggetto),
        ("tipo-1", "PG"),
        ("nome-1", "Edil Gizio s.r.l."),
        ("mezzo", "posta"),
        ("classifica", "VI.5"),
        ("ufficio", "SEG"),
    ];
    let mut b = Vec::new();
    for (nome, valore) in campi {
        b.extend_from_slice(
            format!("--{CONFINE}\r\ncontent-disposition: form-data; name=\"{nome}\"\r\n\r\n{valore}\r\n").as_bytes(),
        );
    }
    if let Some(d) = &f.documento {
        let testa = "content-disposition: form-data; name=\"documento\"; filename=\"lettera.bin\"\r\n\
                     content-type: application/octet-stream\r\n\r\n";
        b.extend_from_slice(format!("--{CONFINE}\r\n{testa}").as_bytes());
        b.extend_from_slice(d);
        b.extend_from_slice(b"\r\n");
    }
    b.extend_from_slice(format!("--{CONFINE}--\r\n").as_bytes());
    b.into()
}

fn cifra(testo: &str) -> String {
    testo
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        assert_eq!(numero("/e/c_e307/protocollo/2026/123?registrata=si"), Some((2026, 123)));
        assert_eq!(numero("/accedi?poi=/"), None);
        assert_eq!(codice("<p>Codice <b>WEB-503</b> e l’operazione 1F-2</p>".as_bytes()), "WEB-503");
        assert_eq!(codice(b"nothing"), "");
    }
}
