//! `make sabotage`: each sabotage of `attacco/sabotaggi.txt`, one at a time, must turn its test red.
//!
//! Nothing is touched in the repository: the files that git knows are copied beside, with a target folder of their own that
//! stays warm and test databases of their own. A sabotage that no test notices, a text or a test that is not there any more,
//! a program that does not build: each is a failure.
#![expect(clippy::print_stdout, reason = "it tells on standard output how it goes")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use attacco::sabotaggi::{Guardia, Prova, Sabotaggio, leggi};
use clap::Parser;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// A test that waits for ever is red too.
const ATTESA: Duration = Duration::from_secs(300);

/// Rompe una riga per volta e guarda che una prova se ne accorga.
#[derive(Debug, Parser)]
#[command(name = "sabotaggi")]
struct Opzioni {
    /// Solo questi: il numero, o una parola del nome o del file
    solo: Vec<String>,
    /// Dove stanno la copia, la sua cartella target e i database delle prove
    #[arg(long, env = "SABOTAGE_HOME")]
    casa: PathBuf,
    /// Li elenca e basta
    #[arg(long)]
    elenca: bool,
}

/// How a test went.
enum Esito {
    Verde,
    Rosso(String),
    NonCompila(String),
    /// The list names a test that is not there.
    Nessuna,
}

fn main() -> anyhow::Result<ExitCode> {
    let o = Opzioni::parse();
    let radice = PathBuf::from(detto(Command::new("git").args(["rev-parse", "--show-toplevel"]))?.trim());
    let testo = fs::read_to_string(radice.join("attacco/sabotaggi.txt"))?;
    let lista = leggi(&testo).map_err(anyhow::Error::msg)?;
    let scelti: Vec<(usize, Sabotaggio)> =
        (1..).zip(lista).filter(|(n, s)| o.solo.is_empty() || o.solo.iter().any(|q| parla_di(q, *n, s))).collect();
    ensure!(!scelti.is_empty(), "nessun sabotaggio si chiama così");
    if o.elenca {
        scelti.iter().for_each(|(n, s)| println!("{n:>3}  {}\n     {}", s.nome, s.file.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let officina = Officina { albero: o.casa.join("albero"), casa: o.casa };
    let esito = tutti(&officina, &radice, &scelti);
    officina.chiudi()?;
    Ok(if esito? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn parla_di(q: &str, n: usize, s: &Sabotaggio) -> bool {
    let trova = |t: &str| t.to_lowercase().contains(&q.to_lowercase());
    q.parse().map_or_else(|_| trova(&s.nome) || trova(&s.file.to_string_lossy()), |m: usize| m == n)
}

/// Every sabotage chosen; false when one survived, or could not be tried.
fn tutti(officina: &Officina, radice: &Path, scelti: &[(usize, Sabotaggio)]) -> anyhow::Result<bool> {
    let inizio = Instant::now();
    officina.copia(radice)?;
    officina.senza_sabotaggi(scelti.iter().map(|(_, s)| &s.guardia))?;
    println!("senza sabotaggi le prove sono verdi ({} s)\n", inizio.elapsed().as_secs());
    let mut male = Vec::new();
    for (n, s) in scelti {
        let da = Instant::now();
        let (segno, perche) = match uno(officina, s)? {
            Ok(perche) => ("✓", perche),
            Err(perche) => {
                male.push(*n);
                ("✗", perche)
            }
        };
        println!("{n:>3} {segno} {:>4} s  {}\n             {perche}", da.elapsed().as_secs(), s.nome);
    }
    println!("\n{} presi su {} in {} s", scelti.len() - male.len(), scelti.len(), inizio.elapsed().as_secs());
    if !male.is_empty() {
        println!("da guardare: {male:?}");
    }
    Ok(male.is_empty())
}

/// One sabotage: what noticed it, or why nothing did.
fn uno(officina: &Officina, s: &Sabotaggio) -> anyhow::Result<Result<String, String>> {
    let file = officina.albero.join(&s.file);
    let sano = fs::read_to_string(&file).with_context(|| format!("«{}»: {}", s.nome, s.file.display()))?;
    let rotto = match s.applica(&sano) {
        Ok(rotto) => rotto,
        Err(e) => return Ok(Err(format!("lista vecchia: {e}"))),
    };
    fs::write(&file, rotto)?;
    let esito = match &s.guardia {
        Guardia::Compilatore(crate_) => officina.compila(crate_, &["--lib"]),
        Guardia::Prova(p) => officina.prove(p, &[&p.nome]),
    };
    // Written again, not put back with its old date: cargo must notice.
    fs::write(&file, sano)?;
    Ok(match (esito?, &s.guardia) {
        (Esito::Rosso(detto), Guardia::Prova(p)) => Ok(format!("{}, {}: {detto}", p.crate_, p.nome)),
        (Esito::NonCompila(detto), Guardia::Compilatore(_)) => Ok(format!("non compila: {detto}")),
        (Esito::NonCompila(detto), Guardia::Prova(_)) => Err(format!("non compila, e non doveva: {detto}")),
        (Esito::Nessuna, _) => Err("lista vecchia: la prova non c’è".into()),
        (Esito::Verde | Esito::Rosso(_), _) => Err("SOPRAVVISSUTO: nessuno se n’è accorto".into()),
    })
}

/// The copy that is broken, and what is built from it.
struct Officina {
    casa: PathBuf,
    albero: PathBuf,
}

impl Officina {
    /// The files that git knows, as they are now, and what `make vendor` made. A file that is the same is left alone: what was
    /// built from it is still good.
    fn copia(&self, radice: &Path) -> anyhow::Result<()> {
        let noti = detto(Command::new("git").current_dir(radice).args(["ls-files", "-z"]))?;
        let noti = noti.split_terminator('\0').map(PathBuf::from).filter(|f| radice.join(f).is_file());
        let voluti: BTreeSet<PathBuf> = noti.chain(sotto(radice, Path::new("vendor"))?).collect();
        for f in &voluti {
            let (da, a) = (fs::read(radice.join(f))?, self.albero.join(f));
            if fs::read(&a).ok().as_ref() != Some(&da) {
                fs::create_dir_all(a.parent().context("a file without a folder")?)?;
                fs::write(&a, da)?;
            }
        }
        for f in sotto(&self.albero, Path::new(""))?.iter().filter(|f| !voluti.contains(*f)) {
            fs::remove_file(self.albero.join(f))?;
        }
        Ok(())
    }

    /// Every test of the list, without sabotages, must be there and be green; a binary is run once.
    fn senza_sabotaggi<'a>(&self, guardie: impl Iterator<Item = &'a Guardia>) -> anyhow::Result<()> {
        let mut gruppi: Vec<Vec<&Prova>> = Vec::new();
        for g in guardie {
            let Guardia::Prova(p) = g else { continue };
            match gruppi.iter_mut().find(|g| (&g[0].crate_, &g[0].binario) == (&p.crate_, &p.binario)) {
                Some(g) if g.contains(&p) => {}
                Some(g) => g.push(p),
                None => gruppi.push(vec![p]),
            }
        }
        for g in gruppi {
            let nomi: Vec<&str> = g.iter().map(|p| p.nome.as_str()).collect();
            match self.prove(g[0], &nomi)? {
                Esito::Verde => {}
                Esito::Rosso(e) | Esito::NonCompila(e) => bail!("{} è rosso già senza sabotaggi: {e}", g[0].crate_),
                Esito::Nessuna => bail!("in {} non ci sono tutte le prove {nomi:?}", g[0].crate_),
            }
        }
        Ok(())
    }

    /// Some tests of one binary.
    fn prove(&self, p: &Prova, nomi: &[&str]) -> anyhow::Result<Esito> {
        let dove: &[&str] = if p.binario == "lib" { &["--lib"] } else { &["--test", &p.binario] };
        if let Esito::NonCompila(e) = self.compila(&p.crate_, dove)? {
            return Ok(Esito::NonCompila(e));
        }
        let mut c = self.cargo(&p.crate_, dove);
        c.arg("--").arg("--exact").args(nomi);
        let Some((riuscita, detto)) = self.aspetta(c, Some(ATTESA))? else {
            return Ok(Esito::Rosso("ferma".into()));
        };
        Ok(match riuscita {
            true if detto.contains(&format!("running {} test", nomi.len())) => Esito::Verde,
            true => Esito::Nessuna,
            false => Esito::Rosso(panico(&detto)),
        })
    }

    /// Builds a test binary, or with `--lib` the tests of a library.
    fn compila(&self, crate_: &str, dove: &[&str]) -> anyhow::Result<Esito> {
        let mut c = self.cargo(crate_, dove);
        c.arg("--no-run");
        let (riuscita, detto) = self.aspetta(c, None)?.context("a build without an end")?;
        let errore = || detto.lines().find(|r| r.starts_with("error")).unwrap_or("senza dire perché").to_owned();
        Ok(if riuscita { Esito::Verde } else { Esito::NonCompila(errore()) })
    }

    fn cargo(&self, crate_: &str, dove: &[&str]) -> Command {
        let mut c = Command::new("cargo");
        c.current_dir(&self.albero).args(["test", "--locked", "--quiet", "-p", crate_]).args(dove);
        c.env("CARGO_TARGET_DIR", self.casa.join("target")).env("ALLEANZA_PROVA", self.cluster());
        c
    }

    /// Runs to the end: whether it went well, and all that it said. None when it took too long.
    fn aspetta(&self, mut c: Command, al_piu: Option<Duration>) -> anyhow::Result<Option<(bool, String)>> {
        let via = self.casa.join("detto");
        let f = File::create(&via)?;
        let mut figlio =
            c.stdin(Stdio::null()).stdout(f.try_clone()?).stderr(f).process_group(0).spawn().context("cargo")?;
        let da = Instant::now();
        loop {
            if let Some(s) = figlio.try_wait()? {
                return Ok(Some((s.success(), String::from_utf8_lossy(&fs::read(&via)?).into_owned())));
            }
            if al_piu.is_some_and(|a| da.elapsed() > a) {
                killpg(Pid::from_raw(figlio.id().try_into()?), Signal::SIGKILL)?;
                figlio.wait()?;
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn cluster(&self) -> PathBuf {
        self.casa.join("prova")
    }

    /// The databases go: each sabotage of a policy made a template of its own.
    fn chiudi(&self) -> anyhow::Result<()> {
        if self.cluster().join("pg").exists() {
            db::prova::strumenti(&self.cluster())?.ferma()?;
            fs::remove_dir_all(self.cluster())?;
        }
        Ok(())
    }
}

/// The files under a folder, from `radice`; none when there is no such folder.
fn sotto(radice: &Path, cartella: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut trovati = Vec::new();
    for e in fs::read_dir(radice.join(cartella)).into_iter().flatten() {
        let e = e?;
        let via = cartella.join(e.file_name());
        if e.file_type()?.is_dir() { trovati.extend(sotto(radice, &via)?) } else { trovati.push(via) }
    }
    Ok(trovati)
}

/// The first thing that a panic said.
fn panico(detto: &str) -> String {
    let dopo = detto.split_once("panicked at ").and_then(|(_, d)| d.split_once('\n')).map_or("", |(_, d)| d);
    dopo.lines().next().unwrap_or_default().trim().chars().take(120).collect()
}

fn detto(c: &mut Command) -> anyhow::Result<String> {
    let o = c.output()?;
    ensure!(o.status.success(), "{c:?}: {}", String::from_utf8_lossy(&o.stderr));
    Ok(String::from_utf8(o.stdout)?)
}
