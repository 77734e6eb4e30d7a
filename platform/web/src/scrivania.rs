//! The desk over all the enti of a person, the first page of an ente, the thread page, the health of the program.

use std::borrow::Cow;
use std::collections::BTreeMap;

use askama::Template;
use authz::EnteDiPersona;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use db::EnteId;
use jiff::civil::Weekday;
use kernel::Data;
use kernel::tempo::{giorno_a_roma, inizio_del_giorno, nome_del_mese};
use kernel::testo::corto;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::bozze::{self, Bozze};
use crate::componenti::nome_in_elenco;
use crate::{
    Attesa, EnteHost, Errore, Operatore, Pagina, Passo, Persona, Rotta, Service, Stato, StatoPasso, VoceMenu, fino_a,
};

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::scrivania_get("/", scrivania),
        Rotta::ufficio_get("/e/{codice}", None, casa_ente),
        Rotta::ufficio_get("/e/{codice}/fili/{filo}", None, filo),
        Rotta::pubblica_get("/", casa_pubblica),
    ]
}

/// How many waiting things of a kind a desk shows for an ente: it is not an archive. Services ask for one more.
pub const ATTESE_DI_UN_ENTE: usize = 50;
/// How many of a group are seen at once; the others are a click away.
const IN_VISTA: usize = 12;
const GIORNI: [&str; 7] = ["lun", "mar", "mer", "gio", "ven", "sab", "dom"];
const GIORNI_INTERI: [&str; 7] = ["Lunedì", "Martedì", "Mercoledì", "Giovedì", "Venerdì", "Sabato", "Domenica"];

/// A waiting thing, ready to be drawn.
struct Cosa<'a> {
    attesa: &'a Attesa,
    ente: &'a EnteDiPersona,
    quando: Quando,
}

impl Cosa<'_> {
    fn href(&self) -> String {
        format!("/e/{}{}", self.ente.codice, self.attesa.percorso)
    }
}

/// A term in words; `grave` when it is today or past.
struct Quando {
    giorno: String,
    distanza: String,
    grave: bool,
}

struct Gruppo<'a> {
    titolo: &'static str,
    perche: &'static str,
    cose: Vec<Cosa<'a>>,
    /// Those that do not fit in the first look.
    altre: Vec<Cosa<'a>>,
}

/// What waits, and where there is more than this.
struct Attese {
    cose: Vec<Attesa>,
    oltre: Vec<EnteId>,
}

impl Attese {
    /// "52", "50+"; empty when nothing waits.
    fn conto(&self, ente: EnteId) -> String {
        let n = self.cose.iter().filter(|a| a.ente == ente).count();
        match (n, self.oltre.contains(&ente)) {
            (0, _) => String::new(),
            (n, false) => n.to_string(),
            (n, true) => format!("{n}+"),
        }
    }

    fn in_parole(&self) -> String {
        match (self.cose.len(), self.oltre.is_empty()) {
            (0, _) => "Non c’è nulla che aspetti te.".to_owned(),
            (1, _) => "Una cosa aspetta te.".to_owned(),
            (n, true) => format!("{n} cose aspettano te."),
            (n, false) => format!("Più di {n} cose aspettano te."),
        }
    }
}

/// A day of the strip of terms.
struct Giorno<'a> {
    nome: String,
    cose: Vec<(&'a EnteDiPersona, &'a Attesa)>,
}

#[derive(Template)]
#[template(path = "scrivania.html")]
struct Scrivania<'a> {
    oggi: String,
    sotto: String,
    scadono_oggi: usize,
    enti: Vec<(&'a EnteDiPersona, &'a str, String)>,
    settimana: Vec<Giorno<'a>>,
    gruppi: Vec<Gruppo<'a>>,
    /// What to do when nothing waits.
    passo: Option<(String, String)>,
    bozze: Bozze<'a>,
}

/// The first page of the ente's first menu.
fn passo(op: &Operatore) -> Option<(String, String)> {
    let voce =
        op.servizi().filter(|s| s.tasto.is_some()).flat_map(|s| s.menu).find(|v| v.azione.is_none_or(|a| op.puo(a)))?;
    Some((format!("Vai a {}", voce.etichetta), op.percorso(voce.percorso)))
}

#[derive(Deserialize)]
struct Appena {
    /// Ente and key of a draft.
    #[serde(default)]
    buttata: String,
}

async fn scrivania(persona: Persona, Query(appena): Query<Appena>) -> Result<Response, Errore> {
    let attese = attese(&persona, persona.enti()).await?;
    let oggi = persona.oggi();
    let voce = |e| -> (&EnteDiPersona, &str, String) {
        let e: &EnteDiPersona = e;
        (e, nome_in_elenco(&e.denominazione), attese.conto(e.ente))
    };
    let corpo = Scrivania {
        oggi: format!("{} {} {}", GIORNI_INTERI[indice(oggi.weekday())], oggi.day(), nome_del_mese(oggi)),
        sotto: attese.in_parole(),
        scadono_oggi: attese.cose.iter().filter(|a| a.entro.is_some_and(|d| d <= oggi)).count(),
        enti: persona.enti().iter().map(voce).collect(),
        settimana: settimana(&attese.cose, persona.enti(), oggi),
        gruppi: gruppi(&attese.cose, persona.enti(), oggi),
        passo: persona.unico().as_ref().and_then(passo),
        bozze: bozze::in_sospeso(&persona).await?,
    };
    let cornice = Pagina::scrivania(&persona, "Scrivania").spiegata_in("scrivania");
    Ok(cornice.ripensa(bozze::buttata(&persona, &appena.buttata)).con(corpo))
}

#[derive(Template)]
#[template(path = "casa_ente.html")]
struct CasaEnte<'a> {
    ente: &'a EnteDiPersona,
    ruoli: String,
    servizi: Vec<(&'static Service, Vec<(&'static VoceMenu, String)>)>,
    gruppi: Vec<Gruppo<'a>>,
}

async fn casa_ente(op: Operatore) -> Result<Response, Errore> {
    let miei = std::slice::from_ref(op.ente());
    let attese = attese(op.persona(), miei).await?;
    let voci = |s: &'static Service| -> Vec<_> {
        let permesse = s.menu.iter().filter(|v| v.azione.is_none_or(|a| op.puo(a)));
        permesse.map(|v| (v, op.percorso(v.percorso))).collect()
    };
    let servizi = op.servizi().map(|s| (s, voci(s))).filter(|(_, v)| !v.is_empty()).collect();
    let ruoli = authz::RUOLI.iter().filter(|r| op.ente().puo(&[r.codice])).map(|r| r.nome);
    let corpo = CasaEnte {
        ente: op.ente(),
        ruoli: ruoli.collect::<Vec<_>>().join(", "),
        servizi,
        gruppi: gruppi(&attese.cose, miei, op.oggi()),
    };
    Ok(Pagina::ufficio(&op, "Il comune").spiegata_in("scrivania").con(corpo))
}

/// What waits, over the given enti, nearest term first; what has no term comes last.
async fn attese(persona: &Persona, enti: &[EnteDiPersona]) -> Result<Attese, Errore> {
    let chiavi: Vec<_> = enti.iter().map(|e| e.ente).collect();
    let mut tx = persona.stato().db.scrivania(&chiavi).await?;
    let (mut cose, mut oltre, mut quante) = (Vec::new(), Vec::new(), BTreeMap::new());
    for s in persona.stato().servizi {
        for a in (s.attese)(&mut tx, persona.chi()).await? {
            let n: &mut usize = quante.entry((a.ente, a.tipo)).or_default();
            *n += 1;
            if *n <= ATTESE_DI_UN_ENTE { cose.push((*n, a)) } else { oltre.push(a.ente) }
        }
    }
    // Of equal terms, the first of each ente and kind before the second of any: one that floods hides nobody.
    cose.sort_by_key(|(n, a)| (a.entro.is_none(), a.entro, *n));
    Ok(Attese { cose: cose.into_iter().map(|(_, a)| a).collect(), oltre })
}

fn gruppi<'a>(attese: &'a [Attesa], enti: &'a [EnteDiPersona], oggi: Data) -> Vec<Gruppo<'a>> {
    let fra_una_settimana = oggi.saturating_add(jiff::Span::new().days(7));
    let mut gruppi = [
        ("Scade oggi", "se passa il giorno, la legge ne trae un effetto"),
        ("Questa settimana", ""),
        ("Più avanti", ""),
        ("Senza un termine", ""),
    ]
    .map(|(titolo, perche)| Gruppo { titolo, perche, cose: Vec::new(), altre: Vec::new() });
    for attesa in attese {
        let Some(ente) = enti.iter().find(|e| e.ente == attesa.ente) else { continue };
        let quale = match attesa.entro {
            Some(d) if d <= oggi => 0,
            Some(d) if d < fra_una_settimana => 1,
            Some(_) => 2,
            None => 3,
        };
        let (gruppo, cosa) = (&mut gruppi[quale], Cosa { attesa, ente, quando: quando(attesa.entro, oggi) });
        // What the law wants today is never folded away.
        let in_vista = quale == 0 || gruppo.cose.len() < IN_VISTA;
        if in_vista { gruppo.cose.push(cosa) } else { gruppo.altre.push(cosa) }
    }
    gruppi.into_iter().filter(|g| !g.cose.is_empty()).collect()
}

/// The strip of the next days; empty when nothing ends in them.
fn settimana<'a>(attese: &'a [Attesa], enti: &'a [EnteDiPersona], oggi: Data) -> Vec<Giorno<'a>> {
    let del_giorno = |g: Data, prima_anche: bool| -> Vec<_> {
        let suo = |a: &&Attesa| a.entro == Some(g) || (prima_anche && a.entro.is_some_and(|d| d < g));
        let con_ente = |a: &'a Attesa| Some((enti.iter().find(|e| e.ente == a.ente)?, a));
        attese.iter().filter(suo).filter_map(con_ente).take(4).collect()
    };
    let giorni: Vec<Giorno<'_>> = (0..6_i64)
        .map(|n| {
            let g = oggi.saturating_add(jiff::Span::new().days(n));
            let breve = format!("{} {}", GIORNI[indice(g.weekday())], g.day());
            Giorno { nome: if n == 0 { format!("Oggi, {breve}") } else { breve }, cose: del_giorno(g, n == 0) }
        })
        .collect();
    if giorni.iter().all(|g| g.cose.is_empty()) { Vec::new() } else { giorni }
}

fn quando(entro: Option<Data>, oggi: Data) -> Quando {
    let Some(d) = entro else {
        return Quando { giorno: String::new(), distanza: String::new(), grave: false };
    };
    let n = (d - oggi).get_days();
    let nella_settimana = format!("{} {}", GIORNI[indice(d.weekday())], d.day());
    let (giorno, distanza) = match n {
        i32::MIN..=-2 => (kernel::tempo::breve(d), format!("da {} giorni", -n)),
        -1 => (nella_settimana, "da ieri".to_owned()),
        0 => ("oggi".to_owned(), String::new()),
        1 => (nella_settimana, "domani".to_owned()),
        2..=6 => (nella_settimana, format!("fra {n} giorni")),
        _ => (kernel::tempo::breve(d), format!("fra {n} giorni")),
    };
    Quando { giorno, distanza, grave: n <= 0 }
}

fn indice(g: Weekday) -> usize {
    usize::from(g.to_monday_zero_offset().unsigned_abs())
}

/// How many steps of a thread are seen at once: the last ones.
const PASSI_IN_VISTA: usize = 30;

/// A step, ready to be drawn.
struct PassoDi<'a> {
    passo: &'a Passo,
    giorno: String,
    href: Option<String>,
}

impl PassoDi<'_> {
    /// The whole is on the page of the step.
    fn titolo(&self) -> Cow<'_, str> {
        corto(&self.passo.titolo, 160)
    }

    fn sotto(&self) -> Cow<'_, str> {
        corto(&self.passo.sotto, 220)
    }
}

#[derive(Template)]
#[template(path = "filo.html")]
struct Filo<'a> {
    titolo: &'a str,
    ente: &'a EnteDiPersona,
    casa: String,
    /// Those of a long thread that are read seldom.
    prima: Vec<PassoDi<'a>>,
    passi: Vec<PassoDi<'a>>,
}

async fn filo(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let mut passi = Vec::new();
    for s in op.stato().servizi {
        passi.extend((s.passi)(&mut tx, id).await?);
    }
    passi.sort_by_key(|p| (p.stato != StatoPasso::Fatto, p.stato == StatoPasso::Dopo, p.istante));
    let primo = passi.first().ok_or(Errore::NonTrovato)?;
    let oggi = op.oggi();
    let disegna = |p| -> PassoDi<'_> {
        let p: &Passo = p;
        PassoDi { giorno: giorno_del_passo(p, oggi), href: p.percorso.as_ref().map(|h| op.percorso(h)), passo: p }
    };
    let da = passi.len().saturating_sub(PASSI_IN_VISTA);
    let corpo = Filo {
        titolo: &primo.titolo,
        ente: op.ente(),
        casa: op.percorso(""),
        prima: passi[..da].iter().map(disegna).collect(),
        passi: passi[da..].iter().map(disegna).collect(),
    };
    Ok(Pagina::ufficio(&op, primo.titolo.clone()).spiegata_in("scrivania").con(corpo))
}

fn giorno_del_passo(p: &Passo, oggi: Data) -> String {
    let giorno = giorno_a_roma(p.istante);
    match p.stato {
        StatoPasso::Adesso => "adesso".to_owned(),
        StatoPasso::Dopo => "poi".to_owned(),
        StatoPasso::Fatto if giorno == oggi => "oggi".to_owned(),
        StatoPasso::Fatto => kernel::tempo::breve(giorno),
    }
}

#[derive(Template)]
#[template(path = "casa_pubblica.html")]
struct CasaPubblica<'a> {
    ente: &'a str,
    servizi: Vec<(&'static Service, &'static VoceMenu)>,
}

async fn casa_pubblica(e: EnteHost, indirizzo: Uri) -> Result<Response, Errore> {
    for s in e.stato().servizi {
        if let Some(pagina) = (s.prima_pagina)(&e, &indirizzo).await? {
            return Ok(pagina);
        }
    }
    let attivi = e.stato().servizi.iter().filter(|s| s.sempre_attivo || e.attivo(s.codice));
    let servizi = attivi.flat_map(|s| s.menu_pubblico.iter().map(move |v| (s, v))).collect();
    let ente = &e.ente().denominazione;
    let domani = inizio_del_giorno(e.oggi().saturating_add(jiff::Span::new().days(1)));
    Ok(fino_a(Pagina::pubblica(&e, ente.clone()).con(CasaPubblica { ente, servizi }), domani))
}

/// `GET /salute`, on any host: 200 when a page could be served.
pub(crate) async fn salute(State(stato): State<Stato>) -> Response {
    let versione = env!("CARGO_PKG_VERSION");
    match lavori(&stato).await {
        Ok(lavori) => {
            Json(json!({ "stato": "ok", "versione": versione, "database": "ok", "lavori": lavori })).into_response()
        }
        Err(e) => {
            tracing::error!(errore = %e, "health");
            let guasto = json!({ "stato": "guasto", "versione": versione, "database": "non risponde" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(guasto)).into_response()
        }
    }
}

async fn lavori(stato: &Stato) -> Result<jobs::Stato, db::Error> {
    jobs::stato(&mut stato.db.centro().await?).await
}
