//! From measured interruptions to extensions: the program proposes, a person decides. What is confirmed goes through the same
//! extension that is made by hand.

use authz::Permesso;
use db::{DiEnte, Tx};
use jiff::SignedDuration;
use kernel::Periodo;
use serde_json::json;
use uuid::Uuid;

use super::dopo::{necessario, proroga};
use crate::errors::{AlboError, Rifiuto};
use crate::model::Pubblicazione;
use crate::model::interruzioni::giorni_persi;
use crate::model::relata::Cosa;
use crate::permissions::Correggi;
use crate::{queries, sql};

/// How far back an interruption is looked for: longer than any outage, and than what nobody noticed for a while.
const INDIETRO: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Writes a proposal for each publication that lost days which nobody has counted yet, and says how many. The program's own.
pub(crate) async fn proponi(tx: &mut Tx<DiEnte>) -> Result<u64, AlboError> {
    let (ente, adesso, oggi) = (tx.ente(), tx.now(), tx.oggi());
    let da = adesso - INDIETRO;
    let interruzioni = enti::interruzioni_dal(tx, da).await?;
    let Some(soglia) = queries::soglia(tx, oggi).await?.filter(|_| !interruzioni.is_empty()) else { return Ok(0) };
    let mut scritte = 0;
    for (atto, p) in queries::esposti_dal(tx, da).await? {
        let gia = gia_contati(tx, atto).await?;
        for persi in giorni_persi(&p, &interruzioni, &gia, oggi, soglia.ore) {
            let al = persi.periodo.al().unwrap_or(persi.periodo.dal());
            let riga = sqlx::query(sql::PROPONI)
                .bind(ente)
                .bind(atto)
                .bind(db::sql(persi.periodo.dal()))
                .bind(db::sql(al))
                .bind(persi.minuti())
                .bind(db::sql(adesso))
                .execute(tx.conn())
                .await?;
            scritte += riga.rows_affected();
        }
    }
    Ok(scritte)
}

/// The days made good by an extension, and those of every proposal, whatever became of it.
async fn gia_contati(tx: &mut Tx<DiEnte>, atto: Uuid) -> Result<Vec<Periodo>, AlboError> {
    let prorogati = queries::operazioni(tx, atto).await?.into_iter().filter_map(|f| match f.cosa {
        Cosa::Proroga { interrotto, .. } => Some(interrotto),
        _ => None,
    });
    let mut contati: Vec<Periodo> = prorogati.collect();
    contati.extend(queries::proposte_di(tx, atto).await?);
    Ok(contati)
}

/// What the ente decides of the proposals that share the same days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decisione {
    /// Extends every publication that is still going on.
    Proroga { motivo: String },
    /// Extends none, and says why.
    Lascia { motivo: String },
}

/// Decides the proposals of a period. Returns how many publications were extended; those that ended meanwhile keep their
/// proposal, because only a new publication can repair them.
pub async fn decidi_proposte(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Correggi>,
    interrotto: Periodo,
    d: &Decisione,
) -> Result<usize, AlboError> {
    p.vale_per(tx)?;
    let (motivo, stato) = match d {
        Decisione::Proroga { motivo } => (necessario(motivo)?, "confermata"),
        Decisione::Lascia { motivo } => (necessario(motivo)?, "respinta"),
    };
    let proposte = queries::proposte(tx).await?;
    let queste = proposte.into_iter().filter(|x| x.interrotto == interrotto);
    let (in_corso, finite): (Vec<_>, Vec<_>) = queste.partition(|x| x.atto.in_corso(tx.now()).is_ok());
    let decise = if matches!(d, Decisione::Proroga { .. }) { in_corso } else { [in_corso, finite].concat() };
    if decise.is_empty() {
        return Err(Rifiuto::NienteDaDecidere.into());
    }
    for x in &decise {
        let Some(Pubblicazione { anno, numero, .. }) = x.atto.pubblicazione else { continue };
        if matches!(d, Decisione::Proroga { .. }) {
            proroga(tx, p, anno, numero, interrotto, &motivo).await?;
        }
        let (ente, now) = (tx.ente(), tx.now());
        sqlx::query(sql::DECIDI_PROPOSTA)
            .bind(ente)
            .bind(x.atto.id)
            .bind(db::sql(interrotto.dal()))
            .bind(stato)
            .bind(db::sql(now))
            .bind(p.chi().persona)
            .bind(&motivo)
            .execute(tx.conn())
            .await?;
    }
    let dettaglio = json!({ "interrotto_dal": interrotto.dal().to_string(), "esito": stato, "atti": decise.len() });
    p.annota(tx, "albo/interruzioni", dettaglio).await?;
    Ok(if stato == "confermata" { decise.len() } else { 0 })
}
