//! The door: sign-in by steps, sign-out, the cookies, where to go afterwards.

mod esterno;
mod fattore;
mod mio;

use askama::Template;
use authz::{AccessoNegato, Entrata, FornitoreAcceso};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::contorno::Operazione;
use crate::errore::codice_di;
use crate::host::Provenienza;
use crate::stato::Configurazione;
use crate::{CODICI, Errore, Inviato, Modulo, Pagina, Rotta, Stato, operatore};

pub(crate) fn rotte() -> Vec<Rotta> {
    let porta = vec![
        Rotta::aperta_get("/accedi", mostra),
        Rotta::aperta_post("/accedi", entra),
        Rotta::scrivania_post("/esci", esci),
    ];
    porta.into_iter().chain(fattore::rotte()).chain(esterno::rotte()).chain(mio::rotte()).collect()
}

#[derive(Template)]
#[template(path = "accedi.html")]
struct Accedi {
    nome: String,
    /// Why somebody who had signed in is here again.
    perche: &'static str,
    fornitori: Vec<FornitoreAcceso>,
    modulo: Modulo,
}

/// Where to go afterwards; `ancora` for who has a session and must sign in again all the same.
#[derive(Deserialize)]
struct Poi {
    #[serde(default)]
    poi: String,
    #[serde(default)]
    ancora: String,
}

async fn mostra(
    State(stato): State<Stato>,
    operazione: Operazione,
    Query(q): Query<Poi>,
    headers: HeaderMap,
) -> Result<Response, Errore> {
    let poi = locale(&q.poi);
    let modulo = Modulo::nuovo("").con("poi", poi);
    let Some(token) = token(&stato.config, &headers) else { return pagina(&stato, modulo, "").await };
    if operatore::riconosci(&stato, Some(token.clone()), &operazione).await?.is_none() {
        let debole = authz::non_basta(&stato.db, &token).await?;
        let perche = if debole { "Un tuo ruolo adesso chiede un secondo fattore: entra di nuovo." } else { "" };
        return pagina(&stato, modulo, perche).await;
    }
    if q.ancora.is_empty() {
        return Ok(Redirect::to(poi).into_response());
    }
    pagina(&stato, modulo, "Per cambiare come entri, entra di nuovo: così sappiamo che sei tu.").await
}

async fn entra(
    State(stato): State<Stato>,
    da: Provenienza,
    headers: HeaderMap,
    Inviato(modulo): Inviato,
) -> Result<Response, Errore> {
    let (utente, parola) = (modulo.valore("utente"), modulo.valore("parola"));
    match authz::accedi(&stato.db, utente, parola, da.da()).await {
        Ok(entrata) => dentro(&stato, &headers, entrata, modulo.valore("poi")).await,
        Err(e) => {
            let vuoto = Modulo::nuovo("").con("utente", utente).con("poi", locale(modulo.valore("poi")));
            let (modulo, attesa) = respinto(vuoto, "utente", e)?;
            Ok(attesa.con(pagina(&stato, modulo, "").await?))
        }
    }
}

/// How long a page that refuses asks to wait, if it does.
struct Attesa(Option<i64>);

impl Attesa {
    fn con(self, mut r: Response) -> Response {
        if let Attesa(Some(secondi)) = self {
            *r.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            r.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secondi));
        }
        r
    }
}

/// The form again, with why the door stays closed beside the field; what is not for a form goes on as an error.
fn respinto(mut modulo: Modulo, campo: &str, e: AccessoNegato) -> Result<(Modulo, Attesa), Errore> {
    let a_un_modulo = !matches!(e, AccessoNegato::IngressoFinito | AccessoNegato::NonFresca);
    let Some(codice) = codice_di(&e).filter(|_| a_un_modulo) else { return Err(e.into()) };
    tracing::warn!(codice, "sign-in refused");
    if let AccessoNegato::Rallentato { secondi } = e {
        modulo.segna(campo, format!("Troppi tentativi. Riprova fra {}.", durata(secondi)), codice);
        return Ok((modulo, Attesa(Some(secondi))));
    }
    let rimedio = CODICI.iter().find(|f| f.codice == codice).map_or("", |f| f.rimedio);
    modulo.segna(campo, format!("{e} {rimedio}"), codice);
    Ok((modulo, Attesa(None)))
}

async fn pagina(stato: &Stato, modulo: Modulo, perche: &'static str) -> Result<Response, Errore> {
    let (s, nome) = (modulo.stato(), stato.config.nome.clone());
    let fornitori = authz::fornitori_accesi(&stato.db).await?;
    Ok(Pagina::nuda(stato, "Entra").stato(s).con(Accedi { nome, perche, fornitori, modulo }))
}

/// After a step of the sign-in: the session and where the person was going, or the next step.
async fn dentro(stato: &Stato, headers: &HeaderMap, entrata: Entrata, poi: &str) -> Result<Response, Errore> {
    let verso = if entrata.aperta { locale(poi).to_owned() } else { con_poi("/accedi/fattore", poi) };
    Ok((biscotti(stato, headers, &entrata).await?, Redirect::to(&verso)).into_response())
}

/// The cookies after a step. Who signs in again leaves the session they had: a token is never worth more than before.
async fn biscotti(
    stato: &Stato,
    headers: &HeaderMap,
    entrata: &Entrata,
) -> Result<AppendHeaders<Vec<(header::HeaderName, String)>>, Errore> {
    let config = &stato.config;
    let imposta = |b: String| (header::SET_COOKIE, b);
    if !entrata.aperta {
        return Ok(AppendHeaders(vec![imposta(biscotto(config, INGRESSO, &entrata.token, Some(600)))]));
    }
    if let Some(vecchio) = token(config, headers) {
        authz::esci(&stato.db, &vecchio).await?;
    }
    let mut nuovi = vec![imposta(biscotto(config, SESSIONE, &entrata.token, None))];
    if token_di(config, headers, INGRESSO).is_some() {
        nuovi.push(imposta(biscotto(config, INGRESSO, "", Some(0))));
    }
    Ok(AppendHeaders(nuovi))
}

async fn esci(State(stato): State<Stato>, headers: HeaderMap, _: Inviato) -> Result<Response, Errore> {
    if let Some(t) = token(&stato.config, &headers) {
        authz::esci(&stato.db, &t).await?;
    }
    let scaduto = biscotto(&stato.config, SESSIONE, "", Some(0));
    // The Back button shows no page of who has left.
    let pulizia = [(header::HeaderName::from_static("clear-site-data"), "\"cache\"")];
    Ok(([(header::SET_COOKIE, scaduto)], pulizia, Redirect::to("/accedi")).into_response())
}

fn durata(secondi: i64) -> String {
    match secondi {
        1 => "1 secondo".to_owned(),
        2..=90 => format!("{secondi} secondi"),
        _ => format!("{} minuti", (secondi + 59) / 60),
    }
}

/// The cookies of the door: a session, a sign-in between its steps, a journey to an identity provider.
const SESSIONE: &str = "alleanza";
const INGRESSO: &str = "alleanza-ingresso";
const VIAGGIO: &str = "alleanza-esterno";

/// Browsers bind a `__Host-` cookie to this host and to https; over plain http they would refuse it.
fn nome_biscotto(config: &Configurazione, nome: &str) -> String {
    if config.https { format!("__Host-{nome}") } else { nome.to_owned() }
}

fn biscotto(config: &Configurazione, nome: &str, token: &str, secondi: Option<u32>) -> String {
    let sicuro = if config.https { "; Secure" } else { "" };
    let durata = secondi.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{sicuro}{durata}", nome_biscotto(config, nome))
}

/// The token of the session cookie, if the browser sent one.
pub(crate) fn token(config: &Configurazione, headers: &HeaderMap) -> Option<String> {
    token_di(config, headers, SESSIONE)
}

fn token_di(config: &Configurazione, headers: &HeaderMap, nome: &str) -> Option<String> {
    let nome = nome_biscotto(config, nome);
    let coppie = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    coppie.filter_map(|c| c.trim().split_once('=')).find(|(n, _)| *n == nome).map(|(_, v)| v.to_owned())
}

/// A path of this host, or its first page: whatever could lead elsewhere is refused.
pub(crate) fn locale(poi: &str) -> &str {
    let altrove = poi.starts_with("//") || poi.contains(['\\', '\r', '\n', '\t']) || poi.chars().any(char::is_control);
    if poi.starts_with('/') && !altrove && poi.is_ascii() { poi } else { "/" }
}

/// The address of the door, with the way back.
pub(crate) fn porta(poi: &str) -> String {
    con_poi("/accedi", poi)
}

/// An address of the door, with the way back unless it is the desk.
fn con_poi(via: &str, poi: &str) -> String {
    let poi = locale(poi);
    if poi == "/" {
        return via.to_owned();
    }
    let poi = poi.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace('#', "%23");
    format!("{via}{}poi={poi}", if via.contains('?') { '&' } else { '?' })
}

/// The page that holds the form, when the browser says it and it is ours; otherwise the form's own address.
pub(crate) fn pagina_di_provenienza(req: &Request) -> String {
    let testo = |n| req.headers().get(n).and_then(|v: &HeaderValue| v.to_str().ok());
    let qui = req.uri().path().to_owned();
    let (Some(da), Some(host)) = (testo(header::REFERER), testo(header::HOST)) else { return qui };
    let resto = da.split_once("://").and_then(|(_, r)| r.strip_prefix(host));
    resto.filter(|r| r.starts_with('/')).map_or(qui, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{locale, porta};

    #[test]
    fn the_way_back_is_always_ours() {
        for buona in ["/", "/e/c_e307/protocollo?testo=a&dal=1"] {
            assert_eq!(locale(buona), buona);
        }
        let altrove = [
            "",
            "//evil.it",
            "/\\evil.it",
            "\\\\evil.it",
            "https://evil.it",
            "javascript:alert(1)",
            "/\t/evil.it",
            "/\n/evil.it",
            " //evil.it",
            "e/x",
            "/\u{1}/evil.it",
            "/\u{2028}",
        ];
        for cattiva in altrove {
            assert_eq!(locale(cattiva), "/", "{cattiva:?}");
        }
        assert_eq!(porta("/e/x?a=1&b=%20"), "/accedi?poi=/e/x?a=1%26b=%2520");
        assert_eq!(porta("//evil.it"), "/accedi");
    }
}
