//! Two comuni, their people, the site: everything a test of the kit needs.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use authz::NuovaPersona;
use axum::http::Request;
use collaudo::Sito;
use db::prova::Prova;
use web::{Configurazione, Service};

pub use collaudo::{PAROLA, Risposta};

pub struct Casa {
    sito: Sito,
}

impl Deref for Casa {
    type Target = Sito;

    fn deref(&self) -> &Sito {
        &self.sito
    }
}

impl Casa {
    pub async fn nuova() -> Casa {
        Casa::con(|_| {}).await
    }

    pub async fn con(cambia: impl FnOnce(&mut Configurazione)) -> Casa {
        let prova = Prova::nuova(&[authz::MIGRAZIONI, jobs::MIGRAZIONI, web::MIGRAZIONI]).await.unwrap();
        popola(&prova).await;
        let mut config = Configurazione {
            nome: "Alleanza della Valle Peligna".into(),
            modo: "demo".into(),
            ..collaudo::configurazione()
        };
        cambia(&mut config);
        let servizi: &'static [Service] = Box::leak(Box::new([crate::servizio::service()]));
        // Scanno has the notebook switched off.
        let sito = Sito::con(
            prova,
            servizi,
            |tx| {
                Box::pin(async move {
                    let ente = tx.ente();
                    let nome = sqlx::query_scalar("select denominazione from accesso.ente where id = $1").bind(ente);
                    let nome: String = nome.fetch_one(tx.conn()).await?;
                    Ok(if nome == "Introdacqua" { vec!["quaderno".into()] } else { Vec::new() })
                })
            },
            config,
        );
        Casa { sito }
    }

    /// Every file of the archive, those still arriving too.
    pub fn file(&self) -> Vec<PathBuf> {
        fn visita(cartella: &Path, trovati: &mut Vec<PathBuf>) {
            for e in std::fs::read_dir(cartella).unwrap() {
                let p = e.unwrap().path();
                if p.is_dir() { visita(&p, trovati) } else { trovati.push(p) }
            }
        }
        let mut trovati = Vec::new();
        visita(&self.cartella, &mut trovati);
        trovati
    }

    /// Moves the clock so many seconds away from now.
    pub async fn sposta(&self, secondi: i64) {
        self.prova.manut.sposta_orologio(db::Scarto::from_secs(secondi), &self.prova.db).await.unwrap();
    }

    /// The token of a session, as its pages carry it.
    pub async fn csrf(&self, biscotto: &str) -> String {
        self.leggi("/", biscotto).await.csrf().to_owned()
    }
}

pub fn get(percorso: &str) -> axum::http::request::Builder {
    Request::get(percorso).header(axum::http::header::HOST, "localhost:8080")
}

pub fn campo_nascosto(html: &str, nome: &str) -> String {
    let inizio = format!(r#"name="{nome}" value=""#);
    html.split_once(&inizio).unwrap().1.split('"').next().unwrap().to_owned()
}

/// Hidden keys, tokens, fingerprints of assets and operation ids change at every run.
pub fn stabile(html: &str) -> String {
    let mut pulito = String::new();
    let mut parola = String::new();
    for c in html.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() || c == '-' {
            parola.push(c);
            continue;
        }
        pulito.push_str(if parola.len() >= 16 { "…" } else { &parola });
        parola.clear();
        pulito.push(c);
    }
    pulito.lines().filter(|l| !l.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

async fn popola(prova: &Prova) {
    let mut tx = prova.manut.tx().await.unwrap();
    sqlx::query(
        "insert into accesso.ente (codice, denominazione) values ('c_e307', 'Introdacqua'), ('c_i501', 'Scanno')",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    sqlx::query("insert into accesso.host select codice2 || '.localhost', id from (select id, lower(denominazione) codice2 from accesso.ente) e")
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    // Elena works for two comuni; Aldo only for Scanno; Rita reads in Introdacqua; Ugo gives roles there.
    for (utente, nome, cognome, codice, ruolo) in [
        ("giulia", "Giulia", "Ventresca", "c_e307", "protocollo"),
        ("elena", "Elena", "Vallescura", "c_e307", "protocollo"),
        ("elena", "Elena", "Vallescura", "c_i501", "protocollo"),
        ("aldo", "Aldo", "Carfagnini", "c_i501", "protocollo"),
        ("rita", "Rita", "Iacobucci", "c_e307", "consultazione"),
        ("ugo", "Ugo", "Ranalli", "c_e307", "amministratore"),
    ] {
        let ente = authz::ente_per_codice(&prova.db, codice).await.unwrap().unwrap();
        let mut tx = prova.db.di_ente(ente.ente).await.unwrap();
        // Each comune has its one office, opened by the first who arrives.
        if authz::uffici(&mut tx).await.unwrap().is_empty() {
            authz::apri_ufficio(&mut tx, "SEG", "Segreteria").await.unwrap();
        }
        let nuova = NuovaPersona { utente, nome, cognome, parola: Some(PAROLA) };
        authz::crea_persona(&mut tx, &nuova, "SEG", ruolo).await.unwrap();
        tx.commit().await.unwrap();
    }
}
