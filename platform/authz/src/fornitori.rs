//! The identity providers of an alliance: which ones people may enter with.

use db::{Db, DiEnte, Tx};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::oidc::{self, Difetto, Salute};
use crate::{Chi, Serratura, sql};

const RIGHE: i64 = 50;

/// A provider, as an alliance is told about it.
#[derive(Debug, Clone)]
pub struct NuovoFornitore<'a> {
    /// How people call it.
    pub nome: &'a str,
    /// Its issuer: an address, as its tokens write it.
    pub emittente: &'a str,
    pub client: &'a str,
    /// Without one, PKCE alone says that who asks for a token is who asked for the code.
    pub segreto: Option<&'a str>,
    /// Which of its `acr` and `amr` mean that it asked for two factors itself.
    pub forti: &'a [String],
}

#[derive(Debug, Clone, FromRow)]
pub struct Fornitore {
    pub id: Uuid,
    pub nome: String,
    pub emittente: String,
    pub client: String,
    pub forti: Vec<String>,
    pub chi_aggiunge: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub aggiunto_il: Timestamp,
    spento_il: Option<jiff_sqlx::Timestamp>,
}

impl Fornitore {
    pub fn spento_il(&self) -> Option<Timestamp> {
        self.spento_il.map(jiff_sqlx::Timestamp::to_jiff)
    }
}

/// A provider as its button says it.
#[derive(Debug, Clone, FromRow)]
pub struct FornitoreAcceso {
    pub id: Uuid,
    pub nome: String,
    pub emittente: String,
}

/// What may go wrong when one is added.
#[derive(Debug, thiserror::Error)]
pub enum FornitoreError {
    #[error(transparent)]
    Difetto(#[from] Difetto),
    #[error("Con questo emittente si entra già.")]
    Doppio,
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// Adds one: from now on its button is at the door.
pub async fn aggiungi_fornitore(
    tx: &mut Tx<DiEnte>,
    serratura: &Serratura,
    chi: &Chi,
    n: &NuovoFornitore<'_>,
) -> Result<Uuid, FornitoreError> {
    serratura.uscita.indirizzo(n.emittente).map_err(Difetto::from)?;
    let (id, ente, adesso) = (db::caso::uuid(), tx.ente(), tx.now());
    let esito = sqlx::query(sql::NUOVO_FORNITORE)
        .bind(ente)
        .bind(id)
        .bind(n.nome)
        .bind(n.emittente)
        .bind(n.client)
        .bind(n.forti)
        .bind(chi.persona)
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Err(e) if e.vincolo() == Some("fornitore_uno_acceso") => return Err(FornitoreError::Doppio),
        esito => esito?,
    };
    let sigillato = n.segreto.map(|s| serratura.chiave.sigilla(&oidc::sigillo(id), s.as_bytes())).transpose()?;
    segreto(tx, id, sigillato).await?;
    Ok(id)
}

async fn segreto(tx: &mut Tx<DiEnte>, id: Uuid, sigillato: Option<Vec<u8>>) -> Result<(), db::Error> {
    sqlx::query(sql::SEGRETO_DEL_FORNITORE).bind(id).bind(sigillato).execute(tx.conn()).await?;
    Ok(())
}

/// The providers of this ente, those in use first.
pub async fn fornitori(tx: &mut Tx<DiEnte>) -> Result<Vec<Fornitore>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::FORNITORI).bind(ente).bind(RIGHE).fetch_all(tx.conn()).await?)
}

/// Takes the button away and forgets the secret; who had entered goes on until their session ends, identities stay linked.
/// Gives name and issuer; none if it was off already.
pub async fn spegni_fornitore(tx: &mut Tx<DiEnte>, chi: &Chi, id: Uuid) -> Result<Option<(String, String)>, db::Error> {
    let (ente, adesso) = (tx.ente(), tx.now());
    let spento = sqlx::query_as(sql::SPEGNI_FORNITORE)
        .bind(ente)
        .bind(id)
        .bind(chi.persona)
        .bind(db::sql(adesso))
        .fetch_optional(tx.conn())
        .await?;
    segreto(tx, id, None).await?;
    Ok(spento)
}

/// Asks a provider who it is, now, and says what is wrong with the answer. Nothing of a person goes with the question.
pub async fn prova_fornitore(serratura: &Serratura, emittente: &str) -> Result<Salute, Difetto> {
    oidc::esamina(serratura, emittente).await
}

/// The providers that people may enter with, by name.
pub async fn fornitori_accesi(db: &Db) -> Result<Vec<FornitoreAcceso>, db::Error> {
    let mut tx = db.porta().await?;
    Ok(sqlx::query_as(sql::FORNITORI_ACCESI).fetch_all(tx.conn()).await?)
}
