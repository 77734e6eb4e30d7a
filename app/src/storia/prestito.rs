//! An operator of the alliance, lent to the first comune: so that the banner is seen, and what they do is marked.

use authz::{Chi, Consenti, NuovaPersona, NuovoPrestito};
use db::Db;
use jiff::SignedDuration;

use super::{CST, PAROLA, VICINI};

pub(super) const UTENTE: &str = "assistenza.cst";
const MESE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Lends them for a month; at a start that finds the month over, for another one.
pub(super) async fn assicura(db: &Db) -> anyhow::Result<()> {
    let codice = VICINI[0];
    for ente in [CST, codice] {
        if authz::ente_per_codice(db, ente).await?.is_none() {
            return Ok(());
        }
    }
    let mut tx = enti::entra(db, codice).await?;
    let adesso = tx.now();
    if authz::prestiti(&mut tx).await?.iter().any(|p| p.utente == UTENTE && p.al > adesso) {
        return Ok(());
    }
    let nuova = NuovaPersona { utente: UTENTE, nome: "Luca", cognome: "Iacovone", parola: Some(PAROLA) };
    enti::crea_utente(db, CST, &nuova, &["consultazione"]).await?;
    let admin = enti::chi_ha_ruolo(&mut tx, "amministratore").await?.into_iter().next();
    let Some(a) = admin else { return Ok(()) };
    let chi = Chi { persona: a.id, nome: format!("{} {}", a.nome, a.cognome), operazione: db::caso::uuid() };
    let p = tx.consenti::<enti::GestisciDeleghe>(&chi).await?;
    let prestito = NuovoPrestito {
        utente: UTENTE,
        da_ente: CST,
        ufficio: enti::UFFICIO,
        ruoli: &["protocollo"],
        dal: adesso,
        al: adesso + MESE,
        motivo: "Assistenza al protocollo nei giorni di maggior lavoro",
    };
    enti::presta(&mut tx, &p, &prestito).await?;
    Ok(tx.commit().await?)
}
