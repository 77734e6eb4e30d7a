//! The help beside a field: what to write, why, which norm asks for it, an example.

use askama::Template;
use pulldown_cmark::{Event, Tag, TagEnd, html};

use super::libro::{LIBRO, parole};

/// An entry of the manual: the section whose anchor is the key, `protocollo.oggetto`.
pub(super) struct Voce {
    pub capitolo: String,
    pub chiave: String,
    pub che_cosa: String,
    /// "Perché", "Norma", "Esempio", in the order in which they are written; the text is HTML of ours.
    pub parti: Vec<(String, String)>,
}

impl Voce {
    /// The first paragraph says what; each of the others begins with its name in bold: `**Perché.** …`.
    pub fn leggi(capitolo: &str, chiave: &str, eventi: &[Event<'_>]) -> Voce {
        let mut paragrafi = paragrafi(eventi).into_iter();
        let che_cosa = paragrafi.next().map(disegna).unwrap_or_default();
        let parti = paragrafi.map(divisa).collect();
        Voce { capitolo: capitolo.to_owned(), chiave: chiave.to_owned(), che_cosa, parti }
    }

    fn indirizzo(&self) -> String {
        format!("/manuale/{}#{}", self.capitolo, self.chiave)
    }
}

fn paragrafi<'a, 'e>(eventi: &'a [Event<'e>]) -> Vec<&'a [Event<'e>]> {
    let mut tutti = Vec::new();
    let mut resto = eventi;
    while let Some(da) = resto.iter().position(|e| matches!(e, Event::Start(Tag::Paragraph))) {
        let lungo = resto[da..].iter().position(|e| matches!(e, Event::End(TagEnd::Paragraph))).unwrap_or_default();
        tutti.push(&resto[da + 1..da + lungo]);
        resto = &resto[da + lungo..];
    }
    tutti
}

/// A paragraph that begins with its name, and the rest of it.
fn divisa(p: &[Event<'_>]) -> (String, String) {
    let fine = p.iter().position(|e| matches!(e, Event::End(TagEnd::Strong)));
    match (p.first(), fine) {
        (Some(Event::Start(Tag::Strong)), Some(f)) => {
            (parole(&p[..f]).trim_end_matches('.').to_owned(), disegna(&p[f + 1..]))
        }
        _ => (String::new(), disegna(p)),
    }
}

fn disegna(p: &[Event<'_>]) -> String {
    let mut s = String::new();
    html::push_html(&mut s, p.iter().cloned());
    s.trim().to_owned()
}

/// The question mark beside a label, and what it opens.
#[derive(Template, Clone)]
#[template(path = "components/guida.html")]
pub struct Guida {
    id: String,
    di: String,
    voce: &'static Voce,
}

impl Guida {
    pub fn di(chiave: &str, nome: &str, etichetta: &str) -> Option<Guida> {
        let voce = LIBRO.voci.get(chiave)?;
        Some(Guida { id: format!("g-{nome}"), di: etichetta.to_owned(), voce })
    }

    pub fn id(&self) -> &str {
        &self.id
    }
}
