//! What can go wrong below the services.

use kernel::Impedimento;

/// A fault of the database, of the cluster or of a migration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Sql(sqlx::Error),
    /// Silent, starting, or without space; or asked for what cannot be a text.
    #[error("database: {0}")]
    Impedito(#[source] Impedimento),
    #[error("{0}")]
    Cluster(String),
    #[error("{0}")]
    Migrazione(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Error {
    /// The name of the violated constraint, which services turn into a refusal with its own sentence.
    pub fn vincolo(&self) -> Option<&str> {
        match self {
            Error::Sql(sqlx::Error::Database(e)) => e.constraint(),
            _ => None,
        }
    }

    /// True when the transaction lost a race (serialization, deadlock) and may simply be run again.
    pub fn riprovabile(&self) -> bool {
        matches!(self, Error::Sql(sqlx::Error::Database(e)) if matches!(e.code().as_deref(), Some("40001" | "40P01")))
    }
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, WorkerCrashed};
        let codice = match &e {
            Database(d) => d.code().map(std::borrow::Cow::into_owned).unwrap_or_default(),
            _ => String::new(),
        };
        match (&e, codice.as_str()) {
            // A zero byte, as text or inside JSON: only who tries doors sends one.
            (_, "22021" | "22P05") => Error::Impedito(Impedimento::Illeggibile(e.into())),
            (_, "53100") => Error::Impedito(Impedimento::Pieno(e.into())),
            // Shut down, crashed, starting, too slow for its own limits, out of memory or connections, demoted to a standby.
            (Io(_) | PoolClosed | PoolTimedOut | WorkerCrashed, _)
            | (_, "57P01" | "57P02" | "57P03" | "57014" | "25P03" | "53200" | "53300" | "25006") => {
                Error::Impedito(Impedimento::NonRisponde(e.into()))
            }
            _ => Error::Sql(e),
        }
    }
}
