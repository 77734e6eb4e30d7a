//! Switching services on and off, with what they need.

use authz::{Chi, Permesso, RUOLI};
use db::{DiEnte, Tx};
use serde_json::json;
use web::Service;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::model::{Titolo, Voce, chi_lo_usa, da_accendere};
use crate::permissions::GestisciServizi;
use crate::queries::{accesi, aoo, attivo, chi_ha_ruolo, titolo};
use crate::sql;

/// Offices that an act of the ente gives (TUEL, DPR 445/2000 art. 61): nobody gets them by switching a service on.
const PER_NOMINA: [&str; 3] = ["amministratore", "responsabile", "segretario"];

/// What switching a service on will make, before it does.
#[derive(Debug)]
pub struct Anteprima {
    /// The services that go on, in order, each with what it will make.
    pub servizi: Vec<(&'static Service, Vec<String>)>,
    /// Roles that nobody holds: whoever switches the service on gets them.
    pub ruoli: Vec<&'static authz::Ruolo>,
    /// Offices to be filled by an act.
    pub nomine: Vec<&'static str>,
    /// Whether it may go on at all.
    pub titolo: Titolo,
}

/// Looks at what would happen; changes nothing.
pub async fn anteprima(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciServizi>,
    catalogo: &'static [Service],
    servizio: &str,
) -> Result<Anteprima, EntiError> {
    p.vale_per(tx)?;
    let accesi = accesi(tx).await?;
    let catena = da_accendere(&voci(catalogo), &accesi, servizio)?;
    let mut servizi = Vec::with_capacity(catena.len());
    for s in scelti(catalogo, &catena) {
        servizi.push((s, (s.anteprima)(tx).await?));
    }
    let ruoli = ruoli_scoperti(tx, servizi.iter().map(|(s, _)| *s)).await?;
    let aoo = aoo(tx).await?;
    let mut nomine = Vec::new();
    if aoo.responsabile.is_none() {
        nomine.push("Responsabile della gestione documentale (DPR 445/2000, art. 61)");
    }
    if aoo.vicario.is_none() {
        nomine.push("Vicario del responsabile");
    }
    Ok(Anteprima { servizi, ruoli, nomine, titolo: titolo(tx).await? })
}

/// Switches a service on, after those it needs, if the ente has a title to it; and gives the person who does it the roles that nobody holds. One transaction:
/// everything is made, or nothing.
pub async fn attiva(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciServizi>,
    catalogo: &'static [Service],
    servizio: &str,
) -> Result<Vec<&'static str>, EntiError> {
    p.vale_per(tx)?;
    let accesi = accesi(tx).await?;
    let catena = da_accendere(&voci(catalogo), &accesi, servizio)?;
    let titolo = titolo(tx).await?;
    if !titolo.puo_attivare() {
        return Err(Rifiuto::SenzaAdesione { perche: titolo.perche_no() }.into());
    }
    let servizi: Vec<&Service> = scelti(catalogo, &catena).collect();
    for s in &servizi {
        accendi(tx, p.chi(), s).await?;
    }
    let ruoli = ruoli_scoperti(tx, servizi.iter().copied()).await?;
    for r in &ruoli {
        authz::aggiungi_ruolo(tx, p.chi().persona, p.ufficio(), r.codice).await?;
    }
    let ruoli: Vec<&str> = ruoli.iter().map(|r| r.codice).collect();
    let dettaglio = json!({ "fatto": "attivato", "servizi": catena, "ruoli": ruoli });
    p.annota(tx, &format!("servizi/{servizio}"), dettaglio).await?;
    Ok(catena)
}

async fn accendi(tx: &mut Tx<DiEnte>, chi: &Chi, s: &Service) -> Result<(), EntiError> {
    let (ente, adesso) = (tx.ente(), tx.now());
    let esito = sqlx::query(sql::ACCENDI)
        .bind(ente)
        .bind(s.codice)
        .bind(db::sql(adesso))
        .bind(chi.persona)
        .execute(tx.conn())
        .await;
    match esito.map_err(db::Error::from) {
        Ok(_) => {}
        Err(e) if e.vincolo() == Some("servizio_una_volta") => {
            return Err(Rifiuto::GiaAttivo { servizio: s.codice.to_owned() }.into());
        }
        Err(e) => return Err(e.into()),
    }
    Ok((s.attiva)(tx, chi).await?)
}

/// The services that are on and need this one: they go off before it.
pub async fn chi_ne_ha_bisogno(
    tx: &mut Tx<DiEnte>,
    catalogo: &'static [Service],
    servizio: &str,
) -> Result<Vec<&'static str>, db::Error> {
    let usano = chi_lo_usa(&voci(catalogo), &accesi(tx).await?, servizio);
    Ok(scelti(catalogo, &usano).map(|s| s.nome).collect())
}

/// Switches a service off. Its data stay, and stay readable.
pub async fn disattiva(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciServizi>,
    catalogo: &'static [Service],
    servizio: &str,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let ignoto = || Rifiuto::ServizioIgnoto { servizio: servizio.to_owned() };
    let s = catalogo.iter().find(|s| s.codice == servizio).ok_or_else(ignoto)?;
    if s.sempre_attivo {
        return Err(Rifiuto::SempreAttivo { servizio: servizio.to_owned() }.into());
    }
    if !attivo(tx, servizio).await? {
        return Err(Rifiuto::NonAttivo { servizio: servizio.to_owned() }.into());
    }
    let da = chi_ne_ha_bisogno(tx, catalogo, servizio).await?;
    if !da.is_empty() {
        return Err(Rifiuto::Serve { da: da.into_iter().map(str::to_owned).collect() }.into());
    }
    (s.disattiva)(tx, p.chi()).await?;
    let (ente, adesso) = (tx.ente(), tx.now());
    sqlx::query(sql::SPEGNI)
        .bind(ente)
        .bind(servizio)
        .bind(db::sql(adesso))
        .bind(p.chi().persona)
        .execute(tx.conn())
        .await?;
    p.annota(tx, &format!("servizi/{servizio}"), json!({ "fatto": "disattivato" })).await?;
    Ok(())
}

/// For each permission that nobody in the ente has, the first role that gives it, unless an act must.
async fn ruoli_scoperti(
    tx: &mut Tx<DiEnte>,
    servizi: impl Iterator<Item = &'static Service>,
) -> Result<Vec<&'static authz::Ruolo>, EntiError> {
    let mut scoperti: Vec<&'static authz::Ruolo> = Vec::new();
    for p in servizi.flat_map(|s| s.permessi) {
        let primo = p.ruoli.iter().find(|r| !PER_NOMINA.contains(r));
        let Some(ruolo) = primo.and_then(|r| RUOLI.iter().find(|x| x.codice == *r)) else { continue };
        if !scoperti.iter().any(|r| r.codice == ruolo.codice) && chi_ha_ruolo(tx, ruolo.codice).await?.is_empty() {
            scoperti.push(ruolo);
        }
    }
    Ok(scoperti)
}

/// What the rules need to know of a catalogue.
fn voci(catalogo: &'static [Service]) -> Vec<Voce> {
    let voce = |s: &'static Service| Voce { codice: s.codice, richiede: s.richiede };
    catalogo.iter().map(voce).collect()
}

fn scelti<'a>(catalogo: &'static [Service], codici: &'a [&'static str]) -> impl Iterator<Item = &'static Service> + 'a {
    codici.iter().filter_map(|c| catalogo.iter().find(|s| s.codice == *c))
}
