//! The installation as a whole: migrate, copy, restore, tell its address.

use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::casa::{Casa, radice};
use crate::chiave;
use crate::cli::RuoloDb;

pub async fn migra() -> anyhow::Result<Vec<String>> {
    // Every command leaves the schema at the program's; this one does nothing else.
    Casa::migra().await?.chiudi().await?;
    Ok(vec!["Il database è allo schema di questo programma.".into()])
}

/// The address of the private database while something of ours keeps it running.
pub async fn url(ruolo: RuoloDb) -> anyhow::Result<Vec<String>> {
    let nome = match ruolo {
        RuoloDb::App => "alleanza_app",
        RuoloDb::Migra => "alleanza_migra",
        RuoloDb::Super => "alleanza_super",
    };
    if std::env::var_os("DATABASE_URL").is_some() {
        bail!("DB-011: con DATABASE_URL l’indirizzo è quello che hai impostato");
    }
    let cluster = db::cluster::Cluster::visita(&radice()?)?;
    let cluster = cluster.context("DB-012: il database non è acceso: avvia prima alleanza servi, o alleanza demo")?;
    Ok(vec![cluster.url(nome)])
}

/// A base backup of the private cluster and the archive beside it: `DIR/pg`, `DIR/archivio`. The key goes elsewhere, or a
/// stolen copy would open what it seals.
pub async fn copia(cartella: &Path, chiave: Option<&Path>) -> anyhow::Result<Vec<String>> {
    vuota(cartella)?;
    if let Some(file) = chiave {
        let dentro = std::path::absolute(file)?.starts_with(std::path::absolute(cartella)?);
        ensure!(!dentro, "CNF-035: la chiave non sta nella copia: scegli un file fuori da {}", cartella.display());
    }
    let casa = Casa::apri(None).await?;
    let cluster =
        casa.cluster().context("CNF-005: con DATABASE_URL la copia si fa con gli strumenti di quel server")?;
    // Database first: every blob it cites was written before, so the archive copied after it holds them all.
    let pg = cartella.join("pg");
    std::fs::create_dir(&pg)?;
    cluster.dai_a_chi_serve(&pg)?;
    let mut cmd = cluster.strumento("pg_basebackup");
    cmd.arg("-D").arg(&pg).args(["--wal-method=stream", "--checkpoint=fast", "-d"]).arg(cluster.url("alleanza_super"));
    let o = tokio::task::spawn_blocking(move || cmd.output()).await??;
    ensure!(
        o.status.success(),
        "CNF-006: la copia del database non è riuscita: {}",
        String::from_utf8_lossy(&o.stderr).trim()
    );
    let (da, a) = (casa.radice.join("archivio"), cartella.join("archivio"));
    let n = tokio::task::spawn_blocking(move || copia_albero(&da, &a)).await??;
    let mut righe = vec![format!("Copia in {}: database e {n} documenti.", cartella.display())];
    righe.push(match chiave {
        Some(file) => {
            chiave::copia(&chiave::file(&casa.radice), file)?;
            format!("La chiave è in {}: conservala lontano dalla copia.", file.display())
        }
        None => format!(
            "La chiave non è nella copia: conserva altrove {}, o chi ha i codici sul telefono dovrà rifarli.",
            chiave::file(&casa.radice).display()
        ),
    });
    casa.chiudi().await?;
    Ok(righe)
}

/// Makes the key at hand the installation's, at the price of what another key had sealed.
pub async fn rifai_chiave() -> anyhow::Result<Vec<String>> {
    let casa = Casa::senza_chiave(None).await?;
    let gia = authz::riconosci_chiave(&casa.manut, &casa.chiave).await?;
    if !gia {
        authz::cambia_chiave(&casa.manut, &casa.chiave).await?;
    }
    let file = chiave::file(&casa.radice);
    casa.chiudi().await?;
    Ok(vec![if gia {
        format!("{} è già la chiave di questa installazione: non è cambiato nulla.", file.display())
    } else {
        format!("{} è la chiave di questa installazione. Chi aveva i codici sul telefono li rifà.", file.display())
    }])
}

/// Puts a copy in place of an installation that does not exist yet.
pub async fn ripristina(cartella: &Path, chiave: Option<&Path>) -> anyhow::Result<Vec<String>> {
    let radice = radice()?;
    ensure!(cartella.join("pg/PG_VERSION").is_file(), "CNF-007: {} non è una copia di Alleanza", cartella.display());
    if radice.join("pg").exists() {
        bail!("CNF-008: {} contiene già un’installazione: spostala, o scegli un’altra ALLEANZA_HOME", radice.display());
    }
    std::fs::create_dir_all(&radice)?;
    if let Some(file) = chiave {
        chiave::copia(file, &chiave::file(&radice))?;
    }
    let (da, a) = (cartella.to_path_buf(), radice.clone());
    let n = tokio::task::spawn_blocking(move || -> anyhow::Result<usize> {
        let o = std::process::Command::new("cp").args(["-a", "--"]).arg(da.join("pg")).arg(a.join("pg")).output()?;
        ensure!(o.status.success(), "CNF-009: {}", String::from_utf8_lossy(&o.stderr).trim());
        if da.join("archivio").exists() { copia_albero(&da.join("archivio"), &a.join("archivio")) } else { Ok(0) }
    })
    .await??;
    let casa = Casa::senza_chiave(None).await?;
    let giusta = authz::riconosci_chiave(&casa.manut, &casa.chiave).await?;
    casa.chiudi().await?;
    let ora = if giusta {
        "Ora: alleanza verifica".to_owned()
    } else {
        let file = chiave::file(&radice);
        format!(
            "Ora metti la chiave di questa installazione in {}; se è perduta: alleanza chiave rifai",
            file.display()
        )
    };
    Ok(vec![format!("Ripristinata in {}: database e {n} documenti. {ora}", radice.display())])
}

/// Creates `cartella`, or refuses one that holds something.
pub(crate) fn vuota(cartella: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(cartella).with_context(|| format!("CNF-002: non posso creare {}", cartella.display()))?;
    ensure!(
        std::fs::read_dir(cartella)?.next().is_none(),
        "CNF-010: {} non è vuota: scegli una cartella nuova",
        cartella.display()
    );
    Ok(())
}

fn copia_albero(da: &Path, a: &Path) -> anyhow::Result<usize> {
    std::fs::create_dir_all(a)?;
    let mut n = 0;
    for e in std::fs::read_dir(da).into_iter().flatten() {
        let e = e?;
        let meta = a.join(e.file_name());
        if e.file_type()?.is_dir() {
            n += copia_albero(&e.path(), &meta)?;
        } else {
            std::fs::copy(e.path(), meta)?;
            n += 1;
        }
    }
    Ok(n)
}
