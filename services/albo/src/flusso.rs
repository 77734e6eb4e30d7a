//! The albo for programs: RSS with the fields of AlboPOP, JSON Feed with pages.
//!
//! AlboPOP: http://albopop.it/specs, as published in the repository ondata/albopopTwoDotZero (content/specs.md, commit
//! 3ff9225), read on 2026-11-25. Three choices are ours. The description does not say "non ufficiale": this feed is the
//! ente's own. There is no `enclosure` and no name of an official: who wants the document opens the page, where its end is
//! kept (Garante, 15 May 2014, n. 243: measures against mass duplication). There is no licence: official acts have no
//! copyright (L. 633/1941, art. 5, from memory) and the data of people in them may not be reused at will.
//! JSON Feed 1.1: https://jsonfeed.org/version/1.1, from memory.

use askama::Template;
use enti::Anagrafe;
use kernel::tempo::{in_italiano, inizio_del_giorno, rfc2822};
use kernel::{Data, Istante};
use serde_json::{Value, json};
use web::{Flusso, Pagine};

use crate::model::{Atto, Pubblicazione};

/// Items of the RSS feed: AlboPOP allows no more.
pub(crate) const RSS_MAX: i64 = 25;
pub(crate) const TIPO_RSS: &str = "application/rss+xml; charset=utf-8";
pub(crate) const TIPO_JSON: &str = "application/feed+json; charset=utf-8";
const VERSIONE: &str = "https://jsonfeed.org/version/1.1";

/// What the list page says in its head.
pub(crate) const FLUSSI: &[Flusso] = &[
    Flusso { tipo: "application/rss+xml", titolo: "Albo pretorio, ultimi atti", percorso: "/albo/feed.xml" },
    Flusso { tipo: "application/feed+json", titolo: "Albo pretorio, tutti gli atti", percorso: "/albo/feed.json" },
];

/// An act as it goes out: what its page shows, and less.
pub(crate) struct Voce {
    indirizzo: String,
    titolo: String,
    sommario: String,
    richiedente: String,
    tipo: String,
    tipo_nome: String,
    data_atto: Option<Data>,
    p: Pubblicazione,
}

impl Voce {
    /// None for an act without a number, which no feed holds.
    pub(crate) fn di(a: Atto, sito: &str, tipi_di_persone: &[String]) -> Option<Voce> {
        let p = a.pubblicazione.clone()?;
        let quale = format!("n. {} del {}", p.numero.corto(), p.anno);
        let titolo =
            if tipi_di_persone.contains(&a.tipo) { format!("{}, {quale}", a.tipo_nome) } else { a.oggetto.clone() };
        let richiesta =
            if a.richiedente.is_empty() { String::new() } else { format!(" Richiesta da {}.", a.richiedente) };
        let sommario = format!(
            "{}. Pubblicazione {quale}, esposta dal {} al {}.{richiesta}",
            a.estremi(),
            in_italiano(p.dal),
            in_italiano(p.al)
        );
        Some(Voce {
            indirizzo: format!("{sito}/{}", p.chiave()),
            titolo: lecito(&titolo),
            sommario: lecito(&sommario),
            richiedente: lecito(&a.richiedente),
            tipo: a.tipo,
            tipo_nome: a.tipo_nome,
            data_atto: a.data_atto,
            p,
        })
    }

    fn uid(&self) -> String {
        format!("{}/{}", self.p.anno, self.p.numero.corto())
    }

    fn affisso_il(&self) -> String {
        rfc2822(self.p.affisso_il)
    }

    /// The last second in which it can be read: a reader that shows the day shows the right one.
    fn ultimo_istante(&self) -> String {
        rfc2822(self.p.fine - jiff::SignedDuration::from_secs(1))
    }

    fn emesso_il(&self) -> Option<String> {
        self.data_atto.map(|d| rfc2822(inizio_del_giorno(d)))
    }

    fn json(&self) -> Value {
        json!({
            "id": self.indirizzo,
            "url": self.indirizzo,
            "title": self.titolo,
            "content_text": self.sommario,
            "date_published": self.p.affisso_il.to_string(),
            "tags": [self.tipo_nome],
            "_albo": {
                "anno": self.p.anno,
                "numero": self.p.numero.valore(),
                "tipo": self.tipo,
                "dal": self.p.dal.to_string(),
                "al": self.p.al.to_string(),
                "fine": self.p.fine.to_string(),
                "data_atto": self.data_atto.map(|d| d.to_string()),
                "richiedente": Some(&self.richiedente).filter(|r| !r.is_empty()),
            },
        })
    }
}

#[derive(Template)]
#[template(path = "flusso.xml")]
pub(crate) struct Rss<'a> {
    pub sito: &'a str,
    pub ente: &'a Anagrafe,
    pub voci: &'a [Voce],
    pub oggi: Data,
}

impl Rss<'_> {
    fn tipo(&self) -> &str {
        self.ente.tipo.as_deref().unwrap_or("Ente")
    }

    /// AlboPOP wants the kind and the name apart: "Comune", "Introdacqua".
    fn nome(&self) -> &str {
        self.ente.comune.as_deref().unwrap_or(&self.ente.denominazione)
    }

    /// The feed changes with its last publication; an empty one, with the day.
    fn aggiornato(&self) -> String {
        let ultimo: Option<Istante> = self.voci.iter().map(|v| v.p.affisso_il).max();
        rfc2822(ultimo.unwrap_or_else(|| inizio_del_giorno(self.oggi)))
    }

    /// The categories of the channel that are known, by AlboPOP's name.
    fn categorie(&self) -> Vec<(&'static str, String)> {
        let istat = self.ente.istat.as_ref().map(|i| format!("istat:{i}"));
        [
            ("country", Some("Italia".to_owned())),
            ("region", self.ente.regione.clone()),
            ("province", self.ente.provincia.clone()),
            ("municipality", self.ente.comune.clone()),
            ("uid", istat),
            ("type", Some(self.tipo().to_owned())),
            ("name", Some(self.ente.denominazione.clone())),
        ]
        .into_iter()
        .filter_map(|(nome, valore)| Some((nome, valore?)))
        .collect()
    }
}

/// A page of the JSON feed; `next_url` leads to the acts before it.
pub(crate) fn json(sito: &str, ente: &Anagrafe, prima: &str, pagina: &Pagine<Voce>) -> Value {
    let qui = |chiave: &str| {
        let resto = if chiave.is_empty() { String::new() } else { format!("?prima={chiave}") };
        format!("{sito}/albo/feed.json{resto}")
    };
    let mut v = json!({
        "version": VERSIONE,
        "title": format!("Albo pretorio: {}", ente.denominazione),
        "description": "Gli atti esposti adesso. Un atto che non c’è più non è più esposto.",
        "home_page_url": format!("{sito}/albo"),
        "feed_url": qui(prima),
        "language": "it",
        "items": pagina.righe.iter().map(Voce::json).collect::<Vec<_>>(),
    });
    if let Some(dopo) = &pagina.dopo {
        v["next_url"] = json!(qui(dopo));
    }
    v
}

/// Text that XML 1.0 can hold: a document with one bad character cannot be read at all.
fn lecito(testo: &str) -> String {
    let scritto = |c: char| match c {
        // Readers do not agree on what a lone carriage return is.
        '\r' => '\n',
        '\t' | '\n' | ' '..='\u{FFFD}' | '\u{10000}'.. => c,
        _ => '\u{FFFD}',
    };
    testo.chars().map(scritto).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(lecito("a\u{0}b\u{b}c\u{ffff}d\u{10ffff}è\n"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{10ffff}è\n");
    }
}
