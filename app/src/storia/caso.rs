//! A seeded sequence: the same seed tells the same history, on any machine, and after an interruption.

/// SplitMix64. Not for secrets: those come from `db::caso`.
#[derive(Debug, Clone)]
pub(super) struct Caso(u64);

impl Caso {
    pub(super) fn nuovo(seme: &str) -> Caso {
        // FNV-1a: enough to send near seeds far apart.
        let impasta = |h: u64, b: u8| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        Caso(seme.bytes().fold(0xcbf2_9ce4_8422_2325, impasta))
    }

    fn prossimo(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `da` to `a`, both included.
    pub(super) fn fra(&mut self, da: i64, a: i64) -> i64 {
        let ampiezza = a.saturating_sub(da).unsigned_abs() + 1;
        da + i64::try_from(self.prossimo() % ampiezza).unwrap_or(0)
    }

    pub(super) fn posto(&mut self, lunghezza: usize) -> usize {
        let n = u64::try_from(lunghezza.max(1)).unwrap_or(1);
        usize::try_from(self.prossimo() % n).unwrap_or(0)
    }

    pub(super) fn uno<T: Copy>(&mut self, di: &[T]) -> T {
        di[self.posto(di.len())]
    }

    /// True so many times in a hundred.
    pub(super) fn su_cento(&mut self, quante: u64) -> bool {
        self.prossimo() % 100 < quante
    }

    /// One of them, as often as its weight says.
    pub(super) fn pesato<'a, T>(&mut self, di: &'a [T], peso: impl Fn(&T) -> u64) -> &'a T {
        let somma: u64 = di.iter().map(&peso).sum();
        let mut resto = self.prossimo() % somma.max(1);
        for x in di {
            match resto.checked_sub(peso(x)) {
                None => return x,
                Some(r) => resto = r,
            }
        }
        &di[self.posto(di.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::Caso;

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let dieci = |seme: &str| {
            let mut c = Caso::nuovo(seme);
            (0..10).map(|_| c.fra(-3, 3)).collect::<Vec<_>>()
        };
        assert_eq!(dieci("c_e307"), dieci("c_e307"));
        assert_ne!(dieci("c_e307"), dieci("c_e308"));
        assert!(dieci("x").iter().all(|n| (-3..=3).contains(n)));
    }

    #[test]
    fn weights_are_kept() {
        let mut c = Caso::nuovo("pesi");
        let tante = (0..1000).filter(|_| *c.pesato(&[1_u64, 9], |p| *p) == 9).count();
        assert!((850..950).contains(&tante), "{tante}");
    }
}
