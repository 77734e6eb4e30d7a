//! Codes that change every thirty seconds (RFC 6238): enrolment, and a proof that is good once.

use db::{Porta, Tx};
use totp_rs::{Builder, Totp};

use crate::{AccessoNegato, PersonaId, Serratura, sql};

/// What the seals are for. A new secret is not yet the person's: it travels inside the form that asks for its first code.
const SEGRETO: &str = "totp";
const SEGRETO_NUOVO: &str = "totp-nuovo";
const BYTE: usize = 20;

/// A secret to be put in a telephone.
#[derive(Debug)]
pub struct TotpNuovo {
    /// In base 32, for who types it.
    pub segreto: String,
    /// `otpauth://…`, for a QR code.
    pub uri: String,
    /// What the form brings back.
    pub sigillo: String,
}

impl Serratura {
    /// A new secret for a person, or the one that a form brought back with a wrong code. Nothing is written: it becomes
    /// theirs when its first code is right.
    pub fn totp_nuovo(&self, persona: PersonaId, utente: &str, sigillo: &str) -> Result<TotpNuovo, db::Error> {
        let segreto = self.dal_sigillo(persona, sigillo).unwrap_or_else(|| db::caso::byte::<BYTE>().to_vec());
        // A colon would end the name of who issues the code.
        let nome = |t: &str| t.replace(':', " ");
        let totp = Builder::new()
            .with_secret(segreto.clone())
            .with_account_name(nome(utente))
            .with_issuer(Some(nome(&self.sito.nome)))
            .build()
            .map_err(guasto)?;
        Ok(TotpNuovo {
            segreto: totp.secret().to_base32(),
            uri: totp.to_url().map_err(guasto)?,
            sigillo: hex::encode(self.sigilla(SEGRETO_NUOVO, persona, &segreto)?),
        })
    }

    fn dal_sigillo(&self, persona: PersonaId, sigillo: &str) -> Option<Vec<u8>> {
        self.apri(SEGRETO_NUOVO, persona, &hex::decode(sigillo).ok()?)
    }
}

/// Makes the secret of a form the person's, if its code is right; it takes the place of the one they had.
pub(crate) async fn iscrivi(
    tx: &mut Tx<Porta>,
    serratura: &Serratura,
    persona: PersonaId,
    sigillo: &str,
    codice: &str,
) -> Result<(), AccessoNegato> {
    let segreto = serratura.dal_sigillo(persona, sigillo).ok_or(AccessoNegato::CodiceErrato)?;
    let adesso = tx.now();
    let passo = passo_di(&segreto, codice, adesso)?.ok_or(AccessoNegato::CodiceErrato)?;
    sqlx::query(sql::ISCRIVI_TOTP)
        .bind(persona)
        .bind(serratura.sigilla(SEGRETO, persona, &segreto)?)
        .bind(passo)
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether the code is right now, and later than the last one used: two requests with the same code, and one is right.
pub(crate) async fn prova(
    tx: &mut Tx<Porta>,
    serratura: &Serratura,
    persona: PersonaId,
    codice: &str,
) -> Result<bool, AccessoNegato> {
    let sigillato: Option<Vec<u8>> =
        sqlx::query_scalar(sql::SEGRETO_TOTP).bind(persona).fetch_optional(tx.conn()).await?;
    let Some(sigillato) = sigillato else { return Ok(false) };
    let segreto = serratura
        .apri(SEGRETO, persona, &sigillato)
        .ok_or_else(|| db::Error::Cluster("a second factor was sealed with another key".into()))?;
    let adesso = tx.now();
    let Some(passo) = passo_di(&segreto, codice, adesso)? else { return Ok(false) };
    let usato = sqlx::query(sql::USA_TOTP).bind(persona).bind(passo).bind(db::sql(adesso)).execute(tx.conn()).await?;
    Ok(usato.rows_affected() == 1)
}

/// The thirty seconds that a code belongs to: now, the ones before, the ones after.
fn passo_di(segreto: &[u8], codice: &str, adesso: jiff::Timestamp) -> Result<Option<i64>, db::Error> {
    let totp: Totp = Builder::new().with_secret(segreto).with_account_name("-").build().map_err(guasto)?;
    let secondi = u64::try_from(adesso.as_second()).map_err(guasto)?;
    Ok(totp.check(codice, secondi).and_then(|p| i64::try_from(p).ok()))
}

fn guasto(e: impl std::fmt::Display) -> db::Error {
    db::Error::Cluster(e.to_string())
}
