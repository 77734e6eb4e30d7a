//! The drills, one file each.

pub mod controlli;
pub mod corrente;
pub mod disco;
pub mod orologio;
pub mod partner;
pub mod resistenza;
pub mod riavvio;
pub mod uccisioni;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::carico::Conti;
use crate::casa::{Casa, Officina};
use crate::diario::Registro;
use crate::referto::Referto;
use crate::seme::Caso;

/// After something broke, somebody must have a number within this.
const RIPRESA: Duration = Duration::from_secs(60);

/// What every drill is given.
pub struct Prova {
    pub officina: Officina,
    /// An installation to copy.
    pub modello: PathBuf,
    pub caso: Caso,
    /// The long form, or the short one.
    pub lunga: bool,
    /// Rounds that somebody asked for.
    pub giri: Option<u32>,
}

impl Prova {
    fn casa(&self, nome: &str) -> anyhow::Result<Casa> {
        self.officina.copia(&self.modello, nome)
    }

    /// Rounds of the long form, rounds of the short one.
    fn giri(&self, lunga: u32, breve: u32) -> u32 {
        self.giri.unwrap_or(if self.lunga { lunga } else { breve })
    }
}

/// The sum of the verdicts of a drill, and what clients saw meanwhile.
#[derive(Default)]
struct Somma {
    giri: u32,
    conferme: u64,
    ripetute: u64,
    senza_risposta: u64,
    impediti: u64,
    guasti: Vec<String>,
}

impl Somma {
    fn conti(&mut self, c: &Arc<Conti>) {
        let letto = |n: &std::sync::atomic::AtomicU64| n.load(Ordering::Relaxed);
        self.conferme += letto(&c.conferme);
        self.ripetute += letto(&c.ripetuti);
        self.senza_risposta += letto(&c.ignoti);
        self.impediti += letto(&c.pieno) + letto(&c.non_risponde);
        if letto(&c.altri) > 0 {
            let detti = c.detti.lock().map(|d| d.iter().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default();
            self.guasti.push(format!("{} risposte che nessuno deve vedere: {detti}", letto(&c.altri)));
        }
    }

    /// Judges a house; everything acknowledged so far must be there.
    fn giudica(&mut self, casa: &mut Casa, registro: &Registro) -> anyhow::Result<()> {
        let v = casa.giudica(registro)?;
        self.giri += 1;
        if !v.sano() {
            self.guasti.push(v.to_string());
        }
        Ok(())
    }

    fn racconta(&self, r: &mut Referto) {
        r.cifra(format!(
            "{} registrazioni confermate, {} richieste ripetute con lo stesso numero, {} senza risposta, {} rifiutate con 503 o 507 e poi confermate",
            self.conferme, self.ripetute, self.senza_risposta, self.impediti
        ));
        r.esige(self.conferme > 0, "nessuna registrazione: la prova non ha provato nulla");
        for g in &self.guasti {
            r.esige(false, g.clone());
        }
        if self.guasti.is_empty() {
            r.cifra(format!(
                "{} verdetti: perse 0, doppie 0, buchi 0, anelli spezzati 0, istanti indietro 0, documenti mancanti 0",
                self.giri
            ));
        }
    }
}
