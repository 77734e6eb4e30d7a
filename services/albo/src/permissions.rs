//! Who may do what at the albo.

use authz::{Azione, Permessa};

macro_rules! azioni {
    ($($nome:ident $costante:ident: $codice:literal, $ruoli:expr, $descrizione:literal;)+) => {
        $(
            #[derive(Debug)]
            pub struct $nome;
            impl Azione for $nome {
                const CODICE: &'static str = $codice;
                const RUOLI: &'static [&'static str] = $ruoli;
                const DESCRIZIONE: &'static str = $descrizione;
            }
            pub(crate) const $costante: Permessa = Permessa::di::<$nome>();
        )+
        pub const PERMESSI: &[Permessa] = &[$($costante),+];
    };
}

azioni! {
    Consulta CONSULTA: "albo.consulta", &["albo", "segretario", "responsabile", "protocollo", "consultazione"],
        "vedere l’albo dall’ufficio";
    Pubblica PUBBLICA: "albo.pubblica", &["albo", "segretario"], "pubblicare all’albo";
    Correggi CORREGGI: "albo.correggi", &["albo", "segretario", "responsabile"],
        "sostituire un documento o prorogare una pubblicazione";
    Annulla ANNULLA: "albo.annulla", &["responsabile", "segretario"], "annullare una pubblicazione";
    Rimuovi RIMUOVI: "albo.rimuovi", &["responsabile", "segretario"], "rimuovere dati che non si possono diffondere";
    Attesta ATTESTA: "albo.attesta", &["albo", "segretario"], "fare la relata di pubblicazione";
    DecidiTermini TERMINI: "albo.termini", &["responsabile", "segretario"], "decidere i termini di pubblicazione";
}
