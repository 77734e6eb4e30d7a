//! Days and instants as Italian offices mean them: the day is always the day in Rome.

use crate::{Data, Istante};
use jiff::civil::{DateTime, Time};
use jiff::tz::{TimeZone, get};

static ROMA: TimeZone = get!("Europe/Rome");

const MESI: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];

const GIORNI: [&str; 7] = ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"];

/// Years a person may type; outside them it is a slip of the keyboard.
const ANNI: std::ops::RangeInclusive<i16> = 1800..=2199;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataIllegibile {
    #[error("non è una data: scrivi giorno, mese e anno, per esempio 15/09/2026")]
    Forma,
    #[error("{scritta} non esiste: i mesi vanno da 1 a 12")]
    Mese { scritta: String },
    #[error("{scritta} non esiste: {mese} {anno} ha {giorni} giorni")]
    Giorno { scritta: String, mese: &'static str, anno: i16, giorni: i8 },
    #[error("{scritta} non è ammessa: l'anno va da {} a {}", ANNI.start(), ANNI.end())]
    Anno { scritta: String },
}

pub fn giorno_a_roma(istante: Istante) -> Data {
    a_roma(istante).date()
}

pub fn anno_a_roma(istante: Istante) -> i16 {
    a_roma(istante).year()
}

/// The first instant of the day in Rome. At the two ends of the calendar, where no instant exists, the nearest one.
pub fn inizio_del_giorno(data: Data) -> Istante {
    let estremo = if data.year() > 0 { Istante::MAX } else { Istante::MIN };
    ROMA.to_ambiguous_timestamp(data.at(0, 0, 0, 0)).compatible().unwrap_or(estremo)
}

/// The instant of an hour of the clock on a day in Rome; an hour that the spring change skips is the one after it.
pub fn alle(data: Data, ora: Time) -> Istante {
    ROMA.to_ambiguous_timestamp(data.to_datetime(ora)).compatible().unwrap_or_else(|_| inizio_del_giorno(data))
}

/// "24 novembre 2026"; the first of the month is "1º".
pub fn in_italiano(data: Data) -> String {
    let ordinale = if data.day() == 1 { "º" } else { "" };
    format!("{}{ordinale} {} {}", data.day(), nome_del_mese(data), data.year())
}

/// "24/11/2026"
pub fn breve(data: Data) -> String {
    format!("{:02}/{:02}/{}", data.day(), data.month(), data.year())
}

/// "09:42"
pub fn ora_a_roma(istante: Istante) -> String {
    let locale = a_roma(istante);
    format!("{:02}:{:02}", locale.hour(), locale.minute())
}

/// "24/11/2026 09:42"
pub fn data_ora(istante: Istante) -> String {
    format!("{} {}", breve(giorno_a_roma(istante)), ora_a_roma(istante))
}

/// "24/11 09:42" in the year of `oggi`, otherwise with its own: for the columns of a list.
pub fn in_tabella(istante: Istante, oggi: Data) -> String {
    let giorno = giorno_a_roma(istante);
    if giorno.year() != oggi.year() {
        return data_ora(istante);
    }
    format!("{:02}/{:02} {}", giorno.day(), giorno.month(), ora_a_roma(istante))
}

/// "martedì 24 novembre 2026, ore 9:42:17"
pub fn per_esteso(istante: Istante) -> String {
    let locale = a_roma(istante);
    let giorno = GIORNI[usize::from(locale.weekday().to_monday_zero_offset().unsigned_abs())];
    let (ora, minuto, secondo) = (locale.hour(), locale.minute(), locale.second());
    format!("{giorno} {}, ore {ora}:{minuto:02}:{secondo:02}", in_italiano(locale.date()))
}

/// "Sat, 20 Feb 2027 09:00:00 +0100": the instant as feeds and mail write it, by the clock in Rome.
pub fn rfc2822(istante: Istante) -> String {
    // It fails only before the year 0.
    jiff::fmt::rfc2822::to_string(&istante.to_zoned(ROMA.clone())).unwrap_or_default()
}

/// Reads a date as people type it: `150926`, `15092026`, `15/9/26`, `15-09-2026`, `15.9.26`, `2026-09-15`.
///
/// Two-digit years fall in the hundred years that end twenty years after `oggi`: births and old acts are common, far futures are not.
pub fn leggi_data(scritta: &str, oggi: Data) -> Result<Data, DataIllegibile> {
    let (giorno, mese, anno) = parti(scritta.trim()).ok_or(DataIllegibile::Forma)?;
    let anno = match anno.len() {
        2 => secolo(numero(anno)?, oggi.year()),
        4 => numero(anno)?,
        _ => return Err(DataIllegibile::Forma),
    };
    componi(numero(giorno)?, numero(mese)?, anno)
}

/// Day, month and year as they were written.
fn parti(scritta: &str) -> Option<(&str, &str, &str)> {
    let solo_cifre = scritta.bytes().all(|b| b.is_ascii_digit());
    if solo_cifre && matches!(scritta.len(), 6 | 8) {
        return Some((&scritta[..2], &scritta[2..4], &scritta[4..]));
    }
    let mut pezzi = scritta.split(['/', '-', '.']);
    match (pezzi.next()?, pezzi.next()?, pezzi.next()?, pezzi.next()) {
        (anno, mese, giorno, None) if anno.len() == 4 && giorno.len() <= 2 => Some((giorno, mese, anno)),
        (giorno, mese, anno, None) => Some((giorno, mese, anno)),
        _ => None,
    }
}

fn numero(cifre: &str) -> Result<i16, DataIllegibile> {
    let valide = (1..=4).contains(&cifre.len()) && cifre.bytes().all(|b| b.is_ascii_digit());
    if valide { cifre.parse().map_err(|_| DataIllegibile::Forma) } else { Err(DataIllegibile::Forma) }
}

fn secolo(due_cifre: i16, anno_corrente: i16) -> i16 {
    let ultimo = anno_corrente + 20;
    ultimo - (ultimo - due_cifre).rem_euclid(100)
}

fn componi(giorno: i16, mese: i16, anno: i16) -> Result<Data, DataIllegibile> {
    let scritta = format!("{giorno:02}/{mese:02}/{anno:04}");
    if !ANNI.contains(&anno) {
        return Err(DataIllegibile::Anno { scritta });
    }
    let primo = i8::try_from(mese).ok().and_then(|m| Data::new(anno, m, 1).ok());
    let Some(primo) = primo else { return Err(DataIllegibile::Mese { scritta }) };
    i8::try_from(giorno).ok().and_then(|g| Data::new(anno, primo.month(), g).ok()).ok_or_else(|| {
        DataIllegibile::Giorno { scritta, mese: nome_del_mese(primo), anno, giorni: primo.days_in_month() }
    })
}

/// "novembre"
pub fn nome_del_mese(data: Data) -> &'static str {
    MESI[usize::from(data.month().unsigned_abs()) - 1]
}

fn a_roma(istante: Istante) -> DateTime {
    ROMA.to_datetime(istante)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const OGGI: Data = date(2026, 11, 24);

    #[test]
    fn a_feed_writes_the_hour_of_rome() {
        let istante = inizio_del_giorno(date(2027, 7, 1));
        assert_eq!(rfc2822(istante), "Thu, 1 Jul 2027 00:00:00 +0200");
        assert_eq!(rfc2822(inizio_del_giorno(date(2027, 2, 20))), "Sat, 20 Feb 2027 00:00:00 +0100");
    }

    #[test]
    fn every_usual_spelling_is_the_same_day() {
        for scritta in
            ["150926", "15092026", "15/9/26", "15/09/2026", "15-9-2026", "15.9.26", "2026-09-15", " 15/09/26 "]
        {
            assert_eq!(leggi_data(scritta, OGGI), Ok(date(2026, 9, 15)), "{scritta}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let frase = |s| leggi_data(s, OGGI).unwrap_err().to_string();
        assert_eq!(frase("31/02/2026"), "31/02/2026 non esiste: febbraio 2026 ha 28 giorni");
        assert_eq!(frase("300224"), "30/02/2024 non esiste: febbraio 2024 ha 29 giorni");
        assert_eq!(frase("00/01/2026"), "00/01/2026 non esiste: gennaio 2026 ha 31 giorni");
        assert_eq!(frase("1/13/26"), "01/13/2026 non esiste: i mesi vanno da 1 a 12");
        assert_eq!(frase("15/09/0026"), "15/09/0026 non è ammessa: l'anno va da 1800 a 2199");
        for scritta in
            ["", "domani", "15", "1509", "15/9", "15/9/026", "15/9/26/1", "+5/9/26", "15//26", "١٥/٩/٢٦", "1509è6"]
        {
            assert_eq!(leggi_data(scritta, OGGI), Err(DataIllegibile::Forma), "{scritta}");
        }
    }

    #[test]
    fn two_digit_years_lean_to_the_past() {
        let anno = |s| leggi_data(s, OGGI).unwrap().year();
        assert_eq!((anno("010146"), anno("010147"), anno("010100"), anno("010199")), (2046, 1947, 2000, 1999));
    }

    #[test]
    fn the_day_changes_at_midnight_in_rome() {
        let prima: Istante = "2026-12-31T22:59:59Z".parse().unwrap();
        let dopo: Istante = "2026-12-31T23:00:00Z".parse().unwrap();
        assert_eq!((giorno_a_roma(prima), anno_a_roma(prima)), (date(2026, 12, 31), 2026));
        assert_eq!((giorno_a_roma(dopo), anno_a_roma(dopo)), (date(2027, 1, 1), 2027));
        assert_eq!(inizio_del_giorno(date(2027, 1, 1)), dopo);
        assert_eq!(inizio_del_giorno(date(2026, 7, 1)).to_string(), "2026-06-30T22:00:00Z");
    }

    #[test]
    fn a_day_without_midnight_starts_at_one() {
        // On 22 May 1966 summer time began at midnight: the day started at 01:00.
        assert_eq!(ora_a_roma(inizio_del_giorno(date(1966, 5, 22))), "01:00");
        assert_eq!(alle(OGGI, Time::constant(9, 42, 0, 0)).to_string(), "2026-11-24T08:42:00Z");
        assert_eq!(
            ora_a_roma(alle(date(2026, 3, 29), Time::constant(2, 30, 0, 0))),
            "03:30",
            "an hour that is skipped"
        );
        assert_eq!(inizio_del_giorno(Data::MAX), Istante::MAX);
        assert!(inizio_del_giorno(Data::MIN) <= inizio_del_giorno(date(-9999, 1, 3)));
    }

    #[test]
    fn spoken_and_short_forms() {
        let istante: Istante = "2026-11-24T08:42:59Z".parse().unwrap();
        assert_eq!(in_italiano(OGGI), "24 novembre 2026");
        assert_eq!(in_italiano(date(2026, 5, 1)), "1º maggio 2026");
        assert_eq!(data_ora(istante), "24/11/2026 09:42");
        assert_eq!(in_tabella(istante, OGGI), "24/11 09:42");
        assert_eq!(in_tabella(istante, date(2027, 1, 1)), "24/11/2026 09:42");
        assert_eq!(per_esteso(istante), "martedì 24 novembre 2026, ore 9:42:59");
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(giorni in 0i32..145_000) {
            let data = date(1800, 1, 1).checked_add(jiff::Span::new().days(giorni)).unwrap();
            prop_assert_eq!(leggi_data(&breve(data), OGGI), Ok(data));
            prop_assert_eq!(leggi_data(&data.to_string(), OGGI), Ok(data));
            prop_assert_eq!(giorno_a_roma(inizio_del_giorno(data)), data);
        }

        #[test]
        fn any_text_gets_an_answer(scritta in "\\PC{0,12}|[0-9/.-]{0,12}") {
            let _ = leggi_data(&scritta, OGGI);
        }
    }
}
