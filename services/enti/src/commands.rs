//! What people do here: each command checks its permit first and writes its audit line.

mod accessi;
mod adesioni;
mod credenziali;
mod deleghe;
mod fornitori;
mod lavori;
mod persone;
mod recuperi;
mod scheda;
mod servizi;
mod uffici;

pub use accessi::chiedi_fattori;
pub use adesioni::{
    Fondata, NuovaAdesione, Passo, chiedi_adesione, fonda_alleanza, muovi_adesione, trasforma_alleanza,
};
pub use credenziali::{NuovaCredenziale, ritira_credenziale, scrivi_credenziale};
pub use deleghe::{fine_prestito, fine_sostituzione, presta, sostituisci};
pub use fornitori::{aggiungi_fornitore, spegni_fornitore};
pub use lavori::{archivia_lavoro, riprova_lavoro};
pub use persone::{NuovoRuolo, crea_persona, dai_ruolo, togli_ruolo};
pub use recuperi::{chiedi_recupero, conferma_recupero, rifiuta_recupero};
pub use scheda::{Correzione, correggi_ente, incarica};
pub use servizi::{Anteprima, anteprima, attiva, chi_ne_ha_bisogno, disattiva};
pub use uffici::{DaChiudere, chiudi_ufficio, guarda_ufficio, nuovo_ufficio};
