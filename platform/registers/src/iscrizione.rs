//! Writing: open a register, write a voce, darken what the law orders to erase.

use db::{DiEnte, Tx};
use kernel::Impronta;
use serde_json::{Value, json};

use crate::model::VERSIONE_CANONICA;
use crate::{Dove, Iscritta, Operazione, RegistroError, Regola, Voce, sql};

/// Opens a register of an AOO; opening it again changes nothing. `codice_ente` is fixed in its links for ever.
pub async fn apri_registro(
    tx: &mut Tx<DiEnte>,
    aoo: &str,
    codice: &str,
    nome: &str,
    regola: Regola,
) -> Result<(), RegistroError> {
    let ente = tx.ente();
    let now = tx.now();
    sqlx::query(sql::APRI_REGISTRO)
        .bind(ente)
        .bind(aoo)
        .bind(codice)
        .bind(nome)
        .bind(regola.codice())
        .bind(db::sql(now))
        .execute(tx.conn())
        .await?;
    if regola == Regola::Istante {
        apri_catena(tx, &Dove::istante(aoo, codice)).await?;
    }
    Ok(())
}

/// Opens one chain of a register (an exercise, the series of a sitting); opening it again changes nothing.
pub async fn apri_catena(tx: &mut Tx<DiEnte>, dove: &Dove<'_>) -> Result<(), RegistroError> {
    sqlx::query(sql::APRI_CATENA).bind(dove.aoo).bind(dove.registro).bind(dove.catena).execute(tx.conn()).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Riga {
    serie: i32,
    numero: Option<i32>,
    posizione: i64,
    istante: jiff_sqlx::Timestamp,
    impronta: Vec<u8>,
}

/// Writes a voce: position, number (for registrations), instant and link come back. Do everything slow before.
pub async fn iscrivi(tx: &mut Tx<DiEnte>, dove: &Dove<'_>, voce: &Voce) -> Result<Iscritta, RegistroError> {
    let contenuto = voce.byte_canonici()?;
    let riga: Option<Riga> = sqlx::query_as(sql::ISCRIVI)
        .bind(dove.aoo)
        .bind(dove.registro)
        .bind(dove.catena)
        .bind(voce.operazione() as i32)
        .bind(i32::from(VERSIONE_CANONICA))
        .bind(contenuto)
        .bind(voce.in_chiaro())
        .fetch_optional(tx.conn())
        .await?;
    let r = riga.ok_or_else(|| RegistroError::NonAperto(dove.registro.to_owned()))?;
    let impronta = Impronta::try_from(r.impronta.as_slice()).map_err(|e| RegistroError::NonCanonico(e.to_string()))?;
    Ok(Iscritta { serie: r.serie, numero: r.numero, posizione: r.posizione, istante: r.istante.to_jiff(), impronta })
}

/// Erases clear values of an earlier voce, after a voce of `oscuramento` that names them and holds `perche`, an object:
/// the chain still holds, because it holds only their salted hashes.
pub async fn oscura(
    tx: &mut Tx<DiEnte>,
    dove: &Dove<'_>,
    posizione: i64,
    campi: &[&str],
    perche: Value,
) -> Result<Iscritta, RegistroError> {
    let voce = Voce::su(Operazione::Oscuramento, posizione, perche).con("campi", json!(campi.join(",")));
    let iscritta = iscrivi(tx, dove, &voce).await?;
    sqlx::query(sql::CANCELLA_CHIARO)
        .bind(dove.aoo)
        .bind(dove.registro)
        .bind(dove.catena)
        .bind(posizione)
        .bind(campi)
        .execute(tx.conn())
        .await?;
    Ok(iscritta)
}
