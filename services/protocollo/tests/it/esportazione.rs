//! The register leaves the house, and who receives it verifies it without us.

use std::path::Path;
use std::process::Command;

use sqlx::Executor;

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
