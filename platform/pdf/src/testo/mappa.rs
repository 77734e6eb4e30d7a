//! A character map (CMap): how bytes divide into codes, and which text each code stands for.

use crate::ricevuto::{Cursore, Gettone};
use lopdf::Object;
use std::collections::BTreeMap;

/// Operands of one section: files write a hundred at a time.
const OPERANDI: usize = 100_000;
/// Ranges may overlap: how many are looked at, from the one that begins nearest.
const VICINI: usize = 4;

/// A code and how many bytes wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Codice {
    pub lungo: usize,
    pub numero: u32,
}

#[derive(Default)]
pub struct Mappa {
    spazi: Vec<(Codice, u32)>,
    voci: BTreeMap<Codice, (u32, Testo)>,
}

enum Testo {
    /// UTF-16 of the first code; the last unit grows with the code.
    Da(Vec<u16>),
    Elenco(Vec<Vec<u16>>),
}

impl Mappa {
    pub fn leggi(dati: &[u8]) -> Mappa {
        let mut mappa = Mappa::default();
        let mut operandi = Vec::new();
        let mut cursore = Cursore::disegno(dati);
        while let Some(gettone) = cursore.gettone() {
            match gettone {
                Gettone::Operando(o) if operandi.len() < OPERANDI => operandi.push(o),
                Gettone::Operando(_) => {}
                Gettone::Operatore(nome) => {
                    match nome {
                        b"endcodespacerange" => mappa.spazi.extend(operandi.chunks_exact(2).filter_map(tratto)),
                        b"endbfchar" => mappa.voci.extend(operandi.chunks_exact(2).filter_map(uno)),
                        b"endbfrange" => mappa.voci.extend(operandi.chunks_exact(3).filter_map(molti)),
                        _ => {}
                    }
                    operandi.clear();
                }
            }
        }
        mappa
    }

    /// Two bytes for each code, whatever they are: what `Identity-H` says.
    pub fn a_due_byte() -> Mappa {
        Mappa { spazi: vec![(Codice { lungo: 2, numero: 0 }, 0xffff)], voci: BTreeMap::new() }
    }

    /// The first code of some bytes: as long as its space says, two bytes when no space holds it.
    pub fn primo(&self, byte: &[u8]) -> Option<Codice> {
        let codice = |lungo| byte.get(..lungo).map(|b| Codice { lungo, numero: numero(b) });
        let dentro =
            |c: Codice| self.spazi.iter().any(|(da, a)| da.lungo == c.lungo && (da.numero..=*a).contains(&c.numero));
        let noto = (1..=4).filter_map(codice).find(|c| dentro(*c));
        noto.or_else(|| codice(2)).or_else(|| codice(1))
    }

    /// The text of a code; none when the map does not say, or says something that is no text.
    pub fn testo(&self, codice: Codice) -> Option<String> {
        let vicini = self.voci.range(..=codice).rev().take(VICINI);
        let (da, (_, testo)) =
            vicini.into_iter().find(|(da, (a, _))| da.lungo == codice.lungo && codice.numero <= *a)?;
        let scarto = codice.numero - da.numero;
        let unita = match testo {
            Testo::Elenco(tutti) => tutti.get(scarto as usize)?.clone(),
            Testo::Da(primo) => {
                let (ultima, prima) = primo.split_last()?;
                [prima, &[ultima.wrapping_add(scarto.to_le_bytes()[0].into()).wrapping_add((scarto & 0xff00) as u16)]]
                    .concat()
            }
        };
        let testo: Option<String> = char::decode_utf16(unita).map(|c| c.ok().filter(|c| leggibile(*c))).collect();
        testo.filter(|t| !t.is_empty())
    }
}

/// Private use characters and the replacement character say nothing.
fn leggibile(c: char) -> bool {
    !matches!(c, '\0' | '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{f0000}'..)
}

fn codice(o: &Object) -> Option<Codice> {
    let byte = o.as_str().ok()?;
    (1..=4).contains(&byte.len()).then(|| Codice { lungo: byte.len(), numero: numero(byte) })
}

fn numero(byte: &[u8]) -> u32 {
    byte.iter().fold(0, |n, b| n << 8 | u32::from(*b))
}

fn unita(o: &Object) -> Option<Vec<u16>> {
    let byte = o.as_str().ok()?;
    Some(match byte {
        [uno] => vec![u16::from(*uno)],
        molti => molti.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]])).collect(),
    })
}

fn tratto(o: &[Object]) -> Option<(Codice, u32)> {
    Some((codice(&o[0])?, codice(&o[1])?.numero))
}

fn uno(o: &[Object]) -> Option<(Codice, (u32, Testo))> {
    let c = codice(&o[0])?;
    Some((c, (c.numero, Testo::Da(unita(&o[1])?))))
}

fn molti(o: &[Object]) -> Option<(Codice, (u32, Testo))> {
    let testo = match &o[2] {
        Object::Array(tutti) => Testo::Elenco(tutti.iter().map(|t| unita(t).unwrap_or_default()).collect()),
        uno => Testo::Da(unita(uno)?),
    };
    Some((codice(&o[0])?, (codice(&o[1])?.numero, testo)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lists_and_single_codes() {
        let m = Mappa::leggi(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def \
              1 begincodespacerange <00> <7f> <8000> <ffff> endcodespacerange \
              2 beginbfrange <41> <43> <0041> <8001> <8002> [<006600660069> <D83DDEA7>] endbfrange \
              3 beginbfchar <01> <00660069> <02> <e001> <03><00E8> endbfchar endcmap",
        );
        let testo = |lungo, numero| m.testo(Codice { lungo, numero });
        assert_eq!(testo(1, 0x42).as_deref(), Some("B"));
        assert_eq!(testo(2, 0x8001).as_deref(), Some("ffi"));
        assert_eq!(testo(2, 0x8002).as_deref(), Some("🚧"));
        assert_eq!(testo(1, 1).as_deref(), Some("fi"));
        assert_eq!(testo(1, 3).as_deref(), Some("è"));
        for (lungo, numero) in [(1, 0x44), (2, 0x41), (1, 2), (2, 0x8003)] {
            assert_eq!(testo(lungo, numero), None, "{numero:x}");
        }
        assert_eq!(m.primo(b"A\x80"), Some(Codice { lungo: 1, numero: 0x41 }));
        assert_eq!(m.primo(b"\x80A"), Some(Codice { lungo: 2, numero: 0x8041 }));
    }

    #[test]
    fn a_promise_of_every_code_costs_nothing() {
        let m = Mappa::leggi(b"1 beginbfrange <00000000> <ffffffff> <0041> endbfrange");
        assert_eq!(m.testo(Codice { lungo: 4, numero: 1 }).as_deref(), Some("B"));
    }
}
