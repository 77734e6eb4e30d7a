//! Who may import whom (ARCHITECTURE.md): kernel ← formats ← platform ← services, each only those listed before it.

use anyhow::{Context, ensure};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// Every crate of ours, in import order. A crate may depend only on crates of an earlier line, or earlier in its line
/// where the line is marked ordered.
const ORDINE: &[(&[&str], bool)] = &[
    (&["kernel"], false),
    (&["formats"], false),
    (&["db", "outbound", "authz", "registers", "storage", "jobs", "pdf", "web"], true),
    (&["enti", "documenti", "protocollo", "albo"], true),
    (&["app"], false),
    (&["simulators", "collaudo", "acceptance", "attacco", "bench", "drill", "xtask"], true),
];

/// Dependencies that may appear in one Cargo.toml only; who plays the outside world signs as it does.
const UNA_CASA: &[(&str, &str)] = &[
    ("typst", "pdf"),
    ("lopdf", "pdf"),
    ("object_store", "storage"),
    ("getrandom", "db"),
    ("argon2", "authz"),
    ("tokio-rustls", "outbound"),
    ("ring", "authz"),
    ("ring", "simulators"),
    ("webauthn-rs", "authz"),
    ("qrcodegen", "web"),
    ("pulldown-cmark", "web"),
    ("s3s", "simulators"),
];

pub fn controlla() -> anyhow::Result<()> {
    let meta = MetadataCommand::new().no_deps().exec()?;
    for p in &meta.packages {
        let mio = posto(&p.name).with_context(|| format!("{} is not in xtask's import order", p.name))?;
        for d in p.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            if let Some(suo) = posto(&d.name).filter(|_| d.path.is_some()) {
                let prima = suo.0 < mio.0 || suo.0 == mio.0 && ORDINE[mio.0].1 && suo.1 < mio.1;
                ensure!(prima, "{} may not import {}", p.name, d.name);
                // The judge shares nothing with what it judges.
                ensure!(p.name.as_str() != "drill" || d.name == "simulators", "drill may not import {}", d.name);
            }
            let mut case = UNA_CASA.iter().filter(|(n, _)| *n == d.name).map(|(_, casa)| *casa).peekable();
            if let Some(casa) = case.peek().copied() {
                ensure!(case.any(|c| p.name.as_str() == c), "{} belongs to crate {casa}, not to {}", d.name, p.name);
            }
        }
    }
    Ok(())
}

fn posto(nome: &str) -> Option<(usize, usize)> {
    ORDINE.iter().enumerate().find_map(|(riga, (nomi, _))| nomi.iter().position(|n| *n == nome).map(|i| (riga, i)))
}
