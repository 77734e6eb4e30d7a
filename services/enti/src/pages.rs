//! Pages: what a template needs, and nothing it must compute.

use ::web::{Modulo, Operatore, Pagine, Senso, Service};
use askama::Template;
use authz::{
    CodiceInDue, Fornitore, Persona, Prestito, RUOLI, Recupero, Richiesto, Salute, Sostituzione, UfficioChiuso,
};
use jiff::Timestamp;
use jobs::Rinunciato;
use kernel::{Data, tempo};
use serde_json::Value;

use crate::model::{Forma, Scadenza, Stato, TipoCredenziale, Titolo};
use crate::nomina::Nomina;
use crate::permissions::{CONFERMA_RECUPERI, RECUPERI};
use crate::trattamenti::Registro;
use crate::web::accessi::NESSUNO;
use crate::{
    AdesioneDi, Alleanza, Aoo, Attivita, Codice, Credenziale, DaChiudere, FattoriDi, IncaricoDi, MiaAdesione,
    PassoDiAdesione, PeriodoDiServizio, Ramo, ServizioDiMembro,
};

/// A service of the catalogue as this ente has it.
pub(crate) struct Voce {
    pub servizio: &'static Service,
    pub acceso: Option<PeriodoDiServizio>,
    pub spento: Option<Timestamp>,
    pub richiede: String,
}

#[derive(Template)]
#[template(path = "servizi.html")]
pub(crate) struct Servizi<'a> {
    pub op: &'a Operatore,
    pub voci: Vec<Voce>,
    pub titolo: Titolo,
}

impl Servizi<'_> {
    /// Why nothing new goes on, and what becomes of what is on.
    fn perche_no(&self) -> String {
        let poi = match self.titolo.puo_scrivere() {
            true => "I servizi accesi continuano; altri non si attivano.",
            false => "I servizi accesi si leggono; non vi si scrive e non se ne attivano altri.",
        };
        format!("{} {poi}", self.titolo.perche_no())
    }
}

#[derive(Template)]
#[template(path = "anteprima.html")]
pub(crate) struct Anteprima<'a> {
    pub op: &'a Operatore,
    pub scelto: &'static Service,
    pub anteprima: crate::Anteprima,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "spegnimento.html")]
pub(crate) struct Spegnimento<'a> {
    pub op: &'a Operatore,
    pub scelto: &'static Service,
    /// The services that go off before it.
    pub prima: Vec<&'static str>,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "lavori.html")]
pub(crate) struct Lavori<'a> {
    pub op: &'a Operatore,
    pub fermi: Vec<Rinunciato>,
    pub modulo: Modulo,
}

impl Lavori<'_> {
    /// The service whose work it is: a kind of job begins with its code.
    fn servizio<'t>(&self, tipo: &'t str) -> &'t str {
        let codice = tipo.split('.').next().unwrap_or(tipo);
        self.op.stato().servizi.iter().find(|s| s.codice == codice).map_or(codice, |s| s.nome)
    }
}

#[derive(Template)]
#[template(path = "trattamenti.html")]
pub(crate) struct Trattamenti<'a> {
    pub op: &'a Operatore,
    pub registro: Registro,
    /// Where the page hangs: the crumb before it.
    pub sopra: (&'static str, &'static str),
    pub pdf: String,
}

#[derive(Template)]
#[template(path = "persone.html")]
pub(crate) struct Persone<'a> {
    pub op: &'a Operatore,
    pub persone: Vec<Vec<Persona>>,
    pub uffici: Vec<(String, String)>,
    pub modulo: Modulo,
}

impl Persone<'_> {
    /// The name of an office; its code when it is closed.
    fn ufficio<'t>(&'t self, codice: &'t str) -> &'t str {
        self.uffici.iter().find(|(c, _)| c == codice).map_or(codice, |(_, nome)| nome)
    }
}

#[derive(Template)]
#[template(path = "deleghe.html")]
pub(crate) struct Deleghe<'a> {
    pub op: &'a Operatore,
    pub oggi: Data,
    pub adesso: Timestamp,
    pub sostituzioni: Vec<Sostituzione>,
    pub prestiti: Vec<Prestito>,
    pub persone: Vec<(String, String)>,
    pub uffici: Vec<(String, String)>,
    pub modulo: Modulo,
}

impl Deleghe<'_> {
    /// How a period stands, and whether it can still be ended.
    fn sostituzione(&self, s: &Sostituzione) -> (&'static str, bool) {
        match () {
            () if s.al < self.oggi => ("Finita", false),
            () if s.dal > self.oggi => ("Deve cominciare", true),
            () => ("In corso", true),
        }
    }

    fn prestito(&self, p: &Prestito) -> (&'static str, bool) {
        match () {
            () if p.al <= self.adesso && p.chiuso => ("Finito prima del tempo", false),
            () if p.al <= self.adesso => ("Finito", false),
            () if p.dal > self.adesso => ("Deve cominciare", true),
            () => ("In corso", true),
        }
    }

    /// The roles that are lent: never one that gives roles.
    fn da_prestare(&self) -> Vec<(&'static str, &'static str)> {
        let dell_ente = RUOLI.iter().filter(|r| !["amministratore", "alleanza"].contains(&r.codice));
        dell_ente.map(|r| (r.codice, r.nome)).collect()
    }
}

#[derive(Template)]
#[template(path = "recuperi.html")]
pub(crate) struct Recuperi<'a> {
    pub op: &'a Operatore,
    pub aperti: Vec<Recupero>,
    pub decisi: Vec<Recupero>,
    /// Who has a second factor to lose.
    pub persone: Vec<(String, String)>,
    pub modulo: Modulo,
}

impl Recuperi<'_> {
    fn decide(&self) -> bool {
        self.op.puo(CONFERMA_RECUPERI)
    }

    /// Neither who asked nor who is recovered.
    fn e_un_altro(&self, r: &Recupero) -> bool {
        r.puo_confermare(self.op.chi().persona)
    }
}

/// Shown once, to who confirmed.
#[derive(Template)]
#[template(path = "codice_dato.html")]
pub(crate) struct CodiceDato<'a> {
    pub op: &'a Operatore,
    pub nome: String,
    pub dato: CodiceInDue,
}

#[derive(Template)]
#[template(path = "credenziali.html")]
pub(crate) struct Credenziali<'a> {
    pub op: &'a Operatore,
    pub oggi: Data,
    /// Keeps the register of everybody; otherwise reads their own.
    pub tiene: bool,
    pub in_uso: Vec<Credenziale>,
    pub ritirate: Vec<Credenziale>,
    pub persone: Vec<(String, String)>,
    pub modulo: Modulo,
}

impl Credenziali<'_> {
    fn scadenza(&self, d: &Data) -> String {
        let verbo = if Scadenza::di(Some(*d), self.oggi) == Scadenza::Passata { "Scaduta" } else { "Scade" };
        format!("{verbo} il {}", tempo::breve(*d))
    }

    fn senso(&self, d: &Data) -> Senso {
        match Scadenza::di(Some(*d), self.oggi) {
            Scadenza::Lontana => Senso::Normale,
            Scadenza::Vicina => Senso::Attento,
            Scadenza::Passata => Senso::Grave,
        }
    }
}

#[derive(Template)]
#[template(path = "accessi.html")]
pub(crate) struct Accessi<'a> {
    pub op: &'a Operatore,
    pub persone: Vec<FattoriDi>,
    pub modulo: Modulo,
}

/// A provider that answered well, just now.
pub(crate) struct Provato {
    pub nome: String,
    pub salute: Salute,
}

#[derive(Template)]
#[template(path = "fornitori.html")]
pub(crate) struct Fornitori<'a> {
    pub op: &'a Operatore,
    /// Whether this ente decides how people enter.
    pub decide: bool,
    pub accesi: Vec<Fornitore>,
    pub spenti: Vec<Fornitore>,
    /// The address to tell the provider.
    pub ritorno: String,
    pub provato: Option<Provato>,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "uffici.html")]
pub(crate) struct Uffici<'a> {
    pub op: &'a Operatore,
    /// Code, name, how many people work there.
    pub uffici: Vec<(String, String, usize)>,
    pub chiusi: Vec<UfficioChiuso>,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "ufficio.html")]
pub(crate) struct Ufficio<'a> {
    pub op: &'a Operatore,
    pub codice: String,
    pub ufficio: DaChiudere,
    pub modulo: Modulo,
}

impl Ufficio<'_> {
    /// The offices to choose from; none is a choice when nothing has to move.
    fn scelte(&self) -> Vec<(String, String)> {
        let nessuno = (!self.ufficio.serve_un_altro()).then(|| (String::new(), "Nessuno".to_owned()));
        nessuno.into_iter().chain(self.ufficio.altri.clone()).collect()
    }
}

#[derive(Template)]
#[template(path = "ente.html")]
pub(crate) struct Ente<'a> {
    pub op: &'a Operatore,
    pub aoo: Vec<(Aoo, Vec<IncaricoDi>)>,
    pub codici: Vec<Codice>,
    pub hosts: Vec<String>,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "registro_attivita.html")]
pub(crate) struct RegistroAttivita<'a> {
    pub op: &'a Operatore,
    pub pagina: Pagine<Attivita>,
    pub dopo: Option<String>,
    pub inizio: Option<String>,
    pub filtro: Modulo,
}

#[derive(Template)]
#[template(path = "membri.html")]
pub(crate) struct Membri<'a> {
    pub op: &'a Operatore,
    pub alleanza: Alleanza,
    /// All of the ente, those in force first.
    pub alleanze: Vec<Alleanza>,
    pub albero: Vec<Ramo>,
    pub sopra: Vec<(String, String)>,
    pub adesioni: Vec<AdesioneDi>,
    /// Members that are over as bodies, with who comes after.
    pub cessati: Vec<(String, String)>,
    pub servizi: Vec<ServizioDiMembro>,
    pub scelto: Option<Gruppo>,
    pub cercato: String,
    pub modulo: Modulo,
}

impl Membri<'_> {
    /// The adhesions of the chosen group whose member has the written name, in the order in which they ask for somebody.
    fn gruppi(&self) -> Vec<(Gruppo, Vec<&AdesioneDi>)> {
        let cercato = self.cercato.to_lowercase();
        let visibile = |d: &&AdesioneDi| d.membro_nome.to_lowercase().contains(&cercato);
        let di = |g: Gruppo| self.adesioni.iter().filter(visibile).filter(|d| Gruppo::di(d) == g).collect();
        let scelti = Gruppo::TUTTI.into_iter().filter(|g| self.scelto.is_none_or(|s| s == *g));
        scelti.map(|g| (g, di(g))).filter(|(_, d): &(Gruppo, Vec<_>)| !d.is_empty()).collect()
    }

    /// Each group that has adhesions, and how many: the filters of the page.
    fn conti(&self) -> Vec<(Gruppo, usize)> {
        let quante = |g: Gruppo| self.adesioni.iter().filter(|d| Gruppo::di(d) == g).count();
        Gruppo::TUTTI.map(|g| (g, quante(g))).into_iter().filter(|(_, n)| *n > 0).collect()
    }

    /// Members that are over as bodies: whoever comes after joins in its own name.
    fn avvisi(&self) -> Vec<String> {
        let di = |membro: &str| self.adesioni.iter().find(|d| d.membro == membro).map_or("", |d| &d.membro_nome);
        let avviso = |(membro, a): &(String, String)| match a.as_str() {
            "" => format!("{} non esiste più: chiudi la sua adesione.", di(membro)),
            a => format!("{} non esiste più, al suo posto c’è {a}: chiudi la sua adesione.", di(membro)),
        };
        self.cessati.iter().map(avviso).collect()
    }

    fn altre(&self) -> Vec<&Alleanza> {
        self.alleanze.iter().filter(|a| a.codice != self.alleanza.codice).collect()
    }

    fn scelte_sopra(&self) -> Vec<(String, String)> {
        scelte_sopra(&self.sopra)
    }

    /// The services that a member has on, by name.
    fn servizi_di(&self, membro: &str) -> String {
        let nome = |c: &String| self.op.stato().servizi.iter().find(|s| s.codice == *c).map_or("", |s| s.nome);
        let suoi: Vec<&str> = self.servizi.iter().filter(|s| s.membro == membro).map(|s| nome(&s.servizio)).collect();
        suoi.join(", ")
    }
}

/// An ente that keeps alliances and has none.
#[derive(Template)]
#[template(path = "fondazione.html")]
pub(crate) struct Fondazione<'a> {
    pub op: &'a Operatore,
    pub albero: Vec<Ramo>,
    pub sopra: Vec<(String, String)>,
    pub modulo: Modulo,
}

impl Fondazione<'_> {
    fn scelte_sopra(&self) -> Vec<(String, String)> {
        scelte_sopra(&self.sopra)
    }
}

/// Who may stand above, nobody first.
fn scelte_sopra(corpi: &[(String, String)]) -> Vec<(String, String)> {
    let nessuno = (String::new(), "Nessuno".to_owned());
    std::iter::once(nessuno).chain(corpi.iter().cloned()).collect()
}

/// Adhesions by what they ask of the alliance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gruppo {
    DaCompletare,
    InUscita,
    Attive,
    Cessate,
}

impl Gruppo {
    const TUTTI: [Gruppo; 4] = [Gruppo::DaCompletare, Gruppo::InUscita, Gruppo::Attive, Gruppo::Cessate];

    fn di(d: &AdesioneDi) -> Gruppo {
        match d.adesione.stato {
            Stato::Richiesta | Stato::Deliberata | Stato::Firmata => Gruppo::DaCompletare,
            Stato::Sospesa | Stato::Recesso => Gruppo::InUscita,
            Stato::Attiva => Gruppo::Attive,
            Stato::Cessata => Gruppo::Cessate,
        }
    }

    pub(crate) fn da(codice: &str) -> Option<Gruppo> {
        Gruppo::TUTTI.into_iter().find(|g| g.codice() == codice)
    }

    fn codice(self) -> &'static str {
        match self {
            Gruppo::DaCompletare => "da-completare",
            Gruppo::InUscita => "in-uscita",
            Gruppo::Attive => "attive",
            Gruppo::Cessate => "cessate",
        }
    }

    fn nome(self) -> &'static str {
        match self {
            Gruppo::DaCompletare => "Da completare",
            Gruppo::InUscita => "Sospese e in recesso",
            Gruppo::Attive => "Attive",
            Gruppo::Cessate => "Cessate",
        }
    }
}

#[derive(Template)]
#[template(path = "adesione.html")]
pub(crate) struct UnaAdesione<'a> {
    pub op: &'a Operatore,
    pub di: AdesioneDi,
    pub passi: Vec<PassoDiAdesione>,
    pub oggi: Data,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "mie_adesioni.html")]
pub(crate) struct Mie<'a> {
    pub op: &'a Operatore,
    pub adesioni: Vec<MiaAdesione>,
}

#[derive(Template)]
#[template(path = "nomina.html")]
pub(crate) struct LaNomina<'a> {
    pub op: &'a Operatore,
    pub nomina: Nomina,
    /// Where the page hangs: the crumb before it.
    pub sopra: (&'static str, &'static str),
    pub pdf: String,
}

fn giorno(istante: &Timestamp) -> String {
    tempo::breve(tempo::giorno_a_roma(*istante))
}

fn ora(istante: &Timestamp) -> String {
    tempo::data_ora(*istante)
}

fn data(d: &Data) -> String {
    tempo::breve(*d)
}

fn facoltativa(d: &Option<Data>) -> String {
    d.map(tempo::breve).unwrap_or_default()
}

/// What an action is called, in the words of its permission.
fn in_parole(op: &Operatore, azione: &str) -> String {
    let permesse = op.stato().servizi.iter().flat_map(|s| s.permessi);
    permesse.into_iter().find(|p| p.codice == azione).map_or(azione, |p| p.descrizione).to_owned()
}

/// The details of an audit line, as pairs; what has no value is left out.
fn dettagli(v: &Value) -> Vec<(String, String)> {
    let coppie = v.as_object().into_iter().flatten().map(|(k, v)| (k.replace('_', " "), leggibile(v)));
    coppie.filter(|(_, v)| !v.is_empty()).collect()
}

fn leggibile(v: &Value) -> String {
    match v {
        Value::Null => String::new(),
        Value::String(s) => s.parse().map_or_else(|_| s.replace('_', " "), tempo::breve),
        Value::Array(a) => a.iter().map(leggibile).collect::<Vec<_>>().join(", "),
        altro => altro.to_string(),
    }
}

fn nome_ruolo(codice: &str) -> &str {
    RUOLI.iter().find(|r| r.codice == codice).map_or(codice, |r| r.nome)
}

fn ruoli() -> [(&'static str, &'static str); RUOLI.len()] {
    std::array::from_fn(|i| (RUOLI[i].codice, RUOLI[i].nome))
}

fn forme() -> [(&'static str, &'static str); 2] {
    Forma::TUTTE.map(|f| (f.codice(), f.nome()))
}

fn nome_incarico(codice: &str) -> &str {
    if codice == "vicario" { "Vicario" } else { "Responsabile" }
}

fn tipi_di_credenziale() -> [(&'static str, &'static str); TipoCredenziale::TUTTI.len()] {
    TipoCredenziale::TUTTI.map(|t| (t.codice(), t.nome()))
}

/// What a role may ask for, beside the password.
fn richieste(op: &Operatore) -> Vec<(&'static str, &'static str)> {
    let mut voci = vec![(NESSUNO, "Solo la password"), (Richiesto::Qualsiasi.codice(), "Un secondo fattore")];
    if op.stato().serratura.ha_passkey() {
        voci.push((Richiesto::Passkey.codice(), "Una passkey"));
    }
    voci
}

/// How a code of others is called.
fn tipo_di_codice(tipo: &str) -> &str {
    match tipo {
        "ipa" => "IPA",
        "belfiore" => "Belfiore",
        "istat" => "ISTAT",
        _ => "Codice fiscale",
    }
}
