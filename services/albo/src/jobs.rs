//! Scheduled starts. The job compares what is with what should be, so a missed hour heals at the next.

use authz::{Chi, Consenti};
use jiff::civil::time;
use jobs::{Cadenza, Compito, Contesto, Esito, Fallito, Incarico, Periodico};
use uuid::Uuid;

use crate::commands::{Conferma, proponi, pubblica};
use crate::errors::AlboError;
use crate::permissions::Pubblica;
use crate::queries;

/// Queued for the first instant of the planned day, and once a day for whatever was missed.
pub(crate) const AFFIGGI: &str = "albo.affiggi";

/// After midnight, when the day before can be judged whole.
pub const INTERRUZIONI: &str = "albo.interruzioni";

pub(crate) fn periodici() -> Vec<Periodico> {
    vec![
        Periodico {
            nome: AFFIGGI,
            descrizione: "Pubblica gli atti programmati il cui giorno è arrivato",
            ogni: Cadenza::OgniGiorno { ora: time(0, 2, 0, 0) },
            esegui: Compito::PerEnte(|c, i| Box::pin(affiggi(c, i))),
        },
        Periodico {
            nome: INTERRUZIONI,
            descrizione: "Propone di prorogare le pubblicazioni che hanno perso giorni di albo",
            ogni: Cadenza::OgniGiorno { ora: time(0, 25, 0, 0) },
            esegui: Compito::PerEnte(|c, i| Box::pin(interruzioni(c, i))),
        },
    ]
}

async fn interruzioni(c: Contesto, i: Incarico) -> Esito {
    let mut tx = c.db.di_ente(i.ente).await?;
    if enti::in_uso(&mut tx, "albo").await? {
        proponi(&mut tx).await.map_err(Fallito::riprova)?;
    }
    i.concludi(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// Publishes every act whose day has come, each in its own transaction: one that cannot start does not stop the others.
async fn affiggi(c: Contesto, i: Incarico) -> Esito {
    let mut tx = c.db.di_ente(i.ente).await?;
    let atti = if enti::in_uso(&mut tx, "albo").await? { queries::da_affiggere(&mut tx).await? } else { Vec::new() };
    drop(tx);
    let mut ferme = Vec::new();
    for id in atti {
        match uno(&c, &i, id).await {
            Ok(()) => {}
            Err(AlboError::Db(e)) => return Err(e.into()),
            Err(e) => ferme.push(format!("{id}: {e}")),
        }
    }
    if ferme.is_empty() {
        return Ok(());
    }
    let rimedio = "Apri gli atti programmati dell’albo e pubblicali a mano: la relata dirà che l’inizio è slittato.";
    Err(Fallito::rinuncia(ferme.join("; "), rimedio))
}

/// In the name of who scheduled it, if that person may still publish.
async fn uno(c: &Contesto, i: &Incarico, id: Uuid) -> Result<(), AlboError> {
    let mut tx = c.db.di_ente(i.ente).await?;
    let Some((persona, nome)) = queries::chi_affigge(&mut tx, id).await? else { return Ok(()) };
    let chi = Chi { persona, nome, operazione: c.operazione };
    let p = tx.consenti::<Pubblica>(&chi).await?;
    pubblica(&mut tx, &p, id, Conferma::NonData).await?;
    Ok(tx.commit().await?)
}
