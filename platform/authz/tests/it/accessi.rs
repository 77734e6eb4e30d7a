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
        async move {
            let da = format!("192.0.2.{i}");
            accedi(&db, "anna.bianchi", &format!("tentativo {i}"), da.as_str()).await.unwrap_err()
        }
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

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_and_closes_it_from_elsewhere() {
    let casa = Casa::nuova().await;
    for utente in ["anna.bianchi", "ugo.neri"] {
        casa.assumi(casa.valbruna, utente, "protocollo").await;
    }
    let db = &casa.prova.db;
    let vecchia = casa.entra("anna.bianchi").await;
    casa.sposta(Scarto::from_hours(1)).await;
    let telefono = authz::Da { indirizzo: "198.51.100.7", dispositivo: "Chrome su Android" };
    let altrove = accedi(db, "anna.bianchi", PAROLA, telefono).await.unwrap().token;
    let qui = casa.entra("anna.bianchi").await;
    let ugo = casa.sessione(&casa.entra("ugo.neri").await).await.unwrap();
    let s = casa.sessione(&qui).await.unwrap();
    let sessioni = authz::mio_accesso(db, &s).await.unwrap().sessioni;
    let viste: Vec<_> = sessioni.iter().map(|x| (x.indirizzo.as_str(), x.dispositivo.as_str())).collect();
    assert_eq!(viste.len(), 3);
    assert!(viste.contains(&("198.51.100.7", "Chrome su Android")) && sessioni.iter().any(|x| x.id == s.id));

    // Nobody closes what is another's, not even by its handle.
    let sua = sessioni.iter().find(|x| x.dispositivo == "Chrome su Android").unwrap().id;
    authz::chiudi_sessione(db, &ugo, sua, DA.into()).await.unwrap();
    assert!(casa.sessione(&altrove).await.is_some());
    authz::chiudi_sessione(db, &s, sua, DA.into()).await.unwrap();
    assert!(casa.sessione(&altrove).await.is_none() && casa.sessione(&vecchia).await.is_some());
    authz::chiudi_altre(db, &s, DA.into()).await.unwrap();
    assert!(casa.sessione(&vecchia).await.is_none() && casa.sessione(&qui).await.is_some());
    let mio = authz::mio_accesso(db, &s).await.unwrap();
    let fatti: Vec<_> = mio.eventi.iter().map(|e| e.fatto.as_str()).collect();
    assert_eq!(fatti[..2], ["sessioni.chiuse", "sessione.chiusa"]);
    assert_eq!(mio.sessioni.len(), 1);
    // What is over by itself is not shown: another day, another sign-in.
    casa.sposta(Scarto::from_hours(14)).await;
    let s = casa.sessione(&casa.entra("anna.bianchi").await).await.unwrap();
    assert_eq!(authz::mio_accesso(db, &s).await.unwrap().sessioni.len(), 1);
    casa.butta().await;
}

#[tokio::test]
async fn a_new_password_closes_every_other_session() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    casa.assumi(casa.valbruna, "ugo.neri", "protocollo").await;
    let (db, nuova) = (&casa.prova.db, "un'altra parola lunga");
    let (altrove, ugo) = (casa.entra("anna.bianchi").await, casa.entra("ugo.neri").await);
    let qui = casa.entra("anna.bianchi").await;
    let s = casa.sessione(&qui).await.unwrap();
    assert!(matches!(authz::cambia_parola(db, &s, "corta", DA.into()).await, Err(authz::PersonaError::ParolaCorta)));
    authz::cambia_parola(db, &s, nuova, DA.into()).await.unwrap();
    assert!(casa.sessione(&altrove).await.is_none());
    assert!(casa.sessione(&qui).await.is_some() && casa.sessione(&ugo).await.is_some());
    assert!(matches!(accedi(db, "anna.bianchi", PAROLA, DA).await, Err(NonCorrisponde)));
    assert!(accedi(db, "anna.bianchi", nuova, DA).await.unwrap().aperta);
    casa.entra("ugo.neri").await;
    casa.sposta(Scarto::from_mins(16)).await;
    let e = authz::cambia_parola(db, &s, nuova, DA.into()).await;
    assert!(matches!(e, Err(authz::PersonaError::Accesso(authz::AccessoNegato::NonFresca))));
    casa.butta().await;
}
