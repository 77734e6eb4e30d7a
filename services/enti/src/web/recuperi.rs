//! Who lost a second factor: asked by one, confirmed by another.

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};
use authz::Consenti;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use crate::permissions::{ChiediRecupero, ConfermaRecupero};
use crate::{commands, pages, queries};

const QUI: &str = "/recuperi";

pub(super) async fn mostra(op: Operatore) -> Result<Response, Errore> {
    let modulo = op.modulo();
    disegna(&op, modulo).await
}

async fn disegna(op: &Operatore, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let adesso = tx.now();
    let (aperti, decisi) = authz::recuperi(&mut tx).await?.into_iter().partition(|r| r.aperto(adesso));
    let persone = queries::fattori(&mut tx).await?;
    tx.commit().await?;
    let persone = persone.into_iter().filter(|f| f.ha() && f.persona != op.chi().persona);
    let persone = persone.map(|f| (f.persona.to_string(), f.nome)).collect();
    let stato = modulo.stato();
    let dentro = pages::Recuperi { op, aperti, decisi, persone, modulo };
    Ok(Pagina::ufficio(op, "Recuperi").attiva("/recuperi").stato(stato).con(dentro))
}

pub(super) async fn chiedi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let motivo = m.testo("motivo", Regole::riga(200).obbligatoria("Scrivi che cosa è successo."));
    let mut tx = op.tx().await?;
    let scelta = queries::fattori(&mut tx).await?.into_iter().find(|f| f.persona.to_string() == m.valore("persona"));
    if scelta.is_none() {
        m.errore("persona", "Scegli una persona dell’elenco.");
    }
    if let (true, Some(f)) = (m.valido(), scelta) {
        let p = tx.consenti::<ChiediRecupero>(op.chi()).await?;
        match commands::chiedi_recupero(&mut tx, &p, f.persona, &motivo).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(QUI)).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    drop(tx);
    disegna(&op, m).await
}

/// The answer is the code itself: it is on no other page.
pub(super) async fn conferma(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    _: Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<ConfermaRecupero>(op.chi()).await?;
    let nome = authz::recuperi(&mut tx).await?.into_iter().find(|r| r.id == id).ok_or(Errore::NonTrovato)?.nome;
    let dato = commands::conferma_recupero(&mut tx, &p, id).await?;
    tx.commit().await?;
    let dentro = pages::CodiceDato { op: &op, nome, dato };
    Ok(Pagina::ufficio(&op, "Codice da consegnare").attiva("/recuperi").breve().con(dentro))
}

pub(super) async fn rifiuta(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    _: Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<ConfermaRecupero>(op.chi()).await?;
    commands::rifiuta_recupero(&mut tx, &p, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso(QUI)).into_response())
}
