//! One function for each reader, with what it promises.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use kernel::{
    Cig, CodiceBelfiore, CodiceFiscale, CodiceIpa, Cup, Data, Esercizio, GiornoMese, Iban, Importo, Impronta, Numero,
    PartitaIva, Periodo, Termine, tempo, testo,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Bersaglio;

macro_rules! bersagli {
    ($($nome:ident),+ $(,)?) => {
        /// Every reader of the house that is fed by strangers.
        pub const BERSAGLI: &[Bersaglio] = &[$(Bersaglio { nome: stringify!($nome), colpisci: $nome }),+];
    };
}

bersagli! {
    canonico, codici, importi, date, periodi, testi, nomi_di_file, tipo_di_file, timbro, testo_di_pdf, dati_personali, host,
    ritorno, modulo, multipart, etichette, elenco_dei_comuni, teste, flusso, slug, chiave_di_pagina,
    gettone,
}

/// The day on which people type dates, in these tests.
const OGGI: Data = jiff_date();

const fn jiff_date() -> Data {
    Data::constant(2026, 11, 25)
}

fn come_testo(byte: &[u8]) -> String {
    String::from_utf8_lossy(byte).into_owned()
}

/// Canonical bytes are the only spelling of their content, both ways.
fn canonico(byte: &[u8]) {
    if let Ok(v) = formats::canonical::leggi(byte) {
        assert_eq!(formats::canonical::bytes(&v).unwrap(), byte);
    }
    if let Ok(v) = serde_json::from_slice::<serde_json::Value>(byte)
        && let Ok(scritti) = formats::canonical::bytes(&v)
    {
        assert_eq!(formats::canonical::leggi(&scritti).unwrap(), v);
    }
}

/// What was read is written so that it reads the same, as text and as JSON.
fn giro<T>(scritto: &str)
where
    T: FromStr<Err: Debug> + Display + PartialEq + Debug + Serialize + DeserializeOwned,
{
    if let Ok(letto) = scritto.parse::<T>() {
        assert_eq!(letto.to_string().parse::<T>().unwrap(), letto);
        let json = serde_json::to_string(&letto).unwrap();
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), letto, "{json}");
    }
}

fn codici(byte: &[u8]) {
    let s = come_testo(byte);
    giro::<CodiceIpa>(&s);
    giro::<CodiceBelfiore>(&s);
    giro::<CodiceFiscale>(&s);
    giro::<PartitaIva>(&s);
    giro::<Iban>(&s);
    giro::<Cig>(&s);
    giro::<Cup>(&s);
    giro::<Numero>(&s);
    giro::<Impronta>(&s);
    giro::<GiornoMese>(&s);
    // A code goes in addresses, file names and SQL comments of exports.
    if let Ok(c) = s.parse::<CodiceIpa>() {
        assert!(c.as_str().len() <= 30 && c.as_str().bytes().all(|b| b.is_ascii_graphic() && b != b'/'), "{c}");
    }
}

fn importi(byte: &[u8]) {
    let s = come_testo(byte);
    giro::<Importo>(&s);
    for letto in [s.parse::<Importo>().ok(), Importo::da_decimale(&s).ok()].into_iter().flatten() {
        assert_eq!(Importo::da_decimale(&letto.decimale()), Ok(letto));
    }
    // Weights from the same bytes: the parts always sum to the whole.
    let pesi: Vec<u64> = byte.chunks(8).map(|c| c.iter().fold(0, |n, b| n << 8 | u64::from(*b))).collect();
    let intero = Importo::di_centesimi(pesi.first().copied().unwrap_or_default() as i64);
    if let Ok(parti) = intero.ripartisci(&pesi) {
        assert_eq!(Importo::somma(parti), Ok(intero));
    }
}

fn date(byte: &[u8]) {
    let s = come_testo(byte);
    if let Ok(d) = tempo::leggi_data(&s, OGGI) {
        assert!((1800..=2199).contains(&d.year()), "{s:?} is {d}");
        assert_eq!(tempo::leggi_data(&tempo::breve(d), OGGI), Ok(d));
        assert_eq!(tempo::giorno_a_roma(tempo::inizio_del_giorno(d)), d);
    }
}

fn periodi(byte: &[u8]) {
    if let Ok(p) = serde_json::from_slice::<Periodo>(byte) {
        assert!(p.al().is_none_or(|al| p.dal() <= al) && p.contiene(p.dal()));
        assert!(p.fine().is_none_or(|fine| p.inizio() <= fine));
    }
    if let Ok(t) = serde_json::from_slice::<Termine>(byte) {
        assert!(t.ultimo_giorno(OGGI) >= OGGI);
    }
    if let Ok(e) = serde_json::from_slice::<Esercizio>(byte) {
        assert!(e.periodo().contiene(e.periodo().dal()));
    }
}

/// What may not enter a register, a page or an XML file.
fn vietato(c: char) -> bool {
    let bidi = matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let non_carattere = matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE;
    bidi || non_carattere || (c.is_control() && c != '\n')
}

fn testi(byte: &[u8]) {
    let s = come_testo(byte);
    if let Ok(riga) = testo::pulisci_riga(&s, 300) {
        assert!(riga.chars().count() <= 300 && !riga.contains('\n') && !riga.chars().any(vietato), "{riga:?}");
        assert_eq!(testo::pulisci_riga(&riga, 300).as_ref(), Ok(&riga));
    }
    if let Ok(righe) = testo::pulisci_testo(&s, 3_000) {
        assert!(righe.chars().count() <= 3_000 && !righe.chars().any(vietato), "{righe:?}");
        assert_eq!(testo::pulisci_testo(&righe, 3_000).as_ref(), Ok(&righe));
    }
}

fn nomi_di_file(byte: &[u8]) {
    let nome = testo::nome_di_file(&come_testo(byte));
    assert!(!nome.is_empty() && nome.len() <= 150 && !nome.starts_with('.') && !nome.chars().any(vietato), "{nome:?}");
    assert!(!testo::nome_ingannevole(&nome) && nome != ".." && !nome.contains(['/', '\\', '\n', '"']), "{nome:?}");
    assert_eq!(testo::nome_di_file(&nome), nome);
    let scaricato = albo::prova::nome_di_download(&nome);
    assert!(!testo::nome_ingannevole(&scaricato) && scaricato.len() <= 150, "{scaricato:?}");
}

/// A media type goes in a header: nothing in the file may write another one.
fn tipo_di_file(byte: &[u8]) {
    let tipo = storage::prova::tipo(byte);
    let lecito = |b: u8| b.is_ascii_alphanumeric() || b"/.+-".contains(&b);
    assert!(tipo.len() <= 100 && tipo.contains('/') && tipo.bytes().all(lecito), "{tipo:?}");
}

/// A stamp, or a reason; the received bytes are always the untouched beginning, and a stamped copy can be stamped.
fn timbro(byte: &[u8]) {
    match pdf::timbra(byte, &["Comune di Prova", "PG 0000001 del 25/11/2026"]) {
        Ok(timbrato) => {
            assert!(timbrato.starts_with(byte) && timbrato.len() < byte.len() + (4 << 20), "{}", timbrato.len());
            let ancora = pdf::timbra(&timbrato, &["Comune di Prova"]);
            assert!(matches!(ancora, Ok(_) | Err(pdf::PdfError::NonTimbrabile { .. })), "{ancora:?}");
        }
        Err(pdf::PdfError::NonTimbrabile { .. }) => {}
        Err(e) => panic!("{e}"),
    }
}

/// What a PDF says is bounded, whatever it promises.
fn testo_di_pdf(byte: &[u8]) {
    let letto = pdf::leggi(byte);
    assert!(letto.testo.len() <= 16 << 20, "{} bytes of text", letto.testo.len());
}

fn dati_personali(byte: &[u8]) {
    let s = come_testo(byte);
    // What is found in a text is found in a longer one.
    let dentro = albo::model::privacy::esamina(&format!("premessa {s} chiusa"));
    assert!(albo::model::privacy::esamina(&s).is_subset(&dentro));
}

fn host(byte: &[u8]) {
    let s = come_testo(byte);
    if let Some(nome) = web::prova::host(&s) {
        let lecito = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
        assert!((1..=253).contains(&nome.len()) && nome.bytes().all(lecito), "{nome:?}");
        assert!(s.to_ascii_lowercase().starts_with(&nome), "{s:?} is {nome:?}");
    }
}

/// The way back after the door never leads to another site, nor splits a header.
fn ritorno(byte: &[u8]) {
    let s = come_testo(byte);
    let qui = web::prova::ritorno(&s);
    assert!(qui.starts_with('/') && !qui.starts_with("//") && !qui.starts_with("/\\"), "{qui:?}");
    assert!(qui.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !qui.contains('\\'), "{qui:?}");
    assert_eq!(web::prova::ritorno(qui), qui);
}

fn modulo(byte: &[u8]) {
    if let Some(campi) = web::prova::modulo(byte) {
        assert!(campi <= web::prova::CAMPI_MAX, "{campi} fields");
    }
}

fn multipart(byte: &[u8]) {
    let campi = web::prova::multipart(byte);
    let testo: usize = campi.iter().map(|(_, v)| v.len()).sum();
    assert!(campi.len() <= 500 && testo <= 1 << 20, "{} fields, {testo} bytes", campi.len());
    assert!(!campi.iter().any(|(n, _)| n == "csrf" || n.contains("parola")), "a secret came back");
}

fn etichette(byte: &[u8]) {
    // Any header value: the answer is yes only when one of the tags is ours.
    let s = come_testo(byte);
    if web::prova::non_modificato(&s, "\"abc\"") {
        assert!(s.contains('*') || s.contains("\"abc\""), "{s:?}");
    }
}

/// A token, or the keys of a provider, from whoever answers in its place: nothing that was not signed is believed.
fn gettone(byte: &[u8]) {
    // RFC 7515, A.3.
    const CHIAVI: &[u8] = br#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290\
                         Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let s = come_testo(byte);
    assert!(authz::prova::gettone(CHIAVI, TOKEN).is_some());
    assert!(s == TOKEN || authz::prova::gettone(CHIAVI, &s).is_none(), "{s:?}");
    let in_coda = format!("{TOKEN}{s}");
    assert!(s.is_empty() || authz::prova::gettone(CHIAVI, &in_coda).is_none(), "{in_coda:?}");
    assert!(byte == CHIAVI || authz::prova::gettone(byte, TOKEN).is_none());
}

fn elenco_dei_comuni(byte: &[u8]) {
    if let Some(colonne) = enti::prova::elenco(byte) {
        assert!(colonne.windows(2).all(|w| w[0] == w[1]), "columns of different length: {colonne:?}");
    }
}

fn teste(byte: &[u8]) {
    let Ok(s) = std::str::from_utf8(byte) else { return };
    if let Ok(teste) = registers::leggi_teste(s) {
        let scritte: String = teste.iter().map(|t| serde_json::to_string(t).unwrap() + "\n").collect();
        assert_eq!(registers::leggi_teste(&scritte).unwrap(), teste);
    }
}

/// A feed is well formed whatever a subject says, and says it.
fn flusso(byte: &[u8]) {
    let oggetto = come_testo(byte);
    let xml = albo::prova::rss(&oggetto).unwrap();
    let doc = roxmltree::Document::parse(&xml).unwrap_or_else(|e| panic!("{e}: {xml}"));
    let item = doc.descendants().find(|n| n.has_tag_name("item")).unwrap();
    let titolo = item.children().find(|n| n.has_tag_name("title")).unwrap();
    let scritto = |c: char| if xml_1_0(c) { c } else { '\u{FFFD}' };
    let atteso: String = oggetto.replace('\r', "\n").chars().map(scritto).collect();
    assert_eq!(titolo.text().unwrap_or_default(), atteso);
    let json: serde_json::Value = serde_json::from_str(&albo::prova::json(&oggetto).unwrap()).unwrap();
    assert_eq!(json["items"][0]["title"], atteso);
}

fn xml_1_0(c: char) -> bool {
    matches!(c, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

fn slug(byte: &[u8]) {
    let s = enti::model::slug(&come_testo(byte));
    assert!(s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{s:?}");
    assert!(!s.starts_with('-') && !s.ends_with('-') && !s.contains("--") && enti::model::slug(&s) == s, "{s:?}");
}

fn chiave_di_pagina(byte: &[u8]) {
    let s = come_testo(byte);
    if let Some((anno, numero)) = albo::prova::chiave_di_pagina(&s) {
        assert_eq!(albo::prova::chiave_di_pagina(&format!("{anno}-{numero}")), Some((anno, numero)), "{s:?}");
    }
}
