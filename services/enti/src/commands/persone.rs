//! People and roles, through authz: here they get their permit, their refusals and their audit line.

use authz::{NuovaPersona, Permesso, PersonaId};
use db::{DiEnte, Tx};
use kernel::{Data, tempo::breve};
use serde_json::json;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::permissions::GestisciPersone;
use crate::sql;

const AMMINISTRATORE: &str = "amministratore";

/// A role in an office.
#[derive(Debug, Clone, Copy)]
pub struct NuovoRuolo<'a> {
    pub ufficio: &'a str,
    pub ruolo: &'a str,
}

/// Makes a person, or finds them by user name, with their first role here.
pub async fn crea_persona(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciPersone>,
    nuova: &NuovaPersona<'_>,
    r: NuovoRuolo<'_>,
) -> Result<PersonaId, EntiError> {
    p.vale_per(tx)?;
    let persona = authz::crea_persona(tx, nuova, r.ufficio, r.ruolo).await?;
    annota(tx, p, persona, "dato", r).await?;
    Ok(persona)
}

pub async fn dai_ruolo(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciPersone>,
    persona: PersonaId,
    r: NuovoRuolo<'_>,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let uguale = |x: &authz::Persona| x.id == persona && x.ufficio == r.ufficio && x.ruolo == r.ruolo;
    if authz::persone(tx).await?.iter().any(uguale) {
        return Ok(());
    }
    authz::aggiungi_ruolo(tx, persona, r.ufficio, r.ruolo).await?;
    annota(tx, p, persona, "dato", r).await
}

/// Takes a role, now or after its last day; never the last administrator's, or nobody could give roles any more.
pub async fn togli_ruolo(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciPersone>,
    persona: PersonaId,
    r: NuovoRuolo<'_>,
    ultimo: Option<Data>,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    if let Some(il) = ultimo.filter(|u| *u < tx.oggi()) {
        return Err(Rifiuto::GiornoPassato { il }.into());
    }
    if r.ruolo == AMMINISTRATORE && !altri_amministratori(tx, persona, r.ufficio).await? {
        return Err(Rifiuto::UltimoAmministratore.into());
    }
    let tolto = match ultimo {
        Some(u) => authz::termina_ruolo(tx, persona, r.ufficio, r.ruolo, u).await?,
        None => authz::togli_ruolo(tx, persona, r.ufficio, r.ruolo).await?,
    };
    if tolto {
        let fatto = ultimo.map_or_else(|| "tolto".to_owned(), |u| format!("fino al {}", breve(u)));
        annota(tx, p, persona, &fatto, r).await?;
    }
    Ok(())
}

async fn altri_amministratori(tx: &mut Tx<DiEnte>, persona: PersonaId, ufficio: &str) -> Result<bool, EntiError> {
    let ente = tx.ente();
    sqlx::query(sql::BLOCCA_AMMINISTRATORI).bind(ente).execute(tx.conn()).await?;
    Ok(sqlx::query_scalar(sql::ALTRI_AMMINISTRATORI)
        .bind(ente)
        .bind(persona)
        .bind(ufficio)
        .fetch_one(tx.conn())
        .await?)
}

async fn annota(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciPersone>,
    persona: PersonaId,
    fatto: &str,
    r: NuovoRuolo<'_>,
) -> Result<(), EntiError> {
    let dettaglio = json!({ "fatto": fatto, "ruolo": r.ruolo, "ufficio": r.ufficio });
    Ok(p.annota(tx, &format!("persone/{persona}"), dettaglio).await?)
}
