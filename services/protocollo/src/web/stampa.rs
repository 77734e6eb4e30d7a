//! What leaves the house: documents, stamped copies, metadata, the register of a period, daily registers.

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use db::{DiEnte, Tx};
use documenti::{Documento, DocumentoId};
use kernel::Data;
use serde::Deserialize;
use uuid::Uuid;
use web::{Errore, Operatore, Pagina};

use super::{STAMPA, chiave};
use crate::stampe::Periodo;
use crate::{Registrazione, metadati, pages, queries, stampe};

type ChiaveDocumento = Path<(String, String, String, Uuid)>;

/// A document of that registration, if the person may read it.
async fn trova(
    op: &Operatore,
    tx: &mut Tx<DiEnte>,
    anno: &str,
    numero: &str,
    id: Uuid,
) -> Result<(Registrazione, Documento), Errore> {
    let (anno, numero) = chiave(anno, numero)?;
    let r = queries::registrazione_per(tx, op.chi(), anno, numero).await?;
    let tutti = queries::documenti_di(tx, &r).await?;
    let d = tutti.into_iter().find(|d| d.id == DocumentoId(id)).ok_or(Errore::NonTrovato)?;
    documenti::consultato(op, &d);
    Ok((r, d))
}

pub(super) async fn documento(op: Operatore, Path((_, anno, numero, id)): ChiaveDocumento) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (_, d) = trova(&op, &mut tx, &anno, &numero, id).await?;
    tx.commit().await?;
    documenti::scarica(op.stato(), &op.ente().codice, &d).await
}

pub(super) async fn copia(op: Operatore, Path((_, anno, numero, id)): ChiaveDocumento) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (r, d) = trova(&op, &mut tx, &anno, &numero, id).await?;
    let intestazione = enti::intestazione(&mut tx).await?;
    tx.commit().await?;
    let (nome, byte) = stampe::copia(&op.stato().archivio, &intestazione, &r, &d).await?;
    Ok(documenti::allegato("application/pdf", &nome, byte))
}

pub(super) async fn metadati(
    op: Operatore,
    Path((_, anno, numero)): Path<(String, String, String)>,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let mut tx = op.tx().await?;
    let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
    Ok(Json(metadati::metadati(&mut tx, &r).await?).into_response())
}

#[derive(Deserialize)]
pub(super) struct Che {
    #[serde(default)]
    dal: String,
    #[serde(default)]
    al: String,
    #[serde(default)]
    formato: String,
}

/// The form while nothing is asked, then the file.
pub(super) async fn stampa(op: Operatore, Query(q): Query<Che>) -> Result<Response, Errore> {
    let mut m = op.modulo().con("dal", q.dal.clone()).con("al", q.al.clone()).con("formato", q.formato.clone());
    let (dal, al) = (m.data("dal", op.oggi()), m.data("al", op.oggi()));
    if let (Some(dal), Some(al)) = (dal, al) {
        let mut tx = op.tx().await?;
        let esito = if q.formato == "csv" {
            Periodo::per_il_csv(&mut tx, dal, al).await
        } else {
            Periodo::per_il_pdf(&mut tx, dal, al).await
        };
        drop(tx);
        match esito {
            Ok(p) if q.formato == "csv" => {
                return Ok(documenti::allegato("text/csv; charset=utf-8", &p.nome("csv"), p.csv().into_bytes()));
            }
            Ok(p) => return Ok(documenti::allegato("application/pdf", &p.nome("pdf"), p.pdf().await?)),
            Err(e) => m.accogli(e.campo(), e.into())?,
        }
    } else if !q.formato.is_empty() {
        m.obbligatorio("dal", "Scrivi da quale giorno.");
        m.obbligatorio("al", "Scrivi fino a quale giorno.");
    }
    let cornice =
        Pagina::ufficio(&op, "Stampa il registro").attiva("/protocollo").spiegata_in("registri").breve().di(&m);
    Ok(cornice.con(pages::Stampa { op: &op, modulo: m }))
}

#[derive(Deserialize)]
pub(super) struct Prima {
    prima_di: Option<Data>,
}

pub(super) async fn giornalieri(op: Operatore, Query(q): Query<Prima>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = queries::giornalieri(&mut tx, q.prima_di).await?;
    let dopo = p.dopo.map(|d| format!("?prima_di={d}"));
    let dentro = pages::Giornalieri { op: &op, righe: p.righe, dopo, puo_scaricare: op.puo(STAMPA) };
    Ok(Pagina::ufficio(&op, "Registri giornalieri").attiva("/protocollo").spiegata_in("registri").larga().con(dentro))
}

pub(super) async fn giornaliero(
    op: Operatore,
    Path((_, giorno, quale)): Path<(String, Data, String)>,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let g = queries::giornaliero(&mut tx, giorno).await?.ok_or(Errore::NonTrovato)?;
    let id = match quale.as_str() {
        "pdf" => g.pdf,
        "dati" => g.dati,
        _ => return Err(Errore::NonTrovato),
    };
    let d = documenti::documento(&mut tx, id).await?.ok_or(Errore::NonTrovato)?;
    tx.commit().await?;
    documenti::consultato(&op, &d);
    documenti::scarica(op.stato(), &op.ente().codice, &d).await
}
