//! Threads, documents, classes, fascicoli: types and rules.

use std::fmt;
use std::str::FromStr;

use authz::PersonaId;
use jiff::Timestamp;
use kernel::Impronta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A thread: all that belongs to one matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Serialize, Deserialize)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct FiloId(pub Uuid);

/// A document: its id is the unguessable address of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Serialize, Deserialize)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct DocumentoId(pub Uuid);

impl fmt::Display for FiloId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DocumentoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Filo {
    pub id: FiloId,
    pub titolo: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub aperto_il: Timestamp,
}

/// How a document came to be (AgID, Allegato 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Formazione {
    /// Written with software.
    A,
    /// Acquired: received by wire or on a medium, or copied from paper.
    B,
    /// From a form filled in by a person.
    C,
    /// Generated from data already here.
    D,
}

impl Formazione {
    /// The literal of Allegato 5, `ModalitaDiFormazione`.
    pub fn letterale(self) -> &'static str {
        match self {
            Formazione::A => {
                "a) creazione tramite utilizzo di strumenti software che assicurino la produzione di documenti nei formati previsti nell'Allegato 2"
            }
            Formazione::B => {
                "b) acquisizione di un documento informatico per via telematica o su supporto informatico, acquisizione della copia per immagine su supporto informatico di un documento analogico, acquisizione della copia informatica di un documento analogico"
            }
            Formazione::C => {
                "c) memorizzazione su supporto informatico in formato digitale delle informazioni risultanti da transazioni o processi informatici o dalla presentazione telematica di dati attraverso moduli o formulari resi disponibili all'utente"
            }
            Formazione::D => {
                "d) generazione o raggruppamento anche in via automatica di un insieme di dati o registrazioni, provenienti da una o più banche dati, anche appartenenti a più soggetti interoperanti, secondo una struttura logica predeterminata e memorizzata in forma statica"
            }
        }
    }
}

/// A document. Nothing of it ever changes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Documento {
    pub id: DocumentoId,
    pub filo: FiloId,
    /// Safe to show and to write on a disk.
    pub nome: String,
    /// As it came.
    pub nome_dichiarato: String,
    /// Seen in the bytes.
    pub tipo: String,
    /// Said by who sent it.
    pub tipo_dichiarato: String,
    pub dimensione: i64,
    #[sqlx(try_from = "Vec<u8>")]
    pub impronta: Impronta,
    pub formazione: Formazione,
    pub riservato: bool,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub creato_il: Timestamp,
    pub persona: Option<PersonaId>,
}

impl Documento {
    /// The sender said one thing and the bytes say another.
    pub fn tipo_bugiardo(&self) -> bool {
        let detto = self.tipo_dichiarato.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        !matches!(detto.as_str(), "" | "application/octet-stream") && detto != self.tipo
    }

    /// "412 kB".
    pub fn misura(&self) -> String {
        misura(self.dimensione)
    }
}

/// A size as people say it: "188 kB", "2,1 MB".
pub fn misura(byte: i64) -> String {
    match byte {
        ..1_000 => format!("{byte} byte"),
        1_000..1_000_000 => format!("{} kB", (byte + 500) / 1_000),
        _ => format!("{},{} MB", byte / 1_000_000, byte % 1_000_000 / 100_000),
    }
}

/// A document to be added: its bytes are already in storage.
#[derive(Debug, Clone)]
pub struct NuovoDocumento {
    pub nome_dichiarato: String,
    pub tipo_dichiarato: String,
    pub ricevuto: storage::Ricevuto,
    /// Made here from our data, and not received.
    pub generato: bool,
    pub riservato: bool,
}

impl NuovoDocumento {
    /// A document that the program makes: its declared type is the real one.
    pub fn generato(nome: &str, ricevuto: storage::Ricevuto) -> NuovoDocumento {
        let tipo_dichiarato = ricevuto.tipo.clone();
        NuovoDocumento { nome_dichiarato: nome.to_owned(), tipo_dichiarato, ricevuto, generato: true, riservato: false }
    }
}

impl From<&web::FileRicevuto> for NuovoDocumento {
    fn from(f: &web::FileRicevuto) -> Self {
        NuovoDocumento {
            nome_dichiarato: f.nome.clone(),
            tipo_dichiarato: f.tipo_dichiarato.clone(),
            ricevuto: f.ricevuto.clone(),
            generato: false,
            riservato: false,
        }
    }
}

/// A node of the plan of classification in force.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Classe {
    pub versione: i32,
    /// `VI.5`, or `VI` for a title.
    pub codice: String,
    pub descrizione: String,
    pub classificabile: bool,
}

impl Classe {
    pub fn titolo(&self) -> bool {
        !self.codice.contains('.')
    }
}

/// Classes as a list of choices: "VI.5 Opere pubbliche".
pub fn scelte(classi: &[Classe]) -> Vec<(String, String)> {
    classi.iter().map(|c| (c.codice.clone(), format!("{} {}", c.codice, c.descrizione))).collect()
}

/// What changes from one version of the plan to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variazione {
    Aggiungi { codice: String, descrizione: String },
    Chiudi { codice: String },
}

/// A class is written `VI.5`: a Roman title, and a number inside it.
pub fn codice_di_classe(codice: &str) -> Option<(&str, i32)> {
    let (titolo, classe) = codice.split_once('.')?;
    let romano = (1..=5).contains(&titolo.len()) && titolo.bytes().all(|b| b"IVX".contains(&b));
    let numero = classe.parse().ok().filter(|n| (1..1000).contains(n) && !classe.starts_with(['0', '+']))?;
    romano.then_some((titolo, numero))
}

/// The key of a fascicolo: `2026/VI.3.12`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FascicoloId {
    pub anno: i32,
    pub classifica: String,
    pub progressivo: i32,
}

impl fmt::Display for FascicoloId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}.{}", self.anno, self.classifica, self.progressivo)
    }
}

impl FromStr for FascicoloId {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        let (anno, resto) = s.split_once('/').ok_or(())?;
        let (classifica, progressivo) = resto.rsplit_once('.').ok_or(())?;
        let numero = |c: &str| c.parse::<i32>().ok().filter(|n| *n > 0 && c.bytes().all(|b| b.is_ascii_digit()));
        match (numero(anno), numero(progressivo)) {
            (Some(anno), Some(progressivo)) if !classifica.is_empty() => {
                Ok(FascicoloId { anno, classifica: classifica.to_owned(), progressivo })
            }
            _ => Err(()),
        }
    }
}

/// Kinds of fascicolo (Allegato 5, ch. 4), with the words that people see.
pub const TIPOLOGIE: &[(&str, &str)] = &[
    ("affare", "Affare: una faccenda che ha un inizio e una fine"),
    ("attivita", "Attività: ciò che si ripete ogni anno"),
    ("procedimento", "Procedimento: finisce con un provvedimento"),
    ("persona_fisica", "Persona fisica"),
    ("persona_giuridica", "Persona giuridica"),
];

/// A fascicolo to be opened.
#[derive(Debug, Clone)]
pub struct NuovoFascicolo {
    pub classifica: String,
    pub oggetto: String,
    pub tipologia: String,
    pub ufficio: String,
    /// Who answers for it (CAD art. 41, RUP).
    pub responsabile: String,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Fascicolo {
    pub anno: i32,
    pub classifica: String,
    pub progressivo: i32,
    pub titolario: i32,
    pub descrizione_classe: String,
    pub oggetto: String,
    pub tipologia: String,
    pub ufficio: String,
    pub responsabile: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub aperto_il: Timestamp,
    chiuso_il: Option<jiff_sqlx::Timestamp>,
    pub contenuti: i64,
}

impl Fascicolo {
    pub fn id(&self) -> FascicoloId {
        FascicoloId { anno: self.anno, classifica: self.classifica.clone(), progressivo: self.progressivo }
    }

    pub fn chiuso_il(&self) -> Option<Timestamp> {
        self.chiuso_il.map(jiff_sqlx::Timestamp::to_jiff)
    }

    pub fn aperto(&self) -> bool {
        self.chiuso_il.is_none()
    }

    pub fn nome_tipologia(&self) -> &'static str {
        TIPOLOGIE.iter().find(|(c, _)| *c == self.tipologia).map_or("", |(_, n)| n)
    }
}

/// What is inside a fascicolo.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Contenuto {
    /// `protocollo/2026/123`, relative to `/e/{codice}/`; or `documenti/<id>`.
    pub riferimento: String,
    pub documento: Option<DocumentoId>,
    pub nome: Option<String>,
    pub riservato: Option<bool>,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inserito_il: Timestamp,
}

impl Contenuto {
    /// "Protocollo 2026/123".
    pub fn titolo(&self) -> String {
        match self.riferimento.split_once('/') {
            Some(("protocollo", numero)) => format!("Protocollo {numero}"),
            _ => self.nome.clone().unwrap_or_else(|| self.riferimento.clone()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PassoDiFascicolo {
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub operazione: String,
    pub motivo: String,
    pub chi: String,
}

/// A blob that verification found missing or altered, with one document that cites it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Anomalia {
    #[sqlx(try_from = "Vec<u8>")]
    pub impronta: Impronta,
    /// `mancante` or `alterato`.
    pub esito: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub trovata_il: Timestamp,
    pub documento: DocumentoId,
    pub nome: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fascicolo_is_named_as_people_name_it() {
        let id = FascicoloId { anno: 2026, classifica: "VI.3".into(), progressivo: 12 };
        assert_eq!(id.to_string(), "2026/VI.3.12");
        assert_eq!("2026/VI.3.12".parse(), Ok(id));
        assert_eq!("2026/XIV.7".parse(), Ok(FascicoloId { anno: 2026, classifica: "XIV".into(), progressivo: 7 }));
        for male in ["", "2026", "2026/VI", "x/VI.3.1", "2026/VI.3.x", "2026/VI.3.0", "2026/.1", "2026/VI.3.-1"] {
            assert_eq!(male.parse::<FascicoloId>(), Err(()), "{male}");
        }
    }

    #[test]
    fn a_class_is_a_roman_title_and_a_number() {
        assert_eq!(codice_di_classe("VI.5"), Some(("VI", 5)));
        for male in ["VI", "vi.5", "VI.0", "VI.05", "VI.+5", "VI.5.1", ".5", "VI.", "6.5"] {
            assert_eq!(codice_di_classe(male), None, "{male}");
        }
    }

    #[test]
    fn sizes_are_said_as_people_say_them() {
        assert_eq!(
            [999, 1_000, 188_400, 999_400, 2_130_000].map(misura),
            ["999 byte", "1 kB", "188 kB", "999 kB", "2,1 MB"]
        );
    }
}
