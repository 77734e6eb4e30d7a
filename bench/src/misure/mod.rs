//! What is measured on the rig, in which order, and the page that says it.

mod albo;
mod banco;
mod casa;
mod crescita;
mod disco;
mod foglio;
mod memoria;
mod nginx;
mod pagine;
mod pgbench;
mod registrazioni;
mod rls;
mod servito;
mod spiega;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use banco::{Banco, Posto};
use foglio::{Foglio, n};
use servito::{Come, Servito};

use crate::carico::{Filo, Richiesta};
use crate::rig;

pub use spiega::spiega;

/// Enti in which somebody registers at the same time, in the short form.
const ENTI_IN_BREVE: usize = 128;

/// Which measures: all, or those whose letters are given.
#[derive(Debug, Clone)]
pub struct Quali(pub String);

impl Quali {
    fn si(&self, lettera: char) -> bool {
        self.0.is_empty() || self.0.contains(lettera)
    }
}

/// Measures and writes the page. Returns the lines to print.
pub async fn misura(breve: bool, quali: &Quali, pagina: &Path, prima_e_dopo: &Path) -> anyhow::Result<Vec<String>> {
    let inizio = Instant::now();
    let b = Banco::apri(breve).await?;
    let (carico_prima, mut f) = (carico_della_macchina(), Foglio::default());
    let esito = tutto(&b, quali, &mut f).await;
    let testata = testata(&b, inizio.elapsed(), &carico_prima).await;
    b.casa.chiudi().await?;
    esito?;
    let dopo = std::fs::read_to_string(prima_e_dopo).unwrap_or_default();
    if quali.0.is_empty() {
        std::fs::write(pagina, f.pagina(&testata?, &dopo))?;
    }
    Ok(vec![f.tabella(), format!("In {} secondi; {}", inizio.elapsed().as_secs(), pagina.display())])
}

async fn tutto(b: &Banco, quali: &Quali, f: &mut Foglio) -> anyhow::Result<()> {
    if quali.si('e') {
        dice("avvio");
        casa::avvio(b, f).await?;
    }
    let s = Servito::avvia(&b.radice, &Come::default()).await?;
    Filo::apri(s.dove).await?.chiedi(&Richiesta::get(&s.host(), "/accedi")).await?;
    tokio::time::sleep(b.tempo(10, 3)).await;
    let riposo = casa::guarda(b, &s)?;
    let ((), carico) = casa::mentre(b, &s, sotto_carico(b, &s, quali, f)).await?;
    if quali.si('d') {
        tokio::time::sleep(b.tempo(20, 3)).await;
        casa::memoria(riposo, carico, casa::guarda(b, &s)?, f);
    }
    s.ferma().await?;
    if quali.si('f') {
        dice("crescita");
        crescita::misura(b, f).await?;
    }
    if quali.si('g') {
        dice("policy");
        rls::misura(b, f).await?;
    }
    if quali.si('a') {
        dice("verifica dei registri toccati");
        verifica(b).await?;
    }
    Ok(())
}

async fn sotto_carico(b: &Banco, s: &Servito, quali: &Quali, f: &mut Foglio) -> anyhow::Result<()> {
    if quali.si('b') {
        dice("albo");
        albo::misura(b, s, f).await?;
    }
    if !quali.si('a') && !quali.si('c') {
        return Ok(());
    }
    let quanti = if b.breve || !quali.si('a') { ENTI_IN_BREVE } else { usize::MAX };
    let grande = &b.posti[rig::GRANDE].codice;
    let posti: Vec<&Posto> = b.posti.iter().filter(|p| p.codice != *grande).take(quanti).collect();
    dice("entrano gli addetti");
    let entrati = b.entrano(s, &posti).await?;
    if quali.si('c') {
        dice("pagine");
        pagine::misura(b, s, &entrati, f).await?;
    }
    if quali.si('a') {
        dice("registrazioni");
        registrazioni::misura(b, s, &entrati, f).await?;
    }
    Ok(())
}

/// The register that took the most numbers, and two that took few, walked from the first voce to the last.
async fn verifica(b: &Banco) -> anyhow::Result<()> {
    for p in b.posti.iter().take(3) {
        let esito = registers::verifica::verifica(&b.casa.manut, Some(&p.codice), &[], &[]).await?;
        anyhow::ensure!(
            esito.sano(),
            "{}: {}",
            p.codice,
            esito.anomalie.first().map_or_else(String::new, ToString::to_string)
        );
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "says where it is, beside the page that it writes")]
fn dice(cosa: &str) {
    eprintln!("… {cosa}");
}

async fn testata(b: &Banco, durata: Duration, carico_prima: &str) -> anyhow::Result<String> {
    let mut s = b.super_().await?;
    let versione: String = sqlx::query_scalar("select current_setting('server_version')").fetch_one(&mut s).await?;
    let byte: String =
        sqlx::query_scalar("select pg_size_pretty(pg_database_size(current_database()))").fetch_one(&mut s).await?;
    let voci = b.numero("select reltuples::bigint from pg_class where oid = 'registri.voce'::regclass").await?;
    let disco = disco::fdatasync(&b.radice, Duration::from_secs(1)).await?;
    let comando = |c: &str, a: &[&str]| {
        let o = Command::new(c).args(a).output().ok()?;
        Some(String::from_utf8_lossy(&o.stdout).trim().to_owned()).filter(|t| !t.is_empty())
    };
    let commit = comando("git", &["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "?".into());
    let sporco = comando("git", &["status", "--porcelain", "--untracked-files=no"])
        .map_or("", |_| ", with changes not committed");
    let data = comando("date", &["-u", "+%Y-%m-%d %H:%M UTC"]).unwrap_or_default();
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let modello =
        cpu.lines().find_map(|r| r.strip_prefix("model name")?.split_once(':')).map_or("?", |(_, m)| m.trim());
    let nuclei = std::thread::available_parallelism().map_or(1, usize::from);
    let memoria = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let gb = memoria.lines().find_map(|r| r.strip_prefix("MemTotal:")?.trim().split(' ').next()?.parse::<f64>().ok());
    Ok(format!(
        "# What was measured\n\n\
         Written by `make bench`{}. Ratios inside one run are what counts: absolute figures belong to the machine and to its load.\n\n\
         | | |\n|---|---|\n\
         | date | {data} |\n| commit | {commit}{sporco} |\n| machine | {modello}, {nuclei} processors, {} GiB |\n\
         | load | {carico_prima} at the start, {} at the end (1, 5, 15 minutes) |\n\
         | database | PostgreSQL {versione}, {byte}, {} enti, about {} voci |\n\
         | disk | {} fdatasync of 8 kB in a second, at the end |\n| duration | {} s |\n",
        if b.breve { " in its short form" } else { "" },
        n(gb.unwrap_or(f64::NAN) / 1_048_576.0),
        carico_della_macchina(),
        b.posti.len(),
        n(voci as f64),
        n(disco),
        durata.as_secs(),
    ))
}

fn carico_della_macchina() -> String {
    let testo = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    testo.split(' ').take(3).collect::<Vec<_>>().join(", ")
}
