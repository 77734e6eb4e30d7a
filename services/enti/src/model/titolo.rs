//! By what title an ente uses the services: an alliance offers them, and an adhesion that binds is what opens them.

use kernel::{Data, tempo::breve};

use super::{Adesione, Stato};

/// What the rule looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Posizione {
    /// Nobody ever founded an alliance in this installation.
    pub senza_alleanze: bool,
    /// The ente has an alliance of its own, and it lasts.
    pub ha_alleanza: bool,
    /// The adhesions of the ente, each with the name of its alliance.
    pub adesioni: Vec<(String, Adesione)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Titolo {
    /// No alliance offers anything here: the installation is of those who use it.
    SenzaAlleanze,
    /// The alliance's own body uses what it offers.
    Proprio,
    /// An adhesion in force.
    Adesione,
    /// An adhesion that still binds, suspended or withdrawing: what is on stays on, nothing new goes on.
    Fermo {
        alleanza: String,
        stato: Stato,
    },
    /// An adhesion that is not active yet.
    InArrivo {
        alleanza: String,
        stato: Stato,
    },
    /// It bound until that day, included.
    Finito {
        alleanza: String,
        al: Data,
    },
    Nessuno,
}

impl Titolo {
    /// The best title that the ente has on that day.
    pub fn di(p: &Posizione, oggi: Data) -> Titolo {
        if p.senza_alleanze {
            return Titolo::SenzaAlleanze;
        }
        if p.ha_alleanza {
            return Titolo::Proprio;
        }
        let titoli = p.adesioni.iter().map(|(alleanza, a)| Titolo::da(alleanza, a, oggi));
        titoli.max_by_key(Titolo::peso).unwrap_or(Titolo::Nessuno)
    }

    fn da(alleanza: &str, a: &Adesione, oggi: Data) -> Titolo {
        let (alleanza, stato) = (alleanza.to_owned(), a.stato);
        if a.in_vigore(oggi) {
            return if stato == Stato::Attiva { Titolo::Adesione } else { Titolo::Fermo { alleanza, stato } };
        }
        match (stato, a.decorre_dal) {
            (Stato::Richiesta | Stato::Deliberata | Stato::Firmata, _) => Titolo::InArrivo { alleanza, stato },
            // Given up before it began: it never bound.
            (_, None) => Titolo::Nessuno,
            (_, Some(_)) => Titolo::Finito { alleanza, al: a.recesso.map_or(a.stato_dal, |r| r.efficace_il) },
        }
    }

    fn peso(&self) -> (u8, Data) {
        match self {
            Titolo::SenzaAlleanze | Titolo::Proprio => (5, Data::MAX),
            Titolo::Adesione => (4, Data::MAX),
            Titolo::Fermo { .. } => (3, Data::MAX),
            Titolo::InArrivo { .. } => (2, Data::MAX),
            Titolo::Finito { al, .. } => (1, *al),
            Titolo::Nessuno => (0, Data::MIN),
        }
    }

    /// A service goes on only with an adhesion that is active on the day.
    pub fn puo_attivare(&self) -> bool {
        matches!(self, Titolo::SenzaAlleanze | Titolo::Proprio | Titolo::Adesione)
    }

    /// What is on is written in while the adhesion binds; after, it is only read.
    pub fn puo_scrivere(&self) -> bool {
        self.puo_attivare() || matches!(self, Titolo::Fermo { .. })
    }

    /// Why a service does not go on, or cannot be written in.
    pub fn perche_no(&self) -> String {
        match self {
            Titolo::SenzaAlleanze | Titolo::Proprio | Titolo::Adesione => String::new(),
            Titolo::Fermo { alleanza, stato: Stato::Sospesa } => format!("L’adesione a {alleanza} è sospesa."),
            Titolo::Fermo { alleanza, .. } => format!("L’adesione a {alleanza} è in recesso."),
            Titolo::InArrivo { alleanza, stato } => {
                format!("L’adesione a {alleanza} è {}, non ancora attiva.", stato.codice())
            }
            Titolo::Finito { alleanza, al } => format!("L’adesione a {alleanza} è finita il {}.", breve(*al)),
            Titolo::Nessuno => "I servizi li offre un’alleanza, e l’ente non ha aderito a nessuna.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Forma, Recesso};
    use jiff::civil::date;

    const OGGI: Data = date(2026, 11, 25);

    fn adesione(stato: Stato) -> Adesione {
        let decorre_dal = (!matches!(stato, Stato::Richiesta | Stato::Deliberata | Stato::Firmata)).then_some(OGGI);
        Adesione { stato, decorre_dal, ..Adesione::chiesta(Forma::Convenzione, date(2026, 1, 1)) }
    }

    fn in_recesso(efficace_il: Data) -> Adesione {
        let recesso = Some(Recesso { notificato_il: date(2026, 2, 1), efficace_il });
        Adesione { recesso, ..adesione(Stato::Recesso) }
    }

    fn titolo(adesioni: Vec<Adesione>) -> Titolo {
        let adesioni = adesioni.into_iter().map(|a| ("CST".to_owned(), a)).collect();
        Titolo::di(&Posizione { adesioni, ..Posizione::default() }, OGGI)
    }

    #[test]
    fn what_each_state_opens() {
        for (stato, attiva, scrive) in [
            (Stato::Richiesta, false, false),
            (Stato::Deliberata, false, false),
            (Stato::Firmata, false, false),
            (Stato::Attiva, true, true),
            (Stato::Sospesa, false, true),
            (Stato::Cessata, false, false),
        ] {
            let t = titolo(vec![adesione(stato)]);
            assert_eq!((t.puo_attivare(), t.puo_scrivere()), (attiva, scrive), "{stato:?}");
            assert_eq!(t.perche_no().is_empty(), attiva, "{stato:?}");
        }
        let t = titolo(vec![]);
        assert!(t == Titolo::Nessuno && !t.puo_scrivere());
    }

    #[test]
    fn a_withdrawal_binds_until_its_last_day() {
        let t = titolo(vec![in_recesso(OGGI)]);
        assert!(t.puo_scrivere() && !t.puo_attivare());
        let t = titolo(vec![in_recesso(date(2026, 11, 24))]);
        assert_eq!(t, Titolo::Finito { alleanza: "CST".into(), al: date(2026, 11, 24) });
        assert_eq!(t.perche_no(), "L’adesione a CST è finita il 24/11/2026.");
    }

    #[test]
    fn given_up_before_it_began_is_no_title() {
        let rinunciata = Adesione { decorre_dal: None, ..adesione(Stato::Cessata) };
        assert_eq!(titolo(vec![rinunciata]), Titolo::Nessuno);
    }

    #[test]
    fn the_best_title_counts() {
        let tutte = vec![adesione(Stato::Cessata), adesione(Stato::Attiva), adesione(Stato::Richiesta)];
        assert_eq!(titolo(tutte), Titolo::Adesione);
        let propria = Posizione { ha_alleanza: true, ..Posizione::default() };
        assert_eq!(Titolo::di(&propria, OGGI), Titolo::Proprio);
        let libera = Posizione { senza_alleanze: true, ..Posizione::default() };
        assert!(Titolo::di(&libera, OGGI).puo_attivare());
    }
}
