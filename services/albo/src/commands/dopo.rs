//! What may happen to a publication after it began. The past is never rewritten: each of these is a voce of its own.

use std::collections::BTreeSet;

use authz::{Permesso, PersonaId};
use db::{DiEnte, Tx};
use documenti::FiloId;
use kernel::testo::pulisci_riga;
use kernel::{Data, Impronta, Numero, Periodo};
use registers::{Iscritta, Operazione, Voce, iscrivi, oscura};
use serde_json::json;
use uuid::Uuid;

use super::{Conferma, FileDaPubblicare, da_toccare, dove, scrivi_operazione};
use crate::errors::{AlboError, Rifiuto};
use crate::model::privacy::{self, Avviso};
use crate::model::relata::{Cosa, Fatto, FileEsposto};
use crate::model::{self, Atto, Classe, FILE_RIMOSSO, File, OGGETTO_RIMOSSO, tempi};
use crate::permissions::{Annulla, Attesta, Correggi, Rimuovi};
use crate::{queries, sql};

/// Marks a publication as annulled: number, subject, reason and date stay visible, its files do not.
pub async fn annulla(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Annulla>,
    anno: i32,
    numero: Numero,
    motivo: &str,
    provvedimento: &str,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    let (motivo, provvedimento) = (necessario(motivo)?, pulisci_riga(provvedimento, 200)?);
    let atto = da_toccare(tx, anno, numero).await?;
    let pubblicazione = atto.in_corso(tx.now())?;
    let contenuto = json!({ "operatore": p.chi().persona.to_string(), "provvedimento": provvedimento });
    let voce = Voce::su(Operazione::Annullamento, pubblicazione.posizione, contenuto).riservato("motivo", &motivo);
    let scritta = iscrivi(tx, &dove(&atto.aoo), &voce.firmata(p)).await?;
    let ente = tx.ente();
    sqlx::query(sql::ANNULLA)
        .bind(ente)
        .bind(atto.id)
        .bind(db::sql(scritta.istante))
        .bind(&motivo)
        .bind(&provvedimento)
        .execute(tx.conn())
        .await?;
    togli_file(tx, atto.id, &scritta, None).await?;
    scrivi_operazione(tx, p, &atto, &scritta, &Cosa::Annullamento, &motivo).await?;
    p.annota(tx, &pubblicazione.chiave(), json!({ "provvedimento": provvedimento })).await?;
    Ok(())
}

/// A redacted version takes the place of a file.
#[derive(Debug, Clone)]
pub struct Sostituzione {
    pub tolto: Uuid,
    pub nuovo: FileDaPubblicare,
    /// What the check found inside it, read before the transaction.
    pub avvisi: BTreeSet<Avviso>,
    pub conferma: Conferma,
    pub motivo: String,
    pub fine: Fine,
}

impl Sostituzione {
    /// Inside the new file and in its name.
    fn avvisi(&self) -> Result<Vec<&'static str>, Rifiuto> {
        let mut trovati = privacy::esamina(&self.nuovo.nome);
        trovati.extend(&self.avvisi);
        if self.conferma == Conferma::NonData && trovati.iter().any(|a| a.da_confermare()) {
            return Err(Rifiuto::DaConfermare);
        }
        Ok(trovati.into_iter().map(Avviso::codice).collect())
    }
}

/// What the replacement does to the period: the ente decides, the program does not compute it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fine {
    Invariata,
    NuovoUltimoGiorno(Data),
}

/// Replaces an exposed file: from this instant the old bytes are not served any more.
pub async fn sostituisci(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Correggi>,
    anno: i32,
    numero: Numero,
    s: &Sostituzione,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    let (motivo, avvisi) = (necessario(&s.motivo)?, s.avvisi()?);
    let atto = da_toccare(tx, anno, numero).await?;
    let pubblicazione = atto.in_corso(tx.now())?;
    let file = queries::file(tx, atto.id).await?;
    let tolto = file.iter().find(|f| f.id == s.tolto && f.tolto_il.is_none()).ok_or(Rifiuto::FileNonEsposto)?;
    if tolto.impronta == s.nuovo.impronta {
        return Err(Rifiuto::StessoFile.into());
    }
    let al = match s.fine {
        Fine::Invariata => pubblicazione.al,
        Fine::NuovoUltimoGiorno(g) if g < pubblicazione.al => return Err(Rifiuto::PiuCorta.into()),
        Fine::NuovoUltimoGiorno(g) => g,
    };
    let nuovo = FileEsposto { id: db::caso::uuid(), ruolo: tolto.ruolo.clone(), impronta: s.nuovo.impronta };
    let mut contenuto = json!({
        "documenti": { nuovo.id.to_string(): nuovo.impronta },
        "tolti": { tolto.id.to_string(): tolto.impronta },
        "periodo": if s.fine == Fine::Invariata { "invariato" } else { "deciso" },
        "ultimo_giorno": al.to_string(),
        "operatore": p.chi().persona.to_string(),
    });
    if !avvisi.is_empty() {
        contenuto["avvisi_confermati"] = json!(avvisi.join(","));
    }
    if tolto.principale() {
        contenuto["impronta"] = json!(nuovo.impronta);
    }
    let nome = kernel::testo::nome_di_file(&s.nuovo.nome);
    let voce = Voce::su(Operazione::Rettifica, pubblicazione.posizione, contenuto)
        .riservato("file", &nome)
        .riservato("motivo", &motivo);
    let scritta = iscrivi(tx, &dove(&atto.aoo), &voce.firmata(p)).await?;
    togli_file(tx, atto.id, &scritta, Some(tolto.id)).await?;
    esponi(tx, atto.id, tolto, &nuovo, &FileDaPubblicare { nome, ..s.nuovo.clone() }, &scritta).await?;
    nuova_fine(tx, atto.id, al).await?;
    let cosa = Cosa::Sostituzione { tolto: tolto.id, messo: nuovo, al, nuovo_periodo: s.fine != Fine::Invariata };
    scrivi_operazione(tx, p, &atto, &scritta, &cosa, &motivo).await?;
    let dettaglio = json!({ "tolta": tolto.impronta, "messa": s.nuovo.impronta, "al": al.to_string(), "avvisi_confermati": avvisi });
    p.annota(tx, &pubblicazione.chiave(), dettaglio).await?;
    Ok(())
}

/// Extends a publication by the days in which the albo could not be reached. Returns the new last day.
pub async fn proroga(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Correggi>,
    anno: i32,
    numero: Numero,
    interrotto: Periodo,
    motivo: &str,
) -> Result<Data, AlboError> {
    p.vale_per(tx)?;
    let motivo = necessario(motivo)?;
    let atto = da_toccare(tx, anno, numero).await?;
    let pubblicazione = atto.in_corso(tx.now())?;
    let fatti = queries::operazioni(tx, atto.id).await?;
    let gia: Vec<Periodo> = fatti.iter().filter_map(interruzione).collect();
    let al = model::proroga(pubblicazione, &gia, interrotto, tx.oggi())?;
    let contenuto = json!({
        "interrotto_dal": interrotto.dal().to_string(),
        "interrotto_al": interrotto.al().unwrap_or(interrotto.dal()).to_string(),
        "giorni": tempi::giorni(interrotto),
        "ultimo_giorno": al.to_string(),
        "operatore": p.chi().persona.to_string(),
    });
    let voce = Voce::su(Operazione::Rettifica, pubblicazione.posizione, contenuto).riservato("motivo", &motivo);
    let scritta = iscrivi(tx, &dove(&atto.aoo), &voce.firmata(p)).await?;
    nuova_fine(tx, atto.id, al).await?;
    scrivi_operazione(tx, p, &atto, &scritta, &Cosa::Proroga { interrotto, al }, &motivo).await?;
    p.annota(tx, &pubblicazione.chiave(), json!({ "proroga": tempi::giorni(interrotto), "al": al.to_string() }))
        .await?;
    Ok(al)
}

/// Removes what the law forbids to diffuse: bytes, subject, names and typed reasons go, here and in the register's clear
/// values; number, dates and class of the reason stay.
pub async fn rimuovi(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Rimuovi>,
    anno: i32,
    numero: Numero,
    classe: Classe,
    provvedimento: &str,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    let provvedimento = pulisci_riga(provvedimento, 200)?;
    let atto = da_toccare(tx, anno, numero).await?;
    let pubblicazione = atto.puo_rimuovere()?;
    let fatti = queries::operazioni(tx, atto.id).await?;
    let scritta = oscura_tutto(tx, p, &atto, &fatti, classe).await?.ok_or(Rifiuto::MaiPubblicato)?;
    let ente = tx.ente();
    togli_file(tx, atto.id, &scritta, None).await?;
    sqlx::query(sql::RIMUOVI)
        .bind(ente)
        .bind(atto.id)
        .bind(db::sql(scritta.istante))
        .bind(classe.codice())
        .bind(&provvedimento)
        .bind(OGGETTO_RIMOSSO)
        .execute(tx.conn())
        .await?;
    sqlx::query(sql::RIMUOVI_NOMI).bind(ente).bind(atto.id).bind(FILE_RIMOSSO).execute(tx.conn()).await?;
    sqlx::query(sql::TOGLI_MOTIVI).bind(ente).bind(atto.id).execute(tx.conn()).await?;
    documenti::oscura_titolo(tx, FiloId(atto.filo), std::slice::from_ref(&atto.oggetto)).await?;
    scrivi_operazione(tx, p, &atto, &scritta, &Cosa::Rimozione { classe }, "").await?;
    let dettaglio = json!({ "classe": classe.codice(), "provvedimento": provvedimento });
    p.annota(tx, &pubblicazione.chiave(), dettaglio).await?;
    Ok(())
}

/// The relata as it was rendered, stored and kept as a document of the thread.
#[derive(Debug, Clone, Copy)]
pub struct RelataFatta {
    pub documento: Uuid,
    pub impronta: Impronta,
    /// The last operation that it tells.
    pub ultima: i64,
}

/// Closes a publication with its relata.
pub async fn attesta(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Attesta>,
    anno: i32,
    numero: Numero,
    r: RelataFatta,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    let atto = da_toccare(tx, anno, numero).await?;
    let pubblicazione = atto.puo_attestare(tx.now())?;
    let impronta = r.impronta;
    let fatti = queries::operazioni(tx, atto.id).await?;
    if fatti.last().map(|f| f.posizione) != Some(r.ultima) {
        return Err(Rifiuto::CambiataIntanto.into());
    }
    let voce = voce_di_relata(pubblicazione.posizione, impronta, p.chi().persona).firmata(p);
    let scritta = iscrivi(tx, &dove(&atto.aoo), &voce).await?;
    let ente = tx.ente();
    sqlx::query(sql::RELATA).bind(ente).bind(atto.id).bind(r.documento).execute(tx.conn()).await?;
    scrivi_operazione(tx, p, &atto, &scritta, &Cosa::Relata { impronta }, "").await?;
    p.annota(tx, &pubblicazione.chiave(), json!({ "relata": impronta })).await?;
    Ok(())
}

/// That a publication was attested: the relata's fingerprint, and who signed it.
pub fn voce_di_relata(posizione: i64, impronta: Impronta, operatore: PersonaId) -> Voce {
    let contenuto = json!({ "impronta": impronta, "operatore": operatore.to_string() });
    Voce::su(Operazione::Chiusura, posizione, contenuto)
}

pub(super) fn necessario(motivo: &str) -> Result<String, AlboError> {
    let motivo = pulisci_riga(motivo, 500)?;
    if motivo.is_empty() { Err(Rifiuto::SenzaMotivo.into()) } else { Ok(motivo) }
}

fn interruzione(f: &Fatto) -> Option<Periodo> {
    match f.cosa {
        Cosa::Proroga { interrotto, .. } => Some(interrotto),
        _ => None,
    }
}

/// One voce of oscuramento for each voce of this act that holds typed text; the first is about the registration.
async fn oscura_tutto(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Rimuovi>,
    atto: &Atto,
    fatti: &[Fatto],
    classe: Classe,
) -> Result<Option<Iscritta>, AlboError> {
    let perche = p.segna(json!({ "motivo": classe.codice() }));
    let mut prima = None;
    for f in fatti {
        let campi: &[&str] = match f.cosa {
            Cosa::Affissione { .. } => &["oggetto", "responsabile", "file"],
            Cosa::Sostituzione { .. } => &["file", "motivo"],
            Cosa::Proroga { .. } | Cosa::Annullamento => &["motivo"],
            Cosa::Rimozione { .. } | Cosa::Relata { .. } => continue,
        };
        let scritta = oscura(tx, &dove(&atto.aoo), f.posizione, campi, perche.clone()).await?;
        prima.get_or_insert(scritta);
    }
    Ok(prima)
}

async fn togli_file(tx: &mut Tx<DiEnte>, atto: Uuid, voce: &Iscritta, uno: Option<Uuid>) -> Result<(), AlboError> {
    let ente = tx.ente();
    sqlx::query(sql::TOGLI_FILE)
        .bind(ente)
        .bind(atto)
        .bind(voce.posizione)
        .bind(db::sql(voce.istante))
        .bind(uno)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn esponi(
    tx: &mut Tx<DiEnte>,
    atto: Uuid,
    tolto: &File,
    nuovo: &FileEsposto,
    f: &FileDaPubblicare,
    voce: &Iscritta,
) -> Result<(), AlboError> {
    super::bozze::inserisci_file(tx, atto, nuovo.id, tolto.posto, &nuovo.ruolo, f).await?;
    let ente = tx.ente();
    sqlx::query(sql::ESPONI_FILE)
        .bind(ente)
        .bind(atto)
        .bind(voce.posizione)
        .bind(db::sql(voce.istante))
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn nuova_fine(tx: &mut Tx<DiEnte>, atto: Uuid, al: Data) -> Result<(), AlboError> {
    let ente = tx.ente();
    sqlx::query(sql::NUOVA_FINE)
        .bind(ente)
        .bind(atto)
        .bind(db::sql(al))
        .bind(db::sql(tempi::fine(al)))
        .execute(tx.conn())
        .await?;
    Ok(())
}
