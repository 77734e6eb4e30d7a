//! Terms and rule of the ente: what is in force, and who decided it.

use authz::Consenti;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Computo;
use web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};

use super::Percorso;
use crate::commands::{NuovoTermine, imposta_regola, imposta_termine};
use crate::model::tempi::{Modo, Regola};
use crate::pages::PaginaTermini;
use crate::permissions::DecidiTermini;
use crate::queries;

pub(super) async fn pagina(op: Operatore) -> Result<Response, Errore> {
    let m = op.modulo().con("dal", kernel::tempo::breve(op.oggi())).con("modo", "giorni");
    disegna(&op, m).await
}

async fn disegna(op: &Operatore, m: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let oggi = tx.oggi();
    let tipi = queries::tipi(&mut tx, oggi).await?;
    let regola = queries::regola(&mut tx, oggi).await?;
    let pagina = Pagina::ufficio(op, "Termini di pubblicazione").attiva("albo").spiegata_in("albo").di(&m);
    Ok(pagina.con(PaginaTermini { op, tipi, regola, modulo: m }))
}

fn computo(m: &mut Modulo, campo: &str) -> Option<Computo> {
    match m.valore(campo) {
        "compreso" => Some(Computo::GiornoInizialeCompreso),
        "escluso" => Some(Computo::GiornoInizialeEscluso),
        _ => None,
    }
}

pub(super) async fn termine(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let modo = match m.scelta("modo", &["giorni", "scadenza"]) {
        Some("scadenza") => Some(Modo::Scadenza),
        _ => {
            m.obbligatorio("giorni", "Scrivi quanti giorni.");
            m.numero("giorni").map(|n| Modo::Giorni(u16::try_from(n).unwrap_or(0)))
        }
    };
    let fonte = m.testo("fonte", Regole::riga(300).obbligatoria("Scrivi chi lo ha deciso: norma, regolamento o atto."));
    let dal = m.data("dal", op.oggi()).unwrap_or(op.oggi());
    let termine = modo.map(|modo| NuovoTermine {
        tipo: m.valore("tipo").to_owned(),
        dal,
        modo,
        computo: computo(&mut m, "computo"),
        fonte,
    });
    if let Some(t) = termine.filter(|_| m.valido()) {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<DecidiTermini>(op.chi()).await?;
        match imposta_termine(&mut tx, &p, &t).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(Percorso::Termini)).into_response());
            }
            Err(e) => m.accogli("giorni", e.into())?,
        }
    }
    disegna(&op, m).await
}

pub(super) async fn regola(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let ora = m.testo("ora_limite", Regole::riga(5));
    let dal = m.data("dal_regola", op.oggi()).unwrap_or(op.oggi());
    let computo = computo(&mut m, "computo_regola").unwrap_or(Computo::GiornoInizialeCompreso);
    if m.valido() {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<DecidiTermini>(op.chi()).await?;
        let regola = Regola { computo, ora_limite: Some(ora).filter(|o| !o.is_empty()) };
        match imposta_regola(&mut tx, &p, dal, &regola).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(Percorso::Termini)).into_response());
            }
            Err(e) => m.accogli("ora_limite", e.into())?,
        }
    }
    disegna(&op, m).await
}
