//! The clock of rules and deadlines: the system's, moved by the offset that only a demo or a test installation may set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;

use crate::{Error, Manutenzione};

/// How far the clock is moved.
pub type Scarto = SignedDuration;

/// Shared by every transaction of a [`crate::Db`]; the offset is the row of `sistema.orologio`.
#[derive(Debug, Clone, Default)]
pub struct Orologio {
    scarto_us: Arc<AtomicI64>,
}

const SCARTO: &str = "select (extract(epoch from scarto) * 1000000)::bigint from sistema.orologio";
const SPOSTA: &str = "update sistema.orologio set scarto = make_interval(secs => $1::bigint / 1000000.0)";

impl Orologio {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    pub fn adesso(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_micros(self.scarto_us.load(Ordering::Relaxed))
    }

    fn scarto(&self) -> Scarto {
        SignedDuration::from_micros(self.scarto_us.load(Ordering::Relaxed))
    }

    pub(crate) async fn leggi(&self, pool: &PgPool) -> Result<(), Error> {
        let us: i64 = sqlx::query_scalar(SCARTO).fetch_one(pool).await?;
        self.scarto_us.store(us, Ordering::Relaxed);
        Ok(())
    }
}

impl Manutenzione {
    /// Moves the legal clock. The database refuses it unless the installation is marked demo or prova.
    pub async fn sposta_orologio(&self, scarto: Scarto, db: &crate::Db) -> Result<(), Error> {
        let us = i64::try_from(scarto.as_micros()).map_err(|_| Error::Cluster("offset out of range".into()))?;
        let mut tx = self.proprietario().await?;
        // A history moves it thousands of times; after a crash the last move may be lost, and the next one is made anyway.
        sqlx::query("set local synchronous_commit = off").execute(&mut *tx).await?;
        sqlx::query(SPOSTA).bind(us).execute(&mut *tx).await?;
        tx.commit().await?;
        db.orologio.leggi(&db.pool).await?;
        self.orologio.leggi(&self.pool).await
    }

    /// Moves the legal clock so that it is that instant now.
    pub async fn porta_orologio(&self, a: Timestamp, db: &crate::Db) -> Result<(), Error> {
        let o = db.orologio();
        self.sposta_orologio(o.scarto() + a.duration_since(o.adesso()), db).await
    }
}
