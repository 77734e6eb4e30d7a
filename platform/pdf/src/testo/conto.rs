//! How much of a received file is read: whatever it promises, the work ends.

use crate::ricevuto::{Chiuso, apri};
use lopdf::Stream;

/// Uncompressed bytes, of all streams together.
const BYTE: usize = 64 << 20;
/// Words of drawings, widths of letters.
const PASSI: usize = 4_000_000;

pub struct Conto {
    byte: usize,
    passi: usize,
    /// Something was left unread because it was too much.
    pub troppo: bool,
    /// Something was left unread because it could not be opened.
    pub rotto: bool,
}

impl Conto {
    pub fn nuovo() -> Conto {
        Conto { byte: BYTE, passi: PASSI, troppo: false, rotto: false }
    }

    /// False when nothing more may be done.
    pub fn passi(&mut self, quanti: usize) -> bool {
        self.passi = self.passi.saturating_sub(quanti);
        self.troppo |= self.passi == 0;
        self.passi > 0
    }

    /// A stream, uncompressed, of at most so many bytes. One that does not open costs as much as the largest that would.
    pub fn apri(&mut self, flusso: &Stream, massimo: usize) -> Option<Vec<u8>> {
        let massimo = massimo.min(self.byte);
        let aperto = apri(flusso, massimo);
        self.byte -= aperto.as_ref().map_or(massimo, Vec::len);
        self.troppo |= aperto == Err(Chiuso::Troppo);
        self.rotto |= aperto == Err(Chiuso::Rotto);
        aperto.ok()
    }
}
