//! Recovery by two people: one asks with a reason, another confirms and gets a code to hand over.

use db::{DiEnte, Tx};
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Chi, PersonaId, recupero, sql};

/// How long a request waits, and how long the code is good.
const DURATA: SignedDuration = SignedDuration::from_hours(24);
const RIGHE: i64 = 50;

#[derive(Debug, Clone, FromRow)]
pub struct Recupero {
    pub id: Uuid,
    pub persona: PersonaId,
    pub nome: String,
    pub motivo: String,
    pub chiesto_da: PersonaId,
    pub chi_chiede: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub chiesto_il: Timestamp,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub scade_il: Timestamp,
    deciso_il: Option<jiff_sqlx::Timestamp>,
    pub confermato: bool,
    pub chi_decide: Option<String>,
}

impl Recupero {
    pub fn aperto(&self, adesso: Timestamp) -> bool {
        self.deciso_il.is_none() && self.scade_il > adesso
    }

    /// Whether that person may confirm it: neither who asks nor who is recovered.
    pub fn puo_confermare(&self, chi: PersonaId) -> bool {
        chi != self.chiesto_da && chi != self.persona
    }
}

/// A code to be handed over, in person: it is written nowhere else.
#[derive(Debug)]
pub struct CodiceInDue {
    pub persona: PersonaId,
    pub codice: String,
    pub scade_il: Timestamp,
}

/// What happened to a decision.
#[derive(Debug)]
pub enum Deciso {
    Confermato(CodiceInDue),
    /// The same person may not ask and confirm, nor confirm for themself.
    ServeUnAltro,
    /// The person works elsewhere too, and one of the two has been here for less than a month.
    DaPoco,
    /// Decided already, or too old.
    Finito,
}

/// Asks. None if a request for that person is open already.
pub async fn chiedi_recupero(
    tx: &mut Tx<DiEnte>,
    chi: &Chi,
    persona: PersonaId,
    motivo: &str,
) -> Result<Option<Uuid>, db::Error> {
    let (id, ente, adesso) = (db::caso::uuid(), tx.ente(), tx.now());
    sqlx::query(sql::SCADI_RECUPERI).bind(ente).bind(persona).bind(db::sql(adesso)).execute(tx.conn()).await?;
    let esito = sqlx::query(sql::CHIEDI_RECUPERO)
        .bind(ente)
        .bind(id)
        .bind(persona)
        .bind(motivo)
        .bind(chi.persona)
        .bind(db::sql(adesso))
        .bind(db::sql(adesso + DURATA))
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Ok(_) => Ok(Some(id)),
        Err(e) if e.vincolo() == Some("recupero_uno_aperto") => Ok(None),
        Err(e) => Err(e),
    }
}

/// Whether somebody may decide of the factors of a person: of who works elsewhere too, only where both have been for a month.
pub async fn recuperabile(tx: &mut Tx<DiEnte>, persona: PersonaId, chi: &Chi) -> Result<bool, db::Error> {
    let oggi = tx.oggi();
    let q = sqlx::query_scalar(sql::RECUPERABILE).bind(persona).bind(chi.persona).bind(db::sql(oggi));
    Ok(q.fetch_one(tx.conn()).await?)
}

/// The last ones asked, open or not.
pub async fn recuperi(tx: &mut Tx<DiEnte>) -> Result<Vec<Recupero>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::RECUPERI).bind(ente).bind(RIGHE).fetch_all(tx.conn()).await?)
}

/// Confirms: the sessions of the person end, and the code opens once, after their password.
pub async fn conferma_recupero(tx: &mut Tx<DiEnte>, chi: &Chi, id: Uuid) -> Result<Deciso, db::Error> {
    let Some((persona, chiesto_da)) = da_decidere(tx, id).await? else { return Ok(Deciso::Finito) };
    if chi.persona == persona || chi.persona == chiesto_da {
        return Ok(Deciso::ServeUnAltro);
    }
    if !recuperabile(tx, persona, chi).await? {
        return Ok(Deciso::DaPoco);
    }
    decidi(tx, chi, id, true).await?;
    let (codice, adesso) = (recupero::nuovo(), tx.now());
    let scade_il = adesso + DURATA;
    let dato: bool = sqlx::query_scalar(sql::RECUPERA)
        .bind(id)
        .bind(recupero::impronta(&recupero::netto(&codice)))
        .bind(db::sql(adesso))
        .bind(db::sql(scade_il))
        .fetch_one(tx.conn())
        .await?;
    Ok(if dato { Deciso::Confermato(CodiceInDue { persona, codice, scade_il }) } else { Deciso::Finito })
}

/// Refuses it, whoever asked. False if it was decided already.
pub async fn rifiuta_recupero(tx: &mut Tx<DiEnte>, chi: &Chi, id: Uuid) -> Result<bool, db::Error> {
    if da_decidere(tx, id).await?.is_none() {
        return Ok(false);
    }
    decidi(tx, chi, id, false).await?;
    Ok(true)
}

async fn da_decidere(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<Option<(PersonaId, PersonaId)>, db::Error> {
    let (ente, adesso) = (tx.ente(), tx.now());
    Ok(sqlx::query_as(sql::RECUPERO_DA_DECIDERE)
        .bind(ente)
        .bind(id)
        .bind(db::sql(adesso))
        .fetch_optional(tx.conn())
        .await?)
}

async fn decidi(tx: &mut Tx<DiEnte>, chi: &Chi, id: Uuid, confermato: bool) -> Result<(), db::Error> {
    let (ente, adesso) = (tx.ente(), tx.now());
    sqlx::query(sql::DECIDI_RECUPERO)
        .bind(ente)
        .bind(id)
        .bind(chi.persona)
        .bind(db::sql(adesso))
        .bind(confermato)
        .execute(tx.conn())
        .await?;
    Ok(())
}
