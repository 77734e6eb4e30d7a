//! The appointment of the alliance as processor (GDPR art. 28): one text, as a page and as a PDF.

use ::web::{Errore, Service};
use kernel::{Data, tempo};
use pdf::{Meta, Modello};
use serde_json::{Value, json};
use uuid::Uuid;

const MODELLO: Modello = Modello { nome: "nomina", sorgente: include_str!("../templates/nomina.typ") };

pub(crate) const TITOLO: &str = "Nomina a responsabile del trattamento";

/// What art. 28, par. 3 asks of a processor.
pub(crate) const OBBLIGHI: [&str; 7] = [
    "tratta i dati solo su istruzione documentata del titolare: ogni attivazione di un servizio è un’istruzione, scritta nel registro delle attività;",
    "garantisce che chi tratta i dati si è impegnato alla riservatezza;",
    "adotta le misure dell’art. 32: accessi personali e tracciati, separazione degli enti nella base di dati, registri concatenati, copie verificate;",
    "ricorre ad altri responsabili solo con autorizzazione scritta del titolare e con gli stessi obblighi;",
    "assiste il titolare nelle richieste degli interessati e negli obblighi degli articoli da 32 a 36, e lo avvisa senza ritardo di ogni violazione;",
    "alla fine del servizio consegna al titolare tutti i suoi dati in formati aperti e cancella le copie, salvo ciò che la legge impone di conservare;",
    "mette a disposizione le prove del rispetto di questi obblighi e consente le verifiche.",
];

/// Who signed the adhesion, which carries the appointment.
pub(crate) struct Firme {
    pub il: Data,
    pub per_ente: String,
    pub per_alleanza: String,
}

pub(crate) struct Nomina {
    pub adesione: Uuid,
    pub titolare: String,
    pub codice: String,
    pub responsabile: String,
    pub alleanza: String,
    pub forma: &'static str,
    pub richiesta_il: Data,
    pub decorre_dal: Option<Data>,
    /// Without signatures it is a draft.
    pub firme: Option<Firme>,
    pub servizi: Vec<&'static Service>,
}

impl Nomina {
    /// What the alliance is, with what, since when: the middle of the first sentence.
    pub(crate) fn atto(&self) -> String {
        let dal = self.decorre_dal.map(|d| format!(", in vigore dal {}", tempo::in_italiano(d))).unwrap_or_default();
        format!("{} ({}{dal})", self.alleanza, self.forma)
    }

    pub(crate) async fn pdf(&self) -> Result<Vec<u8>, Errore> {
        let il = self.firme.as_ref().map_or(self.richiesta_il, |f| f.il);
        let ente = pdf::Ente {
            denominazione: self.titolare.clone(),
            aoo: String::new(),
            codice_ipa: self.codice.clone(),
            indirizzo: None,
        };
        let meta = Meta {
            titolo: TITOLO.to_owned(),
            ente,
            istante: tempo::inizio_del_giorno(il),
            identificativo: format!("{}/adesioni/{}/nomina", self.codice, self.adesione),
        };
        pdf::rendi_async(&MODELLO, self.dati(), meta).await.map_err(Errore::guasto)
    }

    fn dati(&self) -> Value {
        let trattamento = |s: &&Service| {
            let t = s.trattamento;
            json!({ "nome": s.nome, "finalita": t.finalita, "interessati": t.categorie_interessati,
                    "dati": t.categorie_dati, "conservazione": t.conservazione })
        };
        let firme = self
            .firme
            .as_ref()
            .map(|f| json!({ "il": tempo::in_italiano(f.il), "per_ente": f.per_ente, "per_alleanza": f.per_alleanza }));
        json!({
            "titolare": self.titolare, "responsabile": self.responsabile, "atto": self.atto(), "obblighi": OBBLIGHI,
            "firme": firme, "trattamenti": self.servizi.iter().map(trattamento).collect::<Vec<_>>(),
        })
    }
}
