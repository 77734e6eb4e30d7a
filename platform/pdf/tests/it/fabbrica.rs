//! PDFs written by hand: the odd shapes that programs around the world produce.

use lopdf::{Document, Object};

/// `oggetti[n]` is object n+1; the first must be the catalog.
pub fn pdf(oggetti: &[&str]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut inizi = Vec::new();
    for (n, oggetto) in oggetti.iter().enumerate() {
        inizi.push(file.len());
        file.extend(format!("{} 0 obj\n{oggetto}\nendobj\n", n + 1).bytes());
    }
    let inizio = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", inizi.len() + 1).bytes());
    for inizio in &inizi {
        file.extend(format!("{inizio:010} 00000 n \n").bytes());
    }
    let quanti = inizi.len() + 1;
    file.extend(format!("trailer\n<< /Size {quanti} /Root 1 0 R >>\nstartxref\n{inizio}\n%%EOF").bytes());
    file
}

pub fn flusso(contenuto: &str) -> String {
    format!("<< /Length {} >>\nstream\n{contenuto}\nendstream", contenuto.len())
}

/// One page whose attributes come from above, with the given entries on the page tree and on the page.
pub fn pagina(albero: &str, foglia: &str) -> Vec<u8> {
    pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>",
        &format!("<< /Type /Pages /Kids [3 0 R] /Count 1 {albero} >>"),
        &format!("<< /Type /Page /Parent 2 0 R /Contents 5 0 R {foglia} >>"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        &flusso("2 0 0 2 0 0 cm q BT /F1 12 Tf 4 30 Td (Testo originale) Tj ET"),
    ])
}

pub const RISORSE: &str = "/Resources << /Font << /F1 4 0 R >> >>";

/// The same document with object streams and a cross-reference stream.
pub fn moderno(pdf: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    Document::load_mem(pdf).unwrap().save_modern(&mut file).unwrap();
    file
}

pub fn prima_pagina(pdf: &[u8]) -> lopdf::Dictionary {
    let documento = Document::load_mem(pdf).unwrap();
    let id = documento.page_iter().next().unwrap();
    documento.get_dictionary(id).unwrap().clone()
}

/// The matrix that places the stamp, read back from the page's content.
pub fn matrice(pdf: &[u8]) -> [f32; 6] {
    let documento = Document::load_mem(pdf).unwrap();
    let id = documento.page_iter().next().unwrap();
    let contenuto = lopdf::content::Content::decode(&documento.get_page_content(id)).unwrap();
    let cm = contenuto.operations.iter().rfind(|o| o.operator == "cm").unwrap();
    let numeri: Vec<f32> = cm.operands.iter().map(|o: &Object| o.as_float().unwrap()).collect();
    numeri.try_into().unwrap()
}
