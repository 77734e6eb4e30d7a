//! What is kept of a document, and what is served.

use axum::http::StatusCode;

use crate::casa::{A, Casa, chi};

#[tokio::test]
async fn a_hostile_name_is_kept_as_it_came_and_shown_safe() {
    let casa = Casa::nuova().await;
    for (dichiarato, mostrato) in [
        ("..\\..\\etc/fattura\u{202e}fdp.exe", "fatturafdp.exe"),
        ("perche\u{301}.pdf", "perché.pdf"),
        ("a\0b.txt", "ab.txt"),
        ("..", "senza nome"),
    ] {
        let d = casa.documento(dichiarato, b"contenuto").await;
        assert_eq!((d.nome.as_str(), d.nome_dichiarato), (mostrato, dichiarato.replace('\0', "\u{fffd}")));
    }
}

#[tokio::test]
async fn the_same_name_twice_is_two_documents() {
    let casa = Casa::nuova().await;
    let (uno, due) = (casa.documento("atto.txt", b"primo").await, casa.documento("atto.txt", b"secondo").await);
    assert!(uno.id != due.id && uno.impronta != due.impronta);
}

#[tokio::test]
async fn a_lying_type_is_kept_and_the_true_one_is_served() {
    let casa = Casa::nuova().await;
    let d = casa.documento("fattura.pdf", b"<html><script>alert(1)</script>").await;
    assert!(d.tipo_bugiardo());
    assert_eq!(d.tipo_dichiarato, "application/pdf");
    let giulia = casa.entra("giulia").await;
    let r = casa.leggi(&format!("/e/{A}/documenti/{}", d.id), &giulia).await;
    assert_eq!(r.stato, StatusCode::OK);
    assert_eq!(r.header("content-type"), d.tipo);
    assert_ne!(d.tipo, "application/pdf");
    assert_eq!(r.header("x-content-type-options"), "nosniff");
    assert!(r.header("content-disposition").starts_with("attachment; filename=\"fattura.pdf\""));
    assert_eq!(r.byte, b"<html><script>alert(1)</script>");
}

#[tokio::test]
async fn an_altered_or_missing_blob_is_never_served() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let d = casa.documento("atto.txt", b"contenuto vero").await;
    let percorso = format!("/e/{A}/documenti/{}", d.id);
    std::fs::write(casa.blob(&d), b"contenuto falso").unwrap();
    let r = casa.leggi(&percorso, &giulia).await;
    assert_eq!(r.stato, StatusCode::BAD_GATEWAY);
    assert!(r.corpo.contains("DOC-002") && !r.corpo.contains("contenuto falso"), "{}", r.corpo);
    std::fs::remove_file(casa.blob(&d)).unwrap();
    let r = casa.leggi(&percorso, &giulia).await;
    assert!(r.stato == StatusCode::BAD_GATEWAY && r.corpo.contains("DOC-001"), "{}", r.corpo);
}

#[tokio::test]
async fn a_document_needs_its_thread() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(A).await;
    let chi = chi(&mut tx, "giulia").await;
    let ricevuto = casa.archivio.scrivi(A, b"x").await.unwrap();
    let nuovo = documenti::NuovoDocumento::generato("x.txt", ricevuto);
    let e = documenti::aggiungi(&mut tx, &chi, documenti::FiloId(db::caso::uuid()), &nuovo).await.unwrap_err();
    assert_eq!(e.codice(), Some("DOC-004"));
}
