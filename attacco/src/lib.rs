//! What strangers can send, thrown at everything that reads it.
//!
//! A target is a function of bytes that panics when a promise is broken: it never panics otherwise, whatever the bytes. The test
//! throws at each random bytes, and the hostile files of [`ostili`] broken at random; `make attack` throws for as long as one likes.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a broken promise must stop the test")]

mod bersagli;
pub mod ostili;
pub mod sabotaggi;

pub use bersagli::BERSAGLI;

/// A reader of the house, with the promises it makes.
#[derive(Clone, Copy)]
pub struct Bersaglio {
    pub nome: &'static str,
    pub colpisci: fn(&[u8]),
}

/// Throws bytes at the target with that name; at all of them when the name is empty.
pub fn colpisci(nome: &str, byte: &[u8]) {
    let scelti: Vec<_> = BERSAGLI.iter().filter(|b| nome.is_empty() || b.nome == nome).collect();
    assert!(!scelti.is_empty(), "no target is called {nome:?}");
    for b in scelti {
        (b.colpisci)(byte);
    }
}
