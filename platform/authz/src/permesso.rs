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

/// In whose name a person acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Titolo {
    Proprio,
    /// For somebody whom they substitute today.
    PerContoDi {
        persona: PersonaId,
        nome: String,
    },
    /// Lent by another ente: its code, its name.
    Prestito {
        da: String,
        nome: String,
    },
}

/// The same few lines with one that changes: where the first compiles, what the others get wrong is that line. The codes are
/// for who reads: stable rustdoc does not compare them.
macro_rules! prova {
    ($come:literal, $riga:literal) => {
        concat!(
            "```",
            $come,
            "\n",
            "use authz::{Azione, Chi, Consenti, Negato, Permesso};\n",
            "use db::{DiEnte, Scrivania, Tx};\n",
            "# struct Registra;\n",
            "# impl Azione for Registra {\n",
            "#     const CODICE: &'static str = \"prova.registra\";\n",
            "#     const RUOLI: &'static [&'static str] = &[\"protocollo\"];\n",
            "#     const DESCRIZIONE: &'static str = \"registrare\";\n",
            "# }\n",
            "# struct Legge;\n",
            "# impl Azione for Legge {\n",
            "#     const CODICE: &'static str = \"prova.legge\";\n",
            "#     const RUOLI: &'static [&'static str] = &[\"consultazione\"];\n",
            "#     const DESCRIZIONE: &'static str = \"leggere\";\n",
            "# }\n",
            "async fn registra(tx: &mut Tx<DiEnte>, p: &Permesso<Registra>) -> Result<(), Negato> { p.vale_per(tx) }\n",
            "async fn prova(mut tx: Tx<DiEnte>, mut molti: Tx<Scrivania>, chi: Chi) -> Result<(), Negato> {\n",
            "    let di_registrare = tx.consenti::<Registra>(&chi).await?;\n",
            "    let di_leggere = tx.consenti::<Legge>(&chi).await?;\n    ",
            $riga,
            "\n}\n```\n"
        )
    };
}

/// Made only by [`Consenti::consenti`]; its fields are private on purpose. A command takes the permit of its own action,
/// and a transaction that may write:
///
#[doc = prova!("no_run", "registra(&mut tx, &di_registrare).await")]
#[doc = prova!("compile_fail,E0061", "registra(&mut tx).await")]
#[doc = prova!("compile_fail,E0308", "registra(&mut tx, &di_leggere).await")]
#[doc = prova!("compile_fail,E0308", "registra(&mut molti, &di_registrare).await")]
#[doc = prova!("compile_fail,E0451", "let a_mano = Permesso { ente: tx.ente(), ..di_registrare }; registra(&mut tx, &a_mano).await")]
#[derive(Debug)]
pub struct Permesso<A> {
    ente: EnteId,
    ufficio: String,
    chi: Chi,
    titolo: Titolo,
    _azione: PhantomData<fn() -> A>,
}

#[derive(sqlx::FromRow)]
struct Potere {
    ufficio: String,
    per_conto_di: Option<PersonaId>,
    sostituito: Option<String>,
    da_ente: Option<String>,
    da_nome: Option<String>,
}

impl Potere {
    fn titolo(self) -> (String, Titolo) {
        let titolo = match (self.per_conto_di, self.da_ente) {
            (Some(persona), _) => Titolo::PerContoDi { persona, nome: self.sostituito.unwrap_or_default() },
            (None, Some(da)) => Titolo::Prestito { da, nome: self.da_nome.unwrap_or_default() },
            (None, None) => Titolo::Proprio,
        };
        (self.ufficio, titolo)
    }
}

/// Asking for a permit.
pub trait Consenti {
    /// Reads the person's powers in this transaction; refuses when none in force now allows `A`.
    fn consenti<A: Azione>(&mut self, chi: &Chi) -> impl Future<Output = Result<Permesso<A>, Negato>> + Send;
}

impl Consenti for Tx<DiEnte> {
    async fn consenti<A: Azione>(&mut self, chi: &Chi) -> Result<Permesso<A>, Negato> {
        let (ente, oggi, adesso) = (self.ente(), self.oggi(), self.now());
        let potere: Option<Potere> = sqlx::query_as(sql::POTERE)
            .bind(ente)
            .bind(chi.persona)
            .bind(A::RUOLI)
            .bind(db::sql(oggi))
            .bind(db::sql(adesso))
            .fetch_optional(self.conn())
            .await?;
        let negato = || Negato::SenzaRuolo { azione: A::CODICE, descrizione: A::DESCRIZIONE, ruoli: A::RUOLI };
        let (ufficio, titolo) = potere.ok_or_else(negato)?.titolo();
        Ok(Permesso { ente, ufficio, chi: chi.clone(), titolo, _azione: PhantomData })
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

    /// In whose name the person acts.
    pub fn titolo(&self) -> &Titolo {
        &self.titolo
    }

    /// Who acts, as registers and papers say it: "Anna Bianchi per conto di Ugo Neri".
    pub fn firma(&self) -> String {
        let nome = &self.chi.nome;
        match &self.titolo {
            Titolo::Proprio => nome.clone(),
            Titolo::PerContoDi { nome: altro, .. } => format!("{nome} per conto di {altro}"),
            Titolo::Prestito { nome: da, .. } => format!("{nome}, in prestito da {da}"),
        }
    }

    /// Adds to what a register writes for whom the person acts, or lent by whom; nothing when in their own name.
    pub fn segna(&self, mut contenuto: serde_json::Value) -> serde_json::Value {
        match &self.titolo {
            Titolo::Proprio => {}
            Titolo::PerContoDi { persona, .. } => contenuto["per_conto_di"] = persona.to_string().into(),
            Titolo::Prestito { da, .. } => contenuto["prestito_da"] = da.as_str().into(),
        }
        contenuto
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
        let (per_conto_di, prestito_da) = match &self.titolo {
            Titolo::Proprio => (None, None),
            Titolo::PerContoDi { persona, .. } => (Some(*persona), None),
            Titolo::Prestito { da, .. } => (None, Some(da)),
        };
        sqlx::query(sql::AUDIT)
            .bind(self.ente)
            .bind(db::sql(now))
            .bind(self.chi.persona)
            .bind(per_conto_di)
            .bind(prestito_da)
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
