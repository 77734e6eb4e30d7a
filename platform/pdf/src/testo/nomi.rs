//! Names of glyphs (Adobe Glyph List), for the fonts that say which letter a code draws only by name: Latin ones.

const NOMI: &[(&str, char)] = &[
    ("space", ' '),
    ("nbspace", ' '),
    ("exclam", '!'),
    ("quotedbl", '"'),
    ("numbersign", '#'),
    ("dollar", '$'),
    ("percent", '%'),
    ("ampersand", '&'),
    ("quotesingle", '\''),
    ("parenleft", '('),
    ("parenright", ')'),
    ("asterisk", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("hyphen", '-'),
    ("minus", '-'),
    ("period", '.'),
    ("slash", '/'),
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("colon", ':'),
    ("semicolon", ';'),
    ("less", '<'),
    ("equal", '='),
    ("greater", '>'),
    ("question", '?'),
    ("at", '@'),
    ("bracketleft", '['),
    ("backslash", '\\'),
    ("bracketright", ']'),
    ("underscore", '_'),
    ("braceleft", '{'),
    ("bar", '|'),
    ("braceright", '}'),
    ("quoteleft", '‘'),
    ("quoteright", '’'),
    ("quotedblleft", '“'),
    ("quotedblright", '”'),
    ("guillemotleft", '«'),
    ("guillemotright", '»'),
    ("endash", '–'),
    ("emdash", '—'),
    ("bullet", '•'),
    ("ellipsis", '…'),
    ("degree", '°'),
    ("ordfeminine", 'ª'),
    ("ordmasculine", 'º'),
    ("Euro", '€'),
    ("section", '§'),
    ("sterling", '£'),
    ("copyright", '©'),
    ("registered", '®'),
    ("periodcentered", '·'),
    ("dotlessi", 'ı'),
    ("germandbls", 'ß'),
    ("ae", 'æ'),
    ("oe", 'œ'),
    ("AE", 'Æ'),
    ("OE", 'Œ'),
    ("oslash", 'ø'),
    ("Oslash", 'Ø'),
    ("eth", 'ð'),
    ("thorn", 'þ'),
];
const ACCENTATE: &[(&str, &str, &str)] = &[
    ("grave", "aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
    ("acute", "aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"),
    ("circumflex", "aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
    ("dieresis", "aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
    ("tilde", "anoANO", "ãñõÃÑÕ"),
    ("ring", "aA", "åÅ"),
    ("cedilla", "cC", "çÇ"),
    ("caron", "szcSZC", "šžčŠŽČ"),
];

/// What a glyph is called after: `agrave`, `f_i`, `uni00E8`, `one.oldstyle`.
pub fn testo(nome: &[u8]) -> Option<String> {
    let nome = std::str::from_utf8(nome).ok()?;
    let nome = nome.split('.').next().filter(|n| !n.is_empty())?;
    nome.split('_').map(lettera).collect()
}

fn lettera(nome: &str) -> Option<String> {
    let (prima, resto) = nome.split_at_checked(1)?;
    if resto.is_empty() {
        return prima.chars().next().filter(char::is_ascii_alphabetic).map(String::from);
    }
    if let Some(c) = NOMI.iter().find(|(n, _)| *n == nome).map(|(_, c)| *c) {
        return Some(c.to_string());
    }
    if let Some((_, senza, con)) = ACCENTATE.iter().find(|(segno, _, _)| *segno == resto) {
        let (_, c) = senza.chars().zip(con.chars()).find(|(s, _)| prima.starts_with(*s))?;
        return Some(c.to_string());
    }
    match nome {
        "fi" | "fl" | "ff" | "ffi" | "ffl" => Some(nome.to_owned()),
        _ => unicode(nome),
    }
}

/// `uni00E8`, `u1F6A7`.
fn unicode(nome: &str) -> Option<String> {
    let cifre = nome.strip_prefix("uni").or_else(|| nome.strip_prefix('u'))?;
    let codice = u32::from_str_radix(cifre, 16).ok().filter(|_| (4..=6).contains(&cifre.len()))?;
    char::from_u32(codice).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::testo;

    #[test]
    fn glyphs_are_read_by_their_name() {
        for (nome, atteso) in [
            ("A", Some("A")),
            ("egrave", Some("è")),
            ("one.oldstyle", Some("1")),
            ("f_f_i", Some("ffi")),
            ("uni00E8", Some("è")),
            ("u1F6A7", Some("🚧")),
            ("g23", None),
            (".notdef", None),
            ("", None),
            ("uniXYZW", None),
            ("èx", None),
        ] {
            assert_eq!(testo(nome.as_bytes()).as_deref(), atteso, "{nome}");
        }
    }
}
