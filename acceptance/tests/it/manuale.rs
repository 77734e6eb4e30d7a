//! The manual against the program: what it names is there, and what forms ask of it is written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use app::cli::Cli;
use clap::Parser;

/// Written by the program, or read by another test.
const NON_NOSTRI: &[&str] = &["errori.md", "postgresql.md", "SUMMARY.md"];

fn radice() -> PathBuf {
    // Asked at run time: two clones may share one target folder.
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("..").canonicalize().unwrap()
}

/// Name and text of every file under a folder that ends so.
fn testi(cartella: &Path, finale: &str) -> Vec<(String, String)> {
    let mut trovati = Vec::new();
    for e in std::fs::read_dir(cartella).into_iter().flatten() {
        let p = e.unwrap().path();
        let nome = p.file_name().unwrap().to_str().unwrap().to_owned();
        if p.is_dir() {
            trovati.extend(testi(&p, finale));
        } else if nome.ends_with(finale) {
            trovati.push((nome, std::fs::read_to_string(p).unwrap()));
        }
    }
    trovati
}

fn capitoli() -> Vec<(String, String)> {
    let tutti = testi(&radice().join("docs/manuale/src"), ".md");
    tutti.into_iter().filter(|(nome, _)| !NON_NOSTRI.contains(&nome.as_str())).collect()
}

/// Templates and sources of pages: where the words that people see are written.
fn pagine() -> Vec<(String, String)> {
    let mut tutte = Vec::new();
    for gruppo in [
        "platform/web",
        "platform/authz",
        "services/enti",
        "services/documenti",
        "services/protocollo",
        "services/albo",
    ] {
        for (dove, finale) in [("templates", ".html"), ("src", ".rs"), ("assets", ".js")] {
            tutte.extend(testi(&radice().join(gruppo).join(dove), finale));
        }
    }
    assert!(tutte.len() > 100, "few files were found: {}", tutte.len());
    tutte
}

fn fra<'a>(testo: &'a str, apre: &'a str, chiude: &'a str) -> impl Iterator<Item = &'a str> {
    testo.split(apre).skip(1).filter_map(move |t| t.split(chiude).next())
}

/// As a browser sees a text: any blank is one.
fn spazi(t: &str) -> String {
    t.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_label_that_the_manual_quotes_is_on_a_page() {
    // A label that a template composes: its pieces are words of the pages.
    let parole: String = pagine().iter().map(|(_, t)| spazi(t) + " ").collect();
    let (mut mai, mut quante) = (BTreeSet::new(), 0);
    for (capitolo, testo) in capitoli() {
        for detta in fra(&testo, "«", "»").map(spazi) {
            quante += 1;
            let componibile = detta.replace("Altri mittenti", "Altri {%").replace("Altri destinatari", "Altri {%");
            if !parole.contains(&detta) && !parole.contains(&componibile) {
                mai.insert(format!("{capitolo}: «{detta}»"));
            }
        }
    }
    assert_eq!(mai, BTreeSet::new());
    assert!(quante > 80, "few labels were read: {quante}");
}

#[test]
fn every_command_of_the_manual_is_one() {
    let mut quanti = 0;
    for (capitolo, testo) in capitoli() {
        for riga in fra(&testo, "```sh\n", "```").flat_map(str::lines).filter(|r| r.starts_with("alleanza ")) {
            // Quoted words are one argument.
            let pezzi = riga.split('"').enumerate();
            let argomenti: Vec<&str> =
                pezzi.flat_map(|(i, p)| if i % 2 == 1 { vec![p] } else { p.split_whitespace().collect() }).collect();
            quanti += 1;
            if let Err(e) = Cli::try_parse_from(argomenti) {
                panic!("{capitolo}: {riga}: {e}");
            }
        }
    }
    assert!(quanti > 10, "few commands were read: {quanti}");
}

#[test]
fn every_help_that_a_form_asks_for_is_written_and_the_other_way_round() {
    let capitoli = capitoli();
    let ancore = capitoli.iter().flat_map(|(_, t)| fra(t, " {#", "}"));
    let scritte: BTreeSet<&str> = ancore.filter(|a| a.contains('.')).collect();
    let pagine = pagine();
    let templates = pagine.iter().filter(|(nome, _)| nome.ends_with(".html"));
    let chieste: BTreeSet<&str> =
        templates.flat_map(|(_, t)| fra(t, ".guida(", ")")).flat_map(|g| fra(g, "\"", "\"").take(1)).collect();
    assert_eq!(chieste.difference(&scritte).collect::<Vec<_>>(), Vec::<&&str>::new(), "no chapter has these keys");
    assert_eq!(scritte.difference(&chieste).collect::<Vec<_>>(), Vec::<&&str>::new(), "no form asks for these keys");
    assert!(chieste.len() > 60, "few keys were found: {}", chieste.len());
}

#[test]
fn pages_are_explained_in_chapters_that_exist() {
    let file: BTreeSet<String> = capitoli().into_iter().map(|(nome, _)| nome).collect();
    let mut quante = 0;
    for (nome, testo) in pagine() {
        for c in fra(&testo, ".spiegata_in(\"", "\")") {
            quante += 1;
            assert!(file.contains(&format!("{c}.md")), "{nome}: no chapter is called {c}");
        }
    }
    assert!(quante > 25, "few pages say where they are explained: {quante}");
}
