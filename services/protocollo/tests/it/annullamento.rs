//! Annulments, whole and of fields (art. 54).

use authz::Consenti;
use protocollo::{Annulla, Autorizzazione, Campo, Corrispondente, Filtro, Nuovo, Riassegna, Vista};

use crate::casa::{A, Casa, autorizzata, chi, entrata, permesso};

/// A5: without provvedimento refused; with it, the original is still found, marked and whole.
#[tokio::test]
async fn an_annulled_registration_stays_readable_and_found() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Preventivo per il sale antigelo")).await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    let senza = Autorizzazione { provvedimento: String::new(), ..autorizzata() };
    let e = protocollo::annulla(&mut tx, &p, r.anno, r.numero, &senza).await.unwrap_err();
    assert_eq!(e.codice(), Some("PRT-021"));
    protocollo::annulla(&mut tx, &p, r.anno, r.numero, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = casa.tx(A).await;
    let cerca = Filtro { testo: "sale antigelo".into(), ..Filtro::default() };
    let trovate = protocollo::elenco(&mut tx, &Vista::INTERA, &cerca, None).await.unwrap().righe;
    assert!(trovate.len() == 1 && trovate[0].annullata() && trovate[0].oggetto == "Preventivo per il sale antigelo");
    let a = &protocollo::annullamenti(&mut tx, &trovate[0]).await.unwrap()[0];
    assert_eq!((a.campo(), a.motivo.as_str(), a.chi.as_str()), (None, "era per un altro comune", "renzo Prova"));
    let ancora = protocollo::annulla(&mut tx, &p, r.anno, r.numero, &autorizzata()).await.unwrap_err();
    assert_eq!(ancora.codice(), Some("PRT-023"));
    let q = permesso::<Riassegna>(&mut tx, "giulia").await;
    let e = protocollo::riassegna(&mut tx, &q, r.anno, r.numero, "TEC", "VI.5").await.unwrap_err();
    assert_eq!(e.codice(), Some("PRT-023"));
    drop(tx);
    assert_eq!(casa.registra(&entrata("La seguente")).await.numero, 2);
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_field_is_annulled_and_rewritten_with_both_values_readable() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Contributo alla signora Bianchi")).await;
    let nuovi = vec![Corrispondente::nuovo("PA", "Prefettura dell’Aquila")];
    for nuovo in [
        Nuovo::Oggetto("Contributo economico".into()),
        Nuovo::Corrispondenti(nuovi.clone()),
        Nuovo::NumeroMittente("77/A".into()),
        Nuovo::DataMittente(Some("2026-01-02".parse().unwrap())),
    ] {
        let mut tx = casa.tx(A).await;
        let p = permesso::<Annulla>(&mut tx, "renzo").await;
        protocollo::rettifica(&mut tx, &p, r.anno, r.numero, &nuovo, &autorizzata()).await.unwrap();
        let e = protocollo::rettifica(&mut tx, &p, r.anno, r.numero, &nuovo, &autorizzata()).await.unwrap_err();
        assert_eq!(e.codice(), Some("PRT-025"));
        tx.commit().await.unwrap();
    }
    let letta = casa.leggi_registrazione(&r).await;
    assert!(letta.rettificata && !letta.annullata());
    assert_eq!(
        (letta.oggetto.as_str(), letta.corrispondenti.as_str()),
        ("Contributo economico", "Prefettura dell’Aquila")
    );
    assert_eq!(letta.data_mittente().unwrap().to_string(), "2026-01-02");
    let mut tx = casa.tx(A).await;
    assert_eq!(protocollo::corrispondenti(&mut tx, &letta).await.unwrap(), nuovi);
    let a = protocollo::annullamenti(&mut tx, &letta).await.unwrap();
    assert_eq!(a[0].campo(), Some(Campo::Oggetto));
    assert_eq!((a[0].prima.as_str(), a[0].dopo.as_str()), ("Contributo alla signora Bianchi", "Contributo economico"));
    for parole in ["Bianchi", "Edil Gizio", "contributo economico", "prefettura"] {
        let f = Filtro { testo: parole.into(), ..Filtro::default() };
        assert_eq!(protocollo::elenco(&mut tx, &Vista::INTERA, &f, None).await.unwrap().righe.len(), 1, "{parole}");
    }
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn only_who_answers_for_the_register_annuls() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(A).await;
    for utente in ["giulia", "rita", "paolo"] {
        let chi = chi(&mut tx, utente).await;
        assert!(tx.consenti::<Annulla>(&chi).await.is_err(), "{utente}");
    }
}
