//! Words of the trade without machinery: pure types and rules that every other crate may use.
//!
//! Nothing here reads a clock, a file or a database; the same input always gives the same answer.

#[macro_use]
mod testuale;

pub mod calendario;
pub mod codici;
pub mod errori;
pub mod importo;
pub mod impronta;
pub mod numero;
pub mod oscuramento;
pub mod periodo;
pub mod provvedimento;
pub mod tempo;
pub mod testo;

pub use calendario::GiornoMese;
pub use codici::{Cig, CodiceBelfiore, CodiceFiscale, CodiceIpa, Cup, Iban, PartitaIva};
pub use errori::{Codice, Frase, Gravita, Impedimento};
pub use importo::Importo;
pub use impronta::Impronta;
pub use jiff::{Timestamp as Istante, civil::Date as Data};
pub use numero::Numero;
pub use periodo::{Computo, Esercizio, Periodo, Termine};
pub use provvedimento::Provvedimento;
