//! What happened to a publication, told by its operations and never by its dates.

use jiff::ToSpan;
use kernel::tempo::inizio_del_giorno;
use kernel::{Data, Impronta, Istante, Periodo};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Classe;

/// A file as an operation exposed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEsposto {
    pub id: Uuid,
    pub ruolo: String,
    pub impronta: Impronta,
}

/// What an operation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cosa", rename_all = "snake_case")]
pub enum Cosa {
    Affissione {
        /// The day for which it was scheduled, if it was.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        previsto: Option<Data>,
        dal: Data,
        al: Data,
        file: Vec<FileEsposto>,
    },
    Proroga {
        interrotto: Periodo,
        al: Data,
    },
    Sostituzione {
        tolto: Uuid,
        messo: FileEsposto,
        /// The last day that the ente decided, and whether it decided another one.
        al: Data,
        nuovo_periodo: bool,
    },
    Annullamento,
    Rimozione {
        classe: Classe,
    },
    Relata {
        impronta: Impronta,
    },
}

impl Cosa {
    pub fn codice(&self) -> &'static str {
        match self {
            Cosa::Affissione { .. } => "affissione",
            Cosa::Proroga { .. } => "proroga",
            Cosa::Sostituzione { .. } => "sostituzione",
            Cosa::Annullamento => "annullamento",
            Cosa::Rimozione { .. } => "rimozione",
            Cosa::Relata { .. } => "relata",
        }
    }

    /// The last day as this operation leaves it.
    fn al(&self) -> Option<Data> {
        match self {
            Cosa::Affissione { al, .. } | Cosa::Proroga { al, .. } | Cosa::Sostituzione { al, .. } => Some(*al),
            _ => None,
        }
    }
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fatto {
    pub posizione: i64,
    pub istante: Istante,
    pub chi: String,
    pub motivo: String,
    pub cosa: Cosa,
}

/// A half-open stretch of exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intervallo {
    pub dal: Istante,
    pub al: Istante,
}

/// A file with the stretches in which it could really be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Esposizione {
    pub file: FileEsposto,
    pub intervalli: Vec<Intervallo>,
}

/// The whole story of a publication, up to an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relata {
    pub dal: Data,
    pub al: Data,
    /// The scheduled day, when the real start came later.
    pub previsto: Option<Data>,
    pub intervalli: Vec<Intervallo>,
    pub file: Vec<Esposizione>,
    /// What closed it before its last day: annulment or removal.
    pub chiusa: Option<Fatto>,
    /// True when nothing is exposed any more.
    pub finita: bool,
}

impl Relata {
    /// Reads the log. `None` when it does not begin with a publication.
    pub fn da(fatti: &[Fatto], adesso: Istante) -> Option<Relata> {
        let primo = fatti.first()?;
        let Cosa::Affissione { previsto, dal, file, .. } = &primo.cosa else { return None };
        let al = fatti.iter().rev().find_map(|f| f.cosa.al())?;
        let chiuso = fatti.iter().find(|f| matches!(f.cosa, Cosa::Annullamento | Cosa::Rimozione { .. }));
        let fine = chiuso.map_or_else(|| super::tempi::fine(al), |f| f.istante.min(super::tempi::fine(al)));
        let tutto = Intervallo { dal: primo.istante, al: fine.min(adesso).max(primo.istante) };
        let buchi: Vec<Intervallo> = fatti.iter().filter_map(|f| interruzione(&f.cosa)).collect();
        let mut esposti: Vec<(FileEsposto, Intervallo)> = file.iter().map(|f| (f.clone(), tutto)).collect();
        for f in fatti {
            if let Cosa::Sostituzione { tolto, messo, .. } = &f.cosa {
                esposti.iter_mut().filter(|(e, _)| e.id == *tolto).for_each(|(_, i)| i.al = i.al.min(f.istante));
                esposti.push((messo.clone(), Intervallo { dal: f.istante.min(tutto.al), al: tutto.al }));
            }
        }
        Some(Relata {
            dal: *dal,
            al,
            previsto: previsto.filter(|p| p < dal),
            intervalli: togli(tutto, &buchi),
            file: esposti.into_iter().map(|(file, i)| Esposizione { file, intervalli: togli(i, &buchi) }).collect(),
            chiusa: chiuso.filter(|f| f.istante < super::tempi::fine(al)).cloned(),
            finita: adesso >= fine,
        })
    }
}

fn interruzione(cosa: &Cosa) -> Option<Intervallo> {
    let Cosa::Proroga { interrotto, .. } = cosa else { return None };
    let al = interrotto.al()?;
    Some(Intervallo { dal: interrotto.inizio(), al: inizio_del_giorno(al.saturating_add(1.day())) })
}

/// What is left of a stretch without the holes, in order; nothing of no length.
fn togli(tutto: Intervallo, buchi: &[Intervallo]) -> Vec<Intervallo> {
    let mut pezzi = vec![tutto];
    for b in buchi {
        pezzi = pezzi
            .into_iter()
            .flat_map(|p| {
                [Intervallo { dal: p.dal, al: p.al.min(b.dal) }, Intervallo { dal: p.dal.max(b.al), al: p.al }]
            })
            .filter(|p| p.dal < p.al)
            .collect();
    }
    pezzi
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn file(n: u8) -> FileEsposto {
        FileEsposto { id: Uuid::from_bytes([n; 16]), ruolo: "atto".into(), impronta: Impronta::di(&[n]) }
    }

    fn fatto(istante: Istante, cosa: Cosa) -> Fatto {
        Fatto { posizione: 1, istante, chi: "Ada Prova".into(), motivo: String::new(), cosa }
    }

    fn giorno(g: i8) -> Data {
        date(2026, 11, g)
    }

    fn affissione(previsto: Option<Data>) -> Fatto {
        let cosa = Cosa::Affissione { previsto, dal: giorno(2), al: giorno(16), file: vec![file(1)] };
        fatto(giorno(2).at(9, 0, 0, 0).in_tz("Europe/Rome").unwrap().timestamp(), cosa)
    }

    fn tardi() -> Istante {
        inizio_del_giorno(date(2027, 1, 1))
    }

    #[test]
    fn a_plain_publication_is_one_stretch() {
        let r = Relata::da(&[affissione(Some(giorno(2)))], tardi()).unwrap();
        assert_eq!(r.intervalli, [Intervallo { dal: affissione(None).istante, al: inizio_del_giorno(giorno(17)) }]);
        assert!(r.finita && r.previsto.is_none());
        assert_eq!(Relata::da(&[affissione(Some(giorno(1)))], tardi()).unwrap().previsto, Some(giorno(1)));
    }

    #[test]
    fn an_interruption_leaves_two_stretches() {
        let interrotto = Periodo::nuovo(giorno(8), Some(giorno(10))).unwrap();
        let proroga = fatto(inizio_del_giorno(giorno(11)), Cosa::Proroga { interrotto, al: giorno(19) });
        let r = Relata::da(&[affissione(None), proroga], tardi()).unwrap();
        assert_eq!(r.al, giorno(19));
        assert_eq!(r.intervalli.len(), 2);
        assert_eq!(r.intervalli[0].al, inizio_del_giorno(giorno(8)));
        assert_eq!(
            r.intervalli[1],
            Intervallo { dal: inizio_del_giorno(giorno(11)), al: inizio_del_giorno(giorno(20)) }
        );
    }

    #[test]
    fn each_file_has_its_own_stretch() {
        let il = inizio_del_giorno(giorno(8));
        let cosa = Cosa::Sostituzione { tolto: file(1).id, messo: file(2), al: giorno(16), nuovo_periodo: false };
        let r = Relata::da(&[affissione(None), fatto(il, cosa)], tardi()).unwrap();
        assert_eq!(r.file[0].intervalli[0].al, il);
        assert_eq!(r.file[1].intervalli, [Intervallo { dal: il, al: inizio_del_giorno(giorno(17)) }]);
        assert_eq!(r.intervalli.len(), 1);
    }

    #[test]
    fn an_annulment_ends_the_stretch_and_today_is_not_the_future() {
        let il = inizio_del_giorno(giorno(5));
        let r = Relata::da(&[affissione(None), fatto(il, Cosa::Annullamento)], tardi()).unwrap();
        assert_eq!(r.intervalli[0].al, il);
        assert_eq!(r.chiusa.map(|f| f.cosa), Some(Cosa::Annullamento));
        let r = Relata::da(&[affissione(None)], il).unwrap();
        assert!(!r.finita && r.intervalli[0].al == il);
    }
}
