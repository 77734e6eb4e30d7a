use crate::documento::{LETTERA, lettera, meta};
use crate::fabbrica::{RISORSE, flusso, matrice, moderno, pagina, pdf, prima_pagina};
use crate::strumenti::{pagine, sano, testo};
use pdf::{PdfError, rendi, timbra};

const RIGHE: [&str; 4] =
    ["Comune di Introdacqua - c_e307", "Prot. n. 0000123 del 24/11/2026 09:42", "Entrata", "Class. VI.5"];

fn timbrato(nome: &str, originale: &[u8]) -> Vec<u8> {
    let copia = timbra(originale, &RIGHE).unwrap();
    assert!(copia.starts_with(originale), "{nome}: the received bytes are the beginning of the copy");
    assert_eq!(pagine(&copia), pagine(originale), "{nome}");
    sano(nome, &copia);
    if let Some(testo) = testo(nome, &copia) {
        assert!(testo.contains(RIGHE[0]) && testo.contains(RIGHE[1]), "{nome}: {testo}");
        assert!(testo.contains("Testo originale"), "{nome}: the page still says what it said: {testo}");
    }
    copia
}

#[test]
fn the_stamp_is_laid_over_a_copy() {
    timbrato("tabella", &pagina("/MediaBox [0 0 595 842]", RISORSE));
}

#[test]
fn a_file_with_object_streams_is_stamped_in_its_own_way() {
    let copia = timbrato("moderno", &moderno(&pagina("/MediaBox [0 0 595 842]", RISORSE)));
    assert!(!copia.ends_with(b"trailer"));
    assert!(timbrato("due volte", &copia).len() > copia.len(), "a stamped copy can be stamped again");
}

#[test]
fn a_document_of_ours_is_stamped_like_any_other() {
    let originale = rendi(&LETTERA, &lettera("Testo originale"), &meta("Avviso")).unwrap();
    timbrato("nostro", &originale);
}

#[test]
fn inherited_resources_and_boxes_are_kept() {
    let copia = timbrato("ereditati", &pagina(&format!("/MediaBox [0 0 595 842] /Rotate 0 {RISORSE}"), ""));
    let risorse = prima_pagina(&copia);
    let risorse = risorse.get(b"Resources").unwrap().as_dict().unwrap();
    assert!(risorse.has(b"Font") && risorse.has(b"XObject"));
}

#[test]
fn rotation_and_offset_boxes_move_the_stamp_to_the_corner_the_reader_sees() {
    // The visible sheet goes from (100, 50) to (500, 650).
    for (giro, angolo, destra, alto) in [
        (0, (500.0, 650.0), (1.0, 0.0), (0.0, 1.0)),
        (90, (100.0, 650.0), (0.0, 1.0), (-1.0, 0.0)),
        (180, (100.0, 50.0), (-1.0, 0.0), (0.0, -1.0)),
        (-90, (500.0, 50.0), (0.0, -1.0), (1.0, 0.0)),
    ] {
        let riquadri = format!("/MediaBox [-20 700 900 -10] /CropBox [100 50 500 650] /Rotate {giro}");
        let copia = timbrato(&format!("girato {giro}"), &pagina(&riquadri, RISORSE));
        let [a, b, c, d, e, f] = matrice(&copia);
        let scala = a.abs().max(b.abs());
        assert_eq!((a / scala, b / scala, c / scala, d / scala), (destra.0, destra.1, alto.0, alto.1), "giro {giro}");
        let (x, y) = (e - angolo.0, f - angolo.1);
        let (indietro, sotto) = (-(x * destra.0 + y * destra.1), -(x * alto.0 + y * alto.1));
        assert!((40.0..=217.0).contains(&indietro), "giro {giro}: {indietro} points left of the corner");
        assert!((20.0..=167.0).contains(&sotto), "giro {giro}: {sotto} points below the corner");
    }
}

#[test]
fn a_small_page_gets_a_small_stamp() {
    let [a, ..] = matrice(&timbrato("piccola", &pagina("/MediaBox [0 0 200 150]", RISORSE)));
    assert!(a < 0.7, "{a}");
}

#[test]
fn contents_may_be_missing_or_a_list_behind_a_reference() {
    let copia = timbrato(
        "elenco",
        &pdf(&[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox 7 0 R /Contents 6 0 R /Resources 8 0 R /T (a\\)b\\051) >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            &flusso("BT /F1 12 Tf 40 60 Td (Testo originale) Tj ET"),
            "[5 0 R]",
            "[0 0 595 842]",
            "<< /Font << /F1 4 0 R >> >>",
        ]),
    );
    assert_eq!(prima_pagina(&copia).get(b"T").unwrap().as_str().unwrap(), b"a)b)");
    let vuota = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /MediaBox [0 0 595 842] >>",
    ]);
    sano("vuota", &timbra(&vuota, &RIGHE).unwrap());
}

#[test]
fn an_odd_character_does_not_stop_the_stamp() {
    let copia = timbra(&pagina("/MediaBox [0 0 595 842]", RISORSE), &["Prot. 1 🎉", "#strong[x]"]).unwrap();
    if let Some(testo) = testo("strano", &copia) {
        assert!(testo.contains("Prot. 1 [U+1F389]") && testo.contains("#strong[x]"), "{testo}");
    }
}

#[test]
fn what_cannot_be_stamped_says_why() {
    let modulo = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA 4 0 R >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /MediaBox [0 0 595 842] >>",
        &flusso("<xdp/>"),
    ]);
    let sana = pagina("/MediaBox [0 0 595 842]", RISORSE);
    let cifrata = String::from_utf8(sana.clone()).unwrap().replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 4 0 R");
    for (file, atteso) in [
        (b"<html>".to_vec(), "non è un PDF"),
        (Vec::new(), "non è un PDF"),
        (sana[..sana.len() / 2].to_vec(), "il PDF è danneggiato"),
        (cifrata.into_bytes(), "il PDF è cifrato"),
        (modulo, "il PDF è un modulo dinamico (XFA), che ridisegna le proprie pagine"),
        (pagina("", RISORSE), "la prima pagina non dichiara misure leggibili"),
        (pagina("/MediaBox [0 0 0 0]", RISORSE), "la prima pagina non dichiara misure leggibili"),
        (pagina("/MediaBox [0 0 9000000 9999999999999]", RISORSE), "la prima pagina non dichiara misure leggibili"),
    ] {
        match timbra(&file, &RIGHE) {
            Err(PdfError::NonTimbrabile { perche }) => assert_eq!(perche, atteso),
            altro => panic!("{atteso}: {altro:?}"),
        }
    }
}
