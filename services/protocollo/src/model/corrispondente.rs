//! Who a document comes from, or goes to.

use serde::{Deserialize, Serialize};

use super::riga;
use crate::ProtocolloError;

/// Kinds of correspondent (Allegato 5: PF, PG, PAI), with the words that people see.
pub const TIPI_CORRISPONDENTE: &[(&str, &str)] =
    &[("PF", "Persona"), ("PG", "Impresa o ente privato"), ("PA", "Pubblica amministrazione")];

/// A sender or an addressee.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, sqlx::FromRow)]
pub struct Corrispondente {
    /// `PF`, `PG`, `PA`.
    pub tipo: String,
    pub nome: String,
    pub codice_fiscale: String,
    pub indirizzo: String,
    /// E-mail or PEC.
    pub recapito: String,
}

impl Corrispondente {
    pub fn nuovo(tipo: &str, nome: &str) -> Corrispondente {
        Corrispondente { tipo: tipo.to_owned(), nome: nome.to_owned(), ..Corrispondente::default() }
    }

    pub(super) fn pulito(&self) -> Result<Corrispondente, ProtocolloError> {
        let nome = riga("corrispondente", &self.nome, 300)?;
        if nome.is_empty() {
            return Err(ProtocolloError::SenzaNome);
        }
        if !TIPI_CORRISPONDENTE.iter().any(|(c, _)| *c == self.tipo) {
            return Err(ProtocolloError::TipoIgnoto);
        }
        let codice_fiscale = riga("codice_fiscale", &self.codice_fiscale, 28)?.to_uppercase().replace(' ', "");
        if !codice_fiscale.is_empty() && codice_fiscale.parse::<kernel::CodiceFiscale>().is_err() {
            return Err(ProtocolloError::CodiceFiscale(codice_fiscale));
        }
        let recapito = riga("recapito", &self.recapito, 254)?;
        if !recapito.is_empty() && !e_recapito(&recapito) {
            return Err(ProtocolloError::Recapito(recapito));
        }
        let indirizzo = riga("indirizzo", &self.indirizzo, 300)?;
        Ok(Corrispondente { tipo: self.tipo.clone(), nome, codice_fiscale, indirizzo, recapito })
    }
}

/// One @, something on both sides, no spaces: whether it exists only the post can tell.
fn e_recapito(r: &str) -> bool {
    let mut parti = r.split('@');
    let (prima, dopo, altro) = (parti.next(), parti.next(), parti.next());
    prima.is_some_and(|p| !p.is_empty())
        && dopo.is_some_and(|d| d.contains('.') && !d.starts_with('.') && !d.ends_with('.'))
        && altro.is_none()
        && !r.contains(char::is_whitespace)
}

/// Correspondents in one line, as lists show them.
pub fn in_riga(c: &[Corrispondente]) -> String {
    c.iter().map(|c| c.nome.as_str()).collect::<Vec<_>>().join("; ")
}
