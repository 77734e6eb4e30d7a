//! Generated pages of the documentation: who may do what, every route, every code. CI rewrites them and wants a clean diff.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use app::services;

pub fn scrivi() -> anyhow::Result<()> {
    // Asked at run time: two clones may share one target folder, and this program with it.
    let docs = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").context("run me with cargo")?).join("../docs");
    fs::write(docs.join("permessi.md"), permessi()?)?;
    fs::write(docs.join("rotte.md"), rotte()?)?;
    fs::write(docs.join("codici.md"), codici()?)?;
    Ok(())
}

const AVVISO: &str = "*Generato da `cargo run -p xtask -- rigenera`: non si modifica a mano.*\n\n";

fn permessi() -> anyhow::Result<String> {
    let mut s = format!("# Chi può fare che cosa\n\n{AVVISO}");
    writeln!(s, "| azione | per | {} |", authz::RUOLI.iter().map(|r| r.codice).collect::<Vec<_>>().join(" | "))?;
    writeln!(s, "|---|---|{}", "---|".repeat(authz::RUOLI.len()))?;
    for p in services::tutti().iter().flat_map(|s| s.permessi) {
        let celle = authz::RUOLI.iter().map(|r| if p.ruoli.contains(&r.codice) { "sì" } else { "" });
        writeln!(s, "| `{}` | {} | {} |", p.codice, p.descrizione, celle.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(s)
}

fn rotte() -> anyhow::Result<String> {
    let mut s = format!("# Tutte le rotte\n\n{AVVISO}| metodo | percorso | dove | permesso |\n|---|---|---|---|\n");
    for r in web::rotte_del_kit().into_iter().chain(services::tutti().iter().flat_map(|s| (s.rotte)())) {
        writeln!(s, "| {:?} | `{}` | {:?} | {} |", r.metodo, r.percorso, r.ambito, r.azione.map_or("–", |a| a.codice))?;
    }
    Ok(s)
}

fn codici() -> anyhow::Result<String> {
    let mut s =
        format!("# Tutti i codici\n\n{AVVISO}| codice | che cosa è successo | che cosa fare |\n|---|---|---|\n");
    let mut tutti: Vec<_> =
        services::tutti().iter().flat_map(|s| s.codici.iter()).chain(web::CODICI).chain(storage::CODICI).collect();

    tutti.sort_by_key(|f| f.codice);
    tutti.dedup_by_key(|f| f.codice);
    for f in tutti {
        writeln!(s, "| {} | {} | {} |", f.codice, f.frase, f.rimedio)?;
    }
    Ok(s)
}
