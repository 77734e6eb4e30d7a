//! Availability, measured: whom to probe, what probes said, what follows. The probe itself belongs to the program, which knows
//! its own door.

use db::{Centro, Coda, DiAlleanza, DiEnte, EnteId, Tx};
use kernel::{Data, Istante};
use sqlx::FromRow;

use crate::model::{Fermata, Interruzione, Mese, Su, interruzioni};
use crate::sql;

/// An ente with a public site, and which services it has on.
#[derive(Debug, Clone, FromRow)]
pub struct DaSondare {
    pub ente: EnteId,
    pub host: String,
    pub servizi: Vec<String>,
}

/// Every ente with a public host: the shortest of its names.
pub async fn da_sondare(tx: &mut Tx<Centro>) -> Result<Vec<DaSondare>, db::Error> {
    Ok(sqlx::query_as(sql::DA_SONDARE).fetch_all(tx.conn()).await?)
}

/// What a probe found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EsitoSonda {
    /// The page, whole.
    Su,
    /// Something that is not the page.
    Errore,
    /// Nothing, or nothing in time.
    Silenzio,
}

impl EsitoSonda {
    pub fn codice(self) -> &'static str {
        match self {
            EsitoSonda::Su => "su",
            EsitoSonda::Errore => "errore",
            EsitoSonda::Silenzio => "silenzio",
        }
    }
}

/// Writes a round of probes made at that instant: stretches go on, or begin. Who was not probed is not written, and so is not up.
pub async fn annota_sonde(
    tx: &mut Tx<Coda>,
    istante: Istante,
    esiti: &[(EnteId, EsitoSonda)],
) -> Result<(), db::Error> {
    let (enti, esiti): (Vec<EnteId>, Vec<&str>) = esiti.iter().map(|(e, s)| (*e, s.codice())).unzip();
    sqlx::query(sql::ANNOTA_SONDE).bind(db::sql(istante)).bind(enti).bind(esiti).execute(tx.conn()).await?;
    Ok(())
}

/// When the site of this ente could not be reached, from an instant on, in order.
pub async fn interruzioni_dal(tx: &mut Tx<DiEnte>, dal: Istante) -> Result<Vec<Interruzione>, db::Error> {
    type Riga = (jiff_sqlx::Timestamp, jiff_sqlx::Timestamp);
    let (ente, adesso) = (tx.ente(), tx.now());
    let prima: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar(sql::PRIMA_SONDA).bind(ente).fetch_one(tx.conn()).await?;
    let Some(prima) = prima.map(jiff_sqlx::Timestamp::to_jiff) else { return Ok(Vec::new()) };
    let righe: Vec<Riga> = sqlx::query_as(sql::TRATTI_SU).bind(ente).bind(db::sql(dal)).fetch_all(tx.conn()).await?;
    let su: Vec<Su> = righe.into_iter().map(|(dal, al)| Su { dal: dal.to_jiff(), al: al.to_jiff() }).collect();
    let fermate = fermate_dal(tx, dal).await?;
    Ok(interruzioni(prima.max(dal), &su, &fermate, adesso))
}

/// When the program was stopped on purpose, from an instant on, in order.
pub async fn fermate_dal(tx: &mut Tx<DiEnte>, dal: Istante) -> Result<Vec<Fermata>, db::Error> {
    type Riga = (jiff_sqlx::Timestamp, Option<jiff_sqlx::Timestamp>);
    let righe: Vec<Riga> = sqlx::query_as(sql::FERMATE).bind(db::sql(dal)).fetch_all(tx.conn()).await?;
    let fermata = |(dal, al): Riga| Fermata { dal: dal.to_jiff(), al: al.map(jiff_sqlx::Timestamp::to_jiff) };
    Ok(righe.into_iter().map(fermata).collect())
}

/// The program stops now because it was told to.
pub async fn annota_fermata(tx: &mut Tx<Coda>) -> Result<(), db::Error> {
    let now = tx.now();
    sqlx::query(sql::FERMATA).bind(db::sql(now)).execute(tx.conn()).await?;
    Ok(())
}

/// The program is back; after a crash there is no stop to end.
pub async fn annota_ripresa(tx: &mut Tx<Coda>) -> Result<(), db::Error> {
    let now = tx.now();
    sqlx::query(sql::RIPRESA).bind(db::sql(now)).execute(tx.conn()).await?;
    Ok(())
}

/// A member in force of an alliance, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Membro {
    pub membro: String,
    pub nome: String,
    pub stato: String,
    /// Its public site, once it works here.
    pub host: Option<String>,
}

pub async fn membri(tx: &mut Tx<DiAlleanza>, ente: EnteId, alleanza: &str) -> Result<Vec<Membro>, db::Error> {
    sqlx::query(sql::PER_ALLEANZA).bind(ente).execute(tx.conn()).await?;
    Ok(sqlx::query_as(sql::MEMBRI).bind(alleanza).fetch_all(tx.conn()).await?)
}

/// The observed months of each member in force, from that month on: the code of the member, and the month.
pub async fn disponibilita(
    tx: &mut Tx<DiAlleanza>,
    ente: EnteId,
    alleanza: &str,
    dal_mese: Data,
) -> Result<Vec<(String, Mese)>, db::Error> {
    type Riga = (String, jiff_sqlx::Date, i64, i64);
    sqlx::query(sql::PER_ALLEANZA).bind(ente).execute(tx.conn()).await?;
    let righe: Vec<Riga> =
        sqlx::query_as(sql::DISPONIBILITA).bind(alleanza).bind(db::sql(dal_mese)).fetch_all(tx.conn()).await?;
    let mese = |(membro, mese, osservati, su): Riga| (membro, Mese { mese: mese.to_jiff(), osservati, su });
    Ok(righe.into_iter().map(mese).collect())
}
