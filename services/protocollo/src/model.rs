//! Registrations: types, and the rules of art. 53 and 54 that need no database.

mod arrivo;
mod atti;
mod corrispondente;
mod oscuramento;

use authz::PersonaId;
use documenti::{DocumentoId, FiloId, NuovoDocumento};
use jiff::Timestamp;
use kernel::testo::pulisci_riga;
use kernel::{Data, Impronta, Numero, tempo};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ProtocolloError;

pub use arrivo::Arrivo;
pub use atti::{Annullamento, Assegnazione, Autorizzazione, Campo, Nuovo};
pub use corrispondente::{Corrispondente, TIPI_CORRISPONDENTE, in_riga};
pub use oscuramento::{ChiaveValore, DaOscurare, Dato, Oscuramento, Valore};
pub(crate) use oscuramento::{NOME_OSCURATO, coperti, per_voce, scritto_da};

/// The register, and its name on paper.
pub const REGISTRO: &str = "PG";
pub const NOME_REGISTRO: &str = "Protocollo generale";

const OGGETTO_MAX: usize = 2_000;
const CORRISPONDENTI_MAX: usize = 200;
/// 30 files in all: one is the main document.
const ALLEGATI_MAX: usize = 29;

/// Which way a document goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Serialize, Deserialize)]
#[sqlx(type_name = "text")]
pub enum Verso {
    #[sqlx(rename = "E")]
    #[serde(rename = "E")]
    Entrata,
    #[sqlx(rename = "U")]
    #[serde(rename = "U")]
    Uscita,
    #[sqlx(rename = "I")]
    #[serde(rename = "I")]
    Interno,
}

impl Verso {
    pub const TUTTI: [Verso; 3] = [Verso::Entrata, Verso::Uscita, Verso::Interno];

    pub fn codice(self) -> &'static str {
        match self {
            Verso::Entrata => "E",
            Verso::Uscita => "U",
            Verso::Interno => "I",
        }
    }

    pub fn nome(self) -> &'static str {
        match self {
            Verso::Entrata => "Entrata",
            Verso::Uscita => "Uscita",
            Verso::Interno => "Interno",
        }
    }

    pub fn da(codice: &str) -> Option<Verso> {
        Verso::TUTTI.into_iter().find(|v| v.codice() == codice)
    }
}

/// How a document travelled, with the words that people see.
pub const MEZZI: &[(&str, &str)] = &[
    ("pec", "PEC"),
    ("email", "Posta elettronica"),
    ("posta", "Posta"),
    ("mano", "Consegna a mano"),
    ("web", "Istanza in linea"),
    ("interno", "Fra uffici"),
];

pub fn nome_mezzo(codice: &str) -> &'static str {
    MEZZI.iter().find(|(c, _)| *c == codice).map_or("", |(_, n)| n)
}

/// Everything a person says of a document before it has a number.
#[derive(Debug, Clone)]
pub struct DaRegistrare {
    pub verso: Verso,
    pub oggetto: String,
    pub corrispondenti: Vec<Corrispondente>,
    /// Incoming only; the instant of registration when nobody said.
    pub arrivo: Option<Arrivo>,
    pub mezzo: String,
    pub numero_mittente: String,
    pub data_mittente: Option<Data>,
    pub classifica: String,
    /// Who deals with it.
    pub ufficio: String,
    /// A new thread, named after the subject, when `None`.
    pub filo: Option<FiloId>,
    pub riservata: bool,
    /// None: on paper.
    pub documento: Option<NuovoDocumento>,
    pub allegati: Vec<NuovoDocumento>,
    /// The key of the form and the fingerprint of what was typed: the same form sent twice is one number.
    pub richiesta: Option<(Uuid, Impronta)>,
}

impl DaRegistrare {
    /// The same, with clean texts; or the first reason why it cannot be registered.
    pub fn pulita(&self, adesso: Timestamp) -> Result<DaRegistrare, ProtocolloError> {
        let oggetto = oggetto(&self.oggetto)?;
        let corrispondenti = corrispondenti(self.verso, &self.corrispondenti)?;
        if !MEZZI.iter().any(|(c, _)| *c == self.mezzo) {
            return Err(ProtocolloError::MezzoIgnoto);
        }
        if self.verso == Verso::Entrata && self.arrivo.is_some_and(|a| a.istante > adesso) {
            return Err(ProtocolloError::ArrivoFuturo);
        }
        if self.data_mittente.is_some_and(|d| d > tempo::giorno_a_roma(adesso)) {
            return Err(ProtocolloError::DataFutura);
        }
        if self.documento.is_none() && !self.allegati.is_empty() {
            return Err(ProtocolloError::SenzaPrincipale);
        }
        if self.allegati.len() > ALLEGATI_MAX {
            return Err(ProtocolloError::TroppiAllegati);
        }
        let numero_mittente = riga("numero_mittente", &self.numero_mittente, 100)?;
        Ok(DaRegistrare { oggetto, corrispondenti, numero_mittente, ..self.clone() })
    }
}

/// The subject: one line, never empty, never a page.
pub fn oggetto(scritto: &str) -> Result<String, ProtocolloError> {
    let o = riga("oggetto", scritto, OGGETTO_MAX)?;
    if o.is_empty() { Err(ProtocolloError::SenzaOggetto) } else { Ok(o) }
}

/// At least one for what comes in or goes out; none for what stays inside, where offices write to each other.
pub fn corrispondenti(verso: Verso, c: &[Corrispondente]) -> Result<Vec<Corrispondente>, ProtocolloError> {
    match (verso, c.len()) {
        (Verso::Interno, _) => Ok(Vec::new()),
        (Verso::Entrata, 0) => Err(ProtocolloError::SenzaMittente),
        (Verso::Uscita, 0) => Err(ProtocolloError::SenzaDestinatario),
        (_, n) if n > CORRISPONDENTI_MAX => Err(ProtocolloError::TroppiCorrispondenti),
        _ => c.iter().map(Corrispondente::pulito).collect(),
    }
}

pub(crate) fn riga(campo: &'static str, scritta: &str, max: usize) -> Result<String, ProtocolloError> {
    pulisci_riga(scritta, max).map_err(|perche| ProtocolloError::Testo { campo, perche })
}

/// What a registration is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registrata {
    pub anno: i32,
    pub numero: i32,
    pub istante: Timestamp,
    pub posizione: i64,
    pub filo: FiloId,
}

impl Registrata {
    /// `2026/123`: the human key in addresses.
    pub fn chiave(&self) -> String {
        format!("{}/{}", self.anno, self.numero)
    }
}

/// A registration as it stands now.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Registrazione {
    pub aoo: String,
    pub anno: i32,
    pub numero: i32,
    pub posizione: i64,
    pub verso: Verso,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    arrivato_il: Option<jiff_sqlx::Timestamp>,
    arrivato_con_ora: bool,
    pub oggetto: String,
    /// In one line.
    pub corrispondenti: String,
    pub documento: Option<DocumentoId>,
    impronta: Option<Vec<u8>>,
    pub allegati: i32,
    pub mezzo: String,
    pub numero_mittente: Option<String>,
    data_mittente: Option<jiff_sqlx::Date>,
    pub classifica: String,
    pub titolario: i32,
    pub ufficio: String,
    pub ufficio_nome: String,
    pub ufficio_mittente: Option<String>,
    pub ufficio_mittente_nome: Option<String>,
    pub filo: FiloId,
    pub riservata: bool,
    pub persona: PersonaId,
    annullata_il: Option<jiff_sqlx::Timestamp>,
    /// A field of it was annulled and rewritten.
    pub rettificata: bool,
    /// The law ordered to erase something of it.
    pub oscurata: bool,
    pub presa: bool,
}

impl Registrazione {
    pub fn chiave(&self) -> String {
        format!("{}/{}", self.anno, self.numero)
    }

    /// "0000123".
    pub fn sette_cifre(&self) -> String {
        sette_cifre(self.numero)
    }

    pub fn impronta(&self) -> Option<Impronta> {
        self.impronta.as_deref().and_then(|b| Impronta::try_from(b).ok())
    }

    pub fn arrivo(&self) -> Option<Arrivo> {
        self.arrivato_il.map(|a| Arrivo { istante: a.to_jiff(), con_ora: self.arrivato_con_ora })
    }

    pub fn data_mittente(&self) -> Option<Data> {
        self.data_mittente.map(jiff_sqlx::Date::to_jiff)
    }

    pub fn annullata_il(&self) -> Option<Timestamp> {
        self.annullata_il.map(jiff_sqlx::Timestamp::to_jiff)
    }

    pub fn annullata(&self) -> bool {
        self.annullata_il.is_some()
    }

    /// "da Edil Gizio s.r.l.", "a Marta De Sanctis", "fra uffici, Ufficio tecnico": the two halves.
    pub fn da_a_chi(&self) -> (&'static str, &str) {
        match self.verso {
            Verso::Entrata => ("da", &self.corrispondenti),
            Verso::Uscita => ("a", &self.corrispondenti),
            Verso::Interno => ("fra uffici,", self.ufficio_mittente_nome.as_deref().unwrap_or_default()),
        }
    }

    /// An annulled registration is as it was left: it is read, and no longer changed.
    pub fn puo_cambiare(&self) -> Result<(), ProtocolloError> {
        if self.annullata() { Err(ProtocolloError::Annullata(self.chiave())) } else { Ok(()) }
    }
}

/// "0000123": at least seven digits (art. 57).
pub fn sette_cifre(numero: i32) -> String {
    Numero::try_from(numero).map(|n| n.to_string()).unwrap_or_default()
}

/// The register of a day that is over.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Giornaliero {
    pub aoo: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub giorno: Data,
    pub registrazioni: i32,
    pub modifiche: i32,
    pub primo_numero: Option<i32>,
    pub ultimo_numero: Option<i32>,
    pub posizione: i64,
    #[sqlx(try_from = "Vec<u8>")]
    pub testa: Impronta,
    pub filo: FiloId,
    pub pdf: DocumentoId,
    pub dati: DocumentoId,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub prodotto_il: Timestamp,
    /// To conservazione within this day.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub entro: Data,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entrata() -> DaRegistrare {
        DaRegistrare {
            verso: Verso::Entrata,
            oggetto: "  Richiesta di  accesso agli atti ".into(),
            corrispondenti: vec![Corrispondente::nuovo("PF", "Ottavio Santilli")],
            arrivo: None,
            mezzo: "mano".into(),
            numero_mittente: String::new(),
            data_mittente: None,
            classifica: "I.8".into(),
            ufficio: "SEG".into(),
            filo: None,
            riservata: false,
            documento: None,
            allegati: Vec::new(),
            richiesta: None,
        }
    }

    fn codice(d: &DaRegistrare) -> &'static str {
        d.pulita("2026-11-24T09:00:00Z".parse().unwrap()).map_or_else(|e| e.codice().unwrap(), |_| "")
    }

    #[test]
    fn texts_are_cleaned_and_emoji_may_stay() {
        let mut d = entrata();
        d.oggetto = "Festa 🎉 del\npatrono".into();
        let pulita = d.pulita("2026-11-24T09:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(pulita.oggetto, "Festa 🎉 del patrono");
        assert_eq!(codice(&entrata()), "");
    }

    #[test]
    fn each_refusal_has_its_code() {
        let prova = |cambia: fn(&mut DaRegistrare)| {
            let mut d = entrata();
            cambia(&mut d);
            codice(&d)
        };
        assert_eq!(prova(|d| d.oggetto = " \n".into()), "PRT-001");
        assert_eq!(prova(|d| d.oggetto = "a".repeat(10_000)), "PRT-002");
        assert_eq!(prova(|d| d.oggetto = "fattura\u{202e}fdp.exe".into()), "PRT-002");
        assert_eq!(prova(|d| d.oggetto = "a\0b".into()), "PRT-002");
        assert_eq!(prova(|d| d.corrispondenti.clear()), "PRT-003");
        assert_eq!(prova(|d| (d.verso, d.corrispondenti) = (Verso::Uscita, vec![])), "PRT-004");
        assert_eq!(prova(|d| d.corrispondenti[0].codice_fiscale = "RSSMRA".into()), "PRT-006");
        assert_eq!(prova(|d| d.corrispondenti[0].recapito = "non un indirizzo".into()), "PRT-007");
        assert_eq!(prova(|d| d.mezzo = "piccione".into()), "PRT-008");
        assert_eq!(prova(|d| d.arrivo = Arrivo::leggi("2026-11-25".parse().unwrap(), "").ok()), "PRT-009");
        assert_eq!(prova(|d| d.data_mittente = "2026-11-25".parse().ok()), "PRT-010");
    }

    #[test]
    fn what_stays_inside_has_no_correspondents() {
        let mut d = entrata();
        d.verso = Verso::Interno;
        assert!(d.pulita("2026-11-24T09:00:00Z".parse().unwrap()).unwrap().corrispondenti.is_empty());
    }
}
