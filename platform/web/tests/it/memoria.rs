//! Public pages kept ready: two processes over one database say the same, and neither says it too late.

use std::sync::Arc;
use std::time::Duration;

use authz::{RegistroAccessi, Serratura};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use db::Db;
use db::prova::Prova;
use jiff::SignedDuration;
use tower::ServiceExt;
use web::{Memoria, Metriche, Stato};

use crate::casa::Casa;

/// Another process: its own connections, its own memory.
async fn processo(casa: &Casa) -> Router {
    let db = Db::connetti(&casa.prova.url("alleanza_app"), 5).await.unwrap();
    db.segui_orologio().await.unwrap();
    web::router(Stato {
        archivio: casa.archivio.clone(),
        accessi: RegistroAccessi::avvia(&db),
        serratura: Serratura::locale().into(),
        metriche: Metriche::default(),
        servizi: &[],
        servizi_attivi: |_| Box::pin(async { Ok(Vec::new()) }),
        memoria: Memoria::avvia(&db, 1 << 20),
        config: Arc::new(collaudo::configurazione()),
        db,
    })
}

async fn casa_pubblica(r: &Router, accetta: &str) -> (StatusCode, String, Vec<u8>) {
    let req = Request::get("/").header(header::HOST, "introdacqua.localhost").header(header::ACCEPT_ENCODING, accetta);
    let r = r.clone().oneshot(req.body(Body::empty()).unwrap()).await.unwrap();
    let codifica = r.headers().get(header::CONTENT_ENCODING).map_or("", |v| v.to_str().unwrap()).to_owned();
    (r.status(), codifica, to_bytes(r.into_body(), usize::MAX).await.unwrap().to_vec())
}

async fn titolo(r: &Router) -> String {
    let (_, _, corpo) = casa_pubblica(r, "").await;
    let html = String::from_utf8(corpo).unwrap();
    html.split_once("<h1>").unwrap().1.split("</h1>").next().unwrap().to_owned()
}

/// Asks until the page says what is expected: notices take the time of a message.
async fn diventa(r: &Router, atteso: &str) {
    for _ in 0..250 {
        if titolo(r).await == atteso {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the page still says {}", titolo(r).await);
}

async fn super_(prova: &Prova, sql: &'static str) {
    let mut c = prova.come("alleanza_super").await.unwrap();
    sqlx::raw_sql(sql).execute(&mut c).await.unwrap();
}

const IN_SILENZIO: &str = "alter table accesso.ente disable trigger avvisa; \
    update accesso.ente set denominazione = 'Zitta' where codice = 'c_e307'; \
    alter table accesso.ente enable trigger avvisa";

/// Until a change that nobody announces does not show: the page is kept.
async fn si_tiene(prova: &Prova, r: &Router) {
    for _ in 0..250 {
        titolo(r).await;
        super_(prova, IN_SILENZIO).await;
        if titolo(r).await == "Introdacqua" {
            return;
        }
        super_(prova, "update accesso.ente set denominazione = 'Introdacqua' where codice = 'c_e307'").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nothing is ever kept");
}

#[tokio::test]
async fn what_one_process_writes_both_show() {
    let casa = Casa::nuova().await;
    let (uno, due) = (processo(&casa).await, processo(&casa).await);
    si_tiene(&casa.prova, &uno).await;
    super_(&casa.prova, "update accesso.ente set denominazione = 'Introdacqua' where codice = 'c_e307'").await;
    si_tiene(&casa.prova, &due).await;
    super_(&casa.prova, "update accesso.ente set denominazione = 'Nuova' where codice = 'c_e307'").await;
    diventa(&uno, "Nuova").await;
    diventa(&due, "Nuova").await;
}

#[tokio::test]
async fn a_page_is_not_shown_in_another_day() {
    let casa = Casa::nuova().await;
    let uno = processo(&casa).await;
    si_tiene(&casa.prova, &uno).await;
    casa.prova.manut.sposta_orologio(SignedDuration::from_hours(24), &casa.prova.db).await.unwrap();
    diventa(&uno, "Zitta").await;
}

#[tokio::test]
async fn without_notices_nothing_is_kept() {
    let casa = Casa::nuova().await;
    let uno = processo(&casa).await;
    si_tiene(&casa.prova, &uno).await;
    // Other processes of this test machine listen too, each to its own database.
    const CADE: &str = "select pg_terminate_backend(pid) from pg_stat_activity \
        where query ilike 'listen%' and datname = current_database() and pid <> pg_backend_pid()";
    super_(&casa.prova, CADE).await;
    diventa(&uno, "Zitta").await;
}

#[tokio::test]
async fn each_browser_has_the_form_it_takes() {
    let casa = Casa::nuova().await;
    let uno = processo(&casa).await;
    si_tiene(&casa.prova, &uno).await;
    let (_, nessuna, intera) = casa_pubblica(&uno, "").await;
    let (_, br, corta) = casa_pubblica(&uno, "gzip, deflate, br, zstd").await;
    let (_, gzip, media) = casa_pubblica(&uno, "gzip").await;
    assert_eq!((nessuna.as_str(), br.as_str(), gzip.as_str()), ("", "br", "gzip"));
    assert!(corta.len() < intera.len() / 2 && media.len() < intera.len() / 2);
}
