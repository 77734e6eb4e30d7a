//! Chance that can be had again: the seed is printed, and gives the same drill.

/// A small generator (xorshift64*): for drills, never for secrets.
#[derive(Debug, Clone)]
pub struct Caso(u64);

impl Caso {
    pub fn nuovo(seme: u64) -> Caso {
        // Neighbouring seeds must not begin alike.
        let mut z = seme.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Caso((z ^ (z >> 31)) | 1)
    }

    /// Tails, always.
    pub fn sfortunato() -> Caso {
        Caso(0)
    }

    /// Another one, for somebody else.
    pub fn figlio(&mut self) -> Caso {
        Caso::nuovo(self.prossimo())
    }

    pub fn prossimo(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Less than `n`.
    pub fn fino_a(&mut self, n: u64) -> u64 {
        (self.prossimo() >> 11) % n.max(1)
    }

    pub fn testa_o_croce(&mut self) -> bool {
        self.prossimo() >> 63 == 1
    }

    /// Once in `n`.
    pub fn una_su(&mut self, n: u64) -> bool {
        self.fino_a(n) == 0
    }

    pub fn byte(&mut self, quanti: usize) -> Vec<u8> {
        (0..quanti).map(|_| (self.prossimo() >> 56) as u8).collect()
    }

    /// A random identifier in the form of a UUID version 4.
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.prossimo(), self.prossimo());
        let (sinistra, destra) =
            (a & 0xffff_ffff_ffff_0fff | 0x4000, b & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000);
        let (s, d) = (format!("{sinistra:016x}"), format!("{destra:016x}"));
        format!("{}-{}-{}-{}-{}", &s[..8], &s[8..12], &s[12..], &d[..4], &d[4..])
    }
}
