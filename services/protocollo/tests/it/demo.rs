//! The invented year goes through the real rules, and verifies.

use protocollo::demo::{Ufficio, avviene, storia};

use crate::casa::{A, Casa, chi};

#[tokio::test]
async fn an_invented_month_verifies() {
    let casa = Casa::nata_il("2026-01-02T07:00:00Z").await;
    let mut tx = casa.tx(A).await;
    let (giulia, renzo) = (chi(&mut tx, "giulia").await, chi(&mut tx, "renzo").await);
    let ente = tx.ente();
    drop(tx);
    let u = Ufficio { db: &casa.prova.db, archivio: &casa.archivio, ente, protocollo: &giulia, responsabile: &renzo };
    let mut fatte = 0;
    for e in storia(7, "2026-01-05".parse().unwrap(), "2026-01-30".parse().unwrap(), 25) {
        casa.adesso_e(&e.quando.to_string()).await;
        fatte += avviene(&u, &e).await.unwrap().len();
    }
    assert!(fatte >= 25);
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
    let (letti, anomali) = documenti::verifica_blob(&casa.prova.manut, &casa.archivio, Some(A)).await.unwrap();
    assert!(letti > 10 && anomali.is_empty());
}
