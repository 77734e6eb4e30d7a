//! Files made to break the reader: every one ends soon, in a stamp or in a reason.

use crate::fabbrica::{RISORSE, flusso, moderno, pagina, pdf};
use pdf::{PdfError, timbra};
use proptest::prelude::*;
use proptest::sample::Index;
use std::sync::LazyLock;

fn non_si_timbra(file: &[u8]) -> bool {
    matches!(timbra(file, &["riga"]), Err(PdfError::NonTimbrabile { .. }))
}

#[test]
fn cycles_end() {
    let giro =
        ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R 2 0 R] >>", "<< /Kids [2 0 R 3 0 R] >>"];
    assert!(non_si_timbra(&pdf(&giro)), "page tree");
    let specchio = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Kids 3 0 R >>", "3 0 R"];
    assert!(non_si_timbra(&pdf(&specchio)), "a reference to itself");
    let sana = String::from_utf8(pagina("/MediaBox [0 0 595 842]", RISORSE)).unwrap();
    let inizio = sana.find("xref\n0").unwrap();
    let precedente = sana.replace("/Root", &format!("/Prev {inizio} /Root"));
    assert!(non_si_timbra(precedente.as_bytes()), "cross-reference sections");
    let lunghezza = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Kids [3 0 R] >>",
        "<< /Type /Page /MediaBox 5 0 R >>",
        "<< /Length 4 0 R >>\nstream\nq\nendstream",
        "4 0 R",
    ]);
    assert!(non_si_timbra(&lunghezza), "a stream that is as long as itself");
}

#[test]
fn a_tree_without_end_is_left() {
    let mut oggetti = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    oggetti.extend((3..3000).map(|figlio| format!("<< /Type /Pages /Kids [{figlio} 0 R] >>")));
    assert!(non_si_timbra(&pdf(&oggetti.iter().map(String::as_str).collect::<Vec<_>>())));
    let figli = "3 0 R ".repeat(1_000_000);
    let largo = pdf(&["<< /Type /Catalog /Pages 2 0 R >>", &format!("<< /Kids [{figli}] >>"), "<< /Type /Page >>"]);
    assert!(non_si_timbra(&largo));
}

#[test]
fn numbers_that_promise_too_much_are_not_believed() {
    let sana = String::from_utf8(pagina("/MediaBox [0 0 595 842]", RISORSE)).unwrap();
    for (vero, falso) in [
        ("/Size 6", "/Size 4294967295"),
        ("/Size 6", "/Size -6"),
        ("xref\n0 6", "xref\n0 4294967295"),
        ("xref\n0 6", "xref\n4294967290 6"),
        ("startxref\n", "startxref\n99999999999999999999"),
        ("startxref\n", "startxref\n9"),
    ] {
        assert!(non_si_timbra(sana.replacen(vero, falso, 1).as_bytes()), "{falso}");
    }
    let conta = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R 3 0 R] /Count 2147483647 >>",
        "<< /Type /Page /MediaBox [0 0 595 842] /Parent 3 0 R /Contents 9999999 0 R >>",
        "null",
    ]);
    assert!(timbra(&conta, &["riga"]).is_ok(), "counts, parents and missing objects are not believed either");
}

#[test]
fn deep_nesting_and_open_strings_end() {
    for abisso in ["[".repeat(500_000), "<<".repeat(500_000), "<< /A ".repeat(300_000), "(".repeat(3_000_000)] {
        let file = pdf(&["<< /Type /Catalog /Pages 2 0 R >>", &abisso, "<< /Type /Page >>"]);
        assert!(non_si_timbra(&file), "{}", &abisso[..3]);
    }
}

#[test]
fn a_drawing_that_closes_what_it_did_not_open_is_left_alone() {
    for (disegno, si_timbra) in [("q q Q", true), ("Q", false), ("q Q Q q", false)] {
        let file = pdf(&[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Kids [3 0 R] >>",
            "<< /Type /Page /MediaBox [0 0 595 842] /Contents [4 0 R] >>",
            &flusso(disegno),
        ]);
        assert_eq!(timbra(&file, &["riga"]).is_ok(), si_timbra, "{disegno}");
    }
}

#[test]
fn a_bomb_in_an_object_stream_does_not_go_off() {
    let mut bomba = lopdf::Stream::new(lopdf::Dictionary::new(), vec![b'0'; 64 << 20]);
    bomba.compress().unwrap();
    let testa = format!("<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {} >>", bomba.content.len());
    let mut file = format!("%PDF-1.5\n1 0 obj\n{testa}\nstream\n").into_bytes();
    file.extend(&bomba.content);
    file.extend(b"\nendstream\nendobj\n");
    // Two objects, both said to be in the bomb: the catalog, and the bomb itself.
    let voci = [[1_u8, 0, 9, 0], [2, 0, 1, 0]].concat();
    let inizio = file.len();
    file.extend(b"3 0 obj\n<< /Type /XRef /W [1 2 1] /Index [1 2] /Size 4 /Root 2 0 R /Length 8 >>\nstream\n");
    file.extend(voci);
    file.extend(format!("\nendstream\nendobj\nstartxref\n{inizio}\n%%EOF").bytes());
    assert!(non_si_timbra(&file));
}

static SANI: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let sana = pagina("/MediaBox [0 0 595 842] /Rotate 90", RISORSE);
    let timbrata = timbra(&sana, &["riga"]).unwrap();
    let con_flusso = pdf(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Kids [] >>", &flusso("x")]);
    [moderno(&sana), timbrata, con_flusso]
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics(
        quale in 0..3_usize,
        colpi in prop::collection::vec((any::<Index>(), any::<u8>()), 1..12),
        taglio in prop::option::of(any::<Index>()),
    ) {
        let mut file = SANI[quale].clone();
        for (dove, byte) in colpi {
            let dove = dove.index(file.len());
            file[dove] = byte;
        }
        if let Some(taglio) = taglio {
            file.truncate(taglio.index(file.len()));
        }
        let esito = timbra(&file, &["riga"]);
        prop_assert!(matches!(esito, Ok(_) | Err(PdfError::NonTimbrabile { .. })), "{esito:?}");
    }
}
