//! What happens to a registration after its number: assignments, annulments, rectifications.

use jiff::Timestamp;
use kernel::{Data, Provvedimento};

use super::{Corrispondente, riga};
use crate::ProtocolloError;

/// The fields that can be annulled and rewritten, with the words that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Campo {
    Oggetto,
    Corrispondenti,
    NumeroMittente,
    DataMittente,
}

impl Campo {
    pub const TUTTI: [Campo; 4] = [Campo::Oggetto, Campo::Corrispondenti, Campo::NumeroMittente, Campo::DataMittente];

    pub fn codice(self) -> &'static str {
        match self {
            Campo::Oggetto => "oggetto",
            Campo::Corrispondenti => "corrispondenti",
            Campo::NumeroMittente => "numero_mittente",
            Campo::DataMittente => "data_mittente",
        }
    }

    pub fn nome(self) -> &'static str {
        match self {
            Campo::Oggetto => "Oggetto",
            Campo::Corrispondenti => "Mittenti o destinatari",
            Campo::NumeroMittente => "Numero del mittente",
            Campo::DataMittente => "Data del mittente",
        }
    }

    pub fn da(codice: &str) -> Option<Campo> {
        Campo::TUTTI.into_iter().find(|c| c.codice() == codice)
    }
}

/// The new value of an annulled field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nuovo {
    Oggetto(String),
    Corrispondenti(Vec<Corrispondente>),
    NumeroMittente(String),
    DataMittente(Option<Data>),
}

impl Nuovo {
    pub fn campo(&self) -> Campo {
        match self {
            Nuovo::Oggetto(_) => Campo::Oggetto,
            Nuovo::Corrispondenti(_) => Campo::Corrispondenti,
            Nuovo::NumeroMittente(_) => Campo::NumeroMittente,
            Nuovo::DataMittente(_) => Campo::DataMittente,
        }
    }
}

/// Who authorised an annulment and why (art. 54, art. 61 c. 3 g).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autorizzazione {
    pub motivo: String,
    /// As offices cite it: "Provvedimento del responsabile n. 12".
    pub provvedimento: String,
    pub data: Option<Data>,
}

impl Autorizzazione {
    pub fn da_atto(motivo: &str, p: &Provvedimento) -> Autorizzazione {
        Autorizzazione {
            motivo: motivo.to_owned(),
            provvedimento: format!("{} n. {}", p.tipo, p.numero.corto()),
            data: Some(p.data),
        }
    }

    /// Clean, and complete: without provvedimento there is no annulment.
    pub fn pulita(&self, oggi: Data) -> Result<(String, String, Data), ProtocolloError> {
        let motivo = riga("motivo", &self.motivo, 1_000)?;
        if motivo.is_empty() {
            return Err(ProtocolloError::SenzaMotivo);
        }
        let provvedimento = riga("provvedimento", &self.provvedimento, 200)?;
        match self.data {
            _ if provvedimento.is_empty() => Err(ProtocolloError::SenzaProvvedimento),
            None => Err(ProtocolloError::SenzaDataProvvedimento),
            Some(d) if d > oggi => Err(ProtocolloError::DataFutura),
            Some(d) => Ok((motivo, provvedimento, d)),
        }
    }
}

/// An annulment, of everything (`campo` empty) or of one field: before and after.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Annullamento {
    pub posizione: i64,
    pub(super) campo: String,
    pub prima: String,
    pub dopo: String,
    pub motivo: String,
    pub provvedimento: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub provvedimento_data: Data,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub chi: String,
}

impl Annullamento {
    /// None when the whole registration was annulled.
    pub fn campo(&self) -> Option<Campo> {
        Campo::da(&self.campo)
    }
}

/// Who dealt with it, under which class, since when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Assegnazione {
    pub posizione: i64,
    pub ufficio: String,
    pub ufficio_nome: String,
    pub classifica: String,
    pub titolario: i32,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub chi: String,
    presa_il: Option<jiff_sqlx::Timestamp>,
    pub presa_da: Option<String>,
}

impl Assegnazione {
    pub fn presa_il(&self) -> Option<Timestamp> {
        self.presa_il.map(jiff_sqlx::Timestamp::to_jiff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_annulment_without_reason_and_provvedimento() {
        let oggi: Data = "2026-11-24".parse().unwrap();
        let prova = |m: &str, p: &str, d: Option<Data>| {
            let a = Autorizzazione { motivo: m.into(), provvedimento: p.into(), data: d };
            a.pulita(oggi).map_or_else(|e| e.codice().unwrap(), |_| "")
        };
        assert_eq!(prova("errore", "n. 12", Some(oggi)), "");
        assert_eq!(prova(" ", "n. 12", Some(oggi)), "PRT-020");
        assert_eq!(prova("errore", "", Some(oggi)), "PRT-021");
        assert_eq!(prova("errore", "n. 12", None), "PRT-022");
        assert_eq!(prova("errore", "n. 12", Some("2026-11-25".parse().unwrap())), "PRT-010");
    }
}
