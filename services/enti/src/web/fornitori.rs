//! The identity providers of an alliance.

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};
use authz::{Consenti, Fornitore, NuovoFornitore};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use crate::errors::Rifiuto;
use crate::pages::Provato;
use crate::permissions::GestisciFornitori;
use crate::{EntiError, commands, pages, queries};

const QUI: &str = "/accessi/fornitori";
/// A list of values of a standard, on one line.
const FORTI: Regole = Regole::riga(400);

pub(super) async fn mostra(op: Operatore) -> Result<Response, Errore> {
    let modulo = op.modulo();
    disegna(&op, modulo, None).await
}

async fn disegna(op: &Operatore, modulo: Modulo, provato: Option<Provato>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let decide = queries::decide_l_ingresso(&mut tx).await?;
    let (accesi, spenti): (Vec<_>, Vec<_>) =
        authz::fornitori(&mut tx).await?.into_iter().partition(|f| f.spento_il().is_none());
    tx.commit().await?;
    let stato = modulo.stato();
    let ritorno = op.stato().config.indirizzo(&op.stato().config.host_scrivania, "/accedi/esterno/ritorno");
    let dentro = pages::Fornitori { op, decide, accesi, spenti, ritorno, provato, modulo };
    Ok(Pagina::ufficio(op, "Fornitori d’identità")
        .attiva("/persone")
        .spiegata_in("fornitori-identita")
        .stato(stato)
        .con(dentro))
}

pub(super) async fn aggiungi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let nome = m.testo("nome", Regole::riga(40).obbligatoria("Scrivi il nome che le persone leggono sul bottone."));
    let emittente = m.testo("emittente", Regole::riga(300).obbligatoria("Scrivi l’indirizzo dell’emittente (issuer)."));
    let client = m.testo("client", Regole::riga(200).obbligatoria("Scrivi il nome che il fornitore ci ha dato."));
    let segreto = m.testo("segreto", Regole::riga(400));
    let forti: Vec<String> = m.testo("forti", FORTI).split_whitespace().map(str::to_owned).collect();
    if m.valido() {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<GestisciFornitori>(op.chi()).await?;
        let segreto = Some(segreto.as_str()).filter(|s| !s.is_empty());
        let n = NuovoFornitore { nome: &nome, emittente: &emittente, client: &client, segreto, forti: &forti };
        match commands::aggiungi_fornitore(&mut tx, &p, &op.stato().serratura, &n).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(QUI)).into_response());
            }
            Err(e @ EntiError::Rifiuto(Rifiuto::NonAlleanza)) => m.accogli("", e.into())?,
            Err(e) => m.accogli("emittente", e.into())?,
        }
    }
    disegna(&op, m, None).await
}

/// Asks the provider who it is. Nothing is written: whoever configures reads what is wrong.
pub(super) async fn prova(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let f = trova(&op, id).await?;
    let esito = authz::prova_fornitore(&op.stato().serratura, &f.emittente).await;
    let provato = match esito {
        Ok(salute) => Some(Provato { nome: f.nome, salute }),
        Err(d) => {
            m.accogli("", EntiError::from(Rifiuto::FornitoreDifettoso { frase: format!("{}: {d}", f.nome) }).into())?;
            None
        }
    };
    disegna(&op, m, provato).await
}

async fn trova(op: &Operatore, id: Uuid) -> Result<Fornitore, Errore> {
    let mut tx = op.tx().await?;
    let trovato = authz::fornitori(&mut tx).await?.into_iter().find(|f| f.id == id && f.spento_il().is_none());
    tx.commit().await?;
    trovato.ok_or_else(|| EntiError::from(Rifiuto::FornitoreSpento).into())
}

pub(super) async fn spegni(op: Operatore, Path((_, id)): Path<(String, Uuid)>, _: Inviato) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciFornitori>(op.chi()).await?;
    commands::spegni_fornitore(&mut tx, &p, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso(QUI)).into_response())
}
