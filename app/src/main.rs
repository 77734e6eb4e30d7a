//! The binary: reads the command line, runs one command, says in one Italian sentence what went wrong.
#![expect(clippy::print_stdout, reason = "a command line speaks on standard output")]

use app::cli::{Cli, esegui};
use clap::Parser;

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let esito = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|rt| rt.block_on(esegui(cli)));
    match esito {
        Ok(righe) => {
            for r in righe {
                println!("{r}");
            }
            std::process::ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("alleanza: {e:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
