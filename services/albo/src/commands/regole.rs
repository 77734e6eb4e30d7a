//! The ente's own terms and way of counting: rows with their first day and their source.

use authz::Permesso;
use db::{DiEnte, Tx};
use kernel::testo::pulisci_riga;
use kernel::{Computo, Data};
use serde_json::json;

use crate::errors::{AlboError, Rifiuto};
use crate::model::tempi::{Modo, Regola, codice_computo};
use crate::permissions::DecidiTermini;
use crate::{queries, sql};

/// A term that the ente decides for a type of act.
#[derive(Debug, Clone)]
pub struct NuovoTermine {
    pub tipo: String,
    pub dal: Data,
    pub modo: Modo,
    /// `None` follows the rule of the ente.
    pub computo: Option<Computo>,
    pub fonte: String,
}

/// Decides the term of a type, from a day on. Acts already published keep theirs.
pub async fn imposta_termine(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<DecidiTermini>,
    t: &NuovoTermine,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    let fonte = pulisci_riga(&t.fonte, 300)?;
    if fonte.is_empty() {
        return Err(Rifiuto::FonteVuota.into());
    }
    queries::tipo(tx, &t.tipo, t.dal).await?.ok_or(Rifiuto::TipoIgnoto)?;
    let (modo, giorni) = match t.modo {
        Modo::Giorni(n) => ("giorni", Some(i16::try_from(n).map_err(|_| Rifiuto::TermineLungo)?)),
        Modo::Scadenza => ("scadenza", None),
    };
    let (ente, now) = (tx.ente(), tx.now());
    let esito = sqlx::query(sql::IMPOSTA_TERMINE)
        .bind(ente)
        .bind(&t.tipo)
        .bind(db::sql(t.dal))
        .bind(modo)
        .bind(giorni)
        .bind(t.computo.map(codice_computo))
        .bind(&fonte)
        .bind(p.chi().persona)
        .bind(db::sql(now))
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Err(e) if e.vincolo() == Some("termine_ente_giorni") => return Err(Rifiuto::TermineLungo.into()),
        altro => altro?,
    };
    let dettaglio = json!({ "dal": t.dal.to_string(), "modo": modo, "giorni": giorni, "fonte": fonte });
    p.annota(tx, &format!("albo/termini/{}", t.tipo), dettaglio).await?;
    Ok(())
}

/// Decides how days are counted, from a day on.
pub async fn imposta_regola(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<DecidiTermini>,
    dal: Data,
    r: &Regola,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    let (ente, now) = (tx.ente(), tx.now());
    let esito = sqlx::query(sql::IMPOSTA_REGOLA)
        .bind(ente)
        .bind(db::sql(dal))
        .bind(codice_computo(r.computo))
        .bind(r.ora_limite.as_deref())
        .bind(p.chi().persona)
        .bind(db::sql(now))
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Err(e) if e.vincolo() == Some("regola_ora") => return Err(Rifiuto::OraIllegibile.into()),
        altro => altro?,
    };
    let dettaglio = json!({ "dal": dal.to_string(), "computo": codice_computo(r.computo), "ora_limite": r.ora_limite });
    p.annota(tx, "albo/termini", dettaglio).await?;
    Ok(())
}
