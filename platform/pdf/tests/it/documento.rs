use crate::strumenti::{chiedi, pagine, sano, testo};
use kernel::Impronta;
use pdf::{COPERTINA, Copertina, Ente, Meta, Modello, PdfError, rendi};
use serde_json::{Value, json};

pub const LETTERA: Modello = Modello {
    nome: "lettera",
    sorgente: r#"
#import "base.typ": *
#show: documento
#fatti(("Oggetto", dati.oggetto), ("Vuoto", none))
#for capo in dati.testo { disteso(capo) }
#firma("Il responsabile", dati.firmatario)
"#,
};

const REGISTRO: Modello = Modello {
    nome: "registro",
    sorgente: r#"
#import "base.typ": *
#show: documento.with(orizzontale: true)
#fatti(("Giorno", meta.data), ("Registrazioni", dati.righe.len()))
#tabella(("Numero", "Ora", "Verso", "Oggetto"), dati.righe, larghezze: (auto, auto, auto, 1fr))
"#,
};

pub fn meta(titolo: &str) -> Meta {
    Meta {
        titolo: titolo.into(),
        ente: Ente {
            denominazione: "Comune di Introdacqua".into(),
            aoo: "Protocollo generale".into(),
            codice_ipa: "c_e307".into(),
            indirizzo: Some("Piazza Cavour 1, 67030 Introdacqua (AQ)".into()),
        },
        istante: "2026-11-24T08:42:00Z".parse().unwrap(),
        identificativo: "c_e307/protocollo/2026/0000123".into(),
    }
}

pub fn lettera(oggetto: &str) -> Value {
    let capo = "Si comunica che i lavori di manutenzione della rete idrica in contrada Cantone cominceranno lunedì e \
                dureranno tre giorni. L’acqua mancherà dalle 9 alle 13; l’autobotte sosterà davanti alla scuola.";
    json!({ "oggetto": oggetto, "testo": [capo, capo], "firmatario": "Dott.ssa Prova Inventata" })
}

#[test]
fn a_page_says_who_what_and_where_it_ends() {
    let pdf = rendi(&LETTERA, &lettera("Manutenzione della rete"), &meta("Avviso ai cittadini")).unwrap();
    assert_eq!(pagine(&pdf), 1);
    sano("lettera", &pdf);
    if let Some(testo) = testo("lettera", &pdf) {
        for atteso in ["Comune di Introdacqua", "Avviso ai cittadini", "Codice IPA c_e307", "Pagina 1 di 1"] {
            assert!(testo.contains(atteso), "{atteso} in {testo}");
        }
    }
}

#[test]
fn it_is_archival_accessible_and_embeds_its_fonts() {
    let pdf = rendi(&LETTERA, &lettera("Manutenzione"), &meta("Avviso")).unwrap();
    if let Some(scheda) = chiedi(&["pdfinfo"], "archivio", &pdf) {
        for atteso in ["Tagged:          yes", "Title:           Avviso", "Author:          Comune di Introdacqua"] {
            assert!(scheda.contains(atteso), "{atteso} in {scheda}");
        }
    }
    if let Some(metadati) = chiedi(&["pdfinfo", "-meta"], "archivio", &pdf) {
        assert!(metadati.contains("<pdfaid:part>2</pdfaid:part>"), "{metadati}");
        assert!(metadati.contains("<pdfaid:conformance>A</pdfaid:conformance>"), "{metadati}");
        assert!(metadati.contains("<pdfuaid:part>1</pdfuaid:part>"), "{metadati}");
    }
    if let Some(caratteri) = chiedi(&["pdffonts"], "archivio", &pdf) {
        let righe: Vec<&str> = caratteri.lines().skip(2).collect();
        assert!(!righe.is_empty() && righe.iter().all(|r| r.contains("yes yes yes")), "{caratteri}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let stampa = || rendi(&LETTERA, &lettera("Sempre uguale"), &meta("Avviso")).unwrap();
    assert_eq!(Impronta::di(&stampa()), Impronta::di(&stampa()));
}

#[test]
fn what_a_person_typed_stays_as_typed() {
    let scritto = "#strong[x] <script> *x* $a$ #read(\"/etc/passwd\") @preview \\ `";
    let pdf = rendi(&LETTERA, &lettera(scritto), &meta("Titolo #strong[y] *y*")).unwrap();
    if let Some(testo) = testo("letterale", &pdf) {
        assert!(testo.contains(scritto), "{testo}");
        assert!(testo.contains("Titolo #strong[y] *y*"), "{testo}");
    }
}

#[test]
fn what_no_font_can_draw_is_written_by_number() {
    let pdf =
        rendi(&LETTERA, &lettera("Festa 🎉 di Łódź, 日\ttab\nseconda riga"), &meta("Emoji 👩\u{200d}🌾")).unwrap();
    if let Some(testo) = testo("emoji", &pdf) {
        assert!(testo.contains("Festa [U+1F389] di Łódź, [U+65E5] tab\n"), "{testo}");
        assert!(testo.contains("seconda riga"), "{testo}");
        assert!(testo.contains("Emoji [U+1F469][U+1F33E]"), "{testo}");
    }
}

#[test]
fn a_long_table_repeats_its_head_on_every_page() {
    let righe: Vec<Value> = (1..=60)
        .map(|n| json!([format!("{n:07}"), "09:42", "entrata", format!("Richiesta di certificato numero {n}")]))
        .collect();
    let pdf = rendi(&REGISTRO, &json!({ "righe": righe }), &meta("Registro giornaliero")).unwrap();
    let quante = pagine(&pdf);
    assert!(quante > 1);
    sano("registro", &pdf);
    if let Some(testo) = testo("registro", &pdf) {
        assert_eq!(testo.matches("Oggetto").count(), quante);
        assert!(testo.contains("0000060") && testo.contains(&format!("Pagina {quante} di {quante}")), "{testo}");
    }
    if let Some(struttura) = chiedi(&["pdfinfo", "-struct"], "registro", &pdf) {
        assert_eq!(struttura.matches("TH ").count(), 4, "{struttura}");
    }
}

#[test]
fn the_cover_sheet_carries_the_stamp_and_says_why() {
    let segnatura =
        ["Comune di Introdacqua - c_e307", "Prot. n. 0000123 del 24/11/2026 09:42", "Entrata", "Class. VI.5"];
    let copertina = Copertina {
        segnatura: &segnatura,
        oggetto: "Richiesta di accesso agli atti della pratica edilizia 45/2025",
        nome_file: "richiesta firmata.pdf.p7m",
        tipo: "application/pkcs7-mime",
        dimensione: "1,2 MB",
        impronta: Impronta::di(b"documento"),
        perche: "il PDF è cifrato",
    };
    let dati = serde_json::to_value(&copertina).unwrap();
    let pdf = rendi(&COPERTINA, &dati, &meta("Foglio di segnatura")).unwrap();
    assert_eq!(pagine(&pdf), 1);
    sano("copertina", &pdf);
    if let Some(testo) = testo("copertina", &pdf) {
        assert!(segnatura.iter().all(|riga| testo.contains(riga)), "{testo}");
        let seguito = testo.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(seguito.contains("non la può portare: il PDF è cifrato."), "{seguito}");
    }
}

#[test]
fn a_template_reads_nothing_but_its_data() {
    for fuori in ["#read(\"/etc/passwd\")", "#import \"@preview/x:1.0.0\": y", "#read(\"modello.typ\")"] {
        let sorgente = Box::leak(format!("#import \"base.typ\": *\n#show: documento\n{fuori}").into_boxed_str());
        let esito = rendi(&Modello { nome: "curioso", sorgente }, &json!({}), &meta("Curioso"));
        assert!(matches!(&esito, Err(PdfError::Modello { motivi, .. }) if !motivi.is_empty()), "{fuori}: {esito:?}");
    }
}

#[test]
fn many_at_once_wait_their_turn() {
    let officina = std::thread::available_parallelism().unwrap().get() * 3;
    let esecuzione = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    esecuzione.block_on(async {
        let lavori: Vec<_> = (0..officina)
            .map(|n| tokio::spawn(pdf::rendi_async(&LETTERA, lettera(&format!("Lavoro {n}")), meta("Avviso"))))
            .collect();
        for lavoro in lavori {
            assert!(lavoro.await.unwrap().unwrap().starts_with(b"%PDF-"));
        }
    });
}
