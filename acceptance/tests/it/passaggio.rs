//! Exit without tears: export, import elsewhere, verify, export again, byte for byte the same. And what it must show of
//! verification on the whole house: healthy data verify, a sabotaged subject is named.

use std::collections::BTreeMap;
use std::path::Path;

use app::comandi::passaggio::{leggi_ente, scrivi_ente};
use app::services;
use simulators::s3::{self, S3};
use sqlx::Executor;
use storage::{Archivio, Bucket, Luogo, Server};

use crate::mondo::{Mondo, due_comuni, vuoto};

fn bucket(s3: &S3) -> Luogo {
    let (chiave, segreto) = (s3::CHIAVE.into(), s3::SEGRETO.into());
    let server = Server { url: s3.url(), regione: s3::REGIONE.into(), chiave, segreto };
    Luogo::Bucket(Bucket { nome: s3::BUCKET.into(), prefisso: String::new(), server })
}

fn file(cartella: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tutti = BTreeMap::new();
    for e in std::fs::read_dir(cartella).unwrap() {
        let e = e.unwrap();
        let nome = e.file_name().to_string_lossy().into_owned();
        if e.file_type().unwrap().is_dir() {
            tutti.extend(file(&e.path()).into_iter().map(|(n, b)| (format!("{nome}/{n}"), b)));
        } else {
            tutti.insert(nome, std::fs::read(e.path()).unwrap());
        }
    }
    tutti
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ente_leaves_with_everything_and_comes_back_the_same() {
    let m = due_comuni().await;
    let uno = m.cartella.join("uno");
    let (righe, documenti) = scrivi_ente(&m.prova.manut, &m.archivio, &m.a, &uno).await.unwrap();
    assert!(righe > 100 && documenti > 5, "{righe} rows, {documenti} documents");

    // Elsewhere documents are kept in a bucket.
    let altrove = vuoto().await;
    let s3 = S3::avvia(&m.cartella.join("altrove")).await.unwrap();
    let archivio = Archivio::apri_in(&bucket(&s3), true).unwrap();
    enti::carica_elenco(&altrove.manut).await.unwrap();
    assert_eq!(leggi_ente(&altrove.manut, &archivio, &m.a, &uno).await.unwrap(), (righe, documenti));
    let esito = registers::verifica::verifica(&altrove.manut, None, &[], &services::proiezioni()).await.unwrap();
    assert!(esito.sano() && esito.voci > 20, "{:?}", esito.anomalie);

    let due = m.cartella.join("due");
    scrivi_ente(&altrove.manut, &archivio, &m.a, &due).await.unwrap();
    let (prima, dopo) = (file(&uno), file(&due));
    let diversi: Vec<&String> = prima.keys().filter(|n| prima.get(*n) != dopo.get(*n)).collect();
    assert!(diversi.is_empty() && prima.len() == dopo.len(), "{diversi:?}");
    let oscurato = "Nome oscurato".as_bytes();
    let dove = prima.values().filter(|b| b.windows(oscurato.len()).any(|p| p == oscurato)).count();
    assert_eq!(dove, 1, "an erasure is among what left and came back");

    // A second import of the same ente is refused, and leaves everything as it was.
    let no = leggi_ente(&altrove.manut, &archivio, &m.a, &uno).await.unwrap_err();
    assert!(no.to_string().contains("IMP-004"), "{no}");
    altrove.butta().await.unwrap();
    m.prova.butta().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_walks_the_whole_house_and_names_what_was_touched() {
    let Mondo { prova: p, a, .. } = due_comuni().await;
    let verifica = async || registers::verifica::verifica(&p.manut, None, &[], &services::proiezioni()).await.unwrap();
    let esito = verifica().await;
    assert!(esito.sano(), "{:?}", esito.anomalie);

    let mut s = p.come("alleanza_super").await.unwrap();
    let (anno, numero): (i32, i32) = sqlx::query_as(
        "select anno::int, numero from protocollo.registrazione r join accesso.ente e on e.id = r.ente \
         where e.codice = $1 order by posizione offset 5 limit 1",
    )
    .bind(&a)
    .fetch_one(&mut s)
    .await
    .unwrap();
    s.execute("set session_replication_role = replica").await.unwrap();
    for colonna in [
        "oggetto = oggetto || '.'",
        "impronta = set_byte(coalesce(impronta, repeat('x', 32)::bytea), 0, 255 - get_byte(coalesce(impronta, repeat('x', 32)::bytea), 0))",
    ] {
        let sql = format!(
            "update protocollo.registrazione r set {colonna} from accesso.ente e where e.id = r.ente and e.codice = '{a}' and anno = {anno} and numero = {numero}"
        );
        s.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        let esito = verifica().await;
        let prima = esito.anomalie.first().expect("nobody noticed");
        assert_eq!((prima.ente.as_str(), prima.numero), (a.as_str(), Some(numero)), "{prima}");
    }
    p.butta().await.unwrap();
}
