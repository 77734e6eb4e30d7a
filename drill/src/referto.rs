//! What is told at the end: on the terminal as it happens, and in a file with date, commit and machine.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;

/// How a drill ended.
#[derive(Debug, Clone)]
pub struct Referto {
    pub nome: &'static str,
    /// What was done, in one line.
    pub che_cosa: String,
    /// Figures, in the order in which they are told.
    pub cifre: Vec<String>,
    /// What did not hold.
    pub bocciato: Vec<String>,
    /// Why it could not be done here.
    pub saltato: Option<String>,
    pub durata: Duration,
}

impl Referto {
    pub fn nuovo(che_cosa: impl Into<String>) -> Referto {
        let (cifre, bocciato) = (Vec::new(), Vec::new());
        Referto { nome: "", che_cosa: che_cosa.into(), cifre, bocciato, saltato: None, durata: Duration::ZERO }
    }

    pub fn saltato(perche: &str) -> Referto {
        Referto { saltato: Some(perche.to_owned()), ..Referto::nuovo("") }
    }

    /// A drill that could not be brought to its end has failed.
    pub fn caduto(perche: impl Into<String>) -> Referto {
        Referto { bocciato: vec![perche.into()], ..Referto::nuovo("interrotta") }
    }

    pub fn cifra(&mut self, cosa: impl Into<String>) {
        self.cifre.push(cosa.into());
    }

    /// Something that must hold.
    pub fn esige(&mut self, vero: bool, altrimenti: impl Into<String>) {
        if !vero {
            self.bocciato.push(altrimenti.into());
        }
    }

    fn segno(&self) -> &'static str {
        match (&self.saltato, self.bocciato.is_empty()) {
            (Some(_), _) => "–",
            (None, true) => "✓",
            (None, false) => "✗",
        }
    }

    pub fn detto(&self) -> String {
        if let Some(perche) = &self.saltato {
            return format!("{} {}: saltata, {perche}", self.segno(), self.nome);
        }
        let mut s = format!("{} {} ({} s)", self.segno(), self.nome, self.durata.as_secs());
        let righe = self.cifre.iter().map(|c| format!("\n    {c}"));
        let guasti = self.bocciato.iter().map(|b| format!("\n  ✗ {b}"));
        s.extend(righe.chain(guasti));
        s
    }
}

/// Writes the results of a whole run.
pub fn scrivi(file: &Path, referti: &[Referto], seme: u64, bin: &Path, adesso: Timestamp) -> anyhow::Result<()> {
    let mut s = String::from(
        "# Drills\n\n*Written by `make drill`; what each drill does and proves is in [LEGGIMI](LEGGIMI.md).*\n\n",
    );
    let profilo = if bin.components().any(|c| c.as_os_str() == "release") { "release" } else { "debug" };
    writeln!(
        s,
        "{} · commit {} · {} · build {profilo} · seed {seme}\n",
        adesso.strftime("%Y-%m-%d %H:%M UTC"),
        commit(),
        macchina()
    )?;
    for r in referti {
        writeln!(s, "## {} {}\n", r.segno(), r.nome)?;
        match &r.saltato {
            Some(perche) => writeln!(s, "Saltata: {perche}.\n")?,
            None => writeln!(s, "{} ({} s)\n", r.che_cosa, r.durata.as_secs())?,
        }
        for c in r.cifre.iter().chain(&r.bocciato) {
            writeln!(s, "* {}", c.replace('\n', "; "))?;
        }
        s.push('\n');
    }
    fs::write(file, s.trim_end().to_owned() + "\n")?;
    Ok(())
}

fn commit() -> String {
    let o = Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=10"]).output();
    o.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}

/// Cores, memory, kernel.
fn macchina() -> String {
    let nuclei = std::thread::available_parallelism().map_or(0, usize::from);
    let memoria = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: u64 = memoria.split_whitespace().nth(1).and_then(|k| k.parse().ok()).unwrap_or(0);
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cpu = cpu.trim_start_matches(['\t', ' ', ':']);
    format!("{nuclei} × {cpu}, {} GiB, Linux {}", kib >> 20, kernel.trim())
}
