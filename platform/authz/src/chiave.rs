//! The key of the installation: what must be read again is sealed with it, so that a stolen copy of the database opens
//! nothing. It lives in a file beside the database, never in it.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

/// 256 bits. They are printed nowhere, logs included.
#[derive(Clone)]
pub struct Chiave([u8; 32]);

impl Chiave {
    /// A new one, at random.
    pub fn nuova() -> Chiave {
        Chiave(db::caso::byte())
    }

    /// Reads the 64 hexadecimal characters of a key file.
    pub fn da(testo: &str) -> Option<Chiave> {
        let mut byte = [0; 32];
        hex::decode_to_slice(testo.trim(), &mut byte).ok()?;
        Some(Chiave(byte))
    }

    /// What a key file holds.
    pub fn testo(&self) -> String {
        hex::encode(self.0)
    }

    /// Tells two keys apart and gives neither away.
    pub(crate) fn impronta(&self) -> Vec<u8> {
        Sha256::new().chain_update(b"alleanza.chiave").chain_update(self.0).finalize().to_vec()
    }

    /// Seals. `per` says what it is and whose: the same bytes open nothing elsewhere.
    pub(crate) fn sigilla(&self, per: &str, chiaro: &[u8]) -> Result<Vec<u8>, db::Error> {
        let nonce: [u8; NONCE_LEN] = db::caso::byte();
        let mut byte = chiaro.to_vec();
        let tag = self
            .cifrario()?
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(per), &mut byte)
            .map_err(|_| db::Error::Cluster("the seal failed".into()))?;
        Ok([nonce.as_slice(), &byte, tag.as_ref()].concat())
    }

    /// Opens what [`Chiave::sigilla`] sealed for the same purpose; none when it was not, or was touched.
    pub(crate) fn apri(&self, per: &str, sigillato: &[u8]) -> Option<Vec<u8>> {
        let (nonce, byte) = sigillato.split_at_checked(NONCE_LEN)?;
        let mut byte = byte.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let chiaro = self.cifrario().ok()?.open_in_place(nonce, Aad::from(per), &mut byte).ok()?;
        Some(chiaro.to_vec())
    }

    fn cifrario(&self) -> Result<LessSafeKey, db::Error> {
        let chiave = UnboundKey::new(&CHACHA20_POLY1305, &self.0);
        Ok(LessSafeKey::new(chiave.map_err(|_| db::Error::Cluster("the key is not 32 bytes".into()))?))
    }
}

impl std::fmt::Debug for Chiave {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chiave(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Chiave;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_purpose() {
        let (k, altra) = (Chiave::nuova(), Chiave::nuova());
        let s = k.sigilla("totp/anna", b"segreto").unwrap();
        assert_eq!(k.apri("totp/anna", &s).as_deref(), Some(b"segreto".as_slice()));
        assert_eq!(Chiave::da(&k.testo()).unwrap().apri("totp/anna", &s).as_deref(), Some(b"segreto".as_slice()));
        assert!(k.apri("totp/ugo", &s).is_none() && altra.apri("totp/anna", &s).is_none());
        assert_ne!(s, k.sigilla("totp/anna", b"segreto").unwrap(), "a nonce of its own each time");
        for i in 0..s.len() {
            let mut toccato = s.clone();
            toccato[i] ^= 1;
            assert!(k.apri("totp/anna", &toccato).is_none(), "byte {i}");
        }
        assert!(k.apri("totp/anna", &s[..11]).is_none());
        assert_eq!(format!("{k:?}"), "Chiave(…)");
        assert!(Chiave::da("corta").is_none() && Chiave::da(&"zz".repeat(32)).is_none());
    }
}
