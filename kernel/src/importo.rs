//! Money in cents: exact, checked, never a float.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// An amount in euro cents. People read and write `1.234,56`; machines `1234.56`, always as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Importo(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportoRifiutato {
    #[error("non è un importo: scrivere i centesimi dopo la virgola, ad esempio 1.234,56")]
    Forma,
    #[error("l'importo è troppo grande")]
    FuoriScala,
    #[error("non è possibile ripartire un importo senza quote")]
    SenzaQuote,
}

use ImportoRifiutato::{Forma, FuoriScala, SenzaQuote};

impl Importo {
    pub const ZERO: Self = Self(0);

    pub const fn di_centesimi(centesimi: i64) -> Self {
        Self(centesimi)
    }

    pub const fn centesimi(self) -> i64 {
        self.0
    }

    pub fn piu(self, altro: Self) -> Result<Self, ImportoRifiutato> {
        self.0.checked_add(altro.0).map(Self).ok_or(FuoriScala)
    }

    pub fn meno(self, altro: Self) -> Result<Self, ImportoRifiutato> {
        self.0.checked_sub(altro.0).map(Self).ok_or(FuoriScala)
    }

    pub fn per(self, volte: i64) -> Result<Self, ImportoRifiutato> {
        self.0.checked_mul(volte).map(Self).ok_or(FuoriScala)
    }

    pub fn somma(importi: impl IntoIterator<Item = Self>) -> Result<Self, ImportoRifiutato> {
        importi.into_iter().try_fold(Self::ZERO, Self::piu)
    }

    /// Splits the amount in proportion to the weights, to the cent and without losing any: cents left over by rounding down go
    /// to the largest remainders, the first in order when equal. A debt is split like a credit.
    pub fn ripartisci(self, pesi: &[u64]) -> Result<Vec<Self>, ImportoRifiutato> {
        let totale: u128 = pesi.iter().map(|p| u128::from(*p)).sum();
        if totale == 0 {
            return Err(SenzaQuote);
        }
        let intero = u128::from(self.0.unsigned_abs());
        let prodotti = pesi.iter().map(|p| intero * u128::from(*p));
        let (mut quote, resti): (Vec<u128>, Vec<u128>) = prodotti.map(|p| (p / totale, p % totale)).unzip();
        let mut ordine: Vec<usize> = (0..pesi.len()).collect();
        ordine.sort_by_key(|&i| std::cmp::Reverse(resti[i]));
        let avanzo = intero - quote.iter().sum::<u128>();
        for (i, _) in ordine.into_iter().zip(0..avanzo) {
            quote[i] += 1;
        }
        quote.into_iter().map(|q| con_segno(self.0 < 0, q)).collect()
    }

    /// The form of files and exchanges: `-1234.56`.
    pub fn decimale(self) -> String {
        let (segno, euro, centesimi) = self.parti();
        format!("{segno}{euro}.{centesimi:02}")
    }

    pub fn da_decimale(scritto: &str) -> Result<Self, ImportoRifiutato> {
        let (negativo, cifre) = senza_segno(scritto);
        let (euro, centesimi) = cifre.split_once('.').ok_or(Forma)?;
        if centesimi.len() == 2 { componi(negativo, euro, centesimi) } else { Err(Forma) }
    }

    fn parti(self) -> (&'static str, u64, u64) {
        let valore = self.0.unsigned_abs();
        (if self.0 < 0 { "-" } else { "" }, valore / 100, valore % 100)
    }
}

impl From<i64> for Importo {
    fn from(centesimi: i64) -> Self {
        Self(centesimi)
    }
}

impl From<Importo> for i64 {
    fn from(importo: Importo) -> Self {
        importo.0
    }
}

impl FromStr for Importo {
    type Err = ImportoRifiutato;

    /// Reads what people type: `1.234,56`, `1234,5`, `1234`, `-3,00`, `€ 12,00`. A dot only separates thousands: `1234.56` is refused
    /// rather than guessed.
    fn from_str(scritto: &str) -> Result<Self, Self::Err> {
        let nudo = scritto.trim();
        let nudo = nudo.strip_prefix('€').or_else(|| nudo.strip_suffix('€')).unwrap_or(nudo).trim();
        let (negativo, cifre) = senza_segno(nudo);
        match cifre.split_once(',') {
            None => componi(negativo, &senza_punti(cifre)?, "00"),
            Some((euro, decimi)) if decimi.len() == 1 => componi(negativo, &senza_punti(euro)?, &format!("{decimi}0")),
            Some((euro, centesimi)) if centesimi.len() == 2 => componi(negativo, &senza_punti(euro)?, centesimi),
            Some(_) => Err(Forma),
        }
    }
}

impl fmt::Display for Importo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (segno, euro, centesimi) = self.parti();
        let cifre = euro.to_string();
        let gruppi: Vec<_> = cifre.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
        write!(f, "{segno}{},{centesimi:02}", gruppi.join("."))
    }
}

impl Serialize for Importo {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.decimale())
    }
}

impl<'de> Deserialize<'de> for Importo {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::da_decimale(&String::deserialize(d)?).map_err(de::Error::custom)
    }
}

fn senza_segno(scritto: &str) -> (bool, &str) {
    scritto.strip_prefix('-').map_or((false, scritto), |resto| (true, resto))
}

/// Dots only where thousands end.
fn senza_punti(euro: &str) -> Result<String, ImportoRifiutato> {
    let mut gruppi = euro.split('.');
    let primo = gruppi.next().unwrap_or_default();
    let ben_messi = gruppi.all(|g| g.len() == 3) && (!euro.contains('.') || primo.len() <= 3);
    if ben_messi { Ok(euro.replace('.', "")) } else { Err(Forma) }
}

fn componi(negativo: bool, euro: &str, centesimi: &str) -> Result<Importo, ImportoRifiutato> {
    let cifre = format!("{euro}{centesimi}");
    if euro.is_empty() || !cifre.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Forma);
    }
    con_segno(negativo, cifre.parse().map_err(|_| FuoriScala)?)
}

fn con_segno(negativo: bool, valore: u128) -> Result<Importo, ImportoRifiutato> {
    let valore = i128::try_from(valore).map_err(|_| FuoriScala)?;
    i64::try_from(if negativo { -valore } else { valore }).map(Importo).map_err(|_| FuoriScala)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quote(importo: i64, pesi: &[u64]) -> Vec<i64> {
        Importo(importo).ripartisci(pesi).unwrap().into_iter().map(Importo::centesimi).collect()
    }

    #[test]
    fn people_write_and_read_italian() {
        for (scritto, centesimi) in [
            ("1.234,56", 123_456),
            ("1234,56", 123_456),
            ("1234,5", 123_450),
            ("1.234", 123_400),
            ("-3,07", -307),
            (" € 12,00", 1200),
            ("12,00 €", 1200),
            ("0,00", 0),
            ("92.233.720.368.547.758,07", i64::MAX),
        ] {
            assert_eq!(scritto.parse(), Ok(Importo(centesimi)), "{scritto}");
        }
        assert_eq!(Importo(-123_456_789).to_string(), "-1.234.567,89");
        assert_eq!((Importo(5).to_string().as_str(), Importo(99_999).to_string().as_str()), ("0,05", "999,99"));
    }

    #[test]
    fn doubtful_amounts_are_refused() {
        for scritto in
            ["", "-", ",50", "1234.56", "1.23,00", "1234.567,00", "1,234", "1,2,3", "1e3", "+1", "--1", "1 000", "٣"]
        {
            assert_eq!(scritto.parse::<Importo>(), Err(Forma), "{scritto}");
        }
        assert_eq!("92233720368547758,08".parse::<Importo>(), Err(FuoriScala));
        assert_eq!("9".repeat(60).parse::<Importo>(), Err(FuoriScala));
    }

    #[test]
    fn sums_never_wrap() {
        assert_eq!(Importo(i64::MAX).piu(Importo(1)), Err(FuoriScala));
        assert_eq!(Importo(i64::MIN).meno(Importo(1)), Err(FuoriScala));
        assert_eq!(Importo(i64::MAX).per(2), Err(FuoriScala));
        assert_eq!(Importo::somma([1, 2, 3].map(Importo)), Ok(Importo(6)));
    }

    #[test]
    fn known_splits() {
        assert_eq!(quote(10_000, &[1, 1, 1]), [3334, 3333, 3333]);
        // Sixty per cent of 100,000.00 by inhabitants: rounding each share alone would lose one cent.
        let per_abitanti = quote(6_000_000, &[47, 412, 1980, 4999, 9600]);
        assert_eq!(per_abitanti, [16_551, 145_087, 697_265, 1_760_418, 3_380_679]);
        assert_eq!(quote(-100, &[1, 0, 1, 1]), [-34, 0, -33, -33]);
        // The cent left over goes where the division lost more, not to the larger share.
        assert_eq!(quote(11, &[6, 1]), [9, 2]);
        assert_eq!(Importo(100).ripartisci(&[]), Err(SenzaQuote));
        assert_eq!(Importo(100).ripartisci(&[0, 0]), Err(SenzaQuote));
    }

    #[test]
    fn machines_read_text_with_a_dot() {
        assert_eq!(serde_json::to_string(&Importo(-123_405)).unwrap(), "\"-1234.05\"");
        assert_eq!(Importo::da_decimale("-1234.05"), Ok(Importo(-123_405)));
        assert_eq!(serde_json::from_str::<Importo>("\"-1234.05\"").unwrap(), Importo(-123_405));
        assert_eq!((i64::from(Importo::from(7)), Importo::ZERO.decimale().as_str()), (7, "0.00"));
        for scritto in ["1", "1.5", "1.555", "1,50", ".50", "1.-5"] {
            assert_eq!(Importo::da_decimale(scritto), Err(Forma), "{scritto}");
        }
    }

    proptest! {
        #[test]
        fn a_split_loses_nothing(importo in any::<i64>(), pesi in prop::collection::vec(any::<u64>(), 1..40)) {
            prop_assume!(pesi.iter().any(|p| *p > 0));
            let parti = Importo(importo).ripartisci(&pesi).unwrap();
            prop_assert_eq!(Importo::somma(parti), Ok(Importo(importo)));
        }

        #[test]
        fn every_share_is_within_a_cent(importo in -1_000_000_000i64..1_000_000_000, pesi in prop::collection::vec(0u64..100_000, 1..40)) {
            let totale = i128::from(pesi.iter().sum::<u64>());
            prop_assume!(totale > 0);
            for (parte, peso) in Importo(importo).ripartisci(&pesi).unwrap().into_iter().zip(&pesi) {
                let scarto = i128::from(parte.0) * totale - i128::from(importo) * i128::from(*peso);
                prop_assert!(scarto.abs() < totale);
                prop_assert!(*peso > 0 || parte == Importo::ZERO);
            }
        }

        #[test]
        fn both_spellings_read_back(centesimi in any::<i64>()) {
            let importo = Importo(centesimi);
            prop_assert_eq!(importo.to_string().parse(), Ok(importo));
            prop_assert_eq!(Importo::da_decimale(&importo.decimale()), Ok(importo));
        }
    }
}
