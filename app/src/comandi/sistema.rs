//! The installation as a whole: migrate, copy, restore, tell its address.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use storage::{Archivio, Luogo, Trasloco, trasloca};

use crate::casa::{self, Casa, radice};
use crate::chiave;
use crate::cli::{Modo, RuoloDb};

pub async fn migra(modo: Option<Modo>) -> anyhow::Result<Vec<String>> {
    // Every command leaves the schema at the program's; this one does nothing else, and leaves unsaid what it will be.
    match modo {
        None => Casa::migra().await?,
        Some(Modo::Esercizio) => Casa::apri(Some("esercizio")).await?.chiudi().await?,
        Some(Modo::Prova) => Casa::apri(Some("prova")).await?.chiudi().await?,
    }
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

/// A base backup of the private cluster and the archive beside it, wherever it is: `DIR/pg`, `DIR/archivio`. The key goes
/// elsewhere, or a stolen copy would open what it seals.
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
    let fatto = trasloca(&casa.archivio, &Archivio::locale(&cartella.join("archivio"))?).await;
    let della_casa = chiave::file(&casa.radice);
    casa.chiudi().await?;
    let t = fatto?;
    let mut righe = alterati(&t);
    righe.push(format!("Copia in {}: database e {} documenti.", cartella.display(), t.copiati));
    righe.push(match chiave {
        Some(file) => {
            chiave::copia(&della_casa, file)?;
            format!("La chiave è in {}: conservala lontano dalla copia.", file.display())
        }
        None => format!(
            "La chiave non è nella copia: conserva altrove {}, o chi ha i codici sul telefono dovrà rifarli.",
            della_casa.display()
        ),
    });
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
    let (da, a) = (cartella.join("pg"), radice.join("pg"));
    let o = tokio::task::spawn_blocking(move || {
        std::process::Command::new("cp").args(["-a", "--"]).arg(da).arg(a).output()
    })
    .await??;
    ensure!(o.status.success(), "CNF-009: {}", String::from_utf8_lossy(&o.stderr).trim());
    let casa = Casa::senza_chiave(None).await?;
    let giusta = authz::riconosci_chiave(&casa.manut, &casa.chiave).await?;
    let blob = cartella.join("archivio");
    let fatto = match blob.is_dir() {
        true => trasloca(&Archivio::locale(&blob)?, &casa.archivio).await,
        false => Ok(Trasloco::default()),
    };
    let dove = casa.archivio.to_string();
    casa.chiudi().await?;
    let t = fatto.with_context(|| {
        format!(
            "CNF-022: il database c’è; per riprendere i documenti: alleanza archivio trasferisci {} {dove}",
            blob.display()
        )
    })?;
    let ora = if giusta {
        "Ora: alleanza verifica".to_owned()
    } else {
        let file = chiave::file(&radice);
        format!(
            "Ora metti la chiave di questa installazione in {}; se è perduta: alleanza chiave rifai",
            file.display()
        )
    };
    let mut righe = alterati(&t);
    let n = t.copiati + t.presenti;
    righe.push(format!("Ripristinata in {}: database e {n} documenti. {ora}", radice.display()));
    Ok(righe)
}

/// Copies the blobs of a place into another, verified; begun again it goes on where it stopped.
pub async fn trasferisci(da: &str, a: &str) -> anyhow::Result<Vec<String>> {
    let (da, a) = (casa::luogo(da)?, casa::luogo(a)?);
    if let Luogo::Cartella(c) = &da {
        ensure!(c.is_dir(), "CNF-023: {} non è una cartella", c.display());
    }
    let casa = Casa::apri(None).await?;
    let (modo, questa) = (casa.modo().await?, casa.manut.installazione().await?);
    casa.chiudi().await?;
    let (da, a) = (casa::apri_archivio(&da, &modo)?, casa::apri_archivio(&a, &modo)?.di(&questa));
    casa::di_casa(&a).await??;
    let t = trasloca(&da, &a).await?;
    let mut righe = alterati(&t);
    righe.push(format!("Da {da} a {a}: {} documenti copiati, {} c’erano già.", t.copiati, t.presenti));
    ensure!(t.alterati.is_empty(), "CNF-024: {} documenti non sono integri\n{}", t.alterati.len(), righe.join("\n"));
    righe.push(format!("Ora: ALLEANZA_ARCHIVIO={a} per tutti i comandi, poi alleanza verifica"));
    Ok(righe)
}

fn alterati(t: &Trasloco) -> Vec<String> {
    let riga = |(ente, impronta): &(String, _)| format!("✗ {ente} {impronta}: non è integro e non è stato copiato");
    t.alterati.iter().map(riga).collect()
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
