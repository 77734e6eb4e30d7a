//! Where blobs live and how they get there: written aside, flushed, then renamed to their own fingerprint.

use std::error::Error;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use kernel::Impronta;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Chiave;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use tokio::sync::RwLock;

use crate::{StorageError, tipo};

/// Uploads in progress; the hyphen keeps it from ever being the code of an ente.
pub(crate) const IN_ARRIVO: &str = "in-arrivo";
/// The smallest part that S3 accepts.
const PARTE: usize = 5 * 1024 * 1024;
/// Parts in flight for one upload: what bounds its memory.
const PARTI_IN_VOLO: usize = 2;

/// The blobs of every ente. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Archivio {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) cartella: PathBuf,
    /// Writers share it, the collector takes it alone: bytes that arrive again are not swept away while they arrive.
    pub(crate) raccolta: Arc<RwLock<()>>,
}

/// A blob that is safe on disk, and what its bytes say of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ricevuto {
    pub impronta: Impronta,
    pub dimensione: u64,
    /// The media type told by the first bytes, never by the name or by who sent it.
    pub tipo: String,
}

/// A file that arrived whole and is still aside: in the archive only after [`Archivio::deponi`].
#[derive(Debug)]
pub struct Arrivato {
    aside: Chiave,
    ente: String,
    ricevuto: Ricevuto,
}

impl Arrivato {
    pub fn ricevuto(&self) -> &Ricevuto {
        &self.ricevuto
    }
}

impl Archivio {
    /// Blobs in a local folder, made if missing and closed to other users.
    pub fn locale(cartella: &Path) -> Result<Archivio, StorageError> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(cartella)?;
        // Files and directories are flushed before a write is acknowledged: the default leaves both to chance.
        let store = LocalFileSystem::new_with_prefix(cartella)?.with_fsync(true);
        Ok(Archivio { store: Arc::new(store), cartella: cartella.to_owned(), raccolta: Arc::default() })
    }

    /// Receives a stream of at most `limite` bytes, aside. Whatever fails on the way leaves nothing behind.
    pub async fn accogli<E: Into<Box<dyn Error + Send + Sync>>>(
        &self,
        ente: &str,
        flusso: impl Stream<Item = Result<Bytes, E>>,
        limite: u64,
    ) -> Result<Arrivato, StorageError> {
        valido(ente)?;
        let aside = self.aside();
        let mut scrittura = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&aside).await?, PARTE);
        match travasa(&mut scrittura, flusso, limite).await {
            Ok(ricevuto) => {
                scrittura.finish().await?;
                Ok(Arrivato { aside, ente: ente.to_owned(), ricevuto })
            }
            Err(e) => {
                // The reason is worth more than a file left aside, which the night sweeps away.
                let _ = scrittura.abort().await;
                Err(e)
            }
        }
    }

    /// Puts an arrived file in its place, under its own fingerprint.
    pub async fn deponi(&self, a: Arrivato) -> Result<Ricevuto, StorageError> {
        let _scrivo = self.raccolta.read().await;
        // Bytes that were already here are replaced by equal ones: an altered copy heals, an old one is young again.
        self.store.rename(&a.aside, &chiave(&a.ente, &a.ricevuto.impronta)?).await?;
        Ok(a.ricevuto)
    }

    /// Forgets an arrived file.
    pub async fn lascia(&self, a: Arrivato) {
        // As above: what stays aside is swept away.
        let _ = self.store.delete(&a.aside).await;
    }

    /// Writes bytes that the program already holds.
    pub async fn scrivi(&self, ente: &str, contenuto: &[u8]) -> Result<Ricevuto, StorageError> {
        if contenuto.is_empty() {
            return Err(StorageError::Vuoto);
        }
        let impronta = Impronta::di(contenuto);
        let chiave = chiave(ente, &impronta)?;
        let _scrivo = self.raccolta.read().await;
        self.store.put(&chiave, PutPayload::from(Bytes::copy_from_slice(contenuto))).await?;
        let tipo = tipo::riconosci(&contenuto[..contenuto.len().min(tipo::TESTA)]);
        Ok(Ricevuto { impronta, dimensione: contenuto.len() as u64, tipo })
    }

    pub async fn esiste(&self, ente: &str, impronta: &Impronta) -> Result<bool, StorageError> {
        match self.store.head(&chiave(ente, impronta)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    pub(crate) fn aside(&self) -> Chiave {
        Chiave::from_iter([IN_ARRIVO, &db::caso::token()])
    }
}

/// Moves the stream into the store: fingerprint, size and media type come out of the same pass.
async fn travasa<E: Into<Box<dyn Error + Send + Sync>>>(
    scrittura: &mut WriteMultipart,
    flusso: impl Stream<Item = Result<Bytes, E>>,
    limite: u64,
) -> Result<Ricevuto, StorageError> {
    let mut flusso = pin!(flusso);
    let (mut sha, mut dimensione, mut testa) = (Sha256::new(), 0, Vec::new());
    while let Some(pezzo) = flusso.try_next().await.map_err(|e| StorageError::Interrotto(e.into()))? {
        dimensione += pezzo.len() as u64;
        if dimensione > limite {
            return Err(StorageError::TroppoGrande { limite });
        }
        testa.extend_from_slice(&pezzo[..pezzo.len().min(tipo::TESTA - testa.len())]);
        sha.update(&pezzo);
        scrittura.wait_for_capacity(PARTI_IN_VOLO).await?;
        scrittura.put(pezzo);
    }
    if dimensione == 0 {
        return Err(StorageError::Vuoto);
    }
    let impronta = Impronta::from(<[u8; 32]>::from(sha.finalize()));
    Ok(Ricevuto { impronta, dimensione, tipo: tipo::riconosci(&testa) })
}

/// `<ente>/<first two digits>/<sha256>`: folders that a person can still list after a million documents.
pub(crate) fn chiave(ente: &str, impronta: &Impronta) -> Result<Chiave, StorageError> {
    valido(ente)?;
    let cifre = impronta.to_string();
    Ok(Chiave::from_iter([ente, &cifre[..2], &cifre]))
}

/// The form that the database gives to codes: no separator, no dot, nothing that leads elsewhere.
pub(crate) fn valido(ente: &str) -> Result<(), StorageError> {
    let ammesso = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    if (2..=20).contains(&ente.len()) && ente.bytes().all(ammesso) {
        Ok(())
    } else {
        Err(StorageError::Ente(ente.to_owned()))
    }
}
