//! Closing and reopening fascicoli, one or many, with the way back (ADR 23).

use authz::{Chi, Consenti, Permessa};
use db::{DiEnte, Tx};
use web::{Dati, Effetto, Errore, Gesto};

use crate::permissions::Fascicola;
use crate::{DocumentiError, Fascicolo, FascicoloId, commands, queries};

const COSE: (&str, &str) = ("un fascicolo", "fascicoli");
/// What the story of a fascicolo says of a closing that lasted half a minute.
const RIPENSATO: &str = "Rimesso com’era: è stato chiuso per errore";

pub(crate) const CHIUDI: Gesto = Gesto {
    codice: "documenti.chiudi",
    nome: "Chiudi il fascicolo",
    cose: COSE,
    elenco: "/fascicoli",
    azione: Permessa::di::<Fascicola>(),
    prova: |tx, _, su, _| Box::pin(prova(tx, su, true)),
    fai: |tx, chi, su, _| Box::pin(chiudi(tx, chi, su)),
    disfa: Some(|tx, chi, su, _| Box::pin(async move { riapri(tx, chi, su, RIPENSATO).await.map(drop) })),
};

pub(crate) const RIAPRI: Gesto = Gesto {
    codice: "documenti.riapri",
    nome: "Riapri il fascicolo",
    cose: COSE,
    elenco: "/fascicoli",
    azione: Permessa::di::<Fascicola>(),
    prova: |tx, _, su, _| Box::pin(prova(tx, su, false)),
    fai: |tx, chi, su, dati| {
        Box::pin(async move { riapri(tx, chi, su, dati.get("motivo").map_or("", String::as_str)).await })
    },
    disfa: Some(|tx, chi, su, _| Box::pin(async move { chiudi(tx, chi, su).await.map(drop) })),
};

pub(crate) const TUTTI: &[Gesto] = &[CHIUDI, RIAPRI];

fn id(su: &str) -> Result<FascicoloId, DocumentiError> {
    su.parse().map_err(|()| DocumentiError::FascicoloIgnoto(su.to_owned()))
}

pub(crate) fn titolo(id: &FascicoloId) -> String {
    format!("Fascicolo {id}")
}

async fn chiudi(tx: &mut Tx<DiEnte>, chi: &Chi, su: &str) -> Result<Dati, Errore> {
    let p = tx.consenti::<Fascicola>(chi).await?;
    commands::chiudi_fascicolo(tx, &p, &id(su)?).await?;
    Ok(Dati::new())
}

async fn riapri(tx: &mut Tx<DiEnte>, chi: &Chi, su: &str, motivo: &str) -> Result<Dati, Errore> {
    let p = tx.consenti::<Fascicola>(chi).await?;
    commands::riapri_fascicolo(tx, &p, &id(su)?, motivo).await?;
    Ok(Dati::new())
}

async fn prova(tx: &mut Tx<DiEnte>, su: &[String], chiudere: bool) -> Result<Vec<Effetto>, Errore> {
    let chiesti: Vec<FascicoloId> = su.iter().filter_map(|s| s.parse().ok()).collect();
    let trovati = queries::fascicoli_scelti(tx, &chiesti).await?;
    let uno = |s: &String| match trovati.iter().find(|f| f.id().to_string() == *s) {
        None => Effetto::ignoto(s),
        Some(f) => Effetto {
            su: s.clone(),
            titolo: titolo(&f.id()),
            sotto: f.oggetto.clone(),
            percorso: format!("/fascicoli/{}", f.id()),
            esito: esito(f, chiudere).map_err(Errore::from),
        },
    };
    Ok(su.iter().map(uno).collect())
}

fn esito(f: &Fascicolo, chiudere: bool) -> Result<String, DocumentiError> {
    match (chiudere, f.aperto()) {
        (true, true) => Ok("nulla vi entra più".to_owned()),
        (true, false) => Err(DocumentiError::Chiuso(f.id())),
        (false, false) => Ok("torna aperto".to_owned()),
        (false, true) => Err(DocumentiError::GiaAperto(f.id())),
    }
}
