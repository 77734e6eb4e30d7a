//! What a second factor is, who must have one, and what is still missing before a door opens. Pure rules.

/// What was proven beside the first step of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Fattore {
    /// A code that changes every thirty seconds.
    Totp,
    Passkey,
    /// A code on paper, good once.
    Recupero,
    /// An identity provider that asked for two factors itself.
    Esterno,
}

/// What the roles of a person ask for. The stricter is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Richiesto {
    Qualsiasi,
    Passkey,
}

impl Richiesto {
    pub const TUTTI: [Richiesto; 2] = [Richiesto::Qualsiasi, Richiesto::Passkey];

    pub fn codice(self) -> &'static str {
        match self {
            Richiesto::Qualsiasi => "qualsiasi",
            Richiesto::Passkey => "passkey",
        }
    }

    pub fn da(codice: &str) -> Option<Richiesto> {
        Richiesto::TUTTI.into_iter().find(|r| r.codice() == codice)
    }

    /// As statements say it, so that the strictest of many rows is their maximum.
    pub(crate) fn di_livello(livello: Option<i32>) -> Option<Richiesto> {
        match livello {
            Some(2) => Some(Richiesto::Passkey),
            Some(_) => Some(Richiesto::Qualsiasi),
            None => None,
        }
    }
}

/// Whether a session proven so far is enough for what roles ask.
pub(crate) fn basta(richiesto: Option<Richiesto>, provato: Option<Fattore>) -> bool {
    match richiesto {
        None => true,
        Some(Richiesto::Qualsiasi) => provato.is_some(),
        Some(Richiesto::Passkey) => provato == Some(Fattore::Passkey),
    }
}

/// What stands between a sign-in and its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manca {
    /// To prove one of these; a recovery code will do too.
    Prova { totp: bool, passkey: bool },
    /// To enrol one: a role asks for it, and the person has none that is good.
    Iscrizione(Richiesto),
}

/// What a person has, and what their roles ask for today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Situazione {
    pub totp: bool,
    pub passkey: bool,
    pub richiesto: Option<Richiesto>,
}

impl Situazione {
    /// None when the door opens.
    pub(crate) fn manca(self, provato: Option<Fattore>) -> Option<Manca> {
        let solo_passkey = self.richiesto == Some(Richiesto::Passkey);
        // Who has the strongest kind and must use it is not offered the other.
        let prova = Manca::Prova { totp: self.totp && !(solo_passkey && self.passkey), passkey: self.passkey };
        match (self.richiesto, provato) {
            // Who has a factor proves it, whether or not a role asks.
            (_, None) if self.totp || self.passkey => Some(prova),
            (r, p) if basta(r, p) => None,
            // Lost with its telephone, if a code on paper was needed: a new one takes its place.
            (Some(Richiesto::Passkey), Some(Fattore::Totp | Fattore::Esterno)) if self.passkey => Some(prova),
            (Some(r), _) => Some(Manca::Iscrizione(r)),
            (None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIENTE: Situazione = Situazione { totp: false, passkey: false, richiesto: None };

    #[test]
    fn nothing_is_asked_of_who_has_nothing_and_must_have_nothing() {
        assert_eq!(NIENTE.manca(None), None);
    }

    #[test]
    fn who_has_a_factor_proves_it() {
        let s = Situazione { totp: true, ..NIENTE };
        assert_eq!(s.manca(None), Some(Manca::Prova { totp: true, passkey: false }));
        for p in [Fattore::Totp, Fattore::Recupero] {
            assert_eq!(s.manca(Some(p)), None);
        }
    }

    #[test]
    fn a_role_that_asks_leads_to_enrol_and_nowhere_else() {
        let s = Situazione { richiesto: Some(Richiesto::Qualsiasi), ..NIENTE };
        assert_eq!(s.manca(None), Some(Manca::Iscrizione(Richiesto::Qualsiasi)));
        assert_eq!(s.manca(Some(Fattore::Totp)), None);
    }

    #[test]
    fn a_role_that_asks_for_a_passkey_is_content_with_nothing_less() {
        let s = Situazione { richiesto: Some(Richiesto::Passkey), ..NIENTE };
        let iscrizione = Some(Manca::Iscrizione(Richiesto::Passkey));
        assert_eq!(s.manca(None), iscrizione);
        let con_totp = Situazione { totp: true, ..s };
        assert_eq!(con_totp.manca(None), Some(Manca::Prova { totp: true, passkey: false }));
        assert_eq!(con_totp.manca(Some(Fattore::Totp)), iscrizione);
        let tutti = Situazione { passkey: true, ..con_totp };
        let solo_passkey = Some(Manca::Prova { totp: false, passkey: true });
        assert_eq!((tutti.manca(None), tutti.manca(Some(Fattore::Totp))), (solo_passkey, solo_passkey));
        assert_eq!(tutti.manca(Some(Fattore::Passkey)), None);
        assert_eq!(tutti.manca(Some(Fattore::Recupero)), iscrizione);
        for p in [None, Some(Fattore::Totp), Some(Fattore::Recupero), Some(Fattore::Esterno)] {
            assert!(!basta(s.richiesto, p), "{p:?}");
        }
    }

    #[test]
    fn the_strictest_role_wins() {
        assert_eq!(Richiesto::TUTTI.into_iter().max(), Some(Richiesto::Passkey));
        assert_eq!(
            [None, Some(1), Some(2)].map(Richiesto::di_livello).map(|r| r.map(Richiesto::codice)),
            [None, Some("qualsiasi"), Some("passkey")]
        );
    }
}
