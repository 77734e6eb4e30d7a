//! What every handler can reach.

use std::fmt::Display;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use authz::{RegistroAccessi, Serratura};
use db::{Db, DiEnte, EnteId, Tx};
use kernel::Data;
use storage::Archivio;

use crate::{Futuro, Memoria, Metriche, Service};

/// How the installation answers.
#[derive(Debug, Clone)]
pub struct Configurazione {
    /// The host of back office and desk (`ALLEANZA_HOST_SCRIVANIA`).
    pub host_scrivania: String,
    /// Shown at the door: the alliance that runs the installation.
    pub nome: String,
    /// True when people arrive by https: cookies become `__Host-` and Secure.
    pub https: bool,
    /// The port that people type after a host; none when it is the usual one (`ALLEANZA_PORTA`).
    pub porta: Option<u16>,
    /// The only address whose forwarded headers are believed (`ALLEANZA_PROXY`).
    pub proxy: Option<IpAddr>,
    /// `esercizio`, `demo` or `prova`: the last two say so on every page.
    pub modo: String,
    /// How long somebody who is sending something may say nothing.
    pub silenzio: Duration,
}

/// The usual silence: a telephone that changes network comes back within it.
pub const SILENZIO: Duration = Duration::from_secs(30);

impl Configurazione {
    /// An address as people outside write it: scheme, host, port if it is not the usual one, path. There is no other way
    /// to make one: pages, PDFs, headers and the line of the terminal agree.
    pub fn indirizzo(&self, host: &str, percorso: impl Display) -> String {
        let (schema, solita) = if self.https { ("https", 443) } else { ("http", 80) };
        match self.porta.filter(|p| *p != solita) {
            Some(porta) => format!("{schema}://{host}:{porta}{percorso}"),
            None => format!("{schema}://{host}{percorso}"),
        }
    }

    /// What every page of an installation that is not real says.
    pub(crate) fn modo(&self) -> Option<&'static str> {
        match self.modo.as_str() {
            "demo" => Some("Dati inventati: questa installazione è una dimostrazione."),
            "prova" => Some("Installazione di prova: ciò che scrivi non ha valore."),
            _ => None,
        }
    }
}

/// A service that an ente has on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attivo {
    pub servizio: String,
    /// Why it can only be read, when it can.
    pub sola_lettura: Option<SolaLettura>,
}

/// A refusal of whoever keeps the services: what is on may be read, and nobody may write there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolaLettura {
    pub codice: &'static str,
    pub frase: String,
    pub rimedio: &'static str,
}

impl From<&str> for Attivo {
    fn from(servizio: &str) -> Attivo {
        Attivo { servizio: servizio.to_owned(), sola_lettura: None }
    }
}

/// Which services an ente has on: the table belongs to a service, so the kit asks through this.
pub type ServiziAttivi = for<'a> fn(&'a mut Tx<DiEnte>) -> Futuro<'a, Result<Vec<Attivo>, db::Error>>;

/// Shared by all requests; cloning is cheap.
#[derive(Clone)]
pub struct Stato {
    pub db: Db,
    pub archivio: Archivio,
    pub accessi: RegistroAccessi,
    /// The key of the installation, and the names by which the door is known outside.
    pub serratura: Arc<Serratura>,
    pub servizi: &'static [Service],
    pub servizi_attivi: ServiziAttivi,
    pub memoria: Memoria,
    pub config: Arc<Configurazione>,
    pub metriche: Metriche,
}

impl Stato {
    /// The civil day in Europe/Rome, by the clock of rules and deadlines.
    pub fn oggi(&self) -> Data {
        kernel::tempo::giorno_a_roma(self.db.orologio().adesso())
    }

    /// The services that an ente has on.
    pub(crate) async fn attivi(&self, ente: EnteId) -> Result<Arc<Vec<Attivo>>, db::Error> {
        if let Some(tenuti) = self.memoria.attivi(ente, self.oggi()) {
            return Ok(tenuti);
        }
        let giro = self.memoria.giro();
        let mut tx = self.db.di_ente(ente).await?;
        let attivi = Arc::new((self.servizi_attivi)(&mut tx).await?);
        self.memoria.tieni_attivi(giro, ente, tx.oggi(), &attivi);
        Ok(attivi)
    }
}

impl std::fmt::Debug for Stato {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stato").field("config", &self.config).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port_only_when_people_must_type_it() {
        let a = |https, porta| {
            let c = Configurazione {
                host_scrivania: "localhost".into(),
                nome: "Alleanza".into(),
                https,
                porta,
                proxy: None,
                modo: "prova".into(),
                silenzio: SILENZIO,
            };
            c.indirizzo("introdacqua.localhost", "/albo/2026/45")
        };
        assert_eq!(a(false, Some(8080)), "http://introdacqua.localhost:8080/albo/2026/45");
        assert_eq!(a(true, Some(8443)), "https://introdacqua.localhost:8443/albo/2026/45");
        for (https, porta) in [(false, None), (false, Some(80))] {
            assert_eq!(a(https, porta), "http://introdacqua.localhost/albo/2026/45");
        }
        for porta in [None, Some(443)] {
            assert_eq!(a(true, porta), "https://introdacqua.localhost/albo/2026/45");
        }
        assert_eq!(a(true, Some(80)), "https://introdacqua.localhost:80/albo/2026/45");
    }
}
