//! Routes and handlers of documents, fascicoli and plan of classification.

use authz::{Consenti, Permessa};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use db::{DiEnte, Tx};
use serde::Deserialize;
use uuid::Uuid;
use web::{Dati, Errore, Gesto, Inviato, Modulo, Operatore, Pagina, Rotta};

use crate::model::Variazione;
use crate::permissions::{Fascicola, Leggi, LeggiRiservati, VariaTitolario};
use crate::{
    DocumentiError, DocumentoId, FascicoloId, FiltroFascicoli, NuovoFascicolo, commands, gesti, pages, queries, scarico,
};

const LEGGI: Permessa = Permessa::di::<Leggi>();
const FASCICOLA: Permessa = Permessa::di::<Fascicola>();
const TITOLARIO: Permessa = Permessa::di::<VariaTitolario>();
const RISERVATI: Permessa = Permessa::di::<LeggiRiservati>();

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::ufficio_get("/e/{codice}/documenti/{id}", LEGGI, documento),
        Rotta::ufficio_get("/e/{codice}/documenti/verifica", LEGGI, verifica),
        Rotta::ufficio_get("/e/{codice}/fascicoli", LEGGI, fascicoli),
        Rotta::ufficio_get("/e/{codice}/fascicoli/nuovo", FASCICOLA, nuovo).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/fascicoli", FASCICOLA, apri),
        Rotta::ufficio_get("/e/{codice}/fascicoli/{anno}/{id}", LEGGI, fascicolo),
        Rotta::ufficio_post("/e/{codice}/fascicoli/{anno}/{id}/chiudi", FASCICOLA, chiudi),
        Rotta::ufficio_post("/e/{codice}/fascicoli/{anno}/{id}/riapri", FASCICOLA, riapri),
        Rotta::ufficio_get("/e/{codice}/titolario", LEGGI, titolario),
        Rotta::ufficio_post("/e/{codice}/titolario/aggiungi", TITOLARIO, aggiungi_classe),
        Rotta::ufficio_post("/e/{codice}/titolario/chiudi", TITOLARIO, chiudi_classe),
    ]
}

async fn documento(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let d = queries::documento(&mut tx, DocumentoId(id)).await?.ok_or(Errore::NonTrovato)?;
    tx.commit().await?;
    if d.riservato && !op.puo(RISERVATI) {
        return Err(DocumentiError::Riservato.into());
    }
    scarico::consultato(&op, &d);
    scarico::scarica(op.stato(), &op.ente().codice, &d).await
}

async fn verifica(op: Operatore) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let dentro = pages::Verifica {
        op: &op,
        ultima: queries::ultima_verifica(&mut tx).await?,
        anomalie: queries::anomalie(&mut tx).await?,
    };
    Ok(Pagina::ufficio(&op, "Verifica dei documenti").attiva("/fascicoli").spiegata_in("registri").con(dentro))
}

#[derive(Deserialize, Default)]
struct Filtro {
    #[serde(default)]
    classifica: String,
    #[serde(default)]
    stato: String,
    dopo: Option<String>,
}

async fn fascicoli(op: Operatore, Query(q): Query<Filtro>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let filtro = FiltroFascicoli {
        aperti: match q.stato.as_str() {
            "aperti" => Some(true),
            "chiusi" => Some(false),
            _ => None,
        },
        classifica: Some(q.classifica.clone()).filter(|c| !c.is_empty()),
    };
    let dopo: Option<FascicoloId> = q.dopo.as_deref().and_then(|d| d.parse().ok());
    let pagina = queries::fascicoli(&mut tx, &filtro, dopo.as_ref()).await?;
    let mut classi = vec![(String::new(), "Tutte".to_owned())];
    classi.extend(crate::scelte(&queries::classi(&mut tx).await?));
    let prossima = |d: &String| format!("?classifica={}&stato={}&dopo={d}", q.classifica, q.stato);
    let dentro = pages::Fascicoli {
        op: &op,
        filtro: op.modulo().con("classifica", q.classifica.clone()).con("stato", q.stato.clone()),
        classi,
        puo_aprire: op.puo(FASCICOLA),
        dopo: pagina.dopo.as_ref().map(prossima),
        pagina,
    };
    Ok(Pagina::ufficio(&op, "Fascicoli").attiva("/fascicoli").spiegata_in("fascicoli").larga().con(dentro))
}

async fn nuovo(op: Operatore) -> Result<Response, Errore> {
    let modulo = op.modulo().con("responsabile", op.chi().nome.clone());
    pagina_nuovo(&op, modulo).await
}

async fn pagina_nuovo(op: &Operatore, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let mut classi = vec![(String::new(), "Scegli".to_owned())];
    classi.extend(crate::scelte(&queries::classi(&mut tx).await?));
    let uffici = authz::uffici(&mut tx).await?;
    let pagina =
        Pagina::ufficio(op, "Apri un fascicolo").attiva("/fascicoli").spiegata_in("fascicoli").breve().di(&modulo);
    Ok(pagina.con(pages::Nuovo { op, modulo, classi, uffici }))
}

async fn apri(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let scritto = |c: &str| m.valore(c).to_owned();
    let nuovo = NuovoFascicolo {
        classifica: scritto("classifica"),
        oggetto: scritto("oggetto"),
        tipologia: scritto("tipologia"),
        ufficio: scritto("ufficio"),
        responsabile: scritto("responsabile"),
    };
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Fascicola>(op.chi()).await?;
    match commands::apri_fascicolo(&mut tx, &p, &nuovo).await {
        Ok(id) => {
            tx.commit().await?;
            Ok(Redirect::to(&op.percorso(format!("/fascicoli/{id}"))).into_response())
        }
        Err(e) => {
            drop(tx);
            m.accogli(e.campo(), e.into())?;
            pagina_nuovo(&op, m).await
        }
    }
}

/// The key of a fascicolo from its address.
fn chiave(anno: &str, id: &str) -> Result<FascicoloId, Errore> {
    format!("{anno}/{id}").parse().map_err(|()| Errore::NonTrovato)
}

type Chiave = Path<(String, String, String)>;

async fn fascicolo(op: Operatore, Path((_, anno, id)): Chiave) -> Result<Response, Errore> {
    let modulo = op.modulo();
    pagina_fascicolo(&op, &chiave(&anno, &id)?, modulo).await
}

async fn pagina_fascicolo(op: &Operatore, id: &FascicoloId, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let f = queries::fascicolo(&mut tx, id).await?.ok_or(Errore::NonTrovato)?;
    let storia = queries::storia(&mut tx, id).await?;
    let uffici = authz::uffici(&mut tx).await?;
    let ufficio = uffici.into_iter().find(|(c, _)| *c == f.ufficio).map_or_else(|| f.ufficio.clone(), |(_, n)| n);
    let pagina =
        Pagina::ufficio(op, format!("Fascicolo {id}")).attiva("/fascicoli").spiegata_in("fascicoli").di(&modulo);
    let dentro = pages::Uno {
        op,
        ufficio,
        contenuti: queries::contenuti(&mut tx, id).await?,
        storia,
        f,
        modulo,
        puo_cambiare: op.puo(FASCICOLA),
        riservati: op.puo(RISERVATI),
    };
    Ok(pagina.con(dentro))
}

async fn chiudi(op: Operatore, Path((_, anno, id)): Chiave, Inviato(m): Inviato) -> Result<Response, Errore> {
    let id = chiave(&anno, &id)?;
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Fascicola>(op.chi()).await?;
    let esito = commands::chiudi_fascicolo(&mut tx, &p, &id).await;
    torna(&op, tx, &id, m, esito.map(|()| &gesti::CHIUDI)).await
}

async fn riapri(op: Operatore, Path((_, anno, id)): Chiave, Inviato(m): Inviato) -> Result<Response, Errore> {
    let id = chiave(&anno, &id)?;
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Fascicola>(op.chi()).await?;
    let esito = commands::riapri_fascicolo(&mut tx, &p, &id, m.valore("motivo")).await;
    torna(&op, tx, &id, m, esito.map(|()| &gesti::RIAPRI)).await
}

async fn torna(
    op: &Operatore,
    mut tx: Tx<DiEnte>,
    id: &FascicoloId,
    mut m: Modulo,
    esito: Result<&Gesto, DocumentiError>,
) -> Result<Response, Errore> {
    match esito {
        Ok(g) => {
            let (su, titolo, qui) = (id.to_string(), gesti::titolo(id), op.percorso(format!("/fascicoli/{id}")));
            let poi = web::gesti::annota(&mut tx, op, g, (&su, &titolo), &Dati::new(), &qui).await?;
            tx.commit().await?;
            Ok(Redirect::to(&poi).into_response())
        }
        Err(e) => {
            drop(tx);
            m.accogli(e.campo(), e.into())?;
            pagina_fascicolo(op, id, m).await
        }
    }
}

#[derive(Deserialize)]
struct QualeVersione {
    versione: Option<i32>,
}

async fn titolario(op: Operatore, Query(q): Query<QualeVersione>) -> Result<Response, Errore> {
    let modulo = op.modulo();
    pagina_titolario(&op, q.versione, modulo).await
}

async fn pagina_titolario(op: &Operatore, quale: Option<i32>, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let versioni = queries::versioni(&mut tx).await?;
    let ultima = versioni.first().map(|v| v.versione).ok_or(Errore::NonTrovato)?;
    let v = versioni.iter().find(|v| v.versione == quale.unwrap_or(ultima)).cloned().ok_or(Errore::NonTrovato)?;
    let pagina = Pagina::ufficio(op, "Titolario").attiva("/fascicoli").spiegata_in("fascicoli").di(&modulo);
    let dentro = pages::Titolario {
        op,
        classi: queries::titolario(&mut tx, v.versione).await?,
        in_vigore: v.versione == ultima,
        versione: v,
        versioni,
        modulo,
        puo_cambiare: op.puo(TITOLARIO),
    };
    Ok(pagina.con(dentro))
}

async fn aggiungi_classe(op: Operatore, Inviato(m): Inviato) -> Result<Response, Errore> {
    let codice = m.valore("codice").trim().to_uppercase();
    let v = Variazione::Aggiungi { codice, descrizione: m.valore("descrizione").to_owned() };
    varia(&op, m, "codice", &v).await
}

async fn chiudi_classe(op: Operatore, Inviato(m): Inviato) -> Result<Response, Errore> {
    let v = Variazione::Chiudi { codice: m.valore("chiudi").trim().to_uppercase() };
    varia(&op, m, "chiudi", &v).await
}

async fn varia(op: &Operatore, mut m: Modulo, campo: &str, v: &Variazione) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<VariaTitolario>(op.chi()).await?;
    match commands::varia_titolario(&mut tx, &p, v).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to(&op.percorso("/titolario")).into_response())
        }
        Err(e) => {
            drop(tx);
            let campo = if e.campo() == "descrizione" { "descrizione" } else { campo };
            m.accogli(campo, e.into())?;
            pagina_titolario(op, None, m).await
        }
    }
}
