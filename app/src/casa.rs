//! Where the installation lives: its folder, its database, its archive.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use authz::Chiave;
use db::cluster::Cluster;
use db::{Db, Manutenzione};
use storage::{Archivio, Luogo, Server, StorageError};

use crate::{chiave, services};

/// Connections of the serving pool: more than these queue in the program instead of in the database.
const CONNESSIONI: u32 = 24;

/// An installation that is open: the database is running and its schema is the program's.
#[derive(Debug)]
pub struct Casa {
    pub radice: PathBuf,
    pub manut: Manutenzione,
    pub archivio: Archivio,
    pub chiave: Chiave,
    url_app: String,
    database: Database,
}

#[derive(Debug)]
enum Database {
    /// Named by `DATABASE_URL`: not ours to start or stop.
    Altrui,
    /// The private cluster, running for another process of ours.
    Ospite(Cluster),
    /// The private cluster, started or adopted by this process, stopped with it.
    Nostro(Arc<Cluster>),
}

/// `ALLEANZA_HOME`, or the usual place: `/var/lib/alleanza` for root, the user's data folder otherwise.
pub fn radice() -> anyhow::Result<PathBuf> {
    if let Some(d) = std::env::var_os("ALLEANZA_HOME") {
        return Ok(std::path::absolute(PathBuf::from(d))?);
    }
    if nix::unistd::geteuid().is_root() {
        return Ok("/var/lib/alleanza".into());
    }
    let dati = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let dati = dati.or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".local/share")));
    Ok(dati.context("CNF-001: imposta ALLEANZA_HOME: la cartella dei dati")?.join("alleanza"))
}

impl Casa {
    /// What the installation is: `esercizio`, `demo` or `prova`, from its birth.
    pub async fn modo(&self) -> anyhow::Result<String> {
        Ok(self.manut.segna_modo("esercizio").await?)
    }

    /// Brings the schema to the program's; what the installation will be is still to be said.
    pub async fn migra() -> anyhow::Result<()> {
        let Aperta { database, url_migra, .. } = apri().await?;
        let fatto = migrata(&url_migra).await;
        if let Ok(m) = &fatto {
            m.chiudi().await;
        }
        database.lascia().await?;
        fatto.map(drop)
    }

    /// Opens the installation, with its schema at the program's. `modo` marks it at its birth and must match later.
    pub async fn apri(modo: Option<&str>) -> anyhow::Result<Casa> {
        let casa = Casa::senza_chiave(modo).await?;
        if !authz::riconosci_chiave(&casa.manut, &casa.chiave).await? {
            let file = chiave::file(&casa.radice);
            casa.chiudi().await?;
            bail!(
                "CNF-030: {} non è la chiave di questa installazione: rimetti quella vera, o rinuncia ai codici dei \
                 telefoni con alleanza chiave rifai",
                file.display()
            );
        }
        Ok(casa)
    }

    /// Opens the installation whatever key it has: only for giving it another.
    pub async fn senza_chiave(modo: Option<&str>) -> anyhow::Result<Casa> {
        let Aperta { radice, chiave, database, url_app, url_migra } = apri().await?;
        match prepara(&radice, &url_migra, modo).await {
            Ok((manut, archivio)) => Ok(Casa { radice, manut, archivio, chiave, url_app, database }),
            Err(e) => {
                database.lascia().await?;
                Err(e)
            }
        }
    }

    /// The serving side of the database.
    pub async fn db(&self) -> anyhow::Result<Db> {
        Ok(Db::connetti(&self.url_app, CONNESSIONI).await?)
    }

    /// The private cluster, when there is one.
    pub fn cluster(&self) -> Option<&Cluster> {
        match &self.database {
            Database::Altrui => None,
            Database::Ospite(c) => Some(c),
            Database::Nostro(c) => Some(c),
        }
    }

    /// Keeps the private cluster alive, if it is this process's, for as long as the program serves.
    pub fn sorveglia(&self) {
        if let Database::Nostro(c) = &self.database {
            c.sorveglia();
        }
    }

    /// Closes connections and stops what this process started.
    pub async fn chiudi(self) -> anyhow::Result<()> {
        self.manut.chiudi().await;
        self.database.lascia().await
    }
}

impl Database {
    /// Stops what this process started.
    async fn lascia(self) -> anyhow::Result<()> {
        if let Database::Nostro(c) = self {
            tokio::task::spawn_blocking(move || c.ferma()).await??;
        }
        Ok(())
    }
}

async fn migrata(url_migra: &str) -> anyhow::Result<Manutenzione> {
    let manut = Manutenzione::connetti(url_migra).await.context("DB-010: il database non risponde")?;
    manut.migra(&services::migrazioni()).await?;
    Ok(manut)
}

/// Schema, mode and archive: what must hold before anything else is done.
async fn prepara(
    radice: &std::path::Path,
    url_migra: &str,
    modo: Option<&str>,
) -> anyhow::Result<(Manutenzione, Archivio)> {
    let manut = migrata(url_migra).await?;
    let e = manut.segna_modo(modo.unwrap_or("esercizio")).await?;
    if modo.is_some_and(|m| m != e) {
        bail!(
            "CNF-003: questa installazione è di {e}: per una dimostrazione o una prova scegli un’altra cartella con ALLEANZA_HOME"
        );
    }
    let archivio = apri_archivio(&luogo_da_ambiente(radice)?, &e)?.di(&manut.installazione().await?);
    // Pages that need no document are served meanwhile; nothing is ever deleted before it is recognised.
    if let Err(e) = di_casa(&archivio).await? {
        tracing::error!(%archivio, errore = %e, "archive not recognised");
    }
    Ok((manut, archivio))
}

/// Refuses an archive of another installation; of one that does not answer nothing is known yet.
pub async fn di_casa(archivio: &Archivio) -> anyhow::Result<Result<(), StorageError>> {
    match archivio.riconosci().await {
        Err(StorageError::Altrui(di)) => bail!(
            "CNF-021: i documenti in {archivio} sono di un’altra installazione ({di}): scegli un altro ALLEANZA_ARCHIVIO"
        ),
        altro => Ok(altro),
    }
}

/// `ALLEANZA_ARCHIVIO`, or the folder `archivio` of the installation.
fn luogo_da_ambiente(radice: &std::path::Path) -> anyhow::Result<Luogo> {
    match std::env::var("ALLEANZA_ARCHIVIO") {
        Ok(scritto) if !scritto.is_empty() => luogo(&scritto),
        _ => Ok(Luogo::Cartella(radice.join("archivio"))),
    }
}

/// `s3://bucket[/prefisso]` on the server that `ALLEANZA_S3_*` name, or a folder.
pub fn luogo(scritto: &str) -> anyhow::Result<Luogo> {
    let letto = Luogo::leggi(scritto, || server().map_err(|e| StorageError::Luogo(e.to_string())));
    Ok(match letto.context("CNF-020: l’archivio non è configurato")? {
        Luogo::Cartella(c) => Luogo::Cartella(std::path::absolute(c)?),
        bucket => bucket,
    })
}

fn server() -> anyhow::Result<Server> {
    let var = |n: &str| std::env::var(n).ok().filter(|v| !v.is_empty());
    let serve = |n: &str| var(n).with_context(|| format!("con un archivio s3:// imposta anche {n}"));
    // A file, so that no list of processes and no unit file shows it.
    let segreto = match var("ALLEANZA_S3_SEGRETO_FILE") {
        Some(f) => std::fs::read_to_string(&f).with_context(|| format!("non posso leggere {f}"))?.trim().to_owned(),
        None => serve("ALLEANZA_S3_SEGRETO")?,
    };
    Ok(Server {
        url: serve("ALLEANZA_S3_URL")?,
        regione: var("ALLEANZA_S3_REGIONE").unwrap_or_else(|| "us-east-1".into()),
        chiave: serve("ALLEANZA_S3_CHIAVE")?,
        segreto,
    })
}

/// Plain http goes no further than this machine, and only where nothing is real.
pub fn apri_archivio(dove: &Luogo, modo: &str) -> anyhow::Result<Archivio> {
    Archivio::apri_in(dove, modo != "esercizio").context("CNF-020: l’archivio non è configurato")
}

/// What there is before the schema is looked at. The two addresses are those of who serves and of who migrates.
struct Aperta {
    radice: PathBuf,
    chiave: Chiave,
    database: Database,
    url_app: String,
    url_migra: String,
}

async fn apri() -> anyhow::Result<Aperta> {
    let radice = radice()?;
    std::fs::create_dir_all(&radice).with_context(|| format!("CNF-002: non posso creare {}", radice.display()))?;
    let chiave = chiave::leggi_o_crea(&radice)?;
    let (database, url_app, url_migra) = database(&radice).await?;
    Ok(Aperta { radice, chiave, database, url_app, url_migra })
}

async fn database(radice: &std::path::Path) -> anyhow::Result<(Database, String, String)> {
    if let Ok(app) = std::env::var("DATABASE_URL") {
        let migra = std::env::var("ALLEANZA_DB_MIGRA_URL")
            .context("CNF-004: con DATABASE_URL imposta anche ALLEANZA_DB_MIGRA_URL (ruolo alleanza_migra)")?;
        return Ok((Database::Altrui, app, migra));
    }
    let qui = radice.to_path_buf();
    let database = tokio::task::spawn_blocking(move || -> anyhow::Result<Database> {
        Ok(match Cluster::visita(&qui)? {
            // Running, and somebody holds it: a command beside the server. Running for nobody: adopted.
            Some(c) => Cluster::apri(&qui).map(|n| Database::Nostro(Arc::new(n))).unwrap_or(Database::Ospite(c)),
            None => Database::Nostro(Arc::new(Cluster::apri(&qui)?)),
        })
    })
    .await??;
    let c = match &database {
        Database::Ospite(c) => c,
        Database::Nostro(c) => c.as_ref(),
        Database::Altrui => bail!("unreachable database"),
    };
    c.prepara().await?;
    let urls = (c.url("alleanza_app"), c.url("alleanza_migra"));
    Ok((database, urls.0, urls.1))
}
