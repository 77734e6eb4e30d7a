//! The disk is full: under the data, under the log of the database, under the documents. Who asks is told so, nothing that
//! was acknowledged is lost, and when there is space again work goes on by itself.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::{Prova, RIPRESA, Somma};
use crate::carico::{Carico, Misura};
use crate::casa::Casa;
use crate::recinto;
use crate::referto::Referto;

const PIENO: Duration = Duration::from_secs(90);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dove {
    Dati,
    Giornale,
    Documenti,
}

impl Dove {
    fn nome(self) -> &'static str {
        match self {
            Dove::Dati => "dati",
            Dove::Giornale => "WAL",
            Dove::Documenti => "documenti",
        }
    }

    /// The folder that will be small, and how much room it has over what is in it.
    fn cartella(self) -> (&'static str, u64) {
        match self {
            Dove::Dati => ("pg/base", 2 << 20),
            // One segment more, and no other.
            Dove::Giornale => ("pg/pg_wal", 20 << 20),
            Dove::Documenti => ("archivio", 3 << 20),
        }
    }
}

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    if let Some(perche) = recinto::senza_dischi() {
        return Ok(Referto::saltato(perche));
    }
    let giri = p.giri(3, 1);
    let mut r = Referto::nuovo(format!(
        "{giri} volte ciascuno: pieno il disco dei dati, del WAL, dei documenti (nella forma breve uno a caso); poi di nuovo spazio"
    ));
    let mut somma = Somma::default();
    // The short form takes one of them by chance: in some days it has done them all.
    let tutti = [Dove::Dati, Dove::Giornale, Dove::Documenti];
    let uno = usize::try_from(p.caso.fino_a(3))?;
    let quali = if p.lunga || p.giri.is_some() { &tutti[..] } else { &tutti[uno..=uno] };
    for giro in 0..giri {
        for dove in quali.iter().copied() {
            una(p, &mut r, &mut somma, dove, giro).await.with_context(|| dove.nome())?;
        }
    }
    somma.racconta(&mut r);
    Ok(r)
}

async fn una(p: &mut Prova, r: &mut Referto, somma: &mut Somma, dove: Dove, giro: u32) -> anyhow::Result<()> {
    let mut casa = p.casa(&format!("disco-{}-{giro}", dove.nome()))?;
    let (sotto, spazio) = dove.cartella();
    let piccolo = casa.radice.join(sotto);
    std::fs::create_dir_all(&piccolo)?;
    let misura = occupati(&piccolo)? + spazio;
    monta(&piccolo, misura)?;
    casa.accendi().await?;
    let (registro, cliente) = (casa.registro(), casa.cliente().await?);
    let documenti = Misura { documento_ogni: 2, documento_max: 400_000, ..Misura::default() };
    let misure = if dove == Dove::Documenti { documenti } else { Misura::default() };
    let carico = Carico::avvia(&cliente, &registro, misure, &mut p.caso);
    let zavorra = (dove != Dove::Documenti).then(|| riempi(&casa));
    // Full: somebody is told so.
    let pieno = || carico.conti.pieno.load(Ordering::Relaxed) + carico.conti.non_risponde.load(Ordering::Relaxed);
    let inizio = Instant::now();
    while pieno() < 20 {
        ensure!(inizio.elapsed() < PIENO, "the disk does not fill up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if let Some(z) = zavorra {
        z.abort();
    }
    // Whoever brings no document is served meanwhile, when it is only the documents that have no room.
    if dove == Dove::Documenti {
        let liscio = Carico::avvia(
            &cliente,
            &registro,
            Misura { documento_ogni: 0, clienti: 2, ..Misura::default() },
            &mut p.caso,
        );
        r.esige(
            liscio.prossima(Duration::from_secs(20)).await.is_ok(),
            "senza documento non si registra, a documenti pieni",
        );
        somma.conti(&liscio.finisci().await?);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    rimonta(&piccolo, misura + (1 << 30))?;
    let ripresa = carico.prossima(RIPRESA).await.context("after there was space again")?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (p507, p503) = (carico.conti.pieno.load(Ordering::Relaxed), carico.conti.non_risponde.load(Ordering::Relaxed));
    somma.conti(&carico.finisci().await?);
    r.esige(casa.vive(), format!("{}: il programma si è fermato", dove.nome()));
    // The log of the database is all or nothing: without it PostgreSQL stops, and the answer is 503.
    r.esige(dove == Dove::Giornale || p507 > 0, format!("{}: nessuno ha letto che lo spazio è finito", dove.nome()));
    somma.giudica(&mut casa, &registro)?;
    r.cifra(format!(
        "{}: {p507} risposte 507, {p503} risposte 503; ripresa {} ms dopo che c’era spazio, senza riavviare il programma",
        dove.nome(),
        ripresa.as_millis()
    ));
    Ok(())
}

/// Fills the database with rows of nobody until there is no room.
fn riempi(casa: &Casa) -> tokio::task::JoinHandle<()> {
    let radice = casa.radice.join("run");
    tokio::spawn(async move {
        use sqlx::Connection;
        let url = format!("postgresql:///alleanza?host={}&user=alleanza_super", radice.display());
        loop {
            // Without space, or without a database, it tries again: the disk must stay full.
            if let Ok(mut c) = sqlx::PgConnection::connect(&url).await {
                let zavorra = "create table if not exists zavorra (t text); alter table zavorra alter t set storage plain; \
                     insert into zavorra select repeat(md5(random()::text), 60) from generate_series(1, 200)";
                let _ = sqlx::raw_sql(zavorra).execute(&mut c).await;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
}

fn occupati(cartella: &Path) -> anyhow::Result<u64> {
    let o = Command::new("du").args(["-s", "-B1", "--"]).arg(cartella).output()?;
    Ok(String::from_utf8_lossy(&o.stdout).split_whitespace().next().context("du")?.parse()?)
}

/// A small disk over a folder, with what was in it.
fn monta(dove: &Path, misura: u64) -> anyhow::Result<()> {
    let prima = dove.with_extension("prima");
    std::fs::rename(dove, &prima)?;
    std::fs::create_dir(dove)?;
    esegui(Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={misura},mode=700"), "tmpfs"]).arg(dove))?;
    esegui(Command::new("cp").arg("-a").arg(prima.join(".")).arg(dove))?;
    for come in ["chown", "chmod"] {
        esegui(Command::new(come).arg(format!("--reference={}", prima.display())).arg(dove))?;
    }
    std::fs::remove_dir_all(prima)?;
    Ok(())
}

fn rimonta(dove: &Path, misura: u64) -> anyhow::Result<()> {
    esegui(Command::new("mount").args(["-o", &format!("remount,size={misura}")]).arg(dove))
}

fn esegui(c: &mut Command) -> anyhow::Result<()> {
    let o = c.output()?;
    ensure!(o.status.success(), "{c:?}: {}", String::from_utf8_lossy(&o.stderr));
    Ok(())
}
