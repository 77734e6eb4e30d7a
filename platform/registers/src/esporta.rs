//! What others need to verify the registers of one ente without us: JSON lines, the same bytes for the same data.
//!
//! `registri.jsonl` (one line per chain), `voci.jsonl` (one per voce), `teste.jsonl` (heads kept here), and
//! `stato/<tabella>.jsonl`: the rows that services keep beside their registers. `tools/verifica_registri.py` reads them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use db::{EnteId, Manut, Manutenzione, Tx};
use futures_util::TryStreamExt;
use serde::Serialize;
use sqlx::AssertSqlSafe;

use crate::lettura::{self, Chiaro, VoceScritta};
use crate::{RegistroError, sql};

/// The current state of a service, for who verifies it against the register.
///
/// `sql`, given the ente (`$1`), returns in a fixed order one row for each registration: `aoo, registro, catena,
/// posizione` and, if the state keeps them, `oggetto`, `impronta` (hexadecimal) and `annullata` (a whole annulment).
#[derive(Debug, Clone, Copy)]
pub struct Stato {
    /// The table, as in `protocollo.registrazione`: it names the file.
    pub nome: &'static str,
    pub sql: &'static str,
}

#[derive(sqlx::FromRow)]
struct Catena {
    codice_ente: String,
    aoo: String,
    registro: String,
    catena: i32,
    // None: voci whose counter or register was removed are exported too, or nobody would see them.
    regola: Option<String>,
    serie: Option<i32>,
    ultimo: Option<i32>,
    posizione: Option<i64>,
    istante: Option<jiff_sqlx::Timestamp>,
    testa: Option<Vec<u8>>,
}

/// The chain that a line is about.
#[derive(Serialize, Clone, Copy)]
struct Chiave<'a> {
    ente: &'a str,
    aoo: &'a str,
    registro: &'a str,
    catena: i32,
}

#[derive(Serialize)]
struct RigaRegistro<'a> {
    #[serde(flatten)]
    chiave: Chiave<'a>,
    regola: &'a str,
    serie: i32,
    ultimo: i32,
    posizione: i64,
    istante_us: i64,
    testa: String,
}

#[derive(Serialize)]
struct RigaVoce<'a> {
    #[serde(flatten)]
    chiave: Chiave<'a>,
    posizione: i64,
    serie: i32,
    operazione: i16,
    numero: Option<i32>,
    istante_us: i64,
    istante: jiff::Timestamp,
    versione_canonica: i16,
    contenuto: String,
    impronta_contenuto: String,
    impronta: String,
    chiaro: BTreeMap<String, Chiaro>,
}

#[derive(Serialize)]
struct RigaTesta<'a> {
    #[serde(flatten)]
    chiave: Chiave<'a>,
    giorno: jiff::civil::Date,
    posizione: i64,
    impronta: String,
}

/// Writes the registers of the ente with that code under `cartella`, as of one instant. Returns how many voci.
pub async fn esporta(m: &Manutenzione, ente: &str, cartella: &Path, stati: &[Stato]) -> Result<u64, RegistroError> {
    let mut tx = m.fotografia().await?;
    let Some(ente): Option<EnteId> = sqlx::query_scalar(sql::ENTE).bind(ente).fetch_optional(tx.conn()).await? else {
        return Err(RegistroError::EnteIgnoto(ente.to_owned()));
    };
    fs::create_dir_all(cartella.join("stato"))?;
    let n = catene(&mut tx, ente, cartella).await?;
    for s in stati {
        stato(&mut tx, ente, s, &cartella.join("stato").join(format!("{}.jsonl", s.nome))).await?;
    }
    Ok(n)
}

async fn catene(tx: &mut Tx<Manut>, ente: EnteId, cartella: &Path) -> Result<u64, RegistroError> {
    let mut registri = Righe::nuove(&cartella.join("registri.jsonl"))?;
    let mut voci = Righe::nuove(&cartella.join("voci.jsonl"))?;
    let mut teste = Righe::nuove(&cartella.join("teste.jsonl"))?;
    let elenco: Vec<Catena> = sqlx::query_as(sql::CATENE_DI_ENTE).bind(ente).fetch_all(tx.conn()).await?;
    for c in &elenco {
        if let Some(riga) = c.riga() {
            registri.scrivi(&riga)?;
        }
        let mut lette = lettura::voci(tx, ente, &c.aoo, &c.registro, c.catena);
        while let Some(v) = lette.try_next().await? {
            voci.scrivi(&riga_voce(c.chiave(), v))?;
        }
        drop(lette);
        let salvate: Vec<(jiff_sqlx::Date, i64, Vec<u8>)> = sqlx::query_as(sql::TESTE_SALVATE)
            .bind(ente)
            .bind(&c.aoo)
            .bind(&c.registro)
            .bind(c.catena)
            .fetch_all(tx.conn())
            .await?;
        for (giorno, posizione, impronta) in salvate {
            let impronta = hex::encode(impronta);
            teste.scrivi(&RigaTesta { chiave: c.chiave(), giorno: giorno.to_jiff(), posizione, impronta })?;
        }
    }
    registri.chiudi()?;
    teste.chiudi()?;
    voci.chiudi()
}

impl Catena {
    fn chiave(&self) -> Chiave<'_> {
        Chiave { ente: &self.codice_ente, aoo: &self.aoo, registro: &self.registro, catena: self.catena }
    }

    fn riga(&self) -> Option<RigaRegistro<'_>> {
        Some(RigaRegistro {
            chiave: self.chiave(),
            regola: self.regola.as_deref()?,
            serie: self.serie?,
            ultimo: self.ultimo?,
            posizione: self.posizione?,
            istante_us: self.istante?.to_jiff().as_microsecond(),
            testa: hex::encode(self.testa.as_ref()?),
        })
    }
}

fn riga_voce(chiave: Chiave<'_>, v: VoceScritta) -> RigaVoce<'_> {
    let istante = v.istante.to_jiff();
    RigaVoce {
        chiave,
        posizione: v.posizione,
        serie: v.serie,
        operazione: v.operazione,
        numero: v.numero,
        istante_us: istante.as_microsecond(),
        istante,
        versione_canonica: v.versione_canonica,
        contenuto: hex::encode(v.contenuto),
        impronta_contenuto: hex::encode(v.impronta_contenuto),
        impronta: hex::encode(v.impronta),
        chiaro: v.chiaro,
    }
}

async fn stato(tx: &mut Tx<Manut>, ente: EnteId, s: &Stato, file: &Path) -> Result<(), RegistroError> {
    // The statement comes from the list of services, never from outside.
    let sql = format!("select to_jsonb(r)::text from ({}) r", s.sql);
    let mut file = Righe::nuove(file)?;
    let mut righe = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).bind(ente).fetch(tx.conn());
    while let Some(riga) = righe.try_next().await? {
        file.aggiungi(riga.as_bytes())?;
    }
    file.chiudi()?;
    Ok(())
}

/// A file of JSON lines being written.
struct Righe {
    file: BufWriter<File>,
    scritte: u64,
}

impl Righe {
    fn nuove(file: &Path) -> Result<Righe, RegistroError> {
        Ok(Righe { file: BufWriter::new(File::create(file)?), scritte: 0 })
    }

    fn scrivi(&mut self, riga: &impl Serialize) -> Result<(), RegistroError> {
        self.aggiungi(&serde_json::to_vec(riga).map_err(io::Error::from)?)
    }

    fn aggiungi(&mut self, json: &[u8]) -> Result<(), RegistroError> {
        self.file.write_all(json)?;
        self.scritte += 1;
        Ok(self.file.write_all(b"\n")?)
    }

    fn chiudi(mut self) -> Result<u64, RegistroError> {
        self.file.flush()?;
        Ok(self.scritte)
    }
}
