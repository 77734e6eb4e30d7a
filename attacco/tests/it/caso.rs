//! Random bytes, words of the trade in random order, hostile files broken at random.

use std::sync::LazyLock;

use attacco::{BERSAGLI, ostili};
use proptest::prelude::*;
use proptest::sample::Index;

/// Small hostile files, to be broken.
static SEMI: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let brevi = ostili::tutti().into_iter().map(|o| o.byte).filter(|b| b.len() < 20_000);
    brevi.chain(BUONI.iter().map(|b| b.to_vec())).collect()
});

/// What readers like.
const BUONI: &[&[u8]] = &[
    b"{\"dal\":\"2026-11-01\",\"al\":\"2026-11-15\"}",
    b"{\"a\":{\"b\":\"c\",\"d\":true,\"e\":12}}",
    b"RSSMRA85T10A562S",
    b"IT60X0542811101000000123456",
    b"1.234,56",
    b"15/9/26",
    b"c_e307",
    b"B1573C988C",
    b"2026-45",
    b"/e/c_e307/protocollo?testo=a&dal=1",
    b"introdacqua.localhost:8080",
    b"--X\r\ncontent-disposition: form-data; name=\"oggetto\"\r\n\r\nLavori\r\n--X--\r\n",
    b"oggetto=Lavori+di+somma+urgenza&numero=12",
    b"W/\"abc\", \"def\"",
    b"belfiore,istat,nome,popolazione\nE307,066049,Introdacqua,2000\n",
    b"%PDF-1.4\n<< >> stream\nBT (Tariffe della mensa) Tj ET\nendstream\n",
    b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
      DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    b"Assunzione ai sensi della L. 68/1999, ISEE 3.200",
];

fn rotto() -> impl Strategy<Value = Vec<u8>> {
    let colpi = prop::collection::vec((any::<Index>(), any::<u8>()), 0..8);
    let taglio = prop::option::of(any::<Index>());
    (any::<Index>(), colpi, taglio, any::<Index>()).prop_map(|(quale, colpi, taglio, altro)| {
        let mut b = quale.get(SEMI.as_slice()).clone();
        for (dove, byte) in colpi {
            if !b.is_empty() {
                let dove = dove.index(b.len());
                b[dove] = byte;
            }
        }
        if let Some(t) = taglio.filter(|_| !b.is_empty()) {
            b.truncate(t.index(b.len()));
            b.extend_from_slice(altro.get::<Vec<u8>>(SEMI.as_slice()));
        }
        b
    })
}

fn qualunque() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => rotto(),
        2 => prop::collection::vec(any::<u8>(), 0..2_000),
        2 => any::<String>().prop_map(String::into_bytes),
        1 => "[0-9a-zA-Z./,:;=&%\"'{}\\[\\] -]{0,60}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn no_bytes_break_a_promise(byte in qualunque()) {
        for b in BERSAGLI {
            (b.colpisci)(&byte);
        }
    }
}
