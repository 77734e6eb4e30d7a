//! This service as the list of services sees it.

use authz::{Azione, Chi};
use db::{DiEnte, EnteId, Migrazioni, Passo as Migrazione, Scrivania, Sostituibile, Tx};
use kernel::tempo::{breve, giorno_a_roma};
use registers::Regola;
use uuid::Uuid;
use web::{Attesa, Futuro, Passo, Service, StatoPasso, Tabella, Trattamento, VoceMenu};

use crate::model::{Atto, Stato};
use crate::permissions::{self, Attesta, Correggi, Pubblica};
use crate::{REGISTRO, errors, jobs, proiezioni, queries, sql};

pub const MIGRAZIONI: Migrazioni = Migrazioni {
    servizio: "albo",
    passi: &[
        Migrazione { numero: 1, nome: "tipi_e_termini", sql: include_str!("../migrations/0001_tipi_e_termini.sql") },
        Migrazione { numero: 2, nome: "atti", sql: include_str!("../migrations/0002_atti.sql") },
        Migrazione { numero: 3, nome: "controllo", sql: include_str!("../migrations/0003_controllo.sql") },
        Migrazione { numero: 4, nome: "flussi", sql: include_str!("../migrations/0004_flussi.sql") },
        Migrazione { numero: 5, nome: "interruzioni", sql: include_str!("../migrations/0005_interruzioni.sql") },
    ],
    sostituibili: &[Sostituibile { nome: "albo", sql: include_str!("../sql/albo.sql") }],
};

/// The tenant tables of this crate, in the order in which they can be loaded, with the order of their export.
pub const TABELLE: &[Tabella] = &[
    Tabella { nome: "albo.termine_ente", ordine: "tipo, dal" },
    Tabella { nome: "albo.regola", ordine: "dal" },
    Tabella { nome: "albo.atto", ordine: "creato_il, id" },
    Tabella { nome: "albo.file", ordine: "atto, posto, id" },
    Tabella { nome: "albo.operazione", ordine: "aoo, posizione" },
    Tabella { nome: "albo.proposta", ordine: "atto, dal" },
];

const MENU: &[VoceMenu] = &[VoceMenu { etichetta: "Albo", percorso: "/albo", azione: Some(permissions::CONSULTA) }];
const MENU_PUBBLICO: &[VoceMenu] = &[VoceMenu { etichetta: "Albo pretorio", percorso: "/albo", azione: None }];
/// The registration page adds the registration to the address: `?da=2026/123`.
const AZIONI: &[VoceMenu] =
    &[VoceMenu { etichetta: "Pubblica all’albo", percorso: "/albo/nuovo", azione: Some(permissions::PUBBLICA) }];
const ALTRE: &[VoceMenu] = &[
    VoceMenu { etichetta: "Pubblica un atto", percorso: "/albo/nuovo", azione: Some(permissions::PUBBLICA) },
    VoceMenu { etichetta: "Termini di pubblicazione", percorso: "/albo/termini", azione: Some(permissions::CONSULTA) },
];
const NOME_REGISTRO: &str = "Repertorio dell’albo pretorio";

pub const fn service() -> Service {
    Service {
        descrizione: "Gli atti esposti al pubblico, per il tempo che la legge dice.",
        richiede: &["documenti", "protocollo"],
        trattamento: Trattamento {
            finalita: "Pubblicità legale degli atti",
            base_giuridica: "Obbligo di legge (GDPR art. 6, par. 1, lett. c); L. 69/2009, art. 32; TUEL, art. 124",
            categorie_interessati: "Chi è nominato negli atti pubblicati; chi li pubblica",
            categorie_dati: "Ciò che l’atto contiene, dopo il controllo di ciò che non si può diffondere",
            destinatari: "Chiunque, finché dura la pubblicazione; poi nessuno fuori dall’ente",
            conservazione: "Esposizione per il termine di ogni tipo di atto; repertorio e relate per sempre",
        },
        tabelle: TABELLE,
        permessi: permissions::PERMESSI,
        rotte: crate::web::rotte,
        periodici: jobs::periodici,
        istruzioni: sql::ALL,
        citati: &[sql::CITATI],
        codici: errors::CODICI,
        menu: MENU,
        altre_pagine: ALTRE,
        tasto: Some('a'),
        menu_pubblico: MENU_PUBBLICO,
        anteprima,
        attiva,
        attese,
        passi,
        azioni_registrazione: AZIONI,
        proiezioni: proiezioni::PROIEZIONI,
        ..Service::vuoto("albo", "Albo pretorio", MIGRAZIONI)
    }
}

fn anteprima<'a>(tx: &'a mut Tx<DiEnte>) -> Futuro<'a, Result<Vec<String>, web::Errore>> {
    Box::pin(async move {
        let oggi = tx.oggi();
        let tipi = queries::tipi(tx, oggi).await?;
        let senza: Vec<&str> = tipi.iter().filter(|t| t.termine.is_none()).map(|t| t.nome.as_str()).collect();
        Ok(vec![
            format!("Il registro «{NOME_REGISTRO}», che numera ogni anno da 1."),
            format!("{} tipi di atto con il loro termine di pubblicazione.", tipi.len() - senza.len()),
            format!("Senza un termine, finché l’ente non lo decide: {}.", senza.join(", ")),
        ])
    })
}

fn attiva<'a>(tx: &'a mut Tx<DiEnte>, _: &'a Chi) -> Futuro<'a, Result<(), web::Errore>> {
    Box::pin(async move {
        let aoo = enti::aoo(tx).await?.codice;
        let aperto = registers::apri_registro(tx, &aoo, REGISTRO, NOME_REGISTRO, Regola::Istante).await;
        aperto.map_err(web::Errore::guasto)
    })
}

fn attese<'a>(tx: &'a mut Tx<Scrivania>, chi: &'a Chi) -> Futuro<'a, Result<Vec<Attesa>, db::Error>> {
    Box::pin(async move {
        let mut attese = bozze(tx, chi).await?;
        attese.extend(proroghe(tx, chi).await?);
        attese.extend(relate(tx, chi).await?);
        Ok(attese)
    })
}

type Bozza = (EnteId, Uuid, String, Option<jiff_sqlx::Date>);

async fn bozze(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let righe: Vec<Bozza> = sqlx::query_as(sql::ATTESE_BOZZE)
        .bind(chi.persona)
        .bind(Pubblica::RUOLI)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .fetch_all(tx.conn())
        .await?;
    let attesa = |(ente, id, oggetto, previsto): Bozza| Attesa {
        ente,
        titolo: format!("Pubblica o programma: {oggetto}"),
        tipo: "Albo",
        perche: previsto.map_or_else(
            || "La bozza non è ancora all’albo".to_owned(),
            |d| format!("Doveva cominciare il {}: ogni giorno in più sposta anche la fine", breve(d.to_jiff())),
        ),
        percorso: format!("/albo/bozze/{id}"),
        entro: previsto.map(jiff_sqlx::Date::to_jiff),
    };
    Ok(righe.into_iter().map(attesa).collect())
}

async fn proroghe(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let righe: Vec<(EnteId, i64, jiff_sqlx::Timestamp)> = sqlx::query_as(sql::ATTESE_PROROGHE)
        .bind(chi.persona)
        .bind(Correggi::RUOLI)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .fetch_all(tx.conn())
        .await?;
    let attesa = |(ente, quante, prima): (EnteId, i64, jiff_sqlx::Timestamp)| Attesa {
        ente,
        titolo: match quante {
            1 => "Decidi la proroga di una pubblicazione".to_owned(),
            n => format!("Decidi la proroga di {n} pubblicazioni"),
        },
        tipo: "Albo",
        perche: "L’albo non si è potuto leggere: una pubblicazione finita non si allunga più".to_owned(),
        percorso: "/albo/interruzioni".to_owned(),
        // The last day on which the first of them can still be extended.
        entro: Some(giorno_a_roma(prima.to_jiff()).saturating_sub(jiff::Span::new().days(1))),
    };
    Ok(righe.into_iter().map(attesa).collect())
}

type Finita = (EnteId, i32, i32, String);

async fn relate(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let righe: Vec<Finita> = sqlx::query_as(sql::ATTESE_RELATE)
        .bind(chi.persona)
        .bind(Attesta::RUOLI)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .fetch_all(tx.conn())
        .await?;
    let attesa = |(ente, anno, numero, oggetto): Finita| Attesa {
        ente,
        titolo: format!("Fai la relata: {oggetto}"),
        tipo: "Albo",
        perche: format!("La pubblicazione {numero} del {anno} è finita"),
        percorso: format!("/albo/{anno}/{numero}"),
        entro: None,
    };
    Ok(righe.into_iter().map(attesa).collect())
}

fn passi<'a>(tx: &'a mut Tx<DiEnte>, filo: Uuid) -> Futuro<'a, Result<Vec<Passo>, db::Error>> {
    Box::pin(async move {
        let adesso = tx.now();
        Ok(queries::del_filo(tx, filo).await?.iter().map(|a| passo(a, adesso)).collect())
    })
}

fn passo(a: &Atto, adesso: kernel::Istante) -> Passo {
    let Some(p) = &a.pubblicazione else {
        let sotto = a.previsto_dal.map_or_else(|| "bozza".to_owned(), |d| format!("programmata per il {}", breve(d)));
        return Passo {
            istante: a.creato_il,
            titolo: "Pubblicazione all’albo".to_owned(),
            sotto,
            percorso: Some(format!("/albo/bozze/{}", a.id)),
            stato: StatoPasso::Dopo,
        };
    };
    let (sotto, stato) = match a.stato {
        Stato::Annullata => ("annullata".to_owned(), StatoPasso::Fatto),
        Stato::Rimossa => ("rimossa".to_owned(), StatoPasso::Fatto),
        _ if p.finita(adesso) => (format!("esposta fino al {}", breve(p.al)), StatoPasso::Fatto),
        _ => (format!("esposta fino al {}", breve(p.al)), StatoPasso::Adesso),
    };
    Passo {
        istante: p.affisso_il,
        titolo: format!("All’albo, n. {} del {}", p.numero.corto(), p.anno),
        sotto,
        percorso: Some(format!("/albo/{}/{}", p.anno, p.numero.corto())),
        stato,
    }
}
