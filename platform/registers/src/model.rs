//! What enters a register.

use jiff::Timestamp;
use kernel::Impronta;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The version of the canonical form written today. Older ones are read for ever, never rewritten.
pub const VERSIONE_CANONICA: i16 = 1;

/// How a number finds its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regola {
    /// The year of the instant in Europe/Rome: protocollo, albo.
    Istante,
    /// The exercise, several live at once: impegni, mandati.
    Esercizio,
    /// Body and year of the sitting: delibere.
    Seduta,
}

impl Regola {
    pub fn codice(self) -> &'static str {
        match self {
            Regola::Istante => "istante",
            Regola::Esercizio => "esercizio",
            Regola::Seduta => "seduta",
        }
    }
}

/// What a voce does. The discriminant is the byte that enters the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Operazione {
    Registrazione = 1,
    Annullamento = 2,
    Rettifica = 3,
    Riassegnazione = 4,
    Oscuramento = 5,
    Scarto = 6,
    Chiusura = 7,
}

impl Operazione {
    pub fn nome(self) -> &'static str {
        match self {
            Operazione::Registrazione => "registrazione",
            Operazione::Annullamento => "annullamento",
            Operazione::Rettifica => "rettifica",
            Operazione::Riassegnazione => "riassegnazione",
            Operazione::Oscuramento => "oscuramento",
            Operazione::Scarto => "scarto",
            Operazione::Chiusura => "chiusura",
        }
    }

    pub fn da(byte: i16) -> Option<Operazione> {
        use Operazione::{Annullamento, Chiusura, Oscuramento, Registrazione, Rettifica, Riassegnazione, Scarto};
        [Registrazione, Annullamento, Rettifica, Riassegnazione, Oscuramento, Scarto, Chiusura]
            .into_iter()
            .find(|o| *o as i16 == byte)
    }
}

/// A chain: the register of an AOO, and which of its chains (0 for the rule `istante`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dove<'a> {
    pub aoo: &'a str,
    pub registro: &'a str,
    pub catena: i32,
}

impl<'a> Dove<'a> {
    /// The single chain of a register numbered by instant.
    pub fn istante(aoo: &'a str, registro: &'a str) -> Dove<'a> {
        Dove { aoo, registro, catena: 0 }
    }
}

/// A voce to be written: canonical content, and the fields that may carry personal data, of which the content holds only
/// the salted hash.
#[derive(Debug, Clone)]
pub struct Voce {
    operazione: Operazione,
    contenuto: Map<String, Value>,
    chiaro: Vec<Chiaro>,
}

/// Salt and value of a field that may carry personal data.
#[derive(Debug, Clone)]
pub struct Chiaro {
    pub campo: String,
    pub sale: [u8; 16],
    pub valore: String,
}

impl Voce {
    /// `contenuto` is an object of strings, booleans, integers and objects (see `formats::canonical`).
    pub fn nuova(operazione: Operazione, contenuto: Value) -> Voce {
        let contenuto = match contenuto {
            Value::Object(m) => m,
            altro => Map::from_iter([("valore".to_owned(), altro)]),
        };
        Voce { operazione, contenuto, chiaro: Vec::new() }
    }

    /// A voce about an earlier one of the same chain, by position.
    pub fn su(operazione: Operazione, posizione: i64, contenuto: Value) -> Voce {
        Voce::nuova(operazione, contenuto).con("su", json!(posizione))
    }

    pub(crate) fn con(mut self, nome: &str, valore: Value) -> Voce {
        self.contenuto.insert(nome.to_owned(), valore);
        self
    }

    /// Adds a field that may carry personal data: SHA-256(salt ‖ value) enters the chain, salt and value stay beside it.
    pub fn riservato(mut self, campo: &str, valore: &str) -> Voce {
        self.chiaro.push(Chiaro { campo: campo.to_owned(), sale: db::caso::byte(), valore: valore.to_owned() });
        self
    }

    /// The same voce with salts of the caller's: for data that are invented and must be the same each time they are made.
    pub fn con_sali(mut self, mut sale: impl FnMut() -> [u8; 16]) -> Voce {
        self.chiaro.iter_mut().for_each(|c| c.sale = sale());
        self
    }

    /// Says in the chain when the person does not act in their own name: for whom, or lent by whom.
    pub fn firmata<A: authz::Azione>(mut self, p: &authz::Permesso<A>) -> Voce {
        if let Value::Object(altrui) = p.segna(Value::Object(Map::new())) {
            self.contenuto.extend(altrui);
        }
        self
    }

    pub(crate) fn operazione(&self) -> Operazione {
        self.operazione
    }

    pub(crate) fn chiaro(&self) -> &[Chiaro] {
        &self.chiaro
    }

    pub(crate) fn in_chiaro(&self) -> Value {
        let riga = |c: &Chiaro| json!({ "campo": c.campo, "sale": hex::encode(c.sale), "valore": c.valore });
        Value::Array(self.chiaro.iter().map(riga).collect())
    }

    /// The canonical bytes, whose SHA-256 is `impronta_contenuto`.
    pub(crate) fn byte_canonici(&self) -> Result<Vec<u8>, RegistroError> {
        let mut m = self.contenuto.clone();
        if !self.chiaro.is_empty() {
            let riservati = self.chiaro.iter().map(|c| (c.campo.clone(), json!(impegno(&c.sale, &c.valore))));
            m.insert("riservati".into(), Value::Object(riservati.collect()));
        }
        formats::canonical::bytes(&Value::Object(m)).map_err(|e| RegistroError::NonCanonico(e.to_string()))
    }
}

/// SHA-256(salt ‖ value), as it stands in the canonical content.
pub(crate) fn impegno(sale: &[u8], valore: &str) -> String {
    hex::encode(Sha256::new().chain_update(sale).chain_update(valore).finalize())
}

/// A voce as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iscritta {
    pub serie: i32,
    /// Only registrations have one.
    pub numero: Option<i32>,
    pub posizione: i64,
    /// The legal instant, decided by the register.
    pub istante: Timestamp,
    pub impronta: Impronta,
}

/// A refusal or a fault of a register.
#[derive(Debug, thiserror::Error)]
pub enum RegistroError {
    #[error("Il registro «{0}» non è aperto in questo ente.")]
    NonAperto(String),
    #[error("Questa richiesta è già stata usata per un contenuto diverso. Ricarica la pagina e riprova.")]
    AltroContenuto,
    #[error("L’ente «{0}» non è in questa installazione.")]
    EnteIgnoto(String),
    #[error("contenuto non canonico: {0}")]
    NonCanonico(String),
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<std::io::Error> for RegistroError {
    fn from(e: std::io::Error) -> Self {
        RegistroError::Db(e.into())
    }
}

impl From<sqlx::Error> for RegistroError {
    fn from(e: sqlx::Error) -> Self {
        RegistroError::Db(e.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_holds_the_hash_and_never_the_value() {
        let v = Voce::nuova(Operazione::Registrazione, json!({ "tipo": "E" }))
            .riservato("oggetto", "Istanza di Mario Rossi");
        let testo = String::from_utf8(v.byte_canonici().unwrap()).unwrap();
        assert!(!testo.contains("Rossi"));
        let chiaro = &v.in_chiaro()[0];
        let sale = hex::decode(chiaro["sale"].as_str().unwrap()).unwrap();
        assert!(testo.contains(&impegno(&sale, "Istanza di Mario Rossi")));
        assert!(matches!(v.chiaro(), [c] if c.campo == "oggetto" && c.valore == "Istanza di Mario Rossi"));
    }

    #[test]
    fn two_equal_values_do_not_look_equal() {
        let v = || {
            Voce::nuova(Operazione::Registrazione, json!({})).riservato("oggetto", "uguale").byte_canonici().unwrap()
        };
        assert_ne!(v(), v());
    }

    #[test]
    fn the_byte_of_an_operation_names_it() {
        assert!((1..=7).all(|b| Operazione::da(b).is_some_and(|o| o as i16 == b)));
        assert_eq!(Operazione::da(0), None);
        assert_eq!(Operazione::da(8), None);
        let nomi: Vec<_> = (1..=7).filter_map(Operazione::da).map(Operazione::nome).collect();
        let attesi = "registrazione annullamento rettifica riassegnazione oscuramento scarto chiusura";
        assert_eq!(nomi.join(" "), attesi);
        let regole = [Regola::Istante, Regola::Esercizio, Regola::Seduta].map(Regola::codice);
        assert_eq!(regole, ["istante", "esercizio", "seduta"], "as the database names them");
    }
}
