//! Memory that a process really adds to the machine: Pss, where a shared page counts once among those who share it.

use std::path::Path;

use anyhow::Context as _;

/// Pss of a process, in MiB.
pub fn pss(pid: u32) -> anyhow::Result<f64> {
    let testo = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let kb = testo.lines().find_map(|r| r.strip_prefix("Pss:")?.trim().split(' ').next()?.parse::<f64>().ok());
    Ok(kb.context("smaps_rollup senza Pss")? / 1024.0)
}

/// Pss of the database: the postmaster and all its children, in MiB.
pub fn pss_del_database(radice: &Path) -> anyhow::Result<f64> {
    let pid = std::fs::read_to_string(radice.join("pg/postmaster.pid"))?;
    let padre: u32 = pid.lines().next().context("postmaster.pid vuoto")?.trim().parse()?;
    let figli = std::fs::read_to_string(format!("/proc/{padre}/task/{padre}/children"))?;
    let tutti = std::iter::once(padre).chain(figli.split_whitespace().filter_map(|p| p.parse().ok()));
    // A backend may end while it is looked at.
    Ok(tutti.filter_map(|p| pss(p).ok()).sum())
}
