//! Finds objects through the cross-reference data, only those asked for.
//!
//! Loading a whole document lets a small file cost hours (a million entries that point at one long array) or gigabytes;
//! here the work is bounded by a count of objects, whatever the file says.

use super::apri;
use super::oggetti::Cursore;
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Uncompressed bytes of one object stream, of all of them, and of all the cross-reference streams.
const CONTENITORE: usize = 4 << 20;
const CONTENITORI: usize = 64 << 20;
const INDICI: usize = 24 << 20;
const SEZIONI: usize = 1000;
/// Runs of object numbers: each look-up walks them.
const TRATTI: usize = 20_000;
/// Streams whose length is in another stream.
const LUNGHEZZE: u32 = 4;
const VOCE_DI_TABELLA: usize = 20;
/// Bytes that are read, or copied, for the price of one object.
const LETTI: usize = 1 << 10;
const COPIATI: usize = 256 << 10;

pub struct Lettore<'a> {
    pdf: &'a [u8],
    sezioni: Vec<Sezione>,
    /// Objects that may still be read; a long one counts for more.
    margine: Cell<usize>,
    /// Bytes of object streams that may still be uncompressed.
    contenuti: Cell<usize>,
    /// Streams that are waiting for their length.
    in_attesa: Cell<u32>,
    /// Object streams, once opened; none for one that could not be.
    contenitori: RefCell<HashMap<u32, Option<Rc<Contenitore>>>>,
    /// The newest trailer, and where its section begins.
    pub coda: Dictionary,
    pub inizio: usize,
    /// Whether the newest section is a stream: a new one is written the same way.
    pub a_flusso: bool,
}

/// A run of consecutive object numbers.
struct Sezione {
    primo: u32,
    quanti: u32,
    voci: Voci,
}

enum Voci {
    Tabella { inizio: usize },
    Flusso { voci: Vec<u8>, larghezze: [usize; 3] },
}

/// An object stream, open: where each of its objects begins.
struct Contenitore {
    dati: Vec<u8>,
    posti: HashMap<u32, usize>,
}

enum Posto {
    Qui { inizio: usize, generazione: u16 },
    Dentro { contenitore: u32 },
}

impl<'a> Lettore<'a> {
    /// The file as its newest revision shows it, of which at most so many objects will be read.
    pub fn apri(pdf: &'a [u8], oggetti: usize) -> Option<Self> {
        Self::da(pdf, ultimo_indice(pdf)?, oggetti)
    }

    /// The file as it was when its newest section was the one that begins there.
    pub fn da(pdf: &'a [u8], inizio: usize, oggetti: usize) -> Option<Self> {
        let mut lettore = Self {
            pdf,
            sezioni: Vec::new(),
            margine: Cell::new(oggetti),
            contenuti: Cell::new(CONTENITORI),
            in_attesa: Cell::new(0),
            contenitori: RefCell::default(),
            coda: Dictionary::new(),
            inizio,
            a_flusso: false,
        };
        let mut visti = HashSet::new();
        let mut da_leggere = vec![inizio];
        let mut margine = INDICI;
        while let Some(qui) = da_leggere.pop() {
            if !visti.insert(qui) || visti.len() > SEZIONI {
                return None;
            }
            let coda = lettore.sezione(qui, &mut margine)?;
            // The stream of a hybrid file completes the table that names it, so it is read before the older sections.
            da_leggere.extend(["Prev", "XRefStm"].iter().filter_map(|chiave| indice(&coda, chiave)));
            if qui == inizio {
                lettore.coda = coda;
            }
        }
        Some(lettore)
    }

    pub fn oggetto(&self, id: ObjectId) -> Option<Object> {
        self.spendi(1)?;
        match self.posto(id.0)? {
            Posto::Qui { inizio, generazione } if generazione == id.1 => self.indiretto(inizio, Some(id)),
            Posto::Dentro { contenitore } => self.dal_contenitore(contenitore, id.0),
            Posto::Qui { .. } => None,
        }
    }

    /// The object itself, through a short chain of references.
    pub fn risolvi(&self, oggetto: &Object) -> Option<Object> {
        let mut trovato = oggetto.clone();
        for _ in 0..8 {
            match trovato {
                Object::Reference(id) => trovato = self.oggetto(id)?,
                altro => return Some(altro),
            }
        }
        None
    }

    pub fn dizionario(&self, oggetto: &Object) -> Option<Dictionary> {
        match self.risolvi(oggetto)? {
            Object::Dictionary(d) => Some(d),
            _ => None,
        }
    }

    fn spendi(&self, quanto: usize) -> Option<()> {
        let resta = self.margine.get().checked_sub(quanto);
        self.margine.set(resta.unwrap_or(0));
        resta.map(drop)
    }

    /// Nothing more may be read: what was not found may be there.
    pub fn esaurito(&self) -> bool {
        self.margine.get() == 0
    }

    /// Where the section of the revision before this one begins.
    pub fn precedente(&self) -> Option<usize> {
        indice(&self.coda, "Prev")
    }

    /// The first object number that nobody uses; the format allows no more than 8,388,607.
    pub fn primo_libero(&self) -> Option<u32> {
        let dichiarato = indice(&self.coda, "Size").and_then(|n| u32::try_from(n).ok())?;
        let usati = self.sezioni.iter().map(|s| s.primo.saturating_add(s.quanti));
        usati.chain([dichiarato]).max().filter(|n| *n < 8_000_000)
    }

    fn sezione(&mut self, inizio: usize, margine: &mut usize) -> Option<Dictionary> {
        let mut cursore = Cursore::new(self.pdf, inizio);
        if cursore.parola(b"xref") {
            return self.tabelle(cursore);
        }
        let Object::Stream(flusso) = self.indiretto(inizio, None)? else { return None };
        self.a_flusso |= inizio == self.inizio;
        let voci = apri(&flusso, *margine).ok()?;
        *margine -= voci.len();
        self.flussi(&flusso.dict, &voci)?;
        Some(flusso.dict)
    }

    fn tabelle(&mut self, mut cursore: Cursore<'a>) -> Option<Dictionary> {
        while !cursore.parola(b"trailer") {
            let (primo, quanti) = (cursore.naturale()?, cursore.naturale::<u32>()?);
            cursore.spazi();
            let inizio = cursore.posizione;
            cursore = Cursore::new(self.pdf, inizio.checked_add(VOCE_DI_TABELLA.checked_mul(quanti as usize)?)?);
            self.aggiungi(Sezione { primo, quanti, voci: Voci::Tabella { inizio } })?;
        }
        cursore.dizionario()
    }

    fn flussi(&mut self, dizionario: &Dictionary, mut voci: &[u8]) -> Option<()> {
        let larghezze: [usize; 3] = naturali(dizionario, b"W")?.try_into().ok()?;
        let lunga = larghezze.iter().try_fold(0_usize, |somma, n| somma.checked_add(*n))?;
        let tutto = || Some(vec![0, indice(dizionario, "Size")?]);
        let tratti = naturali(dizionario, b"Index").or_else(tutto)?;
        if larghezze.iter().any(|n| *n > 8) || lunga == 0 {
            return None;
        }
        for tratto in tratti.chunks_exact(2) {
            let (queste, dopo) = voci.split_at_checked(lunga.checked_mul(tratto[1])?)?;
            voci = dopo;
            self.aggiungi(Sezione {
                primo: u32::try_from(tratto[0]).ok()?,
                quanti: u32::try_from(tratto[1]).ok()?,
                voci: Voci::Flusso { voci: queste.to_vec(), larghezze },
            })?;
        }
        Some(())
    }

    fn aggiungi(&mut self, sezione: Sezione) -> Option<()> {
        (self.sezioni.len() < TRATTI).then(|| self.sezioni.push(sezione))
    }

    fn posto(&self, numero: u32) -> Option<Posto> {
        let (sezione, n) = self.sezioni.iter().find_map(|s| {
            let n = numero.checked_sub(s.primo).filter(|n| *n < s.quanti)?;
            Some((s, n as usize))
        })?;
        match &sezione.voci {
            Voci::Tabella { inizio } => {
                let mut cursore = Cursore::new(self.pdf, inizio + n * VOCE_DI_TABELLA);
                let (inizio, generazione) = (cursore.naturale()?, cursore.naturale()?);
                cursore.parola(b"n").then_some(Posto::Qui { inizio, generazione })
            }
            Voci::Flusso { voci, larghezze } => {
                let lunga: usize = larghezze.iter().sum();
                posto_in_flusso(voci.get(n * lunga..)?, larghezze)
            }
        }
    }

    fn indiretto(&self, inizio: usize, atteso: Option<ObjectId>) -> Option<Object> {
        let mut cursore = Cursore::new(self.pdf, inizio);
        let id = cursore.apertura()?;
        if atteso.is_some_and(|a| a != id) {
            return None;
        }
        let oggetto = cursore.oggetto();
        self.spendi((cursore.posizione - inizio) / LETTI)?;
        match oggetto? {
            Object::Dictionary(d) if cursore.flusso() => self.flusso(d, cursore.posizione).map(Object::Stream),
            oggetto => Some(oggetto),
        }
    }

    fn flusso(&self, dizionario: Dictionary, inizio: usize) -> Option<Stream> {
        let lungo = self.lunghezza(dizionario.get(b"Length").ok()?)?;
        let fine = inizio.checked_add(usize::try_from(lungo).ok()?)?;
        self.spendi((fine - inizio) / COPIATI)?;
        let contenuto = self.pdf.get(inizio..fine)?.to_vec();
        Cursore::new(self.pdf, fine).parola(b"endstream").then(|| Stream::new(dizionario, contenuto))
    }

    fn lunghezza(&self, dichiarata: &Object) -> Option<i64> {
        let attesa = self.in_attesa.get();
        if attesa == LUNGHEZZE {
            return None;
        }
        self.in_attesa.set(attesa + 1);
        let lungo = self.risolvi(dichiarata);
        self.in_attesa.set(attesa);
        lungo?.as_i64().ok()
    }

    fn dal_contenitore(&self, contenitore: u32, numero: u32) -> Option<Object> {
        let aperto = self.contenitore(contenitore)?;
        let inizio = *aperto.posti.get(&numero)?;
        let mut cursore = Cursore::new(&aperto.dati, inizio);
        let oggetto = cursore.oggetto();
        self.spendi(cursore.posizione.saturating_sub(inizio) / LETTI)?;
        oggetto
    }

    fn contenitore(&self, numero: u32) -> Option<Rc<Contenitore>> {
        if let Some(gia) = self.contenitori.borrow().get(&numero) {
            return gia.clone();
        }
        let nuovo = self.apri_contenitore(numero).map(Rc::new);
        self.contenitori.borrow_mut().insert(numero, nuovo.clone());
        nuovo
    }

    fn apri_contenitore(&self, numero: u32) -> Option<Contenitore> {
        let Posto::Qui { inizio, .. } = self.posto(numero)? else { return None };
        let Object::Stream(flusso) = self.indiretto(inizio, Some((numero, 0)))? else { return None };
        let massimo = self.contenuti.get().min(CONTENITORE);
        let dati = apri(&flusso, massimo);
        self.contenuti.set(self.contenuti.get() - dati.as_ref().map_or(massimo, Vec::len));
        let dati = dati.ok()?;
        let (quanti, primo) = (indice(&flusso.dict, "N")?, indice(&flusso.dict, "First")?);
        let mut testa = Cursore::new(&dati, 0);
        let mut posti = HashMap::new();
        for _ in 0..quanti {
            // What is promised beyond the end is not there.
            let Some((id, scarto)) = testa.naturale::<u32>().zip(testa.naturale::<usize>()) else { break };
            posti.entry(id).or_insert(primo.checked_add(scarto)?);
        }
        Some(Contenitore { dati, posti })
    }
}

fn ultimo_indice(pdf: &[u8]) -> Option<usize> {
    const SEGNO: &[u8] = b"startxref";
    let coda = pdf.len().saturating_sub(2048);
    let segno = pdf[coda..].windows(SEGNO.len()).rposition(|w| w == SEGNO)?;
    Cursore::new(pdf, coda + segno + SEGNO.len()).naturale()
}

fn posto_in_flusso(voce: &[u8], larghezze: &[usize; 3]) -> Option<Posto> {
    let mut resto = voce;
    let mut campo = |lungo: usize| {
        let (byte, dopo) = resto.split_at_checked(lungo)?;
        resto = dopo;
        Some(byte.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b)))
    };
    // A missing first field means "in use".
    let tipo = if larghezze[0] == 0 { 1 } else { campo(larghezze[0])? };
    let (secondo, terzo) = (campo(larghezze[1])?, campo(larghezze[2])?);
    match tipo {
        1 => Some(Posto::Qui { inizio: usize::try_from(secondo).ok()?, generazione: u16::try_from(terzo).ok()? }),
        2 => Some(Posto::Dentro { contenitore: u32::try_from(secondo).ok()? }),
        _ => None,
    }
}

fn indice(dizionario: &Dictionary, chiave: &str) -> Option<usize> {
    usize::try_from(dizionario.get(chiave.as_bytes()).ok()?.as_i64().ok()?).ok()
}

fn naturali(dizionario: &Dictionary, chiave: &[u8]) -> Option<Vec<usize>> {
    let voci = dizionario.get(chiave).ok()?.as_array().ok()?;
    voci.iter().map(|v| usize::try_from(v.as_i64().ok()?).ok()).collect()
}
