//! The pages, each a template with what it shows.

use std::borrow::Cow;

use askama::Template;
use kernel::tempo::{breve, data_ora, giorno_a_roma, in_italiano};
use kernel::{Data, Impronta, Istante, Periodo};
use uuid::Uuid;
use web::{Modulo, Operatore, Pagine, Senso};

use crate::Rifiuto;
use crate::model::privacy::Avviso;
use crate::model::relata::Fatto;
use crate::model::tempi::{Regola, codice_computo};
use crate::model::{Atto, CLASSI, FORME, File, Pubblicazione, Stato, TermineDiTipo, Tipo};
use crate::permissions::{ANNULLA, ATTESTA, CORREGGI, PUBBLICA, RIMUOVI, TERMINI};
use crate::queries::Scheda;
use crate::relata::racconta;
use crate::web::Percorso;

/// "mancano 12 giorni"
fn resto(al: Data, oggi: Data) -> String {
    match oggi.until(al).map_or(0, |s| s.get_days()) {
        ..=0 => "finisce oggi".to_owned(),
        1 => "finisce domani".to_owned(),
        n => format!("mancano {n} giorni"),
    }
}

/// Days of a period, and how many are over before today.
fn passati(p: &Pubblicazione, oggi: Data) -> (i32, i32) {
    let giorni = |da: Data, a: Data| da.until(a).map_or(0, |s| s.get_days());
    let tutti = giorni(p.dal, p.al) + 1;
    (tutti, giorni(p.dal, oggi).clamp(0, tutti))
}

/// What fits in a row: the whole is on the page of the act.
fn corto(testo: &str) -> Cow<'_, str> {
    kernel::testo::corto(testo, 220)
}

/// What people call a type of file.
fn tipo_di_file(f: &File) -> String {
    let nome = match f.tipo.as_str() {
        "application/pdf" => "PDF",
        "text/plain" => "testo",
        t => t.rsplit('/').next().unwrap_or(t),
    };
    format!("{nome}, {}", documenti::misura(f.dimensione))
}

/// What the check before publication could not read, if anything.
fn controllo(f: &File) -> String {
    if f.non_controllato.is_empty() { String::new() } else { format!(", non controllato: {}", f.non_controllato) }
}

// ---- public ----

#[derive(Template)]
#[template(path = "pubblico_elenco.html")]
pub(crate) struct Esposti {
    pub pagina: Pagine<Atto>,
    pub tipi: Vec<Tipo>,
    pub q: String,
    pub tipo: String,
    pub prima: String,
    pub oggi: Data,
}

impl Esposti {
    fn cerca(&self) -> bool {
        !self.q.trim().is_empty() || !self.tipo.is_empty()
    }

    fn titolo(&self) -> String {
        let n = self.pagina.righe.len();
        match (self.pagina.dopo.is_some() || !self.prima.is_empty(), self.cerca(), n) {
            (true, _, _) => "Esposti oggi, dal più recente".to_owned(),
            (_, false, 1) => "Esposto oggi: un atto".to_owned(),
            (_, false, n) => format!("Esposti oggi: {n} atti"),
            (_, true, 1) => "Un atto trovato".to_owned(),
            (_, true, n) => format!("{n} atti trovati"),
        }
    }

    /// The next page keeps what was asked.
    fn altre(&self) -> Option<String> {
        let q: String = self
            .q
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect();
        self.pagina.dopo.as_ref().map(|k| format!("?q={q}&tipo={}&prima={k}", self.tipo))
    }
}

#[derive(Template)]
#[template(path = "pubblico_atto.html")]
pub(crate) struct PaginaPubblica {
    pub atto: Atto,
    pub p: Pubblicazione,
    pub file: Vec<File>,
    pub oggi: Data,
}

impl PaginaPubblica {
    fn indirizzo(&self, f: &File) -> String {
        format!("/albo/{}/{}/{}/{}", self.p.anno, self.p.numero.corto(), f.id, self.scaricato(f))
    }

    fn scaricato(&self, f: &File) -> String {
        self.p.nome_di_download(&f.nome)
    }

    fn chiuso_il(&self) -> String {
        self.atto.chiuso_il.map(|i| in_italiano(giorno_a_roma(i))).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "pubblico_finito.html")]
pub(crate) struct Finito<'a> {
    pub tipo: &'a str,
    pub p: &'a Pubblicazione,
    /// Annulled or removed before its end.
    pub chiuso: bool,
}

// ---- office ----

/// A tab of the list, with what it says when it is empty.
pub(crate) struct DiScheda {
    pub scheda: Scheda,
    pub codice: &'static str,
    pub nome: &'static str,
    pub vuota: &'static str,
}

pub(crate) const SCHEDE: &[DiScheda] = &[
    DiScheda {
        scheda: Scheda::Esposti,
        codice: "esposti",
        nome: "Esposti",
        vuota: "Quando pubblichi un atto, lo trovi qui finché dura.",
    },
    DiScheda {
        scheda: Scheda::Bozze,
        codice: "bozze",
        nome: "Bozze",
        vuota: "Ciò che prepari e non pubblichi subito resta qui, senza numero.",
    },
    DiScheda {
        scheda: Scheda::Programmati,
        codice: "programmati",
        nome: "Programmati",
        vuota: "Gli atti con un giorno d’inizio lo aspettano qui.",
    },
    DiScheda {
        scheda: Scheda::Finiti,
        codice: "finiti",
        nome: "Finiti",
        vuota: "Gli atti che hanno finito il loro termine passano qui.",
    },
    DiScheda {
        scheda: Scheda::Chiusi,
        codice: "chiusi",
        nome: "Annullati e rimossi",
        vuota: "Nessuna pubblicazione è stata annullata o rimossa.",
    },
];

#[derive(Template)]
#[template(path = "elenco.html")]
pub(crate) struct Elenco<'a> {
    pub op: &'a Operatore,
    pub scheda: Scheda,
    pub pagina: Pagine<Atto>,
    pub oggi: Data,
    pub prima: String,
    /// Where the citizen reads the list, while the albo is on.
    pub sito: Option<String>,
}

impl Elenco<'_> {
    fn qui(&self) -> &'static DiScheda {
        SCHEDE.iter().find(|s| s.scheda == self.scheda).unwrap_or(&SCHEDE[0])
    }

    fn percorso(&self, a: &Atto) -> String {
        let poi = a
            .pubblicazione
            .as_ref()
            .map_or(Percorso::Bozza(a.id), |p| Percorso::Atto { anno: p.anno, numero: p.numero.valore() });
        self.op.percorso(poi)
    }

    /// Number, or what stands in its place.
    fn numero(&self, a: &Atto) -> String {
        a.pubblicazione.as_ref().map_or_else(|| "Apri".to_owned(), |p| format!("{}/{}", p.anno, p.numero))
    }

    fn quando(&self, a: &Atto) -> String {
        match (&a.pubblicazione, a.previsto_dal) {
            (Some(p), _) => format!("{} – {}", breve(p.dal), breve(p.al)),
            (None, Some(d)) => format!("dal {}", breve(d)),
            (None, None) => format!("preparata il {}", breve(giorno_a_roma(a.creato_il))),
        }
    }

    fn altre(&self) -> Option<String> {
        self.pagina.dopo.as_ref().map(|k| format!("?stato={}&prima={k}", self.qui().codice))
    }

    fn recenti(&self) -> Option<String> {
        (!self.prima.is_empty()).then(|| format!("?stato={}", self.qui().codice))
    }
}

/// The state of an act in a word, and how it asks for attention.
fn stato(a: &Atto, oggi: Data) -> (String, Senso) {
    match (a.stato, &a.pubblicazione) {
        (Stato::Annullata, _) => ("Annullata".to_owned(), Senso::Vuoto),
        (Stato::Rimossa, _) => ("Rimossa".to_owned(), Senso::Vuoto),
        (Stato::Programmata, _) if a.previsto_dal.is_some_and(|d| d < oggi) => {
            ("In ritardo".to_owned(), Senso::Attento)
        }
        (Stato::Programmata, _) => ("Programmata".to_owned(), Senso::Normale),
        (_, Some(p)) if p.al >= oggi => (resto(p.al, oggi), Senso::Normale),
        (_, Some(_)) if a.relata.is_none() => ("Manca la relata".to_owned(), Senso::Vuoto),
        (_, Some(_)) => ("Finita".to_owned(), Senso::Fatto),
        _ if a.da_confermare() => ("Da controllare".to_owned(), Senso::Attento),
        _ => ("Bozza".to_owned(), Senso::Vuoto),
    }
}

#[derive(Template)]
#[template(path = "modulo.html")]
pub(crate) struct PaginaModulo<'a> {
    pub op: &'a Operatore,
    pub titolo: &'static str,
    pub id: Option<Uuid>,
    pub tipi: Vec<Tipo>,
    /// The dates if it were published now as what it seems to be, when its term needs no second look.
    pub subito: Option<Periodo>,
    pub documenti: Vec<documenti::Documento>,
    pub modulo: Modulo,
}

/// What a person who publishes straight from the form has seen: the type, and the last day.
pub(crate) fn visto(tipo: &str, al: Data) -> String {
    format!("{tipo} {al}")
}

impl PaginaModulo<'_> {
    /// Type, first and last day in words, and what the button says was seen.
    fn subito(&self) -> Option<(&str, String, String, String)> {
        let (p, codice) = (self.subito?, self.modulo.valore("tipo"));
        let (tipo, al) = (self.tipi.iter().find(|t| t.codice == codice)?, p.al()?);
        Some((&tipo.nome, in_italiano(p.dal()), in_italiano(al), visto(codice, al)))
    }

    fn qui(&self) -> String {
        self.op.percorso(self.id.map_or(Percorso::Nuovo, Percorso::Modifica))
    }

    fn voci(&self) -> Vec<(String, String)> {
        let nome = |t: &Tipo| {
            let termine = t.termine.as_ref().map_or_else(|| "termine da decidere".to_owned(), TermineDiTipo::in_parole);
            (t.codice.clone(), format!("{} ({termine})", t.nome))
        };
        std::iter::once((String::new(), "Scegli".to_owned())).chain(self.tipi.iter().map(nome)).collect()
    }

    fn forme(&self) -> Vec<(&'static str, &'static str)> {
        FORME.iter().map(|(c, f)| (*c, f.nome())).collect()
    }

    fn scelto(&self, d: &documenti::Documento) -> bool {
        self.modulo.valori("documento").any(|v| v == d.id.to_string())
    }
}

#[derive(Template)]
#[template(path = "anteprima.html")]
pub(crate) struct Anteprima<'a> {
    pub op: &'a Operatore,
    pub atto: Atto,
    pub file: Vec<File>,
    pub termine: Option<TermineDiTipo>,
    /// The dates if it were published now, or why it cannot.
    pub periodo: Option<Result<Periodo, Rifiuto>>,
    pub modulo: Modulo,
}

impl Anteprima<'_> {
    fn avvisi(&self) -> impl Iterator<Item = Avviso> {
        self.atto.avvisi.iter().filter_map(|a| Avviso::da(a))
    }

    fn modifica(&self) -> String {
        self.op.percorso(Percorso::Modifica(self.atto.id))
    }

    fn scartata(&self) -> bool {
        self.atto.stato == Stato::Scartata
    }

    /// What stands in the way of any publication.
    fn ostacolo(&self) -> Option<String> {
        match &self.periodo {
            None => Some(Rifiuto::SenzaTermine(self.atto.tipo_nome.clone()).to_string()),
            Some(Err(e)) => Some(e.to_string()),
            Some(Ok(_)) if self.file.is_empty() => Some(Rifiuto::SenzaDocumento.to_string()),
            Some(Ok(_)) => None,
        }
    }

    fn date(&self) -> Option<(String, String, String)> {
        let p = self.periodo.as_ref()?.as_ref().ok()?;
        let al = p.al()?;
        let giorni = crate::model::tempi::giorni(*p);
        Some((
            in_italiano(p.dal()),
            in_italiano(al),
            if giorni == 1 { "un giorno".to_owned() } else { format!("{giorni} giorni") },
        ))
    }

    fn fonte(&self) -> String {
        self.termine.as_ref().map_or_else(String::new, |t| format!("{}, {}", t.in_parole(), t.fonte))
    }

    /// A term that nobody has read in a norm is said to be so.
    fn da_confermare(&self) -> bool {
        self.termine.as_ref().is_some_and(|t| !t.fa_norma())
    }
}

/// What may be done to a publication after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dopo {
    Annulla,
    Sostituisci,
    Proroga,
    Rimuovi,
}

impl Dopo {
    pub(crate) fn codice(self) -> &'static str {
        match self {
            Dopo::Annulla => "annulla",
            Dopo::Sostituisci => "sostituisci",
            Dopo::Proroga => "proroga",
            Dopo::Rimuovi => "rimuovi",
        }
    }

    pub(crate) fn titolo(self) -> &'static str {
        match self {
            Dopo::Annulla => "Annulla la pubblicazione",
            Dopo::Sostituisci => "Sostituisci un documento",
            Dopo::Proroga => "Proroga per interruzione",
            Dopo::Rimuovi => "Rimuovi dati vietati",
        }
    }

    /// What will happen, before it does.
    pub(crate) fn effetto(self) -> &'static str {
        match self {
            Dopo::Annulla => {
                "Numero e oggetto restano visibili con il segno, il motivo e la data. I documenti non si scaricano più. Non si torna indietro."
            }
            Dopo::Sostituisci => {
                "Da questo momento si scarica solo la versione nuova. Le due impronte restano nel repertorio e nella relata, con i loro intervalli."
            }
            Dopo::Proroga => {
                "La fine si sposta di tanti giorni quanti ne sono mancati. La relata dirà gli intervalli veri."
            }
            Dopo::Rimuovi => {
                "Spariscono subito documenti, oggetto, nomi e motivi scritti, anche dal registro e da chi aveva una copia della pagina. Restano numero, date e classe del motivo. Non si torna indietro."
            }
        }
    }
}

/// A file that the check found something in, and what.
pub(crate) struct Visto {
    pub impronta: Impronta,
    pub avvisi: Vec<Avviso>,
}

#[derive(Template)]
#[template(path = "dopo.html")]
pub(crate) struct PaginaDopo<'a> {
    pub op: &'a Operatore,
    pub atto: Atto,
    pub file: Vec<File>,
    pub quale: Dopo,
    pub qui: Percorso,
    pub indietro: Percorso,
    /// What to look at in the file that was sent, before sending it again.
    pub visto: Option<Visto>,
    pub modulo: Modulo,
}

impl PaginaDopo<'_> {
    /// The act as a step of a path.
    fn in_breve(&self) -> Cow<'_, str> {
        kernel::testo::corto(&self.atto.oggetto, 60)
    }

    fn esposti(&self) -> Vec<(String, String)> {
        self.file.iter().map(|f| (f.id.to_string(), f.nome.clone())).collect()
    }

    /// What stays for ever is chosen, never left as it was found.
    fn classi(&self) -> Vec<(&'static str, &'static str)> {
        std::iter::once(("", "Scegli")).chain(CLASSI.iter().map(|(c, classe)| (*c, classe.nome()))).collect()
    }
}

#[derive(Template)]
#[template(path = "atto.html")]
pub(crate) struct PaginaAtto<'a> {
    pub op: &'a Operatore,
    pub atto: Atto,
    pub p: Pubblicazione,
    pub file: Vec<File>,
    pub fatti: Vec<Fatto>,
    /// Where the citizen reads it.
    pub sito: Option<String>,
    pub adesso: Istante,
    pub oggi: Data,
    pub modulo: Modulo,
}

impl PaginaAtto<'_> {
    fn numeri(&self) -> (i32, i32) {
        (self.p.anno, self.p.numero.valore())
    }

    /// What this person may still do to this act.
    fn operazioni(&self) -> Vec<(Dopo, String)> {
        let tutte = [
            (Dopo::Sostituisci, CORREGGI),
            (Dopo::Proroga, CORREGGI),
            (Dopo::Annulla, ANNULLA),
            (Dopo::Rimuovi, RIMUOVI),
        ];
        let possibile = |d: Dopo| match d {
            Dopo::Rimuovi => self.atto.puo_rimuovere().is_ok(),
            _ => self.atto.in_corso(self.adesso).is_ok(),
        };
        let (anno, numero) = self.numeri();
        tutte
            .into_iter()
            .filter(|(d, p)| self.op.spento().is_none() && self.op.puo(*p) && possibile(*d))
            .map(|(quale, _)| (quale, self.op.percorso(Percorso::Dopo { anno, numero, quale })))
            .collect()
    }

    fn relata(&self) -> String {
        let (anno, numero) = self.numeri();
        self.op.percorso(Percorso::Relata { anno, numero })
    }

    fn puo_attestare(&self) -> bool {
        self.op.spento().is_none() && self.op.puo(ATTESTA) && self.atto.puo_attestare(self.adesso).is_ok()
    }

    fn finita(&self) -> bool {
        self.p.finita(self.adesso)
    }

    fn data_ora(&self, i: &Istante) -> String {
        data_ora(*i)
    }

    fn racconta(&self, f: &Fatto) -> String {
        racconta(&f.cosa)
    }

    /// Where the citizen reads it; only while there is something to read.
    fn pubblica(&self) -> Option<&str> {
        self.sito.as_deref().filter(|_| !self.finita())
    }
}

#[derive(Template)]
#[template(path = "termini.html")]
pub(crate) struct PaginaTermini<'a> {
    pub op: &'a Operatore,
    pub tipi: Vec<Tipo>,
    pub regola: Regola,
    pub modulo: Modulo,
}

impl PaginaTermini<'_> {
    fn puo(&self) -> bool {
        self.op.spento().is_none() && self.op.puo(TERMINI)
    }

    fn voci(&self) -> Vec<(String, String)> {
        self.tipi.iter().map(|t| (t.codice.clone(), t.nome.clone())).collect()
    }

    fn certezza(&self, t: &TermineDiTipo) -> (&'static str, Senso) {
        match t.certezza.as_str() {
            "norma" => ("letta nella norma", Senso::Fatto),
            "ente" => ("decisa dall’ente", Senso::Fatto),
            "prassi" => ("prassi di un comune, da confermare", Senso::Attento),
            _ => ("a memoria, da confermare", Senso::Attento),
        }
    }

    fn regola_in_parole(&self) -> String {
        let giorno = if codice_computo(self.regola.computo) == "compreso" { "si conta" } else { "non si conta" };
        let ora = self.regola.ora_limite.as_ref().map_or_else(
            || "a qualunque ora avvenga".to_owned(),
            |o| format!("se avviene prima delle {o}; dopo, si comincia dal giorno seguente"),
        );
        format!("Il giorno della pubblicazione {giorno}, {ora}.")
    }
}
