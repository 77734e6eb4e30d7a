//! Enti, alliances, services and people from the command line of the technical centre.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, anyhow, ensure};
use authz::NuovaPersona;
use enti::{EntiError, Fondata, Rifiuto};
use kernel::{CodiceIpa, Data, tempo};

use crate::casa::Casa;
use crate::cli::{CreaUtente, NuovaAlleanza};
use crate::services;

/// A refusal as the terminal shows it: code, sentence, remedy.
fn detto(e: EntiError) -> anyhow::Error {
    match &e {
        EntiError::Rifiuto(r) => anyhow!("{}: {r} {}", r.codice(), r.rimedio()),
        _ => e.into(),
    }
}

pub async fn aggiungi(codici: &[String]) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    enti::carica_elenco(&casa.manut).await?;
    let mut righe = Vec::new();
    for c in codici {
        let a = enti::aggiungi_ente(&casa.manut, c).await.map_err(detto)?;
        righe.push(format!("{} ({}) su {}", a.denominazione, a.codice, a.host));
    }
    casa.chiudi().await?;
    Ok(righe)
}

pub async fn iscrivi(codice: &str, tipo: &str, nome: &str, ipa: Option<&CodiceIpa>) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    enti::carica_elenco(&casa.manut).await?;
    let corpo = enti::NuovoCorpo { codice, tipo, denominazione: nome, ipa };
    enti::iscrivi_corpo(&casa.manut, &corpo).await.map_err(detto)?;
    casa.chiudi().await?;
    Ok(vec![format!("{nome} ({codice}) è nel registro. Per farlo lavorare qui: alleanza ente aggiungi {codice}")])
}

pub async fn succede(da: &str, a: &str, dal: &str, causa: &str) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    enti::carica_elenco(&casa.manut).await?;
    let dal = giorno(&casa, dal).await?;
    enti::succede(&casa.manut, da, a, dal, causa).await.map_err(detto)?;
    casa.chiudi().await?;
    Ok(vec![format!("Dal {} a {da} succede {a}.", tempo::breve(dal))])
}

pub async fn carica_ipa(file: &Path) -> anyhow::Result<Vec<String>> {
    let byte = std::fs::read(file).with_context(|| format!("CNF-015: non riesco a leggere {}", file.display()))?;
    let casa = Casa::apri(None).await?;
    enti::carica_elenco(&casa.manut).await?;
    let c = enti::carica_ipa(&casa.manut, &byte).await.map_err(detto)?;
    casa.chiudi().await?;
    Ok(vec![format!(
        "{} enti: {} nuovi, {} con un altro nome, {} finiti; {} righe di altre categorie.",
        c.enti, c.nuovi, c.rinominati, c.cessati, c.saltati
    )])
}

pub async fn fonda(n: &NuovaAlleanza) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    let db = casa.db().await?;
    let dal = giorno(&casa, n.dal.as_deref().unwrap_or_default()).await?;
    enti::fonda(&db, &n.ente, &fondata(n, dal)).await.map_err(detto)?;
    db.chiudi().await;
    casa.chiudi().await?;
    Ok(vec![format!("{} ({}) è fondata dal {}.", n.nome, n.codice, tempo::breve(dal))])
}

pub async fn trasforma(vecchia: &str, n: &NuovaAlleanza) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    let db = casa.db().await?;
    let dal = giorno(&casa, n.dal.as_deref().unwrap_or_default()).await?;
    let quante = enti::trasforma(&db, &n.ente, vecchia, &fondata(n, dal)).await.map_err(detto)?;
    db.chiudi().await;
    casa.chiudi().await?;
    Ok(vec![format!("Dal {} {vecchia} è {}: proseguono {quante} adesioni.", tempo::breve(dal), n.codice)])
}

fn fondata(n: &NuovaAlleanza, dal: Data) -> Fondata<'_> {
    Fondata { codice: &n.codice, denominazione: &n.nome, sopra: n.sopra.as_deref(), preavviso_mesi: n.preavviso, dal }
}

/// A day as people type it; today when there is none.
async fn giorno(casa: &Casa, scritto: &str) -> anyhow::Result<Data> {
    let oggi = casa.manut.tx().await?.oggi();
    match scritto {
        "" => Ok(oggi),
        s => tempo::leggi_data(s, oggi).map_err(|e| anyhow!("WEB-013: {e}")),
    }
}

pub async fn attiva(servizio: &str, ente: &str) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    let db = casa.db().await?;
    let esito = enti::attiva_servizio(&db, services::tutti(), ente, servizio).await;
    db.chiudi().await;
    casa.chiudi().await?;
    Ok(vec![match esito {
        Err(EntiError::Rifiuto(Rifiuto::GiaAttivo { .. })) => format!("{ente}: {servizio} era già attivo."),
        Err(e) => return Err(detto(e)),
        Ok(accesi) => format!("{ente}: attivi {}.", accesi.join(", ")),
    }])
}

pub async fn crea_utente(c: &CreaUtente) -> anyhow::Result<Vec<String>> {
    let parola = match &c.password {
        Some(p) => p.clone(),
        None => leggi_parola()?,
    };
    let casa = Casa::apri(None).await?;
    let db = casa.db().await?;
    let nuova = NuovaPersona { utente: &c.utente, nome: &c.nome, cognome: &c.cognome, parola: Some(&parola) };
    let ruoli: Vec<&str> = c.ruolo.iter().map(String::as_str).collect();
    enti::crea_utente_in(&db, &c.ente, &c.ufficio, &nuova, &ruoli).await.map_err(detto)?;
    db.chiudi().await;
    casa.chiudi().await?;
    Ok(vec![format!("{} può entrare in {} come {}.", c.utente, c.ente, c.ruolo.join(", "))])
}

pub async fn password(utente: &str) -> anyhow::Result<Vec<String>> {
    let parola = leggi_parola()?;
    let casa = Casa::apri(None).await?;
    authz::imposta_parola(&casa.manut, utente, &parola).await?;
    casa.chiudi().await?;
    Ok(vec![format!("{utente}: password cambiata.")])
}

pub async fn azzera(utente: &str) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    authz::togli_fattori(&casa.manut, utente).await?;
    casa.chiudi().await?;
    Ok(vec![format!("{utente}: senza più secondi fattori né sessioni. Entra con la password, e ne sceglie di nuovi.")])
}

/// The password comes on standard input, so that no list of processes shows it.
fn leggi_parola() -> anyhow::Result<String> {
    let mut testo = String::new();
    std::io::stdin().take(1024).read_to_string(&mut testo).context("CNF-011: non riesco a leggere la password")?;
    let parola = testo.trim_end_matches(['\r', '\n']).to_owned();
    ensure!(!parola.is_empty(), "CNF-012: scrivi la password sullo standard input");
    Ok(parola)
}
