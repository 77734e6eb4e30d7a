//! The door: sign-in, sign-out, the cookie, where to go afterwards.

use askama::Template;
use authz::AccessoNegato;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::contorno::Operazione;
use crate::host::Indirizzo;
use crate::stato::Configurazione;
use crate::{Errore, Inviato, Modulo, Pagina, Rotta, Stato, operatore};

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::aperta_get("/accedi", mostra),
        Rotta::aperta_post("/accedi", entra),
        Rotta::scrivania_post("/esci", esci),
    ]
}

#[derive(Template)]
#[template(path = "accedi.html")]
struct Accedi {
    nome: String,
    modulo: Modulo,
}

#[derive(Deserialize)]
struct Poi {
    #[serde(default)]
    poi: String,
}

async fn mostra(
    State(stato): State<Stato>,
    operazione: Operazione,
    Query(q): Query<Poi>,
    headers: HeaderMap,
) -> Result<Response, Errore> {
    if operatore::riconosci(&stato, token(&stato.config, &headers), &operazione).await?.is_some() {
        return Ok(Redirect::to(locale(&q.poi)).into_response());
    }
    Ok(pagina(&stato, Modulo::nuovo("").con("poi", locale(&q.poi))))
}

async fn entra(
    State(stato): State<Stato>,
    Indirizzo(indirizzo): Indirizzo,
    headers: HeaderMap,
    Inviato(modulo): Inviato,
) -> Result<Response, Errore> {
    let (utente, parola) = (modulo.valore("utente"), modulo.valore("parola"));
    let poi = locale(modulo.valore("poi")).to_owned();
    match authz::accedi(&stato.db, utente, parola, &indirizzo).await {
        Ok(aperta) => {
            // A new token each time; the one that the browser had, of whoever it was, opens nothing any more.
            if let Some(t) = token(&stato.config, &headers) {
                authz::esci(&stato.db, &t).await?;
            }
            Ok(([(header::SET_COOKIE, biscotto(&stato.config, &aperta.token))], Redirect::to(&poi)).into_response())
        }
        Err(e) => respinto(&stato, &modulo, e),
    }
}

/// The form again, without the password.
fn respinto(stato: &Stato, scritto: &Modulo, e: AccessoNegato) -> Result<Response, Errore> {
    let mut modulo =
        Modulo::nuovo("").con("utente", scritto.valore("utente")).con("poi", locale(scritto.valore("poi")));
    match e {
        AccessoNegato::NonCorrisponde => {
            tracing::warn!(codice = "AUT-003", "sign-in refused");
            modulo.segna(
                "utente",
                "Nome utente o password non corrispondono. Controlla e riprova.".to_owned(),
                "AUT-003",
            );
            Ok(pagina(stato, modulo))
        }
        AccessoNegato::Rallentato { secondi } => {
            tracing::warn!(codice = "AUT-004", "sign-in slowed down");
            modulo.segna("utente", format!("Troppi tentativi. Riprova fra {}.", durata(secondi)), "AUT-004");
            let mut r = pagina(stato, modulo);
            *r.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            r.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secondi));
            Ok(r)
        }
        AccessoNegato::Db(e) => Err(e.into()),
    }
}

fn pagina(stato: &Stato, modulo: Modulo) -> Response {
    let s = modulo.stato();
    Pagina::nuda(stato, "Entra").stato(s).con(Accedi { nome: stato.config.nome.clone(), modulo })
}

async fn esci(State(stato): State<Stato>, headers: HeaderMap, _: Inviato) -> Result<Response, Errore> {
    if let Some(t) = token(&stato.config, &headers) {
        authz::esci(&stato.db, &t).await?;
    }
    let scaduto = format!("{}; Max-Age=0", biscotto(&stato.config, ""));
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

/// Browsers bind a `__Host-` cookie to this host and to https; over plain http they would refuse it.
fn nome_biscotto(config: &Configurazione) -> &'static str {
    if config.https { "__Host-alleanza" } else { "alleanza" }
}

fn biscotto(config: &Configurazione, token: &str) -> String {
    let sicuro = if config.https { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{sicuro}", nome_biscotto(config))
}

/// The token of the session cookie, if the browser sent one.
pub(crate) fn token(config: &Configurazione, headers: &HeaderMap) -> Option<String> {
    let nome = nome_biscotto(config);
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
    match locale(poi) {
        "/" => "/accedi".to_owned(),
        poi => format!(
            "/accedi?poi={}",
            poi.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace('#', "%23")
        ),
    }
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
