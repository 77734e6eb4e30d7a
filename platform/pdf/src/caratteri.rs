//! The embedded fonts, and what they cannot draw.

use serde_json::Value;
use std::sync::LazyLock;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

const FILE: &[&[u8]] = &include!(concat!(env!("OUT_DIR"), "/caratteri.rs"));

pub static CARATTERI: LazyLock<Vec<Font>> =
    LazyLock::new(|| FILE.iter().copied().flat_map(|file| Font::iter(Bytes::new(file))).collect());
pub static CATALOGO: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(CARATTERI.iter())));

/// PDF/A forbids a character without a drawing, and one emoji in a subject must not stop a register: what no font can
/// draw is written as its Unicode number, so nothing is lost. The marks that only join or colour an emoji disappear.
pub fn scrivibile(testo: &str) -> String {
    let mut scritto = String::with_capacity(testo.len());
    for c in testo.chars() {
        match c {
            '\n' => scritto.push(c),
            '\t' => scritto.push(' '),
            '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
            c if disegnato(c) => scritto.push(c),
            c => scritto.push_str(&format!("[U+{:04X}]", u32::from(c))),
        }
    }
    scritto
}

/// The same for every string of the data, keys excluded: those belong to the template.
pub fn scrivibili(valore: &Value) -> Value {
    match valore {
        Value::String(s) => Value::String(scrivibile(s)),
        Value::Array(voci) => voci.iter().map(scrivibili).collect(),
        Value::Object(campi) => campi.iter().map(|(nome, v)| (nome.clone(), scrivibili(v))).collect(),
        altro => altro.clone(),
    }
}

fn disegnato(c: char) -> bool {
    CARATTERI.iter().any(|font| font.info().coverage.contains(c.into()))
}
