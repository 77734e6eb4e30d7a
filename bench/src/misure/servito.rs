//! The program under measure, as an operator starts it: another process, its log in a file, stopped at the end.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running `alleanza servi`.
#[derive(Debug)]
pub struct Servito {
    figlio: Child,
    pub dove: SocketAddr,
    /// From the start of the process to the line that says that it is ready.
    pub pronto_in: Duration,
}

/// How it is started, beside `ALLEANZA_HOME`.
#[derive(Debug, Default, Clone)]
pub struct Come {
    pub ambiente: Vec<(&'static str, String)>,
}

impl Servito {
    pub async fn avvia(radice: &Path, come: &Come) -> anyhow::Result<Servito> {
        let registro = File::create(radice.join("servi.log"))?;
        let inizio = Instant::now();
        let mut figlio = Command::new(alleanza()?)
            .arg("servi")
            .env("ALLEANZA_HOME", radice)
            .env("ALLEANZA_LISTEN", "127.0.0.1:0")
            .envs(come.ambiente.iter().map(|(n, v)| (*n, v.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(registro)
            .kill_on_drop(true)
            .spawn()
            .context("alleanza non parte")?;
        let uscita = figlio.stdout.take().context("alleanza senza uscita")?;
        let mut righe = BufReader::new(uscita).lines();
        let riga = tokio::time::timeout(Duration::from_secs(60), righe.next_line()).await??;
        let riga = riga.with_context(|| format!("alleanza non è partita: {}", radice.join("servi.log").display()))?;
        let porta = riga.rsplit(':').next().and_then(|p| p.trim().parse().ok());
        let dove = SocketAddr::from((Ipv4Addr::LOCALHOST, porta.with_context(|| format!("porta ignota: {riga}"))?));
        // The rest of what it says is not needed, and a full pipe would stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = righe.next_line().await {} });
        Ok(Servito { figlio, dove, pronto_in: inizio.elapsed() })
    }

    pub fn host(&self) -> String {
        format!("localhost:{}", self.dove.port())
    }

    pub fn pid(&self) -> anyhow::Result<u32> {
        self.figlio.id().context("alleanza è già finita")
    }

    pub async fn ferma(mut self) -> anyhow::Result<()> {
        kill(Pid::from_raw(self.pid()?.cast_signed()), Signal::SIGTERM)?;
        tokio::time::timeout(Duration::from_secs(60), self.figlio.wait()).await.context("alleanza non si ferma")??;
        Ok(())
    }
}

/// The binary of the same build, beside this one.
pub fn alleanza() -> anyhow::Result<PathBuf> {
    let qui = std::env::current_exe()?;
    let accanto = qui.with_file_name("alleanza");
    anyhow::ensure!(accanto.is_file(), "manca {}: cargo build --release -p app", accanto.display());
    Ok(accanto)
}
