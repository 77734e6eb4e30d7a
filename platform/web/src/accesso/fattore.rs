//! Between the password and the session: to prove a second factor, or to enrol one when a role asks for it.

use askama::Template;
use authz::{Ingresso, Iscritta, Manca, Richiesto, TotpNuovo};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::{INGRESSO, Poi, biscotti, con_poi, dentro, locale, porta, respinto, token_di};
use crate::host::Provenienza;
use crate::{Errore, Inviato, Modulo, Pagina, Rotta, Stato};

pub(super) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::aperta_get("/accedi/fattore", mostra),
        Rotta::aperta_post("/accedi/fattore", prova),
        Rotta::aperta_get("/accedi/iscrivi", mostra_iscrizione),
        Rotta::aperta_post("/accedi/iscrivi", iscrivi),
        Rotta::aperta_post("/accedi/lascia", lascia),
    ]
}

#[derive(Template)]
#[template(path = "fattore.html")]
struct PaginaFattore {
    utente: String,
    totp: bool,
    modulo: Modulo,
}

#[derive(Template)]
#[template(path = "iscrivi.html")]
struct PaginaIscrizione {
    totp: TotpNuovo,
    modulo: Modulo,
}

/// Recovery codes, shown once: by whom and whatever made them.
#[derive(Template)]
#[template(path = "codici.html")]
pub(super) struct Codici<'a> {
    pub codici: &'a [String],
    pub poi: &'a str,
}

/// The sign-in of the cookie; without one, back to the door.
async fn in_corso(stato: &Stato, headers: &HeaderMap) -> Result<Option<(String, Ingresso)>, Errore> {
    let Some(token) = token_di(&stato.config, headers, INGRESSO) else { return Ok(None) };
    Ok(authz::ingresso(&stato.db, &token).await?.map(|i| (token, i)))
}

async fn mostra(State(stato): State<Stato>, Query(q): Query<Poi>, headers: HeaderMap) -> Result<Response, Errore> {
    let Some((_, i)) = in_corso(&stato, &headers).await? else {
        return Ok(Redirect::to(&porta(&q.poi)).into_response());
    };
    match i.manca {
        Manca::Prova { .. } => Ok(pagina(&stato, &i, Modulo::nuovo("").con("poi", locale(&q.poi)))),
        Manca::Iscrizione(_) => Ok(Redirect::to(&con_poi("/accedi/iscrivi", &q.poi)).into_response()),
    }
}

fn pagina(stato: &Stato, i: &Ingresso, modulo: Modulo) -> Response {
    let totp = matches!(i.manca, Manca::Prova { totp: true, .. });
    let s = modulo.stato();
    Pagina::nuda(stato, "Conferma che sei tu").stato(s).con(PaginaFattore { utente: i.utente.clone(), totp, modulo })
}

async fn prova(
    State(stato): State<Stato>,
    da: Provenienza,
    headers: HeaderMap,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let poi = locale(m.valore("poi"));
    let Some((token, i)) = in_corso(&stato, &headers).await? else {
        return Ok(Redirect::to(&porta(poi)).into_response());
    };
    match authz::prova_codice(&stato.db, &stato.serratura, &token, m.valore("codice"), da.da()).await {
        Ok(entrata) => dentro(&stato, &headers, entrata, poi).await,
        Err(e) => respinto(Modulo::nuovo("").con("poi", poi), "codice", e, |m| Ok(pagina(&stato, &i, m))),
    }
}

async fn mostra_iscrizione(
    State(stato): State<Stato>,
    Query(q): Query<Poi>,
    headers: HeaderMap,
) -> Result<Response, Errore> {
    let Some((_, i)) = in_corso(&stato, &headers).await? else {
        return Ok(Redirect::to(&porta(&q.poi)).into_response());
    };
    match i.manca {
        Manca::Iscrizione(Richiesto::Qualsiasi) => {
            pagina_iscrizione(&stato, &i, Modulo::nuovo("").con("poi", locale(&q.poi)))
        }
        _ => Ok(Redirect::to(&con_poi("/accedi/fattore", &q.poi)).into_response()),
    }
}

fn pagina_iscrizione(stato: &Stato, i: &Ingresso, modulo: Modulo) -> Result<Response, Errore> {
    let totp = stato.serratura.totp_nuovo(i.persona, &i.utente, modulo.valore("sigillo"))?;
    let s = modulo.stato();
    Ok(Pagina::nuda(stato, "Un secondo fattore").stato(s).con(PaginaIscrizione { totp, modulo }))
}

async fn iscrivi(
    State(stato): State<Stato>,
    da: Provenienza,
    headers: HeaderMap,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let poi = locale(m.valore("poi"));
    let Some((token, i)) = in_corso(&stato, &headers).await? else {
        return Ok(Redirect::to(&porta(poi)).into_response());
    };
    let (sigillo, codice) = (m.valore("sigillo"), m.valore("codice"));
    match authz::iscrivi_totp(&stato.db, &stato.serratura, &token, (sigillo, codice), da.da()).await {
        Ok(iscritta) => iscritto(&stato, &headers, iscritta, poi).await,
        Err(e) => {
            let ancora = Modulo::nuovo("").con("poi", poi).con("sigillo", sigillo);
            respinto(ancora, "codice", e, |m| pagina_iscrizione(&stato, &i, m))
        }
    }
}

/// The session is open: first the codes that are shown once, then where the person was going.
async fn iscritto(stato: &Stato, headers: &HeaderMap, fatta: Iscritta, poi: &str) -> Result<Response, Errore> {
    if fatta.codici.is_empty() || !fatta.entrata.aperta {
        return dentro(stato, headers, fatta.entrata, poi).await;
    }
    let codici = Codici { codici: &fatta.codici, poi };
    let pagina = Pagina::nuda(stato, "Codici di recupero").con(codici);
    Ok((biscotti(stato, headers, &fatta.entrata).await?, pagina).into_response())
}

async fn lascia(State(stato): State<Stato>, headers: HeaderMap, _: Inviato) -> Result<Response, Errore> {
    if let Some(token) = token_di(&stato.config, &headers, INGRESSO) {
        authz::lascia(&stato.db, &token).await?;
    }
    Ok(Redirect::to("/accedi").into_response())
}

/// A secret in groups of four, as people copy it.
pub(super) fn a_gruppi(segreto: &str) -> String {
    let lettere: Vec<char> = segreto.chars().collect();
    lettere.chunks(4).map(|g| g.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
