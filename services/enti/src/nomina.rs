//! The appointment of the alliance as processor (GDPR art. 28): one text, as a page and as a PDF. It is made with the
//! signatures of the adhesion, and kept as it was; before them it is a draft, made of what is offered today.

use ::web::{Errore, Service};
use kernel::{Data, tempo};
use pdf::{Meta, Modello};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::trattamenti::MISURE;

const MODELLO: Modello = Modello { nome: "nomina", sorgente: include_str!("../templates/nomina.typ") };

pub(crate) const TITOLO: &str = "Nomina a responsabile del trattamento";

/// Changes with the words of this file and of its templates.
pub(crate) const EDIZIONE: i16 = 1;

/// What art. 28, par. 3 asks of a processor.
fn obblighi() -> Vec<String> {
    let misure = format!("adotta le misure dell’art. 32: {MISURE};");
    [
        "tratta i dati solo su istruzione documentata del titolare: ogni attivazione di un servizio è un’istruzione, scritta nel registro delle attività;",
        "garantisce che chi tratta i dati si è impegnato alla riservatezza;",
        &misure,
        "ricorre ad altri responsabili solo con autorizzazione scritta del titolare e con gli stessi obblighi;",
        "assiste il titolare nelle richieste degli interessati e negli obblighi degli articoli da 32 a 36, e lo avvisa senza ritardo di ogni violazione;",
        "alla fine del servizio consegna al titolare tutti i suoi dati in formati aperti e cancella le copie, salvo ciò che la legge impone di conservare;",
        "mette a disposizione le prove del rispetto di questi obblighi e consente le verifiche.",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Who signed the adhesion, which carries the appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Firme {
    pub il: Data,
    pub per_ente: String,
    pub per_alleanza: String,
}

/// A processing that the alliance may do on behalf of the member, from the day the service is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Affidato {
    pub nome: String,
    pub finalita: String,
    pub interessati: String,
    pub dati: String,
    pub conservazione: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Nomina {
    pub titolare: String,
    pub codice: String,
    pub responsabile: String,
    pub alleanza: String,
    pub forma: String,
    pub richiesta_il: Data,
    /// Without signatures it is a draft.
    pub firme: Option<Firme>,
    pub obblighi: Vec<String>,
    pub affidati: Vec<Affidato>,
}

/// The two parties and what joins them.
pub(crate) struct Parti {
    pub titolare: String,
    pub codice: String,
    pub responsabile: String,
    pub alleanza: String,
    pub forma: String,
    pub richiesta_il: Data,
}

impl Nomina {
    /// From the text in force and from what the catalogue offers today.
    pub(crate) fn di(p: Parti, firme: Option<Firme>, catalogo: &[Service]) -> Nomina {
        let affidato = |s: &Service| Affidato {
            nome: s.nome.to_owned(),
            finalita: s.trattamento.finalita.to_owned(),
            interessati: s.trattamento.categorie_interessati.to_owned(),
            dati: s.trattamento.categorie_dati.to_owned(),
            conservazione: s.trattamento.conservazione.to_owned(),
        };
        let con_dati = catalogo.iter().filter(|s| !s.trattamento.finalita.is_empty());
        Nomina {
            titolare: p.titolare,
            codice: p.codice,
            responsabile: p.responsabile,
            alleanza: p.alleanza,
            forma: p.forma,
            richiesta_il: p.richiesta_il,
            firme,
            obblighi: obblighi(),
            affidati: con_dati.map(affidato).collect(),
        }
    }

    /// The same adhesion makes the same bytes.
    pub(crate) async fn pdf(&self, adesione: Uuid) -> Result<Vec<u8>, Errore> {
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
            identificativo: format!("{}/adesioni/{adesione}/nomina", self.codice),
        };
        let firme = self
            .firme
            .as_ref()
            .map(|f| json!({ "il": tempo::in_italiano(f.il), "per_ente": f.per_ente, "per_alleanza": f.per_alleanza }));
        let dati = json!({
            "titolare": self.titolare, "responsabile": self.responsabile, "alleanza": self.alleanza, "forma": self.forma,
            "obblighi": self.obblighi, "firme": firme, "affidati": self.affidati,
        });
        pdf::rendi_async(&MODELLO, dati, meta).await.map_err(Errore::guasto)
    }
}
