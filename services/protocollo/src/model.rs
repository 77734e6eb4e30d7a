//! Registrations: types, and the rules of art. 53 and 54 that need no database.

use std::fmt;

use authz::PersonaId;
use documenti::{DocumentoId, FiloId, NuovoDocumento};
use jiff::Timestamp;
use kernel::testo::pulisci_riga;
use kernel::{Data, Impronta, Numero, Provvedimento, tempo};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ProtocolloError;

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

/// Kinds of correspondent (Allegato 5: PF, PG, PAI), with the words that people see.
pub const TIPI_CORRISPONDENTE: &[(&str, &str)] = &[("PF", "Persona"), ("PG", "Impresa o ente privato"), ("PA", "Pubblica amministrazione")];

/// A sender or an addressee.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, sqlx::FromRow)]
pub struct Corrispondente {
    /// `PF`, `PG`, `PA`.
    pub tipo: String,
    pub nome: String,
    pub codice_fiscale: String,
    pub indirizzo: String,
    /// E-mail or PEC.
    pub recapito: String,
}

impl Corrispondente {
    pub fn nuovo(tipo: &str, nome: &str) -> Corrispondente {
        Corrispondente { tipo: tipo.to_owned(), nome: nome.to_owned(), ..Corrispondente::default() }
    }

    fn pulito(&self) -> Result<Corrispondente, ProtocolloError> {
        let nome = riga("corrispondente", &self.nome, 300)?;
        if nome.is_empty() {
            return Err(ProtocolloError::SenzaNome);
        }
        if !TIPI_CORRISPONDENTE.iter().any(|(c, _)| *c == self.tipo) {
            return Err(ProtocolloError::TipoIgnoto);
        }
        let codice_fiscale = riga("codice_fiscale", &self.codice_fiscale, 28)?.to_uppercase().replace(' ', "");
        if !codice_fiscale.is_empty() && codice_fiscale.parse::<kernel::CodiceFiscale>().is_err() {
            return Err(ProtocolloError::CodiceFiscale(codice_fiscale));
        }
        let recapito = riga("recapito", &self.recapito, 254)?;
        if !recapito.is_empty() && !e_recapito(&recapito) {
            return Err(ProtocolloError::Recapito(recapito));
        }
        let indirizzo = riga("indirizzo", &self.indirizzo, 300)?;
        Ok(Corrispondente { tipo: self.tipo.clone(), nome, codice_fiscale, indirizzo, recapito })
    }
}

/// One @, something on both sides, no spaces: whether it exists only the post can tell.
fn e_recapito(r: &str) -> bool {
    let mut parti = r.split('@');
    let (prima, dopo, altro) = (parti.next(), parti.next(), parti.next());
    prima.is_some_and(|p| !p.is_empty())
        && dopo.is_some_and(|d| d.contains('.') && !d.starts_with('.') && !d.ends_with('.'))
        && altro.is_none()
        && !r.contains(char::is_whitespace)
}

/// Correspondents in one line, as lists show them.
pub fn in_riga(c: &[Corrispondente]) -> String {
    c.iter().map(|c| c.nome.as_str()).collect::<Vec<_>>().join("; ")
}

/// When a document reached the comune: people may know only the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrivo {
    pub istante: Timestamp,
    pub con_ora: bool,
}

impl Arrivo {
    /// A day, and the hour if it was written: `9:42`, `9.42`, `0942`.
    pub fn leggi(giorno: Data, ora: &str) -> Result<Arrivo, ProtocolloError> {
        let ora = ora.trim();
        if ora.is_empty() {
            return Ok(Arrivo { istante: tempo::inizio_del_giorno(giorno), con_ora: false });
        }
        let ore = leggi_ora(ora).ok_or_else(|| ProtocolloError::Ora(ora.to_owned()))?;
        Ok(Arrivo { istante: tempo::alle(giorno, ore), con_ora: true })
    }
}

impl fmt::Display for Arrivo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let giorno = tempo::breve(tempo::giorno_a_roma(self.istante));
        if self.con_ora { write!(f, "{giorno} {}", tempo::ora_a_roma(self.istante)) } else { f.write_str(&giorno) }
    }
}

fn leggi_ora(scritta: &str) -> Option<jiff::civil::Time> {
    let (ore, minuti) = match scritta.split_once([':', '.', ',']) {
        Some(p) => p,
        None if matches!(scritta.len(), 3 | 4) && scritta.is_ascii() => scritta.split_at(scritta.len() - 2),
        None => (scritta, "00"),
    };
    let cifre = |s: &str| s.parse::<i8>().ok().filter(|_| s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit()));
    jiff::civil::Time::new(cifre(ore)?, cifre(minuti)?, 0, 0).ok()
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

/// The fields that can be annulled and rewritten, with the words that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Campo {
    Oggetto,
    Corrispondenti,
    NumeroMittente,
    DataMittente,
}

impl Campo {
    pub const TUTTI: [Campo; 4] = [Campo::Oggetto, Campo::Corrispondenti, Campo::NumeroMittente, Campo::DataMittente];

    pub fn codice(self) -> &'static str {
        match self {
            Campo::Oggetto => "oggetto",
            Campo::Corrispondenti => "corrispondenti",
            Campo::NumeroMittente => "numero_mittente",
            Campo::DataMittente => "data_mittente",
        }
    }

    pub fn nome(self) -> &'static str {
        match self {
            Campo::Oggetto => "Oggetto",
            Campo::Corrispondenti => "Mittenti o destinatari",
            Campo::NumeroMittente => "Numero del mittente",
            Campo::DataMittente => "Data del mittente",
        }
    }

    pub fn da(codice: &str) -> Option<Campo> {
        Campo::TUTTI.into_iter().find(|c| c.codice() == codice)
    }
}

/// The new value of an annulled field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nuovo {
    Oggetto(String),
    Corrispondenti(Vec<Corrispondente>),
    NumeroMittente(String),
    DataMittente(Option<Data>),
}

impl Nuovo {
    pub fn campo(&self) -> Campo {
        match self {
            Nuovo::Oggetto(_) => Campo::Oggetto,
            Nuovo::Corrispondenti(_) => Campo::Corrispondenti,
            Nuovo::NumeroMittente(_) => Campo::NumeroMittente,
            Nuovo::DataMittente(_) => Campo::DataMittente,
        }
    }
}

/// Who authorised an annulment and why (art. 54, art. 61 c. 3 g).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autorizzazione {
    pub motivo: String,
    /// As offices cite it: "Provvedimento del responsabile n. 12".
    pub provvedimento: String,
    pub data: Option<Data>,
}

impl Autorizzazione {
    pub fn da_atto(motivo: &str, p: &Provvedimento) -> Autorizzazione {
        Autorizzazione {
            motivo: motivo.to_owned(),
            provvedimento: format!("{} n. {}", p.tipo, p.numero.corto()),
            data: Some(p.data),
        }
    }

    /// Clean, and complete: without provvedimento there is no annulment.
    pub fn pulita(&self, oggi: Data) -> Result<(String, String, Data), ProtocolloError> {
        let motivo = riga("motivo", &self.motivo, 1_000)?;
        if motivo.is_empty() {
            return Err(ProtocolloError::SenzaMotivo);
        }
        let provvedimento = riga("provvedimento", &self.provvedimento, 200)?;
        match self.data {
            _ if provvedimento.is_empty() => Err(ProtocolloError::SenzaProvvedimento),
            None => Err(ProtocolloError::SenzaDataProvvedimento),
            Some(d) if d > oggi => Err(ProtocolloError::DataFutura),
            Some(d) => Ok((motivo, provvedimento, d)),
        }
    }
}

/// An annulment, of everything (`campo` empty) or of one field: before and after.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Annullamento {
    pub posizione: i64,
    campo: String,
    pub prima: String,
    pub dopo: String,
    pub motivo: String,
    pub provvedimento: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub provvedimento_data: Data,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub chi: String,
}

impl Annullamento {
    /// None when the whole registration was annulled.
    pub fn campo(&self) -> Option<Campo> {
        Campo::da(&self.campo)
    }
}

/// Who dealt with it, under which class, since when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Assegnazione {
    pub posizione: i64,
    pub ufficio: String,
    pub ufficio_nome: String,
    pub classifica: String,
    pub titolario: i32,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub chi: String,
    presa_il: Option<jiff_sqlx::Timestamp>,
    pub presa_da: Option<String>,
}

impl Assegnazione {
    pub fn presa_il(&self) -> Option<Timestamp> {
        self.presa_il.map(jiff_sqlx::Timestamp::to_jiff)
    }
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

    #[test]
    fn the_hour_of_arrival_is_read_as_people_write_it() {
        let giorno: Data = "2026-11-24".parse().unwrap();
        let ora = |o: &str| Arrivo::leggi(giorno, o).map(|a| a.to_string());
        for scritta in ["9:42", "09:42", "9.42", "942", "0942"] {
            assert_eq!(ora(scritta).unwrap(), "24/11/2026 09:42", "{scritta}");
        }
        assert_eq!(ora("9").unwrap(), "24/11/2026 09:00");
        assert_eq!(ora("").unwrap(), "24/11/2026");
        for male in ["25:00", "9:60", "nove", "-1", "9:4:2", "12345"] {
            assert_eq!(ora(male).unwrap_err().codice(), Some("PRT-011"), "{male}");
        }
    }

    #[test]
    fn no_annulment_without_reason_and_provvedimento() {
        let oggi: Data = "2026-11-24".parse().unwrap();
        let prova = |m: &str, p: &str, d: Option<Data>| {
            let a = Autorizzazione { motivo: m.into(), provvedimento: p.into(), data: d };
            a.pulita(oggi).map_or_else(|e| e.codice().unwrap(), |_| "")
        };
        assert_eq!(prova("errore", "n. 12", Some(oggi)), "");
        assert_eq!(prova(" ", "n. 12", Some(oggi)), "PRT-020");
        assert_eq!(prova("errore", "", Some(oggi)), "PRT-021");
        assert_eq!(prova("errore", "n. 12", None), "PRT-022");
        assert_eq!(prova("errore", "n. 12", Some("2026-11-25".parse().unwrap())), "PRT-010");
    }
}
