//! Documents as bytes: immutable, named by their SHA-256, one folder for each ente, on disk or in a bucket.
//!
//! Invariant: what [`Archivio::deponi`] and [`Archivio::scrivi`] acknowledge is stored, whole, and survives a power
//! loss. Invariant: nothing is served or copied whose bytes no longer match their name.
//! Two enti never share a blob: sharing would tell one what the other holds, and would tie their erasures together.

mod archivio;
mod cura;
mod errori;
mod lettura;
mod luogo;
mod tipo;
mod trasloco;

/// For the crate that attacks readers.
#[doc(hidden)]
pub mod prova {
    /// The media type of a file that begins with `byte`, as uploads see it.
    pub fn tipo(byte: &[u8]) -> String {
        crate::tipo::riconosci(&byte[..byte.len().min(crate::tipo::TESTA)])
    }
}

pub use archivio::{Archivio, Arrivato, Ricevuto};
pub use cura::{Blob, Stato};
pub use errori::{CODICI, StorageError};
pub use lettura::Aperto;
pub use luogo::{Bucket, Luogo, Server};
pub use trasloco::{Trasloco, trasloca};
