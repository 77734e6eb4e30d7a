//! Chapters as mdBook reads them, drawn once: sections with their anchors, and the entries that forms show.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::guida::Voce;

/// Every file of `docs/manuale/src`, by its name.
const TESTI: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/manuale.rs"));

pub(super) static LIBRO: LazyLock<Libro> = LazyLock::new(|| Libro::leggi(testo("SUMMARY.md"), testo));

fn testo(nome: &str) -> &'static str {
    TESTI.iter().find(|(n, _)| *n == nome).map_or("", |(_, t)| t)
}

pub(super) struct Libro {
    pub parti: Vec<Parte>,
    pub voci: BTreeMap<String, Voce>,
}

pub(super) struct Parte {
    pub titolo: String,
    pub capitoli: Vec<Capitolo>,
}

pub(super) struct Capitolo {
    /// `registrare`: the name of its file, and the end of its address.
    pub nome: String,
    pub titolo: String,
    pub html: String,
    pub sezioni: Vec<Sezione>,
}

/// A heading and the plain words up to the next one.
#[derive(Clone)]
pub(super) struct Sezione {
    pub id: String,
    pub titolo: String,
    pub livello: usize,
    pub testo: String,
}

impl Libro {
    /// Reads the chapters that `SUMMARY.md` names, in its order.
    pub fn leggi<'t>(sommario: &str, testo: impl Fn(&str) -> &'t str) -> Libro {
        let mut libro = Libro { parti: Vec::new(), voci: BTreeMap::new() };
        for riga in sommario.lines() {
            if let Some(titolo) = riga.strip_prefix("# ") {
                libro.parti.push(Parte { titolo: titolo.to_owned(), capitoli: Vec::new() });
            }
            let voce = riga.strip_prefix("- [").and_then(|r| r.strip_suffix(".md)")).and_then(|r| r.split_once("]("));
            if let (Some((titolo, nome)), Some(parte)) = (voce, libro.parti.last_mut()) {
                let (capitolo, voci) = capitolo(nome, titolo, testo(&format!("{nome}.md")));
                parte.capitoli.push(capitolo);
                libro.voci.extend(voci.into_iter().map(|v| (v.chiave.clone(), v)));
            }
        }
        // The first title is the book's.
        libro.parti.retain(|p| !p.capitoli.is_empty());
        libro
    }

    pub fn capitoli(&self) -> impl Iterator<Item = &Capitolo> {
        self.parti.iter().flat_map(|p| &p.capitoli)
    }

    pub fn capitolo(&self, nome: &str) -> Option<&Capitolo> {
        self.capitoli().find(|c| c.nome == nome)
    }

    /// The chapters before and after.
    pub fn accanto(&self, c: &Capitolo) -> (Option<&Capitolo>, Option<&Capitolo>) {
        let tutti: Vec<&Capitolo> = self.capitoli().collect();
        let qui = tutti.iter().position(|x| x.nome == c.nome).unwrap_or_default();
        (qui.checked_sub(1).map(|i| tutti[i]), tutti.get(qui + 1).copied())
    }
}

impl Capitolo {
    pub fn indirizzo(&self) -> String {
        format!("/manuale/{}", self.nome)
    }

    pub fn ha(&self, ancora: &str) -> bool {
        self.sezioni.iter().any(|s| s.id == ancora)
    }

    /// The headings of the second level: what the chapter is made of.
    pub fn in_breve(&self) -> impl Iterator<Item = &Sezione> {
        self.sezioni.iter().filter(|s| s.livello == 2)
    }
}

/// Headings with anchors of their own, tables: both are mdBook's too.
fn eventi(testo: &str) -> Vec<Event<'_>> {
    Parser::new_ext(testo, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES).collect()
}

fn capitolo(nome: &str, titolo: &str, testo: &str) -> (Capitolo, Vec<Voce>) {
    let mut eventi = eventi(testo);
    indirizza(nome, &mut eventi);
    let tratti = ancore(&mut eventi);
    let sezione = |(s, r): &(Sezione, Range<usize>)| Sezione { testo: parole(&eventi[r.clone()]), ..s.clone() };
    let sezioni = tratti.iter().map(sezione).collect();
    // A heading whose anchor has a dot is that of a field: `protocollo.oggetto`.
    let di_campi = tratti.iter().filter(|(s, _)| s.id.contains('.'));
    let voci = di_campi.map(|(s, r)| Voce::leggi(nome, &s.id, &eventi[r.clone()])).collect();
    let mut pagina = String::new();
    html::push_html(&mut pagina, riquadri(eventi).into_iter());
    (Capitolo { nome: nome.to_owned(), titolo: titolo.to_owned(), html: pagina, sezioni }, voci)
}

/// Rewrites the links between chapters as the program serves them.
fn indirizza(qui: &str, eventi: &mut [Event<'_>]) {
    for e in eventi {
        let Event::Start(Tag::Link { dest_url, .. }) = e else { continue };
        let (file, ancora) = dest_url.split_once('#').unwrap_or((dest_url, ""));
        let capitolo = if file.is_empty() { Some(qui) } else { file.strip_suffix(".md") };
        if let Some(c) = capitolo.filter(|c| !c.contains(['/', ':'])) {
            let cancelletto = if ancora.is_empty() { "" } else { "#" };
            *dest_url = CowStr::from(format!("/manuale/{c}{cancelletto}{ancora}"));
        }
    }
}

/// Gives every heading its anchor; the sections, each with the events after its heading.
fn ancore(eventi: &mut [Event<'_>]) -> Vec<(Sezione, Range<usize>)> {
    let mut viste: HashMap<String, usize> = HashMap::new();
    let mut tratti: Vec<(Sezione, Range<usize>)> = Vec::new();
    for i in 0..eventi.len() {
        let Event::Start(Tag::Heading { level, id, .. }) = &eventi[i] else { continue };
        let (livello, scritta) = (*level, id.clone());
        let fine = i + eventi[i..].iter().position(|e| matches!(e, Event::End(TagEnd::Heading(_)))).unwrap_or_default();
        let titolo = parole(&eventi[i..fine]);
        let ancora = scritta.map_or_else(|| unica(&mut viste, &titolo), |s| s.to_string());
        if let Event::Start(Tag::Heading { id, .. }) = &mut eventi[i] {
            *id = Some(CowStr::from(ancora.clone()));
        }
        if let Some((_, r)) = tratti.last_mut() {
            r.end = i;
        }
        let s = Sezione { id: ancora, titolo, livello: livello as usize, testo: String::new() };
        tratti.push((s, fine + 1..eventi.len()));
    }
    tratti
}

/// The anchor that mdBook makes from a title, with a number when it was already taken.
fn unica(viste: &mut HashMap<String, usize>, titolo: &str) -> String {
    let buona = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let nuda: String = titolo
        .chars()
        .filter(|c| buona(*c) || c.is_whitespace())
        .map(|c| if c.is_whitespace() { '-' } else { c.to_ascii_lowercase() })
        .collect();
    let n = viste.entry(nuda.clone()).or_default();
    *n += 1;
    if *n == 1 { nuda } else { format!("{nuda}-{}", *n - 1) }
}

/// Tables may be wider than a telephone: each in a box that scrolls, and that a keyboard reaches.
fn riquadri(eventi: Vec<Event<'_>>) -> Vec<Event<'_>> {
    eventi.into_iter().flat_map(riquadro).collect()
}

fn riquadro(e: Event<'_>) -> Vec<Event<'_>> {
    const APRE: &str = r#"<div class="al-tabella-tieni" role="group" aria-label="Tabella" tabindex="0">"#;
    match e {
        Event::Start(Tag::Table(_)) => vec![Event::Html(APRE.into()), e],
        Event::End(TagEnd::Table) => vec![e, Event::Html("</div>".into())],
        e => vec![e],
    }
}

/// The words of some events, without marks.
pub(super) fn parole(eventi: &[Event<'_>]) -> String {
    let mut s = String::new();
    for e in eventi {
        match e {
            Event::Text(t) | Event::Code(t) => s.push_str(t),
            Event::SoftBreak | Event::HardBreak => s.push(' '),
            Event::End(fine) if !matches!(fine, TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link) => s.push(' '),
            _ => {}
        }
    }
    s.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Where the links of a page lead.
    fn link(c: &Capitolo) -> impl Iterator<Item = &str> {
        c.html.split("href=\"").skip(1).filter_map(|s| s.split('"').next())
    }

    #[test]
    fn every_link_of_the_manual_leads_somewhere() {
        let mut quanti = 0;
        for c in LIBRO.capitoli() {
            for h in link(c) {
                quanti += 1;
                let dove = h.strip_prefix("/manuale/").unwrap_or(h);
                let (nome, ancora) = dove.split_once('#').unwrap_or((dove, ""));
                let altro = LIBRO.capitolo(nome).unwrap_or_else(|| panic!("{}: {h} is no chapter", c.nome));
                assert!(ancora.is_empty() || altro.ha(ancora), "{}: {h} has no such anchor", c.nome);
            }
        }
        assert!(quanti > 15, "few links were walked: {quanti}");
    }

    #[test]
    fn the_list_of_chapters_is_the_folder() {
        let file: BTreeSet<String> = TESTI.iter().map(|(n, _)| n.trim_end_matches(".md").to_owned()).collect();
        let mut elenco: BTreeSet<String> = LIBRO.capitoli().map(|c| c.nome.clone()).collect();
        elenco.insert("SUMMARY".to_owned());
        assert_eq!(file, elenco);
        for c in LIBRO.capitoli() {
            let primo = &c.sezioni[0];
            assert_eq!((primo.livello, primo.titolo.as_str()), (1, c.titolo.as_str()), "{}", c.nome);
            assert_eq!(c.sezioni.iter().filter(|s| s.livello == 1).count(), 1, "{}", c.nome);
            let diverse: BTreeSet<&str> = c.sezioni.iter().map(|s| s.id.as_str()).collect();
            assert_eq!(diverse.len(), c.sezioni.len(), "{}: two sections have one anchor", c.nome);
        }
    }

    #[test]
    fn every_entry_says_what_why_and_an_example() {
        for (chiave, v) in &LIBRO.voci {
            let nomi: Vec<&str> = v.parti.iter().map(|(n, _)| n.as_str()).collect();
            let intera = nomi == ["Perché", "Norma", "Esempio"] || nomi == ["Perché", "Esempio"];
            assert!(intera && !v.che_cosa.is_empty(), "{chiave}: {nomi:?}");
            assert!(v.parti.iter().all(|(_, testo)| !testo.is_empty()), "{chiave}");
        }
        assert!(LIBRO.voci.len() > 60, "few entries were found: {}", LIBRO.voci.len());
    }

    #[test]
    fn pages_are_what_markdown_says_and_nothing_else() {
        for c in LIBRO.capitoli() {
            let crudo = eventi(testo(&format!("{}.md", c.nome)))
                .into_iter()
                .find(|e| matches!(e, Event::Html(_) | Event::InlineHtml(_)));
            assert_eq!(crudo, None, "{}", c.nome);
        }
    }

    #[test]
    fn a_small_book() {
        let capitolo =
            "# Uno\n\n## L’ora\n\nVai a [due](due.md#x.y) o [qui](#lora).\n\n## L’ora\n\n| a |\n|---|\n| b |\n";
        let altro = "# Due\n\n### Campo {#x.y}\n\nScrivi *bene*.\n\n**Perché.** Si legge.\n\n**Esempio.** 12\n";
        let testo = |n: &str| if n == "uno.md" { capitolo } else { altro };
        let l = Libro::leggi("# Libro\n\n# Parte\n\n- [Uno](uno.md)\n- [Due](due.md)\n", testo);
        let [p] = l.parti.as_slice() else { panic!("{} parts", l.parti.len()) };
        assert_eq!((p.titolo.as_str(), p.capitoli.len()), ("Parte", 2));
        let uno = &p.capitoli[0];
        assert_eq!(uno.sezioni.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["uno", "lora", "lora-1"]);
        assert_eq!(link(uno).collect::<Vec<_>>(), ["/manuale/due#x.y", "/manuale/uno#lora"]);
        assert!(uno.html.contains(r#"tabindex="0"><table>"#), "{}", uno.html);
        let v = &l.voci["x.y"];
        assert_eq!((v.che_cosa.as_str(), v.parti.len()), ("Scrivi <em>bene</em>.", 2));
        assert_eq!(v.parti[0], ("Perché".to_owned(), "Si legge.".to_owned()));
    }
}
