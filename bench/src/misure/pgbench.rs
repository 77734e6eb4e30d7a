//! The program's own statements, run by pgbench: taken by name from the lists of the services, parameters written as SQL.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use db::Istruzione;
use tokio::process::Command;

/// A statement of a service, by the name of its constant.
pub fn istruzione(lista: &[Istruzione], nome: &str) -> anyhow::Result<&'static str> {
    let i = lista.iter().find(|i| i.nome == nome).with_context(|| format!("manca l’istruzione {nome}"))?;
    Ok(i.sql)
}

/// The statement with its parameters in place: `$1` becomes the first value, and so on.
pub fn con_valori(sql: &str, valori: &[&str]) -> anyhow::Result<String> {
    let mut pezzi = sql.split('$');
    let mut testo = pezzi.next().unwrap_or_default().to_owned();
    for p in pezzi {
        let cifre = p.bytes().take_while(u8::is_ascii_digit).count();
        let quale: usize = p[..cifre].parse().with_context(|| format!("parametro in {sql}"))?;
        let valore = valori.get(quale - 1).with_context(|| format!("manca il valore ${quale} di {sql}"))?;
        testo.push_str(&format!("({valore})"));
        testo.push_str(&p[cifre..]);
    }
    Ok(testo)
}

/// Where and as whom scripts are run.
#[derive(Debug, Clone)]
pub struct PgBench {
    pub binari: PathBuf,
    pub url: String,
    pub cartella: PathBuf,
}

impl PgBench {
    pub fn come(&self, ruolo: &str) -> PgBench {
        PgBench { url: self.url.replace("user=alleanza_app", &format!("user={ruolo}")), ..self.clone() }
    }

    pub fn copione(&self, nome: &str, testo: &str) -> anyhow::Result<PathBuf> {
        let f = self.cartella.join(format!("{nome}.sql"));
        std::fs::write(&f, testo)?;
        Ok(f)
    }

    /// Transactions in a second.
    pub async fn corri(&self, copione: &Path, clienti: usize, durata: Duration) -> anyhow::Result<f64> {
        let secondi = durata.as_secs().max(1).to_string();
        let fili = clienti.min(2).to_string();
        let o = Command::new(self.binari.join("pgbench"))
            .args(["-n", "-M", "prepared", "-T", &secondi, "-c", &clienti.to_string(), "-j", &fili, "-f"])
            .arg(copione)
            .arg(&self.url)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await?;
        let detto = String::from_utf8_lossy(&o.stdout).into_owned();
        let errore = String::from_utf8_lossy(&o.stderr);
        ensure!(o.status.success() && !errore.contains("aborted"), "pgbench {}: {errore}", copione.display());
        let tps = |r: &str| r.trim().strip_prefix("tps = ")?.split(' ').next()?.parse().ok();
        detto.lines().find_map(tps).context("pgbench senza tps")
    }
}

#[cfg(test)]
mod tests {
    use super::con_valori;

    #[test]
    fn parameters_take_their_place() {
        let v = ["1", "'a'", "c", "d", "e", "f", "g", "h", "i", "j"];
        assert_eq!(con_valori("select $1::int, $10, $2", &v).unwrap(), "select (1)::int, (j), ('a')");
        assert!(con_valori("select $3", &["1"]).is_err());
    }
}
