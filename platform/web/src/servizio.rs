//! What a service declares: plain values. Activation, menu, desk, thread page, export and tests are loops over them.

use authz::{Chi, Permessa};
use axum::http::Uri;
use axum::response::Response;
use db::{DiEnte, EnteId, Istruzione, Migrazioni, Scrivania, Tx};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kernel::{Data, Frase};
use registers::Proiezione;
use uuid::Uuid;

use crate::gesti::Gesto;
use crate::{EnteHost, Errore, Misurazione, Rotta};

/// A boxed future, as function values need it.
pub type Futuro<'a, T> = BoxFuture<'a, T>;
pub type Anteprima = for<'a> fn(&'a mut Tx<DiEnte>) -> Futuro<'a, Result<Vec<String>, Errore>>;
pub type Attivazione = for<'a> fn(&'a mut Tx<DiEnte>, &'a Chi) -> Futuro<'a, Result<(), Errore>>;
pub type CheCosaAspetta = for<'a> fn(&'a mut Tx<Scrivania>, &'a Chi) -> Futuro<'a, Result<Vec<Attesa>, db::Error>>;
pub type Carico = for<'a> fn(&'a mut Tx<DiEnte>, &'a str) -> Futuro<'a, Result<Vec<String>, Errore>>;
pub type PassaCarico = for<'a> fn(&'a mut Tx<DiEnte>, &'a Chi, &'a str, &'a str) -> Futuro<'a, Result<(), Errore>>;
pub type PassiDelFilo = for<'a> fn(&'a mut Tx<DiEnte>, Uuid) -> Futuro<'a, Result<Vec<Passo>, db::Error>>;

pub type PrimaPagina = for<'a> fn(&'a EnteHost, &'a Uri) -> Futuro<'a, Result<Option<Response>, Errore>>;

/// A service that an ente can switch on.
pub struct Service {
    pub codice: &'static str,
    pub nome: &'static str,
    /// One sentence, for the catalogue.
    pub descrizione: &'static str,
    /// Part of every ente from its first day.
    pub sempre_attivo: bool,
    /// Codes of the services that must be on before this one.
    pub richiede: &'static [&'static str],
    pub trattamento: Trattamento,
    pub migrazioni: Migrazioni,
    /// Tables of an ente, in the order in which they can be loaded.
    pub tabelle: &'static [Tabella],
    pub permessi: &'static [Permessa],
    pub rotte: fn() -> Vec<Rotta>,
    pub lavori: fn() -> Vec<jobs::Lavoro>,
    pub periodici: fn() -> Vec<jobs::Periodico>,
    pub istruzioni: &'static [Istruzione],
    /// Statements that, given the ente and some fingerprints, return those that rows of this service cite: what none cites
    /// leaves the archive.
    pub citati: &'static [&'static str],
    pub codici: &'static [Frase],
    pub menu: &'static [VoceMenu],
    /// Pages that people look for and no menu shows: forms, registers, settings.
    pub altre_pagine: &'static [VoceMenu],
    /// After G, the letter that opens the first page of the menu.
    pub tasto: Option<char>,
    /// Pages over all the enti of a person, for who works in more than one.
    pub menu_scrivania: &'static [VoceMenu],
    pub menu_pubblico: &'static [VoceMenu],
    /// The page that answers `?q=…`: the search box of the frame asks the first service that has one.
    pub ricerca: Option<VoceMenu>,
    /// What switching on will make, in words, before it does.
    pub anteprima: Anteprima,
    /// Makes registers, templates, first rows; run again it changes nothing.
    pub attiva: Attivazione,
    pub disattiva: Attivazione,
    /// What waits for a person, over all their enti.
    pub attese: CheCosaAspetta,
    /// The steps of a thread that belong to this service.
    pub passi: PassiDelFilo,
    /// What an office has to deal with, in words.
    pub carico: Carico,
    /// Gives it all to another office: the first one closes.
    pub passa_carico: PassaCarico,
    /// Buttons that this service adds to the page of a protocol registration.
    pub azioni_registrazione: &'static [VoceMenu],
    /// What its lists do to many things at once, and its pages take back.
    pub gesti: &'static [Gesto],
    pub proiezioni: &'static [Proiezione],
    /// The first page of a public host, when this service has one for that ente; the address is as it was asked for.
    pub prima_pagina: PrimaPagina,
    /// Figures of every ente for `/metrics`.
    pub misure: &'static [Misurazione],
}

/// A table of an ente, with the order of its export.
#[derive(Debug, Clone, Copy)]
pub struct Tabella {
    pub nome: &'static str,
    pub ordine: &'static str,
}

/// The entry of the register of processing that a service brings (GDPR art. 30).
#[derive(Debug, Clone, Copy)]
pub struct Trattamento {
    pub finalita: &'static str,
    pub base_giuridica: &'static str,
    pub categorie_interessati: &'static str,
    pub categorie_dati: &'static str,
    pub destinatari: &'static str,
    pub conservazione: &'static str,
}

/// A link of a menu, relative to `/e/{codice}` (or to the public host, or to the desk's); shown to who has the permission.
#[derive(Debug, Clone, Copy)]
pub struct VoceMenu {
    pub etichetta: &'static str,
    pub percorso: &'static str,
    pub azione: Option<Permessa>,
}

/// Something that waits for a person.
#[derive(Debug, Clone)]
pub struct Attesa {
    pub ente: EnteId,
    /// Begins with a verb.
    pub titolo: String,
    /// What kind of thing it is.
    pub tipo: &'static str,
    /// Why now: the effect of the law, if there is one.
    pub perche: String,
    /// Relative to `/e/{codice}`.
    pub percorso: String,
    pub entro: Option<Data>,
}

/// How a step of a thread stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatoPasso {
    Fatto,
    Adesso,
    Dopo,
}

/// A fact of a thread.
#[derive(Debug, Clone)]
pub struct Passo {
    pub istante: Timestamp,
    pub titolo: String,
    pub sotto: String,
    /// Relative to `/e/{codice}`.
    pub percorso: Option<String>,
    pub stato: StatoPasso,
}

impl Service {
    /// A service that does nothing yet: `Service { menu: MENU, ..Service::vuoto("albo", "Albo pretorio", MIGRAZIONI) }`.
    pub const fn vuoto(codice: &'static str, nome: &'static str, migrazioni: Migrazioni) -> Service {
        Service {
            codice,
            nome,
            descrizione: "",
            sempre_attivo: false,
            richiede: &[],
            trattamento: Trattamento {
                finalita: "",
                base_giuridica: "",
                categorie_interessati: "",
                categorie_dati: "",
                destinatari: "",
                conservazione: "",
            },
            migrazioni,
            tabelle: &[],
            permessi: &[],
            rotte: Vec::new,
            lavori: Vec::new,
            periodici: Vec::new,
            istruzioni: &[],
            citati: &[],
            codici: &[],
            menu: &[],
            altre_pagine: &[],
            tasto: None,
            menu_scrivania: &[],
            menu_pubblico: &[],
            ricerca: None,
            anteprima: |_| Box::pin(async { Ok(Vec::new()) }),
            attiva: |_, _| Box::pin(async { Ok(()) }),
            disattiva: |_, _| Box::pin(async { Ok(()) }),
            attese: |_, _| Box::pin(async { Ok(Vec::new()) }),
            passi: |_, _| Box::pin(async { Ok(Vec::new()) }),
            carico: |_, _| Box::pin(async { Ok(Vec::new()) }),
            passa_carico: |_, _, _, _| Box::pin(async { Ok(()) }),
            azioni_registrazione: &[],
            gesti: &[],
            proiezioni: &[],
            prima_pagina: |_, _| Box::pin(async { Ok(None) }),
            misure: &[],
        }
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Service({})", self.codice)
    }
}
