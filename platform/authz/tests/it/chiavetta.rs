//! A security key made of software, obedient or faulty: what a browser sends back, for tests.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What the key does wrong, if anything.
#[derive(Clone, Copy)]
pub struct Modi<'a> {
    pub origine: &'a str,
    pub host: &'a str,
    /// The person is there, and was recognised.
    pub verificata: bool,
    /// How much its counter says; the obedient one goes forward by itself.
    pub contatore: u32,
}

impl Default for Modi<'_> {
    fn default() -> Self {
        Modi { origine: "http://localhost", host: "localhost", verificata: true, contatore: 1 }
    }
}

pub struct Chiavetta {
    coppia: EcdsaKeyPair,
    pub credenziale: Vec<u8>,
}

const PRESENTE: u8 = 0x01;
const VERIFICATA: u8 = 0x04;
const CON_CHIAVE: u8 = 0x40;

impl Chiavetta {
    pub fn nuova() -> Chiavetta {
        let caso = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &caso).unwrap();
        let coppia = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &caso).unwrap();
        Chiavetta { coppia, credenziale: db::caso::byte::<32>().to_vec() }
    }

    /// Answers `navigator.credentials.create`.
    pub fn crea(&self, opzioni: &str, m: Modi<'_>) -> String {
        let cliente = cliente("webauthn.create", &sfida(opzioni), m);
        let mut dati = dati(m, CON_CHIAVE);
        dati.extend([0; 16]);
        dati.extend(u16::try_from(self.credenziale.len()).unwrap().to_be_bytes());
        dati.extend(&self.credenziale);
        // COSE: an EC2 key for ES256 on P-256, by its two coordinates.
        let punto = self.coppia.public_key().as_ref();
        dati.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        dati.extend(&punto[1..33]);
        dati.extend([0x22, 0x58, 0x20]);
        dati.extend(&punto[33..]);
        // CBOR: { "fmt": "none", "attStmt": {}, "authData": … }
        let mut oggetto = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        oggetto.extend(u16::try_from(dati.len()).unwrap().to_be_bytes());
        oggetto.extend(dati);
        let risposta = json!({ "attestationObject": b64(&oggetto), "clientDataJSON": b64(cliente.as_bytes()) });
        self.risposta(risposta)
    }

    /// Answers `navigator.credentials.get`.
    pub fn firma(&self, opzioni: &str, m: Modi<'_>) -> String {
        let cliente = cliente("webauthn.get", &sfida(opzioni), m);
        let dati = dati(m, 0);
        let firmato = [dati.as_slice(), &Sha256::digest(&cliente)].concat();
        let firma = self.coppia.sign(&SystemRandom::new(), &firmato).unwrap();
        self.risposta(json!({
            "authenticatorData": b64(&dati),
            "clientDataJSON": b64(cliente.as_bytes()),
            "signature": b64(firma.as_ref()),
        }))
    }

    fn risposta(&self, risposta: Value) -> String {
        let id = b64(&self.credenziale);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": risposta, "clientExtensionResults": {} })
            .to_string()
    }
}

/// Which credentials an answer may come from.
pub fn ammesse(opzioni: &str) -> usize {
    let o: Value = serde_json::from_str(opzioni).unwrap();
    let elenco = |n: &str| o["publicKey"][n].as_array().map_or(0, Vec::len);
    elenco("allowCredentials") + elenco("excludeCredentials")
}

fn sfida(opzioni: &str) -> String {
    let o: Value = serde_json::from_str(opzioni).unwrap();
    assert_eq!(
        o["publicKey"]["userVerification"]
            .as_str()
            .or(o["publicKey"]["authenticatorSelection"]["userVerification"].as_str()),
        Some("required")
    );
    o["publicKey"]["challenge"].as_str().unwrap().to_owned()
}

fn cliente(tipo: &str, sfida: &str, m: Modi<'_>) -> String {
    json!({ "type": tipo, "challenge": sfida, "origin": m.origine, "crossOrigin": false }).to_string()
}

fn dati(m: Modi<'_>, altri: u8) -> Vec<u8> {
    let modi = PRESENTE | altri | if m.verificata { VERIFICATA } else { 0 };
    [Sha256::digest(m.host).as_slice(), &[modi], &m.contatore.to_be_bytes()].concat()
}

/// Base 64 for addresses, without padding.
fn b64(byte: &[u8]) -> String {
    const CIFRE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut testo = String::new();
    for terna in byte.chunks(3) {
        let n = terna.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - terna.len()));
        for i in 0..=terna.len() {
            testo.push(char::from(CIFRE[(n >> (18 - 6 * i)) as usize & 63]));
        }
    }
    testo
}
