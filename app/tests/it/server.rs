//! A PostgreSQL of somebody else, as Debian makes it: TCP on 127.0.0.1, passwords, a superuser that is not ours, durable.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use db::cluster::Cluster;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Stopped and removed when dropped.
pub struct Server {
    radice: PathBuf,
    strumenti: Cluster,
    figlio: Child,
    pub porta: u16,
    pub parola: String,
}

impl Server {
    pub fn nuovo() -> Server {
        let radice = PathBuf::from(format!("/var/tmp/alleanza-altrui-{}", &db::caso::token()[..12]));
        fs::create_dir_all(&radice).unwrap();
        fs::set_permissions(&radice, Permissions::from_mode(0o711)).unwrap();
        let strumenti = db::prova::strumenti(&radice).unwrap();
        let dati = radice.join("pg");
        fs::create_dir(&dati).unwrap();
        fs::set_permissions(&dati, Permissions::from_mode(0o700)).unwrap();
        strumenti.dai_a_chi_serve(&dati).unwrap();
        let (parola, scritta) = (db::caso::token(), radice.join("parola"));
        fs::write(&scritta, &parola).unwrap();
        strumenti.dai_a_chi_serve(&scritta).unwrap();
        let mut initdb = strumenti.strumento("initdb");
        initdb.arg("-D").arg(&dati).arg("--pwfile").arg(&scritta).args([
            "-U",
            "postgres",
            "--auth=scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            "--no-sync",
        ]);
        let o = initdb.output().unwrap();
        assert!(o.status.success(), "{}", String::from_utf8_lossy(&o.stderr));
        // Free a moment ago: who takes it meanwhile makes the start fail, and the test say so.
        let porta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let figlio = accendi(&strumenti, &dati, porta, &radice.join("log"));
        Server { radice, strumenti, figlio, porta, parola }
    }

    pub fn radice(&self) -> &Path {
        &self.radice
    }

    /// Reads its configuration again: true from the next session on.
    pub fn rilegge(&self) {
        let quando = || self.superutente("select pg_conf_load_time()");
        let prima = quando();
        self.superutente("select pg_reload_conf()");
        for _ in 0..200 {
            if quando() != prima {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server did not read its configuration again");
    }

    /// What the server's own administrator does, and what the server answers.
    pub fn superutente(&self, sql: &str) -> String {
        let o = Command::new(self.strumenti.binari().join("psql"))
            .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres", "-d", "alleanza", "-c", sql])
            .arg("-p")
            .arg(self.porta.to_string())
            .env("PGPASSWORD", &self.parola)
            .output()
            .unwrap();
        assert!(o.status.success(), "{sql}: {}", String::from_utf8_lossy(&o.stderr));
        String::from_utf8_lossy(&o.stdout).into_owned()
    }
}

fn accendi(strumenti: &Cluster, dati: &Path, porta: u16, log: &Path) -> Child {
    let log = fs::File::create(log).unwrap();
    let mut postgres = strumenti.strumento("postgres");
    postgres.arg("-D").arg(dati).args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
    postgres.arg("-c").arg(format!("port={porta}")).stdout(log.try_clone().unwrap()).stderr(log);
    let mut figlio = postgres.spawn().unwrap();
    for _ in 0..600 {
        assert!(figlio.try_wait().unwrap().is_none(), "the server did not start");
        let pronto = fs::read_to_string(dati.join("postmaster.pid"))
            .is_ok_and(|s| s.lines().nth(7).is_some_and(|l| l.trim() == "ready"));
        if pronto && TcpStream::connect((Ipv4Addr::LOCALHOST, porta)).is_ok() {
            return figlio;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the server is not ready after 30 seconds");
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.figlio.id() as i32), Signal::SIGQUIT);
        let _ = self.figlio.wait();
        let _ = fs::remove_dir_all(&self.radice);
    }
}
