#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bucket;
mod contratto;
mod posto;

#[test]
fn every_code_has_its_words() {
    for f in storage::CODICI {
        assert!(f.codice.starts_with("ARC-") && f.frase.ends_with('.') && f.rimedio.ends_with('.'), "{f:?}");
    }
}
