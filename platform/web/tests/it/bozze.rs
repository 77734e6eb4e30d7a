//! Drafts: saved, found again, seen by colleagues, ended by the form; of one person and of one ente.

use axum::http::StatusCode;
use serde_json::Value;

use crate::casa::Casa;

const CHIAVE: &str = "8f14e45f-ceea-467f-9d3a-1c5b2f7e0a11";
const MODULO: &str = "%2Fe%2Fc_e307%2Fquaderno%2Fnuova";

fn bozza(csrf: &str, chiave: &str, battuta: u32, testo: &str) -> String {
    let campi = format!("%5B%5B%22oggetto%22%2C%22{testo}%22%5D%5D");
    format!(
        "csrf={csrf}&chiave={chiave}&modulo={MODULO}&pagina={MODULO}&titolo=Nuova+nota&battuta={battuta}&campi={campi}"
    )
}

async fn letta(casa: &Casa, chi: &str) -> Value {
    let r = casa.leggi(&format!("/e/c_e307/bozze?modulo={MODULO}"), chi).await;
    assert_eq!(r.stato, StatusCode::OK);
    serde_json::from_str(&r.corpo).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_waits_for_its_person_and_ends_with_its_form() {
    let casa = Casa::nuova().await;
    let (giulia, elena) = (casa.entra("giulia").await, casa.entra("elena").await);
    let csrf = casa.csrf(&giulia).await;

    let r = casa.invia("/e/c_e307/bozze", &giulia, &bozza(&csrf, CHIAVE, 2, "Tetto+della+scuola")).await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.corpo);
    // What was typed before and arrives after covers nothing.
    let r = casa.invia("/e/c_e307/bozze", &giulia, &bozza(&csrf, CHIAVE, 1, "Tet")).await;
    assert_eq!(r.stato, StatusCode::OK);
    let mia = letta(&casa, &giulia).await;
    assert_eq!((mia["mie"][0]["campi"][0][1].as_str(), &mia["utente"]), (Some("Tetto della scuola"), &"giulia".into()));
    assert_eq!(mia["altri"].as_array().unwrap().len(), 0);
    let scrivania = casa.leggi("/", &giulia).await.corpo;
    assert!(scrivania.contains(&format!("/e/c_e307/quaderno/nuova#bozza={CHIAVE}")), "it is on the desk");

    // A colleague sees who writes, and nothing of what is written.
    let sua = letta(&casa, &elena).await;
    assert_eq!((sua["mie"].as_array().unwrap().len(), sua["altri"][0]["nome"].as_str()), (0, Some("Giulia Ventresca")));
    assert!(!sua.to_string().contains("Tetto") && !casa.leggi("/", &elena).await.corpo.contains("Lasciate a metà"));

    // The form comes back: the draft stays. It is done: the draft is gone.
    let modulo = |oggetto: &str, con: &str| format!("csrf={csrf}&chiave={CHIAVE}&oggetto={oggetto}&ufficio=RAG{con}");
    let r = casa.invia("/e/c_e307/quaderno/nuova", &giulia, &modulo("doppia", "&con-bozza=si")).await;
    assert_eq!(
        (r.stato, letta(&casa, &giulia).await["mie"].as_array().unwrap().len()),
        (StatusCode::UNPROCESSABLE_ENTITY, 1)
    );
    let r = casa.invia("/e/c_e307/quaderno/nuova", &giulia, &modulo("Tetto", "&con-bozza=si")).await;
    assert_eq!((r.stato, letta(&casa, &giulia).await["mie"].as_array().unwrap().len()), (StatusCode::SEE_OTHER, 0));
    // A save that was still on its way brings nothing back; nor does the first one of a form that went before it.
    let r = casa.invia("/e/c_e307/bozze", &giulia, &bozza(&csrf, CHIAVE, 9, "Tetto")).await;
    assert!(r.stato == StatusCode::CONFLICT && r.corpo.contains("WEB-018"), "{}", r.stato);
    let subito = CHIAVE.replace("0a11", "0a12");
    let corpo = modulo("Tetto", "&con-bozza=si").replace(CHIAVE, &subito);
    assert_eq!(casa.invia("/e/c_e307/quaderno/nuova", &giulia, &corpo).await.stato, StatusCode::SEE_OTHER);
    let r = casa.invia("/e/c_e307/bozze", &giulia, &bozza(&csrf, &subito, 1, "Tetto")).await;
    assert_eq!((r.stato, letta(&casa, &giulia).await["mie"].as_array().unwrap().len()), (StatusCode::CONFLICT, 0));
    assert!(!casa.leggi("/", &giulia).await.corpo.contains("Lasciate a metà"));
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_that_are_not_one_are_refused_and_nobody_throws_away_another_s() {
    let casa = Casa::nuova().await;
    let (giulia, elena, aldo) = (casa.entra("giulia").await, casa.entra("elena").await, casa.entra("aldo").await);
    let (csrf, suo) = (casa.csrf(&giulia).await, casa.csrf(&elena).await);
    let buona = bozza(&csrf, CHIAVE, 1, "Tetto");
    for (cattiva, stato) in [
        (buona.replace(&csrf, "altro"), StatusCode::FORBIDDEN),
        (buona.replace("c_e307", "c_i501"), StatusCode::BAD_REQUEST),
        (buona.replace("battuta=1", "battuta=uno"), StatusCode::BAD_REQUEST),
        (buona.replace("campi=%5B", "campi=%7B"), StatusCode::BAD_REQUEST),
        (buona.replace("Tetto", "%5Cu0000"), StatusCode::BAD_REQUEST),
        (buona.replace("Tetto", &"a".repeat(300_000)), StatusCode::BAD_REQUEST),
    ] {
        let r = casa.invia("/e/c_e307/bozze", &giulia, &cattiva).await;
        assert_eq!(r.stato, stato, "{}", &cattiva[..cattiva.len().min(300)]);
    }
    assert_eq!(letta(&casa, &giulia).await["mie"].as_array().unwrap().len(), 0);

    casa.invia("/e/c_e307/bozze", &giulia, &buona).await;
    let butta = |csrf: &str| format!("csrf={csrf}&bozza={CHIAVE}");
    casa.invia("/e/c_e307/bozze/butta", &elena, &butta(&suo)).await;
    assert_eq!(letta(&casa, &giulia).await["mie"].as_array().unwrap().len(), 1, "it was not hers");
    let r = casa.leggi(&format!("/e/c_e307/bozze?modulo={MODULO}"), &aldo).await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND, "who has no role here does not know the page");
    casa.invia("/e/c_e307/bozze/butta", &giulia, &butta(&csrf)).await;
    assert_eq!(letta(&casa, &giulia).await["mie"].as_array().unwrap().len(), 0);
    // Who threw it away may think again; a colleague may not do it for her.
    for (chi, csrf, stato, resta) in
        [(&elena, &suo, StatusCode::CONFLICT, 0), (&giulia, &csrf, StatusCode::SEE_OTHER, 1)]
    {
        assert_eq!(casa.invia("/e/c_e307/bozze/rimetti", chi, &butta(csrf)).await.stato, stato);
        assert_eq!(letta(&casa, &giulia).await["mie"].as_array().unwrap().len(), resta);
    }
    casa.invia("/e/c_e307/bozze/butta", &giulia, &butta(&csrf)).await;

    // Full: no new draft begins, an old one goes on.
    for i in 0..50 {
        let r = casa
            .invia(
                "/e/c_e307/bozze",
                &giulia,
                &bozza(&csrf, &format!("8f14e45f-ceea-467f-9d3a-1c5b2f7e1{i:03}"), 1, "a"),
            )
            .await;
        assert_eq!(r.stato, StatusCode::OK);
    }
    let r = casa.invia("/e/c_e307/bozze", &giulia, &buona.replace(CHIAVE, &CHIAVE.replace("0a11", "0a13"))).await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("WEB-017"), "{}", r.stato);
    let r = casa.invia("/e/c_e307/bozze", &giulia, &bozza(&csrf, "8f14e45f-ceea-467f-9d3a-1c5b2f7e1000", 2, "b")).await;
    assert_eq!(r.stato, StatusCode::OK);
}
