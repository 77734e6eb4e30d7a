//! Credentials of officials: their kinds, and when to speak of their end.

use jiff::ToSpan;
use kernel::Data;

/// How long before the end its renewal is begun: certificates are issued in weeks, not in hours.
const ANTICIPO: i64 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TipoCredenziale {
    Carta,
    FirmaRemota,
    Token,
    SpidProfessionale,
    Cie,
    Altro,
}

impl TipoCredenziale {
    pub const TUTTI: [TipoCredenziale; 6] = [
        TipoCredenziale::Carta,
        TipoCredenziale::FirmaRemota,
        TipoCredenziale::Token,
        TipoCredenziale::SpidProfessionale,
        TipoCredenziale::Cie,
        TipoCredenziale::Altro,
    ];

    pub fn codice(self) -> &'static str {
        match self {
            TipoCredenziale::Carta => "carta",
            TipoCredenziale::FirmaRemota => "firma_remota",
            TipoCredenziale::Token => "token",
            TipoCredenziale::SpidProfessionale => "spid_professionale",
            TipoCredenziale::Cie => "cie",
            TipoCredenziale::Altro => "altro",
        }
    }

    pub fn nome(self) -> &'static str {
        match self {
            TipoCredenziale::Carta => "Certificato di firma su carta o chiavetta",
            TipoCredenziale::FirmaRemota => "Firma remota",
            TipoCredenziale::Token => "Token per i codici",
            TipoCredenziale::SpidProfessionale => "SPID per uso professionale",
            TipoCredenziale::Cie => "Carta d’identità elettronica",
            TipoCredenziale::Altro => "Altra credenziale",
        }
    }

    pub fn da(codice: &str) -> Option<TipoCredenziale> {
        TipoCredenziale::TUTTI.into_iter().find(|t| t.codice() == codice)
    }
}

/// How the end of a credential stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scadenza {
    Lontana,
    Vicina,
    Passata,
}

impl Scadenza {
    pub fn di(scade_il: Option<Data>, oggi: Data) -> Scadenza {
        match scade_il {
            Some(d) if d < oggi => Scadenza::Passata,
            Some(d) if d <= orizzonte(oggi) => Scadenza::Vicina,
            _ => Scadenza::Lontana,
        }
    }
}

/// Whatever ends up to this day is on the desk.
pub fn orizzonte(oggi: Data) -> Data {
    oggi.saturating_add(ANTICIPO.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_end_is_spoken_of_two_months_before() {
        let oggi = date(2026, 11, 25);
        for (scade, atteso) in [
            (None, Scadenza::Lontana),
            (Some(date(2027, 1, 25)), Scadenza::Lontana),
            (Some(date(2027, 1, 24)), Scadenza::Vicina),
            (Some(oggi), Scadenza::Vicina),
            (Some(date(2026, 11, 24)), Scadenza::Passata),
        ] {
            assert_eq!(Scadenza::di(scade, oggi), atteso, "{scade:?}");
        }
    }

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for t in TipoCredenziale::TUTTI {
            assert_eq!(TipoCredenziale::da(t.codice()), Some(t));
        }
        assert_eq!(TipoCredenziale::da("chiave di casa"), None);
    }
}
