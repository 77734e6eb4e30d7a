//! Identity providers: an alliance decides which ones, for everybody who works in this installation.

use authz::{NuovoFornitore, Permesso, Serratura};
use db::{DiEnte, Tx};
use serde_json::json;
use uuid::Uuid;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::permissions::GestisciFornitori;
use crate::queries;

/// Adds one: from now on its button is at the door.
pub async fn aggiungi_fornitore(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciFornitori>,
    serratura: &Serratura,
    n: &NuovoFornitore<'_>,
) -> Result<Uuid, EntiError> {
    p.vale_per(tx)?;
    if !queries::decide_l_ingresso(tx).await? {
        return Err(Rifiuto::NonAlleanza.into());
    }
    let id = authz::aggiungi_fornitore(tx, serratura, p.chi(), n).await?;
    let dettaglio = json!({
        "fatto": "aggiunto", "nome": n.nome, "emittente": n.emittente, "client": n.client, "due_fattori": n.forti,
        "segreto": n.segreto.is_some(),
    });
    p.annota(tx, &format!("fornitori/{id}"), dettaglio).await?;
    Ok(id)
}

/// Takes its button away.
pub async fn spegni_fornitore(tx: &mut Tx<DiEnte>, p: &Permesso<GestisciFornitori>, id: Uuid) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let (nome, emittente) = authz::spegni_fornitore(tx, p.chi(), id).await?.ok_or(Rifiuto::FornitoreSpento)?;
    let dettaglio = json!({ "fatto": "spento", "nome": nome, "emittente": emittente });
    p.annota(tx, &format!("fornitori/{id}"), dettaglio).await?;
    Ok(())
}
