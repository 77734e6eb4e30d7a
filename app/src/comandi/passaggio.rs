//! Exit without tears: everything of one ente as JSON lines and files, and the way back.
//!
//! `ente.json` (code, name, hosts), `persone.jsonl` (without passwords), one `<schema>.<tabella>.jsonl` for each tenant
//! table in loading order, `documenti/<sha256>`. Rows lose the column `ente`, which is ours, and nothing else.

use std::path::Path;

use anyhow::{Context, ensure};
use db::{EnteId, Manut, Manutenzione, Tx};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use storage::Archivio;
use tokio::fs;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, BufWriter};

use crate::casa::Casa;
use crate::comandi::sistema::vuota;
use crate::services;

/// Rows that travel together, in both directions.
const LOTTO: usize = 500;

const ENTE: &str = "select id, jsonb_build_object('codice', codice, 'denominazione', denominazione, 'host', \
     coalesce((select jsonb_agg(nome order by nome) from accesso.host h where h.ente = e.id), '[]')) \
     from accesso.ente e where codice = $1";
// Whoever has, or had, a role: audit, voci and documents name only them. The password stays here.
const PERSONE: &str = "select to_jsonb(p) - 'parola' from accesso.persona p \
     where id in (select persona from accesso.ruolo where ente = $1 \
       union select persona from accesso.prestito where ente = $1) order by id";
const CREA_ENTE: &str = "insert into accesso.ente (codice, denominazione) values ($1, $2) returning id";
const CREA_HOST: &str = "insert into accesso.host (nome, ente) values ($1, $2)";
const CREA_PERSONA: &str = "insert into accesso.persona (id, utente, nome, cognome, disattivata_il, creata_il) \
     select id, utente, nome, cognome, disattivata_il, creata_il \
     from jsonb_populate_record(null::accesso.persona, $1) on conflict (id) do nothing";
// Generated columns are computed again where they arrive.
const COLONNE: &str = "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute \
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''";

pub async fn esporta(codice: &str, cartella: &Path) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    let (righe, documenti) = scrivi_ente(&casa.manut, &casa.archivio, codice, cartella).await?;
    casa.chiudi().await?;
    Ok(vec![format!("{codice}: {righe} righe e {documenti} documenti in {}", cartella.display())])
}

pub async fn importa(codice: &str, cartella: &Path) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(None).await?;
    enti::carica_elenco(&casa.manut).await?;
    let (righe, documenti) = leggi_ente(&casa.manut, &casa.archivio, codice, cartella).await?;
    casa.chiudi().await?;
    Ok(vec![
        format!("{codice}: {righe} righe e {documenti} documenti importati."),
        format!("Ora: alleanza verifica --ente {codice}; le persone entrano dopo alleanza utente password UTENTE"),
    ])
}

/// Writes everything of an ente, as of one instant: how many rows, how many documents.
pub async fn scrivi_ente(
    m: &Manutenzione,
    archivio: &Archivio,
    codice: &str,
    cartella: &Path,
) -> anyhow::Result<(usize, usize)> {
    vuota(cartella)?;
    let mut tx = m.fotografia().await?;
    let (ente, testa): (EnteId, Value) = sqlx::query_as(ENTE)
        .bind(codice)
        .fetch_optional(tx.conn())
        .await?
        .with_context(|| format!("ENT-001: l’ente «{codice}» non è in questa installazione"))?;
    fs::write(cartella.join("ente.json"), format!("{testa}\n")).await?;
    let mut righe = scrivi_righe(&mut tx, PERSONE, ente, &cartella.join("persone.jsonl")).await?;
    for (tavola, ordine) in services::tabelle() {
        // Names of tables and columns come from the list of services, never from outside.
        let senza_generate = colonne_generate(&mut tx, tavola).await?;
        let sql =
            format!("select to_jsonb(t) - 'ente'{senza_generate} from {tavola} t where ente = $1 order by {ordine}");
        righe += scrivi_righe(&mut tx, AssertSqlSafe(sql), ente, &cartella.join(format!("{tavola}.jsonl"))).await?;
    }
    // After the snapshot: every document that a row cites was written before it.
    let documenti = archivio.copia(codice, &cartella.join("documenti")).await?;
    Ok((righe, documenti))
}

/// Reads an exported ente into an installation that does not have it: all of it, or nothing.
pub async fn leggi_ente(
    m: &Manutenzione,
    archivio: &Archivio,
    codice: &str,
    cartella: &Path,
) -> anyhow::Result<(usize, usize)> {
    let testa: Value = serde_json::from_slice(
        &fs::read(cartella.join("ente.json")).await.context("IMP-001: la cartella non contiene un ente esportato")?,
    )?;
    ensure!(testa["codice"] == json!(codice), "IMP-002: la cartella contiene l’ente {}, non {codice}", testa["codice"]);
    let mut tx = m.tx().await?;
    let ente = crea_ente(&mut tx, &testa).await?;
    let mut righe = leggi_persone(&mut tx, &cartella.join("persone.jsonl")).await?;
    for (tavola, _) in services::tabelle() {
        righe += leggi_righe(&mut tx, tavola, ente, &cartella.join(format!("{tavola}.jsonl"))).await?;
    }
    // Files first on disk, then the rows that cite them.
    let documenti = leggi_documenti(archivio, codice, &cartella.join("documenti")).await?;
    tx.commit().await?;
    Ok((righe, documenti))
}

/// ` - 'ricerca' - …` for the generated columns of a table.
async fn colonne_generate(tx: &mut Tx<Manut>, tavola: &str) -> anyhow::Result<String> {
    let nomi: Vec<String> = sqlx::query_scalar(
        "select attname::text from pg_attribute where attrelid = $1::regclass and attnum > 0 and attgenerated <> '' order by attnum",
    )
    .bind(tavola)
    .fetch_all(tx.conn())
    .await?;
    Ok(nomi.iter().map(|n| format!(" - '{n}'")).collect())
}

async fn scrivi_righe(
    tx: &mut Tx<Manut>,
    sql: impl sqlx::SqlSafeStr,
    ente: EnteId,
    file: &Path,
) -> anyhow::Result<usize> {
    use futures_util::TryStreamExt;
    let mut out = BufWriter::new(fs::File::create(file).await?);
    let mut righe = sqlx::query_scalar::<_, Value>(sql).bind(ente).fetch(tx.conn());
    let mut n = 0;
    while let Some(v) = righe.try_next().await? {
        out.write_all(v.to_string().as_bytes()).await?;
        out.write_all(b"\n").await?;
        n += 1;
    }
    out.flush().await?;
    Ok(n)
}

async fn crea_ente(tx: &mut Tx<Manut>, testa: &Value) -> anyhow::Result<EnteId> {
    let codice = testa["codice"].as_str().context("IMP-003: ente.json senza codice")?;
    let gia: Option<(EnteId, Value)> = sqlx::query_as(ENTE).bind(codice).fetch_optional(tx.conn()).await?;
    ensure!(gia.is_none(), "IMP-004: {codice} c’è già: un ente si importa dove non esiste");
    let ente: EnteId = sqlx::query_scalar(CREA_ENTE)
        .bind(codice)
        .bind(testa["denominazione"].as_str().unwrap_or(codice))
        .fetch_one(tx.conn())
        .await?;
    for h in testa["host"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        sqlx::query(CREA_HOST)
            .bind(h)
            .bind(ente)
            .execute(tx.conn())
            .await
            .with_context(|| format!("IMP-005: l’indirizzo {h} è già di un altro ente"))?;
    }
    Ok(ente)
}

async fn leggi_persone(tx: &mut Tx<Manut>, file: &Path) -> anyhow::Result<usize> {
    let mut n = 0;
    for v in righe(file).await? {
        sqlx::query(CREA_PERSONA)
            .bind(&v)
            .execute(tx.conn())
            .await
            .with_context(|| format!("IMP-006: l’utente {} qui è un’altra persona", v["utente"]))?;
        n += 1;
    }
    Ok(n)
}

async fn leggi_righe(tx: &mut Tx<Manut>, tavola: &str, ente: EnteId, file: &Path) -> anyhow::Result<usize> {
    let colonne: String = sqlx::query_scalar(COLONNE).bind(tavola).fetch_one(tx.conn()).await?;
    let sql =
        format!("insert into {tavola} ({colonne}) select {colonne} from jsonb_populate_recordset(null::{tavola}, $1)");
    let mut righe = righe(file).await?;
    for v in &mut righe {
        v.as_object_mut().context("IMP-007: una riga non è un oggetto")?.insert("ente".into(), json!(ente));
    }
    for lotto in righe.chunks(LOTTO) {
        let fatte = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(Value::Array(lotto.to_vec()))
            .execute(tx.conn())
            .await
            .with_context(|| format!("IMP-008: {tavola} non si lascia caricare"))?
            .rows_affected();
        ensure!(fatte == lotto.len() as u64, "IMP-009: {tavola}: {fatte} righe invece di {}", lotto.len());
    }
    Ok(righe.len())
}

async fn righe(file: &Path) -> anyhow::Result<Vec<Value>> {
    let f = fs::File::open(file).await.with_context(|| format!("IMP-010: manca {}", file.display()))?;
    let mut linee = BufReader::new(f).lines();
    let mut righe = Vec::new();
    while let Some(l) = linee.next_line().await? {
        righe.push(
            serde_json::from_str(&l)
                .with_context(|| format!("IMP-011: {} riga {}", file.display(), righe.len() + 1))?,
        );
    }
    Ok(righe)
}

async fn leggi_documenti(archivio: &Archivio, codice: &str, cartella: &Path) -> anyhow::Result<usize> {
    let mut n = 0;
    let Ok(mut dir) = fs::read_dir(cartella).await else { return Ok(0) };
    while let Some(e) = dir.next_entry().await? {
        let nome = e.file_name().to_string_lossy().into_owned();
        let scritto = archivio.scrivi(codice, &fs::read(e.path()).await?).await?;
        ensure!(scritto.impronta.to_string() == nome, "IMP-012: il documento {nome} è stato alterato");
        n += 1;
    }
    Ok(n)
}
