//! The pages of a document, in order, with what each inherits.

use super::Lettore;
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::HashSet;
use std::rc::Rc;

const EREDITATI: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

pub struct Pagina {
    pub id: ObjectId,
    pub propri: Dictionary,
    /// The inheritable entries, the page's own first.
    pub attributi: Dictionary,
}

impl Pagina {
    /// The streams that draw it, one after the other; `None` when they are something else.
    pub fn contenuti(&self, lettore: &Lettore) -> Option<Vec<Object>> {
        match self.propri.get(b"Contents") {
            Ok(Object::Array(flussi)) => Some(flussi.clone()),
            Ok(uno @ Object::Reference(_)) => match lettore.risolvi(uno) {
                Some(Object::Array(flussi)) => Some(flussi),
                _ => Some(vec![uno.clone()]),
            },
            Ok(Object::Null) | Err(_) => Some(Vec::new()),
            Ok(_) => None,
        }
    }
}

/// Walks the tree from the root, so a parent that lies changes nothing; a cycle ends where it begins.
pub fn pagine<'a>(lettore: &'a Lettore<'a>, radice: ObjectId) -> impl Iterator<Item = Pagina> + 'a {
    let mut visti = HashSet::new();
    let mut da_vedere = vec![(radice, Rc::new(Dictionary::new()))];
    std::iter::from_fn(move || {
        while let Some((id, sopra)) = da_vedere.pop() {
            if !visti.insert(id) {
                continue;
            }
            let Some(Object::Dictionary(nodo)) = lettore.oggetto(id) else { continue };
            let mut attributi = Dictionary::clone(&sopra);
            for chiave in EREDITATI {
                if let Ok(valore) = nodo.get(chiave) {
                    attributi.set(chiave, valore.clone());
                }
            }
            let Ok(figli) = nodo.get(b"Kids") else { return Some(Pagina { id, propri: nodo, attributi }) };
            let Some(Object::Array(figli)) = lettore.risolvi(figli) else { continue };
            let attributi = Rc::new(attributi);
            let figli = figli.iter().filter_map(|f| f.as_reference().ok());
            da_vedere.extend(figli.rev().map(|figlio| (figlio, attributi.clone())));
        }
        None
    })
}
