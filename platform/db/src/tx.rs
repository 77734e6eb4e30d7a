//! A transaction knows what it may see: the scope is in its type, and the database enforces it.

use jiff::Timestamp;
use kernel::Data;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, SqlSafeStr, Transaction};

use crate::{Db, Error};

/// The same few lines with one that changes: where the first compiles, what the others get wrong is that line. The codes are
/// for who reads: stable rustdoc does not compare them.
macro_rules! prova {
    ($come:literal, $riga:literal) => {
        concat!(
            "```", $come, "\n",
            "use db::{DiEnte, EnteId, Scrivania, Tx};\n",
            "use sqlx::{Row, postgres::PgRow};\n",
            "async fn scrive(tx: &mut Tx<DiEnte>) -> EnteId { tx.ente() }\n",
            "async fn prova(mut uno: Tx<DiEnte>, mut molti: Tx<Scrivania>, riga: PgRow, numero: i32) -> Result<EnteId, sqlx::Error> {\n    ",
            $riga,
            "\n}\n```\n"
        )
    };
}

/// The key of an ente in this installation. It is only ever read from a database row (a resolved host, a person's
/// roles, a job), never made from a number.
///
#[doc = prova!("no_run", r#"riga.try_get::<EnteId, _>("ente")"#)]
#[doc = prova!("compile_fail,E0423", "Ok(EnteId(numero))")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
pub struct EnteId(i32);

impl std::fmt::Display for EnteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One ente, read and write.
#[derive(Debug)]
pub struct DiEnte {
    ente: EnteId,
}
/// The enti of one person, select-only.
#[derive(Debug)]
pub struct Scrivania;
/// The members in force of an alliance, select-only, views without names or subjects.
#[derive(Debug)]
pub struct DiAlleanza;
/// The technical centre, select-only on operational views.
#[derive(Debug)]
pub struct Centro;
/// Who is at the door: hosts, sessions, roles.
#[derive(Debug)]
pub struct Porta;
/// The queue of jobs, of every ente, and nothing else.
#[derive(Debug)]
pub struct Coda;
/// The serving role with no scope: public facts and insert-only functions, no row of any ente.
#[derive(Debug)]
pub struct SenzaEnte;
/// Maintenance: every ente, row-level security bypassed. Never in the server's pool.
#[derive(Debug)]
pub struct Manut;

/// A transaction of scope `S`. Dropped without [`Tx::commit`] it is rolled back. What writes takes the scope that writes:
///
#[doc = prova!("no_run", "Ok(scrive(&mut uno).await)")]
#[doc = prova!("compile_fail,E0308", "Ok(scrive(&mut molti).await)")]
#[derive(Debug)]
pub struct Tx<S> {
    inner: Transaction<'static, Postgres>,
    now: Timestamp,
    ambito: S,
}

impl<S> Tx<S> {
    /// The connection on which statements run.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The instant at which the transaction was opened, for rules, deadlines and sessions; a register has its own clock.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The civil day in Europe/Rome.
    pub fn oggi(&self) -> Data {
        kernel::tempo::giorno_a_roma(self.now)
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }
}

impl Tx<DiEnte> {
    pub fn ente(&self) -> EnteId {
        self.ambito.ente
    }
}

/// Opens a transaction in a task of its own. Whoever asked may go away at any moment (a browser that leaves the page): the task
/// comes to its end all the same and rolls back. Dropped half-way, `begin_with` gives the connection back inside a transaction
/// that nobody counts, with the role of this scope, and the next user of it is refused.
async fn comincia(pool: &PgPool, sql: String) -> Result<Transaction<'static, Postgres>, Error> {
    let pool = pool.clone();
    let aperta = tokio::spawn(async move {
        let (sql, mut vecchie) = (AssertSqlSafe(sql).into_sql_str(), pool.size());
        loop {
            match pool.begin_with(sql.clone()).await {
                // The database went away since this connection was last used, and BEGIN had no effect: another one.
                Err(e) if vecchie > 0 && caduta(&e) => vecchie -= 1,
                altro => return altro,
            }
        }
    });
    Ok(aperta.await.map_err(|e| Error::Cluster(e.to_string()))??)
}

impl Db {
    /// Opens a transaction on one ente; BEGIN and the ente's setting travel in one message.
    pub async fn di_ente(&self, ente: EnteId) -> Result<Tx<DiEnte>, Error> {
        // An i32 is the only thing interpolated here.
        let sql = format!("BEGIN; SELECT set_config('alleanza.ente', '{ente}', true)");
        self.apri(DiEnte { ente }, sql).await
    }

    /// Opens a read-only transaction over the enti of one person.
    pub async fn scrivania(&self, enti: &[EnteId]) -> Result<Tx<Scrivania>, Error> {
        let elenco: Vec<String> = enti.iter().map(ToString::to_string).collect();
        let sql = format!(
            "BEGIN READ ONLY; SET LOCAL ROLE alleanza_scrivania; SELECT set_config('alleanza.enti', '{{{}}}', true)",
            elenco.join(",")
        );
        self.apri(Scrivania, sql).await
    }

    pub async fn alleanza(&self) -> Result<Tx<DiAlleanza>, Error> {
        self.apri(DiAlleanza, "BEGIN READ ONLY; SET LOCAL ROLE alleanza_alleanza".into()).await
    }

    pub async fn centro(&self) -> Result<Tx<Centro>, Error> {
        self.apri(Centro, "BEGIN READ ONLY; SET LOCAL ROLE alleanza_centro".into()).await
    }

    pub async fn porta(&self) -> Result<Tx<Porta>, Error> {
        self.apri(Porta, "BEGIN; SET LOCAL ROLE alleanza_porta".into()).await
    }

    pub async fn coda(&self) -> Result<Tx<Coda>, Error> {
        self.apri(Coda, "BEGIN; SET LOCAL ROLE alleanza_coda".into()).await
    }

    pub async fn senza_ente(&self) -> Result<Tx<SenzaEnte>, Error> {
        self.apri(SenzaEnte, "BEGIN".into()).await
    }

    async fn apri<S>(&self, ambito: S, sql: String) -> Result<Tx<S>, Error> {
        let inner = comincia(&self.pool, sql).await?;
        Ok(Tx { inner, now: self.orologio.adesso(), ambito })
    }
}

/// True when the connection is over.
fn caduta(e: &sqlx::Error) -> bool {
    match e {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(d) => matches!(d.code().as_deref(), Some("57P01" | "57P02")),
        _ => false,
    }
}

impl crate::Manutenzione {
    /// Opens a maintenance transaction: the caller states how many rows it expects to touch.
    pub async fn tx(&self) -> Result<Tx<Manut>, Error> {
        let sql = "BEGIN; SET LOCAL ROLE alleanza_manutenzione; SET LOCAL statement_timeout = 0";
        let inner = comincia(&self.pool, sql.into()).await?;
        Ok(Tx { inner, now: self.orologio.adesso(), ambito: Manut })
    }

    /// Opens a read-only maintenance transaction on one snapshot: what is verified or exported does not move meanwhile.
    pub async fn fotografia(&self) -> Result<Tx<Manut>, Error> {
        let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ROLE alleanza_manutenzione; \
                   SET LOCAL statement_timeout = 0";
        Ok(Tx { inner: comincia(&self.pool, sql.into()).await?, now: self.orologio.adesso(), ambito: Manut })
    }

    /// Opens a transaction as the owner, for migrations and for the few rows only the owner may write.
    pub(crate) async fn proprietario(&self) -> Result<Transaction<'static, Postgres>, Error> {
        let sql =
            "BEGIN; SET LOCAL ROLE alleanza_owner; SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0";
        comincia(&self.pool, sql.into()).await
    }
}
