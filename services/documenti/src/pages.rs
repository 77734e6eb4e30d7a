//! Pages: what a template needs, and nothing it must compute.

use std::borrow::Cow;

use askama::Template;
use jiff::Timestamp;
use kernel::tempo;
use web::{ErroreCampo, Modulo, Operatore};

use crate::model::PassoDiFascicolo;
use crate::{Anomalia, Classe, Contenuto, Fascicolo, Pagine, TIPOLOGIE, Versione};

#[derive(Template)]
#[template(path = "fascicoli.html")]
pub(crate) struct Fascicoli<'a> {
    pub op: &'a Operatore,
    pub filtro: Modulo,
    pub classi: Vec<(String, String)>,
    pub pagina: Pagine<Fascicolo>,
    pub puo_aprire: bool,
    /// The query of the next page.
    pub dopo: Option<String>,
}

#[derive(Template)]
#[template(path = "nuovo_fascicolo.html")]
pub(crate) struct Nuovo<'a> {
    pub op: &'a Operatore,
    pub modulo: Modulo,
    pub classi: Vec<(String, String)>,
    pub uffici: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "fascicolo.html")]
pub(crate) struct Uno<'a> {
    pub op: &'a Operatore,
    pub f: Fascicolo,
    pub ufficio: String,
    pub contenuti: Vec<Contenuto>,
    pub storia: Vec<PassoDiFascicolo>,
    pub modulo: Modulo,
    pub puo_cambiare: bool,
    pub riservati: bool,
}

#[derive(Template)]
#[template(path = "titolario.html")]
pub(crate) struct Titolario<'a> {
    pub op: &'a Operatore,
    pub versione: Versione,
    pub versioni: Vec<Versione>,
    pub classi: Vec<Classe>,
    pub in_vigore: bool,
    pub modulo: Modulo,
    pub puo_cambiare: bool,
}

#[derive(Template)]
#[template(path = "verifica.html")]
pub(crate) struct Verifica<'a> {
    pub op: &'a Operatore,
    pub ultima: Option<(Timestamp, i32, i32)>,
    pub anomalie: Vec<Anomalia>,
}

impl Fascicoli<'_> {
    fn filtrato(&self) -> bool {
        ["classifica", "stato"].iter().any(|c| !self.filtro.valore(c).is_empty())
    }

    /// What to do when there is none yet.
    fn passo(&self) -> Option<(&'static str, String)> {
        self.puo_aprire.then(|| ("Apri un fascicolo", self.op.percorso("/fascicoli/nuovo")))
    }
}

impl Uno<'_> {
    /// The error that belongs to the whole page: it has no field to stand beside.
    fn errore(&self) -> Option<&ErroreCampo> {
        self.modulo.errori().iter().find(|e| e.campo.is_empty())
    }
}

/// What fits in a row: the whole is on the page of the fascicolo.
fn corto(testo: &str) -> Cow<'_, str> {
    kernel::testo::corto(testo, 220)
}

fn giorno(t: &Timestamp) -> String {
    tempo::breve(tempo::giorno_a_roma(*t))
}

fn istante(t: &Timestamp) -> String {
    tempo::data_ora(*t)
}

fn classe(f: &Fascicolo) -> String {
    format!("{} {}", f.classifica, f.descrizione_classe)
}

fn versione(f: &Fascicolo) -> String {
    format!("versione {}", f.titolario)
}

fn parola(p: &PassoDiFascicolo) -> &'static str {
    match p.operazione.as_str() {
        "chiusura" => "Chiuso",
        "riapertura" => "Riaperto",
        _ => "Aperto",
    }
}
