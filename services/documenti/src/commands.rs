//! Use cases that write.

use authz::{Chi, Permesso};
use db::{DiEnte, Tx};
use kernel::testo;
use serde_json::json;

use crate::model::{Classe, Formazione, TIPOLOGIE, Variazione, codice_di_classe};
use crate::permissions::{Fascicola, VariaTitolario};
use crate::{DocumentiError, Documento, FascicoloId, FiloId, NuovoDocumento, NuovoFascicolo, queries, sql, titolario};

type Esito<T> = Result<T, DocumentiError>;
/// What a thread is called when its title had to be erased.
const TITOLO_OSCURATO: &str = "Titolo oscurato";

/// Opens a thread.
pub async fn nuovo_filo(tx: &mut Tx<DiEnte>, chi: &Chi, titolo: &str) -> Esito<FiloId> {
    filo(tx, Some(chi), titolo).await
}

/// Opens a thread in the name of the program itself.
pub async fn nuovo_filo_del_programma(tx: &mut Tx<DiEnte>, titolo: &str) -> Esito<FiloId> {
    filo(tx, None, titolo).await
}

async fn filo(tx: &mut Tx<DiEnte>, chi: Option<&Chi>, titolo: &str) -> Esito<FiloId> {
    let (ente, now, id) = (tx.ente(), tx.now(), FiloId(db::caso::uuid()));
    sqlx::query(sql::NUOVO_FILO)
        .bind(ente)
        .bind(id)
        .bind(titolo)
        .bind(db::sql(now))
        .bind(chi.map(|c| c.persona))
        .execute(tx.conn())
        .await?;
    Ok(id)
}

/// Takes the title of a thread away, when it is one of the texts that the law orders to erase.
pub async fn oscura_titolo(tx: &mut Tx<DiEnte>, filo: FiloId, testi: &[String]) -> Result<(), db::Error> {
    let ente = tx.ente();
    sqlx::query(sql::OSCURA_TITOLO).bind(ente).bind(filo).bind(testi).bind(TITOLO_OSCURATO).execute(tx.conn()).await?;
    Ok(())
}

/// Adds a document to a thread: its bytes are already in storage, written before this transaction.
pub async fn aggiungi(tx: &mut Tx<DiEnte>, chi: &Chi, filo: FiloId, d: &NuovoDocumento) -> Esito<Documento> {
    documento(tx, Some(chi), filo, d).await
}

/// Adds a document that the program makes by itself.
pub async fn aggiungi_del_programma(tx: &mut Tx<DiEnte>, filo: FiloId, d: &NuovoDocumento) -> Esito<Documento> {
    documento(tx, None, filo, d).await
}

async fn documento(tx: &mut Tx<DiEnte>, chi: Option<&Chi>, filo: FiloId, d: &NuovoDocumento) -> Esito<Documento> {
    let (ente, now) = (tx.ente(), tx.now());
    let formazione = if d.generato { Formazione::D } else { Formazione::B };
    // A text of the database holds no NUL: the one character that cannot be kept as it came.
    let come_arrivato = |t: &str| t.replace('\0', "\u{fffd}");
    let riga = sqlx::query_as(sql::AGGIUNGI)
        .bind(ente)
        .bind(db::caso::uuid())
        .bind(filo)
        .bind(testo::nome_di_file(&d.nome_dichiarato))
        .bind(come_arrivato(&d.nome_dichiarato))
        .bind(&d.ricevuto.tipo)
        .bind(come_arrivato(&d.tipo_dichiarato))
        .bind(i64::try_from(d.ricevuto.dimensione).unwrap_or(i64::MAX))
        .bind(d.ricevuto.impronta.as_bytes().as_slice())
        .bind(formazione)
        .bind(d.riservato)
        .bind(db::sql(now))
        .bind(chi.map(|c| c.persona))
        .fetch_one(tx.conn())
        .await;
    riga.map_err(|e| match db::Error::from(e) {
        e if e.vincolo() == Some("documento_ente_filo_fkey") => DocumentiError::FiloIgnoto,
        e => e.into(),
    })
}

/// Keeps citations of blobs out of this ente until the transaction ends; false when somebody is citing now.
pub async fn sospendi_citazioni(tx: &mut Tx<DiEnte>) -> Result<bool, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_scalar(sql::SOSPENDI_CITAZIONI).bind(ente).fetch_one(tx.conn()).await?)
}

/// The plan of the law's model (ANCI 2005), for an ente that has none yet.
pub async fn adotta_modello(tx: &mut Tx<DiEnte>, chi: &Chi) -> Esito<()> {
    if queries::versione(tx).await?.is_some() {
        return Ok(());
    }
    let classi = serde_json::to_value(titolario::modello()).map_err(|e| db::Error::Cluster(e.to_string()))?;
    nuova_versione(tx, chi, 1, "adozione del modello").await?;
    let ente = tx.ente();
    sqlx::query(sql::CLASSI_DA_ELENCO).bind(ente).bind(1).bind(classi).execute(tx.conn()).await?;
    Ok(())
}

async fn nuova_versione(tx: &mut Tx<DiEnte>, chi: &Chi, versione: i32, motivo: &str) -> Esito<()> {
    let (ente, now) = (tx.ente(), tx.now());
    let esito = sqlx::query(sql::NUOVO_TITOLARIO)
        .bind(ente)
        .bind(versione)
        .bind(titolario::NOME)
        .bind(motivo)
        .bind(db::sql(now))
        .bind(chi.persona)
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Ok(_) => Ok(()),
        Err(e) if e.vincolo() == Some("titolario_pkey") => Err(DocumentiError::TitolarioCambiato),
        Err(e) => Err(e.into()),
    }
}

/// Changes the plan: a new version, in force from now; what was classified keeps the version it had.
pub async fn varia_titolario(tx: &mut Tx<DiEnte>, p: &Permesso<VariaTitolario>, v: &Variazione) -> Esito<i32> {
    p.vale_per(tx)?;
    let ente = tx.ente();
    let prima = queries::versione(tx).await?.unwrap_or(0);
    let (cosa, chiusa, titolo) = match v {
        Variazione::Chiudi { codice } => {
            queries::classe(tx, codice).await?;
            (format!("chiusa la classe {codice}"), Some(codice.as_str()), None)
        }
        Variazione::Aggiungi { codice, .. } => {
            let (titolo, _) =
                codice_di_classe(codice).ok_or_else(|| DocumentiError::ClasseMalscritta(codice.clone()))?;
            (format!("aggiunta la classe {codice}"), None, Some(titolo))
        }
    };
    nuova_versione(tx, p.chi(), prima + 1, &cosa).await?;
    sqlx::query(sql::CLASSI_VARIATE).bind(ente).bind(prima).bind(chiusa).bind(titolo).execute(tx.conn()).await?;
    if let Variazione::Aggiungi { codice, descrizione } = v {
        aggiungi_classe(tx, prima + 1, codice, descrizione).await?;
    }
    p.annota(tx, &format!("titolario/{}", prima + 1), json!({ "variazione": cosa })).await?;
    Ok(prima + 1)
}

async fn aggiungi_classe(tx: &mut Tx<DiEnte>, versione: i32, codice: &str, descrizione: &str) -> Esito<()> {
    let descrizione = riga(descrizione, "la descrizione della classe", 200)?;
    let (titolo, numero) =
        codice_di_classe(codice).ok_or_else(|| DocumentiError::ClasseMalscritta(codice.to_owned()))?;
    let ente = tx.ente();
    let fatte = sqlx::query(sql::AGGIUNGI_CLASSE)
        .bind(ente)
        .bind(versione)
        .bind(titolo)
        .bind(codice)
        .bind(descrizione)
        .bind(numero)
        .execute(tx.conn())
        .await
        .map_err(|e| match db::Error::from(e) {
            e if e.vincolo() == Some("classe_pkey") => DocumentiError::ClasseDoppia(codice.to_owned()),
            e => e.into(),
        })?;
    if fatte.rows_affected() == 0 { Err(DocumentiError::ClasseMalscritta(codice.to_owned())) } else { Ok(()) }
}

/// Opens a fascicolo: its number restarts inside year and class, with no gaps.
pub async fn apri_fascicolo(tx: &mut Tx<DiEnte>, p: &Permesso<Fascicola>, n: &NuovoFascicolo) -> Esito<FascicoloId> {
    p.vale_per(tx)?;
    let oggetto = riga(&n.oggetto, "l’oggetto", 500)?;
    let responsabile = riga(&n.responsabile, "il responsabile", 200)?;
    if !TIPOLOGIE.iter().any(|(c, _)| *c == n.tipologia) {
        return Err(DocumentiError::TipologiaIgnota);
    }
    let classe: Classe = queries::classe(tx, &n.classifica).await?;
    let (ente, now, anno) = (tx.ente(), tx.now(), i32::from(tx.oggi().year()));
    let progressivo: i32 =
        sqlx::query_scalar(sql::PROSSIMO).bind(ente).bind(anno).bind(&classe.codice).fetch_one(tx.conn()).await?;
    let id = FascicoloId { anno, classifica: classe.codice, progressivo };
    sqlx::query(sql::APRI_FASCICOLO)
        .bind(ente)
        .bind(anno)
        .bind(&id.classifica)
        .bind(progressivo)
        .bind(classe.versione)
        .bind(oggetto)
        .bind(&n.tipologia)
        .bind(&n.ufficio)
        .bind(responsabile)
        .bind(db::sql(now))
        .execute(tx.conn())
        .await
        .map_err(|e| match db::Error::from(e) {
            e if e.vincolo() == Some("fascicolo_ente_ufficio_fkey") => DocumentiError::UfficioIgnoto(n.ufficio.clone()),
            e => e.into(),
        })?;
    passo(tx, p, &id, "apertura", "").await?;
    Ok(id)
}

/// Closes a fascicolo: nothing enters it any more.
pub async fn chiudi_fascicolo(tx: &mut Tx<DiEnte>, p: &Permesso<Fascicola>, id: &FascicoloId) -> Esito<()> {
    p.vale_per(tx)?;
    if !aperto(tx, id).await? {
        return Err(DocumentiError::Chiuso(id.clone()));
    }
    let now = tx.now();
    segna_chiuso(tx, id, Some(now)).await?;
    passo(tx, p, id, "chiusura", "").await
}

/// Reopens a closed fascicolo: the reason stays in its story.
pub async fn riapri_fascicolo(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Fascicola>,
    id: &FascicoloId,
    motivo: &str,
) -> Esito<()> {
    p.vale_per(tx)?;
    let motivo = riga(motivo, "il motivo", 500).map_err(|e| match e {
        DocumentiError::Manca(_) => DocumentiError::SenzaMotivo,
        e => e,
    })?;
    if aperto(tx, id).await? {
        return Err(DocumentiError::GiaAperto(id.clone()));
    }
    segna_chiuso(tx, id, None).await?;
    passo(tx, p, id, "riapertura", &motivo).await
}

/// Puts something inside an open fascicolo: a reference of another service (`protocollo/2026/123`), with its document
/// if it has one, or a document alone.
pub async fn fascicola(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Fascicola>,
    id: &FascicoloId,
    riferimento: &str,
    documento: Option<crate::DocumentoId>,
) -> Esito<()> {
    p.vale_per(tx)?;
    if !aperto(tx, id).await? {
        return Err(DocumentiError::Chiuso(id.clone()));
    }
    let (ente, now) = (tx.ente(), tx.now());
    let messi = sqlx::query(sql::METTI_DENTRO)
        .bind(ente)
        .bind(id.anno)
        .bind(&id.classifica)
        .bind(id.progressivo)
        .bind(riferimento)
        .bind(documento)
        .bind(db::sql(now))
        .bind(p.chi().persona)
        .execute(tx.conn())
        .await?;
    if messi.rows_affected() == 0 {
        return Err(DocumentiError::GiaDentro(id.clone()));
    }
    p.annota(tx, &format!("fascicoli/{id}"), json!({ "contenuto": riferimento })).await?;
    Ok(())
}

/// Locks the fascicolo and says whether it is open.
async fn aperto(tx: &mut Tx<DiEnte>, id: &FascicoloId) -> Esito<bool> {
    let ente = tx.ente();
    let aperto: Option<bool> = sqlx::query_scalar(sql::FASCICOLO_DA_CAMBIARE)
        .bind(ente)
        .bind(id.anno)
        .bind(&id.classifica)
        .bind(id.progressivo)
        .fetch_optional(tx.conn())
        .await?;
    aperto.ok_or_else(|| DocumentiError::FascicoloIgnoto(id.to_string()))
}

async fn segna_chiuso(tx: &mut Tx<DiEnte>, id: &FascicoloId, quando: Option<jiff::Timestamp>) -> Esito<()> {
    let ente = tx.ente();
    sqlx::query(sql::SEGNA_CHIUSO)
        .bind(ente)
        .bind(id.anno)
        .bind(&id.classifica)
        .bind(id.progressivo)
        .bind(quando.map(db::sql))
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn passo(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Fascicola>,
    id: &FascicoloId,
    operazione: &str,
    motivo: &str,
) -> Esito<()> {
    let (ente, now) = (tx.ente(), tx.now());
    sqlx::query(sql::PASSO_FASCICOLO)
        .bind(ente)
        .bind(id.anno)
        .bind(&id.classifica)
        .bind(id.progressivo)
        .bind(db::sql(now))
        .bind(operazione)
        .bind(motivo)
        .bind(p.chi().persona)
        .execute(tx.conn())
        .await?;
    p.annota(tx, &format!("fascicoli/{id}"), json!({ "operazione": operazione })).await?;
    Ok(())
}

fn riga(scritto: &str, campo: &'static str, max: usize) -> Esito<String> {
    match testo::pulisci_riga(scritto, max) {
        Ok(t) if t.is_empty() => Err(DocumentiError::Manca(campo)),
        Ok(t) => Ok(t),
        Err(perche) => Err(DocumentiError::Testo { campo, perche }),
    }
}
