//! The one HTTP client: it asks a server that a person named, and believes little of what comes back.
//!
//! Invariant: a connection is opened only to an address that was looked at, after its name was resolved. Private addresses
//! are of the host that a person named; whatever that host names in its turn is public. No redirect is followed, and every
//! answer has an end, in time and in size.

mod rete;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

/// For everything: name, connection, question, answer.
const PAZIENZA: Duration = Duration::from_secs(8);
/// Documents of a protocol are of some kilobytes.
const GRANDE: usize = 512 * 1024;

/// Why nothing useful came back, in words for who configured the address.
#[derive(Debug, thiserror::Error)]
pub enum UscitaError {
    #[error("«{0}» non è un indirizzo.")]
    NonIndirizzo(String),
    #[error("«{0}» deve cominciare con https://.")]
    SenzaTls(String),
    #[error("Un’installazione dimostrativa o di prova non esce da questo computer: «{0}» è fuori.")]
    Fuori(String),
    #[error("Il nome «{0}» non si trova.")]
    NomeIgnoto(String),
    #[error("«{0}» è su una rete interna, e non è l’indirizzo dichiarato.")]
    ReteInterna(String),
    #[error("«{0}» non accetta il collegamento.")]
    Chiuso(String),
    #[error("Il certificato di «{0}» non è valido: {1}.")]
    Certificato(String, String),
    #[error("«{0}» non risponde in tempo.")]
    Lento(String),
    #[error("La risposta di «{0}» è troppo lunga.")]
    Grande(String),
    #[error("La risposta di «{0}» si è interrotta, o non è HTTP.")]
    Illeggibile(String),
    #[error("«{0}» rimanda altrove ({1}): scrivi l’indirizzo che risponde da sé.")]
    Rinvio(String, u16),
}

/// What a server answered, whole.
#[derive(Debug)]
pub struct Risposta {
    pub stato: u16,
    pub corpo: Bytes,
}

/// Where this installation may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raggio {
    /// Everywhere, by https.
    Mondo,
    /// This machine and names that nobody has on the internet, by http too: a demo, a trial, a test.
    Locale,
}

/// Made once, at start.
#[derive(Clone)]
pub struct Uscita {
    raggio: Raggio,
    pazienza: Duration,
    tls: Option<TlsConnector>,
}

impl Uscita {
    /// Trusts who the operating system trusts, the authorities of the house included.
    pub fn nuova(raggio: Raggio) -> Uscita {
        let mut radici = RootCertStore::empty();
        let trovate = rustls_native_certs::load_native_certs();
        let (buone, _) = radici.add_parsable_certificates(trovate.certs);
        if buone == 0 {
            tracing::warn!("no certificate authority on this system: nobody outside can be recognised");
        }
        let config =
            ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
        let config = config.map(|c| c.with_root_certificates(radici).with_no_client_auth());
        Uscita { raggio, pazienza: PAZIENZA, tls: config.ok().map(|c| TlsConnector::from(Arc::new(c))) }
    }

    /// The same, with less patience.
    pub fn con_pazienza(self, pazienza: Duration) -> Uscita {
        Uscita { pazienza, ..self }
    }

    /// An address where this installation may send, itself or a browser.
    pub fn indirizzo(&self, scritto: &str) -> Result<Url, UscitaError> {
        let no = || UscitaError::NonIndirizzo(scritto.to_owned());
        let url = Url::parse(scritto).map_err(|_| no())?;
        if url.host().is_none() || !url.username().is_empty() || url.password().is_some() {
            return Err(no());
        }
        match (self.raggio, url.scheme()) {
            (Raggio::Locale, "http" | "https") if rete::di_casa(&url) => Ok(url),
            (Raggio::Locale, "http" | "https") => Err(UscitaError::Fuori(scritto.to_owned())),
            (Raggio::Mondo, "https") => Ok(url),
            _ => Err(UscitaError::SenzaTls(scritto.to_owned())),
        }
    }

    /// Asks for a document. `dichiarato` is the address that a person wrote: its host alone may be on a private network.
    pub async fn leggi(&self, indirizzo: &str, dichiarato: &Url) -> Result<Risposta, UscitaError> {
        let url = self.indirizzo(indirizzo)?;
        let req = domanda(Method::GET, &url, Bytes::new())?;
        self.chiedi(req, &url, dichiarato).await
    }

    /// Sends the fields of a form, with a name and a secret in the header if there are.
    pub async fn manda(
        &self,
        indirizzo: &str,
        dichiarato: &Url,
        modulo: String,
        basic: Option<&str>,
    ) -> Result<Risposta, UscitaError> {
        let url = self.indirizzo(indirizzo)?;
        let mut req = domanda(Method::POST, &url, modulo.into())?;
        let h = req.headers_mut();
        h.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(b) = basic {
            let valore = HeaderValue::try_from(format!("Basic {b}"));
            let mut valore = valore.map_err(|_| UscitaError::NonIndirizzo(indirizzo.to_owned()))?;
            valore.set_sensitive(true);
            h.insert(AUTHORIZATION, valore);
        }
        self.chiedi(req, &url, dichiarato).await
    }

    async fn chiedi(&self, req: Request<Full<Bytes>>, url: &Url, dichiarato: &Url) -> Result<Risposta, UscitaError> {
        let tutto = async {
            let tcp = self.collega(url, dichiarato).await?;
            match url.scheme() {
                "http" => scambia(tcp, req, url).await,
                _ => scambia(self.cifra(tcp, url).await?, req, url).await,
            }
        };
        tokio::time::timeout(self.pazienza, tutto).await.map_err(|_| UscitaError::Lento(luogo(url)))?
    }

    /// Opens the first address of the host that answers; all of them are looked at before any is tried.
    async fn collega(&self, url: &Url, dichiarato: &Url) -> Result<TcpStream, UscitaError> {
        let porta = url.port_or_known_default().unwrap_or(443);
        let indirizzi: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(ip)) => vec![(IpAddr::from(ip), porta).into()],
            Some(Host::Ipv6(ip)) => vec![(IpAddr::from(ip), porta).into()],
            Some(Host::Domain(nome)) => {
                let trovati = tokio::net::lookup_host((nome, porta)).await;
                trovati.map_err(|_| UscitaError::NomeIgnoto(nome.to_owned()))?.collect()
            }
            None => Vec::new(),
        };
        let dei_nostri = url.host() == dichiarato.host();
        if let Some(no) = indirizzi.iter().find(|i| !rete::lecita(i.ip(), self.raggio, dei_nostri)) {
            tracing::warn!(indirizzo = %no.ip(), nome = luogo(url), "an address inside, not the one that was named");
            return Err(UscitaError::ReteInterna(luogo(url)));
        }
        for i in indirizzi {
            if let Ok(tcp) = TcpStream::connect(i).await {
                return Ok(tcp);
            }
        }
        Err(UscitaError::Chiuso(luogo(url)))
    }

    async fn cifra(
        &self,
        tcp: TcpStream,
        url: &Url,
    ) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, UscitaError> {
        let no = |perche: io::Error| UscitaError::Certificato(luogo(url), perche.to_string());
        let nome = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let nome = ServerName::try_from(nome).map_err(|e| no(io::Error::other(e)))?;
        let tls = self.tls.as_ref().ok_or_else(|| no(io::Error::other("manca la cifratura")))?;
        tls.connect(nome, tcp).await.map_err(no)
    }
}

impl std::fmt::Debug for Uscita {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Uscita({:?})", self.raggio)
    }
}

fn luogo(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn domanda(metodo: Method, url: &Url, corpo: Bytes) -> Result<Request<Full<Bytes>>, UscitaError> {
    let via = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Request::builder()
        .method(metodo)
        .uri(via)
        .header(HOST, host)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "Alleanza")
        .body(Full::new(corpo))
        .map_err(|_| UscitaError::NonIndirizzo(url.to_string()))
}

async fn scambia(
    filo: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    req: Request<Full<Bytes>>,
    url: &Url,
) -> Result<Risposta, UscitaError> {
    let rotta = |_| UscitaError::Illeggibile(luogo(url));
    let (mut manda, linea) = http1::handshake(TokioIo::new(filo)).await.map_err(rotta)?;
    // It ends with the answer, or when nobody waits for one any more.
    tokio::spawn(async move {
        if let Err(e) = linea.await {
            tracing::debug!(errore = %e, "an outbound connection ended badly");
        }
    });
    let r: Response<Incoming> = manda.send_request(req).await.map_err(rotta)?;
    let stato = r.status();
    if stato.is_redirection() && stato != StatusCode::NOT_MODIFIED {
        return Err(UscitaError::Rinvio(luogo(url), stato.as_u16()));
    }
    let corpo = Limited::new(r.into_body(), GRANDE).collect().await.map_err(|e| match e.is::<LengthLimitError>() {
        true => UscitaError::Grande(luogo(url)),
        false => UscitaError::Illeggibile(luogo(url)),
    })?;
    Ok(Risposta { stato: stato.as_u16(), corpo: corpo.to_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_that_is_real_speaks_https_and_sends_no_name_in_the_address() {
        let (mondo, locale) = (Uscita::nuova(Raggio::Mondo), Uscita::nuova(Raggio::Locale));
        for (scritto, da_vera, da_demo) in [
            ("https://accesso.regione.it/realms/enti", true, false),
            ("https://10.0.0.7/", true, false),
            ("https://localhost:8443/", true, true),
            ("http://localhost:8443/", false, true),
            ("http://accesso.regione.it/", false, false),
            ("https://io:segreto@accesso.regione.it/", false, false),
            ("http://io@localhost/", false, false),
            ("file:///etc/passwd", false, false),
            ("javascript:alert(1)", false, false),
            ("accesso.regione.it", false, false),
            ("", false, false),
        ] {
            let va = |u: &Uscita| u.indirizzo(scritto).is_ok();
            assert_eq!((va(&mondo), va(&locale)), (da_vera, da_demo), "{scritto}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let u = Uscita::nuova(Raggio::Mondo);
        let suo = u.indirizzo("https://localhost:1/").unwrap();
        for indirizzo in
            ["https://localhost:1/", "https://127.0.0.1:1/", "https://169.254.169.254/latest", "https://10.0.0.7/"]
        {
            let esito = u.leggi(indirizzo, &suo).await;
            assert!(matches!(esito, Err(UscitaError::ReteInterna(_))), "{indirizzo}: {esito:?}");
        }
        assert!(matches!(u.leggi("http://localhost:1/", &suo).await, Err(UscitaError::SenzaTls(_))));
    }
}
