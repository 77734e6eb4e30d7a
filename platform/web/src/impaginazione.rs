//! Keyset pages: the last key seen, never an offset; "500+" instead of a count.

/// A page of a list that goes from the newest to the oldest.
#[derive(Debug, Clone)]
pub struct Pagine<T> {
    pub righe: Vec<T>,
    /// The key after which the next page begins.
    pub dopo: Option<String>,
}

impl<T> Pagine<T> {
    /// Rows in a page.
    pub const RIGHE: usize = 50;
    /// What statements ask for: one row more tells whether there is another page.
    pub const LIMITE: i64 = Self::RIGHE as i64 + 1;

    /// Cuts the extra row off; `chiave` tells where the next page begins.
    pub fn taglia(mut righe: Vec<T>, chiave: impl Fn(&T) -> String) -> Pagine<T> {
        let altre = righe.len() > Self::RIGHE;
        righe.truncate(Self::RIGHE);
        let dopo = righe.last().filter(|_| altre).map(chiave);
        Pagine { righe, dopo }
    }

    /// The link to the older rows: `{{ web::pagine("…").piu_vecchie(pagina.altre("prima")) }}`.
    pub fn altre(&self, parametro: &str) -> Option<String> {
        self.dopo.as_ref().map(|k| format!("?{parametro}={k}"))
    }

    pub fn vuota(&self) -> bool {
        self.righe.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Pagine;

    #[test]
    fn one_row_more_means_another_page() {
        let pagina = |n: usize| Pagine::taglia((0..n).rev().collect(), ToString::to_string);
        assert_eq!(pagina(50).altre("prima"), None);
        let p = pagina(51);
        assert_eq!((p.righe.len(), p.altre("prima").as_deref()), (50, Some("?prima=1")));
        assert!(pagina(0).vuota());
    }
}
