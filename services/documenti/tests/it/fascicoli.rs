//! Fascicoli: numbers inside year and class, open and closed, contents.

use documenti::{DocumentiError, Fascicola, NuovoFascicolo};

use crate::casa::{A, Casa, permesso};

fn nuovo(classifica: &str) -> NuovoFascicolo {
    NuovoFascicolo {
        classifica: classifica.into(),
        oggetto: "Rifacimento del tetto".into(),
        tipologia: "affare".into(),
        ufficio: enti::UFFICIO.into(),
        responsabile: "Paolo Di Renzo".into(),
    }
}

#[tokio::test]
async fn numbers_restart_inside_year_and_class_with_no_gaps() {
    let casa = Casa::nuova().await;
    let anno = casa.tx(A).await.oggi().year();
    let mut visti = Vec::new();
    for (classifica, annulla) in [("VI.5", false), ("VI.5", true), ("VI.5", false), ("XIV", false)] {
        let mut tx = casa.tx(A).await;
        let p = permesso::<Fascicola>(&mut tx, "giulia").await;
        let id = documenti::apri_fascicolo(&mut tx, &p, &nuovo(classifica)).await.unwrap();
        if !annulla {
            tx.commit().await.unwrap();
            visti.push(id.to_string());
        }
    }
    assert_eq!(visti, [format!("{anno}/VI.5.1"), format!("{anno}/VI.5.2"), format!("{anno}/XIV.1")]);
}

#[tokio::test]
async fn a_closed_fascicolo_takes_nothing_until_reopened_with_a_reason() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Fascicola>(&mut tx, "giulia").await;
    let id = documenti::apri_fascicolo(&mut tx, &p, &nuovo("VI.5")).await.unwrap();
    documenti::fascicola(&mut tx, &p, &id, "protocollo/2026/1", None).await.unwrap();
    let due_volte = documenti::fascicola(&mut tx, &p, &id, "protocollo/2026/1", None).await.unwrap_err();
    assert_eq!(due_volte.codice(), Some("DOC-028"));
    documenti::chiudi_fascicolo(&mut tx, &p, &id).await.unwrap();
    let e = documenti::fascicola(&mut tx, &p, &id, "protocollo/2026/2", None).await.unwrap_err();
    assert!(matches!(e, DocumentiError::Chiuso(_)));
    assert_eq!(documenti::riapri_fascicolo(&mut tx, &p, &id, "  ").await.unwrap_err().codice(), Some("DOC-023"));
    documenti::riapri_fascicolo(&mut tx, &p, &id, "arrivata un’integrazione").await.unwrap();
    documenti::fascicola(&mut tx, &p, &id, "protocollo/2026/2", None).await.unwrap();
    let storia: Vec<String> =
        documenti::storia(&mut tx, &id).await.unwrap().into_iter().map(|p| p.operazione).collect();
    assert_eq!(storia, ["apertura", "chiusura", "riapertura"]);
    let dentro = documenti::contenuti(&mut tx, &id).await.unwrap();
    assert_eq!(dentro.iter().map(|c| c.titolo()).collect::<Vec<_>>(), ["Protocollo 2026/1", "Protocollo 2026/2"]);
    assert_eq!(documenti::fascicoli_di(&mut tx, "protocollo/2026/2").await.unwrap(), [id]);
}

#[tokio::test]
async fn each_refusal_has_its_code() {
    let casa = Casa::nuova().await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Fascicola>(&mut tx, "giulia").await;
    for (cosa, codice) in [
        (NuovoFascicolo { classifica: "VI".into(), ..nuovo("") }, "DOC-010"),
        (NuovoFascicolo { classifica: "XX.1".into(), ..nuovo("") }, "DOC-010"),
        (NuovoFascicolo { oggetto: " ".into(), ..nuovo("VI.5") }, "DOC-024"),
        (NuovoFascicolo { oggetto: "x".repeat(501), ..nuovo("VI.5") }, "DOC-027"),
        (NuovoFascicolo { tipologia: "altro".into(), ..nuovo("VI.5") }, "DOC-025"),
    ] {
        assert_eq!(documenti::apri_fascicolo(&mut tx, &p, &cosa).await.unwrap_err().codice(), Some(codice));
    }
    let senza_ufficio = NuovoFascicolo { ufficio: "NESSUNO".into(), ..nuovo("VI.5") };
    assert_eq!(documenti::apri_fascicolo(&mut tx, &p, &senza_ufficio).await.unwrap_err().codice(), Some("DOC-026"));
}
