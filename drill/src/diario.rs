//! What the clients asked and what they were told: the truth that a crash cannot touch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::oracolo::Numero;

/// A registration, from the side of who asked for it.
#[derive(Debug, Clone, Default)]
pub struct Fatto {
    pub ente: usize,
    pub oggetto: String,
    pub documento: Option<Vec<u8>>,
    /// SHA-256 of the document.
    pub impronta: Option<String>,
    /// Every number that was ever answered: one, if all is well.
    pub numeri: BTreeSet<Numero>,
    /// How many times it was sent.
    pub invii: u32,
}

/// By idempotency key.
#[derive(Debug, Clone, Default)]
pub struct Diario {
    pub enti: Vec<String>,
    pub fatti: BTreeMap<String, Fatto>,
}

impl Diario {
    pub fn di<'a>(&'a self, ente: &'a str) -> impl Iterator<Item = (&'a str, &'a Fatto)> {
        let mio = move |f: &&Fatto| self.enti.get(f.ente).is_some_and(|e| e == ente);
        self.fatti.iter().filter(move |(_, f)| mio(f)).map(|(k, f)| (k.as_str(), f))
    }

    pub fn confermati(&self) -> usize {
        self.fatti.values().filter(|f| !f.numeri.is_empty()).count()
    }
}

/// Shared by the clients of a drill.
#[derive(Debug, Clone, Default)]
pub struct Registro(Arc<Mutex<Diario>>);

impl Registro {
    pub fn nuovo(enti: &[String]) -> Registro {
        Registro(Arc::new(Mutex::new(Diario { enti: enti.to_vec(), fatti: BTreeMap::new() })))
    }

    pub fn apri(&self) -> MutexGuard<'_, Diario> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
