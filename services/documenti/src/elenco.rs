//! Keyset pages: the last key seen, never an offset; "500+" instead of a count.

/// A page of a list that goes from the newest to the oldest.
#[derive(Debug, Clone)]
pub struct Pagine<T> {
    pub righe: Vec<T>,
    /// The key after which the next page begins.
    pub dopo: Option<String>,
}

impl<T> Pagine<T> {
    const INTERA: usize = 50;
    /// What a statement asks for: one row more than a page, to know whether there is another.
    pub const LIMITE: i64 = Self::INTERA as i64 + 1;

    /// Cuts the extra row off; `chiave` tells where the next page begins.
    pub fn taglia(mut righe: Vec<T>, chiave: impl Fn(&T) -> String) -> Pagine<T> {
        let altre = righe.len() > Self::INTERA;
        righe.truncate(Self::INTERA);
        let dopo = righe.last().filter(|_| altre).map(chiave);
        Pagine { righe, dopo }
    }
}
