//! Substitutes and lent operators.

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};
use authz::{Consenti, NuovaSostituzione, NuovoPrestito, RUOLI};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Time;
use kernel::tempo;
use uuid::Uuid;

use crate::permissions::GestisciDeleghe;
use crate::{commands, pages};

const QUI: &str = "/deleghe";
/// When an office closes.
const ORA: &str = "18:00";

pub(super) async fn mostra(op: Operatore) -> Result<Response, Errore> {
    let modulo = op.modulo().con("ora", ORA);
    disegna(&op, modulo).await
}

async fn disegna(op: &Operatore, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let sostituzioni = authz::sostituzioni(&mut tx).await?;
    let prestiti = authz::prestiti(&mut tx).await?;
    let persone = super::per_nome(authz::persone(&mut tx).await?);
    let uffici = authz::uffici(&mut tx).await?;
    tx.commit().await?;
    let stato = modulo.stato();
    let dentro = pages::Deleghe { op, oggi, adesso, sostituzioni, prestiti, persone, uffici, modulo };
    Ok(Pagina::ufficio(op, "Sostituzioni e prestiti").attiva("/persone").stato(stato).con(dentro))
}

pub(super) async fn sostituisci(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let motivo = m.testo("motivo", Regole::riga(200).obbligatoria("Scrivi perché: per esempio ferie."));
    let oggi = op.oggi();
    let dal = m.data("dal", oggi).unwrap_or(oggi);
    m.obbligatorio("al", "Scrivi l’ultimo giorno.");
    let al = m.data("al", oggi);
    let mut tx = op.tx().await?;
    let persone = authz::persone(&mut tx).await?;
    let scelta = |campo: &str| persone.iter().find(|p| p.id.to_string() == m.valore(campo)).map(|p| p.id);
    let (sostituto, sostituito) = (scelta("sostituto"), scelta("sostituito"));
    for (campo, c_e) in [("sostituto", sostituto.is_some()), ("sostituito", sostituito.is_some())] {
        if !c_e {
            m.errore(campo, "Scegli una persona dell’elenco.");
        }
    }
    if let (true, Some(sostituto), Some(sostituito), Some(al)) = (m.valido(), sostituto, sostituito, al) {
        let p = tx.consenti::<GestisciDeleghe>(op.chi()).await?;
        let n = NuovaSostituzione { sostituto, sostituito, dal, al, motivo: &motivo };
        match commands::sostituisci(&mut tx, &p, &n).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(QUI)).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    drop(tx);
    disegna(&op, m.con("ora", ORA)).await
}

pub(super) async fn presta(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let utente = m.testo("utente", Regole::riga(100).obbligatoria("Scrivi il nome utente della persona."));
    let da_ente = m.testo("da_ente", Regole::riga(20).obbligatoria("Scrivi il codice dell’ente dove lavora."));
    let motivo = m.testo("perche", Regole::riga(200).obbligatoria("Scrivi perché: per esempio assistenza."));
    let ruolo = m.scelta("ruolo", &RUOLI.iter().map(|r| r.codice).collect::<Vec<_>>()).unwrap_or_default().to_owned();
    let oggi = op.oggi();
    let dal = m.data("prestito_dal", oggi);
    m.obbligatorio("prestito_al", "Scrivi l’ultimo giorno.");
    let al = m.data("prestito_al", oggi);
    let ora = m.valore("ora").trim().replace('.', ":").parse::<Time>().ok();
    if ora.is_none() {
        m.errore("ora", "Scrivi l’ora come 18:00.");
    }
    let ufficio = m.valore("ufficio").to_owned();
    if let (true, Some(al), Some(ora)) = (m.valido(), al, ora) {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<GestisciDeleghe>(op.chi()).await?;
        let inizio = dal.filter(|d| *d > oggi).map_or(tx.now(), tempo::inizio_del_giorno);
        let n = NuovoPrestito {
            utente: &utente,
            da_ente: &da_ente.to_lowercase(),
            ufficio: &ufficio,
            ruoli: &[&ruolo],
            dal: inizio,
            al: tempo::alle(al, ora),
            motivo: &motivo,
        };
        match commands::presta(&mut tx, &p, &n).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(QUI)).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    disegna(&op, m).await
}

pub(super) async fn fine_sostituzione(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    _: Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciDeleghe>(op.chi()).await?;
    commands::fine_sostituzione(&mut tx, &p, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso(QUI)).into_response())
}

pub(super) async fn fine_prestito(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    _: Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciDeleghe>(op.chi()).await?;
    commands::fine_prestito(&mut tx, &p, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso(QUI)).into_response())
}
