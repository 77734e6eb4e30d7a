//! People, offices, roles, and the trace of what they did.

use authz::{NuovaSostituzione, NuovoPrestito, Richiesto};
use enti::{GestisciAccessi, GestisciDeleghe, GestisciPersone, GestisciUffici, NuovoRuolo};
use jiff::ToSpan;

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

#[tokio::test]
async fn substitutions_have_two_people_and_days_to_come() {
    let p = casa::arredata().await;
    let (mut tx, permesso) = permesso::<GestisciPersone>(&p, INTRODACQUA).await;
    let bruno = enti::crea_persona(&mut tx, &permesso, &persona("bruno"), SEG_ALBO).await.unwrap();
    tx.commit().await.unwrap();
    let (mut tx, permesso) = casa::permesso::<GestisciDeleghe>(&p, INTRODACQUA).await;
    let (anna, oggi) = (permesso.chi().persona, tx.oggi());
    let buona = NuovaSostituzione { sostituto: bruno, sostituito: anna, dal: oggi, al: oggi, motivo: "ferie" };
    let straniero =
        enti::chi_ha_ruolo(&mut enti::entra(&p.db, casa::CST).await.unwrap(), "alleanza").await.unwrap()[0].id;
    for (n, codice) in [
        (NuovaSostituzione { sostituito: bruno, ..buona.clone() }, "ENT-060"),
        (NuovaSostituzione { dal: oggi - 1.day(), ..buona.clone() }, "ENT-043"),
        (NuovaSostituzione { al: oggi - 1.day(), ..buona.clone() }, "ENT-061"),
        (NuovaSostituzione { sostituto: straniero, ..buona.clone() }, "ENT-062"),
    ] {
        let e = enti::sostituisci(&mut tx, &permesso, &n).await.unwrap_err();
        assert_eq!(e.codice(), Some(codice), "{e}");
    }
    let id = enti::sostituisci(&mut tx, &permesso, &buona).await.unwrap();
    for _ in 0..2 {
        enti::fine_sostituzione(&mut tx, &permesso, id).await.unwrap();
    }
    let righe = enti::registro_attivita(&mut tx, None, &format!("sostituzioni/{id}"), 10).await.unwrap();
    assert_eq!(righe.len(), 2, "begun and ended, once each");
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_loan_is_short_and_gives_no_roles() {
    let p = casa::arredata().await;
    let (mut tx, permesso) = casa::permesso::<GestisciDeleghe>(&p, INTRODACQUA).await;
    let dal = tx.now();
    let buono = NuovoPrestito {
        utente: "segreteria",
        da_ente: casa::CST,
        ufficio: "SEG",
        ruoli: &["protocollo"],
        dal,
        al: dal + 24.hours(),
        motivo: "assistenza",
    };
    for (n, codice) in [
        (NuovoPrestito { al: dal, ..buono.clone() }, "ENT-061"),
        (NuovoPrestito { al: dal + (91 * 24).hours(), ..buono.clone() }, "ENT-064"),
        (NuovoPrestito { ruoli: &["amministratore"], ..buono.clone() }, "ENT-065"),
        (NuovoPrestito { ruoli: &["re"], ..buono.clone() }, "ENT-034"),
        (NuovoPrestito { ruoli: &[], ..buono.clone() }, "ENT-040"),
        (NuovoPrestito { ufficio: "BOH", ..buono.clone() }, "ENT-036"),
        (NuovoPrestito { utente: "nessuno", ..buono.clone() }, "ENT-063"),
        (NuovoPrestito { da_ente: INTRODACQUA, utente: "anna", ..buono.clone() }, "ENT-063"),
        (NuovoPrestito { da_ente: "c_zzzz", ..buono.clone() }, "ENT-063"),
    ] {
        let e = enti::presta(&mut tx, &permesso, &n).await.unwrap_err();
        assert_eq!(e.codice(), Some(codice), "{e}");
    }
    let id = enti::presta(&mut tx, &permesso, &buono).await.unwrap();
    enti::fine_prestito(&mut tx, &permesso, id).await.unwrap();
    let righe = enti::registro_attivita(&mut tx, None, &format!("prestiti/{id}"), 10).await.unwrap();
    // One transaction, one instant: which of the two comes first is not said.
    assert!(righe.len() == 2 && righe.iter().any(|r| r.dettaglio["da"] == casa::CST));
    drop(tx);
    p.butta().await.unwrap();
}
