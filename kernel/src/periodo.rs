//! Stretches of civil days in Rome: periods, terms in days, financial years.

use crate::{Data, Istante, tempo};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use std::fmt;

/// From a day to a day, both included; without an end it still lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Estremi")]
pub struct Periodo {
    dal: Data,
    al: Option<Data>,
}

#[derive(Deserialize)]
struct Estremi {
    dal: Data,
    al: Option<Data>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("il periodo finisce prima di cominciare")]
pub struct PeriodoRovesciato;

impl Periodo {
    pub fn nuovo(dal: Data, al: Option<Data>) -> Result<Self, PeriodoRovesciato> {
        if al.is_some_and(|al| al < dal) { Err(PeriodoRovesciato) } else { Ok(Self { dal, al }) }
    }

    pub fn dal(self) -> Data {
        self.dal
    }

    pub fn al(self) -> Option<Data> {
        self.al
    }

    pub fn contiene(self, giorno: Data) -> bool {
        self.dal <= giorno && self.al.is_none_or(|al| giorno <= al)
    }

    pub fn si_sovrappone(self, altro: Self) -> bool {
        altro.al.is_none_or(|al| self.dal <= al) && self.al.is_none_or(|al| altro.dal <= al)
    }

    /// The first instant inside.
    pub fn inizio(self) -> Istante {
        tempo::inizio_del_giorno(self.dal)
    }

    /// The first instant no longer inside: midnight in Rome after the last day.
    pub fn fine(self) -> Option<Istante> {
        self.al.map(|al| tempo::inizio_del_giorno(al.saturating_add(1.day())))
    }
}

impl TryFrom<Estremi> for Periodo {
    type Error = PeriodoRovesciato;

    fn try_from(estremi: Estremi) -> Result<Self, Self::Error> {
        Self::nuovo(estremi.dal, estremi.al)
    }
}

/// Whether the day on which a term starts is its first day: norms and offices disagree, so it is said each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Computo {
    GiornoInizialeCompreso,
    GiornoInizialeEscluso,
}

/// A number of calendar days, holidays included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Termine {
    pub giorni: u16,
    pub computo: Computo,
}

impl Termine {
    /// The last day of the term that starts on `inizio`. A term of zero days ends on the day it starts.
    pub fn ultimo_giorno(self, inizio: Data) -> Data {
        let dopo = match self.computo {
            Computo::GiornoInizialeCompreso => self.giorni.saturating_sub(1),
            Computo::GiornoInizialeEscluso => self.giorni,
        };
        inizio.saturating_add(i64::from(dopo).days())
    }

    pub fn periodo(self, inizio: Data) -> Periodo {
        Periodo { dal: inizio, al: Some(self.ultimo_giorno(inizio)) }
    }
}

/// A financial year: for Italian local bodies, the calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i16", into = "i16")]
pub struct Esercizio(i16);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("un esercizio è un anno dal 1900 al 2199")]
pub struct EsercizioRifiutato;

impl Esercizio {
    pub fn anno(self) -> i16 {
        self.0
    }

    pub fn periodo(self) -> Periodo {
        let (dal, al) = (jiff::civil::date(self.0, 1, 1), jiff::civil::date(self.0, 12, 31));
        Periodo { dal, al: Some(al) }
    }
}

impl TryFrom<i16> for Esercizio {
    type Error = EsercizioRifiutato;

    fn try_from(anno: i16) -> Result<Self, Self::Error> {
        if (1900..=2199).contains(&anno) { Ok(Self(anno)) } else { Err(EsercizioRifiutato) }
    }
}

impl From<Esercizio> for i16 {
    fn from(esercizio: Esercizio) -> Self {
        esercizio.0
    }
}

impl fmt::Display for Esercizio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const COMPRESO: Termine = Termine { giorni: 15, computo: Computo::GiornoInizialeCompreso };
    const ESCLUSO: Termine = Termine { giorni: 15, computo: Computo::GiornoInizialeEscluso };

    #[test]
    fn fifteen_days_at_the_albo() {
        let periodo = COMPRESO.periodo(date(2027, 2, 20));
        assert_eq!((periodo.dal(), periodo.al()), (date(2027, 2, 20), Some(date(2027, 3, 6))));
        assert_eq!(periodo.fine().unwrap().to_string(), "2027-03-06T23:00:00Z");
        assert_eq!(ESCLUSO.ultimo_giorno(date(2027, 2, 20)), date(2027, 3, 7));
    }

    #[test]
    fn the_week_of_summer_time_has_seven_civil_days() {
        let periodo = COMPRESO.periodo(date(2026, 3, 20));
        assert_eq!(periodo.inizio().to_string(), "2026-03-19T23:00:00Z");
        assert_eq!(periodo.fine().unwrap().to_string(), "2026-04-03T22:00:00Z");
    }

    #[test]
    fn a_period_never_runs_backwards() {
        assert_eq!(Periodo::nuovo(date(2026, 1, 2), Some(date(2026, 1, 1))), Err(PeriodoRovesciato));
        assert!(serde_json::from_str::<Periodo>(r#"{"dal":"2026-01-02","al":"2026-01-01"}"#).is_err());
        let aperto: Periodo = serde_json::from_str(r#"{"dal":"2026-01-02","al":null}"#).unwrap();
        assert!(aperto.contiene(date(2999, 1, 1)) && !aperto.contiene(date(2026, 1, 1)) && aperto.fine().is_none());
    }

    #[test]
    fn a_financial_year_is_the_calendar_year() {
        let esercizio = Esercizio::try_from(2026).unwrap();
        assert!(esercizio.periodo().contiene(date(2026, 12, 31)) && !esercizio.periodo().contiene(date(2027, 1, 1)));
        assert_eq!(Esercizio::try_from(26), Err(EsercizioRifiutato));
        assert_eq!((i16::from(esercizio), esercizio.anno(), esercizio.to_string().as_str()), (2026, 2026, "2026"));
    }

    proptest! {
        #[test]
        fn overlap_means_a_common_day(a in 0i8..20, da in 0i8..10, b in 0i8..20, db in prop::option::of(0i8..10)) {
            let giorno = |n: i8| date(2026, 1, 1 + n);
            let primo = Periodo::nuovo(giorno(a), Some(giorno(a + da))).unwrap();
            let secondo = Periodo::nuovo(giorno(b), db.map(|d| giorno(b + d))).unwrap();
            let comune = (0..31).map(giorno).any(|g| primo.contiene(g) && secondo.contiene(g));
            prop_assert_eq!(primo.si_sovrappone(secondo), comune);
            prop_assert_eq!(secondo.si_sovrappone(primo), comune);
        }
    }
}
