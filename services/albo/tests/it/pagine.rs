//! What the clerk and the citizen see, through the whole kit.

use albo::commands::{Fine, rimuovi, sostituisci};
use albo::model::{Classe, Pubblicazione};
use albo::{Correggi, Rimuovi};
use axum::http::StatusCode;
use documenti::NuovoDocumento;
use jiff::civil::date;
use protocollo::{Corrispondente, DaRegistrare, Registra, Verso};

use crate::casa::{Casa, Risposta, VALBRUNA, sostituzione};

const HOST: &str = "valbruna.localhost";
const ADA: &str = "ada.u_valbruna";
const PDF: &[u8] = b"%PDF-1.4\nBT (Tariffe della mensa) Tj ET\n%%EOF";

/// The fields of the form as a person fills them.
fn campi<'a>(r: &'a Risposta, oggetto: &'a str, tipo: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("csrf", r.nascosto("csrf")),
        ("chiave", r.nascosto("chiave")),
        ("oggetto", oggetto),
        ("tipo", tipo),
        ("forma", "integrale"),
        ("numero_atto", "88"),
    ]
}

async fn bozza(casa: &Casa, ada: &str, oggetto: &str, byte: &[u8]) -> String {
    let r = casa.leggi("/e/u_valbruna/albo/nuovo", ada).await;
    let r = casa
        .carica(
            "/e/u_valbruna/albo/nuovo",
            ada,
            &campi(&r, oggetto, "delibera_giunta"),
            &[("file", "tariffe.pdf", byte)],
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    r.header("location").to_owned()
}

async fn decidi(casa: &Casa, ada: &str, bozza: &str, resto: &str) -> Risposta {
    let r = casa.leggi(bozza, ada).await;
    casa.invia(bozza, ada, &format!("csrf={}&{resto}", r.nascosto("csrf"))).await
}

/// Published from the office, on the 20th of February 2027: the address without the ente.
async fn pubblicata(casa: &Casa) -> String {
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    let b = bozza(casa, &ada, "Tariffe della mensa", PDF).await;
    let r = decidi(casa, &ada, &b, "quando=subito").await;
    // The port of the address is the configured one, whatever the request says.
    for (pagina, al_pubblico) in [(r.header("location"), "/albo/2027/1"), ("/e/u_valbruna/albo", "/albo")] {
        let p = casa.leggi(pagina, &ada).await;
        assert!(p.corpo.contains(&format!("href=\"http://valbruna.localhost:8080{al_pubblico}\"")), "{}", p.corpo);
    }
    r.header("location").strip_prefix("/e/u_valbruna").unwrap().to_owned()
}

/// C1 and C8: page, file and search end together, and no search engine keeps them.
#[tokio::test]
async fn page_file_and_search_end_at_the_same_second() {
    let casa = Casa::nuova().await;
    let atto = pubblicata(&casa).await;
    assert_eq!(atto, "/albo/2027/1");
    let pagina = casa.pubblico(HOST, &atto, "").await;
    let file = pagina.link(&format!("{atto}/")).to_owned();
    assert!(file.ends_with("/albo-2027-0000001_dal-20-02-2027-al-06-03-2027_tariffe.pdf"), "{file}");
    assert!(pagina.corpo.contains(&kernel::Impronta::di(PDF).a_gruppi()) && pagina.corpo.contains("shasum -a 256"));
    let cerca = "/albo?q=MENSA&tipo=delibera_giunta";
    let mut etag = Vec::new();
    for (percorso, contiene) in [
        (atto.as_str(), "Tariffe della mensa"),
        (&file, "Tariffe"),
        (cerca, "Tariffe della mensa"),
        ("/albo", "un atto"),
    ] {
        let r = casa.pubblico(HOST, percorso, "").await;
        assert_eq!((r.stato, r.header("x-robots-tag")), (StatusCode::OK, "noindex, noarchive"), "{percorso}");
        assert!(r.corpo.contains(contiene), "{percorso}: {}", r.corpo);
        assert!(r.header("cache-control").contains("no-cache"), "{percorso}: a copy is never used without asking");
        let ancora = casa.pubblico(HOST, percorso, r.header("etag")).await;
        assert_eq!(ancora.stato, StatusCode::NOT_MODIFIED, "{percorso}");
        etag.push((percorso, r.header("etag").to_owned()));
    }
    let scaricato = casa.pubblico(HOST, &file, "").await;
    assert_eq!(scaricato.header("link"), "<http://valbruna.localhost:8080/albo/2027/1>; rel=\"describedby\"");
    assert_eq!(scaricato.byte, PDF);
    assert!(
        scaricato.header("content-disposition").contains("albo-2027-0000001_dal-20-02-2027-al-06-03-2027_tariffe.pdf")
    );

    casa.alle(date(2027, 3, 6).at(23, 59, 30, 0)).await;
    for percorso in [atto.as_str(), &file] {
        assert_eq!(casa.pubblico(HOST, percorso, "").await.stato, StatusCode::OK);
    }
    casa.alle(date(2027, 3, 7).at(0, 0, 0, 0)).await;
    for (percorso, vecchio) in etag.iter().filter(|(p, _)| !p.starts_with("/albo?") && *p != "/albo") {
        let r = casa.pubblico(HOST, percorso, vecchio).await;
        assert_eq!((r.stato, r.header("x-robots-tag")), (StatusCode::GONE, "noindex, noarchive"), "{percorso}");
        assert!(!r.corpo.contains("mensa") && r.corpo.contains("dal 20 febbraio 2027 al 6 marzo 2027"), "{}", r.corpo);
        assert_eq!(r.header("cache-control"), "no-store");
    }
    for percorso in [cerca, "/albo"] {
        let r = casa.pubblico(HOST, percorso, "").await;
        assert!(r.stato == StatusCode::OK && !r.corpo.contains("Tariffe della mensa"));
    }
    let r = casa.pubblico(HOST, "/robots.txt", "").await;
    assert!(r.corpo.contains("Disallow: /albo"));
    casa.butta().await;
}

#[tokio::test]
async fn a_zero_byte_is_nothing_that_can_be_looked_for() {
    let casa = Casa::nuova().await;
    for via in
        ["/albo?q=mensa%00", "/albo?q=mensa&tipo=altro%00", "/albo?q=https%3A%2F%2Fwww.example%2Fe.php%00&tipo=altro"]
    {
        let r = casa.pubblico(HOST, via, "").await;
        assert!(r.stato == StatusCode::BAD_REQUEST && r.corpo.contains("WEB-004"), "{via}: {}", r.stato);
    }
}

#[tokio::test]
async fn another_host_and_another_id_find_nothing() {
    let casa = Casa::nuova().await;
    let atto = pubblicata(&casa).await;
    let file = casa.pubblico(HOST, &atto, "").await.link(&format!("{atto}/")).to_owned();
    for (host, percorso) in [
        ("roccalta.localhost", atto.clone()),
        ("roccalta.localhost", file.clone()),
        (HOST, format!("{atto}/{}/tariffe.pdf", db::caso::uuid())),
        (HOST, "/albo/2027/2".to_owned()),
        (HOST, "/albo/2027/-1".to_owned()),
        ("ignoto.localhost", "/albo".to_owned()),
    ] {
        assert_eq!(casa.pubblico(host, &percorso, "").await.stato, StatusCode::NOT_FOUND, "{host}{percorso}");
    }
    let ospite = casa.entra("ada.u_roccalta").await;
    assert_eq!(casa.leggi("/e/u_valbruna/albo/2027/1", &ospite).await.stato, StatusCode::NOT_FOUND);
    casa.butta().await;
}

#[tokio::test]
async fn a_registration_becomes_a_publication_in_one_form() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let registrata = registrata(&casa, "delibera.pdf", PDF).await;
    let ada = casa.entra(ADA).await;
    let r = casa.leggi(&format!("/e/u_valbruna/albo/nuovo?da={}/{}", registrata.anno, registrata.numero), &ada).await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.corpo);
    for atteso in [
        "Deliberazione della Giunta n. 88",
        "Comunità montana Peligna",
        r#"value="delibera_giunta" selected"#,
        "delibera.pdf",
    ] {
        assert!(r.corpo.contains(atteso), "{atteso}\n{}", r.corpo);
    }
    let (da, documento) = (r.nascosto("da").to_owned(), r.nascosto("documento").to_owned());
    let mut campi = campi(&r, "Tariffe", "delibera_giunta");
    campi.extend([("da", da.as_str()), ("documento", documento.as_str()), ("richiedente", "Comunità montana Peligna")]);
    let prima = casa.carica("/e/u_valbruna/albo/nuovo", &ada, &campi, &[]).await;
    let doppio = casa.carica("/e/u_valbruna/albo/nuovo", &ada, &campi, &[]).await;
    assert_eq!(prima.header("location"), doppio.header("location"), "the same form twice is one draft");
    let b = prima.header("location");
    let r = casa.leggi(b, &ada).await;
    assert!(r.corpo.contains("20 febbraio 2027") && r.corpo.contains("6 marzo 2027"), "{}", r.corpo);
    assert!(r.corpo.contains(&format!("{}/{}", registrata.anno, registrata.numero)));
    let r = decidi(&casa, &ada, b, "quando=subito").await;
    assert_eq!(r.header("location"), "/e/u_valbruna/albo/2027/1");
    let doppio = casa
        .invia(
            b,
            &ada,
            &format!("csrf={}&quando=subito", casa.leggi("/e/u_valbruna/albo/nuovo", &ada).await.nascosto("csrf")),
        )
        .await;
    assert_eq!(doppio.header("location"), "/e/u_valbruna/albo/2027/1", "a double click publishes once");
    assert!(casa.pubblico(HOST, "/albo/2027/1", "").await.corpo.contains("Comunità montana Peligna"));
    casa.butta().await;
}

/// A deliberation of another body, registered in the protocol with one document.
async fn registrata(casa: &Casa, nome: &str, byte: &[u8]) -> protocollo::Registrata {
    let (mut tx, p) = permesso_di_registrare(casa).await;
    let ricevuto = casa.archivio.scrivi(VALBRUNA, byte).await.unwrap();
    let documento = NuovoDocumento::generato(nome, ricevuto);
    let da = DaRegistrare {
        verso: Verso::Entrata,
        oggetto: "Deliberazione della Giunta n. 88, tariffe".into(),
        corrispondenti: vec![Corrispondente::nuovo("PG", "Comunità montana Peligna")],
        arrivo: None,
        mezzo: "posta".into(),
        numero_mittente: "88".into(),
        data_mittente: None,
        classifica: "VI.5".into(),
        ufficio: enti::UFFICIO.into(),
        filo: None,
        riservata: false,
        documento: Some(documento),
        allegati: Vec::new(),
        richiesta: None,
    };
    let registrata = protocollo::registra(&mut tx, &p, &da).await.unwrap();
    tx.commit().await.unwrap();
    registrata
}

/// From the registration, one click: but only to what the form had shown.
#[tokio::test]
async fn one_click_publishes_what_the_form_showed_and_nothing_else() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let r = registrata(&casa, "delibera.txt", b"Si approvano le tariffe.").await;
    let da = format!("{}/{}", r.anno, r.numero);
    let nuovo = format!("/e/u_valbruna/albo/nuovo?da={da}");
    let ada = casa.entra(ADA).await;
    let mai = casa.leggi("/e/u_valbruna/albo/nuovo", &ada).await;
    assert!(!mai.corpo.contains("Se pubblichi adesso"), "of an act without a type nothing is known");

    let prima = casa.leggi(&nuovo, &ada).await;
    let date = "Se pubblichi adesso come Delibera di Giunta: esposto dal 20 febbraio 2027 a tutto il 6 marzo 2027.";
    assert!(prima.corpo.contains(date), "{}", prima.corpo);
    let visto = prima.nascosto("subito").to_owned();
    let documento = prima.nascosto("documento").to_owned();
    let ieri = visto.replace("2027-03-06", "2027-03-05");
    for (tipo, subito, file) in [
        ("delibera_consiglio", &visto, None),
        ("delibera_giunta", &ieri, None),
        ("delibera_giunta", &visto, Some(("file", "elenco.txt", &b"c.f. RSSMRA85T10A562S"[..]))),
        ("delibera_giunta", &visto, Some(("file", "foto.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"))),
    ] {
        let r = casa.leggi(&nuovo, &ada).await;
        let mut campi = campi(&r, "Tariffe", tipo);
        campi.extend([("da", da.as_str()), ("documento", &documento), ("subito", subito)]);
        let file: Vec<_> = file.into_iter().collect();
        let r = casa.carica("/e/u_valbruna/albo/nuovo", &ada, &campi, &file).await;
        assert!(r.header("location").starts_with("/e/u_valbruna/albo/bozze/"), "{tipo} {subito} {file:?}: {}", r.corpo);
        let r = casa.leggi(r.header("location"), &ada).await;
        assert!(r.corpo.contains("Pubblica adesso"), "still a draft: {}", r.corpo);
    }
    let mut campi = campi(&prima, "Tariffe", "delibera_giunta");
    campi.extend([("da", da.as_str()), ("documento", &documento), ("subito", &visto)]);
    let r = casa.carica("/e/u_valbruna/albo/nuovo", &ada, &campi, &[]).await;
    assert_eq!(r.header("location"), "/e/u_valbruna/albo/2027/1", "the first number: {}", r.corpo);
    let r = casa.carica("/e/u_valbruna/albo/nuovo", &ada, &campi, &[]).await;
    let r = casa.leggi(r.header("location"), &ada).await;
    assert_eq!(r.header("location"), "/e/u_valbruna/albo/2027/1", "a double click publishes once");
    let r = casa.pubblico(HOST, "/albo/2027/1", "").await;
    assert!(r.corpo.contains("6 marzo 2027") && r.corpo.contains("TUEL), art. 124"), "{}", r.corpo);
    casa.butta().await;
}

async fn permesso_di_registrare(casa: &Casa) -> (db::Tx<db::DiEnte>, authz::Permesso<Registra>) {
    let mut tx = casa.tx(VALBRUNA).await;
    let chi = casa.chi(&mut tx).await;
    authz::aggiungi_ruolo(&mut tx, chi.persona, enti::UFFICIO, "protocollo").await.unwrap();
    let p = authz::Consenti::consenti::<Registra>(&mut tx, &chi).await.unwrap();
    (tx, p)
}

#[tokio::test]
async fn a_replaced_file_and_a_removed_text_are_gone_at_once() {
    let casa = Casa::nuova().await;
    let atto = pubblicata(&casa).await;
    let prima = casa.pubblico(HOST, &atto, "").await;
    let file = prima.link(&format!("{atto}/")).to_owned();
    let (p, id) = trova(&casa).await;
    let (mut tx, permesso) = casa.con::<Correggi>().await;
    let ricevuto = casa.archivio.scrivi(VALBRUNA, b"con omissis").await.unwrap();
    let chi = casa.chi(&mut tx).await;
    let filo = documenti::nuovo_filo(&mut tx, &chi, "omissis").await.unwrap();
    let d = documenti::aggiungi(&mut tx, &chi, filo, &NuovoDocumento::generato("omissis.txt", ricevuto)).await.unwrap();
    let nuovo = albo::commands::FileDaPubblicare::di(&d);
    let tolto = albo::queries::file(&mut tx, id).await.unwrap()[0].id;
    let s = sostituzione(tolto, nuovo, "dati di troppo", Fine::Invariata);
    sostituisci(&mut tx, &permesso, p.anno, p.numero, &s).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(casa.pubblico(HOST, &file, "").await.stato, StatusCode::GONE);
    let dopo = casa.pubblico(HOST, &atto, prima.header("etag")).await;
    assert_eq!(dopo.stato, StatusCode::OK, "the validator of the old page does not hold");
    let nuovo = dopo.link(&format!("{atto}/")).to_owned();
    assert_eq!(casa.pubblico(HOST, &nuovo, "").await.byte, b"con omissis");

    let (mut tx, permesso) = casa.con::<Rimuovi>().await;
    rimuovi(&mut tx, &permesso, p.anno, p.numero, Classe::OrdineGarante, "").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(casa.pubblico(HOST, &nuovo, "").await.stato, StatusCode::GONE);
    let rimossa = casa.pubblico(HOST, &atto, dopo.header("etag")).await;
    assert!(
        rimossa.stato == StatusCode::OK && !rimossa.corpo.contains("mensa") && !rimossa.corpo.contains("omissis.txt")
    );
    for resta in ["ordine del Garante", "20 febbraio 2027", "n. 1 del 2027"] {
        assert!(rimossa.corpo.contains(resta), "{resta}\n{}", rimossa.corpo);
    }
    assert!(!casa.pubblico(HOST, "/albo?q=mensa", "").await.corpo.contains(&atto));
    casa.butta().await;
}

async fn trova(casa: &Casa) -> (Pubblicazione, uuid::Uuid) {
    let mut tx = casa.tx(VALBRUNA).await;
    let a = albo::queries::atto(&mut tx, 2027, kernel::Numero::PRIMO).await.unwrap().unwrap();
    (a.pubblicazione.unwrap(), a.id)
}

/// C3 and C4, as a person meets them.
#[tokio::test]
async fn the_preview_says_what_stands_in_the_way() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    let nuovo = "/e/u_valbruna/albo/nuovo";
    let r = casa.leggi(nuovo, &ada).await;
    let testo = b"Contributo a persona disabile, c.f. RSSMRA85T10A562S, ISEE 3.200";
    let r = casa.carica(nuovo, &ada, &campi(&r, "Orario", "avviso"), &[("file", "avviso.txt", testo)]).await;
    let b = r.header("location").to_owned();
    let r = casa.leggi(&b, &ada).await;
    assert!(
        r.corpo.contains("Per il tipo «Avviso» non c’è un termine") && !r.corpo.contains("Pubblica adesso"),
        "{}",
        r.corpo
    );
    let csrf = r.nascosto("csrf");
    let r = casa
        .invia(
            "/e/u_valbruna/albo/termini",
            &ada,
            &format!("csrf={csrf}&tipo=avviso&modo=giorni&giorni=0&fonte=Regolamento"),
        )
        .await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ALB-025"), "{}", r.corpo);
    let r = casa
        .invia(
            "/e/u_valbruna/albo/termini",
            &ada,
            &format!("csrf={csrf}&tipo=avviso&modo=giorni&giorni=10&fonte=Regolamento"),
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);

    let r = casa.leggi(&b, &ada).await;
    for atteso in
        ["stato di salute", "disagio economico", "codice fiscale", "si possono pubblicare così", "1º marzo 2027"]
    {
        assert!(r.corpo.contains(atteso), "{atteso}\n{}", r.corpo);
    }
    let r = decidi(&casa, &ada, &b, "quando=subito").await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ALB-005"), "{}", r.corpo);
    let r = decidi(&casa, &ada, &b, "quando=giorno&conferma=si&giorno=19/2/27").await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ALB-008"), "{}", r.corpo);
    let r = decidi(&casa, &ada, &b, "quando=giorno&conferma=si&giorno=31/02/2027").await;
    assert!(r.corpo.contains("31/02/2027 non esiste"), "{}", r.corpo);
    let r = decidi(&casa, &ada, &b, "quando=subito&conferma=si").await;
    assert_eq!(r.header("location"), "/e/u_valbruna/albo/2027/1");
    casa.butta().await;
}

#[tokio::test]
async fn a_wrong_form_comes_back_with_what_was_typed() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    let nuovo = "/e/u_valbruna/albo/nuovo";
    let r = casa.leggi(nuovo, &ada).await;
    let lungo = "x".repeat(10_000);
    for (oggetto, file, atteso) in [
        ("", PDF, "Scrivi che cosa si pubblica."),
        (lungo.as_str(), PDF, "WEB-011"),
        ("con\u{202e}trario", PDF, "WEB-012"),
        ("vuoto", b"", "ARC-002"),
    ] {
        let r = casa.carica(nuovo, &ada, &campi(&r, oggetto, "delibera_giunta"), &[("file", "a.pdf", file)]).await;
        assert!(
            r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains(atteso),
            "{atteso}: {} {}",
            r.stato,
            r.corpo
        );
    }
    let r = casa.carica(nuovo, &ada, &campi(&r, "Senza documenti", "delibera_giunta"), &[]).await;
    assert!(r.corpo.contains("Scegli o carica il documento") && r.corpo.contains("Senza documenti"));
    assert!(casa.leggi("/e/u_valbruna/albo?stato=bozze", &ada).await.corpo.contains("resta qui, senza numero"));
    casa.butta().await;
}

#[tokio::test]
async fn a_draft_is_corrected_and_put_away() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    let b = bozza(&casa, &ada, "Tarife della mensa", PDF).await;
    let modifica = format!("{b}/modifica");
    let r = casa.leggi(&modifica, &ada).await;
    let documento = r.nascosto("documento").to_owned();
    let mut campi = campi(&r, "Tariffe della mensa", "delibera_consiglio");
    campi.push(("documento", &documento));
    let r = casa.carica(&modifica, &ada, &campi, &[("file", "allegato.txt", b"elenco")]).await;
    assert_eq!(r.header("location"), b, "{}", r.corpo);
    let r = casa.leggi(&b, &ada).await;
    for atteso in ["Tariffe della mensa", "Delibera di Consiglio", "tariffe.pdf", "allegato.txt"] {
        assert!(r.corpo.contains(atteso), "{atteso}");
    }
    assert_eq!(decidi(&casa, &ada, &b, "quando=mai").await.header("location"), "/e/u_valbruna/albo");
    assert!(casa.leggi(&b, &ada).await.corpo.contains("è stata scartata"));
    casa.butta().await;
}

/// From the act's page: extension, replacement, annulment, removal; then the relata.
#[tokio::test]
async fn the_office_does_everything_from_the_page_of_the_act() {
    let casa = Casa::nuova().await;
    pubblicata(&casa).await;
    casa.alle(date(2027, 2, 25).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    let atto = "/e/u_valbruna/albo/2027/1";
    let csrf = casa.leggi("/e/u_valbruna/albo/nuovo", &ada).await.nascosto("csrf").to_owned();
    for op in ["sostituisci", "proroga", "annulla", "rimuovi"] {
        assert!(casa.leggi(atto, &ada).await.corpo.contains(&format!("{atto}/{op}")), "{op}");
        assert_eq!(casa.leggi(&format!("{atto}/{op}"), &ada).await.stato, StatusCode::OK);
    }
    let proroga = format!("{atto}/proroga");
    let r = casa.invia(&proroga, &ada, &format!("csrf={csrf}&dal=22/2/27&al=21/2/27&motivo=rete")).await;
    assert!(r.corpo.contains("viene prima del primo"), "{}", r.corpo);
    let r = casa.invia(&proroga, &ada, &format!("csrf={csrf}&dal=22/2/27&al=24/2/27&motivo=rete")).await;
    assert_eq!(r.header("location"), atto, "{}", r.corpo);
    let pagina = casa.leggi(atto, &ada).await;
    assert!(pagina.corpo.contains("9 marzo 2027"), "{}", pagina.corpo);

    let form = casa.leggi(&format!("{atto}/sostituisci"), &ada).await;
    let (_, id) = trova(&casa).await;
    let mut tx = casa.tx(VALBRUNA).await;
    let tolto = albo::queries::file(&mut tx, id).await.unwrap()[0].id.to_string();
    drop(tx);
    let campi = [("csrf", form.nascosto("csrf")), ("tolto", &tolto), ("motivo", "dati di troppo")];
    let r = casa.carica(&format!("{atto}/sostituisci"), &ada, &campi, &[("file", "omissis.txt", b"omissis")]).await;
    assert_eq!(r.header("location"), atto, "{}", r.corpo);

    let r = casa.invia(&format!("{atto}/annulla"), &ada, &format!("csrf={csrf}&motivo=")).await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ALB-019"));
    let r = casa.invia(&format!("{atto}/annulla"), &ada, &format!("csrf={csrf}&motivo=errore+materiale")).await;
    assert_eq!(r.header("location"), atto, "{}", r.corpo);
    assert!(casa.pubblico(HOST, "/albo/2027/1", "").await.corpo.contains("errore materiale"));

    let anteprima = casa.leggi(&format!("{atto}/relata"), &ada).await;
    assert!(anteprima.byte.starts_with(b"%PDF-"), "{}", anteprima.corpo);
    let r = casa.invia(&format!("{atto}/relata"), &ada, &format!("csrf={csrf}")).await;
    assert_eq!(r.header("location"), atto, "{}", r.corpo);
    let fatta = casa.leggi(&format!("{atto}/relata"), &ada).await;
    let mut tx = casa.tx(VALBRUNA).await;
    let a = albo::queries::atto(&mut tx, 2027, kernel::Numero::PRIMO).await.unwrap().unwrap();
    let d = documenti::documento(&mut tx, documenti::DocumentoId(a.relata.unwrap())).await.unwrap().unwrap();
    assert_eq!(kernel::Impronta::di(&fatta.byte), d.impronta);
    let detto = pdf::leggi(&fatta.byte).testo;
    assert!(detto.contains("http://valbruna.localhost:8080/albo/2027/1"), "it says where it was exposed: {detto}");
    drop(tx);
    let r = casa.invia(&format!("{atto}/rimuovi"), &ada, &format!("csrf={csrf}&classe=dati_eccedenti")).await;
    assert_eq!(r.header("location"), atto, "{}", r.corpo);
    let v = registers::verifica::verifica(&casa.prova.manut, Some(VALBRUNA), &[], albo::PROIEZIONI).await.unwrap();
    assert_eq!(v.anomalie, []);
    casa.butta().await;
}

#[tokio::test]
async fn who_may_only_read_sees_no_button() {
    let casa = Casa::nuova().await;
    pubblicata(&casa).await;
    let mut tx = casa.tx(VALBRUNA).await;
    let rita =
        authz::NuovaPersona { utente: "rita", nome: "Rita", cognome: "Prova", parola: Some(crate::casa::PAROLA) };
    authz::crea_persona(&mut tx, &rita, enti::UFFICIO, "consultazione").await.unwrap();
    tx.commit().await.unwrap();
    let rita = casa.entra("rita").await;
    let r = casa.leggi("/e/u_valbruna/albo/2027/1", &rita).await;
    assert!(r.stato == StatusCode::OK && !r.corpo.contains("/annulla"));
    for percorso in ["/e/u_valbruna/albo/nuovo", "/e/u_valbruna/albo/2027/1/annulla"] {
        assert_eq!(casa.leggi(percorso, &rita).await.stato, StatusCode::FORBIDDEN, "{percorso}");
    }
    casa.butta().await;
}

#[tokio::test]
async fn what_waits_is_on_the_desk() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    bozza(&casa, &ada, "Lasciata in bozza", PDF).await;
    pubblicata(&casa).await;
    casa.alle(date(2027, 3, 8).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    let r = casa.leggi("/", &ada).await;
    for atteso in ["Pubblica o programma: Lasciata in bozza", "Fai la relata: Tariffe della mensa"] {
        assert!(r.corpo.contains(atteso), "{atteso}\n{}", r.corpo);
    }
    casa.butta().await;
}

/// Switched off: the citizen finds nothing, the office reads and does not write.
#[tokio::test]
async fn a_switched_off_albo_shows_nothing_outside() {
    let casa = Casa::nuova().await;
    pubblicata(&casa).await;
    let mut m = casa.prova.manut.tx().await.unwrap();
    sqlx::query("update enti.servizio_attivo set al = dal, spento_da = persona where servizio = 'albo'")
        .execute(m.conn())
        .await
        .unwrap();
    m.commit().await.unwrap();
    for percorso in ["/albo", "/albo/2027/1"] {
        assert_eq!(casa.pubblico(HOST, percorso, "").await.stato, StatusCode::NOT_FOUND);
    }
    let ada = casa.entra(ADA).await;
    assert_eq!(casa.leggi("/e/u_valbruna/albo/2027/1", &ada).await.stato, StatusCode::OK);
    assert_eq!(casa.leggi("/e/u_valbruna/albo/nuovo", &ada).await.stato, StatusCode::NOT_FOUND);
    casa.butta().await;
}
