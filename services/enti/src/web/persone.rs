//! People with their roles, offices.

use std::collections::HashSet;

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};
use authz::{Consenti, NuovaPersona, Persona, RUOLI};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use crate::commands::{self, NuovoRuolo};
use crate::errors::Rifiuto;
use crate::permissions::{GestisciPersone, GestisciUffici};
use crate::{EntiError, pages};

pub(super) async fn elenco(op: Operatore) -> Result<Response, Errore> {
    let modulo = op.modulo();
    mostra(&op, modulo).await
}

async fn mostra(op: &Operatore, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let ruoli = authz::persone(&mut tx).await?;
    let uffici = authz::uffici(&mut tx).await?;
    tx.commit().await?;
    let stato = modulo.stato();
    let dentro = pages::Persone { op, persone: per_persona(ruoli), uffici, modulo };
    Ok(Pagina::ufficio(op, "Persone").attiva("/persone").spiegata_in("persone").stato(stato).con(dentro))
}

/// One entry for each person, with all the roles they hold.
fn per_persona(ruoli: Vec<Persona>) -> Vec<Vec<Persona>> {
    let mut persone: Vec<Vec<Persona>> = Vec::new();
    for r in ruoli {
        match persone.last_mut() {
            Some(p) if p[0].id == r.id => p.push(r),
            _ => persone.push(vec![r]),
        }
    }
    persone
}

/// Makes the person and gives the role; a user name that exists gets the role, and nothing else of theirs changes.
pub(super) async fn crea(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let utente = m.testo("utente", Regole::riga(100).obbligatoria("Scrivi il nome utente."));
    let nome = m.testo("nome", Regole::riga(80).obbligatoria("Scrivi il nome."));
    let cognome = m.testo("cognome", Regole::riga(80).obbligatoria("Scrivi il cognome."));
    let ruolo = m.scelta("ruolo", &RUOLI.iter().map(|r| r.codice).collect::<Vec<_>>()).unwrap_or_default().to_owned();
    let (ufficio, parola) = (m.valore("ufficio").to_owned(), m.valore("parola").to_owned());
    if m.valido() {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<GestisciPersone>(op.chi()).await?;
        let parola = Some(parola.as_str()).filter(|p| !p.is_empty());
        let nuova = NuovaPersona { utente: &utente, nome: &nome, cognome: &cognome, parola };
        let r = NuovoRuolo { ufficio: &ufficio, ruolo: &ruolo };
        match commands::crea_persona(&mut tx, &p, &nuova, r).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso("/persone")).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    mostra(&op, m).await
}

pub(super) async fn togli(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let ultimo = m.data("ultimo", op.oggi());
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciPersone>(op.chi()).await?;
    let ruoli = authz::persone(&mut tx).await?;
    let scelta = ruoli.iter().find(|r| {
        r.id.to_string() == m.valore("persona") && r.ufficio == m.valore("ufficio") && r.ruolo == m.valore("ruolo")
    });
    let r = scelta.ok_or(Errore::NonTrovato)?;
    if m.valido() {
        let ruolo = NuovoRuolo { ufficio: &r.ufficio, ruolo: &r.ruolo };
        match commands::togli_ruolo(&mut tx, &p, r.id, ruolo, ultimo).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso("/persone")).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    drop(tx);
    mostra(&op, m).await
}

pub(super) async fn uffici(op: Operatore) -> Result<Response, Errore> {
    let modulo = op.modulo();
    mostra_uffici(&op, modulo).await
}

async fn mostra_uffici(op: &Operatore, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let ruoli = authz::persone(&mut tx).await?;
    let quanti = |codice: &str| {
        let qui = ruoli.iter().filter(|r| r.ufficio == codice);
        qui.map(|r| r.id).collect::<HashSet<_>>().len()
    };
    let uffici = authz::uffici(&mut tx).await?;
    let uffici = uffici.into_iter().map(|(c, nome)| (quanti(&c), c, nome)).map(|(n, c, nome)| (c, nome, n)).collect();
    let chiusi = authz::uffici_chiusi(&mut tx).await?;
    tx.commit().await?;
    let stato = modulo.stato();
    let dentro = pages::Uffici { op, uffici, chiusi, modulo };
    Ok(Pagina::ufficio(op, "Uffici").attiva("/persone").spiegata_in("persone").stato(stato).con(dentro))
}

/// What closing an office will move: nothing changes before the button.
pub(super) async fn ufficio(op: Operatore, Path((_, sigla)): Path<(String, String)>) -> Result<Response, Errore> {
    let modulo = op.modulo();
    mostra_ufficio(&op, sigla, modulo).await
}

async fn mostra_ufficio(op: &Operatore, codice: String, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciUffici>(op.chi()).await?;
    let ufficio = match commands::guarda_ufficio(&mut tx, &p, op.stato().servizi, &codice).await {
        Err(EntiError::Rifiuto(Rifiuto::Persona { codice: "ENT-036", .. })) => return Err(Errore::NonTrovato),
        altro => altro?,
    };
    tx.commit().await?;
    let (stato, titolo) = (modulo.stato(), ufficio.nome.clone());
    let dentro = pages::Ufficio { op, codice, ufficio, modulo };
    Ok(Pagina::ufficio(op, titolo).attiva("/persone").spiegata_in("persone").stato(stato).con(dentro))
}

pub(super) async fn chiudi_ufficio(
    op: Operatore,
    Path((_, sigla)): Path<(String, String)>,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciUffici>(op.chi()).await?;
    let altro = Some(m.valore("al_suo_posto").to_owned()).filter(|a| !a.is_empty());
    match commands::chiudi_ufficio(&mut tx, &p, op.stato().servizi, &sigla, altro.as_deref()).await {
        Ok(()) => {
            tx.commit().await?;
            return Ok(Redirect::to(&op.percorso("/uffici")).into_response());
        }
        Err(e) => m.accogli("al_suo_posto", e.into())?,
    }
    drop(tx);
    mostra_ufficio(&op, sigla, m).await
}

pub(super) async fn apri_ufficio(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let sigla = m.testo("sigla", Regole::riga(16).obbligatoria("Scrivi la sigla, per esempio TEC.")).to_uppercase();
    let nome = m.testo("nome", Regole::riga(80).obbligatoria("Scrivi il nome, per esempio Ufficio tecnico."));
    if m.valido() {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<GestisciUffici>(op.chi()).await?;
        match commands::nuovo_ufficio(&mut tx, &p, &sigla, &nome).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso("/uffici")).into_response());
            }
            Err(e) => m.accogli("sigla", e.into())?,
        }
    }
    mostra_uffici(&op, m).await
}
