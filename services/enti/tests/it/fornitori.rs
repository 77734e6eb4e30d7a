//! The identity providers of an alliance, from their page.

use axum::http::StatusCode;
use simulators::oidc::{CLIENT, Guasto, Simulatore};

use crate::casa::{CST, INTRODACQUA};
use crate::pagine::Palazzo;

const FATTI: &str = "select dettaglio->>'fatto' from accesso.audit where azione = 'enti.fornitori' order by istante";

#[tokio::test(flavor = "multi_thread")]
async fn an_alliance_decides_how_people_enter() {
    let (p, s) = (Palazzo::nuovo().await, Simulatore::avvia().await.unwrap());
    let (cst, rita) = (p.entra("cst").await, p.entra("rita").await);
    let qui = format!("/e/{CST}/accessi/fornitori");
    let campi = |emittente: &str| {
        format!("nome=Accesso+unico&emittente={emittente}&client={CLIENT}&segreto=un+segreto&forti=mfa+otp")
    };
    for (emittente, codice) in
        [("", "WEB-014"), ("boh", "ENT-082"), ("https://idp.example.it", "ENT-082"), ("http://10.0.0.1", "ENT-082")]
    {
        let r = p.premi(&qui, &qui, &cst, &campi(emittente)).await;
        assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains(codice), "{emittente}: {}", r.corpo);
        assert!(!r.corpo.contains("un segreto"), "a secret is not shown again");
    }
    let r = p.premi(&qui, &qui, &cst, &campi(s.emittente())).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let r = p.premi(&qui, &qui, &cst, &campi(s.emittente())).await;
    assert!(r.corpo.contains("ENT-081"), "{}", r.corpo);
    let pagina = p.leggi(&qui, &cst).await.corpo;
    assert!(pagina.contains("mfa otp") && pagina.contains("http://localhost/accedi/esterno/ritorno"), "{pagina}");
    assert!(p.leggi("/accedi", "").await.corpo.contains("Entra con Accesso unico"));

    let bottone = |finale: &str| {
        let azioni = pagina.split("action=\"").filter_map(|a| a.split('"').next());
        azioni.filter(|a| a.ends_with(finale)).last().unwrap().to_owned()
    };
    let (prova, spegni) = (bottone("/prova"), bottone("/spegni"));
    let r = p.premi(&qui, &prova, &cst, "").await;
    assert!(r.stato == StatusCode::OK && r.corpo.contains("risponde bene: 2 chiavi"), "{}", r.corpo);
    s.guasto(Guasto::Html);
    let r = p.premi(&qui, &prova, &cst, "").await;
    assert!(r.corpo.contains("non è JSON") && r.corpo.contains("ENT-082"), "{}", r.corpo);

    // A comune decides nothing of this: the alliance does, for everybody.
    let sua = format!("/e/{INTRODACQUA}/accessi/fornitori");
    assert!(p.leggi(&sua, &rita).await.corpo.contains("Li decide l’alleanza"));
    let r = p.premi(&sua, &sua, &rita, &campi("http://localhost:1")).await;
    assert!(r.corpo.contains("ENT-080"), "{}", r.corpo);
    let r = p.premi(&sua, &spegni.replace(CST, INTRODACQUA), &rita, "").await;
    assert!(r.corpo.contains("ENT-083"), "{}", r.corpo);

    assert_eq!(p.premi(&qui, &spegni, &cst, "").await.stato, StatusCode::SEE_OTHER);
    assert!(p.premi(&qui, &spegni, &cst, "").await.corpo.contains("ENT-083"));
    assert!(!p.leggi("/accedi", "").await.corpo.contains("Accesso unico"));
    let mut c = p.prova.come("alleanza_super").await.unwrap();
    let fatti: Vec<String> = sqlx::query_scalar(FATTI).fetch_all(&mut c).await.unwrap();
    assert_eq!(fatti, ["aggiunto", "spento"]);
    p.butta().await;
}
