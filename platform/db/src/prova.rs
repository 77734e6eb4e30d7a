//! A fresh database for a test: a copy of one migrated template on a shared throw-away cluster with fsync off.

use std::fs::File;
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::cluster::{Cluster, Durata};
use crate::{Db, Error, Istruzione, Manutenzione, Migrazioni, SISTEMA, caso};

// As many nulls as the statement has parameters.
const NULLI: &str = "select coalesce('(' || string_agg('null', ',') || ')', '') \
     from pg_prepared_statements, unnest(parameter_types) where name = 'p'";

/// A database of one test. Dropped with [`Prova::butta`], or by the next start of the cluster.
#[derive(Debug)]
pub struct Prova {
    pub db: Db,
    pub manut: Manutenzione,
    nome: String,
    cluster: Cluster,
}

impl Prova {
    /// A database migrated with `servizi`, marked `prova`.
    pub async fn nuova(servizi: &[Migrazioni]) -> Result<Prova, Error> {
        let (cluster, modello) = modello_pronto(servizi).await?;
        let nome = format!("prova_{}", &caso::token()[..16]);
        let mut c = PgConnection::connect(&cluster.url_di("alleanza_super", "postgres")).await?;
        let copia = format!("create database {nome} owner alleanza_owner template {modello} strategy file_copy");
        sqlx::raw_sql(AssertSqlSafe(copia)).execute(&mut c).await?;
        c.close().await?;
        Ok(Prova {
            db: Db::connetti(&cluster.url_di("alleanza_app", &nome), 30).await?,
            manut: Manutenzione::connetti(&cluster.url_di("alleanza_migra", &nome)).await?,
            nome,
            cluster,
        })
    }

    /// The connection string of this database for a login role (`alleanza_super` too).
    pub fn url(&self, ruolo: &str) -> String {
        self.cluster.url_di(ruolo, &self.nome)
    }

    /// A bare connection as a login role, for tests that attack the database.
    pub async fn come(&self, ruolo: &str) -> Result<PgConnection, Error> {
        Ok(PgConnection::connect(&self.url(ruolo)).await?)
    }

    /// Plans every statement as the role that runs it, so that a missing grant or a wrong name shows: PREPARE alone does
    /// not look at grants.
    pub async fn prepara(&self, istruzioni: &[Istruzione]) -> Result<(), Error> {
        for i in istruzioni {
            let mut c = self.come("alleanza_super").await?;
            let prova = async {
                sqlx::raw_sql(AssertSqlSafe(format!("set role {}", i.ruolo.nome()))).execute(&mut c).await?;
                sqlx::raw_sql(AssertSqlSafe(format!("prepare p as {}", i.sql))).execute(&mut c).await?;
                let nulli: String = sqlx::query_scalar(NULLI).fetch_one(&mut c).await?;
                sqlx::raw_sql(AssertSqlSafe(format!("explain execute p{nulli}"))).execute(&mut c).await
            };
            prova.await.map_err(|e| Error::Migrazione(format!("{} as {}: {e}", i.nome, i.ruolo.nome())))?;
            c.close().await?;
        }
        Ok(())
    }

    pub async fn butta(self) -> Result<(), Error> {
        // FORCE ends whatever the test still holds: to wait for the pools would hang on a transaction not yet dropped.
        let mut c = PgConnection::connect(&self.cluster.url_di("alleanza_super", "postgres")).await?;
        sqlx::raw_sql(AssertSqlSafe(format!("drop database if exists {} with (force)", self.nome)))
            .execute(&mut c)
            .await?;
        Ok(())
    }
}

/// Where the throw-away cluster lives: a folder that an unprivileged user can reach.
pub fn radice() -> PathBuf {
    std::env::var_os("ALLEANZA_PROVA")
        .map_or_else(|| PathBuf::from(format!("/var/tmp/alleanza-prova-{}", nix::unistd::geteuid())), PathBuf::from)
}

/// The tools of a cluster under `radice` that nobody has made: for tests that play the server of somebody else.
pub fn strumenti(radice: &Path) -> Result<Cluster, Error> {
    Cluster::descrivi(radice, Durata::Durevole, None)
}

/// Stops the throw-away cluster and removes its files.
pub fn ferma() -> Result<(), Error> {
    let radice = radice();
    if radice.join("pg").exists() {
        let c = Cluster::con(&radice, Durata::UsaEGetta, None)?;
        c.ferma()?;
        std::fs::remove_dir_all(&radice)?;
    }
    Ok(())
}

async fn modello_pronto(servizi: &[Migrazioni]) -> Result<(Cluster, String), Error> {
    let radice = radice();
    std::fs::create_dir_all(&radice)?;
    let attesa = radice.clone();
    // Test processes queue here while one of them starts the cluster and migrates the template.
    let chiave = tokio::task::spawn_blocking(move || {
        Flock::lock(File::create(attesa.join("lock"))?, FlockArg::LockExclusive)
            .map_err(|(_, e)| std::io::Error::from(e))
    })
    .await
    .map_err(|e| Error::Cluster(e.to_string()))??;
    let spento = Cluster::visita(&radice)?.is_none();
    let cluster = Cluster::con(&radice, Durata::UsaEGetta, None)?;
    let modello = format!("modello_{}", impronta(servizi));
    let mut c = PgConnection::connect(&cluster.url_di("alleanza_super", "postgres")).await?;
    if spento {
        butta_avanzi(&mut c).await?;
    }
    let esiste: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&modello)
        .fetch_one(&mut c)
        .await?;
    if !esiste {
        sqlx::raw_sql("drop database if exists in_preparazione with (force)").execute(&mut c).await?;
        cluster.prepara_database("in_preparazione").await?;
        let m = Manutenzione::connetti(&cluster.url_di("alleanza_migra", "in_preparazione")).await?;
        m.migra(servizi).await?;
        m.segna_modo("prova").await?;
        m.chiudi().await;
        let rinomina = format!("alter database in_preparazione rename to {modello}");
        sqlx::raw_sql(AssertSqlSafe(rinomina)).execute(&mut c).await?;
    }
    drop(chiave);
    Ok((cluster, modello))
}

/// Databases of tests that did not end: nobody uses them when the cluster was down.
async fn butta_avanzi(c: &mut PgConnection) -> Result<(), Error> {
    let avanzi: Vec<String> =
        sqlx::query_scalar("select datname from pg_database where datname ^@ 'prova_'").fetch_all(&mut *c).await?;
    for nome in avanzi {
        sqlx::raw_sql(AssertSqlSafe(format!("drop database {nome}"))).execute(&mut *c).await?;
    }
    Ok(())
}

fn impronta(servizi: &[Migrazioni]) -> String {
    let mut h = Sha256::new();
    h.update(crate::istruzioni_dei_ruoli());
    for m in std::iter::once(&SISTEMA).chain(servizi) {
        for sql in m.passi.iter().map(|p| p.sql).chain(m.sostituibili.iter().map(|s| s.sql)) {
            h.update(sql);
        }
    }
    hex::encode(&h.finalize()[..8])
}
