//! Drafts: no number, no place in the register, changed at will until the publication.

use std::collections::BTreeSet;

use authz::Permesso;
use db::{DiEnte, Tx};
use documenti::Documento;
use kernel::testo::pulisci_riga;
use kernel::{Data, Impronta};
use serde_json::json;
use uuid::Uuid;

use super::bozza_da_toccare;
use crate::errors::{AlboError, Rifiuto};
use crate::model::privacy::{self, Avviso};
use crate::model::{Forma, TermineDiTipo};
use crate::permissions::Pubblica;
use crate::{queries, sql};

/// A document to be exposed: already in documenti, already in storage.
#[derive(Debug, Clone)]
pub struct FileDaPubblicare {
    pub documento: Uuid,
    pub nome: String,
    pub tipo: String,
    pub dimensione: i64,
    pub impronta: Impronta,
    /// Why something of it was not read by the check; empty when it was read.
    pub non_controllato: String,
}

impl FileDaPubblicare {
    /// A document that the check has not read yet.
    pub fn di(d: &Documento) -> FileDaPubblicare {
        FileDaPubblicare {
            documento: d.id.0,
            nome: d.nome.clone(),
            tipo: d.tipo.clone(),
            dimensione: d.dimensione,
            impronta: d.impronta,
            non_controllato: "nessuno lo ha ancora letto".to_owned(),
        }
    }
}

/// What a person prepares. The first file is the act, the others are its attachments.
#[derive(Debug, Clone)]
pub struct DaPubblicare {
    pub filo: Uuid,
    pub tipo: String,
    pub oggetto: String,
    pub numero_atto: String,
    pub data_atto: Option<Data>,
    /// `2026/123`: the registration it comes from.
    pub protocollo: String,
    /// The body that asked, when it is not the ente.
    pub richiedente: String,
    pub responsabile: String,
    /// Which norm prescribes the publication; empty takes the source of the term, if it is one.
    pub norma: String,
    pub forma: Forma,
    pub ultimo_giorno: Option<Data>,
    pub file: Vec<FileDaPubblicare>,
    /// What the check found inside the files, read before the transaction.
    pub avvisi_dei_file: BTreeSet<Avviso>,
}

/// Text fields, cleaned.
struct Testi {
    oggetto: String,
    numero_atto: String,
    protocollo: String,
    richiedente: String,
    responsabile: String,
    norma: String,
    avvisi: Vec<&'static str>,
}

/// Opens a draft.
pub async fn prepara(tx: &mut Tx<DiEnte>, p: &Permesso<Pubblica>, d: &DaPubblicare) -> Result<Uuid, AlboError> {
    p.vale_per(tx)?;
    let t = testi(tx, d).await?;
    let (ente, now, id) = (tx.ente(), tx.now(), db::caso::uuid());
    let aoo = enti::aoo(tx).await?.codice;
    sqlx::query(sql::PREPARA)
        .bind(ente)
        .bind(id)
        .bind(&aoo)
        .bind(d.filo)
        .bind(&d.tipo)
        .bind(&t.oggetto)
        .bind(&t.numero_atto)
        .bind(d.data_atto.map(db::sql))
        .bind(&t.protocollo)
        .bind(&t.richiedente)
        .bind(&t.responsabile)
        .bind(&t.norma)
        .bind(d.forma.codice())
        .bind(d.ultimo_giorno.map(db::sql))
        .bind(&t.avvisi)
        .bind(p.chi().persona)
        .bind(db::sql(now))
        .execute(tx.conn())
        .await?;
    metti_file(tx, id, &d.file).await?;
    p.annota(tx, &format!("albo/bozza/{id}"), json!({ "tipo": d.tipo })).await?;
    Ok(id)
}

/// Writes a draft again, files included; a schedule and a confirmation given to the old one fall.
pub async fn riscrivi(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Pubblica>,
    id: Uuid,
    d: &DaPubblicare,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    bozza_da_toccare(tx, id).await?.puo_pubblicare()?;
    let t = testi(tx, d).await?;
    let ente = tx.ente();
    sqlx::query(sql::RISCRIVI)
        .bind(ente)
        .bind(id)
        .bind(&d.tipo)
        .bind(&t.oggetto)
        .bind(&t.numero_atto)
        .bind(d.data_atto.map(db::sql))
        .bind(&t.richiedente)
        .bind(&t.responsabile)
        .bind(&t.norma)
        .bind(d.forma.codice())
        .bind(d.ultimo_giorno.map(db::sql))
        .bind(&t.avvisi)
        .execute(tx.conn())
        .await?;
    sqlx::query(sql::SCARTA_FILE).bind(ente).bind(id).execute(tx.conn()).await?;
    metti_file(tx, id, &d.file).await?;
    p.annota(tx, &format!("albo/bozza/{id}"), json!({ "tipo": d.tipo, "riscritta": true })).await?;
    Ok(())
}

/// Puts a draft away: it had no number, so nothing is missing.
pub async fn scarta(tx: &mut Tx<DiEnte>, p: &Permesso<Pubblica>, id: Uuid) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    bozza_da_toccare(tx, id).await?.puo_pubblicare()?;
    let ente = tx.ente();
    sqlx::query(sql::SCARTA).bind(ente).bind(id).execute(tx.conn()).await?;
    p.annota(tx, &format!("albo/bozza/{id}"), json!({ "scartata": true })).await?;
    Ok(())
}

async fn testi(tx: &mut Tx<DiEnte>, d: &DaPubblicare) -> Result<Testi, AlboError> {
    let oggi = tx.oggi();
    let tipo = queries::tipo(tx, &d.tipo, oggi).await?.ok_or(Rifiuto::TipoIgnoto)?;
    let norma = pulisci_riga(&d.norma, 300)?;
    // A habit says how long, not why: only a norm that was read, or the ente's own decision, may stand for the norm.
    let fonte = tipo.termine.filter(TermineDiTipo::fa_norma).map(|t| t.fonte).unwrap_or_default();
    let oggetto = pulisci_riga(&d.oggetto, 2_000)?;
    if oggetto.is_empty() {
        return Err(Rifiuto::SenzaOggetto.into());
    }
    let mut trovati = privacy::esamina(&oggetto);
    trovati.extend(d.file.iter().flat_map(|f| privacy::esamina(&f.nome)));
    trovati.extend(&d.avvisi_dei_file);
    Ok(Testi {
        oggetto,
        numero_atto: pulisci_riga(&d.numero_atto, 40)?,
        protocollo: pulisci_riga(&d.protocollo, 40)?,
        richiedente: pulisci_riga(&d.richiedente, 200)?,
        responsabile: pulisci_riga(&d.responsabile, 200)?,
        norma: if norma.is_empty() { fonte } else { norma },
        avvisi: trovati.into_iter().map(Avviso::codice).collect(),
    })
}

async fn metti_file(tx: &mut Tx<DiEnte>, atto: Uuid, file: &[FileDaPubblicare]) -> Result<(), AlboError> {
    for (posto, f) in (1_i16..).zip(file) {
        let ruolo = if posto == 1 { "atto" } else { "allegato" };
        inserisci_file(tx, atto, db::caso::uuid(), posto, ruolo, f).await?;
    }
    Ok(())
}

pub(super) async fn inserisci_file(
    tx: &mut Tx<DiEnte>,
    atto: Uuid,
    id: Uuid,
    posto: i16,
    ruolo: &str,
    f: &FileDaPubblicare,
) -> Result<(), AlboError> {
    let ente = tx.ente();
    sqlx::query(sql::NUOVO_FILE)
        .bind(ente)
        .bind(atto)
        .bind(id)
        .bind(posto)
        .bind(ruolo)
        .bind(f.documento)
        .bind(kernel::testo::nome_di_file(&f.nome))
        .bind(&f.tipo)
        .bind(f.dimensione)
        .bind(f.impronta.as_bytes().as_slice())
        .bind(&f.non_controllato)
        .execute(tx.conn())
        .await?;
    Ok(())
}
