//! The list of sabotages: a line of ours made wrong, and the test that must notice.
//!
//! The list is a text (`sabotaggi.txt`) whose entries are read as one reads a patch. A text that is no longer found, or that
//! is found twice, makes the list stale, and a stale list proves nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// One thing made wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sabotaggio {
    /// What does not hold any more, in plain words.
    pub nome: String,
    /// From the root of the repository.
    pub file: PathBuf,
    pub prima: String,
    pub dopo: String,
    pub guardia: Guardia,
}

/// Who notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guardia {
    Prova(Prova),
    /// The compiler, while it builds the library of this crate.
    Compilatore(String),
}

/// A test: its crate, the binary it is in (`lib` for unit tests), its whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prova {
    pub crate_: String,
    pub binario: String,
    pub nome: String,
}

/// Reads the list.
pub fn leggi(testo: &str) -> Result<Vec<Sabotaggio>, String> {
    let mut lista: Vec<Sabotaggio> = Vec::new();
    for pezzo in format!("\n{testo}").split("\n== ").skip(1) {
        let s = voce(pezzo).map_err(|e| format!("«{}»: {e}", pezzo.lines().next().unwrap_or_default()))?;
        if lista.iter().any(|altro| altro.nome == s.nome) {
            return Err(format!("«{}» is there twice", s.nome));
        }
        lista.push(s);
    }
    Ok(lista)
}

fn voce(pezzo: &str) -> Result<Sabotaggio, String> {
    let mut righe = pezzo.lines();
    let nome = righe.next().unwrap_or_default().trim().to_owned();
    let (mut file, mut guardia, mut prima, mut dopo) = (None, None, Vec::new(), Vec::new());
    for riga in righe.filter(|r| !r.trim().is_empty() && !r.starts_with('#')) {
        let (segno, resto) = riga.split_once(' ').unwrap_or((riga, ""));
        match segno {
            "in" => file = Some(PathBuf::from(resto)),
            "prova" => guardia = Some(Guardia::Prova(prova(resto)?)),
            "compilatore" => guardia = Some(Guardia::Compilatore(resto.to_owned())),
            "-" => prima.push(resto),
            "+" => dopo.push(resto),
            _ => return Err(format!("what is this line? {riga}")),
        }
    }
    let (prima, dopo) = (prima.join("\n"), dopo.join("\n"));
    if prima.is_empty() || prima == dopo {
        return Err("it changes nothing".into());
    }
    let (file, guardia) = (file.ok_or("in which file?")?, guardia.ok_or("who notices?")?);
    Ok(Sabotaggio { nome, file, prima, dopo, guardia })
}

fn prova(resto: &str) -> Result<Prova, String> {
    let parti: Vec<&str> = resto.split_whitespace().collect();
    let [crate_, binario, nome] = parti[..] else { return Err(format!("not a crate, a binary and a test: {resto}")) };
    Ok(Prova { crate_: crate_.into(), binario: binario.into(), nome: nome.into() })
}

impl Sabotaggio {
    /// The text of the file with the sabotage in it.
    pub fn applica(&self, testo: &str) -> Result<String, String> {
        match testo.matches(&self.prima).count() {
            1 => Ok(testo.replacen(&self.prima, &self.dopo, 1)),
            0 => Err(format!("the text is not in {} any more", self.file.display())),
            n => Err(format!("the text is {n} times in {}", self.file.display())),
        }
    }

    /// What makes this entry stale, without compiling anything: the text, or the test, is not where it was.
    pub fn stantio(&self, radice: &Path) -> Option<String> {
        let testo = fs::read_to_string(radice.join(&self.file)).map_err(|e| format!("{}: {e}", self.file.display()));
        match (testo.and_then(|t| self.applica(&t)), &self.guardia) {
            (Err(e), _) => Some(e),
            (Ok(_), Guardia::Prova(p)) if !p.esiste(radice) => Some(format!("there is no test {}", p.nome)),
            _ => None,
        }
    }
}

impl Prova {
    /// Whether some file of the crate has a function with the test's name.
    fn esiste(&self, radice: &Path) -> bool {
        let firma = format!("fn {}(", self.nome.rsplit("::").next().unwrap_or(&self.nome));
        let posto = if self.binario == "lib" { "src" } else { "tests" };
        ["", "platform", "services"].iter().any(|d| ha(&radice.join(d).join(&self.crate_).join(posto), &firma))
    }
}

/// Whether a text is in some file under a folder.
fn ha(cartella: &Path, testo: &str) -> bool {
    fs::read_dir(cartella).into_iter().flatten().flatten().any(|e| {
        let via = e.path();
        via.is_dir() && ha(&via, testo) || fs::read_to_string(&via).is_ok_and(|t| t.contains(testo))
    })
}
