//! Names: what goes in an address, and which names are near a mistyped one.

use unicode_normalization::UnicodeNormalization;

/// A name as a label of a host: `Sant'Eusanio Forconese` is `sant-eusanio-forconese`.
pub fn slug(nome: &str) -> String {
    let semplice: String =
        nome.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect::<String>().to_lowercase();
    let pezzi = semplice.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty());
    pezzi.collect::<Vec<_>>().join("-")
}

/// Up to three of `nomi` that are near `cercato`, the nearest first; none when all are far.
pub fn vicini<'a>(cercato: &str, nomi: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let cercato = slug(cercato);
    let soglia = (cercato.chars().count() / 4).clamp(1, 4);
    let mut trovati: Vec<(usize, &str)> =
        nomi.map(|n| (distanza(&cercato, &slug(n)), n)).filter(|(d, _)| *d <= soglia).collect();
    trovati.sort_unstable();
    trovati.into_iter().take(3).map(|(_, n)| n).collect()
}

/// Letters to insert, drop or change to go from one word to the other (Levenshtein), one row at a time.
fn distanza(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut riga: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonale = std::mem::replace(&mut riga[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let cambio = diagonale + usize::from(ca != *cb);
            diagonale = riga[j + 1];
            riga[j + 1] = cambio.min(riga[j] + 1).min(diagonale + 1);
        }
    }
    riga[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_hosts() {
        assert_eq!(slug("Introdacqua"), "introdacqua");
        assert_eq!(slug("Sant'Eusanio Forconese"), "sant-eusanio-forconese");
        assert_eq!(slug("Agliè"), "aglie");
        assert_eq!(slug("L’Aquila"), "l-aquila");
    }

    #[test]
    fn near_names() {
        let nomi = ["Introdacqua", "Anversa degli Abruzzi", "Introd", "Scanno"];
        assert_eq!(vicini("introdaqua", nomi.into_iter()), ["Introdacqua"]);
        assert_eq!(vicini("Anversa degli Abruzi", nomi.into_iter()), ["Anversa degli Abruzzi"]);
        assert!(vicini("zzzz", nomi.into_iter()).is_empty());
    }

    #[test]
    fn distances() {
        assert_eq!(distanza("casa", "cassa"), 1);
        assert_eq!(distanza("", "abc"), 3);
        assert_eq!(distanza("gatto", "gatto"), 0);
    }
}
