//! A page: the frame of the desk, of an ente's site, or none, around a template of a service.

use askama::Template;
use authz::EnteDiPersona;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use kernel::testo::corto;

use crate::gesti::Ripensamento;
use crate::{EnteHost, Errore, Modulo, Operatore, Persona, Service, Stato, VoceMenu};

/// A page that says one thing, and needs no other notice.
const BREVE: &str = "al-breve-largo";

/// How much of a title fits on a tab of the browser, and in a path.
const TITOLO_MAX: usize = 80;

enum Cornice<'a> {
    Ufficio(&'a Operatore),
    Scrivania(&'a Persona),
    Pubblica(&'a EnteHost),
    Nuda(&'a Stato),
    /// And what was looked for.
    Manuale(&'a Stato, &'a str),
}

/// Made with [`Pagina::ufficio`] and its sisters, closed with [`Pagina::con`].
#[must_use = "a page is sent with `con`"]
pub struct Pagina<'a> {
    cornice: Cornice<'a>,
    titolo: String,
    attiva: &'a str,
    briciole: Vec<(String, String)>,
    flussi: &'static [Flusso],
    classe: &'static str,
    /// The chapter that explains it.
    capitolo: &'static str,
    stato: StatusCode,
    ripensamento: Option<Ripensamento>,
}

/// The same list for programs: feed readers find its address in the head of the page.
#[derive(Debug, Clone, Copy)]
pub struct Flusso {
    pub tipo: &'static str,
    pub titolo: &'static str,
    pub percorso: &'static str,
}

/// A link of a menu, ready to be drawn.
pub(crate) struct Voce {
    pub etichetta: String,
    pub href: String,
    pub attiva: bool,
    /// The letter after G, if it has one.
    pub tasto: Option<char>,
}

#[derive(Template)]
#[template(path = "cornice_ufficio.html")]
struct CorniceUfficio<'a> {
    titolo: String,
    modo: Option<&'static str>,
    menu: Vec<Voce>,
    ricerca: Option<String>,
    persona: &'a Persona,
    ente: Option<&'a EnteDiPersona>,
    /// In whose name, or lent by whom: here, or on the desk wherever it is so.
    altrui: Vec<String>,
    /// It is the desk itself.
    casa: bool,
    /// What was just done, and the way back.
    ripensamento: Option<Ripensamento>,
    iniziali: String,
    spento: Option<&'a str>,
    classe: &'static str,
    manuale: Option<(String, &'static str)>,
    corpo: String,
}

#[derive(Template)]
#[template(path = "cornice_cittadino.html")]
struct CorniceCittadino<'a> {
    titolo: String,
    modo: Option<&'static str>,
    alleanza: &'a str,
    ente: &'a str,
    menu: Vec<Voce>,
    flussi: &'static [Flusso],
    briciole: Vec<(String, String)>,
    qui: &'a str,
    corpo: String,
}

#[derive(Template)]
#[template(path = "cornice_nuda.html")]
struct CorniceNuda {
    titolo: String,
    modo: Option<&'static str>,
    classe: &'static str,
    corpo: String,
}

#[derive(Template)]
#[template(path = "cornice_manuale.html")]
struct CorniceManuale<'a> {
    titolo: String,
    modo: Option<&'static str>,
    cercato: &'a str,
    corpo: String,
}

impl Voce {
    fn di(v: &VoceMenu, href: impl Into<String>, attiva: &str, tasto: Option<char>) -> Voce {
        let attiva = v.percorso.trim_start_matches('/') == attiva;
        Voce { etichetta: v.etichetta.to_owned(), href: href.into(), attiva, tasto }
    }
}

impl<'a> Pagina<'a> {
    /// A page of the back office, for one ente.
    pub fn ufficio(op: &'a Operatore, titolo: impl Into<String>) -> Pagina<'a> {
        Pagina::nuova(Cornice::Ufficio(op), titolo, "al-foglio").ripensa(Ripensamento::di(op))
    }

    /// A page of the desk, over all the enti of the person.
    pub fn scrivania(persona: &'a Persona, titolo: impl Into<String>) -> Pagina<'a> {
        Pagina::nuova(Cornice::Scrivania(persona), titolo, "al-foglio")
    }

    /// A page that everybody reads, on the ente's own host.
    pub fn pubblica(ente: &'a EnteHost, titolo: impl Into<String>) -> Pagina<'a> {
        Pagina::nuova(Cornice::Pubblica(ente), titolo, "")
    }

    /// A page with nothing around it: the door, an error before anybody is known.
    pub fn nuda(stato: &'a Stato, titolo: impl Into<String>) -> Pagina<'a> {
        Pagina::nuova(Cornice::Nuda(stato), titolo, "al-breve")
    }

    /// A page of the manual: the same for whoever asks.
    pub(crate) fn manuale(stato: &'a Stato, titolo: impl Into<String>, cercato: &'a str) -> Pagina<'a> {
        Pagina::nuova(Cornice::Manuale(stato, cercato), titolo, "")
    }

    fn nuova(cornice: Cornice<'a>, titolo: impl Into<String>, classe: &'static str) -> Pagina<'a> {
        let (attiva, briciole, flussi) = ("", Vec::new(), &[] as &[Flusso]);
        let titolo = corto(&titolo.into(), TITOLO_MAX).into_owned();
        Pagina {
            cornice,
            titolo,
            attiva,
            briciole,
            flussi,
            classe,
            capitolo: "",
            stato: StatusCode::OK,
            ripensamento: None,
        }
    }

    /// The menu entry where the page belongs: its path, with or without the first slash.
    pub fn attiva(mut self, percorso: &'a str) -> Self {
        self.attiva = percorso.trim_start_matches('/');
        self
    }

    /// The chapter of the manual that explains the page: the frame sends there.
    pub fn spiegata_in(mut self, capitolo: &'static str) -> Self {
        self.capitolo = capitolo;
        self
    }

    /// A step of the path above a public page; the page itself is added at the end.
    pub fn briciola(mut self, etichetta: impl Into<String>, href: impl Into<String>) -> Self {
        self.briciole.push((etichetta.into(), href.into()));
        self
    }

    /// Where a public page can be followed.
    pub fn flussi(mut self, flussi: &'static [Flusso]) -> Self {
        self.flussi = flussi;
        self
    }

    /// For registers and wide tables.
    pub fn larga(mut self) -> Self {
        self.classe = if matches!(self.cornice, Cornice::Nuda(_)) { BREVE } else { "al-foglio al-foglio-largo" };
        self
    }

    /// For a page that says one thing.
    pub fn breve(mut self) -> Self {
        self.classe = BREVE;
        self
    }

    /// What was just done, and the way back, above the page.
    pub(crate) fn ripensa(self, ripensamento: Option<Ripensamento>) -> Self {
        Pagina { ripensamento, ..self }
    }

    pub fn stato(mut self, stato: StatusCode) -> Self {
        self.stato = stato;
        self
    }

    /// The status that the form asks for: 422 when something is wrong with it.
    pub fn di(self, modulo: &Modulo) -> Self {
        self.stato(modulo.stato())
    }

    /// Renders the frame around `corpo`.
    pub fn con(self, corpo: impl Template) -> Response {
        let stato = self.stato;
        match corpo.render().and_then(|c| self.intorno(c)) {
            Ok(html) => (stato, Html(html)).into_response(),
            Err(e) => Errore::guasto(e).into_response(),
        }
    }

    fn intorno(self, corpo: String) -> askama::Result<String> {
        match self.cornice {
            Cornice::Ufficio(op) => self.ufficio_intorno(op, corpo),
            Cornice::Scrivania(p) => self.scrivania_intorno(p, corpo),
            Cornice::Pubblica(e) => self.pubblica_intorno(e, corpo),
            Cornice::Nuda(s) => {
                let titolo = format!("{} · Alleanza", self.titolo);
                CorniceNuda { titolo, modo: s.config.modo(), classe: self.classe, corpo }.render()
            }
            Cornice::Manuale(s, cercato) => {
                let titolo = format!("{} · Alleanza", self.titolo);
                CorniceManuale { titolo, modo: s.config.modo(), cercato, corpo }.render()
            }
        }
    }

    fn ufficio_intorno(self, op: &Operatore, corpo: String) -> askama::Result<String> {
        CorniceUfficio {
            titolo: format!("{} · {} · Alleanza", self.titolo, op.ente().denominazione),
            menu: menu_di(op, self.attiva),
            ricerca: ricerca(op),
            ente: Some(op.ente()),
            altrui: in_nome_altrui(op.ente(), "Sei qui"),
            spento: op.spento().filter(|_| self.classe != BREVE),
            ..self.barra(op.persona(), corpo)
        }
        .render()
    }

    /// Who works for one ente only has its menu on the desk too.
    fn scrivania_intorno(self, p: &Persona, corpo: String) -> askama::Result<String> {
        let unico = p.unico();
        CorniceUfficio {
            menu: unico.as_ref().map_or_else(|| menu_di_tutti(p, self.attiva), |op| menu_di(op, self.attiva)),
            ricerca: unico.as_ref().and_then(ricerca),
            casa: self.attiva.is_empty(),
            ..self.barra(p, corpo)
        }
        .render()
    }

    /// The bar of the office, with nothing in its menu.
    fn barra<'p>(self, persona: &'p Persona, corpo: String) -> CorniceUfficio<'p> {
        CorniceUfficio {
            titolo: format!("{} · Alleanza", self.titolo),
            modo: persona.stato().config.modo(),
            menu: Vec::new(),
            ricerca: None,
            iniziali: iniziali(&persona.chi().nome),
            persona,
            ente: None,
            altrui: persona
                .enti()
                .iter()
                .flat_map(|e| in_nome_altrui(e, &format!("A {} sei", e.denominazione)))
                .collect(),
            casa: false,
            ripensamento: self.ripensamento,
            spento: None,
            classe: self.classe,
            manuale: crate::manuale::rimando(self.capitolo),
            corpo,
        }
    }

    fn pubblica_intorno(self, e: &EnteHost, corpo: String) -> askama::Result<String> {
        let stato = e.stato();
        let servizi = stato.servizi.iter().filter(|s| s.sempre_attivo || e.attivo(s.codice));
        let ente = &e.ente().denominazione;
        let titolo = if self.titolo == *ente { ente.clone() } else { format!("{} · {ente}", self.titolo) };
        CorniceCittadino {
            titolo,
            modo: stato.config.modo(),
            alleanza: &stato.config.nome,
            ente,
            menu: servizi.flat_map(|s| s.menu_pubblico).map(|v| Voce::di(v, v.percorso, self.attiva, None)).collect(),
            qui: if self.titolo == *ente { "" } else { &self.titolo },
            flussi: self.flussi,
            briciole: self.briciole,
            corpo,
        }
        .render()
    }
}

/// The pages of an ente that the person may open.
fn menu_di(op: &Operatore, attiva: &str) -> Vec<Voce> {
    let del_servizio = |s: &'static Service| s.menu.iter().enumerate().map(|(n, v)| (v, s.tasto.filter(|_| n == 0)));
    let permessa = |v: &VoceMenu| v.azione.is_none_or(|a| op.puo(a));
    let voci = op.servizi().flat_map(del_servizio).filter(|(v, _)| permessa(v));
    voci.map(|(v, tasto)| Voce::di(v, op.percorso(v.percorso), attiva, tasto)).collect()
}

/// The pages over all the enti of a person.
fn menu_di_tutti(p: &Persona, attiva: &str) -> Vec<Voce> {
    let permessa = |v: &VoceMenu| v.azione.is_none_or(|a| p.enti().iter().any(|e| e.puo(a.ruoli)));
    let voci = p.stato().servizi.iter().flat_map(|s| s.menu_scrivania.iter().map(move |v| (v, s.tasto)));
    voci.filter(|(v, _)| permessa(v)).map(|(v, tasto)| Voce::di(v, v.percorso, attiva, tasto)).collect()
}

/// The page that answers the search box.
fn ricerca(op: &Operatore) -> Option<String> {
    let mut ricerche = op.servizi().filter_map(|s| s.ricerca.as_ref());
    ricerche.find(|v| v.azione.is_none_or(|a| op.puo(a))).map(|v| op.percorso(v.percorso))
}

/// Lent, or substituting: said on every page.
fn in_nome_altrui(e: &EnteDiPersona, dove: &str) -> Vec<String> {
    let prestito = e.prestito.iter().map(|p| {
        let fino = kernel::tempo::data_ora(p.al);
        format!(
            "{dove} in prestito da {} fino al {fino}. Ogni cosa che fai resta segnata come tua e di chi ti presta.",
            p.da
        )
    });
    let sostituiti = e.sostituiti.iter().map(|nome| format!("{dove} anche al posto di {nome}, con i suoi ruoli."));
    prestito.chain(sostituiti).collect()
}

/// Two letters for who has no picture.
fn iniziali(nome: &str) -> String {
    let parole: Vec<&str> = nome.split_whitespace().collect();
    let estreme = [parole.first(), parole.last().filter(|_| parole.len() > 1)];
    estreme.into_iter().flatten().filter_map(|p| p.chars().next()).flat_map(char::to_uppercase).collect()
}
