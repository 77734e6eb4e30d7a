//! Forms: what comes back, what is written beside the fields, what uploads may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt;
use web::{Modulo, Regole};

use crate::casa::{Casa, stabile};

fn modulo(valori: &[(&str, &str)]) -> Modulo {
    valori.iter().fold(Modulo::nuovo("gettone"), |m, (n, v)| m.con(n, *v))
}

#[test]
fn fields_read_well() {
    let mut m = modulo(&[("oggetto", "<b>Tetto</b>"), ("data", "31/02/2026"), ("ufficio", "RAG"), ("si", "si")]);
    m.data("data", "2026-11-24".parse().unwrap());
    m.errore("", "Il registro è chiuso.");
    let pezzi = [
        m.nascosti().to_string(),
        m.sommario().to_string(),
        m.campo("oggetto", "Oggetto")
            .righe(2)
            .invio()
            .aiuto("Una riga.")
            .perche("it-pencil", "dal messaggio")
            .to_string(),
        m.campo("data", "Data").data().facoltativo().aiuto("Del documento.").to_string(),
        m.campo("ufficio", "Ufficio").scelte(&[("TEC", "Tecnico"), ("RAG", "Ragioneria")]).to_string(),
        m.campo("si", "Riservata").spunta().to_string(),
        m.campo("file", "Documenti").piu_file().to_string(),
        m.campo("parola", "Password").parola().to_string(),
    ];
    insta::assert_snapshot!(stabile(&pezzi.join("\n\n")));
}

#[test]
fn bad_texts_and_dates_get_a_sentence_and_a_code() {
    let lungo = "a".repeat(10_000);
    for (scritto, codice) in [
        ("", "WEB-014"),
        ("  \n ", "WEB-014"),
        (lungo.as_str(), "WEB-011"),
        ("a\u{1b}b", "WEB-012"),
        ("fdp\u{202e}exe", "WEB-012"),
    ] {
        let mut m = modulo(&[("oggetto", scritto)]);
        assert_eq!(m.testo("oggetto", Regole::riga(2000).obbligatoria("Scrivi l’oggetto.")), "");
        let e = m.errore_di("oggetto").unwrap();
        assert_eq!(e.codice, codice);
        assert!(e.frase.ends_with('.') && e.frase.starts_with(char::is_uppercase), "{}", e.frase);
        assert_eq!(m.valore("oggetto"), scritto, "what was typed stays");
        assert_eq!(m.stato(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut m = modulo(&[("oggetto", " Tetto  della\nscuola 🏔️ "), ("data", "150926"), ("numero", "4518")]);
    assert_eq!(m.testo("oggetto", Regole::riga(99)), "Tetto della scuola 🏔️");
    assert_eq!(m.data("data", "2026-11-24".parse().unwrap()), Some("2026-09-15".parse().unwrap()));
    assert_eq!((m.numero("numero"), m.data("altra", "2026-11-24".parse().unwrap())), (Some(4518), None));
    assert!(m.valido() && m.scelta("verso", &["E", "U"]).is_none() && !m.valido());
}

#[test]
fn the_fingerprint_is_of_what_was_typed() {
    let a = modulo(&[("oggetto", "Tetto"), ("csrf", "1"), ("chiave", "2")]);
    assert_eq!(a.impronta(), modulo(&[("oggetto", "Tetto"), ("csrf", "x")]).impronta());
    assert_ne!(a.impronta(), modulo(&[("oggett", "oTetto")]).impronta());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_form_comes_back_as_it_was() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    let chiave = "8f14e45f-ceea-467f-9d3a-1c5b2f7e0a11";
    let corpo = format!("csrf={csrf}&chiave={chiave}&oggetto=doppia&data=31%2F02%2F2026&ufficio=RAG&riservata=si");
    let r = casa.invia("/e/c_e307/quaderno/nuova", &giulia, &corpo).await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
    for pezzo in [
        "Ci sono 2 cose da correggere",
        "31/02/2026 non esiste: febbraio 2026 ha 28 giorni.",
        r#"value="31/02/2026""#,
        "QUA-001",
        ">doppia</textarea>",
        r#"<option value="RAG" selected>"#,
        "checked",
        chiave,
    ] {
        let html = r.corpo.replace("\ndoppia", "doppia");
        assert!(html.contains(pezzo), "{pezzo}");
    }
    assert_eq!(r.corpo.matches("autofocus").count(), 1);
}

/// Parts of a multipart body: name, file name, bytes.
fn multipart(parti: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut corpo = Vec::new();
    for (nome, file, byte) in parti {
        let file = file.map_or(String::new(), |f| format!("; filename=\"{f}\"\r\ncontent-type: application/pdf"));
        corpo.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{nome}\"{file}\r\n\r\n").into_bytes());
        corpo.extend_from_slice(byte);
        corpo.extend(b"\r\n");
    }
    corpo.extend(b"--x--\r\n");
    corpo
}

async fn carica(casa: &Casa, chi: &str, corpo: Body) -> crate::casa::Risposta {
    let req = Request::post("/e/c_e307/quaderno/file")
        .header(header::HOST, "localhost")
        .header(header::COOKIE, chi)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    casa.chiedi(req.body(corpo).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_arrive_and_bad_ones_are_named() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    let con = |file: &[(&str, &[u8])]| {
        let mut parti: Vec<(&str, Option<&str>, &[u8])> =
            vec![("csrf", None, csrf.as_bytes()), ("oggetto", None, b"Tetto")];
        parti.extend(file.iter().map(|(n, b)| ("file", Some(*n), *b)));
        multipart(&parti)
    };
    let r =
        carica(&casa, &giulia, con(&[("", b""), ("a.pdf", b"%PDF-1.7 x"), ("b.pdf", b"\x89PNG\r\n\x1a\n0")]).into())
            .await;
    assert_eq!(r.corpo, "Tetto\na.pdf|application/pdf|application/pdf|10\nb.pdf|application/pdf|image/png|9");
    assert_eq!(casa.file().len(), 2);

    for (file, frase, codice) in [
        (("vuoto.pdf", b"".as_slice()), "«vuoto.pdf»: Il file è vuoto.", "ARC-002"),
        (("../../etc/passwd", b"x"), "rinominalo, per esempio «passwd»", "WEB-008"),
        (("fattura\u{202e}fdp.exe", b"x"), "rinominalo, per esempio «fatturafdp.exe»", "WEB-008"),
        (("a.pdf", b"y"), "Due file si chiamano «a.pdf»", "WEB-009"),
    ] {
        let r = carica(&casa, &giulia, con(&[("a.pdf", b"x"), file]).into()).await;
        assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY, "{codice}");
        assert!(r.corpo.contains(frase) && r.corpo.contains(codice), "{codice}: {}", r.corpo);
        assert!(r.corpo.contains("Tetto</textarea>"), "what was typed stays");
    }
    let nomi: Vec<String> = (0..31).map(|n| format!("{n}.pdf")).collect();
    let tanti: Vec<(&str, &[u8])> = nomi.iter().map(|n| (n.as_str(), b"x".as_slice())).collect();
    let r = carica(&casa, &giulia, con(&tanti).into()).await;
    assert!(r.stato == StatusCode::PAYLOAD_TOO_LARGE && r.corpo.contains("al massimo 30 file"));
    // Of the forms that were refused for one file, nothing was kept: neither that file nor the others.
    assert_eq!(casa.file().len(), 2);
}

/// What has reached the disk of these files, in bytes.
fn su_disco(file: &[std::path::PathBuf]) -> u64 {
    file.iter().filter_map(|f| std::fs::metadata(f).ok()).map(|m| m.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_the_limit_is_refused_and_an_interrupted_one_leaves_nothing() {
    let casa = Arc::new(Casa::nuova().await);
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    let mut testa = multipart(&[("csrf", None, csrf.as_bytes()), ("file", Some("grande.pdf"), b"")]);
    testa.truncate(testa.len() - b"\r\n--x--\r\n".len());
    // Made while it is sent: what left us and is not on the disk yet is what the house holds in memory.
    let in_mano = Arc::new(AtomicU64::new(0));
    let pezzi = |quanti: u64, coda: &'static [u8]| {
        let (mezzo, in_mano, casa) = (bytes::Bytes::from(vec![b'a'; 1 << 20]), in_mano.clone(), casa.clone());
        let mezzi = (0..quanti).map(move |n| {
            // Past the limit nothing is kept: what still comes is read and forgotten.
            let n = if n > 100 { 0 } else { n };
            in_mano.fetch_max((n << 20).saturating_sub(su_disco(&casa.file())), Ordering::Relaxed);
            mezzo.clone()
        });
        let tutti =
            std::iter::once(bytes::Bytes::from(testa.clone())).chain(mezzi).chain([bytes::Bytes::from_static(coda)]);
        // As from a network, each piece is waited for: who reads takes all that is there before it looks at it.
        Body::from_stream(futures_util::stream::iter(tutti).then(async |pezzo| {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(pezzo)
        }))
    };
    let r = carica(&casa, &giulia, pezzi(140, b"\r\n--x--\r\n")).await;
    assert!(r.stato == StatusCode::PAYLOAD_TOO_LARGE && r.corpo.contains("ARC-001"), "{}", r.stato);
    let in_mano = in_mano.load(Ordering::Relaxed) >> 20;
    assert!(in_mano < 16, "of a file that does not fit, {in_mano} MiB were in memory at once");
    let r = carica(&casa, &giulia, pezzi(3, b"")).await;
    assert!(r.stato == StatusCode::BAD_REQUEST && r.corpo.contains("WEB-007"), "{}", r.stato);
    assert_eq!(casa.file(), Vec::<std::path::PathBuf>::new());
    // The token comes before the files, or none is taken.
    let r = carica(&casa, &giulia, multipart(&[("file", Some("a.pdf"), b"x"), ("csrf", None, csrf.as_bytes())]).into())
        .await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_in_the_middle_of_a_form_is_not_waited_for_for_ever() {
    let casa = Casa::con(|c| c.silenzio = std::time::Duration::from_millis(300)).await;
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    let mut meta = multipart(&[("csrf", None, csrf.as_bytes()), ("file", Some("grande.pdf"), &[7; 6 << 20])]);
    meta.truncate(meta.len() - 64);
    let corpo = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(meta))]);
    let corpo = Body::from_stream(corpo.chain(futures_util::stream::pending()));
    let risposta = tokio::time::timeout(std::time::Duration::from_secs(20), carica(&casa, &giulia, corpo)).await;
    let r = risposta.expect("it waits for ever");
    assert!(r.stato == StatusCode::BAD_REQUEST && r.corpo.contains("WEB-007"), "{} {}", r.stato, r.corpo);
    // Who is slow, and goes on, is waited for.
    let intero = multipart(&[("csrf", None, csrf.as_bytes()), ("file", Some("a.pdf"), b"piano piano")]);
    let pezzi: Vec<_> = intero.chunks(60).map(|p| Ok::<_, std::io::Error>(bytes::Bytes::copy_from_slice(p))).collect();
    let piano = futures_util::stream::iter(pezzi).then(async |p| {
        tokio::time::sleep(std::time::Duration::from_millis(120)).await;
        p
    });
    let r = carica(&casa, &giulia, Body::from_stream(piano)).await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.corpo);
    assert_eq!(casa.file().len(), 1, "of the half nothing is left: {:?}", casa.file());
}
