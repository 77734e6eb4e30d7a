//! What is refused, with code, sentence and remedy; what breaks.

use authz::Negato;
use axum::http::StatusCode;
use kernel::Frase;
use kernel::testo::TestoRifiutato;
use web::Errore;

use crate::FascicoloId;

/// A refusal or a fault about documents.
#[derive(Debug, thiserror::Error)]
pub enum DocumentiError {
    #[error("Il documento «{nome}» non è più nell’archivio.")]
    Mancante { nome: String },
    #[error("Il documento «{nome}» è stato alterato: non corrisponde più alla sua impronta.")]
    Alterato { nome: String },
    #[error("Il documento è riservato.")]
    Riservato,
    #[error("Il filo indicato non c’è.")]
    FiloIgnoto,
    #[error("La classe «{0}» non è nel titolario in vigore.")]
    ClasseIgnota(String),
    #[error("«{0}» non è una classe: si scrive come VI.5.")]
    ClasseMalscritta(String),
    #[error("La classe {0} c’è già.")]
    ClasseDoppia(String),
    #[error("Il titolario è appena cambiato.")]
    TitolarioCambiato,
    #[error("Il fascicolo {0} è chiuso.")]
    Chiuso(FascicoloId),
    #[error("Il fascicolo {0} è già aperto.")]
    GiaAperto(FascicoloId),
    #[error("Il fascicolo {0} non c’è.")]
    FascicoloIgnoto(String),
    #[error("Per riaprire un fascicolo serve il motivo.")]
    SenzaMotivo,
    #[error("Manca {0}.")]
    Manca(&'static str),
    #[error("Il tipo di fascicolo non è fra quelli previsti.")]
    TipologiaIgnota,
    #[error("L’ufficio «{0}» non c’è.")]
    UfficioIgnoto(String),
    #[error("Non si può usare {campo}: {perche}.")]
    Testo { campo: &'static str, perche: TestoRifiutato },
    #[error("È già nel fascicolo {0}.")]
    GiaDentro(FascicoloId),
    #[error(transparent)]
    Negato(#[from] Negato),
    #[error(transparent)]
    Archivio(storage::StorageError),
    #[error(transparent)]
    Db(#[from] db::Error),
}

macro_rules! frasi {
    ($($codice:literal: $frase:literal, $rimedio:literal;)+) => {
        &[$(Frase { codice: $codice, frase: $frase, rimedio: $rimedio }),+]
    };
}

/// Every code of this service.
pub const CODICI: &[Frase] = frasi! {
    "DOC-001": "Il documento non è più nell’archivio.", "Chiama l’assistenza: va ripreso dall’ultima copia di sicurezza. Gli altri documenti si aprono.";
    "DOC-002": "Il documento è stato alterato.", "Chiama l’assistenza: va ripreso dall’ultima copia di sicurezza. Gli altri documenti si aprono.";
    "DOC-003": "Il documento è riservato.", "Chiedilo al responsabile della gestione documentale.";
    "DOC-004": "Il filo non c’è.", "Sceglilo dall’elenco, o aprine uno nuovo.";
    "DOC-010": "La classe non è nel titolario in vigore.", "Sceglila dall’elenco.";
    "DOC-011": "La classe non è scritta bene.", "Scrivi il titolo in cifre romane, un punto e un numero: VI.5.";
    "DOC-012": "La classe c’è già.", "Usa quella, o un altro numero.";
    "DOC-013": "Il titolario è appena cambiato.", "Ricarica la pagina: qualcuno lo ha modificato nel frattempo.";
    "DOC-020": "Il fascicolo è chiuso.", "Riaprilo indicando il motivo, o aprine uno nuovo.";
    "DOC-021": "Il fascicolo è già aperto.", "Puoi usarlo subito.";
    "DOC-022": "Il fascicolo non c’è.", "Controlla il numero: si scrive come 2026/VI.3.12.";
    "DOC-023": "Manca il motivo della riapertura.", "Scrivi perché si riapre: resta nella sua storia.";
    "DOC-024": "Manca un dato.", "Compila il campo indicato.";
    "DOC-025": "Il tipo di fascicolo non è previsto.", "Scegline uno dall’elenco.";
    "DOC-026": "L’ufficio non c’è.", "Sceglilo dall’elenco.";
    "DOC-027": "Un testo non si può usare.", "Correggi il campo indicato.";
    "DOC-028": "È già nel fascicolo.", "Non serve aggiungerlo di nuovo.";
};

impl DocumentiError {
    /// The code of the refusal; none for a fault.
    pub fn codice(&self) -> Option<&'static str> {
        Some(match self {
            Self::Mancante { .. } => "DOC-001",
            Self::Alterato { .. } => "DOC-002",
            Self::Riservato => "DOC-003",
            Self::FiloIgnoto => "DOC-004",
            Self::ClasseIgnota(_) => "DOC-010",
            Self::ClasseMalscritta(_) => "DOC-011",
            Self::ClasseDoppia(_) => "DOC-012",
            Self::TitolarioCambiato => "DOC-013",
            Self::Chiuso(_) => "DOC-020",
            Self::GiaAperto(_) => "DOC-021",
            Self::FascicoloIgnoto(_) => "DOC-022",
            Self::SenzaMotivo => "DOC-023",
            Self::Manca(_) => "DOC-024",
            Self::TipologiaIgnota => "DOC-025",
            Self::UfficioIgnoto(_) => "DOC-026",
            Self::Testo { .. } => "DOC-027",
            Self::GiaDentro(_) => "DOC-028",
            Self::Negato(_) | Self::Archivio(_) | Self::Db(_) => return None,
        })
    }

    /// The field of a form that the refusal is about; empty when it is about the whole form.
    pub fn campo(&self) -> &'static str {
        match self {
            Self::ClasseIgnota(_) => "classifica",
            Self::ClasseMalscritta(_) | Self::ClasseDoppia(_) => "codice",
            Self::SenzaMotivo => "motivo",
            Self::TipologiaIgnota => "tipologia",
            Self::UfficioIgnoto(_) => "ufficio",
            Self::FiloIgnoto => "filo",
            Self::Manca(campo) | Self::Testo { campo, .. } => match *campo {
                "l’oggetto" => "oggetto",
                "il responsabile" => "responsabile",
                "il motivo" => "motivo",
                _ => "descrizione",
            },
            _ => "",
        }
    }

    fn stato(&self) -> StatusCode {
        match self {
            Self::Riservato => StatusCode::FORBIDDEN,
            Self::Mancante { .. } | Self::Alterato { .. } => StatusCode::BAD_GATEWAY,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl From<sqlx::Error> for DocumentiError {
    fn from(e: sqlx::Error) -> Self {
        DocumentiError::Db(e.into())
    }
}

impl From<DocumentiError> for Errore {
    fn from(e: DocumentiError) -> Self {
        match (e.codice(), e) {
            (Some(codice), e) => {
                let rimedio = CODICI.iter().find(|f| f.codice == codice).map_or("", |f| f.rimedio);
                Errore::Rifiuto { codice, frase: e.to_string(), rimedio: rimedio.to_owned(), stato: e.stato() }
            }
            (None, DocumentiError::Negato(n)) => n.into(),
            (None, e) => Errore::guasto(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_catalogue_once() {
        let mut visti = std::collections::BTreeSet::new();
        assert!(CODICI.iter().all(|f| visti.insert(f.codice) && f.codice.starts_with("DOC-")));
        assert!(visti.contains(DocumentiError::SenzaMotivo.codice().unwrap()));
    }
}
