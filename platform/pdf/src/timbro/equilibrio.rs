//! How many graphics states a page's drawing leaves open. A stamp laid over them would inherit their scale and vanish.

/// Operators `q` still open at the end; `None` if some `Q` has nothing to close, because then every wrapping would
/// change the page.
pub fn stati_aperti(disegno: &[u8]) -> Option<usize> {
    let mut aperti = 0_usize;
    let mut resto = disegno;
    while let Some((&byte, dopo)) = resto.split_first() {
        resto = match byte {
            b'(' => dopo_la_stringa(dopo),
            b'%' => dopo_il(dopo, |b| b == b'\n' || b == b'\r'),
            b'<' if dopo.first() != Some(&b'<') => dopo_il(dopo, |b| b == b'>'),
            b'/' => parola(dopo).1,
            b if separa(b) => dopo,
            _ => {
                let (operatore, dopo) = parola(resto);
                match operatore {
                    b"q" => aperti += 1,
                    b"Q" => aperti = aperti.checked_sub(1)?,
                    _ => {}
                }
                if operatore == b"ID" { dopo_l_immagine(dopo) } else { dopo }
            }
        };
    }
    Some(aperti)
}

fn parola(resto: &[u8]) -> (&[u8], &[u8]) {
    resto.split_at(resto.iter().position(|b| separa(*b)).unwrap_or(resto.len()))
}

fn dopo_la_stringa(mut resto: &[u8]) -> &[u8] {
    let mut aperte = 1_usize;
    while let Some((&byte, dopo)) = resto.split_first() {
        resto = dopo;
        match byte {
            b'\\' => resto = dopo.get(1..).unwrap_or_default(),
            b'(' => aperte += 1,
            b')' if aperte == 1 => break,
            b')' => aperte -= 1,
            _ => {}
        }
    }
    resto
}

/// The data of an inline image end with `EI` between two separators.
fn dopo_l_immagine(resto: &[u8]) -> &[u8] {
    let fine = resto.windows(3).position(|w| separa(w[0]) && &w[1..] == b"EI");
    fine.map_or(&[], |n| &resto[n + 3..])
}

fn dopo_il(resto: &[u8], segno: impl Fn(u8) -> bool) -> &[u8] {
    resto.iter().position(|b| segno(*b)).map_or(&[], |n| &resto[n + 1..])
}

fn separa(byte: u8) -> bool {
    byte <= b' ' || b"()<>[]{}/%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::stati_aperti;

    #[test]
    fn only_operators_count() {
        for (disegno, aperti) in [
            ("q Q", Some(0)),
            ("q q 1 0 0 1 0 0 cm Q", Some(1)),
            ("(q \\) q (q) q) Tj <71> Tj % q\nq/q gs", Some(1)),
            ("BI /W 1 /H 1 ID q q Q Q Q\nEI q", Some(1)),
            ("<</MCID 0/q 1>> BDC EMC", Some(0)),
            ("/Q gs [(Q)1(Q)] TJ", Some(0)),
            ("q Q Q", None),
            ("(", Some(0)),
            ("q (\\", Some(1)),
        ] {
            assert_eq!(stati_aperti(disegno.as_bytes()), aperti, "{disegno}");
        }
    }
}
