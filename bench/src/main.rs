//! The load rig and what it measures: `make rig`, `make bench`.
#![expect(clippy::print_stdout, reason = "a command line speaks on standard output")]
#![allow(clippy::float_arithmetic, reason = "rates and ratios, no money")]

mod carico;
mod misure;
mod rig;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Il banco di prova: dati di una regione intera, e le misure su di essi.
#[derive(Debug, Parser)]
#[command(name = "banco", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    comando: Comando,
}

#[derive(Debug, Subcommand)]
enum Comando {
    /// Costruisce il banco in ALLEANZA_HOME, o ciò che ne manca
    Rig {
        /// Quanti comuni, invece di tutti
        #[arg(long, env = "RIG_ENTI", default_value_t = rig::ENTI)]
        enti: usize,
        /// Cento registrazioni invece di tremila negli enti dopo il centesimo: due gigabyte invece di dodici
        #[arg(long, env = "RIG_LEGGERO", value_parser = clap::builder::BoolishValueParser::new(), default_value = "0",
              num_args = 0..=1, default_missing_value = "1")]
        leggero: bool,
    },
    /// Misura tutto sul banco e scrive la pagina dei risultati
    Misura {
        /// Cinque minuti invece di venticinque
        #[arg(long, env = "BENCH_SHORT", value_parser = clap::builder::BoolishValueParser::new(), default_value = "0",
              num_args = 0..=1, default_missing_value = "1")]
        breve: bool,
        /// Solo alcune misure, per lettera (a registrazioni, b albo, c pagine, d memoria, e avvio, f crescita, g policy):
        /// la pagina non si scrive
        #[arg(long, env = "BENCH_SOLO", default_value = "")]
        solo: String,
        #[arg(long, default_value = "bench/RESULTS.md")]
        pagina: PathBuf,
        #[arg(long, default_value = "bench/BEFORE_AFTER.md")]
        prima_e_dopo: PathBuf,
    },
    /// Stampa i piani delle interrogazioni frequenti
    Spiega,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let righe = match Cli::parse().comando {
        Comando::Rig { enti, leggero } => {
            let mut righe = rig::costruisci(enti, leggero).await?;
            righe.extend(rig::verifica_a_campione(12).await?);
            righe
        }
        Comando::Misura { breve, solo, pagina, prima_e_dopo } => {
            misure::misura(breve, &misure::Quali(solo), &pagina, &prima_e_dopo).await?
        }
        Comando::Spiega => misure::spiega().await?,
    };
    for r in righe {
        println!("{r}");
    }
    Ok(())
}
