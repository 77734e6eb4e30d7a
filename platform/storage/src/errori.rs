//! Refusals with a code and a remedy; everything else is a fault.

use kernel::{Frase, Impedimento, Impronta};

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
    /// Where the blobs should be, said in words for who configures the installation.
    #[error("{0}")]
    Luogo(String),
    /// The blobs there are those of another installation.
    #[error("l’archivio è dell’installazione «{0}»")]
    Altrui(String),
    /// Full, or silent: nothing is wrong with what was asked.
    #[error("archive: {0}")]
    Impedito(#[source] Impedimento),
    #[error(transparent)]
    Guasto(object_store::Error),
    #[error(transparent)]
    Io(std::io::Error),
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
            StorageError::Ente(_)
            | StorageError::Luogo(_)
            | StorageError::Altrui(_)
            | StorageError::Impedito(_)
            | StorageError::Guasto(_)
            | StorageError::Io(_) => return None,
        };
        CODICI.iter().find(|f| f.codice == codice)
    }
}

impl From<object_store::Error> for StorageError {
    fn from(e: object_store::Error) -> Self {
        if pieno(&e) {
            return StorageError::Impedito(Impedimento::Pieno(e.into()));
        }
        match e {
            // What is left after every attempt: refused connections, timeouts, 5xx. The type below is private.
            object_store::Error::Generic { store: "S3", .. } => {
                StorageError::Impedito(Impedimento::NonRisponde(e.into()))
            }
            e => StorageError::Guasto(e),
        }
    }
}

impl From<std::io::Error> for StorageError {
    fn from(e: std::io::Error) -> Self {
        if pieno(&e) { StorageError::Impedito(Impedimento::Pieno(e.into())) } else { StorageError::Io(e) }
    }
}

/// No space, no inodes or no quota, on this machine or on the server.
fn pieno(e: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    std::iter::successors(Some(e), |e| e.source()).any(|e| match e.downcast_ref::<std::io::Error>() {
        Some(io) => matches!(io.kind(), StorageFull | QuotaExceeded),
        None => e.to_string().contains("507 Insufficient Storage"),
    })
}
