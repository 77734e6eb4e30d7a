//! The relata as a document: what the log tells, in the words of who attests it.

use authz::{Chi, Consenti};
use db::{Db, DiEnte, EnteId, Tx};
use documenti::{FiloId, NuovoDocumento};
use kernel::Numero;
use kernel::tempo::{breve, data_ora, in_italiano};
use pdf::{Modello, PdfError};
use serde_json::{Value, json};
use storage::Archivio;
use web::Errore;

use crate::commands::{self, RelataFatta};
use crate::errors::{AlboError, Rifiuto};
use crate::model::relata::{Cosa, Esposizione, Fatto, Intervallo, Relata};
use crate::model::{Atto, Pubblicazione};
use crate::permissions::Attesta;
use crate::queries;

const RELATA: Modello = Modello { nome: "relata", sorgente: include_str!("../templates/relata.typ") };

/// Everything that the page needs, read in a transaction; drawn after it.
pub(crate) struct DaAttestare {
    ente: enti::Intestazione,
    atto: Atto,
    pubblicazione: Pubblicazione,
    relata: Relata,
    fatti: Vec<Fatto>,
    adesso: kernel::Istante,
    chi: String,
    /// Where it was exposed.
    dove: Option<String>,
}

impl DaAttestare {
    pub(crate) async fn leggi(
        tx: &mut Tx<DiEnte>,
        atto: Atto,
        chi: &str,
        dove: Option<String>,
    ) -> Result<DaAttestare, AlboError> {
        let adesso = tx.now();
        let pubblicazione = atto.pubblicazione.clone().ok_or(Rifiuto::MaiPubblicato)?;
        let fatti = queries::operazioni(tx, atto.id).await?;
        let relata = Relata::da(&fatti, adesso).ok_or(Rifiuto::MaiPubblicato)?;
        let ente = enti::intestazione(tx).await?;
        Ok(DaAttestare { ente, atto, pubblicazione, relata, fatti, adesso, chi: chi.to_owned(), dove })
    }

    /// The last operation that this relata tells: if another comes meanwhile, it must be told again.
    pub(crate) fn ultima(&self) -> i64 {
        self.fatti.last().map_or(0, |f| f.posizione)
    }

    pub(crate) fn nome(&self) -> String {
        format!("relata-albo-{}-{}.pdf", self.pubblicazione.anno, self.pubblicazione.numero)
    }

    pub(crate) async fn pdf(&self) -> Result<Vec<u8>, PdfError> {
        let ente = pdf::Ente {
            denominazione: self.ente.denominazione.clone(),
            aoo: self.ente.aoo.denominazione.clone(),
            codice_ipa: self.ente.codice.clone(),
            indirizzo: self.ente.indirizzo.clone(),
        };
        let p = &self.pubblicazione;
        let meta = pdf::Meta {
            titolo: if self.relata.finita { "Relata di pubblicazione" } else { "Anteprima della relata" }.to_owned(),
            ente,
            istante: self.adesso,
            identificativo: format!("{}/albo/{}/{}/relata", self.ente.codice, p.anno, p.numero),
        };
        pdf::rendi_async(&RELATA, self.dati(), meta).await
    }

    fn dati(&self) -> Value {
        let (a, p, r) = (&self.atto, &self.pubblicazione, &self.relata);
        json!({
            "finita": r.finita,
            "numero": format!("{} del {}", p.numero, p.anno),
            "estremi": a.estremi(),
            "oggetto": a.oggetto,
            "richiedente": a.richiedente,
            "norma": a.norma,
            "fonte_termine": p.fonte_termine,
            "indirizzo": self.dove.as_deref().unwrap_or_default(),
            "dal": in_italiano(r.dal),
            "al": in_italiano(r.al),
            "slittata": r.previsto.map(in_italiano),
            "chiusa": r.chiusa.as_ref().map(|f| format!("{}, {}", racconta(&f.cosa).to_lowercase(), data_ora(f.istante))),
            "intervalli": intervalli(&r.intervalli),
            "file": r.file.iter().map(file).collect::<Vec<_>>(),
            "operazioni": self.fatti.iter().map(operazione).collect::<Vec<_>>(),
            "chi": self.chi,
            "data": in_italiano(kernel::tempo::giorno_a_roma(self.adesso)),
        })
    }
}

/// Renders, stores, then writes: nothing slow happens inside the transaction that attests.
pub(crate) async fn deposita(
    db: &Db,
    archivio: &Archivio,
    (ente, codice): (EnteId, &str),
    chi: &Chi,
    r: DaAttestare,
    (anno, numero): (i32, Numero),
) -> Result<(), Errore> {
    let byte = r.pdf().await.map_err(Errore::guasto)?;
    let ricevuto = archivio.scrivi(codice, &byte).await?;
    let mut tx = db.di_ente(ente).await?;
    let p = tx.consenti::<Attesta>(chi).await?;
    let filo = FiloId(r.atto.filo);
    let d = documenti::aggiungi(&mut tx, chi, filo, &NuovoDocumento::generato(&r.nome(), ricevuto)).await?;
    let fatta = RelataFatta { documento: d.id.0, impronta: d.impronta, ultima: r.ultima() };
    commands::attesta(&mut tx, &p, anno, numero, fatta).await?;
    Ok(tx.commit().await?)
}

/// Half-open stretches as people read them: the last instant is excluded, and said so by its midnight.
fn intervalli(i: &[Intervallo]) -> Vec<Value> {
    i.iter().map(|i| json!([data_ora(i.dal), data_ora(i.al)])).collect()
}

fn file(e: &Esposizione) -> Value {
    json!({
        "ruolo": if e.file.ruolo == "atto" { "Atto" } else { "Allegato" },
        "impronta": e.file.impronta,
        "intervalli": intervalli(&e.intervalli),
    })
}

fn operazione(f: &Fatto) -> Value {
    json!([data_ora(f.istante), f.posizione.to_string(), racconta(&f.cosa), f.motivo, f.chi])
}

/// An operation in words.
pub(crate) fn racconta(c: &Cosa) -> String {
    match c {
        Cosa::Affissione { dal, al, previsto, .. } => {
            let tardi =
                previsto.filter(|p| p < dal).map(|p| format!(", invece che dal {}", breve(p))).unwrap_or_default();
            format!("Pubblicazione dal {} al {}{tardi}", breve(*dal), breve(*al))
        }
        Cosa::Proroga { interrotto, al } => {
            let ultimo = interrotto.al().unwrap_or(interrotto.dal());
            format!("Interruzione dal {} al {}: fine al {}", breve(interrotto.dal()), breve(ultimo), breve(*al))
        }
        Cosa::Sostituzione { al, nuovo_periodo: true, .. } => {
            format!("Documento sostituito; l’ente decide la fine al {}", breve(*al))
        }
        Cosa::Sostituzione { .. } => "Documento sostituito; il periodo non cambia".to_owned(),
        Cosa::Annullamento => "Annullamento".to_owned(),
        Cosa::Rimozione { classe } => format!("Rimozione: {}", classe.nome()),
        Cosa::Relata { .. } => "Relata di pubblicazione".to_owned(),
    }
}
