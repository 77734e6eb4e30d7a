//! Every page that a person may open, in one list: `/vai`. It is a page, and what the palette (Ctrl+K) searches.

use askama::Template;
use authz::EnteDiPersona;
use axum::extract::Query;
use axum::response::Response;
use kernel::testo::senza_accenti;
use serde::Deserialize;

use crate::{Errore, Pagina, Persona, Rotta};

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![Rotta::scrivania_get("/vai", vai)]
}

#[derive(Deserialize)]
struct Cercata {
    #[serde(default)]
    q: String,
}

struct Meta {
    etichetta: &'static str,
    href: String,
}

struct Gruppo<'a> {
    /// None for the pages over all the enti.
    ente: Option<&'a EnteDiPersona>,
    mete: Vec<Meta>,
}

#[derive(Template)]
#[template(path = "vai.html")]
struct Vai<'a> {
    q: &'a str,
    gruppi: Vec<Gruppo<'a>>,
}

async fn vai(persona: Persona, Query(q): Query<Cercata>) -> Result<Response, Errore> {
    let parole: Vec<String> = q.q.split_whitespace().map(senza_accenti).collect();
    let gruppi = mete(&persona).into_iter().filter_map(|mut g| {
        let dove = g.ente.map_or_else(String::new, |e| senza_accenti(&e.denominazione));
        g.mete.retain(|m| {
            let testo = format!("{} {dove}", senza_accenti(m.etichetta));
            parole.iter().all(|p| testo.contains(p.as_str()))
        });
        (!g.mete.is_empty()).then_some(g)
    });
    let corpo = Vai { q: &q.q, gruppi: gruppi.collect() };
    Ok(Pagina::scrivania(&persona, "Vai a").attiva("/vai").con(corpo))
}

/// The desk, then each ente with the pages that the person's roles open there. A service that is off can still be read.
fn mete(persona: &Persona) -> Vec<Gruppo<'_>> {
    let servizi = persona.stato().servizi;
    let di_tutti = servizi.iter().flat_map(|s| s.menu_scrivania);
    let ovunque = di_tutti.filter(|v| v.azione.is_none_or(|a| persona.enti().iter().any(|e| e.puo(a.ruoli))));
    let mut mete = vec![Meta { etichetta: "Scrivania", href: "/".to_owned() }];
    mete.extend(ovunque.map(|v| Meta { etichetta: v.etichetta, href: v.percorso.to_owned() }));
    let di_uno = persona.enti().iter().map(|e| {
        let sue = servizi.iter().flat_map(|s| s.menu.iter().chain(s.altre_pagine));
        let sue = sue.filter(|v| v.azione.is_none_or(|a| e.puo(a.ruoli)));
        let casa = Meta { etichetta: "Il comune", href: format!("/e/{}", e.codice) };
        let sue = sue.map(|v| Meta { etichetta: v.etichetta, href: format!("/e/{}{}", e.codice, v.percorso) });
        let azioni = Meta { etichetta: "Azioni su più cose", href: format!("/e/{}/azioni", e.codice) };
        Gruppo { ente: Some(e), mete: std::iter::once(casa).chain(sue).chain([azioni]).collect() }
    });
    std::iter::once(Gruppo { ente: None, mete }).chain(di_uno).collect()
}
