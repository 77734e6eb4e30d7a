//! What pages and other services read.

use authz::PersonaId;
use db::{DiAlleanza, DiEnte, EnteId, Tx};
use jiff::Timestamp;
use kernel::{Data, GiornoMese};
use sqlx::FromRow;
use uuid::Uuid;
use web::{Attivo, SolaLettura};

use crate::errors::{CODICI, Rifiuto};
use crate::model::{Adesione, Forma, Posizione, Recesso, Stato, TipoCredenziale, Titolo};
use crate::nomina::{Nomina, Parti};
use crate::{EntiError, sql};

/// The AOO in force, with who answers for its documents (DPR 445/2000 art. 61).
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Aoo {
    pub codice: String,
    pub denominazione: String,
    pub responsabile: Option<String>,
    pub vicario: Option<String>,
}

/// Every AOO in force; an ente always has one.
pub async fn aoo_tutte(tx: &mut Tx<DiEnte>) -> Result<Vec<Aoo>, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let mut tutte: Vec<Aoo> = sqlx::query_as(sql::AOO).bind(ente).bind(db::sql(oggi)).fetch_all(tx.conn()).await?;
    tutte.dedup_by(|a, b| a.codice == b.codice);
    Ok(tutte)
}

/// The first AOO in force: the only one of a small comune.
pub async fn aoo(tx: &mut Tx<DiEnte>) -> Result<Aoo, db::Error> {
    let prima = aoo_tutte(tx).await?.into_iter().next();
    prima.ok_or_else(|| sqlx::Error::RowNotFound.into())
}

/// Who answers, or answered, for the documents of an AOO, and from when to when.
#[derive(Debug, Clone, FromRow)]
pub struct IncaricoDi {
    pub incarico: String,
    pub nome: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub dal: Data,
    al: Option<jiff_sqlx::Date>,
}

impl IncaricoDi {
    pub fn al(&self) -> Option<Data> {
        data(self.al)
    }
}

/// Every appointment of an AOO, the last first in its kind.
pub async fn incarichi(tx: &mut Tx<DiEnte>, aoo: &str) -> Result<Vec<IncaricoDi>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::INCARICHI).bind(ente).bind(aoo).fetch_all(tx.conn()).await?)
}

/// What an ente says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheda {
    pub codice: String,
    pub denominazione: String,
    pub indirizzo: Option<String>,
    pub pec: Option<String>,
    pub sito: Option<String>,
    pub codice_fiscale: Option<String>,
    pub patrono: Option<GiornoMese>,
    pub dpo: Option<String>,
}

#[derive(FromRow)]
struct RigaScheda {
    codice: String,
    denominazione: String,
    indirizzo: Option<String>,
    pec: Option<String>,
    sito: Option<String>,
    codice_fiscale: Option<String>,
    patrono: Option<String>,
    dpo: Option<String>,
}

pub async fn scheda(tx: &mut Tx<DiEnte>) -> Result<Scheda, db::Error> {
    let ente = tx.ente();
    let r: RigaScheda = sqlx::query_as(sql::SCHEDA).bind(ente).fetch_one(tx.conn()).await?;
    Ok(Scheda {
        codice: r.codice,
        denominazione: r.denominazione,
        indirizzo: r.indirizzo,
        pec: r.pec,
        sito: r.sito,
        codice_fiscale: r.codice_fiscale,
        patrono: r.patrono.and_then(|p| p.parse().ok()),
        dpo: r.dpo,
    })
}

/// What anybody may know of an ente: kind, name, place. The last four only of a comune.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Anagrafe {
    pub denominazione: String,
    pub tipo: Option<String>,
    pub pec: Option<String>,
    pub comune: Option<String>,
    pub provincia: Option<String>,
    pub regione: Option<String>,
    pub istat: Option<String>,
}

pub async fn anagrafe(tx: &mut Tx<DiEnte>) -> Result<Anagrafe, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::ANAGRAFE).bind(ente).fetch_one(tx.conn()).await?)
}

/// The heading of what an ente writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intestazione {
    pub denominazione: String,
    pub codice: String,
    pub aoo: Aoo,
    pub indirizzo: Option<String>,
    pub pec: Option<String>,
    pub patrono: Option<GiornoMese>,
    pub sito: Option<String>,
}

pub async fn intestazione(tx: &mut Tx<DiEnte>) -> Result<Intestazione, db::Error> {
    let aoo = aoo(tx).await?;
    let s = scheda(tx).await?;
    Ok(Intestazione {
        denominazione: s.denominazione,
        codice: s.codice,
        aoo,
        indirizzo: s.indirizzo,
        pec: s.pec,
        patrono: s.patrono,
        sito: s.sito,
    })
}

/// A code given by others, with its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codice {
    pub tipo: String,
    pub valore: String,
    pub dal: Option<Data>,
    pub al: Option<Data>,
}

/// Codes of a body of the registry, those in force first in their kind.
pub async fn codici(tx: &mut Tx<DiEnte>, codice: &str) -> Result<Vec<Codice>, db::Error> {
    type Riga = (String, String, Option<jiff_sqlx::Date>, Option<jiff_sqlx::Date>);
    let righe: Vec<Riga> = sqlx::query_as(sql::CODICI_DI_ENTE).bind(codice).fetch_all(tx.conn()).await?;
    let codice = |(tipo, valore, dal, al): Riga| Codice { tipo, valore, dal: data(dal), al: data(al) };
    Ok(righe.into_iter().map(codice).collect())
}

pub async fn hosts(tx: &mut Tx<DiEnte>) -> Result<Vec<String>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_scalar(sql::HOSTS).bind(ente).fetch_all(tx.conn()).await?)
}

/// The public host that links are written with: the shortest.
pub async fn host_pubblico(tx: &mut Tx<DiEnte>) -> Result<Option<String>, db::Error> {
    Ok(hosts(tx).await?.into_iter().next())
}

/// Codes of the services that are on.
pub async fn accesi(tx: &mut Tx<DiEnte>) -> Result<Vec<String>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_scalar(sql::SERVIZI_ATTIVI).bind(ente).fetch_all(tx.conn()).await?)
}

/// The services that are on, as the kit asks: without a title they can only be read, from the day after it ended, whether
/// or not anybody has closed the adhesion.
pub async fn servizi_attivi(tx: &mut Tx<DiEnte>) -> Result<Vec<Attivo>, db::Error> {
    let accesi = accesi(tx).await?;
    let titolo = titolo(tx).await?;
    let frase = || format!("{} I servizi si leggono, ma non vi si scrive.", titolo.perche_no());
    let no = CODICI.iter().find(|f| f.codice == "ENT-027").filter(|_| !titolo.puo_scrivere());
    let sola_lettura = no.map(|f| SolaLettura { codice: f.codice, frase: frase(), rimedio: f.rimedio });
    Ok(accesi.into_iter().map(|servizio| Attivo { servizio, sola_lettura: sola_lettura.clone() }).collect())
}

/// By what title the ente uses the services today.
pub async fn titolo(tx: &mut Tx<DiEnte>) -> Result<Titolo, db::Error> {
    let oggi = tx.oggi();
    let righe: Vec<RigaTitolo> = sqlx::query_as(sql::TITOLO).fetch_all(tx.conn()).await?;
    let mut p = Posizione::default();
    for r in righe {
        (p.senza_alleanze, p.ha_alleanza) = (r.senza_alleanze, r.ha_alleanza);
        if let (Some(alleanza), Some(forma), Some(stato), Some(dal)) = (r.alleanza, r.forma, r.stato, r.stato_dal) {
            let recesso = data(r.recesso_notificato_il).zip(data(r.recesso_efficace_il));
            p.adesioni.push((alleanza, componi(&forma, &stato, dal.to_jiff(), data(r.decorre_dal), recesso)?));
        }
    }
    Ok(Titolo::di(&p, oggi))
}

#[derive(FromRow)]
struct RigaTitolo {
    senza_alleanze: bool,
    ha_alleanza: bool,
    alleanza: Option<String>,
    forma: Option<String>,
    stato: Option<String>,
    stato_dal: Option<jiff_sqlx::Date>,
    decorre_dal: Option<jiff_sqlx::Date>,
    recesso_notificato_il: Option<jiff_sqlx::Date>,
    recesso_efficace_il: Option<jiff_sqlx::Date>,
}

/// True when the service is on and may be written in.
pub async fn in_uso(tx: &mut Tx<DiEnte>, servizio: &str) -> Result<bool, db::Error> {
    Ok(attivo(tx, servizio).await? && titolo(tx).await?.puo_scrivere())
}

pub async fn attivo(tx: &mut Tx<DiEnte>, servizio: &str) -> Result<bool, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_scalar(sql::ATTIVO).bind(ente).bind(servizio).fetch_one(tx.conn()).await?)
}

/// When a service was on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodoDiServizio {
    pub servizio: String,
    pub dal: Timestamp,
    pub al: Option<Timestamp>,
}

/// Every service that is or was on, the last switched on first.
pub async fn storia_servizi(tx: &mut Tx<DiEnte>) -> Result<Vec<PeriodoDiServizio>, db::Error> {
    type Riga = (String, jiff_sqlx::Timestamp, Option<jiff_sqlx::Timestamp>);
    let ente = tx.ente();
    let righe: Vec<Riga> = sqlx::query_as(sql::STORIA_SERVIZI).bind(ente).fetch_all(tx.conn()).await?;
    let periodo = |(servizio, dal, al): Riga| PeriodoDiServizio {
        servizio,
        dal: dal.to_jiff(),
        al: al.map(jiff_sqlx::Timestamp::to_jiff),
    };
    Ok(righe.into_iter().map(periodo).collect())
}

/// A person who holds a role today.
#[derive(Debug, Clone, FromRow)]
pub struct Titolare {
    pub id: PersonaId,
    pub utente: String,
    pub nome: String,
    pub cognome: String,
}

/// Who holds a role today, the first who got it first.
pub async fn chi_ha_ruolo(tx: &mut Tx<DiEnte>, ruolo: &str) -> Result<Vec<Titolare>, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    Ok(sqlx::query_as(sql::CHI_HA_RUOLO).bind(ente).bind(ruolo).bind(db::sql(oggi)).fetch_all(tx.conn()).await?)
}

/// What a person who works here signs in with, beside the password.
#[derive(Debug, Clone, FromRow)]
pub struct FattoriDi {
    pub persona: PersonaId,
    pub nome: String,
    totp: bool,
    passkey: i64,
}

impl FattoriDi {
    pub fn ha(&self) -> bool {
        self.totp || self.passkey > 0
    }

    pub fn in_parole(&self) -> &'static str {
        match (self.passkey > 0, self.totp) {
            (true, true) => "passkey e codici dal telefono",
            (true, false) => "passkey",
            (false, _) => "codici dal telefono",
        }
    }
}

/// Who works here today, and their second factors, by surname.
pub async fn fattori(tx: &mut Tx<DiEnte>) -> Result<Vec<FattoriDi>, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    Ok(sqlx::query_as(sql::FATTORI).bind(ente).bind(db::sql(oggi)).fetch_all(tx.conn()).await?)
}

/// A credential of an official.
#[derive(Debug, Clone, FromRow)]
pub struct Credenziale {
    pub id: Uuid,
    pub persona: PersonaId,
    /// Who holds it.
    pub nome: String,
    pub tipo: String,
    pub fornitore: String,
    pub identificativo: String,
    scade_il: Option<jiff_sqlx::Date>,
    pub nota: String,
    ritirata_il: Option<jiff_sqlx::Date>,
}

impl Credenziale {
    pub fn nome_tipo(&self) -> &'static str {
        TipoCredenziale::da(&self.tipo).map_or("Credenziale", TipoCredenziale::nome)
    }

    pub fn scade_il(&self) -> Option<Data> {
        data(self.scade_il)
    }

    pub fn ritirata_il(&self) -> Option<Data> {
        data(self.ritirata_il)
    }
}

/// Every credential, the next to end first.
pub async fn credenziali(tx: &mut Tx<DiEnte>) -> Result<Vec<Credenziale>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::CREDENZIALI).bind(ente).fetch_all(tx.conn()).await?)
}

/// A line of "who did what".
#[derive(Debug, Clone, FromRow)]
pub struct Attivita {
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub id: Uuid,
    pub chi: Option<String>,
    pub ufficio: String,
    pub azione: String,
    pub oggetto: String,
    pub dettaglio: serde_json::Value,
    pub operazione: Uuid,
    pub per_conto_di: Option<String>,
    /// The name of who lent the operator.
    pub prestito_da: Option<String>,
}

/// The audit, from the newest, after `dopo`; of one object only when `oggetto` is not empty.
pub async fn registro_attivita(
    tx: &mut Tx<DiEnte>,
    dopo: Option<(Timestamp, Uuid)>,
    oggetto: &str,
    righe: i64,
) -> Result<Vec<Attivita>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::REGISTRO_ATTIVITA)
        .bind(ente)
        .bind(dopo.map(|(istante, _)| db::sql(istante)))
        .bind(dopo.map(|(_, id)| id))
        .bind(oggetto)
        .bind(righe)
        .fetch_all(tx.conn())
        .await?)
}

/// An alliance of this ente.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alleanza {
    pub codice: String,
    pub denominazione: String,
    pub sopra: Option<String>,
    pub preavviso_mesi: i16,
    pub dal: Data,
    pub al: Option<Data>,
    pub succede_a: Option<String>,
}

/// The alliances of this ente, those in force first.
pub async fn alleanze(tx: &mut Tx<DiEnte>) -> Result<Vec<Alleanza>, db::Error> {
    type Riga = (String, String, Option<String>, i16, jiff_sqlx::Date, Option<jiff_sqlx::Date>, Option<String>);
    let ente = tx.ente();
    let righe: Vec<Riga> = sqlx::query_as(sql::ALLEANZE).bind(ente).fetch_all(tx.conn()).await?;
    let alleanza = |(codice, denominazione, sopra, preavviso_mesi, dal, al, succede_a): Riga| Alleanza {
        codice,
        denominazione,
        sopra,
        preavviso_mesi,
        dal: dal.to_jiff(),
        al: data(al),
        succede_a,
    };
    Ok(righe.into_iter().map(alleanza).collect())
}

/// A body near this ente in the tree of alliances.
#[derive(Debug, Clone, FromRow)]
pub struct Ramo {
    /// Negative above, 1 right below.
    pub livello: i32,
    pub codice: String,
    pub ente: String,
    pub alleanza: Option<String>,
}

/// The place of this ente in the tree: from the top to the alliances right below.
pub async fn albero(tx: &mut Tx<DiEnte>) -> Result<Vec<Ramo>, db::Error> {
    Ok(sqlx::query_as(sql::ALBERO).fetch_all(tx.conn()).await?)
}

/// Whether this ente decides how people enter the installation: it has an alliance, and none that works here is above it.
pub async fn decide_l_ingresso(tx: &mut Tx<DiEnte>) -> Result<bool, db::Error> {
    let oggi = tx.oggi();
    let sua = alleanze(tx).await?.iter().any(|a| a.dal <= oggi && a.al.is_none_or(|al| al >= oggi));
    let sotto = albero(tx).await?.iter().any(|r| r.livello < 0 && r.alleanza.is_some());
    Ok(sua && !sotto)
}

/// The bodies that may stand above an alliance of this ente: code and name.
pub async fn sopra_possibili(tx: &mut Tx<DiEnte>) -> Result<Vec<(String, String)>, db::Error> {
    let mio = scheda(tx).await?.codice;
    Ok(sqlx::query_as(sql::SOPRA_POSSIBILI).bind(mio).fetch_all(tx.conn()).await?)
}

/// Members that are over as bodies, each with who comes after it.
pub async fn membri_cessati(tx: &mut Tx<DiEnte>, alleanza: &str) -> Result<Vec<(String, String)>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::MEMBRI_CESSATI).bind(ente).bind(alleanza).fetch_all(tx.conn()).await?)
}

/// An adhesion with who it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdesioneDi {
    pub id: Uuid,
    pub alleanza: String,
    pub membro: String,
    pub membro_nome: String,
    pub richiesta_il: Data,
    /// The adhesion it carries over, in a transformation.
    pub continua: Option<Uuid>,
    pub adesione: Adesione,
}

#[derive(FromRow)]
pub(crate) struct RigaAdesione {
    id: Uuid,
    alleanza: String,
    membro: String,
    membro_nome: String,
    forma: String,
    stato: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    stato_dal: Data,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    richiesta_il: Data,
    decorre_dal: Option<jiff_sqlx::Date>,
    recesso_notificato_il: Option<jiff_sqlx::Date>,
    recesso_efficace_il: Option<jiff_sqlx::Date>,
    continua: Option<Uuid>,
}

impl TryFrom<RigaAdesione> for AdesioneDi {
    type Error = db::Error;

    fn try_from(r: RigaAdesione) -> Result<AdesioneDi, db::Error> {
        let recesso = data(r.recesso_notificato_il).zip(data(r.recesso_efficace_il));
        let adesione = componi(&r.forma, &r.stato, r.stato_dal, data(r.decorre_dal), recesso)?;
        Ok(AdesioneDi {
            id: r.id,
            alleanza: r.alleanza,
            membro: r.membro,
            membro_nome: r.membro_nome,
            richiesta_il: r.richiesta_il,
            continua: r.continua,
            adesione,
        })
    }
}

fn componi(
    forma: &str,
    stato: &str,
    stato_dal: Data,
    decorre_dal: Option<Data>,
    recesso: Option<(Data, Data)>,
) -> Result<Adesione, db::Error> {
    let ignoto = || db::Error::Sql(sqlx::Error::Decode(format!("adhesion: {forma} {stato}").into()));
    Ok(Adesione {
        forma: Forma::da(forma).ok_or_else(ignoto)?,
        stato: Stato::da(stato).ok_or_else(ignoto)?,
        stato_dal,
        decorre_dal,
        recesso: recesso.map(|(notificato_il, efficace_il)| Recesso { notificato_il, efficace_il }),
    })
}

/// The adhesions to an alliance, by member.
pub async fn adesioni(tx: &mut Tx<DiEnte>, alleanza: &str) -> Result<Vec<AdesioneDi>, db::Error> {
    let ente = tx.ente();
    let righe: Vec<RigaAdesione> = sqlx::query_as(sql::ADESIONI).bind(ente).bind(alleanza).fetch_all(tx.conn()).await?;
    righe.into_iter().map(AdesioneDi::try_from).collect()
}

pub async fn adesione(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<AdesioneDi, EntiError> {
    let ente = tx.ente();
    let riga: Option<RigaAdesione> =
        sqlx::query_as(sql::ADESIONE).bind(ente).bind(id).fetch_optional(tx.conn()).await?;
    Ok(riga.ok_or(Rifiuto::AdesioneIgnota)?.try_into()?)
}

/// Who appoints whom, in an adhesion of this alliance.
pub(crate) async fn parti(tx: &mut Tx<DiEnte>, di: &AdesioneDi) -> Result<Parti, EntiError> {
    let responsabile = scheda(tx).await?.denominazione;
    let alleanza = alleanze(tx).await?.into_iter().find(|a| a.codice == di.alleanza);
    Ok(Parti {
        titolare: di.membro_nome.clone(),
        codice: di.membro.clone(),
        responsabile,
        alleanza: alleanza.map(|a| a.denominazione).unwrap_or_default(),
        forma: di.adesione.forma.nome().to_owned(),
        richiesta_il: di.richiesta_il,
    })
}

/// The appointment that was signed with an adhesion of this ente, or to it; none before the signatures.
pub(crate) async fn nomina_firmata(tx: &mut Tx<DiEnte>, adesione: Uuid) -> Result<Option<Nomina>, db::Error> {
    let dati: Option<serde_json::Value> =
        sqlx::query_scalar(sql::NOMINA_DI).bind(adesione).fetch_one(tx.conn()).await?;
    let letta = dati.map(serde_json::from_value).transpose();
    letta.map_err(|e| db::Error::Sql(sqlx::Error::Decode(e.into())))
}

/// How an adhesion came to its state.
#[derive(Debug, Clone, FromRow)]
pub struct PassoDiAdesione {
    pub stato: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub il: Data,
    atto_tipo: Option<String>,
    atto_numero: Option<i32>,
    atto_data: Option<jiff_sqlx::Date>,
    pub firma_ente: Option<String>,
    pub firma_alleanza: Option<String>,
    pub nota: String,
}

impl PassoDiAdesione {
    /// The act as offices cite it.
    pub fn atto(&self) -> Option<String> {
        let (tipo, numero, il) = (self.atto_tipo.as_ref()?, self.atto_numero?, self.atto_data?);
        Some(format!("{tipo} n. {numero} del {}", kernel::tempo::breve(il.to_jiff())))
    }
}

pub async fn passi(tx: &mut Tx<DiEnte>, adesione: Uuid) -> Result<Vec<PassoDiAdesione>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::PASSI).bind(ente).bind(adesione).fetch_all(tx.conn()).await?)
}

/// An adhesion as the member reads it.
#[derive(Debug, Clone, FromRow)]
pub struct MiaAdesione {
    pub id: Uuid,
    pub ente_alleanza: String,
    pub alleanza: String,
    pub forma: String,
    pub stato: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub stato_dal: Data,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub richiesta_il: Data,
    decorre_dal: Option<jiff_sqlx::Date>,
    recesso_efficace_il: Option<jiff_sqlx::Date>,
    firmata_il: Option<jiff_sqlx::Date>,
    pub firma_ente: Option<String>,
    pub firma_alleanza: Option<String>,
}

impl MiaAdesione {
    pub fn decorre_dal(&self) -> Option<Data> {
        data(self.decorre_dal)
    }

    pub fn recesso_efficace_il(&self) -> Option<Data> {
        data(self.recesso_efficace_il)
    }

    pub fn firmata_il(&self) -> Option<Data> {
        data(self.firmata_il)
    }
}

/// The adhesions of this ente, to any alliance of the installation.
pub async fn mie_adesioni(tx: &mut Tx<DiEnte>) -> Result<Vec<MiaAdesione>, db::Error> {
    Ok(sqlx::query_as(sql::MIE_ADESIONI).fetch_all(tx.conn()).await?)
}

/// A service that a member in force has on: all that an alliance sees of it.
#[derive(Debug, Clone, FromRow)]
pub struct ServizioDiMembro {
    pub membro: String,
    pub membro_nome: String,
    pub servizio: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub dal: Timestamp,
}

/// The services of the members in force of an alliance of `ente`.
pub async fn servizi_dei_membri(
    tx: &mut Tx<DiAlleanza>,
    ente: EnteId,
    alleanza: &str,
) -> Result<Vec<ServizioDiMembro>, db::Error> {
    sqlx::query(sql::PER_ALLEANZA).bind(ente).execute(tx.conn()).await?;
    Ok(sqlx::query_as(sql::SERVIZI_DEI_MEMBRI).bind(alleanza).fetch_all(tx.conn()).await?)
}

pub(crate) fn data(d: Option<jiff_sqlx::Date>) -> Option<Data> {
    d.map(jiff_sqlx::Date::to_jiff)
}
