//! Verification: chain, numbers, instants, commitments, current state and kept heads, recomputed from nothing but rows.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use db::{Db, EnteId, Manut, Manutenzione, Tx};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use kernel::tempo::anno_a_roma;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::Connection;

use crate::lettura::{self, Chiaro, VoceScritta};
use crate::model::impegno;
use crate::penna::Anello;
use crate::{Operazione, RegistroError, Testa, sql};

/// The state of a service that its register can rebuild: a statement that, given the ente (`$1`), returns one row
/// `(aoo, registro, catena, posizione, numero, cosa)` for each difference between the two.
#[derive(Debug, Clone, Copy)]
pub struct Proiezione {
    pub nome: &'static str,
    pub sql: &'static str,
}

/// Something that does not hold, and the first voce where it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomalia {
    pub ente: String,
    pub aoo: String,
    pub registro: String,
    pub catena: i32,
    pub posizione: i64,
    pub numero: Option<i32>,
    pub istante: Option<Timestamp>,
    pub cosa: String,
}

impl Anomalia {
    fn catena(&self) -> (&str, &str, &str, i32) {
        (&self.ente, &self.aoo, &self.registro, self.catena)
    }
}

impl std::fmt::Display for Anomalia {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}/{} voce {}", self.ente, self.aoo, self.registro, self.posizione)?;
        if self.catena != 0 {
            write!(f, " (serie {})", self.catena)?;
        }
        if let Some(n) = self.numero {
            write!(f, ", numero {n:07}")?;
        }
        if let Some(i) = self.istante {
            write!(f, " del {}", kernel::tempo::data_ora(i))?;
        }
        write!(f, ": {}", self.cosa)
    }
}

/// What was walked, and what does not hold: for each chain its voci by position, then what its state contradicts.
#[derive(Debug, Default)]
pub struct Esito {
    pub catene: usize,
    pub voci: u64,
    pub anomalie: Vec<Anomalia>,
    /// Settings of the database that would let an acknowledged registration be lost.
    pub impostazioni: Vec<String>,
}

impl Esito {
    pub fn sano(&self) -> bool {
        self.anomalie.is_empty() && self.impostazioni.is_empty()
    }
}

/// Verifies the registers of one ente (by code) or of all, against the kept heads that are given.
pub async fn verifica(
    m: &Manutenzione,
    ente: Option<&str>,
    teste: &[Testa],
    proiezioni: &[Proiezione],
) -> Result<Esito, RegistroError> {
    let mut tx = m.fotografia().await?;
    let mut esito = Esito { impostazioni: impostazioni(&mut tx).await?, ..Esito::default() };
    let catene: Vec<Catena> = sqlx::query_as(sql::CATENE).bind(ente).fetch_all(tx.conn()).await?;
    let mut enti: BTreeMap<EnteId, String> = BTreeMap::new();
    for c in &catene {
        enti.insert(c.ente, c.codice_ente.clone());
        let mut cammino = Cammino::nuovo(c, teste, salvate(&mut tx, c).await?);
        cammino.percorri(&mut tx).await?;
        esito.catene += 1;
        esito.voci += cammino.voci;
        cammino.anomalie.sort_by_key(|a| a.posizione);
        esito.anomalie.append(&mut cammino.anomalie);
    }
    senza_catena(&mut tx, ente, teste, &catene, &mut esito).await?;
    for (id, codice) in &enti {
        for p in proiezioni {
            stato(&mut tx, *id, codice, p, &mut esito).await?;
        }
    }
    // Stable: within a chain, its voci in their order, then the state, which is only their shadow.
    esito.anomalie.sort_by(|a, b| a.catena().cmp(&b.catena()));
    esito.anomalie.dedup();
    Ok(esito)
}

#[derive(Debug, sqlx::FromRow)]
struct Catena {
    ente: EnteId,
    codice_ente: String,
    aoo: String,
    registro: String,
    catena: i32,
    regola: String,
    serie: i32,
    ultimo: i32,
    posizione: i64,
    istante: jiff_sqlx::Timestamp,
    testa: Vec<u8>,
}

/// One chain being walked: what the next voce must continue from.
struct Cammino<'a> {
    catena: &'a Catena,
    teste: BTreeMap<i64, BTreeSet<String>>,
    prima: Option<Passato>,
    ultima_testa_buona: i64,
    /// Fields still to be found erased by a later voce, and fields that a voce erased.
    mancanti: BTreeSet<(i64, String)>,
    oscurati: BTreeSet<(i64, String)>,
    voci: u64,
    anomalie: Vec<Anomalia>,
}

/// What the previous voce leaves behind.
struct Passato {
    posizione: i64,
    serie: i32,
    ultimo: i32,
    istante: Timestamp,
    impronta: Vec<u8>,
}

impl<'a> Cammino<'a> {
    fn nuovo(catena: &'a Catena, teste: &[Testa], salvate: Vec<(i64, String)>) -> Cammino<'a> {
        let mie = teste
            .iter()
            .filter(|t| {
                t.ente == catena.codice_ente
                    && t.aoo == catena.aoo
                    && t.registro == catena.registro
                    && t.catena == catena.catena
            })
            .map(|t| (t.posizione, t.impronta.to_lowercase()));
        let mut per_posizione: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for (p, i) in mie.chain(salvate).filter(|(p, _)| *p > 0) {
            per_posizione.entry(p).or_default().insert(i);
        }
        Cammino {
            catena,
            teste: per_posizione,
            prima: None,
            ultima_testa_buona: 0,
            mancanti: BTreeSet::new(),
            oscurati: BTreeSet::new(),
            voci: 0,
            anomalie: Vec::new(),
        }
    }

    async fn percorri(&mut self, tx: &mut Tx<Manut>) -> Result<(), RegistroError> {
        let c = self.catena;
        let mut voci = lettura::voci(tx, c.ente, &c.aoo, &c.registro, c.catena);
        while let Some(v) = voci.try_next().await? {
            self.voce(v);
        }
        self.fine();
        Ok(())
    }

    fn voce(&mut self, v: VoceScritta) {
        self.voci += 1;
        let c = self.catena;
        let istante = v.istante.to_jiff();
        let precedente = self.prima.as_ref().map_or_else(|| vec![0; 32], |p| p.impronta.clone());
        let (serie_prima, ultimo_prima) = self.prima.as_ref().map_or((v.serie, 0), |p| (p.serie, p.ultimo));
        let atteso = if v.serie == serie_prima { ultimo_prima + 1 } else { 1 };
        let attesa = self.prima.as_ref().map_or(1, |p| p.posizione + 1);
        let mut male = Vec::new();

        if v.posizione > attesa {
            self.anomalie.push(self.anomalia(attesa, None, None, "la voce manca".to_owned()));
        } else if v.posizione < attesa {
            male.push("la posizione è doppia".to_owned());
        }
        if v.impronta_contenuto != Sha256::digest(&v.contenuto).as_slice() {
            male.push("il contenuto non corrisponde alla sua impronta".to_owned());
        }
        if v.impronta != self.anello(&v, &precedente, istante) {
            male.push("l’anello della catena è spezzato".to_owned());
        }
        if self.prima.as_ref().is_some_and(|p| istante < p.istante) {
            male.push("l’istante torna indietro".to_owned());
        }
        let giusta = if c.regola == "istante" { i32::from(anno_a_roma(istante)) } else { c.catena };
        if v.serie != giusta || v.serie < serie_prima {
            male.push(format!("la serie {} doveva essere {giusta}", v.serie));
        }
        let numera = v.operazione == Operazione::Registrazione as i16;
        if v.numero != numera.then_some(atteso) {
            male.push(if numera {
                format!("il numero doveva essere {atteso:07}")
            } else {
                "non prende numero".to_owned()
            });
        }
        male.extend(self.contenuto(&v));
        male.extend(self.testa_conservata(&v));

        for cosa in male {
            self.anomalie.push(self.anomalia(v.posizione, v.numero, Some(istante), cosa));
        }
        let ultimo = v.numero.unwrap_or(atteso - 1);
        self.prima = Some(Passato { posizione: v.posizione, serie: v.serie, ultimo, istante, impronta: v.impronta });
    }

    /// The link, recomputed here byte by byte and not by the function that wrote it.
    fn anello(&self, v: &VoceScritta, precedente: &[u8], istante: Timestamp) -> [u8; 32] {
        let c = self.catena;
        Anello {
            precedente,
            versione: v.versione_canonica,
            codice_ente: &c.codice_ente,
            aoo: &c.aoo,
            registro: &c.registro,
            serie: v.serie,
            posizione: v.posizione,
            operazione: u8::try_from(v.operazione).unwrap_or(0),
            numero: v.numero.unwrap_or(0),
            istante,
            impronta_contenuto: &v.impronta_contenuto,
        }
        .impronta()
    }

    /// Canonical form, salted hashes against clear values, and what a voce of oscuramento or scarto erases.
    fn contenuto(&mut self, v: &VoceScritta) -> Vec<String> {
        let Ok(contenuto) = formats::canonical::leggi(&v.contenuto) else {
            return vec!["il contenuto non è in forma canonica".to_owned()];
        };
        let mut male = Vec::new();
        let vuoto = serde_json::Map::new();
        let riservati = contenuto.get("riservati").and_then(Value::as_object).unwrap_or(&vuoto);
        for (campo, atteso) in riservati {
            match v.chiaro.get(campo) {
                Some(c) if corrisponde(c, atteso) => {}
                Some(_) => male.push(format!("il campo «{campo}» è stato cambiato")),
                None => {
                    self.mancanti.insert((v.posizione, campo.clone()));
                }
            }
        }
        male.extend(
            v.chiaro.keys().filter(|c| !riservati.contains_key(*c)).map(|c| format!("il campo «{c}» è stato aggiunto")),
        );
        let su = contenuto.get("su").and_then(Value::as_i64);
        if su.is_some_and(|s| s < 1 || s >= v.posizione) {
            male.push("riguarda una voce che non la precede".to_owned());
        }
        if matches!(Operazione::da(v.operazione), Some(Operazione::Oscuramento | Operazione::Scarto)) {
            let campi = contenuto.get("campi").and_then(Value::as_str).unwrap_or_default();
            self.oscurati.extend(su.into_iter().flat_map(|s| campi.split(',').map(move |c| (s, c.to_owned()))));
        }
        male
    }

    fn testa_conservata(&mut self, v: &VoceScritta) -> Option<String> {
        let attese = self.teste.remove(&v.posizione)?;
        if attese.iter().all(|t| *t == hex::encode(&v.impronta)) {
            self.ultima_testa_buona = v.posizione;
            return None;
        }
        Some(format!(
            "la testa conservata non corrisponde: la catena è stata riscritta dalla voce {} o da una successiva",
            self.ultima_testa_buona + 1
        ))
    }

    fn fine(&mut self) {
        let c = self.catena;
        let fino = self.prima.as_ref().map_or(0, |p| p.posizione);
        let numero = self.prima.as_ref().map_or(0, |p| p.ultimo);
        let (serie, testa, istante) = self
            .prima
            .as_ref()
            .map_or((c.serie, vec![0; 32], c.istante.to_jiff()), |p| (p.serie, p.impronta.clone(), p.istante));
        let uguale = (serie, numero, istante) == (c.serie, c.ultimo, c.istante.to_jiff()) && testa == c.testa;
        let stonata = match fino.cmp(&c.posizione) {
            Ordering::Less => Some((fino + 1, format!("la voce manca: il contatore è alla {}", c.posizione))),
            Ordering::Greater => Some((c.posizione + 1, format!("il contatore è fermo alla voce {}", c.posizione))),
            Ordering::Equal if uguale => None,
            Ordering::Equal => Some((fino, "il contatore non corrisponde alla sua ultima voce".to_owned())),
        };
        // A head that no voce has used: of a voce in a gap, or cut from the tail.
        let senza_voce = std::mem::take(&mut self.teste)
            .into_keys()
            .map(|p| (p.min(fino + 1), format!("la voce manca: c’è la testa conservata della {p}")));
        let oscurati = std::mem::take(&mut self.oscurati);
        let spariti = std::mem::take(&mut self.mancanti)
            .into_iter()
            .filter(|m| !oscurati.contains(m))
            .map(|(p, campo)| (p, format!("il campo «{campo}» manca senza oscuramento")));
        for (posizione, cosa) in stonata.into_iter().chain(senza_voce).chain(spariti) {
            self.anomalie.push(self.anomalia(posizione, None, None, cosa));
        }
    }

    fn anomalia(&self, posizione: i64, numero: Option<i32>, istante: Option<Timestamp>, cosa: String) -> Anomalia {
        let c = self.catena;
        Anomalia {
            ente: c.codice_ente.clone(),
            aoo: c.aoo.clone(),
            registro: c.registro.clone(),
            catena: c.catena,
            posizione,
            numero,
            istante,
            cosa,
        }
    }
}

fn corrisponde(c: &Chiaro, atteso: &Value) -> bool {
    hex::decode(&c.sale).is_ok_and(|sale| Some(impegno(&sale, &c.valore).as_str()) == atteso.as_str())
}

async fn salvate(tx: &mut Tx<Manut>, c: &Catena) -> Result<Vec<(i64, String)>, RegistroError> {
    let righe: Vec<(jiff_sqlx::Date, i64, Vec<u8>)> = sqlx::query_as(sql::TESTE_SALVATE)
        .bind(c.ente)
        .bind(&c.aoo)
        .bind(&c.registro)
        .bind(c.catena)
        .fetch_all(tx.conn())
        .await?;
    Ok(righe.into_iter().map(|(_, p, i)| (p, hex::encode(i))).collect())
}

/// Chains that vanished whole: voci without a counter, kept heads without a chain.
async fn senza_catena(
    tx: &mut Tx<Manut>,
    ente: Option<&str>,
    teste: &[Testa],
    catene: &[Catena],
    esito: &mut Esito,
) -> Result<(), RegistroError> {
    let orfane: Vec<(String, String, String, i32, i64)> =
        sqlx::query_as(sql::VOCI_ORFANE).bind(ente).fetch_all(tx.conn()).await?;
    let perdute = teste
        .iter()
        .filter(|t| ente.is_none_or(|e| e == t.ente) && t.posizione > 0)
        .filter(|t| {
            !catene
                .iter()
                .any(|c| (&c.codice_ente, &c.aoo, &c.registro, c.catena) == (&t.ente, &t.aoo, &t.registro, t.catena))
        })
        .map(|t| (t.ente.clone(), t.aoo.clone(), t.registro.clone(), t.catena, 1));
    for (ente, aoo, registro, catena, posizione) in orfane.into_iter().chain(perdute) {
        let cosa = "la catena non ha più il suo contatore".to_owned();
        esito.anomalie.push(Anomalia { ente, aoo, registro, catena, posizione, numero: None, istante: None, cosa });
    }
    Ok(())
}

/// A row of a [`Proiezione`].
type Differenza = (String, String, i32, i64, Option<i32>, String);

/// The current state of a service against its register.
async fn stato(
    tx: &mut Tx<Manut>,
    ente: EnteId,
    codice: &str,
    p: &Proiezione,
    esito: &mut Esito,
) -> Result<(), RegistroError> {
    // A content that is damaged may be unreadable for the statement too: the walk has already named it.
    let mut punto = tx.conn().begin().await?;
    let righe: Result<Vec<Differenza>, sqlx::Error> = sqlx::query_as(p.sql).bind(ente).fetch_all(&mut *punto).await;
    punto.rollback().await?;
    let mut righe = match righe {
        Err(_) if esito.anomalie.iter().any(|a| a.ente == codice) => return Ok(()),
        righe => righe?,
    };
    righe.sort_by_key(|r| r.3);
    for (aoo, registro, catena, posizione, numero, cosa) in righe {
        let cosa = format!("{cosa} ({})", p.nome);
        esito.anomalie.push(Anomalia {
            ente: codice.to_owned(),
            aoo,
            registro,
            catena,
            posizione,
            numero,
            istante: None,
            cosa,
        });
    }
    Ok(())
}

/// What the serving role's own sessions would lose: a role, a database or an address may set what the server does not.
pub async fn impostazioni_di_chi_serve(db: &Db) -> Result<Vec<String>, RegistroError> {
    impostazioni(&mut db.senza_ente().await?).await
}

async fn impostazioni<S>(tx: &mut Tx<S>) -> Result<Vec<String>, RegistroError> {
    let modo: Option<String> = sqlx::query_scalar(sql::MODO).fetch_optional(tx.conn()).await?;
    if modo.as_deref() == Some("prova") {
        return Ok(Vec::new());
    }
    let righe: Vec<(String, String)> = sqlx::query_as(sql::IMPOSTAZIONI).fetch_all(tx.conn()).await?;
    let giusta = |nome: &str, valore: &str| match nome {
        "commit_delay" => valore == "0",
        "synchronous_commit" => matches!(valore, "on" | "remote_write" | "remote_apply"),
        _ => valore == "on",
    };
    Ok(righe.into_iter().filter(|(n, v)| !giusta(n, v)).map(|(n, v)| format!("{n} = {v}")).collect())
}
