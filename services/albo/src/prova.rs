//! Readers and writers that only the crate which attacks them calls from outside.

use askama::Template;
use enti::Anagrafe;
use jiff::civil::date;
use kernel::Numero;
use kernel::tempo::inizio_del_giorno;
use uuid::Uuid;
use web::Pagine;

use crate::flusso::{self, Rss, Voce};
use crate::model::{Atto, Pubblicazione, Stato, tempi};
use crate::web as rotte;

/// Year and number in the key of a page.
pub fn chiave_di_pagina(chiave: &str) -> Option<(i32, i32)> {
    rotte::dopo_la_chiave(chiave)
}

/// The name of a file as a citizen saves it.
pub fn nome_di_download(nome: &str) -> String {
    pubblicazione().nome_di_download(nome)
}

/// A feed of one act with that subject, asked for by a body with that name.
pub fn rss(oggetto: &str) -> Option<String> {
    let voce = Voce::di(atto(oggetto), SITO, &[])?;
    Rss { sito: SITO, ente: &ente(), voci: &[voce], oggi: date(2026, 11, 25) }.render().ok()
}

pub fn json(oggetto: &str) -> Option<String> {
    let pagina = Pagine { righe: vec![Voce::di(atto(oggetto), SITO, &[])?], dopo: None };
    Some(flusso::json(SITO, &ente(), "", &pagina).to_string())
}

const SITO: &str = "http://prova.localhost";

fn ente() -> Anagrafe {
    Anagrafe {
        denominazione: "Comune di Prova".to_owned(),
        tipo: None,
        pec: None,
        comune: None,
        provincia: None,
        regione: None,
        istat: None,
    }
}

fn pubblicazione() -> Pubblicazione {
    let al = date(2026, 12, 5);
    Pubblicazione {
        anno: 2026,
        numero: Numero::PRIMO,
        posizione: 1,
        affisso_il: inizio_del_giorno(date(2026, 11, 20)),
        dal: date(2026, 11, 20),
        al,
        fine: tempi::fine(al),
        fonte_termine: String::new(),
    }
}

fn atto(oggetto: &str) -> Atto {
    Atto {
        id: Uuid::nil(),
        aoo: "A1".to_owned(),
        stato: Stato::Pubblicata,
        filo: Uuid::nil(),
        tipo: "determina".to_owned(),
        tipo_nome: "Determina".to_owned(),
        oggetto: oggetto.to_owned(),
        numero_atto: String::new(),
        data_atto: None,
        protocollo: String::new(),
        richiedente: oggetto.to_owned(),
        responsabile: String::new(),
        norma: String::new(),
        forma: "integrale".to_owned(),
        ultimo_giorno_chiesto: None,
        avvisi: Vec::new(),
        confermato: false,
        previsto_dal: None,
        creato_il: inizio_del_giorno(date(2026, 11, 20)),
        pubblicazione: Some(pubblicazione()),
        chiuso_il: None,
        motivo: String::new(),
        provvedimento: String::new(),
        classe: None,
        relata: None,
    }
}
