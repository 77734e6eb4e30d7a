//! Sign-in with argon2id, slow-down of guessing, sessions kept by the hash of their token.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use db::{Db, EnteId};
use jiff::{SignedDuration, Timestamp};
use kernel::tempo::giorno_a_roma;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Chi, PersonaError, PersonaId, sql};

/// A day's work, then the person signs in again.
const DURATA: SignedDuration = SignedDuration::from_hours(12);
const INATTIVA: SignedDuration = SignedDuration::from_hours(4);
/// How stale `vista_il` may be: not a write for each page.
const PASSO_VISTA: SignedDuration = SignedDuration::from_secs(60);
/// Failures that cost nothing; each one after them doubles the wait.
const TENTATIVI_LIBERI: i32 = 5;
const ATTESA_MASSIMA: i64 = 900;
const PAROLA_MINIMA: usize = 12;

/// Why the door stays closed; the sentence never says whether the user exists.
#[derive(Debug, thiserror::Error)]
pub enum AccessoNegato {
    #[error("Nome utente o password non corrispondono.")]
    NonCorrisponde,
    #[error("Troppi tentativi. Riprova fra {secondi} secondi.")]
    Rallentato { secondi: i64 },
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<sqlx::Error> for AccessoNegato {
    fn from(e: sqlx::Error) -> Self {
        AccessoNegato::Db(e.into())
    }
}

/// A session just opened: the token goes in the cookie and nowhere else.
#[derive(Debug)]
pub struct Aperta {
    pub token: String,
}

/// A recognised session.
#[derive(Debug, Clone)]
pub struct Sessione {
    pub chi: Chi,
    pub utente: String,
    pub csrf: String,
    pub enti: Vec<EnteDiPersona>,
}

/// An ente where the person has a role today.
#[derive(Debug, Clone)]
pub struct EnteDiPersona {
    pub ente: EnteId,
    pub codice: String,
    pub denominazione: String,
    /// Two letters, different among the person's enti when possible.
    pub sigla: String,
    /// Colour 1 to 10, in rotation: never two equal among the first ten.
    pub tinta: u8,
    pub ruoli: Vec<String>,
}

impl EnteDiPersona {
    pub fn puo(&self, ruoli: &[&str]) -> bool {
        self.ruoli.iter().any(|r| ruoli.contains(&r.as_str()))
    }
}

/// Signs in. Unknown user and wrong password take the same time and say the same words.
pub async fn accedi(db: &Db, utente: &str, parola: &str, indirizzo: &str) -> Result<Aperta, AccessoNegato> {
    // Whatever is typed becomes a key of a table: no longer than a user name, no control characters.
    let utente: String = utente.trim().to_lowercase().chars().filter(|c| !c.is_control()).take(100).collect();
    let chiavi = [format!("utente:{utente}"), format!("indirizzo:{indirizzo}")];
    let mut tx = db.porta().await?;
    let adesso = tx.now();
    let attesa = attesa_residua(&mut tx, &chiavi, adesso).await?;
    if attesa > 0 {
        return Err(AccessoNegato::Rallentato { secondi: attesa });
    }
    sqlx::query(sql::SEGNA_TENTATIVO).bind(&chiavi[..]).bind(db::sql(adesso)).execute(tx.conn()).await?;
    let trovata: Option<(PersonaId, Option<String>)> =
        sqlx::query_as(sql::PERSONA_CHE_ENTRA).bind(&utente).fetch_optional(tx.conn()).await?;
    tx.commit().await?;

    let (persona, phc) = trovata.map_or((None, None), |(p, h)| (Some(p), h));
    let giusta = verifica(parola, phc).await;
    let Some(persona) = persona.filter(|_| giusta) else { return Err(AccessoNegato::NonCorrisponde) };
    apri(db, persona, &chiavi, indirizzo).await
}

async fn apri(db: &Db, persona: PersonaId, chiavi: &[String], indirizzo: &str) -> Result<Aperta, AccessoNegato> {
    let token = db::caso::token();
    let mut tx = db.porta().await?;
    let adesso = tx.now();
    sqlx::query(sql::AZZERA_TENTATIVI).bind(chiavi).execute(tx.conn()).await?;
    sqlx::query(sql::APRI_SESSIONE)
        .bind(impronta(&token))
        .bind(persona)
        .bind(db::caso::token())
        .bind(db::sql(adesso))
        .bind(db::sql(adesso + DURATA))
        .bind(indirizzo)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(Aperta { token })
}

async fn attesa_residua(
    tx: &mut db::Tx<db::Porta>,
    chiavi: &[String],
    adesso: Timestamp,
) -> Result<i64, AccessoNegato> {
    let righe: Vec<(String, i32, jiff_sqlx::Timestamp)> =
        sqlx::query_as(sql::TENTATIVI).bind(chiavi).bind(db::sql(adesso)).fetch_all(tx.conn()).await?;
    let residua = |(chiave, falliti, ultimo): (String, i32, jiff_sqlx::Timestamp)| {
        // An office of thirty people shares one address: it is given ten times the patience.
        let liberi = if chiave.starts_with("indirizzo:") { TENTATIVI_LIBERI * 10 } else { TENTATIVI_LIBERI };
        let oltre = u32::try_from(falliti - liberi).ok().filter(|n| *n > 0)?;
        let attesa = 1_i64.checked_shl(oltre.min(30)).map_or(ATTESA_MASSIMA, |s| s.min(ATTESA_MASSIMA));
        let passati = adesso.duration_since(ultimo.to_jiff()).as_secs();
        Some((attesa - passati).max(0))
    };
    Ok(righe.into_iter().filter_map(residua).max().unwrap_or(0))
}

/// Finds the session of a token: not expired, not idle, of a person still active.
pub async fn riconosci(db: &Db, token: &str, operazione: Uuid) -> Result<Option<Sessione>, db::Error> {
    let mut tx = db.porta().await?;
    let adesso = tx.now();
    let righe: Vec<Riga> = sqlx::query_as(sql::SESSIONE)
        .bind(impronta(token))
        .bind(db::sql(adesso))
        .bind(db::sql(giorno_a_roma(adesso)))
        .bind(db::sql(adesso - INATTIVA))
        .fetch_all(tx.conn())
        .await?;
    let Some(prima) = righe.first() else { return Ok(None) };
    if adesso.duration_since(prima.vista_il.to_jiff()) > PASSO_VISTA {
        sqlx::query(sql::TOCCA_SESSIONE).bind(impronta(token)).bind(db::sql(adesso)).execute(tx.conn()).await?;
        tx.commit().await?;
    }
    let chi = Chi { persona: prima.persona, nome: format!("{} {}", prima.nome, prima.cognome), operazione };
    Ok(Some(Sessione { chi, utente: prima.utente.clone(), csrf: prima.csrf.clone(), enti: enti(righe) }))
}

/// Closes the session of a token; an unknown one is already closed.
pub async fn esci(db: &Db, token: &str) -> Result<(), db::Error> {
    let mut tx = db.porta().await?;
    sqlx::query(sql::CHIUDI_SESSIONE).bind(impronta(token)).execute(tx.conn()).await?;
    tx.commit().await
}

#[derive(sqlx::FromRow)]
struct Riga {
    persona: PersonaId,
    csrf: String,
    vista_il: jiff_sqlx::Timestamp,
    utente: String,
    nome: String,
    cognome: String,
    ente: Option<EnteId>,
    codice: Option<String>,
    denominazione: Option<String>,
    ruoli: Option<Vec<String>>,
}

fn enti(righe: Vec<Riga>) -> Vec<EnteDiPersona> {
    let mut enti: Vec<EnteDiPersona> = Vec::with_capacity(righe.len());
    for (i, r) in righe.into_iter().enumerate() {
        let (Some(ente), Some(codice), Some(denominazione)) = (r.ente, r.codice, r.denominazione) else { continue };
        let tinta = u8::try_from(i % 10).unwrap_or(0) + 1;
        let sigla = sigla(&denominazione, &enti);
        enti.push(EnteDiPersona { ente, codice, denominazione, sigla, tinta, ruoli: r.ruoli.unwrap_or_default() });
    }
    enti
}

/// First letter and the first other letter that makes the pair new among `gia`.
fn sigla(denominazione: &str, gia: &[EnteDiPersona]) -> String {
    let nome =
        denominazione.trim_start_matches("Comune di ").trim_start_matches("Comune dell’").trim_start_matches("Comune ");
    let lettere: Vec<char> = nome.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect();
    let Some((prima, resto)) = lettere.split_first() else { return "–".into() };
    let coppie = resto.iter().map(|c| format!("{prima}{c}"));
    let nuova = coppie.clone().find(|s| !gia.iter().any(|e| e.sigla == *s));
    nuova.or_else(|| coppie.clone().next()).unwrap_or_else(|| prima.to_string())
}

fn impronta(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Hashes a password with argon2id, off the async threads.
pub(crate) async fn cifra(parola: &str) -> Result<String, PersonaError> {
    if parola.chars().count() < PAROLA_MINIMA {
        return Err(PersonaError::ParolaCorta);
    }
    let parola = parola.to_owned();
    let calcolo = move || {
        let sale = SaltString::encode_b64(&db::caso::byte::<16>())?;
        Argon2::default().hash_password(parola.as_bytes(), &sale).map(|h| h.to_string())
    };
    tokio::task::spawn_blocking(calcolo)
        .await
        .map_err(|e| db::Error::Cluster(e.to_string()))?
        .map_err(|e| db::Error::Cluster(e.to_string()).into())
}

/// Compares in constant time; with no hash it works as long, against one that matches nothing.
async fn verifica(parola: &str, phc: Option<String>) -> bool {
    const NESSUNO: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let parola = parola.to_owned();
    let esito = tokio::task::spawn_blocking(move || {
        let vera = phc.is_some();
        let phc = phc.unwrap_or_else(|| NESSUNO.to_owned());
        let uguale =
            PasswordHash::new(&phc).is_ok_and(|h| Argon2::default().verify_password(parola.as_bytes(), &h).is_ok());
        uguale && vera
    });
    esito.await.unwrap_or(false)
}
