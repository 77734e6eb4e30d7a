//! Independent readers of PDF. They are required where a change is judged, optional on a desk.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

/// What the tool prints about the file; `None` when it is not installed.
pub fn chiedi(comando: &[&str], nome: &str, pdf: &[u8]) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{nome}.pdf"));
    std::fs::write(&file, pdf).unwrap();
    let (programma, opzioni) = comando.split_first().unwrap();
    match Command::new(programma).args(opzioni).arg(&file).args(dopo(programma)).output() {
        Ok(esito) => {
            let testo = String::from_utf8_lossy(&esito.stdout).into_owned();
            assert!(esito.status.success(), "{comando:?} {nome}: {testo}{}", String::from_utf8_lossy(&esito.stderr));
            Some(testo)
        }
        Err(e) if e.kind() == ErrorKind::NotFound && std::env::var_os("CI").is_none() => {
            eprintln!("{programma} is not installed: {nome} was not read with it");
            None
        }
        Err(e) => panic!("{programma}: {e}"),
    }
}

pub fn testo(nome: &str, pdf: &[u8]) -> Option<String> {
    chiedi(&["pdftotext", "-layout"], nome, pdf)
}

/// qpdf finds no fault in the structure.
pub fn sano(nome: &str, pdf: &[u8]) {
    if let Some(esito) = chiedi(&["qpdf", "--check"], nome, pdf) {
        assert!(esito.contains("No syntax or stream encoding errors found"), "{esito}");
    }
}

pub fn pagine(pdf: &[u8]) -> usize {
    lopdf::Document::load_mem(pdf).unwrap().page_iter().count()
}

fn dopo(programma: &str) -> &'static [&'static str] {
    if programma == "pdftotext" { &["-"] } else { &[] }
}
