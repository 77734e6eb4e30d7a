//! Numbers about numbers.

use std::time::Duration;

/// Sorted milliseconds, and what is said of them.
#[derive(Debug, Clone, Default)]
pub struct Tempi(Vec<u64>);

impl Tempi {
    pub fn di(tempi: impl IntoIterator<Item = Duration>) -> Tempi {
        let mut us: Vec<u64> = tempi.into_iter().map(|t| u64::try_from(t.as_micros()).unwrap_or(u64::MAX)).collect();
        us.sort_unstable();
        Tempi(us)
    }

    /// In microseconds; zero when there is nothing.
    pub fn percentile(&self, p: usize) -> u64 {
        let i = (self.0.len() * p / 100).min(self.0.len().saturating_sub(1));
        self.0.get(i).copied().unwrap_or(0)
    }

    pub fn quanti(&self) -> usize {
        self.0.len()
    }

    pub fn detti(&self) -> String {
        let ms = |p| decimi(self.percentile(p) / 100);
        format!("p50 {} ms, p95 {} ms, max {} ms", ms(50), ms(95), ms(100))
    }
}

/// `123` tenths are `12,3`.
pub fn decimi(n: u64) -> String {
    format!("{},{}", n / 10, n % 10)
}

/// Growth per hour of a quantity seen every so often, by least squares: (second, value).
pub fn pendenza_oraria(punti: &[(i64, i64)]) -> i64 {
    let n = i64::try_from(punti.len()).unwrap_or(0);
    if n < 2 {
        return 0;
    }
    let (mx, my) = (punti.iter().map(|p| p.0).sum::<i64>() / n, punti.iter().map(|p| p.1).sum::<i64>() / n);
    let (sopra, sotto) = punti.iter().fold((0i128, 0i128), |(a, b), (x, y)| {
        let (dx, dy) = (i128::from(x - mx), i128::from(y - my));
        (a + dx * dy, b + dx * dx)
    });
    if sotto == 0 { 0 } else { i64::try_from(sopra * 3600 / sotto).unwrap_or(i64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_slopes() {
        let t = Tempi::di((1..=100).map(Duration::from_millis));
        assert_eq!((t.percentile(50), t.percentile(95), t.percentile(100)), (51_000, 96_000, 100_000));
        assert_eq!(Tempi::default().percentile(95), 0);
        assert_eq!(decimi(1234), "123,4");
        let sale: Vec<_> = (0..60).map(|s| (s * 10, 1_000 + s * 5)).collect();
        assert_eq!(pendenza_oraria(&sale), 1_800);
        assert_eq!(pendenza_oraria(&[(0, 7), (10, 7), (20, 7)]), 0);
        assert_eq!(pendenza_oraria(&[(0, 7)]), 0);
    }
}
