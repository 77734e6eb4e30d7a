//! The number of a registration in its serie.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Always positive; written with at least seven digits (DPR 445/2000, art. 57).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Numero(i32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("un numero di registro è un intero da 1 in su")]
pub struct NumeroRifiutato;

impl Numero {
    pub const PRIMO: Self = Self(1);

    pub fn valore(self) -> i32 {
        self.0
    }

    /// Without leading zeros, for sentences and addresses.
    pub fn corto(self) -> String {
        self.0.to_string()
    }
}

impl TryFrom<i32> for Numero {
    type Error = NumeroRifiutato;

    fn try_from(valore: i32) -> Result<Self, Self::Error> {
        if valore > 0 { Ok(Self(valore)) } else { Err(NumeroRifiutato) }
    }
}

impl From<Numero> for i32 {
    fn from(numero: Numero) -> Self {
        numero.0
    }
}

impl FromStr for Numero {
    type Err = NumeroRifiutato;

    /// Digits only, leading zeros allowed: `123` and `0000123` are the same number.
    fn from_str(cifre: &str) -> Result<Self, Self::Err> {
        let solo_cifre = cifre.bytes().all(|b| b.is_ascii_digit());
        if !solo_cifre {
            return Err(NumeroRifiutato);
        }
        cifre.parse::<i32>().map_err(|_| NumeroRifiutato)?.try_into()
    }
}

impl fmt::Display for Numero {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:07}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_digits_at_least() {
        let numero: Numero = "0000123".parse().unwrap();
        assert_eq!((numero.to_string().as_str(), numero.corto().as_str()), ("0000123", "123"));
        assert_eq!((numero.valore(), i32::from(numero)), (123, 123));
        assert_eq!(Numero::try_from(12_345_678).unwrap().to_string(), "12345678");
    }

    #[test]
    fn only_positive_whole_numbers() {
        for cifre in ["", "0", "-1", "+1", "1.5", "2147483648", " 1"] {
            assert_eq!(cifre.parse::<Numero>(), Err(NumeroRifiutato), "{cifre}");
        }
        assert!(serde_json::from_str::<Numero>("0").is_err());
    }
}
