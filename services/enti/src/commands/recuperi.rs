//! Lost second factors, given back by two people.

use authz::{CodiceInDue, Deciso, Permesso, PersonaId};
use db::{DiEnte, Tx};
use serde_json::json;
use uuid::Uuid;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::permissions::{ChiediRecupero, ConfermaRecupero};
use crate::queries;

/// Asks that somebody who works here may come in again without what they lost.
pub async fn chiedi_recupero(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<ChiediRecupero>,
    persona: PersonaId,
    motivo: &str,
) -> Result<Uuid, EntiError> {
    p.vale_per(tx)?;
    if persona == p.chi().persona {
        return Err(Rifiuto::RecuperoPerSe.into());
    }
    let suoi = queries::fattori(tx).await?.into_iter().find(|f| f.persona == persona);
    if !suoi.ok_or(Rifiuto::NonLavoraQui)?.ha() {
        return Err(Rifiuto::NienteDaRecuperare.into());
    }
    if !authz::recuperabile(tx, persona, p.chi()).await? {
        return Err(Rifiuto::DaPocoQui.into());
    }
    let id = authz::chiedi_recupero(tx, p.chi(), persona, motivo).await?.ok_or(Rifiuto::RecuperoAperto)?;
    p.annota(tx, &format!("recuperi/{id}"), json!({ "fatto": "chiesto", "persona": persona, "motivo": motivo }))
        .await?;
    Ok(id)
}

/// Confirms what somebody else asked: gives the code to hand over, which is written nowhere.
pub async fn conferma_recupero(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<ConfermaRecupero>,
    id: Uuid,
) -> Result<CodiceInDue, EntiError> {
    p.vale_per(tx)?;
    let codice = match authz::conferma_recupero(tx, p.chi(), id).await? {
        Deciso::Confermato(c) => c,
        Deciso::ServeUnAltro => return Err(Rifiuto::ServeUnAltro.into()),
        Deciso::DaPoco => return Err(Rifiuto::DaPocoQui.into()),
        Deciso::Finito => return Err(Rifiuto::RecuperoFinito.into()),
    };
    let dettaglio = json!({ "fatto": "confermato", "persona": codice.persona });
    p.annota(tx, &format!("recuperi/{id}"), dettaglio).await?;
    Ok(codice)
}

/// Refuses it; nothing is written when somebody has already decided.
pub async fn rifiuta_recupero(tx: &mut Tx<DiEnte>, p: &Permesso<ConfermaRecupero>, id: Uuid) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    if authz::rifiuta_recupero(tx, p.chi(), id).await? {
        p.annota(tx, &format!("recuperi/{id}"), json!({ "fatto": "rifiutato" })).await?;
    }
    Ok(())
}
