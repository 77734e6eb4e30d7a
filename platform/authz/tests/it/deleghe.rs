//! The powers of somebody else: within their days, until their instant, and never more than theirs.

use authz::{
    Consenti, Negato, NuovaSostituzione, NuovoPrestito, PersonaId, RegistroAccessi, Richiesto, Titolo, fine_prestito,
    fine_sostituzione, presta, sostituisci,
};
use db::Scarto;
use jiff::ToSpan;
use serde_json::json;

use crate::casa::{Casa, Registra};

/// Ugo substitutes Anna in Valbruna from today, for two more days. Anna registers; Ugo only publishes.
async fn sostituiti() -> (Casa, PersonaId, PersonaId, uuid::Uuid) {
    let casa = Casa::nuova().await;
    let anna = casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let ugo = casa.assumi(casa.valbruna, "ugo.neri", "albo").await;
    let chi = casa.chi("anna.bianchi").await;
    let mut tx = casa.tx(casa.valbruna).await;
    let oggi = tx.oggi();
    let n = NuovaSostituzione { sostituto: ugo, sostituito: anna, dal: oggi, al: oggi + 2.days(), motivo: "ferie" };
    let id = sostituisci(&mut tx, &chi, &n).await.unwrap();
    tx.commit().await.unwrap();
    (casa, anna, ugo, id)
}

#[tokio::test]
async fn a_substitute_acts_within_the_dates_for_whom_they_substitute() {
    let (casa, anna, _, _) = sostituiti().await;
    for (giorni, atteso) in [(0, true), (2, true), (3, false)] {
        casa.sposta(Scarto::from_hours(24 * giorni)).await;
        let chi = casa.chi("ugo.neri").await;
        let mut tx = casa.tx(casa.valbruna).await;
        assert_eq!(tx.consenti::<Registra>(&chi).await.is_ok(), atteso, "after {giorni} days");
    }
    casa.sposta(Scarto::ZERO).await;
    let chi = casa.chi("ugo.neri").await;
    let mut tx = casa.tx(casa.valbruna).await;
    let p = tx.consenti::<Registra>(&chi).await.unwrap();
    assert_eq!(*p.titolo(), Titolo::PerContoDi { persona: anna, nome: "Anna Bianchi".into() });
    assert_eq!(p.firma(), "Anna Bianchi per conto di Anna Bianchi", "every test person is called Anna Bianchi");
    assert_eq!(p.segna(json!({ "a": 1 })), json!({ "a": 1, "per_conto_di": anna.to_string() }));
    p.annota(&mut tx, "protocollo/2026/1", json!({})).await.unwrap();
    let per: Option<PersonaId> =
        sqlx::query_scalar("select per_conto_di from accesso.audit").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(per, Some(anna));
    // With the own role, in the own name.
    let chi = casa.chi("anna.bianchi").await;
    let p = tx.consenti::<Registra>(&chi).await.unwrap();
    assert!(*p.titolo() == Titolo::Proprio && p.segna(json!({})) == json!({}));
    // The desk says whom, and offers the roles.
    let s = casa.sessione(&casa.entra("ugo.neri").await).await.unwrap();
    assert_eq!((s.enti[0].ruoli.join(","), s.enti[0].sostituiti.len()), ("albo,protocollo".into(), 1));
    casa.butta().await;
}

#[tokio::test]
async fn a_substitute_has_the_roles_of_that_person_and_no_other() {
    let (casa, anna, ugo, id) = sostituiti().await;
    // Whoever substitutes the substitute gets what is his, not what he has for Anna.
    let ada = casa.assumi(casa.valbruna, "ada.rossi", "consultazione").await;
    let chi = casa.chi("anna.bianchi").await;
    let mut tx = casa.tx(casa.valbruna).await;
    let oggi = tx.oggi();
    let n = NuovaSostituzione { sostituto: ada, sostituito: ugo, dal: oggi, al: oggi, motivo: "ferie" };
    sostituisci(&mut tx, &chi, &n).await.unwrap();
    let mut suoi = authz::poteri_di(&mut tx, ada).await.unwrap();
    suoi.sort();
    assert_eq!(suoi, [("PROT".to_owned(), "albo".to_owned()), ("PROT".to_owned(), "consultazione".to_owned())]);
    // What is taken from Anna is taken from who stands for her, at once.
    authz::togli_ruolo(&mut tx, anna, "PROT", "protocollo").await.unwrap();
    assert!(matches!(tx.consenti::<Registra>(&casa.chi("ugo.neri").await).await, Err(Negato::SenzaRuolo { .. })));
    authz::aggiungi_ruolo(&mut tx, anna, "PROT", "protocollo").await.unwrap();
    tx.consenti::<Registra>(&casa.chi("ugo.neri").await).await.unwrap();
    assert!(fine_sostituzione(&mut tx, id).await.unwrap() && !fine_sostituzione(&mut tx, id).await.unwrap());
    assert!(tx.consenti::<Registra>(&casa.chi("ugo.neri").await).await.is_err());
    drop(tx);
    // Nobody stands for somebody in another comune.
    let mut altrove = casa.tx(casa.valdora).await;
    assert!(authz::poteri_di(&mut altrove, ugo).await.unwrap().is_empty());
    assert!(authz::sostituzioni(&mut altrove).await.unwrap().is_empty());
    casa.butta().await;
}

#[tokio::test]
async fn a_role_asks_its_second_factor_of_who_stands_for_it_too() {
    let (casa, ..) = sostituiti().await;
    let token = casa.entra("ugo.neri").await;
    let mut tx = casa.tx(casa.valbruna).await;
    authz::chiedi(&mut tx, "protocollo", Some(Richiesto::Qualsiasi)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(casa.sessione(&token).await.is_none());
    casa.sposta(Scarto::from_hours(72)).await;
    let e = authz::accedi(&casa.prova.db, "ugo.neri", crate::casa::PAROLA, "192.0.2.1").await.unwrap();
    assert!(e.aperta, "when the substitution is over, so is what it asked");
    casa.butta().await;
}

/// Ugo of Valdora is lent to Valbruna for two hours.
async fn in_prestito() -> (Casa, uuid::Uuid) {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "amministratore").await;
    casa.assumi(casa.valdora, "ugo.neri", "consultazione").await;
    let id = presta_ugo(&casa).await.unwrap();
    (casa, id)
}

async fn presta_ugo(casa: &Casa) -> Option<uuid::Uuid> {
    let chi = casa.chi("anna.bianchi").await;
    let mut tx = casa.tx(casa.valbruna).await;
    let dal = tx.now();
    let n = NuovoPrestito {
        utente: "Ugo.Neri",
        da_ente: "c_valdora",
        ufficio: "PROT",
        ruoli: &["protocollo"],
        dal,
        al: dal + 2.hours(),
        motivo: "una mano",
    };
    let id = presta(&mut tx, &chi, &n).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_loan_ends_by_itself_at_its_instant_in_the_middle_of_a_session() {
    let (casa, _) = in_prestito().await;
    let token = casa.entra("ugo.neri").await;
    for (minuti, atteso) in [(0, true), (119, true), (120, false), (180, false)] {
        casa.sposta(Scarto::from_mins(minuti)).await;
        let s = casa.sessione(&token).await.unwrap();
        let qui = s.enti.iter().find(|e| e.codice == "c_valbruna");
        assert_eq!(qui.is_some(), atteso, "after {minuti} minutes");
        let mut tx = casa.tx(casa.valbruna).await;
        assert_eq!(tx.consenti::<Registra>(&s.chi).await.is_ok(), atteso, "after {minuti} minutes");
        if let Some(e) = qui {
            let prestito = e.prestito.as_ref().unwrap();
            assert_eq!((prestito.da.as_str(), e.ruoli.join(",").as_str()), ("Comune di Valdora", "protocollo"));
        }
        assert!(s.enti.iter().any(|e| e.codice == "c_valdora" && e.prestito.is_none()));
    }
    casa.butta().await;
}

#[tokio::test]
async fn whatever_a_lent_operator_does_or_reads_says_so() {
    let (casa, _) = in_prestito().await;
    let chi = casa.chi("ugo.neri").await;
    let mut tx = casa.tx(casa.valbruna).await;
    let p = tx.consenti::<Registra>(&chi).await.unwrap();
    assert_eq!(p.firma(), "Anna Bianchi, in prestito da Comune di Valdora");
    p.annota(&mut tx, "protocollo/2026/1", json!({})).await.unwrap();
    tx.commit().await.unwrap();
    let registro = RegistroAccessi::avvia(&casa.prova.db);
    registro.consultazione(casa.valbruna, &chi, "protocollo.leggi", "protocollo/2026/1");
    registro.consultazione(casa.valdora, &chi, "protocollo.leggi", "protocollo/2026/1");
    drop(registro);
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let lette = "select array_agg(prestito_da order by prestito_da) from accesso.registro_accessi";
    let viste = async {
        loop {
            let v: Option<Vec<Option<String>>> = sqlx::query_scalar(lette).fetch_one(&mut c).await.unwrap();
            if let Some(v) = v.filter(|v| v.len() == 2) {
                break v;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let viste = tokio::time::timeout(std::time::Duration::from_secs(20), viste).await.unwrap();
    assert_eq!(viste, [Some("c_valdora".to_owned()), None], "lent here, at home there");
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let fatto: Option<String> =
        sqlx::query_scalar("select prestito_da from accesso.audit").fetch_one(&mut c).await.unwrap();
    assert_eq!(fatto.as_deref(), Some("c_valdora"));
    // The comune that borrows knows who they are, also when it is over; the others do not.
    for (ente, attesi) in [(casa.valbruna, 2), (casa.valdora, 1)] {
        let mut tx = casa.tx(ente).await;
        let n: i64 =
            sqlx::query_scalar("select count(utente) from accesso.persona").fetch_one(tx.conn()).await.unwrap();
        assert_eq!(n, attesi);
    }
    casa.butta().await;
}

#[tokio::test]
async fn a_loan_is_of_who_works_elsewhere_today() {
    let (casa, id) = in_prestito().await;
    let chi = casa.chi("anna.bianchi").await;
    let mut tx = casa.tx(casa.valbruna).await;
    assert!(fine_prestito(&mut tx, &chi, id).await.unwrap() && !fine_prestito(&mut tx, &chi, id).await.unwrap());
    assert!(authz::prestiti(&mut tx).await.unwrap()[0].chiuso);
    tx.commit().await.unwrap();
    assert!(casa.sessione(&casa.entra("ugo.neri").await).await.unwrap().enti.iter().all(|e| e.codice != "c_valbruna"));
    // Again, while nothing changed.
    assert!(presta_ugo(&casa).await.is_some());
    // Not who has a role here already, nor who has left there.
    casa.assumi(casa.valbruna, "ugo.neri", "albo").await;
    assert!(presta_ugo(&casa).await.is_none());
    let mut tx = casa.tx(casa.valbruna).await;
    let ugo = authz::persone(&mut tx).await.unwrap().into_iter().find(|p| p.utente == "ugo.neri").unwrap().id;
    authz::togli_ruolo(&mut tx, ugo, "PROT", "albo").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = casa.tx(casa.valdora).await;
    authz::togli_ruolo(&mut tx, ugo, "PROT", "consultazione").await.unwrap();
    tx.commit().await.unwrap();
    assert!(presta_ugo(&casa).await.is_none());
    casa.butta().await;
}

#[tokio::test]
async fn an_office_that_closes_takes_its_loans_along_or_away() {
    let (casa, _) = in_prestito().await;
    let chi = casa.chi("ugo.neri").await;
    let mut tx = casa.tx(casa.valbruna).await;
    authz::apri_ufficio(&mut tx, "SEG", "Segreteria").await.unwrap();
    authz::passa_ruoli(&mut tx, "PROT", "SEG").await.unwrap();
    authz::chiudi_ufficio(&mut tx, "PROT").await.unwrap();
    assert_eq!(tx.consenti::<Registra>(&chi).await.unwrap().ufficio(), "SEG");
    authz::chiudi_ufficio(&mut tx, "SEG").await.unwrap();
    assert!(tx.consenti::<Registra>(&chi).await.is_err());
    casa.butta().await;
}
