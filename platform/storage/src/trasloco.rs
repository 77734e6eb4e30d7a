//! From one place to another: backup, restore, and the move between a folder and a bucket.

use futures_util::TryStreamExt;
use kernel::Impronta;
use object_store::ObjectStoreExt;

use crate::archivio::{chiave, valido};
use crate::cura::Blob;
use crate::{Archivio, StorageError};

/// Blobs that travel together: enough to hide the way to a far server.
const INSIEME: usize = 4;

/// What a move did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trasloco {
    pub copiati: u64,
    /// Already there, with their size.
    pub presenti: u64,
    /// Blobs that no longer match their name: left where they are.
    pub alterati: Vec<(String, Impronta)>,
}

enum Uno {
    Copiato,
    Presente,
    Alterato,
    /// The collector took it meanwhile.
    Sparito,
}

/// Copies into `a` every blob of `da` that is not there, verified on the way out and on the way in. Begun again, it goes on
/// from where it stopped.
pub async fn trasloca(da: &Archivio, a: &Archivio) -> Result<Trasloco, StorageError> {
    let mut t = Trasloco::default();
    for ente in da.enti().await? {
        let uno = |b: Blob| {
            let ente = &ente;
            async move { Ok((uno(da, a, ente, &b).await?, b.impronta)) }
        };
        let mut esiti = da.elenco(&ente)?.map_ok(uno).try_buffer_unordered(INSIEME);
        while let Some((esito, impronta)) = esiti.try_next().await? {
            match esito {
                Uno::Copiato => t.copiati += 1,
                Uno::Presente => t.presenti += 1,
                Uno::Alterato => t.alterati.push((ente.clone(), impronta)),
                Uno::Sparito => {}
            }
        }
    }
    Ok(t)
}

async fn uno(da: &Archivio, a: &Archivio, ente: &str, b: &Blob) -> Result<Uno, StorageError> {
    match a.store.head(&chiave(ente, &b.impronta)?).await {
        Ok(m) if m.size == b.dimensione => return Ok(Uno::Presente),
        Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
        Err(e) => return Err(e.into()),
    }
    let aperto = match da.apri(ente, &b.impronta).await {
        Err(StorageError::Mancante(_)) => return Ok(Uno::Sparito),
        altro => altro?,
    };
    match a.accogli(ente, aperto.flusso, u64::MAX).await {
        Ok(arrivato) => a.deponi(arrivato).await.map(|_| Uno::Copiato),
        Err(StorageError::Vuoto) => Ok(Uno::Alterato),
        Err(StorageError::Interrotto(e)) => match e.downcast::<StorageError>().map(|e| *e) {
            Ok(StorageError::Alterato(_)) => Ok(Uno::Alterato),
            Ok(e) => Err(e),
            Err(e) => Err(StorageError::Interrotto(e)),
        },
        Err(e) => Err(e),
    }
}

impl Archivio {
    /// The codes of the enti that have a blob here, in order.
    async fn enti(&self) -> Result<Vec<String>, StorageError> {
        let dentro = self.store.list_with_delimiter(None).await?;
        let nomi = dentro.common_prefixes.iter().filter_map(|p| p.parts().next_back().map(|p| p.as_ref().to_owned()));
        let mut enti: Vec<String> = nomi.filter(|n| valido(n).is_ok()).collect();
        enti.sort();
        Ok(enti)
    }
}
