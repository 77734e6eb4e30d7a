//! The only source of randomness: keys, tokens, salts, operation ids.

/// `N` bytes from the operating system. Without them nothing in the program may go on.
#[expect(clippy::disallowed_methods, clippy::expect_used, reason = "the one door to the system's randomness")]
pub fn byte<const N: usize>() -> [u8; N] {
    let mut b = [0; N];
    getrandom::fill(&mut b).expect("the operating system gives random bytes");
    b
}

/// A random identifier (UUID version 4).
pub fn uuid() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(byte()).into_uuid()
}

/// An unguessable token of 256 bits, 64 hexadecimal characters.
pub fn token() -> String {
    hex::encode(byte::<32>())
}
