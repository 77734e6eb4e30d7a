//! Routes of the register.

mod elenco;
mod modulo;
mod oscuramento;
mod registrazione;
mod stampa;

use authz::Permessa;
use web::Rotta;

use crate::permissions::{Annulla, Consulta, ConsultaRiservate, Oscura, PrendiInCarico, Registra, Riassegna, Stampa};

pub(crate) const REGISTRA: Permessa = Permessa::di::<Registra>();
pub(crate) const CONSULTA: Permessa = Permessa::di::<Consulta>();
pub(crate) const RISERVATE: Permessa = Permessa::di::<ConsultaRiservate>();
pub(crate) const RIASSEGNA: Permessa = Permessa::di::<Riassegna>();
pub(crate) const PRENDI: Permessa = Permessa::di::<PrendiInCarico>();
pub(crate) const ANNULLA: Permessa = Permessa::di::<Annulla>();
pub(crate) const OSCURA: Permessa = Permessa::di::<Oscura>();
pub(crate) const STAMPA: Permessa = Permessa::di::<Stampa>();

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::scrivania_get("/protocollo", elenco::piu_comuni),
        Rotta::ufficio_get("/e/{codice}/protocollo", CONSULTA, elenco::elenco),
        Rotta::ufficio_get("/e/{codice}/protocollo/nuovo", REGISTRA, modulo::nuova).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/protocollo/nuovo", REGISTRA, modulo::registra).con_file(),
        Rotta::ufficio_get("/e/{codice}/protocollo/stampa", STAMPA, stampa::stampa),
        Rotta::ufficio_get("/e/{codice}/protocollo/giornalieri", CONSULTA, stampa::giornalieri),
        Rotta::ufficio_get("/e/{codice}/protocollo/giornalieri/{giorno}/{quale}", STAMPA, stampa::giornaliero),
        Rotta::ufficio_get("/e/{codice}/protocollo/{anno}/{numero}", CONSULTA, registrazione::pagina),
        Rotta::ufficio_get("/e/{codice}/protocollo/{anno}/{numero}/metadati", CONSULTA, stampa::metadati),
        Rotta::ufficio_get("/e/{codice}/protocollo/{anno}/{numero}/documenti/{id}", CONSULTA, stampa::documento),
        Rotta::ufficio_get("/e/{codice}/protocollo/{anno}/{numero}/copia/{id}", CONSULTA, stampa::copia),
        Rotta::ufficio_post("/e/{codice}/protocollo/{anno}/{numero}/presa", PRENDI, registrazione::prendi),
        Rotta::ufficio_post("/e/{codice}/protocollo/{anno}/{numero}/riassegna", RIASSEGNA, registrazione::riassegna),
        Rotta::ufficio_post("/e/{codice}/protocollo/{anno}/{numero}/fascicola", RIASSEGNA, registrazione::fascicola),
        Rotta::ufficio_get("/e/{codice}/protocollo/{anno}/{numero}/annulla", ANNULLA, registrazione::modulo_annulla)
            .che_scrive(),
        Rotta::ufficio_post("/e/{codice}/protocollo/{anno}/{numero}/annulla", ANNULLA, registrazione::annulla),
        Rotta::ufficio_get(
            "/e/{codice}/protocollo/{anno}/{numero}/rettifica",
            ANNULLA,
            registrazione::modulo_rettifica,
        )
        .che_scrive(),
        Rotta::ufficio_post("/e/{codice}/protocollo/{anno}/{numero}/rettifica", ANNULLA, registrazione::rettifica),
        Rotta::ufficio_get("/e/{codice}/protocollo/{anno}/{numero}/oscura", OSCURA, oscuramento::modulo).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/protocollo/{anno}/{numero}/oscura", OSCURA, oscuramento::oscura),
    ]
}

/// The key of a registration from its address.
fn chiave(anno: &str, numero: &str) -> Result<(i32, i32), web::Errore> {
    match (anno.parse(), numero.parse()) {
        (Ok(a), Ok(n)) => Ok((a, n)),
        _ => Err(web::Errore::NonTrovato),
    }
}
