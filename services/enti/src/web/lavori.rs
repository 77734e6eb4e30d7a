//! Work that gave up, until a person decides.

use ::web::{Errore, Inviato, Operatore, Pagina};
use authz::Consenti;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use crate::permissions::CuraLavori;
use crate::{commands, pages};

pub(super) async fn elenco(op: Operatore) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let fermi = jobs::rinunciati(&mut tx).await?;
    tx.commit().await?;
    let dentro = pages::Lavori { op: &op, fermi, modulo: op.modulo() };
    Ok(Pagina::ufficio(&op, "Lavori fermi").attiva("/lavori").spiegata_in("quando-va-storto").con(dentro))
}

pub(super) async fn riprova(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    Inviato(_): Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<CuraLavori>(op.chi()).await?;
    commands::riprova_lavoro(&mut tx, &p, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso("/lavori")).into_response())
}

pub(super) async fn archivia(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    Inviato(_): Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<CuraLavori>(op.chi()).await?;
    commands::archivia_lavoro(&mut tx, &p, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso("/lavori")).into_response())
}
