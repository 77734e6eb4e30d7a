//! What goes wrong is a page with a code and an operation; every answer is guarded.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::casa::{Casa, get, stabile};

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_a_page() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    for (percorso, stato, codice) in [
        ("/assente", 404, "WEB-404"),
        ("/e/c_e307/quaderno/abc", 404, "WEB-404"),
        ("/e/c_e307/quaderno/99999999", 404, "WEB-404"),
        ("/e/c_e307/fili/abc", 404, "WEB-404"),
        ("/e/c_e307/quaderno/1999", 422, "QUA-001"),
        ("/e/c_e307/quaderno/cade", 500, "WEB-500"),
        ("/esci", 405, "WEB-405"),
    ] {
        let r = casa.leggi(percorso, &giulia).await;
        assert_eq!((r.stato.as_u16(), r.header("content-type")), (stato, "text/html; charset=utf-8"), "{percorso}");
        assert!(r.corpo.contains(codice) && r.corpo.contains("e le parole"), "{percorso}");
        assert!(!r.corpo.contains("the note fell"), "a page tells nothing of the inside");
    }
    let csrf = casa.csrf(&giulia).await;
    let lungo = format!("csrf={csrf}&oggetto={}", "a".repeat(2 << 20));
    let r = casa.invia("/e/c_e307/quaderno/nuova", &giulia, &lungo).await;
    assert!(r.stato == StatusCode::PAYLOAD_TOO_LARGE && r.corpo.contains("WEB-006"));
    let r = casa.invia("/e/c_e307/quaderno/file", &giulia, "csrf=x").await;
    assert!(r.stato == StatusCode::BAD_REQUEST && r.corpo.contains("WEB-004"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_page_reads_well() {
    let casa = Casa::nuova().await;
    let rita = casa.entra("rita").await;
    let r = casa.leggi("/e/c_e307/quaderno/nuova", &rita).await;
    let (_, dopo) = r.corpo.split_once("<main").unwrap();
    let (prima, resto) = dopo.split("<details").next().unwrap().split_once("<strong>").unwrap();
    let (parole, fine) = resto.split_once("</strong>").unwrap();
    assert_eq!(parole.split(' ').count(), 3, "{parole}");
    insta::assert_snapshot!(stabile(&format!("{prima}<strong>…</strong>{fine}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let casa = Casa::nuova().await;
    let r = casa.leggi("/accedi", "").await;
    insta::assert_snapshot!(
        [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "permissions-policy",
            "cross-origin-opener-policy",
            "cache-control",
            "strict-transport-security"
        ]
        .map(|n| format!("{n}: {}", r.header(n)))
        .join("\n")
    );
    assert!(!r.corpo.contains("style=") && !r.corpo.contains("<script>") && !r.corpo.contains(" onclick"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_goes_out_without_its_guards() {
    for https in [false, true] {
        let casa = Casa::con(|c| c.https = https).await;
        let pubblica =
            |p: &str| Request::get(p).header(header::HOST, "introdacqua.localhost").body(Body::empty()).unwrap();
        let risposte = [
            ("a page", casa.leggi("/accedi", "").await),
            ("a redirect", casa.leggi("/", "").await),
            ("nothing there", casa.leggi("/e/c_e307/abc/def", "").await),
            ("a wrong method", casa.leggi("/esci", "").await),
            ("a refused form", casa.invia("/accedi", "", "utente=x&parola=y").await),
            ("a session that is over", casa.invia("/e/c_e307/quaderno/nuova", "", "oggetto=x").await),
            ("an asset", casa.leggi(web::risorsa("tasti.js"), "").await),
            ("no asset", casa.leggi("/static/assente", "").await),
            ("the health", casa.leggi("/salute", "").await),
            ("a public page", casa.chiedi(pubblica("/quaderno")).await),
            ("an unknown host", casa.chiedi(get("/").header(header::HOST, "x.it").body(Body::empty()).unwrap()).await),
        ];
        for (che_cosa, r) in &risposte {
            let csp = r.header("content-security-policy");
            assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{che_cosa}: {csp}");
            assert!(!csp.contains("unsafe") && !csp.contains('*') && !csp.contains("data:"), "{che_cosa}: {csp}");
            assert_eq!(r.header("x-content-type-options"), "nosniff", "{che_cosa}");
            assert_eq!(r.header("x-frame-options"), "DENY", "{che_cosa}");
            assert_eq!(r.header("referrer-policy"), "same-origin", "{che_cosa}");
            assert_eq!(!r.header("strict-transport-security").is_empty(), https, "{che_cosa}");
            assert_eq!(r.header("server"), "", "{che_cosa}: nobody needs to know what answers");
        }
        assert!(risposte[8].1.header("content-security-policy").contains("sandbox"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_a_few_words() {
    let casa = Casa::nuova().await;
    let r =
        casa.chiedi(Request::get("/salute").header(header::HOST, "10.0.0.9:8080").body(Body::empty()).unwrap()).await;
    let json: serde_json::Value = serde_json::from_str(&r.corpo).unwrap();
    assert_eq!((r.stato, &json["stato"], &json["database"]), (StatusCode::OK, &"ok".into(), &"ok".into()));
    casa.prova.db.chiudi().await;
    let r = casa.chiedi(get("/salute").body(Body::empty()).unwrap()).await;
    assert_eq!(r.stato, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn public_pages_are_asked_for_again_and_seldom_sent() {
    let casa = Casa::nuova().await;
    let chiedi = |etag: &str| {
        let req = Request::get("/quaderno").header(header::HOST, "introdacqua.localhost");
        req.header(header::IF_NONE_MATCH, etag).header(header::ACCEPT_ENCODING, "br").body(Body::empty()).unwrap()
    };
    let r = casa.chiedi(chiedi("\"altro\"")).await;
    assert_eq!(
        (r.stato, r.header("cache-control"), r.header("content-encoding")),
        (StatusCode::OK, "public, no-cache", "br")
    );
    let etag = r.header("etag").to_owned();
    let r = casa.chiedi(chiedi(&etag)).await;
    assert_eq!((r.stato, r.header("etag"), r.corpo.len()), (StatusCode::NOT_MODIFIED, etag.as_str(), 0));
    // Its headers replace those of the kept page: a policy made for something else would undress it.
    assert_eq!(r.header("content-security-policy"), "");
    let giulia = casa.entra("giulia").await;
    assert_eq!(casa.leggi("/e/c_e307/quaderno", &giulia).await.header("cache-control"), "private, no-cache");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_database_is_said_and_what_was_typed_comes_back() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    let caduto =
        casa.invia("/e/c_e307/quaderno/nuova", &giulia, &format!("csrf={csrf}&oggetto=cade&ufficio=TEC")).await;
    assert!(caduto.stato == StatusCode::INTERNAL_SERVER_ERROR && caduto.corpo.contains(">\ncade</textarea>"));
    let rifiutato = casa.invia("/e/c_e307/quaderno/nuova", &giulia, &format!("csrf={csrf}x&oggetto=intruso")).await;
    assert!(
        rifiutato.corpo.contains("WEB-001") && !rifiutato.corpo.contains("textarea"),
        "a refusal gives nothing back"
    );

    casa.prova.db.chiudi().await;
    let r = casa.leggi("/e/c_e307/quaderno", &giulia).await;
    assert_eq!((r.stato, r.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "30"));
    assert!(r.corpo.contains("WEB-503") && r.corpo.contains("invia di nuovo dalla stessa pagina"), "{}", r.corpo);
    assert!(!r.corpo.contains("Ciò che avevi scritto"));
    let testi =
        [("csrf", csrf.as_str()), ("chiave", "k"), ("oggetto", "Tetto <b>rotto</b>"), ("nuova_password", "gatto")];
    let parti = collaudo::multipart(&testi, &[("file", "a.pdf", "application/pdf", b"%PDF")]);
    for (dove, tipo, corpo) in [
        (
            "/e/c_e307/quaderno/nuova",
            "application/x-www-form-urlencoded",
            format!("csrf={csrf}&chiave=k&oggetto=Tetto+<b>rotto</b>&nuova_password=gatto").into_bytes(),
        ),
        ("/e/c_e307/quaderno/file", "multipart/form-data; boundary=XX", parti),
    ] {
        let r = casa.posta(dove, &giulia, tipo, corpo).await;
        assert_eq!((r.stato, r.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "30"), "{dove}");
        assert_eq!(r.corpo.matches("<textarea").count(), 1, "{dove}: the object, and neither token nor secret");
        assert!(r.corpo.contains("rotto") && !r.corpo.contains("<b>") && !r.corpo.contains("gatto"), "{}", r.corpo);
    }
}

#[test]
fn a_full_disk_has_an_answer_of_its_own() {
    let pieno = storage::StorageError::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
    let e = web::Errore::guasto(pieno);
    assert_eq!((e.stato(), e.codice()), (StatusCode::INSUFFICIENT_STORAGE, "WEB-507"));
    let e = web::Errore::guasto(std::io::Error::other("something else"));
    assert_eq!((e.stato(), e.codice()), (StatusCode::INTERNAL_SERVER_ERROR, "WEB-500"));
}
