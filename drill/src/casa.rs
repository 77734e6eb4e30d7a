//! An installation of its own for a drill: its folder, the program that serves it, the database behind it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection};

use crate::cliente::Cliente;
use crate::diario::Registro;
use crate::oracolo::{self, Verdetto};

/// The hot one first.
pub const ENTI: [&str; 3] = ["c_e307", "c_i501", "c_a345"];
const UTENTE: &str = "prova@drill.test";
const PAROLA: &str = "prova di forza";
const PARTENZA: Duration = Duration::from_secs(120);

/// What every installation of a run has in common.
#[derive(Debug, Clone)]
pub struct Officina {
    pub bin: PathBuf,
    pub cartella: PathBuf,
}

/// An installation. Dropped, what it started is killed and its folder removed.
#[derive(Debug)]
pub struct Casa {
    pub radice: PathBuf,
    bin: PathBuf,
    pub porta: u16,
    /// Added to the environment of the program.
    pub ambiente: Vec<(String, String)>,
    programma: Option<Child>,
    giri: u32,
}

impl Officina {
    /// Makes the model that every drill copies: three enti with their register, one person, and nothing in it.
    pub async fn modello(&self) -> anyhow::Result<PathBuf> {
        let mut casa = self.vuota("modello")?;
        casa.alleanza(&["migra", "--modo", "prova"])?;
        casa.accendi().await?;
        casa.alleanza(&[&["ente", "aggiungi"], &ENTI[..]].concat())?;
        for ente in ENTI {
            // The second time it is the same person, with one role more elsewhere.
            let persona = ["utente", "crea", UTENTE, "--nome", "Prova", "--cognome", "Di Forza", "--password", PAROLA];
            let ruoli = ["--ente", ente, "--ruolo", "amministratore", "--ruolo", "protocollo", "--ruolo", "albo"];
            casa.alleanza(&[&persona[..], &ruoli[..]].concat())?;
            for servizio in ["protocollo", "albo"] {
                casa.alleanza(&["servizio", "attiva", servizio, "--ente", ente])?;
            }
        }
        casa.spegni().await?;
        let radice = casa.radice.clone();
        // The folder stays, for those who copy it.
        casa.radice = self.cartella.join("nessuna");
        Ok(radice)
    }

    /// An installation with nothing in its folder yet.
    pub fn vuota(&self, nome: &str) -> anyhow::Result<Casa> {
        let radice = self.cartella.join(nome);
        fs::create_dir_all(&radice)?;
        let porta = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Casa { radice, bin: self.bin.clone(), porta, ambiente: Vec::new(), programma: None, giri: 0 })
    }

    /// A copy of the model, not running.
    pub fn copia(&self, modello: &Path, nome: &str) -> anyhow::Result<Casa> {
        let casa = self.vuota(nome)?;
        casa.riempi(modello)?;
        Ok(casa)
    }
}

impl Casa {
    /// Copies the model in, over whatever is mounted there.
    pub fn riempi(&self, modello: &Path) -> anyhow::Result<()> {
        let o = Command::new("cp").arg("-a").arg(modello.join(".")).arg(&self.radice).output()?;
        ensure!(o.status.success(), "cp: {}", String::from_utf8_lossy(&o.stderr));
        Ok(())
    }

    fn comando(&self) -> Command {
        let mut c = Command::new(&self.bin);
        c.env("ALLEANZA_HOME", &self.radice).env("ALLEANZA_LISTEN", format!("127.0.0.1:{}", self.porta));
        c.env("RUST_LOG", "warn").envs(self.ambiente.iter().cloned()).stdin(Stdio::null());
        c
    }

    /// Runs a command of the program, beside the server or without it.
    pub fn alleanza(&self, argomenti: &[&str]) -> anyhow::Result<String> {
        let o = self.comando().args(argomenti).output()?;
        let (detto, errori) = (String::from_utf8_lossy(&o.stdout), String::from_utf8_lossy(&o.stderr));
        ensure!(o.status.success(), "alleanza {}: {detto}{errori}", argomenti.join(" "));
        Ok(detto.into_owned())
    }

    /// Starts the program: how long until it served its first page.
    pub async fn accendi(&mut self) -> anyhow::Result<Duration> {
        let registro = fs::OpenOptions::new().create(true).append(true).open(self.radice.join("programma.log"))?;
        let inizio = Instant::now();
        let mut c = self.comando();
        c.arg("servi").stdout(Stdio::null()).stderr(registro);
        self.programma = Some(c.spawn()?);
        let cliente = Cliente::nuovo(self.porta);
        loop {
            if let Ok(r) = cliente.leggi("/accedi").await
                && r.stato.is_success()
            {
                return Ok(inizio.elapsed());
            }
            if let Some(uscito) = self.programma.as_mut().and_then(|p| p.try_wait().transpose()) {
                bail!("the program ended: {} {}", uscito?, self.ultime_righe());
            }
            ensure!(inizio.elapsed() < PARTENZA, "the program does not start: {}", self.ultime_righe());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn ultime_righe(&self) -> String {
        let coda = |nome: &str| {
            let testo = fs::read_to_string(self.radice.join(nome)).unwrap_or_default();
            let righe: Vec<&str> = testo.lines().rev().take(3).collect();
            righe.into_iter().rev().collect::<Vec<_>>().join("\n")
        };
        format!("{}\n{}", coda("programma.log"), coda("postgres.log"))
    }

    /// A clean stop, database included.
    pub async fn spegni(&mut self) -> anyhow::Result<()> {
        if let Some(mut p) = self.programma.take() {
            kill(pid(&p)?, Signal::SIGTERM)?;
            let fine = Instant::now() + Duration::from_secs(60);
            while p.try_wait()?.is_none() {
                ensure!(Instant::now() < fine, "the program does not stop");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Ok(())
    }

    pub fn pid(&self) -> Option<i32> {
        self.programma.as_ref().and_then(|p| i32::try_from(p.id()).ok())
    }

    /// True while the process started last is the one that serves.
    pub fn vive(&mut self) -> bool {
        self.programma.as_mut().is_some_and(|p| matches!(p.try_wait(), Ok(None)))
    }

    /// kill -9 of the program.
    pub fn uccidi_programma(&mut self) -> anyhow::Result<()> {
        if let Some(mut p) = self.programma.take() {
            p.kill()?;
            p.wait()?;
        }
        Ok(())
    }

    pub fn postmaster(&self) -> anyhow::Result<Pid> {
        let f = fs::read_to_string(self.radice.join("pg/postmaster.pid")).context("no postmaster")?;
        Ok(Pid::from_raw(f.lines().next().unwrap_or_default().trim().parse()?))
    }

    /// kill -9 of PostgreSQL, every process of it.
    pub fn uccidi_postgres(&self) -> anyhow::Result<()> {
        self.uccidi_con_i_figli(self.postmaster()?)
    }

    /// The same, when the file that tells which one it is cannot be read any more.
    pub fn uccidi_con_i_figli(&self, capo: Pid) -> anyhow::Result<()> {
        let tutti: Vec<Pid> = [capo].into_iter().chain(figli(capo)).collect();
        for p in &tutti {
            // One that ended by itself meanwhile is as dead as the others.
            let _ = kill(*p, Signal::SIGKILL);
        }
        for p in tutti {
            aspetta_morto(p)?;
        }
        Ok(())
    }

    /// kill -9 of one process that serves a connection; PostgreSQL throws all the others out by itself.
    pub fn uccidi_un_processo(&self, quale: u64) -> anyhow::Result<()> {
        let client: Vec<Pid> = figli(self.postmaster()?).into_iter().filter(|p| serve_un_client(*p)).collect();
        ensure!(!client.is_empty(), "nobody is connected");
        let i = usize::try_from(quale % client.len() as u64)?;
        Ok(kill(client[i], Signal::SIGKILL)?)
    }

    /// A connection as superuser.
    pub async fn sql(&self) -> anyhow::Result<PgConnection> {
        let run = self.radice.join("run");
        Ok(PgConnection::connect(&format!("postgresql:///alleanza?host={}&user=alleanza_super", run.display())).await?)
    }

    /// One statement as superuser.
    pub async fn esegui(&self, sql: &'static str) -> anyhow::Result<()> {
        sqlx::raw_sql(sql).execute(&mut self.sql().await?).await?;
        Ok(())
    }

    /// A client that has signed in.
    pub async fn cliente(&self) -> anyhow::Result<Cliente> {
        let mut c = Cliente::nuovo(self.porta);
        c.entra(UTENTE, PAROLA, ENTI[0]).await?;
        Ok(c)
    }

    pub fn registro(&self) -> Registro {
        Registro::nuovo(&ENTI.map(str::to_owned))
    }

    /// Exports every ente and has it judged.
    pub fn giudica(&mut self, registro: &Registro) -> anyhow::Result<Verdetto> {
        let mut tutto = Verdetto::default();
        for ente in ENTI {
            self.giri += 1;
            let dove = self.radice.join(format!("esportazione-{}", self.giri));
            self.alleanza(&["esporta", "registri", "--ente", ente, &dove.display().to_string()])?;
            tutto.aggiungi(oracolo::giudica(&dove, ente, &registro.apri())?);
            fs::remove_dir_all(dove)?;
        }
        Ok(tutto)
    }
}

impl Drop for Casa {
    fn drop(&mut self) {
        let _ = self.uccidi_programma();
        let _ = self.uccidi_postgres();
        let _ = fs::remove_dir_all(&self.radice);
    }
}

fn pid(p: &Child) -> anyhow::Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(p.id())?))
}

fn figli(capo: Pid) -> Vec<Pid> {
    let tutti = fs::read_dir("/proc").into_iter().flatten().flatten();
    let di_chi = |e: fs::DirEntry| {
        let pid: i32 = e.file_name().to_str()?.parse().ok()?;
        let stato = fs::read_to_string(e.path().join("stat")).ok()?;
        let padre: i32 = stato.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        (padre == capo.as_raw()).then(|| Pid::from_raw(pid))
    };
    tutti.filter_map(di_chi).collect()
}

/// `postgres: alleanza_app alleanza [local] …`, not one of its own workers.
fn serve_un_client(p: Pid) -> bool {
    fs::read(format!("/proc/{p}/cmdline")).is_ok_and(|c| String::from_utf8_lossy(&c).contains("[local]"))
}

fn aspetta_morto(p: Pid) -> anyhow::Result<()> {
    for _ in 0..1_000 {
        let vivo = fs::read_to_string(format!("/proc/{p}/stat"))
            .is_ok_and(|s| !s.rsplit_once(')').is_some_and(|(_, r)| r.trim_start().starts_with('Z')));
        if !vivo {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    bail!("process {p} does not die")
}
