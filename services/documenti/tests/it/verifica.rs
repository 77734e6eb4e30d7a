//! The nightly verification names what is missing or altered, and nothing else stops.

use jobs::{Catalogo, Contesto};

use crate::casa::{A, Casa};

async fn notte(casa: &Casa) {
    let s = documenti::service();
    let catalogo = Catalogo::nuovo((s.lavori)(), (s.periodici)());
    let cx = Contesto::nuovo(casa.prova.db.clone(), casa.archivio.clone());
    jobs::prepara(&casa.prova.db, &catalogo).await.unwrap();
    // A day later the hour has come.
    casa.prova
        .manut
        .sposta_orologio(jiff::SignedDuration::from_hours(24 * giorni(casa).await), &casa.prova.db)
        .await
        .unwrap();
    jobs::esegui_tutto(&cx, &catalogo).await.unwrap();
}

async fn giorni(casa: &Casa) -> i64 {
    let mut tx = casa.tx(A).await;
    documenti::ultima_verifica(&mut tx).await.unwrap().map_or(1, |_| 2)
}

#[tokio::test]
async fn a_missing_and_an_altered_blob_are_named_and_healed_ones_are_forgotten() {
    let casa = Casa::nuova().await;
    casa.documento("sano.txt", b"sano").await;
    let perso = casa.documento("perso.txt", b"perso").await;
    let falso = casa.documento("falso.txt", b"falso").await;
    std::fs::remove_file(casa.blob(&perso)).unwrap();
    std::fs::write(casa.blob(&falso), b"altro").unwrap();
    notte(&casa).await;
    let mut tx = casa.tx(A).await;
    let mut trovate: Vec<(String, String)> =
        documenti::anomalie(&mut tx).await.unwrap().into_iter().map(|a| (a.nome, a.esito)).collect();
    trovate.sort();
    assert_eq!(trovate, [("falso.txt".into(), "alterato".into()), ("perso.txt".to_owned(), "mancante".to_owned())]);
    assert_eq!(documenti::ultima_verifica(&mut tx).await.unwrap().map(|(_, n, a)| (n, a)), Some((3, 2)));
    drop(tx);
    let (letti, anomali) = documenti::verifica_blob(&casa.prova.manut, &casa.archivio, Some(A)).await.unwrap();
    assert_eq!((letti, anomali.len()), (3, 2));

    casa.archivio.scrivi(A, b"perso").await.unwrap();
    notte(&casa).await;
    let mut tx = casa.tx(A).await;
    assert_eq!(documenti::anomalie(&mut tx).await.unwrap().len(), 1);
}
