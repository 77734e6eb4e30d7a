//! The check before publication: what a person must look at again, because a word or a pattern says so.

use std::collections::BTreeSet;

/// What was found. It never stops an act by itself: it asks for a confirmation, which is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Avviso {
    Salute,
    Reddito,
    CodiceFiscale,
    Iban,
    /// A file that could not be read here: a person must have read it.
    NonLetto,
}

impl Avviso {
    pub const TUTTI: [Avviso; 5] =
        [Avviso::Salute, Avviso::Reddito, Avviso::CodiceFiscale, Avviso::Iban, Avviso::NonLetto];

    pub fn codice(self) -> &'static str {
        match self {
            Avviso::Salute => "salute",
            Avviso::Reddito => "reddito",
            Avviso::CodiceFiscale => "codice_fiscale",
            Avviso::Iban => "iban",
            Avviso::NonLetto => "non_letto",
        }
    }

    pub fn da(codice: &str) -> Option<Avviso> {
        Avviso::TUTTI.into_iter().find(|a| a.codice() == codice)
    }

    /// What the person reads, with the norm or the decision behind it.
    pub fn frase(self) -> &'static str {
        match self {
            Avviso::Salute => {
                "Parole che possono rivelare lo stato di salute (legge 68/1999, legge 104, disabilità): non si diffondono mai (D.Lgs. 196/2003, art. 2-septies, c. 8)."
            }
            Avviso::Reddito => {
                "Parole che possono rivelare un disagio economico (ISEE): chi riceve un aiuto non si deve riconoscere (D.Lgs. 33/2013, art. 26, c. 4)."
            }
            Avviso::CodiceFiscale => "C’è un codice fiscale di persona: quasi mai serve a chi legge.",
            Avviso::Iban => "C’è un IBAN: le coordinate bancarie non si pubblicano.",
            Avviso::NonLetto => {
                "Almeno un documento non è stato controllato, del tutto o in parte: accanto c’è scritto perché. Guardalo tu."
            }
        }
    }

    /// A file that nobody could read is not, by itself, a suspicion.
    pub fn da_confermare(self) -> bool {
        self != Avviso::NonLetto
    }
}

/// Words, already folded by [`piega`]; each must stand alone.
const SALUTE: &[&str] = &[
    "68/1999",
    "68/99",
    "l. 68",
    "legge 68",
    "104/1992",
    "104/92",
    "l. 104",
    "legge 104",
    "disabile",
    "disabili",
    "disabilita",
    "invalidita civile",
    "invalido",
    "invalida",
    "handicap",
    "portatore di handicap",
    "patologia",
    "diagnosi",
    "non autosufficiente",
];
const REDDITO: &[&str] =
    &["isee", "indigente", "indigenti", "disagio economico", "reddito di cittadinanza", "assegno di inclusione"];

/// One sign for several letters, as typeset documents write them.
const LEGATURE: &[(char, &str)] = &[('ﬀ', "ff"), ('ﬁ', "fi"), ('ﬂ', "fl"), ('ﬃ', "ffi"), ('ﬄ', "ffl")];
/// How people divide a tax code: not at all, as the card does, in fours.
const GRUPPI: &[&[usize]] = &[&[16], &[3, 3, 5, 5], &[6, 5, 5], &[6, 10], &[4, 4, 4, 4]];

/// Everything that the text may give away.
pub fn esamina(testo: &str) -> BTreeSet<Avviso> {
    let piegato = piega(testo);
    let mut trovati = BTreeSet::new();
    if SALUTE.iter().any(|p| contiene(&piegato, p)) {
        trovati.insert(Avviso::Salute);
    }
    if REDDITO.iter().any(|p| contiene(&piegato, p)) {
        trovati.insert(Avviso::Reddito);
    }
    if codice_fiscale(&piegato) {
        trovati.insert(Avviso::CodiceFiscale);
    }
    if iban(&piegato) {
        trovati.insert(Avviso::Iban);
    }
    trovati
}

fn codice_fiscale(piegato: &str) -> bool {
    let parole: Vec<&str> = piegato.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty()).collect();
    let diviso = |g: &[&str], lunghezze: &[usize]| g.iter().map(|p| p.len()).eq(lunghezze.iter().copied());
    GRUPPI.iter().any(|l| parole.windows(l.len()).any(|g| diviso(g, l) && forma_di_codice_fiscale(&g.concat())))
}

/// The shape is enough: a code typed with a slip still points at a person.
fn forma_di_codice_fiscale(parola: &str) -> bool {
    let lettera = |i: usize| matches!(i, 0..=5 | 8 | 11 | 15);
    // Where two people would share a code, letters of this list stand for digits.
    let cifra = |b: u8| b.is_ascii_digit() || b"lmnpqrstuv".contains(&b);
    parola.len() == 16
        && parola.bytes().any(|b| b.is_ascii_digit())
        && parola.bytes().enumerate().all(|(i, b)| if lettera(i) { b.is_ascii_lowercase() } else { cifra(b) })
}

/// An Italian IBAN, written together or in groups of four.
fn iban(piegato: &str) -> bool {
    piegato.match_indices("it").any(|(i, _)| {
        let stretto: String = piegato[i..].chars().filter(|c| *c != ' ').take(27).collect();
        stretto.is_ascii() && stretto.to_ascii_uppercase().parse::<kernel::Iban>().is_ok()
    })
}

/// Lower case, accents off, ligatures undone, every run of spaces one space.
fn piega(testo: &str) -> String {
    let senza_accento = |c: char| match c {
        'à' | 'á' => 'a',
        'è' | 'é' => 'e',
        'ì' | 'í' => 'i',
        'ò' | 'ó' => 'o',
        'ù' | 'ú' => 'u',
        '’' => '\'',
        c => c,
    };
    let minuscolo: String = testo.to_lowercase().chars().map(senza_accento).collect();
    let sciolto = LEGATURE.iter().fold(minuscolo, |t, (una, lettere)| t.replace(*una, lettere));
    sciolto.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words stand alone: "104/1992" is not in "2104/1992", "isee" is not in "misee".
fn contiene(testo: &str, parole: &str) -> bool {
    let lettera = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    testo
        .match_indices(parole)
        .any(|(i, _)| !lettera(testo[..i].chars().next_back()) && !lettera(testo[i + parole.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn di(testo: &str) -> Vec<Avviso> {
        esamina(testo).into_iter().collect()
    }

    #[test]
    fn the_words_of_the_decisions_are_found() {
        assert_eq!(di("Assunzione ai sensi della L. 68/1999"), [Avviso::Salute]);
        assert_eq!(di("permessi della Legge  104"), [Avviso::Salute]);
        assert_eq!(di("Contributo a famiglia con persona DISABILE, Isee 3.200"), [Avviso::Salute, Avviso::Reddito]);
        assert_eq!(di("invalidità civile"), [Avviso::Salute]);
        assert_eq!(di("persona non autosuﬃciente"), [Avviso::Salute]);
    }

    #[test]
    fn codes_are_found() {
        assert_eq!(di("c.f. RSSMRA85T10A562S"), [Avviso::CodiceFiscale]);
        assert_eq!(di("(RSSMRA85T1LA56NS)"), [Avviso::CodiceFiscale]);
        assert_eq!(di("c.f. RSS MRA 85T10 A562S residente"), [Avviso::CodiceFiscale]);
        assert_eq!(di("accredito su IT60 X054 2811 1010 0000 0123 456."), [Avviso::Iban]);
        assert_eq!(di("IT60X0542811101000000123456"), [Avviso::Iban]);
        assert!(di("codice ABCDEF12G34H567 e IT00X0542811101000000123456").is_empty());
    }

    #[test]
    fn ordinary_acts_are_silent() {
        for t in ["Affidamento del servizio di sgombero neve", "delibera 2104/1992", "promisee del 68", "articolo 26"] {
            assert!(di(t).is_empty(), "{t}");
        }
    }
}
