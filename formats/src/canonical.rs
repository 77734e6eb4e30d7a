//! Canonical bytes of a content, for fingerprints: RFC 8785 without what makes it hard to write again in another language.
//!
//! An object with ASCII keys; inside it objects, strings, booleans, integers below 2^53 in size. No null, no array, no fraction:
//! a missing field is absent, amounts and instants are strings.

use serde_json::{Map, Number, Value};
use std::io::Write;

/// Deeper than any content of ours, far from any limit of a reader.
const PROFONDITA_MASSIMA: usize = 32;
/// Beyond 2^53 some readers of JSON lose digits.
const LIMITE_INTERI: u64 = 1 << 53;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NonCanonico {
    #[error("il contenuto non è un oggetto")]
    NonOggetto,
    #[error("la chiave «{0}» non è ASCII")]
    Chiave(String),
    #[error("«{0}» ha un valore non ammesso: nullo, elenco o numero non intero")]
    Valore(String),
    #[error("«{0}» è un intero troppo grande: deve stare sotto 2^53")]
    Intero(String),
    #[error("gli oggetti sono annidati oltre {PROFONDITA_MASSIMA} livelli")]
    Profondita,
}

#[derive(Debug, thiserror::Error)]
pub enum Illeggibile {
    #[error("non è JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Contenuto(#[from] NonCanonico),
    #[error("i byte non sono in forma canonica")]
    Forma,
}

/// The only bytes of this content.
pub fn bytes(contenuto: &Value) -> Result<Vec<u8>, NonCanonico> {
    let oggetto = contenuto.as_object().ok_or(NonCanonico::NonOggetto)?;
    let mut uscita = Vec::new();
    scrivi_oggetto(&mut uscita, oggetto, 1)?;
    Ok(uscita)
}

/// Reads canonical bytes and refuses any other spelling of the same content: spaces, key order, double keys, escapes.
pub fn leggi(byte: &[u8]) -> Result<Value, Illeggibile> {
    let contenuto = serde_json::from_slice(byte)?;
    if bytes(&contenuto)? == byte { Ok(contenuto) } else { Err(Illeggibile::Forma) }
}

fn scrivi_oggetto(uscita: &mut Vec<u8>, oggetto: &Map<String, Value>, livello: usize) -> Result<(), NonCanonico> {
    if livello > PROFONDITA_MASSIMA {
        return Err(NonCanonico::Profondita);
    }
    // Sorted here and not by the map, whose order depends on a feature that any crate may switch on. ASCII keys sort by byte as
    // they do by UTF-16 unit.
    let mut campi: Vec<_> = oggetto.iter().collect();
    campi.sort_unstable_by_key(|(chiave, _)| *chiave);
    for (i, (chiave, valore)) in campi.into_iter().enumerate() {
        if !chiave.is_ascii() {
            return Err(NonCanonico::Chiave(chiave.clone()));
        }
        uscita.push(if i == 0 { b'{' } else { b',' });
        scrivi_stringa(uscita, chiave);
        uscita.push(b':');
        scrivi_valore(uscita, chiave, valore, livello)?;
    }
    uscita.extend_from_slice(if oggetto.is_empty() { b"{}" } else { b"}" });
    Ok(())
}

fn scrivi_valore(uscita: &mut Vec<u8>, chiave: &str, valore: &Value, livello: usize) -> Result<(), NonCanonico> {
    match valore {
        Value::Object(oggetto) => scrivi_oggetto(uscita, oggetto, livello + 1)?,
        Value::String(testo) => scrivi_stringa(uscita, testo),
        Value::Bool(vero) => uscita.extend_from_slice(if *vero { b"true" } else { b"false" }),
        Value::Number(numero) => uscita.extend_from_slice(intero(chiave, numero)?.as_bytes()),
        Value::Null | Value::Array(_) => return Err(NonCanonico::Valore(chiave.to_owned())),
    }
    Ok(())
}

fn intero(chiave: &str, numero: &Number) -> Result<String, NonCanonico> {
    let grandezza = numero.as_u64().or_else(|| numero.as_i64().map(i64::unsigned_abs));
    match grandezza {
        None => Err(NonCanonico::Valore(chiave.to_owned())),
        Some(n) if n >= LIMITE_INTERI => Err(NonCanonico::Intero(chiave.to_owned())),
        Some(_) => Ok(numero.to_string()),
    }
}

fn scrivi_stringa(uscita: &mut Vec<u8>, testo: &str) {
    uscita.push(b'"');
    for &byte in testo.as_bytes() {
        match byte {
            b'"' => uscita.extend_from_slice(b"\\\""),
            b'\\' => uscita.extend_from_slice(b"\\\\"),
            0x08 => uscita.extend_from_slice(b"\\b"),
            b'\t' => uscita.extend_from_slice(b"\\t"),
            b'\n' => uscita.extend_from_slice(b"\\n"),
            0x0c => uscita.extend_from_slice(b"\\f"),
            b'\r' => uscita.extend_from_slice(b"\\r"),
            // Writing to a vector cannot fail.
            0..=0x1f => _ = write!(uscita, "\\u{byte:04x}"),
            _ => uscita.push(byte),
        }
    }
    uscita.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn testo(contenuto: Value) -> String {
        String::from_utf8(bytes(&contenuto).unwrap()).unwrap()
    }

    #[test]
    fn keys_are_sorted_by_byte_at_every_level() {
        let contenuto = json!({"b": 1, "a": {"z": true, "B": false, "": {}}, "aa": "x", "_": -5, "1": 0});
        assert_eq!(testo(contenuto), r#"{"1":0,"_":-5,"a":{"":{},"B":false,"z":true},"aa":"x","b":1}"#);
        assert_eq!(testo(json!({})), "{}");
    }

    #[test]
    fn escapes_are_those_of_rfc_8785() {
        assert_eq!(
            testo(json!({"s": "\u{8}\t\n\u{c}\r\"\\/\u{0}\u{1f}\u{7f}è€🏔\u{2028}<>&"})),
            "{\"s\":\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0000\\u001f\u{7f}è€🏔\u{2028}<>&\"}"
        );
    }

    #[test]
    fn what_is_not_admitted_is_refused_by_name() {
        use NonCanonico::*;
        let limite = 9_007_199_254_740_992_i64;
        for (contenuto, motivo) in [
            (json!(null), NonOggetto),
            (json!([]), NonOggetto),
            (json!("x"), NonOggetto),
            (json!({"n": null}), Valore("n".into())),
            (json!({"n": []}), Valore("n".into())),
            (json!({"n": 1.5}), Valore("n".into())),
            (json!({"n": 1.0}), Valore("n".into())),
            (json!({"o": {"n": limite}}), Intero("n".into())),
            (json!({"n": -limite}), Intero("n".into())),
            (json!({"n": u64::MAX}), Intero("n".into())),
            (json!({"é": 1}), Chiave("é".into())),
        ] {
            assert_eq!(bytes(&contenuto), Err(motivo), "{contenuto}");
        }
        assert_eq!(testo(json!({"n": limite - 1, "m": 1 - limite})), r#"{"m":-9007199254740991,"n":9007199254740991}"#);
    }

    #[test]
    fn depth_has_a_limit() {
        let annidato = |livelli| (1..livelli).fold(json!({}), |dentro, _| json!({"o": dentro}));
        assert!(bytes(&annidato(PROFONDITA_MASSIMA)).is_ok());
        assert_eq!(bytes(&annidato(PROFONDITA_MASSIMA + 1)), Err(NonCanonico::Profondita));
    }

    #[test]
    fn any_other_spelling_is_refused() {
        for scritto in [
            "{ }",
            "{}\n",
            r#"{"a": 1}"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u00e8"}"#,
            r#"{"a":"\u000a"}"#,
            r#"{"a":"\u001F"}"#,
            r#"{"\u0061":1}"#,
        ] {
            assert!(matches!(leggi(scritto.as_bytes()), Err(Illeggibile::Forma)), "{scritto}");
        }
        for scritto in [r#"{"a":1.0}"#, r#"{"a":1e2}"#, r#"{"a":-0}"#, r#"{"a":null}"#, "[]", "1"] {
            assert!(matches!(leggi(scritto.as_bytes()), Err(Illeggibile::Contenuto(_))), "{scritto}");
        }
        for scritto in ["", "{", "{}{}", r#"{"a":01}"#, r#"{"a":"\ud800"}"#, "{\"a\":\"\n\"}", "\u{feff}{}"] {
            assert!(matches!(leggi(scritto.as_bytes()), Err(Illeggibile::Json(_))), "{scritto}");
        }
        assert!(matches!(leggi(b"{\"a\":\"\xff\"}"), Err(Illeggibile::Json(_))));
    }

    fn contenuto() -> impl Strategy<Value = Value> {
        let foglia = prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            (-9_007_199_254_740_991i64..=9_007_199_254_740_991).prop_map(Value::from),
        ];
        let oggetto = |valore| prop::collection::hash_map("[\\x00-\\x7f]{0,6}", valore, 0..6);
        let valore = foglia.prop_recursive(4, 32, 6, move |dentro| oggetto(dentro).prop_map(da_mappa));
        oggetto(valore.boxed()).prop_map(da_mappa)
    }

    fn da_mappa(mappa: std::collections::HashMap<String, Value>) -> Value {
        Value::Object(mappa.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(contenuto in contenuto()) {
            let scritto = bytes(&contenuto).unwrap();
            prop_assert_eq!(leggi(&scritto).unwrap(), contenuto);
        }

        #[test]
        fn any_bytes_get_an_answer(byte in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(letto) = leggi(&byte) {
                prop_assert_eq!(bytes(&letto).unwrap(), byte);
            }
        }
    }
}
