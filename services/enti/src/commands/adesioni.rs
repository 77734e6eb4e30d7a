//! Alliances and adhesions, in the alliance's own ente.

use authz::Permesso;
use db::{DiEnte, Tx};
use kernel::{Data, Provvedimento};
use serde_json::json;
use uuid::Uuid;
use web::Service;

use crate::errors::Rifiuto;
use crate::model::{Adesione, Forma, Stato};
use crate::nomina::{EDIZIONE, Firme, Nomina};
use crate::permissions::CuraAlleanza;
use crate::queries::{self, AdesioneDi, Alleanza, RigaAdesione, alleanze};
use crate::{EntiError, sql};

/// An alliance to be. `sopra` is the body above it in the tree, by its code in the registry.
#[derive(Debug, Clone)]
pub struct Fondata<'a> {
    pub codice: &'a str,
    pub denominazione: &'a str,
    pub sopra: Option<&'a str>,
    pub preavviso_mesi: i16,
    pub dal: Data,
}

/// Founds an alliance of this ente.
pub async fn fonda_alleanza(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CuraAlleanza>,
    nuova: &Fondata<'_>,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    non_futuro(tx, nuova.dal)?;
    puo_stare_sotto(tx, nuova.sopra).await?;
    scrivi_alleanza(tx, nuova, None).await?;
    p.annota(tx, &format!("alleanza/{}", nuova.codice), json!({ "denominazione": nuova.denominazione })).await?;
    Ok(())
}

/// Above an alliance stands a body of the registry, which is not this ente nor anything below it.
async fn puo_stare_sotto(tx: &mut Tx<DiEnte>, sopra: Option<&str>) -> Result<(), EntiError> {
    let Some(sopra) = sopra else { return Ok(()) };
    let nome: Option<String> = sqlx::query_scalar(sql::CORPO_IN_VITA).bind(sopra).fetch_optional(tx.conn()).await?;
    let nome = nome.ok_or_else(|| Rifiuto::CodiceIgnoto { codice: sopra.to_owned(), vicini: Vec::new() })?;
    let mio = queries::scheda(tx).await?.codice;
    let piu_su: Vec<String> = sqlx::query_scalar(sql::SOPRA_A).bind(sopra).fetch_all(tx.conn()).await?;
    if sopra == mio || piu_su.contains(&mio) { Err(Rifiuto::AlberoInCerchio { sopra: nome }.into()) } else { Ok(()) }
}

async fn scrivi_alleanza(tx: &mut Tx<DiEnte>, a: &Fondata<'_>, succede_a: Option<&str>) -> Result<(), EntiError> {
    let ente = tx.ente();
    let esito = sqlx::query(sql::FONDA)
        .bind(ente)
        .bind(a.codice)
        .bind(a.denominazione)
        .bind(a.sopra)
        .bind(a.preavviso_mesi)
        .bind(db::sql(a.dal))
        .bind(succede_a)
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Ok(_) => Ok(()),
        Err(e) => Err(match e.vincolo() {
            Some("alleanza_pkey") => Rifiuto::AlleanzaDoppia { codice: a.codice.to_owned() }.into(),
            Some("alleanza_codice") => Rifiuto::CodiceAlleanza { scritto: a.codice.to_owned() }.into(),
            Some("alleanza_denominazione") => Rifiuto::Manca { campo: "il nome" }.into(),
            Some("alleanza_preavviso") => Rifiuto::Preavviso.into(),
            _ => e.into(),
        }),
    }
}

/// A request to join.
#[derive(Debug, Clone)]
pub struct NuovaAdesione<'a> {
    pub alleanza: &'a str,
    /// IPA code or Belfiore of the member.
    pub membro: &'a str,
    pub forma: Forma,
    pub il: Data,
}

/// Writes the request of a member. A second one to the same alliance is refused while the first lasts.
pub async fn chiedi_adesione(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CuraAlleanza>,
    n: &NuovaAdesione<'_>,
) -> Result<Uuid, EntiError> {
    p.vale_per(tx)?;
    non_futuro(tx, n.il)?;
    in_corso(tx, n.alleanza).await?;
    let (membro, nome) = membro(tx, n.membro).await?;
    chiudi_scaduta(tx, p, n.alleanza, &membro).await?;
    let nuova = AdesioneDi {
        id: db::caso::uuid(),
        alleanza: n.alleanza.to_owned(),
        membro,
        membro_nome: nome,
        richiesta_il: n.il,
        continua: None,
        adesione: Adesione::chiesta(n.forma, n.il),
    };
    scrivi_adesione(tx, &nuova).await?;
    scrivi_passo(tx, p, nuova.id, &nuova.adesione, &Segno::default()).await?;
    p.annota(tx, &oggetto(&nuova), json!({ "passo": "richiesta", "forma": n.forma.codice() })).await?;
    Ok(nuova.id)
}

/// A step of an adhesion, with what proves it.
#[derive(Debug, Clone)]
pub enum Passo {
    Delibera { il: Data, atto: Provvedimento },
    Firma { il: Data, per_ente: String, per_alleanza: String },
    Attiva { dal: Data },
    Sospendi { il: Data, motivo: String },
    Riprendi { il: Data },
    Recedi { notificato_il: Data },
    Rinuncia { il: Data, motivo: String },
    Cessa,
}

/// Moves an adhesion by one step. With the signatures the appointment of art. 28 is made, from what the catalogue offers.
pub async fn muovi_adesione(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CuraAlleanza>,
    catalogo: &'static [Service],
    id: Uuid,
    passo: &Passo,
) -> Result<Stato, EntiError> {
    p.vale_per(tx)?;
    let ente = tx.ente();
    let riga: Option<RigaAdesione> =
        sqlx::query_as(sql::ADESIONE_DA_CAMBIARE).bind(ente).bind(id).fetch_optional(tx.conn()).await?;
    let mut di: AdesioneDi = riga.ok_or(Rifiuto::AdesioneIgnota)?.try_into()?;
    let oggi = tx.oggi();
    let (dopo, segno) = applica(di.adesione, passo, oggi, preavviso(tx, &di.alleanza).await?)?;
    if dopo.stato_dal > oggi {
        return Err(Rifiuto::PassoFuturo { il: dopo.stato_dal }.into());
    }
    di.adesione = dopo;
    cambia_adesione(tx, &di).await?;
    scrivi_passo(tx, p, id, &di.adesione, &segno).await?;
    if let Passo::Firma { il, per_ente, per_alleanza } = passo {
        let firme = Firme { il: *il, per_ente: per_ente.clone(), per_alleanza: per_alleanza.clone() };
        nomina(tx, &di, firme, catalogo).await?;
    }
    p.annota(tx, &oggetto(&di), json!({ "passo": di.adesione.stato.codice() })).await?;
    Ok(di.adesione.stato)
}

/// Keeps the appointment as it is signed.
async fn nomina(
    tx: &mut Tx<DiEnte>,
    di: &AdesioneDi,
    firme: Firme,
    catalogo: &'static [Service],
) -> Result<(), EntiError> {
    let (ente, il) = (tx.ente(), firme.il);
    let n = Nomina::di(queries::parti(tx, di).await?, Some(firme), catalogo);
    let dati = serde_json::to_value(&n).map_err(|e| db::Error::Cluster(e.to_string()))?;
    sqlx::query(sql::SCRIVI_NOMINA)
        .bind(ente)
        .bind(di.id)
        .bind(EDIZIONE)
        .bind(db::sql(il))
        .bind(dati)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn applica(a: Adesione, passo: &Passo, oggi: Data, preavviso: i16) -> Result<(Adesione, Segno<'_>), Rifiuto> {
    let senza = Segno::default();
    Ok(match passo {
        Passo::Delibera { il, atto } => (a.delibera(*il, atto)?, Segno { atto: Some(atto), ..senza }),
        Passo::Firma { il, per_ente, per_alleanza } => {
            (a.firma(*il, per_ente, per_alleanza)?, Segno { firme: Some((per_ente, per_alleanza)), ..senza })
        }
        Passo::Attiva { dal } => (a.attiva(*dal)?, senza),
        Passo::Sospendi { il, motivo } => (a.sospendi(*il)?, Segno { nota: motivo, ..senza }),
        Passo::Riprendi { il } => (a.riprendi(*il)?, senza),
        Passo::Recedi { notificato_il } => (a.recedi(*notificato_il, preavviso)?, senza),
        Passo::Rinuncia { il, motivo } => (a.rinuncia(*il)?, Segno { nota: motivo, ..senza }),
        Passo::Cessa => (a.cessa(oggi)?, senza),
    })
}

/// Turns an alliance into another of the same ente (a CST that becomes an ALI): registers, AOO and offices stay where they
/// are, members are carried over as they stand, the old alliance and its adhesions stay readable.
pub async fn trasforma_alleanza(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CuraAlleanza>,
    vecchia: &str,
    nuova: &Fondata<'_>,
) -> Result<usize, EntiError> {
    p.vale_per(tx)?;
    non_futuro(tx, nuova.dal)?;
    let finisce = in_corso(tx, vecchia).await?;
    if nuova.dal <= finisce.dal {
        return Err(Rifiuto::PassoIndietro { il: nuova.dal, ultimo: finisce.dal }.into());
    }
    puo_stare_sotto(tx, nuova.sopra).await?;
    scrivi_alleanza(tx, nuova, Some(vecchia)).await?;
    let ente = tx.ente();
    let righe: Vec<RigaAdesione> =
        sqlx::query_as(sql::ADESIONI_DA_TRASFORMARE).bind(ente).bind(vecchia).fetch_all(tx.conn()).await?;
    let quante = righe.len();
    for riga in righe {
        porta_di_la(tx, p, riga.try_into()?, nuova).await?;
    }
    let ieri = nuova.dal.yesterday().unwrap_or(nuova.dal);
    sqlx::query(sql::CHIUDI_ALLEANZA).bind(ente).bind(vecchia).bind(db::sql(ieri)).execute(tx.conn()).await?;
    let dettaglio = json!({ "succede_a": vecchia, "adesioni": quante });
    p.annota(tx, &format!("alleanza/{}", nuova.codice), dettaglio).await?;
    Ok(quante)
}

async fn porta_di_la(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CuraAlleanza>,
    vecchia: AdesioneDi,
    verso: &Fondata<'_>,
) -> Result<(), EntiError> {
    let dal = verso.dal.max(vecchia.adesione.stato_dal);
    let nuova = AdesioneDi {
        id: db::caso::uuid(),
        alleanza: verso.codice.to_owned(),
        continua: Some(vecchia.id),
        ..vecchia.clone()
    };
    let chiusa =
        AdesioneDi { adesione: Adesione { stato: Stato::Cessata, stato_dal: dal, ..vecchia.adesione }, ..vecchia };
    cambia_adesione(tx, &chiusa).await?;
    let nota = format!("Prosegue in {}.", verso.denominazione);
    scrivi_passo(tx, p, chiusa.id, &chiusa.adesione, &Segno { nota: &nota, ..Segno::default() }).await?;
    scrivi_adesione(tx, &nuova).await?;
    let nota = format!("Prosegue da {}.", chiusa.alleanza);
    scrivi_passo(tx, p, nuova.id, &nuova.adesione, &Segno { nota: &nota, ..Segno::default() }).await
}

/// What a step leaves written.
#[derive(Debug, Clone, Default)]
struct Segno<'a> {
    atto: Option<&'a Provvedimento>,
    firme: Option<(&'a str, &'a str)>,
    nota: &'a str,
}

async fn scrivi_adesione(tx: &mut Tx<DiEnte>, a: &AdesioneDi) -> Result<(), EntiError> {
    let ente = tx.ente();
    let esito = sqlx::query(sql::NUOVA_ADESIONE)
        .bind(ente)
        .bind(a.id)
        .bind(&a.alleanza)
        .bind(&a.membro)
        .bind(&a.membro_nome)
        .bind(a.adesione.forma.codice())
        .bind(a.adesione.stato.codice())
        .bind(db::sql(a.richiesta_il))
        .bind(db::sql(a.adesione.stato_dal))
        .bind(a.adesione.decorre_dal.map(db::sql))
        .bind(a.adesione.recesso.map(|r| db::sql(r.notificato_il)))
        .bind(a.adesione.recesso.map(|r| db::sql(r.efficace_il)))
        .bind(a.continua)
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Ok(_) => Ok(()),
        Err(e) if e.vincolo() == Some("adesione_una_in_vigore") => {
            Err(Rifiuto::SecondaAdesione { membro: a.membro_nome.clone() }.into())
        }
        Err(e) => Err(e.into()),
    }
}

async fn cambia_adesione(tx: &mut Tx<DiEnte>, a: &AdesioneDi) -> Result<(), EntiError> {
    let ente = tx.ente();
    sqlx::query(sql::CAMBIA_ADESIONE)
        .bind(ente)
        .bind(a.id)
        .bind(a.adesione.stato.codice())
        .bind(db::sql(a.adesione.stato_dal))
        .bind(a.adesione.decorre_dal.map(db::sql))
        .bind(a.adesione.recesso.map(|r| db::sql(r.notificato_il)))
        .bind(a.adesione.recesso.map(|r| db::sql(r.efficace_il)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn scrivi_passo(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CuraAlleanza>,
    adesione: Uuid,
    a: &Adesione,
    segno: &Segno<'_>,
) -> Result<(), EntiError> {
    let (ente, adesso) = (tx.ente(), tx.now());
    let atto = segno.atto;
    sqlx::query(sql::NUOVO_PASSO)
        .bind(ente)
        .bind(adesione)
        .bind(a.stato.codice())
        .bind(db::sql(a.stato_dal))
        .bind(atto.map(|p| p.tipo.as_str()))
        .bind(atto.map(|p| p.registro.as_str()))
        .bind(atto.map(|p| p.serie))
        .bind(atto.map(|p| p.numero.valore()))
        .bind(atto.map(|p| db::sql(p.data)))
        .bind(atto.and_then(|p| p.documento).map(|i| i.as_bytes().to_vec()))
        .bind(segno.firme.map(|(ente, _)| ente))
        .bind(segno.firme.map(|(_, alleanza)| alleanza))
        .bind(segno.nota)
        .bind(p.chi().persona)
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A withdrawal that had its effect and was never closed must not stop a new request.
async fn chiudi_scaduta(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<CuraAlleanza>,
    alleanza: &str,
    membro: &str,
) -> Result<(), EntiError> {
    let (ente, oggi) = (tx.ente(), tx.oggi());
    let scaduta: Option<Uuid> = sqlx::query_scalar(sql::SCADUTA)
        .bind(ente)
        .bind(alleanza)
        .bind(membro)
        .bind(db::sql(oggi))
        .fetch_optional(tx.conn())
        .await?;
    if let Some(id) = scaduta {
        muovi_adesione(tx, p, &[], id, &Passo::Cessa).await?;
    }
    Ok(())
}

async fn in_corso(tx: &mut Tx<DiEnte>, codice: &str) -> Result<Alleanza, EntiError> {
    let aperta = alleanze(tx).await?.into_iter().find(|a| a.codice == codice && a.al.is_none());
    Ok(aperta.ok_or_else(|| Rifiuto::AlleanzaIgnota { codice: codice.to_owned() })?)
}

async fn preavviso(tx: &mut Tx<DiEnte>, codice: &str) -> Result<i16, EntiError> {
    let trovata = alleanze(tx).await?.into_iter().find(|a| a.codice == codice);
    Ok(trovata.ok_or_else(|| Rifiuto::AlleanzaIgnota { codice: codice.to_owned() })?.preavviso_mesi)
}

async fn membro(tx: &mut Tx<DiEnte>, scritto: &str) -> Result<(String, String), EntiError> {
    let trovato: Option<(String, String)> =
        sqlx::query_as(sql::CERCA_MEMBRO).bind(scritto.trim()).fetch_optional(tx.conn()).await?;
    let trovato =
        trovato.ok_or_else(|| Rifiuto::CodiceIgnoto { codice: scritto.trim().to_owned(), vicini: Vec::new() })?;
    let mio = queries::scheda(tx).await?.codice;
    if trovato.0 == mio { Err(Rifiuto::AdesioneASe.into()) } else { Ok(trovato) }
}

fn non_futuro(tx: &Tx<DiEnte>, il: Data) -> Result<(), Rifiuto> {
    if il > tx.oggi() { Err(Rifiuto::PassoFuturo { il }) } else { Ok(()) }
}

fn oggetto(a: &AdesioneDi) -> String {
    format!("adesione/{}/{}", a.alleanza, a.membro)
}
