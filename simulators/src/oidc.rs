//! An OpenID Connect provider (Core 1.0: authorization code, PKCE), faithful until it is told to be something else.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as B64};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{digest, hmac, rsa};
use serde::Deserialize;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

/// What we are called here, and what proves it.
pub const CLIENT: &str = "alleanza";
pub const SEGRETO: &str = "segreto : con % segni";
/// What its tokens say when it asked for two factors itself.
pub const FORTE: &str = "urn:simulatore:due-fattori";
/// How long a token is good.
const VITA: i64 = 300;

// Of this simulator alone: whoever finds it can sign what nobody believes.
const RSA: &str = "\
    MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCqwH8UXjSKAvk6kHaD5xzFI0EorD6URure5jh31abF2Gt++qc4bXrPOjVNjj\
    LaP6yHCxyxt5rw6I5FRcRh7y01neCJnsr8fmFnF1tjMElmJAAoJMFegmy5clXbgBgeeh2SLLGVx+nhtal8dP1SEvoZQrhvTx+GDPZrdzjKCPu+\
    TVsx0/dpsmfntr2rY5jQbAwF7xVYi6Iwhl1Oi0xg++b+G5bEm6YjEtu50qsJ+fPPRfVqJ8lFU8ihrlPwGQjt2bQo6yEaBT4i27wD4u9EoqzLP+\
    ZIPFSSlDpIEcsgjIeEH5cG6HnjemDsfkQfyQ1gCsvDpWQ0GWAnlXL24abb4+5vAgMBAAECggEABrPUqSuDe3FfcBWQmV/eiLx4B80vDan0+Tfn\
    Ooj36Wcz3QGgw73EZtL9maQ9ycRbFNfyUeWHnvI5920kJsX5K9QdJrnFdQDO+Pl5PFz+XJSILws2TevnsaXTyfBuwe+ALqczd1IoE5SKaRi8gt\
    a823X7gF8GOUBUAeblo0SUASW+nrA/ZbdA34GpgeMjoi68AvyUihww2PVJLrkbXBpBXkTkNjkRHY1NNNBDnX1YvUkK08auwrTOnPOadA7HLnAZ\
    wtLLkm1+V22PLAH0UsPoKYqJXLOnVUgPhezf7A/Nxmim685GTL+O7Sh418588TPPjnX+lUTqd0g4re9zjjbpKQKBgQDwNLMRHp1Cwj0VgdeeRa\
    BT4YwVP3LF09OXLx8aYYZYkyGUwLLMi0r1tXYu7+4+xV9qoRsjEXFOPc5jquPTQFnOHnViMLSePSzVq4bfgattDGpcjJ+tg5UwpZcvb0ih2Mxy\
    d+Z3NdpPccnDUxrjo9UpeErPYN+I9lenTr22dJ9Z+QKBgQC1+rQfRMxXeYLpCmJhNW0DJ1zta5JFrtV9hr09xPu0R9KAr3Gyq8qcBFCAG1fcyA\
    tAaqjIfw+TcSNrJ3rYgtRqgG2lUGevYSPrHXwFvRJS9PMz7ZEBhfnVJHRandZl6/doYbWfddya775nmEDScUAOo151QL3F23EMkvsKKTllpwKB\
    gEdW33fOJ9aT6aBhl7Ah7aP78Ka+2U93wfe8vvgOzt+vkuGi+XdWR0UCR79Y8uEhrVz1zCF2JLigEpP3RQKQshtNYH9xB7OXZ6Ft9/iZglg4v7\
    4M5b+avMxd4bDs1B19TfsRMRlmnRfLK6kfHXVOSxit6Un982WyBAZklGOD72/BAoGAZbCYoriBL4h5PNxOqV9/cTm31fw8mq/eIO0AJtpChTV1\
    Te+8K0mQSKqoiU2+RWOL1g1ED/XgsFWSozhGj2JcbL8jhjNuHTS9K48oVNSYvr6egLAKTb2eJBrg4ho9SmsXr76aDWeBRRsfXShZYL9kOknUaN\
    UqtruvaoVfvwfWSRUCgYAlgYQh5EwndeeYWNLeDk1cBrQ+DRWVy3R4y24Xx4/69eGHiWi+YeAPbcmXnE2KGgbk8KnO+1eQziF7uQ9rd9/VWxB4\
    CSNoxVvgdt0JK6QeovQU7cYubwNlvh7Arz3v3HVmtp6K1YOLWk5d48O+ymZ+jmmK4lgmJ6idSpBTlQhZgw==";

/// How it misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guasto {
    AltroEmittente,
    AltroDestinatario,
    /// For us and for somebody else, who asked for it.
    ChiestoDaAltri,
    AltroNonce,
    Scaduto,
    Futuro,
    SenzaFirma,
    /// Signed with the public key, as if it were a shared secret.
    Hs256,
    /// The signature of another token.
    FirmaAltrui,
    ChiaveMaiPubblicata,
    /// Told to ask the person again, it remembers them.
    NonRichiede,
    /// Its answer says that it is another provider.
    AltroNellaRisposta,
    Lento,
    Cinquecento,
    Html,
    Enorme,
    Rinvio,
    /// Discovery is of another issuer.
    PresentazioneAltrui,
    /// Keys are on a network that nobody named.
    ChiaviAltrove,
    /// It knows no PKCE.
    SenzaPkce,
}

/// Who signs in there.
#[derive(Debug, Clone, Copy)]
pub struct Utente {
    pub soggetto: &'static str,
    pub nome: &'static str,
    pub posta: &'static str,
    /// With two factors.
    pub forte: bool,
}

pub const ANNA: Utente =
    Utente { soggetto: "u-1001", nome: "Anna Bianchi", posta: "anna.bianchi@comune.test", forte: false };
pub const ANNA_FORTE: Utente = Utente { forte: true, ..ANNA };
pub const LUCA: Utente = Utente { soggetto: "u-1002", nome: "Luca Neri", posta: "luca.neri@comune.test", forte: false };
const TUTTI: [Utente; 3] = [ANNA, ANNA_FORTE, LUCA];

/// What the browser takes back to us.
#[derive(Debug, Clone, Deserialize)]
pub struct Ritorno {
    pub code: String,
    pub state: String,
    pub iss: String,
}

/// A provider that is running, until its process ends.
#[derive(Clone)]
pub struct Simulatore(Arc<Interno>);

struct Interno {
    emittente: String,
    stato: Mutex<Stato>,
}

struct Stato {
    guasto: Option<Guasto>,
    rsa: bool,
    kid: u32,
    ec: Vec<u8>,
    /// How long ago people entered there.
    entrati_da: i64,
    codici: HashMap<String, Concesso>,
}

struct Concesso {
    chi: Utente,
    nonce: String,
    sfida: String,
    ritorno: String,
    entrato: i64,
}

/// What we ask it.
#[derive(Debug, Deserialize)]
struct Domanda {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
    prompt: Option<String>,
    max_age: Option<String>,
}

impl Simulatore {
    /// On a free port of this machine.
    pub async fn avvia() -> std::io::Result<Simulatore> {
        Simulatore::avvia_su(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn avvia_su(dove: SocketAddr) -> std::io::Result<Simulatore> {
        let ascolto = tokio::net::TcpListener::bind(dove).await?;
        let emittente = format!("http://{}", ascolto.local_addr()?);
        let stato = Stato { guasto: None, rsa: false, kid: 1, ec: chiave_ec()?, entrati_da: 0, codici: HashMap::new() };
        let s = Simulatore(Arc::new(Interno { emittente, stato: Mutex::new(stato) }));
        let rotte = Router::new()
            .route("/.well-known/openid-configuration", get(presentazione))
            .route("/chiavi", get(chiavi))
            .route("/entra", get(entra))
            .route("/concedi", get(concedi))
            .route("/gettone", post(gettone))
            .with_state(s.clone());
        tokio::spawn(async move { axum::serve(ascolto, rotte).await });
        Ok(s)
    }

    pub fn emittente(&self) -> &str {
        &self.0.emittente
    }

    /// From now on it misbehaves so; or no more.
    pub fn guasto(&self, g: impl Into<Option<Guasto>>) {
        self.stato().guasto = g.into();
    }

    /// From now on it signs with RSA.
    pub fn con_rsa(&self) {
        self.stato().rsa = true;
    }

    /// A new key signs, and the old one is published no more.
    pub fn ruota(&self) -> std::io::Result<()> {
        let nuova = chiave_ec()?;
        let mut s = self.stato();
        (s.kid, s.ec) = (s.kid + 1, nuova);
        Ok(())
    }

    /// It remembers people who entered so many seconds ago.
    pub fn ricorda(&self, secondi: i64) {
        self.stato().entrati_da = secondi;
    }

    /// What a browser does there: goes to the address that we gave it, signs in, comes back with this.
    pub fn entra(&self, indirizzo: &str, chi: Utente) -> Result<Ritorno, String> {
        let u = Url::parse(indirizzo).map_err(|e| e.to_string())?;
        let d: Domanda =
            serde_json::from_value(u.query_pairs().map(|(n, v)| (n.into_owned(), v.into_owned())).collect())
                .map_err(|e| e.to_string())?;
        self.concedi(&d, chi)
    }

    fn stato(&self) -> MutexGuard<'_, Stato> {
        self.0.stato.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn concedi(&self, d: &Domanda, chi: Utente) -> Result<Ritorno, String> {
        let buona = d.client_id == CLIENT
            && d.response_type == "code"
            && d.code_challenge_method == "S256"
            && d.scope.split(' ').any(|s| s == "openid");
        if !buona {
            return Err(format!("invalid_request: {d:?}"));
        }
        let chiesto = d.prompt.as_deref() == Some("login") || d.max_age.as_deref() == Some("0");
        let mut s = self.stato();
        let fa = if chiesto && s.guasto != Some(Guasto::NonRichiede) { 0 } else { s.entrati_da };
        let code = a_caso()?;
        let iss = match s.guasto {
            Some(Guasto::AltroNellaRisposta) => "https://altro.test".to_owned(),
            _ => self.0.emittente.clone(),
        };
        let concesso = Concesso {
            chi,
            nonce: d.nonce.clone(),
            sfida: d.code_challenge.clone(),
            ritorno: d.redirect_uri.clone(),
            entrato: adesso() - fa,
        };
        s.codici.insert(code.clone(), concesso);
        Ok(Ritorno { code, state: d.state.clone(), iss })
    }
}

/// A provider has a clock of its own.
#[expect(clippy::disallowed_methods, reason = "it is not our clock")]
fn adesso() -> i64 {
    let da_sempre = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(da_sempre.as_secs()).unwrap_or_default()
}

fn a_caso() -> Result<String, String> {
    let mut byte = [0; 24];
    SystemRandom::new().fill(&mut byte).map_err(|_| "no randomness".to_owned())?;
    Ok(B64.encode(byte))
}

fn chiave_ec() -> std::io::Result<Vec<u8>> {
    let nuova = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    Ok(nuova.map_err(|_| std::io::Error::other("no key"))?.as_ref().to_vec())
}

fn coppia_ec(s: &Stato) -> Option<EcdsaKeyPair> {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &s.ec, &SystemRandom::new()).ok()
}

fn coppia_rsa() -> Option<RsaKeyPair> {
    RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(RSA).ok()?).ok()
}

/// What every address answers when the whole provider is out of order.
async fn rotto(s: &Simulatore) -> Option<Response> {
    let guasto = s.stato().guasto;
    match guasto? {
        Guasto::Lento => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            None
        }
        Guasto::Cinquecento => {
            Some((StatusCode::INTERNAL_SERVER_ERROR, "{\"error\":\"server_error\"}").into_response())
        }
        Guasto::Html => {
            Some(Html("<!DOCTYPE html><title>Manutenzione</title><h1>Torniamo presto</h1>").into_response())
        }
        Guasto::Enorme => Some(Json(json!({ "issuer": "x".repeat(3 << 20) })).into_response()),
        Guasto::Rinvio => Some(Redirect::temporary("http://127.0.0.1:9/altrove").into_response()),
        _ => None,
    }
}

async fn presentazione(State(s): State<Simulatore>) -> Response {
    if let Some(r) = rotto(&s).await {
        return r;
    }
    let (e, guasto) = (s.emittente(), s.stato().guasto);
    let issuer = if guasto == Some(Guasto::PresentazioneAltrui) { "https://altro.test" } else { e };
    let chiavi = match guasto {
        Some(Guasto::ChiaviAltrove) => "http://10.0.0.1/chiavi".to_owned(),
        _ => format!("{e}/chiavi"),
    };
    let pkce = if guasto == Some(Guasto::SenzaPkce) { json!(["plain"]) } else { json!(["S256"]) };
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{e}/entra"),
        "token_endpoint": format!("{e}/gettone"),
        "jwks_uri": chiavi,
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "code_challenge_methods_supported": pkce,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": true,
    }))
    .into_response()
}

async fn chiavi(State(s): State<Simulatore>) -> Response {
    if let Some(r) = rotto(&s).await {
        return r;
    }
    let s = s.stato();
    let mut pubblicate = vec![json!({ "kty": "oct", "kid": "non-per-voi", "k": "AAAA" })];
    if let Some(k) = coppia_ec(&s) {
        let (x, y) = k.public_key().as_ref()[1..].split_at(32);
        let kid = format!("ec-{}", s.kid);
        let (x, y) = (B64.encode(x), B64.encode(y));
        pubblicate
            .push(json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y }));
    }
    if let Some(k) = coppia_rsa() {
        let p = rsa::PublicKeyComponents::<Vec<u8>>::from(k.public());
        let (n, e) = (B64.encode(p.n), B64.encode(p.e));
        pubblicate.push(json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa", "n": n, "e": e }));
    }
    Json(json!({ "keys": pubblicate })).into_response()
}

/// The page where people sign in: a button for each of them.
async fn entra(uri: axum::http::Uri, Query(_): Query<Domanda>) -> Html<String> {
    let q = uri.query().unwrap_or_default().replace('&', "&amp;").replace('"', "&quot;");
    let bottone = |(i, u): (usize, &Utente)| {
        let come = if u.forte { ", con due fattori" } else { "" };
        format!("<li><a href=\"/concedi?{q}&amp;chi={i}\">Entra come {}{come}</a></li>", u.nome)
    };
    let voci: String = TUTTI.iter().enumerate().map(bottone).collect();
    Html(format!(
        "<!DOCTYPE html><html lang=it><title>Fornitore finto</title><h1>Fornitore d’identità finto</h1>\
         <p>Solo per provare.</p><ul>{voci}<li><a href=\"/concedi?{q}&amp;chi=no\">Rinuncia</a></li></ul>"
    ))
}

#[derive(Deserialize)]
struct Scelta {
    chi: String,
}

async fn concedi(State(s): State<Simulatore>, Query(c): Query<Scelta>, Query(d): Query<Domanda>) -> Response {
    let Ok(mut verso) = Url::parse(&d.redirect_uri) else { return StatusCode::BAD_REQUEST.into_response() };
    let chi = c.chi.parse().ok().and_then(|i: usize| TUTTI.get(i));
    match chi.map(|chi| s.concedi(&d, *chi)) {
        Some(Ok(r)) => {
            verso.query_pairs_mut().extend_pairs([("code", &r.code), ("state", &r.state), ("iss", &r.iss)]);
        }
        Some(Err(e)) => return (StatusCode::BAD_REQUEST, e).into_response(),
        None => {
            let coppie = [("error", "access_denied"), ("state", &d.state), ("iss", s.emittente())];
            verso.query_pairs_mut().extend_pairs(coppie);
        }
    }
    Redirect::to(verso.as_str()).into_response()
}

async fn gettone(State(s): State<Simulatore>, h: HeaderMap, Form(f): Form<HashMap<String, String>>) -> Response {
    if let Some(r) = rotto(&s).await {
        return r;
    }
    let no = |stato: StatusCode, errore: &str| (stato, Json(json!({ "error": errore }))).into_response();
    if !riconosciuto(&h, &f) {
        return no(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let campo = |n: &str| f.get(n).map(String::as_str).unwrap_or_default();
    let mut stato = s.stato();
    // A code is good once.
    let Some(c) = stato.codici.remove(campo("code")) else { return no(StatusCode::BAD_REQUEST, "invalid_grant") };
    let prova = B64.encode(digest::digest(&digest::SHA256, campo("code_verifier").as_bytes()));
    let suo = prova == c.sfida && campo("redirect_uri") == c.ritorno && campo("grant_type") == "authorization_code";
    if !suo {
        return no(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    match firma(&stato, &detto(s.emittente(), &c, stato.guasto)) {
        Some(token) => {
            let tutto =
                json!({ "access_token": "non-serve", "token_type": "Bearer", "expires_in": VITA, "id_token": token });
            ([(header::CACHE_CONTROL, "no-store")], Json(tutto)).into_response()
        }
        None => no(StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
    }
}

/// By the header, where each half is encoded as in a form, or by the form.
fn riconosciuto(h: &HeaderMap, f: &HashMap<String, String>) -> bool {
    let nel_modulo = f.get("client_id").zip(f.get("client_secret")).map(|(c, s)| (c.clone(), s.clone()));
    let basic = h.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Basic "));
    let basic = basic.and_then(|b| String::from_utf8(BASE64_STANDARD.decode(b).ok()?).ok());
    let decodifica = |t: &str| form_urlencoded::parse(format!("v={t}").as_bytes()).next().map(|(_, v)| v.into_owned());
    let nella_testata = basic.and_then(|b| {
        let (c, s) = b.split_once(':')?;
        decodifica(c).zip(decodifica(s))
    });
    nella_testata.or(nel_modulo).is_some_and(|(c, s)| c == CLIENT && s == SEGRETO)
}

fn detto(emittente: &str, c: &Concesso, guasto: Option<Guasto>) -> Value {
    let ora = adesso();
    let u = &c.chi;
    let mut t = json!({
        "iss": emittente, "sub": u.soggetto, "aud": CLIENT, "exp": ora + VITA, "iat": ora, "auth_time": c.entrato,
        "nonce": c.nonce, "email": u.posta, "name": u.nome,
    });
    if u.forte {
        t["acr"] = json!(FORTE);
    }
    match guasto {
        Some(Guasto::AltroEmittente) => t["iss"] = json!("https://altro.test"),
        Some(Guasto::AltroDestinatario) => t["aud"] = json!("altri"),
        Some(Guasto::ChiestoDaAltri) => (t["aud"], t["azp"]) = (json!([CLIENT, "altri"]), json!("altri")),
        Some(Guasto::AltroNonce) => t["nonce"] = json!("di-un-altro"),
        Some(Guasto::Scaduto) => (t["iat"], t["exp"]) = (json!(ora - 900), json!(ora - 600)),
        Some(Guasto::Futuro) => (t["iat"], t["exp"]) = (json!(ora + 600), json!(ora + 900)),
        _ => {}
    }
    t
}

/// A compact token (RFC 7515), signed as the fault of the moment wants.
fn firma(s: &Stato, detto: &Value) -> Option<String> {
    let ec = coppia_ec(s)?;
    let kid = match (s.guasto, s.rsa) {
        (Some(Guasto::ChiaveMaiPubblicata), _) => "mai-vista".to_owned(),
        (_, true) => "rsa".to_owned(),
        (_, false) => format!("ec-{}", s.kid),
    };
    let alg = match (s.guasto, s.rsa) {
        (Some(Guasto::SenzaFirma), _) => "none",
        (Some(Guasto::Hs256), _) => "HS256",
        (_, true) => "RS256",
        (_, false) => "ES256",
    };
    let testata = B64.encode(json!({ "alg": alg, "typ": "JWT", "kid": kid }).to_string());
    let testo = format!("{testata}.{}", B64.encode(detto.to_string()));
    let firmato = if s.guasto == Some(Guasto::FirmaAltrui) { "altro" } else { testo.as_str() };
    let caso = SystemRandom::new();
    let firma = match alg {
        "none" => Vec::new(),
        "HS256" => {
            let chiave = hmac::Key::new(hmac::HMAC_SHA256, ec.public_key().as_ref());
            hmac::sign(&chiave, testo.as_bytes()).as_ref().to_vec()
        }
        "RS256" => {
            let k = coppia_rsa()?;
            let mut firma = vec![0; k.public().modulus_len()];
            k.sign(&RSA_PKCS1_SHA256, &caso, firmato.as_bytes(), &mut firma).ok()?;
            firma
        }
        _ => ec.sign(&caso, firmato.as_bytes()).ok()?.as_ref().to_vec(),
    };
    Some(format!("{testo}.{}", B64.encode(firma)))
}
