//! The sheet of results: goals with what was seen, then the tables behind them.

use std::fmt::Write as _;

/// A goal and what was seen of it.
#[derive(Debug)]
struct Traguardo {
    che_cosa: String,
    meta: String,
    visto: String,
    raggiunto: bool,
}

#[derive(Debug, Default)]
pub struct Foglio {
    traguardi: Vec<Traguardo>,
    capitoli: Vec<(String, String)>,
}

impl Foglio {
    pub fn traguardo(&mut self, che_cosa: &str, meta: &str, visto: String, raggiunto: bool) {
        self.traguardi.push(Traguardo { che_cosa: che_cosa.to_owned(), meta: meta.to_owned(), visto, raggiunto });
    }

    pub fn capitolo(&mut self, titolo: &str, testo: String) {
        self.capitoli.push((titolo.to_owned(), testo));
    }

    /// The table of goals, for the terminal and for the page.
    pub fn tabella(&self) -> String {
        let righe = self.traguardi.iter().map(|t| {
            let esito = if t.raggiunto { "met" } else { "**not met**" };
            vec![t.che_cosa.clone(), t.meta.clone(), t.visto.clone(), esito.to_owned()]
        });
        tabella(&["what", "goal", "seen", ""], righe)
    }

    pub fn pagina(&self, testata: &str, dopo: &str) -> String {
        let mut s = format!("{testata}\n## Goals\n\n{}\n", self.tabella());
        for (titolo, testo) in &self.capitoli {
            // Writing to a string cannot fail.
            let _ = write!(s, "\n## {titolo}\n\n{testo}");
        }
        s + "\n" + dopo
    }
}

pub fn tabella(testata: &[&str], righe: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut s = format!("| {} |\n|{}\n", testata.join(" | "), "---|".repeat(testata.len()));
    for r in righe {
        let _ = writeln!(s, "| {} |", r.join(" | "));
    }
    s
}

/// The one in the middle: what interleaved rounds are summed up by.
pub fn mediana(valori: &[f64]) -> f64 {
    let mut v = valori.to_vec();
    v.sort_by(f64::total_cmp);
    match (v.len() / 2, v.len() % 2) {
        (0, 0) => f64::NAN,
        (m, 1) => v[m],
        (m, _) => f64::midpoint(v[m - 1], v[m]),
    }
}

/// A number as people read it: no decimals when it is large.
pub fn n(v: f64) -> String {
    match v.abs() {
        a if a.is_nan() => "–".to_owned(),
        a if a >= 1000.0 => {
            let intero = format!("{v:.0}");
            let (testa, coda) = intero.split_at(intero.len() - 3);
            format!("{testa},{coda}")
        }
        a if a >= 100.0 => format!("{v:.0}"),
        a if a >= 10.0 => format!("{v:.1}"),
        _ => format!("{v:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!([mediana(&[3.0, 1.0, 2.0]), mediana(&[4.0, 1.0, 2.0, 3.0])], [2.0, 2.5]);
        assert!(mediana(&[]).is_nan());
        assert_eq!([n(12_345.6), n(123.4), n(12.34), n(0.5)], ["12,346", "123", "12.3", "0.50"]);
    }
}
