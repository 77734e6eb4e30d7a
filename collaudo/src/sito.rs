//! The whole site on a database of the test, and somebody who asks.

use std::path::PathBuf;
use std::sync::Arc;

use authz::{RegistroAccessi, Serratura};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use db::prova::Prova;
use db::{DiEnte, EnteId, Tx};
use storage::Archivio;
use tower::ServiceExt;
use web::{Configurazione, Service, ServiziAttivi, Stato};

use crate::Risposta;

/// The password of whoever signs in.
pub const PAROLA: &str = "una parola lunga";
const SCRIVANIA: &str = "localhost";

/// How the site of a test is set up, unless it wants something else.
pub fn configurazione() -> Configurazione {
    Configurazione {
        host_scrivania: SCRIVANIA.into(),
        nome: "Alleanza".into(),
        https: false,
        porta: None,
        proxy: None,
        modo: "prova".into(),
    }
}

pub struct Sito {
    pub prova: Prova,
    pub archivio: Archivio,
    /// Where the archive is, for burglars.
    pub cartella: PathBuf,
    /// The key of the site, and how its door is known.
    pub serratura: Arc<Serratura>,
    router: Router,
}

impl Sito {
    pub fn nuovo(prova: Prova, servizi: &'static [Service], servizi_attivi: ServiziAttivi) -> Sito {
        Sito::con(prova, servizi, servizi_attivi, configurazione())
    }

    pub fn con(
        prova: Prova,
        servizi: &'static [Service],
        servizi_attivi: ServiziAttivi,
        config: Configurazione,
    ) -> Sito {
        let cartella = std::env::temp_dir().join(format!("alleanza-collaudo-{}", db::caso::token()));
        let archivio = Archivio::locale(&cartella).unwrap();
        let serratura = Arc::new(Serratura::locale());
        let router = web::router(Stato {
            db: prova.db.clone(),
            archivio: archivio.clone(),
            accessi: RegistroAccessi::avvia(&prova.db),
            metriche: web::Metriche::default(),
            serratura: serratura.clone(),
            servizi,
            servizi_attivi,
            memoria: Default::default(),
            config: Arc::new(config),
        });
        Sito { prova, archivio, cartella, serratura, router }
    }

    pub async fn ente(&self, codice: &str) -> EnteId {
        authz::ente_per_codice(&self.prova.db, codice).await.unwrap().unwrap().ente
    }

    pub async fn tx(&self, codice: &str) -> Tx<DiEnte> {
        self.prova.db.di_ente(self.ente(codice).await).await.unwrap()
    }

    /// The cookie of a person who signed in through the door. A session does not survive a clock that moves by days.
    pub async fn entra(&self, utente: &str) -> String {
        let r = self.invia("/accedi", "", &format!("utente={utente}&parola={PAROLA}")).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
        r.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub async fn leggi(&self, percorso: &str, biscotto: &str) -> Risposta {
        let req = Request::get(percorso).header(header::HOST, SCRIVANIA).header(header::COOKIE, biscotto);
        self.chiedi(req.body(Body::empty()).unwrap()).await
    }

    /// As a citizen, on the host of an ente.
    pub async fn pubblico(&self, host: &str, percorso: &str, etag: &str) -> Risposta {
        let req = Request::get(percorso).header(header::HOST, host).header(header::IF_NONE_MATCH, etag);
        self.chiedi(req.body(Body::empty()).unwrap()).await
    }

    pub async fn invia(&self, percorso: &str, biscotto: &str, corpo: &str) -> Risposta {
        self.posta(percorso, biscotto, "application/x-www-form-urlencoded", corpo.as_bytes().to_vec()).await
    }

    /// Presses a button of a page with these fields: the token and the key of the page go with them.
    pub async fn premi(&self, pagina: &str, azione: &str, biscotto: &str, campi: &str) -> Risposta {
        let p = self.leggi(pagina, biscotto).await;
        let corpo = format!("csrf={}&chiave={}&{campi}", p.csrf(), p.nascosto("chiave"));
        self.invia(azione, biscotto, &corpo).await
    }

    /// A multipart form: fields, then files as (field, name, type, bytes).
    pub async fn carica(
        &self,
        percorso: &str,
        biscotto: &str,
        campi: &[(&str, &str)],
        file: &[(&str, &str, &str, &[u8])],
    ) -> Risposta {
        self.posta(percorso, biscotto, "multipart/form-data; boundary=XX", multipart(campi, file)).await
    }

    pub async fn posta(&self, percorso: &str, biscotto: &str, tipo: &str, corpo: Vec<u8>) -> Risposta {
        let req = Request::post(percorso)
            .header(header::HOST, SCRIVANIA)
            .header(header::COOKIE, biscotto)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, tipo);
        self.chiedi(req.body(Body::from(corpo)).unwrap()).await
    }

    pub async fn chiedi(&self, req: Request<Body>) -> Risposta {
        let r = self.router.clone().oneshot(req).await.unwrap();
        let (stato, headers) = (r.status(), r.headers().clone());
        let byte = to_bytes(r.into_body(), usize::MAX).await.map(|b| b.to_vec()).unwrap_or_default();
        Risposta { stato, headers, corpo: String::from_utf8_lossy(&byte).into_owned(), byte }
    }

    pub async fn butta(self) {
        let Sito { prova, cartella, router, .. } = self;
        drop(router);
        if cartella.exists() {
            std::fs::remove_dir_all(cartella).unwrap();
        }
        prova.butta().await.unwrap();
    }
}

/// The body of a form with files, as a browser writes it; a file without a type says none.
pub fn multipart(campi: &[(&str, &str)], file: &[(&str, &str, &str, &[u8])]) -> Vec<u8> {
    let mut b = Vec::new();
    for (n, v) in campi {
        b.extend(format!("--XX\r\ncontent-disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n").bytes());
    }
    for (n, nome, tipo, byte) in file {
        b.extend(format!("--XX\r\ncontent-disposition: form-data; name=\"{n}\"; filename=\"{nome}\"\r\n").bytes());
        if !tipo.is_empty() {
            b.extend(format!("content-type: {tipo}\r\n").bytes());
        }
        b.extend_from_slice(b"\r\n");
        b.extend_from_slice(byte);
        b.extend_from_slice(b"\r\n");
    }
    b.extend_from_slice(b"--XX--\r\n");
    b
}
