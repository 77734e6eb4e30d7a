//! Pages: what a template needs, and nothing it must compute.

use ::web::{Modulo, Operatore, Pagine, Service};
use askama::Template;
use authz::{Persona, RUOLI};
use jiff::Timestamp;
use kernel::{Data, tempo};

use crate::model::Forma;
use crate::{
    AdesioneDi, Alleanza, Aoo, Attivita, Codice, MiaAdesione, PassoDiAdesione, PeriodoDiServizio, Scheda,
    ServizioDiMembro,
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
    pub modulo: Modulo,
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
#[template(path = "trattamenti.html")]
pub(crate) struct Trattamenti<'a> {
    pub op: &'a Operatore,
    pub scheda: Scheda,
    pub servizi: Vec<&'static Service>,
}

#[derive(Template)]
#[template(path = "persone.html")]
pub(crate) struct Persone<'a> {
    pub op: &'a Operatore,
    pub persone: Vec<Vec<Persona>>,
    pub uffici: Vec<(String, String)>,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "uffici.html")]
pub(crate) struct Uffici<'a> {
    pub op: &'a Operatore,
    pub uffici: Vec<(String, String)>,
    pub modulo: Modulo,
}

#[derive(Template)]
#[template(path = "ente.html")]
pub(crate) struct Ente<'a> {
    pub op: &'a Operatore,
    pub aoo: Vec<Aoo>,
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
    pub alleanze: Vec<Alleanza>,
    pub adesioni: Vec<AdesioneDi>,
    pub servizi: Vec<ServizioDiMembro>,
    pub modulo: Modulo,
}

impl Membri<'_> {
    /// How many services a member has on, and which.
    fn servizi_di(&self, membro: &str) -> String {
        let suoi: Vec<&str> = self.servizi.iter().filter(|s| s.membro == membro).map(|s| s.servizio.as_str()).collect();
        if suoi.is_empty() { "nessuno".to_owned() } else { suoi.join(", ") }
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

/// The appointment of the alliance as processor (GDPR art. 28).
#[derive(Template)]
#[template(path = "nomina.html")]
pub(crate) struct Nomina {
    pub titolare: String,
    pub responsabile: String,
    pub alleanza: String,
    pub forma: &'static str,
    pub decorre_dal: Option<Data>,
    pub servizi: Vec<&'static Service>,
}

/// The services of the catalogue that process personal data.
pub(crate) fn con_trattamento(catalogo: &'static [Service]) -> Vec<&'static Service> {
    catalogo.iter().filter(|s| !s.trattamento.finalita.is_empty()).collect()
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

fn nome_ruolo(codice: &str) -> &str {
    RUOLI.iter().find(|r| r.codice == codice).map_or(codice, |r| r.nome)
}

fn ruoli() -> [(&'static str, &'static str); RUOLI.len()] {
    std::array::from_fn(|i| (RUOLI[i].codice, RUOLI[i].nome))
}

fn forme() -> [(&'static str, &'static str); 2] {
    Forma::TUTTE.map(|f| (f.codice(), f.nome()))
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
