//! The page of interruptions.

use askama::Template;
use enti::Interruzione;
use jiff::SignedDuration;
use kernel::tempo::{breve, data_ora};
use kernel::{Istante, Periodo};
use web::{Modulo, Operatore};

use crate::model::interruzioni::Soglia;
use crate::model::{Atto, proroga};
use crate::permissions::CORREGGI;
use crate::queries::Proposta;
use crate::web::Percorso;

/// Shorter ones are noise to who reads; they count in the month all the same.
const DA_MOSTRARE: SignedDuration = SignedDuration::from_mins(30);

/// The proposals that share the same days: what can still be extended, and what ended meanwhile.
pub(crate) struct Gruppo {
    interrotto: Periodo,
    minuti: i32,
    in_corso: Vec<(Atto, String)>,
    finite: Vec<Atto>,
}

impl Gruppo {
    fn al(&self) -> kernel::Data {
        self.interrotto.al().unwrap_or(self.interrotto.dal())
    }

    fn titolo(&self) -> String {
        match (breve(self.interrotto.dal()), breve(self.al())) {
            (dal, al) if dal == al => format!("Il {dal}"),
            (dal, al) => format!("Dal {dal} al {al}"),
        }
    }

    fn quanto(&self) -> String {
        durata(SignedDuration::from_mins(self.minuti.into()))
    }

    /// What the relata will say, unless the person writes something else.
    fn motivo(&self) -> String {
        format!("Albo non raggiungibile per {}, misurato dal programma", self.quanto())
    }

    fn bottone(&self) -> String {
        match self.in_corso.len() {
            1 => "Proroga una pubblicazione".to_owned(),
            n => format!("Proroga {n} pubblicazioni"),
        }
    }
}

#[derive(Template)]
#[template(path = "interruzioni.html")]
pub(crate) struct PaginaInterruzioni<'a> {
    op: &'a Operatore,
    soglia: Option<Soglia>,
    misurate: Vec<Interruzione>,
    gruppi: Vec<Gruppo>,
    modulo: Modulo,
}

impl<'a> PaginaInterruzioni<'a> {
    pub(crate) fn di(
        op: &'a Operatore,
        soglia: Option<Soglia>,
        misurate: Vec<Interruzione>,
        proposte: Vec<Proposta>,
        adesso: Istante,
        modulo: Modulo,
    ) -> PaginaInterruzioni<'a> {
        let misurate = misurate.into_iter().rev().filter(|i| i.durata() >= DA_MOSTRARE).collect();
        PaginaInterruzioni { op, soglia, misurate, gruppi: gruppi(proposte, adesso), modulo }
    }

    fn puo(&self) -> bool {
        self.op.spento().is_none() && self.op.puo(CORREGGI)
    }

    fn ora(&self, i: &Istante) -> String {
        data_ora(*i)
    }

    fn durata(&self, i: &Interruzione) -> String {
        durata(i.durata())
    }

    fn qui(&self, a: &Atto) -> String {
        let numeri = a.pubblicazione.as_ref().map_or((0, 0), |p| (p.anno, p.numero.valore()));
        self.op.percorso(Percorso::Atto { anno: numeri.0, numero: numeri.1 })
    }

    /// The reason as typed, when this is the form that came back.
    fn motivo(&self, g: &Gruppo) -> String {
        let questo = self.modulo.valore("dal") == g.interrotto.dal().to_string();
        if questo { self.modulo.valore("motivo").to_owned() } else { g.motivo() }
    }
}

fn gruppi(proposte: Vec<Proposta>, adesso: Istante) -> Vec<Gruppo> {
    let oggi = kernel::tempo::giorno_a_roma(adesso);
    let mut gruppi: Vec<Gruppo> = Vec::new();
    for x in proposte {
        let posto = gruppi.iter().position(|g| g.interrotto == x.interrotto).unwrap_or_else(|| {
            gruppi.push(Gruppo { interrotto: x.interrotto, minuti: 0, in_corso: Vec::new(), finite: Vec::new() });
            gruppi.len() - 1
        });
        let g = &mut gruppi[posto];
        g.minuti = g.minuti.max(x.minuti);
        let nuova = x.atto.in_corso(adesso).and_then(|p| proroga(p, &[], x.interrotto, oggi));
        match nuova {
            Ok(al) => g.in_corso.push((x.atto, breve(al))),
            Err(_) => g.finite.push(x.atto),
        }
    }
    gruppi
}

/// "2 ore e 5 minuti", "3 giorni e 4 ore"
fn durata(d: SignedDuration) -> String {
    let uno = |n: i64, uno: &str, tanti: &str| if n == 1 { format!("1 {uno}") } else { format!("{n} {tanti}") };
    let (ore, minuti) = (d.as_hours(), d.as_mins() % 60);
    let pezzi = match ore {
        0 => [(minuti, uno(minuti, "minuto", "minuti")), (0, String::new())],
        1..48 => [(ore, uno(ore, "ora", "ore")), (minuti, uno(minuti, "minuto", "minuti"))],
        _ => [(ore / 24, uno(ore / 24, "giorno", "giorni")), (ore % 24, uno(ore % 24, "ora", "ore"))],
    };
    pezzi.into_iter().filter(|(n, _)| *n > 0).map(|(_, p)| p).collect::<Vec<_>>().join(" e ")
}

#[cfg(test)]
mod tests {
    use super::durata;
    use jiff::SignedDuration;

    #[test]
    fn a_length_is_said_with_two_words_at_most() {
        for (minuti, detto) in [
            (1, "1 minuto"),
            (59, "59 minuti"),
            (60, "1 ora"),
            (13 * 60 + 1, "13 ore e 1 minuto"),
            (47 * 60 + 30, "47 ore e 30 minuti"),
            (72 * 60, "3 giorni"),
            (73 * 60 + 12, "3 giorni e 1 ora"),
        ] {
            assert_eq!(durata(SignedDuration::from_mins(minuti)), detto);
        }
    }
}
