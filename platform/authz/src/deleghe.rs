//! Acting with the powers of somebody else: substitutes, between two days; operators lent by another ente, until an instant.

use db::{DiEnte, Tx};
use jiff::Timestamp;
use kernel::Data;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Chi, PersonaId, sql};

/// How many a page shows, the last to end first.
const RIGHE: i64 = 100;

/// Offices and roles of a person in the ente now, however they came to them.
pub async fn poteri_di(tx: &mut Tx<DiEnte>, persona: PersonaId) -> Result<Vec<(String, String)>, db::Error> {
    let (ente, oggi, adesso) = (tx.ente(), tx.oggi(), tx.now());
    Ok(sqlx::query_as(sql::POTERI_DI)
        .bind(ente)
        .bind(persona)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .fetch_all(tx.conn())
        .await?)
}

/// From the first day to the last, both included.
#[derive(Debug, Clone)]
pub struct NuovaSostituzione<'a> {
    pub sostituto: PersonaId,
    pub sostituito: PersonaId,
    pub dal: Data,
    pub al: Data,
    pub motivo: &'a str,
}

#[derive(Debug, Clone, FromRow)]
pub struct Sostituzione {
    pub id: Uuid,
    pub sostituto: String,
    pub sostituito: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub dal: Data,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub al: Data,
    pub motivo: String,
}

pub async fn sostituisci(tx: &mut Tx<DiEnte>, chi: &Chi, n: &NuovaSostituzione<'_>) -> Result<Uuid, db::Error> {
    let (id, ente, adesso) = (db::caso::uuid(), tx.ente(), tx.now());
    sqlx::query(sql::NUOVA_SOSTITUZIONE)
        .bind(ente)
        .bind(id)
        .bind(n.sostituto)
        .bind(n.sostituito)
        .bind(db::sql(n.dal))
        .bind(db::sql(n.al))
        .bind(n.motivo)
        .bind(chi.persona)
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    Ok(id)
}

pub async fn sostituzioni(tx: &mut Tx<DiEnte>) -> Result<Vec<Sostituzione>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::SOSTITUZIONI).bind(ente).bind(RIGHE).fetch_all(tx.conn()).await?)
}

/// Ends it with yesterday: from now on it gives no power. False if it was over.
pub async fn fine_sostituzione(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<bool, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let ieri = oggi.yesterday().unwrap_or(oggi);
    let esito = sqlx::query(sql::FINE_SOSTITUZIONE).bind(ente).bind(id).bind(db::sql(ieri)).execute(tx.conn()).await?;
    Ok(esito.rows_affected() > 0)
}

/// Until `al`, not included: at that instant the person is a stranger again.
#[derive(Debug, Clone)]
pub struct NuovoPrestito<'a> {
    pub utente: &'a str,
    /// The code of the ente where they work.
    pub da_ente: &'a str,
    pub ufficio: &'a str,
    pub ruoli: &'a [&'a str],
    pub dal: Timestamp,
    pub al: Timestamp,
    pub motivo: &'a str,
}

#[derive(Debug, Clone, FromRow)]
pub struct Prestito {
    pub id: Uuid,
    pub persona: String,
    pub utente: String,
    pub da_ente: String,
    pub da_nome: String,
    pub ufficio: String,
    pub ruoli: Vec<String>,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub dal: Timestamp,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub al: Timestamp,
    pub motivo: String,
    /// Ended before its time.
    pub chiuso: bool,
}

/// Takes an operator on for a while; none if nobody of that name works there today, or they work here already.
pub async fn presta(tx: &mut Tx<DiEnte>, chi: &Chi, n: &NuovoPrestito<'_>) -> Result<Option<Uuid>, db::Error> {
    let (id, ente, adesso, oggi) = (db::caso::uuid(), tx.ente(), tx.now(), tx.oggi());
    let trovata: Option<(PersonaId, String)> = sqlx::query_as(sql::PERSONA_ALTROVE)
        .bind(n.utente.to_lowercase())
        .bind(n.da_ente)
        .bind(db::sql(oggi))
        .fetch_optional(tx.conn())
        .await?;
    let Some((persona, da_nome)) = trovata else { return Ok(None) };
    sqlx::query(sql::NUOVO_PRESTITO)
        .bind(ente)
        .bind(id)
        .bind(persona)
        .bind(n.da_ente)
        .bind(da_nome)
        .bind(n.ufficio)
        .bind(n.ruoli)
        .bind(db::sql(n.dal))
        .bind(db::sql(n.al))
        .bind(n.motivo)
        .bind(chi.persona)
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    Ok(Some(id))
}

pub async fn prestiti(tx: &mut Tx<DiEnte>) -> Result<Vec<Prestito>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::PRESTITI).bind(ente).bind(RIGHE).fetch_all(tx.conn()).await?)
}

/// Ends it now. False if it was over.
pub async fn fine_prestito(tx: &mut Tx<DiEnte>, chi: &Chi, id: Uuid) -> Result<bool, db::Error> {
    let (ente, adesso) = (tx.ente(), tx.now());
    let esito = sqlx::query(sql::FINE_PRESTITO)
        .bind(ente)
        .bind(id)
        .bind(db::sql(adesso))
        .bind(chi.persona)
        .execute(tx.conn())
        .await?;
    Ok(esito.rows_affected() > 0)
}
