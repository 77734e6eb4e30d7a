//! Clients at work: each sends registrations one after the other, and the same one again until it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use crate::cliente::{Cliente, Esito};
use crate::diario::{Fatto, Registro};
use crate::seme::Caso;

/// Between two attempts of a client that had no answer.
const RIPOSO: Duration = Duration::from_millis(50);

/// What a load is made of.
#[derive(Debug, Clone, Copy)]
pub struct Misura {
    pub clienti: usize,
    /// One registration in so many carries a document; zero for none.
    pub documento_ogni: u64,
    /// And it is so long, at most.
    pub documento_max: u64,
    /// The pause of a client between two registrations.
    pub pausa: Duration,
}

impl Default for Misura {
    fn default() -> Misura {
        Misura { clienti: 16, documento_ogni: 8, documento_max: 20_000, pausa: Duration::ZERO }
    }
}

/// What clients saw, counted as it happens.
#[derive(Debug, Default)]
pub struct Conti {
    pub conferme: AtomicU64,
    /// No answer, or half of one.
    pub ignoti: AtomicU64,
    /// Told that the disk is full (507), or that a part of the system does not answer (503): sent again until a number comes.
    pub pieno: AtomicU64,
    pub non_risponde: AtomicU64,
    /// Answers that no client should ever see.
    pub altri: AtomicU64,
    /// Answered again with the same number.
    pub ripetuti: AtomicU64,
    /// Milliseconds since the beginning of the last acknowledgement.
    ultima: AtomicU64,
    pub detti: std::sync::Mutex<std::collections::BTreeSet<String>>,
}

/// A load that is running.
pub struct Carico {
    pub conti: Arc<Conti>,
    inizio: Instant,
    ferma: Arc<AtomicBool>,
    clienti: JoinSet<anyhow::Result<()>>,
}

impl Carico {
    pub fn avvia(cliente: &Cliente, registro: &Registro, misura: Misura, caso: &mut Caso) -> Carico {
        let (conti, ferma, inizio) = (Arc::new(Conti::default()), Arc::new(AtomicBool::new(false)), Instant::now());
        let mut clienti = JoinSet::new();
        for _ in 0..misura.clienti {
            let c = Uno {
                cliente: cliente.clone(),
                registro: registro.clone(),
                conti: conti.clone(),
                ferma: ferma.clone(),
                misura,
                inizio,
                caso: caso.figlio(),
            };
            clienti.spawn(c.lavora());
        }
        Carico { conti, inizio, ferma, clienti }
    }

    pub fn conferme(&self) -> u64 {
        self.conti.conferme.load(Ordering::Relaxed)
    }

    /// Waits for an acknowledgement given after now: how long it took.
    pub async fn prossima(&self, entro: Duration) -> anyhow::Result<Duration> {
        let da = Instant::now();
        let ms = u64::try_from(self.inizio.elapsed().as_millis()).unwrap_or(u64::MAX);
        while self.conti.ultima.load(Ordering::Relaxed) <= ms {
            ensure!(da.elapsed() < entro, "no acknowledgement in {entro:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(da.elapsed())
    }

    /// No new registration; the clients stay until the last one they sent is answered.
    pub async fn finisci(mut self) -> anyhow::Result<Arc<Conti>> {
        self.ferma.store(true, Ordering::Relaxed);
        while let Some(fatto) = self.clienti.join_next().await {
            fatto??;
        }
        Ok(self.conti)
    }

    /// The clients go away in the middle of whatever they were doing.
    pub async fn abbandona(mut self) -> Arc<Conti> {
        self.clienti.shutdown().await;
        self.conti
    }
}

/// Who brings no document does not send again somebody else's.
fn si_ripete(misura: Misura, f: &Fatto) -> bool {
    !f.numeri.is_empty() && (misura.documento_ogni > 0 || f.documento.is_none())
}

struct Uno {
    cliente: Cliente,
    registro: Registro,
    conti: Arc<Conti>,
    ferma: Arc<AtomicBool>,
    misura: Misura,
    inizio: Instant,
    caso: Caso,
}

impl Uno {
    async fn lavora(mut self) -> anyhow::Result<()> {
        while !self.ferma.load(Ordering::Relaxed) {
            let chiave = match self.da_ripetere() {
                Some(k) => k,
                None => self.nuova(),
            };
            self.insisti(&chiave).await?;
            tokio::time::sleep(self.misura.pausa).await;
        }
        Ok(())
    }

    /// Now and then a client doubts of what it has already been told.
    fn da_ripetere(&mut self) -> Option<String> {
        if !self.caso.una_su(20) {
            return None;
        }
        let diario = self.registro.apri();
        let n = u64::try_from(diario.fatti.len()).ok()?;
        let i = usize::try_from(self.caso.fino_a(n)).ok()?;
        diario.fatti.iter().nth(i).filter(|(_, f)| si_ripete(self.misura, f)).map(|(k, _)| k.clone())
    }

    fn nuova(&mut self) -> String {
        let chiave = self.caso.uuid();
        let con_file = self.misura.documento_ogni > 0 && self.caso.una_su(self.misura.documento_ogni);
        let lungo = usize::try_from(1 + self.caso.fino_a(self.misura.documento_max)).unwrap_or(1);
        let documento = con_file.then(|| self.caso.byte(lungo));
        let impronta = documento.as_ref().map(|d| hex::encode(Sha256::digest(d)));
        let mut diario = self.registro.apri();
        // Half of the traffic on one ente, where everybody queues for one number.
        let enti = u64::try_from(diario.enti.len()).unwrap_or(1);
        let ente = if self.caso.testa_o_croce() { 0 } else { usize::try_from(self.caso.fino_a(enti)).unwrap_or(0) };
        let oggetto = format!("Domanda {chiave}");
        diario
            .fatti
            .insert(chiave.clone(), Fatto { ente, oggetto, documento, impronta, numeri: Default::default(), invii: 0 });
        chiave
    }

    /// Sends it until a number comes back, whatever happens meanwhile.
    async fn insisti(&self, chiave: &str) -> anyhow::Result<()> {
        let (ente, fatto) = {
            let mut d = self.registro.apri();
            let ente = d.fatti.get(chiave).and_then(|f| d.enti.get(f.ente)).cloned().unwrap_or_default();
            let Some(f) = d.fatti.get_mut(chiave) else { return Ok(()) };
            f.invii += 1;
            (ente, f.clone())
        };
        loop {
            match self.cliente.registra(&ente, chiave, &fatto).await {
                Esito::Numero(n) => {
                    if let Some(f) = self.registro.apri().fatti.get_mut(chiave) {
                        f.numeri.insert(n);
                    }
                    let quale = if fatto.invii > 1 { &self.conti.ripetuti } else { &self.conti.conferme };
                    quale.fetch_add(1, Ordering::Relaxed);
                    let ms = u64::try_from(self.inizio.elapsed().as_millis()).unwrap_or(u64::MAX);
                    self.conti.ultima.fetch_max(ms, Ordering::Relaxed);
                    return Ok(());
                }
                Esito::Rifiuto(507, _) => self.conti.pieno.fetch_add(1, Ordering::Relaxed),
                Esito::Rifiuto(503, _) => self.conti.non_risponde.fetch_add(1, Ordering::Relaxed),
                Esito::Rifiuto(stato, codice) => {
                    if let Ok(mut d) = self.conti.detti.lock() {
                        d.insert(format!("{stato} {codice}"));
                    }
                    self.conti.altri.fetch_add(1, Ordering::Relaxed)
                }
                Esito::Ignoto(_) => self.conti.ignoti.fetch_add(1, Ordering::Relaxed),
            };
            tokio::time::sleep(RIPOSO).await;
        }
    }
}
