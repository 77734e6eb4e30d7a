//! Passkeys: the device proves that it holds a key, and that the person is there and is the one it knows.

use db::{Db, Porta, Tx};
use serde::de::DeserializeOwned;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnError,
};

use crate::{AccessoNegato, PersonaId, Serratura, sfida, sql};

const REGISTRA: &str = "passkey.registra";
const PROVA: &str = "passkey.prova";

/// What a page gives to the browser, and what its form brings back.
#[derive(Debug)]
pub struct SfidaPasskey {
    /// The options of the browser's call, as JSON.
    pub opzioni: String,
    pub sfida: String,
}

#[derive(FromRow)]
struct Riga {
    credenziale: Vec<u8>,
    chiave: Json<Passkey>,
}

async fn di(tx: &mut Tx<Porta>, persona: PersonaId) -> Result<Vec<Riga>, db::Error> {
    Ok(sqlx::query_as(sql::PASSKEY).bind(persona).fetch_all(tx.conn()).await?)
}

fn webauthn(serratura: &Serratura) -> Result<&Webauthn, AccessoNegato> {
    serratura.webauthn.as_ref().ok_or(AccessoNegato::PasskeyRifiutata)
}

/// Asks a device to make a key for a person; one that has theirs already is left out.
pub(crate) async fn chiedi_nuova(
    tx: &mut Tx<Porta>,
    serratura: &Serratura,
    persona: PersonaId,
    utente: &str,
    nome: &str,
) -> Result<SfidaPasskey, AccessoNegato> {
    let gia: Vec<_> = di(tx, persona).await?.into_iter().map(|r| r.credenziale).collect();
    let (opzioni, stato) =
        webauthn(serratura)?.start_passkey_registration(persona.uuid(), utente, nome, Some(gia)).map_err(guasto)?;
    let sfida = sfida::chiedi(tx, REGISTRA, Some(persona), &stato).await?;
    Ok(SfidaPasskey { opzioni: serde_json::to_string(&opzioni).map_err(guasto)?, sfida })
}

/// Makes the key of an answer the person's.
pub(crate) async fn aggiungi(
    db: &Db,
    serratura: &Serratura,
    persona: PersonaId,
    nuova: &NuovaPasskey<'_>,
) -> Result<Tx<Porta>, AccessoNegato> {
    let stato: PasskeyRegistration =
        sfida::rispondi(db, REGISTRA, Some(persona), nuova.sfida).await?.ok_or(AccessoNegato::PasskeyRifiutata)?;
    let risposta: RegisterPublicKeyCredential = leggi(nuova.risposta)?;
    let chiave = webauthn(serratura)?.finish_passkey_registration(&risposta, &stato).map_err(rifiutata)?;
    let mut tx = db.porta().await?;
    let adesso = tx.now();
    let esito = sqlx::query(sql::NUOVA_PASSKEY)
        .bind(persona)
        .bind(chiave.cred_id().to_vec())
        .bind(nuova.nome)
        .bind(Json(&chiave))
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Ok(_) => Ok(tx),
        Err(e) if e.vincolo() == Some("passkey_credenziale_unica") => Err(AccessoNegato::PasskeyRifiutata),
        Err(e) => Err(e.into()),
    }
}

/// A key just made: the question, the browser's answer, what the person calls it.
#[derive(Debug)]
pub struct NuovaPasskey<'a> {
    pub sfida: &'a str,
    pub risposta: &'a str,
    pub nome: &'a str,
}

/// Asks for one of the person's keys.
pub(crate) async fn chiedi_prova(
    tx: &mut Tx<Porta>,
    serratura: &Serratura,
    persona: PersonaId,
) -> Result<SfidaPasskey, AccessoNegato> {
    let chiavi: Vec<Passkey> = di(tx, persona).await?.into_iter().map(|r| r.chiave.0).collect();
    let (opzioni, stato) = webauthn(serratura)?.start_passkey_authentication(&chiavi).map_err(guasto)?;
    let sfida = sfida::chiedi(tx, PROVA, Some(persona), &stato).await?;
    Ok(SfidaPasskey { opzioni: serde_json::to_string(&opzioni).map_err(guasto)?, sfida })
}

/// What an answer to [`chiedi_prova`] is worth.
pub(crate) async fn prova(
    db: &Db,
    serratura: &Serratura,
    persona: PersonaId,
    sfida: &str,
    risposta: &str,
) -> Result<AuthenticationResult, AccessoNegato> {
    let stato: PasskeyAuthentication =
        sfida::rispondi(db, PROVA, Some(persona), sfida).await?.ok_or(AccessoNegato::PasskeyRifiutata)?;
    let risposta: PublicKeyCredential = leggi(risposta)?;
    webauthn(serratura)?.finish_passkey_authentication(&risposta, &stato).map_err(rifiutata)
}

/// Writes the use of a key, if its counter went forward since the last one, wherever that was: a copy of a key counts by
/// itself, and sooner or later is behind.
pub(crate) async fn usa(
    tx: &mut Tx<Porta>,
    persona: PersonaId,
    esito: &AuthenticationResult,
) -> Result<(), AccessoNegato> {
    let credenziale = esito.cred_id().to_vec();
    let riga = di(tx, persona).await?.into_iter().find(|r| r.credenziale == credenziale);
    let mut chiave = riga.ok_or(AccessoNegato::PasskeyRifiutata)?.chiave.0;
    chiave.update_credential(esito);
    let adesso = tx.now();
    let usata = sqlx::query(sql::USA_PASSKEY)
        .bind(persona)
        .bind(&credenziale)
        .bind(i64::from(esito.counter()))
        .bind(Json(&chiave))
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    if usata.rows_affected() == 1 { Ok(()) } else { Err(AccessoNegato::PasskeyCopiata) }
}

fn leggi<T: DeserializeOwned>(risposta: &str) -> Result<T, AccessoNegato> {
    serde_json::from_str(risposta).map_err(|_| AccessoNegato::PasskeyRifiutata)
}

fn rifiutata(e: WebauthnError) -> AccessoNegato {
    tracing::warn!(errore = %e, "passkey refused");
    match e {
        WebauthnError::CredentialPossibleCompromise => AccessoNegato::PasskeyCopiata,
        _ => AccessoNegato::PasskeyRifiutata,
    }
}

fn guasto(e: impl std::fmt::Display) -> db::Error {
    db::Error::Cluster(e.to_string())
}

/// A key as its person sees it.
#[derive(Debug, FromRow)]
pub struct MiaPasskey {
    pub id: Uuid,
    pub nome: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub creata_il: jiff::Timestamp,
    usata_il: Option<jiff_sqlx::Timestamp>,
}

impl MiaPasskey {
    pub fn usata_il(&self) -> Option<jiff::Timestamp> {
        self.usata_il.map(jiff_sqlx::Timestamp::to_jiff)
    }
}
