//! `make drill`: nothing that was acknowledged is lost, whatever is killed.
//!
//! Clients speak to the real program over HTTP and write down what they are told; something breaks; a judge that shares no
//! code with the program recomputes the registers from an export and compares. LEGGIMI.md says what each drill proves.
#![expect(clippy::print_stdout, reason = "a drill tells on standard output how it goes")]

mod carico;
mod casa;
mod cliente;
mod diario;
mod disco;
mod misure;
mod montato;
mod oracolo;
mod prove;
mod recinto;
mod referto;
mod seme;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};

use crate::casa::Officina;
use crate::prove::Prova;
use crate::recinto::Posto;
use crate::referto::Referto;
use crate::seme::Caso;

/// Uccide, stacca, riempie, sposta; poi controlla che non manchi nulla.
#[derive(Debug, Parser)]
#[command(name = "drill")]
struct Opzioni {
    /// La forma lunga, con tutti i giri; senza, quella breve
    #[arg(long)]
    lunga: bool,
    /// Solo queste
    #[arg(long, value_enum)]
    solo: Vec<Quale>,
    /// Quanti giri, invece di quelli della forma scelta
    #[arg(long)]
    giri: Option<u32>,
    /// Il seme del caso: lo stesso dà la stessa prova
    #[arg(long)]
    seme: Option<u64>,
    /// Il programma da provare
    #[arg(long, env = "ALLEANZA_BIN")]
    bin: PathBuf,
    /// Dove scrivere i risultati
    #[arg(long)]
    scrivi: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Quale {
    Controlli,
    Uccisioni,
    Corrente,
    Disco,
    Orologio,
    Riavvio,
    Partner,
    Resistenza,
}

const TUTTE: [Quale; 8] = [
    Quale::Controlli,
    Quale::Uccisioni,
    Quale::Corrente,
    Quale::Disco,
    Quale::Orologio,
    Quale::Riavvio,
    Quale::Partner,
    Quale::Resistenza,
];

impl Quale {
    fn nome(self) -> &'static str {
        match self {
            Quale::Controlli => "Controlli negativi",
            Quale::Uccisioni => "Uccisioni",
            Quale::Corrente => "Corrente",
            Quale::Disco => "Disco pieno",
            Quale::Orologio => "Orologio",
            Quale::Riavvio => "Riavvio del database",
            Quale::Partner => "Partner lenti e morti",
            Quale::Resistenza => "Resistenza",
        }
    }

    /// How long it may last: long form, short form.
    fn limite(self, lunga: bool) -> Duration {
        let (l, b) = match self {
            Quale::Controlli => (45, 4),
            Quale::Uccisioni => (120, 5),
            Quale::Corrente => (60, 4),
            Quale::Disco => (30, 6),
            Quale::Orologio => (30, 4),
            Quale::Riavvio => (15, 3),
            Quale::Partner => (20, 6),
            Quale::Resistenza => (45, 3),
        };
        Duration::from_secs(60 * if lunga { l } else { b })
    }
}

fn main() -> ExitCode {
    let o = Opzioni::parse();
    let quali = if o.solo.is_empty() {
        TUTTE.into_iter().filter(|q| o.lunga || *q != Quale::Resistenza).collect()
    } else {
        o.solo.clone()
    };
    let intero = quali.iter().map(|q| q.limite(o.lunga)).sum::<Duration>() + Duration::from_secs(300);
    let esito = match recinto::entra(intero) {
        Ok(Posto::Finito(codice)) => return ExitCode::from(u8::try_from(codice).unwrap_or(1)),
        Ok(Posto::Dentro(cartella)) => dentro(&o, &quali, &cartella),
        Err(e) => Err(e),
    };
    match esito {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("drill: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn dentro(o: &Opzioni, quali: &[Quale], cartella: &Path) -> anyhow::Result<bool> {
    let bin = std::path::absolute(&o.bin)?;
    ensure!(bin.is_file(), "{} is not there", bin.display());
    let (adesso, nanosecondi) = adesso();
    let seme = o.seme.unwrap_or(nanosecondi);
    println!("seme {seme}: --seme {seme} ripete la prova");
    let rt = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let referti = rt.block_on(tutte(o, quali, Officina { bin: bin.clone(), cartella: cartella.to_owned() }, seme))?;
    if let Some(file) = &o.scrivi {
        referto::scrivi(file, &referti, seme, &bin, adesso)?;
    }
    Ok(referti.iter().all(|r| r.bocciato.is_empty()))
}

async fn tutte(o: &Opzioni, quali: &[Quale], officina: Officina, seme: u64) -> anyhow::Result<Vec<Referto>> {
    let modello = officina.modello().await.context("the model installation")?;
    let mut caso = Caso::nuovo(seme);
    let mut referti = Vec::new();
    for quale in quali {
        let mut p = Prova {
            officina: officina.clone(),
            modello: modello.clone(),
            caso: caso.figlio(),
            lunga: o.lunga,
            giri: o.giri,
        };
        let inizio = Instant::now();
        let limite = quale.limite(o.lunga);
        let esito = tokio::time::timeout(limite, una(*quale, &mut p)).await;
        let mut r = match esito {
            Ok(Ok(r)) => r,
            Ok(Err(e)) => Referto::caduto(format!("{e:#}")),
            Err(_) => Referto::caduto(format!("non è finita in {limite:?}")),
        };
        (r.nome, r.durata) = (quale.nome(), inizio.elapsed());
        println!("{}", r.detto());
        referti.push(r);
    }
    Ok(referti)
}

async fn una(quale: Quale, p: &mut Prova) -> anyhow::Result<Referto> {
    match quale {
        Quale::Controlli => prove::controlli::prova(p).await,
        Quale::Uccisioni => prove::uccisioni::prova(p).await,
        Quale::Corrente => prove::corrente::prova(p).await,
        Quale::Disco => prove::disco::prova(p).await,
        Quale::Orologio => prove::orologio::prova(p).await,
        Quale::Riavvio => prove::riavvio::prova(p).await,
        Quale::Partner => prove::partner::prova(p).await,
        Quale::Resistenza => prove::resistenza::prova(p).await,
    }
}

#[expect(clippy::disallowed_methods, reason = "the date of the results and a seed that nobody chose")]
fn adesso() -> (jiff::Timestamp, u64) {
    let da = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (jiff::Timestamp::now(), u64::try_from(da.as_nanos() / 1_000 % 1_000_000_000).unwrap_or(0))
}
