//! This service as the list of services sees it.

use ::web::{Service, Tabella, Trattamento, VoceMenu};
use db::{Migrazioni, Passo, Sostituibile};

use crate::permissions;

pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "enti",
    passi: &[
        Passo { numero: 1, nome: "registro", sql: include_str!("../migrations/0001_registro.sql") },
        Passo { numero: 2, nome: "aoo", sql: include_str!("../migrations/0002_aoo.sql") },
        Passo { numero: 3, nome: "servizi", sql: include_str!("../migrations/0003_servizi.sql") },
        Passo { numero: 4, nome: "alleanze", sql: include_str!("../migrations/0004_alleanze.sql") },
        Passo { numero: 5, nome: "incarichi", sql: include_str!("../migrations/0005_incarichi.sql") },
        Passo { numero: 6, nome: "ipa", sql: include_str!("../migrations/0006_ipa.sql") },
        Passo { numero: 7, nome: "nomina", sql: include_str!("../migrations/0007_nomina.sql") },
        Passo { numero: 8, nome: "disponibilita", sql: include_str!("../migrations/0008_disponibilita.sql") },
        Passo { numero: 9, nome: "credenziali", sql: include_str!("../migrations/0009_credenziali.sql") },
    ],
    sostituibili: &[Sostituibile { nome: "enti", sql: include_str!("../sql/enti.sql") }],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[Tabella] = &[
    Tabella { nome: "enti.scheda", ordine: "ente" },
    Tabella { nome: "enti.aoo", ordine: "codice" },
    Tabella { nome: "enti.incarico", ordine: "aoo, incarico, dal" },
    Tabella { nome: "enti.servizio_attivo", ordine: "servizio, dal" },
    Tabella { nome: "enti.alleanza", ordine: "dal, codice" },
    Tabella { nome: "enti.adesione", ordine: "continua is not null, richiesta_il, id" },
    Tabella { nome: "enti.adesione_passo", ordine: "adesione, progressivo" },
    Tabella { nome: "enti.credenziale", ordine: "scritta_il, id" },
    Tabella { nome: "enti.nomina", ordine: "adesione" },
    Tabella { nome: "enti.tratto", ordine: "dal" },
];

const MENU: &[VoceMenu] = &[
    VoceMenu { etichetta: "Alleanza", percorso: "/alleanza", azione: Some(permissions::ALLEANZA) },
    VoceMenu { etichetta: "Servizi", percorso: "/servizi", azione: Some(permissions::SERVIZI) },
    VoceMenu { etichetta: "Persone", percorso: "/persone", azione: Some(permissions::PERSONE) },
    VoceMenu { etichetta: "Credenziali", percorso: "/credenziali", azione: Some(permissions::CREDENZIALI) },
    VoceMenu { etichetta: "Lavori fermi", percorso: "/lavori", azione: Some(permissions::LAVORI) },
    VoceMenu { etichetta: "Ente", percorso: "/ente", azione: Some(permissions::ENTE) },
];

const ALTRE: &[VoceMenu] = &[
    VoceMenu { etichetta: "Uffici", percorso: "/uffici", azione: Some(permissions::UFFICI) },
    VoceMenu { etichetta: "Adesioni all’alleanza", percorso: "/adesioni", azione: Some(permissions::TRATTAMENTI) },
    VoceMenu {
        etichetta: "Registro dei trattamenti",
        percorso: "/trattamenti",
        azione: Some(permissions::TRATTAMENTI),
    },
    VoceMenu {
        etichetta: "Registro delle attività",
        percorso: "/registro-attivita",
        azione: Some(permissions::ATTIVITA),
    },
    VoceMenu { etichetta: "Accessi e secondo fattore", percorso: "/accessi", azione: Some(permissions::ACCESSI) },
    VoceMenu {
        etichetta: "Fornitori d’identità",
        percorso: "/accessi/fornitori",
        azione: Some(permissions::FORNITORI),
    },
];

pub const fn service() -> Service {
    Service {
        descrizione: "Dati dell’ente, servizi, persone, uffici e ruoli.",
        sempre_attivo: true,
        trattamento: Trattamento {
            finalita: "Organizzazione dell’ente: chi vi lavora, in quale ufficio, con quali compiti",
            base_giuridica: "Compiti di interesse pubblico (GDPR art. 6, par. 1, lett. e); D.Lgs. 165/2001; DPR 445/2000, art. 50 e 61",
            categorie_interessati: "Dipendenti, amministratori e collaboratori dell’ente",
            categorie_dati: "Nome, cognome, nome utente, ruoli, operazioni compiute, identità collegate presso un fornitore",
            destinatari: "L’alleanza, come responsabile del trattamento (GDPR art. 28)",
            conservazione: "Per sempre i nomi di chi ha operato sui registri; un anno le sessioni e gli accessi rifiutati",
        },
        rotte: crate::web::rotte,
        tabelle: TABELLE,
        permessi: permissions::PERMESSI,
        istruzioni: crate::ISTRUZIONI,
        citati: &[crate::sql::CITATI],
        codici: crate::CODICI,
        menu: MENU,
        altre_pagine: ALTRE,
        prima_pagina: |e, indirizzo| Box::pin(crate::web::casa(e, indirizzo)),
        attese: |tx, chi| Box::pin(crate::attese::attese(tx, chi)),
        ..Service::vuoto("enti", "Ente", MIGRAZIONI)
    }
}
