//! Error codes and sentences: what a person reads beside a form, and what the office searches for afterwards.

use std::error::Error;
use std::fmt;

use serde::Serialize;

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

/// What a part of the house cannot do now and may do later, through no fault of who asked: to be asked again. Or what it can
/// never do, because what was asked cannot be written anywhere.
///
/// It travels inside the errors of the parts; [`Impedimento::in_catena`] finds it whoever wrapped it.
#[derive(Debug, thiserror::Error)]
pub enum Impedimento {
    #[error("no space left: {0}")]
    Pieno(#[source] Box<dyn Error + Send + Sync>),
    #[error("no answer: {0}")]
    NonRisponde(#[source] Box<dyn Error + Send + Sync>),
    /// A character that no text of ours may hold.
    #[error("unreadable: {0}")]
    Illeggibile(#[source] Box<dyn Error + Send + Sync>),
}

impl Impedimento {
    /// The impediment at the root of an error, if that is what it is.
    pub fn in_catena<'a>(mut e: &'a (dyn Error + 'static)) -> Option<&'a Impedimento> {
        loop {
            match e.downcast_ref() {
                None => e = e.source()?,
                trovato => return trovato,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("wrapped")]
    struct Involto(#[source] Box<dyn Error + Send + Sync>);

    #[test]
    fn an_impediment_is_found_whoever_wrapped_it() {
        let pieno = Impedimento::Pieno("disk".into());
        assert_eq!(pieno.to_string(), "no space left: disk");
        let due_volte = Involto(Box::new(Involto(Box::new(pieno))));
        assert!(matches!(Impedimento::in_catena(&due_volte), Some(Impedimento::Pieno(_))));
        assert!(Impedimento::in_catena(&Involto("another thing".into())).is_none());
        assert_eq!(Codice("PRT-014").to_string(), "PRT-014");
    }
}
