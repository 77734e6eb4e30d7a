//! Files made to break the reader: every one ends soon, in a stamp or in a reason.

use crate::fabbrica::{RISORSE, flusso, moderno, pagina, pdf};
use pdf::{Lacuna, PdfError, leggi, timbra};
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
        let _ = leggi(&file);
        let esito = timbra(&file, &["riga"]);
        prop_assert!(matches!(esito, Ok(_) | Err(PdfError::NonTimbrabile { .. })), "{esito:?}");
    }
}

/// A page whose only drawing and whose other objects the test writes.
fn disegnata(disegno: &str, altri: &[String]) -> Vec<u8> {
    let mut oggetti = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Contents 4 0 R /Resources 5 0 R >>".to_owned(),
        flusso(disegno),
    ];
    oggetti.extend(altri.iter().cloned());
    pdf(&oggetti.iter().map(String::as_str).collect::<Vec<_>>())
}

fn troppo(file: &[u8]) -> bool {
    leggi(file).lacune.contains(&Lacuna::Lungo)
}

#[test]
fn drawings_that_multiply_are_left_unread() {
    // Each form shows the next ten times: ten thousand million drawings in a few lines.
    let forma = |n: usize| {
        let disegno = format!("/X{n} Do ").repeat(10) + "(x) Tj";
        format!("<< /Subtype /Form /Length {} >>\nstream\n{disegno}\nendstream", disegno.len())
    };
    let forme: String = (0..10).map(|n| format!("/X{n} {} 0 R ", 6 + n)).collect();
    let mut altri = vec![format!("<< /XObject << {forme} >> >>")];
    altri.extend((1..=10).map(forma));
    assert!(troppo(&disegnata("/X0 Do", &altri)));
    // One drawing shown on every page, again and again.
    let mut bomba = lopdf::Stream::new(lopdf::Dictionary::new(), b"(x) Tj ".repeat(1 << 20));
    bomba.compress().unwrap();
    let testa = format!("<< /Filter /FlateDecode /Length {} >>\nstream\n", bomba.content.len());
    let pagine = "3 0 R ".to_owned() + &(6..2000).map(|n| format!("{n} 0 R ")).collect::<String>();
    let mut oggetti: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{pagine}] >>").into_bytes(),
        b"<< /Type /Page /Contents [5 0 R 5 0 R 5 0 R] >>".to_vec(),
        b"null".to_vec(),
        [testa.as_bytes(), &bomba.content, b"\nendstream"].concat(),
    ];
    oggetti.extend((6..2000).map(|_| b"<< /Type /Page /Contents [5 0 R 5 0 R 5 0 R] >>".to_vec()));
    assert!(troppo(&pdf_di_byte(&oggetti)));
}

/// Like `pdf`, for objects that are not text.
fn pdf_di_byte(oggetti: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut tabella = format!("xref\n0 {}\n0000000000 65535 f \n", oggetti.len() + 1);
    for (n, oggetto) in oggetti.iter().enumerate() {
        tabella += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n", n + 1).bytes());
        file.extend(oggetto);
        file.extend(b"\nendobj\n");
    }
    let inizio = file.len();
    file.extend(
        format!("{tabella}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{inizio}\n%%EOF", oggetti.len() + 1).bytes(),
    );
    file
}

#[test]
fn fonts_and_maps_that_promise_everything_cost_little() {
    let mappa = flusso(
        "1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <00000000> <ffffffff> <0041> endbfrange",
    );
    let larghe = "0 4294967295 500 ".repeat(20_000);
    let altri = vec![
        "<< /Font << /F1 6 0 R >> >>".to_owned(),
        "<< /Subtype /Type0 /Encoding 7 0 R /ToUnicode 7 0 R /DescendantFonts [8 0 R] >>".to_owned(),
        mappa,
        format!("<< /W [{larghe}] >>"),
    ];
    let letto = leggi(&disegnata("BT /F1 10 Tf (testo) Tj ET", &altri));
    assert!(letto.lacune.contains(&Lacuna::Caratteri), "one byte is no four-byte code: {letto:?}");
    // A font written inside the resources of a form that is shown over and over is read every time, and counted.
    let font = format!("<< /Subtype /Type1 /FirstChar 0 /Widths [{}] >>", "1 ".repeat(100_000));
    let forma = "BT /F 9 Tf ET";
    let forma = format!(
        "<< /Subtype /Form /Resources << /Font << /F {font} >> >> /Length {} >>\nstream\n{forma}\nendstream",
        forma.len()
    );
    let altri = vec!["<< /XObject << /X 6 0 R >> >>".to_owned(), forma];
    assert!(troppo(&disegnata(&"/X Do ".repeat(100_000), &altri)));
}

#[test]
fn drawings_without_sense_end() {
    for disegno in [
        "(".repeat(2_000_000),
        "[".repeat(2_000_000),
        "<<".repeat(1_000_000),
        "BI ID ".repeat(300_000),
        "q ".repeat(1_000_000),
        "1e400 -1e400 1e400 1e400 1e400 1e400 cm BT /F1 1e400 Tf (x) Tj (y) Tj ET".to_owned(),
        "\u{0}\u{1}\u{2}%".repeat(100_000),
        "BT (x) Tj /F1 9 Tf 0 Tz 0 0 0 0 0 0 Tm (x) Tj (y) Tj".to_owned(),
        "9".repeat(3_000_000),
    ] {
        let altri = ["<< /Font << /F1 << /Subtype /Type1 >> >> >>".to_owned()];
        let _ = leggi(&disegnata(&disegno, &altri));
    }
    // A long object that everything refers to is read a few times, not for ever.
    let note = "6 0 R ".repeat(900);
    let lungo = format!("<< /Contents [{}] >>", "1 ".repeat(100_000));
    let pagine: String = (7..1500).map(|n| format!("{n} 0 R ")).collect();
    let mut oggetti = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{pagine}] >>"),
        "null".to_owned(),
        "null".to_owned(),
        "null".to_owned(),
        lungo,
    ];
    oggetti.extend((7..1500).map(|_| format!("<< /Type /Page /Annots [{note}] >>")));
    assert!(troppo(&pdf(&oggetti.iter().map(String::as_str).collect::<Vec<_>>())));
}

#[test]
fn revisions_that_go_round_end() {
    let sana = String::from_utf8(pagina("/MediaBox [0 0 595 842]", RISORSE)).unwrap();
    let inizio = sana.find("xref\n0").unwrap();
    let gira = sana.replace("/Root", &format!("/Prev {inizio} /Root"));
    assert!(!leggi(gira.as_bytes()).lacune.is_empty());
    // A hundred revisions of the same page: some are read, and the file is said to be too much.
    let mut file = sana.into_bytes();
    let mut prima = inizio;
    for _ in 0..100 {
        file.push(b'\n');
        let qui = file.len();
        file.extend(
            format!("xref\n0 0\ntrailer\n<< /Size 6 /Root 1 0 R /Prev {prima} >>\nstartxref\n{qui}\n%%EOF").bytes(),
        );
        prima = qui;
    }
    let letto = leggi(&file);
    assert!(letto.lacune.contains(&Lacuna::Lungo) && letto.testo.contains("Testo originale"), "{letto:?}");
}

static DISEGNI: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mappa = flusso(
        "begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <20> <7e> <0020> endbfrange endcmap",
    );
    let altri = vec![
        "<< /Font << /F1 6 0 R /F2 9 0 R >> /XObject << /X1 8 0 R >> >>".to_owned(),
        "<< /Subtype /Type0 /Encoding /Identity-H /ToUnicode 7 0 R /DescendantFonts [<< /W [1 [2 3] 4 5 6] >>] >>"
            .to_owned(),
        mappa,
        format!("<< /Subtype /Form /Matrix [1 0 0 1 0 0] /Length 22 >>\nstream\nBT /F2 9 Tf (x) Tj ET \nendstream"),
        "<< /Subtype /Type1 /Encoding << /BaseEncoding /MacRomanEncoding /Differences [65 /agrave /f_i] >> >>"
            .to_owned(),
    ];
    let disegno = "q 1 0 0 1 9 9 cm BT /F1 12 Tf 3 Tc 4 TL [(ab) -300 (cd)] TJ T* (ef) ' 1 2 (gh) \" ET /X1 Do Q BI /W 1 ID xx EI";
    disegnata(disegno, &altri)
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn reading_what_is_damaged_never_panics(
        colpi in prop::collection::vec((any::<Index>(), any::<u8>()), 0..12),
        taglio in prop::option::of(any::<Index>()),
    ) {
        let mut file = DISEGNI.clone();
        for (dove, byte) in colpi {
            let dove = dove.index(file.len());
            file[dove] = byte;
        }
        if let Some(taglio) = taglio {
            file.truncate(taglio.index(file.len()));
        }
        let letto = leggi(&file);
        prop_assert!(letto.testo.len() < 1 << 20);
    }
}
