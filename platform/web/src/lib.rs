//! The web kit: hosts and scopes as extractors, routes as values, forms as data, one frame, one set of components.
//!
//! Invariant: every route is in a service's list, with the permission it asks for; the completeness tests walk it.
//! Invariant: a handler of the back office runs only after its gate found a session, an ente of that person, the role
//! and the service.

mod accesso;
mod bozze;
pub mod caricamento;
mod codifica;
mod componenti;
mod contorno;
mod errore;
mod errore_pagina;
pub mod gesti;
mod host;
mod impaginazione;
mod manuale;
mod memoria;
mod metriche;
mod modulo;
mod operatore;
mod pagina;
mod parole;
#[doc(hidden)]
pub mod prova;
mod pubblico;
mod risorse;
mod rotte;
mod scrivania;
mod servizio;
mod sicurezza;
mod stato;
mod vai;

use db::{Istruzione, Migrazioni, Passo as Migrazione, Sostituibile};

pub use caricamento::{Caricamento, FileRicevuto};
pub use componenti::{
    Campo, Senso, avviso, colonne, comune, comune_in_elenco, fatti, icona, impronta, pagine, qr, scelta, stato, titolo,
    tutte, vuoto,
};
pub use contorno::Operazione;
pub use errore::{CODICI, Errore};
pub use gesti::{Dati, Effetto, Gesto};
pub use host::EnteHost;
pub use impaginazione::Pagine;
pub use memoria::{Memoria, fino_a};
pub use metriche::{Lettura, Metriche, Misurazione, SONDA, Valore};
pub use modulo::{ErroreCampo, Inviato, Modulo, Regole};
pub use operatore::{Operatore, Persona};
pub use pagina::{Flusso, Pagina};
pub use pubblico::{con_etag, non_modificato};
pub use risorse::risorsa;
pub use rotte::{Ambito, Metodo, Rotta, rotte_del_kit, router};
pub use scrivania::ATTESE_DI_UN_ENTE;
pub use servizio::{
    Anteprima, Attesa, Attivazione, Carico, CheCosaAspetta, Futuro, PassaCarico, PassiDelFilo, Passo, Service,
    StatoPasso, Tabella, Trattamento, VoceMenu,
};
pub use stato::{Attivo, Configurazione, SILENZIO, ServiziAttivi, SolaLettura, Stato};

/// Schema `moduli`: what is typed and not sent yet, and what is done to many things at once.
pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "moduli",
    passi: &[
        Migrazione { numero: 1, nome: "bozze", sql: include_str!("../migrations/0001_bozze.sql") },
        Migrazione { numero: 2, nome: "bozza_finita", sql: include_str!("../migrations/0002_bozza_finita.sql") },
        Migrazione { numero: 3, nome: "gesti", sql: include_str!("../migrations/0003_gesti.sql") },
    ],
    sostituibili: &[
        Sostituibile { nome: "bozze", sql: include_str!("../sql/bozze.sql") },
        Sostituibile { nome: "gesti", sql: include_str!("../sql/gesti.sql") },
    ],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[(&str, &str)] =
    &[("moduli.bozza", "persona, chiave"), ("moduli.lotto", "creato_il, id"), ("moduli.lotto_riga", "lotto, riga")];

pub const ISTRUZIONI: &[&[Istruzione]] = &[bozze::ISTRUZIONI, gesti::ISTRUZIONI];

pub fn periodici() -> Vec<jobs::Periodico> {
    [bozze::periodici(), gesti::periodici()].concat()
}
