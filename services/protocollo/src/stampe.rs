//! Paper: the stamped copy of a document, the register of a period as PDF and CSV.

use std::collections::HashMap;

use db::{DiEnte, Tx};
use documenti::Documento;
use jiff::Timestamp;
use kernel::{Data, tempo};
use pdf::{COPERTINA, Copertina, Modello, PdfError};
use serde_json::json;
use storage::Archivio;

use crate::model::{NOME_REGISTRO, nome_mezzo};
use crate::{ProtocolloError, Registrazione, queries};

const REGISTRO: Modello = Modello { nome: "registro", sorgente: include_str!("../templates/registro.typ") };
/// A PDF of more rows than this is for nobody.
const RIGHE_PDF: i64 = 5_000;
const RIGHE_CSV: i64 = 100_000;

pub(crate) fn meta(e: &enti::Intestazione, titolo: String, istante: Timestamp, identificativo: String) -> pdf::Meta {
    let ente = pdf::Ente {
        denominazione: e.denominazione.clone(),
        aoo: e.aoo.denominazione.clone(),
        codice_ipa: e.codice.clone(),
        indirizzo: e.indirizzo.clone(),
    };
    pdf::Meta { titolo, ente, istante, identificativo }
}

/// What the stamp says: who, number and instant, class.
fn segnatura(e: &enti::Intestazione, r: &Registrazione) -> Vec<String> {
    let mut righe = vec![
        format!("{} ({})", e.denominazione, e.codice),
        format!("Prot. n. {} del {}", r.sette_cifre(), tempo::data_ora(r.istante)),
        format!("{}, {}", r.verso.nome(), NOME_REGISTRO),
        format!("Classe {} – {}", r.classifica, r.ufficio_nome),
    ];
    righe.extend(r.annullata_il().map(|i| format!("ANNULLATA il {}", tempo::data_ora(i))));
    righe
}

/// A copy of the document with the stamp on it, or the sheet that goes before it: name, bytes.
pub(crate) async fn copia(
    archivio: &Archivio,
    e: &enti::Intestazione,
    r: &Registrazione,
    d: &Documento,
) -> Result<(String, Vec<u8>), ProtocolloError> {
    let righe = segnatura(e, r);
    let originale = documenti::leggi(archivio, &e.codice, d).await?;
    match pdf::timbra_async(originale, righe.clone()).await {
        Ok(byte) => Ok((format!("{}-{}-{}", r.anno, r.sette_cifre(), d.nome), byte)),
        Err(PdfError::NonTimbrabile { perche }) => {
            let nome = format!("{}-{}-segnatura.pdf", r.anno, r.sette_cifre());
            Ok((nome, copertina(e, r, d, &righe, perche).await?))
        }
        Err(e) => Err(e.into()),
    }
}

async fn copertina(
    e: &enti::Intestazione,
    r: &Registrazione,
    d: &Documento,
    righe: &[String],
    perche: &str,
) -> Result<Vec<u8>, ProtocolloError> {
    let righe: Vec<&str> = righe.iter().map(String::as_str).collect();
    let dati = json!(Copertina {
        segnatura: &righe,
        oggetto: &r.oggetto,
        nome_file: &d.nome,
        tipo: &d.tipo,
        dimensione: &d.misura(),
        impronta: d.impronta,
        perche,
    });
    let identificativo = format!("{}/protocollo/{}/{}", e.codice, r.anno, r.sette_cifre());
    Ok(pdf::rendi_async(&COPERTINA, dati, meta(e, "Foglio di segnatura".into(), r.istante, identificativo)).await?)
}

/// What the register of a period prints: read in a transaction, drawn after it.
pub(crate) struct Periodo {
    ente: enti::Intestazione,
    dal: Data,
    al: Data,
    righe: Vec<Registrazione>,
    /// Who registered in the name of another, or lent by another ente.
    altrui: HashMap<(String, i64), String>,
    adesso: Timestamp,
}

impl Periodo {
    pub(crate) async fn per_il_pdf(tx: &mut Tx<DiEnte>, dal: Data, al: Data) -> Result<Periodo, ProtocolloError> {
        Periodo::leggi(tx, dal, al, RIGHE_PDF).await
    }

    pub(crate) async fn per_il_csv(tx: &mut Tx<DiEnte>, dal: Data, al: Data) -> Result<Periodo, ProtocolloError> {
        Periodo::leggi(tx, dal, al, RIGHE_CSV).await
    }

    /// All of it or nothing: a register cut short would look whole.
    async fn leggi(tx: &mut Tx<DiEnte>, dal: Data, al: Data, massimo: i64) -> Result<Periodo, ProtocolloError> {
        let righe = queries::periodo(tx, dal, al, massimo + 1).await?;
        if i64::try_from(righe.len()).is_ok_and(|n| n > massimo) {
            return Err(ProtocolloError::PeriodoLungo(massimo));
        }
        let altrui = queries::in_nome_altrui(tx, dal, al).await?;
        let (ente, adesso) = (enti::intestazione(tx).await?, tx.now());
        Ok(Periodo { ente, dal, al, righe, altrui, adesso })
    }

    fn in_nome_altrui(&self, r: &Registrazione) -> Option<&String> {
        self.altrui.get(&(r.aoo.clone(), r.posizione))
    }

    pub(crate) fn nome(&self, estensione: &str) -> String {
        format!("protocollo-{}-{}-{}.{estensione}", self.ente.codice, self.dal, self.al)
    }

    pub(crate) async fn pdf(&self) -> Result<Vec<u8>, ProtocolloError> {
        let righe: Vec<_> = self.righe.iter().map(|r| riga_pdf(r, self.in_nome_altrui(r))).collect();
        let dati = json!({
            "dal": tempo::in_italiano(self.dal),
            "al": tempo::in_italiano(self.al),
            "stampato": tempo::data_ora(self.adesso),
            "righe": righe,
        });
        let titolo = format!("{NOME_REGISTRO} dal {} al {}", tempo::breve(self.dal), tempo::breve(self.al));
        let identificativo = format!("{}/protocollo/{}_{}", self.ente.codice, self.dal, self.al);
        Ok(pdf::rendi_async(&REGISTRO, dati, meta(&self.ente, titolo, self.adesso, identificativo)).await?)
    }

    /// Semicolons and a byte order mark, so that Italian spreadsheets open it as it is.
    pub(crate) fn csv(&self) -> String {
        let mut testo = String::from("\u{feff}");
        let mut riga = |celle: &[&str]| {
            testo += &celle.iter().map(|c| cella(c)).collect::<Vec<_>>().join(";");
            testo += "\r\n";
        };
        riga(&[
            "anno",
            "numero",
            "data e ora",
            "verso",
            "da chi, a chi",
            "oggetto",
            "classe",
            "ufficio",
            "mezzo",
            "numero del mittente",
            "data del mittente",
            "arrivo",
            "allegati",
            "impronta",
            "annullata il",
            "in nome altrui",
        ]);
        for r in &self.righe {
            // Of what is reserved the print does not know how many.
            let allegati = if r.riservata { String::new() } else { r.allegati.to_string() };
            riga(&[
                &r.anno.to_string(),
                &r.sette_cifre(),
                &tempo::data_ora(r.istante),
                r.verso.codice(),
                r.da_a_chi().1,
                &r.oggetto,
                &r.classifica,
                &r.ufficio_nome,
                nome_mezzo(&r.mezzo),
                r.numero_mittente.as_deref().unwrap_or_default(),
                &r.data_mittente().map(tempo::breve).unwrap_or_default(),
                &r.arrivo().map(|a| a.to_string()).unwrap_or_default(),
                &allegati,
                &r.impronta().map(|i| i.to_string()).unwrap_or_default(),
                &r.annullata_il().map(tempo::data_ora).unwrap_or_default(),
                self.in_nome_altrui(r).map_or("", String::as_str),
            ]);
        }
        testo
    }
}

fn riga_pdf(r: &Registrazione, altrui: Option<&String>) -> Vec<String> {
    let annullata = r.annullata_il().map(|i| format!(" [annullata il {}]", tempo::breve(tempo::giorno_a_roma(i))));
    let altrui = altrui.map(|chi| format!(" [registrata da {chi}]")).unwrap_or_default();
    vec![
        format!("{}/{}", r.sette_cifre(), r.anno),
        tempo::data_ora(r.istante),
        r.verso.codice().to_owned(),
        r.da_a_chi().1.to_owned(),
        format!("{}{}{altrui}", r.oggetto, annullata.unwrap_or_default()),
        r.classifica.clone(),
        r.ufficio_nome.clone(),
    ]
}

/// A cell that a spreadsheet shows and never runs: a formula becomes text.
fn cella(c: &str) -> String {
    let formula = c.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let testo = if formula { format!("'{c}") } else { c.to_owned() };
    if testo.contains([';', '"', '\n', '\r']) || testo.starts_with('\'') {
        format!("\"{}\"", testo.replace('"', "\"\""))
    } else {
        testo
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_in_a_subject_is_only_a_text() {
        assert_eq!(cella("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        for c in ["+1", "-1", "@a", "\tx"] {
            assert!(cella(c).starts_with("\"'"), "{c}");
        }
        assert_eq!(cella("Tetto; \"scuola\""), "\"Tetto; \"\"scuola\"\"\"");
        assert_eq!(cella("0000123"), "0000123");
    }
}
