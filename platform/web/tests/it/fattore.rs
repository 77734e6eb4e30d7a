//! The second step of a sign-in, as its pages do it.

use authz::Richiesto;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;

use crate::casa::{Casa, PAROLA, Risposta, campo_nascosto};

/// The code that a telephone shows, so many seconds from now, for the secret of a page.
fn codice(casa: &Casa, pagina: &str, fra: i64) -> String {
    collaudo::codice_del_telefono(pagina, casa.prova.db.orologio().adesso() + SignedDuration::from_secs(fra))
}

fn biscotto(r: &Risposta, nome: &str) -> Option<String> {
    collaudo::biscotto(&r.headers, nome)
}

async fn parola(casa: &Casa, utente: &str, poi: &str) -> Risposta {
    casa.invia("/accedi", "", &format!("utente={utente}&parola={PAROLA}&poi={poi}")).await
}

/// Giulia puts the codes in her telephone, from her page: the page with the secret.
async fn con_telefono(casa: &Casa) -> String {
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    let pagina = casa.leggi("/mio-accesso/totp", &giulia).await.corpo;
    let sigillo = campo_nascosto(&pagina, "sigillo");
    let giusto = codice(casa, &pagina, 0);
    let corpo = format!("csrf={csrf}&sigillo={sigillo}&codice={giusto}");
    let r = casa.invia("/mio-accesso/totp", &giulia, &corpo).await;
    assert!(r.corpo.contains("Conserva questi codici") && r.corpo.matches("<li><code").count() == 10, "{}", r.corpo);
    assert!(!casa.leggi("/mio-accesso", &giulia).await.corpo.contains("<li><code"), "the codes are shown once");
    pagina
}

#[tokio::test(flavor = "multi_thread")]
async fn between_the_password_and_the_desk_stands_a_code() {
    let casa = Casa::nuova().await;
    let pagina = con_telefono(&casa).await;
    casa.sposta(60).await;
    let r = parola(&casa, "giulia", "/e/c_e307/quaderno").await;
    assert_eq!(r.header("location"), "/accedi/fattore?poi=/e/c_e307/quaderno");
    assert!(biscotto(&r, "alleanza").is_none(), "no session yet");
    let a_meta = biscotto(&r, "alleanza-ingresso").unwrap();
    // Not even in the place of the session does it open anything.
    let finto = a_meta.replace("alleanza-ingresso", "alleanza");
    for via in ["/", "/e/c_e307", "/mio-accesso"] {
        for b in [&a_meta, &finto] {
            assert!(casa.leggi(via, b).await.header("location").starts_with("/accedi"), "{via}");
        }
    }
    assert!(casa.leggi("/accedi/iscrivi", &a_meta).await.header("location").starts_with("/accedi/fattore"));

    let mostrata = casa.leggi("/accedi/fattore?poi=/e/c_e307/quaderno", &a_meta).await.corpo;
    assert!(mostrata.contains("one-time-code") && mostrata.contains("giulia"));
    let r = casa.invia("/accedi/fattore", &a_meta, "codice=000000&poi=/e/c_e307/quaderno").await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("AUT-005"), "{}", r.corpo);
    assert_eq!(campo_nascosto(&r.corpo, "poi"), "/e/c_e307/quaderno");

    let giusto = codice(&casa, &pagina, 0);
    let r = casa.invia("/accedi/fattore", &a_meta, &format!("codice={giusto}&poi=/e/c_e307/quaderno")).await;
    assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/e/c_e307/quaderno"));
    let sessione = biscotto(&r, "alleanza").unwrap();
    assert_ne!(sessione, finto, "the token changes");
    assert!(r.headers.get_all("set-cookie").iter().any(|v| v.to_str().unwrap().starts_with("alleanza-ingresso=;")));
    assert_eq!(casa.leggi("/e/c_e307/quaderno", &sessione).await.stato, StatusCode::OK);
    assert!(casa.leggi("/accedi/fattore", &a_meta).await.header("location").starts_with("/accedi"), "it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_asks_leads_to_enrol() {
    let casa = Casa::nuova().await;
    let prima = casa.entra("giulia").await;
    let ente = authz::ente_per_codice(&casa.prova.db, "c_e307").await.unwrap().unwrap().ente;
    let mut tx = casa.prova.db.di_ente(ente).await.unwrap();
    authz::chiedi(&mut tx, "protocollo", Some(Richiesto::Qualsiasi)).await.unwrap();
    tx.commit().await.unwrap();
    // Who is at work is asked to come in again, and told why.
    let r = casa.leggi("/e/c_e307/quaderno", &prima).await;
    assert_eq!(r.header("location"), "/accedi?poi=/e/c_e307/quaderno");
    assert!(casa.leggi("/accedi", &prima).await.corpo.contains("adesso chiede un secondo fattore"));

    let r = parola(&casa, "giulia", "/e/c_e307").await;
    let a_meta = biscotto(&r, "alleanza-ingresso").unwrap();
    let r = casa.leggi("/accedi/fattore?poi=/e/c_e307", &a_meta).await;
    assert_eq!(r.header("location"), "/accedi/iscrivi?poi=/e/c_e307");
    let pagina = casa.leggi("/accedi/iscrivi?poi=/e/c_e307", &a_meta).await.corpo;
    assert!(pagina.contains(r#"<svg class="al-qr""#) && pagina.contains("otpauth://totp/"));
    let sigillo = campo_nascosto(&pagina, "sigillo");
    let corpo = |codice: &str| format!("sigillo={sigillo}&codice={codice}&poi=/e/c_e307");
    let r = casa.invia("/accedi/iscrivi", &a_meta, &corpo("000000")).await;
    assert!(r.corpo.contains("AUT-005"));
    let giusto = codice(&casa, &pagina, 0);
    assert_eq!(codice(&casa, &r.corpo, 0), giusto, "a wrong code does not change the secret");
    let r = casa.invia("/accedi/iscrivi", &a_meta, &corpo(&giusto)).await;
    assert!(r.corpo.contains("Conserva questi codici") && r.corpo.contains(r#"href="/e/c_e307""#));
    let sessione = biscotto(&r, "alleanza").unwrap();
    assert_eq!(casa.leggi("/e/c_e307/quaderno", &sessione).await.stato, StatusCode::OK);
    // Rita's role asks for nothing.
    assert_eq!(parola(&casa, "rita", "/").await.header("location"), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_in_a_while_ago_signs_in_again_to_change_the_door() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let csrf = casa.csrf(&giulia).await;
    casa.sposta(16 * 60).await;
    let r = casa.leggi("/mio-accesso/totp", &giulia).await;
    assert_eq!(r.header("location"), "/accedi?ancora=si&poi=/mio-accesso/totp");
    let r = casa.leggi("/accedi?ancora=si&poi=/mio-accesso/totp", &giulia).await;
    assert!(r.stato == StatusCode::OK && r.corpo.contains("entra di nuovo"));
    for via in ["/mio-accesso/totp/togli", "/mio-accesso/codici"] {
        let r = casa.invia(via, &giulia, &format!("csrf={csrf}")).await;
        assert!(r.header("location").starts_with("/accedi?ancora=si"), "{via}");
    }
    // The session that was there is closed by the new one.
    let r = casa.invia("/accedi", &giulia, &format!("utente=giulia&parola={PAROLA}&poi=/mio-accesso/totp")).await;
    assert_eq!(r.header("location"), "/mio-accesso/totp");
    assert_eq!(casa.leggi("/mio-accesso/totp", &biscotto(&r, "alleanza").unwrap()).await.stato, StatusCode::OK);
    assert_eq!(casa.leggi("/", &giulia).await.header("location"), "/accedi");
}

#[tokio::test(flavor = "multi_thread")]
async fn under_https_both_cookies_belong_to_the_host() {
    let casa = Casa::con(|c| c.https = true).await;
    let ente = authz::ente_per_codice(&casa.prova.db, "c_e307").await.unwrap().unwrap().ente;
    let mut tx = casa.prova.db.di_ente(ente).await.unwrap();
    authz::chiedi(&mut tx, "protocollo", Some(Richiesto::Qualsiasi)).await.unwrap();
    tx.commit().await.unwrap();
    let r = parola(&casa, "giulia", "/").await;
    let b = r.header("set-cookie");
    assert!(
        b.starts_with("__Host-alleanza-ingresso=")
            && b.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600"),
        "{b}"
    );
    let r = casa.invia("/accedi/lascia", b.split(';').next().unwrap(), "").await;
    assert_eq!(r.header("location"), "/accedi");
    assert_eq!(casa.leggi("/accedi/iscrivi", b.split(';').next().unwrap()).await.header("location"), "/accedi");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_closed_from_another_one() {
    let casa = Casa::nuova().await;
    let (giulia, rita) = (casa.entra("giulia").await, casa.entra("rita").await);
    let req = Request::post("/accedi")
        .header("host", "localhost")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    let r = casa.chiedi(req.body(Body::from(format!("utente=giulia&parola={PAROLA}"))).unwrap()).await;
    let altrove = biscotto(&r, "alleanza").unwrap();
    let pagina = casa.leggi("/mio-accesso", &giulia).await.corpo;
    assert!(pagina.contains("Firefox su Linux") && pagina.contains("qui, adesso"), "{pagina}");
    let azione = pagina.split_once("/mio-accesso/sessioni/").unwrap().1;
    let azione = azione.split_once("/mio-accesso/sessioni/").unwrap().1.split('"').next().unwrap();
    let via = format!("/mio-accesso/sessioni/{azione}");
    // Neither without the token of the form, nor by somebody else.
    assert_eq!(casa.invia(&via, &giulia, "").await.stato, StatusCode::FORBIDDEN);
    let csrf = casa.csrf(&rita).await;
    casa.invia(&via, &rita, &format!("csrf={csrf}")).await;
    assert_eq!(casa.leggi("/e/c_e307", &altrove).await.stato, StatusCode::OK);
    let csrf = casa.csrf(&giulia).await;
    casa.invia(&via, &giulia, &format!("csrf={csrf}")).await;
    assert_eq!(casa.leggi("/e/c_e307", &altrove).await.stato, StatusCode::SEE_OTHER);
    assert_eq!(casa.leggi("/e/c_e307", &giulia).await.stato, StatusCode::OK);
}
