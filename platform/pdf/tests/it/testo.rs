//! What a PDF says, as the check before publication needs it.

use crate::documento::{LETTERA, lettera, meta};
use crate::fabbrica::{RISORSE, flusso, moderno, pagina, pdf};
use crate::strumenti::{chiedi, testo};
use pdf::{Difetto, Lacuna, Lettura, leggi, rendi, timbra};

const CODICE_FISCALE: &str = "RSSMRA85T10A562S";
const IBAN: &str = "IT60 X054 2811 1010 0000 0123 456";

fn lacune(l: &Lettura) -> Vec<Lacuna> {
    l.lacune.iter().copied().collect()
}

/// A page that draws, with a font and whatever else is numbered from 6.
fn disegnata(disegno: &str, font: &str, altri: &[&str]) -> Vec<u8> {
    let mut oggetti = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> /XObject << /X1 6 0 R >> >> >>"
            .to_owned(),
        font.to_owned(),
        flusso(disegno),
    ];
    oggetti.extend(altri.iter().map(|a| (*a).to_owned()));
    pdf(&oggetti.iter().map(String::as_str).collect::<Vec<_>>())
}

const HELVETICA: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

#[test]
fn a_document_of_ours_is_read_word_by_word() {
    let frase = format!("Contributo a persona disabile, c.f. {CODICE_FISCALE}, da versare su {IBAN}: perché è così.");
    let byte = rendi(&LETTERA, &lettera(&frase), &meta("Contributo “straordinario”")).unwrap();
    let letto = leggi(&byte);
    assert_eq!(lacune(&letto), []);
    for parola in frase.split_whitespace() {
        assert!(letto.testo.contains(parola), "{parola} in {}", letto.testo);
    }
    assert!(letto.testo.replace('\n', " ").contains(IBAN), "{}", letto.testo);
    // An independent reader finds the same words.
    if let Some(altro) = testo("nostro da leggere", &byte) {
        for parola in altro.split_whitespace().filter(|p| p.chars().all(char::is_alphanumeric)) {
            assert!(letto.testo.contains(parola), "{parola} in {}", letto.testo);
        }
    }
    let moderno = leggi(&moderno(&byte));
    assert!(moderno.lacune.is_empty() && moderno.testo.contains(CODICE_FISCALE), "{:?}", moderno.lacune);
    let copia = leggi(&timbra(&byte, &["Prot. n. 0000123"]).unwrap());
    assert!(copia.testo.contains("0000123") && copia.testo.contains(CODICE_FISCALE));
}

/// Producers split words where they like, and leave spaces as whites of every kind.
#[test]
fn letters_drawn_apart_are_one_word_and_whites_are_spaces() {
    let larghezze = "/FirstChar 32 /LastChar 126 /Widths [".to_owned() + &"500 ".repeat(95) + "]";
    let font = format!("<< /Type /Font /Subtype /TrueType /BaseFont /Arial /Encoding /WinAnsiEncoding {larghezze} >>");
    for (disegno, atteso) in [
        ("BT /F1 10 Tf 1 0 0 1 50 700 Tm (RSSMRA85) Tj 1 0 0 1 90 700 Tm (T10A562S) Tj ET", "RSSMRA85T10A562S"),
        ("BT /F1 10 Tf 50 700 Td [(RSSM) 12 (RA85T) -8 (10A562S)] TJ ET", "RSSMRA85T10A562S"),
        ("BT /F1 10 Tf 50 700 Td (RSSMRA) Tj 30 0 Td (85T10A) Tj 30 0 Td (562S) Tj ET", "RSSMRA85T10A562S"),
        ("BT /F1 10 Tf 3 Tc 50 700 Td (RSSMRA) Tj 48 0 Td (85) Tj ET", "RSSMRA85"),
        ("BT /F1 1 Tf 10 0 0 10 50 700 Tm [(persona) -333 (disabile)] TJ ET", "persona disabile"),
        ("BT /F1 10 Tf 50 700 Td (persona) Tj 40 0 Td (disabile) Tj ET", "persona disabile"),
        ("BT /F1 10 Tf 12 TL 50 700 Td (persona) Tj T* (disabile) Tj (ora) ' ET", "persona\ndisabile\nora"),
        ("BT /F1 10 Tf 0 1 -1 0 300 50 Tm (per) Tj 0 1 -1 0 300 65 Tm (sona) Tj ET", "persona"),
        ("q 0.5 0 0 0.5 0 0 cm BT /F1 20 Tf 50 700 Td (per) Tj 30 0 Td (sona) Tj ET Q", "persona"),
        ("BT /F1 10 Tf 50 700 Td (perch\\350 \\(s\\355\\)) Tj <c820> Tj ET", "perchè (sí)È"),
        ("BT /F1 10 Tf 3 Tr 50 700 Td (sotto la scansione) Tj ET", "sotto la scansione"),
        ("BT /F1 10 Tf 50 700 Td /Span << /ActualText (detto) >> BDC (mostrato) Tj EMC ET", "detto\nmostrato"),
    ] {
        let letto = leggi(&disegnata(disegno, &font, &[]));
        assert_eq!((letto.testo.trim(), lacune(&letto)), (atteso, vec![]), "{disegno}");
    }
}

#[test]
fn fonts_say_their_letters_in_many_ways() {
    let mappa = flusso(
        "begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange \
         2 beginbfchar <0003> <0020> <0009> <00660069> endbfchar 1 beginbfrange <0024> <003d> <0041> endbfrange endcmap",
    );
    let composta = "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 6 0 R >>";
    let sotto = "<< /Type /Font /Subtype /CIDFontType2 /DW 1000 /W [36 [600 600] 38 61 500] >>";
    let letto = leggi(&disegnata("BT /F1 10 Tf <002400250003000900260027> Tj ET", composta, &[&mappa, sotto]));
    assert_eq!((letto.testo.trim(), lacune(&letto)), ("AB fiCD", vec![]));

    let per_nome = "<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+X /Encoding << /Differences [1 /R /S /uni004D /egrave /f_i] >> >>";
    let letto = leggi(&disegnata("BT /F1 10 Tf <0102020304050141> Tj ET", per_nome, &[]));
    assert_eq!((letto.testo.trim(), lacune(&letto)), ("RSSMèfiRA", vec![]));

    let muta = "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] >>";
    let simboli = "<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor << /Flags 4 /FontFile2 6 0 R >> >>";
    let figure = "<< /Type /Font /Subtype /Type3 /FontMatrix [1 0 0 1 0 0] /Encoding << /Differences [0 /a0 /a1] >> >>";
    for font in [muta, simboli, figure] {
        let letto = leggi(&disegnata("BT /F1 10 Tf <0000010101000101> Tj ET", font, &[sotto]));
        assert_eq!(lacune(&letto), [Lacuna::Caratteri], "{font}");
    }
    assert_eq!(lacune(&leggi(&disegnata("BT /F9 10 Tf (senza carattere) Tj ET", muta, &[]))), [Lacuna::Caratteri]);
}

/// A scanned page, with nothing else or with a logo; a text that somebody turned into lines.
#[test]
fn pictures_are_not_read_and_say_so() {
    let figura =
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /Length 1 /Filter /DCTDecode >>\nstream\nx\nendstream";
    let testo = "BT /F1 10 Tf 50 700 Td (Comune) Tj ET";
    for (disegno, atteso) in [
        ("q 595 0 0 842 0 0 cm /X1 Do Q".to_owned(), vec![Lacuna::Immagini]),
        (format!("q 595 0 0 842 0 0 cm /X1 Do Q {testo}"), vec![Lacuna::Immagini]),
        (format!("q 90 0 0 90 0 0 cm /X1 Do Q {testo}"), vec![]),
        ("q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1}(Tj EI Q".to_owned(), vec![Lacuna::Immagini]),
        ("0 0 m 9 9 l S ".repeat(300), vec![Lacuna::Immagini]),
        ("0 0 m 9 9 l S ".repeat(300) + testo, vec![]),
        (String::new(), vec![]),
    ] {
        assert_eq!(
            lacune(&leggi(&disegnata(&disegno, HELVETICA, &[figura]))),
            atteso,
            "{}",
            &disegno[..disegno.len().min(60)]
        );
    }
}

#[test]
fn what_is_encrypted_or_broken_says_so() {
    let sana = pagina("/MediaBox [0 0 595 842]", RISORSE);
    let cifrata = String::from_utf8(sana.clone()).unwrap().replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 4 0 R");
    for (file, difetto) in [
        (cifrata.into_bytes(), Difetto::Cifrato),
        (sana[..sana.len() / 2].to_vec(), Difetto::Danneggiato),
        (b"<html>".to_vec(), Difetto::NonPdf),
        (Vec::new(), Difetto::NonPdf),
    ] {
        assert_eq!(leggi(&file), Lettura { testo: String::new(), lacune: [Lacuna::Difetto(difetto)].into() });
    }
    let nostro = rendi(&LETTERA, &lettera(CODICE_FISCALE), &meta("Cifrato")).unwrap();
    // Without a password to open it, and with one to print it: what offices really receive.
    let cifra = ["qpdf", "--replace-input", "--encrypt", "", "padrone", "256", "--"];
    if chiedi(&cifra, "cifrato", &nostro).is_some() {
        let cifrato = std::fs::read(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cifrato.pdf")).unwrap();
        let letto = leggi(&cifrato);
        assert_eq!((letto.testo.as_str(), lacune(&letto)), ("", vec![Lacuna::Difetto(Difetto::Cifrato)]));
    }
}

#[test]
fn what_is_beside_the_page_is_read_too() {
    let forma = "<< /Type /XObject /Subtype /Form /Matrix [1 0 0 1 5 5] /Length 39 >>\nstream\nBT /F1 10 Tf 9 9 Td (dentro) Tj /X1 Do ET\nendstream";
    let letto =
        leggi(&disegnata("/X1 Do BT /F1 10 Tf 9 99 Td (fuori) Tj ET", HELVETICA, &[&forma.replace("39", "41")]));
    assert!(letto.testo.contains("dentro") && letto.testo.contains("fuori"), "{letto:?}");
    assert_eq!(lacune(&letto), [Lacuna::Lungo], "a form that shows itself is left at some depth");

    let con_note = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R /Metadata 8 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /MediaBox [0 0 595 842] >>",
        "<< /Type /Page /Parent 2 0 R /Annots [4 0 R 5 0 R << /Subtype /Link /A << /URI (https://x.test/RSSMRA) >> >>] >>",
        "<< /Type /Annot /Subtype /Text /Contents (nota di margine) >>",
        "<< /Type /Annot /Subtype /Widget /V <FEFF00760061006C006F00720065> /AP << /N << /On 6 0 R >> >> >>",
        &format!(
            "<< /Subtype /Form /Resources << /Font << /F1 7 0 R >> >> /Length {} >>\nstream\nBT /F1 9 Tf (aspetto) Tj ET\nendstream",
            "BT /F1 9 Tf (aspetto) Tj ET".len()
        ),
        HELVETICA,
        &flusso("<x:xmpmeta>metadato</x:xmpmeta>"),
    ]);
    let letto = leggi(&con_note);
    for atteso in ["nota di margine", "valore", "aspetto", "metadato", "https://x.test/RSSMRA"] {
        assert!(letto.testo.contains(atteso), "{atteso}: {}", letto.testo);
    }
    let con_file = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [] >> >> >>",
        "<< /Type /Pages /Kids [3 0 R] /MediaBox [0 0 595 842] >>",
        "<< /Type /Page /Parent 2 0 R >>",
    ]);
    assert_eq!(lacune(&leggi(&con_file)), [Lacuna::Allegati]);
}

/// A page redacted by an update still carries what it said before.
#[test]
fn an_older_revision_is_read_too() {
    let mut file = disegnata(&format!("BT /F1 10 Tf 50 700 Td ({CODICE_FISCALE}) Tj ET"), HELVETICA, &[]);
    let prima = String::from_utf8_lossy(&file).rfind("xref\n0").unwrap();
    file.push(b'\n');
    let nuovo = file.len();
    file.extend(format!("5 0 obj\n{}\nendobj\n", flusso("BT /F1 10 Tf 50 700 Td (omissis) Tj ET")).bytes());
    let inizio = file.len();
    file.extend(format!("xref\n5 1\n{nuovo:010} 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R /Prev {prima} >>\nstartxref\n{inizio}\n%%EOF").bytes());
    if let Some(vista) = testo("coperto", &file) {
        assert!(vista.contains("omissis") && !vista.contains(CODICE_FISCALE), "{vista}");
    }
    let letto = leggi(&file);
    assert!(letto.testo.contains("omissis") && letto.testo.contains(CODICE_FISCALE), "{letto:?}");
    assert_eq!(lacune(&letto), []);
}
