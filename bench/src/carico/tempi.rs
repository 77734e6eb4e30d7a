//! Times of answers, kept one by one: a few million fit in memory and percentiles are exact.

use std::time::Duration;

#[derive(Debug, Default, Clone)]
pub struct Tempi {
    us: Vec<u32>,
    ordinati: bool,
}

impl Tempi {
    pub fn segna(&mut self, d: Duration) {
        self.us.push(u32::try_from(d.as_micros()).unwrap_or(u32::MAX));
        self.ordinati = false;
    }

    pub fn somma(&mut self, altri: Tempi) {
        self.us.extend(altri.us);
        self.ordinati = false;
    }

    pub fn quanti(&self) -> usize {
        self.us.len()
    }

    /// The time within which so many in a hundred came back, in milliseconds.
    pub fn percentile(&mut self, p: f64) -> f64 {
        if !self.ordinati {
            self.us.sort_unstable();
            self.ordinati = true;
        }
        let Some(ultimo) = self.us.len().checked_sub(1) else { return f64::NAN };
        let posto = (p / 100.0 * self.us.len() as f64).ceil() as usize;
        f64::from(self.us[posto.saturating_sub(1).min(ultimo)]) / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_seen() {
        let mut t = Tempi::default();
        (1..=100).rev().for_each(|n| t.segna(Duration::from_millis(n)));
        assert_eq!([50.0, 95.0, 99.0, 100.0].map(|p| t.percentile(p)), [50.0, 95.0, 99.0, 100.0]);
        assert!(Tempi::default().percentile(50.0).is_nan());
    }
}
