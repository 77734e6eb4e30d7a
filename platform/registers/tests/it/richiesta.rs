//! The same request twice is one registration.

use kernel::Impronta;
use registers::{RegistroError, Richiesta, chiedi, rispondi};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::casa::{Casa, registra};

/// A command as services write them: key, work, answer, one transaction.
async fn comando(casa: &Casa, chiave: Uuid, oggetto: &str) -> Result<Value, RegistroError> {
    let mut tx = casa.tx().await;
    match chiedi(&mut tx, chiave, "protocollo.registra", &Impronta::di(oggetto.as_bytes())).await? {
        Richiesta::GiaFatta(esito) => Ok(esito),
        Richiesta::Nuova => {
            let esito = json!({ "numero": registra(&mut tx, oggetto).await.numero });
            rispondi(&mut tx, chiave, &esito).await?;
            tx.commit().await?;
            Ok(esito)
        }
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer() {
    let casa = Casa::nuova().await;
    let chiave = db::caso::uuid();
    let prima = comando(&casa, chiave, "Istanza").await.unwrap();
    assert_eq!(comando(&casa, chiave, "Istanza").await.unwrap(), prima);
    let altra = comando(&casa, chiave, "Un’altra istanza").await;
    assert!(matches!(altra, Err(RegistroError::AltroContenuto)), "{altra:?}");
    assert_eq!(comando(&casa, db::caso::uuid(), "Istanza").await.unwrap(), json!({ "numero": 2 }));
    let mut tx = casa.prova.db.di_ente(casa.altro).await.unwrap();
    let altrove = chiedi(&mut tx, chiave, "protocollo.registra", &Impronta::di(b"Istanza")).await.unwrap();
    assert_eq!(altrove, Richiesta::Nuova, "a key belongs to its ente");
    drop(tx);
    casa.butta().await;
}

#[tokio::test]
async fn a_rolled_back_request_may_be_made_again() {
    let casa = Casa::nuova().await;
    let chiave = db::caso::uuid();
    let mut tx = casa.tx().await;
    assert_eq!(chiedi(&mut tx, chiave, "c", &Impronta::di(b"x")).await.unwrap(), Richiesta::Nuova);
    drop(tx);
    assert_eq!(comando(&casa, chiave, "x").await.unwrap(), json!({ "numero": 1 }));
    casa.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_in_parallel_is_one_registration() {
    let casa = Casa::nuova().await;
    let chiave = db::caso::uuid();
    let clic = (0..20).map(|_| comando(&casa, chiave, "Istanza"));
    for esito in futures_util::future::join_all(clic).await {
        assert_eq!(esito.unwrap(), json!({ "numero": 1 }));
    }
    assert_eq!(casa.registra("dopo").await.numero, Some(2));
    casa.butta().await;
}
