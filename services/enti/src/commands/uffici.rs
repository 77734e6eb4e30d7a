//! Offices: opened, and closed with what happens to who works there and to what they have in hand.

use authz::{Permesso, Persona};
use db::{DiEnte, Tx};
use serde_json::json;
use web::Service;

use crate::EntiError;
use crate::errors::Rifiuto;
use crate::permissions::GestisciUffici;

pub async fn nuovo_ufficio(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciUffici>,
    codice: &str,
    nome: &str,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    authz::apri_ufficio(tx, codice, nome).await?;
    p.annota(tx, &format!("uffici/{codice}"), json!({ "nome": nome })).await?;
    Ok(())
}

/// An office, looked at before it is closed.
#[derive(Debug)]
pub struct DaChiudere {
    pub nome: String,
    /// Who works there, a row for each role.
    pub persone: Vec<Persona>,
    /// What it has in hand, in the words of each service.
    pub carico: Vec<String>,
    /// The offices that may take its place: code and name.
    pub altri: Vec<(String, String)>,
}

impl DaChiudere {
    /// True when somebody, or something, has to go elsewhere.
    pub fn serve_un_altro(&self) -> bool {
        !self.persone.is_empty() || !self.carico.is_empty()
    }
}

/// Looks at what closing an office would move; changes nothing.
pub async fn guarda_ufficio(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciUffici>,
    catalogo: &'static [Service],
    codice: &str,
) -> Result<DaChiudere, EntiError> {
    p.vale_per(tx)?;
    let (miei, altri): (Vec<_>, Vec<_>) = authz::uffici(tx).await?.into_iter().partition(|(c, _)| c == codice);
    let ignoto = || Rifiuto::Persona { codice: "ENT-036", frase: format!("L’ufficio «{codice}» non c’è.") };
    let (_, nome) = miei.into_iter().next().ok_or_else(ignoto)?;
    let persone = authz::persone(tx).await?.into_iter().filter(|r| r.ufficio == codice).collect();
    let mut carico = Vec::new();
    for s in catalogo {
        carico.extend((s.carico)(tx, codice).await?);
    }
    Ok(DaChiudere { nome, persone, carico, altri })
}

/// Closes an office from now on. Roles, and what nobody has taken charge of, pass to the office that takes its place; what
/// the office did keeps its name. The last office of an ente stays.
pub async fn chiudi_ufficio(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<GestisciUffici>,
    catalogo: &'static [Service],
    codice: &str,
    al_suo_posto: Option<&str>,
) -> Result<(), EntiError> {
    p.vale_per(tx)?;
    let u = guarda_ufficio(tx, p, catalogo, codice).await?;
    if u.altri.is_empty() {
        return Err(Rifiuto::UltimoUfficio.into());
    }
    match al_suo_posto {
        Some(a) if u.altri.iter().all(|(c, _)| c != a) => {
            return Err(Rifiuto::Persona { codice: "ENT-036", frase: format!("L’ufficio «{a}» non c’è.") }.into());
        }
        Some(a) => {
            authz::passa_ruoli(tx, codice, a).await?;
            for s in catalogo {
                (s.passa_carico)(tx, p.chi(), codice, a).await?;
            }
        }
        None if u.serve_un_altro() => return Err(Rifiuto::UfficioInUso { nome: u.nome }.into()),
        None => {}
    }
    authz::chiudi_ufficio(tx, codice).await?;
    let dettaglio =
        json!({ "fatto": "chiuso", "al_suo_posto": al_suo_posto, "ruoli": u.persone.len(), "carico": u.carico });
    p.annota(tx, &format!("uffici/{codice}"), dettaglio).await?;
    Ok(())
}
