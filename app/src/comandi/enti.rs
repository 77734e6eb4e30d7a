//! Enti, services and people from the command line of the technical centre.

use std::io::Read as _;

use anyhow::{Context, ensure};
use authz::NuovaPersona;

use crate::casa::Casa;
use crate::cli::CreaUtente;
use crate::services;

pub async fn aggiungi(codici: &[String]) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    enti::carica_elenco(&casa.manut).await?;
    let mut righe = Vec::new();
    for c in codici {
        let a = enti::aggiungi_ente(&casa.manut, c).await?;
        righe.push(format!("{} ({}) su {}", a.denominazione, a.codice, a.host));
    }
    casa.chiudi().await?;
    Ok(righe)
}

pub async fn attiva(servizio: &str, ente: &str) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    let db = casa.db().await?;
    let accesi = enti::attiva_servizio(&db, services::tutti(), ente, servizio).await?;
    db.chiudi().await;
    casa.chiudi().await?;
    Ok(vec![match accesi.as_slice() {
        [] => format!("{ente}: {servizio} era già attivo."),
        nuovi => format!("{ente}: attivi {}.", nuovi.join(", ")),
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
    enti::crea_utente(&db, &c.ente, &nuova, &ruoli).await?;
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

/// The password comes on standard input, so that no list of processes shows it.
fn leggi_parola() -> anyhow::Result<String> {
    let mut testo = String::new();
    std::io::stdin().take(1024).read_to_string(&mut testo).context("CNF-011: non riesco a leggere la password")?;
    let parola = testo.trim_end_matches(['\r', '\n']).to_owned();
    ensure!(!parola.is_empty(), "CNF-012: scrivi la password sullo standard input");
    Ok(parola)
}
