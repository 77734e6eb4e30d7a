//! `DATABASE_URL`, from a bare server to a served alliance: the commands are read from the page that teaches them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::server::Server;

const ALLEANZA: &str = env!("CARGO_BIN_EXE_alleanza");
const SERVI: &str = "alleanza servi\n";

/// Asked at run time: two clones may share one target folder.
fn repo() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("..").canonicalize().unwrap()
}

/// The shell commands of the page, block by block.
fn passi() -> Vec<String> {
    let pagina = std::fs::read_to_string(repo().join("docs/manuale/src/postgresql.md")).unwrap();
    let blocchi = pagina.split("```sh\n").skip(1).map(|b| b.split("```").next().unwrap().to_owned());
    blocchi.collect()
}

/// A shell of the administrator: an empty folder with `tools` in it, the program on the path, the variables of the page.
fn shell(s: &Server, script: &str) -> Command {
    let qui = s.radice().join("amministratore");
    std::fs::create_dir_all(&qui).unwrap();
    if !qui.join("tools").exists() {
        std::os::unix::fs::symlink(repo().join("tools"), qui.join("tools")).unwrap();
    }
    let bin = Path::new(ALLEANZA).parent().unwrap();
    let mut c = Command::new("bash");
    c.args(["-euo", "pipefail", "-c", script])
        .current_dir(&qui)
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("RUST_LOG", "warn")
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", s.porta.to_string())
        .env("PGUSER", "postgres")
        .env("PGPASSWORD", &s.parola)
        .env("PAROLA_APP", "unaParolaPerServire2026")
        .env("PAROLA_MIGRA", "unaParolaPerMigrare2026")
        .env("ALLEANZA_HOME", s.radice().join("casa"))
        .env("ALLEANZA_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null());
    c
}

fn esegui(s: &Server, script: &str) -> Output {
    shell(s, script).output().unwrap()
}

fn detto(o: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&o.stdout), String::from_utf8_lossy(&o.stderr))
}

fn riuscito(o: &Output) -> String {
    assert!(o.status.success(), "{}", detto(o));
    detto(o)
}

/// One request on a connection of its own.
fn chiedi(porta: u16, richiesta: &str) -> String {
    let mut c = TcpStream::connect(("127.0.0.1", porta)).unwrap();
    c.write_all(richiesta.as_bytes()).unwrap();
    let mut risposta = Vec::new();
    c.read_to_end(&mut risposta).unwrap();
    String::from_utf8_lossy(&risposta).into_owned()
}

fn get(porta: u16, host: &str, percorso: &str) -> String {
    chiedi(porta, &format!("GET {percorso} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"))
}

#[test]
fn the_page_leads_from_a_bare_server_to_a_served_alliance() {
    let s = Server::nuovo();
    let passi = passi();
    assert!(passi.len() >= 6 && passi.last().unwrap() == SERVI, "{passi:#?}");
    // Variables set by a step hold for the next ones, as in the administrator's shell.
    let indirizzi: String = passi[1]
        .lines()
        .filter(|r| r.starts_with("export") || r.starts_with("unset"))
        .map(|r| format!("{r}\n"))
        .collect();
    let mut tutto = String::new();
    for (i, passo) in passi.iter().filter(|p| *p != SERVI).enumerate() {
        let prima = if i > 1 { indirizzi.as_str() } else { "" };
        tutto += &riuscito(&esegui(&s, &format!("{prima}{passo}")));
    }
    for atteso in ["allo schema di questo programma", "tutto torna", "c_e307: ", "documenti in introdacqua"] {
        assert!(tutto.contains(atteso), "{atteso}: {tutto}");
    }
    serve(&s, &indirizzi);
    si_vede_che_cosa_puo_andare_perso(&s, &indirizzi);
    serve_soltanto_chi_non_vede_tutto(&s, &indirizzi);
}

/// A citizen reads the albo, a clerk signs in, and the program ends when it is told to.
fn serve(s: &Server, indirizzi: &str) {
    let mut programma = shell(s, &format!("{indirizzi}exec {SERVI}")).stdout(Stdio::piped()).spawn().unwrap();
    let mut righe = BufReader::new(programma.stdout.take().unwrap()).lines();
    let pronta = righe.next().unwrap().unwrap();
    let porta: u16 = pronta.rsplit(':').next().unwrap().parse().unwrap_or_else(|_| panic!("{pronta}"));
    assert!(get(porta, "localhost", "/salute").starts_with("HTTP/1.1 200"));
    let albo = get(porta, "introdacqua.localhost", "/albo");
    assert!(albo.starts_with("HTTP/1.1 200") && albo.contains("Introdacqua"), "{albo}");
    let corpo = "utente=giulia.ventresca&parola=alleanza-demo-2026";
    let entra = chiedi(
        porta,
        &format!(
            "POST /accedi HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{corpo}",
            corpo.len()
        ),
    );
    assert!(entra.starts_with("HTTP/1.1 303") && entra.contains("set-cookie: alleanza="), "{entra}");
    kill(Pid::from_raw(programma.id() as i32), Signal::SIGTERM).unwrap();
    assert!(programma.wait().unwrap().success());
}

/// Verification reads the settings where they act: server, database, role, address.
fn si_vede_che_cosa_puo_andare_perso(s: &Server, indirizzi: &str) {
    for (rompi, ripara, nome) in [
        ("alter system set commit_delay = 10", "alter system reset commit_delay", "commit_delay = 10"),
        ("alter system set full_page_writes = off", "alter system reset full_page_writes", "full_page_writes = off"),
        ("alter system set fsync = off", "alter system reset fsync", "fsync = off"),
        (
            "alter database alleanza set synchronous_commit = off",
            "alter database alleanza reset synchronous_commit",
            "synchronous_commit = off",
        ),
        (
            "alter role alleanza_app set synchronous_commit = local",
            "alter role alleanza_app reset synchronous_commit",
            "synchronous_commit = local",
        ),
    ] {
        s.superutente(rompi);
        s.rilegge();
        let o = esegui(s, &format!("{indirizzi}alleanza verifica"));
        let frase = format!("il database può perdere ciò che conferma: {nome}");
        assert!(!o.status.success() && detto(&o).contains(&frase), "{rompi}: {}", detto(&o));
        s.superutente(ripara);
        s.rilegge();
    }
    let url = format!(
        "{indirizzi}export DATABASE_URL=\"$DATABASE_URL?options=-c%20synchronous_commit%3Doff\"\nalleanza verifica"
    );
    let o = esegui(s, &url);
    assert!(!o.status.success() && detto(&o).contains("synchronous_commit = off"), "{}", detto(&o));
    riuscito(&esegui(s, &format!("{indirizzi}alleanza verifica")));
}

/// A superuser, the migrating role, a serving role that inherits: each would see every ente.
fn serve_soltanto_chi_non_vede_tutto(s: &Server, indirizzi: &str) {
    let altri = [
        format!("export DATABASE_URL=postgresql://postgres:{}@$PGHOST:$PGPORT/alleanza", s.parola),
        "export DATABASE_URL=\"$ALLEANZA_DB_MIGRA_URL\"".to_owned(),
    ];
    for altro in altri {
        let o = esegui(s, &format!("{indirizzi}{altro}\nalleanza servi"));
        assert!(!o.status.success() && detto(&o).contains("DB-013"), "{altro}: {}", detto(&o));
    }
    // From version 16 on, inheriting is of each membership and not of the role.
    s.superutente(
        "do $$ begin if current_setting('server_version_num')::int < 160000 then alter role alleanza_app inherit; \
         else execute 'grant alleanza_coda to alleanza_app with inherit true'; end if; end $$",
    );
    let o = esegui(s, &format!("{indirizzi}alleanza servi"));
    assert!(!o.status.success() && detto(&o).contains("DB-013"), "{}", detto(&o));
    let o = esegui(s, &format!("{indirizzi}alleanza db url"));
    assert!(!o.status.success() && detto(&o).contains("DB-011"), "{}", detto(&o));
}
