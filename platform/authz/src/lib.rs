//! Who may do what, where: people, roles, permits bound to their place, sessions, audit.
//!
//! Invariant: a command takes a [`Permesso`], and only [`Consenti::consenti`] makes one, from the roles it read in that
//! same transaction. Invariant: every command writes its audit line in its own transaction. Invariant: between the first
//! step of a sign-in and the session nothing opens.

mod accessi;
mod chiave;
mod deleghe;
mod fattori;
mod fornitori;
mod in_due;
mod ingresso;
mod jws;
mod mio;
mod oidc;
mod passkey;
mod permesso;
mod persone;
#[doc(hidden)]
pub mod prova;
mod recupero;
mod requisiti;
mod serratura;
mod sessione;
mod sfida;
mod sql;
mod tentativi;
mod totp;

pub use accessi::RegistroAccessi;
pub use chiave::Chiave;
pub use deleghe::{
    NuovaSostituzione, NuovoPrestito, Prestito, Sostituzione, fine_prestito, fine_sostituzione, poteri_di, presta,
    prestiti, sostituisci, sostituzioni,
};
pub use fattori::{Fattore, Manca, Richiesto};
pub use fornitori::{
    Fornitore, FornitoreAcceso, FornitoreError, NuovoFornitore, aggiungi_fornitore, fornitori, fornitori_accesi,
    prova_fornitore, spegni_fornitore,
};
pub use in_due::{
    CodiceInDue, Deciso, Recupero, chiedi_recupero, conferma_recupero, recuperabile, recuperi, rifiuta_recupero,
};
pub use ingresso::{
    Entrata, Ingresso, Iscritta, ingresso, iscrivi_passkey, iscrivi_totp, lascia, passkey_da_iscrivere, prova_codice,
    prova_passkey, sfida_passkey,
};
pub use mio::{
    Evento, MiaSessione, MioAccesso, MioTotp, aggiungi_passkey, aggiungi_totp, cambia_parola, chiudi_altre,
    chiudi_sessione, mio_accesso, passkey_da_aggiungere, rifai_codici, togli_identita, togli_passkey, togli_totp,
};
pub use oidc::{Difetto, Esterna, MiaIdentita, Partenza, RitornoEsterno, Salute, parti, parti_per_collegare, torna};
pub use passkey::{MiaPasskey, NuovaPasskey, SfidaPasskey};
pub use permesso::{Azione, Consenti, Negato, Permessa, Permesso, Titolo};
pub use persone::{
    EnteDiHost, NuovaPersona, Persona, PersonaError, UfficioChiuso, aggiungi_ruolo, apri_ufficio, cambia_chiave,
    chiudi_ufficio, crea_persona, ente_di_host, ente_per_codice, imposta_parola, passa_ruoli, persone,
    riconosci_chiave, termina_ruolo, togli_fattori, togli_ruolo, uffici, uffici_chiusi,
};
pub use requisiti::{chiedi, requisiti};
pub use serratura::{Serratura, Sito};
pub use sessione::{AccessoNegato, Da, EnteDiPersona, PrestitoInCorso, Sessione, accedi, esci, non_basta, riconosci};
pub use sql::ALL as ISTRUZIONI;
pub use totp::TotpNuovo;

use db::{Migrazioni, Passo, Sostituibile};
use uuid::Uuid;

pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "accesso",
    passi: &[
        Passo { numero: 1, nome: "accesso", sql: include_str!("../migrations/0001_accesso.sql") },
        Passo { numero: 2, nome: "chiusura_ufficio", sql: include_str!("../migrations/0002_chiusura_ufficio.sql") },
        Passo { numero: 3, nome: "secondo_fattore", sql: include_str!("../migrations/0003_secondo_fattore.sql") },
        Passo { numero: 4, nome: "passkey", sql: include_str!("../migrations/0004_passkey.sql") },
        Passo {
            numero: 5,
            nome: "sostituzione_e_prestito",
            sql: include_str!("../migrations/0005_sostituzione_e_prestito.sql"),
        },
        Passo { numero: 6, nome: "recupero", sql: include_str!("../migrations/0006_recupero.sql") },
        Passo { numero: 7, nome: "identita_esterna", sql: include_str!("../migrations/0007_identita_esterna.sql") },
    ],
    sostituibili: &[Sostituibile { nome: "accesso", sql: include_str!("../sql/accesso.sql") }],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[(&str, &str)] = &[
    ("accesso.ufficio", "codice"),
    ("accesso.ruolo", "persona, ufficio, ruolo, dal"),
    ("accesso.requisito", "ruolo"),
    ("accesso.sostituzione", "id"),
    ("accesso.prestito", "id"),
    ("accesso.recupero", "id"),
    ("accesso.fornitore", "id"),
    ("accesso.audit", "istante, id"),
    ("accesso.registro_accessi", "istante, id"),
];

/// A person, everywhere and for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, serde::Serialize, serde::Deserialize)]
#[sqlx(transparent)]
pub struct PersonaId(Uuid);

impl PersonaId {
    pub(crate) fn uuid(self) -> Uuid {
        self.0
    }
}

impl std::fmt::Display for PersonaId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Who is acting, in which operation. It comes from a recognised session, or from the program itself for its own jobs.
#[derive(Debug, Clone)]
pub struct Chi {
    pub persona: PersonaId,
    /// First name and surname, as they enter registers.
    pub nome: String,
    /// Shown on error pages, written in logs and audit.
    pub operazione: Uuid,
}

/// A role, with the words that people see. Roles are data: a service says which of them may do what.
#[derive(Debug, Clone, Copy)]
pub struct Ruolo {
    pub codice: &'static str,
    pub nome: &'static str,
    pub descrizione: &'static str,
}

/// The roles that can be given in an ente.
pub const RUOLI: &[Ruolo] = &[
    Ruolo {
        codice: "amministratore",
        nome: "Amministratore dell’ente",
        descrizione: "attiva i servizi, crea gli uffici, dà e toglie i ruoli",
    },
    Ruolo {
        codice: "responsabile",
        nome: "Responsabile della gestione documentale",
        descrizione: "autorizza gli annullamenti, governa titolario e registri (DPR 445/2000, art. 61)",
    },
    Ruolo { codice: "protocollo", nome: "Addetto al protocollo", descrizione: "registra, classifica e assegna" },
    Ruolo { codice: "albo", nome: "Addetto all’albo", descrizione: "pubblica all’albo pretorio" },
    Ruolo {
        codice: "segretario",
        nome: "Segretario comunale",
        descrizione: "legge tutto, pubblica, annulla e attesta",
    },
    Ruolo { codice: "consultazione", nome: "Consultazione", descrizione: "legge il protocollo e l’albo" },
    Ruolo {
        codice: "alleanza",
        nome: "Segreteria dell’alleanza",
        descrizione: "cura adesioni e catalogo dei servizi (solo nell’ente dell’alleanza)",
    },
];
