//! People, offices, roles, and the trace of what they did.

use authz::Richiesto;
use enti::{GestisciAccessi, GestisciPersone, GestisciUffici, NuovoRuolo};

use crate::casa::{self, INTRODACQUA, permesso, persona};

const SEG_ALBO: NuovoRuolo<'static> = NuovoRuolo { ufficio: "SEG", ruolo: "albo" };

#[tokio::test]
async fn the_first_person_is_the_administrator() {
    let p = casa::vuota().await;
    enti::aggiungi_ente(&p.manut, "E307").await.unwrap();
    let e = enti::crea_utente(&p.db, INTRODACQUA, &persona("anna"), &["protocollo"]).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-031"));
    enti::crea_utente(&p.db, INTRODACQUA, &persona("anna"), &["amministratore", "albo"]).await.unwrap();
    enti::crea_utente(&p.db, INTRODACQUA, &persona("bruno"), &["albo", "protocollo"]).await.unwrap();
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let ruoli: Vec<(String, String)> =
        authz::persone(&mut tx).await.unwrap().into_iter().map(|x| (x.utente, x.ruolo)).collect();
    let coppia = |u: &str, r: &str| (u.to_owned(), r.to_owned());
    let attesi = [
        coppia("anna", "albo"),
        coppia("anna", "amministratore"),
        coppia("bruno", "albo"),
        coppia("bruno", "protocollo"),
    ];
    assert_eq!(ruoli, attesi);
    assert_eq!(enti::crea_utente(&p.db, "c_zzzz", &persona("x"), &[]).await.unwrap_err().codice(), Some("ENT-005"));
    let altrove = enti::crea_utente_in(&p.db, INTRODACQUA, "TEC", &persona("carla"), &["albo"]).await;
    assert_eq!(altrove.unwrap_err().codice(), Some("ENT-036"), "an office that is not there");
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let p = casa::arredata().await;
    let (mut tx, permesso) = permesso::<GestisciPersone>(&p, INTRODACQUA).await;
    let anna = permesso.chi().persona;
    let admin = NuovoRuolo { ufficio: "SEG", ruolo: "amministratore" };
    let e = enti::togli_ruolo(&mut tx, &permesso, anna, admin, None).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-030"));
    enti::crea_persona(&mut tx, &permesso, &persona("bruno"), admin).await.unwrap();
    enti::togli_ruolo(&mut tx, &permesso, anna, admin, None).await.unwrap();
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn wrong_words_have_codes() {
    let p = casa::arredata().await;
    for (nuova, ruolo, codice) in [
        (persona("x y"), SEG_ALBO, "ENT-033"),
        (persona("bruno"), NuovoRuolo { ruolo: "re", ..SEG_ALBO }, "ENT-034"),
        (persona("bruno"), NuovoRuolo { ufficio: "BOH", ..SEG_ALBO }, "ENT-036"),
        (authz::NuovaPersona { parola: Some("corta"), ..persona("bruno") }, SEG_ALBO, "ENT-032"),
    ] {
        let (mut tx, permesso) = permesso::<GestisciPersone>(&p, INTRODACQUA).await;
        let e = enti::crea_persona(&mut tx, &permesso, &nuova, ruolo).await.unwrap_err();
        assert_eq!(e.codice(), Some(codice), "{e}");
    }
    for (codice, atteso) in [("SEG", "ENT-035"), ("ufficio tecnico", "ENT-037")] {
        let (mut tx, permesso) = permesso::<GestisciUffici>(&p, INTRODACQUA).await;
        let e = enti::nuovo_ufficio(&mut tx, &permesso, codice, "Ufficio tecnico").await.unwrap_err();
        assert_eq!(e.codice(), Some(atteso), "{e}");
    }
    p.butta().await.unwrap();
}

#[tokio::test]
async fn the_trace_goes_by_pages_and_loses_no_line() {
    let p = casa::arredata().await;
    for n in 0..7 {
        let (mut tx, permesso) = permesso::<GestisciUffici>(&p, INTRODACQUA).await;
        enti::nuovo_ufficio(&mut tx, &permesso, &format!("U{n}"), "Ufficio").await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let tutte = enti::registro_attivita(&mut tx, None, "", 100).await.unwrap();
    let (mut viste, mut dopo) = (Vec::new(), None);
    loop {
        let pagina = enti::registro_attivita(&mut tx, dopo, "", 3).await.unwrap();
        let Some(ultima) = pagina.last() else { break };
        dopo = Some((ultima.istante, ultima.id));
        viste.extend(pagina.into_iter().map(|r| r.id));
    }
    assert_eq!(viste, tutte.iter().map(|r| r.id).collect::<Vec<_>>());
    assert!(tutte.len() >= 7 && tutte[0].oggetto == "uffici/U6");
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn what_a_role_must_prove_is_decided_and_written() {
    let p = casa::arredata().await;
    let chiedi = async |richiesto| {
        let (mut tx, permesso) = permesso::<GestisciAccessi>(&p, INTRODACQUA).await;
        enti::chiedi_fattori(&mut tx, &permesso, &[("amministratore", richiesto), ("albo", None)]).await.unwrap();
        tx.commit().await.unwrap();
    };
    for richiesto in [Some(Richiesto::Qualsiasi), Some(Richiesto::Qualsiasi), None] {
        chiedi(richiesto).await;
    }
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let righe = enti::registro_attivita(&mut tx, None, "ruoli/amministratore", 10).await.unwrap();
    assert_eq!(righe.len(), 2, "asked, and asked no more: what did not change left no line");
    assert_eq!(righe[1].dettaglio["secondo_fattore"], "qualsiasi");
    assert!(enti::registro_attivita(&mut tx, None, "ruoli/albo", 10).await.unwrap().is_empty());
    let chi = enti::fattori(&mut tx).await.unwrap();
    assert!(chi.len() == 1 && !chi[0].ha(), "{chi:?}");
    drop(tx);
    // A permit of one comune asks nothing of another.
    let (_, permesso) = permesso::<GestisciAccessi>(&p, INTRODACQUA).await;
    let mut altrove = enti::entra(&p.db, casa::CST).await.unwrap();
    assert!(enti::chiedi_fattori(&mut altrove, &permesso, &[("albo", Some(Richiesto::Qualsiasi))]).await.is_err());
    drop(altrove);
    p.butta().await.unwrap();
}
