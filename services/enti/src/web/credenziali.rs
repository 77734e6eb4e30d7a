//! The register of officials' credentials: whole for who keeps it, their own for everybody else.

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};
use authz::Consenti;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::commands::{self, NuovaCredenziale};
use crate::model::TipoCredenziale;
use crate::permissions::{CREDENZIALI, GestisciCredenziali};
use crate::{pages, queries};

const QUI: &str = "/credenziali";

#[derive(Deserialize)]
pub(super) struct Quale {
    rinnova: Option<Uuid>,
}

pub(super) async fn mostra(op: Operatore, Query(q): Query<Quale>) -> Result<Response, Errore> {
    let modulo = op.modulo();
    disegna(&op, q.rinnova, modulo).await
}

async fn disegna(op: &Operatore, rinnova: Option<Uuid>, mut modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (oggi, tiene) = (tx.oggi(), op.puo(CREDENZIALI));
    let tutte = queries::credenziali(&mut tx).await?;
    let persone = if tiene { super::per_nome(authz::persone(&mut tx).await?) } else { Vec::new() };
    tx.commit().await?;
    let mie = |c: &queries::Credenziale| tiene || c.persona == op.chi().persona;
    let (in_uso, ritirate): (Vec<_>, Vec<_>) = tutte.into_iter().filter(mie).partition(|c| c.ritirata_il().is_none());
    // What is renewed is written again, but for what changes.
    if let Some(c) = in_uso.iter().find(|c| Some(c.id) == rinnova).filter(|_| modulo.valido()) {
        modulo = modulo
            .con("rinnova", c.id.to_string())
            .con("persona", c.persona.to_string())
            .con("tipo", c.tipo.clone())
            .con("fornitore", c.fornitore.clone());
    }
    let stato = modulo.stato();
    let dentro = pages::Credenziali { op, oggi, tiene, in_uso, ritirate, persone, modulo };
    Ok(Pagina::ufficio(op, "Credenziali").attiva(QUI).stato(stato).con(dentro))
}

pub(super) async fn scrivi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let fornitore = m.testo("fornitore", Regole::riga(120).obbligatoria("Scrivi chi l’ha rilasciata."));
    let identificativo = m.testo("identificativo", Regole::riga(120));
    let nota = m.testo("nota", Regole::riga(200));
    let oggi = op.oggi();
    let (rilasciata_il, scade_il) = (m.data("rilasciata_il", oggi), m.data("scade_il", oggi));
    let tipi = TipoCredenziale::TUTTI.map(TipoCredenziale::codice);
    let tipo = m.scelta("tipo", &tipi).and_then(TipoCredenziale::da);
    let rinnova = m.valore("rinnova").parse().ok();
    let mut tx = op.tx().await?;
    let scelta = authz::persone(&mut tx).await?.into_iter().find(|p| p.id.to_string() == m.valore("persona"));
    if scelta.is_none() {
        m.errore("persona", "Scegli una persona dell’elenco.");
    }
    if let (true, Some(tipo), Some(p)) = (m.valido(), tipo, scelta) {
        let n = NuovaCredenziale {
            persona: p.id,
            tipo,
            fornitore: &fornitore,
            identificativo: &identificativo,
            rilasciata_il,
            scade_il,
            nota: &nota,
            rinnova,
        };
        let p = tx.consenti::<GestisciCredenziali>(op.chi()).await?;
        match commands::scrivi_credenziale(&mut tx, &p, &n).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(QUI)).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    drop(tx);
    disegna(&op, rinnova, m).await
}

pub(super) async fn ritira(op: Operatore, Path((_, id)): Path<(String, Uuid)>, _: Inviato) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciCredenziali>(op.chi()).await?;
    commands::ritira_credenziale(&mut tx, &p, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso(QUI)).into_response())
}
