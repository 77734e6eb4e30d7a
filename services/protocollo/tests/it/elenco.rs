//! List, filters, search, pages.

use protocollo::{DaRegistrare, Filtro, Registrazione, Verso, Vista};

use crate::casa::{A, B, Casa, chi, entrata};

async fn oggetti(casa: &Casa, f: Filtro) -> Vec<String> {
    let mut tx = casa.tx(A).await;
    let righe = protocollo::elenco(&mut tx, &Vista::INTERA, &f, None).await.unwrap().righe;
    righe.into_iter().map(|r: Registrazione| r.oggetto).collect()
}

#[tokio::test]
async fn filters_and_search_find_what_people_look_for() {
    let casa = Casa::nata_il("2025-12-30T09:00:00Z").await;
    casa.registra(&entrata("Determinazioni sulla neve in città")).await;
    casa.adesso_e("2026-03-01T09:00:00Z").await;
    casa.registra(&DaRegistrare { verso: Verso::Uscita, classifica: "X.1".into(), ..entrata("Vaccinazioni") }).await;
    casa.registra(&DaRegistrare { ufficio: "TEC".into(), numero_mittente: "118/U".into(), ..entrata("Tetto") }).await;
    let f = Filtro::default;
    let testo = |t: &str| Filtro { testo: t.into(), ..f() };
    assert_eq!(oggetti(&casa, f()).await, ["Tetto", "Vaccinazioni", "Determinazioni sulla neve in città"]);
    assert_eq!(oggetti(&casa, Filtro { verso: Some(Verso::Uscita), ..f() }).await, ["Vaccinazioni"]);
    assert_eq!(oggetti(&casa, Filtro { ufficio: Some("TEC".into()), ..f() }).await, ["Tetto"]);
    assert_eq!(oggetti(&casa, Filtro { classifica: Some("X".into()), ..f() }).await, ["Vaccinazioni"]);
    assert_eq!(oggetti(&casa, Filtro { anno: Some(2025), ..f() }).await.len(), 1);
    assert_eq!(
        oggetti(&casa, Filtro { dal: "2026-03-01".parse().ok(), al: "2026-03-01".parse().ok(), ..f() }).await.len(),
        2
    );
    assert_eq!(oggetti(&casa, Filtro { da_prendere: Some(true), ..f() }).await.len(), 3);
    assert!(oggetti(&casa, Filtro { annullate: Some(true), ..f() }).await.is_empty());
    for parole in ["determinazione", "citta", "NEVE", "\"neve in città\""] {
        assert_eq!(oggetti(&casa, testo(parole)).await, ["Determinazioni sulla neve in città"], "{parole}");
    }
    assert_eq!(oggetti(&casa, testo("118/U")).await, ["Tetto"]);
    assert_eq!(oggetti(&casa, testo("edil gizio")).await.len(), 3);
    assert_eq!(oggetti(&casa, testo("0000002")).await, ["Tetto"]);
    assert_eq!(oggetti(&casa, testo("1/2025")).await.len(), 1);
    assert!(oggetti(&casa, testo("' or 1=1 --")).await.is_empty());
    let mut tx = casa.tx(A).await;
    assert_eq!(protocollo::quante(&mut tx, 2026).await.unwrap(), 2);
}

#[tokio::test]
async fn pages_go_back_by_key_without_losing_or_repeating() {
    let casa = Casa::nuova().await;
    for n in 0..105 {
        casa.registra(&entrata(&format!("Lettera {n}"))).await;
    }
    let mut tx = casa.tx(A).await;
    let (mut visti, mut dopo) = (Vec::new(), None);
    loop {
        let p = protocollo::elenco(&mut tx, &Vista::INTERA, &Filtro::default(), dopo).await.unwrap();
        visti.extend(p.righe.iter().map(|r| r.numero));
        let Some(chiave) = p.dopo else { break };
        let (anno, numero) = chiave.split_once('/').unwrap();
        dopo = Some((anno.parse().unwrap(), numero.parse().unwrap()));
    }
    assert_eq!(visti, (1..=105).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_reserved_shows_its_number_and_nothing_else() {
    let casa = Casa::nuova().await;
    let da = DaRegistrare { riservata: true, ufficio: "TEC".into(), ..entrata("Segnalazione su Rossi") };
    let r = casa.registra(&da).await;
    let vede = async |utente: &str, testo: &str| {
        let mut tx = casa.tx(A).await;
        let chi = chi(&mut tx, utente).await;
        let vista = Vista::di(&mut tx, &chi).await.unwrap();
        let f = Filtro { testo: testo.into(), ..Filtro::default() };
        let righe = protocollo::elenco(&mut tx, &vista, &f, None).await.unwrap().righe;
        righe.into_iter().map(|r| r.oggetto).collect::<Vec<_>>()
    };
    assert_eq!(vede("rita", "").await, ["Oggetto riservato"]);
    assert!(vede("rita", "Rossi").await.is_empty(), "search tells nothing either");
    for utente in ["giulia", "renzo", "paolo"] {
        assert_eq!(vede(utente, "Rossi").await, ["Segnalazione su Rossi"], "{utente}");
    }
    let mut tx = casa.tx(A).await;
    let rita = chi(&mut tx, "rita").await;
    let e = protocollo::registrazione_per(&mut tx, &rita, r.anno, r.numero).await.unwrap_err();
    assert_eq!(e.codice(), Some("PRT-027"));
}

#[tokio::test]
async fn one_desk_over_many_comuni() {
    let casa = Casa::nuova().await;
    casa.registra(&entrata("Di Introdacqua")).await;
    let mut tx = casa.tx(B).await;
    let p = crate::casa::permesso::<protocollo::Registra>(&mut tx, "aldo").await;
    protocollo::registra(&mut tx, &p, &entrata("Di Scanno")).await.unwrap();
    tx.commit().await.unwrap();
    let (a, b) = (casa.ente(A).await, casa.ente(B).await);
    for (enti, attesi) in [(vec![a, b], vec!["Di Scanno", "Di Introdacqua"]), (vec![a], vec!["Di Introdacqua"])] {
        let mut s = casa.prova.db.scrivania(&enti).await.unwrap();
        // The database, not the argument, decides what is seen.
        let righe = protocollo::di_piu_enti(&mut s, &[a, b], |_| true).await.unwrap();
        assert_eq!(righe.iter().map(|r| r.registrazione.oggetto.as_str()).collect::<Vec<_>>(), attesi);
    }
}
