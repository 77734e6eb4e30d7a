//! Hosts and gates: who is answered, and with what.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};

use crate::casa::{Casa, get};

async fn host(casa: &Casa, host: &str) -> (StatusCode, String) {
    let r = casa.chiedi(Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap()).await;
    (r.stato, r.corpo)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_host_has_its_own_pages() {
    let casa = Casa::nuova().await;
    for nome in ["introdacqua.localhost:8080", "INTRODACQUA.localhost", "introdacqua.localhost."] {
        let (stato, corpo) = host(&casa, nome).await;
        assert!(stato == StatusCode::OK && corpo.contains("Quaderno aperto"), "{nome}");
    }
    // Scanno answers too, and offers nothing that is switched off.
    let (stato, corpo) = host(&casa, "scanno.localhost").await;
    assert!(stato == StatusCode::OK && !corpo.contains("Quaderno aperto"));
    for nome in
        ["altrove.it", "", "localhost@evil", "localhost:80:80", "[::1]", "localhost/..", "introdacqua.localhost.evil"]
    {
        let (stato, corpo) = host(&casa, nome).await;
        assert_eq!(stato, StatusCode::NOT_FOUND, "{nome}");
        assert!(corpo.contains("Qui non risponde nessun comune"), "{nome}");
    }
    let due = get("/").header(header::HOST, "introdacqua.localhost").body(Body::empty()).unwrap();
    assert_eq!(casa.chiedi(due).await.stato, StatusCode::NOT_FOUND);
    // The desk is not on the hosts of the enti, nor their pages on the desk's.
    let r = casa
        .chiedi(Request::get("/accedi").header(header::HOST, "introdacqua.localhost").body(Body::empty()).unwrap())
        .await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    assert_eq!(casa.leggi("/quaderno", "").await.stato, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_chooses_the_host_by_tricks() {
    let casa = Casa::nuova().await;
    let chiedi = async |indirizzo: &str, intestazioni: &[(&str, &str)]| {
        let req = intestazioni.iter().fold(Request::get(indirizzo), |r, (n, v)| r.header(*n, *v));
        let mut req = req.body(Body::empty()).unwrap();
        req.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4000))));
        casa.chiedi(req).await
    };
    // No proxy is ours: what it would say is air.
    for finta in ["x-forwarded-host", "forwarded", "x-host", "x-original-host"] {
        let r = chiedi("/quaderno", &[("host", "localhost"), (finta, "introdacqua.localhost")]).await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{finta}");
        let r = chiedi("/accedi", &[("host", "localhost"), (finta, "evil.it")]).await;
        assert!(r.stato == StatusCode::OK && !r.corpo.contains("evil.it"), "{finta}");
    }
    // A whole address in the request line wins over the header; one that names somebody is no name.
    let r = chiedi("http://introdacqua.localhost/quaderno", &[("host", "localhost")]).await;
    assert_eq!(r.stato, StatusCode::OK);
    let r = chiedi("http://localhost@evil.it/accedi", &[("host", "localhost")]).await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    // Wherever a redirect leads, it names no host.
    let r = chiedi("/e/c_e307", &[("host", "LOCALHOST.:9999"), ("x-forwarded-proto", "https")]).await;
    assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/accedi?poi=/e/c_e307"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_our_proxy_may_say_who_was_called() {
    let casa = Casa::con(|c| c.proxy = Some([10, 0, 0, 1].into())).await;
    for (da, atteso) in [([10, 0, 0, 1], StatusCode::OK), ([10, 0, 0, 2], StatusCode::NOT_FOUND)] {
        let mut req = Request::get("/")
            .header(header::HOST, "interno")
            .header("x-forwarded-host", "introdacqua.localhost")
            .body(Body::empty())
            .unwrap();
        req.extensions_mut().insert(ConnectInfo(SocketAddr::from((da, 4000))));
        assert_eq!(casa.chiedi(req).await.stato, atteso, "{da:?}");
    }
    // Nor from where: guesses are counted by the address that knocks.
    for (da, atteso) in [([10, 0, 0, 1], "198.51.100.9"), ([10, 0, 0, 2], "10.0.0.2")] {
        let mut req = Request::post("/accedi")
            .header(header::HOST, "localhost:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", "203.0.113.1, 198.51.100.9")
            .body(Body::from("utente=nessuno&parola=una+parola+sbagliata"))
            .unwrap();
        req.extensions_mut().insert(ConnectInfo(SocketAddr::from((da, 4000))));
        casa.chiedi(req).await;
        let mut tx = casa.prova.db.porta().await.unwrap();
        let contati = "select count(*) from accesso.tentativo where chiave = 'indirizzo:' || $1";
        let n: i64 = sqlx::query_scalar(contati).bind(atteso).fetch_one(tx.conn()).await.unwrap();
        assert_eq!(n, 1, "{da:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_asks_for_ente_role_and_service() {
    let casa = Casa::nuova().await;
    let (giulia, elena, aldo, rita) =
        (casa.entra("giulia").await, casa.entra("elena").await, casa.entra("aldo").await, casa.entra("rita").await);
    let stato = async |p: &str, chi: &str| casa.leggi(p, chi).await.stato;
    assert_eq!(stato("/e/c_e307/quaderno", &giulia).await, StatusCode::OK);
    assert_eq!(stato("/e/c_e307/quaderno", &rita).await, StatusCode::OK);
    // Of an ente that is not theirs, and of one that does not exist, a person learns the same: nothing.
    assert_eq!(stato("/e/c_e307/quaderno", &aldo).await, StatusCode::NOT_FOUND);
    assert_eq!(stato("/e/c_x999/quaderno", &aldo).await, StatusCode::NOT_FOUND);
    // Without the role: what is missing, and who can give it, by name; written in the register of accesses.
    let r = casa.leggi("/e/c_e307/quaderno/nuova", &rita).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    assert!(r.corpo.contains("Non hai il ruolo per scrivere sul quaderno.") && r.corpo.contains("Ugo Ranalli"));
    let r = casa.invia("/e/c_e307/quaderno/nuova", &rita, "oggetto=x").await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    // Switched off: what it holds can be read, nothing can be added.
    let r = casa.leggi("/e/c_i501/quaderno", &elena).await;
    assert!(r.stato == StatusCode::OK && r.corpo.contains("Il servizio Quaderno è spento"));
    let r = casa.leggi("/e/c_i501/quaderno/nuova", &elena).await;
    assert!(r.stato == StatusCode::NOT_FOUND && r.corpo.contains("WEB-005"));

    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let mut tx = casa.prova.manut.tx().await.unwrap();
    let rifiuti: i64 = sqlx::query_scalar(
        "select count(*) from accesso.registro_accessi where azione = 'quaderno.scrive' and esito = 'rifiuto'",
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    assert_eq!(rifiuti, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn menus_show_what_is_on_and_allowed() {
    let casa = Casa::nuova().await;
    let (giulia, rita, elena) = (casa.entra("giulia").await, casa.entra("rita").await, casa.entra("elena").await);
    assert!(casa.leggi("/e/c_e307", &giulia).await.corpo.contains("/quaderno/nuova"));
    let di_rita = casa.leggi("/e/c_e307", &rita).await.corpo;
    assert!(di_rita.contains("/e/c_e307/quaderno\"") && !di_rita.contains("/quaderno/nuova"));
    assert!(!casa.leggi("/e/c_i501", &elena).await.corpo.contains("/e/c_i501/quaderno"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_shows_what_waits_and_the_thread_its_steps_in_order() {
    let casa = Casa::nuova().await;
    let elena = casa.entra("elena").await;
    let r = casa.leggi("/", &elena).await;
    assert!(
        r.corpo.contains("Una cosa scade oggi.") && r.corpo.contains("Più di 53 cose aspettano te."),
        "{}",
        r.corpo
    );
    // Where there is more than a desk shows, the number says so; an ente that floods hides nothing of the others.
    assert!(r.corpo.contains(r#"Scanno <span class="al-conto">50+</span>"#), "{}", r.corpo);
    let (in_vista, altre) = r.corpo.split_once("<details class=\"al-altre\">").unwrap();
    assert!(in_vista.contains("Guardare la nota 0") && in_vista.contains("Riordinare l’archivio"));
    assert!(altre.contains("Altre 39 cose") && altre.contains("Guardare la nota 49") && !altre.contains("nota 50"));
    let posti: Vec<_> =
        ["Rispondere a Lucia Petrella", "Ordinare il sale", "Riordinare"].map(|t| r.corpo.rfind(t).unwrap()).into();
    assert!(posti.is_sorted());
    let filo = format!("/e/c_e307/fili/{}", uuid::Uuid::nil());
    let r = casa.leggi(&filo, &elena).await;
    let posti: Vec<_> =
        ["accettata e consegnata", "aspetta te", "quindici giorni"].map(|t| r.corpo.find(t).unwrap()).into();
    assert!(r.stato == StatusCode::OK && posti.is_sorted());
    assert_eq!(casa.leggi(&filo.replace("0000-0000", "0000-0001"), &elena).await.stato, StatusCode::NOT_FOUND);
}
