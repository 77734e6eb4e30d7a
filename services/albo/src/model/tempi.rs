//! How long an act is exposed: civil days in Rome, a half-open interval of instants.

use jiff::ToSpan;
use kernel::tempo::{giorno_a_roma, ora_a_roma};
use kernel::{Computo, Data, Istante, Periodo, Termine};

/// How the ente counts: from which day, and after which hour a publication counts from the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regola {
    pub computo: Computo,
    /// `18:00`; without it every publication counts from its own day.
    pub ora_limite: Option<String>,
}

impl Default for Regola {
    fn default() -> Self {
        Regola { computo: Computo::GiornoInizialeCompreso, ora_limite: None }
    }
}

/// How long, as the law or the ente says for a type of act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modo {
    Giorni(u16),
    /// Until a day chosen for each act, included: a deadline, a sitting.
    Scadenza,
}

/// How long, for this act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durata {
    Giorni(Termine),
    FinoAl(Data),
}

/// The words of the database and of the register for a way of counting.
pub fn codice_computo(c: Computo) -> &'static str {
    match c {
        Computo::GiornoInizialeCompreso => "compreso",
        Computo::GiornoInizialeEscluso => "escluso",
    }
}

pub fn computo(codice: &str) -> Computo {
    if codice == "escluso" { Computo::GiornoInizialeEscluso } else { Computo::GiornoInizialeCompreso }
}

/// The first day that counts for an act posted at that instant.
pub fn primo_giorno(affisso: Istante, ora_limite: Option<&str>) -> Data {
    let oggi = giorno_a_roma(affisso);
    // Both are HH:MM, so their order as text is their order in the day.
    let tardi = ora_limite.is_some_and(|o| ora_a_roma(affisso).as_str() >= o);
    if tardi { oggi.saturating_add(1.day()) } else { oggi }
}

/// First and last day, for a publication that starts at that instant. `None`: the last day is already past.
pub fn periodo(affisso: Istante, ora_limite: Option<&str>, durata: Durata) -> Option<Periodo> {
    let dal = primo_giorno(affisso, ora_limite);
    match durata {
        Durata::Giorni(t) => Some(t.periodo(dal)),
        Durata::FinoAl(al) => Periodo::nuovo(dal, Some(al)).ok(),
    }
}

/// The instant from which nothing is served any more: midnight in Rome after the last day.
pub fn fine(al: Data) -> Istante {
    kernel::tempo::inizio_del_giorno(al.saturating_add(1.day()))
}

/// Days of an interruption, both ends included.
pub fn giorni(interruzione: Periodo) -> i64 {
    interruzione.al().map_or(0, |al| i64::from(interruzione.dal().until(al).map_or(0, |s| s.get_days())) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn alle(data: Data, ora: i8) -> Istante {
        data.at(ora, 0, 0, 0).in_tz("Europe/Rome").unwrap().timestamp()
    }

    fn quindici(c: Computo) -> Durata {
        Durata::Giorni(Termine { giorni: 15, computo: c })
    }

    #[test]
    fn fifteen_days_from_the_twentieth_of_february() {
        let p = periodo(alle(date(2027, 2, 20), 9), None, quindici(Computo::GiornoInizialeCompreso)).unwrap();
        assert_eq!((p.dal(), p.al()), (date(2027, 2, 20), Some(date(2027, 3, 6))));
        assert_eq!(fine(date(2027, 3, 6)).to_string(), "2027-03-06T23:00:00Z");
        let p = periodo(alle(date(2027, 2, 20), 9), None, quindici(Computo::GiornoInizialeEscluso)).unwrap();
        assert_eq!(p.al(), Some(date(2027, 3, 7)));
    }

    #[test]
    fn a_day_is_a_day_in_the_weeks_of_the_two_hours() {
        // Spring: 20 March to 3 April is an hour short; autumn: 20 October to 3 November is an hour long.
        for (dal, al, ore) in [(date(2026, 3, 20), date(2026, 4, 3), 359), (date(2026, 10, 20), date(2026, 11, 3), 361)]
        {
            let affisso = kernel::tempo::inizio_del_giorno(dal);
            let p = periodo(affisso, None, quindici(Computo::GiornoInizialeCompreso)).unwrap();
            assert_eq!(p.al(), Some(al));
            assert_eq!(fine(al).duration_since(affisso).as_hours(), ore);
        }
    }

    #[test]
    fn after_the_hour_it_counts_from_tomorrow() {
        assert_eq!(primo_giorno(alle(date(2026, 11, 20), 17), Some("18:00")), date(2026, 11, 20));
        assert_eq!(primo_giorno(alle(date(2026, 11, 20), 18), Some("18:00")), date(2026, 11, 21));
        assert_eq!(primo_giorno(alle(date(2026, 11, 20), 23), None), date(2026, 11, 20));
    }

    #[test]
    fn a_deadline_that_is_past_is_no_period() {
        let p = |giorno| periodo(alle(date(2026, 11, 20), 9), None, Durata::FinoAl(giorno));
        assert_eq!(p(date(2026, 11, 20)).unwrap().al(), Some(date(2026, 11, 20)));
        assert!(p(date(2026, 11, 19)).is_none());
    }

    #[test]
    fn an_interruption_counts_both_ends() {
        assert_eq!(giorni(Periodo::nuovo(date(2026, 2, 27), Some(date(2026, 3, 1))).unwrap()), 3);
    }
}
