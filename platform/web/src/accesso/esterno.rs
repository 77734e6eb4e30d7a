//! To an identity provider and back.

use askama::Template;
use authz::{AccessoNegato, Esterna, Partenza, RitornoEsterno};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::mio::di_nuovo;
use super::{VIAGGIO, biscotto, dentro, locale, pagina, respinto, token, token_di};
use crate::contorno::Operazione;
use crate::host::Provenienza;
use crate::{Errore, Inviato, Modulo, Pagina, Persona, Rotta, Stato, operatore};

const MIO: &str = "/mio-accesso";

pub(super) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::aperta_post("/accedi/esterno/{id}", parti),
        Rotta::aperta_get("/accedi/esterno/ritorno", torna),
        Rotta::scrivania_post("/mio-accesso/identita/{id}/collega", collega),
        Rotta::scrivania_post("/mio-accesso/identita/{id}/togli", togli),
    ]
}

/// The last page of ours before the provider's. A redirect would not do: browsers hold a form to this host.
#[derive(Template)]
#[template(path = "esterno.html")]
struct Verso<'a> {
    fornitore: &'a str,
    indirizzo: &'a str,
}

fn verso(stato: &Stato, p: &Partenza) -> Result<Response, Errore> {
    let dentro = Verso { fornitore: &p.fornitore, indirizzo: &p.indirizzo };
    let mut r = Pagina::nuda(stato, format!("Vai da {}", p.fornitore)).con(dentro);
    let subito = HeaderValue::try_from(format!("0; url={}", p.indirizzo)).map_err(Errore::guasto)?;
    let viaggio = biscotto(&stato.config, VIAGGIO, &p.token, Some(600));
    r.headers_mut().insert(HeaderName::from_static("refresh"), subito);
    r.headers_mut().append(header::SET_COOKIE, HeaderValue::try_from(viaggio).map_err(Errore::guasto)?);
    Ok(r)
}

async fn parti(
    State(stato): State<Stato>,
    Path(id): Path<Uuid>,
    operazione: Operazione,
    headers: HeaderMap,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let poi = locale(m.valore("poi"));
    // Who is signed in already is here because somebody must be asked: what the provider remembers is not enough.
    let ancora = operatore::riconosci(&stato, token(&stato.config, &headers), &operazione).await?.is_some();
    match authz::parti(&stato.db, &stato.serratura, id, poi, ancora).await {
        Ok(p) => verso(&stato, &p),
        Err(e) => alla_porta(&stato, poi, e).await,
    }
}

async fn alla_porta(stato: &Stato, poi: &str, e: AccessoNegato) -> Result<Response, Errore> {
    let (modulo, attesa) = respinto(Modulo::nuovo("").con("poi", poi), "", e)?;
    Ok(attesa.con(pagina(stato, modulo, "").await?))
}

async fn torna(
    State(stato): State<Stato>,
    Query(risposta): Query<RitornoEsterno>,
    operazione: Operazione,
    da: Provenienza,
    headers: HeaderMap,
) -> Result<Response, Errore> {
    let viaggio = token_di(&stato.config, &headers, VIAGGIO).unwrap_or_default();
    let persona = operatore::riconosci(&stato, token(&stato.config, &headers), &operazione).await?;
    let sessione = persona.as_ref().map(Persona::sessione);
    let esito = authz::torna(&stato.db, &stato.serratura, &viaggio, &risposta, sessione, da.da()).await;
    let arrivo = match esito {
        Ok(Esterna::Entrata(entrata, poi)) => dentro(&stato, &headers, entrata, &poi).await?,
        Ok(Esterna::Collegata) => Redirect::to(MIO).into_response(),
        Err(e) if persona.is_some() => return Err(e.into()),
        Err(e) => alla_porta(&stato, "/", e).await?,
    };
    let finito = biscotto(&stato.config, VIAGGIO, "", Some(0));
    Ok((AppendHeaders([(header::SET_COOKIE, finito)]), arrivo).into_response())
}

async fn collega(p: Persona, Path(id): Path<Uuid>, _: Inviato) -> Result<Response, Errore> {
    let stato = p.stato();
    match authz::parti_per_collegare(&stato.db, &stato.serratura, p.sessione(), id).await {
        Ok(partenza) => verso(stato, &partenza),
        Err(AccessoNegato::NonFresca) => Ok(di_nuovo(MIO)),
        Err(e) => Err(e.into()),
    }
}

async fn togli(p: Persona, Path(id): Path<Uuid>, da: Provenienza, _: Inviato) -> Result<Response, Errore> {
    match authz::togli_identita(&p.stato().db, p.sessione(), id, da.da()).await {
        Ok(()) => Ok(Redirect::to(MIO).into_response()),
        Err(AccessoNegato::NonFresca) => Ok(di_nuovo(MIO)),
        Err(e) => Err(e.into()),
    }
}
