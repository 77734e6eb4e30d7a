//! To an identity provider and back, as browsers go.

use authz::NuovoFornitore;
use axum::http::StatusCode;
use simulators::oidc::{ANNA, CLIENT, LUCA, SEGRETO, Simulatore, Utente};

use crate::casa::{Casa, Risposta, campo_nascosto};

/// The provider of the alliance, and the address of its button.
async fn fornitore(casa: &Casa) -> (Simulatore, String) {
    let s = Simulatore::avvia().await.unwrap();
    let mut tx = casa.tx("c_e307").await;
    let chi = collaudo::chi(&mut tx, "ugo").await;
    let n = NuovoFornitore {
        nome: "Accesso unico",
        emittente: s.emittente(),
        client: CLIENT,
        segreto: Some(SEGRETO),
        forti: &[],
    };
    let id = authz::aggiungi_fornitore(&mut tx, &casa.serratura, &chi, &n).await.unwrap();
    tx.commit().await.unwrap();
    (s, id.to_string())
}

fn biscotto(r: &Risposta, nome: &str) -> Option<String> {
    collaudo::biscotto(&r.headers, nome)
}

/// Where a page sends the browser at once.
fn verso(r: &Risposta) -> String {
    assert_eq!(r.stato, StatusCode::OK, "{}", r.corpo);
    r.header("refresh").strip_prefix("0; url=").unwrap().to_owned()
}

/// The address to which the provider sends the browser back.
fn indietro(s: &Simulatore, verso: &str, chi: Utente) -> String {
    let r = s.entra(verso, chi).unwrap();
    format!("/accedi/esterno/ritorno?code={}&state={}&iss={}", r.code, r.state, r.iss)
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_with_the_same_browser() {
    let casa = Casa::nuova().await;
    assert!(!casa.leggi("/accedi", "").await.corpo.contains("/accedi/esterno"), "no provider, no button");
    let (s, id) = fornitore(&casa).await;
    let porta = casa.leggi("/accedi?poi=/e/c_e307/quaderno", "").await.corpo;
    assert!(porta.contains("Entra con Accesso unico") && porta.contains(&format!("/accedi/esterno/{id}")));

    // Linking: a button of one's own page, from the session that asked.
    let giulia = casa.entra("giulia").await;
    let collega = format!("/mio-accesso/identita/{id}/collega");
    assert_eq!(casa.invia(&collega, &giulia, "").await.stato, StatusCode::FORBIDDEN, "the token of the page");
    let r = casa.premi("/mio-accesso", &collega, &giulia, "").await;
    let viaggio = biscotto(&r, "alleanza-esterno").unwrap();
    let da_la = indietro(&s, &verso(&r), ANNA);
    // Another browser has not asked anything.
    for b in [String::new(), giulia.clone(), viaggio.clone()] {
        let r = casa.leggi(&da_la, &b).await;
        assert!(r.stato.is_client_error() && r.corpo.contains("AUT-013"), "{b}: {}", r.corpo);
    }
    // Whose journey was spent asks again.
    let tutti = collega_giulia(&casa, &s, &id, &giulia).await;
    let mio = casa.leggi("/mio-accesso", &giulia).await.corpo;
    assert!(
        mio.contains(ANNA.posta) && mio.contains("Collegata un’identità esterna") && !mio.contains(&collega),
        "{mio}"
    );

    // Signing in: where the person was going, with a session that nobody had before.
    let r = casa.invia(&format!("/accedi/esterno/{id}"), "", "poi=/e/c_e307/quaderno").await;
    let viaggio = biscotto(&r, "alleanza-esterno").unwrap();
    let a_lei = indietro(&s, &verso(&r), ANNA);
    let r = casa.leggi(&a_lei, &viaggio).await;
    assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/e/c_e307/quaderno"), "{}", r.corpo);
    let nuova = biscotto(&r, "alleanza").unwrap();
    assert_ne!(nuova, giulia);
    assert!(r.headers.get_all("set-cookie").iter().any(|v| v.to_str().unwrap().starts_with("alleanza-esterno=;")));
    assert_eq!(casa.leggi("/e/c_e307/quaderno", &nuova).await.stato, StatusCode::OK);
    assert!(casa.leggi("/mio-accesso", &nuova).await.corpo.contains("con Accesso unico"));
    assert!(casa.leggi(&a_lei, &viaggio).await.corpo.contains("AUT-013"), "played again");

    // A browser that brings a session with it leaves it behind, and never goes to another site.
    let r = casa.invia(&format!("/accedi/esterno/{id}"), &tutti, "poi=//evil.it").await;
    let la = verso(&r);
    assert!(la.contains("prompt=login"), "who is signed in is asked again: {la}");
    let viaggio = biscotto(&r, "alleanza-esterno").unwrap();
    let r = casa.leggi(&indietro(&s, &la, ANNA), &format!("{giulia}; {viaggio}")).await;
    assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert!(casa.leggi("/", &giulia).await.header("location").starts_with("/accedi"), "the old session is closed");

    // Nobody, and who says no: the door, with why.
    for (chi, codice) in [(Some(LUCA), "AUT-011"), (None, "AUT-016")] {
        let r = casa.invia(&format!("/accedi/esterno/{id}"), "", "").await;
        let (la, viaggio) = (verso(&r), biscotto(&r, "alleanza-esterno").unwrap());
        let via = match chi {
            Some(chi) => indietro(&s, &la, chi),
            None => {
                format!("/accedi/esterno/ritorno?error=access_denied&state={}", viaggio.split_once('=').unwrap().1)
            }
        };
        let r = casa.leggi(&via, &viaggio).await;
        assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains(codice), "{codice}: {}", r.corpo);
        assert!(campo_nascosto(&r.corpo, "poi") == "/" && biscotto(&r, "alleanza").is_none());
    }
    let r = casa.invia(&format!("/accedi/esterno/{}", db::caso::uuid()), "", "").await;
    assert!(r.corpo.contains("AUT-017"), "{}", r.corpo);
}

/// Links, and gives every cookie of the browser.
async fn collega_giulia(casa: &Casa, s: &Simulatore, id: &str, giulia: &str) -> String {
    let r = casa.premi("/mio-accesso", &format!("/mio-accesso/identita/{id}/collega"), giulia, "").await;
    let tutti = format!("{giulia}; {}", biscotto(&r, "alleanza-esterno").unwrap());
    let r = casa.leggi(&indietro(s, &verso(&r), ANNA), &tutti).await;
    assert_eq!((r.stato, r.header("location")), (StatusCode::SEE_OTHER, "/mio-accesso"), "{}", r.corpo);
    tutti
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_grown_old_links_and_unlinks_nothing() {
    let casa = Casa::nuova().await;
    let (s, id) = fornitore(&casa).await;
    let giulia = casa.entra("giulia").await;
    collega_giulia(&casa, &s, &id, &giulia).await;
    let mio = casa.leggi("/mio-accesso", &giulia).await.corpo;
    let togli = mio.split("action=\"").find(|a| a.starts_with("/mio-accesso/identita/")).unwrap();
    let togli = togli.split('"').next().unwrap().to_owned();
    casa.sposta(16 * 60).await;
    for via in [&togli, &format!("/mio-accesso/identita/{id}/collega")] {
        let r = casa.premi("/mio-accesso", via, &giulia, "").await;
        assert!(r.header("location").starts_with("/accedi?ancora"), "{via}");
    }
    casa.sposta(0).await;
    assert_eq!(casa.premi("/mio-accesso", &togli, &giulia, "").await.header("location"), "/mio-accesso");
    assert!(!casa.leggi("/mio-accesso", &giulia).await.corpo.contains(ANNA.posta));
}
