//! A signed token (RFC 7515, compact) and the keys that its signer publishes (RFC 7517).
//!
//! Invariant: the algorithm is one of two, both with a public key, and the key is of the kind that the algorithm wants:
//! what the token says about itself chooses among the published keys and decides nothing else.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Longer than any token with a name and an address in it.
const LUNGO: usize = 16 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Algoritmo {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "RS256")]
    Rs256,
}

#[derive(Deserialize)]
struct Testata {
    alg: Algoritmo,
    kid: Option<String>,
    /// Extensions that must be understood: none is.
    crit: Option<serde_json::Value>,
}

/// The published keys that we can use; of the others only what we do not read.
#[derive(Debug, Default)]
pub(crate) struct Chiavi(Vec<ChiavePubblica>);

#[derive(Debug)]
struct ChiavePubblica {
    nome: Option<String>,
    materia: Materia,
}

#[derive(Debug)]
enum Materia {
    Ec(Vec<u8>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

#[derive(Deserialize)]
struct Pubblicate {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    uso: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Chiavi {
    pub(crate) fn leggi(json: &[u8]) -> Option<Chiavi> {
        let p: Pubblicate = serde_json::from_slice(json).ok()?;
        Some(Chiavi(p.keys.into_iter().filter_map(|k| pubblica(serde_json::from_value(k).ok()?)).collect()))
    }

    pub(crate) fn quante(&self) -> usize {
        self.0.len()
    }

    /// Whether one of them is the one that a token names: if not, the signer may have published another meanwhile.
    pub(crate) fn conosce(&self, token: &str) -> bool {
        divisa(token).and_then(|(testata, ..)| testata_di(testata)).is_some_and(|t| self.per(&t).next().is_some())
    }

    /// What a token says, if one of the keys signed it.
    pub(crate) fn verifica<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        let (testata, detto, firma) = divisa(token)?;
        let t = testata_di(testata)?;
        let (firmato, firma) = (&token[..testata.len() + 1 + detto.len()], B64.decode(firma).ok()?);
        self.per(&t).find(|k| k.firmo(firmato.as_bytes(), &firma))?;
        serde_json::from_slice(&B64.decode(detto).ok()?).ok()
    }

    fn per<'a>(&'a self, t: &'a Testata) -> impl Iterator<Item = &'a ChiavePubblica> {
        self.0.iter().filter(|k| k.materia.algoritmo() == t.alg && (t.kid.is_none() || k.nome == t.kid))
    }
}

fn divisa(token: &str) -> Option<(&str, &str, &str)> {
    let mut parti = token.split('.');
    let tre = (parti.next()?, parti.next()?, parti.next()?);
    (token.len() <= LUNGO && parti.next().is_none()).then_some(tre)
}

fn testata_di(testata: &str) -> Option<Testata> {
    let t: Testata = serde_json::from_slice(&B64.decode(testata).ok()?).ok()?;
    t.crit.is_none().then_some(t)
}

fn pubblica(k: Jwk) -> Option<ChiavePubblica> {
    let byte = |s: Option<String>| B64.decode(s?).ok();
    let materia = match k.kty.as_str() {
        "EC" if k.crv.as_deref() == Some("P-256") => {
            let (x, y) = (byte(k.x)?, byte(k.y)?);
            // Uncompressed, as SEC 1 writes it.
            (x.len() == 32 && y.len() == 32).then(|| Materia::Ec([&[4], &x[..], &y].concat()))?
        }
        "RSA" => Materia::Rsa { n: byte(k.n)?, e: byte(k.e)? },
        _ => return None,
    };
    let per_firmare = k.uso.is_none_or(|u| u == "sig");
    per_firmare.then_some(ChiavePubblica { nome: k.kid, materia })
}

impl Materia {
    fn algoritmo(&self) -> Algoritmo {
        match self {
            Materia::Ec(_) => Algoritmo::Es256,
            Materia::Rsa { .. } => Algoritmo::Rs256,
        }
    }
}

impl ChiavePubblica {
    fn firmo(&self, testo: &[u8], firma: &[u8]) -> bool {
        let esito = match &self.materia {
            Materia::Ec(punto) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, punto).verify(testo, firma),
            Materia::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, testo, firma),
        };
        esito.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    // RFC 7515, A.2 and A.3.
    const DETTO: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RS256: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9\
         uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383\
         LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVm\
         tVrBp0igcN_IoypGlUPQGe77Rw";
    const ES256: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn token(alg: &str, firma: &str) -> String {
        format!("{}.{DETTO}.{firma}", B64.encode(format!("{{\"alg\":\"{alg}\"}}")))
    }

    fn chiavi(k: &[Value]) -> Chiavi {
        Chiavi::leggi(json!({ "keys": k }).to_string().as_bytes()).unwrap()
    }

    fn rsa() -> Value {
        let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SF\
                 d2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo\
                 7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkM\
                 Ls91kzk2PAcDTW9gb54h4FRWyuXpoQ";
        json!({ "kty": "RSA", "n": n, "e": "AQAB" })
    }

    fn ec() -> Value {
        let (x, y) = ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
    }

    fn letto(k: &[Value], token: &str) -> Option<Value> {
        chiavi(k).verifica(token)
    }

    #[test]
    fn tokens_of_the_standard_are_read_with_the_key_that_signed_them() {
        for (alg, firma) in [("RS256", RS256), ("ES256", ES256)] {
            let detto = letto(&[rsa(), ec()], &token(alg, firma)).unwrap();
            assert_eq!((&detto["iss"], &detto["exp"]), (&json!("joe"), &json!(1_300_819_380)));
        }
        assert!(letto(&[ec()], &token("RS256", RS256)).is_none());
        assert!(letto(&[rsa()], &token("ES256", ES256)).is_none());
    }

    #[test]
    fn a_token_does_not_choose_how_it_is_verified() {
        for alg in ["none", "None", "HS256", "RS512", "ES384", "PS256", ""] {
            assert!(letto(&[rsa(), ec()], &token(alg, RS256)).is_none(), "{alg}");
            assert!(letto(&[rsa(), ec()], &token(alg, "")).is_none(), "{alg}");
        }
        assert!(letto(&[rsa(), ec()], &token("ES256", RS256)).is_none());
        let critica = B64.encode("{\"alg\":\"ES256\",\"crit\":[\"exp\"]}");
        assert!(letto(&[ec()], &format!("{critica}.{DETTO}.{ES256}")).is_none());
    }

    #[test]
    fn one_letter_changed_is_enough() {
        let buono = token("ES256", ES256);
        for n in [0, 8, buono.len() / 2, buono.len() - 4] {
            let mut altro = buono.clone().into_bytes();
            altro[n] = if altro[n] == b'A' { b'B' } else { b'A' };
            assert!(letto(&[ec()], &String::from_utf8(altro).unwrap()).is_none(), "{n}");
        }
        for malfatto in
            ["", ".", "..", "a.b", "a.b.c", &format!("{buono}.x"), &format!("{buono}="), &"x".repeat(20_000)]
        {
            assert!(letto(&[ec()], malfatto).is_none());
        }
    }

    #[test]
    fn a_key_is_used_by_its_name_and_only_to_verify() {
        let con = |nome: &str, uso: &str| {
            let mut k = ec();
            (k["kid"], k["use"]) = (json!(nome), json!(uso));
            k
        };
        let testata = B64.encode("{\"alg\":\"ES256\",\"kid\":\"uno\"}");
        let token = format!("{testata}.{DETTO}.x");
        for (nome, uso, nota) in [("uno", "sig", true), ("due", "sig", false), ("uno", "enc", false)] {
            assert_eq!(chiavi(&[con(nome, uso)]).conosce(&token), nota, "{nome} {uso}");
        }
        assert!(!chiavi(&[json!({ "kty": "oct", "kid": "uno", "k": "AAAA" }), json!(3), json!({})]).conosce(&token));
        assert!(Chiavi::leggi(b"<html>").is_none());
    }
}
