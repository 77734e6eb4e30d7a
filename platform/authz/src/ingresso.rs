//! A sign-in by steps: the first one, a second factor when the person has one or a role asks for it, then the session.
//!
//! Invariant: what is between the steps is a row that no page recognises as a person. The token changes when it ends.

use db::{Db, Porta, Tx};
use jiff::SignedDuration;
use sqlx::FromRow;
use webauthn_rs::prelude::AuthenticationResult;

use crate::fattori::Situazione;
use crate::recupero::Codice;
use crate::sessione::{impronta, riga_di_sessione};
use crate::{
    AccessoNegato, Da, Fattore, Manca, NuovaPasskey, PersonaId, Richiesto, Serratura, SfidaPasskey, passkey, recupero,
    sql, tentativi, totp,
};

/// Long enough to find a telephone.
const DURATA: SignedDuration = SignedDuration::from_mins(10);

/// The token of a session, or of a sign-in that lacks something yet and opens nothing.
#[derive(Debug)]
pub struct Entrata {
    pub token: String,
    pub aperta: bool,
}

/// What a sign-in has proven so far.
#[derive(Debug, Clone)]
pub(crate) struct Primo {
    pub provato: Option<Fattore>,
    /// The identity provider that answered for the person, by the name people know; none: the password.
    pub fornitore: Option<String>,
    /// Whether somebody was asked, just now.
    pub presente: bool,
}

impl Default for Primo {
    fn default() -> Primo {
        Primo { provato: None, fornitore: None, presente: true }
    }
}

/// A second factor just enrolled: the way in, and the recovery codes to be shown once, if the person had none.
#[derive(Debug)]
pub struct Iscritta {
    pub entrata: Entrata,
    pub codici: Vec<String>,
}

/// A sign-in between its steps.
#[derive(Debug, Clone)]
pub struct Ingresso {
    pub persona: PersonaId,
    pub utente: String,
    pub manca: Manca,
    /// The identity provider that answered for the person; none: the password.
    pub fornitore: Option<String>,
    impronta: Vec<u8>,
}

#[derive(FromRow)]
struct Riga {
    persona: PersonaId,
    utente: String,
    fattore: Option<Fattore>,
    fornitore: Option<String>,
}

/// The sign-in of a token; none when it is over.
pub async fn ingresso(db: &Db, token: &str) -> Result<Option<Ingresso>, AccessoNegato> {
    leggi(&mut db.porta().await?, token).await
}

async fn leggi(tx: &mut Tx<Porta>, token: &str) -> Result<Option<Ingresso>, AccessoNegato> {
    let (impronta, adesso) = (impronta(token), tx.now());
    let riga: Option<Riga> =
        sqlx::query_as(sql::INGRESSO).bind(&impronta).bind(db::sql(adesso)).fetch_optional(tx.conn()).await?;
    let Some(r) = riga else { return Ok(None) };
    // When nothing is missing any more (the role was taken meanwhile), signing in again finds the door open.
    let manca = situazione(tx, r.persona).await?.manca(r.fattore);
    let Riga { persona, utente, fornitore, .. } = r;
    Ok(manca.map(|manca| Ingresso { persona, utente, manca, fornitore, impronta }))
}

pub(crate) async fn situazione(tx: &mut Tx<Porta>, persona: PersonaId) -> Result<Situazione, AccessoNegato> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let (totp, passkey, livello): (bool, bool, Option<i32>) = sqlx::query_as(sql::SITUAZIONE)
        .bind(persona)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .fetch_one(tx.conn())
        .await?;
    Ok(Situazione { totp, passkey, richiesto: Richiesto::di_livello(livello) })
}

/// After the first step: the session, or a sign-in that waits for the rest.
pub(crate) async fn dopo_il_primo(
    tx: &mut Tx<Porta>,
    persona: PersonaId,
    primo: Primo,
    da: Da<'_>,
) -> Result<Entrata, AccessoNegato> {
    if situazione(tx, persona).await?.manca(primo.provato).is_none() {
        return apri(tx, persona, &primo, da).await;
    }
    let (token, adesso) = (db::caso::token(), tx.now());
    sqlx::query(sql::APRI_INGRESSO)
        .bind(impronta(&token))
        .bind(persona)
        .bind(primo.provato)
        .bind(db::sql(adesso))
        .bind(db::sql(adesso + DURATA))
        .bind(&primo.fornitore)
        .execute(tx.conn())
        .await?;
    Ok(Entrata { token, aperta: false })
}

async fn apri(tx: &mut Tx<Porta>, persona: PersonaId, primo: &Primo, da: Da<'_>) -> Result<Entrata, AccessoNegato> {
    let token = riga_di_sessione(tx, persona, primo, da).await?;
    segna(tx, persona, if primo.fornitore.is_some() { "entrata.esterna" } else { "entrata" }, da).await?;
    Ok(Entrata { token, aperta: true })
}

/// A line that the person will read.
pub(crate) async fn segna(tx: &mut Tx<Porta>, persona: PersonaId, fatto: &str, da: Da<'_>) -> Result<(), db::Error> {
    let adesso = tx.now();
    sqlx::query(sql::SEGNA_EVENTO)
        .bind(persona)
        .bind(db::sql(adesso))
        .bind(fatto)
        .bind(da.indirizzo)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A code of the telephone, or one on paper.
pub async fn prova_codice(
    db: &Db,
    serratura: &Serratura,
    token: &str,
    scritto: &str,
    da: Da<'_>,
) -> Result<Entrata, AccessoNegato> {
    let chiavi = conta(db, token, da).await?;
    let mut tx = db.porta().await?;
    let i = leggi(&mut tx, token).await?.ok_or(AccessoNegato::IngressoFinito)?;
    let Manca::Prova { totp, .. } = i.manca else { return Err(AccessoNegato::CodiceErrato) };
    let cifre: String = scritto.chars().filter(|c| !c.is_whitespace()).collect();
    let provato = if totp && totp::prova(&mut tx, serratura, i.persona, &cifre).await? {
        Some(Fattore::Totp)
    } else {
        let codice = recupero::usa(&mut tx, i.persona, scritto).await?.ok_or(AccessoNegato::CodiceErrato)?;
        let (fatto, provato) = match codice {
            Codice::Carta => ("codice.usato", Some(Fattore::Recupero)),
            // What it stood for is gone: a role that asks leads to enrol something new.
            Codice::InDue => ("fattori.tolti", None),
        };
        segna(&mut tx, i.persona, fatto, da).await?;
        provato
    };
    tentativi::azzera(&mut tx, &chiavi).await?;
    let entrata = avanza(&mut tx, &i, token, provato, da).await?;
    tx.commit().await?;
    Ok(entrata)
}

/// Counts one more guess of a second factor, before it is looked at.
async fn conta(db: &Db, token: &str, da: Da<'_>) -> Result<Vec<String>, AccessoNegato> {
    let mut tx = db.porta().await?;
    let i = leggi(&mut tx, token).await?.ok_or(AccessoNegato::IngressoFinito)?;
    let chiavi = vec![format!("fattore:{}", i.persona), format!("indirizzo:{}", da.indirizzo)];
    tentativi::conta(&mut tx, &chiavi).await?;
    tx.commit().await?;
    Ok(chiavi)
}

/// After a proof: the session under a new token, or the same sign-in one step further.
async fn avanza(
    tx: &mut Tx<Porta>,
    i: &Ingresso,
    token: &str,
    provato: Option<Fattore>,
    da: Da<'_>,
) -> Result<Entrata, AccessoNegato> {
    if situazione(tx, i.persona).await?.manca(provato).is_some() {
        sqlx::query(sql::AVANZA_INGRESSO).bind(&i.impronta).bind(provato).execute(tx.conn()).await?;
        return Ok(Entrata { token: token.to_owned(), aperta: false });
    }
    sqlx::query(sql::CHIUDI_INGRESSO).bind(&i.impronta).execute(tx.conn()).await?;
    let primo = Primo { provato, fornitore: i.fornitore.clone(), presente: true };
    apri(tx, i.persona, &primo, da).await
}

/// Enrols the secret of a form, for who is led to it and can do nothing else.
pub async fn iscrivi_totp(
    db: &Db,
    serratura: &Serratura,
    token: &str,
    (sigillo, codice): (&str, &str),
    da: Da<'_>,
) -> Result<Iscritta, AccessoNegato> {
    let mut tx = db.porta().await?;
    let i = leggi(&mut tx, token).await?.ok_or(AccessoNegato::IngressoFinito)?;
    if !matches!(i.manca, Manca::Iscrizione(Richiesto::Qualsiasi)) {
        return Err(AccessoNegato::IngressoFinito);
    }
    totp::iscrivi(&mut tx, serratura, i.persona, sigillo, codice).await?;
    segna(&mut tx, i.persona, "totp.aggiunto", da).await?;
    let codici = recupero::se_mancano(&mut tx, i.persona).await?;
    let entrata = avanza(&mut tx, &i, token, Some(Fattore::Totp), da).await?;
    tx.commit().await?;
    Ok(Iscritta { entrata, codici })
}

/// What a page asks the browser to answer with one of the person's passkeys; none when that would not help.
pub async fn sfida_passkey(
    db: &Db,
    serratura: &Serratura,
    i: &Ingresso,
) -> Result<Option<SfidaPasskey>, AccessoNegato> {
    if !matches!(i.manca, Manca::Prova { passkey: true, .. }) || !serratura.ha_passkey() {
        return Ok(None);
    }
    let mut tx = db.porta().await?;
    let sfida = passkey::chiedi_prova(&mut tx, serratura, i.persona).await?;
    tx.commit().await?;
    Ok(Some(sfida))
}

/// The answer of a passkey.
pub async fn prova_passkey(
    db: &Db,
    serratura: &Serratura,
    token: &str,
    (sfida, risposta): (&str, &str),
    da: Da<'_>,
) -> Result<Entrata, AccessoNegato> {
    let i = ingresso(db, token).await?.ok_or(AccessoNegato::IngressoFinito)?;
    let esito = passkey::prova(db, serratura, i.persona, sfida, risposta).await;
    match dopo_la_passkey(db, token, esito, da).await {
        Err(AccessoNegato::PasskeyCopiata) => {
            let mut tx = db.porta().await?;
            segna(&mut tx, i.persona, "passkey.copiata", da).await?;
            tx.commit().await?;
            Err(AccessoNegato::PasskeyCopiata)
        }
        esito => esito,
    }
}

async fn dopo_la_passkey(
    db: &Db,
    token: &str,
    esito: Result<AuthenticationResult, AccessoNegato>,
    da: Da<'_>,
) -> Result<Entrata, AccessoNegato> {
    let esito = esito?;
    let mut tx = db.porta().await?;
    let i = leggi(&mut tx, token).await?.ok_or(AccessoNegato::IngressoFinito)?;
    let Manca::Prova { passkey: true, .. } = i.manca else { return Err(AccessoNegato::IngressoFinito) };
    passkey::usa(&mut tx, i.persona, &esito).await?;
    let entrata = avanza(&mut tx, &i, token, Some(Fattore::Passkey), da).await?;
    tx.commit().await?;
    Ok(entrata)
}

/// What a page asks the browser in order to make a passkey, for who is led to it.
pub async fn passkey_da_iscrivere(
    db: &Db,
    serratura: &Serratura,
    i: &Ingresso,
) -> Result<Option<SfidaPasskey>, AccessoNegato> {
    if !matches!(i.manca, Manca::Iscrizione(_)) || !serratura.ha_passkey() {
        return Ok(None);
    }
    let mut tx = db.porta().await?;
    let sfida = passkey::chiedi_nuova(&mut tx, serratura, i.persona, &i.utente, &i.utente).await?;
    tx.commit().await?;
    Ok(Some(sfida))
}

/// Enrols a passkey, for who is led to it and can do nothing else.
pub async fn iscrivi_passkey(
    db: &Db,
    serratura: &Serratura,
    token: &str,
    nuova: &NuovaPasskey<'_>,
    da: Da<'_>,
) -> Result<Iscritta, AccessoNegato> {
    let i = ingresso(db, token).await?.ok_or(AccessoNegato::IngressoFinito)?;
    if !matches!(i.manca, Manca::Iscrizione(_)) {
        return Err(AccessoNegato::IngressoFinito);
    }
    let mut tx = passkey::aggiungi(db, serratura, i.persona, nuova).await?;
    segna(&mut tx, i.persona, "passkey.aggiunta", da).await?;
    let codici = recupero::se_mancano(&mut tx, i.persona).await?;
    let entrata = avanza(&mut tx, &i, token, Some(Fattore::Passkey), da).await?;
    tx.commit().await?;
    Ok(Iscritta { entrata, codici })
}

/// Leaves a sign-in as if it had never begun.
pub async fn lascia(db: &Db, token: &str) -> Result<(), db::Error> {
    let mut tx = db.porta().await?;
    sqlx::query(sql::CHIUDI_INGRESSO).bind(impronta(token)).execute(tx.conn()).await?;
    tx.commit().await
}
