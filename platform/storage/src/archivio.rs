//! How blobs get where they live: in one step when they are small; else written aside, then renamed to their fingerprint.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use kernel::Impronta;
use object_store::path::Path as Chiave;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload, PutPayloadMut, WriteMultipart};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::RwLock;

use crate::{Luogo, StorageError, luogo, tipo};

/// Uploads in progress; the hyphen keeps it from ever being the code of an ente.
pub(crate) const IN_ARRIVO: &str = "in-arrivo";
/// Whose blobs these are.
const DI_CHI: &str = "di-chi";
/// The smallest part that S3 accepts.
const PARTE: usize = 5 * 1024 * 1024;
/// What arrives and is no longer than this waits in memory for its form to be taken.
const PICCOLO: usize = 512 * 1024;
/// Parts in flight for one upload: what bounds its memory.
const PARTI_IN_VOLO: usize = 2;

/// The blobs of every ente. Cloning is cheap.
#[derive(Clone)]
pub struct Archivio {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// The folder, when there is one: uploads cut short there are files that no store lists.
    pub(crate) cartella: Option<PathBuf>,
    pub(crate) padrone: Option<Arc<str>>,
    luogo: Arc<str>,
    /// Writers share it, the collector takes it alone: bytes that arrive again are not swept away while they arrive.
    pub(crate) raccolta: Arc<RwLock<()>>,
}

/// A file that arrived whole and is still aside: in the archive only after [`Archivio::deponi`].
#[derive(Debug)]
pub struct Arrivato {
    dove: Attesa,
    ente: String,
    ricevuto: Ricevuto,
}

#[derive(Debug)]
enum Attesa {
    InMemoria(PutPayload),
    DaParte(Chiave),
}

impl Arrivato {
    pub fn ricevuto(&self) -> &Ricevuto {
        &self.ricevuto
    }
}

impl fmt::Debug for Archivio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Archivio({})", self.luogo)
    }
}

impl fmt::Display for Archivio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.luogo)
    }
}

/// A blob that is safe where it lives, and what its bytes say of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ricevuto {
    pub impronta: Impronta,
    pub dimensione: u64,
    /// The media type told by the first bytes, never by the name or by who sent it.
    pub tipo: String,
}

impl Archivio {
    /// Blobs in a place. `in_chiaro` lets plain http through, and to a server of this machine only.
    pub fn apri_in(dove: &Luogo, in_chiaro: bool) -> Result<Archivio, StorageError> {
        let (store, cartella) = match dove {
            Luogo::Cartella(c) => (luogo::cartella(c)?, Some(c.clone())),
            Luogo::Bucket(b) => (luogo::bucket(b, in_chiaro)?, None),
        };
        Ok(Archivio { store, cartella, padrone: None, luogo: dove.to_string().into(), raccolta: Arc::default() })
    }

    /// Blobs in a local folder.
    pub fn locale(cartella: &Path) -> Result<Archivio, StorageError> {
        Archivio::apri_in(&Luogo::Cartella(cartella.to_owned()), false)
    }

    /// The same archive, as that of an installation: [`Archivio::riconosci`] tells it from any other.
    pub fn di(self, installazione: &str) -> Archivio {
        Archivio { padrone: Some(installazione.into()), ..self }
    }

    /// Marks the archive as its installation's the first time, and finds out later that it still is: two installations on
    /// one archive would sweep away each other's blobs.
    pub async fn riconosci(&self) -> Result<(), StorageError> {
        let Some(mia) = &self.padrone else { return Ok(()) };
        let segno = Chiave::from(DI_CHI);
        let di_chi = match self.store.get(&segno).await {
            Err(object_store::Error::NotFound { .. }) => {
                let mio = PutPayload::from(Bytes::copy_from_slice(mia.as_bytes()));
                match self.store.put_opts(&segno, mio, PutMode::Create.into()).await {
                    // Someone was faster, or the answer to our own first attempt was lost.
                    Err(object_store::Error::AlreadyExists { .. }) => self.store.get(&segno).await,
                    fatto => return Ok(fatto.map(drop)?),
                }
            }
            letto => letto,
        };
        let di_chi = di_chi?.bytes().await?;
        if *di_chi == *mia.as_bytes() {
            return Ok(());
        }
        Err(StorageError::Altrui(String::from_utf8_lossy(&di_chi).into_owned()))
    }

    /// Receives a stream of at most `limite` bytes, aside. Whatever fails on the way leaves nothing behind.
    pub async fn accogli<E: Into<Box<dyn Error + Send + Sync>>>(
        &self,
        ente: &str,
        flusso: impl Stream<Item = Result<Bytes, E>>,
        limite: u64,
    ) -> Result<Arrivato, StorageError> {
        valido(ente)?;
        let mut flusso = pin!(flusso);
        let (mut letto, mut inizio) = (Letto::fino_a(limite), PutPayloadMut::new());
        while inizio.content_length() < PARTE {
            match letto.prossimo(&mut flusso).await? {
                Some(pezzo) => inizio.push(pezzo),
                None => return self.metti_da_parte(ente, letto.fine()?, inizio.freeze()).await,
            }
        }
        let aside = self.aside();
        let mut scrittura = InArrivo::comincia(&*self.store, &aside).await?;
        for pezzo in inizio.freeze() {
            scrittura.metti(pezzo).await?;
        }
        while let Some(pezzo) = letto.prossimo(&mut flusso).await? {
            scrittura.metti(pezzo).await?;
        }
        let ricevuto = letto.fine()?;
        scrittura.concludi().await?;
        Ok(Arrivato { dove: Attesa::DaParte(aside), ente: ente.to_owned(), ricevuto })
    }

    /// What fits in one part: a form of thirty such files must not fill the memory.
    async fn metti_da_parte(&self, ente: &str, r: Ricevuto, c: PutPayload) -> Result<Arrivato, StorageError> {
        let dove = if c.content_length() <= PICCOLO {
            Attesa::InMemoria(c)
        } else {
            let aside = self.aside();
            self.store.put(&aside, c).await?;
            Attesa::DaParte(aside)
        };
        Ok(Arrivato { dove, ente: ente.to_owned(), ricevuto: r })
    }

    /// Puts an arrived file in its place, under its own fingerprint.
    ///
    /// Bytes that were already here are replaced by equal ones: an altered copy heals, an old one is young again.
    pub async fn deponi(&self, a: Arrivato) -> Result<Ricevuto, StorageError> {
        let chiave = chiave(&a.ente, &a.ricevuto.impronta)?;
        let _scrivo = self.raccolta.read().await;
        match a.dove {
            Attesa::InMemoria(contenuto) => drop(self.store.put(&chiave, contenuto).await?),
            Attesa::DaParte(aside) => self.store.rename(&aside, &chiave).await?,
        }
        if self.cartella.is_none() {
            self.misura(&chiave, a.ricevuto.dimensione).await?;
        }
        Ok(a.ricevuto)
    }

    /// A bucket checks the hash of what travels, which every request carries in its signature. What it then keeps is measured
    /// before anybody is told that it is safe: between the two there may be a proxy, a gateway, a disk that was full.
    async fn misura(&self, chiave: &Chiave, attesa: u64) -> Result<(), StorageError> {
        let c_e = self.store.head(chiave).await?.size;
        if c_e == attesa {
            return Ok(());
        }
        Err(StorageError::Io(std::io::Error::other(format!("{chiave}: {c_e} bytes instead of {attesa}"))))
    }

    /// Forgets an arrived file.
    pub async fn lascia(&self, a: Arrivato) {
        if let Attesa::DaParte(aside) = a.dove {
            // What stays aside is swept away.
            let _ = self.store.delete(&aside).await;
        }
    }

    /// Writes bytes that the program already holds.
    pub async fn scrivi(&self, ente: &str, contenuto: &[u8]) -> Result<Ricevuto, StorageError> {
        if contenuto.is_empty() {
            return Err(StorageError::Vuoto);
        }
        let tipo = tipo::riconosci(&contenuto[..contenuto.len().min(tipo::TESTA)]);
        let ricevuto = Ricevuto { impronta: Impronta::di(contenuto), dimensione: contenuto.len() as u64, tipo };
        let dove = Attesa::InMemoria(Bytes::copy_from_slice(contenuto).into());
        self.deponi(Arrivato { dove, ente: ente.to_owned(), ricevuto }).await
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

/// A stream being read: fingerprint, size and media type come out of the same pass.
struct Letto {
    sha: Sha256,
    dimensione: u64,
    testa: Vec<u8>,
    limite: u64,
}

impl Letto {
    fn fino_a(limite: u64) -> Letto {
        Letto { sha: Sha256::new(), dimensione: 0, testa: Vec::new(), limite }
    }

    async fn prossimo<E: Into<Box<dyn Error + Send + Sync>>>(
        &mut self,
        flusso: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    ) -> Result<Option<Bytes>, StorageError> {
        let Some(pezzo) = flusso.try_next().await.map_err(|e| StorageError::Interrotto(e.into()))? else {
            return Ok(None);
        };
        self.dimensione += pezzo.len() as u64;
        if self.dimensione > self.limite {
            return Err(StorageError::TroppoGrande { limite: self.limite });
        }
        self.testa.extend_from_slice(&pezzo[..pezzo.len().min(tipo::TESTA - self.testa.len())]);
        self.sha.update(&pezzo);
        Ok(Some(pezzo))
    }

    fn fine(self) -> Result<Ricevuto, StorageError> {
        if self.dimensione == 0 {
            return Err(StorageError::Vuoto);
        }
        let impronta = Impronta::from(<[u8; 32]>::from(self.sha.finalize()));
        Ok(Ricevuto { impronta, dimensione: self.dimensione, tipo: tipo::riconosci(&self.testa) })
    }
}

/// An upload in parts. Dropped before its end it is given up: in a bucket its parts would stay, and be paid for.
struct InArrivo(Option<WriteMultipart>);

impl InArrivo {
    async fn comincia(store: &dyn ObjectStore, aside: &Chiave) -> Result<InArrivo, StorageError> {
        let parti = store.put_multipart(aside).await?;
        Ok(InArrivo(Some(WriteMultipart::new_with_chunk_size(parti, PARTE))))
    }

    async fn metti(&mut self, pezzo: Bytes) -> Result<(), StorageError> {
        if let Some(s) = &mut self.0 {
            s.wait_for_capacity(PARTI_IN_VOLO).await?;
            s.put(pezzo);
        }
        Ok(())
    }

    async fn concludi(mut self) -> Result<(), StorageError> {
        if let Some(s) = self.0.take() {
            s.finish().await?;
        }
        Ok(())
    }
}

impl Drop for InArrivo {
    fn drop(&mut self) {
        if let (Some(s), Ok(rt)) = (self.0.take(), Handle::try_current()) {
            // The reason why it ended is worth more than a file left aside, which the night sweeps away.
            rt.spawn(async move { drop(s.abort().await) });
        }
    }
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
