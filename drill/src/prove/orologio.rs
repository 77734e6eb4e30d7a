//! The clock is put back, put forward, taken over midnight of 31 December: the legal instant never goes back, and a year
//! begins at 1, once.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::{Prova, RIPRESA, Somma};
use crate::carico::{Carico, Misura};
use crate::casa::Casa;
use crate::referto::Referto;

/// The day after: one hour less is still after everything that was made before.
const DOMANI: i64 = 26 * 3600;
const SALTI: [i64; 6] = [-3600, 7200, 0, -3600, 3600, -1800];

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    let giri = p.giri(10, 1);
    let mut r = Referto::nuovo(format!(
        "{giri} volte: indietro di un’ora e avanti, sotto carico; la notte di San Silvestro; di nuovo indietro"
    ));
    let mut somma = Somma::default();
    for giro in 0..giri {
        legale(p, &mut r, &mut somma, giro).await.context("legal clock")?;
    }
    if let Some(libreria) = libfaketime() {
        for giro in 0..giri {
            di_sistema(p, &mut somma, &libreria, giro).await.context("system clock")?;
        }
        r.cifra("anche l’orologio di sistema, del programma e del database (libfaketime)");
    } else {
        r.cifra("senza libfaketime (pacchetto faketime) l’orologio di sistema non si è mosso, solo quello legale");
    }
    somma.racconta(&mut r);
    Ok(r)
}

/// The offset of the legal clock, which a test installation may move.
async fn legale(p: &mut Prova, r: &mut Referto, somma: &mut Somma, giro: u32) -> anyhow::Result<()> {
    let mut casa = p.casa(&format!("orologio-{giro}"))?;
    casa.accendi().await?;
    let registro = casa.registro();
    sposta(&casa, DOMANI).await?;
    let carico = Carico::avvia(&casa.cliente().await?, &registro, Misura::default(), &mut p.caso);
    for salto in SALTI {
        carico.prossima(RIPRESA).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        sposta(&casa, DOMANI + salto).await?;
    }
    carico.prossima(RIPRESA).await?;
    somma.conti(&carico.finisci().await?);

    let a_mezzanotte: i64 = sqlx::query_scalar(
        "select extract(epoch from make_timestamptz(extract(year from now() at time zone 'Europe/Rome')::int, 12, 31, 23, 59, 57, \
           'Europe/Rome') - clock_timestamp())::bigint",
    )
    .fetch_one(&mut casa.sql().await?)
    .await?;
    sposta(&casa, a_mezzanotte).await?;
    // A month later everybody signs in again.
    let carico = Carico::avvia(&casa.cliente().await?, &registro, Misura::default(), &mut p.caso);
    carico.prossima(RIPRESA).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    carico.prossima(RIPRESA).await?;
    sposta(&casa, a_mezzanotte - 3600).await?;
    carico.prossima(RIPRESA).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    somma.conti(&carico.finisci().await?);
    somma.giudica(&mut casa, &registro)?;
    let anni: std::collections::BTreeSet<i32> =
        registro.apri().fatti.values().flat_map(|f| f.numeri.iter().map(|n| n.0)).collect();
    r.esige(anni.len() == 2, format!("anni visti: {anni:?}"));
    casa.spegni().await
}

async fn sposta(casa: &Casa, secondi: i64) -> anyhow::Result<()> {
    let q = sqlx::query("update sistema.orologio set scarto = make_interval(secs => $1::bigint)").bind(secondi);
    ensure!(q.execute(&mut casa.sql().await?).await?.rows_affected() == 1, "the clock has no row");
    Ok(())
}

/// The clock of the machine, as the program and PostgreSQL see it.
async fn di_sistema(p: &mut Prova, somma: &mut Somma, libreria: &Path, giro: u32) -> anyhow::Result<()> {
    let mut casa = p.casa(&format!("sistema-{giro}"))?;
    let ora = casa.radice.join("ora");
    segna(&ora, DOMANI)?;
    let bin = casa.radice.join("bin");
    let ambiente = ambiente(libreria, &ora);
    finto_postgres(&bin, &ambiente)?;
    for (nome, valore) in ambiente {
        casa.ambiente.push((nome.to_owned(), valore));
    }
    casa.ambiente.push(("ALLEANZA_PG_BIN".to_owned(), bin.display().to_string()));
    casa.accendi().await?;
    let registro = casa.registro();
    let carico = Carico::avvia(&casa.cliente().await?, &registro, Misura::default(), &mut p.caso);
    for salto in SALTI {
        carico.prossima(RIPRESA).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        segna(&ora, DOMANI + salto)?;
    }
    carico.prossima(RIPRESA).await?;
    somma.conti(&carico.finisci().await?);
    somma.giudica(&mut casa, &registro)?;
    casa.spegni().await
}

/// Debian's package faketime, where it is.
fn libfaketime() -> Option<PathBuf> {
    let per_macchina = fs::read_dir("/usr/lib").ok()?.flatten();
    per_macchina.map(|e| e.path().join("faketime/libfaketimeMT.so.1")).find(|l| l.is_file())
}

type Ambiente = [(&'static str, String); 5];

fn ambiente(libreria: &Path, ora: &Path) -> Ambiente {
    [
        ("LD_PRELOAD", libreria.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", ora.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        // Waits are waits, and files keep their dates.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("NO_FAKE_STAT", "1".to_owned()),
    ]
}

fn segna(ora: &Path, secondi: i64) -> anyhow::Result<()> {
    // Whole, or not at all: somebody reads it at every look at the clock.
    let nuova = ora.with_extension("nuova");
    fs::write(&nuova, format!("{secondi:+}\n"))?;
    fs::set_permissions(&nuova, fs::Permissions::from_mode(0o644))?;
    Ok(fs::rename(nuova, ora)?)
}

/// The tools of PostgreSQL, with a server that looks at our clock.
fn finto_postgres(bin: &Path, ambiente: &Ambiente) -> anyhow::Result<()> {
    let veri = fs::read_dir("/usr/lib/postgresql")?.flatten().map(|e| e.path().join("bin"));
    let vero = veri.filter(|b| b.join("postgres").is_file()).max().context("PostgreSQL is not here")?;
    fs::create_dir(bin)?;
    for e in fs::read_dir(&vero)?.flatten().filter(|e| e.file_name() != "postgres") {
        symlink(e.path(), bin.join(e.file_name()))?;
    }
    let esporta: Vec<String> = ambiente.iter().map(|(n, v)| format!("export {n}='{v}'")).collect();
    let testo = format!("#!/bin/sh\n{}\nexec {}/postgres \"$@\"\n", esporta.join("\n"), vero.display());
    fs::write(bin.join("postgres"), testo)?;
    fs::set_permissions(bin.join("postgres"), fs::Permissions::from_mode(0o755))?;
    Ok(())
}
