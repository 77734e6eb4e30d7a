//! The plan of classification and its versions.

use documenti::{Fascicola, NuovoFascicolo, VariaTitolario, Variazione};

use crate::casa::{A, Casa, permesso};

#[tokio::test]
async fn the_model_is_adopted_once_and_classes_can_be_chosen() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(A).await;
    let chi = crate::casa::chi(&mut tx, "renzo").await;
    documenti::adotta_modello(&mut tx, &chi).await.unwrap();
    assert_eq!(documenti::versioni(&mut tx).await.unwrap().len(), 1);
    let classi = documenti::classi(&mut tx).await.unwrap();
    // 125 classes and title XIV, which has none.
    assert_eq!(classi.len(), 126);
    assert!(documenti::classe_valida(&mut tx, "VI.5").await.unwrap());
    assert!(!documenti::classe_valida(&mut tx, "VI").await.unwrap());
}

#[tokio::test]
async fn a_change_is_a_new_version_and_what_was_classified_keeps_its_own() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(A).await;
    let f = permesso::<Fascicola>(&mut tx, "giulia").await;
    let nuovo = NuovoFascicolo {
        classifica: "VI.5".into(),
        oggetto: "Tetto".into(),
        tipologia: "affare".into(),
        ufficio: enti::UFFICIO.into(),
        responsabile: "Paolo".into(),
    };
    let prima = documenti::apri_fascicolo(&mut tx, &f, &nuovo).await.unwrap();
    let p = permesso::<VariaTitolario>(&mut tx, "renzo").await;
    let chiudi = Variazione::Chiudi { codice: "VI.5".into() };
    assert_eq!(documenti::varia_titolario(&mut tx, &p, &chiudi).await.unwrap(), 2);
    assert_eq!(documenti::apri_fascicolo(&mut tx, &f, &nuovo).await.unwrap_err().codice(), Some("DOC-010"));
    let aggiungi = Variazione::Aggiungi { codice: "VI.11".into(), descrizione: "Comunità energetiche".into() };
    assert_eq!(documenti::varia_titolario(&mut tx, &p, &aggiungi).await.unwrap(), 3);
    let dopo =
        documenti::apri_fascicolo(&mut tx, &f, &NuovoFascicolo { classifica: "VI.11".into(), ..nuovo }).await.unwrap();
    let versione = async |tx: &mut _, id| documenti::fascicolo(tx, id).await.unwrap().unwrap().titolario;
    assert_eq!((versione(&mut tx, &prima).await, versione(&mut tx, &dopo).await), (1, 3));
    assert!(documenti::classe_di(&mut tx, 1, "VI.5").await.unwrap().unwrap().classificabile);
}

#[tokio::test]
async fn a_class_is_added_once_and_under_a_title_that_exists() {
    let casa = Casa::nuova().await;
    for (codice, atteso) in [("VI.5", "DOC-012"), ("XX.1", "DOC-011"), ("sei.5", "DOC-011"), ("VI", "DOC-011")] {
        let mut tx = casa.tx(A).await;
        let p = permesso::<VariaTitolario>(&mut tx, "renzo").await;
        let v = Variazione::Aggiungi { codice: codice.into(), descrizione: "Prova".into() };
        assert_eq!(documenti::varia_titolario(&mut tx, &p, &v).await.unwrap_err().codice(), Some(atteso), "{codice}");
    }
}
