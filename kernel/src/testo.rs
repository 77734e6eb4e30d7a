//! Text typed by people, made safe to keep, show, sign and compare.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestoRifiutato {
    #[error("il testo contiene un carattere di controllo (U+{0:04X}): va tolto")]
    Controllo(u32),
    #[error("il testo contiene un segno invisibile che ne cambia l'ordine di lettura (U+{0:04X}): va tolto")]
    Direzione(u32),
    #[error("il testo è di {lungo} caratteri: al massimo {max}")]
    Lungo { lungo: usize, max: usize },
}

const MAX_BYTE_NOME: usize = 150;

/// One line: NFC, trimmed, every run of spaces and new lines becomes one space. `max` counts characters.
pub fn pulisci_riga(testo: &str, max: usize) -> Result<String, TestoRifiutato> {
    let pulito = unisci(&normalizza(testo)?);
    misura(pulito, max)
}

/// Several lines: like [`pulisci_riga`] inside each line, new lines are kept (as `\n`), empty lines at the ends go.
pub fn pulisci_testo(testo: &str, max: usize) -> Result<String, TestoRifiutato> {
    let righe: Vec<String> = normalizza(testo)?.split('\n').map(unisci).collect();
    misura(righe.join("\n").trim_matches('\n').to_owned(), max)
}

/// At most `max` characters, cut between two words, with the sign of the cut.
pub fn corto(testo: &str, max: usize) -> Cow<'_, str> {
    let Some((fine, _)) = testo.char_indices().nth(max) else { return Cow::Borrowed(testo) };
    let resta = &testo[..fine];
    // A word longer than all the room is cut where it is.
    let resta =
        resta.rsplit_once(' ').map_or(resta, |(prima, ultima)| if ultima.len() < max / 2 { prima } else { resta });
    Cow::Owned(format!("{}…", resta.trim_end_matches([' ', ',', ';', ':', '.'])))
}

/// As people look for words: small letters, without accents.
pub fn senza_accenti(testo: &str) -> String {
    let segno = |c: &char| !('\u{300}'..='\u{36f}').contains(c);
    testo.to_lowercase().nfd().filter(segno).map(|c| if c == '’' { '\'' } else { c }).collect()
}

/// True for a name made to deceive: a path, control characters, marks that change the reading order. Accents in either form,
/// long names, colons and spaces are ordinary names.
pub fn nome_ingannevole(nome: &str) -> bool {
    nome.chars().any(|c| matches!(c, '/' | '\\') || c.is_control() || non_carattere(c) || cambia_direzione(c))
}

/// A file name that can be shown and written anywhere: the last component of a path, without separators, controls or marks that
/// change the reading order, at most 150 bytes, extensions kept.
pub fn nome_di_file(nome: &str) -> String {
    let ultimo = nome.rsplit(['/', '\\']).next().unwrap_or_default();
    let lecito = |c: &char| (!c.is_control() || c.is_whitespace()) && !non_carattere(*c) && !cambia_direzione(*c);
    // What goes goes first: an accent may then reach its letter.
    let ammessi: String = ultimo
        .chars()
        .filter(lecito)
        .nfc()
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    let unito = unisci(&ammessi);
    let nudo = unito.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    if nudo.is_empty() { "senza nome".to_owned() } else { accorcia(nudo) }
}

/// NFC with `\n` as the only line break and tabs as spaces; refuses controls and marks that change the reading order.
fn normalizza(testo: &str) -> Result<String, TestoRifiutato> {
    testo.replace("\r\n", "\n").nfc().map(ammetti).collect()
}

fn ammetti(c: char) -> Result<char, TestoRifiutato> {
    match c {
        '\r' | '\n' | '\u{2028}' | '\u{2029}' => Ok('\n'),
        '\t' => Ok(' '),
        c if c.is_control() || non_carattere(c) => Err(TestoRifiutato::Controllo(c.into())),
        c if cambia_direzione(c) => Err(TestoRifiutato::Direzione(c.into())),
        c => Ok(c),
    }
}

/// Code points that Unicode keeps for nobody: XML cannot hold them, and no font shows them.
fn non_carattere(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Unicode's Bidi_Control: they can make `fdp.exe` read as `exe.pdf`.
fn cambia_direzione(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn unisci(testo: &str) -> String {
    testo.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn misura(testo: String, max: usize) -> Result<String, TestoRifiutato> {
    let lungo = testo.chars().count();
    if lungo > max { Err(TestoRifiutato::Lungo { lungo, max }) } else { Ok(testo) }
}

fn accorcia(nome: &str) -> String {
    if nome.len() <= MAX_BYTE_NOME {
        return nome.to_owned();
    }
    let (corpo, estensioni) = nome.split_at(nome.len() - lunghezza_estensioni(nome));
    let taglio = corpo.floor_char_boundary(MAX_BYTE_NOME - estensioni.len());
    format!("{}{estensioni}", corpo[..taglio].trim_end())
}

/// Up to two extensions: a signed `.pdf.p7m` must keep both.
fn lunghezza_estensioni(nome: &str) -> usize {
    let breve = |e: &&str| (1..=8).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_alphanumeric());
    let pezzi = nome.split('.').count();
    nome.rsplit('.').take(2.min(pezzi - 1)).take_while(breve).map(|e| e.len() + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_text_is_cut_between_words() {
        for (testo, max, atteso) in [
            ("Tetto della scuola", 18, "Tetto della scuola"),
            ("Tetto della scuola primaria", 20, "Tetto della scuola…"),
            ("Tetto della scuola, primaria", 21, "Tetto della scuola…"),
            ("Precipitevolissimevolmente", 10, "Precipitev…"),
            ("A precipitevolissimevolmente", 10, "A precipit…"),
            ("èèèè", 3, "èèè…"),
            ("", 3, ""),
        ] {
            assert_eq!(corto(testo, max), atteso, "{testo}");
        }
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(pulisci_riga("  Lavori \t di\r\n somma  urgenza\n", 99).as_deref(), Ok("Lavori di somma urgenza"));
        assert_eq!(pulisci_riga("perche\u{301} 🏔️", 99).as_deref(), Ok("perché 🏔️"));
        assert_eq!(pulisci_riga(" \n ", 0).as_deref(), Ok(""));
    }

    #[test]
    fn a_text_keeps_its_lines() {
        assert_eq!(
            pulisci_testo("\n\nVisto:\r\n  a) uno  due\r\n\r\nb)\n\n", 99).as_deref(),
            Ok("Visto:\na) uno due\n\nb)")
        );
    }

    #[test]
    fn a_refusal_names_the_character() {
        assert_eq!(pulisci_riga("a\0b", 9), Err(TestoRifiutato::Controllo(0)));
        assert_eq!(pulisci_testo("a\u{1b}[31m", 9), Err(TestoRifiutato::Controllo(0x1b)));
        for c in ['\u{ffff}', '\u{fdd0}', '\u{1fffe}'] {
            assert_eq!(pulisci_riga(&format!("a{c}b"), 9), Err(TestoRifiutato::Controllo(c.into())));
        }
        let frase = pulisci_riga("fattura\u{202e}fdp.exe", 99).unwrap_err().to_string();
        assert!(frase.contains("U+202E"), "{frase}");
    }

    #[test]
    fn length_counts_characters_after_cleaning() {
        assert!(pulisci_riga(&"è".repeat(100), 100).is_ok());
        assert_eq!(pulisci_riga(&"a".repeat(10_000), 2000), Err(TestoRifiutato::Lungo { lungo: 10_000, max: 2000 }));
    }

    #[test]
    fn words_are_looked_for_without_accents() {
        assert_eq!(senza_accenti("Perché l’UNIVERSITÀ?"), "perche l'universita?");
        assert_eq!(senza_accenti("l'e\u{301}"), "l'e");
    }

    #[test]
    fn a_text_is_cut_between_words() {
        assert_eq!(corto("aaaa bbb", 8), "aaaa bbb");
        assert_eq!(corto("aaaa, bbb ccc", 8), "aaaa…");
        assert_eq!(corto("aaaa bbbbbbb", 10), "aaaa bbbbb…", "half the room is too much to lose");
    }

    #[test]
    fn file_names_are_tamed() {
        for (dato, atteso) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Atti\\delibera n. 3.pdf", "delibera n. 3.pdf"),
            ("fattura\u{202e}fdp.exe", "fatturafdp.exe"),
            ("a\0b\nc<d>.pdf", "ab c_d_.pdf"),
            (".bashrc", "bashrc"),
            ("..", "senza nome"),
            ("", "senza nome"),
            ("cartella/", "senza nome"),
        ] {
            assert_eq!(nome_di_file(dato), atteso, "{dato:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extensions() {
        let nome = nome_di_file(&format!("{}.pdf.p7m", "è".repeat(200)));
        assert!(nome.len() <= MAX_BYTE_NOME && nome.ends_with("è.pdf.p7m"), "{nome}");
        assert_eq!(nome_di_file(&"x".repeat(500)).len(), MAX_BYTE_NOME);
        // What follows a dot and is long is not an extension.
        assert_eq!(nome_di_file(&format!("{}.{}", "è".repeat(100), "a".repeat(100))), "è".repeat(75));
    }

    #[test]
    fn a_deceitful_name_is_told_from_an_ordinary_one() {
        for brutto in ["../../etc/passwd", "C:\\atti\\delibera.pdf", "delibera\u{202e}fdp.exe", "a\0b", "a\nb"] {
            assert!(nome_ingannevole(brutto), "{brutto:?}");
        }
        for buono in ["perche\u{301}.pdf", "Determina n. 5: rettifica.pdf", "due  spazi.pdf", &"lungo".repeat(60)] {
            assert!(!nome_ingannevole(buono), "{buono:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(testo in any::<String>()) {
            if let Ok(pulito) = pulisci_riga(&testo, 1000) {
                prop_assert_eq!(pulisci_riga(&pulito, 1000), Ok(pulito.clone()));
            }
            if let Ok(pulito) = pulisci_testo(&testo, 1000) {
                prop_assert_eq!(pulisci_testo(&pulito, 1000), Ok(pulito.clone()));
            }
        }

        #[test]
        fn file_names_are_always_safe(nome in any::<String>()) {
            let nome = nome_di_file(&nome);
            prop_assert!(!nome.is_empty() && nome.len() <= MAX_BYTE_NOME);
            prop_assert!(!nome.chars().any(|c| matches!(c, '/' | '\\') || c.is_control() || cambia_direzione(c)));
            prop_assert!(!nome.starts_with('.'));
        }
    }
}
