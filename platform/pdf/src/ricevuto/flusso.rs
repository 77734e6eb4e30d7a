//! Opening the streams of strangers.

use lopdf::{DecompressError, Error, Stream};

/// Filters whose output may be much larger than their input: a second one would multiply the work of the first.
const GONFIANO: [&[u8]; 4] = [b"FlateDecode", b"LZWDecode", b"RunLengthDecode", b"BrotliDecode"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chiuso {
    /// It holds more than was asked.
    Troppo,
    Rotto,
}

/// What a stream holds, if it is at most so many bytes.
pub fn apri(flusso: &Stream, massimo: usize) -> Result<Vec<u8>, Chiuso> {
    let filtri = flusso.filters().unwrap_or_default();
    if filtri.iter().filter(|f| GONFIANO.contains(f)).count() > 1 {
        return Err(Chiuso::Rotto);
    }
    flusso.get_plain_content_with_limit(massimo).map_err(|e| match e {
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => Chiuso::Troppo,
        _ => Chiuso::Rotto,
    })
}
