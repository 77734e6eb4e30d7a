//! Readers that only the crate which attacks them calls from outside.

use crate::jws::Chiavi;

/// What a token says, when one of those keys signed it.
pub fn gettone(chiavi: &[u8], token: &str) -> Option<serde_json::Value> {
    Chiavi::leggi(chiavi)?.verifica(token)
}
