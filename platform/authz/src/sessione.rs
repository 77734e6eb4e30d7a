//! Sign-in with argon2id, sessions kept by the hash of their token.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use db::{Db, EnteId, Porta, Tx};
use jiff::{SignedDuration, Timestamp};
use kernel::tempo::giorno_a_roma;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::fattori::basta;
use crate::ingresso::{Entrata, Primo, dopo_il_primo};
use crate::{Chi, Fattore, PersonaError, PersonaId, Richiesto, sql, tentativi};

/// A day's work, then the person signs in again.
const DURATA: SignedDuration = SignedDuration::from_hours(12);
pub(crate) const INATTIVA: SignedDuration = SignedDuration::from_hours(4);
/// How stale `vista_il` may be: not a write for each page.
const PASSO_VISTA: SignedDuration = SignedDuration::from_secs(60);
/// How long after signing in a person may change what they sign in with.
pub(crate) const FRESCA: SignedDuration = SignedDuration::from_mins(15);
const PAROLA_MINIMA: usize = 12;

/// Why the door stays closed; the sentence never says whether the user exists.
#[derive(Debug, thiserror::Error)]
pub enum AccessoNegato {
    #[error("Nome utente o password non corrispondono.")]
    NonCorrisponde,
    #[error("Troppi tentativi. Riprova fra {secondi} secondi.")]
    Rallentato { secondi: i64 },
    #[error("Il codice non è giusto, è passato o è già stato usato.")]
    CodiceErrato,
    #[error("La passkey non ha confermato.")]
    PasskeyRifiutata,
    #[error("Questa passkey potrebbe essere stata copiata.")]
    PasskeyCopiata,
    #[error("È passato troppo tempo dalla password.")]
    IngressoFinito,
    #[error("Per cambiare come entri, entra di nuovo.")]
    NonFresca,
    #[error("Il fornitore d’identità non risponde come deve.")]
    FornitoreMuto(#[source] crate::Difetto),
    #[error("Con questo fornitore d’identità non si entra più.")]
    FornitoreSpento,
    #[error("Il fornitore d’identità non ti ha fatto entrare.")]
    EsternaRinunciata,
    #[error("Questa risposta del fornitore d’identità non è per te, o è già stata usata.")]
    EsternaEstranea,
    #[error("Ciò che il fornitore d’identità dice di te non si può credere.")]
    EsternaRifiutata,
    #[error("Questa identità non è collegata a nessuno.")]
    EsternaSconosciuta,
    #[error("Questa identità, o un’altra dello stesso fornitore, è già collegata.")]
    EsternaGiaCollegata,
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<sqlx::Error> for AccessoNegato {
    fn from(e: sqlx::Error) -> Self {
        AccessoNegato::Db(e.into())
    }
}

/// Where a request comes from, as far as the door cares.
#[derive(Debug, Clone, Copy)]
pub struct Da<'a> {
    pub indirizzo: &'a str,
    /// In a few words: it is how a person tells their sessions apart.
    pub dispositivo: &'a str,
}

impl<'a> From<&'a str> for Da<'a> {
    fn from(indirizzo: &'a str) -> Da<'a> {
        Da { indirizzo, dispositivo: "" }
    }
}

/// A recognised session.
#[derive(Debug, Clone)]
pub struct Sessione {
    /// The handle by which its person closes it; the token is known to the browser alone.
    pub id: Uuid,
    pub chi: Chi,
    pub utente: String,
    pub csrf: String,
    pub aperta_il: Timestamp,
    /// False when an identity provider remembered the person, and nobody asked anything.
    presente: bool,
    pub enti: Vec<EnteDiPersona>,
}

impl Sessione {
    /// Whether the person signed in so recently that they may change what they sign in with: a session left open on a
    /// desk is not enough.
    pub fn fresca(&self, adesso: Timestamp) -> bool {
        self.presente && adesso.duration_since(self.aperta_il) <= FRESCA
    }
}

/// An ente where the person may do something now.
#[derive(Debug, Clone)]
pub struct EnteDiPersona {
    pub ente: EnteId,
    pub codice: String,
    pub denominazione: String,
    /// Two letters, different among the person's enti when possible.
    pub sigla: String,
    /// Colour 1 to 10, in rotation: never two equal among the first ten.
    pub tinta: u8,
    /// Their own, those of whom they substitute, those of a loan.
    pub ruoli: Vec<String>,
    /// Whom they substitute there today.
    pub sostituiti: Vec<String>,
    /// There only for a while.
    pub prestito: Option<PrestitoInCorso>,
}

/// Who lends the person, and the instant at which it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrestitoInCorso {
    pub da: String,
    pub al: Timestamp,
}

impl EnteDiPersona {
    pub fn puo(&self, ruoli: &[&str]) -> bool {
        self.ruoli.iter().any(|r| ruoli.contains(&r.as_str()))
    }
}

/// Signs in. Unknown user and wrong password take the same time and say the same words.
pub async fn accedi<'a>(db: &Db, utente: &str, parola: &str, da: impl Into<Da<'a>>) -> Result<Entrata, AccessoNegato> {
    let da = da.into();
    // Whatever is typed becomes a key of a table: no longer than a user name, no control characters.
    let utente: String = utente.trim().to_lowercase().chars().filter(|c| !c.is_control()).take(100).collect();
    let chiavi = [format!("utente:{utente}"), format!("indirizzo:{}", da.indirizzo)];
    let mut tx = db.porta().await?;
    tentativi::conta(&mut tx, &chiavi).await?;
    let trovata: Option<(PersonaId, Option<String>)> =
        sqlx::query_as(sql::PERSONA_CHE_ENTRA).bind(&utente).fetch_optional(tx.conn()).await?;
    tx.commit().await?;

    let (persona, phc) = trovata.map_or((None, None), |(p, h)| (Some(p), h));
    let giusta = verifica(parola, phc).await;
    let Some(persona) = persona.filter(|_| giusta) else { return Err(AccessoNegato::NonCorrisponde) };
    let mut tx = db.porta().await?;
    tentativi::azzera(&mut tx, &chiavi).await?;
    let entrata = dopo_il_primo(&mut tx, persona, Primo::default(), da).await?;
    tx.commit().await?;
    Ok(entrata)
}

/// Writes a session and gives its token, which goes in the cookie and nowhere else.
pub(crate) async fn riga_di_sessione(
    tx: &mut Tx<Porta>,
    persona: PersonaId,
    primo: &Primo,
    da: Da<'_>,
) -> Result<String, db::Error> {
    let (token, adesso) = (db::caso::token(), tx.now());
    sqlx::query(sql::APRI_SESSIONE)
        .bind(impronta(&token))
        .bind(persona)
        .bind(db::caso::token())
        .bind(db::sql(adesso))
        .bind(db::sql(adesso + DURATA))
        .bind(da.indirizzo)
        .bind(primo.provato)
        .bind(da.dispositivo)
        .bind(&primo.fornitore)
        .bind(primo.presente)
        .execute(tx.conn())
        .await?;
    Ok(token)
}

/// Finds the session of a token: not expired, not idle, of a person still active, proven as much as their roles ask today.
pub async fn riconosci(db: &Db, token: &str, operazione: Uuid) -> Result<Option<Sessione>, db::Error> {
    let mut tx = db.porta().await?;
    let righe = righe_di(&mut tx, token).await?;
    let Some(prima) = righe.first().filter(|_| abbastanza(&righe)) else { return Ok(None) };
    let adesso = tx.now();
    if adesso.duration_since(prima.vista_il.to_jiff()) > PASSO_VISTA {
        sqlx::query(sql::TOCCA_SESSIONE).bind(impronta(token)).bind(db::sql(adesso)).execute(tx.conn()).await?;
        tx.commit().await?;
    }
    let chi = Chi { persona: prima.persona, nome: format!("{} {}", prima.nome, prima.cognome), operazione };
    let (utente, csrf, aperta_il) = (prima.utente.clone(), prima.csrf.clone(), prima.creata_il.to_jiff());
    let (id, presente) = (prima.id, prima.presente);
    Ok(Some(Sessione { id, chi, utente, csrf, aperta_il, presente, enti: enti(righe) }))
}

/// Whether the token is of a session that roles given meanwhile have made too weak: signing in again mends it.
pub async fn non_basta(db: &Db, token: &str) -> Result<bool, db::Error> {
    let righe = righe_di(&mut db.porta().await?, token).await?;
    Ok(!abbastanza(&righe))
}

async fn righe_di(tx: &mut Tx<Porta>, token: &str) -> Result<Vec<Riga>, db::Error> {
    let adesso = tx.now();
    Ok(sqlx::query_as(sql::SESSIONE)
        .bind(impronta(token))
        .bind(db::sql(adesso))
        .bind(db::sql(giorno_a_roma(adesso)))
        .bind(db::sql(adesso - INATTIVA))
        .fetch_all(tx.conn())
        .await?)
}

fn abbastanza(righe: &[Riga]) -> bool {
    let richiesto = righe.iter().filter_map(|r| Richiesto::di_livello(r.livello)).max();
    basta(richiesto, righe.first().and_then(|r| r.fattore))
}

/// Closes the session of a token; an unknown one is already closed.
pub async fn esci(db: &Db, token: &str) -> Result<(), db::Error> {
    let mut tx = db.porta().await?;
    sqlx::query(sql::CHIUDI_SESSIONE).bind(impronta(token)).execute(tx.conn()).await?;
    tx.commit().await
}

#[derive(sqlx::FromRow)]
struct Riga {
    id: Uuid,
    persona: PersonaId,
    csrf: String,
    creata_il: jiff_sqlx::Timestamp,
    vista_il: jiff_sqlx::Timestamp,
    presente: bool,
    fattore: Option<Fattore>,
    utente: String,
    nome: String,
    cognome: String,
    ente: Option<EnteId>,
    codice: Option<String>,
    denominazione: Option<String>,
    ruoli: Option<Vec<String>>,
    livello: Option<i32>,
    sostituiti: Option<Vec<String>>,
    da_nome: Option<String>,
    prestito_al: Option<jiff_sqlx::Timestamp>,
}

fn enti(righe: Vec<Riga>) -> Vec<EnteDiPersona> {
    let mut enti: Vec<EnteDiPersona> = Vec::with_capacity(righe.len());
    for (i, r) in righe.into_iter().enumerate() {
        let (Some(ente), Some(codice), Some(denominazione)) = (r.ente, r.codice, r.denominazione) else { continue };
        let tinta = u8::try_from(i % 10).unwrap_or(0) + 1;
        let sigla = sigla(&denominazione, &enti);
        let prestito = r.da_nome.zip(r.prestito_al).map(|(da, al)| PrestitoInCorso { da, al: al.to_jiff() });
        enti.push(EnteDiPersona {
            ente,
            codice,
            denominazione,
            sigla,
            tinta,
            ruoli: r.ruoli.unwrap_or_default(),
            sostituiti: r.sostituiti.unwrap_or_default(),
            prestito,
        });
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

pub(crate) fn impronta(token: &str) -> Vec<u8> {
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
