//! What a person may do with the register.

use authz::{Azione, Permessa};

/// Give a number.
#[derive(Debug)]
pub struct Registra;

impl Azione for Registra {
    const CODICE: &'static str = "protocollo.registra";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "registrare al protocollo";
}

/// Read registrations that are not reserved.
#[derive(Debug)]
pub struct Consulta;

impl Azione for Consulta {
    const CODICE: &'static str = "protocollo.consulta";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario", "albo", "consultazione"];
    const DESCRIZIONE: &'static str = "leggere il protocollo";
}

/// Read reserved registrations of every office.
#[derive(Debug)]
pub struct ConsultaRiservate;

impl Azione for ConsultaRiservate {
    const CODICE: &'static str = "protocollo.consulta_riservate";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "leggere le registrazioni riservate";
}

/// Change office or class.
#[derive(Debug)]
pub struct Riassegna;

impl Azione for Riassegna {
    const CODICE: &'static str = "protocollo.riassegna";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "cambiare ufficio e classificazione";
}

/// Take charge of what was assigned to one's office.
#[derive(Debug)]
pub struct PrendiInCarico;

impl Azione for PrendiInCarico {
    const CODICE: &'static str = "protocollo.prendi_in_carico";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario", "albo"];
    const DESCRIZIONE: &'static str = "prendere in carico";
}

/// Annul, whole or by field (art. 54; art. 61 c. 3 g).
#[derive(Debug)]
pub struct Annulla;

impl Azione for Annulla {
    const CODICE: &'static str = "protocollo.annulla";
    const RUOLI: &'static [&'static str] = &["responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "annullare una registrazione";
}

/// Erase personal data, when the law orders it (GDPR art. 5 and 17).
#[derive(Debug)]
pub struct Oscura;

impl Azione for Oscura {
    const CODICE: &'static str = "protocollo.oscura";
    const RUOLI: &'static [&'static str] = &["responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "oscurare dati personali di una registrazione";
}

/// Print the register of a period, reserved registrations with their subject covered.
#[derive(Debug)]
pub struct Stampa;

impl Azione for Stampa {
    const CODICE: &'static str = "protocollo.stampa";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "stampare il registro";
}

pub const PERMESSI: &[Permessa] = &[
    Permessa::di::<Registra>(),
    Permessa::di::<Consulta>(),
    Permessa::di::<ConsultaRiservate>(),
    Permessa::di::<Riassegna>(),
    Permessa::di::<PrendiInCarico>(),
    Permessa::di::<Annulla>(),
    Permessa::di::<Oscura>(),
    Permessa::di::<Stampa>(),
];
