//! What can go wrong below the services.

/// A fault of the database, of the cluster or of a migration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
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
