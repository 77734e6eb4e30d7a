//! What is done to many registrations at once, and what is taken back.

use std::sync::LazyLock;

use axum::http::StatusCode;
use jiff::SignedDuration;
use protocollo::{Annulla, DaRegistrare, Registrata, Riassegna};
use web::Service;

use crate::casa::{A, B, Casa, autorizzata, entrata, permesso};

static SERVIZI: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let acceso = |s: Service| Service { sempre_attivo: true, ..s };
    vec![acceso(documenti::service()), acceso(protocollo::service())]
});

async fn lavora(casa: &Casa) {
    let gesti = web::gesti::lavoro(|cx, i| {
        Box::pin(web::gesti::svolgi(&SERVIZI, |_| Box::pin(async { Ok(Vec::new()) }), cx, i))
    });
    let catalogo = jobs::Catalogo::nuovo([gesti], []);
    let cx = jobs::Contesto::nuovo(casa.prova.db.clone(), casa.archivio.clone());
    jobs::esegui_tutto(&cx, &catalogo).await.unwrap();
}

async fn storia(casa: &Casa, r: &Registrata) -> (String, Vec<(String, bool)>) {
    let letta = casa.leggi_registrazione(r).await;
    let mut tx = casa.tx(A).await;
    let storia = protocollo::assegnazioni(&mut tx, &letta).await.unwrap();
    (letta.ufficio, storia.into_iter().map(|a| (a.ufficio, a.presa_da.is_some())).collect())
}

fn pagina(r: &Registrata) -> String {
    format!("/e/{A}/protocollo/{}/{}", r.anno, r.numero)
}

/// The address that takes back what an answer says was done.
fn indietro(dove: &str) -> String {
    let id = dove.split_once("?fatto=").unwrap_or_else(|| panic!("no way back in {dove}")).1;
    format!("/e/{A}/azioni/{id}/disfa")
}

#[tokio::test]
async fn who_took_charge_by_mistake_takes_it_back_for_half_a_minute() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Lampione spento")).await;
    let (giulia, renzo) = (casa.entra("giulia").await, casa.entra("renzo").await);
    let presa = casa.premi(&pagina(&r), &format!("{}/presa", pagina(&r)), &giulia, "").await;
    let dopo = presa.header("location").to_owned();
    let letta = casa.leggi(&dopo, &giulia).await;
    assert!(letta.corpo.contains("Rimetti com’era"), "the page offers it");
    assert_eq!(storia(&casa, &r).await.1, [("SEG".to_owned(), true)]);

    // Not a colleague; not another comune.
    let csrf = letta.csrf().to_owned();
    let altri = casa.leggi(&pagina(&r), &renzo).await.csrf().to_owned();
    let no = casa.invia(&indietro(&dopo), &renzo, &format!("csrf={altri}")).await;
    assert!(no.stato == StatusCode::CONFLICT && no.corpo.contains("WEB-019"), "{}", no.stato);
    let aldo = casa.entra("aldo").await;
    let token = casa.leggi(&format!("/e/{B}/protocollo"), &aldo).await.csrf().to_owned();
    let altrove = casa.invia(&indietro(&dopo).replace(A, B), &aldo, &format!("csrf={token}")).await;
    assert_eq!(altrove.stato, StatusCode::CONFLICT);
    assert_eq!(storia(&casa, &r).await.1, [("SEG".to_owned(), true)]);

    let rimessa = casa.invia(&indietro(&dopo), &giulia, &format!("csrf={csrf}")).await;
    assert_eq!(rimessa.header("location"), format!("{}?rimesso=si", pagina(&r)));
    assert_eq!(storia(&casa, &r).await.1, [("SEG".to_owned(), false)]);
    let due_volte = casa.invia(&indietro(&dopo), &giulia, &format!("csrf={csrf}")).await;
    assert_eq!(due_volte.stato, StatusCode::CONFLICT);

    // Half a minute later what was done stays done.
    let dopo =
        casa.premi(&pagina(&r), &format!("{}/presa", pagina(&r)), &giulia, "").await.header("location").to_owned();
    let tx = casa.tx(A).await;
    let poi = tx.now() + SignedDuration::from_secs(40);
    drop(tx);
    collaudo::a(&casa.prova, poi).await;
    let tardi = casa.invia(&indietro(&dopo), &giulia, &format!("csrf={csrf}")).await;
    assert!(tardi.stato == StatusCode::CONFLICT && tardi.corpo.contains("WEB-019"));
    assert_eq!(storia(&casa, &r).await.1, [("SEG".to_owned(), true)]);
}

#[tokio::test]
async fn what_was_given_to_others_comes_back_as_it_was_unless_somebody_touched_it() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Muro di via delle Fonti")).await;
    let giulia = casa.entra("giulia").await;
    casa.premi(&pagina(&r), &format!("{}/presa", pagina(&r)), &giulia, "").await;
    let riassegna = async || {
        casa.premi(&pagina(&r), &format!("{}/riassegna", pagina(&r)), &giulia, "ufficio=TEC&classifica=X.1").await
    };
    let dopo = riassegna().await.header("location").to_owned();
    let csrf = casa.leggi(&dopo, &giulia).await.csrf().to_owned();
    let rimessa = casa.invia(&indietro(&dopo), &giulia, &format!("csrf={csrf}")).await;
    assert_eq!(rimessa.stato, StatusCode::SEE_OTHER, "{}", rimessa.corpo);
    let tutta = [("SEG".to_owned(), true), ("TEC".to_owned(), false), ("SEG".to_owned(), true)];
    assert_eq!(storia(&casa, &r).await, ("SEG".to_owned(), tutta.to_vec()), "each step is in the register");
    assert_eq!(casa.leggi_registrazione(&r).await.classifica, "VI.5");
    assert_eq!(casa.anomalie().await, Vec::<String>::new());

    // A colleague gives it to somebody else meanwhile: nothing of theirs is undone.
    let dopo = riassegna().await.header("location").to_owned();
    let mut tx = casa.tx(A).await;
    let p = permesso::<Riassegna>(&mut tx, "renzo").await;
    protocollo::riassegna(&mut tx, &p, r.anno, r.numero, "TEC", "VI.5").await.unwrap();
    tx.commit().await.unwrap();
    let no = casa.invia(&indietro(&dopo), &giulia, &format!("csrf={csrf}")).await;
    assert!(no.corpo.contains("PRT-029"), "{}", no.corpo);
    assert_eq!(casa.leggi_registrazione(&r).await.classifica, "VI.5");
}

#[tokio::test]
async fn many_at_once_each_by_itself_with_a_journal() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let mut tutte = Vec::new();
    for n in 0..6 {
        tutte.push(casa.registra(&entrata(&format!("Segreto di pratica {n}"))).await);
    }
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    protocollo::annulla(&mut tx, &p, tutte[1].anno, tutte[1].numero, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();
    casa.premi(&pagina(&tutte[2]), &format!("{}/presa", pagina(&tutte[2])), &giulia, "").await;
    let di_tutte: String = tutte.iter().map(|r| format!("&su={}/{}", r.anno, r.numero)).collect();

    // The preview says what happens to each, and writes nothing; what is not there is not there.
    let vista = casa
        .leggi(
            &format!("/e/{A}/azioni/nuova?gesto=protocollo.riassegna&ufficio=TEC{di_tutte}&su=2026/999&su=x"),
            &giulia,
        )
        .await;
    assert_eq!(vista.stato, StatusCode::OK);
    for frase in [" a Ufficio tecnico", "è annullata", "Non c’è, o non puoi leggerla", "Segreto di pratica 0"] {
        assert!(vista.corpo.contains(frase), "{frase}");
    }
    assert_eq!(vista.corpo.matches("name=\"su\"").count(), 5);
    let (csrf, chiave) = (vista.csrf().to_owned(), vista.nascosto("chiave").to_owned());

    // Confirmed twice, it is done once; the one taken meanwhile is told.
    let corpo = format!("csrf={csrf}&chiave={chiave}&gesto=protocollo.riassegna&ufficio=TEC{di_tutte}");
    let primo = casa.invia(&format!("/e/{A}/azioni"), &giulia, &corpo).await;
    let secondo = casa.invia(&format!("/e/{A}/azioni"), &giulia, &corpo).await;
    let diario = primo.header("location").to_owned();
    assert_eq!((diario.as_str(), secondo.header("location")), (&*format!("/e/{A}/azioni/{chiave}"), diario.as_str()));
    assert!(casa.leggi(&diario, &giulia).await.corpo.contains("In corso: 0 di 5"));
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    protocollo::annulla(&mut tx, &p, tutte[3].anno, tutte[3].numero, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();
    lavora(&casa).await;
    lavora(&casa).await;
    let letto = casa.leggi(&diario, &giulia).await;
    assert!(letto.corpo.contains("Finito: 4 di 5") && letto.corpo.contains("PRT-023"), "{}", letto.corpo);
    assert!(!letto.corpo.contains("Segreto"), "a journal repeats no subject: one day it may have to be covered");
    for (n, dove) in [(0, "TEC"), (1, "SEG"), (2, "TEC"), (3, "SEG"), (4, "TEC"), (5, "TEC")] {
        assert_eq!(casa.leggi_registrazione(&tutte[n]).await.ufficio, dove, "{n}");
    }

    // Taken back together, last first; what was in charge is in charge.
    let rimesso = casa.invia(&format!("{diario}/disfa"), &giulia, &format!("csrf={csrf}")).await;
    lavora(&casa).await;
    let letto = casa.leggi(rimesso.header("location"), &giulia).await;
    assert!(letto.corpo.contains("Tutto fatto: 4 di 4"), "{}", letto.corpo);
    assert_eq!(storia(&casa, &tutte[2]).await.1.last(), Some(&("SEG".to_owned(), true)));
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
    let mie = casa.leggi(&format!("/e/{A}/azioni"), &giulia).await.corpo;
    assert!(mie.contains("4 di 5") && mie.contains("Rimetti com’era: riassegna"));
}

#[tokio::test]
async fn stopped_halfway_what_is_done_comes_back_and_the_rest_never_begins() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let una = casa.registra(&entrata("Una")).await;
    let due = casa.registra(&entrata("Due")).await;
    let csrf = casa.leggi(&pagina(&una), &giulia).await.csrf().to_owned();
    let corpo = format!(
        "csrf={csrf}&gesto=protocollo.prendi_in_carico&su={0}/{1}&su={0}/{2}",
        una.anno, una.numero, due.numero
    );
    let diario = casa.invia(&format!("/e/{A}/azioni"), &giulia, &corpo).await.header("location").to_owned();
    let rimesso = casa.invia(&format!("{diario}/disfa"), &giulia, &format!("csrf={csrf}")).await;
    lavora(&casa).await;
    assert!(casa.leggi(&diario, &giulia).await.corpo.contains("2 non erano ancora cominciate"));
    assert!(casa.leggi(rimesso.header("location"), &giulia).await.corpo.contains("Tutto fatto: 0 di 0"));
    for r in [&una, &due] {
        assert_eq!(storia(&casa, r).await.1, [("SEG".to_owned(), false)]);
    }
}

#[tokio::test]
async fn reserved_things_and_missing_roles_stay_out() {
    let casa = Casa::nuova().await;
    let riservata = casa.registra(&DaRegistrare { riservata: true, ..entrata("Procedimento disciplinare") }).await;
    let (paolo, giulia) = (casa.entra("paolo").await, casa.entra("giulia").await);
    let vista =
        format!("/e/{A}/azioni/nuova?gesto=protocollo.prendi_in_carico&su={}/{}", riservata.anno, riservata.numero);
    let sua = casa.leggi(&vista, &paolo).await;
    assert!(sua.stato == StatusCode::OK && sua.corpo.contains("non puoi leggerla"), "{}", sua.stato);
    assert!(!sua.corpo.contains("disciplinare"));
    assert!(casa.leggi(&vista, &giulia).await.corpo.contains("disciplinare"));
    // Confirmed all the same, by hand: nothing is done.
    let csrf = sua.csrf().to_owned();
    let corpo = format!("csrf={csrf}&gesto=protocollo.prendi_in_carico&su={}/{}", riservata.anno, riservata.numero);
    assert_eq!(casa.invia(&format!("/e/{A}/azioni"), &paolo, &corpo).await.stato, StatusCode::OK);
    assert_eq!(storia(&casa, &riservata).await.1, [("SEG".to_owned(), false)]);
    let senza = casa.leggi(&format!("/e/{A}/azioni/nuova?gesto=protocollo.riassegna&su=2026/1"), &paolo).await;
    assert_eq!(senza.stato, StatusCode::FORBIDDEN);
    assert_eq!(
        casa.leggi(&format!("/e/{A}/azioni/nuova?gesto=altro.gesto&su=1"), &paolo).await.stato,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_zero_byte_breaks_nothing() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Lampione spento")).await;
    let giulia = casa.entra("giulia").await;
    for campo in ["q", "verso", "ufficio", "classe", "anno", "dal", "stato", "dopo"] {
        let letta = casa.leggi(&format!("/e/{A}/protocollo?{campo}=a%00b"), &giulia).await;
        assert!(!letta.stato.is_server_error(), "{campo}: {}", letta.stato);
    }
    let inviata =
        casa.premi(&pagina(&r), &format!("{}/riassegna", pagina(&r)), &giulia, "ufficio=T%00&classifica=X.1").await;
    assert!(inviata.stato.is_client_error(), "{}", inviata.stato);
    let gesto = format!("/e/{A}/azioni/nuova?gesto=protocollo.riassegna&ufficio=T%00&classifica=X%00&su=2026/1%00");
    assert!(!casa.leggi(&gesto, &giulia).await.stato.is_server_error());
    assert_eq!(storia(&casa, &r).await.1, [("SEG".to_owned(), false)]);
}
