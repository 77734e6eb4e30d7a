//! What a person does about their own way in, from a session: second factors, recovery codes, what happened at the door.
//!
//! Invariant: whatever changes how a person signs in asks for a session that has just begun.

use db::{Db, Porta, Tx};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::ingresso::segna;
use crate::sessione::{self, INATTIVA};
use crate::{
    AccessoNegato, Da, Fattore, FornitoreAcceso, MiaIdentita, MiaPasskey, NuovaPasskey, PersonaError, Serratura,
    Sessione, SfidaPasskey, passkey, recupero, sql, totp,
};

/// How many of the last facts a page shows.
const EVENTI: i64 = 20;

/// How a person signs in.
#[derive(Debug)]
pub struct MioAccesso {
    pub totp: Option<MioTotp>,
    pub passkey: Vec<MiaPasskey>,
    pub identita: Vec<MiaIdentita>,
    /// The identity providers that they could link, too.
    pub fornitori: Vec<FornitoreAcceso>,
    /// How many recovery codes are left.
    pub codici: i64,
    /// The last seen first.
    pub sessioni: Vec<MiaSessione>,
    pub eventi: Vec<Evento>,
}

#[derive(Debug, FromRow)]
pub struct MioTotp {
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub creato_il: Timestamp,
    usato_il: Option<jiff_sqlx::Timestamp>,
}

impl MioTotp {
    pub fn usato_il(&self) -> Option<Timestamp> {
        self.usato_il.map(jiff_sqlx::Timestamp::to_jiff)
    }
}

/// A place where the person is signed in.
#[derive(Debug, FromRow)]
pub struct MiaSessione {
    pub id: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub creata_il: Timestamp,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub vista_il: Timestamp,
    pub indirizzo: String,
    pub dispositivo: String,
    pub fattore: Option<Fattore>,
    /// The identity provider that answered for the person; none: the password.
    pub fornitore: Option<String>,
}

/// Something that happened at a person's door: `entrata`, `totp.aggiunto`, …
#[derive(Debug, FromRow)]
pub struct Evento {
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub fatto: String,
    pub indirizzo: String,
}

pub async fn mio_accesso(db: &Db, s: &Sessione) -> Result<MioAccesso, db::Error> {
    let (mut tx, persona) = (db.porta().await?, s.chi.persona);
    let adesso = tx.now();
    let identita: Vec<MiaIdentita> = sqlx::query_as(sql::MIE_IDENTITA).bind(persona).fetch_all(tx.conn()).await?;
    let mut fornitori: Vec<FornitoreAcceso> = sqlx::query_as(sql::FORNITORI_ACCESI).fetch_all(tx.conn()).await?;
    fornitori.retain(|f| !identita.iter().any(|i| i.emittente == f.emittente));
    Ok(MioAccesso {
        identita,
        fornitori,
        totp: sqlx::query_as(sql::MIO_TOTP).bind(persona).fetch_optional(tx.conn()).await?,
        passkey: sqlx::query_as(sql::MIE_PASSKEY).bind(persona).fetch_all(tx.conn()).await?,
        codici: sqlx::query_scalar(sql::QUANTI_CODICI).bind(persona).fetch_one(tx.conn()).await?,
        sessioni: sqlx::query_as(sql::SESSIONI)
            .bind(persona)
            .bind(db::sql(adesso))
            .bind(db::sql(adesso - INATTIVA))
            .fetch_all(tx.conn())
            .await?,
        eventi: sqlx::query_as(sql::EVENTI).bind(persona).bind(EVENTI).fetch_all(tx.conn()).await?,
    })
}

/// A transaction at the door for a person who has just signed in.
pub(crate) async fn fresca(db: &Db, s: &Sessione) -> Result<Tx<Porta>, AccessoNegato> {
    let tx = db.porta().await?;
    if s.fresca(tx.now()) { Ok(tx) } else { Err(AccessoNegato::NonFresca) }
}

/// Enrols the secret of a form; gives the recovery codes to be shown once, if the person had none.
pub async fn aggiungi_totp(
    db: &Db,
    serratura: &Serratura,
    s: &Sessione,
    (sigillo, codice): (&str, &str),
    da: Da<'_>,
) -> Result<Vec<String>, AccessoNegato> {
    let mut tx = fresca(db, s).await?;
    totp::iscrivi(&mut tx, serratura, s.chi.persona, sigillo, codice).await?;
    segna(&mut tx, s.chi.persona, "totp.aggiunto", da).await?;
    let codici = recupero::se_mancano(&mut tx, s.chi.persona).await?;
    tx.commit().await?;
    Ok(codici)
}

/// Takes the codes of the telephone away. A role that asks for a second factor will ask for a new one at the next sign-in.
pub async fn togli_totp(db: &Db, s: &Sessione, da: Da<'_>) -> Result<(), AccessoNegato> {
    let mut tx = fresca(db, s).await?;
    let tolti = sqlx::query(sql::TOGLI_TOTP).bind(s.chi.persona).execute(tx.conn()).await?;
    if tolti.rows_affected() > 0 {
        segna(&mut tx, s.chi.persona, "totp.tolto", da).await?;
    }
    Ok(tx.commit().await?)
}

/// What a page asks the browser in order to make a passkey.
pub async fn passkey_da_aggiungere(
    db: &Db,
    serratura: &Serratura,
    s: &Sessione,
) -> Result<SfidaPasskey, AccessoNegato> {
    let mut tx = fresca(db, s).await?;
    let sfida = passkey::chiedi_nuova(&mut tx, serratura, s.chi.persona, &s.utente, &s.chi.nome).await?;
    tx.commit().await?;
    Ok(sfida)
}

/// Adds a passkey; gives the recovery codes to be shown once, if the person had none.
pub async fn aggiungi_passkey(
    db: &Db,
    serratura: &Serratura,
    s: &Sessione,
    nuova: &NuovaPasskey<'_>,
    da: Da<'_>,
) -> Result<Vec<String>, AccessoNegato> {
    fresca(db, s).await?;
    let mut tx = passkey::aggiungi(db, serratura, s.chi.persona, nuova).await?;
    segna(&mut tx, s.chi.persona, "passkey.aggiunta", da).await?;
    let codici = recupero::se_mancano(&mut tx, s.chi.persona).await?;
    tx.commit().await?;
    Ok(codici)
}

/// Takes one of the person's passkeys away.
pub async fn togli_passkey(db: &Db, s: &Sessione, id: Uuid, da: Da<'_>) -> Result<(), AccessoNegato> {
    let mut tx = fresca(db, s).await?;
    let tolte = sqlx::query(sql::TOGLI_PASSKEY).bind(s.chi.persona).bind(id).execute(tx.conn()).await?;
    if tolte.rows_affected() > 0 {
        segna(&mut tx, s.chi.persona, "passkey.tolta", da).await?;
    }
    Ok(tx.commit().await?)
}

/// Takes one of the person's external identities away: it opens nothing any more.
pub async fn togli_identita(db: &Db, s: &Sessione, id: Uuid, da: Da<'_>) -> Result<(), AccessoNegato> {
    let mut tx = fresca(db, s).await?;
    let tolte = sqlx::query(sql::TOGLI_IDENTITA).bind(s.chi.persona).bind(id).execute(tx.conn()).await?;
    if tolte.rows_affected() > 0 {
        segna(&mut tx, s.chi.persona, "identita.tolta", da).await?;
    }
    Ok(tx.commit().await?)
}

/// New recovery codes, to be shown once; the old ones open nothing any more.
pub async fn rifai_codici(db: &Db, s: &Sessione, da: Da<'_>) -> Result<Vec<String>, AccessoNegato> {
    let mut tx = fresca(db, s).await?;
    let codici = recupero::rifai(&mut tx, s.chi.persona).await?;
    segna(&mut tx, s.chi.persona, "codici.rifatti", da).await?;
    tx.commit().await?;
    Ok(codici)
}

/// A new password; every other session of the person ends, whoever had opened it.
pub async fn cambia_parola(db: &Db, s: &Sessione, nuova: &str, da: Da<'_>) -> Result<(), PersonaError> {
    let mut tx = fresca(db, s).await?;
    let phc = sessione::cifra(nuova).await?;
    sqlx::query(sql::CAMBIA_PAROLA).bind(s.id).bind(phc).execute(tx.conn()).await?;
    sqlx::query(sql::CHIUDI_ALTRE).bind(s.chi.persona).bind(s.id).execute(tx.conn()).await?;
    segna(&mut tx, s.chi.persona, "password.cambiata", da).await?;
    Ok(tx.commit().await?)
}

/// Closes one of the person's sessions, wherever it is: at its next page it is at the door. One that is not theirs, or is
/// over, is left as it is.
pub async fn chiudi_sessione(db: &Db, s: &Sessione, id: Uuid, da: Da<'_>) -> Result<(), db::Error> {
    let mut tx = db.porta().await?;
    let chiuse = sqlx::query(sql::CHIUDI_MIA).bind(s.chi.persona).bind(id).execute(tx.conn()).await?;
    if chiuse.rows_affected() > 0 {
        segna(&mut tx, s.chi.persona, "sessione.chiusa", da).await?;
    }
    tx.commit().await
}

/// Closes every session of the person but this one.
pub async fn chiudi_altre(db: &Db, s: &Sessione, da: Da<'_>) -> Result<(), db::Error> {
    let mut tx = db.porta().await?;
    let chiuse = sqlx::query(sql::CHIUDI_ALTRE).bind(s.chi.persona).bind(s.id).execute(tx.conn()).await?;
    if chiuse.rows_affected() > 0 {
        segna(&mut tx, s.chi.persona, "sessioni.chiuse", da).await?;
    }
    tx.commit().await
}
