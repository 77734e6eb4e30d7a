//! The judge: it knows what the clients were told, and recomputes the registers from what the program exports.
//!
//! Its own reading of the law of registers, written from the documentation and not from the code: positions 1..P, numbers
//! 1..N inside each year, instants that never go back, links recomputed one by one, salted hashes against clear values,
//! every cited blob present and whole, and every acknowledged number there, once, with its own subject.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::diario::Diario;

/// A number as people know it.
pub type Numero = (i32, i32);
/// The register of protocollo, as its export calls it.
const PROTOCOLLO: &str = "PG";

/// What the judge found, by kind.
#[derive(Debug, Clone, Default)]
pub struct Verdetto {
    pub registrazioni: usize,
    pub confermate: usize,
    pub documenti: usize,
    pub guasti: BTreeMap<Guasto, Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guasto {
    /// Acknowledged, and not in the register with that subject.
    Perso,
    /// One number for two requests, or two numbers for one.
    Doppio,
    Buco,
    Anello,
    Istante,
    Contenuto,
    Documento,
    /// In the register, and nobody asked for it.
    Estraneo,
}

impl Verdetto {
    pub fn sano(&self) -> bool {
        self.guasti.is_empty()
    }

    pub fn quanti(&self, g: Guasto) -> usize {
        self.guasti.get(&g).map_or(0, Vec::len)
    }

    fn nota(&mut self, g: Guasto, cosa: impl fmt::Display) {
        self.guasti.entry(g).or_default().push(cosa.to_string());
    }

    pub fn aggiungi(&mut self, altro: Verdetto) {
        self.registrazioni += altro.registrazioni;
        self.confermate += altro.confermate;
        self.documenti += altro.documenti;
        for (g, cose) in altro.guasti {
            self.guasti.entry(g).or_default().extend(cose);
        }
    }
}

impl fmt::Display for Verdetto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Guasto::{Anello, Buco, Contenuto, Documento, Doppio, Estraneo, Istante, Perso};
        write!(
            f,
            "{} registrazioni, {} confermate, {} documenti:",
            self.registrazioni, self.confermate, self.documenti
        )?;
        for (nome, g) in [
            ("perse", Perso),
            ("doppie", Doppio),
            ("buchi", Buco),
            ("anelli spezzati", Anello),
            ("istanti indietro", Istante),
            ("contenuti cambiati", Contenuto),
            ("documenti mancanti", Documento),
            ("estranee", Estraneo),
        ] {
            write!(f, " {nome} {}", self.quanti(g))?;
        }
        for (g, cose) in &self.guasti {
            write!(f, "\n    {g:?}: {}", cose.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("; "))?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct RigaRegistro {
    aoo: String,
    registro: String,
    catena: i32,
    serie: i32,
    ultimo: i32,
    posizione: i64,
    istante_us: i64,
    testa: String,
}

#[derive(Deserialize)]
struct RigaVoce {
    ente: String,
    aoo: String,
    registro: String,
    catena: i32,
    posizione: i64,
    serie: i32,
    operazione: u8,
    numero: Option<i32>,
    istante_us: i64,
    versione_canonica: i16,
    contenuto: String,
    impronta_contenuto: String,
    impronta: String,
    chiaro: BTreeMap<String, Chiaro>,
}

#[derive(Deserialize)]
struct Chiaro {
    sale: String,
    valore: String,
}

/// A registration of the protocollo, as the register tells it.
struct Registrata {
    oggetto: String,
    impronta: Option<String>,
}

/// Judges the export of one ente in `cartella` against what was acknowledged to its clients.
pub fn giudica(cartella: &Path, ente: &str, diario: &Diario) -> anyhow::Result<Verdetto> {
    let mut v = Verdetto::default();
    let mut catene: BTreeMap<(String, String, i32), Vec<RigaVoce>> = BTreeMap::new();
    for r in righe::<RigaVoce>(&cartella.join("voci.jsonl"))? {
        ensure!(r.ente == ente, "the export is of {}", r.ente);
        catene.entry((r.aoo.clone(), r.registro.clone(), r.catena)).or_default().push(r);
    }
    let registri = righe::<RigaRegistro>(&cartella.join("registri.jsonl"))?;
    let mut protocollo = BTreeMap::new();
    let mut citati = BTreeSet::new();
    for (chiave, voci) in &catene {
        let registro = registri.iter().find(|r| (&r.aoo, &r.registro, r.catena) == (&chiave.0, &chiave.1, chiave.2));
        cammina(&mut v, voci, registro, &mut citati)?;
        if chiave.1 == PROTOCOLLO {
            protocollo = registrate(&mut v, voci)?;
        }
    }
    for r in &registri {
        if r.posizione > 0 && !catene.contains_key(&(r.aoo.clone(), r.registro.clone(), r.catena)) {
            v.nota(
                Guasto::Buco,
                format!("{}/{}: il contatore è alla {} e non c’è nessuna voce", r.aoo, r.registro, r.posizione),
            );
        }
    }
    documenti(&mut v, &cartella.join("documenti"), &citati)?;
    confronta(&mut v, ente, &protocollo, diario);
    Ok(v)
}

/// Chain, numbers and instants of one chain.
fn cammina(
    v: &mut Verdetto,
    voci: &[RigaVoce],
    registro: Option<&RigaRegistro>,
    citati: &mut BTreeSet<String>,
) -> anyhow::Result<()> {
    let (mut posizione, mut istante, mut testa, mut serie, mut numero) = (0i64, i64::MIN, vec![0u8; 32], 0i32, 0i32);
    for r in voci {
        let dove = format!("{}/{} voce {}", r.aoo, r.registro, r.posizione);
        if r.posizione != posizione + 1 {
            v.nota(Guasto::Buco, format!("{dove}: veniva dopo la {posizione}"));
        }
        if r.istante_us < istante {
            v.nota(Guasto::Istante, &dove);
        }
        if serie_di(r.istante_us)? != r.serie || r.serie < serie {
            v.nota(Guasto::Istante, format!("{dove}: anno {}", r.serie));
        }
        if let Some(n) = r.numero {
            let atteso = if r.serie == serie { numero + 1 } else { 1 };
            if n != atteso {
                v.nota(Guasto::Buco, format!("{dove}: numero {n} invece di {atteso}"));
            }
            numero = n;
        } else if r.serie != serie {
            numero = 0;
        }
        let contenuto = hex::decode(&r.contenuto)?;
        if hex::encode(Sha256::digest(&contenuto)) != r.impronta_contenuto {
            v.nota(Guasto::Contenuto, &dove);
        }
        let anello = anello(&testa, r)?;
        if hex::encode(&anello) != r.impronta {
            v.nota(Guasto::Anello, &dove);
        }
        let detto: Value = serde_json::from_slice(&contenuto).with_context(|| format!("{dove}: content"))?;
        sali(v, &dove, r, &detto)?;
        cita(&detto, citati);
        (posizione, istante, serie) = (r.posizione, r.istante_us, r.serie);
        // The link as it is written: one broken link is one, not all that follow.
        testa = hex::decode(&r.impronta)?;
    }
    let fine = registro.map(|r| (r.posizione, r.serie, r.ultimo, r.istante_us, r.testa.clone()));
    if fine != Some((posizione, serie, numero, istante, hex::encode(&testa))) {
        v.nota(Guasto::Buco, format!("il contatore dice {fine:?}, l’ultima voce è la {posizione}, numero {numero}"));
    }
    Ok(())
}

/// SHA-256 of the previous link and of the fixed binary form of this voce.
fn anello(precedente: &[u8], r: &RigaVoce) -> anyhow::Result<Vec<u8>> {
    let mut h = Sha256::new();
    h.update(precedente);
    h.update(r.versione_canonica.to_be_bytes());
    h.update([r.ente.as_bytes(), b"\x1f", r.aoo.as_bytes(), b"\x1f", r.registro.as_bytes()].concat());
    h.update(r.serie.to_be_bytes());
    h.update(r.posizione.to_be_bytes());
    h.update([r.operazione]);
    h.update(r.numero.unwrap_or(0).to_be_bytes());
    h.update(r.istante_us.to_be_bytes());
    h.update(hex::decode(&r.impronta_contenuto)?);
    Ok(h.finalize().to_vec())
}

fn sali(v: &mut Verdetto, dove: &str, r: &RigaVoce, detto: &Value) -> anyhow::Result<()> {
    let riservati = detto["riservati"].as_object();
    for (campo, impegno) in riservati.into_iter().flatten() {
        let giusto = match r.chiaro.get(campo) {
            Some(c) => {
                let mut h = Sha256::new();
                h.update(hex::decode(&c.sale)?);
                h.update(c.valore.as_bytes());
                impegno.as_str() == Some(&hex::encode(h.finalize()))
            }
            None => false,
        };
        if !giusto {
            v.nota(Guasto::Contenuto, format!("{dove}: «{campo}»"));
        }
    }
    Ok(())
}

/// Every fingerprint under a key that says so.
fn cita(detto: &Value, citati: &mut BTreeSet<String>) {
    for (nome, valore) in detto.as_object().into_iter().flatten() {
        match valore {
            Value::String(s) if nome == "impronta" && s.len() == 64 => {
                citati.insert(s.clone());
            }
            altro => cita(altro, citati),
        }
    }
}

fn registrate(v: &mut Verdetto, voci: &[RigaVoce]) -> anyhow::Result<BTreeMap<Numero, Registrata>> {
    let mut tutte = BTreeMap::new();
    for r in voci.iter().filter(|r| r.operazione == 1) {
        let detto: Value = serde_json::from_slice(&hex::decode(&r.contenuto)?)?;
        let oggetto = r.chiaro.get("oggetto").map(|c| c.valore.clone()).unwrap_or_default();
        let impronta = detto["impronta"].as_str().map(str::to_owned);
        let numero = (r.serie, r.numero.unwrap_or(0));
        if tutte.insert(numero, Registrata { oggetto, impronta }).is_some() {
            v.nota(Guasto::Doppio, format!("{numero:?} è nel registro due volte"));
        }
    }
    v.registrazioni = tutte.len();
    Ok(tutte)
}

fn documenti(v: &mut Verdetto, cartella: &Path, citati: &BTreeSet<String>) -> anyhow::Result<()> {
    for c in citati {
        match fs::read(cartella.join(c)) {
            Ok(b) if hex::encode(Sha256::digest(&b)) == *c => v.documenti += 1,
            Ok(_) => v.nota(Guasto::Documento, format!("{c} è alterato")),
            Err(_) => v.nota(Guasto::Documento, format!("{c} manca")),
        }
    }
    Ok(())
}

/// What clients were told against what the register says.
fn confronta(v: &mut Verdetto, ente: &str, registro: &BTreeMap<Numero, Registrata>, diario: &Diario) {
    let mut di_chi: BTreeMap<Numero, &str> = BTreeMap::new();
    let mut oggetti = BTreeSet::new();
    for (chiave, fatto) in diario.di(ente) {
        oggetti.insert(fatto.oggetto.as_str());
        if fatto.numeri.len() > 1 {
            v.nota(Guasto::Doppio, format!("{chiave} ha avuto {:?}", fatto.numeri));
        }
        for numero in &fatto.numeri {
            v.confermate += 1;
            if let Some(altra) = di_chi.insert(*numero, chiave) {
                v.nota(Guasto::Doppio, format!("{numero:?} è di {altra} e di {chiave}"));
            }
            match registro.get(numero) {
                Some(r) if r.oggetto == fatto.oggetto && r.impronta == fatto.impronta => {}
                Some(r) => v.nota(Guasto::Perso, format!("{numero:?} era «{}», è «{}»", fatto.oggetto, r.oggetto)),
                None => v.nota(Guasto::Perso, format!("{numero:?} «{}»", fatto.oggetto)),
            }
        }
    }
    let mut visti = BTreeSet::new();
    for (numero, r) in registro {
        if !oggetti.contains(r.oggetto.as_str()) {
            v.nota(Guasto::Estraneo, format!("{numero:?} «{}»", r.oggetto));
        } else if !visti.insert(&r.oggetto) {
            v.nota(Guasto::Doppio, format!("«{}» è stato registrato due volte", r.oggetto));
        }
    }
}

/// The year in Europe/Rome.
fn serie_di(us: i64) -> anyhow::Result<i32> {
    let roma = TimeZone::get("Europe/Rome")?;
    Ok(jiff::Timestamp::from_microsecond(us)?.to_zoned(roma).year().into())
}

fn righe<T: for<'a> Deserialize<'a>>(file: &Path) -> anyhow::Result<Vec<T>> {
    let testo = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    testo.lines().map(|l| serde_json::from_str(l).with_context(|| file.display().to_string())).collect()
}
