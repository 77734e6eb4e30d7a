//! The publication: everything is checked and decided before, the number comes last, from the register.

use authz::{Permesso, PersonaId};
use db::{DiEnte, Tx};
use jobs::NuovoLavoro;
use kernel::{Computo, Data, Numero};
use registers::{Iscritta, Operazione, Voce, iscrivi};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{bozza_da_toccare, dove, scrivi_operazione};
use crate::errors::{AlboError, Rifiuto};
use crate::jobs::AFFIGGI;
use crate::model::relata::{Cosa, FileEsposto};
use crate::model::tempi::{self, Durata, Regola};
use crate::model::{Atto, File, Pubblicazione, Tipo};
use crate::permissions::Pubblica;
use crate::{queries, sql};

/// Whether the person, having read the warnings, says that it may be published all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conferma {
    Data,
    NonData,
}

/// Records the confirmation, or refuses when one is needed and nobody gave it.
pub async fn conferma(tx: &mut Tx<DiEnte>, p: &Permesso<Pubblica>, atto: &Atto, c: Conferma) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    if !atto.da_confermare() || atto.confermato {
        return Ok(());
    }
    if c == Conferma::NonData {
        return Err(Rifiuto::DaConfermare.into());
    }
    let (ente, now) = (tx.ente(), tx.now());
    sqlx::query(sql::CONFERMA)
        .bind(ente)
        .bind(atto.id)
        .bind(p.chi().persona)
        .bind(db::sql(now))
        .execute(tx.conn())
        .await?;
    p.annota(tx, &format!("albo/bozza/{}", atto.id), json!({ "avvisi_confermati": atto.avvisi })).await?;
    Ok(())
}

/// Schedules the start for the beginning of a day to come. No number yet: it belongs to the real publication.
pub async fn programma(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Pubblica>,
    id: Uuid,
    giorno: Data,
    c: Conferma,
) -> Result<(), AlboError> {
    p.vale_per(tx)?;
    let atto = bozza_da_toccare(tx, id).await?;
    atto.puo_pubblicare()?;
    if giorno <= tx.oggi() {
        return Err(Rifiuto::InizioPassato.into());
    }
    let inizio = kernel::tempo::inizio_del_giorno(giorno);
    let (durata, regola) = durata(tx, &atto, giorno).await?;
    tempi::periodo(inizio, regola.ora_limite.as_deref(), durata.quanto).ok_or(Rifiuto::UltimoGiornoPassato)?;
    if queries::file(tx, id).await?.is_empty() {
        return Err(Rifiuto::SenzaDocumento.into());
    }
    conferma(tx, p, &atto, c).await?;
    let ente = tx.ente();
    sqlx::query(sql::PROGRAMMA)
        .bind(ente)
        .bind(id)
        .bind(db::sql(giorno))
        .bind(p.chi().persona)
        .bind(&p.chi().nome)
        .execute(tx.conn())
        .await?;
    p.annota(tx, &format!("albo/bozza/{id}"), json!({ "programmata": giorno.to_string() })).await?;
    // One job for each day, however many acts wait for it.
    let chiave = Some(format!("albo/{giorno}"));
    jobs::accoda(tx, NuovoLavoro { tipo: AFFIGGI, chiave, dati: json!({}), quando: Some(inizio), urgente: false })
        .await?;
    Ok(())
}

/// Publishes now: the register gives number and instant, the instant gives the period.
pub async fn pubblica(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Pubblica>,
    id: Uuid,
    c: Conferma,
) -> Result<Pubblicazione, AlboError> {
    p.vale_per(tx)?;
    let atto = bozza_da_toccare(tx, id).await?;
    atto.puo_pubblicare()?;
    let oggi = tx.oggi();
    let (durata, regola) = durata(tx, &atto, oggi).await?;
    let file = queries::file(tx, id).await?;
    if file.is_empty() {
        return Err(Rifiuto::SenzaDocumento.into());
    }
    conferma(tx, p, &atto, c).await?;
    let aoo = atto.aoo.clone();
    let voce = voce_di_affissione(&atto, &durata, &regola, &file, p.chi().persona).firmata(p);
    let voce = iscrivi(tx, &dove(&aoo), &voce).await?;
    let pubblicata = affiggi(tx, &atto, &durata, &regola, &voce).await?;
    let cosa = Cosa::Affissione {
        previsto: atto.previsto_dal,
        dal: pubblicata.dal,
        al: pubblicata.al,
        file: file.iter().map(esposto).collect(),
    };
    scrivi_operazione(tx, p, &atto, &voce, &cosa, "").await?;
    p.annota(tx, &pubblicata.chiave(), json!({ "dal": pubblicata.dal.to_string(), "al": pubblicata.al.to_string() }))
        .await?;
    Ok(pubblicata)
}

/// How long, and who says so.
#[derive(Debug, Clone)]
pub struct DurataDecisa {
    pub quanto: Durata,
    pub fonte: String,
}

impl DurataDecisa {
    /// The way of counting that applies to this act.
    pub fn computo(&self, regola: &Regola) -> Computo {
        match self.quanto {
            Durata::Giorni(t) => t.computo,
            Durata::FinoAl(_) => regola.computo,
        }
    }

    pub fn giorni(&self) -> Option<i16> {
        match self.quanto {
            Durata::Giorni(t) => i16::try_from(t.giorni).ok(),
            Durata::FinoAl(_) => None,
        }
    }
}

async fn durata(tx: &mut Tx<DiEnte>, atto: &Atto, giorno: Data) -> Result<(DurataDecisa, Regola), AlboError> {
    let Tipo { nome, termine, .. } = queries::tipo(tx, &atto.tipo, giorno).await?.ok_or(Rifiuto::TipoIgnoto)?;
    let regola = queries::regola(tx, giorno).await?;
    let termine = termine.ok_or(Rifiuto::SenzaTermine(nome))?;
    let quanto = termine.durata(&regola, atto.ultimo_giorno_chiesto)?;
    Ok((DurataDecisa { quanto, fonte: termine.fonte }, regola))
}

fn esposto(f: &File) -> FileEsposto {
    FileEsposto { id: f.id, ruolo: f.ruolo.clone(), impronta: f.impronta }
}

/// What the chain keeps for ever: not the dates, which follow from the instant and from how to count.
pub fn voce_di_affissione(
    atto: &Atto,
    durata: &DurataDecisa,
    regola: &Regola,
    file: &[File],
    operatore: PersonaId,
) -> Voce {
    let documenti: Map<String, Value> = file.iter().map(|f| (f.id.to_string(), json!(f.impronta))).collect();
    let nomi: Vec<&str> = file.iter().map(|f| f.nome.as_str()).collect();
    let mut c = json!({
        "atto": atto.id.to_string(),
        "tipo": atto.tipo,
        "numero_atto": atto.numero_atto,
        "richiedente": atto.richiedente,
        "norma": atto.norma,
        "forma": atto.forma,
        "computo": tempi::codice_computo(durata.computo(regola)),
        "ora_limite": regola.ora_limite.as_deref().unwrap_or(""),
        "fonte_termine": durata.fonte,
        "documenti": documenti,
        "operatore": operatore.to_string(),
    });
    let mut metti = |nome: &str, valore: Value| c[nome] = valore;
    if let Some(f) = file.first() {
        metti("impronta", json!(f.impronta));
    }
    match durata.quanto {
        Durata::Giorni(t) => metti("giorni", json!(t.giorni)),
        Durata::FinoAl(al) => metti("ultimo_giorno", json!(al.to_string())),
    }
    if let Some(d) = atto.data_atto {
        metti("data_atto", json!(d.to_string()));
    }
    if let Some(d) = atto.previsto_dal {
        metti("previsto_dal", json!(d.to_string()));
    }
    if !atto.avvisi.is_empty() {
        metti("avvisi_confermati", json!(atto.avvisi.join(",")));
    }
    Voce::nuova(Operazione::Registrazione, c)
        .riservato("oggetto", &atto.oggetto)
        .riservato("responsabile", &atto.responsabile)
        .riservato("file", &nomi.join("\n"))
}

async fn affiggi(
    tx: &mut Tx<DiEnte>,
    atto: &Atto,
    durata: &DurataDecisa,
    regola: &Regola,
    voce: &Iscritta,
) -> Result<Pubblicazione, AlboError> {
    let periodo = tempi::periodo(voce.istante, regola.ora_limite.as_deref(), durata.quanto);
    let periodo = periodo.ok_or(Rifiuto::UltimoGiornoPassato)?;
    let al = periodo.al().ok_or(Rifiuto::SenzaUltimoGiorno)?;
    let numero = voce.numero.and_then(|n| Numero::try_from(n).ok()).ok_or(sqlx::Error::RowNotFound)?;
    let p = Pubblicazione {
        anno: voce.serie,
        numero,
        posizione: voce.posizione,
        affisso_il: voce.istante,
        dal: periodo.dal(),
        al,
        fine: tempi::fine(al),
        fonte_termine: durata.fonte.clone(),
    };
    let ente = tx.ente();
    sqlx::query(sql::AFFIGGI)
        .bind(ente)
        .bind(atto.id)
        .bind(p.anno)
        .bind(numero.valore())
        .bind(p.posizione)
        .bind(db::sql(p.affisso_il))
        .bind(tempi::codice_computo(durata.computo(regola)))
        .bind(regola.ora_limite.as_deref())
        .bind(durata.giorni())
        .bind(&p.fonte_termine)
        .bind(db::sql(p.dal))
        .bind(db::sql(p.al))
        .bind(db::sql(p.fine))
        .execute(tx.conn())
        .await?;
    sqlx::query(sql::ESPONI_FILE)
        .bind(ente)
        .bind(atto.id)
        .bind(p.posizione)
        .bind(db::sql(p.affisso_il))
        .execute(tx.conn())
        .await?;
    Ok(p)
}
