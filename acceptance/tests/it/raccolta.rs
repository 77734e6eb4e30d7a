//! What nobody cites leaves the archive; what somebody cites, or is about to, never does.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::time::SystemTime;

use albo::commands::{DaPubblicare, FileDaPubblicare};
use app::raccolta::NOME;
use app::services;
use authz::{Chi, Consenti};
use documenti::NuovoDocumento;
use futures_util::StreamExt;
use jobs::{Catalogo, Contesto, NuovoLavoro, Svolti};
use kernel::Impronta;
use sqlx::Row;

use crate::mondo::{Mondo, due_comuni, vuoto};

fn file(m: &Mondo, ente: &str, i: &Impronta) -> PathBuf {
    let cifre = i.to_string();
    m.cartella.join(ente).join(&cifre[..2]).join(&cifre)
}

/// Bytes of that ente, as if they had come long ago.
async fn vecchio(m: &Mondo, ente: &str, byte: &[u8]) -> Impronta {
    let i = m.archivio.scrivi(ente, byte).await.unwrap().impronta;
    File::options().write(true).open(file(m, ente, &i)).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    i
}

/// Runs the collection of A, and nothing else.
async fn raccogli(m: &Mondo) -> Svolti {
    let mut tx = enti::entra(&m.prova.db, &m.a).await.unwrap();
    let lavoro = NuovoLavoro { tipo: NOME, chiave: None, dati: serde_json::json!({}), quando: None, urgente: false };
    jobs::accoda(&mut tx, lavoro).await.unwrap();
    tx.commit().await.unwrap();
    let catalogo: Catalogo = services::catalogo();
    jobs::esegui_tutto(&Contesto::nuovo(m.prova.db.clone(), m.archivio.clone()), &catalogo).await.unwrap()
}

async fn chi(tx: &mut db::Tx<db::DiEnte>) -> Chi {
    let t = enti::chi_ha_ruolo(tx, "segretario").await.unwrap().remove(0);
    Chi { persona: t.id, nome: format!("{} {}", t.nome, t.cognome), operazione: db::caso::uuid() }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_old_blobs_that_nobody_cites_leave_the_archive() {
    let m = due_comuni().await;
    // Everything that the history cites becomes old.
    let mut tx = enti::entra(&m.prova.db, &m.a).await.unwrap();
    let citati: Vec<Vec<u8>> =
        sqlx::query_scalar("select distinct impronta from documenti.documento").fetch_all(tx.conn()).await.unwrap();
    drop(tx);
    for byte in &citati {
        let f = file(&m, &m.a, &Impronta::try_from(byte.as_slice()).unwrap());
        File::options().write(true).open(f).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    let abbandonato = vecchio(&m, &m.a, b"un modulo lasciato a meta").await;
    let giovane = m.archivio.scrivi(&m.a, b"appena arrivato").await.unwrap().impronta;
    let altrui = vecchio(&m, &m.b, b"un modulo lasciato a meta").await;
    let (bozza, aperto) = (vecchio(&m, &m.a, b"di una bozza").await, vecchio(&m, &m.a, b"di chi scrive adesso").await);

    // A draft of the albo, which has no number yet.
    let documento = |byte: &[u8], i: Impronta| NuovoDocumento {
        nome_dichiarato: "bozza.txt".into(),
        tipo_dichiarato: String::new(),
        ricevuto: storage::Ricevuto { impronta: i, dimensione: byte.len() as u64, tipo: "text/plain".into() },
        generato: false,
        riservato: false,
    };
    let mut tx = enti::entra(&m.prova.db, &m.a).await.unwrap();
    let chi_e = chi(&mut tx).await;
    let filo = documenti::nuovo_filo(&mut tx, &chi_e, "Bozza").await.unwrap();
    let d = documenti::aggiungi(&mut tx, &chi_e, filo, &documento(b"di una bozza", bozza)).await.unwrap();
    let p = tx.consenti::<albo::Pubblica>(&chi_e).await.unwrap();
    let da = DaPubblicare {
        filo: filo.0,
        tipo: "delibera_giunta".into(),
        oggetto: "Bozza".into(),
        numero_atto: String::new(),
        data_atto: None,
        protocollo: String::new(),
        richiedente: String::new(),
        responsabile: String::new(),
        norma: String::new(),
        forma: albo::model::Forma::Integrale,
        ultimo_giorno: None,
        file: vec![FileDaPubblicare::di(&d)],
        avvisi_dei_file: BTreeSet::new(),
    };
    albo::commands::prepara(&mut tx, &p, &da).await.unwrap();
    tx.commit().await.unwrap();

    // Somebody is citing an old blob while the collection looks: it goes away, and nothing is deleted.
    let mut scrive = enti::entra(&m.prova.db, &m.a).await.unwrap();
    documenti::aggiungi(&mut scrive, &chi_e, filo, &documento(b"di chi scrive adesso", aperto)).await.unwrap();
    assert_eq!(raccogli(&m).await.da_riprovare, 1);
    assert!(m.archivio.esiste(&m.a, &abbandonato).await.unwrap(), "nothing goes while somebody cites");
    scrive.commit().await.unwrap();
    let blob = async || m.archivio.elenco(&m.a).unwrap().count().await;
    let prima = blob().await;
    assert_eq!((raccogli(&m).await.riusciti, prima - blob().await), (1, 1));

    assert!(!m.archivio.esiste(&m.a, &abbandonato).await.unwrap());
    for (ente, i, perche) in [
        (&m.a, giovane, "young"),
        (&m.a, bozza, "cited by a draft"),
        (&m.a, aperto, "cited by a transaction that was open"),
        (&m.b, altrui, "of another ente"),
    ] {
        assert!(m.archivio.esiste(ente, &i).await.unwrap(), "{perche}");
    }
    let (letti, guasti) = documenti::verifica_blob(&m.prova.manut, &m.archivio, Some(&m.a)).await.unwrap();
    assert!(letti as usize == citati.len() + 2 && guasti.is_empty(), "{guasti:?}");
    m.prova.butta().await.unwrap();
}

/// Who wants to cite waits until the collection has finished with the ente, and only with that ente.
#[tokio::test(flavor = "multi_thread")]
async fn no_citation_begins_while_the_collection_deletes() {
    let m = due_comuni().await;
    let mut raccoglie = enti::entra(&m.prova.db, &m.a).await.unwrap();
    assert!(documenti::sospendi_citazioni(&mut raccoglie).await.unwrap());
    for (ente, aspetta) in [(&m.a, true), (&m.b, false)] {
        let ricevuto = m.archivio.scrivi(ente, b"nuovo").await.unwrap();
        let mut tx = enti::entra(&m.prova.db, ente).await.unwrap();
        sqlx::query("set local lock_timeout = '300ms'").execute(tx.conn()).await.unwrap();
        let chi_e = chi(&mut tx).await;
        let filo = documenti::nuovo_filo(&mut tx, &chi_e, "Altro").await.unwrap();
        let esito = documenti::aggiungi(&mut tx, &chi_e, filo, &NuovoDocumento::generato("a.txt", ricevuto)).await;
        assert_eq!(esito.is_err(), aspetta, "{ente}");
    }
    m.prova.butta().await.unwrap();
}

/// The collection asks every service: a table that holds fingerprints of blobs and is in no answer would lose them.
#[tokio::test]
async fn every_table_that_holds_fingerprints_is_asked() {
    let p = vuoto().await;
    let mut c = p.come("alleanza_super").await.unwrap();
    let chieste = services::tutti().iter().flat_map(|s| s.citati).copied().collect::<Vec<_>>().join(" ");
    let righe = sqlx::query(
        "select c.oid::regclass::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid \
         join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' and a.atttypid = 'bytea'::regtype and (a.attname = 'impronta' or a.attname like '%documento%') \
           and n.nspname not in ('registri', 'accesso') and exists (select from pg_attribute e \
             where e.attrelid = c.oid and e.attname = 'ente')",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    let tavole: Vec<(String, String)> = righe.iter().map(|r| (r.get(0), r.get(1))).collect();
    assert!(tavole.len() >= 5, "{tavole:?}");
    for (tavola, colonna) in tavole {
        // What verification found missing is a name, not a citation.
        if tavola != "documenti.anomalia" {
            assert!(chieste.contains(&format!("{tavola} where")) && chieste.contains(&colonna), "{tavola}.{colonna}");
        }
    }
    p.butta().await.unwrap();
}
