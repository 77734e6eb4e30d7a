//! Substitutes and lent operators: who may do what somebody else does, and until when.

use authz::{NuovaSostituzione, NuovoPrestito, Permesso, PersonaId, RUOLI};
use db::{DiEnte, Tx};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::permissions::GestisciDeleghe;

/// A loan is for a while: who stays longer takes a role.
const PRESTITO_MASSIMO: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Whoever may give roles might keep one: it is not lent.
const NON_SI_PRESTA: &str = "amministratore";

/// Between two days, both included, one person acts with the roles of another.
pub async fn sostituisci(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciDeleghe>,
    n: &NuovaSostituzione<'_>,
) -> Result<Uuid, EntiError> {
    p.vale_per(tx)?;
    let oggi = tx.oggi();
    if n.sostituto == n.sostituito {
        return Err(Rifiuto::SostituisceSe.into());
    }
    if n.dal < oggi {
        return Err(Rifiuto::GiornoPassato { il: n.dal }.into());
    }
    if n.al < n.dal {
        return Err(Rifiuto::PeriodoRovescio.into());
    }
    for chi in [n.sostituto, n.sostituito] {
        lavora_qui(tx, chi).await?;
    }
    let id = authz::sostituisci(tx, p.chi(), n).await?;
    let dettaglio = json!({
        "sostituto": n.sostituto, "sostituito": n.sostituito, "dal": n.dal, "al": n.al, "motivo": n.motivo,
    });
    p.annota(tx, &format!("sostituzioni/{id}"), dettaglio).await?;
    Ok(id)
}

async fn lavora_qui(tx: &mut Tx<DiEnte>, chi: PersonaId) -> Result<(), EntiError> {
    let qui = authz::persone(tx).await?.iter().any(|r| r.id == chi);
    if qui { Ok(()) } else { Err(Rifiuto::NonLavoraQui.into()) }
}

/// Ends a substitution at once; one that is over is left as it is.
pub async fn fine_sostituzione(tx: &mut Tx<DiEnte>, p: &Permesso<GestisciDeleghe>, id: Uuid) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    if authz::fine_sostituzione(tx, id).await? {
        p.annota(tx, &format!("sostituzioni/{id}"), json!({ "fatto": "finita" })).await?;
    }
    Ok(())
}

/// Takes on an operator of another ente, or of the alliance, for a while.
pub async fn presta(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciDeleghe>,
    n: &NuovoPrestito<'_>,
) -> Result<Uuid, EntiError> {
    p.vale_per(tx)?;
    if n.al <= n.dal.max(tx.now()) {
        return Err(Rifiuto::PeriodoRovescio.into());
    }
    if n.al.duration_since(n.dal) > PRESTITO_MASSIMO {
        return Err(Rifiuto::PrestitoLungo.into());
    }
    if n.ruoli.is_empty() {
        return Err(Rifiuto::Manca { campo: "il ruolo" }.into());
    }
    if let Some(r) = n.ruoli.iter().find(|r| !RUOLI.iter().any(|x| x.codice == **r)) {
        return Err(authz::PersonaError::RuoloIgnoto((*r).to_owned()).into());
    }
    if n.ruoli.contains(&NON_SI_PRESTA) {
        return Err(Rifiuto::NonSiPresta.into());
    }
    if !authz::uffici(tx).await?.iter().any(|(c, _)| c == n.ufficio) {
        return Err(Rifiuto::Persona { codice: "ENT-036", frase: "L’ufficio non c’è.".to_owned() }.into());
    }
    let nessuno = || Rifiuto::NessunoDaPrestare { utente: n.utente.to_owned(), ente: n.da_ente.to_owned() };
    let id = authz::presta(tx, p.chi(), n).await?.ok_or_else(nessuno)?;
    let dettaglio = json!({
        "utente": n.utente, "da": n.da_ente, "ruoli": n.ruoli, "ufficio": n.ufficio, "dal": n.dal, "al": n.al, "motivo": n.motivo,
    });
    p.annota(tx, &format!("prestiti/{id}"), dettaglio).await?;
    Ok(id)
}

/// Ends a loan at once, in the middle of whatever the person is doing; one that is over is left as it is.
pub async fn fine_prestito(tx: &mut Tx<DiEnte>, p: &Permesso<GestisciDeleghe>, id: Uuid) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    if authz::fine_prestito(tx, p.chi(), id).await? {
        p.annota(tx, &format!("prestiti/{id}"), json!({ "fatto": "finito" })).await?;
    }
    Ok(())
}
