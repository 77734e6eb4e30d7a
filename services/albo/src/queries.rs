//! What pages and other services read.

use authz::PersonaId;
use db::{DiEnte, Tx};
use jiff_sqlx::{Date, Timestamp};
use kernel::{Data, Impronta, Istante, Numero, Periodo};
use sqlx::FromRow;
use uuid::Uuid;

use crate::model::interruzioni::Soglia;
use crate::model::relata::Fatto;
use crate::model::tempi::{Modo, Regola, computo};
use crate::model::{Atto, Classe, File, Pubblicazione, Stato, TermineDiTipo, Tipo};
use crate::sql;

#[derive(FromRow)]
struct RigaTipo {
    codice: String,
    nome: String,
    modo: Option<String>,
    giorni: Option<i16>,
    computo: Option<String>,
    fonte: Option<String>,
    certezza: Option<String>,
    dal: Option<Date>,
}

impl RigaTipo {
    fn tipo(self) -> Tipo {
        let modo = match (self.modo.as_deref(), self.giorni) {
            (Some("giorni"), Some(n)) => Some(Modo::Giorni(n.unsigned_abs())),
            (Some("scadenza"), _) => Some(Modo::Scadenza),
            _ => None,
        };
        let termine = modo.zip(self.dal).map(|(modo, dal)| TermineDiTipo {
            modo,
            computo: self.computo.as_deref().map(computo),
            fonte: self.fonte.unwrap_or_default(),
            certezza: self.certezza.unwrap_or_default(),
            dal: dal.to_jiff(),
        });
        Tipo { codice: self.codice, nome: self.nome, termine }
    }
}

/// Every type of act, with the term in force on a day.
pub async fn tipi(tx: &mut Tx<DiEnte>, giorno: Data) -> Result<Vec<Tipo>, db::Error> {
    let ente = tx.ente();
    let righe: Vec<RigaTipo> =
        sqlx::query_as(sql::TIPI).bind(ente).bind(db::sql(giorno)).bind(None::<&str>).fetch_all(tx.conn()).await?;
    Ok(righe.into_iter().map(RigaTipo::tipo).collect())
}

pub async fn tipo(tx: &mut Tx<DiEnte>, codice: &str, giorno: Data) -> Result<Option<Tipo>, db::Error> {
    let ente = tx.ente();
    let riga: Option<RigaTipo> =
        sqlx::query_as(sql::TIPI).bind(ente).bind(db::sql(giorno)).bind(codice).fetch_optional(tx.conn()).await?;
    Ok(riga.map(RigaTipo::tipo))
}

/// How the ente counts days, on a day.
pub async fn regola(tx: &mut Tx<DiEnte>, giorno: Data) -> Result<Regola, db::Error> {
    let ente = tx.ente();
    let riga: Option<(String, Option<String>)> =
        sqlx::query_as(sql::REGOLA).bind(ente).bind(db::sql(giorno)).fetch_optional(tx.conn()).await?;
    Ok(riga.map_or_else(Regola::default, |(c, ora_limite)| Regola { computo: computo(&c), ora_limite }))
}

#[derive(FromRow)]
pub(crate) struct RigaAtto {
    id: Uuid,
    aoo: String,
    stato: String,
    filo: Uuid,
    tipo: String,
    tipo_nome: String,
    oggetto: String,
    numero_atto: String,
    data_atto: Option<Date>,
    protocollo: String,
    richiedente: String,
    responsabile: String,
    norma: String,
    forma: String,
    ultimo_giorno_chiesto: Option<Date>,
    avvisi: Vec<String>,
    confermato_da: Option<PersonaId>,
    previsto_dal: Option<Date>,
    creato_il: Timestamp,
    anno: Option<i32>,
    numero: Option<i32>,
    posizione: Option<i64>,
    affisso_il: Option<Timestamp>,
    dal: Option<Date>,
    al: Option<Date>,
    fine: Option<Timestamp>,
    fonte_termine: Option<String>,
    chiuso_il: Option<Timestamp>,
    motivo: String,
    provvedimento: String,
    classe: String,
    relata: Option<Uuid>,
}

impl RigaAtto {
    fn pubblicazione(&self) -> Option<Pubblicazione> {
        Some(Pubblicazione {
            anno: self.anno?,
            numero: Numero::try_from(self.numero?).ok()?,
            posizione: self.posizione?,
            affisso_il: self.affisso_il?.to_jiff(),
            dal: self.dal?.to_jiff(),
            al: self.al?.to_jiff(),
            fine: self.fine?.to_jiff(),
            fonte_termine: self.fonte_termine.clone().unwrap_or_default(),
        })
    }

    pub(crate) fn atto(self) -> Atto {
        Atto {
            pubblicazione: self.pubblicazione(),
            id: self.id,
            aoo: self.aoo,
            stato: Stato::da(&self.stato),
            filo: self.filo,
            tipo: self.tipo,
            tipo_nome: self.tipo_nome,
            oggetto: self.oggetto,
            numero_atto: self.numero_atto,
            data_atto: self.data_atto.map(Date::to_jiff),
            protocollo: self.protocollo,
            richiedente: self.richiedente,
            responsabile: self.responsabile,
            norma: self.norma,
            forma: self.forma,
            ultimo_giorno_chiesto: self.ultimo_giorno_chiesto.map(Date::to_jiff),
            avvisi: self.avvisi,
            confermato: self.confermato_da.is_some(),
            previsto_dal: self.previsto_dal.map(Date::to_jiff),
            creato_il: self.creato_il.to_jiff(),
            chiuso_il: self.chiuso_il.map(Timestamp::to_jiff),
            motivo: self.motivo,
            provvedimento: self.provvedimento,
            classe: Classe::da(&self.classe),
            relata: self.relata,
        }
    }
}

fn atti(righe: Vec<RigaAtto>) -> Vec<Atto> {
    righe.into_iter().map(RigaAtto::atto).collect()
}

/// A published act by its human key.
pub async fn atto(tx: &mut Tx<DiEnte>, anno: i32, numero: Numero) -> Result<Option<Atto>, db::Error> {
    let ente = tx.ente();
    let riga: Option<RigaAtto> =
        sqlx::query_as(sql::ATTO).bind(ente).bind(anno).bind(numero.valore()).fetch_optional(tx.conn()).await?;
    Ok(riga.map(RigaAtto::atto))
}

/// An act by its key, published or not.
pub async fn bozza(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<Option<Atto>, db::Error> {
    let ente = tx.ente();
    let riga: Option<RigaAtto> = sqlx::query_as(sql::BOZZA).bind(ente).bind(id).fetch_optional(tx.conn()).await?;
    Ok(riga.map(RigaAtto::atto))
}

/// The acts of a thread.
pub async fn del_filo(tx: &mut Tx<DiEnte>, filo: Uuid) -> Result<Vec<Atto>, db::Error> {
    let ente = tx.ente();
    Ok(atti(sqlx::query_as(sql::DEL_FILO).bind(ente).bind(filo).fetch_all(tx.conn()).await?))
}

#[derive(FromRow)]
struct RigaFile {
    id: Uuid,
    posto: i16,
    ruolo: String,
    documento: Uuid,
    nome: String,
    tipo: String,
    dimensione: i64,
    impronta: Vec<u8>,
    non_controllato: String,
    messo_il: Option<Timestamp>,
    tolto_il: Option<Timestamp>,
}

/// The files of an act, replaced ones included, in their order.
pub async fn file(tx: &mut Tx<DiEnte>, atto: Uuid) -> Result<Vec<File>, db::Error> {
    let ente = tx.ente();
    let righe: Vec<RigaFile> = sqlx::query_as(sql::FILE).bind(ente).bind(atto).fetch_all(tx.conn()).await?;
    righe
        .into_iter()
        .map(|r| {
            Ok(File {
                id: r.id,
                posto: r.posto,
                ruolo: r.ruolo,
                documento: r.documento,
                nome: r.nome,
                tipo: r.tipo,
                dimensione: r.dimensione,
                impronta: Impronta::try_from(r.impronta).map_err(|e| sqlx::Error::Decode(e.into()))?,
                non_controllato: r.non_controllato,
                messo_il: r.messo_il.map(Timestamp::to_jiff),
                tolto_il: r.tolto_il.map(Timestamp::to_jiff),
            })
        })
        .collect()
}

type RigaFatto = (i64, Timestamp, String, String, serde_json::Value);

/// The log of an act, from its publication on.
pub async fn operazioni(tx: &mut Tx<DiEnte>, atto: Uuid) -> Result<Vec<Fatto>, db::Error> {
    let ente = tx.ente();
    let righe: Vec<RigaFatto> = sqlx::query_as(sql::OPERAZIONI).bind(ente).bind(atto).fetch_all(tx.conn()).await?;
    righe
        .into_iter()
        .map(|(posizione, istante, chi, motivo, dettaglio)| {
            let cosa = serde_json::from_value(dettaglio).map_err(|e| sqlx::Error::Decode(e.into()))?;
            Ok(Fatto { posizione, istante: istante.to_jiff(), chi, motivo, cosa })
        })
        .collect()
}

/// Where the next page of a list begins: after this year and number.
pub type Dopo = Option<(i32, i32)>;

/// What a citizen looks for.
#[derive(Debug, Clone, Default)]
pub struct Filtro {
    pub testo: String,
    pub tipo: Option<String>,
}

/// What anybody may read at that instant, the newest first; annulled and removed acts keep their place until their end.
pub async fn esposti(
    tx: &mut Tx<DiEnte>,
    adesso: Istante,
    filtro: &Filtro,
    dopo: Dopo,
    righe: i64,
) -> Result<Vec<Atto>, db::Error> {
    let ente = tx.ente();
    let parole: Vec<String> = filtro.testo.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if filtro.tipo.is_none() && parole.is_empty() {
        let (anno, numero) = dopo.unwrap_or((i32::MAX, i32::MAX));
        let r = sqlx::query_as(sql::TUTTI_ESPOSTI)
            .bind(ente)
            .bind(db::sql(adesso))
            .bind(anno)
            .bind(numero)
            .bind(righe)
            .fetch_all(tx.conn())
            .await?;
        return Ok(atti(r));
    }
    let r = sqlx::query_as(sql::ESPOSTI)
        .bind(ente)
        .bind(db::sql(adesso))
        .bind(filtro.tipo.as_deref())
        .bind(parole)
        .bind(dopo.map(|d| d.0))
        .bind(dopo.map(|d| d.1))
        .bind(righe)
        .fetch_all(tx.conn())
        .await?;
    Ok(atti(r))
}

/// What a feed carries at that instant, the newest first: exposed, neither annulled nor removed.
pub(crate) async fn nel_flusso(
    tx: &mut Tx<DiEnte>,
    adesso: Istante,
    dopo: Dopo,
    righe: i64,
) -> Result<Vec<Atto>, db::Error> {
    let ente = tx.ente();
    let r = sqlx::query_as(sql::NEL_FLUSSO)
        .bind(ente)
        .bind(db::sql(adesso))
        .bind(dopo.map(|d| d.0))
        .bind(dopo.map(|d| d.1))
        .bind(righe)
        .fetch_all(tx.conn())
        .await?;
    Ok(atti(r))
}

/// The types of acts that are about a person by their nature.
pub(crate) async fn tipi_di_persone(tx: &mut Tx<DiEnte>) -> Result<Vec<String>, db::Error> {
    Ok(sqlx::query_scalar(sql::TIPI_DI_PERSONE).fetch_all(tx.conn()).await?)
}

/// A tab of the office's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheda {
    Bozze,
    Programmati,
    Esposti,
    Finiti,
    Chiusi,
}

/// The acts of a tab, the newest first.
pub async fn elenco(
    tx: &mut Tx<DiEnte>,
    scheda: Scheda,
    adesso: Istante,
    dopo: Dopo,
    righe: i64,
) -> Result<Vec<Atto>, db::Error> {
    let ente = tx.ente();
    let in_preparazione = match scheda {
        Scheda::Bozze => Some("bozza"),
        Scheda::Programmati => Some("programmata"),
        _ => None,
    };
    let r = match in_preparazione {
        Some(stato) => {
            sqlx::query_as(sql::IN_PREPARAZIONE).bind(ente).bind(stato).bind(righe).fetch_all(tx.conn()).await?
        }
        None => {
            let quale = match scheda {
                Scheda::Finiti => "finiti",
                Scheda::Chiusi => "chiusi",
                _ => "esposti",
            };
            sqlx::query_as(sql::PUBBLICATI)
                .bind(ente)
                .bind(quale)
                .bind(db::sql(adesso))
                .bind(dopo.map(|d| d.0))
                .bind(dopo.map(|d| d.1))
                .bind(righe)
                .fetch_all(tx.conn())
                .await?
        }
    };
    Ok(atti(r))
}

/// The threshold in force on a day.
pub(crate) async fn soglia(tx: &mut Tx<DiEnte>, giorno: Data) -> Result<Option<Soglia>, db::Error> {
    let riga: Option<(i16, String, String)> =
        sqlx::query_as(sql::SOGLIA).bind(db::sql(giorno)).fetch_optional(tx.conn()).await?;
    Ok(riga.map(|(ore, fonte, certezza)| Soglia { ore, fonte, certezza }))
}

/// The publications that were exposed at that instant or began later, annulled and removed ones aside.
pub(crate) async fn esposti_dal(tx: &mut Tx<DiEnte>, dal: Istante) -> Result<Vec<(Uuid, Pubblicazione)>, db::Error> {
    let ente = tx.ente();
    let righe: Vec<RigaAtto> =
        sqlx::query_as(sql::ESPOSTI_DAL).bind(ente).bind(db::sql(dal)).fetch_all(tx.conn()).await?;
    Ok(righe.into_iter().filter_map(|r| Some((r.id, r.pubblicazione()?))).collect())
}

/// A publication that lost days, with nobody's decision yet.
#[derive(Debug, Clone)]
pub struct Proposta {
    pub atto: Atto,
    pub interrotto: Periodo,
    pub minuti: i32,
}

/// The days of every proposal about an act, whatever became of it.
pub(crate) async fn proposte_di(tx: &mut Tx<DiEnte>, atto: Uuid) -> Result<Vec<Periodo>, db::Error> {
    let ente = tx.ente();
    let righe: Vec<(Date, Date)> = sqlx::query_as(sql::PROPOSTE_DI).bind(ente).bind(atto).fetch_all(tx.conn()).await?;
    righe.into_iter().map(|(dal, al)| periodo(dal, al)).collect()
}

/// What waits for a decision, the oldest days first.
pub async fn proposte(tx: &mut Tx<DiEnte>) -> Result<Vec<Proposta>, db::Error> {
    let ente = tx.ente();
    let con_proposta = atti(sqlx::query_as(sql::ATTI_CON_PROPOSTA).bind(ente).fetch_all(tx.conn()).await?);
    let righe: Vec<(Uuid, Date, Date, i32)> = sqlx::query_as(sql::PROPOSTE).bind(ente).fetch_all(tx.conn()).await?;
    let proposta = |(id, dal, al, minuti): (Uuid, Date, Date, i32)| {
        let atto = con_proposta.iter().find(|a| a.id == id).cloned().ok_or(sqlx::Error::RowNotFound)?;
        Ok(Proposta { atto, interrotto: periodo(dal, al)?, minuti })
    };
    righe.into_iter().map(proposta).collect()
}

fn periodo(dal: Date, al: Date) -> Result<Periodo, db::Error> {
    Periodo::nuovo(dal.to_jiff(), Some(al.to_jiff())).map_err(|e| sqlx::Error::Decode(e.into()).into())
}

/// Scheduled acts whose day has come.
pub(crate) async fn da_affiggere(tx: &mut Tx<DiEnte>) -> Result<Vec<Uuid>, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    Ok(sqlx::query_scalar(sql::DA_AFFIGGERE).bind(ente).bind(db::sql(oggi)).fetch_all(tx.conn()).await?)
}

/// Who scheduled an act, and in whose name it will be published.
pub(crate) async fn chi_affigge(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<Option<(PersonaId, String)>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::CHI_AFFIGGE).bind(ente).bind(id).fetch_optional(tx.conn()).await?)
}
