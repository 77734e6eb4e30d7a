//! The catalogue, activation with its preview, the register of processing.

use ::web::{Errore, Inviato, Operatore, Pagina, Service};
use authz::Consenti;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use crate::permissions::GestisciServizi;
use crate::trattamenti::Registro;
use crate::{EntiError, Scheda, commands, pages, queries};

/// The page shows what is on as the ente switched it; services of every ente are on anyway.
pub(super) async fn elenco(op: Operatore) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let storia = queries::storia_servizi(&mut tx).await?;
    let titolo = queries::titolo(&mut tx).await?;
    tx.commit().await?;
    let catalogo = op.stato().servizi;
    let voce = |s: &'static Service| pages::Voce {
        servizio: s,
        acceso: storia.iter().find(|p| p.servizio == s.codice && p.al.is_none()).cloned(),
        spento: storia.iter().find(|p| p.servizio == s.codice).and_then(|p| p.al),
        richiede: nomi(catalogo, s.richiede),
    };
    let voci = catalogo.iter().map(voce).collect();
    let dentro = pages::Servizi { op: &op, voci, titolo };
    Ok(Pagina::ufficio(&op, "Servizi").attiva("/servizi").spiegata_in("servizi").con(dentro))
}

/// What switching on will make, or what switching off will stop: nothing changes before the button.
pub(super) async fn anteprima(op: Operatore, Path((_, servizio)): Path<(String, String)>) -> Result<Response, Errore> {
    let catalogo = op.stato().servizi;
    let scelto = catalogo.iter().find(|s| s.codice == servizio && !s.sempre_attivo).ok_or(Errore::NonTrovato)?;
    let mut tx = op.tx().await?;
    if queries::attivo(&mut tx, &servizio).await? {
        let prima = commands::chi_ne_ha_bisogno(&mut tx, catalogo, &servizio).await?;
        let dentro = pages::Spegnimento { op: &op, scelto, prima, modulo: op.modulo() };
        return Ok(Pagina::ufficio(&op, scelto.nome).attiva("/servizi").spiegata_in("servizi").con(dentro));
    }
    let p = tx.consenti::<GestisciServizi>(op.chi()).await?;
    let anteprima = commands::anteprima(&mut tx, &p, catalogo, &servizio).await?;
    let dentro = pages::Anteprima { op: &op, scelto, anteprima, modulo: op.modulo() };
    Ok(Pagina::ufficio(&op, scelto.nome).attiva("/servizi").spiegata_in("servizi").con(dentro))
}

pub(super) async fn attiva(
    op: Operatore,
    Path((_, servizio)): Path<(String, String)>,
    Inviato(_): Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciServizi>(op.chi()).await?;
    match commands::attiva(&mut tx, &p, op.stato().servizi, &servizio).await {
        // A double click: it is on, as the person wanted.
        Err(EntiError::Rifiuto(crate::Rifiuto::GiaAttivo { .. })) => {}
        Err(e) => return Err(e.into()),
        Ok(_) => tx.commit().await?,
    }
    Ok(Redirect::to(&op.percorso("/servizi")).into_response())
}

pub(super) async fn disattiva(
    op: Operatore,
    Path((_, servizio)): Path<(String, String)>,
    Inviato(_): Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<GestisciServizi>(op.chi()).await?;
    commands::disattiva(&mut tx, &p, op.stato().servizi, &servizio).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso("/servizi")).into_response())
}

/// The register of the ente as controller (GDPR art. 30, par. 1).
pub(super) async fn trattamenti(op: Operatore) -> Result<Response, Errore> {
    let (_, registro) = registro(&op).await?;
    let pdf = op.percorso("/trattamenti.pdf");
    let dentro = pages::Trattamenti { op: &op, registro, sopra: ("/servizi", "Servizi"), pdf };
    Ok(Pagina::ufficio(&op, "Registro dei trattamenti").attiva("/servizi").spiegata_in("servizi").con(dentro))
}

pub(super) async fn trattamenti_pdf(op: Operatore) -> Result<Response, Errore> {
    let (scheda, registro) = registro(&op).await?;
    let adesso = op.stato().db.orologio().adesso();
    Ok(super::alleanza::pdf(&format!("trattamenti-{}", scheda.codice), registro.pdf(&scheda, adesso).await?))
}

async fn registro(op: &Operatore) -> Result<(Scheda, Registro), Errore> {
    let mut tx = op.tx().await?;
    let scheda = queries::scheda(&mut tx).await?;
    let storia = queries::storia_servizi(&mut tx).await?;
    tx.commit().await?;
    let registro = Registro::del_titolare(&scheda, op.stato().servizi, &storia);
    Ok((scheda, registro))
}

fn nomi(catalogo: &'static [Service], codici: &[&str]) -> String {
    let nome = |c: &&str| catalogo.iter().find(|s| s.codice == *c).map(|s| s.nome);
    codici.iter().filter_map(nome).collect::<Vec<_>>().join(", ")
}
