//! What the check reads inside real files, and what it says of those that it cannot read.

use axum::http::StatusCode;
use jiff::civil::date;
use pdf::{Ente, Meta, Modello};
use serde_json::json;

use crate::casa::{Casa, VALBRUNA};

const ADA: &str = "ada.u_valbruna";
const LETTERA: Modello = Modello {
    nome: "prova",
    sorgente: "#import \"base.typ\": *\n#show: documento\n#for capo in dati.testo { disteso(capo) }",
};

/// A PDF of ours, with those words.
fn nostro(testo: &str) -> Vec<u8> {
    let meta = Meta {
        titolo: "Liquidazione".into(),
        ente: Ente {
            denominazione: "Unione di Valbruna".into(),
            aoo: "AOO".into(),
            codice_ipa: VALBRUNA.into(),
            indirizzo: None,
        },
        istante: "2027-02-20T08:00:00Z".parse().unwrap(),
        identificativo: "prova".into(),
    };
    pdf::rendi(&LETTERA, &json!({ "testo": [testo] }), &meta).unwrap()
}

/// A PDF written by hand: whether it is encrypted, what its only page draws.
fn a_mano(cifrato: bool, disegno: &str) -> Vec<u8> {
    let oggetti = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /X1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{disegno}\nendstream", disegno.len()),
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /Filter /DCTDecode /Length 1 >>\nstream\nx\nendstream"
            .to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut tabella = String::from("xref\n0 6\n0000000000 65535 f \n");
    for (n, o) in oggetti.iter().enumerate() {
        tabella += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{o}\nendobj\n", n + 1);
    }
    let (inizio, cifra) = (file.len(), if cifrato { "/Encrypt << /Filter /Standard >>" } else { "" });
    file += &format!("{tabella}trailer\n<< /Size 6 /Root 1 0 R {cifra} >>\nstartxref\n{inizio}\n%%EOF");
    file.into_bytes()
}

async fn anteprima(casa: &Casa, ada: &str, nome: &str, byte: &[u8]) -> String {
    let nuovo = "/e/u_valbruna/albo/nuovo";
    let r = casa.leggi(nuovo, ada).await;
    let campi = [
        ("csrf", r.nascosto("csrf")),
        ("chiave", r.nascosto("chiave")),
        ("oggetto", "Liquidazione"),
        ("tipo", "determina"),
        ("forma", "integrale"),
    ];
    let r = casa.carica(nuovo, ada, &campi, &[("file", nome, byte)]).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    casa.leggi(r.header("location"), ada).await.corpo
}

/// C4, with the files that offices have.
#[tokio::test]
async fn real_files_are_read_and_what_cannot_be_is_said() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let ada = casa.entra(ADA).await;
    let firmata = [&b"\x30\x82\x04\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"[..], &[0; 1024]].concat();
    let (cf, iban, salute) = ("codice fiscale", "coordinate bancarie", "stato di salute");
    for (nome, byte, trovati, non_controllato) in [
        (
            "liquidazione.pdf",
            nostro("Si liquida a persona disabile, c.f. RSSMRA85T10A562S, su IT60 X054 2811 1010 0000 0123 456."),
            vec![cf, iban, salute],
            "",
        ),
        ("pulita.pdf", nostro("Si affida lo sgombero della neve."), vec![], ""),
        ("cifrata.pdf", a_mano(true, ""), vec![], "il PDF è cifrato"),
        ("scansione.pdf", a_mano(false, "q 595 0 0 842 0 0 cm /X1 Do Q"), vec![], "ha pagine che sono immagini"),
        ("rotta.pdf", b"%PDF-1.7 non intero".to_vec(), vec![], "il PDF è danneggiato"),
        ("firmata.pdf.p7m", firmata, vec![], "è una busta firmata"),
        ("foto.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), vec![], "è un’immagine"),
        ("elenco.txt", "c.f. RSSMRA85T10A562S".into(), vec![cf], ""),
    ] {
        let pagina = anteprima(&casa, &ada, nome, &byte).await;
        for parole in [cf, iban, salute] {
            assert_eq!(pagina.contains(parole), trovati.contains(&parole), "{nome}, {parole}: {pagina}");
        }
        assert_eq!(pagina.contains("si possono pubblicare così"), !trovati.is_empty(), "{nome}");
        assert_eq!(pagina.contains("non controllato"), !non_controllato.is_empty(), "{nome}: {pagina}");
        assert!(pagina.contains(non_controllato), "{nome}: {pagina}");
    }
    casa.butta().await;
}

/// The file that takes the place of another passes the same check, and the confirmation is about that file alone.
#[tokio::test]
async fn a_replacement_is_checked_like_the_first_file() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let mut tx = casa.tx(VALBRUNA).await;
    let chi = casa.chi(&mut tx).await;
    let filo = documenti::nuovo_filo(&mut tx, &chi, "Liquidazione").await.unwrap().0;
    tx.commit().await.unwrap();
    let d = albo::commands::DaPubblicare { filo, ..crate::casa::delibera("Liquidazione") };
    let (_, p) = casa.pubblica(&d).await.unwrap();
    let ada = casa.entra(ADA).await;
    let pagina = format!("/e/u_valbruna/albo/{}/{}/sostituisci", p.anno, p.numero.corto());
    let form = casa.leggi(&pagina, &ada).await;
    assert!(!form.corpo.contains("si può pubblicare così"), "nothing to confirm before a file has been looked at");
    let mut tx = casa.tx(VALBRUNA).await;
    let id = albo::queries::atto(&mut tx, p.anno, p.numero).await.unwrap().unwrap().id;
    let tolto = albo::queries::file(&mut tx, id).await.unwrap()[0].id.to_string();
    drop(tx);
    let csrf = form.nascosto("csrf").to_owned();
    let manda = async |byte: &[u8], altri: &[(&str, &str)]| {
        let mut campi = vec![("csrf", csrf.as_str()), ("tolto", &tolto), ("motivo", "dati di troppo")];
        campi.extend(altri);
        casa.carica(&pagina, &ada, &campi, &[("file", "omissis.pdf", byte)]).await
    };
    let (male, altro) = (nostro("Di RSSMRA85T10A562S"), nostro("Di VRDLGI70A01H501Z"));
    for conferma in [&[][..], &[("conferma", "si")]] {
        let r = manda(&male, conferma).await;
        assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
        for atteso in ["ALB-005", "codice fiscale di persona", "si può pubblicare così"] {
            assert!(r.corpo.contains(atteso), "{atteso}: {}", r.corpo);
        }
    }
    let visto = kernel::Impronta::di(&male).to_string();
    let r = manda(&altro, &[("conferma", "si"), ("visto", &visto)]).await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY, "another file is another look");
    let r = manda(&male, &[("conferma", "si"), ("visto", &visto)]).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let mut m = casa.prova.manut.tx().await.unwrap();
    let scritta: String = sqlx::query_scalar(
        "select convert_from(contenuto, 'UTF8')::jsonb ->> 'avvisi_confermati' from registri.voce where operazione = 3",
    )
    .fetch_one(m.conn())
    .await
    .unwrap();
    assert_eq!(scritta, "codice_fiscale", "the confirmation is in the register");
    drop(m);
    // A clean one needs no confirmation; an unreadable one says so beside its name.
    let mut tx = casa.tx(VALBRUNA).await;
    let tolto = albo::queries::file(&mut tx, id).await.unwrap().pop().unwrap().id.to_string();
    drop(tx);
    let campi = [("csrf", csrf.as_str()), ("tolto", &tolto), ("motivo", "ancora")];
    let scansione = a_mano(false, "q 595 0 0 842 0 0 cm /X1 Do Q");
    let r = casa.carica(&pagina, &ada, &campi, &[("file", "scansione.pdf", &scansione)]).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let atto = casa.leggi(r.header("location"), &ada).await.corpo;
    assert!(atto.contains("non controllato: ha pagine che sono immagini"), "{atto}");
    let esito = registers::verifica::verifica(&casa.prova.manut, None, &[], albo::PROIEZIONI).await.unwrap();
    assert_eq!(esito.anomalie, []);
    casa.butta().await;
}
