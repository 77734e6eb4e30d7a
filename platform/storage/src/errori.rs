//! Refusals with a code and a remedy; everything else is a fault.

use kernel::{Frase, Impronta};

/// What can go wrong with a blob.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("ARC-001: more than {limite} bytes")]
    TroppoGrande { limite: u64 },
    #[error("ARC-002: zero bytes")]
    Vuoto,
    #[error("ARC-003: {0}")]
    Interrotto(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("ARC-004: {0} is missing")]
    Mancante(Impronta),
    #[error("ARC-005: {0} was altered")]
    Alterato(Impronta),
    /// A defect of the caller: codes of enti come from the database, and have its form.
    #[error("«{0}» is not the code of an ente")]
    Ente(String),
    #[error(transparent)]
    Guasto(#[from] object_store::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

pub const CODICI: &[Frase] = &[
    Frase {
        codice: "ARC-001",
        frase: "Il file supera la dimensione massima.",
        rimedio: "Riducilo, o dividilo in più file.",
    },
    Frase {
        codice: "ARC-002",
        frase: "Il file è vuoto.",
        rimedio: "Controlla che si apra sul tuo computer e caricalo di nuovo.",
    },
    Frase {
        codice: "ARC-003",
        frase: "Il caricamento si è interrotto e non è rimasto nulla.",
        rimedio: "Controlla la connessione e carica di nuovo il file.",
    },
    Frase {
        codice: "ARC-004",
        frase: "Il documento non è più nell’archivio.",
        rimedio: "Chiama l’assistenza: va ripreso dall’ultima copia di sicurezza.",
    },
    Frase {
        codice: "ARC-005",
        frase: "Il documento è stato alterato: non corrisponde più alla sua impronta.",
        rimedio: "Chiama l’assistenza: va ripreso dall’ultima copia di sicurezza.",
    },
];

impl StorageError {
    /// The row of the catalogue, or none for a fault.
    pub fn rifiuto(&self) -> Option<&'static Frase> {
        let codice = match self {
            StorageError::TroppoGrande { .. } => "ARC-001",
            StorageError::Vuoto => "ARC-002",
            StorageError::Interrotto(_) => "ARC-003",
            StorageError::Mancante(_) => "ARC-004",
            StorageError::Alterato(_) => "ARC-005",
            StorageError::Ente(_) | StorageError::Guasto(_) | StorageError::Io(_) => return None,
        };
        CODICI.iter().find(|f| f.codice == codice)
    }
}
