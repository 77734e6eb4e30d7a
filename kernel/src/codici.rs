//! Codes given by others, accepted only when their shape and check digits are right.
//!
//! Spaces are dropped and the case is made one, so that a pasted code compares equal to a typed one.

use std::fmt;
use std::str::FromStr;

/// Why a code is not one, in a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CodiceRifiutato(pub &'static str);

macro_rules! codice {
    ($(#[$doc:meta])* $tipo:ident, $forma:ident, $valido:ident, $frase:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $tipo(String);

        impl $tipo {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $tipo {
            type Err = CodiceRifiutato;

            fn from_str(scritto: &str) -> Result<Self, Self::Err> {
                let codice: String = scritto.split_whitespace().collect::<String>().$forma();
                if $valido(codice.as_bytes()) { Ok(Self(codice)) } else { Err(CodiceRifiutato($frase)) }
            }
        }

        impl fmt::Display for $tipo {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        testuale!($tipo);
    };
}

codice!(
    /// Key of an ente in IPA, such as `c_e307`; always lower case, safe inside an address.
    CodiceIpa, to_ascii_lowercase, e_ipa, "un codice IPA ha lettere, cifre, punti o trattini, come c_e307"
);
codice!(
    /// Cadastral code of a comune, or of a foreign state (`Z…`).
    CodiceBelfiore, to_ascii_uppercase, e_belfiore, "un codice Belfiore ha una lettera e tre cifre, come E307"
);
codice!(
    /// Of a person (16 characters, digits replaced by letters when two people would share one) or of a body (11 digits).
    CodiceFiscale, to_ascii_uppercase, e_codice_fiscale,
    "il codice fiscale non è valido: 16 caratteri per una persona, 11 cifre per un ente; controllare ogni carattere"
);
codice!(PartitaIva, to_ascii_uppercase, e_partita_iva, "la partita IVA non è valida: 11 cifre, l'ultima di controllo");
codice!(Iban, to_ascii_uppercase, e_iban, "l'IBAN non è valido: controllare ogni carattere (in Italia sono 27)");
codice!(
    /// Of a tender, in the three forms of ANAC: numeric, of the certified platforms (A–U), SmartCIG (V–Z).
    Cig, to_ascii_uppercase, e_cig, "il CIG non è valido: 10 caratteri, le cifre di controllo non tornano"
);
codice!(Cup, to_ascii_uppercase, e_cup, "il CUP non è valido: 15 caratteri, come J31B08000210001");

impl CodiceFiscale {
    pub fn e_di_persona(&self) -> bool {
        self.0.len() == 16
    }
}

impl Iban {
    /// In groups of four, as printed on paper.
    pub fn a_gruppi(&self) -> String {
        let gruppi: Vec<_> = self.0.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        gruppi.join(" ")
    }
}

fn cifre(codice: &[u8]) -> bool {
    codice.iter().all(u8::is_ascii_digit)
}

fn e_ipa(codice: &[u8]) -> bool {
    let ammesso = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    (2..=30).contains(&codice.len()) && codice[0].is_ascii_alphanumeric() && codice.iter().all(ammesso)
}

fn e_belfiore(codice: &[u8]) -> bool {
    matches!(codice, [b'A'..=b'M' | b'Z', numero @ ..] if numero.len() == 3 && cifre(numero))
}

fn e_cup(codice: &[u8]) -> bool {
    codice.len() == 15
        && codice
            .iter()
            .enumerate()
            .all(|(i, c)| if matches!(i, 0 | 3) { c.is_ascii_uppercase() } else { c.is_ascii_digit() })
}

/// Eleven digits closed by the Luhn check digit.
fn e_partita_iva(codice: &[u8]) -> bool {
    let peso = |(i, c): (usize, &u8)| {
        let cifra = u32::from(c - b'0');
        if i % 2 == 0 { cifra } else { 2 * cifra / 10 + 2 * cifra % 10 }
    };
    codice.len() == 11
        && cifre(codice)
        && codice != b"00000000000"
        && codice.iter().enumerate().map(peso).sum::<u32>() % 10 == 0
}

fn e_codice_fiscale(codice: &[u8]) -> bool {
    if codice.len() == 16 { e_di_persona(codice) } else { e_partita_iva(codice) }
}

fn e_di_persona(codice: &[u8]) -> bool {
    const LETTERE: [usize; 8] = [0, 1, 2, 3, 4, 5, 11, 15];
    const CIFRE: [usize; 7] = [6, 7, 9, 10, 12, 13, 14];
    let lettere = LETTERE.iter().all(|&i| codice[i].is_ascii_uppercase());
    let cifre = CIFRE.iter().all(|&i| cifra_omocodica(codice[i]).is_some());
    let mese = b"ABCDEHLMPRST".contains(&codice[8]);
    lettere && cifre && mese && giorno_di_nascita(codice) && controllo_di_persona(&codice[..15]) == codice[15]
}

/// A digit, or the letter that stands for it when two people would have the same code.
fn cifra_omocodica(c: u8) -> Option<u8> {
    let posizione = b"LMNPQRSTUV".iter().position(|l| *l == c);
    if c.is_ascii_digit() { Some(c - b'0') } else { posizione.and_then(|p| u8::try_from(p).ok()) }
}

/// Women's days are written with forty more.
fn giorno_di_nascita(codice: &[u8]) -> bool {
    match (cifra_omocodica(codice[9]), cifra_omocodica(codice[10])) {
        (Some(decine), Some(unita)) => matches!(10 * decine + unita, 1..=31 | 41..=71),
        _ => false,
    }
}

fn controllo_di_persona(primi: &[u8]) -> u8 {
    /// Values of 0–9 and A–J, then of K–Z, in the odd places.
    const DISPARI: [u8; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let ordine = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'A' };
    let valore = |(i, c): (usize, &u8)| if i % 2 == 0 { DISPARI[usize::from(ordine(*c))] } else { ordine(*c) };
    let somma: u32 = primi.iter().enumerate().map(valore).map(u32::from).sum();
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(somma % 26) as usize]
}

/// ISO 13616: the code turned round, letters as two digits, leaves 1 when divided by 97.
fn e_iban(codice: &[u8]) -> bool {
    let lunghezza = if codice.starts_with(b"IT") { codice.len() == 27 } else { (15..=34).contains(&codice.len()) };
    if !lunghezza || !codice.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let (testa, corpo) = codice.split_at(4);
    let resto = corpo.iter().chain(testa).fold(0u32, |resto, c| match c {
        b'0'..=b'9' => (resto * 10 + u32::from(c - b'0')) % 97,
        _ => (resto * 100 + u32::from(c - b'A') + 10) % 97,
    });
    testa[..2].iter().all(u8::is_ascii_uppercase) && cifre(&testa[2..]) && resto == 1
}

/// The check digits of the three forms; ten zeros mean "no CIG" and are not one.
fn e_cig(codice: &[u8]) -> bool {
    if codice.len() != 10 || codice == b"0000000000" {
        return false;
    }
    let (lettera, resto) = (codice[0], &codice[1..]);
    match lettera {
        b'0'..=b'9' => cifre(&codice[..7]) && controllo_cig(base(&codice[..7], 10), 4091, &codice[7..]),
        b'A'..=b'U' => {
            let seme = base(&resto[..6], 16).map(|n| n + u32::from(lettera - b'A') + 1);
            controllo_cig(seme, 4091, &resto[6..])
        }
        b'V'..=b'Z' => controllo_cig(base(&resto[2..], 16), 251, &resto[..2]),
        _ => false,
    }
}

fn controllo_cig(seme: Option<u32>, modulo: u64, scritto: &[u8]) -> bool {
    seme.is_some_and(|n| u64::from(n) * 211 % modulo == base(scritto, 16).map_or(u64::MAX, u64::from))
}

fn base(codice: &[u8], base: u32) -> Option<u32> {
    codice.iter().try_fold(0u32, |n, c| Some(n * base + char::from(*c).to_digit(base)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn accetta<C: FromStr>(codici: &[&str]) {
        for codice in codici {
            assert!(codice.parse::<C>().is_ok(), "{codice}");
        }
    }

    fn rifiuta<C: FromStr>(codici: &[&str]) {
        for codice in codici {
            assert!(codice.parse::<C>().is_err(), "{codice}");
        }
    }

    #[test]
    fn ipa_and_belfiore() {
        assert_eq!(" C_E307 ".parse::<CodiceIpa>().unwrap().as_str(), "c_e307");
        accetta::<CodiceIpa>(&["r_abruzz", "cmpel-aq", "m_lps"]);
        rifiuta::<CodiceIpa>(&["", "a", "../x", "..", "_x", "c/e307", "càe307", &"a".repeat(31)]);
        assert_eq!("e307".parse::<CodiceBelfiore>().unwrap().as_str(), "E307");
        accetta::<CodiceBelfiore>(&["I804", "M439", "Z110"]);
        rifiuta::<CodiceBelfiore>(&["", "E30", "E3077", "N307", "E30A", "3307", "E٣٠٧"]);
    }

    #[test]
    fn codice_fiscale_of_people() {
        accetta::<CodiceFiscale>(&["RSSMRA85T10A562S", "rssmra85t10a562s", "RSS MRA 85T10 A562S"]);
        rifiuta::<CodiceFiscale>(&[
            "RSSMRA85T10A562T",
            "RSSMRA85T10A56",
            "RSSMRA85K10A562S",
            "1SSMRA85T10A562S",
            "RSSMRA85T10A562è",
        ]);
        let persona: CodiceFiscale = "RSSMRA85T10A562S".parse().unwrap();
        let ente: CodiceFiscale = "00488410010".parse().unwrap();
        assert!(persona.e_di_persona() && !ente.e_di_persona());
    }

    #[test]
    fn omocodia_is_a_valid_code_of_another_person() {
        let stanno_per: Vec<_> = b"LMNPQRSTUV09AOW".iter().map(|c| cifra_omocodica(*c)).collect();
        assert_eq!(stanno_per[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(Some));
        assert_eq!(stanno_per[10..], [Some(0), Some(9), None, None, None]);
        let mut codice = *b"RSSMRA85T10A56NX";
        codice[15] = controllo_di_persona(&codice[..15]);
        accetta::<CodiceFiscale>(&[std::str::from_utf8(&codice).unwrap()]);
        let giorno_35 = *b"RSSMRA85T35A562";
        let controllo = char::from(controllo_di_persona(&giorno_35));
        rifiuta::<CodiceFiscale>(&[&format!("RSSMRA85T35A562{controllo}")]);
    }

    #[test]
    fn partita_iva_and_iban() {
        accetta::<PartitaIva>(&["00488410010", "12345678903", "0048 8410 010"]);
        rifiuta::<PartitaIva>(&["00488410011", "0048841001", "00000000000", "0048841001A", ""]);
        accetta::<Iban>(&[
            "IT60X0542811101000000123456",
            "it60 x054 2811 1010 0000 0123 456",
            "DE89370400440532013000",
        ]);
        rifiuta::<Iban>(&[
            "IT60X0542811101000000123457",
            "IT60X054281110100000012345",
            "IT",
            "DE8937040044053201300!",
            "",
        ]);
        let iban: Iban = "IT60X0542811101000000123456".parse().unwrap();
        assert_eq!(iban.a_gruppi(), "IT60 X054 2811 1010 0000 0123 456");
    }

    #[test]
    fn cig_and_cup() {
        accetta::<Cig>(&["B00012EADB", "K00003EC3A", "L00003DC3A", "B1573C988C", "b1573c988c"]);
        rifiuta::<Cig>(&["B00012EADC", "0000000000", "12345678", "1234567ZZZ", "B1573C988", "È1573C98"]);
        let numerico = format!("1234567{:03X}", 1_234_567u64 * 211 % 4091);
        let smart = format!("Z{:02X}1A2B3C4", 0x01A2_B3C4_u64 * 211 % 251);
        accetta::<Cig>(&[&numerico, &smart]);
        accetta::<Cup>(&["J31B08000210001", "j31b08000210001"]);
        rifiuta::<Cup>(&["J31B0800021000", "131B08000210001", "J31B0800021000A"]);
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(scritto in "\\PC{0,40}|[A-Z0-9]{9,17}") {
            let _ = (scritto.parse::<CodiceFiscale>(), scritto.parse::<Iban>(), scritto.parse::<Cig>());
            let _ = (scritto.parse::<CodiceIpa>(), scritto.parse::<CodiceBelfiore>(), scritto.parse::<Cup>());
        }

        #[test]
        fn one_wrong_digit_is_always_seen(numero in 1u64..10_000_000_000, posto in 0usize..11, cifra in 0u8..10) {
            let controllo = (0..10).find(|c| e_partita_iva(format!("{numero:010}{c}").as_bytes()));
            let mut codice = format!("{numero:010}{}", controllo.unwrap()).into_bytes();
            let giusta = std::mem::replace(&mut codice[posto], b'0' + cifra);
            prop_assert_eq!(e_partita_iva(&codice), giusta == b'0' + cifra);
        }
    }
}
