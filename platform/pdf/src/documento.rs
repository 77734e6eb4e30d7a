//! A document of an ente: heading, body from the calling service's template, footer, archival metadata.

use crate::PdfError;
use crate::caratteri::scrivibili;
use crate::composizione::componi;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use serde_json::{Value, json};
use typst::foundations::{Datetime, Smart};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

/// A typst template, included by the service that owns it. It begins with `#import "base.typ": *` and
/// `#show: documento`, and finds what the caller passed in `dati`.
pub struct Modello {
    pub nome: &'static str,
    pub sorgente: &'static str,
}

/// Who writes: the heading of the first page.
#[derive(Debug, Clone, Serialize)]
pub struct Ente {
    pub denominazione: String,
    pub aoo: String,
    pub codice_ipa: String,
    pub indirizzo: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Meta {
    pub titolo: String,
    pub ente: Ente,
    /// The instant the document speaks of, not that of printing: the same document always has the same bytes.
    pub istante: Timestamp,
    /// Names the document for ever, for instance `c_e307/protocollo/2026/0000123`. It is printed in the footer.
    pub identificativo: String,
}

/// The sheet that goes before a document which cannot be stamped. Its data are [`Copertina`].
pub const COPERTINA: Modello = Modello { nome: "copertina", sorgente: include_str!("../templates/copertina.typ") };

#[derive(Debug, Clone, Serialize)]
pub struct Copertina<'a> {
    /// The lines the stamp would have carried.
    pub segnatura: &'a [&'a str],
    pub oggetto: &'a str,
    pub nome_file: &'a str,
    pub tipo: &'a str,
    pub dimensione: &'a str,
    pub impronta: kernel::Impronta,
    /// Why there is no stamp: the `perche` of [`PdfError::NonTimbrabile`].
    pub perche: &'a str,
}

/// PDF/A-2a and PDF/UA-1. The same input gives the same bytes.
pub fn rendi(modello: &Modello, dati: &Value, meta: &Meta) -> Result<Vec<u8>, PdfError> {
    let dati = scrivibili(&json!({
        "dati": dati,
        "meta": {
            "titolo": meta.titolo,
            "ente": meta.ente,
            "identificativo": meta.identificativo,
            "data": kernel::tempo::in_italiano(kernel::tempo::giorno_a_roma(meta.istante)),
        },
    }));
    componi(modello, dati.to_string().into_bytes(), &opzioni(modello, meta)?)
}

fn opzioni(modello: &Modello, meta: &Meta) -> Result<PdfOptions, PdfError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|e| PdfError::Modello { modello: modello.nome, motivi: vec![e.message().to_string()] })?;
    Ok(PdfOptions {
        ident: Smart::Custom(meta.identificativo.clone()),
        creator: Smart::Custom(Some("Alleanza".into())),
        timestamp: istante(meta.istante),
        standards,
        ..PdfOptions::default()
    })
}

fn istante(istante: Timestamp) -> Option<typst_pdf::Timestamp> {
    let t = istante.to_zoned(TimeZone::UTC).datetime();
    let pezzi = [t.month(), t.day(), t.hour(), t.minute(), t.second()].map(|n| u8::try_from(n).ok());
    let [Some(mese), Some(giorno), Some(ora), Some(minuto), Some(secondo)] = pezzi else { return None };
    Datetime::from_ymd_hms(t.year().into(), mese, giorno, ora, minuto, secondo).map(typst_pdf::Timestamp::new_utc)
}
