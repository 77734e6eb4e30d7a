//! A disk with a cache that a power cut empties: what was not flushed is gone, names included.
//!
//! Everything is in memory, twice: as programs see it, and as it is on the platters. `fsync` of a file carries over its
//! bytes and its names (with the folders that lead to it); `fsync` of a folder carries over its names. Nothing else does.
//! After a cut each unflushed block of 4 KiB may still have made it or not, as on a real disk, and so may the names, all
//! together: a rename never happens by half.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::SystemTime;

use crate::seme::Caso;

/// The key of a node.
pub type Id = u64;
pub const RADICE: Id = 1;
const BLOCCO: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errore {
    NonCe,
    CeGia,
    NonVuota,
    NonCartella,
    Cartella,
    SenzaCorrente,
}

type Esito<T> = Result<T, Errore>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contenuto {
    File(Vec<u8>),
    Cartella(BTreeMap<OsString, Id>),
    Legame(PathBuf),
    /// A socket or a pipe: the kernel does the rest.
    Speciale(u32),
}

#[derive(Debug, Clone)]
pub struct Nodo {
    pub modo: u32,
    pub uid: u32,
    pub gid: u32,
    pub cambiato: SystemTime,
    pub vivo: Contenuto,
    /// As it is on the platters; a folder or a file that never was flushed is empty there.
    sicuro: Contenuto,
    /// Blocks written since the last flush.
    sporchi: BTreeSet<usize>,
    /// Where it is named, as programs see it.
    nomi: BTreeSet<(Id, OsString)>,
    /// How many references the kernel holds.
    pub riferimenti: u64,
}

impl Nodo {
    pub fn lungo(&self) -> u64 {
        match &self.vivo {
            Contenuto::File(b) => b.len() as u64,
            Contenuto::Legame(p) => p.as_os_str().len() as u64,
            Contenuto::Cartella(_) | Contenuto::Speciale(_) => 0,
        }
    }

    pub fn nomi(&self) -> u32 {
        u32::try_from(self.nomi.len()).unwrap_or(u32::MAX)
    }

    fn file(&mut self) -> Esito<&mut Vec<u8>> {
        match &mut self.vivo {
            Contenuto::File(b) => Ok(b),
            _ => Err(Errore::Cartella),
        }
    }

    fn cartella(&self) -> Esito<&BTreeMap<OsString, Id>> {
        match &self.vivo {
            Contenuto::Cartella(m) => Ok(m),
            _ => Err(Errore::NonCartella),
        }
    }
}

/// The whole disk.
#[derive(Debug)]
pub struct Disco {
    nodi: BTreeMap<Id, Nodo>,
    prossimo: Id,
    corrente: bool,
    /// It says that it has flushed, and has not.
    pub bugiardo: bool,
    /// Bytes that a cut threw away, so far.
    pub persi: u64,
}

fn vuoto(come: &Contenuto) -> Contenuto {
    match come {
        Contenuto::File(_) => Contenuto::File(Vec::new()),
        Contenuto::Cartella(_) => Contenuto::Cartella(BTreeMap::new()),
        altro => altro.clone(),
    }
}

impl Disco {
    pub fn nuovo(adesso: SystemTime) -> Disco {
        let mut d = Disco { nodi: BTreeMap::new(), prossimo: RADICE + 1, corrente: true, bugiardo: false, persi: 0 };
        d.nodi.insert(RADICE, nodo(Contenuto::Cartella(BTreeMap::new()), (0o755, 0, 0), adesso));
        d
    }

    /// Refuses everything, from this instant: whoever was writing did not make it.
    pub fn stacca(&mut self) {
        self.corrente = false;
    }

    fn acceso(&self) -> Esito<()> {
        if self.corrente { Ok(()) } else { Err(Errore::SenzaCorrente) }
    }

    pub fn nodo(&self, id: Id) -> Esito<&Nodo> {
        self.acceso()?;
        self.nodi.get(&id).ok_or(Errore::NonCe)
    }

    pub fn nodo_mut(&mut self, id: Id) -> Esito<&mut Nodo> {
        self.acceso()?;
        self.nodi.get_mut(&id).ok_or(Errore::NonCe)
    }

    pub fn cerca(&self, in_: Id, nome: &OsStr) -> Esito<Id> {
        self.nodo(in_)?.cartella()?.get(nome).copied().ok_or(Errore::NonCe)
    }

    pub fn elenco(&self, id: Id) -> Esito<Vec<(OsString, Id)>> {
        Ok(self.nodo(id)?.cartella()?.iter().map(|(n, i)| (n.clone(), *i)).collect())
    }

    /// Makes something new under a name.
    pub fn crea(
        &mut self,
        (in_, nome): (Id, &OsStr),
        cosa: Contenuto,
        chi: (u32, u32, u32),
        adesso: SystemTime,
    ) -> Esito<Id> {
        if self.nodo(in_)?.cartella()?.contains_key(nome) {
            return Err(Errore::CeGia);
        }
        let id = self.prossimo;
        self.prossimo += 1;
        self.nodi.insert(id, nodo(cosa, chi, adesso));
        self.metti(in_, nome, id)?;
        Ok(id)
    }

    pub fn leggi(&mut self, id: Id, da: u64, quanto: usize) -> Esito<&[u8]> {
        let byte = self.nodo_mut(id)?.file()?;
        let da = usize::try_from(da).unwrap_or(usize::MAX).min(byte.len());
        Ok(&byte[da..da.saturating_add(quanto).min(byte.len())])
    }

    pub fn scrivi(&mut self, id: Id, da: u64, dati: &[u8], adesso: SystemTime) -> Esito<()> {
        let n = self.nodo_mut(id)?;
        n.cambiato = adesso;
        let byte = n.file()?;
        let da = usize::try_from(da).map_err(|_| Errore::NonCe)?;
        let (prima, fine) = (byte.len(), da + dati.len());
        if fine > byte.len() {
            byte.resize(fine, 0);
        }
        byte[da..fine].copy_from_slice(dati);
        n.sporchi.extend(da.min(prima) / BLOCCO..fine.div_ceil(BLOCCO));
        Ok(())
    }

    pub fn tronca(&mut self, id: Id, a: u64, adesso: SystemTime) -> Esito<()> {
        let n = self.nodo_mut(id)?;
        n.cambiato = adesso;
        let byte = n.file()?;
        let (prima, a) = (byte.len(), usize::try_from(a).map_err(|_| Errore::NonCe)?);
        byte.resize(a, 0);
        n.sporchi.extend(prima.min(a) / BLOCCO..prima.max(a).div_ceil(BLOCCO));
        Ok(())
    }

    /// One more name.
    pub fn lega(&mut self, id: Id, in_: Id, nome: &OsStr) -> Esito<()> {
        self.nodo(id)?.cartella().map_or(Ok(()), |_| Err(Errore::Cartella))?;
        if self.nodo(in_)?.cartella()?.contains_key(nome) {
            return Err(Errore::CeGia);
        }
        self.metti(in_, nome, id)
    }

    pub fn togli(&mut self, in_: Id, nome: &OsStr) -> Esito<()> {
        let id = self.cerca(in_, nome)?;
        if self.nodo(id)?.cartella().is_ok_and(|m| !m.is_empty()) {
            return Err(Errore::NonVuota);
        }
        self.leva(in_, nome, id)?;
        self.scorda(id, 0);
        Ok(())
    }

    pub fn rinomina(&mut self, da: (Id, &OsStr), a: (Id, &OsStr), sostituisci: bool) -> Esito<()> {
        let id = self.cerca(da.0, da.1)?;
        match self.cerca(a.0, a.1) {
            Ok(_) if !sostituisci => return Err(Errore::CeGia),
            // Two names of the same file: nothing to do.
            Ok(gia) if gia == id => return Ok(()),
            Ok(_) => self.togli(a.0, a.1)?,
            Err(_) => {}
        }
        self.leva(da.0, da.1, id)?;
        self.metti(a.0, a.1, id)
    }

    /// The kernel lets go of `quanti` references; what has no name left and no reference is gone.
    pub fn scorda(&mut self, id: Id, quanti: u64) {
        let Some(n) = self.nodi.get_mut(&id) else { return };
        n.riferimenti = n.riferimenti.saturating_sub(quanti);
        let via = n.riferimenti == 0 && n.nomi.is_empty() && id != RADICE;
        // On the platters it may still have the name that a cut would give back.
        if via && !self.nodi.values().any(|n| nominato(&n.sicuro, id)) {
            self.nodi.remove(&id);
        }
    }

    /// As after a long quiet time.
    pub fn fissa_tutto(&mut self) {
        for n in self.nodi.values_mut() {
            n.sporchi.clear();
            n.sicuro = n.vivo.clone();
        }
    }

    /// Bytes and names of a file, or the names of a folder, are safe from now on.
    pub fn fissa(&mut self, id: Id) -> Esito<()> {
        let bugiardo = self.bugiardo;
        let n = self.nodo_mut(id)?;
        if bugiardo {
            return Ok(());
        }
        let sporchi = std::mem::take(&mut n.sporchi);
        let nomi: Vec<(Id, OsString)> = n.nomi.iter().cloned().collect();
        match (&n.vivo, &mut n.sicuro) {
            (Contenuto::File(vivo), Contenuto::File(sicuro)) => {
                sicuro.resize(vivo.len(), 0);
                for b in sporchi {
                    let (da, a) = ((b * BLOCCO).min(vivo.len()), ((b + 1) * BLOCCO).min(vivo.len()));
                    sicuro[da..a].copy_from_slice(&vivo[da..a]);
                }
            }
            (vivo, sicuro) => *sicuro = vivo.clone(),
        }
        // A file that moved is found where it is, and no longer where it was.
        if matches!(n.vivo, Contenuto::File(_)) {
            for (cartella, n) in &mut self.nodi {
                if let Contenuto::Cartella(m) = &mut n.sicuro
                    && nominato_in(m, id)
                {
                    m.retain(|nome, i| *i != id || nomi.contains(&(*cartella, nome.clone())));
                }
            }
        }
        self.fissa_nomi(id, nomi);
        Ok(())
    }

    fn fissa_nomi(&mut self, id: Id, nomi: Vec<(Id, OsString)>) {
        for (cartella, nome) in nomi {
            let Some(c) = self.nodi.get_mut(&cartella) else { continue };
            let Contenuto::Cartella(m) = &mut c.sicuro else { continue };
            let nuova = m.insert(nome, id) != Some(id);
            let sopra: Vec<(Id, OsString)> = c.nomi.iter().cloned().collect();
            if nuova {
                self.fissa_nomi(cartella, sopra);
            }
        }
    }

    /// The power is back: what programs see is what was safe, and whatever luck saved of the rest.
    pub fn riaccendi(&mut self, caso: &mut Caso) {
        let (blocchi, nomi) = (caso.testa_o_croce(), caso.testa_o_croce());
        for n in self.nodi.values_mut() {
            n.riferimenti = 0;
            let sporchi = std::mem::take(&mut n.sporchi);
            match (&n.vivo, &mut n.sicuro) {
                (Contenuto::File(vivo), Contenuto::File(sicuro)) => {
                    for b in sporchi {
                        let (da, a) = (b * BLOCCO, ((b + 1) * BLOCCO).min(vivo.len()));
                        if blocchi && da < a && caso.testa_o_croce() {
                            sicuro.resize(sicuro.len().max(a), 0);
                            sicuro[da..a].copy_from_slice(&vivo[da..a]);
                        } else {
                            self.persi += a.saturating_sub(da) as u64;
                        }
                    }
                }
                (Contenuto::Cartella(_), _) if !nomi => {}
                (vivo, sicuro) => *sicuro = vivo.clone(),
            }
            n.vivo = n.sicuro.clone();
            n.nomi.clear();
        }
        let nomi: Vec<(Id, OsString, Id)> = self
            .nodi
            .iter()
            .filter_map(|(c, n)| n.cartella().ok().map(|m| m.iter().map(|(nome, i)| (*c, nome.clone(), *i))))
            .flatten()
            .collect();
        for (cartella, nome, id) in nomi {
            if let Some(n) = self.nodi.get_mut(&id) {
                n.nomi.insert((cartella, nome));
            }
        }
        self.nodi.retain(|id, n| *id == RADICE || !n.nomi.is_empty());
        self.corrente = true;
    }

    fn metti(&mut self, in_: Id, nome: &OsStr, id: Id) -> Esito<()> {
        if let Contenuto::Cartella(m) = &mut self.nodo_mut(in_)?.vivo {
            m.insert(nome.to_owned(), id);
        }
        self.nodo_mut(id)?.nomi.insert((in_, nome.to_owned()));
        Ok(())
    }

    fn leva(&mut self, in_: Id, nome: &OsStr, id: Id) -> Esito<()> {
        if let Contenuto::Cartella(m) = &mut self.nodo_mut(in_)?.vivo {
            m.remove(nome);
        }
        self.nodo_mut(id)?.nomi.remove(&(in_, nome.to_owned()));
        Ok(())
    }
}

fn nodo(vivo: Contenuto, (modo, uid, gid): (u32, u32, u32), adesso: SystemTime) -> Nodo {
    let sicuro = vuoto(&vivo);
    let (sporchi, nomi) = (BTreeSet::new(), BTreeSet::new());
    Nodo { modo, uid, gid, cambiato: adesso, vivo, sicuro, sporchi, nomi, riferimenti: 0 }
}

fn nominato(c: &Contenuto, id: Id) -> bool {
    matches!(c, Contenuto::Cartella(m) if nominato_in(m, id))
}

fn nominato_in(m: &BTreeMap<OsString, Id>, id: Id) -> bool {
    m.values().any(|i| *i == id)
}

#[cfg(test)]
impl Disco {
    fn trova(&self, p: &str) -> Esito<Id> {
        std::path::Path::new(p).iter().try_fold(RADICE, |in_, nome| self.cerca(in_, nome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORA: SystemTime = SystemTime::UNIX_EPOCH;

    fn nome(n: &str) -> &OsStr {
        OsStr::new(n)
    }

    fn file(d: &mut Disco, in_: Id, n: &str, byte: &[u8]) -> Id {
        let id = d.crea((in_, nome(n)), Contenuto::File(Vec::new()), (0o600, 0, 0), ORA).unwrap();
        d.scrivi(id, 0, byte, ORA).unwrap();
        id
    }

    /// Cuts the power on a disk that saves nothing by luck.
    fn taglia(d: &mut Disco) {
        d.stacca();
        d.riaccendi(&mut Caso::sfortunato());
    }

    #[test]
    fn only_what_was_flushed_comes_back() {
        let mut d = Disco::nuovo(ORA);
        let a = file(&mut d, RADICE, "a", b"uno");
        d.fissa(a).unwrap();
        d.scrivi(a, 3, b"due", ORA).unwrap();
        file(&mut d, RADICE, "b", b"mai");
        taglia(&mut d);
        assert_eq!(d.leggi(a, 0, 99).unwrap(), b"uno");
        assert_eq!(d.trova("b"), Err(Errore::NonCe));
        assert_eq!(d.persi, 9);
    }

    #[test]
    fn a_file_brings_its_folders_along_and_a_folder_only_its_names() {
        let mut d = Disco::nuovo(ORA);
        let su = d.crea((RADICE, nome("su")), Contenuto::Cartella(BTreeMap::new()), (0o700, 0, 0), ORA).unwrap();
        let giu = d.crea((su, nome("giu")), Contenuto::Cartella(BTreeMap::new()), (0o700, 0, 0), ORA).unwrap();
        let f = file(&mut d, giu, "f", b"tutto");
        file(&mut d, giu, "g", b"nulla");
        d.fissa(f).unwrap();
        taglia(&mut d);
        assert_eq!(d.trova("su/giu/f"), Ok(f));
        assert_eq!(d.trova("su/giu/g"), Err(Errore::NonCe));
        let g = file(&mut d, giu, "g", b"nulla");
        d.fissa(giu).unwrap();
        taglia(&mut d);
        assert_eq!((d.trova("su/giu/g"), d.leggi(g, 0, 9)), (Ok(g), Ok(&b""[..])));
    }

    #[test]
    fn a_rename_that_was_not_flushed_did_not_happen() {
        let mut d = Disco::nuovo(ORA);
        let (vecchio, nuovo) = (file(&mut d, RADICE, "conf", b"prima"), file(&mut d, RADICE, "conf.tmp", b"dopo"));
        d.fissa(vecchio).unwrap();
        d.fissa(nuovo).unwrap();
        d.rinomina((RADICE, nome("conf.tmp")), (RADICE, nome("conf")), true).unwrap();
        assert_eq!(d.trova("conf"), Ok(nuovo));
        taglia(&mut d);
        assert_eq!((d.trova("conf"), d.trova("conf.tmp")), (Ok(vecchio), Ok(nuovo)));
        d.rinomina((RADICE, nome("conf.tmp")), (RADICE, nome("conf")), true).unwrap();
        d.fissa(RADICE).unwrap();
        taglia(&mut d);
        assert_eq!((d.trova("conf"), d.trova("conf.tmp")), (Ok(nuovo), Err(Errore::NonCe)));
        // What had its last name taken away for good is no longer anywhere.
        assert!(!d.nodi.contains_key(&vecchio));
    }

    #[test]
    fn luck_saves_whole_blocks_and_never_invents_one() {
        let mut d = Disco::nuovo(ORA);
        let f = file(&mut d, RADICE, "wal", &[1; 10 * BLOCCO]);
        d.fissa(f).unwrap();
        d.scrivi(f, 0, &[2; 10 * BLOCCO], ORA).unwrap();
        let mut visti = BTreeSet::new();
        for seme in 0..40 {
            let mut prova = Disco { nodi: d.nodi.clone(), prossimo: 9, corrente: true, bugiardo: false, persi: 0 };
            prova.stacca();
            prova.riaccendi(&mut Caso::nuovo(seme));
            let byte = prova.leggi(f, 0, usize::MAX).unwrap();
            assert_eq!(byte.len(), 10 * BLOCCO);
            assert!(byte.chunks(BLOCCO).all(|b| b.iter().all(|x| *x == b[0] && (*x == 1 || *x == 2))));
            visti.insert(byte.chunks(BLOCCO).filter(|b| b[0] == 2).count());
        }
        assert!(visti.contains(&0) && visti.len() > 3, "{visti:?}");
    }

    #[test]
    fn a_liar_loses_what_it_said_was_safe() {
        let mut d = Disco::nuovo(ORA);
        let a = file(&mut d, RADICE, "a", b"uno");
        d.fissa(a).unwrap();
        d.bugiardo = true;
        d.scrivi(a, 0, b"due", ORA).unwrap();
        d.fissa(a).unwrap();
        taglia(&mut d);
        assert_eq!(d.leggi(a, 0, 9).unwrap(), b"uno");
    }

    #[test]
    fn without_power_nothing_answers() {
        let mut d = Disco::nuovo(ORA);
        let f = file(&mut d, RADICE, "a", b"uno");
        d.stacca();
        assert_eq!(d.fissa(f), Err(Errore::SenzaCorrente));
        assert_eq!(d.scrivi(f, 0, b"due", ORA), Err(Errore::SenzaCorrente));
        assert_eq!(d.cerca(RADICE, nome("a")), Err(Errore::SenzaCorrente));
    }
}
