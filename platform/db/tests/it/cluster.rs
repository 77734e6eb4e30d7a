//! The private cluster: born, stopped, adopted, brought back after a kill -9, never opened twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use db::cluster::Cluster;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection};

/// A folder that an unprivileged user can reach.
fn radice(nome: &str) -> PathBuf {
    PathBuf::from(format!("/var/tmp/alleanza-{nome}-{}", &db::caso::token()[..12]))
}

fn postmaster(radice: &Path) -> i32 {
    let s = std::fs::read_to_string(radice.join("pg/postmaster.pid")).unwrap();
    s.lines().next().unwrap().parse().unwrap()
}

async fn righe(c: &Cluster) -> i64 {
    let mut c = PgConnection::connect(&c.url("alleanza_super")).await.unwrap();
    sqlx::query_scalar("select count(*) from t").fetch_one(&mut c).await.unwrap()
}

async fn aggiungi(c: &Cluster) {
    let mut c = PgConnection::connect(&c.url("alleanza_super")).await.unwrap();
    sqlx::raw_sql("create table if not exists t (n int); insert into t values (1)").execute(&mut c).await.unwrap();
}

#[tokio::test]
async fn the_life_of_a_cluster() {
    let radice = radice("cluster");
    assert!(Cluster::visita(&radice).unwrap().is_none());
    let c = Cluster::apri(&radice).unwrap();
    c.prepara().await.unwrap();
    c.prepara().await.unwrap();
    aggiungi(&c).await;
    let pid = postmaster(&radice);

    let e = Cluster::apri(&radice).unwrap_err().to_string();
    assert!(e.starts_with("DB-003: un altro programma usa già"), "{e}");
    let ospite = Cluster::visita(&radice).unwrap().unwrap();
    assert_eq!(righe(&ospite).await, 1);
    drop(ospite);

    // The program dies, its cluster does not: the next one adopts it.
    drop(c);
    let c = Cluster::apri(&radice).unwrap();
    assert_eq!((postmaster(&radice), righe(&c).await), (pid, 1));

    // The postmaster dies: the next program starts another, and what was acknowledged is there.
    aggiungi(&c).await;
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    drop(c);
    let c = Cluster::apri(&radice).unwrap();
    assert_ne!(postmaster(&radice), pid);
    assert_eq!(righe(&c).await, 2);

    c.ferma().unwrap();
    c.ferma().unwrap();
    assert!(!radice.join("pg/postmaster.pid").exists());
    assert!(Cluster::visita(&radice).unwrap().is_none());
    drop(c);
    let c = Cluster::apri(&radice).unwrap();
    assert_eq!(righe(&c).await, 2);
    c.ferma().unwrap();
    std::fs::remove_dir_all(&radice).unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_still_works() {
    let fuori = radice("lungo");
    let radice = fuori.join("a".repeat(100));
    let c = Cluster::apri(&radice).unwrap();
    c.prepara().await.unwrap();
    aggiungi(&c).await;
    assert_eq!(righe(&c).await, 1);
    c.ferma().unwrap();
    std::fs::remove_dir_all(&fuori).unwrap();
    let url = c.url("alleanza_app");
    let socket = url.split_once("host=").unwrap().1.split('&').next().unwrap();
    assert!(!Path::new(socket).starts_with(&radice));
    std::fs::remove_dir_all(socket).unwrap();
}

#[tokio::test]
async fn a_watched_cluster_comes_back_by_itself() {
    let radice = radice("ronda");
    let c = Arc::new(Cluster::apri(&radice).unwrap());
    c.prepara().await.unwrap();
    aggiungi(&c).await;
    c.sorveglia();
    for segnale in [Signal::SIGKILL, Signal::SIGINT] {
        let pid = postmaster(&radice);
        kill(Pid::from_raw(pid), segnale).unwrap();
        while !matches!(Cluster::visita(&radice), Ok(Some(_))) || postmaster(&radice) == pid {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(righe(&c).await, 1);
    }
    // Stopped on purpose it stays so.
    c.ferma().unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!radice.join("pg/postmaster.pid").exists());
    std::fs::remove_dir_all(&radice).unwrap();
}
