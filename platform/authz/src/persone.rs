//! People, offices and roles of an ente; hosts.

use db::{Db, DiEnte, EnteId, Manutenzione, Tx};
use kernel::Data;
use sqlx::FromRow;

use crate::{AccessoNegato, Chiave, Negato, PersonaId, RUOLI, sessione, sql};

/// A refusal or a fault about people and roles.
#[derive(Debug, thiserror::Error)]
pub enum PersonaError {
    #[error("La password deve avere almeno 12 caratteri.")]
    ParolaCorta,
    #[error("Il ruolo «{0}» non esiste.")]
    RuoloIgnoto(String),
    #[error("L’ufficio «{0}» esiste già.")]
    UfficioDoppio(String),
    #[error("Il nome utente deve avere da 3 a 100 caratteri, senza spazi.")]
    UtenteIllegibile,
    #[error("L’utente «{0}» non esiste.")]
    UtenteIgnoto(String),
    #[error(transparent)]
    Accesso(#[from] AccessoNegato),
    #[error(transparent)]
    Negato(#[from] Negato),
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<sqlx::Error> for PersonaError {
    fn from(e: sqlx::Error) -> Self {
        PersonaError::Db(e.into())
    }
}

/// The ente behind a host name.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct EnteDiHost {
    pub ente: EnteId,
    pub codice: String,
    pub denominazione: String,
}

/// Looks a host up: lower case, without port.
pub async fn ente_di_host(db: &Db, host: &str) -> Result<Option<EnteDiHost>, db::Error> {
    let mut tx = db.porta().await?;
    Ok(sqlx::query_as(sql::ENTE_DI_HOST).bind(host).fetch_optional(tx.conn()).await?)
}

/// The ente with that code, for commands of the technical centre and for jobs that name one.
pub async fn ente_per_codice(db: &Db, codice: &str) -> Result<Option<EnteDiHost>, db::Error> {
    let mut tx = db.senza_ente().await?;
    Ok(sqlx::query_as(sql::ENTE_PER_CODICE).bind(codice).fetch_optional(tx.conn()).await?)
}

/// A person with a role in the ente.
#[derive(Debug, Clone, FromRow)]
pub struct Persona {
    pub id: PersonaId,
    pub utente: String,
    pub nome: String,
    pub cognome: String,
    pub ufficio: String,
    pub ruolo: String,
    al: Option<jiff_sqlx::Date>,
}

impl Persona {
    /// The last day of the role, when it has one.
    pub fn al(&self) -> Option<Data> {
        self.al.map(jiff_sqlx::Date::to_jiff)
    }
}

/// Every role in force in the ente, by surname.
pub async fn persone(tx: &mut Tx<DiEnte>) -> Result<Vec<Persona>, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    Ok(sqlx::query_as(sql::PERSONE).bind(ente).bind(db::sql(oggi)).fetch_all(tx.conn()).await?)
}

/// The offices in force, by name: code and name.
pub async fn uffici(tx: &mut Tx<DiEnte>) -> Result<Vec<(String, String)>, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    Ok(sqlx::query_as(sql::UFFICI).bind(ente).bind(db::sql(oggi)).fetch_all(tx.conn()).await?)
}

pub async fn apri_ufficio(tx: &mut Tx<DiEnte>, codice: &str, nome: &str) -> Result<(), PersonaError> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let esito =
        sqlx::query(sql::APRI_UFFICIO).bind(ente).bind(codice).bind(nome).bind(db::sql(oggi)).execute(tx.conn()).await;
    match esito.map_err(db::Error::from) {
        Ok(_) => Ok(()),
        Err(e) if e.vincolo() == Some("ufficio_pkey") => Err(PersonaError::UfficioDoppio(codice.to_owned())),
        Err(e) => Err(e.into()),
    }
}

/// An office that is over: its name stays on what it did.
#[derive(Debug, Clone, FromRow)]
pub struct UfficioChiuso {
    pub codice: String,
    pub nome: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub al: Data,
}

/// The offices that are over, the last closed first.
pub async fn uffici_chiusi(tx: &mut Tx<DiEnte>) -> Result<Vec<UfficioChiuso>, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    Ok(sqlx::query_as(sql::UFFICI_CHIUSI).bind(ente).bind(db::sql(oggi)).fetch_all(tx.conn()).await?)
}

/// Closes an office with yesterday: from now on nobody acts in its name. False if it was not open.
///
/// Roles end with it: [`passa_ruoli`] first, for those that go on elsewhere.
pub async fn chiudi_ufficio(tx: &mut Tx<DiEnte>, codice: &str) -> Result<bool, db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let ieri = db::sql(oggi.yesterday().unwrap_or(oggi));
    sqlx::query(sql::FINISCI_RUOLI).bind(ente).bind(codice).bind(ieri).execute(tx.conn()).await?;
    let esito = sqlx::query(sql::CHIUDI_UFFICIO).bind(ente).bind(codice).bind(ieri).execute(tx.conn()).await?;
    Ok(esito.rows_affected() > 0)
}

/// Gives the roles of an office, as they are, in another one; who is lent there goes there too.
pub async fn passa_ruoli(tx: &mut Tx<DiEnte>, da: &str, a: &str) -> Result<(), db::Error> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    sqlx::query(sql::PASSA_RUOLI).bind(ente).bind(da).bind(a).bind(db::sql(oggi)).execute(tx.conn()).await?;
    let adesso = tx.now();
    sqlx::query(sql::PASSA_PRESTITI).bind(ente).bind(da).bind(a).bind(db::sql(adesso)).execute(tx.conn()).await?;
    Ok(())
}

/// A person to be, by user name: an existing one is reused as it is.
#[derive(Debug, Clone)]
pub struct NuovaPersona<'a> {
    pub utente: &'a str,
    pub nome: &'a str,
    pub cognome: &'a str,
    /// Set only if the person has no password yet.
    pub parola: Option<&'a str>,
}

/// Makes (or finds) the person and gives the first role in the ente.
pub async fn crea_persona(
    tx: &mut Tx<DiEnte>,
    nuova: &NuovaPersona<'_>,
    ufficio: &str,
    ruolo: &str,
) -> Result<PersonaId, PersonaError> {
    let utente = nuova.utente.to_lowercase();
    if !(3..=100).contains(&utente.chars().count()) || utente.chars().any(char::is_whitespace) {
        return Err(PersonaError::UtenteIllegibile);
    }
    let persona: PersonaId = sqlx::query_scalar(sql::PERSONA_PER_UTENTE)
        .bind(&utente)
        .bind(nuova.nome)
        .bind(nuova.cognome)
        .fetch_one(tx.conn())
        .await?;
    aggiungi_ruolo(tx, persona, ufficio, ruolo).await?;
    if let Some(parola) = nuova.parola {
        let phc = sessione::cifra(parola).await?;
        sqlx::query(sql::PRIMA_PAROLA).bind(persona).bind(phc).execute(tx.conn()).await?;
    }
    Ok(persona)
}

pub async fn aggiungi_ruolo(
    tx: &mut Tx<DiEnte>,
    persona: PersonaId,
    ufficio: &str,
    ruolo: &str,
) -> Result<(), PersonaError> {
    if !RUOLI.iter().any(|r| r.codice == ruolo) {
        return Err(PersonaError::RuoloIgnoto(ruolo.to_owned()));
    }
    let (ente, oggi) = (tx.ente(), tx.oggi());
    sqlx::query(sql::DAI_RUOLO)
        .bind(ente)
        .bind(persona)
        .bind(ufficio)
        .bind(ruolo)
        .bind(db::sql(oggi))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends the role with yesterday: from now on it allows nothing. False if the person did not have it.
pub async fn togli_ruolo(
    tx: &mut Tx<DiEnte>,
    persona: PersonaId,
    ufficio: &str,
    ruolo: &str,
) -> Result<bool, PersonaError> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let ieri = oggi.yesterday().unwrap_or(oggi);
    let esito = sqlx::query(sql::TOGLI_RUOLO)
        .bind(ente)
        .bind(persona)
        .bind(ufficio)
        .bind(ruolo)
        .bind(db::sql(ieri))
        .execute(tx.conn())
        .await?;
    Ok(esito.rows_affected() > 0)
}

/// Ends the role with a day to come, that day included. False if the person does not have it.
pub async fn termina_ruolo(
    tx: &mut Tx<DiEnte>,
    persona: PersonaId,
    ufficio: &str,
    ruolo: &str,
    ultimo: Data,
) -> Result<bool, PersonaError> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let esito = sqlx::query(sql::TERMINA_RUOLO)
        .bind(ente)
        .bind(persona)
        .bind(ufficio)
        .bind(ruolo)
        .bind(db::sql(ultimo))
        .bind(db::sql(oggi))
        .execute(tx.conn())
        .await?;
    Ok(esito.rows_affected() > 0)
}

/// Sets a password from the command line of the technical centre.
pub async fn imposta_parola(m: &Manutenzione, utente: &str, parola: &str) -> Result<(), PersonaError> {
    let phc = sessione::cifra(parola).await?;
    let mut tx = m.tx().await?;
    let fatta: Option<PersonaId> = sqlx::query_scalar(sql::PAROLA_DI_SERVIZIO)
        .bind(utente.to_lowercase())
        .bind(phc)
        .fetch_optional(tx.conn())
        .await?;
    fatta.ok_or_else(|| PersonaError::UtenteIgnoto(utente.to_owned()))?;
    Ok(tx.commit().await?)
}

/// Takes every second factor and every session away from a person who lost them, from the command line of the technical
/// centre. The password alone opens again, until a role asks for more.
pub async fn togli_fattori(m: &Manutenzione, utente: &str) -> Result<(), PersonaError> {
    let mut tx = m.tx().await?;
    let fatta: Option<PersonaId> =
        sqlx::query_scalar(sql::TOGLI_FATTORI).bind(utente.to_lowercase()).fetch_optional(tx.conn()).await?;
    fatta.ok_or_else(|| PersonaError::UtenteIgnoto(utente.to_owned()))?;
    Ok(tx.commit().await?)
}

/// Whether the database's sealed values open with this key; the first key is recorded.
pub async fn riconosci_chiave(m: &Manutenzione, chiave: &Chiave) -> Result<bool, db::Error> {
    let mut tx = m.tx().await?;
    sqlx::query(sql::CHIAVE).bind(chiave.impronta()).execute(tx.conn()).await?;
    let adesso: Vec<u8> = sqlx::query_scalar(sql::CHIAVE_DI_ADESSO).fetch_one(tx.conn()).await?;
    tx.commit().await?;
    Ok(adesso == chiave.impronta())
}

/// Gives up what was sealed with a lost key: whoever had codes enrols again.
pub async fn cambia_chiave(m: &Manutenzione, chiave: &Chiave) -> Result<(), db::Error> {
    let mut tx = m.tx().await?;
    sqlx::query(sql::CAMBIA_CHIAVE).bind(chiave.impronta()).execute(tx.conn()).await?;
    tx.commit().await
}
