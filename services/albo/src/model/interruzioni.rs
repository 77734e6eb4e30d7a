//! Which days a publication lost because the albo could not be reached. Pure.

use enti::Interruzione;
use jiff::{SignedDuration, ToSpan};
use kernel::tempo::inizio_del_giorno;
use kernel::{Data, Periodo};

use super::Pubblicazione;

/// How long the albo must be reachable in a day for the day to count, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soglia {
    pub ore: i16,
    pub fonte: String,
    pub certezza: String,
}

/// Consecutive days that a publication lost, and for how long the albo was missing in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persi {
    pub periodo: Periodo,
    pub fermo: SignedDuration,
}

impl Persi {
    pub fn minuti(&self) -> i32 {
        i32::try_from(self.fermo.as_mins()).unwrap_or(i32::MAX)
    }
}

/// The days that are over, from its first to its last, in which the albo could be reached for less than `ore` hours. What was
/// missing before the act was posted does not count, nor the days already made good or already proposed.
pub fn giorni_persi(
    p: &Pubblicazione,
    interruzioni: &[Interruzione],
    gia: &[Periodo],
    oggi: Data,
    ore: i16,
) -> Vec<Persi> {
    let mut persi: Vec<Persi> = Vec::new();
    let mut giorno = p.dal;
    while giorno <= p.al && giorno < oggi {
        let domani = giorno.saturating_add(1.day());
        let (inizio, fine) = (inizio_del_giorno(giorno), inizio_del_giorno(domani));
        let fermo: SignedDuration = interruzioni.iter().map(|i| i.dentro(inizio.max(p.affisso_il), fine)).sum();
        let raggiungibile = fine.duration_since(inizio) - fermo;
        let contato = gia.iter().any(|g| g.contiene(giorno));
        if !contato && raggiungibile < SignedDuration::from_hours(ore.into()) {
            aggiungi(&mut persi, giorno, fermo);
        }
        giorno = domani;
    }
    persi
}

/// A day goes with the one before it.
fn aggiungi(persi: &mut Vec<Persi>, giorno: Data, fermo: SignedDuration) {
    let di_seguito = |u: &&mut Persi| u.periodo.al().is_some_and(|al| al.saturating_add(1.day()) == giorno);
    let (dal, prima) = match persi.last_mut().filter(di_seguito) {
        Some(u) => (u.periodo.dal(), u.fermo),
        None => (giorno, SignedDuration::ZERO),
    };
    let Ok(periodo) = Periodo::nuovo(dal, Some(giorno)) else { return };
    if dal < giorno {
        persi.pop();
    }
    persi.push(Persi { periodo, fermo: prima + fermo });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tempi;
    use jiff::civil::date;
    use kernel::{Istante, Numero};

    fn alle(giorno: i8, ora: i8) -> Istante {
        date(2026, 11, giorno).at(ora, 0, 0, 0).in_tz("Europe/Rome").unwrap().timestamp()
    }

    fn fermo(dal: Istante, al: Istante) -> Interruzione {
        Interruzione { dal, al, voluta: false }
    }

    fn dal_due() -> Pubblicazione {
        let al = date(2026, 11, 16);
        Pubblicazione {
            anno: 2026,
            numero: Numero::PRIMO,
            posizione: 1,
            affisso_il: alle(2, 15),
            dal: date(2026, 11, 2),
            al,
            fine: tempi::fine(al),
            fonte_termine: String::new(),
        }
    }

    fn persi(i: &[Interruzione], gia: &[Periodo], oggi: i8) -> Vec<(i8, i8, i64)> {
        giorni_persi(&dal_due(), i, gia, date(2026, 11, oggi), 12)
            .iter()
            .map(|p| (p.periodo.dal().day(), p.periodo.al().unwrap().day(), p.fermo.as_hours()))
            .collect()
    }

    #[test]
    fn a_day_is_lost_below_twelve_hours() {
        assert_eq!(persi(&[fermo(alle(5, 6), alle(5, 18))], &[], 25), [], "twelve hours are enough");
        assert_eq!(persi(&[fermo(alle(5, 6), alle(5, 19))], &[], 25), [(5, 5, 13)]);
        // In pieces too.
        let pezzi = [fermo(alle(5, 1), alle(5, 8)), fermo(alle(5, 12), alle(5, 18))];
        assert_eq!(persi(&pezzi, &[], 25), [(5, 5, 13)]);
    }

    #[test]
    fn three_days_in_the_middle_are_one_period() {
        let i = [fermo(alle(5, 8), alle(7, 20))];
        assert_eq!(persi(&i, &[], 25), [(5, 7, 16 + 24 + 20)]);
        // Two interruptions far apart are two.
        let due = [fermo(alle(5, 0), alle(5, 20)), fermo(alle(9, 0), alle(9, 20))];
        assert_eq!(persi(&due, &[], 25), [(5, 5, 20), (9, 9, 20)]);
    }

    #[test]
    fn only_days_that_are_over_and_inside() {
        let sempre = [fermo(alle(1, 0), alle(30, 0))];
        assert_eq!(persi(&sempre, &[], 5), [(3, 4, 48)], "posted at 15 of the second: nine hours missing of that day");
        assert_eq!(persi(&sempre, &[], 30).last().unwrap().1, 16, "not after its end");
        assert_eq!(persi(&[fermo(alle(2, 0), alle(2, 14))], &[], 25), [], "before it was posted");
    }

    #[test]
    fn what_was_counted_is_not_counted_again() {
        let i = [fermo(alle(5, 8), alle(8, 20))];
        let gia = [Periodo::nuovo(date(2026, 11, 6), Some(date(2026, 11, 6))).unwrap()];
        assert_eq!(persi(&i, &gia, 25), [(5, 5, 16), (7, 8, 24 + 20)]);
    }
}
