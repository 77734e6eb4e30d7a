//! Finds objects through the cross-reference data, only those asked for.
//!
//! Loading a whole document lets a small file cost hours (a million entries that point at one long array) or gigabytes;
//! here the work is bounded by a count of objects, whatever the file says.

use super::oggetti::Cursore;
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::cell::Cell;
use std::collections::HashSet;

/// Objects that a stamp may read: the path to the first page is short.
const OGGETTI: u32 = 400;
/// Uncompressed bytes of one object stream, and of all the cross-reference streams.
const CONTENITORE: usize = 4 << 20;
const INDICI: usize = 24 << 20;
const SEZIONI: usize = 1000;
const VOCE_DI_TABELLA: usize = 20;

pub struct Lettore<'a> {
    pdf: &'a [u8],
    sezioni: Vec<Sezione>,
    letti: Cell<u32>,
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

enum Posto {
    Qui { inizio: usize, generazione: u16 },
    Dentro { contenitore: u32 },
}

impl<'a> Lettore<'a> {
    pub fn apri(pdf: &'a [u8]) -> Option<Self> {
        let inizio = ultimo_indice(pdf)?;
        let coda = Dictionary::new();
        let mut lettore = Self { pdf, sezioni: Vec::new(), letti: Cell::new(0), coda, inizio, a_flusso: false };
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
        self.letti.set(self.letti.get() + 1);
        if self.letti.get() > OGGETTI {
            return None;
        }
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
        let voci = flusso.get_plain_content_with_limit(*margine).ok()?;
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
            self.sezioni.push(Sezione { primo, quanti, voci: Voci::Tabella { inizio } });
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
            self.sezioni.push(Sezione {
                primo: u32::try_from(tratto[0]).ok()?,
                quanti: u32::try_from(tratto[1]).ok()?,
                voci: Voci::Flusso { voci: queste.to_vec(), larghezze },
            });
        }
        Some(())
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
        match cursore.oggetto()? {
            Object::Dictionary(d) if cursore.flusso() => self.flusso(d, cursore.posizione).map(Object::Stream),
            oggetto => Some(oggetto),
        }
    }

    fn flusso(&self, dizionario: Dictionary, inizio: usize) -> Option<Stream> {
        let lungo = self.risolvi(dizionario.get(b"Length").ok()?)?.as_i64().ok()?;
        let fine = inizio.checked_add(usize::try_from(lungo).ok()?)?;
        let contenuto = self.pdf.get(inizio..fine)?.to_vec();
        Cursore::new(self.pdf, fine).parola(b"endstream").then(|| Stream::new(dizionario, contenuto))
    }

    fn dal_contenitore(&self, contenitore: u32, numero: u32) -> Option<Object> {
        let Posto::Qui { inizio, .. } = self.posto(contenitore)? else { return None };
        let Object::Stream(flusso) = self.indiretto(inizio, Some((contenitore, 0)))? else { return None };
        let dati = flusso.get_plain_content_with_limit(CONTENITORE).ok()?;
        let (quanti, primo) = (indice(&flusso.dict, "N")?, indice(&flusso.dict, "First")?);
        let mut testa = Cursore::new(&dati, 0);
        for _ in 0..quanti {
            let (id, scarto): (u32, usize) = (testa.naturale()?, testa.naturale()?);
            if id == numero {
                return Cursore::new(&dati, primo.checked_add(scarto)?).oggetto();
            }
        }
        None
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
