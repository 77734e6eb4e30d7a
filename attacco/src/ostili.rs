//! Files made to hurt: bombs, abysses, names that read backwards, bytes that are no text. Made here, so that none is kept in the
//! repository; the same at every run.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// A hostile file and what it tries.
pub struct Ostile {
    pub nome: &'static str,
    pub byte: Vec<u8>,
}

const MEGA: usize = 1 << 20;

/// All of them. The largest are a few megabytes: what they would become is another matter.
pub fn tutti() -> Vec<Ostile> {
    let mut tutti = Vec::new();
    let mut metti = |nome, byte| tutti.push(Ostile { nome, byte });
    for (nome, byte) in testi().into_iter().chain(strutture()).chain(moduli()).chain(contenitori()).chain(pdf()) {
        metti(nome, byte);
    }
    tutti
}

type File = (&'static str, Vec<u8>);

fn testi() -> Vec<File> {
    vec![
        ("nothing", Vec::new()),
        ("nul", vec![0; MEGA]),
        ("no text at all", vec![0xff; 100_000]),
        ("every byte", (0..=255).cycle().take(70_000).collect()),
        (
            "overlong and surrogates in UTF-8",
            b"\xc0\x80\xe0\x80\xaf\xed\xa0\x80\xed\xb0\x80\xf4\x90\x80\x80\xf8\x88".to_vec(),
        ),
        ("a character cut in two", "delibera è".as_bytes()[..10].to_vec()),
        ("UTF-16 with its mark", b"\xff\xfed\x00e\x00l\x00".to_vec()),
        ("a name that reads backwards", "fattura\u{202e}fdp.exe".into()),
        ("isolates and marks", "a\u{2066}b\u{2069}c\u{200f}d\u{61c}.pdf".into()),
        ("invisible signs", "a\u{200b}\u{feff}\u{ad}b\u{2060}".into()),
        ("not characters", "a\u{ffff}b\u{fffe}c\u{fdd0}d\u{10ffff}e".into()),
        ("a path", "../../../../etc/passwd\0.pdf".into()),
        ("a Windows path", "C:\\..\\..\\atti\\con.pdf:flusso".into()),
        ("a terminal escape", "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m".into()),
        ("a header in a value", "x\r\nSet-Cookie: a=b\r\n\r\n<html>".into()),
        ("one letter with many accents", format!("a{}", "\u{301}".repeat(200_000)).into()),
        ("one very long word", "a".repeat(3 * MEGA).into()),
        ("spaces", " ".repeat(3 * MEGA).into()),
        ("a sea of it", "it ".repeat(700_000).into()),
        ("almost IBAN", "it60x0542811101000000123456 ".repeat(50_000).into()),
        ("digits", "9".repeat(MEGA).into()),
        ("signs", "-".repeat(MEGA).into()),
        ("points and commas", "1.".repeat(500_000).into()),
        ("dates that are not", "31/02/2026".into()),
        ("digits of another script", "٣٠/٠٩/٢٠٢٦".into()),
        ("SQL", "'; drop table accesso.ente; --".into()),
        ("a template", "{{ 7*7 }}${7*7}<%= 7*7 %>#{7*7}".into()),
        ("markup", "]]></title><script>alert(1)</script><!-- \"'&".into()),
    ]
}

fn strutture() -> Vec<File> {
    let abisso = |apri: &str, n: usize| apri.repeat(n).into_bytes();
    let mut chiuso = abisso("{\"a\":", 100_000);
    chiuso.extend(b"1");
    chiuso.extend("}".repeat(100_000).bytes());
    vec![
        ("an abyss of arrays", abisso("[", MEGA)),
        ("an abyss of objects", chiuso),
        ("the last depth that is allowed", [abisso("{\"a\":", 31), b"{}".to_vec(), abisso("}", 31)].concat()),
        ("one depth too many", [abisso("{\"a\":", 32), b"{}".to_vec(), abisso("}", 32)].concat()),
        ("the same key twice", b"{\"a\":1,\"a\":2}".to_vec()),
        ("numbers at the edge", b"{\"a\":9007199254740991,\"b\":-9007199254740991}".to_vec()),
        ("numbers past the edge", b"{\"a\":9007199254740992}".to_vec()),
        ("a number without end", format!("{{\"a\":{}}}", "9".repeat(400_000)).into()),
        ("an exponent", b"{\"a\":1e999999999,\"b\":-0,\"c\":0.1}".to_vec()),
        ("half a surrogate", b"{\"a\":\"\\ud800\"}".to_vec()),
        ("escapes that need not be", b"{\"a\":\"\\u0061\\/\"}".to_vec()),
        ("a period that ends before it begins", b"{\"dal\":\"2026-02-02\",\"al\":\"2026-02-01\"}".to_vec()),
        ("a period as long as time", b"{\"dal\":\"-9999-01-01\",\"al\":\"9999-12-31\"}".to_vec()),
        ("a term as long as time", b"{\"giorni\":65535,\"computo\":\"giorno_iniziale_escluso\"}".to_vec()),
        (
            "a head that is none",
            b"{\"ente\":\"\",\"aoo\":\"\",\"registro\":\"\",\"catena\":0,\"posizione\":-1,\"impronta\":\"zz\"}"
                .to_vec(),
        ),
        ("an open quote", format!("belfiore,istat\n\"{}", "x".repeat(MEGA)).into()),
        ("a row of commas", ",".repeat(MEGA).into()),
        ("rows without columns", "belfiore\n\n\na\na,b,c\n".into()),
        ("laughs", LAUGHS.into()),
        ("an entity from elsewhere", b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>".to_vec()),
        ("a message of headers", format!("From: a@b.it\r\n{}", "X-A: b\r\n".repeat(200_000)).into()),
        ("an envelope as long as it says", [b"\x30\x84\xff\xff\xff\xff".to_vec(), vec![0x30; 5_000]].concat()),
        ("base64 of nothing", "MII=".repeat(200_000).into()),
    ]
}

const LAUGHS: &str = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ah\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
     <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]><l>&d;&d;&d;&d;&d;</l>";

/// The boundary that every multipart body here uses.
pub const CONFINE: &str = "X";

fn moduli() -> Vec<File> {
    let parte = |testa: &str, corpo: &str| format!("--X\r\ncontent-disposition: form-data; {testa}\r\n\r\n{corpo}\r\n");
    let tante: String = (0..3_000).map(|n| parte(&format!("name=\"c{n}\""), "v")).collect();
    let file: String = (0..3_000).map(|n| parte(&format!("name=\"f\"; filename=\"{n}.pdf\""), "%PDF-")).collect();
    vec![
        ("a form of empty fields", "a&".repeat(400_000).into()),
        ("a form of one field", format!("a={}", "x".repeat(MEGA)).into()),
        ("a form of escapes", "%25%00%zz%e8%".repeat(50_000).into()),
        ("a form of brackets", "a[b][c][d]=1&".repeat(50_000).into()),
        ("thousands of parts", format!("{tante}--X--\r\n").into()),
        ("thousands of files", format!("{file}--X--\r\n").into()),
        ("a part without end", format!("{}{}", parte("name=\"a\"", "x"), "y".repeat(2 * MEGA)).into()),
        ("a part without a name", format!("{}--X--\r\n", parte("filename=\"a\"", "x")).into()),
        ("a name in pieces", format!("{}--X--\r\n", parte("name=\"a\\\"; name=\"csrf\"", "x")).into()),
        ("secrets", format!("{}{}--X--\r\n", parte("name=\"csrf\"", "x"), parte("name=\"parola\"", "y")).into()),
        ("headers without end", format!("--X\r\n{}", "a: b\r\n".repeat(100_000)).into()),
        ("only boundaries", "--X\r\n".repeat(100_000).into()),
        ("etags", "\"a\",W/\"b\",,,\"\\\",*x".repeat(1_000).into()),
        ("another site", "//evil.it/\\evil.it".into()),
        ("a host with everything", "user@evil.it:80:80/../?#".into()),
        ("a host of points", ".".repeat(300).into()),
    ]
}

fn zeri(n: usize) -> Vec<u8> {
    let mut z = ZlibEncoder::new(Vec::new(), Compression::best());
    z.write_all(&vec![b' '; n]).unwrap();
    z.finish().unwrap()
}

/// A local file header: what follows says what it likes.
fn zip(nome: &[u8], compressi: u32, aperti: u32, metodo: u16, dati: &[u8]) -> Vec<u8> {
    let mut z = b"PK\x03\x04\x14\0\0\0".to_vec();
    z.extend(metodo.to_le_bytes());
    z.extend([0; 8]);
    z.extend(compressi.to_le_bytes());
    z.extend(aperti.to_le_bytes());
    z.extend(u16::try_from(nome.len()).unwrap().to_le_bytes());
    z.extend([0; 2]);
    z.extend(nome);
    z.extend(dati);
    z
}

fn contenitori() -> Vec<File> {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(&vec![0; 64 * MEGA]).unwrap();
    let dati = deflate.finish().unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![0; 64 * MEGA]).unwrap();
    vec![
        ("a ZIP bomb", zip(b"a", u32::try_from(dati.len()).unwrap(), 64 << 20, 8, &dati)),
        ("a ZIP that promises four gigabytes", zip(b"mimetype", u32::MAX, u32::MAX, 0, b"application/zip")),
        ("a ZIP with a header for a type", zip(b"mimetype", 24, 24, 0, b"text/html\r\nSet-Cookie: a")),
        ("a ZIP that climbs", zip(b"../../etc/passwd", 1, 1, 0, b"x")),
        ("a ZIP cut short", b"PK\x03\x04\x14".to_vec()),
        ("a gzip bomb", gzip.finish().unwrap()),
    ]
}

/// A PDF of these objects, with its table.
pub fn con_oggetti(oggetti: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.5\n".to_vec();
    let mut posti = Vec::new();
    for (n, o) in oggetti.iter().enumerate() {
        posti.push(file.len());
        file.extend(format!("{} 0 obj\n", n + 1).bytes());
        file.extend(o);
        file.extend(b"\nendobj\n");
    }
    let inizio = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", oggetti.len() + 1).bytes());
    for p in posti {
        file.extend(format!("{p:010} 00000 n \n").bytes());
    }
    file.extend(format!("trailer\n<< /Root 1 0 R /Size {} >>\nstartxref\n{inizio}\n%%EOF", oggetti.len() + 1).bytes());
    file
}

fn pdf() -> Vec<File> {
    let catalogo = b"<< /Type /Catalog /Pages 2 0 R >>".to_vec();
    let pagine = b"<< /Type /Pages /Kids [3 0 R] >>".to_vec();
    let pagina = |resto: &str| format!("<< /Type /Page /MediaBox [0 0 595 842] {resto} >>").into_bytes();
    // Each stream opens into sixteen megabytes, and there are two hundred.
    let bomba = zeri(16 * MEGA);
    let mut bombe = b"%PDF-1.4\n".to_vec();
    for _ in 0..200 {
        bombe.extend(b"<<>> stream\n");
        bombe.extend(&bomba);
        bombe.extend(b"\nendstream\n(titolo) Tj\n");
    }
    // A stream is as long as another stream says, which is as long as another one says.
    let mut catena = vec![catalogo.clone(), pagine.clone(), pagina("/Contents 4 0 R")];
    catena.extend((4..=390).map(|n| format!("<< /Length {} 0 R >>\nstream\nx\nendstream", n + 1).into_bytes()));
    let disegno = format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", bomba.len());
    let contenuto = [disegno.into_bytes(), bomba.clone(), b"\nendstream".to_vec()].concat();
    let ripetuta = pagina(&format!("/Contents [{}]", "4 0 R ".repeat(300)));
    let infinito = pagina(&format!("/X {} /Y 1{}", "9".repeat(60), "0".repeat(400)));
    let sana = con_oggetti(&[catalogo.clone(), pagine.clone(), pagina("")]);
    let sezioni = {
        let mut f = sana[..sana.windows(4).position(|w| w == b"xref").unwrap()].to_vec();
        let inizio = f.len();
        f.extend(b"xref\n");
        f.extend("0 0\n".repeat(1_500_000).bytes());
        f.extend(format!("trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n{inizio}\n%%EOF").bytes());
        f
    };
    vec![
        ("a sound PDF", sana),
        ("a PDF of bombs", bombe),
        (
            "a drawing that is a bomb",
            con_oggetti(&[catalogo.clone(), pagine.clone(), pagina("/Contents 4 0 R"), contenuto.clone()]),
        ),
        ("the same bomb many times", con_oggetti(&[catalogo.clone(), pagine.clone(), ripetuta, contenuto])),
        ("streams as long as streams", con_oggetti(&catena)),
        ("numbers too large to write", con_oggetti(&[catalogo.clone(), pagine.clone(), infinito])),
        ("a table of empty sections", sezioni),
        ("a million streams", [b"%PDF-1.4\n".to_vec(), b"stream\nx endstream\n".repeat(200_000)].concat()),
        ("a string in a string", [b"%PDF-1.4\n".to_vec(), b"(".repeat(2 * MEGA)].concat()),
        ("a PDF that begins late", [vec![0; 1_000], b"%PDF-1.4".to_vec()].concat()),
        ("a PDF in a picture", [b"GIF89a".to_vec(), b"%PDF-1.4\nstartxref\n0\n%%EOF".to_vec()].concat()),
        ("a page in an abyss", con_oggetti(&[catalogo, pagine, "[".repeat(400_000).into_bytes()])),
    ]
}
