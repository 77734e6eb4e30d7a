//! Between the password and the session: to prove a second factor, or to enrol one when a role asks for it.

use askama::Template;
use authz::{AccessoNegato, Ingresso, Iscritta, Manca, NuovaPasskey, Richiesto, SfidaPasskey, TotpNuovo};
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
        Rotta::aperta_post("/accedi/passkey", prova_passkey),
        Rotta::aperta_get("/accedi/iscrivi", mostra_iscrizione),
        Rotta::aperta_post("/accedi/iscrivi", iscrivi),
        Rotta::aperta_post("/accedi/iscrivi/passkey", iscrivi_passkey),
        Rotta::aperta_post("/accedi/lascia", lascia),
    ]
}

#[derive(Template)]
#[template(path = "fattore.html")]
struct PaginaFattore {
    utente: String,
    /// The identity provider that answered for them; none: the password.
    fornitore: Option<String>,
    totp: bool,
    passkey: Option<SfidaPasskey>,
    modulo: Modulo,
}

#[derive(Template)]
#[template(path = "iscrivi.html")]
struct PaginaIscrizione {
    totp: Option<TotpNuovo>,
    passkey: Option<SfidaPasskey>,
    /// What the passkey is called until its person says otherwise.
    dispositivo: String,
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
    let Some((_, i)) = in_corso(&stato, &headers).await? else { return Ok(alla_porta(&q.poi)) };
    match i.manca {
        Manca::Prova { .. } => pagina(&stato, &i, Modulo::nuovo("").con("poi", locale(&q.poi))).await,
        Manca::Iscrizione(_) => Ok(Redirect::to(&con_poi("/accedi/iscrivi", &q.poi)).into_response()),
    }
}

fn alla_porta(poi: &str) -> Response {
    Redirect::to(&porta(poi)).into_response()
}

/// Each time a new question for the passkey: one that was answered wrongly is not asked again.
async fn pagina(stato: &Stato, i: &Ingresso, modulo: Modulo) -> Result<Response, Errore> {
    let totp = matches!(i.manca, Manca::Prova { totp: true, .. });
    let passkey = authz::sfida_passkey(&stato.db, &stato.serratura, i).await?;
    let (utente, fornitore, s) = (i.utente.clone(), i.fornitore.clone(), modulo.stato());
    let corpo = PaginaFattore { utente, fornitore, totp, passkey, modulo };
    Ok(Pagina::nuda(stato, "Conferma che sei tu").stato(s).con(corpo))
}

async fn prova(
    State(stato): State<Stato>,
    da: Provenienza,
    headers: HeaderMap,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let poi = locale(m.valore("poi"));
    let Some((token, i)) = in_corso(&stato, &headers).await? else { return Ok(alla_porta(poi)) };
    match authz::prova_codice(&stato.db, &stato.serratura, &token, m.valore("codice"), da.da()).await {
        Ok(entrata) => dentro(&stato, &headers, entrata, poi).await,
        Err(e) => ancora(&stato, &i, poi, "codice", e).await,
    }
}

async fn prova_passkey(
    State(stato): State<Stato>,
    da: Provenienza,
    headers: HeaderMap,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let poi = locale(m.valore("poi"));
    let Some((token, i)) = in_corso(&stato, &headers).await? else { return Ok(alla_porta(poi)) };
    let risposta = (m.valore("sfida"), m.valore("risposta"));
    match authz::prova_passkey(&stato.db, &stato.serratura, &token, risposta, da.da()).await {
        Ok(entrata) => dentro(&stato, &headers, entrata, poi).await,
        Err(e) => ancora(&stato, &i, poi, "", e).await,
    }
}

async fn ancora(stato: &Stato, i: &Ingresso, poi: &str, campo: &str, e: AccessoNegato) -> Result<Response, Errore> {
    let (modulo, attesa) = respinto(Modulo::nuovo("").con("poi", poi), campo, e)?;
    Ok(attesa.con(pagina(stato, i, modulo).await?))
}

async fn mostra_iscrizione(
    State(stato): State<Stato>,
    Query(q): Query<Poi>,
    da: Provenienza,
    headers: HeaderMap,
) -> Result<Response, Errore> {
    let Some((_, i)) = in_corso(&stato, &headers).await? else { return Ok(alla_porta(&q.poi)) };
    match i.manca {
        Manca::Iscrizione(_) => pagina_iscrizione(&stato, &i, &da, Modulo::nuovo("").con("poi", locale(&q.poi))).await,
        Manca::Prova { .. } => Ok(Redirect::to(&con_poi("/accedi/fattore", &q.poi)).into_response()),
    }
}

async fn pagina_iscrizione(stato: &Stato, i: &Ingresso, da: &Provenienza, modulo: Modulo) -> Result<Response, Errore> {
    let qualsiasi = matches!(i.manca, Manca::Iscrizione(Richiesto::Qualsiasi));
    let totp = || stato.serratura.totp_nuovo(i.persona, &i.utente, modulo.valore("sigillo"));
    let totp = qualsiasi.then(totp).transpose()?;
    let passkey = authz::passkey_da_iscrivere(&stato.db, &stato.serratura, i).await?;
    let (dispositivo, s) = (da.da().dispositivo.to_owned(), modulo.stato());
    let corpo = PaginaIscrizione { totp, passkey, dispositivo, modulo };
    Ok(Pagina::nuda(stato, "Un secondo fattore").stato(s).con(corpo))
}

async fn iscrivi(
    State(stato): State<Stato>,
    da: Provenienza,
    headers: HeaderMap,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let poi = locale(m.valore("poi"));
    let Some((token, i)) = in_corso(&stato, &headers).await? else { return Ok(alla_porta(poi)) };
    let (sigillo, codice) = (m.valore("sigillo"), m.valore("codice"));
    match authz::iscrivi_totp(&stato.db, &stato.serratura, &token, (sigillo, codice), da.da()).await {
        Ok(iscritta) => iscritto(&stato, &headers, iscritta, poi).await,
        Err(e) => {
            let di_nuovo = Modulo::nuovo("").con("poi", poi).con("sigillo", sigillo);
            let (modulo, attesa) = respinto(di_nuovo, "codice", e)?;
            Ok(attesa.con(pagina_iscrizione(&stato, &i, &da, modulo).await?))
        }
    }
}

async fn iscrivi_passkey(
    State(stato): State<Stato>,
    da: Provenienza,
    headers: HeaderMap,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let poi = locale(m.valore("poi"));
    let Some((token, i)) = in_corso(&stato, &headers).await? else { return Ok(alla_porta(poi)) };
    let nome = nome_passkey(&m, &da);
    let nuova = NuovaPasskey { sfida: m.valore("sfida"), risposta: m.valore("risposta"), nome: &nome };
    match authz::iscrivi_passkey(&stato.db, &stato.serratura, &token, &nuova, da.da()).await {
        Ok(iscritta) => iscritto(&stato, &headers, iscritta, poi).await,
        Err(e) => {
            let (modulo, attesa) = respinto(Modulo::nuovo("").con("poi", poi), "", e)?;
            Ok(attesa.con(pagina_iscrizione(&stato, &i, &da, modulo).await?))
        }
    }
}

/// What the person wrote, or where it was made.
pub(super) fn nome_passkey(m: &Modulo, da: &Provenienza) -> String {
    match kernel::testo::pulisci_riga(m.valore("nome"), 60) {
        Ok(n) if !n.is_empty() => n,
        _ => da.da().dispositivo.to_owned(),
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
