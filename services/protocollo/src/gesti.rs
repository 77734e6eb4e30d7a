//! What lists of registrations do to many at once, and pages take back (ADR 23).

use std::collections::HashMap;

use authz::{Chi, Consenti, Permessa};
use db::{DiEnte, Tx};
use documenti::{DocumentiError, FascicoloId};
use kernel::testo::corto;
use web::{Dati, Effetto, Errore, Gesto};

use crate::commands::{self, Passaggio, Riassegnata};
use crate::permissions::{PrendiInCarico, Riassegna};
use crate::{ProtocolloError, Registrazione, Vista, queries, sette_cifre};

const COSE: (&str, &str) = ("una registrazione", "registrazioni");
/// How much of a subject is needed to recognise it.
const SOTTO_MAX: usize = 120;

pub(crate) const PRENDI: Gesto = Gesto {
    codice: "protocollo.prendi_in_carico",
    nome: "Prendi in carico",
    cose: COSE,
    elenco: "/protocollo",
    azione: Permessa::di::<PrendiInCarico>(),
    prova: |tx, chi, su, _| Box::pin(prova_presa(tx, chi, su)),
    fai: |tx, chi, su, _| {
        Box::pin(async move {
            let p = tx.consenti::<PrendiInCarico>(chi).await?;
            let (anno, numero) = chiave(su)?;
            Ok(presa(commands::prendi_in_carico(tx, &p, anno, numero).await?))
        })
    },
    disfa: Some(|tx, chi, su, prima| {
        Box::pin(async move {
            let p = tx.consenti::<PrendiInCarico>(chi).await?;
            let (anno, numero) = chiave(su)?;
            Ok(commands::lascia(tx, &p, anno, numero, intero(prima, "presa")?).await?)
        })
    }),
};

pub(crate) const RIASSEGNA: Gesto = Gesto {
    codice: "protocollo.riassegna",
    nome: "Riassegna",
    cose: COSE,
    elenco: "/protocollo",
    azione: Permessa::di::<Riassegna>(),
    prova: |tx, chi, su, dati| Box::pin(prova_passaggio(tx, chi, su, dati)),
    fai: |tx, chi, su, dati| {
        Box::pin(async move {
            let p = tx.consenti::<Riassegna>(chi).await?;
            let (anno, numero) = chiave(su)?;
            let r = queries::registrazione_per(tx, chi, anno, numero).await?;
            let (ufficio, classifica) = dove(dati, &r);
            Ok(riassegnata(&commands::riassegna(tx, &p, anno, numero, ufficio, classifica).await?))
        })
    },
    disfa: Some(|tx, chi, su, prima| {
        Box::pin(async move {
            let p = tx.consenti::<Riassegna>(chi).await?;
            let (anno, numero) = chiave(su)?;
            Ok(commands::rimetti(tx, &p, anno, numero, &com_era(prima)?).await?)
        })
    }),
};

/// What entered a fascicolo stays in its story: there is no way back.
pub(crate) const FASCICOLA: Gesto = Gesto {
    codice: "protocollo.fascicola",
    nome: "Metti nel fascicolo",
    cose: COSE,
    elenco: "/protocollo",
    azione: Permessa::di::<Riassegna>(),
    prova: |tx, chi, su, dati| Box::pin(prova_fascicolo(tx, chi, su, dati)),
    fai: |tx, chi, su, dati| {
        Box::pin(async move {
            let p = tx.consenti::<documenti::Fascicola>(chi).await?;
            let (anno, numero) = chiave(su)?;
            let r = queries::registrazione_per(tx, chi, anno, numero).await?;
            let id = fascicolo(dati)?;
            documenti::fascicola(tx, &p, &id, &riferimento(&r), r.documento).await?;
            Ok(Dati::new())
        })
    },
    disfa: None,
};

pub(crate) const TUTTI: &[Gesto] = &[PRENDI, RIASSEGNA, FASCICOLA];

/// How the page of a registration and the journal call it: the subject may have to be covered one day.
pub(crate) fn titolo(anno: i32, numero: i32) -> String {
    format!("Protocollo {}/{anno}", sette_cifre(numero))
}

pub(crate) fn presa(posizione: i64) -> Dati {
    Dati::from([("presa".to_owned(), posizione.to_string())])
}

pub(crate) fn riassegnata(r: &Riassegnata) -> Dati {
    [
        ("ufficio", r.ufficio.clone()),
        ("classifica", r.classifica.clone()),
        ("titolario", r.titolario.to_string()),
        ("da", r.passaggio.da.to_string()),
        ("a", r.passaggio.a.to_string()),
    ]
    .into_iter()
    .map(|(n, v)| (n.to_owned(), v))
    .collect()
}

fn com_era(d: &Dati) -> Result<Riassegnata, Errore> {
    let testo = |n: &str| d.get(n).cloned().ok_or(ProtocolloError::Cambiata);
    Ok(Riassegnata {
        ufficio: testo("ufficio")?,
        classifica: testo("classifica")?,
        titolario: intero(d, "titolario")?,
        passaggio: Passaggio { da: intero(d, "da")?, a: intero(d, "a")? },
    })
}

fn intero<T: std::str::FromStr>(d: &Dati, nome: &str) -> Result<T, ProtocolloError> {
    d.get(nome).and_then(|v| v.parse().ok()).ok_or(ProtocolloError::Cambiata)
}

fn chiave(su: &str) -> Result<(i32, i32), ProtocolloError> {
    leggi(su).ok_or(ProtocolloError::Ignota)
}

fn leggi(su: &str) -> Option<(i32, i32)> {
    let (anno, numero) = su.split_once('/')?;
    Some((anno.parse().ok()?, numero.parse().ok()?))
}

/// Where it goes: what was not chosen stays as it is.
fn dove<'a>(d: &'a Dati, r: &'a Registrazione) -> (&'a str, &'a str) {
    (d.get("ufficio").unwrap_or(&r.ufficio), d.get("classifica").unwrap_or(&r.classifica))
}

fn fascicolo(d: &Dati) -> Result<FascicoloId, DocumentiError> {
    let scritto = d.get("fascicolo").map(|f| f.to_uppercase()).unwrap_or_default();
    scritto.parse().map_err(|()| DocumentiError::FascicoloIgnoto(scritto))
}

fn riferimento(r: &Registrazione) -> String {
    format!("protocollo/{}", r.chiave())
}

/// The effect on each of those that the person may read, in the order in which they were chosen.
async fn prova(
    tx: &mut Tx<DiEnte>,
    chi: &Chi,
    su: &[String],
    mut esito: impl FnMut(&Registrazione) -> Result<String, Errore>,
) -> Result<Vec<Effetto>, Errore> {
    let chiavi: Vec<(i32, i32)> = su.iter().filter_map(|s| leggi(s)).collect();
    let vista = Vista::di(tx, chi).await?;
    let trovate = queries::registrazioni(tx, &chiavi).await?.into_iter().filter(|r| vista.puo_leggere(r));
    let mut per_chiave: HashMap<String, Registrazione> = trovate.map(|r| (r.chiave(), r)).collect();
    let uno = |s: &String| match per_chiave.remove(s.as_str()) {
        None => Effetto::ignoto(s),
        Some(r) => Effetto {
            su: s.clone(),
            titolo: titolo(r.anno, r.numero),
            sotto: corto(&r.oggetto, SOTTO_MAX).into_owned(),
            percorso: format!("/protocollo/{}", r.chiave()),
            esito: r.puo_cambiare().map_err(Errore::from).and_then(|()| esito(&r)),
        },
    };
    Ok(su.iter().map(uno).collect())
}

async fn prova_presa(tx: &mut Tx<DiEnte>, chi: &Chi, su: &[String]) -> Result<Vec<Effetto>, Errore> {
    prova(tx, chi, su, |r| match r.presa {
        true => Err(ProtocolloError::GiaPresa.into()),
        false => Ok(format!("non aspetta più {}", r.ufficio_nome)),
    })
    .await
}

async fn prova_passaggio(tx: &mut Tx<DiEnte>, chi: &Chi, su: &[String], d: &Dati) -> Result<Vec<Effetto>, Errore> {
    let uffici = authz::uffici(tx).await?;
    let nome = |codice: &str| uffici.iter().find(|(c, _)| c == codice).map(|(_, n)| n.clone());
    let (ufficio, classifica) = (d.get("ufficio"), d.get("classifica"));
    let vale = match (ufficio, classifica) {
        (Some(u), _) if nome(u).is_none() => Err(ProtocolloError::UfficioIgnoto(u.clone())),
        (_, Some(c)) => documenti::classe(tx, c).await.map(drop).map_err(ProtocolloError::from),
        _ => Ok(()),
    };
    if let Err(e) = vale {
        let no = Errore::from(e);
        return prova(tx, chi, su, |_| Err(no.di_nuovo())).await;
    }
    prova(tx, chi, su, |r| {
        let (u, c) = dove(d, r);
        if (u, c) == (r.ufficio.as_str(), r.classifica.as_str()) {
            return Err(ProtocolloError::Uguale.into());
        }
        let passa = (u != r.ufficio).then(|| format!("da {} a {}", r.ufficio_nome, nome(u).unwrap_or_default()));
        let cambia = (c != r.classifica).then(|| format!("classe {} invece di {}", c, r.classifica));
        Ok([passa, cambia].into_iter().flatten().collect::<Vec<_>>().join(", "))
    })
    .await
}

async fn prova_fascicolo(tx: &mut Tx<DiEnte>, chi: &Chi, su: &[String], d: &Dati) -> Result<Vec<Effetto>, Errore> {
    let riferimenti: Vec<String> = su.iter().map(|s| format!("protocollo/{s}")).collect();
    let aperto = match fascicolo(d) {
        Ok(id) => documenti::da_riempire(tx, &id, &riferimenti).await.map(|dentro| (id, dentro)),
        Err(e) => Err(e),
    };
    match aperto.map_err(Errore::from) {
        Ok((id, dentro)) => {
            prova(tx, chi, su, |r| match dentro.contains(&riferimento(r)) {
                true => Err(DocumentiError::GiaDentro(id.clone()).into()),
                false => Ok(format!("entra in {id}")),
            })
            .await
        }
        Err(no @ Errore::Rifiuto { .. }) => prova(tx, chi, su, |_| Err(no.di_nuovo())).await,
        Err(e) => Err(e),
    }
}
