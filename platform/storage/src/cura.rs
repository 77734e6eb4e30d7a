//! Care of what is already here: verification, lists, copies, and the collection of what nobody cites.

use std::path::Path;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, future};
use jiff::{SignedDuration, Timestamp};
use kernel::Impronta;
use object_store::path::Path as Chiave;
use object_store::{ObjectMeta, ObjectStoreExt, PutPayload};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

use crate::archivio::{IN_ARRIVO, chiave, valido};
use crate::{Archivio, StorageError};

/// How a blob stands against its fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stato {
    Integro,
    Mancante,
    Alterato,
}

/// A blob as the folder shows it, unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    pub impronta: Impronta,
    pub dimensione: u64,
    pub scritto_il: Timestamp,
}

impl Archivio {
    /// Reads a blob whole and compares it with its fingerprint.
    pub async fn verifica(&self, ente: &str, impronta: &Impronta) -> Result<Stato, StorageError> {
        let letto = async { self.apri(ente, impronta).await?.flusso.try_for_each(|_| future::ready(Ok(()))).await };
        match letto.await {
            Ok(()) => Ok(Stato::Integro),
            Err(StorageError::Mancante(_)) => Ok(Stato::Mancante),
            Err(StorageError::Alterato(_)) => Ok(Stato::Alterato),
            Err(e) => Err(e),
        }
    }

    /// The blobs of an ente, in no order. Files that are not named by a fingerprint are nobody's business.
    pub fn elenco(&self, ente: &str) -> Result<BoxStream<'static, Result<Blob, StorageError>>, StorageError> {
        valido(ente)?;
        let trovati = self.store.list(Some(&Chiave::from(ente)));
        Ok(trovati.map_err(StorageError::from).try_filter_map(|m| future::ready(Ok(blob(&m)))).boxed())
    }

    /// Copies the blobs of an ente into `cartella`, each verified and named by its fingerprint: how many.
    pub async fn copia(&self, ente: &str, cartella: &Path) -> Result<usize, StorageError> {
        fs::create_dir_all(cartella).await?;
        let mut blob = self.elenco(ente)?;
        let mut n = 0;
        while let Some(b) = blob.try_next().await? {
            let mut flusso = self.apri(ente, &b.impronta).await?.flusso;
            let mut file = File::create(cartella.join(b.impronta.to_string())).await?;
            while let Some(pezzo) = flusso.try_next().await? {
                file.write_all(&pezzo).await?;
            }
            file.sync_all().await?;
            n += 1;
        }
        Ok(n)
    }

    /// The blobs of an ente that are older than `grazia` by the store's own clock, in no order.
    pub async fn vecchi(
        &self,
        ente: &str,
        grazia: SignedDuration,
    ) -> Result<BoxStream<'static, Result<Impronta, StorageError>>, StorageError> {
        let limite = self.ora().await? - grazia;
        let vecchio = move |b: Blob| (b.scritto_il < limite).then_some(b.impronta);
        Ok(self.elenco(ente)?.try_filter_map(move |b| future::ready(Ok(vecchio(b)))).boxed())
    }

    /// Deletes those among some blobs that are still older than `grazia`: how many. Who calls knows that nobody cites
    /// them, and that nobody can begin to before the end of the call. In an archive that turns out to be another
    /// installation's nothing is touched.
    pub async fn elimina(&self, ente: &str, blob: &[Impronta], grazia: SignedDuration) -> Result<usize, StorageError> {
        self.riconosci().await?;
        let limite = self.ora().await? - grazia;
        let mut n = 0;
        for impronta in blob {
            n += usize::from(self.elimina_se_vecchio(&chiave(ente, impronta)?, limite).await?);
        }
        Ok(n)
    }

    /// Removes what uploads cut short by a crash left aside more than `grazia` ago: how many files.
    ///
    /// In a bucket the parts of an upload that never ended are no object: a rule of the bucket removes them.
    pub async fn spazza(&self, grazia: SignedDuration) -> Result<usize, StorageError> {
        let limite = self.ora().await? - grazia;
        match &self.cartella {
            Some(c) => spazza_cartella(&c.join(IN_ARRIVO), limite).await,
            None => self.spazza_bucket(limite).await,
        }
    }

    async fn spazza_bucket(&self, limite: Timestamp) -> Result<usize, StorageError> {
        let vecchi = self.store.list(Some(&Chiave::from(IN_ARRIVO)));
        let mut vecchi = vecchi.try_filter(|m| future::ready(istante(m) < limite));
        let mut n = 0;
        while let Some(m) = vecchi.try_next().await? {
            self.store.delete(&m.location).await?;
            n += 1;
        }
        Ok(n)
    }

    async fn elimina_se_vecchio(&self, chiave: &Chiave, limite: Timestamp) -> Result<bool, StorageError> {
        let _raccolgo = self.raccolta.write().await;
        // Between the list and here the same bytes may have arrived again, for someone who is about to cite them.
        let vecchio = match self.store.head(chiave).await {
            Ok(m) => istante(&m) < limite,
            Err(object_store::Error::NotFound { .. }) => false,
            Err(e) => return Err(e.into()),
        };
        if vecchio {
            self.store.delete(chiave).await?;
        }
        Ok(vecchio)
    }

    /// The clock that dates blobs: the disk's or the bucket's, which the legal clock of a demo does not move.
    async fn ora(&self) -> Result<Timestamp, StorageError> {
        let prova = self.aside();
        self.store.put(&prova, PutPayload::from_static(b"ora")).await?;
        let adesso = istante(&self.store.head(&prova).await?);
        self.store.delete(&prova).await?;
        Ok(adesso)
    }
}

async fn spazza_cartella(cartella: &Path, limite: Timestamp) -> Result<usize, StorageError> {
    let mut n = 0;
    let mut file = fs::read_dir(cartella).await?;
    while let Some(f) = file.next_entry().await? {
        // An upload that ends meanwhile takes its file away.
        let Ok(meta) = f.metadata().await else { continue };
        if Timestamp::try_from(meta.modified()?).is_ok_and(|scritto_il| scritto_il < limite) {
            fs::remove_file(f.path()).await?;
            n += 1;
        }
    }
    Ok(n)
}

fn blob(m: &ObjectMeta) -> Option<Blob> {
    let impronta = m.location.filename()?.parse().ok()?;
    Some(Blob { impronta, dimensione: m.size, scritto_il: istante(m) })
}

fn istante(m: &ObjectMeta) -> Timestamp {
    // A date out of range is a young one: nothing is deleted for it.
    Timestamp::from_microsecond(m.last_modified.timestamp_micros()).unwrap_or(Timestamp::MAX)
}
