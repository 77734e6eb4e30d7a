//! When a document reached the comune, apart from when it was registered.

use std::fmt;

use jiff::Timestamp;
use kernel::{Data, tempo};

use crate::ProtocolloError;

/// When a document reached the comune: people may know only the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrivo {
    pub istante: Timestamp,
    pub con_ora: bool,
}

impl Arrivo {
    /// A day, and the hour if it was written: `9:42`, `9.42`, `0942`.
    pub fn leggi(giorno: Data, ora: &str) -> Result<Arrivo, ProtocolloError> {
        let ora = ora.trim();
        if ora.is_empty() {
            return Ok(Arrivo { istante: tempo::inizio_del_giorno(giorno), con_ora: false });
        }
        let ore = leggi_ora(ora).ok_or_else(|| ProtocolloError::Ora(ora.to_owned()))?;
        Ok(Arrivo { istante: tempo::alle(giorno, ore), con_ora: true })
    }
}

impl fmt::Display for Arrivo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let giorno = tempo::breve(tempo::giorno_a_roma(self.istante));
        if self.con_ora { write!(f, "{giorno} {}", tempo::ora_a_roma(self.istante)) } else { f.write_str(&giorno) }
    }
}

fn leggi_ora(scritta: &str) -> Option<jiff::civil::Time> {
    let (ore, minuti) = match scritta.split_once([':', '.', ',']) {
        Some(p) => p,
        None if matches!(scritta.len(), 3 | 4) && scritta.is_ascii() => scritta.split_at(scritta.len() - 2),
        None => (scritta, "00"),
    };
    let cifre = |s: &str| s.parse::<i8>().ok().filter(|_| s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit()));
    jiff::civil::Time::new(cifre(ore)?, cifre(minuti)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_of_arrival_is_read_as_people_write_it() {
        let giorno: Data = "2026-11-24".parse().unwrap();
        let ora = |o: &str| Arrivo::leggi(giorno, o).map(|a| a.to_string());
        for scritta in ["9:42", "09:42", "9.42", "942", "0942"] {
            assert_eq!(ora(scritta).unwrap(), "24/11/2026 09:42", "{scritta}");
        }
        assert_eq!(ora("9").unwrap(), "24/11/2026 09:00");
        assert_eq!(ora("").unwrap(), "24/11/2026");
        for male in ["25:00", "9:60", "nove", "-1", "9:4:2", "12345"] {
            assert_eq!(ora(male).unwrap_err().codice(), Some("PRT-011"), "{male}");
        }
    }
}
