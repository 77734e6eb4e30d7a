//! Which days an Italian office works: holidays are dated data, because the law changes them.

use crate::Data;
use jiff::civil::Weekday;
use std::fmt;
use std::str::FromStr;

/// A day that comes back every year, such as the feast of the patron saint of a comune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GiornoMese {
    mese: i8,
    giorno: i8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("questo giorno dell'anno non esiste")]
pub struct GiornoInesistente;

impl GiornoMese {
    /// 29 February is a day of the year: in the other years it simply does not come.
    pub fn nuovo(giorno: i8, mese: i8) -> Result<Self, GiornoInesistente> {
        Data::new(2000, mese, giorno).map(|_| Self { mese, giorno }).map_err(|_| GiornoInesistente)
    }

    pub fn giorno(self) -> i8 {
        self.giorno
    }

    pub fn mese(self) -> i8 {
        self.mese
    }

    pub fn cade(self, data: Data) -> bool {
        (self.mese, self.giorno) == (data.month(), data.day())
    }
}

impl fmt::Display for GiornoMese {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.mese, self.giorno)
    }
}

impl FromStr for GiornoMese {
    type Err = GiornoInesistente;

    /// Reads `MM-DD`, as [`fmt::Display`] writes it.
    fn from_str(scritto: &str) -> Result<Self, Self::Err> {
        let (mese, giorno) = scritto.split_once('-').ok_or(GiornoInesistente)?;
        let numero = |cifre: &str| cifre.parse::<i8>().map_err(|_| GiornoInesistente);
        Self::nuovo(numero(giorno)?, numero(mese)?)
    }
}

testuale!(GiornoMese);

/// When a feast falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ricorrenza {
    Fissa { giorno: i8, mese: i8 },
    DopoPasqua { giorni: i32 },
}

/// A national holiday with the years it holds for and the act that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Festa {
    pub nome: &'static str,
    pub ricorrenza: Ricorrenza,
    pub dal: i16,
    pub al: Option<i16>,
    pub fonte: &'static str,
}

const L260: &str = "L. 27 maggio 1949, n. 260, art. 2";
const DPR792: &str = "D.P.R. 28 dicembre 1985, n. 792";

const fn fissa(giorno: i8, mese: i8, nome: &'static str, dal: i16, al: Option<i16>, fonte: &'static str) -> Festa {
    Festa { nome, ricorrenza: Ricorrenza::Fissa { giorno, mese }, dal, al, fonte }
}

const fn dopo_pasqua(giorni: i32, nome: &'static str, dal: i16, al: Option<i16>, fonte: &'static str) -> Festa {
    Festa { nome, ricorrenza: Ricorrenza::DopoPasqua { giorni }, dal, al, fonte }
}

/// National holidays besides Sundays, since 1950. Years are those in which the day was celebrated for the first and the last time.
pub const FESTE: &[Festa] = &[
    fissa(1, 1, "Capodanno", 1950, None, L260),
    fissa(6, 1, "Epifania", 1950, Some(1977), L260),
    fissa(6, 1, "Epifania", 1986, None, DPR792),
    fissa(19, 3, "San Giuseppe", 1950, Some(1976), L260),
    dopo_pasqua(1, "Lunedì dell'Angelo", 1950, None, L260),
    fissa(25, 4, "Festa della Liberazione", 1950, None, L260),
    fissa(1, 5, "Festa del lavoro", 1950, None, L260),
    dopo_pasqua(39, "Ascensione", 1950, Some(1976), L260),
    dopo_pasqua(60, "Corpus Domini", 1950, Some(1976), L260),
    fissa(2, 6, "Festa della Repubblica", 1950, Some(1976), L260),
    fissa(2, 6, "Festa della Repubblica", 2001, None, "L. 20 novembre 2000, n. 336, art. 1"),
    fissa(29, 6, "Santi Pietro e Paolo", 1950, Some(1976), L260),
    fissa(15, 8, "Assunzione", 1950, None, L260),
    fissa(4, 10, "San Francesco d'Assisi", 2026, None, "L. 8 ottobre 2025, n. 151 (a memoria)"),
    fissa(1, 11, "Ognissanti", 1950, None, L260),
    fissa(4, 11, "Giorno dell'unità nazionale", 1950, Some(1976), L260),
    fissa(17, 3, "Festa dell'Unità d'Italia (150 anni)", 2011, Some(2011), "D.L. 22 febbraio 2011, n. 5, art. 1"),
    fissa(8, 12, "Immacolata Concezione", 1950, None, L260),
    fissa(25, 12, "Natale", 1950, None, L260),
    fissa(26, 12, "Santo Stefano", 1950, None, L260),
];

impl Festa {
    fn cade(&self, data: Data) -> bool {
        let in_vigore = self.dal <= data.year() && self.al.is_none_or(|al| data.year() <= al);
        in_vigore
            && match self.ricorrenza {
                Ricorrenza::Fissa { giorno, mese } => (mese, giorno) == (data.month(), data.day()),
                Ricorrenza::DopoPasqua { giorni } => (data - pasqua(data.year())).get_days() == giorni,
            }
    }
}

/// Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher).
pub fn pasqua(anno: i16) -> Data {
    let y = i32::from(anno);
    let (a, b, c) = (y.rem_euclid(19), y.div_euclid(100), y.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let l = (32 + 2 * e + 2 * (c / 4) - h - c % 4).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let dal_primo_marzo = h + l - 7 * m + 21;
    jiff::civil::date(anno, 3, 1) + jiff::Span::new().days(dal_primo_marzo)
}

/// The national feast of that day, Sundays apart.
pub fn festa(data: Data) -> Option<&'static Festa> {
    FESTE.iter().find(|f| f.cade(data))
}

/// Sunday, national holiday or feast of the patron saint.
pub fn e_festivo(data: Data, patrono: Option<GiornoMese>) -> bool {
    data.weekday() == Weekday::Sunday || festa(data).is_some() || patrono.is_some_and(|p| p.cade(data))
}

/// From Monday to Friday, holidays apart: public offices keep a week of five days.
pub fn e_lavorativo(data: Data, patrono: Option<GiornoMese>) -> bool {
    data.weekday() != Weekday::Saturday && !e_festivo(data, patrono)
}

/// The first working day after `data`. At the end of the calendar, its last day.
pub fn prossimo_lavorativo(data: Data, patrono: Option<GiornoMese>) -> Data {
    let mut giorni = data.series(jiff::ToSpan::day(1)).skip(1);
    giorni.find(|g| e_lavorativo(*g, patrono)).unwrap_or(Data::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn easter_of_known_years() {
        for (anno, mese, giorno) in [
            (1818, 3, 22),
            (1943, 4, 25),
            (2000, 4, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
        ] {
            assert_eq!(pasqua(anno), date(anno, mese, giorno));
        }
    }

    #[test]
    fn the_law_of_the_year_decides() {
        for (giorno, festivo) in [
            (date(2026, 10, 4), true), // a Sunday too: the next line shows the law
            (date(2027, 10, 4), true),
            (date(2025, 10, 4), false), // a Saturday, before the law
            (date(2000, 6, 2), false),
            (date(2023, 6, 2), true),
            (date(1977, 6, 2), false),
            (date(1977, 1, 6), true),
            (date(1981, 1, 6), false),
            (date(2026, 1, 6), true),
            (date(2011, 3, 17), true),
            (date(2026, 3, 17), false),
            (date(2026, 4, 6), true), // Easter Monday
            (date(2026, 12, 24), false),
        ] {
            assert_eq!(e_festivo(giorno, None), festivo, "{giorno}");
        }
    }

    #[test]
    fn twelve_national_holidays_from_2026() {
        let feste = |anno| FESTE.iter().filter(|f| f.dal <= anno && f.al.is_none_or(|al| anno <= al)).count();
        assert_eq!((feste(2025), feste(2026)), (11, 12));
        assert_eq!(festa(date(2027, 10, 4)).map(|f| f.nome), Some("San Francesco d'Assisi"));
    }

    #[test]
    fn working_days_skip_week_ends_and_the_patron() {
        let panfilo = GiornoMese::nuovo(28, 4).unwrap();
        assert_eq!(prossimo_lavorativo(date(2026, 11, 20), None), date(2026, 11, 23));
        assert_eq!(prossimo_lavorativo(date(2026, 12, 24), None), date(2026, 12, 28));
        assert_eq!(prossimo_lavorativo(date(2026, 4, 27), None), date(2026, 4, 28));
        assert_eq!(prossimo_lavorativo(date(2026, 4, 27), Some(panfilo)), date(2026, 4, 29));
        assert_eq!(prossimo_lavorativo(Data::MAX, None), Data::MAX);
    }

    #[test]
    fn a_day_of_the_year_is_text() {
        let panfilo = GiornoMese::nuovo(28, 4).unwrap();
        assert_eq!("04-28".parse(), Ok(panfilo));
        assert_eq!((panfilo.to_string().as_str(), panfilo.giorno(), panfilo.mese()), ("04-28", 28, 4));
        assert!(GiornoMese::nuovo(29, 2).is_ok());
        for scritto in ["02-30", "13-01", "04", "", "a-b"] {
            assert_eq!(scritto.parse::<GiornoMese>(), Err(GiornoInesistente), "{scritto}");
        }
    }

    proptest! {
        #[test]
        fn easter_is_a_sunday_in_its_season(anno in 1583i16..=9999) {
            let giorno = pasqua(anno);
            prop_assert_eq!(giorno.weekday(), Weekday::Sunday);
            prop_assert!(date(anno, 3, 22) <= giorno && giorno <= date(anno, 4, 25));
        }

        #[test]
        fn the_next_working_day_is_near(giorni in 0i32..100_000) {
            let data = date(1950, 1, 1).checked_add(jiff::Span::new().days(giorni)).unwrap();
            let prossimo = prossimo_lavorativo(data, None);
            prop_assert!(data < prossimo && (prossimo - data).get_days() <= 6);
            prop_assert!(e_lavorativo(prossimo, None));
        }
    }
}
