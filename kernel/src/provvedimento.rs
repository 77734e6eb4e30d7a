//! The act that justifies something, named without depending on the service that keeps it.

use crate::{Data, Impronta, Numero, tempo};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Provvedimento {
    /// As people call it: "determina", "delibera di Giunta".
    pub tipo: String,
    pub registro: String,
    /// The year, or another serie, inside which the number is unique.
    pub serie: i32,
    pub numero: Numero,
    pub data: Data,
    /// The document itself, by its content; missing when the act is older than the archive.
    pub documento: Option<Impronta>,
}

impl fmt::Display for Provvedimento {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} n. {} del {}", self.tipo, self.numero.corto(), tempo::breve(self.data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_cited_as_offices_do() {
        let provvedimento = Provvedimento {
            tipo: "determina".into(),
            registro: "determine".into(),
            serie: 2026,
            numero: Numero::PRIMO,
            data: jiff::civil::date(2026, 11, 24),
            documento: None,
        };
        assert_eq!(provvedimento.to_string(), "determina n. 1 del 24/11/2026");
    }
}
