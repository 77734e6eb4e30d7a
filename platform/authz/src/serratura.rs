//! What the door needs beside the database: the key of the installation, and the names by which it is known outside.

use crate::{Chiave, PersonaId};

/// Where people knock.
#[derive(Debug, Clone)]
pub struct Sito {
    /// Shown by the programs that keep codes and passkeys.
    pub nome: String,
    /// The host of the desk, and how its pages' addresses begin.
    pub host: String,
    pub origine: String,
}

/// Made once, at start.
#[derive(Debug)]
pub struct Serratura {
    pub(crate) chiave: Chiave,
    pub(crate) sito: Sito,
}

impl Serratura {
    pub fn nuova(chiave: Chiave, sito: Sito) -> Serratura {
        Serratura { chiave, sito }
    }

    /// One of its own, on this machine: for tests, which leave nothing behind.
    pub fn locale() -> Serratura {
        let sito = Sito { nome: "Alleanza".into(), host: "localhost".into(), origine: "http://localhost".into() };
        Serratura::nuova(Chiave::nuova(), sito)
    }

    /// Seals a value of a person, for one purpose.
    pub(crate) fn sigilla(&self, per: &str, persona: PersonaId, chiaro: &[u8]) -> Result<Vec<u8>, db::Error> {
        self.chiave.sigilla(&format!("{per}/{persona}"), chiaro)
    }

    pub(crate) fn apri(&self, per: &str, persona: PersonaId, sigillato: &[u8]) -> Option<Vec<u8>> {
        self.chiave.apri(&format!("{per}/{persona}"), sigillato)
    }
}
