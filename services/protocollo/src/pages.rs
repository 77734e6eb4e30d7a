//! Pages: what a template needs, and nothing it must compute.

use std::borrow::Cow;

use askama::Template;
use authz::EnteDiPersona;
use documenti::{Documento, FascicoloId};
use jiff::Timestamp;
use kernel::oscuramento::{CLASSI, Classe};
use kernel::{Data, Impronta, tempo};
use web::{ErroreCampo, Modulo, Operatore};

use crate::model::{TIPI_CORRISPONDENTE, nome_mezzo, scritto_da, sette_cifre};
use crate::{
    Anello, Annullamento, Assegnazione, Campo, Corrispondente, Dato, Giornaliero, Oscuramento, Registrazione, Valore,
    Verso,
};

pub(crate) type Scelte = Vec<(String, String)>;

/// The names of the fields of one correspondent.
pub(crate) struct RigaCorrispondente {
    pub nome: String,
    pub tipo: String,
    pub codice_fiscale: String,
    pub indirizzo: String,
    pub recapito: String,
    pub etichetta: String,
}

impl RigaCorrispondente {
    pub(crate) fn righe(verso: Verso, quante: usize) -> Vec<RigaCorrispondente> {
        let parola = if verso == Verso::Entrata { "Mittente" } else { "Destinatario" };
        let riga = |n: usize| RigaCorrispondente {
            nome: format!("nome-{n}"),
            tipo: format!("tipo-{n}"),
            codice_fiscale: format!("codice_fiscale-{n}"),
            indirizzo: format!("indirizzo-{n}"),
            recapito: format!("recapito-{n}"),
            etichetta: if n == 1 { parola.to_owned() } else { format!("{parola} {n}") },
        };
        (1..=quante).map(riga).collect()
    }

    /// The fields of the details, which stay closed while they are empty.
    fn recapiti(&self) -> [&str; 3] {
        [&self.codice_fiscale, &self.indirizzo, &self.recapito]
    }
}

#[derive(Template)]
#[template(path = "nuovo.html")]
pub(crate) struct Nuova<'a> {
    pub op: &'a Operatore,
    pub modulo: Modulo,
    pub verso: Verso,
    pub corrispondenti: Vec<RigaCorrispondente>,
    pub uffici: Scelte,
    pub classi: Scelte,
    pub mezzi: Scelte,
    pub fili: Scelte,
    pub aveva_file: bool,
}

impl Nuova<'_> {
    fn verso_in_parole(&self) -> &'static str {
        match self.verso {
            Verso::Entrata => "in entrata",
            Verso::Uscita => "in uscita",
            Verso::Interno => "fra uffici",
        }
    }

    /// Between offices there is nobody to name first.
    fn oggetto(&self) -> web::Campo {
        let campo = self.modulo.campo("oggetto", "Oggetto");
        if self.verso == Verso::Interno { campo.per_primo() } else { campo }
    }

    fn molti(&self) -> bool {
        self.corrispondenti.len() > 5
            || self.corrispondenti.iter().skip(1).any(|r| !self.modulo.valore(&r.nome).is_empty())
    }

    fn con_recapiti(&self, r: &RigaCorrispondente) -> bool {
        r.recapiti().iter().any(|c| !self.modulo.valore(c).is_empty() || self.modulo.errore_di(c).is_some())
    }

    fn con_dettagli(&self) -> bool {
        ["numero_mittente", "data_mittente", "filo", "riservata"].iter().any(|c| !self.modulo.valore(c).is_empty())
    }
}

#[derive(Template)]
#[template(path = "registrazione.html")]
pub(crate) struct Una<'a> {
    pub op: &'a Operatore,
    pub r: Registrazione,
    pub corrispondenti: Vec<Corrispondente>,
    pub documenti: Vec<Documento>,
    pub annullamenti: Vec<Annullamento>,
    pub oscuramenti: Vec<Oscuramento>,
    pub assegnazioni: Vec<Assegnazione>,
    pub anelli: Vec<Anello>,
    pub fascicoli: Vec<FascicoloId>,
    pub classe: String,
    pub operatore: String,
    /// Buttons of other services: words and address.
    pub azioni: Vec<(&'static str, String)>,
    pub modulo: Modulo,
    pub uffici: Scelte,
    pub classi: Scelte,
    /// It has just got its number.
    pub appena: bool,
    pub puo_registrare: bool,
    pub puo_riassegnare: bool,
    pub puo_annullare: bool,
    pub puo_oscurare: bool,
    pub puo_prendere: bool,
}

/// Correspondents that are seen at once.
const IN_VISTA: usize = 5;

impl Una<'_> {
    fn primi(&self) -> &[Corrispondente] {
        &self.corrispondenti[..self.corrispondenti.len().min(IN_VISTA)]
    }

    fn altri(&self) -> &[Corrispondente] {
        self.corrispondenti.get(IN_VISTA..).unwrap_or_default()
    }

    /// The error that belongs to the whole page: it has no field to stand beside.
    fn errore(&self) -> Option<&ErroreCampo> {
        self.modulo.errori().iter().find(|e| e.campo.is_empty())
    }
}

#[derive(Template)]
#[template(path = "annulla.html")]
pub(crate) struct Annulla<'a> {
    pub op: &'a Operatore,
    pub r: Registrazione,
    pub modulo: Modulo,
    /// None when the whole registration is annulled.
    pub campo: Option<Campo>,
    pub corrispondenti: Vec<RigaCorrispondente>,
}

impl Annulla<'_> {
    /// When nothing is rewritten, one begins with the reason.
    fn motivo(&self) -> web::Campo {
        let campo = self.modulo.campo("motivo", "Perché");
        if self.campo.is_none() { campo.per_primo() } else { campo }
    }
}

/// A value that can be erased, and where it is read.
pub(crate) struct RigaValore {
    pub chiave: String,
    pub nome: &'static str,
    pub testo: String,
    pub dove: String,
}

impl RigaValore {
    pub(crate) fn di(v: &Valore, r: &Registrazione, annullamenti: &[Annullamento]) -> RigaValore {
        let (posizione, dato) = (v.chiave.posizione, v.chiave.dato);
        let atto = annullamenti.iter().find(|a| a.posizione == posizione);
        let scritto = match atto {
            None => "scritto alla registrazione".to_owned(),
            Some(a) if a.campo().is_some() => format!("scritto con la rettifica del {}", giorno(&a.istante)),
            Some(a) => format!("scritto con l’annullamento del {}", giorno(&a.istante)),
        };
        let adesso = posizione == scritto_da(r.posizione, annullamenti, dato, i64::MAX);
        let dove = match dato {
            Dato::Motivo => scritto,
            _ if adesso => format!("si legge adesso, {scritto}"),
            _ => format!("annullato, {scritto}"),
        };
        RigaValore { chiave: v.chiave.to_string(), nome: dato.nome(), testo: v.testo(), dove }
    }
}

#[derive(Template)]
#[template(path = "oscura.html")]
pub(crate) struct Oscura<'a> {
    pub op: &'a Operatore,
    pub r: Registrazione,
    /// What can still be read.
    pub righe: Vec<RigaValore>,
    pub modulo: Modulo,
}

impl Oscura<'_> {
    fn scelto(&self, chiave: &str) -> bool {
        self.modulo.valori("valori").any(|v| v == chiave)
    }

    /// What stays for ever is chosen, never left as it was found.
    fn classi(&self) -> Vec<(&'static str, &'static str)> {
        std::iter::once(("", "Scegli")).chain(CLASSI.iter().map(|(codice, c)| (*codice, c.nome()))).collect()
    }
}

#[derive(Template)]
#[template(path = "prima_di_oscurare.html")]
pub(crate) struct PrimaDiOscurare<'a> {
    pub op: &'a Operatore,
    pub r: Registrazione,
    /// What will go.
    pub via: Vec<RigaValore>,
    /// Daily registers that already hold some of it.
    pub giornalieri: Vec<Data>,
    pub documenti: usize,
    pub classe: Classe,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "elenco.html")]
pub(crate) struct Elenco<'a> {
    pub op: &'a Operatore,
    pub filtro: Modulo,
    pub uffici: Scelte,
    pub righe: Vec<(Registrazione, EnteDiPersona)>,
    pub con_comune: bool,
    pub quante: String,
    /// The tabs by state: words, address with the other filters, whether it is this one.
    pub schede: Vec<(&'static str, String, bool)>,
    pub oggi: Data,
    pub dopo: Option<String>,
    pub inizio: Option<String>,
    pub filtrato: bool,
    pub puo_registrare: bool,
    pub puo_stampare: bool,
    /// Rows can be chosen: for taking charge, for giving to others.
    pub scegli: bool,
    pub puo_prendere: bool,
    pub puo_riassegnare: bool,
}

impl Elenco<'_> {
    fn con_altri_filtri(&self) -> bool {
        ["classe", "anno"].iter().any(|c| !self.filtro.valore(c).is_empty())
    }
}

#[derive(Template)]
#[template(path = "piu_comuni.html")]
pub(crate) struct PiuComuni {
    pub enti: usize,
    pub oggi: Data,
    pub righe: Vec<(Registrazione, EnteDiPersona)>,
    pub con_comune: bool,
    /// What is done to many things at once is done in one comune.
    pub scegli: bool,
}

#[derive(Template)]
#[template(path = "giornalieri.html")]
pub(crate) struct Giornalieri<'a> {
    pub op: &'a Operatore,
    pub righe: Vec<Giornaliero>,
    pub dopo: Option<String>,
    pub puo_scaricare: bool,
}

#[derive(Template)]
#[template(path = "stampa.html")]
pub(crate) struct Stampa<'a> {
    pub op: &'a Operatore,
    pub modulo: Modulo,
}

fn istante(t: &Timestamp) -> String {
    tempo::data_ora(*t)
}

fn in_tabella(t: &Timestamp, oggi: &Data) -> String {
    tempo::in_tabella(*t, *oggi)
}

fn per_esteso(t: &Timestamp) -> String {
    tempo::per_esteso(*t)
}

/// What fits in a row: the whole is on the page of the registration.
fn corto(testo: &str) -> Cow<'_, str> {
    kernel::testo::corto(testo, 220)
}

fn giorno(t: &Timestamp) -> String {
    tempo::breve(tempo::giorno_a_roma(*t))
}

fn quando(t: Option<Timestamp>) -> String {
    t.map_or_else(String::new, |t| format!("il {}", tempo::data_ora(t)))
}

fn breve(d: &Data) -> String {
    tempo::breve(*d)
}

fn cifre(n: &i32) -> String {
    sette_cifre(*n)
}

fn mezzo(codice: &str) -> &'static str {
    nome_mezzo(codice)
}

fn o_niente(t: &Option<String>) -> &str {
    t.as_deref().unwrap_or_default()
}

fn inizio_impronta(i: &Impronta) -> String {
    i.to_string()[..16].to_owned()
}

/// Tax code, address, e-mail: what is known, in one line.
fn recapiti(c: &Corrispondente) -> String {
    let noti = [&c.codice_fiscale, &c.indirizzo, &c.recapito];
    noti.into_iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}

fn del_mittente(r: &Registrazione) -> String {
    let numero = r.numero_mittente.clone();
    let data = r.data_mittente().map(|d| format!("del {}", tempo::breve(d)));
    [numero, data].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// An arrow beside its word: down comes in, up goes out.
fn freccia(v: &Verso) -> String {
    let icona = match v {
        Verso::Entrata => web::icona("it-arrow-down"),
        Verso::Uscita => web::icona("it-arrow-up"),
        Verso::Interno => web::icona("it-exchange-circle"),
    };
    icona.render().unwrap_or_default()
}
