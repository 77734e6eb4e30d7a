//! Reading: the fingerprint is recomputed on the way out, every time.

use bytes::Bytes;
use futures_util::stream::{BoxStream, try_unfold};
use futures_util::{StreamExt, TryStreamExt};
use kernel::Impronta;
use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};

use crate::archivio::chiave;
use crate::{Archivio, StorageError};

/// An open blob. The last piece is withheld until the whole has been verified, so an altered blob ends in
/// [`StorageError::Alterato`] and never reaches its declared size.
pub struct Aperto {
    pub dimensione: u64,
    pub flusso: BoxStream<'static, Result<Bytes, StorageError>>,
}

impl std::fmt::Debug for Aperto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aperto").field("dimensione", &self.dimensione).finish_non_exhaustive()
    }
}

struct Lettura {
    flusso: BoxStream<'static, Result<Bytes, object_store::Error>>,
    sha: Sha256,
    trattenuto: Option<Bytes>,
    attesa: Impronta,
}

impl Lettura {
    async fn avanti(mut self) -> Result<Option<(Bytes, Lettura)>, StorageError> {
        while let Some(pezzo) = self.flusso.try_next().await? {
            self.sha.update(&pezzo);
            if let Some(prima) = self.trattenuto.replace(pezzo) {
                return Ok(Some((prima, self)));
            }
        }
        if self.sha.clone().finalize().as_slice() != self.attesa.as_bytes() {
            return Err(StorageError::Alterato(self.attesa));
        }
        Ok(self.trattenuto.take().map(|ultimo| (ultimo, self)))
    }
}

impl Archivio {
    /// Opens a blob to stream it out, verified as it goes.
    pub async fn apri(&self, ente: &str, impronta: &Impronta) -> Result<Aperto, StorageError> {
        let trovato = self.store.get(&chiave(ente, impronta)?).await.map_err(|e| match e {
            object_store::Error::NotFound { .. } => StorageError::Mancante(*impronta),
            e => e.into(),
        })?;
        let dimensione = trovato.meta.size;
        let flusso = trovato.into_stream().fuse().boxed();
        let lettura = Lettura { flusso, sha: Sha256::new(), trattenuto: None, attesa: *impronta };
        Ok(Aperto { dimensione, flusso: try_unfold(lettura, Lettura::avanti).boxed() })
    }

    /// Reads a whole blob, verified.
    pub async fn leggi(&self, ente: &str, impronta: &Impronta) -> Result<Vec<u8>, StorageError> {
        let aperto = self.apri(ente, impronta).await?;
        let mut contenuto = Vec::new();
        let mut flusso = aperto.flusso;
        while let Some(pezzo) = flusso.try_next().await? {
            contenuto.extend_from_slice(&pezzo);
        }
        Ok(contenuto)
    }
}
