//! Forms as data: values and errors by field name. A wrong form is the same page again, with what was typed.

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::testo::{TestoRifiutato, pulisci_riga, pulisci_testo};
use kernel::{Frase, Impronta};
use uuid::Uuid;

use crate::componenti::{Campo, Nascosti, Sommario};
use crate::contorno::Operazione;
use crate::{CODICI, Errore};

/// Names that the kit itself writes in a form.
pub(crate) const CSRF: &str = "csrf";
const CHIAVE: &str = "chiave";
/// Written by the page when something was typed in the form: it may have a draft.
pub(crate) const BOZZA: &str = "con-bozza";
/// Written by the kit, or a secret: never given back on the page of what went wrong.
pub(crate) fn da_tacere(campo: &str) -> bool {
    [CSRF, CHIAVE, BOZZA, "sigillo", "segreto"].contains(&campo)
        || campo.contains("parola")
        || campo.contains("password")
}
/// Fields of a form: the longest list of the house has a few hundred rows.
pub const CAMPI_MAX: usize = 2_000;

/// The values of a form and what is wrong with them.
#[derive(Debug, Clone)]
pub struct Modulo {
    valori: Vec<(String, String)>,
    errori: Vec<ErroreCampo>,
    csrf: String,
    chiave: Uuid,
    troppo: bool,
}

/// What is wrong with a field, and the code to tell on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErroreCampo {
    /// Empty when it is about the whole form.
    pub campo: String,
    pub frase: String,
    pub codice: &'static str,
}

/// How a text may be.
#[derive(Debug, Clone, Copy)]
pub struct Regole {
    max: usize,
    righe: bool,
    manca: Option<&'static str>,
}

impl Regole {
    /// One line of at most `max` characters.
    pub const fn riga(max: usize) -> Regole {
        Regole { max, righe: false, manca: None }
    }

    /// Several lines, at most `max` characters in all.
    pub const fn righe(max: usize) -> Regole {
        Regole { max, righe: true, manca: None }
    }

    /// What to say when it is empty.
    pub const fn obbligatoria(self, frase: &'static str) -> Regole {
        Regole { manca: Some(frase), ..self }
    }
}

impl Modulo {
    /// An empty form of this session, with a fresh idempotency key.
    pub fn nuovo(csrf: &str) -> Modulo {
        Modulo::di(Vec::new(), csrf)
    }

    pub(crate) fn di(valori: Vec<(String, String)>, csrf: &str) -> Modulo {
        let errori = Vec::new();
        Modulo { valori, errori, csrf: csrf.to_owned(), chiave: db::caso::uuid(), troppo: false }.con_chiave()
    }

    /// Takes the key that came with the form, if it is one.
    pub(crate) fn con_chiave(mut self) -> Modulo {
        self.chiave = self.valore(CHIAVE).parse().unwrap_or(self.chiave);
        self
    }

    /// Fills a field in, or adds a value to it.
    pub fn con(mut self, campo: &str, valore: impl Into<String>) -> Modulo {
        self.aggiungi(campo, valore);
        self
    }

    pub(crate) fn aggiungi(&mut self, campo: &str, valore: impl Into<String>) {
        self.valori.push((campo.to_owned(), valore.into()));
    }

    /// The first value of a field, as typed; empty when there is none.
    pub fn valore(&self, campo: &str) -> &str {
        self.valori.iter().find(|(n, _)| n == campo).map_or("", |(_, v)| v)
    }

    /// Every value of a field that repeats, as typed.
    pub fn valori<'a>(&'a self, campo: &'a str) -> impl Iterator<Item = &'a str> {
        self.valori.iter().filter(move |(n, _)| n == campo).map(|(_, v)| v.as_str())
    }

    /// Every field with its value, as sent.
    pub(crate) fn coppie(&self) -> impl Iterator<Item = (&str, &str)> {
        self.valori.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// The same key comes back when the same form is sent twice.
    pub fn chiave(&self) -> Uuid {
        self.chiave
    }

    /// The fingerprint of everything that was typed and uploaded: what `registers::chiedi` compares.
    pub fn impronta(&self) -> Impronta {
        let mut byte = Vec::new();
        for (nome, valore) in self.valori.iter().filter(|(n, _)| ![CSRF, CHIAVE, BOZZA].contains(&n.as_str())) {
            for s in [nome, valore] {
                byte.extend_from_slice(&(s.len() as u64).to_be_bytes());
                byte.extend_from_slice(s.as_bytes());
            }
        }
        Impronta::di(&byte)
    }

    /// A text made clean; what is wrong is noted beside its field.
    pub fn testo(&mut self, campo: &str, regole: Regole) -> String {
        let scritto = self.valore(campo);
        let esito = if regole.righe { pulisci_testo(scritto, regole.max) } else { pulisci_riga(scritto, regole.max) };
        match (esito, regole.manca) {
            (Ok(t), Some(frase)) if t.is_empty() => self.segna(campo, frase.to_owned(), "WEB-014"),
            (Ok(t), _) => return t,
            (Err(e @ TestoRifiutato::Lungo { .. }), _) => self.segna(campo, frase(&e.to_string()), "WEB-011"),
            (Err(e), _) => self.segna(campo, frase(&e.to_string()), "WEB-012"),
        }
        String::new()
    }

    /// A date as people type it (`150926`, `15/9/26`); none when the field is empty or wrong.
    pub fn data(&mut self, campo: &str, oggi: Date) -> Option<Date> {
        let scritta = self.valore(campo).trim();
        if scritta.is_empty() {
            return None;
        }
        match kernel::tempo::leggi_data(scritta, oggi) {
            Ok(d) => Some(d),
            Err(e) => {
                self.segna(campo, frase(&e.to_string()), "WEB-013");
                None
            }
        }
    }

    /// A whole number; none when the field is empty or wrong.
    pub fn numero(&mut self, campo: &str) -> Option<i32> {
        let scritto = self.valore(campo).trim();
        if scritto.is_empty() {
            return None;
        }
        let letto = scritto.parse().ok();
        if letto.is_none() {
            self.segna(campo, "Scrivi un numero intero, senza punti: per esempio 4518.".to_owned(), "WEB-015");
        }
        letto
    }

    /// One of the values that the page offered.
    pub fn scelta<'a>(&mut self, campo: &str, ammesse: &[&'a str]) -> Option<&'a str> {
        let scelta = ammesse.iter().copied().find(|a| *a == self.valore(campo));
        if scelta.is_none() {
            self.segna(campo, "Scegli una delle voci dell’elenco.".to_owned(), "WEB-016");
        }
        scelta
    }

    /// Whether a box is ticked.
    pub fn spunta(&self, campo: &str) -> bool {
        !self.valore(campo).is_empty()
    }

    /// Notes that an empty field is needed, unless something else is already wrong with it.
    pub fn obbligatorio(&mut self, campo: &str, frase: &str) {
        if self.valore(campo).trim().is_empty() && self.errore_di(campo).is_none() {
            self.segna(campo, frase.to_owned(), "WEB-014");
        }
    }

    /// Notes what is wrong with a field; with an empty name, with the form.
    pub fn errore(&mut self, campo: &str, frase: impl Into<String>) {
        self.segna(campo, frase.into(), "");
    }

    /// Notes a refusal of a catalogue beside a field.
    pub fn rifiuta(&mut self, campo: &str, f: &Frase) {
        self.segna(campo, format!("{} {}", f.frase, f.rimedio), f.codice);
    }

    /// Takes a refusal into the form, and gives back what is not one: `modulo.accogli("", e)?`.
    pub fn accogli(&mut self, campo: &str, e: Errore) -> Result<(), Errore> {
        match e {
            Errore::Rifiuto { codice, frase, rimedio, .. } => {
                self.segna(campo, format!("{frase} {rimedio}"), codice);
                Ok(())
            }
            altro => Err(altro),
        }
    }

    pub(crate) fn segna(&mut self, campo: &str, frase: String, codice: &'static str) {
        debug_assert!(codice.is_empty() || !codice.starts_with("WEB-") || CODICI.iter().any(|f| f.codice == codice));
        self.errori.push(ErroreCampo { campo: campo.to_owned(), frase, codice });
    }

    pub(crate) fn segna_troppo(&mut self, campo: &str, frase: String, codice: &'static str) {
        self.troppo = true;
        self.segna(campo, frase, codice);
    }

    pub fn valido(&self) -> bool {
        self.errori.is_empty()
    }

    pub fn errori(&self) -> &[ErroreCampo] {
        &self.errori
    }

    pub fn errore_di(&self, campo: &str) -> Option<&ErroreCampo> {
        self.errori.iter().find(|e| e.campo == campo)
    }

    /// 200, or why the form came back: 422, 413 when too much was sent.
    pub fn stato(&self) -> StatusCode {
        match (self.valido(), self.troppo) {
            (true, _) => StatusCode::OK,
            (false, true) => StatusCode::PAYLOAD_TOO_LARGE,
            (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// A field, for the template: `{{ modulo.campo("oggetto", "Oggetto").aiuto("…") }}`.
    pub fn campo(&self, nome: &str, etichetta: &str) -> Campo {
        let errore = self.errore_di(nome).cloned();
        let primo = errore.is_some() && self.errori.first().is_some_and(|e| e.campo == nome);
        Campo::nuovo(nome, etichetta, self.valori(nome).map(str::to_owned).collect(), errore, self.valido(), primo)
    }

    /// The hidden fields: the first thing inside every `<form method="post">`.
    pub fn nascosti(&self) -> Nascosti {
        Nascosti { csrf: self.csrf.clone(), chiave: self.chiave }
    }

    /// What is wrong, above the form; nothing when nothing is.
    pub fn sommario(&self) -> Sommario {
        Sommario { errori: self.errori.clone(), in_ufficio: !self.csrf.is_empty() }
    }
}

/// A posted form whose token was checked. Every POST of the office takes this or `Caricamento`.
#[derive(Debug)]
pub struct Inviato(pub Modulo);

impl<S: Send + Sync> FromRequest<S> for Inviato {
    type Rejection = Errore;

    async fn from_request(req: Request, stato: &S) -> Result<Self, Errore> {
        let operazione = Operazione::di(&req);
        let valori = coppie(req, stato).await?;
        let dato = valori.iter().find(|(n, _)| n == CSRF).map_or("", |(_, v)| v);
        operazione.controlla_csrf(dato)?;
        for (campo, valore) in &valori {
            operazione.ha_scritto(campo, valore);
        }
        let modulo = Modulo::di(valori, operazione.csrf());
        operazione.con_bozza(&modulo);
        Ok(Inviato(modulo))
    }
}

/// The pairs of a posted form, counted before they are made: two bytes of body are a field of a hundred in memory.
pub(crate) async fn coppie<S: Send + Sync>(req: Request, stato: &S) -> Result<Vec<(String, String)>, Errore> {
    let (parts, corpo) = req.into_parts();
    let intero = Request::from_parts(parts.clone(), corpo);
    let byte = Bytes::from_request(intero, stato).await.map_err(|e| illeggibile(e.status()))?;
    if byte.iter().filter(|b| **b == b'&').count() >= CAMPI_MAX {
        return Err(illeggibile(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let Form(valori) = Form::from_request(Request::from_parts(parts, Body::from(byte)), stato)
        .await
        .map_err(|e| illeggibile(e.status()))?;
    Ok(valori)
}

fn illeggibile(stato: StatusCode) -> Errore {
    match stato {
        StatusCode::PAYLOAD_TOO_LARGE => Errore::del_kit("WEB-006", stato),
        _ => Errore::del_kit("WEB-004", StatusCode::BAD_REQUEST),
    }
}

/// A sentence of the kernel as a page writes it: capital letter, full stop.
fn frase(s: &str) -> String {
    let mut c = s.chars();
    let prima = c.next().map(char::to_uppercase).into_iter().flatten();
    let mut f: String = prima.chain(c).collect();
    if !f.ends_with('.') {
        f.push('.');
    }
    f
}
