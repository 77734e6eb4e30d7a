//! Error codes and sentences: what a person reads beside a form, and what the office searches for afterwards.

use serde::Serialize;
use std::fmt;

/// The stable name of an error, such as `PRT-014`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Codice(pub &'static str);

impl fmt::Display for Codice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A row of a service's catalogue of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Frase {
    pub codice: &'static str,
    pub frase: &'static str,
    pub rimedio: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravita {
    /// The law or the state says no: the person reads why and can go on.
    Rifiuto,
    /// The program or the machine failed: the office is told, with the operation id.
    Guasto,
}
