//! Sign-in with an identity provider (OpenID Connect Core 1.0): authorization code with PKCE, and nothing else.
//!
//! Invariant: a person is who the provider says only if they linked that identity themself, from a session of theirs. What
//! comes back is believed only as the answer to a question asked to this same browser, once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as B64};
use db::{Db, Porta, Tx};
use jiff::{SignedDuration, Timestamp};
use outbound::{Risposta, UscitaError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use subtle::ConstantTimeEq;
use url::form_urlencoded::{Serializer, byte_serialize};
use uuid::Uuid;

use crate::ingresso::{Primo, dopo_il_primo, segna};
use crate::jws::Chiavi;
use crate::mio::fresca;
use crate::sessione::FRESCA;
use crate::{AccessoNegato, Da, Entrata, Fattore, PersonaId, Serratura, Sessione, sfida, sql, tentativi};

const ENTRA: &str = "oidc.entra";
const COLLEGA: &str = "oidc.collega";

/// How long what a provider says of itself is good.
const SCOPERTA_BUONA: SignedDuration = SignedDuration::from_hours(1);
/// A token signed with an unknown key makes us ask for the keys again, not more often than this.
const CHIAVI_ANCORA: SignedDuration = SignedDuration::from_mins(1);
/// How much two clocks may differ, in seconds.
const SCARTO: i64 = 60;

/// What is wrong with a provider, in words for who configured it.
#[derive(Debug, thiserror::Error)]
pub enum Difetto {
    #[error(transparent)]
    Uscita(#[from] UscitaError),
    #[error("{0} ha risposto {1} invece di dare il documento.")]
    Stato(&'static str, u16),
    #[error("{0} non è il documento che deve essere: manca qualcosa, o non è JSON.")]
    Illeggibile(&'static str),
    #[error("Il documento di presentazione è di un altro emittente: «{0}».")]
    AltroEmittente(String),
    #[error("Il fornitore non sa fare ciò che serve: {0}.")]
    NonSa(&'static str),
    #[error("Nessuna delle chiavi pubblicate si può usare: servono RS256 o ES256.")]
    SenzaChiavi,
    #[error("Il segreto non si apre con la chiave di questa installazione: riscrivilo.")]
    Segreto,
}

const SCOPERTA: &str = "Il documento di presentazione";
const CHIAVI: &str = "L’elenco delle chiavi";
const GETTONI: &str = "La risposta al codice";

/// A provider that answers well.
#[derive(Debug)]
pub struct Salute {
    /// Where browsers are sent.
    pub pagina: String,
    pub chiavi: usize,
}

/// A provider that people may enter with.
#[derive(FromRow)]
struct Fornitore {
    id: Uuid,
    nome: String,
    emittente: String,
    client: String,
    forti: Vec<String>,
    sigillato: Option<Vec<u8>>,
}

/// What providers said of themselves lately, by issuer.
#[derive(Debug, Default)]
pub(crate) struct Noti(Mutex<HashMap<String, Arc<Noto>>>);

#[derive(Debug)]
struct Noto {
    scoperta: Scoperta,
    chiavi: Chiavi,
    dal: Timestamp,
    chiavi_dal: Timestamp,
}

/// What of discovery (OpenID Connect Discovery 1.0) is of use.
#[derive(Debug, Clone, Deserialize)]
struct Scoperta {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    response_types_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A journey to the provider: where the browser goes, and the token that its cookie keeps until it comes back.
#[derive(Debug)]
pub struct Partenza {
    pub fornitore: String,
    pub indirizzo: String,
    pub token: String,
}

/// What the browser brings back.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RitornoEsterno {
    pub state: String,
    pub code: String,
    pub iss: Option<String>,
}

/// What comes of it.
#[derive(Debug)]
pub enum Esterna {
    /// The person signed in, and was going there.
    Entrata(Entrata, String),
    /// The identity is theirs from now on.
    Collegata,
}

/// An identity as its person sees it.
#[derive(Debug, FromRow)]
pub struct MiaIdentita {
    pub id: Uuid,
    pub emittente: String,
    pub nome: String,
    /// How the provider is called; none when it is off.
    pub fornitore: Option<String>,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub creata_il: Timestamp,
    usata_il: Option<jiff_sqlx::Timestamp>,
}

impl MiaIdentita {
    pub fn usata_il(&self) -> Option<Timestamp> {
        self.usata_il.map(jiff_sqlx::Timestamp::to_jiff)
    }
}

/// What we remember of a question until its answer.
#[derive(Serialize, Deserialize)]
struct Domanda {
    fornitore: Uuid,
    nonce: String,
    /// The secret half of PKCE.
    prova: String,
    poi: String,
    /// The provider was told to ask the person again, at this second.
    di_nuovo: Option<i64>,
    /// Who links an identity, and from which session.
    chi: Option<(PersonaId, Uuid)>,
}

/// What a token says.
#[derive(Debug, Deserialize)]
struct Detto {
    iss: String,
    sub: String,
    aud: Destinatari,
    azp: Option<String>,
    exp: serde_json::Number,
    iat: serde_json::Number,
    auth_time: Option<serde_json::Number>,
    nonce: Option<String>,
    acr: Option<String>,
    #[serde(default)]
    amr: Vec<String>,
    email: Option<String>,
    preferred_username: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Destinatari {
    Uno(String),
    Molti(Vec<String>),
}

#[derive(Deserialize)]
struct Gettoni {
    id_token: String,
}

/// What the secret of a provider is sealed for.
pub(crate) fn sigillo(fornitore: Uuid) -> String {
    format!("fornitore/{fornitore}")
}

/// Asks a provider who it is, and looks at the answer.
pub(crate) async fn esamina(serratura: &Serratura, emittente: &str) -> Result<Salute, Difetto> {
    let (scoperta, chiavi) = scopri(serratura, emittente).await?;
    Ok(Salute { pagina: scoperta.authorization_endpoint, chiavi: chiavi.quante() })
}

async fn scopri(serratura: &Serratura, emittente: &str) -> Result<(Scoperta, Chiavi), Difetto> {
    let base = emittente.trim_end_matches('/');
    let via = format!("{base}/.well-known/openid-configuration");
    let s: Scoperta = leggi(serratura, &via, emittente, SCOPERTA).await.and_then(|c| in_json(&c, SCOPERTA))?;
    // Who answers must be who we were told about: else another's tokens would be good here.
    if s.issuer != emittente {
        return Err(Difetto::AltroEmittente(s.issuer));
    }
    serratura.uscita.indirizzo(&s.authorization_endpoint)?;
    serratura.uscita.indirizzo(&s.token_endpoint)?;
    let sa = |elenco: &Option<Vec<String>>, uno: &[&str]| {
        elenco.as_ref().is_none_or(|e| e.iter().any(|x| uno.contains(&x.as_str())))
    };
    for (va, che_cosa) in [
        (sa(&s.response_types_supported, &["code"]), "il codice di autorizzazione (response_type code)"),
        (sa(&s.id_token_signing_alg_values_supported, &["RS256", "ES256"]), "firmare con RS256 o ES256"),
        (sa(&s.code_challenge_methods_supported, &["S256"]), "PKCE con S256"),
        (
            sa(&s.token_endpoint_auth_methods_supported, &["client_secret_basic", "client_secret_post", "none"]),
            "riconoscerci con un segreto (client_secret_basic o client_secret_post)",
        ),
    ] {
        if !va {
            return Err(Difetto::NonSa(che_cosa));
        }
    }
    let chiavi = chiavi(serratura, &s, emittente).await?;
    Ok((s, chiavi))
}

async fn chiavi(serratura: &Serratura, s: &Scoperta, emittente: &str) -> Result<Chiavi, Difetto> {
    let corpo = leggi(serratura, &s.jwks_uri, emittente, CHIAVI).await?;
    let chiavi = Chiavi::leggi(&corpo).ok_or(Difetto::Illeggibile(CHIAVI))?;
    if chiavi.quante() == 0 { Err(Difetto::SenzaChiavi) } else { Ok(chiavi) }
}

async fn leggi(serratura: &Serratura, via: &str, emittente: &str, che_cosa: &'static str) -> Result<Vec<u8>, Difetto> {
    let dichiarato = serratura.uscita.indirizzo(emittente)?;
    buona(serratura.uscita.leggi(via, &dichiarato).await?, che_cosa)
}

fn buona(r: Risposta, che_cosa: &'static str) -> Result<Vec<u8>, Difetto> {
    if r.stato == 200 { Ok(r.corpo.into()) } else { Err(Difetto::Stato(che_cosa, r.stato)) }
}

fn in_json<T: serde::de::DeserializeOwned>(corpo: &[u8], che_cosa: &'static str) -> Result<T, Difetto> {
    serde_json::from_slice(corpo).map_err(|_| Difetto::Illeggibile(che_cosa))
}

impl Noti {
    fn di(&self, emittente: &str) -> Option<Arc<Noto>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(emittente).cloned()
    }

    fn tieni(&self, emittente: &str, n: Noto) -> Arc<Noto> {
        let n = Arc::new(n);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(emittente.to_owned(), n.clone());
        n
    }
}

impl Fornitore {
    /// What the provider says of itself, asked again when it is old. Nobody waits for the question of somebody else.
    async fn noto(&self, serratura: &Serratura, adesso: Timestamp) -> Result<Arc<Noto>, Difetto> {
        if let Some(n) = serratura.noti.di(&self.emittente).filter(|n| adesso.duration_since(n.dal) < SCOPERTA_BUONA) {
            return Ok(n);
        }
        let (scoperta, chiavi) = scopri(serratura, &self.emittente).await?;
        Ok(serratura.noti.tieni(&self.emittente, Noto { scoperta, chiavi, dal: adesso, chiavi_dal: adesso }))
    }

    /// As above, with the keys of today if a token names one that we do not know.
    async fn noto_per(&self, serratura: &Serratura, token: &str, adesso: Timestamp) -> Result<Arc<Noto>, Difetto> {
        let n = self.noto(serratura, adesso).await?;
        if n.chiavi.conosce(token) || adesso.duration_since(n.chiavi_dal) < CHIAVI_ANCORA {
            return Ok(n);
        }
        let chiavi = chiavi(serratura, &n.scoperta, &self.emittente).await?;
        let nuovo = Noto { scoperta: n.scoperta.clone(), chiavi, dal: n.dal, chiavi_dal: adesso };
        Ok(serratura.noti.tieni(&self.emittente, nuovo))
    }

    /// Where the browser goes with a question.
    fn indirizzo(&self, serratura: &Serratura, s: &Scoperta, state: &str, d: &Domanda) -> Result<String, Difetto> {
        let mut u = serratura.uscita.indirizzo(&s.authorization_endpoint)?;
        u.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client)
            .append_pair("redirect_uri", &ritorno(serratura))
            .append_pair("scope", "openid profile email")
            .append_pair("state", state)
            .append_pair("nonce", &d.nonce)
            .append_pair("code_challenge", &B64.encode(Sha256::digest(&d.prova)))
            .append_pair("code_challenge_method", "S256");
        if !self.forti.is_empty() {
            u.query_pairs_mut().append_pair("acr_values", &self.forti.join(" "));
        }
        if d.di_nuovo.is_some() {
            u.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
        }
        Ok(u.into())
    }

    fn segreto(&self, serratura: &Serratura) -> Result<Option<String>, Difetto> {
        let Some(sigillato) = &self.sigillato else { return Ok(None) };
        let chiaro = serratura.chiave.apri(&sigillo(self.id), sigillato).ok_or(Difetto::Segreto)?;
        String::from_utf8(chiaro).map(Some).map_err(|_| Difetto::Segreto)
    }

    /// The form that asks for the token of a code, and what goes in the header with it.
    fn domanda(
        &self,
        serratura: &Serratura,
        s: &Scoperta,
        codice: &str,
        d: &Domanda,
    ) -> Result<(String, Option<String>), Difetto> {
        let segreto = self.segreto(serratura)?;
        let mut modulo = Serializer::new(String::new());
        modulo
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", codice)
            .append_pair("redirect_uri", &ritorno(serratura))
            .append_pair("code_verifier", &d.prova);
        // In a header each half is encoded as in a form (RFC 6749, 2.3.1); it is what a provider prefers, if it says nothing.
        let metodi = s.token_endpoint_auth_methods_supported.as_ref();
        let testata = metodi.is_none_or(|m| m.iter().any(|m| m == "client_secret_basic"));
        let basic = segreto.as_ref().filter(|_| testata);
        let basic = basic.map(|s| BASE64_STANDARD.encode(format!("{}:{}", in_modulo(&self.client), in_modulo(s))));
        if basic.is_none() {
            modulo.append_pair("client_id", &self.client);
            if let Some(s) = &segreto {
                modulo.append_pair("client_secret", s);
            }
        }
        Ok((modulo.finish(), basic))
    }

    /// The token of a code.
    async fn gettone(
        &self,
        serratura: &Serratura,
        s: &Scoperta,
        codice: &str,
        d: &Domanda,
    ) -> Result<String, AccessoNegato> {
        let (modulo, basic) = self.domanda(serratura, s, codice, d).map_err(muto)?;
        let dichiarato = serratura.uscita.indirizzo(&self.emittente).map_err(|e| muto(e.into()))?;
        let r = serratura.uscita.manda(&s.token_endpoint, &dichiarato, modulo, basic.as_deref()).await;
        let r = r.map_err(|e| muto(e.into()))?;
        // 400 is of a code that is not good, or no more.
        if r.stato == 400 {
            tracing::warn!(risposta = %String::from_utf8_lossy(&r.corpo[..r.corpo.len().min(200)]), "code refused");
            return Err(AccessoNegato::EsternaEstranea);
        }
        let g: Gettoni = buona(r, GETTONI).and_then(|c| in_json(&c, GETTONI)).map_err(muto)?;
        Ok(g.id_token)
    }

    /// Who the token of an answer is about.
    async fn identita(
        &self,
        serratura: &Serratura,
        risposta: &RitornoEsterno,
        d: &Domanda,
        adesso: Timestamp,
    ) -> Result<Detto, AccessoNegato> {
        let noto = self.noto(serratura, adesso).await.map_err(muto)?;
        let atteso = risposta.iss.is_some() || noto.scoperta.authorization_response_iss_parameter_supported;
        if atteso && risposta.iss.as_deref() != Some(&self.emittente) {
            tracing::warn!("the answer is of another provider");
            return Err(AccessoNegato::EsternaEstranea);
        }
        let token = self.gettone(serratura, &noto.scoperta, &risposta.code, d).await?;
        let noto = self.noto_per(serratura, &token, adesso).await.map_err(muto)?;
        let detto = noto.chiavi.verifica(&token).ok_or_else(|| rifiuto("no key of the provider signed it"))?;
        match self.obiezione(&detto, d, adesso.as_second()) {
            Some(perche) => Err(rifiuto(perche)),
            None => Ok(detto),
        }
    }

    /// What is wrong with a signed token (OpenID Connect Core 1.0, 3.1.3.7).
    fn obiezione(&self, t: &Detto, d: &Domanda, adesso: i64) -> Option<&'static str> {
        let (per_noi, per_altri) = match &t.aud {
            Destinatari::Uno(a) => (*a == self.client, false),
            Destinatari::Molti(m) => (m.contains(&self.client), m.len() > 1),
        };
        let nonce = t.nonce.as_deref().unwrap_or_default();
        let entrato = t.auth_time.as_ref().and_then(secondi);
        let obiezioni = [
            (t.iss != self.emittente, "of another issuer"),
            (!per_noi, "for somebody else"),
            (per_altri && t.azp.is_none(), "for many, and it does not say who asked"),
            (t.azp.as_ref().is_some_and(|a| *a != self.client), "asked by somebody else"),
            (secondi(&t.exp).is_none_or(|e| e.saturating_add(SCARTO) <= adesso), "expired"),
            (secondi(&t.iat).is_none_or(|i| i.saturating_sub(SCARTO) > adesso), "made in the future"),
            (!bool::from(nonce.as_bytes().ct_eq(d.nonce.as_bytes())), "of another question"),
            (
                d.di_nuovo.is_some_and(|q| entrato.is_none_or(|e| e.saturating_add(SCARTO) < q)),
                "the person was not asked again",
            ),
            (t.sub.is_empty() || t.sub.len() > 255, "about nobody"),
        ];
        obiezioni.into_iter().find(|(va_male, _)| *va_male).map(|(_, perche)| perche)
    }

    /// What a token proves of who signs in.
    fn primo(&self, t: &Detto, adesso: i64) -> Primo {
        let forte = t.acr.iter().chain(&t.amr).any(|a| self.forti.contains(a));
        let entrato = t.auth_time.as_ref().and_then(secondi);
        Primo {
            provato: forte.then_some(Fattore::Esterno),
            fornitore: Some(self.nome.clone()),
            presente: entrato.is_some_and(|e| adesso.saturating_sub(e) <= FRESCA.as_secs()),
        }
    }
}

impl Detto {
    /// How the provider calls them, for the person who looks at their own.
    fn nome(&self) -> String {
        let nomi = [&self.email, &self.preferred_username, &self.name];
        let nome = nomi.into_iter().flatten().map(|n| kernel::testo::pulisci_riga(n, 120).unwrap_or_default());
        nome.into_iter().find(|n| !n.is_empty()).unwrap_or_else(|| {
            let sub: String = self.sub.chars().filter(|c| !c.is_control()).take(60).collect();
            sub
        })
    }
}

/// A NumericDate, which may have a fraction.
fn secondi(n: &serde_json::Number) -> Option<i64> {
    n.as_i64().or_else(|| n.as_f64().map(|f| f as i64))
}

fn ritorno(serratura: &Serratura) -> String {
    format!("{}/accedi/esterno/ritorno", serratura.sito.origine)
}

/// A refusal is told in few words to who is at the door, and whole to who reads the logs.
fn rifiuto(perche: &str) -> AccessoNegato {
    tracing::warn!(perche, "external identity refused");
    AccessoNegato::EsternaRifiutata
}

fn muto(d: Difetto) -> AccessoNegato {
    tracing::warn!(difetto = %d, "identity provider");
    AccessoNegato::FornitoreMuto(d)
}

fn in_modulo(s: &str) -> String {
    byte_serialize(s.as_bytes()).collect()
}

async fn acceso(tx: &mut Tx<Porta>, id: Uuid) -> Result<Fornitore, AccessoNegato> {
    let f = sqlx::query_as(sql::FORNITORE_ACCESO).bind(id).fetch_optional(tx.conn()).await?;
    f.ok_or(AccessoNegato::FornitoreSpento)
}

/// Begins a sign-in with a provider; `poi` is where the person was going. `di_nuovo` when somebody is signed in already: the
/// provider asks them again, whatever it remembers.
pub async fn parti(
    db: &Db,
    serratura: &Serratura,
    fornitore: Uuid,
    poi: &str,
    di_nuovo: bool,
) -> Result<Partenza, AccessoNegato> {
    chiedi(db, serratura, fornitore, None, poi, di_nuovo).await
}

/// Begins to link an identity to the person of a session.
pub async fn parti_per_collegare(
    db: &Db,
    serratura: &Serratura,
    s: &Sessione,
    fornitore: Uuid,
) -> Result<Partenza, AccessoNegato> {
    fresca(db, s).await?;
    chiedi(db, serratura, fornitore, Some((s.chi.persona, s.id)), "", false).await
}

async fn chiedi(
    db: &Db,
    serratura: &Serratura,
    fornitore: Uuid,
    chi: Option<(PersonaId, Uuid)>,
    poi: &str,
    di_nuovo: bool,
) -> Result<Partenza, AccessoNegato> {
    let f = acceso(&mut db.porta().await?, fornitore).await?;
    let adesso = db.orologio().adesso();
    let noto = f.noto(serratura, adesso).await.map_err(muto)?;
    let d = Domanda {
        fornitore,
        nonce: db::caso::token(),
        prova: db::caso::token(),
        poi: poi.to_owned(),
        di_nuovo: di_nuovo.then(|| adesso.as_second()),
        chi,
    };
    let mut tx = db.porta().await?;
    let per = if chi.is_some() { COLLEGA } else { ENTRA };
    let token = sfida::chiedi(&mut tx, per, chi.map(|(p, _)| p), &d).await?;
    tx.commit().await?;
    let indirizzo = f.indirizzo(serratura, &noto.scoperta, &token, &d).map_err(muto)?;
    Ok(Partenza { fornitore: f.nome, indirizzo, token })
}

/// The browser is back. `token` is of its cookie; `sessione` of who is signed in, when they are linking an identity.
pub async fn torna(
    db: &Db,
    serratura: &Serratura,
    token: &str,
    risposta: &RitornoEsterno,
    sessione: Option<&Sessione>,
    da: Da<'_>,
) -> Result<Esterna, AccessoNegato> {
    // An answer that another browser asked for would sign its person in here, or link who they are.
    if token.is_empty() || !bool::from(risposta.state.as_bytes().ct_eq(token.as_bytes())) {
        return Err(AccessoNegato::EsternaEstranea);
    }
    let entra = sfida::rispondi::<Domanda>(db, ENTRA, None, token).await?;
    let collega = match (&entra, sessione) {
        (None, Some(s)) => sfida::rispondi::<Domanda>(db, COLLEGA, Some(s.chi.persona), token).await?,
        _ => None,
    };
    // Only from the session that asked: one opened meanwhile is of who opened it.
    let sua = |d: &Domanda| d.chi.is_none_or(|(_, da)| sessione.is_some_and(|s| s.id == da));
    let d = entra.or(collega).filter(sua).ok_or(AccessoNegato::EsternaEstranea)?;
    if risposta.code.is_empty() {
        return Err(AccessoNegato::EsternaRinunciata);
    }
    let f = acceso(&mut db.porta().await?, d.fornitore).await?;
    let detto = f.identita(serratura, risposta, &d, db.orologio().adesso()).await?;
    let mut tx = db.porta().await?;
    let esito = match d.chi {
        Some((persona, _)) => {
            collega_identita(&mut tx, persona, &detto, da).await?;
            Esterna::Collegata
        }
        None => Esterna::Entrata(f.entra(&mut tx, &detto, da).await?, d.poi),
    };
    tx.commit().await?;
    Ok(esito)
}

impl Fornitore {
    /// The same door as a password's: who guesses at it slows everybody who comes in that name.
    async fn entra(&self, tx: &mut Tx<Porta>, detto: &Detto, da: Da<'_>) -> Result<Entrata, AccessoNegato> {
        let adesso = tx.now();
        let persona: Option<(PersonaId, String)> =
            sqlx::query_as(sql::IDENTITA).bind(&detto.iss).bind(&detto.sub).fetch_optional(tx.conn()).await?;
        let (persona, utente) = persona.ok_or(AccessoNegato::EsternaSconosciuta)?;
        let chiavi = [format!("utente:{utente}"), format!("indirizzo:{}", da.indirizzo)];
        tentativi::conta(tx, &chiavi).await?;
        tentativi::azzera(tx, &chiavi).await?;
        sqlx::query(sql::USA_IDENTITA)
            .bind(&detto.iss)
            .bind(&detto.sub)
            .bind(detto.nome())
            .bind(db::sql(adesso))
            .execute(tx.conn())
            .await?;
        dopo_il_primo(tx, persona, self.primo(detto, adesso.as_second()), da).await
    }
}

async fn collega_identita(
    tx: &mut Tx<Porta>,
    persona: PersonaId,
    detto: &Detto,
    da: Da<'_>,
) -> Result<(), AccessoNegato> {
    let adesso = tx.now();
    let esito = sqlx::query(sql::COLLEGA_IDENTITA)
        .bind(&detto.iss)
        .bind(&detto.sub)
        .bind(persona)
        .bind(detto.nome())
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Ok(_) => Ok(segna(tx, persona, "identita.collegata", da).await?),
        Err(e) if e.vincolo().is_some_and(|v| v.starts_with("identita_esterna")) => {
            Err(AccessoNegato::EsternaGiaCollegata)
        }
        Err(e) => Err(e.into()),
    }
}
