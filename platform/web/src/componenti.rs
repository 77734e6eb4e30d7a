//! Pieces of a page, written in a template as `{{ web::avviso("…") }}`. Each is safe HTML: its template escaped the values.

use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;
use authz::EnteDiPersona;
use kernel::Impronta;
use kernel::testo::corto;
use qrcodegen::{QrCode, QrCodeEcc};
use uuid::Uuid;

use crate::manuale::{self, Guida};
use crate::modulo::ErroreCampo;
use crate::risorsa;

/// An icon of Bootstrap Italia beside a word: `{{ web::icona("it-clip") }}`.
#[derive(Template)]
#[template(
    source = r#"<svg class="icon {{ misura }} {{ classe }}" aria-hidden="true"><use href="{{ foglio }}#{{ nome }}"></use></svg>"#,
    ext = "html"
)]
pub struct Icona {
    nome: &'static str,
    foglio: &'static str,
    misura: &'static str,
    classe: &'static str,
}

pub fn icona(nome: &'static str) -> Icona {
    Icona { nome, foglio: risorsa("icone.svg"), misura: "icon-16", classe: "" }
}

impl Icona {
    pub fn grande(self) -> Icona {
        Icona { misura: "icon-20", ..self }
    }

    /// `al-fatto`, `al-attento`, `al-grave`, `al-tenue`.
    pub fn classe(self, classe: &'static str) -> Icona {
        Icona { classe, ..self }
    }
}

/// The colour of a fact; the word beside it says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Senso {
    /// The ordinary state: silence.
    Normale,
    Fatto,
    /// It waits for somebody.
    Vuoto,
    Attento,
    Grave,
}

/// The state of a row: `{{ web::stato("Annullata", web::Senso::Grave) }}`.
#[derive(Template)]
#[template(
    source = r#"<span class="al-stato {{ classe }}">{% if let Some(i) = icona %}{{ i }} {% endif %}{{ parola }}</span>"#,
    ext = "html"
)]
pub struct StatoDi {
    parola: String,
    classe: &'static str,
    icona: Option<Icona>,
}

pub fn stato(parola: impl Display, senso: Senso) -> StatoDi {
    let (classe, nome) = match senso {
        Senso::Normale => ("", None),
        Senso::Fatto => ("al-stato-fatto", Some(icona("it-check"))),
        Senso::Vuoto => ("al-stato-vuoto", None),
        Senso::Attento => ("al-stato-attento", Some(icona("it-clock"))),
        Senso::Grave => ("al-stato-grave", Some(icona("it-warning-circle"))),
    };
    StatoDi { parola: parola.to_string(), classe, icona: nome }
}

/// A notice: `{{ web::avviso("Salvato.") }}`, `{{ web::avviso("…").attento() }}`.
#[derive(Template)]
#[template(
    source = r#"<p class="al-avviso {{ classe }}"{% if ruolo %} role="status"{% endif %}>{{ testo }}{% if let Some((e, h)) = link %} <a href="{{ h }}">{{ e }}</a>{% endif %}</p>"#,
    ext = "html"
)]
pub struct Avviso {
    testo: String,
    classe: &'static str,
    ruolo: bool,
    link: Option<(String, String)>,
}

pub fn avviso(testo: impl Display) -> Avviso {
    Avviso { testo: testo.to_string(), classe: "", ruolo: false, link: None }
}

impl Avviso {
    pub fn attento(self) -> Avviso {
        Avviso { classe: "al-avviso-attento", ..self }
    }

    pub fn grave(self) -> Avviso {
        Avviso { classe: "al-avviso-grave", ..self }
    }

    /// Read aloud when the page opens: the outcome of what was just done.
    pub fn esito(self) -> Avviso {
        Avviso { ruolo: true, ..self }
    }

    pub fn link(self, etichetta: impl Display, href: impl Display) -> Avviso {
        Avviso { link: Some((etichetta.to_string(), href.to_string())), ..self }
    }
}

/// The box that chooses a row of a list for a gesto: `{{ web::scelta(r.chiave(), "0000123") }}`.
#[derive(Template)]
#[template(
    source = r#"<label class="al-scegli"><input class="al-spunta" type="checkbox" name="su" value="{{ su }}"><span class="visually-hidden">Scegli {{ nome }}</span></label>"#,
    ext = "html"
)]
pub struct Scelta {
    su: String,
    nome: String,
}

pub fn scelta(su: impl Display, nome: impl Display) -> Scelta {
    Scelta { su: su.to_string(), nome: nome.to_string() }
}

/// How many rows are chosen, and all of them at once where the page is helped by its script.
#[derive(Template)]
#[template(
    source = r#"<label class="al-scegli" hidden><input class="al-spunta" type="checkbox" data-tutte> Tutte</label><span class="al-tenue al-piccolo" data-quante aria-live="polite">Spunta le righe</span>"#,
    ext = "html"
)]
pub struct Tutte;

pub fn tutte() -> Tutte {
    Tutte
}

/// An empty list is good news, the last fact, and a next step.
#[derive(Template)]
#[template(path = "components/vuoto.html")]
pub struct Vuoto {
    titolo: String,
    testo: String,
    passo: Option<(String, String)>,
}

pub fn vuoto(titolo: impl Display, testo: impl Display) -> Vuoto {
    Vuoto { titolo: titolo.to_string(), testo: testo.to_string(), passo: None }
}

impl Vuoto {
    pub fn passo(self, etichetta: impl Display, href: impl Display) -> Vuoto {
        Vuoto { passo: Some((etichetta.to_string(), href.to_string())), ..self }
    }

    /// A next step, for who may take it.
    pub fn passo_forse(self, passo: Option<&(impl Display, impl Display)>) -> Vuoto {
        match passo {
            Some((etichetta, href)) => self.passo(etichetta, href),
            None => self,
        }
    }
}

/// How much of a subject fits in a heading.
const TITOLO_MAX: usize = 180;

/// The heading of a page whose subject may be a page by itself: cut, and whole below. `{{ web::titolo(&atto.oggetto) }}`.
#[derive(Template)]
#[template(
    source = r#"<h1>{{ breve }}</h1>{% if lungo %}<details class="al-scopri al-intero"><summary>Leggi tutto l’oggetto</summary><p>{{ intero }}</p></details>{% endif %}"#,
    ext = "html"
)]
pub struct Titolo {
    breve: String,
    intero: String,
    lungo: bool,
}

pub fn titolo(intero: &str) -> Titolo {
    let breve = corto(intero, TITOLO_MAX).into_owned();
    Titolo { lungo: breve != intero, breve, intero: intero.to_owned() }
}

/// Facts in two columns: `{{ web::fatti().fatto("Da", chi).fatto("Oggetto", oggetto) }}`; an empty value is left out.
#[derive(Template, Default)]
#[template(
    source = r#"<dl class="al-fatti">{% for (e, v, h) in fatti %}<dt>{{ e }}</dt><dd>{% if h.is_empty() %}{{ v }}{% else %}<a href="{{ h }}">{{ v }}</a>{% endif %}</dd>{% endfor %}</dl>"#,
    ext = "html"
)]
pub struct Fatti {
    fatti: Vec<(&'static str, String, String)>,
}

pub fn fatti() -> Fatti {
    Fatti::default()
}

impl Fatti {
    pub fn fatto(self, etichetta: &'static str, valore: impl Display) -> Fatti {
        self.link(etichetta, valore, "")
    }

    /// A fact that has a page.
    pub fn link(mut self, etichetta: &'static str, valore: impl Display, href: impl Display) -> Fatti {
        let valore = valore.to_string();
        if !valore.is_empty() {
            self.fatti.push((etichetta, valore, href.to_string()));
        }
        self
    }
}

/// The header of a dense table: `{{ web::colonne(["Numero", "Oggetto"]) }}`.
///
/// Roles are written out because at 360 px rows become cards, and `display: block` would take them away.
#[derive(Template)]
#[template(
    source = r#"<thead role="rowgroup"><tr role="row">{% for n in nomi %}<th role="columnheader" scope="col">{{ n }}</th>{% endfor %}</tr></thead>"#,
    ext = "html"
)]
pub struct Colonne {
    nomi: Vec<&'static str>,
}

pub fn colonne(nomi: &[&'static str]) -> Colonne {
    Colonne { nomi: nomi.to_vec() }
}

/// A fingerprint in groups of eight.
#[derive(Template)]
#[template(source = r#"<code class="al-impronta">{{ gruppi }}</code>"#, ext = "html")]
pub struct ImprontaInGruppi {
    gruppi: String,
}

pub fn impronta(i: &Impronta) -> ImprontaInGruppi {
    ImprontaInGruppi { gruppi: i.a_gruppi() }
}

/// A text that a telephone reads from the screen: `{{ crate::qr(&uri, "…") }}`.
#[derive(Template)]
#[template(
    source = r#"<svg class="al-qr" viewBox="0 0 {{ lato }} {{ lato }}" role="img" aria-label="{{ etichetta }}"><path fill="currentColor" shape-rendering="crispEdges" d="{{ neri }}"/></svg>"#,
    ext = "html"
)]
pub struct Qr {
    lato: i32,
    neri: String,
    etichetta: &'static str,
}

/// The white border that readers need around the modules.
const BORDO_QR: i32 = 4;

pub fn qr(testo: &str, etichetta: &'static str) -> Qr {
    // A text too long for any symbol draws nothing: what it says is on the page in letters too.
    let Ok(codice) = QrCode::encode_text(testo, QrCodeEcc::Medium) else {
        return Qr { lato: 1, neri: String::new(), etichetta };
    };
    let lato = codice.size();
    let mut neri = String::new();
    for y in 0..lato {
        let mut x = 0;
        while x < lato {
            let corsa = (x..lato).take_while(|x| codice.get_module(*x, y)).count();
            if corsa > 0 {
                neri += &format!("M{} {}h{corsa}v1h-{corsa}z", x + BORDO_QR, y + BORDO_QR);
            }
            x += i32::try_from(corsa).unwrap_or(lato) + 1;
        }
    }
    Qr { lato: lato + 2 * BORDO_QR, neri, etichetta }
}

/// An ente with its colour and its whole name.
#[derive(Template)]
#[template(source = r#"<span class="al-comune" data-tinta="{{ tinta }}">{{ nome }}</span>"#, ext = "html")]
pub struct Comune {
    nome: String,
    tinta: u8,
}

pub fn comune(e: &EnteDiPersona) -> Comune {
    Comune { nome: e.denominazione.clone(), tinta: e.tinta }
}

/// The same among others of its kind, where "Comune di" says nothing: a column, a row of the desk.
pub fn comune_in_elenco(e: &EnteDiPersona) -> Comune {
    Comune { nome: nome_in_elenco(&e.denominazione).to_owned(), tinta: e.tinta }
}

pub(crate) fn nome_in_elenco(denominazione: &str) -> &str {
    let nome = denominazione.strip_prefix("Comune di ").or_else(|| denominazione.strip_prefix("Comune d’"));
    nome.unwrap_or(denominazione)
}

/// The foot of a list with keyset pages.
#[derive(Template)]
#[template(path = "components/pagine.html")]
pub struct PiedeElenco {
    testo: String,
    piu_vecchie: Option<String>,
    piu_recenti: Option<String>,
}

/// `testo` says what is on the page; the links are query strings (`?prima=…`).
pub fn pagine(testo: impl Display) -> PiedeElenco {
    PiedeElenco { testo: testo.to_string(), piu_vecchie: None, piu_recenti: None }
}

impl PiedeElenco {
    pub fn piu_vecchie(self, href: Option<impl Display>) -> PiedeElenco {
        PiedeElenco { piu_vecchie: href.map(|h| h.to_string()), ..self }
    }

    /// The way back to the newest ones, on any page but the first.
    pub fn piu_recenti(self, href: Option<impl Display>) -> PiedeElenco {
        PiedeElenco { piu_recenti: href.map(|h| h.to_string()), ..self }
    }
}

/// The token and the idempotency key of a form.
#[derive(Template)]
#[template(
    source = r#"<input type="hidden" name="csrf" value="{{ csrf }}"><input type="hidden" name="chiave" value="{{ chiave }}">"#,
    ext = "html"
)]
pub struct Nascosti {
    pub(crate) csrf: String,
    pub(crate) chiave: Uuid,
}

/// What is wrong with a form, above it.
#[derive(Template)]
#[template(path = "components/sommario.html")]
pub struct Sommario {
    pub(crate) errori: Vec<ErroreCampo>,
    /// Somebody is signed in: the manual is on this host.
    pub(crate) in_ufficio: bool,
}

impl Sommario {
    /// Where the manual explains the code of an error.
    fn spiegato(&self, e: &ErroreCampo) -> Option<String> {
        if self.in_ufficio { manuale::pagina_del_codice(e.codice) } else { None }
    }
}

enum Tipo {
    Riga(&'static str),
    Righe(u8),
    Scelta(Vec<(String, String)>),
    Spunta,
    File { molti: bool },
}

/// A field with its label, help, reason and error.
#[derive(Template)]
#[template(path = "components/campo.html")]
pub struct Campo {
    nome: String,
    etichetta: String,
    valori: Vec<String>,
    errore: Option<ErroreCampo>,
    /// Nothing is wrong with the form.
    intatto: bool,
    /// The first wrong field of the form takes the focus.
    fuoco: bool,
    tipo: Tipo,
    aiuto: String,
    perche: Option<(&'static str, String)>,
    guida: Option<Guida>,
    facoltativo: bool,
    invio: bool,
    tasto: Option<u8>,
    attributi: Vec<(&'static str, String)>,
}

impl Campo {
    pub(crate) fn nuovo(
        nome: &str,
        etichetta: &str,
        valori: Vec<String>,
        errore: Option<ErroreCampo>,
        intatto: bool,
        fuoco: bool,
    ) -> Campo {
        Campo {
            nome: nome.to_owned(),
            etichetta: etichetta.to_owned(),
            valori,
            errore,
            intatto,
            fuoco,
            tipo: Tipo::Riga("text"),
            aiuto: String::new(),
            perche: None,
            guida: None,
            facoltativo: false,
            invio: false,
            tasto: None,
            attributi: Vec::new(),
        }
    }

    /// What to write and an example, under the field.
    pub fn aiuto(self, testo: impl Display) -> Campo {
        Campo { aiuto: testo.to_string(), ..self }
    }

    /// Where a suggestion comes from: `it-check` it is written somewhere, `it-restore` a habit, `it-pencil` reworked.
    pub fn perche(self, icona: &'static str, testo: impl Display) -> Campo {
        Campo { perche: Some((icona, testo.to_string())), ..self }
    }

    /// The entry of the manual that explains the field, behind a question mark: `guida("protocollo.oggetto")`.
    pub fn guida(self, chiave: impl Into<Option<&'static str>>) -> Campo {
        let guida = chiave.into().and_then(|c| Guida::di(c, &self.nome, &self.etichetta));
        Campo { guida, ..self }
    }

    pub fn facoltativo(self) -> Campo {
        Campo { facoltativo: true, ..self }
    }

    /// A text area of `n` lines to start with.
    pub fn righe(self, n: u8) -> Campo {
        Campo { tipo: Tipo::Righe(n), ..self }
    }

    /// In a text area Enter sends the form, Shift+Enter makes a new line.
    pub fn invio(self) -> Campo {
        Campo { invio: true, ..self }
    }

    /// Where to begin: takes the focus unless something else is wrong.
    pub fn per_primo(self) -> Campo {
        Campo { fuoco: self.fuoco || self.intatto, ..self }
    }

    /// Alt and this digit reach the field from anywhere in the page.
    pub fn alt(self, cifra: u8) -> Campo {
        Campo { tasto: Some(cifra), ..self }
    }

    /// A list of `(value, label)`.
    pub fn scelte(self, voci: &[(impl Display, impl Display)]) -> Campo {
        Campo { tipo: Tipo::Scelta(voci.iter().map(|(v, e)| (v.to_string(), e.to_string())).collect()), ..self }
    }

    /// A box to tick; its value is `si`.
    pub fn spunta(self) -> Campo {
        Campo { tipo: Tipo::Spunta, ..self }
    }

    pub fn file(self) -> Campo {
        Campo { tipo: Tipo::File { molti: false }, ..self }
    }

    /// Several files in one field.
    pub fn piu_file(self) -> Campo {
        Campo { tipo: Tipo::File { molti: true }, ..self }
    }

    /// A date, typed as people type it.
    pub fn data(self) -> Campo {
        self.attributo("inputmode", "numeric").attributo("placeholder", "es. 150926")
    }

    pub fn parola(self) -> Campo {
        Campo { tipo: Tipo::Riga("password"), ..self }
    }

    pub fn cerca(self) -> Campo {
        Campo { tipo: Tipo::Riga("search"), ..self }
    }

    /// Any other attribute of the control (`autocomplete`, `data-tasto`, `maxlength`).
    pub fn attributo(mut self, nome: &'static str, valore: impl Display) -> Campo {
        self.attributi.push((nome, valore.to_string()));
        self
    }

    fn valore(&self) -> &str {
        self.valori.first().map_or("", String::as_str)
    }

    fn scelto(&self, v: &str) -> bool {
        self.valori.iter().any(|x| x == v)
    }

    /// The keys that act on the control: its own, and that of the help.
    fn tasti(&self) -> String {
        let suo = self.tasto.map(|t| format!("Alt+{t}"));
        let aiuto = self.guida.as_ref().map(|_| "F1".to_owned());
        suo.into_iter().chain(aiuto).collect::<Vec<_>>().join(" ")
    }

    /// The ids that describe the control, in reading order.
    fn descritto_da(&self) -> String {
        let pezzi = [(self.errore.is_some(), "e"), (!self.aiuto.is_empty(), "a"), (self.perche.is_some(), "p")];
        let ids = pezzi.iter().filter(|(c_e, _)| *c_e).map(|(_, p)| format!("{p}-{}", self.nome));
        ids.collect::<Vec<_>>().join(" ")
    }
}

macro_rules! html_safe {
    ($($t:ty),+ $(,)?) => { $(impl HtmlSafe for $t {})+ };
}

html_safe!(
    Scelta,
    Tutte,
    Icona,
    StatoDi,
    Avviso,
    Vuoto,
    Titolo,
    Fatti,
    Colonne,
    ImprontaInGruppi,
    Qr,
    Comune,
    PiedeElenco,
    Nascosti,
    Sommario,
    Campo,
    Guida
);
