//! Migrations per service with checksums, replaceable SQL re-applied when its text changed, refusal of a newer schema.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::{Postgres, Transaction};

use crate::{Error, Manutenzione};

/// One step of a service's schema: expand or contract, one purpose each.
#[derive(Debug, Clone, Copy)]
pub struct Passo {
    pub numero: i32,
    pub nome: &'static str,
    pub sql: &'static str,
}

/// Functions, triggers, policies and grants: files that are re-applied whole when their text changes.
#[derive(Debug, Clone, Copy)]
pub struct Sostituibile {
    pub nome: &'static str,
    pub sql: &'static str,
}

/// The schema of one service.
#[derive(Debug, Clone, Copy)]
pub struct Migrazioni {
    pub servizio: &'static str,
    pub passi: &'static [Passo],
    pub sostituibili: &'static [Sostituibile],
}

/// The schema of this crate, always first.
pub const SISTEMA: Migrazioni = Migrazioni {
    servizio: "sistema",
    passi: &[
        Passo { numero: 1, nome: "sistema", sql: include_str!("../sql/0001_sistema.sql") },
        Passo { numero: 2, nome: "estensioni", sql: include_str!("../sql/0002_estensioni.sql") },
    ],
    sostituibili: &[Sostituibile { nome: "sistema", sql: include_str!("../sql/sistema.sql") }],
};

/// The documented SQL that makes the roles on a server of one's own.
pub fn istruzioni_dei_ruoli() -> &'static str {
    include_str!("../sql/ruoli.sql")
}

/// What a run of [`Manutenzione::migra`] did, in order.
pub type Applicate = Vec<String>;

const ESISTE: &str = "select to_regclass('sistema.migrazione') is not null";
const FATTE: &str = "select servizio, numero, nome, impronta from sistema.migrazione order by servizio, numero";
const SOSTITUITE: &str = "select servizio, nome, impronta from sistema.sostituibile";
const SEGNA: &str = "insert into sistema.migrazione (servizio, numero, nome, impronta) values ($1, $2, $3, $4)";
const SEGNA_SOSTITUIBILE: &str = "insert into sistema.sostituibile (servizio, nome, impronta) values ($1, $2, $3) \
     on conflict (servizio, nome) do update set impronta = excluded.impronta";
// One migrator at a time, whichever process or centre starts it.
const UNO_ALLA_VOLTA: &str = "select pg_advisory_xact_lock(7231455920001)";
const MODO: &str = "insert into sistema.installazione (modo) values ($1) on conflict do nothing";
const MODO_DI_ADESSO: &str = "select modo from sistema.installazione";
const INSTALLAZIONE: &str = "select modo || ' ' || to_char(creata_il at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') \
     from sistema.installazione";

impl Manutenzione {
    /// Brings the schema to what `servizi` say, all in one transaction: a failure leaves everything as it was.
    ///
    /// Refuses a database that holds a step unknown to this program (the program is older than the schema), and a step
    /// whose text changed after it was applied.
    pub async fn migra(&self, servizi: &[Migrazioni]) -> Result<Applicate, Error> {
        let mut tx = self.proprietario().await?;
        sqlx::query(UNO_ALLA_VOLTA).execute(&mut *tx).await?;
        let mut fatte = Fatte::leggi(&mut tx).await?;
        let mut esito = Applicate::new();
        let tutti = || std::iter::once(&SISTEMA).chain(servizi);
        for m in tutti() {
            applica_passi(&mut tx, m, &mut fatte, &mut esito).await?;
        }
        fatte.nessuno_sconosciuto()?;
        // Policies and functions may speak of tables of services listed earlier: after all steps.
        for m in tutti() {
            applica_sostituibili(&mut tx, m, &fatte, &mut esito).await?;
        }
        tx.commit().await?;
        self.orologio.leggi(&self.pool).await?;
        Ok(esito)
    }

    /// Marks the installation at its birth (`esercizio`, `demo`, `prova`) and says what it is from now on.
    pub async fn segna_modo(&self, modo: &str) -> Result<String, Error> {
        let mut tx = self.proprietario().await?;
        sqlx::query(MODO).bind(modo).execute(&mut *tx).await?;
        let adesso = sqlx::query_scalar(MODO_DI_ADESSO).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(adesso)
    }

    /// What tells this installation from any other, and goes where its database goes: mode and instant of its birth.
    pub async fn installazione(&self) -> Result<String, Error> {
        Ok(sqlx::query_scalar(INSTALLAZIONE).fetch_one(&self.pool).await?)
    }
}

/// What the database says was applied: steps still to be recognised, and the prints of replaceable files.
struct Fatte {
    passi: BTreeMap<(String, i32), (String, String)>,
    sostituibili: BTreeMap<(String, String), String>,
}

impl Fatte {
    async fn leggi(tx: &mut Transaction<'static, Postgres>) -> Result<Fatte, Error> {
        let mut fatte = Fatte { passi: BTreeMap::new(), sostituibili: BTreeMap::new() };
        let nata: bool = sqlx::query_scalar(ESISTE).fetch_one(&mut **tx).await?;
        if nata {
            let righe: Vec<(String, i32, String, String)> = sqlx::query_as(FATTE).fetch_all(&mut **tx).await?;
            fatte.passi = righe.into_iter().map(|(s, n, nome, i)| ((s, n), (nome, i))).collect();
            let righe: Vec<(String, String, String)> = sqlx::query_as(SOSTITUITE).fetch_all(&mut **tx).await?;
            fatte.sostituibili = righe.into_iter().map(|(s, n, i)| ((s, n), i)).collect();
        }
        Ok(fatte)
    }

    fn nessuno_sconosciuto(&self) -> Result<(), Error> {
        match self.passi.iter().next() {
            None => Ok(()),
            Some(((servizio, numero), (nome, _))) => Err(Error::Migrazione(format!(
                "MIG-002: il database è più nuovo di questo programma (conosce {servizio} {numero:04}_{nome}): \
                 installa la versione che lo ha scritto, o una successiva"
            ))),
        }
    }
}

async fn applica_passi(
    tx: &mut Transaction<'static, Postgres>,
    m: &Migrazioni,
    fatte: &mut Fatte,
    esito: &mut Applicate,
) -> Result<(), Error> {
    for p in m.passi {
        let impronta = impronta(p.sql);
        match fatte.passi.remove(&(m.servizio.to_owned(), p.numero)) {
            Some((_, gia)) if gia == impronta => continue,
            Some(_) => {
                return Err(Error::Migrazione(format!(
                    "MIG-001: il passo {} {:04}_{} è cambiato dopo essere stato applicato",
                    m.servizio, p.numero, p.nome
                )));
            }
            None => {}
        }
        let nome = format!("{} {:04}_{}", m.servizio, p.numero, p.nome);
        esegui(tx, p.sql, &nome).await?;
        sqlx::query(SEGNA).bind(m.servizio).bind(p.numero).bind(p.nome).bind(impronta).execute(&mut **tx).await?;
        esito.push(nome);
    }
    Ok(())
}

async fn applica_sostituibili(
    tx: &mut Transaction<'static, Postgres>,
    m: &Migrazioni,
    fatte: &Fatte,
    esito: &mut Applicate,
) -> Result<(), Error> {
    for s in m.sostituibili {
        let impronta = impronta(s.sql);
        if fatte.sostituibili.get(&(m.servizio.to_owned(), s.nome.to_owned())) == Some(&impronta) {
            continue;
        }
        let nome = format!("{} {}", m.servizio, s.nome);
        esegui(tx, s.sql, &nome).await?;
        sqlx::query(SEGNA_SOSTITUIBILE).bind(m.servizio).bind(s.nome).bind(impronta).execute(&mut **tx).await?;
        esito.push(nome);
    }
    Ok(())
}

async fn esegui(tx: &mut Transaction<'static, Postgres>, sql: &'static str, nome: &str) -> Result<(), Error> {
    sqlx::raw_sql(sql).execute(&mut **tx).await.map_err(|e| Error::Migrazione(format!("MIG-003: {nome}: {e}")))?;
    Ok(())
}

fn impronta(sql: &str) -> String {
    hex::encode(Sha256::digest(sql))
}
