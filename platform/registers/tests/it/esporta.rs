//! The export: same data, same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use registers::RegistroError;
use registers::esporta::esporta;
use serde_json::Value;

use crate::casa::{Casa, DOVE, STATI};

/// A folder of this test, emptied at its end.
pub struct Cartella(pub PathBuf);

impl Cartella {
    pub fn nuova() -> Cartella {
        let c = std::env::temp_dir().join(format!("alleanza-registri-{}", &db::caso::token()[..16]));
        std::fs::create_dir_all(&c).unwrap();
        Cartella(c)
    }
}

impl Drop for Cartella {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn file(cartella: &Path) -> BTreeMap<String, Vec<u8>> {
    ["registri.jsonl", "voci.jsonl", "teste.jsonl", "stato/finto.registrazione.jsonl"]
        .into_iter()
        .map(|f| (f.to_owned(), std::fs::read(cartella.join(f)).unwrap()))
        .collect()
}

#[tokio::test]
async fn the_same_data_give_the_same_bytes_and_nothing_of_others() {
    let casa = Casa::con_storia().await;
    let mut tx = casa.tx().await;
    let oggi = tx.oggi();
    let (p, i) = registers::testa_al(&mut tx, &DOVE, oggi).await.unwrap();
    registers::salva_testa(&mut tx, &DOVE, oggi, p, &i).await.unwrap();
    tx.commit().await.unwrap();
    let (a, b) = (Cartella::nuova(), Cartella::nuova());
    assert_eq!(esporta(&casa.prova.manut, "c_valbruna", &a.0, STATI).await.unwrap(), 8);
    assert_eq!(esporta(&casa.prova.manut, "c_valbruna", &b.0, STATI).await.unwrap(), 8);
    assert_eq!(file(&a.0), file(&b.0));
    assert!(file(&a.0).values().all(|f| !String::from_utf8_lossy(f).contains("c_roccalta")));

    let voci = String::from_utf8(file(&a.0)["voci.jsonl"].clone()).unwrap();
    let terza: Value = serde_json::from_str(voci.lines().nth(2).unwrap()).unwrap();
    assert_eq!(terza["chiaro"]["oggetto"]["valore"], "Perché «così»?\nSecondo rigo");
    assert_eq!((&terza["posizione"], &terza["numero"], &terza["ente"]), (&3.into(), &3.into(), &"c_valbruna".into()));
    let teste = String::from_utf8(file(&a.0)["teste.jsonl"].clone()).unwrap();
    assert_eq!(registers::leggi_teste(&teste).unwrap()[0].impronta, i.to_string());
    casa.butta().await;
}

#[tokio::test]
async fn an_ente_that_is_not_here_is_refused() {
    let casa = Casa::nuova().await;
    let c = Cartella::nuova();
    let e = esporta(&casa.prova.manut, "c_ignoto", &c.0, STATI).await.unwrap_err();
    assert!(matches!(e, RegistroError::EnteIgnoto(_)));
    casa.butta().await;
}
