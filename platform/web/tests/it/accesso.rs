//! The door, the way back, the two locks against forged requests.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::casa::{Casa, campo_nascosto, get};

#[tokio::test(flavor = "multi_thread")]
async fn the_door_opens_and_closes() {
    let casa = Casa::nuova().await;
    let r = casa.leggi("/", "").await;
    assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/accedi"));

    let r = casa.invia("/accedi", "", "utente=giulia&parola=una+parola+lunga&poi=/e/c_e307/quaderno").await;
    assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/e/c_e307/quaderno"));
    let biscotto = r.header("set-cookie");
    assert!(biscotto.starts_with("alleanza=") && biscotto.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{biscotto}");

    let sessione = biscotto.split(';').next().unwrap();
    assert_eq!(casa.leggi("/accedi", sessione).await.header("location"), "/");
    let csrf = casa.csrf(sessione).await;
    let r = casa.invia("/esci", sessione, &format!("csrf={csrf}")).await;
    assert!(r.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(casa.leggi("/", sessione).await.stato, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_session_is_never_taken_over() {
    let casa = Casa::nuova().await;
    let entra = async |biscotto: &str| {
        let r = casa.invia("/accedi", biscotto, "utente=giulia&parola=una+parola+lunga").await;
        r.header("set-cookie").split(';').next().unwrap().to_owned()
    };
    // A token that somebody else chose, or had: the person gets another, and that one opens nothing.
    let dell_altro = casa.entra("aldo").await;
    for piantato in ["alleanza=scelto-da-altri", dell_altro.as_str()] {
        let suo = entra(piantato).await;
        assert_ne!(suo, piantato);
        assert!(suo.len() > "alleanza=".len() + 40, "too short to be unguessable: {suo}");
        assert_eq!(casa.leggi("/", &suo).await.stato, StatusCode::OK);
        assert_eq!(casa.leggi("/", piantato).await.header("location"), "/accedi", "{piantato}");
    }
    // A wrong password closes nobody's session.
    let giulia = casa.entra("giulia").await;
    casa.invia("/accedi", &giulia, "utente=giulia&parola=abc").await;
    assert_eq!(casa.leggi("/", &giulia).await.stato, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_closes_the_session_and_empties_the_browser() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    // Nobody is sent away by a link or by another site.
    assert_eq!(casa.leggi("/esci", &giulia).await.stato, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(casa.invia("/esci", &giulia, "csrf=falso").await.stato, StatusCode::FORBIDDEN);
    let csrf = casa.csrf(&giulia).await;
    let altra = casa.entra("giulia").await;
    let r = casa.invia("/esci", &giulia, &format!("csrf={csrf}")).await;
    assert_eq!((r.header("location"), r.header("clear-site-data")), ("/accedi", "\"cache\""));
    assert_eq!(r.header("set-cookie"), "alleanza=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    assert_eq!(casa.leggi("/", &giulia).await.header("location"), "/accedi");
    // Only this browser's.
    assert_eq!(casa.leggi("/", &altra).await.stato, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_says_one_sentence_and_slows_down() {
    let casa = Casa::nuova().await;
    let ignoto = casa.invia("/accedi", "", "utente=nessuno&parola=abc").await;
    let sbagliata = casa.invia("/accedi", "", "utente=giulia&parola=abc").await;
    for r in [&ignoto, &sbagliata] {
        assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(r.corpo.contains("Nome utente o password non corrispondono.") && r.corpo.contains("AUT-003"));
        assert!(!r.corpo.contains("abc"));
    }
    for _ in 0..5 {
        casa.invia("/accedi", "", "utente=giulia&parola=abc").await;
    }
    let r = casa.invia("/accedi", "", "utente=giulia&parola=una+parola+lunga").await;
    assert_eq!(r.stato, StatusCode::TOO_MANY_REQUESTS);
    assert!(r.header("retry-after").parse::<u32>().unwrap() > 0 && r.corpo.contains("Troppi tentativi. Riprova fra"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_never_leads_elsewhere() {
    let casa = Casa::nuova().await;
    for poi in [
        "//evil.it",
        "https://evil.it",
        "/%5Cevil.it",
        "%5C%5Cevil.it",
        "/%09/evil.it",
        "/%0D%0Alocation:%20//evil.it",
        "javascript:alert(1)",
        "@evil.it",
    ] {
        let r = casa.invia("/accedi", "", &format!("utente=giulia&parola=una+parola+lunga&poi={poi}")).await;
        assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/"), "{poi}");
        let r = casa.leggi(&format!("/accedi?poi={poi}"), "").await;
        assert_eq!(campo_nascosto(&r.corpo, "poi"), "/", "{poi}");
    }
    let r = casa.leggi("/e/c_e307/quaderno?q=a%26b&x=1", "").await;
    assert_eq!(r.header("location"), "/accedi?poi=/e/c_e307/quaderno?q=a%2526b%26x=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_sends_nothing() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    let corpo = format!("csrf={csrf}&oggetto=nota&ufficio=TEC");
    for (nome, valore, atteso) in [
        ("sec-fetch-site", "cross-site", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-site", StatusCode::FORBIDDEN),
        ("origin", "https://evil.it", StatusCode::FORBIDDEN),
        ("origin", "null", StatusCode::FORBIDDEN),
        ("origin", "http://localhost:8080", StatusCode::SEE_OTHER),
        ("sec-fetch-site", "same-origin", StatusCode::SEE_OTHER),
    ] {
        let req = Request::post("/e/c_e307/quaderno/nuova")
            .header(header::HOST, "localhost:8080")
            .header(header::COOKIE, &giulia)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(nome, valore);
        let r = casa.chiedi(req.body(Body::from(corpo.clone())).unwrap()).await;
        assert_eq!(r.stato, atteso, "{nome}: {valore}");
        assert_eq!(r.corpo.contains("WEB-002"), atteso == StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_needs_the_token_of_its_session() {
    let casa = Casa::nuova().await;
    let (giulia, elena) = (casa.entra("giulia").await, casa.entra("elena").await);
    let di_elena = casa.csrf(&elena).await;
    for csrf in ["", "csrf=", &format!("csrf={di_elena}")] {
        let r = casa.invia("/e/c_e307/quaderno/nuova", &giulia, &format!("{csrf}&oggetto=nota&ufficio=TEC")).await;
        assert_eq!(r.stato, StatusCode::FORBIDDEN, "{csrf}");
        assert!(r.corpo.contains("WEB-001"));
    }
    // A handler that looks at no token is a defect of the program, and shows as one.
    let r = casa.invia("/e/c_e307/quaderno/distratta", &giulia, "").await;
    assert_eq!(r.stato, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_an_expired_session() {
    let casa = Casa::nuova().await;
    let req = Request::post("/e/c_e307/quaderno/nuova")
        .header(header::HOST, "localhost:8080")
        .header(header::REFERER, "http://localhost:8080/e/c_e307/quaderno/nuova?da=1")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let corpo =
        "csrf=segreto&chiave=segreta&parola=segretissima&numero_mittente=118%2FU&oggetto=Tetto+%3Cscuola%3E&vuoto=";
    let r = casa.chiedi(req.body(Body::from(corpo)).unwrap()).await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    assert!(
        r.corpo.contains("Tetto &#60;scuola&#62;")
            && r.corpo.contains("Numero mittente")
            && r.corpo.contains("AUT-002")
    );
    assert!(r.corpo.contains(r#"href="/accedi?poi=/e/c_e307/quaderno/nuova?da=1""#), "{}", r.corpo);
    assert!(!r.corpo.contains("segret"));

    let multipart = "--x\r\ncontent-disposition: form-data; name=\"oggetto\"\r\n\r\nTetto\r\n--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--x--\r\n";
    let req = Request::post("/e/c_e307/quaderno/file")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let r = casa.chiedi(req.body(Body::from(multipart)).unwrap()).await;
    assert!(r.stato == StatusCode::UNAUTHORIZED && r.corpo.contains("Tetto</textarea>") && !r.corpo.contains("%PDF"));
}

#[tokio::test(flavor = "multi_thread")]
async fn under_https_the_cookie_belongs_to_the_host() {
    let casa = Casa::con(|c| c.https = true).await;
    let r = casa.invia("/accedi", "", "utente=giulia&parola=una+parola+lunga").await;
    let biscotto = r.header("set-cookie");
    assert!(biscotto.starts_with("__Host-alleanza=") && biscotto.ends_with("; Secure"), "{biscotto}");
    assert!(r.header("strict-transport-security").starts_with("max-age="));
    let con_altro_nome = biscotto.split(';').next().unwrap().replace("__Host-", "");
    assert_eq!(
        casa.chiedi(get("/").header(header::COOKIE, con_altro_nome).body(Body::empty()).unwrap()).await.stato,
        StatusCode::SEE_OTHER
    );
}
