//! Documents as bytes: immutable, named by their SHA-256, one folder for each ente.
//!
//! Invariant: what [`Archivio::deponi`] and [`Archivio::scrivi`] acknowledge is on disk, whole, and survives a power
//! loss. Invariant: nothing is served or copied whose bytes no longer match their name.
//! Two enti never share a blob: sharing would tell one what the other holds, and would tie their erasures together.

mod archivio;
mod cura;
mod errori;
mod lettura;
mod tipo;

pub use archivio::{Archivio, Arrivato, Ricevuto};
pub use cura::{Blob, Stato};
pub use errori::{CODICI, StorageError};
pub use lettura::Aperto;
