//! The pages of a gesto: what would happen, the journal, and the way back.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use jobs::NuovoLavoro;
use kernel::tempo::{in_tabella, ora_a_roma};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    APRI, DISFATTO, Dati, Effetto, FERMA, Gesto, INDIETRO, LAVORO, Lotto, MIEI, PER_STRADA, QUANTE, RIGHE,
    RIPENSAMENTO, RIPROVA, Riga, indietro, lotto, scrivi_una, tardi,
};
use crate::{Errore, Inviato, Modulo, Operatore, Pagina, Rotta, Service, operatore};

/// The names of the form that are not choices of the gesto.
const DEL_KIT: [&str; 5] = ["csrf", "chiave", "con-bozza", "gesto", "su"];

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::ufficio_get("/e/{codice}/azioni", None, mie),
        Rotta::ufficio_get("/e/{codice}/azioni/nuova", None, prova).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/azioni", None, conferma),
        Rotta::ufficio_get("/e/{codice}/azioni/{id}", None, diario),
        Rotta::ufficio_post("/e/{codice}/azioni/{id}/disfa", None, disfa),
        Rotta::ufficio_post("/e/{codice}/azioni/{id}/riprova", None, riprova),
    ]
}

/// What has just happened, as the address of a page says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dopo {
    /// It was done, and may be taken back.
    Fatto(Uuid),
    Rimesso,
}

impl Dopo {
    pub(crate) fn di(uri: &Uri) -> Option<Dopo> {
        uri.query()?.split('&').find_map(|c| match c.split_once('=')? {
            ("fatto", id) => id.parse().ok().map(Dopo::Fatto),
            ("rimesso", _) => Some(Dopo::Rimesso),
            _ => None,
        })
    }
}

/// The bar above a page after a gesto.
#[derive(Template)]
#[template(path = "ripensamento.html")]
pub(crate) struct Ripensamento {
    /// Where taking it back is sent; none when it has been.
    azione: Option<String>,
    campi: Vec<(&'static str, String)>,
    modulo: Modulo,
    secondi: i64,
}

impl askama::filters::HtmlSafe for Ripensamento {}

impl Ripensamento {
    pub(crate) fn nuovo(azione: impl Into<Option<String>>, modulo: Modulo) -> Ripensamento {
        Ripensamento { azione: azione.into(), campi: Vec::new(), modulo, secondi: RIPENSAMENTO.as_secs() }
    }

    pub(crate) fn con(mut self, nome: &'static str, valore: impl ToString) -> Ripensamento {
        self.campi.push((nome, valore.to_string()));
        self
    }

    pub(crate) fn di(op: &Operatore) -> Option<Ripensamento> {
        let azione = match op.dopo()? {
            Dopo::Fatto(id) => Some(op.percorso(format!("/azioni/{id}/disfa"))),
            Dopo::Rimesso => None,
        };
        Some(Ripensamento::nuovo(azione, op.modulo()))
    }
}

/// The gesto with this code, if its service is on and written in, and the person may.
fn gesto(op: &Operatore, codice: &str) -> Result<&'static Gesto, Errore> {
    let di_chi = |s: &'static Service| s.gesti.iter().find(|g| g.codice == codice).map(|g| (s, g));
    let (servizio, g) = op.stato().servizi.iter().find_map(di_chi).ok_or(Errore::NonTrovato)?;
    if let Some((_, no)) = operatore::chiuso(servizio, op.attivi()) {
        return Err(no);
    }
    if op.puo(g.azione) { Ok(g) } else { Err(Errore::senza_ruolo(g.azione)) }
}

/// What was chosen: each thing once, in its order, and the other choices.
fn scelte<'a>(coppie: impl Iterator<Item = (&'a str, &'a str)>) -> (Vec<String>, Dati) {
    let (mut su, mut dati) = (Vec::new(), Dati::new());
    for (nome, valore) in coppie {
        if nome == "su" && !valore.is_empty() && !su.iter().any(|s| s == valore) {
            su.push(valore.to_owned());
        } else if !DEL_KIT.contains(&nome) && !valore.trim().is_empty() {
            dati.insert(nome.to_owned(), valore.trim().to_owned());
        }
    }
    (su, dati)
}

#[derive(Template)]
#[template(path = "azione_prova.html")]
struct Prova<'a> {
    op: &'a Operatore,
    gesto: &'static Gesto,
    si: Vec<Effetto>,
    no: Rifiutati,
    dati: Dati,
    modulo: Modulo,
    troppe: bool,
}

impl Prova<'_> {
    /// The name of the list, as its menu says it.
    fn elenco(&self) -> &'static str {
        let mut voci = self.op.stato().servizi.iter().flat_map(|s| s.menu);
        voci.find(|v| v.percorso == self.gesto.elenco).map_or("Elenco", |v| v.etichetta)
    }
}

async fn prova(op: Operatore, Query(q): Query<Vec<(String, String)>>) -> Result<Response, Errore> {
    let codice = q.iter().find(|(n, _)| n == "gesto").map_or("", |(_, v)| v.as_str());
    let g = gesto(&op, codice)?;
    let (su, dati) = scelte(q.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    pagina_prova(&op, g, su, dati, op.modulo()).await
}

async fn pagina_prova(
    op: &Operatore,
    g: &'static Gesto,
    mut su: Vec<String>,
    dati: Dati,
    modulo: Modulo,
) -> Result<Response, Errore> {
    let troppe = su.len() > QUANTE;
    su.truncate(QUANTE);
    let (si, no) = dividi((g.prova)(&mut op.tx().await?, op.chi(), &su, &dati).await?)?;
    let titolo = format!("{}: {}", g.nome, quante(g, si.len() + no.len()));
    let pagina = Pagina::ufficio(op, titolo).attiva(g.elenco).spiegata_in("azioni").di(&modulo);
    Ok(pagina.con(Prova { op, gesto: g, si, no, dati, modulo, troppe }))
}

/// What would be refused, with its reason.
type Rifiutati = Vec<(Effetto, String)>;

/// What would be done, and what would not.
fn dividi(effetti: Vec<Effetto>) -> Result<(Vec<Effetto>, Rifiutati), Errore> {
    let (mut si, mut no) = (Vec::new(), Vec::new());
    for mut e in effetti {
        match std::mem::replace(&mut e.esito, Ok(String::new())) {
            Ok(frase) => si.push(Effetto { esito: Ok(frase), ..e }),
            Err(r) => no.push((e, super::rifiuto(r)?.1)),
        }
    }
    Ok((si, no))
}

fn quante(g: &Gesto, n: usize) -> String {
    if n == 1 { g.cose.0.to_owned() } else { format!("{n} {}", g.cose.1) }
}

async fn conferma(op: Operatore, Inviato(m): Inviato) -> Result<Response, Errore> {
    let g = gesto(&op, m.valore("gesto"))?;
    let (mut su, dati) = scelte(m.coppie());
    su.truncate(QUANTE);
    let mut tx = op.tx().await?;
    // Looked at again: between the preview and now somebody may have come by. What is refused already stays out of the journal.
    let (si, _) = dividi((g.prova)(&mut tx, op.chi(), &su, &dati).await?)?;
    if si.is_empty() {
        drop(tx);
        return pagina_prova(&op, g, su, dati, m).await;
    }
    let (ente, adesso, id) = (tx.ente(), tx.now(), m.chiave());
    let aperto = sqlx::query(APRI)
        .bind(ente)
        .bind(id)
        .bind(g.codice)
        .bind(Json(&dati))
        .bind(op.chi().persona)
        .bind(op.percorso(g.elenco))
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    // The same form, sent twice: it is going on already.
    if aperto.rows_affected() == 1 {
        let (su, titoli): (Vec<_>, Vec<_>) = si.into_iter().map(|e| (e.su, e.titolo)).unzip();
        sqlx::query(RIGHE).bind(ente).bind(id).bind(su).bind(titoli).execute(tx.conn()).await?;
        accoda(&mut tx, id).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&op.percorso(format!("/azioni/{id}"))).into_response())
}

async fn accoda(tx: &mut db::Tx<db::DiEnte>, id: Uuid) -> Result<(), db::Error> {
    let lavoro = NuovoLavoro { tipo: LAVORO, chiave: None, dati: json!({ "lotto": id }), quando: None, urgente: true };
    jobs::accoda(tx, lavoro).await.map(drop)
}

#[derive(Template)]
#[template(path = "azione_diario.html")]
struct Diario<'a> {
    op: &'a Operatore,
    nome: &'static str,
    lotto: Lotto,
    righe: Vec<Riga>,
    modulo: Modulo,
    /// Seconds left to take it back.
    resta: Option<i64>,
    mio: bool,
}

impl Diario<'_> {
    fn in_stato(&self, stato: &str) -> usize {
        self.righe.iter().filter(|r| r.stato == stato).count()
    }

    fn quando(&self) -> String {
        in_tabella(self.lotto.creato_il, self.op.oggi())
    }

    fn finito(&self) -> bool {
        self.lotto.concluso_il.is_some()
    }
}

async fn diario(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (lotto, righe) = lotto(&mut tx, id).await?;
    let g =
        op.stato().servizi.iter().flat_map(|s| s.gesti).find(|g| g.codice == lotto.gesto).ok_or(Errore::NonTrovato)?;
    // The names of what a person may not read are not in a journal; what was done with them is.
    if !op.puo(g.azione) && lotto.persona != op.chi().persona {
        return Err(Errore::senza_ruolo(g.azione));
    }
    let mio = lotto.persona == op.chi().persona;
    let resta = lotto.resta(tx.now()).filter(|_| mio && g.disfa.is_some()).map(|r| r.as_secs().max(1));
    let titolo = format!("{}: {}", g.nome, quante(g, righe.len()));
    let pagina = Pagina::ufficio(&op, titolo).attiva(g.elenco).spiegata_in("azioni");
    Ok(pagina.con(Diario { op: &op, nome: g.nome, lotto, righe, modulo: op.modulo(), resta, mio }))
}

async fn disfa(op: Operatore, Path((_, id)): Path<(String, Uuid)>, Inviato(_): Inviato) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (ente, adesso) = (tx.ente(), tx.now());
    let disfatto = sqlx::query(DISFATTO)
        .bind(ente)
        .bind(id)
        .bind(op.chi().persona)
        .bind(db::sql(adesso - RIPENSAMENTO - PER_STRADA))
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    if disfatto.rows_affected() == 0 {
        return Err(tardi());
    }
    sqlx::query(FERMA).bind(ente).bind(id).bind(db::sql(adesso)).execute(tx.conn()).await?;
    let (l, righe) = lotto(&mut tx, id).await?;
    let g = gesto(&op, &l.gesto)?;
    let (disfa, altro) = (indietro(g)?, db::caso::uuid());
    if let [una] = righe.as_slice() {
        let Some(Json(prima)) = una.prima.as_ref().filter(|_| una.stato == "fatta") else { return Err(tardi()) };
        disfa(&mut tx, op.chi(), &una.su, prima).await?;
        scrivi_una(&mut tx, op.chi(), altro, g, (&una.su, &una.titolo), prima, (&l.pagina, Some(id))).await?;
        tx.commit().await?;
        return Ok(Redirect::to(&format!("{}?rimesso=si", l.pagina)).into_response());
    }
    sqlx::query(INDIETRO).bind(ente).bind(id).bind(altro).bind(db::sql(adesso)).execute(tx.conn()).await?;
    accoda(&mut tx, altro).await?;
    tx.commit().await?;
    Ok(Redirect::to(&op.percorso(format!("/azioni/{altro}"))).into_response())
}

async fn riprova(op: Operatore, Path((_, id)): Path<(String, Uuid)>, Inviato(_): Inviato) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (l, _) = lotto(&mut tx, id).await?;
    gesto(&op, &l.gesto)?;
    let riaperto = sqlx::query(RIPROVA).bind(tx.ente()).bind(id).bind(op.chi().persona).execute(tx.conn()).await?;
    if riaperto.rows_affected() == 1 {
        accoda(&mut tx, id).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&op.percorso(format!("/azioni/{id}"))).into_response())
}

#[derive(Template)]
#[template(path = "azioni.html")]
struct Mie<'a> {
    op: &'a Operatore,
    righe: Vec<(&'static Gesto, Mia)>,
}

#[derive(sqlx::FromRow)]
struct Mia {
    id: Uuid,
    gesto: String,
    creato_il: jiff_sqlx::Timestamp,
    concluso_il: Option<jiff_sqlx::Timestamp>,
    indietro: bool,
    quante: i64,
    fatte: i64,
    rifiutate: i64,
}

async fn mie(op: Operatore) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let mie: Vec<Mia> = sqlx::query_as(MIEI).bind(tx.ente()).bind(op.chi().persona).fetch_all(tx.conn()).await?;
    let gesti = || op.stato().servizi.iter().flat_map(|s| s.gesti);
    let righe = mie.into_iter().filter_map(|m| Some((gesti().find(|g| g.codice == m.gesto)?, m))).collect();
    Ok(Pagina::ufficio(&op, "Azioni su più cose").spiegata_in("azioni").con(Mie { op: &op, righe }))
}
