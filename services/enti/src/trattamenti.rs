//! The registers of processing (GDPR art. 30), made of what is on: of the ente as controller, of the alliance as processor.

use ::web::{Errore, Service};
use kernel::{Data, Istante, tempo};
use pdf::{Meta, Modello};
use serde_json::{Value, json};

use crate::{PeriodoDiServizio, Scheda, ServizioDiMembro};

const MODELLO: Modello = Modello { nome: "trattamenti", sorgente: include_str!("../templates/trattamenti.typ") };

/// The measures of art. 32, as far as the program makes them.
pub(crate) const MISURE: &str =
    "accessi personali e tracciati, separazione degli enti nella base di dati, registri concatenati, copie verificate";
const TRASFERIMENTI: &str = "Nessuno fuori dallo Spazio economico europeo";

/// Label and value, in the order in which they are read.
type Fatti = Vec<(&'static str, String)>;

/// A register, ready to be read on a page or on paper.
pub(crate) struct Registro {
    pub titolo: &'static str,
    /// The paragraph that asks for it.
    pub norma: &'static str,
    pub soggetto: Fatti,
    pub voci: Vec<(String, Fatti)>,
}

impl Registro {
    /// Of the ente, as controller (art. 30, par. 1): a service that was switched off stays, because its data do.
    pub(crate) fn del_titolare(s: &Scheda, catalogo: &'static [Service], storia: &[PeriodoDiServizio]) -> Registro {
        let voce = |v: &'static Service| {
            let suo = storia.iter().find(|p| p.servizio == v.codice);
            if v.trattamento.finalita.is_empty() || (suo.is_none() && !v.sempre_attivo) {
                return None;
            }
            let mut fatti = vec![("Dal", dal(suo, v.sempre_attivo))];
            fatti.extend(trattamento(v));
            Some((v.nome.to_owned(), fatti))
        };
        Registro {
            titolo: "Registro dei trattamenti",
            norma: "Regolamento (UE) 2016/679, art. 30, par. 1",
            soggetto: soggetto("Titolare", s),
            voci: catalogo.iter().filter_map(voce).collect(),
        }
    }

    /// Of the alliance, as processor (art. 30, par. 2): what it does, and on behalf of whom.
    pub(crate) fn del_responsabile(
        s: &Scheda,
        alleanza: &str,
        catalogo: &'static [Service],
        attivi: &[ServizioDiMembro],
    ) -> Registro {
        let voce = |v: &'static Service| {
            let titolari: Vec<&str> =
                attivi.iter().filter(|a| a.servizio == v.codice).map(|a| a.membro_nome.as_str()).collect();
            if titolari.is_empty() || v.trattamento.finalita.is_empty() {
                return None;
            }
            let mut fatti = vec![("Per conto di", titolari.join(", "))];
            fatti.extend(trattamento(v).into_iter().filter(|(nome, _)| *nome != "Base giuridica"));
            Some((v.nome.to_owned(), fatti))
        };
        let mut chi = soggetto("Responsabile", s);
        chi.push(("Alleanza", alleanza.to_owned()));
        Registro {
            titolo: "Registro dei trattamenti per conto dei membri",
            norma: "Regolamento (UE) 2016/679, art. 30, par. 2",
            soggetto: chi,
            voci: catalogo.iter().filter_map(voce).collect(),
        }
    }

    pub(crate) async fn pdf(&self, s: &Scheda, adesso: Istante) -> Result<Vec<u8>, Errore> {
        let ente = pdf::Ente {
            denominazione: s.denominazione.clone(),
            aoo: String::new(),
            codice_ipa: s.codice.clone(),
            indirizzo: s.indirizzo.clone(),
        };
        let oggi = tempo::giorno_a_roma(adesso);
        let meta = Meta {
            titolo: self.titolo.to_owned(),
            ente,
            istante: adesso,
            identificativo: format!("{}/trattamenti/{oggi}", s.codice),
        };
        let coppie = |f: &Fatti| f.iter().map(|(e, v)| json!([e, v])).collect::<Vec<Value>>();
        let voci: Vec<Value> = self.voci.iter().map(|(nome, f)| json!({ "nome": nome, "fatti": coppie(f) })).collect();
        let dati = json!({
            "norma": self.norma, "soggetto": coppie(&self.soggetto), "voci": voci, "il": tempo::in_italiano(oggi),
        });
        pdf::rendi_async(&MODELLO, dati, meta).await.map_err(Errore::guasto)
    }
}

fn soggetto(chi: &'static str, s: &Scheda) -> Fatti {
    let testo = |t: &Option<String>| t.clone().unwrap_or_default();
    vec![
        (chi, s.denominazione.clone()),
        ("Indirizzo", testo(&s.indirizzo)),
        ("PEC", testo(&s.pec)),
        ("Protezione dei dati", s.dpo.clone().unwrap_or_else(|| "responsabile da nominare (GDPR art. 37)".to_owned())),
        ("Misure di sicurezza", format!("{MISURE} (art. 32)")),
    ]
}

fn trattamento(s: &Service) -> Fatti {
    let t = s.trattamento;
    vec![
        ("Finalità", t.finalita.to_owned()),
        ("Base giuridica", t.base_giuridica.to_owned()),
        ("Interessati", t.categorie_interessati.to_owned()),
        ("Dati", t.categorie_dati.to_owned()),
        ("Destinatari", t.destinatari.to_owned()),
        ("Trasferimenti", TRASFERIMENTI.to_owned()),
        ("Conservazione", t.conservazione.to_owned()),
    ]
}

/// Since when, and until when if it was switched off.
fn dal(suo: Option<&PeriodoDiServizio>, sempre: bool) -> String {
    let giorno = |i: Istante| -> Data { tempo::giorno_a_roma(i) };
    match suo.map(|p| (giorno(p.dal), p.al.map(giorno))) {
        Some((dal, None)) => tempo::breve(dal),
        Some((dal, Some(al))) => format!(
            "{}, spento il {}: i dati restano, e si trattano solo per conservarli e farli leggere",
            tempo::breve(dal),
            tempo::breve(al)
        ),
        None if sempre => "primo giorno dell’ente".to_owned(),
        None => String::new(),
    }
}
