//! What probes say of a site: when it could not be reached, and how much of a month it could.
//!
//! Invariant: time is up only between two good probes near each other. Before the first probe nothing is known; after it,
//! whatever is not up is an interruption, also when nobody was looking.

use jiff::SignedDuration;
use kernel::{Data, Istante};

/// Minutes between two probes.
pub const OGNI: u16 = 5;
/// Two good probes farther than this leave a hole: one probe may be missed, not two. `enti.tolleranza()` says the same.
pub const TOLLERANZA: SignedDuration = SignedDuration::from_mins(11);

/// A stretch in which every probe found the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Su {
    pub dal: Istante,
    pub al: Istante,
}

/// A half-open stretch in which the site could not be reached, or nobody can say that it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruzione {
    pub dal: Istante,
    pub al: Istante,
    /// The program had been stopped on purpose. It is an interruption like the others, of which somebody knew.
    pub voluta: bool,
}

/// The program stopped because it was told to, and came back; not yet, where there is no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fermata {
    pub dal: Istante,
    pub al: Option<Istante>,
}

impl Fermata {
    /// True when this stop explains all of the interruption: probes ended with it, and began again with the program.
    fn spiega(&self, dal: Istante, al: Istante) -> bool {
        let vicino =
            |prima: Istante, dopo: Istante| (SignedDuration::ZERO..=TOLLERANZA).contains(&dopo.duration_since(prima));
        vicino(dal, self.dal) && self.al.is_none_or(|ripresa| al <= ripresa || vicino(ripresa, al))
    }
}

impl Interruzione {
    pub fn durata(&self) -> SignedDuration {
        self.al.duration_since(self.dal)
    }

    /// The part that falls inside; no part, no length.
    pub fn dentro(&self, dal: Istante, al: Istante) -> SignedDuration {
        self.al.min(al).duration_since(self.dal.max(dal)).max(SignedDuration::ZERO)
    }
}

/// The interruptions between the first probe and `adesso`, in order. `su` are the good stretches, in order.
pub fn interruzioni(primo: Istante, su: &[Su], fermate: &[Fermata], adesso: Istante) -> Vec<Interruzione> {
    let buco = |dal, al| Interruzione { dal, al, voluta: fermate.iter().any(|f| f.spiega(dal, al)) };
    let mut buchi = Vec::new();
    let mut fin_qui = primo;
    for s in su {
        if s.dal > fin_qui {
            buchi.push(buco(fin_qui, s.dal));
        }
        fin_qui = fin_qui.max(s.al);
    }
    // The next probe is not late yet.
    if adesso.duration_since(fin_qui) > TOLLERANZA {
        buchi.push(buco(fin_qui, adesso));
    }
    buchi
}

/// How much of a civil month the site was up, of the part that was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mese {
    /// Its first day.
    pub mese: Data,
    pub osservati: i64,
    pub su: i64,
}

impl Mese {
    /// Hundredths of a percent, rounded down: 100% means that not one second was missing.
    pub fn centesimi(&self) -> Option<i64> {
        (self.osservati > 0).then(|| self.su.clamp(0, self.osservati) * 10_000 / self.osservati)
    }

    /// "99,98 %"
    pub fn in_parole(&self) -> Option<String> {
        self.centesimi().map(|c| match (c / 100, c % 100) {
            (intero, 0) => format!("{intero}\u{a0}%"),
            (intero, resto) => format!("{intero},{resto:02}\u{a0}%"),
        })
    }

    /// The months of several enti, each second worth the same.
    pub fn insieme(mesi: impl IntoIterator<Item = Mese>) -> Vec<Mese> {
        let mut insieme: Vec<Mese> = Vec::new();
        for m in mesi {
            match insieme.iter_mut().find(|i| i.mese == m.mese) {
                Some(i) => (i.osservati, i.su) = (i.osservati + m.osservati, i.su + m.su),
                None => insieme.push(m),
            }
        }
        insieme.sort_by_key(|m| std::cmp::Reverse(m.mese));
        insieme
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn minuto(n: i64) -> Istante {
        Istante::from_second(1_800_000_000 + n * 60).unwrap()
    }

    fn su(dal: i64, al: i64) -> Su {
        Su { dal: minuto(dal), al: minuto(al) }
    }

    fn buchi(primo: i64, tratti: &[Su], adesso: i64) -> Vec<(i64, i64)> {
        let minuti = |i: Istante| i.duration_since(minuto(0)).as_mins();
        interruzioni(minuto(primo), tratti, &[], minuto(adesso)).iter().map(|i| (minuti(i.dal), minuti(i.al))).collect()
    }

    #[test]
    fn what_is_not_up_is_an_interruption() {
        assert_eq!(buchi(0, &[su(0, 100)], 105), []);
        assert_eq!(buchi(0, &[su(0, 100), su(160, 200)], 205), [(100, 160)]);
        // The first probe failed; the last good one is old.
        assert_eq!(buchi(0, &[su(10, 100)], 120), [(0, 10), (100, 120)]);
        // Nobody ever saw it up; nobody ever looked.
        assert_eq!(buchi(0, &[], 60), [(0, 60)]);
        assert_eq!(buchi(0, &[], 0), []);
    }

    #[test]
    fn a_stop_on_purpose_explains_what_began_and_ended_with_it() {
        let voluta = |fermate: &[(i64, Option<i64>)]| {
            let fermate: Vec<Fermata> =
                fermate.iter().map(|(dal, al)| Fermata { dal: minuto(*dal), al: al.map(minuto) }).collect();
            interruzioni(minuto(0), &[su(0, 100), su(160, 200)], &fermate, minuto(205))[0].voluta
        };
        assert!(!voluta(&[]), "nobody said that it would stop");
        assert!(voluta(&[(103, Some(157))]));
        assert!(!voluta(&[(103, Some(120))]), "it was back, and did not answer for forty minutes");
        assert!(!voluta(&[(140, Some(157))]), "it had been silent for forty minutes when somebody stopped it");
        assert!(!voluta(&[(20, Some(30))]));
        // Still stopped.
        let ferma = [Fermata { dal: minuto(203), al: None }];
        let ora = interruzioni(minuto(0), &[su(0, 200)], &ferma, minuto(300));
        assert!(ora.len() == 1 && ora[0].voluta);
    }

    #[test]
    fn a_month_never_rounds_up() {
        let mese = |osservati, su| Mese { mese: date(2026, 11, 1), osservati, su }.in_parole();
        assert_eq!(mese(1_000_000, 999_999).as_deref(), Some("99,99\u{a0}%"));
        assert_eq!(mese(86_400, 86_400).as_deref(), Some("100\u{a0}%"));
        assert_eq!(mese(86_400, 0).as_deref(), Some("0\u{a0}%"));
        assert_eq!(mese(1_000, 905).as_deref(), Some("90,50\u{a0}%"));
        assert_eq!(mese(0, 0), None);
    }

    #[test]
    fn the_whole_is_the_sum_of_its_seconds() {
        let mese = |m, osservati, su| Mese { mese: date(2026, m, 1), osservati, su };
        let insieme = Mese::insieme([mese(10, 100, 100), mese(11, 10, 0), mese(10, 300, 200)]);
        assert_eq!(insieme, [mese(11, 10, 0), mese(10, 400, 300)]);
    }

    proptest! {
        /// Up and interruptions share the time between them, whatever the stretches.
        #[test]
        fn no_second_is_lost(pezzi in proptest::collection::vec((1_i64..2_000, 0_i64..2_000), 0..20), coda in 12_i64..500) {
            let mut tratti = Vec::new();
            let mut qui = 0;
            for (buco, lungo) in pezzi {
                tratti.push(su(qui + buco, qui + buco + lungo));
                qui += buco + lungo;
            }
            let adesso = qui + coda;
            let fermo: i64 = buchi(0, &tratti, adesso).iter().map(|(a, b)| b - a).sum();
            let acceso: i64 = tratti.iter().map(|s| s.al.duration_since(s.dal).as_mins()).sum();
            prop_assert_eq!(fermo + acceso, adesso);
        }
    }
}
