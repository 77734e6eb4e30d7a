//! Pure rules of the registry: adhesions and their states, the title that they give to the services, the catalogue and its
//! order, names near a mistyped code.

mod adesione;
mod catalogo;
mod credenziale;
mod disponibilita;
mod nomi;
mod titolo;

pub use adesione::{Adesione, Forma, Recesso, Stato, efficacia_recesso};
pub use catalogo::{Voce, chi_lo_usa, da_accendere};
pub use credenziale::{Scadenza, TipoCredenziale, orizzonte};
pub use disponibilita::{Fermata, Interruzione, Mese, OGNI, Su, TOLLERANZA, interruzioni};
pub use nomi::{slug, vicini};
pub use titolo::{Posizione, Titolo};

/// Who answers for the documents of an AOO (DPR 445/2000 art. 61).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incarico {
    Responsabile,
    Vicario,
}

impl Incarico {
    pub fn codice(self) -> &'static str {
        match self {
            Incarico::Responsabile => "responsabile",
            Incarico::Vicario => "vicario",
        }
    }
}
