//! Pages, as people with different roles use them.

use axum::http::StatusCode;
use protocollo::DaRegistrare;

use crate::casa::{A, B, Casa, Risposta, chi, entrata, multipart, testo_del_pdf};

const NUOVO: &str = "/e/c_e307/protocollo/nuovo";

struct Modulo {
    giulia: String,
    csrf: String,
    chiave: String,
}

impl Modulo {
    async fn apri(casa: &Casa) -> Modulo {
        let giulia = casa.entra("giulia").await;
        let r = casa.leggi(NUOVO, &giulia).await;
        assert_eq!(r.stato, StatusCode::OK, "{}", r.corpo);
        Modulo { csrf: r.nascosto("csrf").into(), chiave: r.nascosto("chiave").into(), giulia }
    }

    /// A good form, with some fields changed.
    fn campi<'a>(&'a self, cambiati: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let buoni = [
            ("csrf", self.csrf.as_str()),
            ("chiave", self.chiave.as_str()),
            ("verso", "E"),
            ("nome-1", "Edil Gizio s.r.l."),
            ("tipo-1", "PG"),
            ("oggetto", "Stato finale dei lavori"),
            ("ufficio", "SEG"),
            ("classifica", "VI.5"),
            ("arrivo", ""),
            ("arrivo_ora", ""),
            ("mezzo", "posta"),
            ("numero_mittente", ""),
            ("data_mittente", ""),
            ("filo", ""),
        ];
        buoni.iter().map(|(n, v)| (*n, cambiati.iter().find(|(c, _)| c == n).map_or(*v, |(_, v)| *v))).collect()
    }

    async fn invia(&self, casa: &Casa, cambiati: &[(&str, &str)], file: &[(&str, &str, &str, &[u8])]) -> Risposta {
        casa.carica(NUOVO, &self.giulia, &self.campi(cambiati), file).await
    }
}

async fn quante(casa: &Casa) -> i64 {
    let mut tx = casa.tx(A).await;
    let sql = "select (select count(*) from protocollo.registrazione) + (select count(*) from documenti.documento)";
    sqlx::query_scalar(sql).fetch_one(tx.conn()).await.unwrap()
}

#[tokio::test]
async fn a_clerk_registers_with_files_and_sees_the_number() {
    let casa = Casa::nuova().await;
    let m = Modulo::apri(&casa).await;
    let file: [(&str, &str, &str, &[u8]); 3] = [
        ("documento", "stato finale.pdf", "application/pdf", b"%PDF-1.7 non intero"),
        ("allegati", "foto.txt", "image/png", b"testo, non una foto"),
        ("allegati", "", "application/octet-stream", b""),
    ];
    let r = m.invia(&casa, &[("arrivo", "20/11/26"), ("arrivo_ora", "17.30")], &file).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let dove = r.header("location").to_owned();
    assert!(dove.ends_with("/1?registrata=si"), "{dove}");
    let pagina = casa.leggi(&dove, &m.giulia).await.corpo;
    for atteso in [
        "0000001",
        "Registrata",
        "Registra il prossimo",
        "20/11/2026 17:30",
        "stato finale.pdf",
        "dichiarato come image/png",
        "VI.5 Opere pubbliche",
    ] {
        assert!(pagina.contains(atteso), "{atteso} in {pagina}");
    }
    // A double click is one number, and leads to the same page.
    let ancora = m.invia(&casa, &[("arrivo", "20/11/26"), ("arrivo_ora", "17.30")], &file).await;
    assert_eq!(ancora.header("location"), dove);
    assert_eq!(quante(&casa).await, 3);
    let diversa = m.invia(&casa, &[("oggetto", "Altro")], &[]).await;
    assert!(
        diversa.stato == StatusCode::UNPROCESSABLE_ENTITY && diversa.corpo.contains("PRT-017"),
        "{}",
        diversa.corpo
    );
}

#[tokio::test]
async fn bad_input_comes_back_with_a_sentence_and_nothing_is_written() {
    let casa = Casa::nuova().await;
    let m = Modulo::apri(&casa).await;
    let lungo = "a".repeat(10_000);
    for (cambiati, attesi) in [
        (vec![("oggetto", " ")], vec!["Manca l’oggetto.", "PRT-001"]),
        (vec![("oggetto", lungo.as_str())], vec!["10000 caratteri", "PRT-002"]),
        (vec![("oggetto", "campanello \u{7}")], vec!["carattere di controllo", "PRT-002"]),
        (vec![("oggetto", "fattura\u{202e}fdp.exe")], vec!["ordine di lettura", "PRT-002"]),
        (vec![("nome-1", "")], vec!["Manca il mittente.", "PRT-003"]),
        (vec![("arrivo", "31/02/2026")], vec!["31/02/2026 non esiste: febbraio 2026 ha 28 giorni", "WEB-013"]),
        (vec![("arrivo", "20/11/26"), ("arrivo_ora", "25:00")], vec!["non è un’ora", "PRT-011"]),
        (vec![("arrivo", "31/12/2045")], vec!["L’arrivo è nel futuro.", "PRT-009"]),
        (vec![("classifica", "XX.9")], vec!["non è nel titolario in vigore", "DOC-010"]),
        (vec![("ufficio", "NESSUNO")], vec!["L’ufficio «NESSUNO» non c’è.", "PRT-016"]),
        (vec![("mezzo", "piccione")], vec!["PRT-008"]),
        (vec![("filo", "non un filo")], vec!["DOC-004"]),
    ] {
        let r = m.invia(&casa, &cambiati, &[]).await;
        assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY, "{cambiati:?}");
        for atteso in attesi {
            assert!(r.corpo.contains(atteso), "{atteso} in {}", r.corpo);
        }
    }
    let vuoto = m.invia(&casa, &[], &[("documento", "vuoto.pdf", "application/pdf", b"")]).await;
    assert!(vuoto.stato == StatusCode::UNPROCESSABLE_ENTITY && vuoto.corpo.contains("ARC-002"), "{}", vuoto.corpo);
    let troppi: Vec<_> = (0..31).map(|n| format!("{n}.txt")).collect();
    let troppi: Vec<(&str, &str, &str, &[u8])> =
        troppi.iter().map(|n| ("allegati", n.as_str(), "text/plain", b"x".as_slice())).collect();
    let r = m.invia(&casa, &[], &troppi).await;
    assert!(r.stato == StatusCode::PAYLOAD_TOO_LARGE && r.corpo.contains("WEB-006"), "{}", r.corpo);
    // Interrupted in the middle of a file.
    let mut corpo = multipart(&m.campi(&[]), &[("documento", "a.txt", "text/plain", &[b'a'; 4_000])]);
    corpo.truncate(corpo.len() - 2_000);
    let r = casa.posta(NUOVO, &m.giulia, "multipart/form-data; boundary=XX", corpo).await;
    assert!(r.stato == StatusCode::BAD_REQUEST && r.corpo.contains("WEB-007"), "{}", r.corpo);
    assert_eq!(quante(&casa).await, 0);
    // What was typed is still there.
    let r = m.invia(&casa, &[("ufficio", "NESSUNO"), ("oggetto", "Festa 🎉 & altro")], &[]).await;
    assert!(r.corpo.contains("Festa 🎉 &#38; altro"), "{}", r.corpo);
}

#[tokio::test]
async fn dates_are_typed_as_people_type_them() {
    let casa = Casa::nuova().await;
    for (n, data) in ["150926", "15/9/26", "15.09.2026"].into_iter().enumerate() {
        let m = Modulo::apri(&casa).await;
        let r = m.invia(&casa, &[("arrivo", data), ("data_mittente", data)], &[]).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{data}: {}", r.corpo);
        let pagina = casa.leggi(r.header("location"), &m.giulia).await.corpo;
        assert!(pagina.matches("15/09/2026").count() >= 2, "{n} {pagina}");
    }
}

#[tokio::test]
async fn documents_leave_verified_and_copies_leave_stamped() {
    let casa = Casa::nuova().await;
    let pdf = pdf_vero(&casa).await;
    let da = DaRegistrare {
        documento: Some(casa.file("lettera.pdf", &pdf).await),
        allegati: vec![casa.file("nota.txt", b"solo testo").await],
        ..entrata("Lettera")
    };
    let r = casa.registra(&da).await;
    let rita = casa.entra("rita").await;
    let mut tx = casa.tx(A).await;
    let letta = protocollo::registrazione(&mut tx, r.anno, r.numero).await.unwrap().unwrap();
    let d = protocollo::documenti_di(&mut tx, &letta).await.unwrap();
    drop(tx);
    let base = format!("/e/{A}/protocollo/{}", r.chiave());
    let originale = casa.leggi(&format!("{base}/documenti/{}", d[0].id), &rita).await;
    assert_eq!(originale.byte, pdf);
    let copia = casa.leggi(&format!("{base}/copia/{}", d[0].id), &rita).await;
    assert!(copia.stato == StatusCode::OK && copia.byte.starts_with(&pdf) && copia.byte.len() > pdf.len());
    let foglio = casa.leggi(&format!("{base}/copia/{}", d[1].id), &rita).await;
    assert!(foglio.header("content-disposition").contains("segnatura.pdf"));
    let detto = testo_del_pdf(&foglio.byte);
    for atteso in
        [format!("Prot. n. {} del", protocollo::sette_cifre(r.numero)), d[1].impronta.a_gruppi(), "nota.txt".into()]
    {
        assert!(detto.contains(&atteso), "{atteso} is not in {detto}");
    }
    let altrove = format!("{base}/documenti/{}", db::caso::uuid());
    assert_eq!(casa.leggi(&altrove, &rita).await.stato, StatusCode::NOT_FOUND);
    let metadati = casa.leggi(&format!("{base}/metadati"), &rita).await;
    let m: serde_json::Value = serde_json::from_slice(&metadati.byte).unwrap();
    assert_eq!(m["IdDoc"]["ImprontaCrittograficaDelDocumento"]["Impronta"], d[0].impronta.to_string());
    assert_eq!(m["Allegati"]["NumeroAllegati"], 1);
}

async fn pdf_vero(casa: &Casa) -> Vec<u8> {
    let mut tx = casa.tx(A).await;
    let e = enti::intestazione(&mut tx).await.unwrap();
    let ente =
        pdf::Ente { denominazione: e.denominazione, aoo: e.aoo.denominazione, codice_ipa: e.codice, indirizzo: None };
    let meta = pdf::Meta {
        titolo: "Lettera".into(),
        ente,
        istante: "2026-11-24T08:00:00Z".parse().unwrap(),
        identificativo: "prova".into(),
    };
    let modello = pdf::Modello { nome: "lettera", sorgente: "#import \"base.typ\": *\n#show: documento\nCiao" };
    pdf::rendi(&modello, &serde_json::json!({}), &meta).unwrap()
}

#[tokio::test]
async fn annulment_and_correction_go_through_their_pages() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Da annullare")).await;
    let renzo = casa.entra("renzo").await;
    let base = format!("/e/{A}/protocollo/{}", r.chiave());
    let modulo = casa.leggi(&format!("{base}/annulla"), &renzo).await;
    let csrf = modulo.nascosto("csrf").to_owned();
    let senza = casa
        .invia(&format!("{base}/annulla"), &renzo, &format!("csrf={csrf}&motivo=errore&provvedimento_data=050126"))
        .await;
    assert!(senza.stato == StatusCode::UNPROCESSABLE_ENTITY && senza.corpo.contains("PRT-021"), "{}", senza.corpo);
    let inesistente = casa
        .invia(
            &format!("{base}/annulla"),
            &renzo,
            &format!("csrf={csrf}&motivo=errore&provvedimento=n+12&provvedimento_data=310226"),
        )
        .await;
    assert!(inesistente.corpo.contains("31/02/2026 non esiste"), "{}", inesistente.corpo);

    let correzione = casa.leggi(&format!("{base}/rettifica?campo=oggetto"), &renzo).await;
    assert!(correzione.corpo.contains("Da annullare"));
    let buona = format!(
        "csrf={csrf}&campo=oggetto&oggetto=Corretto&motivo=privacy&provvedimento=n+11&provvedimento_data=050126"
    );
    let r1 = casa.invia(&format!("{base}/rettifica"), &renzo, &buona).await;
    assert_eq!(r1.stato, StatusCode::SEE_OTHER, "{}", r1.corpo);
    let pagina = casa.leggi(&base, &renzo).await.corpo;
    assert!(pagina.contains("<del>Da annullare</del>") && pagina.contains("<ins>Corretto</ins>"), "{pagina}");

    let buona = format!("csrf={csrf}&motivo=altro+comune&provvedimento=n+12&provvedimento_data=050126");
    let r2 = casa.invia(&format!("{base}/annulla"), &renzo, &buona).await;
    assert_eq!(r2.stato, StatusCode::SEE_OTHER, "{}", r2.corpo);
    let pagina = casa.leggi(&base, &renzo).await.corpo;
    assert!(
        pagina.contains("Annullata") && pagina.contains("altro comune") && !pagina.contains("Avvia l’annullamento"),
        "{pagina}"
    );
    let elenco = casa.leggi(&format!("/e/{A}/protocollo?q=corretto&stato=annullate"), &renzo).await.corpo;
    assert!(elenco.contains("data-stato=\"annullata\""), "{elenco}");
    let giulia = casa.entra("giulia").await;
    assert_eq!(casa.leggi(&format!("{base}/annulla"), &giulia).await.stato, StatusCode::FORBIDDEN);
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn office_class_fascicolo_and_charge_are_changed_from_the_page() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Tetto")).await;
    let mut tx = casa.tx(A).await;
    let p = crate::casa::permesso::<documenti::Fascicola>(&mut tx, "giulia").await;
    let nuovo = documenti::NuovoFascicolo {
        classifica: "VI.5".into(),
        oggetto: "Tetto".into(),
        tipologia: "affare".into(),
        ufficio: "SEG".into(),
        responsabile: "Paolo".into(),
    };
    let f = documenti::apri_fascicolo(&mut tx, &p, &nuovo).await.unwrap();
    tx.commit().await.unwrap();
    let giulia = casa.entra("giulia").await;
    let base = format!("/e/{A}/protocollo/{}", r.chiave());
    let csrf = casa.leggi(&base, &giulia).await.nascosto("csrf").to_owned();
    let invia = async |che: &str, corpo: &str| {
        casa.invia(&format!("{base}/{che}"), &giulia, &format!("csrf={csrf}{corpo}")).await
    };
    assert_eq!(invia("riassegna", "&ufficio=TEC&classifica=VI.5").await.stato, StatusCode::SEE_OTHER);
    assert!(invia("riassegna", "&ufficio=TEC&classifica=VI.5").await.corpo.contains("PRT-025"));
    assert_eq!(invia("fascicola", &format!("&fascicolo={f}")).await.stato, StatusCode::SEE_OTHER);
    assert!(invia("fascicola", &format!("&fascicolo={f}")).await.corpo.contains("DOC-028"));
    assert!(invia("fascicola", "&fascicolo=VI.5").await.corpo.contains("DOC-022"));
    assert_eq!(invia("presa", "").await.stato, StatusCode::SEE_OTHER);
    assert!(invia("presa", "").await.corpo.contains("PRT-026"));
    let pagina = casa.leggi(&base, &giulia).await.corpo;
    assert!(
        pagina.contains("Ufficio tecnico") && pagina.contains(&f.to_string()) && pagina.contains("presa in carico da"),
        "{pagina}"
    );
    assert!(casa.leggi(&format!("/e/{A}/fascicoli/{f}"), &giulia).await.corpo.contains("Protocollo "));
}

#[tokio::test]
async fn what_is_reserved_is_read_only_by_who_may() {
    let casa = Casa::nuova().await;
    let da = DaRegistrare {
        riservata: true,
        ufficio: "TEC".into(),
        documento: Some(casa.file("segreto.txt", b"segreto").await),
        ..entrata("Segnalazione su Rossi")
    };
    let r = casa.registra(&da).await;
    let base = format!("/e/{A}/protocollo/{}", r.chiave());
    let id = casa.leggi_registrazione(&r).await.documento.unwrap();
    let rita = casa.entra("rita").await;
    for percorso in [
        base.clone(),
        format!("{base}/metadati"),
        format!("{base}/documenti/{id}"),
        format!("{base}/copia/{id}"),
        format!("/e/{A}/documenti/{id}"),
    ] {
        let r = casa.leggi(&percorso, &rita).await;
        assert!(r.stato == StatusCode::FORBIDDEN && !r.corpo.contains("Rossi"), "{percorso}: {}", r.corpo);
    }
    for percorso in [format!("/e/{A}/protocollo"), format!("/e/{A}/fili/{}", r.filo), "/protocollo".to_owned()] {
        let r = casa.leggi(&percorso, &rita).await;
        assert!(r.stato == StatusCode::OK && !r.corpo.contains("Rossi"), "{percorso}: {}", r.corpo);
    }
    // Paolo works in the office it was given to.
    let paolo = casa.entra("paolo").await;
    assert!(casa.leggi(&base, &paolo).await.corpo.contains("Segnalazione su Rossi"));
    assert_eq!(casa.leggi(&format!("{base}/documenti/{id}"), &paolo).await.byte, b"segreto");
}

#[tokio::test]
async fn the_register_of_a_period_is_printed() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("=HYPERLINK(\"http://male.test\")")).await;
    let segreta = casa.registra(&DaRegistrare { riservata: true, ..entrata("Segnalazione su Bianchi") }).await;
    let giorno = kernel::tempo::breve(kernel::tempo::giorno_a_roma(r.istante));
    let giulia = casa.entra("giulia").await;
    let stampa = |q: String| format!("/e/{A}/protocollo/stampa?{q}");
    let csv = casa.leggi(&stampa(format!("dal={giorno}&al={giorno}&formato=csv")), &giulia).await;
    assert!(csv.header("content-disposition").contains("attachment"));
    assert!(csv.corpo.starts_with('\u{feff}') && csv.corpo.contains("\"'=HYPERLINK("), "{}", csv.corpo);
    let pdf = casa.leggi(&stampa(format!("dal={giorno}&al={giorno}&formato=pdf")), &giulia).await;
    assert!(pdf.byte.starts_with(b"%PDF-"));
    let stampato = testo_del_pdf(&pdf.byte);
    for testo in [&csv.corpo, &stampato] {
        for numero in [r.numero, segreta.numero] {
            assert!(testo.contains(&protocollo::sette_cifre(numero)), "{numero} is not in {testo}");
        }
        assert!(testo.contains("HYPERLINK") && testo.contains("Oggetto riservato") && !testo.contains("Bianchi"));
    }
    let rovescio = casa.leggi(&stampa("dal=020126&al=010126&formato=pdf".into()), &giulia).await;
    assert!(
        rovescio.stato == StatusCode::UNPROCESSABLE_ENTITY && rovescio.corpo.contains("PRT-031"),
        "{}",
        rovescio.corpo
    );
    let rita = casa.entra("rita").await;
    assert_eq!(casa.leggi(&stampa(String::new()), &rita).await.stato, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_is_chosen_for_the_person_and_everything_wrong_is_said_at_once() {
    let casa = Casa::nuova().await;
    let m = Modulo::apri(&casa).await;
    let pagina = casa.leggi(NUOVO, &m.giulia).await.corpo;
    let classifica = pagina.split_once(r#"name="classifica""#).and_then(|(_, dopo)| dopo.split_once('>')).unwrap().1;
    assert!(classifica.starts_with(r#"<option value="">Scegli</option>"#), "{pagina}");
    let campi = m.campi(&[("oggetto", ""), ("classifica", ""), ("arrivo", "31/02/2026")]);
    let r = casa.carica(NUOVO, &m.giulia, &campi, &[]).await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
    for pezzo in ["PRT-001", "31/02/2026 non esiste", "Scegli la classificazione."] {
        assert!(r.corpo.contains(pezzo), "{pezzo}: {}", r.corpo);
    }
}

#[tokio::test]
async fn lists_keep_their_filters_and_addresses_that_are_not_there_say_so() {
    let casa = Casa::nuova().await;
    for n in 0..52 {
        casa.registra(&entrata(&format!("Caffè & neve {n}"))).await;
    }
    let rita = casa.entra("rita").await;
    let r = casa.leggi(&format!("/e/{A}/protocollo?q=caff%C3%A8+%26&verso=E"), &rita).await;
    // Nobody counted what was filtered; of everything, one knows.
    assert!(r.corpo.contains("Dalla più recente.") && !r.corpo.contains("protocollo/nuovo"), "{}", r.corpo);
    assert!(casa.leggi(&format!("/e/{A}/protocollo"), &rita).await.corpo.contains("52 registrazioni nel"));
    // A tab keeps the other filters.
    assert!(r.corpo.contains("href=\"?stato=annullate&#38;q=caff%C3%A8%20%26&#38;verso=E\""), "{}", r.corpo);
    let dopo = r.corpo.split_once("href=\"?q=").unwrap().1.split('"').next().unwrap().replace("&#38;", "&");
    assert!(dopo.starts_with("caff%C3%A8%20%26&verso=E&dopo="), "{dopo}");
    let seconda = casa.leggi(&format!("/e/{A}/protocollo?q={dopo}"), &rita).await;
    assert_eq!(seconda.corpo.matches("<tr role=\"row\">").count(), 2 + 1, "{}", seconda.corpo);
    for percorso in
        ["/protocollo/2026/99999", "/protocollo/x/1", "/protocollo/2026/0x1", "/protocollo/giornalieri/2026-01-01/pdf"]
    {
        let stato = casa.leggi(&format!("/e/{A}{percorso}"), &rita).await.stato;
        assert!([StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&stato), "{percorso}: {stato}");
    }
    let vuota = casa.leggi(&format!("/e/{A}/protocollo?dal=31/02/2026"), &rita).await;
    assert!(vuota.stato == StatusCode::UNPROCESSABLE_ENTITY && vuota.corpo.contains("febbraio 2026 ha 28 giorni"));
    assert_eq!(casa.leggi(&format!("/e/{B}/protocollo"), &rita).await.stato, StatusCode::NOT_FOUND);
    assert_eq!(casa.leggi(&format!("/e/{A}/protocollo/giornalieri"), &rita).await.stato, StatusCode::OK);
    let mut tx = casa.tx(A).await;
    assert_eq!(chi(&mut tx, "rita").await.nome, "rita Prova");
}
