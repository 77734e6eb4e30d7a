//! What a person may do with documents.

use authz::{Azione, Permessa};

/// Open documents and fascicoli.
#[derive(Debug)]
pub struct Leggi;

impl Azione for Leggi {
    const CODICE: &'static str = "documenti.leggi";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario", "albo", "consultazione"];
    const DESCRIZIONE: &'static str = "leggere i documenti";
}

/// Open documents marked reserved.
#[derive(Debug)]
pub struct LeggiRiservati;

impl Azione for LeggiRiservati {
    const CODICE: &'static str = "documenti.leggi_riservati";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "leggere i documenti riservati";
}

/// Open, fill, close, reopen fascicoli.
#[derive(Debug)]
pub struct Fascicola;

impl Azione for Fascicola {
    const CODICE: &'static str = "documenti.fascicola";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile", "segretario"];
    const DESCRIZIONE: &'static str = "aprire e ordinare i fascicoli";
}

/// Change the plan of classification (DPR 445/2000, art. 61).
#[derive(Debug)]
pub struct VariaTitolario;

impl Azione for VariaTitolario {
    const CODICE: &'static str = "documenti.varia_titolario";
    const RUOLI: &'static [&'static str] = &["responsabile"];
    const DESCRIZIONE: &'static str = "cambiare il titolario";
}

pub const PERMESSI: &[Permessa] = &[
    Permessa::di::<Leggi>(),
    Permessa::di::<LeggiRiservati>(),
    Permessa::di::<Fascicola>(),
    Permessa::di::<VariaTitolario>(),
];
