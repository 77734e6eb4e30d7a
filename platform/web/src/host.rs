//! Which house a request knocks at: the desk's host, the host of an ente, or none.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use authz::{Da, EnteDiHost};
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use db::{DiEnte, Tx};
use kernel::Data;

use crate::stato::Configurazione;
use crate::{Attivo, Errore, Stato};

/// Whose door it is.
pub(crate) enum Casa {
    Scrivania,
    Ente(Box<EnteHost>),
}

/// The ente whose public host was called.
#[derive(Clone)]
pub struct EnteHost {
    stato: Stato,
    ente: EnteDiHost,
    attivi: std::sync::Arc<Vec<Attivo>>,
    sito: std::sync::Arc<str>,
}

impl EnteHost {
    pub fn stato(&self) -> &Stato {
        &self.stato
    }

    pub fn ente(&self) -> &EnteDiHost {
        &self.ente
    }

    pub async fn tx(&self) -> Result<Tx<DiEnte>, db::Error> {
        self.stato.db.di_ente(self.ente.ente).await
    }

    pub fn oggi(&self) -> Data {
        self.stato.oggi()
    }

    /// What an office can only read any more, citizens still read too.
    pub fn attivo(&self, servizio: &str) -> bool {
        self.attivi.iter().any(|a| a.servizio == servizio)
    }

    /// This site, for addresses that travel: `https://introdacqua.it`. The name was found in the database.
    pub fn sito(&self) -> &str {
        &self.sito
    }
}

impl<S: Send + Sync> FromRequestParts<S> for EnteHost {
    type Rejection = Errore;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Errore> {
        parts.extensions.get().cloned().ok_or(Errore::NonTrovato)
    }
}

/// Finds the house of a host name; an unknown one is refused with one sentence.
pub(crate) async fn trova(stato: &Stato, nome: Option<String>) -> Result<Casa, Errore> {
    let ignoto = || Errore::del_kit("WEB-003", StatusCode::NOT_FOUND);
    let nome = nome.ok_or_else(ignoto)?;
    if nome == stato.config.host_scrivania {
        return Ok(Casa::Scrivania);
    }
    let ente = match stato.memoria.casa(&nome) {
        Some(e) => e,
        None => {
            let giro = stato.memoria.giro();
            let e = authz::ente_di_host(&stato.db, &nome).await?.ok_or_else(ignoto)?;
            stato.memoria.tieni_casa(giro, &nome, &e);
            e
        }
    };
    let attivi = stato.attivi(ente.ente).await?;
    let sito = stato.config.indirizzo(&nome, "").into();
    Ok(Casa::Ente(Box::new(EnteHost { stato: stato.clone(), ente, attivi, sito })))
}

/// The name that was called: the proxy's word, if it is our proxy, otherwise the browser's.
pub(crate) fn nome_host(config: &Configurazione, req: &Request) -> Option<String> {
    let inoltrato = dal_proxy(config, req.extensions().get()).then(|| unica(req.headers(), "x-forwarded-host"));
    match inoltrato.flatten() {
        Some(h) => pulisci(h),
        None => pulisci(dichiarato(req.headers(), req.uri())?),
    }
}

/// A whole address in the request line wins over `Host` (RFC 9112, 3.2.2).
fn dichiarato<'a>(h: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    uri.authority().map(|a| a.as_str()).or_else(|| unica(h, header::HOST.as_str()))
}

/// The value of a header that must appear once.
fn unica<'a>(h: &'a HeaderMap, nome: &str) -> Option<&'a str> {
    let mut tutte = h.get_all(nome).iter();
    let prima = tutte.next()?.to_str().ok()?;
    tutte.next().is_none().then_some(prima)
}

/// Lower case, without port and final dot; none when it cannot be a name.
fn pulisci(host: &str) -> Option<String> {
    let (nome, porta) = host.split_once(':').unwrap_or((host, ""));
    let nome = nome.strip_suffix('.').unwrap_or(nome).to_ascii_lowercase();
    let lecito = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    let buono = (1..=253).contains(&nome.len())
        && nome.bytes().all(lecito)
        && porta.len() <= 5
        && porta.bytes().all(|b| b.is_ascii_digit());
    buono.then_some(nome)
}

/// For [`crate::prova`].
pub(crate) fn nome(host: &str) -> Option<String> {
    pulisci(host)
}

fn dal_proxy(config: &Configurazione, da: Option<&ConnectInfo<SocketAddr>>) -> bool {
    config.proxy.is_some() && da.map(|c| c.0.ip().to_canonical()) == config.proxy
}

/// Where a person knocks from: the address, for the slow-down of guessing (the proxy's last word, if it is our proxy), and
/// the browser, in a few words.
pub(crate) struct Provenienza {
    indirizzo: String,
    dispositivo: String,
}

impl Provenienza {
    pub(crate) fn da(&self) -> Da<'_> {
        Da { indirizzo: &self.indirizzo, dispositivo: &self.dispositivo }
    }
}

impl FromRequestParts<Stato> for Provenienza {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, stato: &Stato) -> Result<Self, Infallible> {
        let da = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let inoltrati = parts.headers.get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok());
        let ultimo = inoltrati.and_then(|v| v.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        let ip = ultimo.filter(|_| dal_proxy(&stato.config, da)).or(da.map(|c| c.0.ip().to_canonical()));
        let agente = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Ok(Provenienza {
            indirizzo: ip.map_or_else(|| "sconosciuto".to_owned(), |ip| ip.to_string()),
            dispositivo: dispositivo(agente),
        })
    }
}

/// "Firefox su Windows": enough to recognise one's own, nothing that follows a person around.
fn dispositivo(agente: &str) -> String {
    // The order matters: Edge and Opera also say Chrome, Chrome also says Safari.
    let primo = |nomi: &[(&str, &'static str)]| nomi.iter().find(|(s, _)| agente.contains(s)).map(|(_, n)| *n);
    let programma =
        primo(&[("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]);
    let sistema = primo(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (programma, sistema) {
        (Some(p), Some(s)) => format!("{p} su {s}"),
        (Some(uno), None) | (None, Some(uno)) => uno.to_owned(),
        (None, None) => "Un altro programma".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{dispositivo, pulisci};

    #[test]
    fn a_host_is_a_name_and_maybe_a_port() {
        for (dato, atteso) in [
            ("localhost", Some("localhost")),
            ("LOCALHOST:8080", Some("localhost")),
            ("Introdacqua.localhost.:8080", Some("introdacqua.localhost")),
            ("", None),
            (":8080", None),
            ("a b", None),
            ("localhost:80a", None),
            ("localhost:8080:8080", None),
            ("[::1]:8080", None),
            ("localhost/../x", None),
            ("localhost@evil", None),
            ("com\u{0}une", None),
            ("però.it", None),
        ] {
            assert_eq!(pulisci(dato).as_deref(), atteso, "{dato:?}");
        }
        assert_eq!(pulisci(&"a".repeat(254)), None);
    }

    #[test]
    fn a_browser_is_named_in_a_few_words() {
        let mozilla = |coda: &str| format!("Mozilla/5.0 ({coda}");
        for (agente, atteso) in [
            (mozilla("Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"), "Firefox su Windows"),
            (mozilla("X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"), "Edge su Linux"),
            (
                mozilla("Linux; Android 10; K) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"),
                "Chrome su Android",
            ),
            (mozilla("iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"), "Safari su iPhone"),
            ("curl/8".to_owned(), "Un altro programma"),
            (String::new(), "Un altro programma"),
        ] {
            assert_eq!(dispositivo(&agente), atteso);
        }
    }
}
