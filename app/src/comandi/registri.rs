//! Verification, and what others need to verify without us.

use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::casa::Casa;
use crate::comandi::sistema::vuota;
use crate::services;

/// Every chain, number, instant, state and kept head; then every document that a row cites.
pub async fn verifica(ente: Option<&str>, teste: Option<&Path>) -> anyhow::Result<Vec<String>> {
    let teste = match teste {
        Some(f) => registers::leggi_teste(
            &std::fs::read_to_string(f).with_context(|| format!("VER-002: non posso leggere {}", f.display()))?,
        )
        .with_context(|| format!("VER-003: {} non è un file di teste", f.display()))?,
        None => Vec::new(),
    };
    let casa = Casa::apri(None).await?;
    if let Some(codice) = ente {
        esiste(&casa, codice).await?;
    }
    let mut esito = registers::verifica::verifica(&casa.manut, ente, &teste, &services::proiezioni()).await?;
    let db = casa.db().await?;
    esito.impostazioni.extend(registers::verifica::impostazioni_di_chi_serve(&db).await?);
    esito.impostazioni.sort();
    esito.impostazioni.dedup();
    db.chiudi().await;
    let (documenti, guasti) = documenti::verifica_blob(&casa.manut, &casa.archivio, ente).await?;
    casa.chiudi().await?;

    let mut righe: Vec<String> = esito.anomalie.iter().map(|a| format!("✗ {a}")).collect();
    righe.extend(esito.impostazioni.iter().map(|i| format!("✗ il database può perdere ciò che conferma: {i}")));
    righe.extend(guasti.iter().map(|g| format!("✗ {g}")));
    let somma = format!("{} catene, {} voci, {documenti} documenti", esito.catene, esito.voci);
    if righe.is_empty() {
        return Ok(vec![format!("✓ {somma}: tutto torna.")]);
    }
    if let Some(prima) = esito.anomalie.first() {
        righe.insert(0, format!("Prima voce guasta: {prima}"));
    }
    bail!("VER-001: {somma}: {} cose non tornano\n{}", righe.len(), righe.join("\n"))
}

/// Registers, state and documents of one ente, for `tools/verifica_registri.py`.
pub async fn esporta(ente: &str, cartella: &Path) -> anyhow::Result<Vec<String>> {
    vuota(cartella)?;
    let casa = Casa::apri(None).await?;
    esiste(&casa, ente).await?;
    let n = registers::esporta::esporta(&casa.manut, ente, cartella, &services::stati()).await?;
    let documenti = casa.archivio.copia(ente, &cartella.join("documenti")).await?;
    casa.chiudi().await?;
    Ok(vec![
        format!("{ente}: {n} voci e {documenti} documenti in {}", cartella.display()),
        format!("Ora: python3 tools/verifica_registri.py {}", cartella.display()),
    ])
}

/// The heads of today, to be kept away from here.
pub async fn teste(ente: Option<&str>, file: &Path) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    let teste = registers::teste(&casa.manut, ente).await?;
    casa.chiudi().await?;
    let righe = teste.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    std::fs::write(file, righe.join("\n") + "\n")
        .with_context(|| format!("VER-004: non posso scrivere {}", file.display()))?;
    Ok(vec![format!("{} teste in {}: conservale in un altro luogo.", teste.len(), file.display())])
}

async fn esiste(casa: &Casa, codice: &str) -> anyhow::Result<()> {
    let mut tx = casa.manut.tx().await?;
    let c: Option<i32> = sqlx::query_scalar("select 1 from accesso.ente where codice = $1")
        .bind(codice)
        .fetch_optional(tx.conn())
        .await?;
    ensure!(c.is_some(), "ENT-001: l’ente «{codice}» non è in questa installazione");
    Ok(())
}
