//! The public index of administrations (IPA), data set "Enti": unioni, comunità montane and consorzi that the official list
//! of comuni does not know, and the codes of regions, provinces and metropolitan cities.

use csv::{ReaderBuilder, StringRecord};
use db::{Manut, Manutenzione, Tx};

use crate::errors::Rifiuto;
use crate::{EntiError, sql};

/// The categories of IPA whose bodies become rows here, with their kind.
const CATEGORIE: [(&str, &str); 3] = [("L18", "unione"), ("L12", "comunita_montana"), ("L36", "consorzio")];
/// Bodies known from the list of comuni: IPA gives them a code, found by the territory of their seat.
const TERRITORIO: [(&str, &str); 3] = [("L4", "r_"), ("L5", "p_"), ("L45", "c")];
/// A file that would end more than one body in five of those that came from IPA is taken for incomplete.
const QUINTO: usize = 5;

/// What a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caricati {
    /// Bodies of the file.
    pub enti: usize,
    pub nuovi: u64,
    pub rinominati: u64,
    pub cessati: u64,
    /// Rows of other categories, or without what a body needs.
    pub saltati: usize,
}

/// Loads a file of IPA: comma, semicolon or tab, with its header. Loading it again changes nothing.
pub async fn carica_ipa(m: &Manutenzione, byte: &[u8]) -> Result<Caricati, EntiError> {
    let elenco = Elenco::leggi(byte)?;
    let mut tx = m.tx().await?;
    let fatti = carica(&mut tx, &elenco).await?;
    tx.commit().await?;
    Ok(fatti)
}

async fn carica(tx: &mut Tx<Manut>, e: &Elenco) -> Result<Caricati, EntiError> {
    let oggi = db::sql(tx.oggi());
    let mancano: Vec<String> = sqlx::query_scalar(sql::IPA_MANCANTI).bind(&e.codici).fetch_all(tx.conn()).await?;
    let noti: i64 = sqlx::query_scalar(sql::IPA_NOTI).fetch_one(tx.conn()).await?;
    if mancano.len() * QUINTO > usize::try_from(noti).unwrap_or(0) {
        return Err(Rifiuto::IpaIncompleta { mancano: mancano.len() }.into());
    }
    let (rinominati, nuovi): (i64, i64) =
        sqlx::query_as(sql::IPA_ENTI).bind(&e.codici).bind(&e.tipi).bind(&e.denominazioni).fetch_one(tx.conn()).await?;
    sqlx::query(sql::IPA_CESSA).bind(&mancano).bind(oggi).execute(tx.conn()).await?;
    sqlx::query(sql::CHIUDI_CODICI_DI_CESSATI).execute(tx.conn()).await?;
    let (enti, tipi, valori): (Vec<&str>, Vec<&str>, Vec<&str>) = e.attribuiti();
    for sql in [sql::IPA_CHIUDI_CODICI, sql::IPA_APRI_CODICI] {
        sqlx::query(sql).bind(&enti).bind(&tipi).bind(&valori).bind(oggi).execute(tx.conn()).await?;
    }
    let (sedi, codici): (Vec<&str>, Vec<&str>) = e.territorio.iter().map(|(s, c)| (s.as_str(), c.as_str())).unzip();
    sqlx::query(sql::IPA_TERRITORIO).bind(sedi).bind(codici).bind(oggi).execute(tx.conn()).await?;
    let conta = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(Caricati {
        enti: e.codici.len(),
        nuovi: conta(nuovi),
        rinominati: conta(rinominati),
        cessati: mancano.len() as u64,
        saltati: e.saltati,
    })
}

/// The rows that count, by columns.
#[derive(Default)]
struct Elenco {
    codici: Vec<String>,
    tipi: Vec<&'static str>,
    denominazioni: Vec<String>,
    fiscali: Vec<String>,
    /// ISTAT code of the comune of the seat, IPA code.
    territorio: Vec<(String, String)>,
    saltati: usize,
}

impl Elenco {
    fn leggi(byte: &[u8]) -> Result<Elenco, Rifiuto> {
        let byte = byte.strip_prefix("\u{feff}".as_bytes()).unwrap_or(byte);
        let mut lettore = ReaderBuilder::new().delimiter(separatore(byte)).flexible(true).from_reader(byte);
        let colonne = Colonne::di(&lettore.headers().map_err(|_| Rifiuto::NonIpa)?.clone()).ok_or(Rifiuto::NonIpa)?;
        let mut e = Elenco::default();
        for riga in lettore.records() {
            e.aggiungi(&colonne, &riga.map_err(|_| Rifiuto::NonIpa)?);
        }
        if e.codici.is_empty() { Err(Rifiuto::NonIpa) } else { Ok(e) }
    }

    fn aggiungi(&mut self, c: &Colonne, riga: &StringRecord) {
        let valore = |posto: usize| riga.get(posto).unwrap_or_default().trim();
        let (categoria, nome) = (valore(c.categoria), valore(c.denominazione));
        let codice = valore(c.ipa).to_lowercase();
        if let Some((_, prima)) = TERRITORIO.iter().find(|(cat, _)| *cat == categoria) {
            if codice.starts_with(prima) {
                self.territorio.push((valore(c.sede).to_owned(), codice));
            }
            return;
        }
        let tipo = CATEGORIE.iter().find(|(cat, _)| *cat == categoria).map(|(_, tipo)| *tipo);
        let lecito = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let buono = (2..=20).contains(&codice.len()) && codice.bytes().all(lecito) && !nome.is_empty();
        match tipo.filter(|_| buono && !self.codici.contains(&codice)) {
            None => self.saltati += 1,
            Some(tipo) => {
                self.codici.push(codice);
                self.tipi.push(tipo);
                self.denominazioni.push(nome.to_owned());
                self.fiscali.push(valore(c.fiscale).to_owned());
            }
        }
    }

    /// Body, kind of code, code: the tax code only where no other body of the file has it.
    fn attribuiti(&self) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
        let solo = |f: &&String| !f.is_empty() && self.fiscali.iter().filter(|x| x == f).count() == 1;
        let ipa = self.codici.iter().map(|c| (c.as_str(), "ipa", c.as_str()));
        let fiscali = self.codici.iter().zip(&self.fiscali).filter(|(_, f)| solo(f));
        let fiscali = fiscali.map(|(c, f)| (c.as_str(), "codice_fiscale", f.as_str()));
        let mut colonne = (Vec::new(), Vec::new(), Vec::new());
        for (ente, tipo, valore) in ipa.chain(fiscali) {
            colonne.0.push(ente);
            colonne.1.push(tipo);
            colonne.2.push(valore);
        }
        colonne
    }
}

/// The separator that the header uses most.
fn separatore(byte: &[u8]) -> u8 {
    let testata = byte.split(|b| *b == b'\n').next().unwrap_or_default();
    let quanti = |s: &u8| testata.iter().filter(|b| *b == s).count();
    *b",;\t".iter().max_by_key(|s| quanti(s)).unwrap_or(&b',')
}

/// Where the columns are: the data set has many more, and their order changes.
struct Colonne {
    ipa: usize,
    denominazione: usize,
    categoria: usize,
    fiscale: usize,
    sede: usize,
}

impl Colonne {
    fn di(testata: &StringRecord) -> Option<Colonne> {
        let posto = |nome: &str| testata.iter().position(|h| h.trim().eq_ignore_ascii_case(nome));
        Some(Colonne {
            ipa: posto("Codice_IPA")?,
            denominazione: posto("Denominazione_ente")?,
            categoria: posto("Codice_Categoria")?,
            fiscale: posto("Codice_fiscale_ente")?,
            sede: posto("Codice_comune_ISTAT")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_whatever_separates_them() {
        for s in [",", ";", "\t"] {
            let testo = "\u{feff}Codice_IPA,Denominazione_ente,Codice_fiscale_ente,Tipologia,Codice_Categoria,Codice_comune_ISTAT\n\
                         UC_PROVA,Unione inventata,01234567890,x,L18,066098\n\
                         p_aq,Provincia inventata,,x,L5,066049\n\
                         scuola,Istituto inventato,,x,L33,066049\n\
                         uc prova,Codice con spazi,,x,L18,066098\n";
            let e = Elenco::leggi(testo.replace(',', s).as_bytes()).unwrap();
            assert_eq!((e.codici.as_slice(), e.saltati), (["uc_prova".to_owned()].as_slice(), 2));
            assert_eq!(e.territorio, [("066049".to_owned(), "p_aq".to_owned())]);
        }
    }

    #[test]
    fn another_file_is_refused() {
        for altro in ["", "a,b\n1,2\n", "Codice_IPA,Denominazione_ente\nx,y\n"] {
            assert_eq!(Elenco::leggi(altro.as_bytes()).err(), Some(Rifiuto::NonIpa));
        }
    }
}
