//! What the door needs beside the database: the key of the installation, and the names by which it is known outside.

use std::time::Duration;

use outbound::{Raggio, Uscita};
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use crate::oidc::Noti;
use crate::{Chiave, PersonaId};

/// Where people knock.
#[derive(Debug, Clone)]
pub struct Sito {
    /// Shown by the programs that keep codes and passkeys.
    pub nome: String,
    /// The host of the desk, and how its pages' addresses begin.
    pub host: String,
    pub origine: String,
}

/// Made once, at start.
#[derive(Debug)]
pub struct Serratura {
    pub(crate) chiave: Chiave,
    pub(crate) sito: Sito,
    /// None where passkeys cannot be: a host that is not a name.
    pub(crate) webauthn: Option<Webauthn>,
    /// How identity providers are asked, and what they said of themselves lately.
    pub(crate) uscita: Uscita,
    pub(crate) noti: Noti,
}

impl Serratura {
    pub fn nuova(chiave: Chiave, sito: Sito, uscita: Uscita) -> Serratura {
        let webauthn = webauthn(&sito);
        if webauthn.is_none() {
            tracing::warn!(origine = sito.origine, "no passkeys on this host");
        }
        Serratura { chiave, sito, webauthn, uscita, noti: Noti::default() }
    }

    /// Whether this installation can know passkeys.
    pub fn ha_passkey(&self) -> bool {
        self.webauthn.is_some()
    }

    /// One of its own, on this machine: for tests, which leave nothing behind.
    pub fn locale() -> Serratura {
        let sito = Sito { nome: "Alleanza".into(), host: "localhost".into(), origine: "http://localhost".into() };
        let uscita = Uscita::nuova(Raggio::Locale).con_pazienza(Duration::from_millis(1500));
        Serratura::nuova(Chiave::nuova(), sito, uscita)
    }

    /// Seals a value of a person, for one purpose.
    pub(crate) fn sigilla(&self, per: &str, persona: PersonaId, chiaro: &[u8]) -> Result<Vec<u8>, db::Error> {
        self.chiave.sigilla(&format!("{per}/{persona}"), chiaro)
    }

    pub(crate) fn apri(&self, per: &str, persona: PersonaId, sigillato: &[u8]) -> Option<Vec<u8>> {
        self.chiave.apri(&format!("{per}/{persona}"), sigillato)
    }
}

/// A passkey is made for one host, and answers to pages of exactly this origin.
fn webauthn(sito: &Sito) -> Option<Webauthn> {
    let origine = Url::parse(&sito.origine).ok()?;
    WebauthnBuilder::new(&sito.host, &origine).ok()?.rp_name(&sito.nome).build().ok()
}
