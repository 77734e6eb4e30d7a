//! The register leaves the house, and who receives it verifies it without us.

use std::path::Path;
use std::process::Command;

use sqlx::{AssertSqlSafe, Executor};

use crate::casa::{A, Casa};
use crate::sabotaggi::casa_piena;

/// What the independent checker says of the export.
pub async fn controlla(casa: &Casa) -> (bool, String) {
    let cartella = std::env::temp_dir().join(format!("alleanza-registri-{}", db::caso::token()));
    registers::esporta::esporta(&casa.prova.manut, A, &cartella, protocollo::STATI).await.unwrap();
    let programma = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/verifica_registri.py");
    let esito = Command::new("python3").arg(programma).arg(&cartella).output().unwrap();
    std::fs::remove_dir_all(cartella).unwrap();
    (
        esito.status.success(),
        String::from_utf8_lossy(&esito.stdout).into_owned() + &String::from_utf8_lossy(&esito.stderr),
    )
}

#[tokio::test]
async fn the_independent_checker_agrees_and_sees_what_was_changed() {
    let casa = casa_piena().await;
    let (sano, detto) = controlla(&casa).await;
    assert!(sano, "{detto}");
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    c.execute("set session_replication_role = replica").await.unwrap();
    c.execute("update protocollo.registrazione set oggetto = 'Altro' where numero = 3").await.unwrap();
    let (sano, detto) = controlla(&casa).await;
    assert!(!sano && detto.contains("voce 3"), "{detto}");
}

/// Full text under a row-level policy uses its index: the operator is leakproof in our cluster.
#[tokio::test]
async fn search_uses_its_index_below_the_policy() {
    let casa = casa_piena().await;
    let ente = casa.ente(A).await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    c.execute("set session_replication_role = replica").await.unwrap();
    c.execute(
        "insert into protocollo.registrazione select (jsonb_populate_record(r, \
           jsonb_build_object('numero', 100 + n, 'posizione', 100 + n, 'ricerca', 'parola' || n))).* \
         from protocollo.registrazione r, generate_series(1, 5000) n where r.numero = 1; analyze protocollo.registrazione",
    )
    .await
    .unwrap();
    let mut c = casa.prova.come("alleanza_app").await.unwrap();
    let prepara = format!("begin; select set_config('alleanza.ente', '{ente}', true)");
    sqlx::raw_sql(AssertSqlSafe(prepara)).execute(&mut c).await.unwrap();
    let sql = format!(
        "explain (costs off) select numero from protocollo.registrazione \
         where ente = {ente} and ricerca @@ websearch_to_tsquery('protocollo.it', 'corretto')"
    );
    let piano: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut c).await.unwrap();
    let condizione = piano.iter().find(|r| r.contains("Index Cond")).cloned().unwrap_or_default();
    assert!(condizione.contains("@@"), "{piano:#?}");
}
