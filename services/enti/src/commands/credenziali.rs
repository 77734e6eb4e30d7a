//! The register of officials' credentials.

use authz::{Permesso, PersonaId};
use db::{DiEnte, Tx};
use kernel::Data;
use serde_json::json;
use uuid::Uuid;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::model::TipoCredenziale;
use crate::permissions::GestisciCredenziali;
use crate::sql;

/// A credential that somebody holds. Never a secret of it.
#[derive(Debug, Clone)]
pub struct NuovaCredenziale<'a> {
    pub persona: PersonaId,
    pub tipo: TipoCredenziale,
    pub fornitore: &'a str,
    pub identificativo: &'a str,
    pub rilasciata_il: Option<Data>,
    pub scade_il: Option<Data>,
    pub nota: &'a str,
    /// The one it takes the place of, which is withdrawn today.
    pub rinnova: Option<Uuid>,
}

pub async fn scrivi_credenziale(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciCredenziali>,
    n: &NuovaCredenziale<'_>,
) -> Result<Uuid, EntiError> {
    p.vale_per(tx)?;
    if n.scade_il.zip(n.rilasciata_il).is_some_and(|(scade, dal)| scade < dal) {
        return Err(Rifiuto::PeriodoRovescio.into());
    }
    if !authz::persone(tx).await?.iter().any(|r| r.id == n.persona) {
        return Err(Rifiuto::NonLavoraQui.into());
    }
    if let Some(vecchia) = n.rinnova {
        ritira(tx, vecchia).await?;
    }
    let (id, ente, adesso) = (db::caso::uuid(), tx.ente(), tx.now());
    sqlx::query(sql::NUOVA_CREDENZIALE)
        .bind(ente)
        .bind(id)
        .bind(n.persona)
        .bind(n.tipo.codice())
        .bind(n.fornitore)
        .bind(n.identificativo)
        .bind(n.rilasciata_il.map(db::sql))
        .bind(n.scade_il.map(db::sql))
        .bind(n.nota)
        .bind(n.rinnova)
        .bind(p.chi().persona)
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    let dettaglio = json!({
        "fatto": if n.rinnova.is_some() { "rinnovata" } else { "scritta" }, "persona": n.persona, "tipo": n.tipo.codice(),
        "scade": n.scade_il,
    });
    p.annota(tx, &format!("credenziali/{id}"), dettaglio).await?;
    Ok(id)
}

/// Takes one out of use: given back, revoked, lost. It stays readable.
pub async fn ritira_credenziale(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciCredenziali>,
    id: Uuid,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    ritira(tx, id).await?;
    p.annota(tx, &format!("credenziali/{id}"), json!({ "fatto": "ritirata" })).await?;
    Ok(())
}

async fn ritira(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<(), EntiError> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let esito = sqlx::query(sql::RITIRA_CREDENZIALE).bind(ente).bind(id).bind(db::sql(oggi)).execute(tx.conn()).await?;
    if esito.rows_affected() == 0 { Err(Rifiuto::CredenzialeRitirata.into()) } else { Ok(()) }
}
