//! The power goes: what was not flushed is gone, under the database and under the documents.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::time::Duration;

use super::{Prova, RIPRESA, Somma};
use crate::carico::{Carico, Misura};
use crate::casa::Casa;
use crate::diario::Registro;
use crate::misure::Tempi;
use crate::montato::Montato;
use crate::recinto;
use crate::referto::Referto;
use crate::seme::Caso;

/// After so many rounds the registers begin anew: the judge reads all of them each time.
const NUOVA_CASA: u32 = 15;

/// Why it cannot be done here.
pub fn impossibile() -> Option<&'static str> {
    let fuse = || OpenOptions::new().read(true).write(true).open("/dev/fuse");
    recinto::senza_dischi().or_else(|| fuse().is_err().then_some("/dev/fuse non c’è, o non si apre"))
}

/// An installation on two disks with a cache: the database's and the documents'.
pub struct SuDischi {
    pub casa: Casa,
    pub registro: Registro,
    dischi: Vec<(PathBuf, Montato)>,
}

impl SuDischi {
    pub fn nuova(p: &Prova, nome: &str) -> anyhow::Result<SuDischi> {
        let casa = p.officina.vuota(nome)?;
        let mut dischi = Vec::new();
        for sotto in ["pg", "archivio"] {
            let dove = casa.radice.join(sotto);
            std::fs::create_dir(&dove)?;
            let disco = Montato::nuovo(&dove)?;
            dischi.push((dove, disco));
        }
        casa.riempi(&p.modello)?;
        dischi.iter().for_each(|(_, d)| d.fissa_tutto());
        Ok(SuDischi { registro: casa.registro(), casa, dischi })
    }

    pub async fn carica(&self, caso: &mut Caso) -> anyhow::Result<Carico> {
        let misura = Misura { documento_ogni: 4, ..Misura::default() };
        let carico = Carico::avvia(&self.casa.cliente().await?, &self.registro, misura, caso);
        carico.prossima(RIPRESA).await?;
        tokio::time::sleep(Duration::from_millis(400 + caso.fino_a(800))).await;
        Ok(carico)
    }

    /// Disks that ignore fsync, from now on.
    pub fn menti(&self) {
        self.dischi.iter().for_each(|(_, d)| d.menti());
    }

    /// Cuts the power and gives it back; how many bytes were lost in the caches.
    pub fn taglia(&mut self, caso: &mut Caso) -> anyhow::Result<u64> {
        let postmaster = self.casa.postmaster()?;
        for (_, d) in &self.dischi {
            d.stacca();
        }
        self.casa.uccidi_programma()?;
        self.casa.uccidi_con_i_figli(postmaster)?;
        let mut persi = 0;
        for (dove, d) in &mut self.dischi {
            persi += d.riaccendi(dove, caso)?;
        }
        Ok(persi)
    }
}

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    if let Some(perche) = impossibile() {
        return Ok(Referto::saltato(perche));
    }
    let giri = p.giri(45, 1);
    let mut r = Referto::nuovo(format!(
        "{giri} tagli di corrente sotto carico; database e documenti su un disco che perde ciò che non è stato scritto davvero"
    ));
    let (mut somma, mut avvii, mut persi) = (Somma::default(), Vec::new(), 0);
    let mut giro = 0;
    while giro < giri {
        let mut s = SuDischi::nuova(p, &format!("corrente-{giro}"))?;
        s.casa.accendi().await?;
        for _ in 0..NUOVA_CASA.min(giri - giro) {
            let carico = s.carica(&mut p.caso).await?;
            persi += s.taglia(&mut p.caso)?;
            avvii.push(s.casa.accendi().await?);
            carico.prossima(RIPRESA).await?;
            somma.conti(&carico.finisci().await?);
            somma.giudica(&mut s.casa, &s.registro)?;
            giro += 1;
        }
    }
    somma.racconta(&mut r);
    r.cifra(format!("{} KiB scritti e mai arrivati sul disco", persi / 1024));
    r.esige(persi > 0, "il disco non ha perso nulla: la prova non ha provato nulla");
    r.cifra(format!("dalla corrente alla prima pagina: {}", Tempi::di(avvii).detti()));
    Ok(r)
}
