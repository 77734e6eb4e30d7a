//! Questions asked to a browser. Each is answered once, by whom it was asked of, before it is too late.

use db::{Db, Porta, Tx};
use jiff::SignedDuration;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sessione::impronta;
use crate::{AccessoNegato, PersonaId, sql};

const DURATA: SignedDuration = SignedDuration::from_mins(10);

/// Asks; gives the token that comes back with the answer.
pub(crate) async fn chiedi(
    tx: &mut Tx<Porta>,
    per: &str,
    persona: Option<PersonaId>,
    dati: &impl Serialize,
) -> Result<String, db::Error> {
    let (token, adesso) = (db::caso::token(), tx.now());
    let dati = serde_json::to_value(dati).map_err(|e| db::Error::Cluster(e.to_string()))?;
    sqlx::query(sql::NUOVA_SFIDA)
        .bind(impronta(&token))
        .bind(per)
        .bind(persona)
        .bind(dati)
        .bind(db::sql(adesso))
        .bind(db::sql(adesso + DURATA))
        .execute(tx.conn())
        .await?;
    Ok(token)
}

/// Takes the question of an answer away, whatever the answer is worth: it is committed before anybody looks at it.
pub(crate) async fn rispondi<T: DeserializeOwned>(
    db: &Db,
    per: &str,
    persona: Option<PersonaId>,
    token: &str,
) -> Result<Option<T>, AccessoNegato> {
    let mut tx = db.porta().await?;
    let adesso = tx.now();
    let dati: Option<serde_json::Value> = sqlx::query_scalar(sql::TOGLI_SFIDA)
        .bind(impronta(token))
        .bind(per)
        .bind(persona)
        .bind(db::sql(adesso))
        .fetch_optional(tx.conn())
        .await?;
    tx.commit().await?;
    let letti = dati.map(serde_json::from_value).transpose();
    Ok(letti.map_err(|e| db::Error::Cluster(e.to_string()))?)
}
