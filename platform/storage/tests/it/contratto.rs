//! What an archive promises, wherever it is: what is acknowledged is there, what fails leaves nothing, what is altered is
//! never served. Every test runs on a folder and on a bucket.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use jiff::SignedDuration;
use kernel::Impronta;
use storage::{Archivio, Ricevuto, Stato, StorageError, Trasloco, trasloca};

use crate::posto::{ENTE, Posto};

const LIMITE: u64 = 20 * 1024 * 1024;

/// Runs each of these on both kinds of place.
macro_rules! contratto {
    ($($nome:ident),+ $(,)?) => {
        mod in_cartella {
            $(#[tokio::test] async fn $nome() { super::$nome(crate::posto::Posto::cartella()).await; })+
        }
        mod in_un_bucket {
            $(#[tokio::test] async fn $nome() { super::$nome(crate::posto::Posto::bucket().await).await; })+
        }
    };
}
contratto! {
    a_stream_becomes_a_blob_named_by_its_fingerprint, what_fails_leaves_nothing,
    an_altered_blob_is_told_and_never_served_whole, an_ente_is_a_folder_and_nothing_else, lists_and_copies,
    only_old_blobs_are_deleted, an_archive_has_one_owner, many_writers_of_the_same_bytes,
    a_move_is_verified_and_goes_on_where_it_stopped,
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

async fn a_stream_becomes_a_blob_named_by_its_fingerprint(c: Posto) {
    let a = &c.archivio;
    // More than two parts of a multipart upload, in pieces that do not divide them.
    let grande: Vec<u8> = (0..12 * 1024 * 1024u32).map(|i| (i % 251) as u8).collect();
    let flusso = stream::iter(grande.chunks(77_777).map(|p| Ok::<_, std::io::Error>(Bytes::copy_from_slice(p))));
    let r = ricevi(a, ENTE, flusso, LIMITE).await.unwrap();
    assert_eq!((r.impronta, r.dimensione), (Impronta::di(&grande), grande.len() as u64));
    assert_eq!(letto(a, &r.impronta).await.unwrap(), grande);
    assert_eq!(a.apri(ENTE, &r.impronta).await.unwrap().dimensione, grande.len() as u64);
    let cifre = r.impronta.to_string();
    assert_eq!(c.file(), [c.radice().join(ENTE).join(&cifre[..2]).join(&cifre)]);

    let pdf = ricevi(a, ENTE, pezzi(&[b"%P", b"DF-1.7\n"]), LIMITE).await.unwrap();
    assert_eq!(pdf.tipo, "application/pdf");
    assert_eq!(a.scrivi(ENTE, b"%PDF-1.7\n").await.unwrap(), pdf);
    assert_eq!(c.file().len(), 2);
}

async fn what_fails_leaves_nothing(c: Posto) {
    let a = &c.archivio;
    let rifiuto = |e: StorageError| e.rifiuto().map(|f| f.codice);

    let e = ricevi(a, ENTE, pezzi(&[b"12345", b"67890", b"1"]), 10).await.unwrap_err();
    assert_eq!(rifiuto(e), Some("ARC-001"));
    assert!(ricevi(a, ENTE, pezzi(&[b"12345", b"67890"]), 10).await.is_ok());
    assert_eq!(rifiuto(ricevi(a, ENTE, pezzi(&[b"", b""]), 10).await.unwrap_err()), Some("ARC-002"));
    assert_eq!(rifiuto(a.scrivi(ENTE, b"").await.unwrap_err()), Some("ARC-002"));
    let rotto = pezzi(&[b"abc"]).chain(stream::iter([Err(std::io::Error::other("cable"))]));
    assert_eq!(rifiuto(ricevi(a, ENTE, rotto, LIMITE).await.unwrap_err()), Some("ARC-003"));
    assert_eq!(c.file().len(), 1);

    // What arrived whole is in no ente's folder until its form is taken, and then nowhere; what is short waits in memory.
    let lungo = vec![7; 600_000];
    for (contenuto, da_parte) in [(&b"di un modulo rifiutato"[..], 0), (&lungo, 1)] {
        let arrivato = a.accogli(ENTE, pezzi(&[contenuto]), LIMITE).await.unwrap();
        assert!(!a.esiste(ENTE, &arrivato.ricevuto().impronta).await.unwrap());
        assert_eq!(c.file().len(), 1 + da_parte);
        a.lascia(arrivato).await;
        assert_eq!(c.file().len(), 1);
    }

    // The browser goes away: the request's future is dropped in the middle.
    let mai = pezzi(&[b"abc"]).chain(stream::pending());
    let tempo = Duration::from_millis(50);
    assert!(tokio::time::timeout(tempo, ricevi(a, ENTE, mai, LIMITE)).await.is_err());
    for _ in 0..100 {
        if c.file().len() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("left behind: {:?}", c.file());
}

async fn an_altered_blob_is_told_and_never_served_whole(c: Posto) {
    let a = &c.archivio;
    let r = a.scrivi(ENTE, &vec![7; 100_000]).await.unwrap();
    assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Integro);
    let file = c.file().remove(0);

    for alterato in [vec![8; 100_000], vec![7; 99_999], vec![]] {
        std::fs::write(&file, &alterato).unwrap();
        assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Alterato);
        assert_eq!(letto(a, &r.impronta).await.unwrap_err().rifiuto().unwrap().codice, "ARC-005");
        let pezzi: Vec<_> = a.apri(ENTE, &r.impronta).await.unwrap().flusso.collect().await;
        let passati: usize = pezzi.iter().flatten().map(Bytes::len).sum();
        assert!(passati == 0 || passati < alterato.len(), "{passati} bytes went out");
    }
    // The same document arrives again: the blob is whole again.
    ricevi(a, ENTE, pezzi(&[&[7; 100_000]]), LIMITE).await.unwrap();
    assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Integro);

    std::fs::remove_file(&file).unwrap();
    assert!(!a.esiste(ENTE, &r.impronta).await.unwrap());
    assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Mancante);
    assert_eq!(letto(a, &r.impronta).await.unwrap_err().rifiuto().unwrap().codice, "ARC-004");
}

async fn an_ente_is_a_folder_and_nothing_else(c: Posto) {
    let a = &c.archivio;
    let r = a.scrivi(ENTE, b"solo mio").await.unwrap();
    assert!(a.esiste(ENTE, &r.impronta).await.unwrap());
    assert!(!a.esiste("c_a345", &r.impronta).await.unwrap());
    for codice in
        ["", "x", "..", "../c_e307", "c_e307/..", "C_E307", "c e307", "c_e307\0", "in-arrivo", &"a".repeat(21)]
    {
        assert!(matches!(a.scrivi(codice, b"x").await, Err(StorageError::Ente(_))), "{codice:?}");
        assert!(matches!(ricevi(a, codice, pezzi(&[b"x"]), 9).await, Err(StorageError::Ente(_))), "{codice:?}");
        assert!(matches!(a.apri(codice, &r.impronta).await, Err(StorageError::Ente(_))), "{codice:?}");
        assert!(a.elenco(codice).is_err(), "{codice:?}");
    }
    assert_eq!(c.file().len(), 1);
}

async fn lists_and_copies(c: Posto) {
    let a = &c.archivio;
    assert_eq!(a.elenco(ENTE).unwrap().count().await, 0);
    let (uno, due) = (a.scrivi(ENTE, b"uno").await.unwrap(), a.scrivi(ENTE, b"due!").await.unwrap());
    a.scrivi("c_a345", b"altrui").await.unwrap();
    std::fs::write(c.radice().join(ENTE).join("LEGGIMI"), "not a blob").unwrap();
    let elenco: Vec<_> = a.elenco(ENTE).unwrap().try_collect().await.unwrap();
    let visti: HashSet<_> = elenco.iter().map(|b| (b.impronta, b.dimensione)).collect();
    assert_eq!(visti, HashSet::from([(uno.impronta, 3), (due.impronta, 4)]));

    let fuori = c.radice().join("copia");
    assert_eq!(a.copia(ENTE, &fuori).await.unwrap(), 2);
    assert_eq!(std::fs::read(fuori.join(uno.impronta.to_string())).unwrap(), b"uno");
    let cifre = due.impronta.to_string();
    std::fs::write(c.radice().join(ENTE).join(&cifre[..2]).join(&cifre), b"DUE!").unwrap();
    assert!(matches!(a.copia(ENTE, &fuori).await, Err(StorageError::Alterato(i)) if i == due.impronta));
}

async fn only_old_blobs_are_deleted(c: Posto) {
    let a = &c.archivio;
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

    std::fs::write(c.radice().join("in-arrivo").join("abc#1"), "half of a file").unwrap();
    assert_eq!(a.spazza(ora).await.unwrap(), 0);
    assert_eq!(a.spazza(-ora).await.unwrap(), 1);
    assert_eq!(c.file().len(), 2);
}

async fn an_archive_has_one_owner(c: Posto) {
    let (uno, due) = (c.archivio.clone().di("demo 1"), c.archivio.clone().di("demo 2"));
    c.archivio.riconosci().await.unwrap();
    assert!(c.file().is_empty(), "nobody's archive was marked");
    // Many processes of one installation may start together.
    let esiti = futures_util::future::join_all((0..8).map(|_| uno.riconosci())).await;
    assert!(esiti.iter().all(Result::is_ok), "{esiti:?}");
    uno.riconosci().await.unwrap();

    let r = due.scrivi(ENTE, b"altrui").await.unwrap();
    assert!(matches!(due.riconosci().await, Err(StorageError::Altrui(di)) if di == "demo 1"));
    let vecchio = -SignedDuration::from_hours(1);
    let no = due.elimina(ENTE, &[r.impronta], vecchio).await;
    assert!(matches!(no, Err(StorageError::Altrui(_))), "{no:?}");
    assert!(due.esiste(ENTE, &r.impronta).await.unwrap());
    assert_eq!(uno.elimina(ENTE, &[r.impronta], vecchio).await.unwrap(), 1);
}

async fn many_writers_of_the_same_bytes(c: Posto) {
    let stesso: Vec<u8> = (0..6 * 1024 * 1024u32).map(|i| (i % 253) as u8).collect();
    let scrivi = |_| ricevi(&c.archivio, ENTE, pezzi(&[&stesso]), LIMITE);
    let esiti = futures_util::future::join_all((0..4).map(scrivi)).await;
    let prima = esiti[0].as_ref().unwrap().clone();
    assert!(esiti.iter().all(|r| *r.as_ref().unwrap() == prima));
    assert_eq!(c.archivio.verifica(ENTE, &prima.impronta).await.unwrap(), Stato::Integro);
    assert_eq!(c.file().len(), 1);
}

async fn a_move_is_verified_and_goes_on_where_it_stopped(c: Posto) {
    let altrove = std::env::temp_dir().join(format!("altrove-{}", db::caso::token()));
    let (da, a) = (&c.archivio, Archivio::locale(&altrove).unwrap());
    let mut primo = None;
    for n in 0..5u8 {
        primo.get_or_insert(da.scrivi(ENTE, &[n; 1000]).await.unwrap().impronta);
        da.scrivi("c_a345", &[n; 2000]).await.unwrap();
    }
    assert_eq!(trasloca(da, &a).await.unwrap(), Trasloco { copiati: 10, ..Trasloco::default() });
    let guasto = da.scrivi(ENTE, b"intero").await.unwrap().impronta;
    let cifre = guasto.to_string();
    std::fs::write(c.radice().join(ENTE).join(&cifre[..2]).join(&cifre), b"infero").unwrap();
    // One is missing on arrival, one was cut short on the way.
    let primo = primo.unwrap().to_string();
    std::fs::write(altrove.join(ENTE).join(&primo[..2]).join(&primo), b"0").unwrap();
    da.scrivi(ENTE, b"nuovo").await.unwrap();
    let atteso = Trasloco { copiati: 2, presenti: 9, alterati: vec![(ENTE.to_owned(), guasto)] };
    assert_eq!(trasloca(da, &a).await.unwrap(), atteso);
    assert!(!a.esiste(ENTE, &guasto).await.unwrap());

    // And back, over what is there.
    std::fs::remove_dir_all(c.radice().join("c_a345")).unwrap();
    let atteso = Trasloco { copiati: 5, presenti: 6, alterati: Vec::new() };
    assert_eq!(trasloca(&a, da).await.unwrap(), atteso);
    std::fs::remove_dir_all(altrove).unwrap();
}
