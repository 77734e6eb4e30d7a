//! The door: right, wrong, unknown, in a hurry, gone home.

use authz::AccessoNegato::{NonCorrisponde, Rallentato};
use authz::accedi;
use db::Scarto;

use crate::casa::{Casa, PAROLA};

const DA: &str = "192.0.2.1";

async fn sbaglia(casa: &Casa, volte: usize) {
    for _ in 0..volte {
        let e = accedi(&casa.prova.db, "anna.bianchi", "sbagliata", DA).await.unwrap_err();
        assert!(matches!(e, NonCorrisponde), "{e}");
    }
}

#[tokio::test]
async fn who_has_the_password_enters() {
    let casa = Casa::nuova().await;
    let p = casa.assumi(casa.valbruna, "Anna.Bianchi", "protocollo").await;
    let token = accedi(&casa.prova.db, " ANNA.bianchi ", PAROLA, DA).await.unwrap().token;
    assert_eq!(token.len(), 64);
    let s = casa.sessione(&token).await.unwrap();
    assert_eq!((s.chi.persona, s.chi.nome.as_str(), s.utente.as_str()), (p, "Anna Bianchi", "anna.bianchi"));
    assert_ne!(s.csrf, token);
    assert!(casa.sessione(&token[1..]).await.is_none());
    authz::esci(&casa.prova.db, &token).await.unwrap();
    assert!(casa.sessione(&token).await.is_none());
    casa.butta().await;
}

#[tokio::test]
async fn wrong_and_unknown_get_the_same_answer() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let mut tx = casa.tx(casa.valbruna).await;
    let senza = authz::NuovaPersona { utente: "senza.parola", nome: "Ugo", cognome: "Neri", parola: None };
    authz::crea_persona(&mut tx, &senza, "PROT", "protocollo").await.unwrap();
    tx.commit().await.unwrap();
    let lungo = "x".repeat(20_000);
    for (utente, parola) in [
        ("anna.bianchi", "sbagliata"),
        ("nessuno", PAROLA),
        ("senza.parola", ""),
        (lungo.as_str(), PAROLA),
        ("anna\0x", PAROLA),
        ("", ""),
    ] {
        let e = accedi(&casa.prova.db, utente, parola, DA).await.unwrap_err();
        assert_eq!(e.to_string(), "Nome utente o password non corrispondono.", "{utente:.20}");
    }
    casa.butta().await;
}

#[tokio::test]
async fn guessing_slows_down_and_success_forgets() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    sbaglia(&casa, 6).await;
    let e = accedi(&casa.prova.db, "anna.bianchi", PAROLA, "198.51.100.7").await.unwrap_err();
    assert!(matches!(e, Rallentato { secondi: 1..=2 }), "{e}");
    casa.sposta(Scarto::from_secs(10)).await;
    sbaglia(&casa, 1).await;
    let e = accedi(&casa.prova.db, "anna.bianchi", PAROLA, DA).await.unwrap_err();
    assert!(matches!(e, Rallentato { secondi: 3..=4 }), "the wait doubles: {e}");
    casa.sposta(Scarto::from_secs(20)).await;
    casa.entra("anna.bianchi").await;
    sbaglia(&casa, 6).await;
    casa.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_in_parallel_are_counted_one_by_one() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let tutti = (0..60).map(|i| {
        let db = casa.prova.db.clone();
        async move { accedi(&db, "anna.bianchi", &format!("tentativo {i}"), &format!("192.0.2.{i}")).await.unwrap_err() }
    });
    let esiti = futures_util::future::join_all(tutti).await;
    let guardate = esiti.iter().filter(|e| matches!(e, NonCorrisponde)).count();
    assert!(esiti.iter().all(|e| matches!(e, NonCorrisponde | Rallentato { .. })), "{esiti:?}");
    assert_eq!(guardate, 6, "passwords looked at before the wait began");
    casa.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_devices_of_one_person_enter_at_once() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let tutti = (0..5).map(|_| accedi(&casa.prova.db, "anna.bianchi", PAROLA, DA));
    for esito in futures_util::future::join_all(tutti).await {
        esito.unwrap();
    }
    casa.butta().await;
}

#[tokio::test]
async fn a_session_ends_after_a_day_or_when_nobody_uses_it() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let (usata, ferma) = (casa.entra("anna.bianchi").await, casa.entra("anna.bianchi").await);
    for ore in [3, 6, 9, 11] {
        casa.sposta(Scarto::from_hours(ore)).await;
        assert!(casa.sessione(&usata).await.is_some(), "after {ore} hours of work");
    }
    assert!(casa.sessione(&ferma).await.is_none(), "idle");
    casa.sposta(Scarto::from_hours(12)).await;
    assert!(casa.sessione(&usata).await.is_none(), "the day is over");
    casa.butta().await;
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let token = casa.entra("anna.bianchi").await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    sqlx::raw_sql("update accesso.persona set disattivata_il = now()").execute(&mut c).await.unwrap();
    assert!(casa.sessione(&token).await.is_none());
    assert!(matches!(accedi(&casa.prova.db, "anna.bianchi", PAROLA, DA).await, Err(NonCorrisponde)));
    casa.butta().await;
}

#[tokio::test]
async fn a_person_of_several_enti_tells_them_apart() {
    let casa = Casa::nuova().await;
    for (ente, ruolo) in [(casa.valdora, "albo"), (casa.valbruna, "protocollo"), (casa.valbruna, "albo")] {
        casa.assumi(ente, "anna.bianchi", ruolo).await;
    }
    let token = casa.entra("anna.bianchi").await;
    let enti = casa.sessione(&token).await.unwrap().enti;
    let visti: Vec<_> =
        enti.iter().map(|e| (e.codice.as_str(), e.sigla.as_str(), e.tinta, e.ruoli.join(","))).collect();
    assert_eq!(visti, [("c_valbruna", "VA", 1, "albo,protocollo".into()), ("c_valdora", "VL", 2, "albo".into())]);
    assert!(enti[0].puo(&["albo"]) && !enti[1].puo(&["protocollo"]));
    casa.butta().await;
}
