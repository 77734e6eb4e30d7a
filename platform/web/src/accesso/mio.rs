//! "Il mio accesso": what a person signs in with, and what happened at their door.

use askama::Template;
use authz::{AccessoNegato, Fattore, MiaSessione, MioAccesso, NuovaPasskey, PersonaError, SfidaPasskey, TotpNuovo};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::tempo::data_ora;
use uuid::Uuid;

use super::fattore::{Codici, a_gruppi, nome_passkey};
use super::{con_poi, respinto};
use crate::host::Provenienza;
use crate::{Errore, Inviato, Modulo, Pagina, Persona, Rotta};

const QUI: &str = "/mio-accesso";

pub(super) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::scrivania_get("/mio-accesso", mostra),
        Rotta::scrivania_get("/mio-accesso/totp", mostra_totp),
        Rotta::scrivania_post("/mio-accesso/totp", aggiungi_totp),
        Rotta::scrivania_post("/mio-accesso/totp/togli", togli_totp),
        Rotta::scrivania_get("/mio-accesso/passkey", mostra_passkey),
        Rotta::scrivania_post("/mio-accesso/passkey", aggiungi_passkey),
        Rotta::scrivania_post("/mio-accesso/passkey/{id}/togli", togli_passkey),
        Rotta::scrivania_post("/mio-accesso/codici", rifai_codici),
        Rotta::scrivania_get("/mio-accesso/password", mostra_parola),
        Rotta::scrivania_post("/mio-accesso/password", cambia_parola),
        Rotta::scrivania_post("/mio-accesso/sessioni/{id}/chiudi", chiudi_sessione),
        Rotta::scrivania_post("/mio-accesso/sessioni/chiudi", chiudi_altre),
    ]
}

#[derive(Template)]
#[template(path = "mio_accesso.html")]
struct Mio<'a> {
    mio: &'a MioAccesso,
    ha_passkey: bool,
    qui: Uuid,
    modulo: Modulo,
}

#[derive(Template)]
#[template(path = "totp_nuovo.html")]
struct TotpDaAggiungere {
    totp: TotpNuovo,
    modulo: Modulo,
}

async fn mostra(p: Persona) -> Result<Response, Errore> {
    let mio = authz::mio_accesso(&p.stato().db, p.sessione()).await?;
    Ok(Pagina::scrivania(&p, "Il mio accesso").spiegata_in("mio-accesso").con(Mio {
        mio: &mio,
        ha_passkey: p.stato().serratura.ha_passkey(),
        qui: p.sessione().id,
        modulo: p.modulo(),
    }))
}

/// Sends who has been signed in for a while to the door, and back here.
pub(super) fn di_nuovo(a: &str) -> Response {
    Redirect::to(&con_poi("/accedi?ancora=si", a)).into_response()
}

fn fresca(p: &Persona) -> bool {
    p.sessione().fresca(p.stato().db.orologio().adesso())
}

async fn mostra_totp(p: Persona) -> Result<Response, Errore> {
    if !fresca(&p) {
        return Ok(di_nuovo("/mio-accesso/totp"));
    }
    pagina_totp(&p, p.modulo())
}

fn pagina_totp(p: &Persona, modulo: Modulo) -> Result<Response, Errore> {
    let totp = p.stato().serratura.totp_nuovo(p.chi().persona, p.utente(), modulo.valore("sigillo"))?;
    let stato = modulo.stato();
    Ok(Pagina::scrivania(p, "Codici dal telefono")
        .spiegata_in("mio-accesso")
        .stato(stato)
        .con(TotpDaAggiungere { totp, modulo }))
}

async fn aggiungi_totp(p: Persona, da: Provenienza, Inviato(m): Inviato) -> Result<Response, Errore> {
    let (db, serratura) = (&p.stato().db, &p.stato().serratura);
    let (sigillo, codice) = (m.valore("sigillo"), m.valore("codice"));
    match authz::aggiungi_totp(db, serratura, p.sessione(), (sigillo, codice), da.da()).await {
        Ok(codici) => Ok(mostra_codici(&p, &codici)),
        Err(AccessoNegato::NonFresca) => Ok(di_nuovo("/mio-accesso/totp")),
        Err(e) => {
            let (modulo, attesa) = respinto(p.modulo().con("sigillo", sigillo), "codice", e)?;
            Ok(attesa.con(pagina_totp(&p, modulo)?))
        }
    }
}

/// The codes, once; nothing to show, and it is the page again.
fn mostra_codici(p: &Persona, codici: &[String]) -> Response {
    if codici.is_empty() {
        return Redirect::to(QUI).into_response();
    }
    Pagina::scrivania(p, "Codici di recupero").breve().con(Codici { codici, poi: QUI })
}

async fn togli_totp(p: Persona, da: Provenienza, _: Inviato) -> Result<Response, Errore> {
    match authz::togli_totp(&p.stato().db, p.sessione(), da.da()).await {
        Ok(()) => Ok(Redirect::to(QUI).into_response()),
        Err(AccessoNegato::NonFresca) => Ok(di_nuovo(QUI)),
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "passkey_nuova.html")]
struct PasskeyDaAggiungere {
    q: SfidaPasskey,
    modulo: Modulo,
}

async fn mostra_passkey(p: Persona, da: Provenienza) -> Result<Response, Errore> {
    pagina_passkey(&p, p.modulo().con("nome", da.da().dispositivo)).await
}

async fn pagina_passkey(p: &Persona, modulo: Modulo) -> Result<Response, Errore> {
    let q = match authz::passkey_da_aggiungere(&p.stato().db, &p.stato().serratura, p.sessione()).await {
        Err(AccessoNegato::NonFresca) => return Ok(di_nuovo("/mio-accesso/passkey")),
        q => q?,
    };
    let stato = modulo.stato();
    Ok(Pagina::scrivania(p, "Aggiungi una passkey")
        .spiegata_in("mio-accesso")
        .stato(stato)
        .con(PasskeyDaAggiungere { q, modulo }))
}

async fn aggiungi_passkey(p: Persona, da: Provenienza, Inviato(m): Inviato) -> Result<Response, Errore> {
    let nome = nome_passkey(&m, &da);
    let nuova = NuovaPasskey { sfida: m.valore("sfida"), risposta: m.valore("risposta"), nome: &nome };
    let stato = p.stato();
    match authz::aggiungi_passkey(&stato.db, &stato.serratura, p.sessione(), &nuova, da.da()).await {
        Ok(codici) => Ok(mostra_codici(&p, &codici)),
        Err(AccessoNegato::NonFresca) => Ok(di_nuovo("/mio-accesso/passkey")),
        Err(e) => {
            let (modulo, attesa) = respinto(p.modulo().con("nome", nome), "", e)?;
            Ok(attesa.con(pagina_passkey(&p, modulo).await?))
        }
    }
}

async fn togli_passkey(p: Persona, Path(id): Path<Uuid>, da: Provenienza, _: Inviato) -> Result<Response, Errore> {
    match authz::togli_passkey(&p.stato().db, p.sessione(), id, da.da()).await {
        Ok(()) => Ok(Redirect::to(QUI).into_response()),
        Err(AccessoNegato::NonFresca) => Ok(di_nuovo(QUI)),
        Err(e) => Err(e.into()),
    }
}

async fn rifai_codici(p: Persona, da: Provenienza, _: Inviato) -> Result<Response, Errore> {
    match authz::rifai_codici(&p.stato().db, p.sessione(), da.da()).await {
        Ok(codici) => Ok(mostra_codici(&p, &codici)),
        Err(AccessoNegato::NonFresca) => Ok(di_nuovo(QUI)),
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "password.html")]
struct NuovaParola<'a> {
    utente: &'a str,
    modulo: Modulo,
}

async fn mostra_parola(p: Persona) -> Response {
    if fresca(&p) { pagina_parola(&p, p.modulo()) } else { di_nuovo("/mio-accesso/password") }
}

fn pagina_parola(p: &Persona, modulo: Modulo) -> Response {
    let stato = modulo.stato();
    Pagina::scrivania(p, "Cambia la password")
        .spiegata_in("mio-accesso")
        .stato(stato)
        .con(NuovaParola { utente: p.utente(), modulo })
}

async fn cambia_parola(p: Persona, da: Provenienza, Inviato(m): Inviato) -> Result<Response, Errore> {
    match authz::cambia_parola(&p.stato().db, p.sessione(), m.valore("parola"), da.da()).await {
        Ok(()) => Ok(Redirect::to(QUI).into_response()),
        Err(PersonaError::ParolaCorta) => {
            let mut vuoto = p.modulo();
            vuoto.segna("parola", "Usa almeno 12 caratteri: quattro parole vanno bene.".to_owned(), "AUT-008");
            Ok(pagina_parola(&p, vuoto))
        }
        Err(PersonaError::Accesso(AccessoNegato::NonFresca)) => Ok(di_nuovo("/mio-accesso/password")),
        Err(e) => Err(Errore::guasto(e)),
    }
}

async fn chiudi_sessione(p: Persona, Path(id): Path<Uuid>, da: Provenienza, _: Inviato) -> Result<Response, Errore> {
    authz::chiudi_sessione(&p.stato().db, p.sessione(), id, da.da()).await?;
    Ok(Redirect::to(QUI).into_response())
}

async fn chiudi_altre(p: Persona, da: Provenienza, _: Inviato) -> Result<Response, Errore> {
    authz::chiudi_altre(&p.stato().db, p.sessione(), da.da()).await?;
    Ok(Redirect::to(QUI).into_response())
}

/// What an event is called.
fn in_parole(fatto: &str) -> &str {
    match fatto {
        "entrata" => "Sei entrato",
        "entrata.esterna" => "Sei entrato con un’identità esterna",
        "identita.collegata" => "Collegata un’identità esterna",
        "identita.tolta" => "Scollegata un’identità esterna",
        "totp.aggiunto" => "Aggiunti i codici dal telefono",
        "totp.tolto" => "Tolti i codici dal telefono",
        "passkey.aggiunta" => "Aggiunta una passkey",
        "passkey.tolta" => "Tolta una passkey",
        "passkey.copiata" => "Rifiutata una passkey: potrebbe essere stata copiata",
        "codici.rifatti" => "Rifatti i codici di recupero",
        "recupero" => "Due persone hanno confermato il recupero: le sessioni sono chiuse",
        "fattori.tolti" => "Entrato con il codice del recupero: i secondi fattori perduti sono tolti",
        "codice.usato" => "Usato un codice di recupero",
        "password.cambiata" => "Cambiata la password",
        "sessione.chiusa" => "Chiusa una sessione",
        "sessioni.chiuse" => "Chiuse le altre sessioni",
        altro => altro,
    }
}

fn quando(istante: &jiff::Timestamp) -> String {
    data_ora(*istante)
}

/// What a session was opened with.
fn provata(s: &MiaSessione) -> String {
    let fattore = match (s.fattore, &s.fornitore) {
        (Some(Fattore::Esterno), Some(f)) => return format!("con {f}, che ha chiesto due fattori"),
        (None, Some(f)) => return format!("con {f}"),
        (None, None) => "con la password",
        (Some(Fattore::Totp), _) => "con un codice del telefono",
        (Some(Fattore::Passkey), _) => "con una passkey",
        (Some(Fattore::Recupero), _) => "con un codice di recupero",
        (Some(Fattore::Esterno), None) => "con un’identità esterna",
    };
    match &s.fornitore {
        Some(f) => format!("con {f} e {}", fattore.trim_start_matches("con ")),
        None => fattore.to_owned(),
    }
}
