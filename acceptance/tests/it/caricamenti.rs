//! Uploads that go wrong, on a real connection, against the real form of the protocol: a sentence with its code, and not a
//! byte or a row more than before.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::services;
use bytes::Bytes;
use sqlx::AssertSqlSafe;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::mondo::{Mondo, due_comuni};
use crate::rotte::{sito, token};

const MIB: usize = 1 << 20;

/// The site on a port, and a clerk with the form open.
struct Sportello {
    mondo: Mondo,
    porta: u16,
    biscotto: String,
    campi: Vec<(&'static str, String)>,
}

impl Sportello {
    async fn apri() -> Sportello {
        let mondo = due_comuni().await;
        let ascolto = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let porta = ascolto.local_addr().unwrap().port();
        let servizio = sito(&mondo).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(ascolto, servizio).await });
        let biscotto = format!("alleanza={}", token(&mondo, "giulia.ventresca").await);
        let mut s = Sportello { mondo, porta, biscotto, campi: Vec::new() };
        let pagina = s.invia("GET", "", std::iter::empty()).await.unwrap();
        let nascosto = |nome: &str| {
            let (_, resto) = pagina.split_once(&format!(r#"name="{nome}" value=""#)).unwrap();
            resto.split('"').next().unwrap().to_owned()
        };
        s.campi = [
            ("verso", "E"),
            ("nome-1", "Edil Gizio s.r.l."),
            ("tipo-1", "PG"),
            ("oggetto", "Disegni del tetto"),
            ("ufficio", "SEG"),
            ("classifica", "VI.5"),
            ("mezzo", "posta"),
        ]
        .map(|(n, v)| (n, v.to_owned()))
        .into();
        s.campi.extend([("csrf", nascosto("csrf")), ("chiave", nascosto("chiave"))]);
        s
    }

    /// The texts of the form, as the beginning of a multipart body.
    fn testi(&self) -> Bytes {
        let parte =
            |(n, v): &(&str, String)| format!("--x\r\ncontent-disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n");
        Bytes::from(self.campi.iter().map(parte).collect::<String>())
    }

    /// Sends a request in pieces as they are made, and reads the answer. An answer may come before the end.
    async fn invia(&self, metodo: &str, tipo: &str, pezzi: impl Iterator<Item = Bytes>) -> std::io::Result<String> {
        let mut c = TcpStream::connect(("127.0.0.1", self.porta)).await?;
        let testa = format!(
            "{metodo} /e/c_e307/protocollo/nuovo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {}\r\n\
             sec-fetch-site: same-origin\r\ncontent-type: {tipo}\r\ntransfer-encoding: chunked\r\n\r\n",
            self.biscotto
        );
        c.write_all(testa.as_bytes()).await?;
        for p in pezzi {
            c.write_all(format!("{:x}\r\n", p.len()).as_bytes()).await?;
            c.write_all(&p).await?;
            c.write_all(b"\r\n").await?;
        }
        c.write_all(b"0\r\n\r\n").await?;
        let mut risposta = Vec::new();
        c.read_to_end(&mut risposta).await?;
        Ok(String::from_utf8_lossy(&risposta).into_owned())
    }

    async fn carica(&self, file: impl Iterator<Item = Bytes>) -> String {
        let pezzi = std::iter::once(self.testi()).chain(file).chain([Bytes::from_static(b"--x--\r\n")]);
        self.invia("POST", "multipart/form-data; boundary=x", pezzi).await.unwrap()
    }

    /// How many rows every table of an ente holds, and every file of the archive, those still arriving too.
    async fn stato(&self) -> (Vec<(&'static str, i64)>, Vec<PathBuf>) {
        let mut c = self.mondo.prova.come("alleanza_super").await.unwrap();
        let mut righe = Vec::new();
        for (t, _) in services::tabelle() {
            let sql = AssertSqlSafe(format!("select count(*) from {t}"));
            righe.push((t, sqlx::query_scalar(sql).fetch_one(&mut c).await.unwrap()));
        }
        (righe, file_di(&self.mondo.cartella))
    }
}

fn file_di(cartella: &Path) -> Vec<PathBuf> {
    let mut file = Vec::new();
    for e in std::fs::read_dir(cartella).unwrap() {
        let e = e.unwrap();
        if e.file_type().unwrap().is_dir() { file.extend(file_di(&e.path())) } else { file.push(e.path()) }
    }
    file.sort();
    file
}

/// A file of so many mebibytes, made while it is sent.
fn file(campo: &str, nome: &str, mib: usize) -> impl Iterator<Item = Bytes> + use<> {
    let testa = format!(
        "--x\r\ncontent-disposition: form-data; name=\"{campo}\"; filename=\"{nome}\"\r\n\
         content-type: application/pdf\r\n\r\n%PDF-1.7 {nome}\n"
    );
    let pezzo = Bytes::from(vec![b'a'; MIB]);
    std::iter::once(Bytes::from(testa)).chain(std::iter::repeat_n(pezzo, mib)).chain([Bytes::from_static(b"\r\n")])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_cannot_be_taken_writes_nothing_and_says_why() {
    let s = Sportello::apri().await;
    let prima = s.stato().await;

    let troppo_grande = s.carica(file("documento", "piccolo.pdf", 1).chain(file("allegati", "grande.pdf", 101))).await;
    assert!(troppo_grande.starts_with("HTTP/1.1 413"), "{troppo_grande}");
    for parola in ["ARC-001", "«grande.pdf»", "I file vanno scelti di nuovo"] {
        assert!(troppo_grande.contains(parola), "{parola}: {troppo_grande}");
    }
    assert_eq!(s.stato().await, prima);

    let trentuno = s.carica((1..=31).flat_map(|n| file("allegati", &format!("{n}.pdf"), 0))).await;
    assert!(trentuno.starts_with("HTTP/1.1 413") && trentuno.contains("WEB-006"), "{trentuno}");
    assert!(trentuno.contains("al massimo 30 file: «31.pdf» non è entrato."), "{trentuno}");
    assert_eq!(s.stato().await, prima);

    // The cable is cut in the middle of the second file: the first, which arrived whole, goes too.
    let mut c = TcpStream::connect(("127.0.0.1", s.porta)).await.unwrap();
    let testa = format!(
        "POST /e/c_e307/protocollo/nuovo HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: {}\r\n\r\n",
        s.biscotto,
        50 * MIB
    );
    c.write_all(testa.as_bytes()).await.unwrap();
    c.write_all(&s.testi()).await.unwrap();
    for p in file("documento", "intero.pdf", 1).chain(file("allegati", "rotto.pdf", 20).take(12)) {
        c.write_all(&p).await.unwrap();
    }
    // Something is there before the cut, or the test would prove nothing.
    aspetta(async || s.stato().await.1.len() > prima.1.len()).await;
    drop(c);
    aspetta(async || s.stato().await == prima).await;

    // And the same form, with the file that fits, is one registration and one document.
    let bene = s.carica(file("documento", "piccolo.pdf", 1)).await;
    assert!(bene.starts_with("HTTP/1.1 303") && bene.contains("registrata=si"), "{bene}");
    let (righe, archivio) = s.stato().await;
    assert_eq!(archivio.len(), prima.1.len() + 1);
    let nate = |t: &str| righe.iter().zip(&prima.0).find(|(d, _)| d.0 == t).map(|(d, p)| d.1 - p.1);
    assert_eq!((nate("protocollo.registrazione"), nate("documenti.documento")), (Some(1), Some(1)));
    s.mondo.prova.butta().await.unwrap();
}

async fn aspetta(vero: impl AsyncFn() -> bool) {
    for _ in 0..400 {
        if vero().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never came true");
}
