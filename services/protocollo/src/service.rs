//! This service as the list of services sees it.

use authz::Chi;
use db::{DiEnte, Migrazioni, Scrivania, Sostituibile, Tx};
use documenti::FiloId;
use jiff::SignedDuration;
use registers::{Proiezione, esporta::Stato};
use uuid::Uuid;
use web::{Attesa, Futuro, Passo, Service, StatoPasso, Tabella, Trattamento, VoceMenu};

use crate::model::Verso;
use crate::permissions::{self, PrendiInCarico};
use crate::web::{CONSULTA, REGISTRA, STAMPA};
use crate::{commands, errors, gesti, giornaliero, queries, sql};

pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "protocollo",
    passi: &[
        db::Passo { numero: 1, nome: "protocollo", sql: include_str!("../migrations/0001_protocollo.sql") },
        db::Passo { numero: 2, nome: "oscuramento", sql: include_str!("../migrations/0002_oscuramento.sql") },
    ],
    sostituibili: &[Sostituibile { nome: "protocollo", sql: include_str!("../sql/protocollo.sql") }],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[Tabella] = &[
    Tabella { nome: "protocollo.registrazione", ordine: "aoo, anno, numero" },
    Tabella { nome: "protocollo.corrispondente", ordine: "aoo, anno, numero, posizione, progressivo" },
    Tabella { nome: "protocollo.allegato", ordine: "aoo, anno, numero, progressivo" },
    Tabella { nome: "protocollo.assegnazione", ordine: "aoo, anno, numero, posizione" },
    Tabella { nome: "protocollo.annullamento", ordine: "aoo, anno, numero, posizione" },
    Tabella { nome: "protocollo.giornaliero", ordine: "aoo, giorno" },
    Tabella { nome: "protocollo.oscuramento", ordine: "aoo, anno, numero, posizione" },
];

/// The tables against the register, both ways.
pub const PROIEZIONI: &[Proiezione] = &[Proiezione { nome: "protocollo", sql: sql::PROIEZIONE }];

/// What is exported beside the register, for who verifies it without us.
pub const STATI: &[Stato] = &[Stato { nome: "protocollo.registrazione", sql: sql::STATO }];

const MENU: &[VoceMenu] = &[VoceMenu { etichetta: "Protocollo", percorso: "/protocollo", azione: Some(CONSULTA) }];
const ALTRE: &[VoceMenu] = &[
    VoceMenu { etichetta: "Registra in entrata", percorso: "/protocollo/nuovo?verso=E", azione: Some(REGISTRA) },
    VoceMenu { etichetta: "Registra in uscita", percorso: "/protocollo/nuovo?verso=U", azione: Some(REGISTRA) },
    VoceMenu {
        etichetta: "Registra un documento interno",
        percorso: "/protocollo/nuovo?verso=I",
        azione: Some(REGISTRA),
    },
    VoceMenu { etichetta: "Registri giornalieri", percorso: "/protocollo/giornalieri", azione: Some(CONSULTA) },
    VoceMenu { etichetta: "Stampa del registro", percorso: "/protocollo/stampa", azione: Some(STAMPA) },
];
/// What nobody took charge of leaves the desk after this, and stays in the register.
const DI_RECENTE: SignedDuration = SignedDuration::from_hours(24 * 30);

pub const fn service() -> Service {
    Service {
        descrizione: "Il registro di protocollo, con il registro giornaliero.",
        richiede: &["documenti"],
        trattamento: Trattamento {
            finalita: "Registrazione dei documenti ricevuti, spediti e interni",
            base_giuridica: "Obbligo di legge (GDPR art. 6, par. 1, lett. c); DPR 445/2000, art. 50-57; CAD art. 40-bis e 44",
            categorie_interessati: "Mittenti, destinatari e persone nominate negli oggetti",
            categorie_dati: "Nome, codice fiscale, indirizzo, recapito, oggetto e documenti",
            destinatari: "L’alleanza, come responsabile del trattamento (GDPR art. 28); il conservatore",
            conservazione: "Il registro per sempre; i documenti secondo il massimario di scarto",
        },
        tabelle: TABELLE,
        permessi: permissions::PERMESSI,
        rotte: crate::web::rotte,
        periodici: giornaliero::periodici,
        istruzioni: sql::ALL,
        citati: &[sql::CITATI],
        codici: errors::CODICI,
        menu: MENU,
        altre_pagine: ALTRE,
        tasto: Some('p'),
        menu_scrivania: MENU,
        ricerca: Some(MENU[0]),
        anteprima: |_| {
            Box::pin(async {
                Ok(vec!["Il registro «Protocollo generale»: il primo numero sarà 0000001.".to_owned()])
            })
        },
        attiva,
        attese: |tx, chi| Box::pin(attese(tx, chi)),
        passi: |tx, filo| Box::pin(passi(tx, filo)),
        carico: |tx, ufficio| Box::pin(carico(tx, ufficio)),
        passa_carico: |tx, chi, da, a| Box::pin(async move { Ok(commands::passa_carico(tx, chi, da, a).await?) }),
        gesti: gesti::TUTTI,
        proiezioni: PROIEZIONI,
        ..Service::vuoto("protocollo", "Protocollo", MIGRAZIONI)
    }
}

fn attiva<'a>(tx: &'a mut Tx<DiEnte>, _: &'a Chi) -> Futuro<'a, Result<(), web::Errore>> {
    Box::pin(async move { Ok(commands::apri_registro(tx).await?) })
}

async fn carico(tx: &mut Tx<DiEnte>, ufficio: &str) -> Result<Vec<String>, web::Errore> {
    Ok(match queries::in_carico(tx, ufficio).await?.len() {
        0 => Vec::new(),
        1 => vec!["Una registrazione da prendere in carico".to_owned()],
        n => vec![format!("{n} registrazioni da prendere in carico")],
    })
}

#[derive(sqlx::FromRow)]
struct DaPrendere {
    ente: db::EnteId,
    anno: i32,
    numero: i32,
    verso: Verso,
    oggetto: String,
    corrispondenti: String,
    ufficio_nome: String,
}

/// What was given to the offices of the person, and nobody has taken charge of.
async fn attese(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let da = adesso - DI_RECENTE;
    let righe: Vec<DaPrendere> = sqlx::query_as(sql::DA_PRENDERE)
        .bind(chi.persona)
        .bind(db::sql(oggi))
        .bind(db::sql(da))
        .bind(<PrendiInCarico as authz::Azione>::RUOLI)
        .bind(db::sql(adesso))
        .fetch_all(tx.conn())
        .await?;
    let attesa = |r: DaPrendere| Attesa {
        ente: r.ente,
        titolo: format!("Prendi in carico: {}", r.oggetto),
        tipo: "Protocollo",
        perche: match r.verso {
            Verso::Entrata => format!("da {}, per {}", r.corrispondenti, r.ufficio_nome),
            _ => format!("per {}", r.ufficio_nome),
        },
        percorso: format!("/protocollo/{}/{}", r.anno, r.numero),
        entro: None,
    };
    Ok(righe.into_iter().map(attesa).collect())
}

/// Registrations of a thread. Whoever opens a thread may not read what is reserved: the step says only that it is there.
async fn passi(tx: &mut Tx<DiEnte>, filo: Uuid) -> Result<Vec<Passo>, db::Error> {
    let righe = queries::del_filo(tx, FiloId(filo)).await?;
    let passo = |r: crate::Registrazione| {
        let (da, chi) = r.da_a_chi();
        Passo {
            istante: r.istante,
            titolo: if r.riservata { "Registrazione riservata".to_owned() } else { r.oggetto.clone() },
            sotto: match (r.riservata, r.annullata()) {
                (_, true) => format!("{}, protocollo {}/{}, annullata", r.verso.nome(), r.sette_cifre(), r.anno),
                (true, _) => format!("{}, protocollo {}/{}", r.verso.nome(), r.sette_cifre(), r.anno),
                _ => format!("{}, protocollo {}/{}, {da} {chi}", r.verso.nome(), r.sette_cifre(), r.anno),
            },
            percorso: Some(format!("/protocollo/{}", r.chiave())),
            stato: StatoPasso::Fatto,
        }
    };
    Ok(righe.into_iter().map(passo).collect())
}
