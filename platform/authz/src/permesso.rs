//! The permit: a witness that a person may do `A` here, in this transaction's ente, now.

use std::marker::PhantomData;

use db::{DiEnte, EnteId, Tx};
use uuid::Uuid;

use crate::{Chi, PersonaId, sql};

/// Something a person does, and which roles may do it.
pub trait Azione: Send + Sync + 'static {
    /// `protocollo.registra`: stable, written in the audit.
    const CODICE: &'static str;
    const RUOLI: &'static [&'static str];
    /// After "Non hai il ruolo per …".
    const DESCRIZIONE: &'static str;
}

/// The same facts as an [`Azione`], as a value: for menus, pages and the completeness tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permessa {
    pub codice: &'static str,
    pub ruoli: &'static [&'static str],
    pub descrizione: &'static str,
}

impl Permessa {
    pub const fn di<A: Azione>() -> Permessa {
        Permessa { codice: A::CODICE, ruoli: A::RUOLI, descrizione: A::DESCRIZIONE }
    }
}

/// The law of the house says no.
#[derive(Debug, thiserror::Error)]
pub enum Negato {
    #[error("Non hai il ruolo per {descrizione}.")]
    SenzaRuolo { azione: &'static str, descrizione: &'static str, ruoli: &'static [&'static str] },
    /// A permit of one place shown in another: a defect of the program, never of the person.
    #[error("il permesso {azione} è di un altro ente")]
    AltroEnte { azione: &'static str },
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<sqlx::Error> for Negato {
    fn from(e: sqlx::Error) -> Self {
        Negato::Db(e.into())
    }
}

/// Made only by [`Consenti::consenti`]; its fields are private on purpose.
#[derive(Debug)]
pub struct Permesso<A> {
    ente: EnteId,
    ufficio: String,
    chi: Chi,
    per_conto_di: Option<PersonaId>,
    _azione: PhantomData<fn() -> A>,
}

/// Asking for a permit.
pub trait Consenti {
    /// Reads the person's roles in this transaction; refuses when none in force today allows `A`.
    fn consenti<A: Azione>(&mut self, chi: &Chi) -> impl Future<Output = Result<Permesso<A>, Negato>> + Send;
}

impl Consenti for Tx<DiEnte> {
    async fn consenti<A: Azione>(&mut self, chi: &Chi) -> Result<Permesso<A>, Negato> {
        let (ente, oggi) = (self.ente(), self.oggi());
        let ufficio: Option<String> = sqlx::query_scalar(sql::UFFICIO_CHE_PUO)
            .bind(ente)
            .bind(chi.persona)
            .bind(A::RUOLI)
            .bind(db::sql(oggi))
            .fetch_optional(self.conn())
            .await?;
        match ufficio {
            Some(ufficio) => Ok(Permesso { ente, ufficio, chi: chi.clone(), per_conto_di: None, _azione: PhantomData }),
            None => Err(Negato::SenzaRuolo { azione: A::CODICE, descrizione: A::DESCRIZIONE, ruoli: A::RUOLI }),
        }
    }
}

impl<A: Azione> Permesso<A> {
    /// The first line of every command: a permit of comune A opens nothing in comune B.
    pub fn vale_per(&self, tx: &Tx<DiEnte>) -> Result<(), Negato> {
        if self.ente == tx.ente() { Ok(()) } else { Err(Negato::AltroEnte { azione: A::CODICE }) }
    }

    pub fn chi(&self) -> &Chi {
        &self.chi
    }

    /// The office in whose name the person acts.
    pub fn ufficio(&self) -> &str {
        &self.ufficio
    }

    pub fn operazione(&self) -> Uuid {
        self.chi.operazione
    }

    /// Writes the audit line of this permit in the command's own transaction.
    ///
    /// `oggetto` is a human key (`protocollo/2026/123`); `dettaglio` holds no personal data that registers do not hold.
    pub async fn annota(&self, tx: &mut Tx<DiEnte>, oggetto: &str, dettaglio: serde_json::Value) -> Result<(), Negato> {
        self.vale_per(tx)?;
        let now = tx.now();
        sqlx::query(sql::AUDIT)
            .bind(self.ente)
            .bind(db::sql(now))
            .bind(self.chi.persona)
            .bind(self.per_conto_di)
            .bind(&self.ufficio)
            .bind(A::CODICE)
            .bind(self.chi.operazione)
            .bind(oggetto)
            .bind(dettaglio)
            .execute(tx.conn())
            .await?;
        Ok(())
    }
}
