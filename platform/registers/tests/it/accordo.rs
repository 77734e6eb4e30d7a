//! Two verifiers without a line in common name the same first voce.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use registers::Testa;
use registers::esporta::esporta;
use serde_json::json;

use crate::attacchi::{ATTACCHI, colpita};
use crate::casa::{Casa, DOVE, STATI};
use crate::esporta::Cartella;

fn strumento() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/verifica_registri.py")
}

fn python(cartella: &Path, teste: &[Testa]) -> Output {
    let file = cartella.join("conservate.jsonl");
    let righe: Vec<String> = teste.iter().map(|t| serde_json::to_string(t).unwrap()).collect();
    std::fs::write(&file, righe.join("\n") + if righe.is_empty() { "" } else { "\n" }).unwrap();
    Command::new("python3").arg(strumento()).arg(cartella).arg("--teste").arg(file).output().unwrap()
}

/// What it says, and the first voce that it names for `c_valbruna`.
fn prima_voce(o: &Output) -> (String, Option<i64>) {
    let detto = String::from_utf8_lossy(&o.stdout).into_owned() + &String::from_utf8_lossy(&o.stderr);
    let voce = detto.split(" voce ").nth(1).and_then(|r| r.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    (detto, voce)
}

#[tokio::test]
async fn a_sound_export_verifies() {
    let casa = Casa::con_storia().await;
    let mut tx = casa.tx().await;
    let oggi = tx.oggi();
    registers::oscura(&mut tx, &DOVE, 1, &["oggetto"], json!({ "motivo": "provvedimento del Garante" })).await.unwrap();
    let (p, i) = registers::testa_al(&mut tx, &DOVE, oggi).await.unwrap();
    registers::salva_testa(&mut tx, &DOVE, oggi, p, &i).await.unwrap();
    tx.commit().await.unwrap();
    let c = Cartella::nuova();
    esporta(&casa.prova.manut, "c_valbruna", &c.0, STATI).await.unwrap();
    let o = python(&c.0, &casa.teste().await);
    let (detto, _) = prima_voce(&o);
    assert_eq!(detto, "✓ 1 catene, 9 voci, 0 documenti: tutto torna.\n");
    assert_eq!(o.status.code(), Some(0));
    casa.butta().await;
}

#[tokio::test]
async fn every_attack_is_named_by_both_at_its_first_voce() {
    let mut sfuggiti = Vec::new();
    for attacco in ATTACCHI {
        let (casa, teste) = colpita(attacco).await;
        let anomalie = casa.anomalie(&teste).await;
        let prima = anomalie.first().map(|a| (a.ente.as_str(), a.posizione));
        if prima != Some(("c_valbruna", attacco.prima)) || anomalie.iter().any(|a| a.ente != "c_valbruna") {
            sfuggiti.push(format!("{}, voce {}: {anomalie:#?}", attacco.nome, attacco.prima));
        }
        let c = Cartella::nuova();
        esporta(&casa.prova.manut, "c_valbruna", &c.0, STATI).await.unwrap();
        let o = python(&c.0, &teste);
        let (detto, voce) = prima_voce(&o);
        let nominata = detto.starts_with("✗ c_valbruna AOO1/PROT voce ");
        if !nominata || (o.status.code(), voce) != (Some(1), Some(attacco.prima)) {
            sfuggiti.push(format!("{}, voce {}: {detto}", attacco.nome, attacco.prima));
        }
        casa.butta().await;
    }
    assert!(sfuggiti.is_empty(), "{}", sfuggiti.join("\n"));
}
