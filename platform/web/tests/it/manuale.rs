//! The manual is the same for whoever asks, on the desk's host and nowhere else; a refusal sends to its code.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::casa::Casa;

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_reads_and_searches_the_manual() {
    let casa = Casa::nuova().await;
    let indice = casa.leggi("/manuale", "").await;
    assert!(indice.stato == StatusCode::OK && indice.corpo.contains(r#"href="/manuale/registrare""#));
    let giulia = casa.entra("giulia").await;
    let (sua, altrui) = (casa.leggi("/manuale/registrare", &giulia).await, casa.leggi("/manuale/registrare", "").await);
    assert_eq!(sua.corpo, altrui.corpo);
    assert!(sua.corpo.contains(r#"id="protocollo.oggetto""#) && sua.corpo.contains(r#"aria-current="page""#));
    assert!(sua.corpo.contains(r#"rel="prev""#) && sua.corpo.contains(r#"rel="next""#));
    for (q, atteso) in [("PRT-014", r#"href="/manuale/errori#PRT-014""#), ("zzzz", "Nessun punto parla di")] {
        let r = casa.leggi(&format!("/manuale?q={q}"), "").await;
        assert!(r.stato == StatusCode::OK && r.corpo.contains(atteso), "{q}");
    }
    let ostile = casa.leggi("/manuale?q=%3Cscript%3E", "").await;
    assert!(!ostile.corpo.contains("<script>"));
    assert_eq!(casa.leggi("/manuale/assente", "").await.stato, StatusCode::NOT_FOUND);
    assert_eq!(casa.leggi("/manuale/SUMMARY", "").await.stato, StatusCode::NOT_FOUND);
    let del_comune = Request::get("/manuale").header(header::HOST, "introdacqua.localhost").body(Body::empty());
    assert_eq!(casa.chiedi(del_comune.unwrap()).await.stato, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_sends_to_its_code_only_where_the_manual_is() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let r = casa.leggi("/e/c_e307/quaderno/abc", &giulia).await;
    assert!(r.corpo.contains(r#"href="/manuale/errori#WEB-404""#), "{}", r.corpo);
    // A code that the manual does not have gets no link: the one of this test's own service.
    let r = casa.leggi("/e/c_e307/quaderno/1999", &giulia).await;
    assert!(r.corpo.contains("QUA-001") && !r.corpo.contains("#QUA-001"));
    let del_comune = Request::get("/assente").header(header::HOST, "introdacqua.localhost").body(Body::empty());
    let r = casa.chiedi(del_comune.unwrap()).await;
    assert!(r.corpo.contains("WEB-404") && !r.corpo.contains("/manuale"), "{}", r.corpo);
}
