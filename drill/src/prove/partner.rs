//! Partners slow, silent, dead: the server that holds the documents, and people who send half of a form and stop. Whoever
//! needs neither keeps their pace.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use simulators::s3::{self, Guasto, S3};
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;

use super::{Prova, Somma};
use crate::carico::{Carico, Misura};
use crate::casa::{Casa, ENTI};
use crate::cliente::Cliente;
use crate::diario::Fatto;
use crate::misure::{Tempi, decimi};
use crate::referto::Referto;
use crate::seme::Caso;

/// Beyond three times its usual pace, and this much, a page is late.
const TOLLERANZA: u64 = 50_000;
/// A silent server is believed dead after some attempts, each as long as its patience.
const RIPRESA: Duration = Duration::from_secs(120);
/// What the program waits for of who is sending, and some more.
const SILENZIO: Duration = Duration::from_secs(40);
const A_META: usize = 40;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stato {
    Sano,
    AMeta,
    Lento,
    Muto,
    Morto,
}

impl Stato {
    fn nome(self) -> &'static str {
        match self {
            Stato::Sano => "archivio sano",
            Stato::AMeta => "quaranta moduli a metà",
            Stato::Lento => "archivio lento",
            Stato::Muto => "archivio muto",
            Stato::Morto => "archivio morto",
        }
    }
}

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    let mut r = Referto::nuovo(
        "Il server dei documenti (S3) lento, muto, morto, e quaranta persone ferme a metà di un modulo, mentre 24 persone \
         caricano documenti e altre leggono e registrano senza",
    );
    let mut somma = Somma::default();
    let mut casa = p.casa("partner")?;
    let deposito = casa.radice.join("s3");
    let mut server = Some(S3::avvia(&deposito).await?);
    let (url, porta) = server.as_ref().map(|s| (s.url(), s.porta())).unwrap_or_default();
    for (nome, valore) in [
        ("ALLEANZA_ARCHIVIO", format!("s3://{}", s3::BUCKET)),
        ("ALLEANZA_S3_URL", url),
        ("ALLEANZA_S3_CHIAVE", s3::CHIAVE.to_owned()),
        ("ALLEANZA_S3_SEGRETO", s3::SEGRETO.to_owned()),
    ] {
        casa.ambiente.push((nome.to_owned(), valore));
    }
    casa.accendi().await?;
    let (registro, cliente) = (casa.registro(), casa.cliente().await?);
    let durata = Duration::from_secs(if p.lunga { 60 } else { 2 });
    // The slow and the silent one make their clients wait for most of a minute.
    let stati: &[Stato] = match p.lunga {
        true => &[Stato::Sano, Stato::AMeta, Stato::Lento, Stato::Muto, Stato::Morto],
        false => &[Stato::Sano, Stato::AMeta, Stato::Morto],
    };
    let documenti = Misura { clienti: 24, documento_ogni: 1, documento_max: 20_000, pausa: Duration::from_millis(400) };
    let mut base = (0, 0);
    for stato in stati.iter().copied() {
        let aperti = file_aperti(&casa)?;
        let mut a_meta = JoinSet::new();
        match (stato, &mut server) {
            (Stato::AMeta, _) => a_meta = ferma_a_meta(&cliente, &mut p.caso).await?,
            (Stato::Lento, Some(s)) => s.sempre(Some(Guasto::Lento(Duration::from_secs(2)))),
            (Stato::Muto, Some(s)) => s.sempre(Some(Guasto::Muto)),
            (Stato::Morto, s) => drop(s.take()),
            _ => {}
        }
        let carichi = Carico::avvia(&cliente, &registro, documenti, &mut p.caso);
        let senza = Misura { clienti: 1, documento_ogni: 0, pausa: Duration::from_millis(40), ..documenti };
        let lisci = Carico::avvia(&cliente, &registro, senza, &mut p.caso);
        let tempi = leggi(&cliente, durata).await?;
        let (nome, fatte, p95) = (stato.nome(), lisci.conferme(), tempi.percentile(95));
        let detti = format!("{} pagine, {}; {fatte} registrazioni senza documento", tempi.quanti(), tempi.detti());
        r.cifra(format!("{nome}: {detti}; {} con documento", carichi.conferme()));
        if stato == Stato::Sano {
            base = (p95, fatte);
        } else {
            let (suo, solito) = (decimi(p95 / 100), decimi(base.0 / 100));
            r.esige(p95 <= 3 * base.0 + TOLLERANZA, format!("{nome}: p95 {suo} ms contro {solito} ms"));
            r.esige(3 * fatte >= base.1, format!("{nome}: {fatte} registrazioni senza documento, erano {}", base.1));
        }
        r.esige(fatte > 0, format!("{nome}: nessuno ha registrato"));
        if stato == Stato::AMeta {
            lasciati(&mut r, server.as_ref(), a_meta, p.lunga).await?;
        }
        if stato == Stato::Morto {
            let inizio = Instant::now();
            while carichi.conti.non_risponde.load(Ordering::Relaxed) == 0 && inizio.elapsed() < RIPRESA {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let letti = carichi.conti.non_risponde.load(Ordering::Relaxed);
            r.esige(letti > 0, format!("{nome}: nessuno ha letto che l’archivio non risponde"));
        }
        // The partner is well again: what was waiting is answered.
        match &server {
            Some(s) => s.sempre(None),
            None => server = Some(S3::su(&deposito, porta).await?),
        }
        if stato != Stato::Sano {
            carichi.prossima(RIPRESA).await?;
        }
        somma.conti(&lisci.finisci().await?);
        somma.conti(&carichi.finisci().await?);
        r.esige(casa.vive(), format!("{nome}: il programma si è fermato"));
        r.cifra(format!("{nome}: file aperti dal programma {aperti} prima, {} dopo", file_aperti(&casa)?));
    }
    somma.giudica(&mut casa, &registro)?;
    somma.racconta(&mut r);
    casa.spegni().await?;
    Ok(r)
}

/// People who stop half-way: most with a short document, some with one that is already in the archive's waiting room. Each
/// tells how long it was before the line was closed.
async fn ferma_a_meta(cliente: &Cliente, caso: &mut Caso) -> anyhow::Result<JoinSet<Duration>> {
    let mut fermi = JoinSet::new();
    for n in 0..A_META {
        let lungo = if n % 8 == 0 { 12 << 20 } else { 40_000 };
        let f = Fatto { documento: Some(caso.byte(lungo)), oggetto: "Mai finita".to_owned(), ..Fatto::default() };
        let mut linea = cliente.a_meta(ENTI[0], &caso.uuid(), &f).await?;
        let da = Instant::now();
        fermi.spawn(async move {
            // Answered and closed, or only closed.
            let _ = linea.read_to_end(&mut Vec::new()).await;
            da.elapsed()
        });
    }
    Ok(fermi)
}

/// In the long form the program gets tired of them by itself; in the short one they go away.
async fn lasciati(r: &mut Referto, s3: Option<&S3>, mut fermi: JoinSet<Duration>, lunga: bool) -> anyhow::Result<()> {
    if lunga {
        match tokio::time::timeout(SILENZIO, fermi.join_all()).await {
            Ok(attese) => r.cifra(format!("chi era fermo a metà è stato lasciato dopo: {}", Tempi::di(attese).detti())),
            Err(_) => r.esige(false, "chi si ferma a metà tiene la linea per sempre"),
        }
    } else {
        fermi.shutdown().await;
    }
    let (mut cominciati, mut finiti) = (0, 0);
    let fine = Instant::now() + Duration::from_secs(10);
    while (cominciati == 0 || cominciati > finiti) && Instant::now() < fine {
        for chiesto in s3.map(S3::richieste).unwrap_or_default() {
            cominciati += u32::from(chiesto.contains("?uploads"));
            finiti += u32::from(chiesto.contains("uploadId=") && !chiesto.starts_with("PUT"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    r.cifra(format!("{cominciati} caricamenti a metà nell’archivio, {finiti} tolti"));
    r.esige(cominciati > 0 && cominciati == finiti, "di un modulo a metà è rimasto qualcosa nell’archivio");
    Ok(())
}

fn file_aperti(casa: &Casa) -> anyhow::Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{}/fd", casa.pid().unwrap_or(0)))?.count())
}

/// Reads pages that need no document, one after the other.
async fn leggi(cliente: &Cliente, durata: Duration) -> anyhow::Result<Tempi> {
    let fine = Instant::now() + durata;
    let mut tempi = Vec::new();
    let pagine = ["/".to_owned(), format!("/e/{}/protocollo", ENTI[0]), format!("/e/{}/protocollo/nuovo", ENTI[1])];
    while Instant::now() < fine {
        for p in &pagine {
            let inizio = Instant::now();
            let r = cliente.leggi(p).await?;
            anyhow::ensure!(r.stato.is_success(), "{p} answered {}", r.stato);
            tempi.push(inizio.elapsed());
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }
    Ok(Tempi::di(tempi))
}
