//! Rows as COPY takes them, table by table.

use std::fmt::{Display, Write as _};

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgConnection;
use uuid::Uuid;

/// A table of the rig and the columns that the loader writes.
#[derive(Debug)]
pub struct Tavola {
    pub nome: &'static str,
    pub colonne: &'static str,
}

/// Names the tables once: a constant for each, and their list in the order in which they are copied.
macro_rules! tavole {
    ($($chiave:ident: $nome:literal, $colonne:literal;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Quale { $($chiave),+ }
        pub const TAVOLE: &[Tavola] = &[$(Tavola { nome: $nome, colonne: $colonne }),+];
    };
}

tavole! {
    Persona: "accesso.persona", "id, utente, nome, cognome";
    Ruolo: "accesso.ruolo", "ente, persona, ufficio, ruolo, dal";
    Audit: "accesso.audit", "ente, istante, id, persona, ufficio, azione, operazione, oggetto, dettaglio";
    Registro: "registri.registro", "ente, aoo, codice, nome, regola, codice_ente, aperto_il";
    Contatore: "registri.contatore", "ente, aoo, registro, catena, regola, serie, ultimo, posizione, istante, testa";
    Voce: "registri.voce", "ente, aoo, registro, catena, posizione, serie, operazione, numero, istante, \
        versione_canonica, contenuto, impronta_contenuto, impronta";
    Chiaro: "registri.chiaro", "ente, aoo, registro, catena, posizione, campo, sale, valore";
    Testa: "registri.testa", "ente, aoo, registro, catena, giorno, posizione, impronta";
    Filo: "documenti.filo", "ente, id, titolo, aperto_il, persona";
    Documento: "documenti.documento", "ente, id, filo, nome, nome_dichiarato, tipo, tipo_dichiarato, dimensione, \
        impronta, formazione, riservato, creato_il, persona";
    Progressivo: "documenti.progressivo", "ente, anno, classifica, ultimo";
    Fascicolo: "documenti.fascicolo", "ente, anno, classifica, progressivo, titolario, oggetto, tipologia, ufficio, \
        responsabile, aperto_il";
    FascicoloPasso: "documenti.fascicolo_passo", "ente, anno, classifica, progressivo, passo, istante, operazione, \
        motivo, persona";
    FascicoloContenuto: "documenti.fascicolo_contenuto", "ente, anno, classifica, progressivo, riferimento, documento, \
        inserito_il, persona";
    Registrazione: "protocollo.registrazione", "ente, aoo, anno, numero, posizione, verso, istante, arrivato_il, \
        arrivato_con_ora, oggetto, corrispondenti, documento, impronta, allegati, mezzo, numero_mittente, \
        data_mittente, classifica, titolario, ufficio, ufficio_mittente, filo, riservata, persona";
    Corrispondente: "protocollo.corrispondente", "ente, aoo, anno, numero, posizione, progressivo, tipo, nome, \
        codice_fiscale, indirizzo, recapito";
    Assegnazione: "protocollo.assegnazione", "ente, aoo, anno, numero, posizione, ufficio, classifica, titolario, \
        istante, persona, corrente, presa_il, presa_da";
    Giornaliero: "protocollo.giornaliero", "ente, aoo, giorno, registrazioni, modifiche, primo_numero, ultimo_numero, \
        posizione, testa, filo, pdf, dati, prodotto_il, entro";
    Atto: "albo.atto", "ente, id, aoo, stato, filo, tipo, oggetto, numero_atto, data_atto, protocollo, responsabile, \
        norma, forma, ultimo_giorno_chiesto, persona, creato_il, anno, numero, posizione, affisso_il, computo, giorni, \
        fonte_termine, dal, al, fine, relata";
    File: "albo.file", "ente, atto, id, posto, ruolo, documento, nome, tipo, dimensione, impronta, messo, messo_il";
    Operazione: "albo.operazione", "ente, aoo, posizione, atto, istante, cosa, persona, nome, dettaglio";
}

/// A value in the text form of COPY.
pub trait Cella {
    fn scrivi(&self, su: &mut String);
}

/// Values whose text has no character that COPY reads in its own way.
macro_rules! piana {
    ($($tipo:ty),+) => { $(impl Cella for $tipo {
        fn scrivi(&self, su: &mut String) {
            piano(self, su);
        }
    })+ };
}
piana!(
    i16,
    i32,
    i64,
    bool,
    Uuid,
    Date,
    Timestamp,
    db::EnteId,
    authz::PersonaId,
    documenti::FiloId,
    documenti::DocumentoId
);

fn piano(v: &impl Display, su: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(su, "{v}");
}

impl Cella for str {
    fn scrivi(&self, su: &mut String) {
        for c in self.chars() {
            match c {
                '\\' => su.push_str("\\\\"),
                '\t' => su.push_str("\\t"),
                '\n' => su.push_str("\\n"),
                '\r' => su.push_str("\\r"),
                c => su.push(c),
            }
        }
    }
}

impl Cella for &str {
    fn scrivi(&self, su: &mut String) {
        (*self).scrivi(su);
    }
}

impl Cella for String {
    fn scrivi(&self, su: &mut String) {
        self.as_str().scrivi(su);
    }
}

impl Cella for serde_json::Value {
    fn scrivi(&self, su: &mut String) {
        self.to_string().scrivi(su);
    }
}

impl Cella for [u8] {
    fn scrivi(&self, su: &mut String) {
        const CIFRE: &[u8; 16] = b"0123456789abcdef";
        su.push_str("\\\\x");
        for b in self {
            su.push(char::from(CIFRE[usize::from(b >> 4)]));
            su.push(char::from(CIFRE[usize::from(b & 15)]));
        }
    }
}

impl Cella for kernel::Impronta {
    fn scrivi(&self, su: &mut String) {
        self.as_bytes().as_slice().scrivi(su);
    }
}

/// Bytes behind a reference of known size, for a list of cells.
pub struct Byte<'a>(pub &'a [u8]);

impl Cella for Byte<'_> {
    fn scrivi(&self, su: &mut String) {
        self.0.scrivi(su);
    }
}

impl<T: Cella> Cella for Option<T> {
    fn scrivi(&self, su: &mut String) {
        match self {
            Some(v) => v.scrivi(su),
            None => su.push_str("\\N"),
        }
    }
}

/// Rows still to be copied, for every table.
#[derive(Debug)]
pub struct Righe(Vec<String>);

impl Righe {
    pub fn nuove() -> Righe {
        Righe(TAVOLE.iter().map(|_| String::new()).collect())
    }

    pub fn riga(&mut self, in_: Quale, celle: &[&dyn Cella]) {
        let su = &mut self.0[in_ as usize];
        for (i, c) in celle.iter().enumerate() {
            if i > 0 {
                su.push('\t');
            }
            c.scrivi(su);
        }
        su.push('\n');
    }

    pub fn byte(&self) -> usize {
        self.0.iter().map(String::len).sum()
    }

    /// Copies everything in the transaction of `c`.
    pub async fn copia(self, c: &mut PgConnection) -> anyhow::Result<()> {
        for (tavola, righe) in TAVOLE.iter().zip(self.0).filter(|(_, r)| !r.is_empty()) {
            let sql = format!("copy {} ({}) from stdin", tavola.nome, tavola.colonne);
            let mut copia = c.copy_in_raw(&sql).await?;
            copia.send(righe.into_bytes()).await?;
            copia.finish().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_reads_in_its_own_way_is_escaped() {
        let mut r = Righe::nuove();
        r.riga(Quale::Filo, &[&1, &"a\tb\\c\nd", &None::<i32>, &Byte(&[0, 0xab]), &true]);
        assert_eq!(r.0[Quale::Filo as usize], "1\ta\\tb\\\\c\\nd\t\\N\t\\\\x00ab\ttrue\n");
    }

    #[test]
    fn every_table_has_its_columns() {
        assert!(TAVOLE.iter().all(|t| t.nome.contains('.') && !t.colonne.contains("  ")));
    }
}
