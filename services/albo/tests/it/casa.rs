//! Two small enti with their albo open, a clock that the test moves, acts with invented bytes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use albo::commands::{Conferma, DaPubblicare, FileDaPubblicare, Fine, Sostituzione, pubblica};
use albo::model::{Forma, Pubblicazione};
use albo::{AlboError, Pubblica};
use authz::{Azione, Chi, Consenti, NuovaPersona, Permesso, RegistroAccessi};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use db::prova::Prova;
use db::{DiEnte, Tx};
use enti::NuovoCorpo;
use jiff::civil::{DateTime, date};
use jobs::{Catalogo, Contesto};
use kernel::{Impronta, Istante};
use storage::Archivio;
use tower::ServiceExt;
use uuid::Uuid;
use web::{Configurazione, Service, Stato};

pub const VALBRUNA: &str = "u_valbruna";
pub const ROCCALTA: &str = "u_roccalta";

/// What the albo stands on, and the albo.
static SERVIZI: LazyLock<Vec<Service>> =
    LazyLock::new(|| vec![enti::service(), documenti::service(), protocollo::service(), albo::service()]);
pub const PAROLA: &str = "una parola lunga";

pub struct Casa {
    pub prova: Prova,
    pub archivio: Archivio,
    cartella: PathBuf,
    router: Router,
}

impl Casa {
    pub async fn nuova() -> Casa {
        let piattaforma = [authz::MIGRAZIONI, registers::MIGRAZIONI, jobs::MIGRAZIONI];
        let migrazioni: Vec<_> = piattaforma.into_iter().chain(SERVIZI.iter().map(|s| s.migrazioni)).collect();
        let prova = Prova::nuova(&migrazioni).await.unwrap();
        let cartella = std::env::temp_dir().join(format!("alleanza-albo-{}", db::caso::token()));
        let archivio = Archivio::locale(&cartella).unwrap();
        let stato = Stato {
            db: prova.db.clone(),
            archivio: archivio.clone(),
            accessi: RegistroAccessi::avvia(&prova.db),
            servizi: &SERVIZI,
            servizi_attivi: |tx| Box::pin(enti::servizi_attivi(tx)),
            config: Arc::new(Configurazione {
                host_scrivania: "localhost".into(),
                nome: "Alleanza".into(),
                https: false,
                porta: Some(8080),
                proxy: None,
                modo: "prova".into(),
            }),
        };
        let casa = Casa { prova, archivio, cartella, router: web::router(stato) };
        // Roles and registers begin before everything that the tests tell.
        casa.alle(date(2026, 1, 1).at(8, 0, 0, 0)).await;
        for (codice, denominazione) in [(VALBRUNA, "Valbruna"), (ROCCALTA, "Roccalta")] {
            casa.fonda(codice, denominazione).await;
        }
        casa
    }

    async fn fonda(&self, codice: &str, denominazione: &str) {
        let corpo = NuovoCorpo { codice, tipo: "unione", denominazione, ipa: None };
        enti::iscrivi_corpo(&self.prova.manut, &corpo).await.unwrap();
        enti::aggiungi_ente(&self.prova.manut, codice).await.unwrap();
        let utente = format!("ada.{codice}");
        let ada = NuovaPersona { utente: &utente, nome: "Ada", cognome: "Prova", parola: Some(PAROLA) };
        enti::crea_utente(&self.prova.db, codice, &ada, &["amministratore", "segretario"]).await.unwrap();
        enti::attiva_servizio(&self.prova.db, &SERVIZI, codice, "albo").await.unwrap();
    }

    pub async fn tx(&self, codice: &str) -> Tx<DiEnte> {
        enti::entra(&self.prova.db, codice).await.unwrap()
    }

    pub async fn chi(&self, tx: &mut Tx<DiEnte>) -> Chi {
        let t = enti::chi_ha_ruolo(tx, "segretario").await.unwrap().remove(0);
        Chi { persona: t.id, nome: format!("{} {}", t.nome, t.cognome), operazione: db::caso::uuid() }
    }

    /// A permit of Ada in a transaction of Valbruna.
    pub async fn con<A: Azione>(&self) -> (Tx<DiEnte>, Permesso<A>) {
        let mut tx = self.tx(VALBRUNA).await;
        let chi = self.chi(&mut tx).await;
        let p = tx.consenti::<A>(&chi).await.unwrap();
        (tx, p)
    }

    /// Moves the clock to an hour of the day in Rome.
    pub async fn alle(&self, quando: DateTime) {
        let poi = quando.in_tz("Europe/Rome").unwrap().timestamp();
        self.a(poi).await;
    }

    pub async fn a(&self, poi: Istante) {
        // The offset is from the machine's clock: first back to it, then to where the test wants to be.
        self.prova.manut.sposta_orologio(jiff::SignedDuration::ZERO, &self.prova.db).await.unwrap();
        let adesso = self.prova.db.orologio().adesso();
        self.prova.manut.sposta_orologio(poi.duration_since(adesso), &self.prova.db).await.unwrap();
    }

    /// Prepares and publishes, as Ada.
    pub async fn pubblica(&self, d: &DaPubblicare) -> Result<(Uuid, Pubblicazione), AlboError> {
        let (mut tx, p) = self.con::<Pubblica>().await;
        let id = albo::commands::prepara(&mut tx, &p, d).await?;
        let pubblicata = pubblica(&mut tx, &p, id, Conferma::NonData).await?;
        tx.commit().await?;
        Ok((id, pubblicata))
    }

    /// Runs the jobs that are due.
    pub async fn lavora(&self) -> jobs::Svolti {
        let s = albo::service();
        let contesto = Contesto::nuovo(self.prova.db.clone(), self.archivio.clone());
        jobs::esegui_tutto(&contesto, &Catalogo::nuovo((s.lavori)(), (s.periodici)())).await.unwrap()
    }

    /// Signs in: the cookie. A session does not survive a clock that moves by days.
    pub async fn entra(&self, utente: &str) -> String {
        let r = self.invia("/accedi", "", &format!("utente={utente}&parola={PAROLA}")).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
        r.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub async fn leggi(&self, percorso: &str, biscotto: &str) -> Risposta {
        let req = Request::get(percorso).header(header::HOST, "localhost").header(header::COOKIE, biscotto);
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

    /// A multipart form: fields, then files as (field, name, bytes).
    pub async fn carica(
        &self,
        percorso: &str,
        biscotto: &str,
        campi: &[(&str, &str)],
        file: &[(&str, &str, &[u8])],
    ) -> Risposta {
        self.posta(percorso, biscotto, "multipart/form-data; boundary=XX", multipart(campi, file)).await
    }

    async fn posta(&self, percorso: &str, biscotto: &str, tipo: &str, corpo: Vec<u8>) -> Risposta {
        let req = Request::post(percorso)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, biscotto)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, tipo);
        self.chiedi(req.body(Body::from(corpo)).unwrap()).await
    }

    async fn chiedi(&self, req: Request<Body>) -> Risposta {
        let r = self.router.clone().oneshot(req).await.unwrap();
        let (stato, headers) = (r.status(), r.headers().clone());
        let byte = to_bytes(r.into_body(), usize::MAX).await.unwrap().to_vec();
        Risposta { stato, headers, corpo: String::from_utf8_lossy(&byte).into_owned(), byte }
    }

    pub async fn butta(self) {
        let Casa { prova, cartella, router, .. } = self;
        drop(router);
        std::fs::remove_dir_all(cartella).unwrap();
        prova.butta().await.unwrap();
    }
}

fn multipart(campi: &[(&str, &str)], file: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut b = Vec::new();
    for (n, v) in campi {
        b.extend(format!("--XX\r\ncontent-disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n").bytes());
    }
    for (n, nome, byte) in file {
        b.extend(format!("--XX\r\ncontent-disposition: form-data; name=\"{n}\"; filename=\"{nome}\"\r\n\r\n").bytes());
        b.extend_from_slice(byte);
        b.extend_from_slice(b"\r\n");
    }
    b.extend_from_slice(b"--XX--\r\n");
    b
}

pub struct Risposta {
    pub stato: StatusCode,
    pub headers: HeaderMap,
    pub corpo: String,
    pub byte: Vec<u8>,
}

impl Risposta {
    pub fn header(&self, nome: &str) -> &str {
        self.headers.get(nome).map_or("", |v| v.to_str().unwrap())
    }

    pub fn nascosto(&self, nome: &str) -> &str {
        self.corpo.split_once(&format!(r#"name="{nome}" value=""#)).unwrap().1.split('"').next().unwrap()
    }

    /// The first address of the page that begins so.
    pub fn link(&self, inizio: &str) -> &str {
        let da = self.corpo.find(&format!("href=\"{inizio}")).unwrap() + 6;
        self.corpo[da..].split('"').next().unwrap()
    }
}

pub fn documento(contenuto: &str) -> FileDaPubblicare {
    FileDaPubblicare {
        documento: db::caso::uuid(),
        nome: "delibera.pdf".to_owned(),
        tipo: "application/pdf".to_owned(),
        dimensione: contenuto.len() as i64,
        impronta: Impronta::di(contenuto.as_bytes()),
        non_controllato: String::new(),
    }
}

pub fn delibera(oggetto: &str) -> DaPubblicare {
    DaPubblicare {
        filo: db::caso::uuid(),
        tipo: "delibera_giunta".to_owned(),
        oggetto: oggetto.to_owned(),
        numero_atto: "88".to_owned(),
        data_atto: None,
        protocollo: String::new(),
        richiedente: String::new(),
        responsabile: "Bruno Inventato".to_owned(),
        norma: String::new(),
        forma: Forma::Integrale,
        ultimo_giorno: None,
        file: vec![documento(oggetto)],
        avvisi_dei_file: BTreeSet::new(),
    }
}

/// A replacement in which the check found nothing.
pub fn sostituzione(tolto: Uuid, nuovo: FileDaPubblicare, motivo: &str, fine: Fine) -> Sostituzione {
    let (avvisi, conferma) = (BTreeSet::new(), Conferma::NonData);
    Sostituzione { tolto, nuovo, avvisi, conferma, motivo: motivo.to_owned(), fine }
}
