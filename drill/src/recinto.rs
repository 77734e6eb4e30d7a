//! A fence around a drill: whatever happens inside, when it is over nothing is running and nothing is mounted.
//!
//! As root the drill runs in a mount and a process namespace of its own: its end, or its time limit, is the end of all that
//! it started and mounted, and the kernel sees to it. Elsewhere what a drill starts is hunted by its folder.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, geteuid};

const VARIABILE: &str = "ALLEANZA_DRILL_DENTRO";
const CARTELLA: &str = "ALLEANZA_DRILL_CARTELLA";

/// Where this process stands.
pub enum Posto {
    /// Inside: the drill can begin, in that folder.
    Dentro(std::path::PathBuf),
    /// Outside, and the drill inside is over: this is how it ended.
    Finito(i32),
}

/// Why no disk can be mounted here.
pub fn senza_dischi() -> Option<&'static str> {
    match std::env::var(VARIABILE).as_deref() {
        Ok("dentro") => None,
        _ => Some("serve root, e il permesso di fare namespace, per montare un disco"),
    }
}

/// True where the fence is the kernel's: root in a container may not be allowed to.
fn recintabile() -> bool {
    let prova = || Command::new("unshare").args(["--mount", "--pid", "--fork", "--mount-proc", "true"]).output();
    geteuid().is_root() && prova().is_ok_and(|o| o.status.success())
}

/// Called first of all: runs this same program inside the fence, for no longer than `limite`.
pub fn entra(limite: Duration) -> anyhow::Result<Posto> {
    let cartella = std::env::var_os(CARTELLA).map(std::path::PathBuf::from);
    match (std::env::var(VARIABILE).as_deref(), cartella) {
        (Ok("primo"), _) => Ok(Posto::Finito(primo()?)),
        (Ok(_), Some(c)) => Ok(Posto::Dentro(c)),
        _ => fuori(limite).map(Posto::Finito),
    }
}

fn fuori(limite: Duration) -> anyhow::Result<i32> {
    // The user that runs PostgreSQL must reach it.
    let cartella = std::path::PathBuf::from(format!("/var/tmp/alleanza-drill-{}", std::process::id()));
    fs::create_dir_all(&cartella)?;
    let recinto = recintabile();
    let mut c = if recinto {
        let mut c = Command::new("unshare");
        c.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]).arg(std::env::current_exe()?);
        c.env(VARIABILE, "primo");
        c
    } else {
        let mut c = Command::new(std::env::current_exe()?);
        c.env(VARIABILE, "senza recinto");
        c
    };
    let mut figlio = c.args(argomenti()).env(CARTELLA, &cartella).spawn().context("unshare")?;
    let esito = aspetta(&mut figlio, limite);
    if !recinto {
        spazza(&cartella);
    }
    let _ = fs::remove_dir_all(&cartella);
    esito
}

fn argomenti() -> impl Iterator<Item = OsString> {
    std::env::args_os().skip(1)
}

fn aspetta(figlio: &mut Child, limite: Duration) -> anyhow::Result<i32> {
    let fine = Instant::now() + limite;
    loop {
        if let Some(s) = figlio.try_wait()? {
            return Ok(s.code().unwrap_or(1));
        }
        if Instant::now() > fine {
            figlio.kill()?;
            figlio.wait()?;
            bail!("the drill did not end in {limite:?}: stopped");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The first process of the namespace: it buries the orphans, and goes when the drill goes.
fn primo() -> anyhow::Result<i32> {
    let figlio = Command::new(std::env::current_exe()?).args(argomenti()).env(VARIABILE, "dentro").spawn()?;
    let figlio = Pid::from_raw(i32::try_from(figlio.id())?);
    loop {
        match waitpid(None, None) {
            Ok(WaitStatus::Exited(p, codice)) if p == figlio => return Ok(codice),
            Ok(WaitStatus::Signaled(p, s, _)) if p == figlio => return Ok(128 + s as i32),
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

/// Without namespaces: ends the databases that are left.
fn spazza(cartella: &Path) {
    for e in fs::read_dir(cartella).into_iter().flatten().flatten() {
        let pid = fs::read_to_string(e.path().join("pg/postmaster.pid")).ok();
        let pid = pid.and_then(|s| s.lines().next().and_then(|l| l.trim().parse().ok()));
        let nome = |p: i32| fs::read_to_string(format!("/proc/{p}/comm")).is_ok_and(|n| n.trim() == "postgres");
        if let Some(p) = pid.filter(|p| nome(*p)) {
            // Nobody is left to tell.
            let _ = kill(Pid::from_raw(p), Signal::SIGKILL);
        }
    }
}
