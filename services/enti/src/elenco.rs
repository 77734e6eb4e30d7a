//! The official list of comuni, embedded in the program and loaded into the registry.

use csv::ReaderBuilder;
use db::{Manut, Manutenzione, Tx};
use kernel::Impronta;

use crate::{EntiError, sql};

const COMUNI: &[u8] = include_bytes!("../../../data/comuni.csv");
const PATRONI: &[u8] = include_bytes!("../../../data/patroni.csv");

/// Loads the edition that the program carries. The same edition again changes nothing and costs one query; a new one closes
/// the codes that changed, opens the new ones, and ends the comuni that are gone. Says how many comuni it loaded.
pub async fn carica_elenco(m: &Manutenzione) -> Result<usize, EntiError> {
    let impronta = Impronta::di(&[COMUNI, PATRONI].concat());
    let mut tx = m.tx().await?;
    let gia: Option<Vec<u8>> = sqlx::query_scalar(sql::EDIZIONE).fetch_optional(tx.conn()).await?;
    if gia.as_deref() == Some(impronta.as_bytes().as_slice()) {
        return Ok(0);
    }
    let colonne = Colonne::leggi(COMUNI, PATRONI).map_err(|e| db::Error::Cluster(format!("data/comuni.csv: {e}")))?;
    carica(&mut tx, &colonne).await?;
    let adesso = tx.now();
    sqlx::query(sql::SEGNA_EDIZIONE)
        .bind(impronta.as_bytes().as_slice())
        .bind(db::sql(adesso))
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(colonne.popolazione.len())
}

async fn carica(tx: &mut Tx<Manut>, c: &Colonne) -> Result<(), EntiError> {
    let oggi = db::sql(tx.oggi());
    let [belfiore, istat, nome, altra, regione_cod, regione, provincia, sigla, pec, cap, istituito, patrono] = &c.testi;
    sqlx::query(sql::CARICA_COMUNI)
        .bind(belfiore)
        .bind(istat)
        .bind(nome)
        .bind(altra)
        .bind(regione_cod)
        .bind(regione)
        .bind(provincia)
        .bind(sigla)
        .bind(&c.popolazione)
        .bind(pec)
        .bind(cap)
        .bind(istituito)
        .bind(patrono)
        .execute(tx.conn())
        .await?;
    sqlx::query(sql::ISCRIVI_DI_LISTA).execute(tx.conn()).await?;
    sqlx::query(sql::CESSA_COMUNI).bind(belfiore).bind(oggi).execute(tx.conn()).await?;
    sqlx::query(sql::CHIUDI_CODICI_DI_CESSATI).execute(tx.conn()).await?;
    sqlx::query(sql::CHIUDI_CODICI).bind(oggi).execute(tx.conn()).await?;
    sqlx::query(sql::APRI_CODICI).bind(oggi).execute(tx.conn()).await?;
    Ok(())
}

/// The list by columns, as `unnest` takes it.
struct Colonne {
    testi: [Vec<String>; 12],
    popolazione: Vec<i32>,
}

/// The columns of the file that go in `testi`, in its order; the patron saint, last, comes from a file of its own.
const TESTI: [&str; 11] = [
    "belfiore",
    "istat",
    "nome",
    "nome_altra_lingua",
    "regione_cod",
    "regione",
    "provincia",
    "sigla",
    "pec",
    "cap",
    "data_istituzione",
];

/// How many rows each column has, the file being both the list and the patron saints.
pub(crate) fn righe_per_colonna(byte: &[u8]) -> Option<Vec<usize>> {
    let c = Colonne::leggi(byte, PATRONI).ok()?;
    leggi_patroni(byte).ok();
    Some(c.testi.iter().map(Vec::len).chain([c.popolazione.len()]).collect())
}

impl Colonne {
    fn leggi(comuni: &[u8], patroni: &[u8]) -> Result<Colonne, csv::Error> {
        let patroni = leggi_patroni(patroni)?;
        let mut lettore = ReaderBuilder::new().from_reader(comuni);
        let testata = lettore.headers()?.clone();
        let posto = |nome: &str| testata.iter().position(|h| h == nome).unwrap_or(usize::MAX);
        let (posti, abitanti) = (TESTI.map(posto), posto("popolazione"));
        let mut c = Colonne { testi: Default::default(), popolazione: Vec::new() };
        for riga in lettore.records() {
            let riga = riga?;
            let valore = |p: usize| riga.get(p).unwrap_or_default();
            for (colonna, p) in c.testi.iter_mut().zip(posti) {
                colonna.push(valore(p).to_owned());
            }
            let patrono = patroni.iter().find(|(b, _)| b == valore(posti[0])).map(|(_, giorno)| giorno.clone());
            c.testi[11].push(patrono.unwrap_or_default());
            c.popolazione.push(valore(abitanti).parse().unwrap_or(0));
        }
        Ok(c)
    }
}

fn leggi_patroni(patroni: &[u8]) -> Result<Vec<(String, String)>, csv::Error> {
    let righe: Result<Vec<(String, u8, u8, String)>, _> =
        ReaderBuilder::new().from_reader(patroni).deserialize().collect();
    Ok(righe?.into_iter().map(|(belfiore, mese, giorno, _)| (belfiore, format!("{mese:02}-{giorno:02}"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        let c = Colonne::leggi(COMUNI, PATRONI).unwrap();
        assert_eq!(c.testi.each_ref().map(Vec::len), [7_896; 12]);
        assert_eq!(c.popolazione.iter().sum::<i32>(), 59_049_199);
        assert!(c.testi[1].iter().all(|istat| istat.len() == 6), "leading zeros stay");
        assert_eq!(c.testi[11].iter().filter(|p| !p.is_empty()).count(), 7);
    }
}
