//! This service as the list of services sees it.

use authz::{Chi, Permessa};
use db::{DiEnte, Migrazioni, Sostituibile, Tx};
use uuid::Uuid;
use web::{Futuro, Passo, Service, StatoPasso, Tabella, Trattamento, VoceMenu};

use crate::permissions::{self, Fascicola, Leggi};
use crate::{FiloId, commands, errors, gesti, jobs, misure, queries, sql};

pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "documenti",
    passi: &[db::Passo { numero: 1, nome: "documenti", sql: include_str!("../migrations/0001_documenti.sql") }],
    sostituibili: &[Sostituibile { nome: "documenti", sql: include_str!("../sql/documenti.sql") }],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[Tabella] = &[
    Tabella { nome: "documenti.filo", ordine: "aperto_il, id" },
    Tabella { nome: "documenti.documento", ordine: "creato_il, id" },
    Tabella { nome: "documenti.titolario", ordine: "versione" },
    Tabella { nome: "documenti.classe", ordine: "versione, ordine, codice" },
    Tabella { nome: "documenti.progressivo", ordine: "anno, classifica" },
    Tabella { nome: "documenti.fascicolo", ordine: "anno, classifica, progressivo" },
    Tabella { nome: "documenti.fascicolo_passo", ordine: "anno, classifica, progressivo, passo" },
    Tabella { nome: "documenti.fascicolo_contenuto", ordine: "anno, classifica, progressivo, riferimento" },
    Tabella { nome: "documenti.anomalia", ordine: "trovata_il, impronta" },
    Tabella { nome: "documenti.verifica", ordine: "istante" },
];

const MENU: &[VoceMenu] =
    &[VoceMenu { etichetta: "Fascicoli", percorso: "/fascicoli", azione: Some(Permessa::di::<Leggi>()) }];

const ALTRE: &[VoceMenu] = &[
    VoceMenu {
        etichetta: "Apri un fascicolo",
        percorso: "/fascicoli/nuovo",
        azione: Some(Permessa::di::<Fascicola>()),
    },
    VoceMenu { etichetta: "Titolario", percorso: "/titolario", azione: Some(Permessa::di::<Leggi>()) },
    VoceMenu {
        etichetta: "Verifica dei documenti",
        percorso: "/documenti/verifica",
        azione: Some(Permessa::di::<Leggi>()),
    },
];

pub const fn service() -> Service {
    Service {
        descrizione: "Fascicoli, titolario e archivio dei documenti.",
        trattamento: Trattamento {
            finalita: "Gestione e conservazione dei documenti e degli archivi dell’ente",
            base_giuridica: "Compiti di interesse pubblico (GDPR art. 6, par. 1, lett. e); DPR 445/2000; CAD art. 41; D.Lgs. 42/2004",
            categorie_interessati: "Chi scrive all’ente e chi è nominato nei documenti",
            categorie_dati: "Ciò che i documenti contengono, anche particolari categorie di dati",
            destinatari: "L’alleanza, come responsabile del trattamento (GDPR art. 28); il conservatore",
            conservazione: "Secondo il massimario di scarto dell’ente; senza massimario, per sempre",
        },
        gesti: gesti::TUTTI,
        tabelle: TABELLE,
        permessi: permissions::PERMESSI,
        rotte: crate::web::rotte,
        periodici: jobs::periodici,
        istruzioni: sql::ALL,
        citati: &[sql::CITATI],
        codici: errors::CODICI,
        menu: MENU,
        altre_pagine: ALTRE,
        tasto: Some('f'),
        anteprima,
        attiva,
        attese: |tx, chi| Box::pin(jobs::attese(tx, chi)),
        passi,
        misure: misure::MISURE,
        ..Service::vuoto("documenti", "Documenti e fascicoli", MIGRAZIONI)
    }
}

fn anteprima<'a>(tx: &'a mut Tx<DiEnte>) -> Futuro<'a, Result<Vec<String>, web::Errore>> {
    Box::pin(async move {
        Ok(match queries::versione(tx).await? {
            Some(v) => vec![format!("Il titolario resta quello in vigore, versione {v}.")],
            None => vec!["Il titolario dei comuni ANCI 2005: 14 titoli e 125 classi.".to_owned()],
        })
    })
}

fn attiva<'a>(tx: &'a mut Tx<DiEnte>, chi: &'a Chi) -> Futuro<'a, Result<(), web::Errore>> {
    Box::pin(async move { Ok(commands::adotta_modello(tx, chi).await?) })
}

/// A thread begins with its own title.
fn passi<'a>(tx: &'a mut Tx<DiEnte>, id: Uuid) -> Futuro<'a, Result<Vec<Passo>, db::Error>> {
    Box::pin(async move {
        let filo = queries::filo(tx, FiloId(id)).await?;
        let inizio = filo.map(|f| Passo {
            istante: f.aperto_il,
            titolo: f.titolo,
            sotto: "Si apre il filo".to_owned(),
            percorso: None,
            stato: StatoPasso::Fatto,
        });
        Ok(inizio.into_iter().collect())
    })
}
