//! Search in the manual: sections that have all the words, those that have them in the title first.

use super::libro::{Libro, Sezione};

/// As many as somebody reads.
const MASSIMO: usize = 30;
/// How many characters are shown around the first word found.
const INTORNO: usize = 90;

/// A section found.
pub(super) struct Trovata {
    pub indirizzo: String,
    pub titolo: String,
    pub capitolo: String,
    /// Pieces of its text; true where it is a word that was looked for.
    pub brano: Vec<(bool, String)>,
}

pub(super) fn cerca(libro: &Libro, q: &str) -> Vec<Trovata> {
    let cercate: Vec<Vec<char>> = q.split_whitespace().map(piega).collect();
    if cercate.is_empty() {
        return Vec::new();
    }
    let mut trovate = Vec::new();
    for c in libro.capitoli() {
        for s in &c.sezioni {
            let (titolo, testo) = (piega(&format!("{} {}", c.titolo, s.titolo)), piega(&s.testo));
            let nel_titolo = cercate.iter().filter(|p| trova(&titolo, p).is_some()).count();
            if cercate.iter().all(|p| trova(&titolo, p).or_else(|| trova(&testo, p)).is_some()) {
                trovate.push((cercate.len() - nel_titolo, disegna(c.indirizzo(), &c.titolo, s, &testo, &cercate)));
            }
        }
    }
    // Stable: of equal worth, the order of the book.
    trovate.sort_by_key(|(mancano, _)| *mancano);
    trovate.into_iter().map(|(_, t)| t).take(MASSIMO).collect()
}

fn disegna(capitolo: String, nome: &str, s: &Sezione, piegato: &[char], cercate: &[Vec<char>]) -> Trovata {
    let testo: Vec<char> = s.testo.chars().collect();
    let primo = cercate.iter().filter_map(|p| trova(piegato, p)).min().unwrap_or_default();
    let da = inizio_di_parola(&testo, primo.saturating_sub(INTORNO));
    let a = fine_di_parola(&testo, primo + 2 * INTORNO);
    let mut brano = Vec::new();
    let mut i = da;
    let mut liscio = String::from(if da > 0 { "… " } else { "" });
    while i < a {
        match cercate.iter().find(|p| piegato[i..].starts_with(p)) {
            Some(p) => {
                brano.push((false, std::mem::take(&mut liscio)));
                brano.push((true, testo[i..i + p.len()].iter().collect()));
                i += p.len();
            }
            None => {
                liscio.push(testo[i]);
                i += 1;
            }
        }
    }
    if a < testo.len() {
        liscio.push_str(" …");
    }
    brano.push((false, liscio));
    Trovata { indirizzo: format!("{capitolo}#{}", s.id), titolo: s.titolo.clone(), capitolo: nome.to_owned(), brano }
}

/// The first word that begins from there on.
fn inizio_di_parola(testo: &[char], da: usize) -> usize {
    if da == 0 { 0 } else { testo[da..].iter().position(|c| c.is_whitespace()).map_or(da, |i| da + i + 1) }
}

/// Where the word that is there ends.
fn fine_di_parola(testo: &[char], a: usize) -> usize {
    let resto = testo.get(a..).unwrap_or_default();
    resto.iter().position(|c| c.is_whitespace()).map_or(testo.len(), |i| a + i)
}

fn trova(dove: &[char], parola: &[char]) -> Option<usize> {
    dove.windows(parola.len()).position(|f| f == parola)
}

/// Lower case without accents, one character for each: places in it are places in the text.
fn piega(testo: &str) -> Vec<char> {
    let senza_accento = |c: char| match c {
        'à' | 'á' => 'a',
        'è' | 'é' => 'e',
        'ì' | 'í' => 'i',
        'ò' | 'ó' => 'o',
        'ù' | 'ú' => 'u',
        '’' => '\'',
        c => c,
    };
    testo.chars().map(|c| senza_accento(c.to_lowercase().next().unwrap_or(c))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::libro::LIBRO;
    use super::*;

    #[test]
    fn a_code_and_plain_words_are_found() {
        let primo = |q: &str| cerca(&LIBRO, q).into_iter().next().map(|t| t.indirizzo);
        assert_eq!(primo("prt-014").as_deref(), Some("/manuale/errori#PRT-014"));
        assert_eq!(primo("registro GIORNALIERO").as_deref(), Some("/manuale/registri#il-registro-giornaliero"));
        assert!(!cerca(&LIBRO, "perche").is_empty(), "accents do not matter");
        assert!(cerca(&LIBRO, "").is_empty() && cerca(&LIBRO, "zzzz oggetto").is_empty());
        assert!(cerca(&LIBRO, "e").len() <= MASSIMO);
    }

    #[test]
    fn what_was_looked_for_is_marked_where_it_is() {
        let t = cerca(&LIBRO, "lampione");
        assert!(t.is_empty());
        for t in cerca(&LIBRO, "testa") {
            let parole: Vec<&str> = t.brano.iter().filter(|(m, _)| *m).map(|(_, s)| s.as_str()).collect();
            assert!(parole.iter().all(|p| p.to_lowercase() == "testa"), "{parole:?}");
        }
    }
}
