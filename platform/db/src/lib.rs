//! PostgreSQL and nothing above it: connections, scopes, the private cluster, migrations, the clock, randomness.
//!
//! Invariant: no other crate holds a pool. A query needs a [`Tx`], and a `Tx` says in its type what it may see.
#![expect(clippy::disallowed_types, reason = "this crate is where pools live")]

pub mod caso;
pub mod cluster;
mod errore;
mod migra;
mod orologio;
#[cfg(feature = "prova")]
pub mod prova;
mod tx;

pub use errore::Error;
pub use migra::{Migrazioni, Passo, SISTEMA, Sostituibile, istruzioni_dei_ruoli};
pub use orologio::{Orologio, Scarto};
pub use tx::{Centro, Coda, DiAlleanza, DiEnte, EnteId, Manut, Porta, Scrivania, SenzaEnte, Tx};

use std::str::FromStr;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

/// Binds an instant or a date: `query.bind(db::sql(tx.now()))`.
pub fn sql<T: jiff_sqlx::ToSqlx>(t: T) -> T::Target {
    t.to_sqlx()
}

/// A role of the database, as `sql/ruoli.sql` makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruolo {
    App,
    Scrivania,
    Alleanza,
    Centro,
    Porta,
    Coda,
    Manutenzione,
}

impl Ruolo {
    pub fn nome(self) -> &'static str {
        match self {
            Ruolo::App => "alleanza_app",
            Ruolo::Scrivania => "alleanza_scrivania",
            Ruolo::Alleanza => "alleanza_alleanza",
            Ruolo::Centro => "alleanza_centro",
            Ruolo::Porta => "alleanza_porta",
            Ruolo::Coda => "alleanza_coda",
            Ruolo::Manutenzione => "alleanza_manutenzione",
        }
    }
}

/// A statement of a service, listed so that a test prepares it as the role that runs it.
#[derive(Debug, Clone, Copy)]
pub struct Istruzione {
    pub ruolo: Ruolo,
    pub nome: &'static str,
    pub sql: &'static str,
}

/// Lists statements by the role that runs them: `istruzioni! { App: ELENCO, NUOVO; Porta: HOST; }`.
#[macro_export]
macro_rules! istruzioni {
    ($($ruolo:ident: $($nome:ident),+ $(,)?;)+) => {
        &[$($($crate::Istruzione { ruolo: $crate::Ruolo::$ruolo, nome: stringify!($nome), sql: $nome },)+)+]
    };
}

// A superuser, BYPASSRLS, or a role that inherits the others would see every ente: the walls are made for this one role.
const CHI_SERVE: &str = "select rolname = 'alleanza_app' and not rolsuper and not rolbypassrls and not exists ( \
       select from pg_roles r where r.rolname ^@ 'alleanza_' and r.oid <> u.oid and pg_has_role(u.oid, r.oid, 'usage')) \
     from pg_roles u where rolname = current_user";

/// The serving side: a pool of `alleanza_app`, which owns nothing and sees nothing without a scope.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
    orologio: Orologio,
}

impl Db {
    /// Connects as the serving role, and refuses any other. `connessioni` is the size of the pool.
    pub async fn connetti(url: &str, connessioni: u32) -> Result<Db, Error> {
        let pool = pool(url, connessioni).await?;
        if !sqlx::query_scalar(CHI_SERVE).fetch_one(&pool).await? {
            return Err(Error::Cluster(
                "DB-013: DATABASE_URL deve entrare come alleanza_app, che non è superutente e non eredita altri ruoli \
                 (NOINHERIT): con un altro ruolo un ente vedrebbe i dati degli altri"
                    .into(),
            ));
        }
        let orologio = Orologio::default();
        orologio.leggi(&pool).await?;
        Ok(Db { pool, orologio })
    }

    /// The clock of rules and deadlines outside a transaction (caches, schedules).
    pub fn orologio(&self) -> &Orologio {
        &self.orologio
    }

    /// How the pool of this process stands.
    pub fn uso(&self) -> Uso {
        let libere = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        Uso { aperte: self.pool.size(), libere, massime: self.pool.options().get_max_connections() }
    }

    /// A connection that hears notifications on `canali`; it reconnects by itself.
    pub async fn ascolta(&self, canali: &[&str]) -> Result<PgListener, Error> {
        let mut l = PgListener::connect_with(&self.pool).await?;
        l.listen_all(canali.iter().copied()).await?;
        Ok(l)
    }

    /// Keeps the clock's offset equal to the database's, for as long as the program runs.
    pub async fn segui_orologio(&self) -> Result<(), Error> {
        let mut l = self.ascolta(&["alleanza_orologio"]).await?;
        let db = self.clone();
        tokio::spawn(async move {
            loop {
                // A lost connection is made again by the next call; meanwhile the offset may have moved unheard.
                if l.recv().await.is_err() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                if db.pool.is_closed() {
                    break;
                }
                if let Err(e) = db.orologio.leggi(&db.pool).await {
                    tracing::error!(errore = %e, "clock offset not read");
                }
            }
        });
        Ok(())
    }

    pub async fn chiudi(&self) {
        self.pool.close().await;
    }

    /// Whoever waits for something of a closed database waits for ever.
    pub fn chiuso(&self) -> bool {
        self.pool.is_closed()
    }
}

/// Connections of a pool: open, of which idle, and how many it may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uso {
    pub aperte: u32,
    pub libere: u32,
    pub massime: u32,
}

/// The maintenance side: migrations, loader, verification, export. Two connections, never the server's.
#[derive(Debug, Clone)]
pub struct Manutenzione {
    pool: PgPool,
    orologio: Orologio,
}

impl Manutenzione {
    /// Connects as the migrating role.
    pub async fn connetti(url: &str) -> Result<Manutenzione, Error> {
        Ok(Manutenzione { pool: pool(url, 3).await?, orologio: Orologio::default() })
    }

    pub async fn chiudi(&self) {
        self.pool.close().await;
    }
}

async fn pool(url: &str, connessioni: u32) -> Result<PgPool, Error> {
    let opzioni = PgConnectOptions::from_str(url)?.application_name("alleanza").options([
        // A forgotten transaction must not hold a register for ever.
        ("idle_in_transaction_session_timeout", "60s"),
        ("statement_timeout", "120s"),
        ("timezone", "UTC"),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(connessioni)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .connect_with(opzioni)
        .await?)
}
