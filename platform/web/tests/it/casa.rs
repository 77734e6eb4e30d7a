//! Two comuni, three people, the router: everything a test of the kit needs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use authz::{NuovaPersona, RegistroAccessi};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use db::prova::Prova;
use storage::Archivio;
use tower::ServiceExt;
use web::{Configurazione, Service, Stato};

pub const PAROLA: &str = "una parola lunga";

pub struct Casa {
    pub prova: Prova,
    pub router: Router,
    archivio: PathBuf,
}

/// An answer, read to its end.
pub struct Risposta {
    pub stato: StatusCode,
    pub headers: HeaderMap,
    pub corpo: String,
}

impl Risposta {
    pub fn header(&self, nome: &str) -> &str {
        self.headers.get(nome).map_or("", |v| v.to_str().unwrap())
    }
}

impl Casa {
    pub async fn nuova() -> Casa {
        Casa::con(|_| {}).await
    }

    pub async fn con(cambia: impl FnOnce(&mut Configurazione)) -> Casa {
        let prova = Prova::nuova(&[authz::MIGRAZIONI, jobs::MIGRAZIONI]).await.unwrap();
        popola(&prova).await;
        let mut config = Configurazione {
            host_scrivania: "localhost".into(),
            nome: "Alleanza della Valle Peligna".into(),
            https: false,
            porta: None,
            proxy: None,
            modo: "demo".into(),
        };
        cambia(&mut config);
        let cartella = std::env::temp_dir().join(format!("alleanza-web-{}", db::caso::token()));
        let servizi: &'static [Service] = Box::leak(Box::new([crate::servizio::service()]));
        let stato = Stato {
            db: prova.db.clone(),
            archivio: Archivio::locale(&cartella).unwrap(),
            accessi: RegistroAccessi::avvia(&prova.db),
            servizi,
            // Scanno has the notebook switched off.
            servizi_attivi: |tx| {
                Box::pin(async move {
                    let ente = tx.ente();
                    let nome = sqlx::query_scalar("select denominazione from accesso.ente where id = $1").bind(ente);
                    let nome: String = nome.fetch_one(tx.conn()).await?;
                    Ok(if nome == "Introdacqua" { vec!["quaderno".into()] } else { Vec::new() })
                })
            },
            config: Arc::new(config),
        };
        Casa { prova, router: web::router(stato), archivio: cartella }
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
        visita(&self.archivio, &mut trovati);
        trovati
    }

    pub async fn chiedi(&self, req: Request<Body>) -> Risposta {
        let r = self.router.clone().oneshot(req).await.unwrap();
        let (stato, headers) = (r.status(), r.headers().clone());
        let corpo = to_bytes(r.into_body(), usize::MAX).await.unwrap();
        Risposta { stato, headers, corpo: String::from_utf8_lossy(&corpo).into_owned() }
    }

    pub async fn leggi(&self, percorso: &str, biscotto: &str) -> Risposta {
        self.chiedi(get(percorso).header(header::COOKIE, biscotto).body(Body::empty()).unwrap()).await
    }

    pub async fn invia(&self, percorso: &str, biscotto: &str, corpo: &str) -> Risposta {
        let req = Request::post(percorso)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, biscotto)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.chiedi(req.body(Body::from(corpo.to_owned())).unwrap()).await
    }

    /// The cookie of a person who signed in through the door.
    pub async fn entra(&self, utente: &str) -> String {
        let r = self.invia("/accedi", "", &format!("utente={utente}&parola={PAROLA}")).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
        r.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// The token of a session, as its pages carry it.
    pub async fn csrf(&self, biscotto: &str) -> String {
        campo_nascosto(&self.leggi("/", biscotto).await.corpo, "csrf")
    }
}

pub fn get(percorso: &str) -> axum::http::request::Builder {
    Request::get(percorso).header(header::HOST, "localhost:8080")
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
        ("elena", "Elena", "Marinucci", "c_e307", "protocollo"),
        ("elena", "Elena", "Marinucci", "c_i501", "protocollo"),
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
