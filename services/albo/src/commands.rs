//! Use cases: each begins with its permit and writes its voce, its log line and its audit line in one transaction.

mod bozze;
mod dopo;
mod interruzioni;
mod pubblicazione;
mod regole;

pub use bozze::{DaPubblicare, FileDaPubblicare, prepara, riscrivi, scarta};
pub use dopo::{Fine, RelataFatta, Sostituzione, annulla, attesta, proroga, rimuovi, sostituisci, voce_di_relata};
pub(crate) use interruzioni::proponi;
pub use interruzioni::{Decisione, decidi_proposte};
pub use pubblicazione::{Conferma, DurataDecisa, conferma, programma, pubblica, voce_di_affissione};
pub use regole::{NuovoTermine, imposta_regola, imposta_termine};

use authz::{Azione, Permesso};
use db::{DiEnte, Tx};
use kernel::Numero;
use registers::{Dove, Iscritta};
use uuid::Uuid;

use crate::errors::{AlboError, Rifiuto};
use crate::model::Atto;
use crate::model::relata::Cosa;
use crate::queries::RigaAtto;
use crate::{REGISTRO, sql};

fn dove(aoo: &str) -> Dove<'_> {
    Dove::istante(aoo, REGISTRO)
}

/// The act, held until the end of the transaction.
async fn da_toccare(tx: &mut Tx<DiEnte>, anno: i32, numero: Numero) -> Result<Atto, AlboError> {
    let ente = tx.ente();
    let riga: Option<RigaAtto> = sqlx::query_as(sql::ATTO_DA_TOCCARE)
        .bind(ente)
        .bind(anno)
        .bind(numero.valore())
        .fetch_optional(tx.conn())
        .await?;
    Ok(riga.ok_or(Rifiuto::NonTrovato)?.atto())
}

async fn bozza_da_toccare(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<Atto, AlboError> {
    let ente = tx.ente();
    let riga: Option<RigaAtto> =
        sqlx::query_as(sql::BOZZA_DA_TOCCARE).bind(ente).bind(id).fetch_optional(tx.conn()).await?;
    Ok(riga.ok_or(Rifiuto::NonTrovato)?.atto())
}

/// The line of the log that goes with a voce: the name is who acted, and in whose name.
async fn scrivi_operazione<A: Azione>(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<A>,
    atto: &Atto,
    voce: &Iscritta,
    cosa: &Cosa,
    motivo: &str,
) -> Result<(), AlboError> {
    let ente = tx.ente();
    let dettaglio = serde_json::to_value(cosa).map_err(|e| sqlx::Error::Encode(e.into()))?;
    sqlx::query(sql::OPERAZIONE)
        .bind(ente)
        .bind(&atto.aoo)
        .bind(voce.posizione)
        .bind(atto.id)
        .bind(db::sql(voce.istante))
        .bind(cosa.codice())
        .bind(p.chi().persona)
        .bind(p.firma())
        .bind(motivo)
        .bind(dettaglio)
        .execute(tx.conn())
        .await?;
    Ok(())
}
