//! The office: acts by state, an act with its operations, the relata.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use db::{DiEnte, Tx};
use kernel::Numero;
use serde::Deserialize;
use web::{Errore, Inviato, Operatore, Pagina, Pagine};

use super::{DiAtto, Percorso, al_pubblico};
use crate::model::Atto;
use crate::pages::{Elenco, PaginaAtto, SCHEDE};
use crate::permissions::CONSULTA;
use crate::queries::{self, Dopo, Scheda};
use crate::relata::{self, DaAttestare};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Filtri {
    stato: String,
    prima: String,
}

/// `2026-45`: the key of the last row of a page.
pub(super) fn chiave(a: &Atto) -> String {
    a.pubblicazione.as_ref().map_or_else(String::new, |p| format!("{}-{}", p.anno, p.numero.corto()))
}

pub(super) fn dopo(chiave: &str) -> Dopo {
    let (anno, numero) = chiave.split_once('-')?;
    Some((anno.parse().ok()?, numero.parse().ok()?))
}

pub(super) async fn elenco(op: Operatore, Query(f): Query<Filtri>) -> Result<Response, Errore> {
    let scheda = SCHEDE.iter().find(|s| s.codice == f.stato).map_or(Scheda::Esposti, |s| s.scheda);
    let mut tx = op.tx().await?;
    let (adesso, oggi) = (tx.now(), tx.oggi());
    let righe = queries::elenco(&mut tx, scheda, adesso, dopo(&f.prima), Pagine::<Atto>::LIMITE).await?;
    let pagina = Pagine::taglia(righe, chiave);
    let sito = if op.attivo("albo") { al_pubblico(&mut tx, &op.stato().config, None).await? } else { None };
    let corpo = Elenco { op: &op, scheda, pagina, oggi, prima: f.prima, sito };
    Ok(Pagina::ufficio(&op, "Albo pretorio").attiva("albo").spiegata_in("albo").larga().con(corpo))
}

pub(super) async fn trova(tx: &mut Tx<DiEnte>, anno: i32, numero: i32) -> Result<Atto, Errore> {
    let numero = Numero::try_from(numero).map_err(|_| Errore::NonTrovato)?;
    queries::atto(tx, anno, numero).await?.ok_or(Errore::NonTrovato)
}

pub(super) async fn atto(op: Operatore, Path((_, anno, numero)): DiAtto) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let atto = trova(&mut tx, anno, numero).await?;
    pagina_atto(&op, &mut tx, atto, op.modulo()).await
}

async fn pagina_atto(op: &Operatore, tx: &mut Tx<DiEnte>, atto: Atto, modulo: web::Modulo) -> Result<Response, Errore> {
    let p = atto.pubblicazione.clone().ok_or(Errore::NonTrovato)?;
    let file = queries::file(tx, atto.id).await?;
    let fatti = queries::operazioni(tx, atto.id).await?;
    let sito = al_pubblico(tx, &op.stato().config, Some((p.anno, p.numero))).await?;
    let corpo =
        PaginaAtto { op, adesso: tx.now(), oggi: tx.oggi(), p, file, fatti, sito, modulo: modulo.clone(), atto };
    let titolo = format!("Pubblicazione {} del {}", corpo.p.numero.corto(), corpo.p.anno);
    Ok(Pagina::ufficio(op, titolo).attiva("albo").spiegata_in("dopo-la-pubblicazione").di(&modulo).con(corpo))
}

async fn da_attestare(op: &Operatore, tx: &mut Tx<DiEnte>, atto: Atto) -> Result<DaAttestare, Errore> {
    let chiave = atto.pubblicazione.as_ref().map(|p| (p.anno, p.numero));
    let dove = al_pubblico(tx, &op.stato().config, chiave).await?;
    Ok(DaAttestare::leggi(tx, atto, &op.chi().nome, dove).await?)
}

/// What the relata says so far, without attesting it; once made, the one that was made.
pub(super) async fn relata(op: Operatore, Path((_, anno, numero)): DiAtto) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let atto = trova(&mut tx, anno, numero).await?;
    op.stato().accessi.consultazione(
        op.ente().ente,
        op.chi(),
        CONSULTA.codice,
        &format!("albo/{anno}/{numero}/relata"),
    );
    if let Some(id) = atto.relata {
        let d = documenti::documento(&mut tx, documenti::DocumentoId(id)).await?.ok_or(Errore::NonTrovato)?;
        drop(tx);
        return documenti::scarica(op.stato(), &op.ente().codice, &d).await;
    }
    let r = da_attestare(&op, &mut tx, atto).await?;
    drop(tx);
    let byte = r.pdf().await.map_err(Errore::guasto)?;
    Ok(documenti::allegato("application/pdf", &r.nome(), byte))
}

pub(super) async fn attesta(
    op: Operatore,
    Path((_, anno, numero)): DiAtto,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let atto = trova(&mut tx, anno, numero).await?;
    if let Err(e) = atto.puo_attestare(tx.now()) {
        m.accogli("", crate::AlboError::from(e).into())?;
        return pagina_atto(&op, &mut tx, atto, m).await;
    }
    let r = da_attestare(&op, &mut tx, atto).await?;
    drop(tx);
    let n = Numero::try_from(numero).map_err(|_| Errore::NonTrovato)?;
    let (stato, ente) = (op.stato(), op.ente());
    relata::deposita(&stato.db, &stato.archivio, (ente.ente, &ente.codice), op.chi(), r, (anno, n)).await?;
    Ok(Redirect::to(&op.percorso(Percorso::Atto { anno, numero })).into_response())
}
