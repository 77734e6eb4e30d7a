//! What an ente says of itself, and who answers for its documents.

use authz::Permesso;
use db::{DiEnte, Tx};
use kernel::{CodiceFiscale, Data, GiornoMese};
use serde_json::json;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::model::Incarico;
use crate::permissions::CorreggiEnte;
use crate::queries::aoo_tutte;
use crate::sql;

/// The card of an ente as its administrator wants it; an empty field has no value.
#[derive(Debug, Clone, Default)]
pub struct Correzione {
    pub indirizzo: Option<String>,
    pub pec: Option<String>,
    pub sito: Option<String>,
    pub codice_fiscale: Option<CodiceFiscale>,
    pub patrono: Option<GiornoMese>,
    pub dpo: Option<String>,
}

pub async fn correggi_ente(tx: &mut Tx<DiEnte>, p: &Permesso<CorreggiEnte>, c: &Correzione) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let ente = tx.ente();
    sqlx::query(sql::CORREGGI_SCHEDA)
        .bind(ente)
        .bind(&c.indirizzo)
        .bind(&c.pec)
        .bind(&c.sito)
        .bind(c.codice_fiscale.as_ref().map(CodiceFiscale::as_str))
        .bind(c.patrono.map(|g| g.to_string()))
        .bind(&c.dpo)
        .execute(tx.conn())
        .await?;
    p.annota(tx, "ente", json!({ "fatto": "corretto" })).await?;
    Ok(())
}

/// Names the responsabile or the vicario of an AOO from a day on, past or to come: who held the office until the day before
/// stays written. The same day again corrects the name; an appointment that has not begun may be written anew.
pub async fn incarica(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CorreggiEnte>,
    aoo: &str,
    incarico: Incarico,
    nome: &str,
    dal: Data,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    if nome.is_empty() {
        return Err(Rifiuto::Manca { campo: "il nome" }.into());
    }
    if aoo_tutte(tx).await?.iter().all(|a| a.codice != aoo) {
        return Err(Rifiuto::AooIgnota { codice: aoo.to_owned() }.into());
    }
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let ultimo: Option<jiff_sqlx::Date> = sqlx::query_scalar(sql::INCARICO_COMINCIATO)
        .bind(ente)
        .bind(aoo)
        .bind(incarico.codice())
        .bind(db::sql(oggi))
        .fetch_one(tx.conn())
        .await?;
    if let Some(prima) = ultimo.map(jiff_sqlx::Date::to_jiff).filter(|prima| dal < *prima) {
        return Err(Rifiuto::IncaricoPrima { dal: prima }.into());
    }
    sqlx::query(sql::CHIUDI_INCARICO)
        .bind(ente)
        .bind(aoo)
        .bind(incarico.codice())
        .bind(db::sql(dal))
        .execute(tx.conn())
        .await?;
    sqlx::query(sql::INCARICA)
        .bind(ente)
        .bind(aoo)
        .bind(incarico.codice())
        .bind(nome)
        .bind(db::sql(dal))
        .execute(tx.conn())
        .await?;
    p.annota(tx, &format!("aoo/{aoo}"), json!({ "incarico": incarico.codice(), "dal": dal })).await?;
    Ok(())
}
