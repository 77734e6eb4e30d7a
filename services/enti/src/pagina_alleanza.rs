//! The public page of an alliance.

use ::web::Service;
use askama::Template;
use jiff::Timestamp;
use kernel::Data;
use kernel::tempo::{data_ora, in_italiano};

use crate::model::{Fermata, Mese, OGNI, slug};

/// Members that fit in a page without a search box.
const SENZA_RICERCA: usize = 12;

/// A member in force, with what may be said of it.
pub(crate) struct MembroPubblico {
    pub codice: String,
    pub nome: String,
    pub stato: String,
    pub sito: Option<String>,
    /// Code of the service, and since when it is on.
    pub servizi: Vec<(String, Timestamp)>,
    /// The last first.
    pub mesi: Vec<Mese>,
}

#[derive(Template)]
#[template(path = "pubblica_alleanza.html")]
pub(crate) struct PaginaAlleanza {
    alleanza: String,
    quanti: usize,
    insieme: Vec<Mese>,
    membri: Vec<MembroPubblico>,
    fermate: Vec<Fermata>,
    q: String,
    catalogo: &'static [Service],
}

impl PaginaAlleanza {
    /// All the members count in the whole; those whose name was searched are listed.
    pub(crate) fn di(
        alleanza: String,
        mut membri: Vec<MembroPubblico>,
        fermate: Vec<Fermata>,
        q: String,
        catalogo: &'static [Service],
    ) -> PaginaAlleanza {
        let quanti = membri.len();
        let insieme = Mese::insieme(membri.iter().flat_map(|m| m.mesi.iter().copied()));
        let cercato = slug(&q);
        membri.retain(|m| slug(&m.nome).contains(&cercato));
        PaginaAlleanza { alleanza, quanti, insieme, membri, fermate, q, catalogo }
    }

    fn ricerca(&self) -> bool {
        self.quanti > SENZA_RICERCA
    }

    /// The services of a member, by name.
    fn servizi(&self, m: &MembroPubblico) -> String {
        let nome = |c: &str| self.catalogo.iter().find(|s| s.codice == c).map_or(c.to_owned(), |s| s.nome.to_owned());
        m.servizi.iter().map(|(c, _)| nome(c)).collect::<Vec<_>>().join(", ")
    }

    /// "novembre 2026" and "99,98 %"; what nobody measured is not shown.
    fn misure(&self, mesi: &[Mese]) -> Vec<(String, String)> {
        mesi.iter().filter_map(|m| Some((nome_mese(m.mese), m.in_parole()?))).collect()
    }

    /// "dal 11/09/2026 02:00 al 11/09/2026 02:40"
    fn fermata(&self, f: &Fermata) -> String {
        let dal = data_ora(f.dal);
        f.al.map_or_else(|| format!("dal {dal}"), |al| format!("dal {dal} al {}", data_ora(al)))
    }

    fn minuti(&self) -> u16 {
        OGNI
    }

    /// How a member stands, when it is not simply in.
    fn stato(&self, m: &MembroPubblico) -> Option<&'static str> {
        match m.stato.as_str() {
            "sospesa" => Some("adesione sospesa"),
            "recesso" => Some("in uscita"),
            _ => None,
        }
    }
}

/// "novembre 2026": the month of its first day.
fn nome_mese(primo: Data) -> String {
    in_italiano(primo).split_once(' ').map_or_else(String::new, |(_, resto)| resto.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nome_mese;

    #[test]
    fn a_month_has_a_name_and_a_year() {
        assert_eq!(nome_mese(jiff::civil::date(2026, 11, 1)), "novembre 2026");
    }
}
