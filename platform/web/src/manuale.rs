//! The manual: the chapters of `docs/manuale` as pages, and the help beside each field, from the same words.
//!
//! Invariant: nothing here depends on who asks, so the pages are open to everybody and hold no data of any ente.

mod cerca;
mod guida;
mod libro;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::{Errore, Pagina, Rotta, Stato};
use cerca::Trovata;
pub(crate) use guida::Guida;
use libro::{Capitolo, LIBRO, Parte};

/// The chapter that the program writes by itself: one heading for each code.
const CODICI: &str = "errori";

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![Rotta::aperta_get("/manuale", indice), Rotta::aperta_get("/manuale/{capitolo}", capitolo)]
}

/// Where the manual explains a code; none for what it does not know.
pub(crate) fn pagina_del_codice(codice: &str) -> Option<String> {
    let c = LIBRO.capitolo(CODICI)?;
    c.ha(codice).then(|| format!("{}#{codice}", c.indirizzo()))
}

/// The address and the title of a chapter, for the pages that send there.
pub(crate) fn rimando(nome: &str) -> Option<(String, &'static str)> {
    LIBRO.capitolo(nome).map(|c| (c.indirizzo(), c.titolo.as_str()))
}

#[derive(Deserialize)]
struct Cerca {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "manuale_indice.html")]
struct Indice {
    parti: &'static [Parte],
}

#[derive(Template)]
#[template(path = "manuale_cerca.html")]
struct Trovate<'a> {
    q: &'a str,
    trovate: Vec<Trovata>,
}

#[derive(Template)]
#[template(path = "manuale_capitolo.html")]
struct PaginaCapitolo {
    parti: &'static [Parte],
    c: &'static Capitolo,
    prima: Option<&'static Capitolo>,
    dopo: Option<&'static Capitolo>,
}

async fn indice(State(stato): State<Stato>, Query(Cerca { q }): Query<Cerca>) -> Response {
    let q = q.trim();
    if q.is_empty() {
        return Pagina::manuale(&stato, "Manuale", q).con(Indice { parti: &LIBRO.parti });
    }
    Pagina::manuale(&stato, "Cerca nel manuale", q).con(Trovate { q, trovate: cerca::cerca(&LIBRO, q) })
}

async fn capitolo(State(stato): State<Stato>, Path(nome): Path<String>) -> Result<Response, Errore> {
    let c = LIBRO.capitolo(&nome).ok_or(Errore::NonTrovato)?;
    let (prima, dopo) = LIBRO.accanto(c);
    let corpo = PaginaCapitolo { parti: &LIBRO.parti, c, prima, dopo };
    Ok(Pagina::manuale(&stato, format!("{} · Manuale", c.titolo), "").con(corpo))
}
