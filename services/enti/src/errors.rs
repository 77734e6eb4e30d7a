//! What is refused, with code, sentence and remedy; what breaks.

use kernel::{Data, Frase, tempo::breve};

use crate::model::Stato;

/// The law, the registry or the state says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rifiuto {
    #[error("Il codice «{codice}» non è di nessun ente conosciuto.{}", forse(.vicini))]
    CodiceIgnoto { codice: String, vicini: Vec<String> },
    #[error("{denominazione} lavora già qui, con il codice {codice}.")]
    EntePresente { codice: String, denominazione: String },
    #[error("{denominazione} non esiste più{}.", successori(.a))]
    EnteCessato { denominazione: String, a: Vec<String> },
    #[error("L’indirizzo «{host}» è già di un altro ente.")]
    HostPreso { host: String },
    #[error("L’ente «{codice}» non lavora qui.")]
    EnteAssente { codice: String },
    #[error("«{scritto}» non è un codice: da 2 a 20 lettere minuscole, cifre o trattini bassi.")]
    CodiceMalscritto { scritto: String },
    #[error("{membro} ha già un’adesione in corso a questa alleanza.")]
    SecondaAdesione { membro: String },
    #[error("Un’adesione {} non può diventare {}.", .da.codice(), .a.codice())]
    PassoNonAmmesso { da: Stato, a: Stato },
    #[error("Il {} viene prima dell’ultimo passo, che è del {}.", breve(*.il), breve(*.ultimo))]
    PassoIndietro { il: Data, ultimo: Data },
    #[error("Il {} deve ancora venire.", breve(*.il))]
    PassoFuturo { il: Data },
    #[error("La convenzione la approva il Consiglio (TUEL art. 30 e 42): qui l’atto è di un altro organo.")]
    ServeIlConsiglio,
    #[error("L’atto è del {}, dopo il {}.", breve(*.atto), breve(*.il))]
    AttoDopo { atto: Data, il: Data },
    #[error("Mancano i nomi di chi ha firmato: uno per l’ente, uno per l’alleanza.")]
    SenzaFirme,
    #[error("Il recesso ha effetto il {}: fino ad allora l’adesione vale.", breve(*.efficace_il))]
    RecessoNonAncora { efficace_il: Data },
    #[error("L’ente non può aderire a sé stesso.")]
    AdesioneASe,
    #[error("L’alleanza «{codice}» non c’è, o è finita.")]
    AlleanzaIgnota { codice: String },
    #[error("Il codice «{codice}» è già di un’altra alleanza di questo ente.")]
    AlleanzaDoppia { codice: String },
    #[error("Questa adesione non c’è.")]
    AdesioneIgnota,
    #[error("Il servizio «{servizio}» non è nel catalogo.")]
    ServizioIgnoto { servizio: String },
    #[error("Il servizio «{servizio}» è già attivo.")]
    GiaAttivo { servizio: String },
    #[error("Il servizio «{servizio}» non è attivo.")]
    NonAttivo { servizio: String },
    #[error("Il servizio serve a {}.", .da.join(", "))]
    Serve { da: Vec<String> },
    #[error("Il servizio «{servizio}» fa parte di ogni ente: non si disattiva.")]
    SempreAttivo { servizio: String },
    #[error("Il servizio «{servizio}» richiede sé stesso.")]
    CatalogoInCerchio { servizio: String },
    #[error("{perche}")]
    SenzaAdesione { perche: String },
    #[error("È l’unico amministratore: senza, nessuno potrebbe più dare ruoli.")]
    UltimoAmministratore,
    #[error("L’ente non ha ancora un amministratore.")]
    SenzaAmministratore,
    #[error("{nome} ha persone o lavoro in corso.")]
    UfficioInUso { nome: String },
    #[error("È l’unico ufficio: senza, nessuno potrebbe più agire.")]
    UltimoUfficio,
    #[error("Il {} è già passato.", breve(*.il))]
    GiornoPassato { il: Data },
    #[error("Chi c’è adesso ha cominciato il {}: chi gli succede comincia dopo.", breve(*.dal))]
    IncaricoPrima { dal: Data },
    #[error("«{scritto}» non è un codice di alleanza: da 2 a 40 lettere minuscole, cifre o trattini.")]
    CodiceAlleanza { scritto: String },
    #[error("Il preavviso va da 0 a 60 mesi.")]
    Preavviso,
    #[error("{sopra} sta già sotto questo ente: l’albero delle alleanze sarebbe in cerchio.")]
    AlberoInCerchio { sopra: String },
    #[error("Il file non è l’elenco degli enti di IPA.")]
    NonIpa,
    #[error("Nel file mancano {mancano} enti che c’erano: sembra incompleto.")]
    IpaIncompleta { mancano: usize },
    #[error("Un ente non può succedere a sé stesso, né a chi gli succede.")]
    SuccessioneInCerchio,
    #[error("L’AOO «{codice}» non c’è.")]
    AooIgnota { codice: String },
    #[error("Nessuno sostituisce sé stesso.")]
    SostituisceSe,
    #[error("La fine viene prima dell’inizio, o è già passata.")]
    PeriodoRovescio,
    #[error("Sostituto e sostituito devono avere un ruolo in questo ente.")]
    NonLavoraQui,
    #[error("«{utente}» oggi non lavora nell’ente «{ente}», o lavora già qui.")]
    NessunoDaPrestare { utente: String, ente: String },
    #[error("Un prestito dura al più 90 giorni.")]
    PrestitoLungo,
    #[error("Chi è in prestito non può dare ruoli.")]
    NonSiPresta,
    #[error("Nessuno chiede un recupero per sé.")]
    RecuperoPerSe,
    #[error("Questa persona non ha un secondo fattore: le basta la password.")]
    NienteDaRecuperare,
    #[error("Una richiesta per questa persona è già aperta.")]
    RecuperoAperto,
    #[error("Chi ha chiesto il recupero, e chi ne ha bisogno, non possono confermarlo.")]
    ServeUnAltro,
    #[error("La persona lavora anche altrove, e qui lei o chi decide ci sono da meno di un mese.")]
    DaPocoQui,
    #[error("Questa richiesta è già decisa, o è scaduta.")]
    RecuperoFinito,
    #[error("Questa credenziale è già ritirata.")]
    CredenzialeRitirata,
    #[error("I fornitori d’identità li decide l’alleanza, nel suo ente.")]
    NonAlleanza,
    #[error("Con questo emittente si entra già.")]
    FornitoreDoppio,
    #[error("{frase}")]
    FornitoreDifettoso { frase: String },
    #[error("Con questo fornitore non si entra già più.")]
    FornitoreSpento,
    #[error("{frase}")]
    Persona { codice: &'static str, frase: String },
    #[error("Manca {campo}.")]
    Manca { campo: &'static str },
}

fn forse(vicini: &[String]) -> String {
    if vicini.is_empty() { String::new() } else { format!(" Forse cerchi {}?", vicini.join(", oppure ")) }
}

fn successori(a: &[String]) -> String {
    if a.is_empty() { String::new() } else { format!(": al suo posto c’è {}", a.join(" e ")) }
}

impl Rifiuto {
    pub fn codice(&self) -> &'static str {
        match self {
            Rifiuto::CodiceIgnoto { .. } => "ENT-001",
            Rifiuto::EntePresente { .. } => "ENT-002",
            Rifiuto::EnteCessato { .. } => "ENT-003",
            Rifiuto::HostPreso { .. } => "ENT-004",
            Rifiuto::EnteAssente { .. } => "ENT-005",
            Rifiuto::CodiceMalscritto { .. } | Rifiuto::CodiceAlleanza { .. } => "ENT-006",
            Rifiuto::SecondaAdesione { .. } => "ENT-010",
            Rifiuto::PassoNonAmmesso { .. } => "ENT-011",
            Rifiuto::PassoIndietro { .. } | Rifiuto::PassoFuturo { .. } | Rifiuto::AttoDopo { .. } => "ENT-012",
            Rifiuto::ServeIlConsiglio => "ENT-013",
            Rifiuto::SenzaFirme => "ENT-014",
            Rifiuto::RecessoNonAncora { .. } => "ENT-015",
            Rifiuto::AdesioneASe => "ENT-016",
            Rifiuto::AlleanzaIgnota { .. } => "ENT-017",
            Rifiuto::AlleanzaDoppia { .. } => "ENT-018",
            Rifiuto::AdesioneIgnota => "ENT-019",
            Rifiuto::ServizioIgnoto { .. } => "ENT-020",
            Rifiuto::GiaAttivo { .. } => "ENT-021",
            Rifiuto::NonAttivo { .. } => "ENT-022",
            Rifiuto::Serve { .. } => "ENT-023",
            Rifiuto::SempreAttivo { .. } => "ENT-024",
            Rifiuto::CatalogoInCerchio { .. } => "ENT-025",
            Rifiuto::SenzaAdesione { .. } => "ENT-026",
            Rifiuto::UltimoAmministratore => "ENT-030",
            Rifiuto::SenzaAmministratore => "ENT-031",
            Rifiuto::UfficioInUso { .. } => "ENT-041",
            Rifiuto::UltimoUfficio => "ENT-042",
            Rifiuto::GiornoPassato { .. } => "ENT-043",
            Rifiuto::IncaricoPrima { .. } => "ENT-044",
            Rifiuto::AooIgnota { .. } => "ENT-045",
            Rifiuto::AlberoInCerchio { .. } => "ENT-046",
            Rifiuto::Preavviso => "ENT-028",
            Rifiuto::NonIpa => "ENT-047",
            Rifiuto::IpaIncompleta { .. } => "ENT-048",
            Rifiuto::SuccessioneInCerchio => "ENT-049",
            Rifiuto::SostituisceSe => "ENT-060",
            Rifiuto::PeriodoRovescio => "ENT-061",
            Rifiuto::NonLavoraQui => "ENT-062",
            Rifiuto::NessunoDaPrestare { .. } => "ENT-063",
            Rifiuto::PrestitoLungo => "ENT-064",
            Rifiuto::NonSiPresta => "ENT-065",
            Rifiuto::RecuperoPerSe => "ENT-070",
            Rifiuto::NienteDaRecuperare => "ENT-071",
            Rifiuto::RecuperoAperto => "ENT-072",
            Rifiuto::ServeUnAltro => "ENT-073",
            Rifiuto::RecuperoFinito => "ENT-074",
            Rifiuto::CredenzialeRitirata => "ENT-075",
            Rifiuto::DaPocoQui => "ENT-076",
            Rifiuto::NonAlleanza => "ENT-080",
            Rifiuto::FornitoreDoppio => "ENT-081",
            Rifiuto::FornitoreDifettoso { .. } => "ENT-082",
            Rifiuto::FornitoreSpento => "ENT-083",
            Rifiuto::Persona { codice, .. } => codice,
            Rifiuto::Manca { .. } => "ENT-040",
        }
    }

    pub fn rimedio(&self) -> &'static str {
        let codice = self.codice();
        CODICI.iter().find(|f| f.codice == codice).map_or("", |f| f.rimedio)
    }
}

macro_rules! frasi {
    ($($codice:literal: $frase:literal, $rimedio:literal;)+) => {
        &[$(Frase { codice: $codice, frase: $frase, rimedio: $rimedio }),+]
    };
}

/// Every code of this service.
pub const CODICI: &[Frase] = frasi! {
    "ENT-001": "Il codice non è di nessun ente conosciuto.", "Usa il codice IPA (c_e307) o quello Belfiore (E307).";
    "ENT-002": "L’ente lavora già qui.", "Non serve aggiungerlo di nuovo.";
    "ENT-003": "L’ente non esiste più.", "Usa il codice dell’ente che gli è succeduto.";
    "ENT-004": "L’indirizzo è già di un altro ente.", "Scegline un altro.";
    "ENT-005": "L’ente non lavora qui.", "Aggiungilo con: alleanza ente aggiungi CODICE.";
    "ENT-006": "Il codice non si può usare.", "Scrivi lettere minuscole e cifre, come dice il messaggio.";
    "ENT-010": "C’è già un’adesione in corso.", "Apri quella che c’è; per rifarla, prima chiudila.";
    "ENT-011": "Il passo non è ammesso da questo stato.", "Apri l’adesione e guarda quali passi offre.";
    "ENT-012": "Le date dei passi non sono in ordine.", "Correggi la data: ogni passo segue il precedente e non supera oggi.";
    "ENT-013": "La convenzione la approva il Consiglio.", "Indica la delibera di Consiglio, oppure aderisci con protocollo attuativo.";
    "ENT-014": "Mancano i firmatari.", "Scrivi chi ha firmato per l’ente e chi per l’alleanza.";
    "ENT-015": "Il recesso non ha ancora effetto.", "Aspetta il giorno indicato: poi l’adesione si chiude.";
    "ENT-016": "L’ente non può aderire a sé stesso.", "Indica il codice di un altro ente.";
    "ENT-017": "L’alleanza non c’è, o è finita.", "Scegli un’alleanza in corso.";
    "ENT-018": "Il codice è già di un’altra alleanza.", "Scegline uno nuovo.";
    "ENT-019": "L’adesione non c’è.", "Riparti dall’elenco delle adesioni.";
    "ENT-020": "Il servizio non è nel catalogo.", "Scegli un servizio dall’elenco.";
    "ENT-021": "Il servizio è già attivo.", "Puoi usarlo subito.";
    "ENT-022": "Il servizio non è attivo.", "Attivalo dalla pagina dei servizi.";
    "ENT-023": "Altri servizi attivi ne hanno bisogno.", "Disattiva prima quelli.";
    "ENT-024": "Il servizio fa parte di ogni ente.", "Resta attivo.";
    "ENT-025": "Il catalogo dei servizi è in cerchio.", "È un difetto del programma: avvisa l’assistenza.";
    "ENT-026": "Un servizio si attiva con un’adesione attiva a un’alleanza.", "Segui l’adesione nella pagina Adesioni: da quando è attiva, il servizio si attiva.";
    "ENT-027": "L’adesione non vale più: i servizi si leggono, ma non vi si scrive.", "Ciò che c’è resta leggibile. Per scrivere serve una nuova adesione attiva.";
    "ENT-028": "Il preavviso non si può usare.", "Scrivi un numero di mesi da 0 a 60.";
    "ENT-030": "L’ente resterebbe senza amministratore.", "Dai prima il ruolo a un’altra persona.";
    "ENT-031": "Nell’ente nessuno ha il ruolo che serve.", "Crea prima chi lo ha: alleanza utente crea … (il primo è l’amministratore).";
    "ENT-032": "La password è troppo corta.", "Usa almeno 12 caratteri: quattro parole vanno bene.";
    "ENT-033": "Il nome utente non si può usare.", "Da 3 a 100 caratteri, senza spazi: va bene l’indirizzo di posta.";
    "ENT-034": "Il ruolo non esiste.", "Sceglilo dall’elenco.";
    "ENT-035": "L’ufficio esiste già.", "Usa quello che c’è, o un altro codice.";
    "ENT-036": "L’ufficio non c’è.", "Sceglilo dall’elenco, o aprilo prima.";
    "ENT-037": "Il codice dell’ufficio non si può usare.", "Da 1 a 16 lettere maiuscole o cifre, come SEG.";
    "ENT-038": "L’utente non esiste.", "Controlla il nome utente.";
    "ENT-040": "Manca un dato.", "Compila il campo indicato.";
    "ENT-041": "Nell’ufficio c’è ancora chi lavora, o lavoro in corso.", "Scegli l’ufficio che ne prende il posto.";
    "ENT-042": "L’ente resterebbe senza uffici.", "Apri prima un altro ufficio.";
    "ENT-043": "Il giorno è già passato.", "Scrivi oggi o un giorno che deve venire; vuoto: da subito.";
    "ENT-044": "Un incarico comincia dopo quello che sostituisce.", "Correggi la data: per correggere il nome, scrivi lo stesso giorno.";
    "ENT-045": "L’AOO non c’è.", "Sceglila fra quelle della pagina.";
    "ENT-046": "L’albero delle alleanze sarebbe in cerchio.", "Scegli un ente che non sta sotto questo.";
    "ENT-047": "Il file non è l’elenco degli enti di IPA.", "Scarica da IPA l’insieme di dati «Enti», in CSV con la riga delle intestazioni.";
    "ENT-048": "L’elenco di IPA sembra incompleto.", "Scaricalo di nuovo: non è cambiato nulla.";
    "ENT-060": "Nessuno sostituisce sé stesso.", "Scegli un’altra persona.";
    "ENT-061": "La fine viene prima dell’inizio, o è già passata.", "Correggi le date.";
    "ENT-062": "Sostituto e sostituito devono avere un ruolo in questo ente.", "Dai prima un ruolo a chi sostituisce; chi viene da un altro ente si prende in prestito.";
    "ENT-063": "La persona oggi non lavora nell’ente indicato, o lavora già qui.", "Controlla nome utente e codice dell’ente; a chi lavora già qui si dà un ruolo.";
    "ENT-064": "Un prestito dura al più 90 giorni.", "Scegli una fine più vicina: potrai farne un altro.";
    "ENT-070": "Nessuno chiede un recupero per sé.", "Chiedilo a chi amministra l’ente, al responsabile o al segretario.";
    "ENT-071": "La persona non ha un secondo fattore.", "Le basta la password: se ha perso quella, chiama il centro tecnico.";
    "ENT-072": "Una richiesta per questa persona è già aperta.", "Confermala, o rifiutala e chiedi di nuovo.";
    "ENT-073": "Chi ha chiesto il recupero, e chi ne ha bisogno, non possono confermarlo.", "Lo conferma un altro amministratore dell’ente.";
    "ENT-074": "La richiesta è già decisa, o è scaduta.", "Chiedi di nuovo il recupero.";
    "ENT-075": "La credenziale è già ritirata.", "Ricarica la pagina: qualcuno l’ha rinnovata o ritirata.";
    "ENT-076": "La persona lavora anche altrove, e qui lei o chi decide ci sono da meno di un mese.", "Chiedilo in un altro ente dove lavora, o al centro tecnico.";
    "ENT-080": "I fornitori d’identità li decide l’alleanza, nel suo ente.", "Chiedilo a chi amministra l’ente dell’alleanza più alta di questa installazione.";
    "ENT-081": "Con questo emittente si entra già.", "Spegni prima quello che c’è.";
    "ENT-082": "Il fornitore d’identità non risponde come deve.", "Correggi l’emittente, o chiedi a chi cura il fornitore.";
    "ENT-083": "Con questo fornitore non si entra già più.", "Ricarica la pagina: qualcuno lo ha spento.";
    "ENT-065": "Chi è in prestito non può dare ruoli.", "Scegli un altro ruolo.";
    "ENT-049": "La successione sarebbe in cerchio.", "Indica prima chi finisce, poi chi gli succede.";
};

/// A refusal, or a fault.
#[derive(Debug, thiserror::Error)]
pub enum EntiError {
    #[error(transparent)]
    Rifiuto(#[from] Rifiuto),
    #[error(transparent)]
    Negato(#[from] authz::Negato),
    /// A service could not be switched on or off: its own words.
    #[error(transparent)]
    Servizio(#[from] web::Errore),
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl EntiError {
    /// The code of the refusal, if it is one.
    pub fn codice(&self) -> Option<&'static str> {
        match self {
            EntiError::Rifiuto(r) => Some(r.codice()),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for EntiError {
    fn from(e: sqlx::Error) -> Self {
        EntiError::Db(e.into())
    }
}

impl From<authz::PersonaError> for EntiError {
    fn from(e: authz::PersonaError) -> Self {
        use authz::PersonaError as P;
        let codice = match &e {
            P::ParolaCorta => "ENT-032",
            P::UtenteIllegibile => "ENT-033",
            P::RuoloIgnoto(_) => "ENT-034",
            P::UfficioDoppio(_) => "ENT-035",
            P::UtenteIgnoto(_) => "ENT-038",
            P::Accesso(_) | P::Negato(_) | P::Db(_) => "",
        };
        match e {
            P::Accesso(a) => EntiError::Servizio(a.into()),
            P::Negato(n) => n.into(),
            P::Db(d) => da_vincolo(d),
            altro => Rifiuto::Persona { codice, frase: altro.to_string() }.into(),
        }
    }
}

impl From<authz::FornitoreError> for EntiError {
    fn from(e: authz::FornitoreError) -> Self {
        use authz::FornitoreError as F;
        match e {
            F::Difetto(d) => Rifiuto::FornitoreDifettoso { frase: d.to_string() }.into(),
            F::Doppio => Rifiuto::FornitoreDoppio.into(),
            F::Db(d) => EntiError::Db(d),
        }
    }
}

/// Named constraints of offices become sentences.
fn da_vincolo(e: db::Error) -> EntiError {
    let rifiuto = |codice, frase: &str| Rifiuto::Persona { codice, frase: frase.to_owned() }.into();
    match e.vincolo() {
        Some("ruolo_ente_ufficio_fkey") => rifiuto("ENT-036", "L’ufficio non c’è."),
        Some("ufficio_forma") => rifiuto("ENT-037", "Il codice dell’ufficio ha da 1 a 16 lettere maiuscole o cifre."),
        _ => EntiError::Db(e),
    }
}

impl From<EntiError> for web::Errore {
    fn from(e: EntiError) -> Self {
        match e {
            EntiError::Rifiuto(r) => web::Errore::Rifiuto {
                codice: r.codice(),
                frase: r.to_string(),
                rimedio: r.rimedio().to_owned(),
                stato: axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            },
            EntiError::Negato(n) => n.into(),
            EntiError::Servizio(s) => s,
            EntiError::Db(d) => d.into(),
        }
    }
}
