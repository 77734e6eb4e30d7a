//! What the ente says of itself, its AOO, codes and hosts; who did what.

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina, Pagine, Regole};
use authz::Consenti;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::commands::{self, Correzione};
use crate::model::Incarico;
use crate::permissions::CorreggiEnte;
use crate::{pages, queries};

pub(super) async fn scheda(op: Operatore) -> Result<Response, Errore> {
    let modulo = con_scheda(&op, op.modulo()).await?;
    mostra(&op, modulo).await
}

/// The form of the card, filled in.
async fn con_scheda(op: &Operatore, modulo: Modulo) -> Result<Modulo, Errore> {
    let mut tx = op.tx().await?;
    let s = queries::scheda(&mut tx).await?;
    tx.commit().await?;
    let campi = [
        ("indirizzo", s.indirizzo),
        ("pec", s.pec),
        ("sito", s.sito),
        ("codice_fiscale", s.codice_fiscale),
        ("patrono", s.patrono.map(|g| format!("{}/{}", g.giorno(), g.mese()))),
        ("dpo", s.dpo),
    ];
    let pieno = |m: Modulo, (nome, valore): (&str, Option<String>)| m.con(nome, valore.unwrap_or_default());
    Ok(campi.into_iter().fold(modulo, pieno))
}

async fn mostra(op: &Operatore, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let mut aoo = Vec::new();
    for a in queries::aoo_tutte(&mut tx).await? {
        let incarichi = queries::incarichi(&mut tx, &a.codice).await?;
        aoo.push((a, incarichi));
    }
    let codici = queries::codici(&mut tx, &op.ente().codice).await?;
    let hosts = queries::hosts(&mut tx).await?;
    let hosts = hosts.iter().map(|h| op.stato().config.indirizzo(h, "/")).collect();
    tx.commit().await?;
    let stato = modulo.stato();
    let dentro = pages::Ente { op, aoo, codici, hosts, modulo };
    Ok(Pagina::ufficio(op, "Ente").attiva("/ente").spiegata_in("persone").stato(stato).con(dentro))
}

pub(super) async fn correggi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let mut testo = |campo: &str| Some(m.testo(campo, Regole::riga(200))).filter(|t| !t.is_empty());
    let mut c = Correzione {
        indirizzo: testo("indirizzo"),
        pec: testo("pec"),
        sito: testo("sito"),
        dpo: testo("dpo"),
        ..Correzione::default()
    };
    let (fiscale, patrono) = (testo("codice_fiscale"), testo("patrono"));
    match fiscale.map(|f| f.parse::<kernel::CodiceFiscale>()).transpose() {
        Ok(f) => c.codice_fiscale = f,
        Err(_) => m.errore("codice_fiscale", "Il codice fiscale non è valido: ha 11 cifre, controllale."),
    }
    c.patrono = patrono.as_deref().and_then(giorno);
    if patrono.is_some() && c.patrono.is_none() {
        m.errore("patrono", "Scrivi giorno e mese, per esempio 28/4.");
    }
    if !m.valido() {
        return mostra(&op, m).await;
    }
    let mut tx = op.tx().await?;
    let p = tx.consenti::<CorreggiEnte>(op.chi()).await?;
    commands::correggi_ente(&mut tx, &p, &c).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso("/ente")).into_response())
}

fn giorno(scritto: &str) -> Option<kernel::GiornoMese> {
    let (giorno, mese) = scritto.split_once(['/', '-', '.'])?;
    kernel::GiornoMese::nuovo(giorno.trim().parse().ok()?, mese.trim().parse().ok()?).ok()
}

pub(super) async fn incarica(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let nome = m.testo("nome", Regole::riga(120).obbligatoria("Scrivi nome e cognome."));
    let incarico = if m.valore("incarico") == "vicario" { Incarico::Vicario } else { Incarico::Responsabile };
    let dal = m.data("dal", op.oggi()).unwrap_or(op.oggi());
    if m.valido() {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<CorreggiEnte>(op.chi()).await?;
        match commands::incarica(&mut tx, &p, m.valore("aoo"), incarico, &nome, dal).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso("/ente")).into_response());
            }
            Err(e) => m.accogli("dal", e.into())?,
        }
    }
    let modulo = con_scheda(&op, m).await?;
    mostra(&op, modulo).await
}

#[derive(Deserialize)]
pub(super) struct Filtro {
    #[serde(default)]
    prima: String,
    #[serde(default)]
    oggetto: String,
}

pub(super) async fn attivita(op: Operatore, Query(f): Query<Filtro>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let righe = Pagine::<queries::Attivita>::LIMITE;
    let trovate = queries::registro_attivita(&mut tx, chiave(&f.prima), f.oggetto.trim(), righe).await?;
    tx.commit().await?;
    let pagina = Pagine::taglia(trovate, |a| format!("{}_{}", a.istante.as_microsecond(), a.id));
    let dopo = pagina.dopo.as_ref().map(|d| format!("?prima={d}&oggetto={}", f.oggetto.trim()));
    let inizio = (!f.prima.is_empty()).then(|| op.percorso("/registro-attivita"));
    let filtro = op.modulo().con("oggetto", f.oggetto);
    let dentro = pages::RegistroAttivita { op: &op, pagina, dopo, inizio, filtro };
    Ok(Pagina::ufficio(&op, "Chi ha fatto cosa").attiva("/ente").spiegata_in("registri").larga().con(dentro))
}

/// `microseconds_uuid`: where the previous page ended.
fn chiave(prima: &str) -> Option<(Timestamp, Uuid)> {
    let (istante, id) = prima.split_once('_')?;
    Some((Timestamp::from_microsecond(istante.parse().ok()?).ok()?, id.parse().ok()?))
}
