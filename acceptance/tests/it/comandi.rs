//! No command without a permit: every public use case of a service takes one, and looks at it before anything else.

use std::path::{Path, PathBuf};

/// What writes without a permit of its own, and why.
const SENZA_PERMESSO: &[(&str, &str)] = &[
    ("documenti::nuovo_filo", "part of the command of another service, which has its own permit"),
    ("documenti::aggiungi", "as above"),
    ("documenti::nuovo_filo_del_programma", "the daily register opens its thread by itself"),
    ("documenti::aggiungi_del_programma", "and adds its documents by itself"),
    ("documenti::adotta_modello", "part of the activation, which has its own permit"),
    ("protocollo::apri_registro", "as above"),
    ("documenti::oscura_titolo", "part of the erasure of another service, which has its own permit"),
    ("documenti::sospendi_citazioni", "the collection of blobs, a job of the program"),
    ("enti::chi_ne_ha_bisogno", "it only reads"),
];

/// The files of the commands of every service, with the service's name.
fn file() -> Vec<(String, PathBuf)> {
    // Asked at run time: two clones may share one target folder.
    let servizi = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../services");
    let mut file = Vec::new();
    for s in app::services::tutti() {
        let src = servizi.join(s.codice).join("src");
        file.push((s.codice.to_owned(), src.join("commands.rs")));
        for e in std::fs::read_dir(src.join("commands")).into_iter().flatten() {
            file.push((s.codice.to_owned(), e.unwrap().path()));
        }
    }
    file.retain(|(_, f)| f.exists());
    file
}

/// Each public function of a file that works in a transaction of one ente: name, parameters, first line of the body.
fn comandi(file: &Path) -> Vec<(String, String, String)> {
    let testo = std::fs::read_to_string(file).unwrap();
    let pezzi = testo.split("\npub async fn ").skip(1).filter_map(|f| {
        let (nome, resto) = f.split_once('(')?;
        let (parametri, corpo) = resto.split_once(" {\n")?;
        let prima = corpo.lines().next()?.trim();
        parametri.contains("Tx<DiEnte>").then(|| (nome.to_owned(), parametri.to_owned(), prima.to_owned()))
    });
    pezzi.collect()
}

#[test]
fn every_command_begins_with_its_permit() {
    let (mut visti, mut male, mut scusati) = (0, Vec::new(), Vec::new());
    for (servizio, file) in file() {
        for (nome, parametri, prima) in comandi(&file) {
            visti += 1;
            let nome = format!("{servizio}::{nome}");
            if SENZA_PERMESSO.iter().any(|(s, _)| *s == nome) {
                scusati.push(nome);
            } else if !parametri.contains("p: &Permesso<") || prima != "p.vale_per(tx)?;" {
                male.push(format!("{nome} ({}): {prima}", file.display()));
            }
        }
    }
    assert!(male.is_empty(), "{}", male.join("\n"));
    assert!(visti > 30, "too few commands were found: {visti}");
    let inutili: Vec<_> = SENZA_PERMESSO.iter().filter(|(s, _)| !scusati.iter().any(|x| x == s)).collect();
    assert!(inutili.is_empty(), "excused and not there: {inutili:?}");
}
