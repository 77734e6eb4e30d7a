//! Generated pages of the documentation: who may do what, every route, every code. CI rewrites them and wants a clean diff.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use app::services;
use kernel::Frase;

pub fn scrivi() -> anyhow::Result<()> {
    // Asked at run time: two clones may share one target folder, and this program with it.
    let docs = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").context("run me with cargo")?).join("../docs");
    fs::write(docs.join("permessi.md"), permessi()?)?;
    fs::write(docs.join("rotte.md"), rotte()?)?;
    fs::write(docs.join("codici.md"), codici()?)?;
    fs::write(docs.join("manuale/src/errori.md"), errori()?)?;
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

fn tutti_i_codici() -> Vec<&'static Frase> {
    let mut tutti: Vec<_> =
        services::tutti().iter().flat_map(|s| s.codici.iter()).chain(web::CODICI).chain(storage::CODICI).collect();
    tutti.sort_by_key(|f| f.codice);
    tutti.dedup_by_key(|f| f.codice);
    tutti
}

fn codici() -> anyhow::Result<String> {
    let mut s =
        format!("# Tutti i codici\n\n{AVVISO}| codice | che cosa è successo | che cosa fare |\n|---|---|---|\n");
    for f in tutti_i_codici() {
        writeln!(s, "| {} | {} | {} |", f.codice, f.frase, f.rimedio)?;
    }
    Ok(s)
}

/// What the letters of a code are about.
const GRUPPI: &[(&str, &str)] = &[
    ("ALB", "l’albo"),
    ("ARC", "i file"),
    ("AUT", "l’ingresso e i ruoli"),
    ("DOC", "documenti, fascicoli, titolario"),
    ("ENT", "ente, persone, alleanza, servizi"),
    ("PRT", "il protocollo"),
    ("WEB", "moduli, indirizzi, connessione"),
];

const TU: &str = "Tu, nella pagina in cui sei.";
const AMMINISTRA: &str = "Chi amministra l’ente.";
const SEGRETERIA: &str = "La segreteria dell’alleanza.";
const TECNICO: &str = "Il centro tecnico.";

/// Who acts, by the beginning of a code; the longest one wins, the others concern who is writing.
const CHI: &[(&str, &str)] = &[
    ("ALB-001", "Il responsabile o il segretario, nella pagina dei termini."),
    ("ARC-004", TECNICO),
    ("ARC-005", TECNICO),
    ("AUT-001", AMMINISTRA),
    ("DOC-001", TECNICO),
    ("DOC-002", TECNICO),
    ("DOC-003", "Il responsabile della gestione documentale."),
    ("ENT", AMMINISTRA),
    ("ENT-00", TECNICO),
    ("ENT-01", SEGRETERIA),
    ("ENT-025", TECNICO),
    ("ENT-026", "La segreteria dell’alleanza, con chi amministra l’ente."),
    ("ENT-027", "La segreteria dell’alleanza, con chi amministra l’ente."),
    ("ENT-028", SEGRETERIA),
    ("ENT-031", TECNICO),
    ("ENT-046", SEGRETERIA),
    ("ENT-047", TECNICO),
    ("ENT-048", TECNICO),
    ("ENT-049", TECNICO),
    ("PRT-027", "Il responsabile o il segretario, se serve che la legga qualcun altro."),
    ("WEB-005", AMMINISTRA),
    ("WEB-410", "Il comune che ha pubblicato l’atto."),
    ("WEB-5", "Il centro tecnico, che lo vede nei suoi registri."),
];

fn chi(codice: &str) -> &'static str {
    let adatti = CHI.iter().filter(|(inizio, _)| codice.starts_with(inizio));
    adatti.max_by_key(|(inizio, _)| inizio.len()).map_or(TU, |(_, chi)| chi)
}

/// The chapter of the manual where a code is looked for: the program sends there from every refusal.
fn errori() -> anyhow::Result<String> {
    let mut s = format!("# Tutti i codici\n\n{AVVISO}Cerca il codice che hai letto nella pagina.\n");
    let tutti = tutti_i_codici();
    for (inizio, _) in CHI {
        ensure!(tutti.iter().any(|f| f.codice.starts_with(inizio)), "no code begins with {inizio}");
    }
    let mut gruppo = "";
    for f in tutti {
        let lettere = f.codice.split('-').next().unwrap_or_default();
        if lettere != gruppo {
            gruppo = lettere;
            let nome = GRUPPI.iter().find(|(g, _)| *g == lettere).context("name the letters of the code in GRUPPI")?.1;
            write!(s, "\n## {lettere}: {nome}\n")?;
        }
        let (codice, frase, rimedio, chi) = (f.codice, f.frase, f.rimedio, chi(f.codice));
        write!(
            s,
            "\n### {codice} {{#{codice}}}\n\n{frase}\n\n**Chi agisce.** {chi}\n\n**Che cosa fare.** {rimedio}\n"
        )?;
    }
    Ok(s)
}
