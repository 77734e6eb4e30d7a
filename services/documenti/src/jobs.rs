//! The nightly verification of blobs: a missing or altered one is named, and nothing else stops.

use authz::Chi;
use db::{DiEnte, Manutenzione, Scrivania, Tx};
use jiff::civil::time;
use jobs::{Cadenza, Compito, Contesto, Esito, Fallito, Incarico, Periodico};
use kernel::Impronta;
use storage::{Archivio, Stato};
use web::Attesa;

use crate::sql;

const NOME: &str = "documenti.verifica";
const LOTTO: i64 = 500;

pub(crate) fn periodici() -> Vec<Periodico> {
    vec![Periodico {
        nome: NOME,
        descrizione: "Verifica dei documenti in archivio",
        ogni: Cadenza::OgniGiorno { ora: time(2, 10, 0, 0) },
        esegui: Compito::PerEnte(|cx, i| Box::pin(verifica(cx, i))),
    }]
}

async fn verifica(cx: Contesto, i: Incarico) -> Esito {
    let (mut controllati, mut anomali) = (0, 0);
    let mut da = Vec::new();
    loop {
        let mut tx = cx.db.di_ente(i.ente).await?;
        let blob: Vec<Vec<u8>> =
            sqlx::query_scalar(sql::BLOB).bind(i.ente).bind(&da).bind(LOTTO).fetch_all(tx.conn()).await?;
        tx.commit().await?;
        let Some(ultimo) = blob.last() else { break };
        da.clone_from(ultimo);
        for b in &blob {
            controllati += 1;
            anomali += i32::from(!controlla(&cx, &i, b).await?);
        }
    }
    let mut tx = cx.db.di_ente(i.ente).await?;
    let now = tx.now();
    let q = sqlx::query(sql::VERIFICATO).bind(i.ente).bind(db::sql(now)).bind(controllati).bind(anomali);
    q.execute(tx.conn()).await?;
    i.concludi(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// True when the blob is whole.
async fn controlla(cx: &Contesto, i: &Incarico, byte: &[u8]) -> Result<bool, Fallito> {
    let impronta = Impronta::try_from(byte).map_err(Fallito::riprova)?;
    let stato = cx.archivio.verifica(&i.codice, &impronta).await?;
    let mut tx = cx.db.di_ente(i.ente).await?;
    segna(&mut tx, &impronta, stato).await?;
    tx.commit().await?;
    Ok(stato == Stato::Integro)
}

async fn segna(tx: &mut Tx<DiEnte>, impronta: &Impronta, stato: Stato) -> Result<(), db::Error> {
    let (ente, now, byte) = (tx.ente(), tx.now(), impronta.as_bytes().as_slice());
    let q = match parola(stato) {
        None => sqlx::query(sql::RISOLVI_ANOMALIA).bind(ente).bind(byte).bind(db::sql(now)),
        Some(esito) => {
            tracing::error!(%impronta, esito, "blob");
            sqlx::query(sql::TROVA_ANOMALIA).bind(ente).bind(byte).bind(esito).bind(db::sql(now))
        }
    };
    q.execute(tx.conn()).await?;
    Ok(())
}

fn parola(stato: Stato) -> Option<&'static str> {
    match stato {
        Stato::Integro => None,
        Stato::Mancante => Some("mancante"),
        Stato::Alterato => Some("alterato"),
    }
}

/// A document whose blob is not whole, found from the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobAnomalo {
    pub ente: String,
    pub impronta: Impronta,
    pub nome: String,
    pub esito: &'static str,
}

impl std::fmt::Display for BlobAnomalo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} documento «{}» ({}): {}", self.ente, self.nome, self.impronta, self.esito)
    }
}

/// Verifies the blobs of one ente (by code) or of all: how many were read, and which are not whole.
pub async fn verifica_blob(
    m: &Manutenzione,
    archivio: &Archivio,
    ente: Option<&str>,
) -> Result<(u64, Vec<BlobAnomalo>), crate::DocumentiError> {
    let (mut letti, mut anomali) = (0, Vec::new());
    let mut da = (String::new(), Vec::new());
    loop {
        let mut tx = m.fotografia().await?;
        let q = sqlx::query_as(sql::BLOB_DI_TUTTI).bind(ente).bind(&da.0).bind(&da.1).bind(LOTTO);
        let righe: Vec<(String, Vec<u8>, String)> = q.fetch_all(tx.conn()).await?;
        drop(tx);
        let Some((e, i, _)) = righe.last() else { return Ok((letti, anomali)) };
        da = (e.clone(), i.clone());
        for (ente, byte, nome) in righe {
            letti += 1;
            let Ok(impronta) = Impronta::try_from(byte) else { continue };
            let stato = archivio.verifica(&ente, &impronta).await.map_err(crate::DocumentiError::Archivio)?;
            anomali.extend(parola(stato).map(|esito| BlobAnomalo { ente, impronta, nome, esito }));
        }
    }
}

/// Documents that are not whole wait for who may call for help.
pub(crate) async fn attese(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let righe: Vec<(db::EnteId, i64, jiff_sqlx::Timestamp)> = sqlx::query_as(sql::ANOMALIE_DI_CHI)
        .bind(chi.persona)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .fetch_all(tx.conn())
        .await?;
    let attesa = |(ente, quante, dal): (db::EnteId, i64, jiff_sqlx::Timestamp)| Attesa {
        ente,
        titolo: match quante {
            1 => "Un documento non è più integro".to_owned(),
            n => format!("{n} documenti non sono più integri"),
        },
        tipo: "Archivio",
        perche: "Va ripreso dalla copia di sicurezza".to_owned(),
        percorso: "/documenti/verifica".to_owned(),
        entro: Some(kernel::tempo::giorno_a_roma(dal.to_jiff())),
    };
    Ok(righe.into_iter().map(attesa).collect())
}
