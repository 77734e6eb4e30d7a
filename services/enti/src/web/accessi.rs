//! Which roles ask for a second factor, and who has one.

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina};
use authz::{Consenti, RUOLI, Richiesto};
use axum::response::{IntoResponse, Redirect, Response};

use crate::permissions::GestisciAccessi;
use crate::queries::FattoriDi;
use crate::{commands, pages, queries};

/// The value of a select that asks for nothing.
pub(crate) const NESSUNO: &str = "nessuno";

pub(super) async fn mostra(op: Operatore) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let requisiti = authz::requisiti(&mut tx).await?;
    let persone = queries::fattori(&mut tx).await?;
    tx.commit().await?;
    let chiesto = |ruolo: &str| requisiti.iter().find(|(r, _)| r == ruolo).map_or(NESSUNO, |(_, f)| f.codice());
    let modulo = RUOLI.iter().fold(op.modulo(), |m, r| m.con(r.codice, chiesto(r.codice)));
    Ok(pagina(&op, persone, modulo))
}

fn pagina(op: &Operatore, persone: Vec<FattoriDi>, modulo: Modulo) -> Response {
    let stato = modulo.stato();
    let dentro = pages::Accessi { op, persone, modulo };
    Pagina::ufficio(op, "Secondo fattore").attiva("/persone").stato(stato).con(dentro)
}

pub(super) async fn chiedi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let chiesti: Vec<_> = RUOLI.iter().map(|r| (r.codice, richiesto(&mut m, r.codice))).collect();
    let mut tx = op.tx().await?;
    if !m.valido() {
        let persone = queries::fattori(&mut tx).await?;
        return Ok(pagina(&op, persone, m));
    }
    let p = tx.consenti::<GestisciAccessi>(op.chi()).await?;
    commands::chiedi_fattori(&mut tx, &p, &chiesti).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso("/accessi")).into_response())
}

/// What a select says. One that says nothing is a mistake, never "nothing is asked".
fn richiesto(m: &mut Modulo, ruolo: &str) -> Option<Richiesto> {
    let richiesto = Richiesto::da(m.valore(ruolo));
    if richiesto.is_none() && m.valore(ruolo) != NESSUNO {
        m.errore(ruolo, "Scegli una voce dell’elenco.");
    }
    richiesto
}
