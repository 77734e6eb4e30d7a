//! Why personal data are erased: the class stays for ever beside what was erased, the data do not.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classe {
    DatiParticolari,
    DatiEccedenti,
    OrdineGarante,
    OrdineGiudice,
    RichiestaInteressato,
}

pub const CLASSI: &[(&str, Classe)] = &[
    ("dati_particolari", Classe::DatiParticolari),
    ("dati_eccedenti", Classe::DatiEccedenti),
    ("ordine_garante", Classe::OrdineGarante),
    ("ordine_giudice", Classe::OrdineGiudice),
    ("richiesta_interessato", Classe::RichiestaInteressato),
];

impl Classe {
    pub fn codice(self) -> &'static str {
        CLASSI.iter().find(|(_, c)| *c == self).map_or("", |(n, _)| n)
    }

    pub fn nome(self) -> &'static str {
        match self {
            Classe::DatiParticolari => "dati sulla salute o altri dati particolari",
            Classe::DatiEccedenti => "dati personali eccedenti",
            Classe::OrdineGarante => "ordine del Garante",
            Classe::OrdineGiudice => "ordine del giudice",
            Classe::RichiestaInteressato => "richiesta dell’interessato",
        }
    }

    pub fn da(codice: &str) -> Option<Classe> {
        CLASSI.iter().find(|(n, _)| *n == codice).map(|(_, c)| *c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_read_back_from_its_code() {
        assert!(CLASSI.iter().all(|(codice, c)| c.codice() == *codice && Classe::da(codice) == Some(*c)));
        assert_eq!(Classe::da("capriccio"), None);
        let mut nomi: Vec<_> = CLASSI.iter().map(|(_, c)| c.nome()).collect();
        nomi.dedup();
        assert_eq!((nomi.len(), nomi[2]), (CLASSI.len(), "ordine del Garante"));
    }
}
