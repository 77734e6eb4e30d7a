//! Refusals and consultations of personal data: written in batches, on a connection of their own.

use std::time::Duration;

use db::{Db, EnteId};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{Chi, PersonaId, sql};

const LOTTO: usize = 256;
const ATTESA: Duration = Duration::from_millis(200);
/// Before it is written again, when the database was silent or full.
const RIPRESA: Duration = Duration::from_secs(1);

/// A handle that never blocks a request. When the queue is full the line goes to the log instead.
#[derive(Debug, Clone)]
pub struct RegistroAccessi {
    coda: mpsc::Sender<Riga>,
    db: Db,
}

#[derive(Debug, Serialize)]
struct Riga {
    ente: EnteId,
    istante: Timestamp,
    persona: PersonaId,
    esito: &'static str,
    azione: &'static str,
    operazione: Uuid,
    oggetto: String,
}

impl RegistroAccessi {
    /// Starts the writer; it stops when the last handle is dropped, after writing what it holds.
    pub fn avvia(db: &Db) -> RegistroAccessi {
        let (coda, arrivi) = mpsc::channel(4096);
        tokio::spawn(scrivi(db.clone(), arrivi));
        RegistroAccessi { coda, db: db.clone() }
    }

    pub fn rifiuto(&self, ente: EnteId, chi: &Chi, azione: &'static str, oggetto: &str) {
        self.manda(ente, chi, "rifiuto", azione, oggetto);
    }

    pub fn consultazione(&self, ente: EnteId, chi: &Chi, azione: &'static str, oggetto: &str) {
        self.manda(ente, chi, "consultazione", azione, oggetto);
    }

    fn manda(&self, ente: EnteId, chi: &Chi, esito: &'static str, azione: &'static str, oggetto: &str) {
        let riga = Riga {
            ente,
            istante: self.db.orologio().adesso(),
            persona: chi.persona,
            esito,
            azione,
            operazione: chi.operazione,
            oggetto: oggetto.to_owned(),
        };
        if let Err(e) = self.coda.try_send(riga) {
            tracing::error!(riga = ?e, "access register: queue full");
        }
    }
}

async fn scrivi(db: Db, mut arrivi: mpsc::Receiver<Riga>) {
    let mut lotto = Vec::new();
    while arrivi.recv_many(&mut lotto, LOTTO).await > 0 {
        // A database that is away for a while loses no line; it may be told one twice.
        while let Err(e) = scrivi_lotto(&db, &lotto).await {
            tracing::error!(errore = %e, righe = lotto.len(), "access register not written");
            if db.chiuso() || !matches!(e, db::Error::Impedito(_)) {
                break;
            }
            tokio::time::sleep(RIPRESA).await;
        }
        lotto.clear();
        tokio::time::sleep(ATTESA).await;
    }
}

async fn scrivi_lotto(db: &Db, righe: &[Riga]) -> Result<(), db::Error> {
    // The function, not a scope, is what may write: any transaction of the serving role will do.
    let mut tx = db.senza_ente().await?;
    let json = serde_json::to_value(righe).map_err(|e| db::Error::Cluster(e.to_string()))?;
    sqlx::query(sql::ANNOTA_ACCESSI).bind(json).execute(tx.conn()).await?;
    tx.commit().await
}
