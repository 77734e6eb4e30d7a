//! Blobs on a real folder: what is acknowledged is there, what fails leaves nothing, what is altered is never served.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use jiff::SignedDuration;
use kernel::Impronta;
use storage::{Archivio, CODICI, Ricevuto, Stato, StorageError};

const ENTE: &str = "c_e307";
const LIMITE: u64 = 20 * 1024 * 1024;

struct Cartella(PathBuf);

impl Drop for Cartella {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Cartella {
    fn nuova() -> (Cartella, Archivio) {
        let c = Cartella(std::env::temp_dir().join(format!("archivio-{}", db::caso::token())));
        let a = Archivio::locale(&c.0).unwrap();
        (c, a)
    }

    fn file(&self) -> Vec<PathBuf> {
        fn visita(dir: &Path, trovati: &mut Vec<PathBuf>) {
            for e in std::fs::read_dir(dir).unwrap() {
                let p = e.unwrap().path();
                if p.is_dir() { visita(&p, trovati) } else { trovati.push(p) }
            }
        }
        let mut trovati = Vec::new();
        visita(&self.0, &mut trovati);
        trovati
    }
}

fn pezzi(pezzi: &[&[u8]]) -> impl Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    stream::iter(pezzi.iter().map(|p| Ok(Bytes::copy_from_slice(p))).collect::<Vec<_>>())
}

/// What a form with one file does.
async fn ricevi(
    a: &Archivio,
    ente: &str,
    flusso: impl Stream<Item = Result<Bytes, std::io::Error>>,
    limite: u64,
) -> Result<Ricevuto, StorageError> {
    a.deponi(a.accogli(ente, flusso, limite).await?).await
}

async fn letto(a: &Archivio, impronta: &Impronta) -> Result<Vec<u8>, StorageError> {
    a.leggi(ENTE, impronta).await
}

#[tokio::test]
async fn a_stream_becomes_a_blob_named_by_its_fingerprint() {
    let (c, a) = Cartella::nuova();
    // More than two parts of a multipart upload, in pieces that do not divide them.
    let grande: Vec<u8> = (0..12 * 1024 * 1024u32).map(|i| (i % 251) as u8).collect();
    let flusso = stream::iter(grande.chunks(77_777).map(|p| Ok::<_, std::io::Error>(Bytes::copy_from_slice(p))));
    let r = ricevi(&a, ENTE, flusso, LIMITE).await.unwrap();
    assert_eq!((r.impronta, r.dimensione), (Impronta::di(&grande), grande.len() as u64));
    assert_eq!(letto(&a, &r.impronta).await.unwrap(), grande);
    assert_eq!(a.apri(ENTE, &r.impronta).await.unwrap().dimensione, grande.len() as u64);
    let cifre = r.impronta.to_string();
    assert_eq!(c.file(), [c.0.join(ENTE).join(&cifre[..2]).join(&cifre)]);

    let pdf = ricevi(&a, ENTE, pezzi(&[b"%P", b"DF-1.7\n"]), LIMITE).await.unwrap();
    assert_eq!(pdf.tipo, "application/pdf");
    assert_eq!(a.scrivi(ENTE, b"%PDF-1.7\n").await.unwrap(), pdf);
    assert_eq!(c.file().len(), 2);
}

#[tokio::test]
async fn what_fails_leaves_nothing() {
    let (c, a) = Cartella::nuova();
    let rifiuto = |e: StorageError| e.rifiuto().map(|f| f.codice);

    let e = ricevi(&a, ENTE, pezzi(&[b"12345", b"67890", b"1"]), 10).await.unwrap_err();
    assert_eq!(rifiuto(e), Some("ARC-001"));
    assert!(ricevi(&a, ENTE, pezzi(&[b"12345", b"67890"]), 10).await.is_ok());
    assert_eq!(rifiuto(ricevi(&a, ENTE, pezzi(&[b"", b""]), 10).await.unwrap_err()), Some("ARC-002"));
    assert_eq!(rifiuto(a.scrivi(ENTE, b"").await.unwrap_err()), Some("ARC-002"));
    let rotto = pezzi(&[b"abc"]).chain(stream::iter([Err(std::io::Error::other("cable"))]));
    assert_eq!(rifiuto(ricevi(&a, ENTE, rotto, LIMITE).await.unwrap_err()), Some("ARC-003"));
    assert_eq!(c.file().len(), 1);

    // What arrived whole is in no ente's folder until its form is taken, and then nowhere.
    let arrivato = a.accogli(ENTE, pezzi(&[b"di un modulo rifiutato"]), LIMITE).await.unwrap();
    assert!(!a.esiste(ENTE, &arrivato.ricevuto().impronta).await.unwrap() && c.file().len() == 2);
    a.lascia(arrivato).await;
    assert_eq!(c.file().len(), 1);

    // The browser goes away: the request's future is dropped in the middle.
    let mai = pezzi(&[b"abc"]).chain(stream::pending());
    let tempo = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(tempo, ricevi(&a, ENTE, mai, LIMITE)).await.is_err());
    for _ in 0..100 {
        if c.file().len() == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("left behind: {:?}", c.file());
}

#[tokio::test]
async fn an_altered_blob_is_told_and_never_served_whole() {
    let (c, a) = Cartella::nuova();
    let r = a.scrivi(ENTE, &vec![7; 100_000]).await.unwrap();
    assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Integro);
    let file = c.file().remove(0);

    for alterato in [vec![8; 100_000], vec![7; 99_999], vec![]] {
        std::fs::write(&file, &alterato).unwrap();
        assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Alterato);
        assert_eq!(letto(&a, &r.impronta).await.unwrap_err().rifiuto().unwrap().codice, "ARC-005");
        let pezzi: Vec<_> = a.apri(ENTE, &r.impronta).await.unwrap().flusso.collect().await;
        let passati: usize = pezzi.iter().flatten().map(Bytes::len).sum();
        assert!(passati == 0 || passati < alterato.len(), "{passati} bytes went out");
    }
    // The same document arrives again: the blob is whole again.
    ricevi(&a, ENTE, pezzi(&[&[7; 100_000]]), LIMITE).await.unwrap();
    assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Integro);

    std::fs::remove_file(&file).unwrap();
    assert!(!a.esiste(ENTE, &r.impronta).await.unwrap());
    assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Mancante);
    assert_eq!(letto(&a, &r.impronta).await.unwrap_err().rifiuto().unwrap().codice, "ARC-004");
}

#[tokio::test]
async fn an_ente_is_a_folder_and_nothing_else() {
    let (c, a) = Cartella::nuova();
    let r = a.scrivi(ENTE, b"solo mio").await.unwrap();
    assert!(a.esiste(ENTE, &r.impronta).await.unwrap());
    assert!(!a.esiste("c_a345", &r.impronta).await.unwrap());
    for codice in
        ["", "x", "..", "../c_e307", "c_e307/..", "C_E307", "c e307", "c_e307\0", "in-arrivo", &"a".repeat(21)]
    {
        assert!(matches!(a.scrivi(codice, b"x").await, Err(StorageError::Ente(_))), "{codice:?}");
        assert!(matches!(ricevi(&a, codice, pezzi(&[b"x"]), 9).await, Err(StorageError::Ente(_))), "{codice:?}");
        assert!(matches!(a.apri(codice, &r.impronta).await, Err(StorageError::Ente(_))), "{codice:?}");
        assert!(a.elenco(codice).is_err(), "{codice:?}");
    }
    assert_eq!(c.file().len(), 1);
}

#[tokio::test]
async fn lists_and_copies() {
    let (c, a) = Cartella::nuova();
    assert_eq!(a.elenco(ENTE).unwrap().count().await, 0);
    let (uno, due) = (a.scrivi(ENTE, b"uno").await.unwrap(), a.scrivi(ENTE, b"due!").await.unwrap());
    a.scrivi("c_a345", b"altrui").await.unwrap();
    std::fs::write(c.0.join(ENTE).join("LEGGIMI"), "not a blob").unwrap();
    let elenco: Vec<_> = a.elenco(ENTE).unwrap().try_collect().await.unwrap();
    let visti: HashSet<_> = elenco.iter().map(|b| (b.impronta, b.dimensione)).collect();
    assert_eq!(visti, HashSet::from([(uno.impronta, 3), (due.impronta, 4)]));

    let fuori = c.0.join("copia");
    assert_eq!(a.copia(ENTE, &fuori).await.unwrap(), 2);
    assert_eq!(std::fs::read(fuori.join(uno.impronta.to_string())).unwrap(), b"uno");
    let cifre = due.impronta.to_string();
    std::fs::write(c.0.join(ENTE).join(&cifre[..2]).join(&cifre), b"DUE!").unwrap();
    assert!(matches!(a.copia(ENTE, &fuori).await, Err(StorageError::Alterato(i)) if i == due.impronta));
}

#[tokio::test]
async fn only_old_blobs_are_deleted() {
    let (c, a) = Cartella::nuova();
    let (citato, bozza) = (a.scrivi(ENTE, b"citato").await.unwrap(), a.scrivi(ENTE, b"bozza").await.unwrap());
    let altrui = a.scrivi("c_a345", b"altrui").await.unwrap();
    let ora = SignedDuration::from_hours(1);
    let vecchi = async |grazia| -> Vec<Impronta> { a.vecchi(ENTE, grazia).await.unwrap().try_collect().await.unwrap() };
    assert_eq!(vecchi(ora).await, []);
    // A negative grace makes everything old.
    assert_eq!(vecchi(-ora).await.len(), 2);
    let via = [bozza.impronta, Impronta::di(b"mai arrivato")];
    assert_eq!(a.elimina(ENTE, &via, ora).await.unwrap(), 0, "young again since the list was read");
    assert_eq!(a.elimina(ENTE, &via, -ora).await.unwrap(), 1);
    assert!(a.esiste(ENTE, &citato.impronta).await.unwrap());
    assert!(!a.esiste(ENTE, &bozza.impronta).await.unwrap());
    assert!(a.esiste("c_a345", &altrui.impronta).await.unwrap());

    std::fs::write(c.0.join("in-arrivo").join("abc#1"), "half of a file").unwrap();
    assert_eq!(a.spazza(ora).await.unwrap(), 0);
    assert_eq!(a.spazza(-ora).await.unwrap(), 1);
    assert_eq!(c.file().len(), 2);
}

#[test]
fn every_code_has_its_words() {
    for f in CODICI {
        assert!(f.codice.starts_with("ARC-") && f.frase.ends_with('.') && f.rimedio.ends_with('.'), "{f:?}");
    }
}
