//! Two enti with their people, a storage, the router.

use std::path::PathBuf;
use std::sync::Arc;

use authz::{Azione, Chi, Consenti, NuovaPersona, Permesso, RegistroAccessi};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use db::prova::Prova;
use db::{DiEnte, EnteId, Tx};
use documenti::{FiloId, NuovoDocumento};
use storage::Archivio;
use tower::ServiceExt;
use web::{Configurazione, Service, Stato};

const PAROLA: &str = "una parola lunga";
pub const A: &str = "c_e307";
pub const B: &str = "c_i501";

pub struct Casa {
    pub prova: Prova,
    pub archivio: Archivio,
    pub cartella: PathBuf,
    pub router: Router,
}

impl Casa {
    pub async fn nuova() -> Casa {
        let migrazioni =
            [authz::MIGRAZIONI, registers::MIGRAZIONI, jobs::MIGRAZIONI, enti::MIGRAZIONI, documenti::MIGRAZIONI];
        let prova = Prova::nuova(&migrazioni).await.unwrap();
        for (codice, denominazione) in [(A, "Comune di Introdacqua"), (B, "Comune di Scanno")] {
            let corpo = enti::NuovoCorpo { codice, tipo: "unione", denominazione, ipa: None };
            enti::iscrivi_corpo(&prova.manut, &corpo).await.unwrap();
            enti::aggiungi_ente(&prova.manut, codice).await.unwrap();
        }
        let cartella = std::env::temp_dir().join(format!("alleanza-documenti-{}", db::caso::token()));
        let archivio = Archivio::locale(&cartella).unwrap();
        let stato = Stato {
            db: prova.db.clone(),
            archivio: archivio.clone(),
            accessi: RegistroAccessi::avvia(&prova.db),
            servizi: Box::leak(Box::new([Service { sempre_attivo: true, ..documenti::service() }])),
            servizi_attivi: |_| Box::pin(async { Ok(Vec::new()) }),
            config: Arc::new(Configurazione {
                host_scrivania: "localhost".into(),
                nome: "Alleanza".into(),
                https: false,
                porta: None,
                proxy: None,
                modo: "prova".into(),
            }),
        };
        let casa = Casa { router: web::router(stato), prova, archivio, cartella };
        for (codice, utente, ruolo) in [
            (A, "giulia", "protocollo"),
            (A, "renzo", "responsabile"),
            (A, "rita", "consultazione"),
            (A, "ugo", "amministratore"),
            (B, "aldo", "responsabile"),
        ] {
            let mut tx = casa.tx(codice).await;
            let nuova = NuovaPersona { utente, nome: utente, cognome: "Prova", parola: Some(PAROLA) };
            authz::crea_persona(&mut tx, &nuova, enti::UFFICIO, ruolo).await.unwrap();
            tx.commit().await.unwrap();
        }
        for (codice, utente) in [(A, "renzo"), (B, "aldo")] {
            let mut tx = casa.tx(codice).await;
            let chi = chi(&mut tx, utente).await;
            documenti::adotta_modello(&mut tx, &chi).await.unwrap();
            tx.commit().await.unwrap();
        }
        casa
    }

    pub async fn ente(&self, codice: &str) -> EnteId {
        authz::ente_per_codice(&self.prova.db, codice).await.unwrap().unwrap().ente
    }

    pub async fn tx(&self, codice: &str) -> Tx<DiEnte> {
        self.prova.db.di_ente(self.ente(codice).await).await.unwrap()
    }

    /// A document of Introdacqua with those bytes.
    pub async fn documento(&self, nome: &str, byte: &[u8]) -> documenti::Documento {
        let mut tx = self.tx(A).await;
        let chi = chi(&mut tx, "giulia").await;
        let filo = documenti::nuovo_filo(&mut tx, &chi, "Una faccenda").await.unwrap();
        let d = self.aggiungi(&mut tx, &chi, filo, nome, byte).await;
        tx.commit().await.unwrap();
        d
    }

    pub async fn aggiungi(
        &self,
        tx: &mut Tx<DiEnte>,
        chi: &Chi,
        filo: FiloId,
        nome: &str,
        byte: &[u8],
    ) -> documenti::Documento {
        let ricevuto = self.archivio.scrivi(A, byte).await.unwrap();
        let nuovo = NuovoDocumento {
            nome_dichiarato: nome.into(),
            tipo_dichiarato: "application/pdf".into(),
            ricevuto,
            generato: false,
            riservato: false,
        };
        documenti::aggiungi(tx, chi, filo, &nuovo).await.unwrap()
    }

    /// The file of a blob, as a burglar would find it.
    pub fn blob(&self, d: &documenti::Documento) -> PathBuf {
        let impronta = d.impronta.to_string();
        self.cartella.join(A).join(&impronta[..2]).join(impronta)
    }

    pub async fn entra(&self, utente: &str) -> String {
        let r = self.invia("/accedi", "", &format!("utente={utente}&parola={PAROLA}")).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
        r.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub async fn leggi(&self, percorso: &str, biscotto: &str) -> Risposta {
        let req = Request::get(percorso).header(header::HOST, "localhost").header(header::COOKIE, biscotto);
        self.chiedi(req.body(Body::empty()).unwrap()).await
    }

    pub async fn invia(&self, percorso: &str, biscotto: &str, corpo: &str) -> Risposta {
        let req = Request::post(percorso)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, biscotto)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.chiedi(req.body(Body::from(corpo.to_owned())).unwrap()).await
    }

    async fn chiedi(&self, req: Request<Body>) -> Risposta {
        let r = self.router.clone().oneshot(req).await.unwrap();
        let (stato, headers) = (r.status(), r.headers().clone());
        let byte = to_bytes(r.into_body(), usize::MAX).await.map(|b| b.to_vec()).unwrap_or_default();
        Risposta { stato, headers, corpo: String::from_utf8_lossy(&byte).into_owned(), byte }
    }
}

pub struct Risposta {
    pub stato: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub corpo: String,
    pub byte: Vec<u8>,
}

impl Risposta {
    pub fn header(&self, nome: &str) -> &str {
        self.headers.get(nome).map_or("", |v| v.to_str().unwrap())
    }

    pub fn csrf(&self) -> &str {
        self.corpo.split_once(r#"name="csrf" value=""#).unwrap().1.split('"').next().unwrap()
    }
}

pub async fn chi(tx: &mut Tx<DiEnte>, utente: &str) -> Chi {
    let p = authz::persone(tx).await.unwrap().into_iter().find(|p| p.utente == utente).unwrap();
    Chi { persona: p.id, nome: format!("{} {}", p.nome, p.cognome), operazione: db::caso::uuid() }
}

pub async fn permesso<A: Azione>(tx: &mut Tx<DiEnte>, utente: &str) -> Permesso<A> {
    let chi = chi(tx, utente).await;
    tx.consenti::<A>(&chi).await.unwrap()
}
