//! The media type told by the first bytes. What an office receives and `infer` does not know is recognised here.

/// How many bytes are looked at.
pub(crate) const TESTA: usize = 8 * 1024;

const BINARIO: &str = "application/octet-stream";
const TESTO: &str = "text/plain";
const XML: &str = "application/xml";
const MESSAGGIO: &str = "message/rfc822";
const FIRMATO: &str = "application/pkcs7-mime";
const MARCATO: &str = "application/timestamped-data";
const PDF: &str = "application/pdf";

/// The media type of a file that begins with `testa`.
pub(crate) fn riconosci(testa: &[u8]) -> String {
    // Envelopes first: every DER file of some length is a certificate for `infer`.
    let tipo = busta(testa).unwrap_or_else(|| match infer::get(testa).map(|t| t.mime_type()) {
        // Two letters make a bitmap for `infer` and a sentence for everyone else: text is judged as text.
        Some(t) if !e_testo(testa) || FORMATI_DI_TESTO.contains(&t) => t,
        _ if e_testo(testa) => di_testo(testa),
        _ => testata_di_pdf(testa).unwrap_or(BINARIO),
    });
    match tipo {
        "text/xml" => XML.to_owned(),
        "application/zip" => dichiarato_nello_zip(testa).unwrap_or("application/zip").to_owned(),
        t => t.to_owned(),
    }
}

/// Formats that begin with readable characters and may go on with nothing else.
const FORMATI_DI_TESTO: &[&str] =
    &[PDF, "application/rtf", "application/postscript", "text/html", "text/xml", "text/x-shellscript"];

fn di_testo(testa: &[u8]) -> &'static str {
    let t = testa.strip_prefix(b"\xef\xbb\xbf").unwrap_or(testa).trim_ascii_start();
    if t.starts_with(b"<") && t.get(1).is_some_and(|c| c.is_ascii_alphabetic() || b"?!_".contains(c)) {
        return XML;
    }
    if let Some(tipo) = busta(&da_base64(t)) {
        return tipo;
    }
    if e_messaggio(t) { MESSAGGIO } else { TESTO }
}

/// No control characters, and UTF-8 or an older Western encoding: mostly plain letters.
fn e_testo(testa: &[u8]) -> bool {
    if testa.starts_with(b"\xff\xfe") || testa.starts_with(b"\xfe\xff") {
        return true;
    }
    if testa.iter().any(|&b| b < 0x20 && !b"\t\n\r\x0c".contains(&b)) {
        return false;
    }
    match std::str::from_utf8(testa) {
        Ok(_) => true,
        // A character cut by the end of the head.
        Err(e) if e.error_len().is_none() => true,
        Err(_) => testa.iter().filter(|b| b.is_ascii()).count() * 4 >= testa.len() * 3,
    }
}

/// A CMS envelope, DER or BER: a SEQUENCE that opens with the OID of its content.
fn busta(b: &[u8]) -> Option<&'static str> {
    const PKCS7: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
    const MARCA: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x1f";
    let [0x30, lunghezza, resto @ ..] = b else { return None };
    // Long form: the low bits say how many bytes of length follow; 0x80 alone is BER's indefinite length.
    let altri = if *lunghezza >= 0x80 { usize::from(lunghezza & 0x7f) } else { 0 };
    let contenuto = resto.get(altri..)?;
    if contenuto.starts_with(PKCS7) {
        return Some(FIRMATO);
    }
    contenuto.starts_with(MARCA).then_some(MARCATO)
}

/// The first bytes behind base64, with or without PEM lines; nothing when it is not base64.
fn da_base64(t: &[u8]) -> Vec<u8> {
    let corpo = match t.strip_prefix(b"-----BEGIN ") {
        Some(resto) => resto.iter().position(|&b| b == b'\n').map_or(&[][..], |fine| &resto[fine..]),
        None => t,
    };
    let mut byte = Vec::new();
    let (mut bit, mut quanti) = (0u32, 0);
    for c in corpo.iter().filter(|c| !c.is_ascii_whitespace()).take(40) {
        let valore = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return byte,
        };
        bit = bit << 6 | u32::from(valore);
        quanti += 6;
        if quanti >= 8 {
            quanti -= 8;
            byte.push((bit >> quanti) as u8);
        }
    }
    byte
}

/// An e-mail: header lines from the very first, two of them at least that only messages have.
fn e_messaggio(t: &[u8]) -> bool {
    const CAMPI: &[&[u8]] = &[
        b"from",
        b"to",
        b"date",
        b"subject",
        b"received",
        b"message-id",
        b"return-path",
        b"mime-version",
        b"delivered-to",
        b"x-riferimento-message-id",
        b"x-trasporto",
        b"x-ricevuta",
    ];
    let mut trovati = 0;
    for riga in t.split(|&b| b == b'\n').map(<[u8]>::trim_ascii_end) {
        if riga.is_empty() {
            break;
        }
        if riga.starts_with(b" ") || riga.starts_with(b"\t") {
            continue;
        }
        let Some(fine) = riga.iter().position(|&b| b == b':') else { break };
        let nome = &riga[..fine];
        if nome.is_empty() || !nome.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') {
            return false;
        }
        trovati += usize::from(CAMPI.iter().any(|c| nome.eq_ignore_ascii_case(c)));
    }
    trovati >= 2
}

/// Old scanners put bytes before the header of a PDF; readers accept it within the first kilobyte.
fn testata_di_pdf(testa: &[u8]) -> Option<&'static str> {
    testa[..testa.len().min(1024)].windows(5).any(|w| w == b"%PDF-").then_some(PDF)
}

/// ASiC containers and OpenDocument say what they are in a first entry, stored uncompressed, named `mimetype`.
fn dichiarato_nello_zip(testa: &[u8]) -> Option<&str> {
    let campo = |i: usize| Some(u32::from_le_bytes(testa.get(i..i + 4)?.try_into().ok()?) as usize);
    let lunghezza = campo(18)?;
    let extra = campo(26)? >> 16;
    let nome = testa.get(30..38)?;
    let detto = testa.get(38 + extra..(38 + extra).checked_add(lunghezza)?)?;
    let ammesso = |b: &u8| b.is_ascii_alphanumeric() || b"/.+-".contains(b);
    let valido = nome == b"mimetype" && (1..=100).contains(&lunghezza) && detto.iter().all(ammesso);
    std::str::from_utf8(detto).ok().filter(|_| valido)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OID: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x82\x05\x00rest of the envelope";

    fn p7m(inizio: &[u8]) -> Vec<u8> {
        [inizio, OID].concat()
    }

    #[test]
    fn envelopes_are_recognised_in_every_encoding() {
        for inizio in [&b"\x30\x82\x05\x10"[..], b"\x30\x80", b"\x30\x83\x01\x00\x00", b"\x30\x40"] {
            assert_eq!(riconosci(&p7m(inizio)), FIRMATO, "{inizio:x?}");
        }
        // openssl smime -outform PEM, and the bare base64 that some mail gateways leave.
        let base64 = "MIIFEAYJKoZIhvcNAQcCoIIFAHJlc3Qgb2YgdGhlIGVudmVsb3Bl";
        assert_eq!(riconosci(base64.as_bytes()), FIRMATO);
        assert_eq!(riconosci(format!("-----BEGIN PKCS7-----\r\n{base64}\r\n").as_bytes()), FIRMATO);
        assert_eq!(
            riconosci(b"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n"),
            TESTO
        );
        assert_eq!(riconosci(b"\x30\x82\x05\x10\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x1f\xa0"), MARCATO);
        assert_eq!(riconosci(b"\x30\xff\x00"), BINARIO);
    }

    #[test]
    fn text_is_judged_as_text() {
        assert_eq!(riconosci("Oggetto: perché no?\nÈ così.\n".as_bytes()), TESTO);
        assert_eq!(riconosci(b"BM: promemoria per il sindaco"), TESTO);
        assert_eq!(riconosci(b"Il perch\xe9 della citt\xe0 vecchia"), TESTO);
        assert_eq!(riconosci("😀".repeat(3_000).as_bytes().split_at(TESTA - 1).0), TESTO);
        assert_eq!(riconosci(b"bell\x07"), BINARIO);
        assert_eq!(riconosci(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png");
    }

    #[test]
    fn xml_with_and_without_prolog() {
        assert_eq!(riconosci(b"<?xml version=\"1.0\"?><a/>"), XML);
        assert_eq!(riconosci("\u{feff}\n<p:FatturaElettronica xmlns:p=\"x\"/>".as_bytes()), XML);
        assert_eq!(riconosci(b"<!DOCTYPE html><html>"), "text/html");
        assert_eq!(riconosci(b"< 5 euro"), TESTO);
    }

    #[test]
    fn messages_have_headers_from_the_first_line() {
        let eml =
            b"Return-Path: <a@b.it>\r\nReceived: from x\r\n\tby y; oggi\r\nSubject: =?utf-8?q?ciao?=\r\n\r\ncorpo";
        assert_eq!(riconosci(eml), MESSAGGIO);
        assert_eq!(riconosci(b"Da: Mario\nA: Anna\n\nciao"), TESTO);
        assert_eq!(riconosci(b"Ieri alle 10: riunione\nDate: domani\nTo: tutti\n"), TESTO);
    }

    #[test]
    fn containers_say_what_they_are() {
        let zip = |contenuto: &[u8]| {
            let mut z = b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
            z.extend((contenuto.len() as u32).to_le_bytes());
            z.extend((contenuto.len() as u32).to_le_bytes());
            z.extend(b"\x08\0\0\0mimetype");
            z.extend(contenuto);
            z.extend(b"PK\x03\x04");
            z
        };
        assert_eq!(riconosci(&zip(b"application/vnd.etsi.asic-e+zip")), "application/vnd.etsi.asic-e+zip");
        assert_eq!(riconosci(&zip(b"text/html\r\nSet-Cookie: a")), "application/zip");
        assert_eq!(riconosci(b"PK\x03\x04"), "application/zip");
    }

    #[test]
    fn a_pdf_may_begin_late() {
        assert_eq!(riconosci(b"%PDF-1.7\n"), PDF);
        assert_eq!(riconosci(b"\0\0\x01%PDF-1.4\n\xe2\xe3"), PDF);
    }
}
