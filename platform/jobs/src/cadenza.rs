//! When periodic work comes round, by the clock on the wall in Rome.

use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};
use kernel::tempo::{alle, giorno_a_roma};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadenza {
    /// At minutes that are multiples of this one since midnight UTC of 1970: two processes agree on them.
    OgniMinuti(u16),
    /// Every day at this hour in Rome. An hour that the spring change skips is the one after it; an hour that the autumn
    /// change repeats comes once.
    OgniGiorno { ora: Time },
}

impl Cadenza {
    /// The first tick after an instant: ticks missed while nobody looked are one tick.
    pub fn prossimo(self, dopo: Timestamp) -> Timestamp {
        match self {
            Cadenza::OgniMinuti(minuti) => {
                let passo = i64::from(minuti.max(1)) * 60;
                let secondi = (dopo.as_second().div_euclid(passo) + 1) * passo;
                Timestamp::from_second(secondi).unwrap_or(Timestamp::MAX)
            }
            Cadenza::OgniGiorno { ora } => {
                let oggi = giorno_a_roma(dopo);
                let volta = alle(oggi, ora);
                if volta > dopo { volta } else { alle(oggi.saturating_add(1.day()), ora) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn volte(c: Cadenza, da: &str, n: usize) -> Vec<String> {
        let inizio: Timestamp = da.parse().unwrap();
        std::iter::successors(Some(c.prossimo(inizio)), |t| Some(c.prossimo(*t)))
            .take(n)
            .map(|t| t.to_string())
            .collect()
    }

    #[test]
    fn a_daily_hour_follows_rome_across_the_changes() {
        let presto = Cadenza::OgniGiorno { ora: time(0, 10, 0, 0) };
        assert_eq!(
            volte(presto, "2026-03-28T12:00:00Z", 2),
            ["2026-03-28T23:10:00Z", "2026-03-29T22:10:00Z"],
            "23 hours in spring"
        );
        assert_eq!(
            volte(presto, "2026-10-24T12:00:00Z", 2),
            ["2026-10-24T22:10:00Z", "2026-10-25T23:10:00Z"],
            "25 hours in autumn"
        );
    }

    #[test]
    fn the_skipped_hour_comes_later_and_the_repeated_one_comes_once() {
        let notte = Cadenza::OgniGiorno { ora: time(2, 30, 0, 0) };
        assert_eq!(volte(notte, "2026-03-28T12:00:00Z", 2), ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        assert_eq!(volte(notte, "2026-10-24T12:00:00Z", 2), ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        assert_eq!(
            volte(notte, "2026-10-25T01:00:00Z", 1),
            ["2026-10-26T01:30:00Z"],
            "between the two 2:30 of that night"
        );
    }

    #[test]
    fn minutes_are_aligned_and_missed_ticks_are_one() {
        let quarto = Cadenza::OgniMinuti(15);
        assert_eq!(volte(quarto, "2026-01-01T08:15:00Z", 2), ["2026-01-01T08:30:00Z", "2026-01-01T08:45:00Z"]);
        assert_eq!(volte(quarto, "2026-01-03T10:07:13Z", 1), ["2026-01-03T10:15:00Z"]);
    }
}
