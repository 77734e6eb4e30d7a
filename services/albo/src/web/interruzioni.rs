//! Measured interruptions, and the extensions that they ask for.

use authz::Consenti;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use kernel::{Data, Periodo};
use web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};

use super::Percorso;
use crate::commands::{Decisione, decidi_proposte};
use crate::interruzioni::PaginaInterruzioni;
use crate::permissions::Correggi;
use crate::queries;

/// What the page shows of the past.
const INDIETRO: SignedDuration = SignedDuration::from_hours(60 * 24);

pub(super) async fn pagina(op: Operatore) -> Result<Response, Errore> {
    let m = op.modulo();
    disegna(&op, m).await
}

async fn disegna(op: &Operatore, m: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (adesso, oggi) = (tx.now(), tx.oggi());
    let soglia = queries::soglia(&mut tx, oggi).await?;
    let misurate = enti::interruzioni_dal(&mut tx, adesso - INDIETRO).await?;
    let proposte = queries::proposte(&mut tx).await?;
    let pagina = Pagina::ufficio(op, "Interruzioni").attiva("albo").spiegata_in("dopo-la-pubblicazione").di(&m);
    Ok(pagina.con(PaginaInterruzioni::di(op, soglia, misurate, proposte, adesso, m)))
}

/// One period at a time: its proposals are extended together, or left with a reason.
pub(super) async fn decidi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let giorno = |m: &Modulo, campo: &str| m.valore(campo).parse::<Data>().ok();
    let periodo = giorno(&m, "dal").zip(giorno(&m, "al")).and_then(|(dal, al)| Periodo::nuovo(dal, Some(al)).ok());
    let periodo = periodo.ok_or(Errore::NonTrovato)?;
    let motivo = m.testo("motivo", Regole::riga(500).obbligatoria("Scrivi il motivo, senza dati personali."));
    if m.valido() {
        let d = match m.valore("decisione") {
            "lascia" => Decisione::Lascia { motivo },
            _ => Decisione::Proroga { motivo },
        };
        let mut tx = op.tx().await?;
        let p = tx.consenti::<Correggi>(op.chi()).await?;
        match decidi_proposte(&mut tx, &p, periodo, &d).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(Percorso::Interruzioni)).into_response());
            }
            Err(e) => m.accogli("motivo", e.into())?,
        }
    }
    disegna(&op, m).await
}
