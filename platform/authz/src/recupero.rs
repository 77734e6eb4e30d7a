//! Codes on paper, for when the telephone is lost: each opens once, in place of the second factor.

use db::{Porta, Tx};
use sha2::{Digest, Sha256};

use crate::{AccessoNegato, PersonaId, sql};

/// How many a person gets; new ones take the place of all the old.
const QUANTI: usize = 10;
const ALFABETO: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// 80 bits: a copy of the table cannot be guessed back.
const LETTERE: usize = 16;

/// Makes ten new codes, to be shown once.
pub(crate) async fn rifai(tx: &mut Tx<Porta>, persona: PersonaId) -> Result<Vec<String>, db::Error> {
    let codici: Vec<String> = (0..QUANTI).map(|_| nuovo()).collect();
    let impronte: Vec<Vec<u8>> = codici.iter().map(|c| impronta(&netto(c))).collect();
    let adesso = tx.now();
    sqlx::query(sql::TOGLI_CODICI).bind(persona).execute(tx.conn()).await?;
    sqlx::query(sql::NUOVI_CODICI).bind(persona).bind(impronte).bind(db::sql(adesso)).execute(tx.conn()).await?;
    Ok(codici)
}

/// Makes them only for who has none.
pub(crate) async fn se_mancano(tx: &mut Tx<Porta>, persona: PersonaId) -> Result<Vec<String>, db::Error> {
    let quanti: i64 = sqlx::query_scalar(sql::QUANTI_CODICI).bind(persona).fetch_one(tx.conn()).await?;
    if quanti == 0 { rifai(tx, persona).await } else { Ok(Vec::new()) }
}

/// Where a code came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codice {
    /// The person's own paper.
    Carta,
    /// Two people gave it: what was lost is taken away with it.
    InDue,
}

/// Uses one up.
pub(crate) async fn usa(
    tx: &mut Tx<Porta>,
    persona: PersonaId,
    scritto: &str,
) -> Result<Option<Codice>, AccessoNegato> {
    let netto = netto(scritto);
    if netto.len() != LETTERE {
        return Ok(None);
    }
    let adesso = tx.now();
    let in_due: Option<bool> = sqlx::query_scalar(sql::USA_CODICE)
        .bind(persona)
        .bind(impronta(&netto))
        .bind(db::sql(adesso))
        .fetch_optional(tx.conn())
        .await?;
    if in_due == Some(true) {
        sqlx::query(sql::TOGLI_TUTTO).bind(persona).execute(tx.conn()).await?;
    }
    Ok(in_due.map(|in_due| if in_due { Codice::InDue } else { Codice::Carta }))
}

/// `K7QD-…`, in four groups of four.
pub(crate) fn nuovo() -> String {
    let byte: [u8; LETTERE] = db::caso::byte();
    // 32 divides 256: every letter is as likely as the others.
    let lettere: Vec<char> = byte.iter().map(|b| char::from(ALFABETO[usize::from(b % 32)])).collect();
    lettere.chunks(4).map(|g| g.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// As it was printed, whatever hands did to it: spaces, small letters, digits that look like letters.
pub(crate) fn netto(scritto: &str) -> String {
    let lettera = |c: char| match c.to_ascii_uppercase() {
        '0' => 'O',
        '1' => 'I',
        '8' => 'B',
        c => c,
    };
    scritto.chars().filter(char::is_ascii_alphanumeric).map(lettera).collect()
}

pub(crate) fn impronta(netto: &str) -> Vec<u8> {
    Sha256::digest(netto).to_vec()
}

#[cfg(test)]
mod tests {
    use super::{ALFABETO, netto, nuovo};

    #[test]
    fn a_code_survives_the_hands_that_type_it() {
        let c = nuovo();
        assert_eq!((c.len(), c.matches('-').count()), (19, 3));
        assert!(c.bytes().all(|b| b == b'-' || ALFABETO.contains(&b)), "{c}");
        assert_eq!(netto(&c), netto(&format!("  {} ", c.to_lowercase().replace('-', " "))));
        assert_eq!(netto("o0i1-b8"), "OOIIBB");
        assert_ne!(nuovo(), nuovo());
    }
}
