//! Erasing personal data from a registration: one value at a time, and what stands in its place.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use kernel::Data;
use kernel::oscuramento::Classe;
use registers::InChiaro;

use super::{Annullamento, Corrispondente, riga};
use crate::ProtocolloError;

/// The fields of a voce of which the chain holds only the salted hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dato {
    Oggetto,
    Corrispondenti,
    NumeroMittente,
    /// Why something was annulled or rectified.
    Motivo,
}

/// What a name becomes; the line of all the names becomes the placeholder of [`Dato::Corrispondenti`].
pub(crate) const NOME_OSCURATO: &str = "Nome oscurato";

impl Dato {
    pub const TUTTI: [Dato; 4] = [Dato::Oggetto, Dato::Corrispondenti, Dato::NumeroMittente, Dato::Motivo];

    pub fn codice(self) -> &'static str {
        match self {
            Dato::Oggetto => "oggetto",
            Dato::Corrispondenti => "corrispondenti",
            Dato::NumeroMittente => "numero_mittente",
            Dato::Motivo => "motivo",
        }
    }

    pub fn nome(self) -> &'static str {
        match self {
            Dato::Oggetto => "Oggetto",
            Dato::Corrispondenti => "Mittenti o destinatari",
            Dato::NumeroMittente => "Numero del mittente",
            Dato::Motivo => "Motivo",
        }
    }

    /// What stands in the place of an erased value: people see that something was there.
    pub fn segnaposto(self) -> &'static str {
        match self {
            Dato::Oggetto => "Oggetto oscurato",
            Dato::Corrispondenti => "Nomi oscurati",
            Dato::NumeroMittente => "Numero oscurato",
            Dato::Motivo => "Motivo oscurato",
        }
    }

    pub fn da(codice: &str) -> Option<Dato> {
        Dato::TUTTI.into_iter().find(|d| d.codice() == codice)
    }
}

/// One value of a registration: which voce wrote it, which field it is. In forms it is `12-oggetto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChiaveValore {
    pub posizione: i64,
    pub dato: Dato,
}

impl fmt::Display for ChiaveValore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.posizione, self.dato.codice())
    }
}

impl FromStr for ChiaveValore {
    type Err = ();

    fn from_str(scritta: &str) -> Result<Self, ()> {
        let (posizione, dato) = scritta.split_once('-').ok_or(())?;
        Ok(ChiaveValore { posizione: posizione.parse().map_err(drop)?, dato: Dato::da(dato).ok_or(())? })
    }
}

/// A value that can still be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Valore {
    pub chiave: ChiaveValore,
    /// As the register keeps it.
    grezzo: String,
}

impl Valore {
    pub(crate) fn da(c: InChiaro) -> Option<Valore> {
        let dato = Dato::da(&c.campo)?;
        Some(Valore { chiave: ChiaveValore { posizione: c.posizione, dato }, grezzo: c.valore })
    }

    /// As people read it; of correspondents, everything that is known of them.
    pub fn testo(&self) -> String {
        let elenco = serde_json::from_str::<Vec<Corrispondente>>(&self.grezzo);
        match (self.chiave.dato, elenco) {
            (Dato::Corrispondenti, Ok(c)) => c.iter().map(in_breve).collect::<Vec<_>>().join("; "),
            _ => self.grezzo.clone(),
        }
    }
}

fn in_breve(c: &Corrispondente) -> String {
    let noti = [&c.nome, &c.codice_fiscale, &c.indirizzo, &c.recapito];
    noti.into_iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}

/// What a person orders to erase, why and by which provvedimento.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaOscurare {
    pub valori: Vec<ChiaveValore>,
    pub classe: Classe,
    /// As offices cite it; it stays readable for ever, so it names nobody.
    pub provvedimento: String,
    pub data: Option<Data>,
}

impl DaOscurare {
    /// The provvedimento and its date: without them nothing is erased.
    pub fn provvedimento(&self, oggi: Data) -> Result<(String, Data), ProtocolloError> {
        let provvedimento = riga("provvedimento", &self.provvedimento, 200)?;
        match self.data {
            _ if provvedimento.is_empty() => Err(ProtocolloError::SenzaProvvedimento),
            None => Err(ProtocolloError::SenzaDataProvvedimento),
            Some(d) if d > oggi => Err(ProtocolloError::DataFutura),
            Some(d) => Ok((provvedimento, d)),
        }
    }

    /// The values that go: those that were chosen, and every other that says the same words, or nothing would be erased.
    pub fn fra(&self, leggibili: &[Valore]) -> Result<Vec<Valore>, ProtocolloError> {
        let scelti: Vec<&Valore> = leggibili.iter().filter(|v| self.valori.contains(&v.chiave)).collect();
        let via: Vec<Valore> =
            leggibili.iter().filter(|v| scelti.iter().any(|s| s.grezzo == v.grezzo)).cloned().collect();
        if via.is_empty() { Err(ProtocolloError::NullaDaOscurare) } else { Ok(via) }
    }
}

/// The fields that go from each voce, as its voce of oscuramento names them.
pub(crate) fn per_voce(via: &[Valore]) -> BTreeMap<i64, Vec<&'static str>> {
    let mut voci: BTreeMap<i64, Vec<&'static str>> = BTreeMap::new();
    for v in via {
        voci.entry(v.chiave.posizione).or_default().push(v.chiave.dato.codice());
    }
    voci
}

/// Which voce wrote the value of a field before that position: an earlier rettifica, or the registration itself.
pub(crate) fn scritto_da(registrazione: i64, annullamenti: &[Annullamento], dato: Dato, prima_di: i64) -> i64 {
    let suoi = annullamenti.iter().filter(|a| a.campo == dato.codice() && a.posizione < prima_di);
    suoi.map(|a| a.posizione).max().unwrap_or(registrazione)
}

/// The annulments that repeat an erased value, with a placeholder where it was.
pub(crate) fn coperti(registrazione: i64, annullamenti: &[Annullamento], via: &[Valore]) -> Vec<Annullamento> {
    let va_via = |posizione, dato| via.iter().any(|v| v.chiave == ChiaveValore { posizione, dato });
    let coperto = |a: &Annullamento| {
        let mut c = a.clone();
        if va_via(a.posizione, Dato::Motivo) {
            c.motivo = Dato::Motivo.segnaposto().to_owned();
        }
        if let Some(dato) = Dato::da(&a.campo) {
            if va_via(a.posizione, dato) {
                c.dopo = dato.segnaposto().to_owned();
            }
            if va_via(scritto_da(registrazione, annullamenti, dato, a.posizione), dato) {
                c.prima = dato.segnaposto().to_owned();
            }
        }
        (c != *a).then_some(c)
    };
    annullamenti.iter().filter_map(coperto).collect()
}

/// An erasure as it was done: the fields of one provvedimento.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Oscuramento {
    campi: Vec<String>,
    classe: String,
    pub provvedimento: String,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub provvedimento_data: Data,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub istante: Timestamp,
    pub chi: String,
    /// The voci that ordered it.
    pub posizioni: Vec<i64>,
}

impl Oscuramento {
    pub fn dati(&self) -> Vec<Dato> {
        Dato::TUTTI.into_iter().filter(|d| self.campi.iter().any(|c| c == d.codice())).collect()
    }

    pub fn classe(&self) -> &'static str {
        Classe::da(&self.classe).map_or("", Classe::nome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valore(posizione: i64, dato: Dato, testo: &str) -> Valore {
        Valore { chiave: ChiaveValore { posizione, dato }, grezzo: testo.to_owned() }
    }

    fn da_oscurare(valori: &[&str]) -> DaOscurare {
        DaOscurare {
            valori: valori.iter().map(|v| v.parse().unwrap()).collect(),
            classe: Classe::DatiEccedenti,
            provvedimento: "Provvedimento n. 3".into(),
            data: "2026-11-20".parse().ok(),
        }
    }

    #[test]
    fn the_same_words_go_wherever_they_were_written() {
        let leggibili = [
            valore(1, Dato::Oggetto, "Bianchi"),
            valore(4, Dato::Oggetto, "altro"),
            valore(7, Dato::Motivo, "Bianchi"),
        ];
        let via = da_oscurare(&["1-oggetto"]).fra(&leggibili).unwrap();
        assert_eq!(via.iter().map(|v| v.chiave.to_string()).collect::<Vec<_>>(), ["1-oggetto", "7-motivo"]);
        for niente in [&[][..], &["9-oggetto"]] {
            assert_eq!(da_oscurare(niente).fra(&leggibili).unwrap_err().codice(), Some("PRT-028"));
        }
    }

    #[test]
    fn nothing_is_erased_without_a_provvedimento_of_the_past() {
        let oggi = "2026-11-24".parse().unwrap();
        let prova = |d: DaOscurare| d.provvedimento(oggi).map_or_else(|e| e.codice().unwrap(), |_| "");
        let d = || da_oscurare(&["1-oggetto"]);
        assert_eq!(prova(d()), "");
        assert_eq!(prova(DaOscurare { provvedimento: " ".into(), ..d() }), "PRT-021");
        assert_eq!(prova(DaOscurare { data: None, ..d() }), "PRT-022");
        assert_eq!(prova(DaOscurare { data: "2026-11-25".parse().ok(), ..d() }), "PRT-010");
    }

    #[test]
    fn a_key_is_read_back_and_nothing_else_is() {
        assert_eq!("12-oggetto".parse(), Ok(ChiaveValore { posizione: 12, dato: Dato::Oggetto }));
        for male in ["", "12", "x-oggetto", "12-data_mittente", "12-"] {
            assert_eq!(male.parse::<ChiaveValore>(), Err(()), "{male}");
        }
    }
}
