//! The stamp itself: a tiny page composed with the embedded fonts, taken as a form that any page can show.

use crate::composizione::componi;
use crate::{Modello, PdfError};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::BTreeMap;
use typst::foundations::Smart;
use typst_pdf::PdfOptions;

const TIMBRO: Modello = Modello { nome: "timbro", sorgente: include_str!("../../templates/timbro.typ") };

pub struct Disegno {
    pub forma: ObjectId,
    pub larghezza: f32,
    pub altezza: f32,
    pub oggetti: BTreeMap<ObjectId, Object>,
}

/// Its objects are numbered from `primo` on.
pub fn disegna(righe: &[&str], primo: u32) -> Result<Disegno, PdfError> {
    let righe: Vec<String> = righe.iter().map(|riga| crate::caratteri::scrivibile(riga)).collect();
    let dati = serde_json::Value::from(righe).to_string().into_bytes();
    let opzioni = PdfOptions { ident: Smart::Custom("timbro".into()), tagged: false, ..PdfOptions::default() };
    let pdf = componi(&TIMBRO, dati, &opzioni)?;
    forma(&pdf, primo).map_err(|e| PdfError::Modello { modello: TIMBRO.nome, motivi: vec![e.to_string()] })
}

fn forma(pdf: &[u8], primo: u32) -> lopdf::Result<Disegno> {
    let mut timbro = Document::load_mem(pdf)?;
    timbro.renumber_objects_with(primo);
    let id = timbro.page_iter().next().ok_or(lopdf::Error::PageNumberNotFound(1))?;
    let pagina = timbro.get_dictionary(id)?.clone();
    let riquadro = pagina.get(b"MediaBox")?.as_array()?.clone();
    let lato =
        |n: usize| riquadro.get(n).ok_or(lopdf::Error::ObjectType { expected: "Array", found: "MediaBox" })?.as_float();
    let (larghezza, altezza) = (lato(2)?, lato(3)?);
    let mut dizionario = Dictionary::from_iter([
        ("Type", Object::from("XObject")),
        ("Subtype", "Form".into()),
        ("BBox", riquadro.clone().into()),
        ("Resources", pagina.get(b"Resources")?.clone()),
    ]);
    if let Ok(gruppo) = pagina.get(b"Group") {
        dizionario.set("Group", gruppo.clone());
    }
    let mut flusso = Stream::new(dizionario, timbro.get_page_content(id));
    flusso.compress()?;
    timbro.trailer = Dictionary::from_iter([("Root", Object::Reference(id))]);
    timbro.set_object(id, flusso);
    timbro.prune_objects();
    Ok(Disegno { forma: id, larghezza, altezza, oggetti: timbro.objects })
}
