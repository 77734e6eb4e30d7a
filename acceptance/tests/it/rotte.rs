//! Every route, as a stranger, as the clerk of another comune, as somebody without the role.

use std::sync::Arc;

use app::{services, storia};
use authz::{RegistroAccessi, Serratura};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;
use web::{Ambito, Configurazione, Metodo, Rotta, Stato};

use crate::mondo::{Mondo, due_comuni};

pub fn sito(m: &Mondo) -> axum::Router {
    let config = Configurazione {
        host_scrivania: "localhost".into(),
        nome: "Prova".into(),
        https: false,
        porta: None,
        proxy: None,
        modo: "prova".into(),
        silenzio: web::SILENZIO,
    };
    web::router(Stato {
        db: m.prova.db.clone(),
        archivio: m.archivio.clone(),
        accessi: RegistroAccessi::avvia(&m.prova.db),
        metriche: web::Metriche::default(),
        serratura: Serratura::locale().into(),
        servizi: services::tutti(),
        servizi_attivi: |tx| Box::pin(enti::servizi_attivi(tx)),
        memoria: Default::default(),
        config: Arc::new(config),
    })
}

pub fn rotte() -> Vec<Rotta> {
    web::rotte_del_kit().into_iter().chain(services::tutti().iter().flat_map(|s| (s.rotte)())).collect()
}

/// A path with something in each hole.
fn riempi(percorso: &str, codice: &str) -> String {
    let dentro = |nome: &str| match nome {
        "codice" => codice.to_owned(),
        "anno" => "2026".to_owned(),
        "numero" | "progressivo" => "1".to_owned(),
        "data" | "giorno" => "2026-11-20".to_owned(),
        _ => "11111111-2222-4333-8444-555555555555".to_owned(),
    };
    let mut s = String::new();
    let mut resto = percorso;
    while let Some((prima, dopo)) = resto.split_once('{') {
        let (nome, fine) = dopo.split_once('}').unwrap();
        s += prima;
        s += &dentro(nome);
        resto = fine;
    }
    s + resto
}

async fn chiedi(
    sito: &axum::Router,
    metodo: Metodo,
    host: &str,
    percorso: &str,
    token: Option<&str>,
) -> (StatusCode, String) {
    let mut r = Request::builder().uri(percorso).header(header::HOST, host);
    if let Some(t) = token {
        r = r.header(header::COOKIE, format!("alleanza={t}"));
    }
    let r = match metodo {
        Metodo::Get => r.method("GET").body(Body::empty()),
        Metodo::Post => r
            .method("POST")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from("csrf=falso")),
    };
    let risposta = sito.clone().oneshot(r.unwrap()).await.unwrap();
    let stato = risposta.status();
    let byte = axum::body::to_bytes(risposta.into_body(), 10 << 20).await.unwrap();
    (stato, String::from_utf8_lossy(&byte).into_owned())
}

async fn invia_multipart(sito: &axum::Router, percorso: &str, token: &str) -> StatusCode {
    let corpo = "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\nfalso\r\n--x--\r\n";
    let r = Request::post(percorso)
        .header(header::HOST, "localhost")
        .header(header::COOKIE, format!("alleanza={token}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(corpo));
    sito.clone().oneshot(r.unwrap()).await.unwrap().status()
}

pub async fn token(m: &Mondo, utente: &str) -> String {
    authz::accedi(&m.prova.db, utente, storia::PAROLA, "127.0.0.1").await.unwrap().token
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_closed_to_who_may_not_come() {
    let m = due_comuni().await;
    let sito = sito(&m);
    let clerk = token(&m, "giulia.ventresca").await;
    let consultazione = token(&m, "marta.colantoni").await;
    let mut male = Vec::new();
    let mut contate = [0; 4];
    for r in rotte() {
        let mio = riempi(r.percorso, &m.a);
        let suo = riempi(r.percorso, &m.b);
        let nome = format!("{:?} {}", r.metodo, r.percorso);
        match r.ambito {
            Ambito::Ufficio | Ambito::Scrivania => {
                contate[0] += 1;
                let (s, testo) = chiedi(&sito, r.metodo, "localhost", &mio, None).await;
                if ![StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED].contains(&s) || testo.contains("Ventresca") {
                    male.push(format!("{nome}: a stranger got {s}"));
                }
                // Office pages do not exist on the host of an ente, nor on a host that nobody has.
                for host in ["introdacqua.localhost", "nessuno.localhost", "evil.test"] {
                    let (s, _) = chiedi(&sito, r.metodo, host, &mio, Some(&clerk)).await;
                    if r.percorso != "/" && s != StatusCode::NOT_FOUND && s != StatusCode::METHOD_NOT_ALLOWED {
                        male.push(format!("{nome}: answered {s} on {host}"));
                    }
                }
            }
            Ambito::Aperta => contate[1] += 1,
            Ambito::Pubblica => contate[2] += 1,
        }
        if r.ambito == Ambito::Ufficio {
            // Giulia works in A only: B does not exist for her, exactly as a code that nobody has.
            let (s, altrui) = chiedi(&sito, r.metodo, "localhost", &suo, Some(&clerk)).await;
            let (_, nessuno) = chiedi(&sito, r.metodo, "localhost", &riempi(r.percorso, "c_z999"), Some(&clerk)).await;
            if s != StatusCode::NOT_FOUND || senza_operazione(&altrui) != senza_operazione(&nessuno) {
                male.push(format!("{nome}: the clerk of another comune got {s}"));
            }
            let azione = r.azione;
            if let Some(p) = azione.filter(|p| !p.ruoli.contains(&"consultazione")) {
                contate[3] += 1;
                let (s, _) = chiedi(&sito, r.metodo, "localhost", &mio, Some(&consultazione)).await;
                if s != StatusCode::FORBIDDEN {
                    male.push(format!("{nome}: without a role for {} got {s}", p.codice));
                }
            }
            // A form without its token changes nothing.
            if r.metodo == Metodo::Post
                && azione.is_some_and(|p| p.ruoli.contains(&"protocollo") || p.ruoli.contains(&"albo"))
            {
                let (mut s, _) = chiedi(&sito, r.metodo, "localhost", &mio, Some(&clerk)).await;
                if s == StatusCode::BAD_REQUEST {
                    // Forms with files speak multipart only.
                    s = invia_multipart(&sito, &mio, &clerk).await;
                }
                if s != StatusCode::FORBIDDEN {
                    male.push(format!("{nome}: a form without its token got {s}"));
                }
            }
        }
    }
    assert!(male.is_empty(), "{}", male.join("\n"));
    assert!(contate[0] > 30 && contate[2] >= 3 && contate[3] > 10, "too few routes were walked: {contate:?}");
    m.prova.butta().await.unwrap();
}

/// The page without the identifier of its request, nor the three words that are made from it.
fn senza_operazione(pagina: &str) -> String {
    let senza_parole = match pagina.split_once("le parole <strong>") {
        Some((prima, dopo)) => prima.to_owned() + dopo.split_once("</strong>").map_or("", |(_, d)| d),
        None => pagina.to_owned(),
    };
    senza_parole.split(|c: char| !c.is_ascii_hexdigit() && c != '-').filter(|p| p.len() != 36).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_house_opens() {
    let m = due_comuni().await;
    let sito = sito(&m);
    let segretaria = token(&m, "elena.vallescura").await;
    let admin = token(&m, "admin.introdacqua").await;
    let mut male = Vec::new();
    for r in rotte().iter().filter(|r| r.metodo == Metodo::Get && r.ambito != Ambito::Pubblica) {
        let percorso = riempi(r.percorso, &m.a);
        for t in [&segretaria, &admin] {
            let (s, testo) = chiedi(&sito, Metodo::Get, "localhost", &percorso, Some(t)).await;
            if s.is_server_error() || testo.contains("WEB-500") {
                male.push(format!("{percorso}: {s}"));
            }
        }
    }
    for r in rotte().iter().filter(|r| r.ambito == Ambito::Pubblica) {
        let (s, _) = chiedi(&sito, Metodo::Get, "introdacqua.localhost", &riempi(r.percorso, &m.a), None).await;
        if s.is_server_error() {
            male.push(format!("{}: {s}", r.percorso));
        }
    }
    assert!(male.is_empty(), "{}", male.join("\n"));
    m.prova.butta().await.unwrap();
}
