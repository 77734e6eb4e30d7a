//! Erasing what the law orders to erase: choose, read what will happen, confirm.

use authz::Consenti;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::oscuramento::{CLASSI, Classe};
use web::{Errore, Inviato, Modulo, Operatore, Pagina};

use super::chiave;
use crate::pages::{self, RigaValore};
use crate::permissions::Oscura;
use crate::{ChiaveValore, DaOscurare, ProtocolloError, Valore, commands, queries};

type Chiave = Path<(String, String, String)>;
/// The box that stands for all the others.
const TUTTI: &str = "tutti";

pub(super) async fn modulo(op: Operatore, Path((_, anno, numero)): Chiave) -> Result<Response, Errore> {
    disegna(&op, chiave(&anno, &numero)?, op.modulo(), None).await
}

/// The form, with what can still be read; or, when something good was asked, what will happen.
async fn disegna(
    op: &Operatore,
    (anno, numero): (i32, i32),
    mut modulo: Modulo,
    chiesto: Option<DaOscurare>,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
    let annullamenti = queries::annullamenti(&mut tx, &r).await?;
    let leggibili = queries::valori(&mut tx, &r, &annullamenti).await?;
    let righe = |valori: &[Valore]| valori.iter().map(|v| RigaValore::di(v, &r, &annullamenti)).collect();
    let cornice = Pagina::ufficio(op, "Oscura dati personali").attiva("/protocollo").spiegata_in("correggere");
    if let Some(d) = chiesto {
        match d.provvedimento(op.oggi()).and_then(|_| d.fra(&leggibili)) {
            Ok(via) => {
                let giornalieri = queries::giornalieri_di(&mut tx, &r, &annullamenti).await?;
                let documenti = queries::documenti_di(&mut tx, &r).await?.len();
                let via = righe(&via);
                let dentro = pages::PrimaDiOscurare { op, via, giornalieri, documenti, classe: d.classe, modulo, r };
                return Ok(cornice.con(dentro));
            }
            Err(e) => modulo.accogli(e.campo(), e.into())?,
        }
    }
    let righe = righe(&leggibili);
    Ok(cornice.di(&modulo).con(pages::Oscura { op, righe, modulo, r }))
}

/// Sent once it shows what will happen; sent again with the confirmation, it does it.
pub(super) async fn oscura(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let chiesto = if m.spunta("correggi") { None } else { leggi(&op, (anno, numero), &mut m).await? };
    let Some(d) = chiesto.as_ref().filter(|_| m.spunta("conferma")) else {
        return disegna(&op, (anno, numero), m, chiesto).await;
    };
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Oscura>(op.chi()).await?;
    match commands::oscura(&mut tx, &p, anno, numero, d).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to(&op.percorso(format!("/protocollo/{anno}/{numero}"))).into_response())
        }
        Err(e) => {
            drop(tx);
            m.accogli(e.campo(), e.into())?;
            disegna(&op, (anno, numero), m, None).await
        }
    }
}

async fn leggi(op: &Operatore, (anno, numero): (i32, i32), m: &mut Modulo) -> Result<Option<DaOscurare>, Errore> {
    let classi: Vec<&str> = CLASSI.iter().map(|(c, _)| *c).collect();
    let classe = m.scelta("classe", &classi).and_then(Classe::da);
    let data = m.data("provvedimento_data", op.oggi());
    let valori = if m.valori("valori").any(|v| v == TUTTI) {
        tutti(op, anno, numero).await?
    } else {
        m.valori("valori").filter_map(|v| v.parse().ok()).collect()
    };
    let (true, Some(classe)) = (m.valido(), classe) else { return Ok(None) };
    Ok(Some(DaOscurare { valori, classe, provvedimento: m.valore("provvedimento").to_owned(), data }))
}

async fn tutti(op: &Operatore, anno: i32, numero: i32) -> Result<Vec<ChiaveValore>, ProtocolloError> {
    let mut tx = op.tx().await?;
    let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
    let annullamenti = queries::annullamenti(&mut tx, &r).await?;
    Ok(queries::valori(&mut tx, &r, &annullamenti).await?.iter().map(|v| v.chiave).collect())
}
