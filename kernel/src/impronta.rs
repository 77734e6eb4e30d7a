//! The SHA-256 fingerprint of a document or of a voce of a register.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Impronta([u8; 32]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("un'impronta SHA-256 ha 64 cifre esadecimali")]
pub struct ImprontaIllegibile;

impl Impronta {
    pub fn di(contenuto: &[u8]) -> Self {
        Self(Sha256::digest(contenuto).into())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 digits in groups of eight, for people who compare them by eye.
    pub fn a_gruppi(&self) -> String {
        let gruppi: Vec<String> = self.0.chunks(4).map(hex::encode).collect();
        gruppi.join(" ")
    }
}

impl From<[u8; 32]> for Impronta {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Impronta {
    type Error = ImprontaIllegibile;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self).map_err(|_| ImprontaIllegibile)
    }
}

impl TryFrom<Vec<u8>> for Impronta {
    type Error = ImprontaIllegibile;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Self::Error> {
        bytes.as_slice().try_into()
    }
}

impl FromStr for Impronta {
    type Err = ImprontaIllegibile;

    fn from_str(cifre: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(cifre, &mut bytes).map_err(|_| ImprontaIllegibile)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Impronta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Impronta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Impronta({self})")
    }
}

testuale!(Impronta);

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn it_is_sha256_and_reads_back() {
        let impronta = Impronta::di(b"abc");
        assert_eq!(impronta.to_string(), ABC);
        assert_eq!(ABC.to_uppercase().parse(), Ok(impronta));
        assert_eq!(Impronta::try_from(impronta.as_bytes().to_vec()), Ok(impronta));
        assert_eq!(serde_json::to_string(&impronta).unwrap(), format!("\"{ABC}\""));
    }

    #[test]
    fn groups_are_eight_by_eight() {
        let gruppi = Impronta::di(b"abc").a_gruppi();
        assert!(gruppi.split(' ').all(|g| g.len() == 8));
        assert_eq!(gruppi.replace(' ', ""), ABC);
    }

    #[test]
    fn anything_else_is_refused() {
        for cifre in ["", "ba78", &ABC[1..], &format!("{ABC}00"), &ABC.replace('b', "g")] {
            assert_eq!(cifre.parse::<Impronta>(), Err(ImprontaIllegibile));
        }
        assert_eq!(Impronta::try_from(&[0u8; 31][..]), Err(ImprontaIllegibile));
    }
}
