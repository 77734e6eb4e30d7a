//! The private PostgreSQL cluster: distro binaries, unix socket, own data folder, dropped privileges, adopted after a
//! kill -9, stopped cleanly.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Gid, Pid, Uid, User, chown, geteuid};

use crate::Error;

/// Longest path of a unix socket, terminator excluded.
const SUN_PATH: usize = 107;
const PASSO: Duration = Duration::from_millis(10);
/// How often the watch looks, and how long it waits after a start that failed.
const RONDA: Duration = Duration::from_millis(250);
const RIPOSO: Duration = Duration::from_secs(2);

/// How durable the cluster must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durata {
    /// Every commit is on disk before it is acknowledged.
    Durevole,
    /// For tests only: nothing survives a crash of the machine.
    UsaEGetta,
}

/// A running private cluster. It keeps running if the value is dropped: call [`Cluster::ferma`].
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    radice: PathBuf,
    socket: PathBuf,
    utente: Option<(Uid, Gid)>,
    durata: Durata,
    // One program per cluster: the lock dies with the process, whatever kills it.
    _chiave: Option<Flock<File>>,
    /// True once it was stopped on purpose; held by whoever starts or stops it.
    fermato: Mutex<bool>,
}

impl Cluster {
    /// Opens the cluster under `radice`, creating it when it is not there, adopting it when it is already running.
    pub fn apri(radice: &Path) -> Result<Cluster, Error> {
        fs::create_dir_all(radice)?;
        let chiave = Flock::lock(File::create(radice.join("lock"))?, FlockArg::LockExclusiveNonblock)
            .map_err(|_| cluster(format!("DB-003: un altro programma usa già {}", radice.display())))?;
        Cluster::con(radice, Durata::Durevole, Some(chiave))
    }

    /// The cluster that is already running under `radice`, for a second process (a command beside the server).
    pub fn visita(radice: &Path) -> Result<Option<Cluster>, Error> {
        let c = Cluster::descrivi(radice, Durata::Durevole, None)?;
        Ok(c.pronto().then_some(c))
    }

    pub(crate) fn con(radice: &Path, durata: Durata, chiave: Option<Flock<File>>) -> Result<Cluster, Error> {
        let c = Cluster::descrivi(radice, durata, chiave)?;
        for d in [&c.radice, &c.dati(), &c.socket] {
            fs::create_dir_all(d)?;
            if d != &c.radice {
                fs::set_permissions(d, Permissions::from_mode(0o700))?;
                c.dai_a_chi_serve(d)?;
            }
        }
        c.apri_la_porta()?;
        c.raggiungibile()?;
        if !c.dati().join("PG_VERSION").exists() {
            c.crea()?;
        }
        c.configura()?;
        c.avvia()?;
        Ok(c)
    }

    pub(crate) fn descrivi(radice: &Path, durata: Durata, chiave: Option<Flock<File>>) -> Result<Cluster, Error> {
        let radice = std::path::absolute(radice)?;
        let dati = radice.join("pg");
        let bin = trova_binari(&dati)?;
        let utente = geteuid().is_root().then(|| chi_serve(&dati)).transpose()?;
        let socket = cartella_del_socket(&radice);
        Ok(Cluster { bin, radice, socket, utente, durata, _chiave: chiave, fermato: Mutex::new(false) })
    }

    fn dati(&self) -> PathBuf {
        self.radice.join("pg")
    }

    /// The folder of the PostgreSQL tools that match this cluster.
    pub fn binari(&self) -> &Path {
        &self.bin
    }

    /// A connection string for one of the roles: `alleanza_app`, `alleanza_migra`, `alleanza_super`.
    pub fn url(&self, ruolo: &str) -> String {
        self.url_di(ruolo, "alleanza")
    }

    pub(crate) fn url_di(&self, ruolo: &str, database: &str) -> String {
        format!("postgresql:///{database}?host={}&user={ruolo}", self.socket.display())
    }

    /// A tool of this cluster's major, run as the cluster's user, connected to nothing yet.
    pub fn strumento(&self, nome: &str) -> Command {
        let mut c = Command::new(self.bin.join(nome));
        c.env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .current_dir("/");
        if let Some((u, g)) = self.utente {
            c.uid(u.as_raw()).gid(g.as_raw());
        }
        c
    }

    /// Gives `cartella` to the user that runs the cluster, when that is not us.
    pub fn dai_a_chi_serve(&self, cartella: &Path) -> Result<(), Error> {
        if let Some((u, g)) = self.utente {
            chown(cartella, Some(u), Some(g)).map_err(std::io::Error::from)?;
        }
        Ok(())
    }

    /// As root, the root folder of the installation (often closed, as `mktemp -d` makes it) lets the cluster's user pass
    /// through: what is inside stays closed.
    fn apri_la_porta(&self) -> Result<(), Error> {
        let modo = fs::metadata(&self.radice)?.mode() & 0o7777;
        if self.utente.is_some() && modo & 0o011 != 0o011 {
            fs::set_permissions(&self.radice, Permissions::from_mode(modo | 0o011))?;
        }
        Ok(())
    }

    fn raggiungibile(&self) -> Result<(), Error> {
        // Every ancestor must let that user through: /root, for one, does not.
        let esito = self.strumento("initdb").arg("--version").current_dir(self.dati()).output();
        match esito {
            Ok(o) if o.status.success() => Ok(()),
            _ => Err(cluster(format!(
                "DB-004: l'utente che fa girare PostgreSQL non raggiunge {}: scegli un'altra cartella con ALLEANZA_HOME",
                self.dati().display()
            ))),
        }
    }

    fn crea(&self) -> Result<(), Error> {
        let mut initdb = self.strumento("initdb");
        initdb.arg("-D").arg(self.dati()).args([
            "-U",
            "alleanza_super",
            "--auth-local=peer",
            "--auth-host=reject",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
        ]);
        if self.durata == Durata::UsaEGetta {
            initdb.arg("--no-sync");
        }
        esegui(&mut initdb, "initdb")
    }

    /// Access by the system's user only (peer), no TCP; rewritten at each start so that it follows the program.
    fn configura(&self) -> Result<(), Error> {
        let nome = |u: Uid| User::from_uid(u).ok().flatten().map(|u| u.name).unwrap_or_else(|| u.to_string());
        let mut sistema = vec![nome(geteuid())];
        sistema.extend(self.utente.map(|(u, _)| nome(u)).filter(|n| *n != sistema[0]));
        let mut mappa = String::new();
        for os in sistema {
            for ruolo in ["alleanza_super", "alleanza_migra", "alleanza_app"] {
                mappa += &format!("alleanza {os} {ruolo}\n");
            }
        }
        self.scrivi("pg_ident.conf", &mappa)?;
        self.scrivi("pg_hba.conf", "local all all peer map=alleanza\nlocal replication all peer map=alleanza\n")?;
        self.scrivi("alleanza.conf", include_str!("../sql/alleanza.conf"))?;
        let conf = fs::read_to_string(self.dati().join("postgresql.conf"))?;
        if !conf.contains("include 'alleanza.conf'") {
            self.scrivi("postgresql.conf", &format!("{conf}\ninclude 'alleanza.conf'\n"))?;
        }
        Ok(())
    }

    fn scrivi(&self, nome: &str, testo: &str) -> Result<(), Error> {
        let p = self.dati().join(nome);
        fs::write(&p, testo)?;
        fs::set_permissions(&p, Permissions::from_mode(0o600))?;
        self.dai_a_chi_serve(&p)
    }

    fn postmaster(&self) -> Option<Pid> {
        let s = fs::read_to_string(self.dati().join("postmaster.pid")).ok()?;
        let pid: i32 = s.lines().next()?.trim().parse().ok()?;
        // The name comes from /proc so that a dead or recycled pid is nobody; a zombie has no executable either.
        let exe = fs::read_link(format!("/proc/{pid}/exe")).ok();
        let nome = fs::read_to_string(format!("/proc/{pid}/comm")).ok();
        let postgres = exe.is_some_and(|e| e.file_name().is_some_and(|n| n == "postgres"))
            || nome.is_some_and(|n| n.trim() == "postgres") && !zombie(pid);
        postgres.then(|| Pid::from_raw(pid))
    }

    fn pronto(&self) -> bool {
        self.postmaster().is_some()
            && fs::read_to_string(self.dati().join("postmaster.pid"))
                .is_ok_and(|s| s.lines().nth(7).is_some_and(|l| l.trim() == "ready"))
            && std::os::unix::net::UnixStream::connect(self.socket.join(".s.PGSQL.5432")).is_ok()
    }

    fn avvia(&self) -> Result<(), Error> {
        if self.postmaster().is_some() && self.attendi(3_000, || self.pronto()) {
            return Ok(());
        }
        // Orphan backends of a killed postmaster keep its shared memory for a moment: try again.
        for _ in 0..20 {
            if self.prova_ad_avviare()? {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        Err(cluster(format!("DB-005: PostgreSQL non parte: leggi {}", self.radice.join("postgres.log").display())))
    }

    fn prova_ad_avviare(&self) -> Result<bool, Error> {
        let log = OpenOptions::new().create(true).append(true).open(self.radice.join("postgres.log"))?;
        let mut cmd = self.strumento("postgres");
        cmd.arg("-D").arg(self.dati()).arg("-k").arg(&self.socket).stdout(log.try_clone()?).stderr(log);
        if self.durata == Durata::UsaEGetta {
            for c in
                ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=4GB"]
            {
                cmd.arg("-c").arg(c);
            }
            cmd.args(["-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "max_connections=300"]);
            cmd.args(["-c", "archive_mode=off"]);
        }
        // Ctrl-C in the terminal must not reach postgres before we have drained.
        cmd.process_group(0);
        let mut figlio = cmd.spawn()?;
        let mut uscito = false;
        let pronto = self.attendi(60_000, || {
            uscito = figlio.try_wait().ok().flatten().is_some();
            uscito || self.pronto()
        });
        if uscito || !pronto {
            return Ok(false);
        }
        // A zombie postmaster would block the next start for ever: somebody must wait for the child from now on.
        std::thread::spawn(move || figlio.wait());
        Ok(true)
    }

    /// Waits up to `ms` milliseconds for `cosa`.
    fn attendi(&self, ms: u64, mut cosa: impl FnMut() -> bool) -> bool {
        for _ in 0..ms.div_ceil(10) {
            if cosa() {
                return true;
            }
            std::thread::sleep(PASSO);
        }
        false
    }

    /// Starts it again whenever it dies (killed, or by itself on a full disk), until [`Cluster::ferma`].
    pub fn sorveglia(self: &Arc<Self>) {
        let c = self.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(RONDA);
                let fermato = c.fermato.lock().unwrap_or_else(PoisonError::into_inner);
                if *fermato {
                    return;
                }
                if c.postmaster().is_some() {
                    continue;
                }
                tracing::error!("PostgreSQL is not running: starting it again");
                let esito = c.avvia();
                drop(fermato);
                match esito {
                    Ok(()) => tracing::warn!("PostgreSQL is running again"),
                    Err(e) => {
                        tracing::error!(errore = %e, "PostgreSQL does not start");
                        std::thread::sleep(RIPOSO);
                    }
                }
            }
        });
    }

    /// Fast, clean stop: sessions end, a checkpoint is written.
    pub fn ferma(&self) -> Result<(), Error> {
        let mut fermato = self.fermato.lock().unwrap_or_else(PoisonError::into_inner);
        *fermato = true;
        let Some(pid) = self.postmaster() else { return Ok(()) };
        kill(pid, Signal::SIGINT).map_err(std::io::Error::from)?;
        if self.attendi(30_000, || self.postmaster().is_none()) {
            Ok(())
        } else {
            Err(cluster("DB-006: PostgreSQL non si è fermato in 30 secondi".into()))
        }
    }

    /// Makes roles and database: all that a superuser is needed for. Running it again changes nothing.
    pub async fn prepara(&self) -> Result<(), Error> {
        self.prepara_database("alleanza").await
    }

    pub(crate) async fn prepara_database(&self, nome: &'static str) -> Result<(), Error> {
        use sqlx::{AssertSqlSafe, Connection, PgConnection};
        let mut c = PgConnection::connect(&self.url_di("alleanza_super", "postgres")).await?;
        sqlx::raw_sql(crate::istruzioni_dei_ruoli()).execute(&mut c).await?;
        let esiste: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(nome)
            .fetch_one(&mut c)
            .await?;
        if !esiste {
            let crea = format!("create database {nome} owner alleanza_owner encoding 'UTF8' template template0");
            sqlx::raw_sql(AssertSqlSafe(crea)).execute(&mut c).await?;
        }
        c.close().await?;
        Ok(())
    }
}

fn zombie(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|s| s.rsplit(')').next().is_some_and(|r| r.trim().starts_with('Z')))
}

fn cluster(frase: String) -> Error {
    Error::Cluster(frase)
}

fn esegui(c: &mut Command, nome: &str) -> Result<(), Error> {
    let o = c.output()?;
    if o.status.success() {
        return Ok(());
    }
    Err(cluster(format!("DB-002: {nome}: {}", String::from_utf8_lossy(&o.stderr).trim())))
}

/// The folder of the binaries: `ALLEANZA_PG_BIN`, else the major written in the data folder, else the newest installed.
fn trova_binari(dati: &Path) -> Result<PathBuf, Error> {
    if let Some(p) = std::env::var_os("ALLEANZA_PG_BIN") {
        return Ok(p.into());
    }
    let scritta = fs::read_to_string(dati.join("PG_VERSION")).ok().and_then(|v| v.trim().parse::<u32>().ok());
    let mut trovati: Vec<(u32, PathBuf)> = Vec::new();
    for base in ["/usr/lib/postgresql", "/opt/postgresql"] {
        for e in fs::read_dir(base).into_iter().flatten().flatten() {
            let bin = e.path().join("bin");
            let versione = e.file_name().to_string_lossy().parse().ok();
            if let Some(v) = versione.filter(|_| bin.join("postgres").is_file() && bin.join("initdb").is_file()) {
                trovati.push((v, bin));
            }
        }
    }
    let scelto = match scritta {
        Some(v) => trovati.into_iter().find(|(t, _)| *t == v),
        None => trovati.into_iter().max_by_key(|(v, _)| *v),
    };
    scelto.map(|(_, bin)| bin).ok_or_else(|| {
        let quale = scritta.map_or_else(|| "15 o successivo".to_owned(), |v| v.to_string());
        cluster(format!("DB-001: manca PostgreSQL {quale}: su Debian, apt-get install postgresql"))
    })
}

/// As root the cluster runs as the owner of its data, or as the first unprivileged user found.
fn chi_serve(dati: &Path) -> Result<(Uid, Gid), Error> {
    if let Ok(m) = fs::metadata(dati.join("PG_VERSION")) {
        return Ok((Uid::from_raw(m.uid()), Gid::from_raw(m.gid())));
    }
    ["alleanza", "postgres", "nobody"]
        .iter()
        .find_map(|n| User::from_name(n).ok().flatten())
        .map(|u| (u.uid, u.gid))
        .ok_or_else(|| cluster("DB-007: manca un utente senza privilegi per PostgreSQL".into()))
}

/// `run/` under the root, unless the path would be too long for a unix socket.
fn cartella_del_socket(radice: &Path) -> PathBuf {
    let qui = radice.join("run");
    if qui.as_os_str().len() + "/.s.PGSQL.5432".len() <= SUN_PATH {
        return qui;
    }
    let breve = kernel::Impronta::di(radice.as_os_str().as_encoded_bytes()).to_string();
    PathBuf::from(format!("/tmp/alleanza-{}-{}", geteuid(), &breve[..12]))
}
