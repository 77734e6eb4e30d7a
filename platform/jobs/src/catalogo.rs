//! What the program knows how to run, what a run is given and what it may answer.

use std::net::SocketAddr;

use db::{Db, DiEnte, EnteId, Tx};
use futures_util::future::BoxFuture;
use serde_json::Value;
use storage::{Archivio, StorageError};
use uuid::Uuid;

use crate::{Cadenza, orario, sql};

/// What a run can reach. `operazione` is of this run alone: it joins its log lines and its audit.
#[derive(Debug, Clone)]
pub struct Contesto {
    pub db: Db,
    pub archivio: Archivio,
    pub operazione: Uuid,
    /// Where this process answers, for work that looks at it from outside; none where nobody answers.
    pub porta: Option<SocketAddr>,
}

impl Contesto {
    pub fn nuovo(db: Db, archivio: Archivio) -> Contesto {
        Contesto { db, archivio, operazione: db::caso::uuid(), porta: None }
    }

    pub fn con_porta(self, porta: SocketAddr) -> Contesto {
        Contesto { porta: Some(porta), ..self }
    }
}

/// One job, claimed by this process: open its ente with `contesto.db.di_ente(incarico.ente)`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Incarico {
    pub ente: EnteId,
    /// The code of the ente, which names its blobs.
    pub codice: String,
    pub id: Uuid,
    pub tipo: String,
    pub chiave: Option<String>,
    /// The announced fact, when the job is a listener's.
    pub evento: Option<String>,
    pub dati: Value,
    /// 1 the first time.
    pub tentativo: i32,
    pub(crate) presa: Uuid,
}

impl Incarico {
    /// Marks the job as done in the transaction of its effects: both happen, once, or neither.
    ///
    /// Call it last. It fails when the lease was lost to another process: then the transaction must not commit.
    pub async fn concludi(&self, tx: &mut Tx<DiEnte>) -> Result<(), db::Error> {
        let now = tx.now();
        let mia = sqlx::query(sql::CONCLUDI)
            .bind(self.ente)
            .bind(self.id)
            .bind(self.presa)
            .bind(db::sql(now))
            .execute(tx.conn())
            .await?
            .rows_affected();
        if mia == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound.into()) }
    }
}

/// Why a run did not succeed. A panic counts as [`Fallito::Riprova`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallito {
    /// It may go better later.
    Riprova(String),
    /// Trying again would not help: a person must look, and `rimedio` says what to do.
    Rinuncia { causa: String, rimedio: String },
}

impl Fallito {
    pub fn riprova(causa: impl std::fmt::Display) -> Fallito {
        Fallito::Riprova(causa.to_string())
    }

    pub fn rinuncia(causa: impl std::fmt::Display, rimedio: impl Into<String>) -> Fallito {
        Fallito::Rinuncia { causa: causa.to_string(), rimedio: rimedio.into() }
    }
}

impl From<db::Error> for Fallito {
    fn from(e: db::Error) -> Self {
        Fallito::riprova(e)
    }
}

impl From<sqlx::Error> for Fallito {
    fn from(e: sqlx::Error) -> Self {
        Fallito::riprova(e)
    }
}

impl From<StorageError> for Fallito {
    fn from(e: StorageError) -> Self {
        match e.rifiuto() {
            Some(f) => Fallito::rinuncia(format!("{} {e}", f.frase), f.rimedio),
            None => Fallito::riprova(e),
        }
    }
}

pub type Esito = Result<(), Fallito>;

/// A boxed future, as function values need it: `|c, i| Box::pin(invia(c, i))`.
pub type Futuro = BoxFuture<'static, Esito>;

/// A kind of job of an ente.
#[derive(Debug, Clone, Copy)]
pub struct Lavoro {
    /// `albo.ritira`: service, dot, what it does.
    pub tipo: &'static str,
    /// What people read in the list of what gave up.
    pub descrizione: &'static str,
    /// Facts that queue this job by themselves, as told to [`crate::annuncia`].
    pub ascolta: &'static [&'static str],
    /// After so many failures a person is asked.
    pub tentativi: i32,
    pub esegui: fn(Contesto, Incarico) -> Futuro,
}

impl Lavoro {
    /// Ten attempts, which take about four hours; listens to nothing.
    pub const fn nuovo(
        tipo: &'static str,
        descrizione: &'static str,
        esegui: fn(Contesto, Incarico) -> Futuro,
    ) -> Lavoro {
        Lavoro { tipo, descrizione, ascolta: &[], tentativi: 10, esegui }
    }
}

/// Work that comes round. It compares what is with what should be, so that a missed hour heals itself.
#[derive(Debug, Clone, Copy)]
pub struct Periodico {
    pub nome: &'static str,
    pub descrizione: &'static str,
    pub ogni: Cadenza,
    pub esegui: Compito,
}

/// For whom periodic work is done.
#[derive(Debug, Clone, Copy)]
pub enum Compito {
    /// A job for each ente, of type `nome`. It looks by itself whether its service is on there.
    PerEnte(fn(Contesto, Incarico) -> Futuro),
    /// Once, for the installation; tried again until it succeeds.
    Installazione(fn(Contesto) -> Futuro),
}

/// Everything that this program knows how to run.
#[derive(Debug, Clone)]
pub struct Catalogo {
    pub(crate) lavori: Vec<Lavoro>,
    pub(crate) periodici: Vec<Periodico>,
}

impl Catalogo {
    /// The jobs and the periodic work of all services; the queue's own housekeeping joins them.
    pub fn nuovo(lavori: impl IntoIterator<Item = Lavoro>, periodici: impl IntoIterator<Item = Periodico>) -> Catalogo {
        let periodici: Vec<_> = periodici.into_iter().chain([orario::PULIZIA]).collect();
        let per_ente = periodici.iter().filter_map(|p| match p.esegui {
            Compito::PerEnte(esegui) => Some(Lavoro::nuovo(p.nome, p.descrizione, esegui)),
            Compito::Installazione(_) => None,
        });
        Catalogo { lavori: lavori.into_iter().chain(per_ente).collect(), periodici }
    }

    /// The kind of job with that name.
    pub fn lavoro(&self, tipo: &str) -> Option<&Lavoro> {
        self.lavori.iter().find(|l| l.tipo == tipo)
    }

    pub(crate) fn tipi(&self) -> Vec<&'static str> {
        self.lavori.iter().map(|l| l.tipo).collect()
    }
}
