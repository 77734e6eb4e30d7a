//! Work that gave up: a person sends it back to the queue, or lets it go.

use authz::Permesso;
use db::{DiEnte, Tx};
use serde_json::json;
use uuid::Uuid;

use crate::EntiError;
use crate::permissions::CuraLavori;

/// Sends a job that gave up back to the queue; nothing happens, and nothing is written, when somebody has already decided.
pub async fn riprova_lavoro(tx: &mut Tx<DiEnte>, p: &Permesso<CuraLavori>, id: Uuid) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let deciso = jobs::riprova(tx, id).await?;
    scrivi(tx, p, id, deciso.then_some("rimesso in coda")).await
}

/// Takes a job that gave up out of the list for good, likewise.
pub async fn archivia_lavoro(tx: &mut Tx<DiEnte>, p: &Permesso<CuraLavori>, id: Uuid) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let deciso = jobs::archivia(tx, id).await?;
    scrivi(tx, p, id, deciso.then_some("archiviato")).await
}

async fn scrivi(tx: &mut Tx<DiEnte>, p: &Permesso<CuraLavori>, id: Uuid, fatto: Option<&str>) -> Result<(), EntiError> {
    if let Some(fatto) = fatto {
        p.annota(tx, &format!("lavori/{id}"), json!({ "fatto": fatto })).await?;
    }
    Ok(())
}
