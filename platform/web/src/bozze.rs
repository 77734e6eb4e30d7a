//! Drafts: what is typed in any form of the back office waits, saved at each pause, until the form is sent or thrown away.
//!
//! A draft has the idempotency key of its form. Taken up again, here or at another computer, the form is sent with the same
//! key: what had been sent already is not done twice. Passwords and files are never kept.

use askama::Template;
use authz::PersonaId;
use axum::Json;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::{DiEnte, EnteId, Istruzione, Tx, istruzioni};
use jiff::SignedDuration;
use jiff::civil::time;
use jobs::{Cadenza, Compito, Contesto, Esito, Incarico, Periodico};
use kernel::tempo::{in_tabella, ora_a_roma};
use kernel::testo::corto;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::gesti::{PER_STRADA, RIPENSAMENTO, Ripensamento, tardi};
use crate::{Errore, Inviato, Operatore, Persona, Rotta};

/// A draft is some text: more than this is not typed by hand.
const CAMPI_MAX: usize = 256 << 10;
/// Drafts of one person in one ente. Beyond it nothing is thrown away: no new one begins.
const QUANTE: i64 = 50;
/// How much of a draft is shown to tell it from others.
const INIZIO: usize = 80;
/// Somebody who has typed within this time is still writing.
const ADESSO: SignedDuration = SignedDuration::from_mins(5);
/// How long a save may be late.
const RITARDO: SignedDuration = SignedDuration::from_hours(24);
/// Drafts that nobody has touched for so long are forgotten.
const DURATA: SignedDuration = SignedDuration::from_hours(90 * 24);

const SALVA: &str = "insert into moduli.bozza as b (ente, persona, chiave, modulo, pagina, titolo, campi, battuta, salvata_il) \
     select $1, $2, $3, $4, $5, $6, $7, $8, $9 \
     where exists (select from moduli.bozza where ente = $1 and persona = $2 and chiave = $3) \
        or (select count(*) from moduli.bozza where ente = $1 and persona = $2 and finita_il is null) < $10 \
     on conflict (ente, persona, chiave) do update set modulo = excluded.modulo, pagina = excluded.pagina, \
       titolo = excluded.titolo, campi = excluded.campi, battuta = excluded.battuta, salvata_il = excluded.salvata_il \
       where b.battuta <= excluded.battuta and b.finita_il is null";
const FINITA: &str = "select finita_il is not null from moduli.bozza where ente = $1 and persona = $2 and chiave = $3";
const MIE: &str = "select chiave, pagina, campi, battuta, salvata_il from moduli.bozza \
     where ente = $1 and persona = $2 and modulo = $3 and finita_il is null order by salvata_il desc limit 5";
const ALTRI: &str = "select p.nome || ' ' || p.cognome as nome, max(b.salvata_il) as quando from moduli.bozza b \
     join accesso.persona p on p.id = b.persona \
     where b.ente = $1 and b.modulo = $3 and b.persona <> $2 and b.salvata_il > $4 and b.finita_il is null group by p.id, p.nome, p.cognome order by 2 desc";
// Also of a form that is sent before its first save arrives.
const FINISCI: &str = "insert into moduli.bozza (ente, persona, chiave, modulo, pagina, titolo, campi, battuta, salvata_il, finita_il) \
     values ($1, $2, $3, '/e/', '/e/', '-', '[]', 0, $4, $4) \
     on conflict (ente, persona, chiave) do update set modulo = excluded.modulo, pagina = excluded.pagina, \
       titolo = excluded.titolo, campi = excluded.campi, finita_il = excluded.finita_il";
// Kept as it was for as long as who threw it away may think again; then for the day of those that ended.
const BUTTA: &str = "insert into moduli.bozza (ente, persona, chiave, modulo, pagina, titolo, campi, battuta, salvata_il, finita_il) \
     values ($1, $2, $3, '/e/', '/e/', '-', '[]', 0, $4, $4) \
     on conflict (ente, persona, chiave) do update set finita_il = excluded.finita_il";
const RIMETTI: &str = "update moduli.bozza set finita_il = null \
     where ente = $1 and persona = $2 and chiave = $3 and finita_il > $4 and campi <> '[]'";
const DIMENTICA: &str = "delete from moduli.bozza where ente = $1 and (salvata_il < $2 or finita_il < $3)";
const SULLA_SCRIVANIA: &str = "select ente, chiave, pagina, titolo, campi, salvata_il from moduli.bozza \
     where ente = any ($1) and persona = $2 and finita_il is null order by salvata_il desc limit 50";

pub(crate) const ISTRUZIONI: &[Istruzione] = istruzioni! {
    App: SALVA, FINITA, MIE, ALTRI, FINISCI, BUTTA, RIMETTI, DIMENTICA;
    Scrivania: SULLA_SCRIVANIA;
};

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::ufficio_get("/e/{codice}/bozze", None, leggi),
        Rotta::ufficio_post("/e/{codice}/bozze", None, salva),
        Rotta::ufficio_post("/e/{codice}/bozze/butta", None, butta),
        Rotta::ufficio_post("/e/{codice}/bozze/rimetti", None, rimetti),
    ]
}

pub(crate) fn periodici() -> Vec<Periodico> {
    vec![Periodico {
        nome: "moduli.bozze_dimenticate",
        descrizione: "Toglie le bozze che nessuno riprende da tre mesi",
        ogni: Cadenza::OgniGiorno { ora: time(3, 20, 0, 0) },
        esegui: Compito::PerEnte(|cx, i| Box::pin(dimentica(cx, i))),
    }]
}

async fn dimentica(cx: Contesto, i: Incarico) -> Esito {
    let mut tx = cx.db.di_ente(i.ente).await?;
    let (fino, finite) = (db::sql(tx.now() - DURATA), db::sql(tx.now() - RITARDO));
    sqlx::query(DIMENTICA).bind(i.ente).bind(fino).bind(finite).execute(tx.conn()).await.map_err(db::Error::from)?;
    Ok(tx.commit().await?)
}

#[derive(Deserialize)]
struct Quale {
    modulo: String,
}

/// A draft as the page takes it up again.
#[derive(sqlx::FromRow)]
struct Riga {
    chiave: Uuid,
    pagina: String,
    campi: serde_json::Value,
    battuta: i64,
    salvata_il: jiff_sqlx::Timestamp,
}

#[derive(Serialize)]
struct Mia {
    chiave: Uuid,
    pagina: String,
    campi: serde_json::Value,
    battuta: i64,
    quando: String,
}

/// Somebody else in the same form.
#[derive(Serialize)]
struct Altro {
    nome: String,
    ora: String,
}

/// The token is that of today's session: a page left open since yesterday learns it, if the person is the same, and can be
/// sent.
#[derive(Serialize)]
struct Stato {
    utente: String,
    csrf: String,
    mie: Vec<Mia>,
    altri: Vec<Altro>,
}

async fn leggi(op: Operatore, Query(q): Query<Quale>) -> Result<Response, Errore> {
    let (mut tx, chi) = (op.tx().await?, op.chi().persona);
    let mie: Vec<Riga> = sqlx::query_as(MIE).bind(tx.ente()).bind(chi).bind(&q.modulo).fetch_all(tx.conn()).await?;
    let mie = mie.into_iter().map(|r| Mia {
        chiave: r.chiave,
        pagina: r.pagina,
        campi: r.campi,
        battuta: r.battuta,
        quando: in_tabella(r.salvata_il.to_jiff(), op.oggi()),
    });
    let altri = altri(&mut tx, chi, &q.modulo).await?;
    let (utente, csrf) = (op.utente().to_owned(), op.csrf().to_owned());
    let stato = Stato { utente, csrf, mie: mie.collect(), altri };
    Ok(Json(stato).into_response())
}

async fn altri(tx: &mut Tx<DiEnte>, chi: PersonaId, modulo: &str) -> Result<Vec<Altro>, Errore> {
    let da = tx.now() - ADESSO;
    let righe: Vec<(String, jiff_sqlx::Timestamp)> =
        sqlx::query_as(ALTRI).bind(tx.ente()).bind(chi).bind(modulo).bind(db::sql(da)).fetch_all(tx.conn()).await?;
    Ok(righe.into_iter().map(|(nome, quando)| Altro { nome, ora: ora_a_roma(quando.to_jiff()) }).collect())
}

#[derive(Serialize)]
struct Salvata {
    ora: String,
    altri: Vec<Altro>,
}

async fn salva(op: Operatore, Inviato(m): Inviato) -> Result<Response, Errore> {
    let (modulo, pagina, titolo) = (m.valore("modulo"), m.valore("pagina"), m.valore("titolo"));
    let mio = format!("/e/{}/", op.ente().codice);
    let campi: Option<Vec<(String, String)>> =
        Some(m.valore("campi")).filter(|c| c.len() <= CAMPI_MAX).and_then(|c| serde_json::from_str(c).ok());
    let lunghi = modulo.chars().count() > 1000 || pagina.chars().count() > 1000 || titolo.chars().count() > 200;
    let (Some(campi), Ok(battuta)) = (campi, m.valore("battuta").parse::<i64>()) else { return Err(illeggibile()) };
    // JSON may hold what PostgreSQL does not: such a character would be refused by the form too.
    let nullo = m.valore("campi").contains("\\u0000") || [modulo, pagina, titolo].iter().any(|t| t.contains('\0'));
    if lunghi || nullo || titolo.is_empty() || !modulo.starts_with(&mio) || !pagina.starts_with(&mio) {
        return Err(illeggibile());
    }
    let (mut tx, chi) = (op.tx().await?, op.chi().persona);
    let adesso = tx.now();
    let scritte = sqlx::query(SALVA)
        .bind(tx.ente())
        .bind(chi)
        .bind(m.chiave())
        .bind(modulo)
        .bind(pagina)
        .bind(titolo)
        .bind(serde_json::json!(campi))
        .bind(battuta)
        .bind(db::sql(adesso))
        .bind(QUANTE)
        .execute(tx.conn())
        .await?
        .rows_affected();
    if scritte == 0 {
        let finita: Option<bool> =
            sqlx::query_scalar(FINITA).bind(tx.ente()).bind(chi).bind(m.chiave()).fetch_optional(tx.conn()).await?;
        match finita {
            // A later key arrived first.
            Some(false) => {}
            Some(true) => return Err(Errore::del_kit("WEB-018", StatusCode::CONFLICT)),
            None => return Err(Errore::del_kit("WEB-017", StatusCode::UNPROCESSABLE_ENTITY)),
        }
    }
    let altri = altri(&mut tx, chi, modulo).await?;
    tx.commit().await?;
    Ok(Json(Salvata { ora: ora_a_roma(adesso), altri }).into_response())
}

fn illeggibile() -> Errore {
    Errore::del_kit("WEB-004", StatusCode::BAD_REQUEST)
}

async fn butta(op: Operatore, Inviato(m): Inviato) -> Result<Response, Errore> {
    let Ok(chiave) = m.valore("bozza").parse() else { return Err(illeggibile()) };
    finisci(&op, BUTTA, chiave).await?;
    Ok(Redirect::to(&format!("/?buttata={}/{chiave}", op.ente().codice)).into_response())
}

/// The desk after a draft was thrown away: the way back.
pub(crate) fn buttata(p: &Persona, detto: &str) -> Option<Ripensamento> {
    let (codice, chiave) = detto.split_once('/')?;
    let chiave: Uuid = chiave.parse().ok()?;
    let ente = p.enti().iter().find(|e| e.codice == codice)?;
    let azione = format!("/e/{}/bozze/rimetti", ente.codice);
    Some(Ripensamento::nuovo(azione, p.modulo()).con("bozza", chiave))
}

async fn rimetti(op: Operatore, Inviato(m): Inviato) -> Result<Response, Errore> {
    let Ok(chiave) = m.valore("bozza").parse::<Uuid>() else { return Err(illeggibile()) };
    let mut tx = op.tx().await?;
    let da = db::sql(tx.now() - RIPENSAMENTO - PER_STRADA);
    let rimessa =
        sqlx::query(RIMETTI).bind(tx.ente()).bind(op.chi().persona).bind(chiave).bind(da).execute(tx.conn()).await?;
    if rimessa.rows_affected() == 0 {
        return Err(tardi());
    }
    tx.commit().await?;
    Ok(Redirect::to("/").into_response())
}

async fn finisci(op: &Operatore, come: &'static str, chiave: Uuid) -> Result<(), db::Error> {
    let mut tx = op.tx().await?;
    let adesso = db::sql(tx.now());
    sqlx::query(come).bind(tx.ente()).bind(op.chi().persona).bind(chiave).bind(adesso).execute(tx.conn()).await?;
    tx.commit().await
}

/// The form was sent and done: it has no draft any more.
pub(crate) async fn inviata(op: &Operatore, chiave: Uuid) {
    // Done is done: a draft that could not be thrown away is offered again, and sent again does nothing.
    if let Err(e) = finisci(op, FINISCI, chiave).await {
        tracing::warn!(errore = %e, "a draft outlived its form");
    }
}

/// A draft on the desk.
#[derive(Template)]
#[template(path = "bozze.html")]
pub(crate) struct Bozze<'a> {
    persona: &'a Persona,
    bozze: Vec<InSospeso<'a>>,
}

struct InSospeso<'a> {
    ente: &'a authz::EnteDiPersona,
    chiave: Uuid,
    pagina: String,
    titolo: String,
    /// What tells it from others: the longest text.
    inizio: String,
    quando: String,
}

impl askama::filters::HtmlSafe for Bozze<'_> {}

#[derive(sqlx::FromRow)]
struct RigaInSospeso {
    ente: EnteId,
    chiave: Uuid,
    pagina: String,
    titolo: String,
    campi: sqlx::types::Json<Vec<(String, String)>>,
    salvata_il: jiff_sqlx::Timestamp,
}

/// What a person began and did not send, in all their enti, newest first.
pub(crate) async fn in_sospeso(persona: &Persona) -> Result<Bozze<'_>, Errore> {
    let enti: Vec<EnteId> = persona.enti().iter().map(|e| e.ente).collect();
    let mut tx = persona.stato().db.scrivania(&enti).await?;
    let righe: Vec<RigaInSospeso> =
        sqlx::query_as(SULLA_SCRIVANIA).bind(&enti).bind(persona.chi().persona).fetch_all(tx.conn()).await?;
    let bozze = righe.into_iter().filter_map(|r| {
        let ente = persona.enti().iter().find(|e| e.ente == r.ente)?;
        let testi = r.campi.iter().map(|(_, v)| v.trim()).filter(|v| v.contains(' '));
        let inizio = corto(testi.max_by_key(|v| v.len()).unwrap_or("bozza"), INIZIO).into_owned();
        let quando = in_tabella(r.salvata_il.to_jiff(), persona.oggi());
        Some(InSospeso { ente, chiave: r.chiave, pagina: r.pagina, titolo: r.titolo, inizio, quando })
    });
    Ok(Bozze { persona, bozze: bozze.collect() })
}
