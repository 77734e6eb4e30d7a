//! Who must prove more than a password.

use authz::{Permesso, Richiesto};
use db::{DiEnte, Tx};
use serde_json::json;

use crate::EntiError;
use crate::permissions::GestisciAccessi;

/// Says what each role must prove, from now on: whoever holds it and has not proven as much signs in again. Nothing is
/// written of a role that asks what it asked before.
pub async fn chiedi_fattori(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciAccessi>,
    chiesti: &[(&str, Option<Richiesto>)],
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let prima = authz::requisiti(tx).await?;
    for (ruolo, dopo) in chiesti {
        let era = prima.iter().find(|(r, _)| r == ruolo).map(|(_, f)| *f);
        if era == *dopo {
            continue;
        }
        authz::chiedi(tx, ruolo, *dopo).await?;
        let parola = |r: Option<Richiesto>| r.map_or("nessuno", Richiesto::codice);
        let dettaglio = json!({ "secondo_fattore": parola(*dopo), "prima": parola(era) });
        p.annota(tx, &format!("ruoli/{ruolo}"), dettaglio).await?;
    }
    Ok(())
}
