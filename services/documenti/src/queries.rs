//! Read models, for pages and for other services.

use db::{DiEnte, Error, Tx};
use jiff::Timestamp;

use crate::model::{Contenuto, PassoDiFascicolo};
use crate::{
    Anomalia, Classe, DocumentiError, Documento, DocumentoId, Fascicolo, FascicoloId, Filo, FiloId, Pagine, sql,
};

pub async fn filo(tx: &mut Tx<DiEnte>, id: FiloId) -> Result<Option<Filo>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::FILO).bind(ente).bind(id).fetch_optional(tx.conn()).await?)
}

/// The newest threads that a person opened, to choose from.
pub async fn fili(tx: &mut Tx<DiEnte>) -> Result<Vec<Filo>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::FILI).bind(ente).fetch_all(tx.conn()).await?)
}

pub async fn documento(tx: &mut Tx<DiEnte>, id: DocumentoId) -> Result<Option<Documento>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::DOCUMENTO).bind(ente).bind(id).fetch_optional(tx.conn()).await?)
}

/// Several documents, in the order asked for.
pub async fn documenti(tx: &mut Tx<DiEnte>, id: &[DocumentoId]) -> Result<Vec<Documento>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::DOCUMENTI).bind(ente).bind(id).fetch_all(tx.conn()).await?)
}

/// The version of the plan in force.
pub async fn versione(tx: &mut Tx<DiEnte>) -> Result<Option<i32>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_scalar(sql::VERSIONE).bind(ente).fetch_one(tx.conn()).await?)
}

/// A version of the plan.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Versione {
    pub versione: i32,
    pub nome: String,
    pub motivo: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub dal: Timestamp,
}

/// Every version of the plan, the one in force first.
pub async fn versioni(tx: &mut Tx<DiEnte>) -> Result<Vec<Versione>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::VERSIONI).bind(ente).fetch_all(tx.conn()).await?)
}

/// Titles and classes of a version, in order.
pub async fn titolario(tx: &mut Tx<DiEnte>, versione: i32) -> Result<Vec<Classe>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::CLASSI).bind(ente).bind(versione).fetch_all(tx.conn()).await?)
}

/// What can be chosen today to classify something.
pub async fn classi(tx: &mut Tx<DiEnte>) -> Result<Vec<Classe>, Error> {
    let Some(v) = versione(tx).await? else { return Ok(Vec::new()) };
    Ok(titolario(tx, v).await?.into_iter().filter(|c| c.classificabile).collect())
}

/// The class of the version in force, refused when it may not classify anything.
pub async fn classe(tx: &mut Tx<DiEnte>, codice: &str) -> Result<Classe, DocumentiError> {
    let (ente, v) = (tx.ente(), versione(tx).await?);
    let c: Option<Classe> =
        sqlx::query_as(sql::CLASSE).bind(ente).bind(v).bind(codice).fetch_optional(tx.conn()).await?;
    c.filter(|c| c.classificabile).ok_or_else(|| DocumentiError::ClasseIgnota(codice.to_owned()))
}

/// A class of any version, for what was classified with it.
pub async fn classe_di(tx: &mut Tx<DiEnte>, versione: i32, codice: &str) -> Result<Option<Classe>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::CLASSE).bind(ente).bind(versione).bind(codice).fetch_optional(tx.conn()).await?)
}

pub async fn classe_valida(tx: &mut Tx<DiEnte>, codice: &str) -> Result<bool, Error> {
    Ok(classi(tx).await?.iter().any(|c| c.codice == codice))
}

pub async fn fascicolo(tx: &mut Tx<DiEnte>, id: &FascicoloId) -> Result<Option<Fascicolo>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::FASCICOLO)
        .bind(ente)
        .bind(id.anno)
        .bind(&id.classifica)
        .bind(id.progressivo)
        .fetch_optional(tx.conn())
        .await?)
}

/// Which fascicoli to list.
#[derive(Debug, Clone, Default)]
pub struct FiltroFascicoli {
    pub aperti: Option<bool>,
    pub classifica: Option<String>,
}

/// Fascicoli, the newest year first; `dopo` is the last one seen.
pub async fn fascicoli(
    tx: &mut Tx<DiEnte>,
    f: &FiltroFascicoli,
    dopo: Option<&FascicoloId>,
) -> Result<Pagine<Fascicolo>, Error> {
    let ente = tx.ente();
    let righe: Vec<Fascicolo> = sqlx::query_as(sql::FASCICOLI)
        .bind(ente)
        .bind(f.aperti)
        .bind(f.classifica.as_deref())
        .bind(dopo.map(|d| d.anno))
        .bind(dopo.map(|d| d.classifica.as_str()))
        .bind(dopo.map(|d| d.progressivo))
        .bind(Pagine::<Fascicolo>::LIMITE)
        .fetch_all(tx.conn())
        .await?;
    Ok(Pagine::taglia(righe, |f| f.id().to_string()))
}

/// The list of what is inside, in order of entrance.
pub async fn contenuti(tx: &mut Tx<DiEnte>, id: &FascicoloId) -> Result<Vec<Contenuto>, Error> {
    let ente = tx.ente();
    let q = sqlx::query_as(sql::CONTENUTI).bind(ente).bind(id.anno).bind(&id.classifica).bind(id.progressivo);
    Ok(q.fetch_all(tx.conn()).await?)
}

pub async fn storia(tx: &mut Tx<DiEnte>, id: &FascicoloId) -> Result<Vec<PassoDiFascicolo>, Error> {
    let ente = tx.ente();
    let q = sqlx::query_as(sql::PASSI_FASCICOLO).bind(ente).bind(id.anno).bind(&id.classifica).bind(id.progressivo);
    Ok(q.fetch_all(tx.conn()).await?)
}

/// The fascicoli that hold something: `protocollo/2026/123`.
pub async fn fascicoli_di(tx: &mut Tx<DiEnte>, riferimento: &str) -> Result<Vec<FascicoloId>, Error> {
    let ente = tx.ente();
    let righe: Vec<(i32, String, i32)> =
        sqlx::query_as(sql::DOVE_STA).bind(ente).bind(riferimento).fetch_all(tx.conn()).await?;
    let id = |(anno, classifica, progressivo)| FascicoloId { anno, classifica, progressivo };
    Ok(righe.into_iter().map(id).collect())
}

/// Those of a list, in any order.
pub(crate) async fn fascicoli_scelti(tx: &mut Tx<DiEnte>, id: &[FascicoloId]) -> Result<Vec<Fascicolo>, Error> {
    let (anni, progressivi): (Vec<i32>, Vec<i32>) = id.iter().map(|f| (f.anno, f.progressivo)).unzip();
    let classi: Vec<&str> = id.iter().map(|f| f.classifica.as_str()).collect();
    let ente = tx.ente();
    let q = sqlx::query_as(sql::FASCICOLI_SCELTI).bind(ente).bind(anni).bind(classi).bind(progressivi);
    Ok(q.fetch_all(tx.conn()).await?)
}

/// Which of these are in an open fascicolo already; refused when nothing may enter it.
pub async fn da_riempire(
    tx: &mut Tx<DiEnte>,
    id: &FascicoloId,
    riferimenti: &[String],
) -> Result<Vec<String>, DocumentiError> {
    let f = fascicolo(tx, id).await?.ok_or_else(|| DocumentiError::FascicoloIgnoto(id.to_string()))?;
    if !f.aperto() {
        return Err(DocumentiError::Chiuso(id.clone()));
    }
    let ente = tx.ente();
    Ok(sqlx::query_scalar(sql::GIA_DENTRO)
        .bind(ente)
        .bind(id.anno)
        .bind(&id.classifica)
        .bind(id.progressivo)
        .bind(riferimenti)
        .fetch_all(tx.conn())
        .await?)
}

/// Blobs found missing or altered, still to be put right.
pub async fn anomalie(tx: &mut Tx<DiEnte>) -> Result<Vec<Anomalia>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::ANOMALIE).bind(ente).fetch_all(tx.conn()).await?)
}

/// When the blobs were last verified: instant, how many, how many not whole.
pub async fn ultima_verifica(tx: &mut Tx<DiEnte>) -> Result<Option<(Timestamp, i32, i32)>, Error> {
    let ente = tx.ente();
    let riga: Option<(jiff_sqlx::Timestamp, i32, i32)> =
        sqlx::query_as(sql::ULTIMA_VERIFICA).bind(ente).fetch_optional(tx.conn()).await?;
    Ok(riga.map(|(t, n, a)| (t.to_jiff(), n, a)))
}
