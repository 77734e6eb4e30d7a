//! Compression of what is answered whole: which forms the browser takes, and how much work each is worth.

use std::io::Write;

use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// A compressed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codifica {
    Br,
    Gzip,
}

/// How long the compressed bytes will serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sforzo {
    /// For one answer.
    UnaVolta,
    /// For many.
    DaTenere,
}

/// Shorter than this, a page travels as it is: the packet is the same.
const MINIMO: usize = 512;

impl Codifica {
    pub(crate) const TUTTE: [Codifica; 2] = [Codifica::Br, Codifica::Gzip];

    /// The best form among those that the browser takes; brotli only where its work is done once for many.
    pub(crate) fn scelta(headers: &HeaderMap, sforzo: Sforzo) -> Option<Codifica> {
        let accettate = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let accetta = |c: &Codifica| {
            accettate.split(',').any(|e| {
                let (nome, peso) = e.split_once(';').unwrap_or((e, ""));
                nome.trim().eq_ignore_ascii_case(c.nome())
                    && !matches!(peso.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
            })
        };
        let da = if sforzo == Sforzo::DaTenere { 0 } else { 1 };
        Codifica::TUTTE[da..].iter().copied().find(accetta)
    }

    fn nome(self) -> &'static str {
        match self {
            Codifica::Br => "br",
            Codifica::Gzip => "gzip",
        }
    }

    pub(crate) fn intestazione(self) -> HeaderValue {
        HeaderValue::from_static(self.nome())
    }

    /// The compressed bytes; none when they would not be fewer.
    pub(crate) fn comprimi(self, byte: &[u8], sforzo: Sforzo) -> Option<Bytes> {
        if byte.len() < MINIMO {
            return None;
        }
        let fuori = match (self, sforzo) {
            (Codifica::Br, _) => brotli(byte),
            (Codifica::Gzip, Sforzo::UnaVolta) => gzip(byte, Compression::fast()),
            (Codifica::Gzip, Sforzo::DaTenere) => gzip(byte, Compression::best()),
        };
        // Writing to a vector cannot fail; an empty answer would only mean that the page goes out uncompressed.
        fuori.ok().filter(|f| !f.is_empty() && f.len() < byte.len()).map(Bytes::from)
    }
}

fn gzip(byte: &[u8], livello: Compression) -> std::io::Result<Vec<u8>> {
    let mut e = GzEncoder::new(Vec::with_capacity(byte.len() / 3), livello);
    e.write_all(byte)?;
    e.finish()
}

fn brotli(byte: &[u8]) -> std::io::Result<Vec<u8>> {
    // Eight: within a twentieth of the best, in a twentieth of its time.
    let parametri = ::brotli::enc::BrotliEncoderParams { quality: 8, ..Default::default() };
    let mut fuori = Vec::with_capacity(byte.len() / 4);
    ::brotli::BrotliCompress(&mut &*byte, &mut fuori, &parametri)?;
    Ok(fuori)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scelta(accettate: &'static str, sforzo: Sforzo) -> Option<Codifica> {
        let mut h = HeaderMap::new();
        h.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accettate));
        Codifica::scelta(&h, sforzo)
    }

    #[test]
    fn brotli_is_for_what_is_kept() {
        let browser = "gzip, deflate, br, zstd";
        assert_eq!(scelta(browser, Sforzo::DaTenere), Some(Codifica::Br));
        assert_eq!(scelta(browser, Sforzo::UnaVolta), Some(Codifica::Gzip));
        assert_eq!(scelta("br", Sforzo::UnaVolta), None);
        assert_eq!(scelta("gzip;q=0, br; q=0.5", Sforzo::DaTenere), Some(Codifica::Br));
        assert_eq!(scelta("gzip;q=0", Sforzo::DaTenere), None);
        assert_eq!(Codifica::scelta(&HeaderMap::new(), Sforzo::DaTenere), None);
    }

    #[test]
    fn short_texts_travel_as_they_are() {
        let lungo = "Albo pretorio. ".repeat(200);
        for c in Codifica::TUTTE {
            assert!(c.comprimi(lungo.as_bytes(), Sforzo::DaTenere).is_some_and(|b| b.len() < lungo.len() / 4));
            assert_eq!(c.comprimi(b"breve", Sforzo::DaTenere), None);
        }
    }
}
