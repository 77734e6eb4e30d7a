//! What only a server far away can do: be silent, refuse, stop half way. And what no log may ever show.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use jiff::SignedDuration;
use kernel::Impedimento;
use simulators::s3::{CHIAVE, Guasto, S3, SEGRETO};
use storage::{Archivio, Stato, StorageError};

use crate::posto::{ENTE, Posto, luogo};

const GRANDE: usize = 11 * 1024 * 1024;

fn grande() -> Vec<u8> {
    (0..GRANDE).map(|i| (i % 251) as u8).collect()
}

async fn ricevi(a: &Archivio, byte: &[u8]) -> Result<storage::Ricevuto, StorageError> {
    let pezzi: Vec<_> = byte.chunks(70_000).map(|p| Ok::<_, std::io::Error>(Bytes::copy_from_slice(p))).collect();
    a.deponi(a.accogli(ENTE, stream::iter(pezzi), u64::MAX).await?).await
}

fn impedimento(e: &StorageError) -> Option<&Impedimento> {
    Impedimento::in_catena(e)
}

#[tokio::test]
async fn small_blobs_take_one_request_and_large_ones_travel_in_parts() {
    let c = Posto::bucket().await;
    let s3 = c.s3.as_ref().unwrap();
    let r = c.archivio.scrivi(ENTE, b"piccolo").await.unwrap();
    let cifre = r.impronta.to_string();
    let nome = format!("/alleanza/uno/due/{ENTE}/{}/{cifre}", &cifre[..2]);
    assert_eq!(s3.richieste(), [format!("PUT {nome}"), format!("HEAD {nome}")]);
    ricevi(&c.archivio, b"piccolo").await.unwrap();
    assert_eq!(s3.richieste(), [format!("PUT {nome}"), format!("HEAD {nome}")]);
    // Between the two: aside in one request, copied, removed, measured.
    ricevi(&c.archivio, &grande()[..1024 * 1024]).await.unwrap();
    let fatte = s3.richieste();
    assert!(fatte.len() == 4 && fatte.iter().all(|r| !r.contains("upload")), "{fatte:#?}");

    ricevi(&c.archivio, &grande()).await.unwrap();
    let fatte = s3.richieste();
    let quante = |cosa: &str| fatte.iter().filter(|r| r.contains(cosa)).count();
    assert_eq!((quante("?uploads"), quante("partNumber="), quante("DELETE")), (1, 3, 1), "{fatte:#?}");
}

#[tokio::test]
async fn a_moment_of_trouble_is_not_seen() {
    let c = Posto::bucket().await;
    let (a, s3) = (&c.archivio, c.s3.as_ref().unwrap());
    s3.guasta([Guasto::Stato(500), Guasto::Stato(503), Guasto::Stato(500)]);
    let r = a.scrivi(ENTE, b"ostinato").await.unwrap();
    s3.guasta([Guasto::Stato(503)]);
    assert_eq!(a.leggi(ENTE, &r.impronta).await.unwrap(), b"ostinato");
    s3.guasta([Guasto::Stato(500)]);
    assert!(a.esiste(ENTE, &r.impronta).await.unwrap());

    // The first part, the third request of an upload, the copy that gives it its name.
    for guasto in [Guasto::Stato(500), Guasto::Stato(503)] {
        for prima in [1, 3, 5] {
            s3.guasta(vec![None; prima]);
            s3.guasta([guasto]);
            let r = ricevi(a, &grande()).await.unwrap();
            assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Integro);
            assert_eq!(c.file().len(), 2);
        }
    }

    // A body cut half way is taken up again from there.
    let r = ricevi(a, &grande()).await.unwrap();
    s3.richieste();
    s3.guasta([Guasto::Mozzo, Guasto::Mozzo]);
    assert_eq!(a.leggi(ENTE, &r.impronta).await.unwrap(), grande());
    assert_eq!(s3.richieste().len(), 3);
}

#[tokio::test]
async fn silence_ends() {
    // One silence is waited out and tried again: in the middle of a body, before any answer, after the thing was done.
    let sospeso = async {
        let c = Posto::bucket().await;
        let r = ricevi(&c.archivio, &grande()).await.unwrap();
        c.guasta(Guasto::Sospeso);
        assert_eq!(c.archivio.leggi(ENTE, &r.impronta).await.unwrap(), grande());
    };
    let muto = async {
        let c = Posto::bucket().await;
        let r = c.archivio.scrivi(ENTE, b"muto").await.unwrap();
        c.guasta(Guasto::Muto);
        assert_eq!(c.archivio.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Integro);
    };
    let perso = async {
        let c = Posto::bucket().await;
        c.guasta(Guasto::Perso);
        c.archivio.scrivi(ENTE, b"due volte").await.unwrap();
        assert_eq!(c.file().len(), 1);
    };
    // What may be done only once is not tried again, and is recognised the next time.
    let una_volta = async {
        let c = Posto::bucket().await;
        let padrone = c.archivio.clone().di("demo 1");
        c.s3.as_ref().unwrap().guasta([None, Some(Guasto::Perso)]);
        assert!(impedimento(&padrone.riconosci().await.unwrap_err()).is_some());
        padrone.riconosci().await.unwrap();
    };
    tokio::join!(sospeso, muto, perso, una_volta);
}

#[tokio::test]
async fn a_dead_server_is_an_impediment_and_a_full_one_another() {
    let c = Posto::bucket().await;
    let (a, s3) = (&c.archivio, c.s3.as_ref().unwrap());
    let r = a.scrivi(ENTE, b"prima").await.unwrap();
    s3.sempre(Some(Guasto::Stato(503)));
    let e = a.leggi(ENTE, &r.impronta).await.unwrap_err();
    assert!(matches!(impedimento(&e), Some(Impedimento::NonRisponde(_))) && e.rifiuto().is_none(), "{e}");
    s3.sempre(Some(Guasto::Stato(507)));
    let e = ricevi(a, &grande()).await.unwrap_err();
    assert!(matches!(impedimento(&e), Some(Impedimento::Pieno(_))), "{e}");
    s3.sempre(None);

    let mut c = c;
    let porta = c.s3.take().map(|s| s.porta()).unwrap();
    let inizio = Instant::now();
    for e in
        [c.archivio.verifica(ENTE, &r.impronta).await.unwrap_err(), c.archivio.scrivi(ENTE, b"x").await.unwrap_err()]
    {
        assert!(matches!(impedimento(&e), Some(Impedimento::NonRisponde(_))), "{e}");
    }
    assert!(inizio.elapsed() < Duration::from_secs(60), "{:?}", inizio.elapsed());
    // Nobody was told that it was missing; and when the server is back, everything is.
    let _s3 = S3::su(&c.radice(), porta).await.unwrap();
    assert_eq!(c.archivio.leggi(ENTE, &r.impronta).await.unwrap(), b"prima");
}

#[tokio::test]
async fn what_the_server_kept_is_measured_before_it_is_acknowledged() {
    let c = Posto::bucket().await;
    // It says that all went well, and has lost the last byte: of a short one, and of the copy of a long one.
    c.guasta(Guasto::Monco);
    let e = c.archivio.scrivi(ENTE, b"intero").await.unwrap_err();
    assert!(e.to_string().contains("5 bytes instead of 6"), "{e}");
    let s3 = c.s3.as_ref().unwrap();
    s3.guasta([None, Some(Guasto::Monco)]);
    let e = ricevi(&c.archivio, &grande()[..1024 * 1024]).await.unwrap_err();
    assert!(e.to_string().contains("1048575 bytes instead of 1048576"), "{e}");
    c.archivio.scrivi(ENTE, b"intero").await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_an_impediment() {
    // Every write to it fails for want of space, root's too.
    let e = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap().write_all(b"x").unwrap_err();
    assert!(matches!(impedimento(&StorageError::from(e)), Some(Impedimento::Pieno(_))));
}

/// The same on a server of one's own, empty (`ALLEANZA_PROVA_S3=http://127.0.0.1:5000`, any key, a bucket `alleanza`): what is
/// tried here against one implementation holds against another.
#[tokio::test]
async fn another_server_agrees() {
    let Some(url) = std::env::var("ALLEANZA_PROVA_S3").ok() else {
        println!("skipped: ALLEANZA_PROVA_S3 names no server");
        return;
    };
    let a = Archivio::apri_in(&luogo(&url, &db::caso::token()), true).unwrap().di("prova 1");
    a.riconosci().await.unwrap();
    a.riconosci().await.unwrap();
    assert!(matches!(a.clone().di("prova 2").riconosci().await, Err(StorageError::Altrui(di)) if di == "prova 1"));
    let misure = [1, 600_000, GRANDE];
    for misura in misure {
        let r = ricevi(&a, &grande()[..misura]).await.unwrap();
        assert_eq!(a.leggi(ENTE, &r.impronta).await.unwrap(), &grande()[..misura]);
        assert_eq!(a.scrivi(ENTE, &grande()[..misura]).await.unwrap().impronta, r.impronta);
        assert_eq!(a.verifica(ENTE, &r.impronta).await.unwrap(), Stato::Integro);
    }
    let mut elenco: Vec<_> = a.elenco(ENTE).unwrap().try_collect().await.unwrap();
    elenco.sort_by_key(|b| b.dimensione);
    assert_eq!(elenco.iter().map(|b| b.dimensione as usize).collect::<Vec<_>>(), misure);
    let (ora, tutti) = (SignedDuration::from_hours(1), elenco.iter().map(|b| b.impronta).collect::<Vec<_>>());
    assert_eq!(a.elimina(ENTE, &tutti, ora).await.unwrap(), 0);
    assert_eq!(a.elimina(ENTE, &tutti, -ora).await.unwrap(), 3);
    assert_eq!(a.verifica(ENTE, &tutti[0]).await.unwrap(), Stato::Mancante);
    assert_eq!(a.spazza(-ora).await.unwrap(), 0, "nothing was left aside");
}

/// What the program would have written on standard error, at the most talkative.
#[derive(Clone, Default)]
struct Registro(Arc<Mutex<Vec<u8>>>);

impl Write for Registro {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(b);
        Ok(b.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_and_no_error_shows_what_opens_the_bucket() {
    let registro = Registro::default();
    let r = registro.clone();
    // The server of the test lives in this process, and says everything it hears.
    let filtro = "trace,s3s=off,s3s_fs=off";
    let sub = tracing_subscriber::fmt().with_env_filter(filtro).with_writer(move || r.clone()).finish();
    let guardia = tracing::subscriber::set_default(sub);
    let c = Posto::bucket().await;
    let s3 = c.s3.as_ref().unwrap();
    let scritto = ricevi(&c.archivio, &grande()).await.unwrap();
    s3.guasta([Guasto::Stato(500), Guasto::Mozzo]);
    c.archivio.leggi(ENTE, &scritto.impronta).await.unwrap();
    let mut detto = format!("{:?} {}", c.archivio, c.archivio);
    for guasto in [Guasto::Stato(403), Guasto::Stato(400), Guasto::Stato(503)] {
        s3.sempre(Some(guasto));
        let e = c.archivio.scrivi(ENTE, b"x").await.unwrap_err();
        detto += &format!(" {e} {e:?}");
    }
    // The wrong secret: the server's answer repeats much of the request.
    s3.sempre(None);
    let storto = match luogo(&s3.url(), "") {
        storage::Luogo::Bucket(mut b) => {
            b.server.segreto = format!("{SEGRETO}-altro");
            storage::Luogo::Bucket(b)
        }
        altro => altro,
    };
    let e = Archivio::apri_in(&storto, true).unwrap().scrivi(ENTE, b"x").await.unwrap_err();
    detto += &format!(" {storto:?} {e} {e:?}");
    drop(guardia);
    detto += &String::from_utf8_lossy(&registro.0.lock().unwrap());
    assert!(detto.contains("alleanza/uno/due"), "nothing was logged");
    assert!(!detto.contains(SEGRETO));
    let dove = detto.find(CHIAVE).map(|i| &detto[i.saturating_sub(200)..(i + 60).min(detto.len())]);
    assert_eq!(dove, None);
}
