//! The adhesion of an ente to an alliance, from request to withdrawal.

use kernel::{Data, Provvedimento};

use crate::errors::Rifiuto;

/// How an ente joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forma {
    ProtocolloAttuativo,
    Convenzione,
}

impl Forma {
    pub const TUTTE: [Forma; 2] = [Forma::ProtocolloAttuativo, Forma::Convenzione];

    pub fn codice(self) -> &'static str {
        match self {
            Forma::ProtocolloAttuativo => "protocollo_attuativo",
            Forma::Convenzione => "convenzione",
        }
    }

    pub fn nome(self) -> &'static str {
        match self {
            Forma::ProtocolloAttuativo => "Protocollo attuativo",
            Forma::Convenzione => "Convenzione (art. 30 TUEL)",
        }
    }

    pub fn da(codice: &str) -> Option<Forma> {
        Forma::TUTTE.into_iter().find(|f| f.codice() == codice)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stato {
    Richiesta,
    Deliberata,
    Firmata,
    Attiva,
    Sospesa,
    Recesso,
    Cessata,
}

impl Stato {
    pub const TUTTI: [Stato; 7] = [
        Stato::Richiesta,
        Stato::Deliberata,
        Stato::Firmata,
        Stato::Attiva,
        Stato::Sospesa,
        Stato::Recesso,
        Stato::Cessata,
    ];

    pub fn codice(self) -> &'static str {
        match self {
            Stato::Richiesta => "richiesta",
            Stato::Deliberata => "deliberata",
            Stato::Firmata => "firmata",
            Stato::Attiva => "attiva",
            Stato::Sospesa => "sospesa",
            Stato::Recesso => "recesso",
            Stato::Cessata => "cessata",
        }
    }

    pub fn da(codice: &str) -> Option<Stato> {
        Stato::TUTTI.into_iter().find(|s| s.codice() == codice)
    }
}

/// A withdrawal: when it was notified, and the last day on which the adhesion binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recesso {
    pub notificato_il: Data,
    pub efficace_il: Data,
}

/// What the rules look at. A step takes the adhesion and gives the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adesione {
    pub forma: Forma,
    pub stato: Stato,
    /// When the last step happened: no step comes before it.
    pub stato_dal: Data,
    pub decorre_dal: Option<Data>,
    pub recesso: Option<Recesso>,
}

impl Adesione {
    pub fn chiesta(forma: Forma, il: Data) -> Adesione {
        Adesione { forma, stato: Stato::Richiesta, stato_dal: il, decorre_dal: None, recesso: None }
    }

    /// True while it binds: suspended too, and in withdrawal until the effect.
    pub fn in_vigore(&self, oggi: Data) -> bool {
        matches!(self.stato, Stato::Attiva | Stato::Sospesa | Stato::Recesso)
            && self.recesso.is_none_or(|r| oggi <= r.efficace_il)
    }

    /// True when the withdrawal has had its effect and nobody has closed the adhesion yet.
    pub fn scaduta(&self, oggi: Data) -> bool {
        self.stato == Stato::Recesso && !self.in_vigore(oggi)
    }

    pub fn puo_deliberare(&self) -> bool {
        self.stato == Stato::Richiesta
    }

    /// A convention is approved by the council (TUEL art. 30 and 42).
    pub fn delibera(self, il: Data, atto: &Provvedimento) -> Result<Adesione, Rifiuto> {
        if self.forma == Forma::Convenzione && !atto.tipo.to_lowercase().contains("consiglio") {
            return Err(Rifiuto::ServeIlConsiglio);
        }
        if atto.data > il {
            return Err(Rifiuto::AttoDopo { atto: atto.data, il });
        }
        let puo = self.puo_deliberare();
        self.passa(puo, Stato::Deliberata, il)
    }

    pub fn puo_firmare(&self) -> bool {
        self.stato == Stato::Deliberata
    }

    pub fn firma(self, il: Data, per_ente: &str, per_alleanza: &str) -> Result<Adesione, Rifiuto> {
        if per_ente.is_empty() || per_alleanza.is_empty() {
            return Err(Rifiuto::SenzaFirme);
        }
        let puo = self.puo_firmare();
        self.passa(puo, Stato::Firmata, il)
    }

    pub fn puo_attivare(&self) -> bool {
        self.stato == Stato::Firmata
    }

    pub fn attiva(self, dal: Data) -> Result<Adesione, Rifiuto> {
        let puo = self.puo_attivare();
        Ok(Adesione { decorre_dal: Some(dal), ..self.passa(puo, Stato::Attiva, dal)? })
    }

    pub fn puo_sospendere(&self) -> bool {
        self.stato == Stato::Attiva
    }

    pub fn sospendi(self, il: Data) -> Result<Adesione, Rifiuto> {
        let puo = self.puo_sospendere();
        self.passa(puo, Stato::Sospesa, il)
    }

    pub fn puo_riprendere(&self) -> bool {
        self.stato == Stato::Sospesa
    }

    pub fn riprendi(self, il: Data) -> Result<Adesione, Rifiuto> {
        let puo = self.puo_riprendere();
        self.passa(puo, Stato::Attiva, il)
    }

    pub fn puo_recedere(&self) -> bool {
        matches!(self.stato, Stato::Attiva | Stato::Sospesa)
    }

    pub fn recedi(self, notificato_il: Data, preavviso_mesi: i16) -> Result<Adesione, Rifiuto> {
        let recesso = Recesso { notificato_il, efficace_il: efficacia_recesso(notificato_il, preavviso_mesi) };
        let puo = self.puo_recedere();
        Ok(Adesione { recesso: Some(recesso), ..self.passa(puo, Stato::Recesso, notificato_il)? })
    }

    pub fn puo_rinunciare(&self) -> bool {
        matches!(self.stato, Stato::Richiesta | Stato::Deliberata | Stato::Firmata)
    }

    /// Gives up before the adhesion begins: there is nothing to withdraw from.
    pub fn rinuncia(self, il: Data) -> Result<Adesione, Rifiuto> {
        let puo = self.puo_rinunciare();
        self.passa(puo, Stato::Cessata, il)
    }

    pub fn puo_cessare(&self, oggi: Data) -> bool {
        self.scaduta(oggi)
    }

    /// Closes an adhesion whose withdrawal has had its effect.
    pub fn cessa(self, oggi: Data) -> Result<Adesione, Rifiuto> {
        match self.recesso {
            Some(r) if self.stato == Stato::Recesso && oggi <= r.efficace_il => {
                Err(Rifiuto::RecessoNonAncora { efficace_il: r.efficace_il })
            }
            _ => {
                let puo = self.puo_cessare(oggi);
                self.passa(puo, Stato::Cessata, oggi)
            }
        }
    }

    fn passa(self, puo: bool, a: Stato, il: Data) -> Result<Adesione, Rifiuto> {
        if !puo {
            return Err(Rifiuto::PassoNonAmmesso { da: self.stato, a });
        }
        if il < self.stato_dal {
            return Err(Rifiuto::PassoIndietro { il, ultimo: self.stato_dal });
        }
        Ok(Adesione { stato: a, stato_dal: il, ..self })
    }
}

/// The first 31 December at least `preavviso_mesi` months after the notice.
pub fn efficacia_recesso(notificato_il: Data, preavviso_mesi: i16) -> Data {
    let minimo = notificato_il.saturating_add(jiff::Span::new().months(preavviso_mesi));
    minimo.last_of_year()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use kernel::Numero;

    fn atto(tipo: &str, data: Data) -> Provvedimento {
        Provvedimento {
            tipo: tipo.into(),
            registro: "delibere".into(),
            serie: 2026,
            numero: Numero::PRIMO,
            data,
            documento: None,
        }
    }

    fn attiva() -> Adesione {
        Adesione::chiesta(Forma::Convenzione, date(2026, 1, 10))
            .delibera(date(2026, 2, 1), &atto("delibera di Consiglio", date(2026, 1, 30)))
            .and_then(|a| a.firma(date(2026, 2, 10), "la sindaca", "il presidente"))
            .and_then(|a| a.attiva(date(2026, 3, 1)))
            .unwrap()
    }

    #[test]
    fn the_whole_road() {
        let a = attiva();
        assert_eq!((a.stato, a.decorre_dal), (Stato::Attiva, Some(date(2026, 3, 1))));
        let a = a.sospendi(date(2026, 4, 1)).unwrap();
        assert!(a.in_vigore(date(2026, 4, 2)) && a.puo_recedere());
        let a = a.riprendi(date(2026, 5, 1)).unwrap().recedi(date(2026, 7, 1), 6).unwrap();
        assert_eq!(a.recesso.unwrap().efficace_il, date(2027, 12, 31));
        assert!(a.in_vigore(date(2027, 12, 31)) && a.scaduta(date(2028, 1, 1)));
        let presto = a.clone().cessa(date(2027, 12, 31)).unwrap_err();
        assert_eq!(presto, Rifiuto::RecessoNonAncora { efficace_il: date(2027, 12, 31) });
        assert_eq!(a.cessa(date(2028, 1, 1)).unwrap().stato, Stato::Cessata);
    }

    #[test]
    fn a_notice_of_six_months_counts_months() {
        assert_eq!(efficacia_recesso(date(2026, 6, 30), 6), date(2026, 12, 31));
        assert_eq!(efficacia_recesso(date(2026, 7, 1), 6), date(2027, 12, 31));
        assert_eq!(efficacia_recesso(date(2026, 8, 31), 6), date(2027, 12, 31));
        assert_eq!(efficacia_recesso(date(2026, 12, 31), 0), date(2026, 12, 31));
    }

    #[test]
    fn a_convention_wants_the_council() {
        let a = Adesione::chiesta(Forma::Convenzione, date(2026, 1, 10));
        let giunta = atto("delibera di Giunta", date(2026, 1, 30));
        assert_eq!(a.clone().delibera(date(2026, 2, 1), &giunta), Err(Rifiuto::ServeIlConsiglio));
        let protocollo = Adesione { forma: Forma::ProtocolloAttuativo, ..a };
        assert!(protocollo.clone().delibera(date(2026, 2, 1), &giunta).is_ok());
        assert!(matches!(protocollo.delibera(date(2026, 1, 20), &giunta), Err(Rifiuto::AttoDopo { .. })));
    }

    #[test]
    fn steps_are_not_skipped_nor_dated_backwards() {
        let a = Adesione::chiesta(Forma::ProtocolloAttuativo, date(2026, 1, 10));
        assert!(matches!(a.clone().attiva(date(2026, 2, 1)), Err(Rifiuto::PassoNonAmmesso { .. })));
        assert!(matches!(a.clone().rinuncia(date(2026, 1, 9)), Err(Rifiuto::PassoIndietro { .. })));
        assert_eq!(a.rinuncia(date(2026, 1, 10)).unwrap().stato, Stato::Cessata);
        assert!(matches!(attiva().rinuncia(date(2026, 4, 1)), Err(Rifiuto::PassoNonAmmesso { .. })));
    }

    #[test]
    fn a_signature_is_of_two() {
        let a = Adesione { stato: Stato::Deliberata, ..Adesione::chiesta(Forma::Convenzione, date(2026, 1, 10)) };
        assert_eq!(a.firma(date(2026, 2, 1), "la sindaca", ""), Err(Rifiuto::SenzaFirme));
    }

    #[test]
    fn codes_round_trip() {
        assert!(Stato::TUTTI.iter().all(|s| Stato::da(s.codice()) == Some(*s)));
        assert!(Forma::TUTTE.iter().all(|f| Forma::da(f.codice()) == Some(*f)));
    }
}
