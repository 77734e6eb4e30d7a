//! Assets: named by their fingerprint, kept for ever, compressed.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::casa::Casa;

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_kept_for_ever_under_its_fingerprint() {
    let casa = Casa::nuova().await;
    let tutte = [
        ("alleanza.css", "text/css; charset=utf-8"),
        ("bootstrap-italia.css", "text/css; charset=utf-8"),
        ("tasti.js", "text/javascript; charset=utf-8"),
        ("icone.svg", "image/svg+xml"),
        ("favicon.svg", "image/svg+xml"),
        ("titillium-400.woff2", "font/woff2"),
    ];
    for (nome, tipo) in tutte {
        let r = casa.leggi(web::risorsa(nome), "").await;
        assert_eq!((r.stato, r.header("content-type")), (StatusCode::OK, tipo), "{nome}");
        assert_eq!(r.header("cache-control"), "public, max-age=31536000, immutable");
        let ancora = Request::get(web::risorsa(nome)).header(header::IF_NONE_MATCH, r.header("etag"));
        assert_eq!(casa.chiedi(ancora.body(Body::empty()).unwrap()).await.stato, StatusCode::NOT_MODIFIED);
        for (accetta, atteso) in [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0", "")] {
            let compressa = Request::get(web::risorsa(nome)).header(header::ACCEPT_ENCODING, accetta);
            let compressa = casa.chiedi(compressa.body(Body::empty()).unwrap()).await;
            // A font is compressed already, an icon of a line is as short as it can be.
            let atteso = if nome.ends_with("woff2") || nome == "favicon.svg" { "" } else { atteso };
            assert_eq!(compressa.header("content-encoding"), atteso, "{nome}");
        }
    }
    assert_eq!(casa.leggi("/static/alleanza.css", "").await.stato, StatusCode::NOT_FOUND);
    assert_eq!(casa.leggi("/static/..%2fCargo.toml", "").await.stato, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_page_or_a_stylesheet_names_is_served() {
    let casa = Casa::nuova().await;
    let css = casa.leggi(web::risorsa("alleanza.css"), "").await.corpo;
    let giulia = casa.entra("giulia").await;
    let pagina = casa.leggi("/e/c_e307/quaderno", &giulia).await.corpo;
    let mut nomi: Vec<&str> = [css.as_str(), pagina.as_str()]
        .iter()
        .flat_map(|t| t.split("/static/").skip(1))
        .map(|t| t.split([')', '"', '#']).next().unwrap())
        .collect();
    nomi.sort_unstable();
    nomi.dedup();
    assert!(nomi.len() >= 9, "{nomi:?}");
    for n in nomi {
        assert_eq!(casa.leggi(&format!("/static/{n}"), "").await.stato, StatusCode::OK, "{n}");
    }
}
