//! Writing a chain in bulk: the same canonical bytes, salts and links as [`crate::iscrivi`], made in memory for maintenance
//! to copy into the tables. It serves who loads a whole register at once (the load rig, a register that comes from another
//! program); a registration of today always takes its number from the database, under its lock.

use jiff::Timestamp;
use kernel::Impronta;
use kernel::tempo::anno_a_roma;
use sha2::{Digest, Sha256};

use crate::model::{Chiaro, VERSIONE_CANONICA};
use crate::{Operazione, RegistroError, Voce};

/// The pen of one chain numbered by instant, from its first voce on.
#[derive(Debug)]
pub struct Penna<'a> {
    codice_ente: &'a str,
    aoo: &'a str,
    registro: &'a str,
    serie: i32,
    ultimo: i32,
    posizione: i64,
    istante: Timestamp,
    testa: [u8; 32],
}

/// A voce as it stands in `registri.voce`, with its clear values as they stand in `registri.chiaro`.
#[derive(Debug, Clone)]
pub struct Scritta {
    pub posizione: i64,
    pub serie: i32,
    pub operazione: i16,
    pub numero: Option<i32>,
    pub istante: Timestamp,
    pub versione_canonica: i16,
    pub contenuto: Vec<u8>,
    pub impronta_contenuto: [u8; 32],
    pub impronta: Impronta,
    pub chiaro: Vec<Chiaro>,
}

/// The state of the chain, as it stands in `registri.contatore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stato {
    pub serie: i32,
    pub ultimo: i32,
    pub posizione: i64,
    pub istante: Timestamp,
    pub testa: Impronta,
}

impl<'a> Penna<'a> {
    /// A chain opened at that instant, at position 0.
    pub fn nuova(codice_ente: &'a str, aoo: &'a str, registro: &'a str, aperta: Timestamp) -> Penna<'a> {
        let serie = i32::from(anno_a_roma(aperta));
        Penna { codice_ente, aoo, registro, serie, ultimo: 0, posizione: 0, istante: aperta, testa: [0; 32] }
    }

    /// Writes the next voce. An instant before the last one is refused: a chain only goes forward.
    pub fn scrivi(&mut self, voce: &Voce, istante: Timestamp) -> Result<Scritta, RegistroError> {
        if istante < self.istante {
            return Err(RegistroError::NonCanonico(format!("{istante} viene prima di {}", self.istante)));
        }
        let serie = i32::from(anno_a_roma(istante));
        let ultimo = if serie == self.serie { self.ultimo } else { 0 };
        let numera = voce.operazione() == Operazione::Registrazione;
        let numero = numera.then_some(ultimo + 1);
        let contenuto = voce.byte_canonici()?;
        let impronta_contenuto: [u8; 32] = Sha256::digest(&contenuto).into();
        let anello = Anello {
            precedente: &self.testa,
            versione: VERSIONE_CANONICA,
            codice_ente: self.codice_ente,
            aoo: self.aoo,
            registro: self.registro,
            serie,
            posizione: self.posizione + 1,
            operazione: voce.operazione() as u8,
            numero: numero.unwrap_or(0),
            istante,
            impronta_contenuto: &impronta_contenuto,
        };
        let testa = anello.impronta();
        self.serie = serie;
        self.ultimo = numero.unwrap_or(ultimo);
        self.posizione += 1;
        self.istante = istante;
        self.testa = testa;
        Ok(Scritta {
            posizione: self.posizione,
            serie,
            operazione: voce.operazione() as i16,
            numero,
            istante,
            versione_canonica: VERSIONE_CANONICA,
            contenuto,
            impronta_contenuto,
            impronta: testa.into(),
            chiaro: voce.chiaro().to_vec(),
        })
    }

    pub fn stato(&self) -> Stato {
        Stato {
            serie: self.serie,
            ultimo: self.ultimo,
            posizione: self.posizione,
            istante: self.istante,
            testa: self.testa.into(),
        }
    }
}

/// What a link is made of: fixed, binary, big-endian.
pub(crate) struct Anello<'a> {
    pub precedente: &'a [u8],
    pub versione: i16,
    pub codice_ente: &'a str,
    pub aoo: &'a str,
    pub registro: &'a str,
    pub serie: i32,
    pub posizione: i64,
    pub operazione: u8,
    pub numero: i32,
    pub istante: Timestamp,
    pub impronta_contenuto: &'a [u8],
}

impl Anello<'_> {
    /// The link byte by byte, without the function of the database that writes it while serving.
    pub(crate) fn impronta(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.precedente)
            .chain_update(self.versione.to_be_bytes())
            .chain_update(self.codice_ente.as_bytes())
            .chain_update([0x1f])
            .chain_update(self.aoo.as_bytes())
            .chain_update([0x1f])
            .chain_update(self.registro.as_bytes())
            .chain_update(self.serie.to_be_bytes())
            .chain_update(self.posizione.to_be_bytes())
            .chain_update([self.operazione])
            .chain_update(self.numero.to_be_bytes())
            .chain_update(self.istante.as_microsecond().to_be_bytes())
            .chain_update(self.impronta_contenuto)
            .finalize()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn il(t: &str) -> Timestamp {
        t.parse().unwrap()
    }

    #[test]
    fn numbers_restart_with_the_year_of_rome_and_positions_do_not() {
        let mut p = Penna::nuova("c_e307", "A1", "PG", il("2025-12-01T08:00:00Z"));
        let v = |o| Voce::nuova(o, json!({ "verso": "E" }));
        let mut scrivi = |o, t| p.scrivi(&v(o), il(t)).unwrap();
        let prima = scrivi(Operazione::Registrazione, "2025-12-31T22:59:59Z");
        let seconda = scrivi(Operazione::Annullamento, "2025-12-31T22:59:59Z");
        let terza = scrivi(Operazione::Registrazione, "2025-12-31T23:00:00Z");
        assert_eq!((prima.serie, prima.numero, prima.posizione), (2025, Some(1), 1));
        assert_eq!((seconda.serie, seconda.numero, seconda.posizione), (2025, None, 2));
        let quarta = scrivi(Operazione::Registrazione, "2026-01-02T08:00:00Z");
        assert_eq!((terza.serie, terza.numero, terza.posizione), (2026, Some(1), 3));
        assert_eq!((quarta.serie, quarta.numero, quarta.posizione), (2026, Some(2), 4));
        let s = p.stato();
        assert_eq!((s.serie, s.ultimo, s.posizione, s.testa), (2026, 2, 4, quarta.impronta));
        // The links, as anybody computes them who reads how they are made: they never change.
        assert_eq!(prima.impronta.to_string(), "bed304713ce7f898670da68ef58ec24d7bc86de58e844618c64cb997b5d0b079");
        assert_eq!(seconda.impronta.to_string(), "cc53e8739a392a1404a506be036b2c8bd34dd8dc4f9835f03bd0878480427515");
        assert!(p.scrivi(&v(Operazione::Registrazione), il("2025-12-31T00:00:00Z")).is_err(), "never back");
    }
}
