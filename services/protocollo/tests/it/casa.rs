//! Two enti with their people and offices, a storage, the router, a clock that can be moved.

use std::sync::Arc;

use authz::{Azione, Chi, Consenti, NuovaPersona, Permesso, RegistroAccessi};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use db::prova::Prova;
use db::{DiEnte, EnteId, Tx};
use documenti::NuovoDocumento;
use jiff::{SignedDuration, Timestamp};
use protocollo::{Autorizzazione, Corrispondente, DaRegistrare, Registra, Registrata, Registrazione, Verso};
use storage::Archivio;
use tower::ServiceExt;
use web::{Configurazione, Service, Stato};

const PAROLA: &str = "una parola lunga";
pub const A: &str = "c_e307";
pub const B: &str = "c_i501";

pub struct Casa {
    pub prova: Prova,
    pub archivio: Archivio,
    pub router: Router,
}

impl Casa {
    pub async fn nuova() -> Casa {
        Casa::con(None).await
    }

    /// Born at that instant: the legal clock never goes back.
    pub async fn nata_il(istante: &str) -> Casa {
        Casa::con(Some(istante)).await
    }

    async fn con(istante: Option<&str>) -> Casa {
        let migrazioni = [
            authz::MIGRAZIONI,
            registers::MIGRAZIONI,
            jobs::MIGRAZIONI,
            enti::MIGRAZIONI,
            documenti::MIGRAZIONI,
            protocollo::MIGRAZIONI,
        ];
        let prova = Prova::nuova(&migrazioni).await.unwrap();
        if let Some(istante) = istante {
            sposta(&prova, istante).await;
        }
        for (codice, denominazione) in [(A, "Comune di Introdacqua"), (B, "Comune di Scanno")] {
            let corpo = enti::NuovoCorpo { codice, tipo: "unione", denominazione, ipa: None };
            enti::iscrivi_corpo(&prova.manut, &corpo).await.unwrap();
            enti::aggiungi_ente(&prova.manut, codice).await.unwrap();
        }
        let cartella = std::env::temp_dir().join(format!("alleanza-protocollo-{}", db::caso::token()));
        let archivio = Archivio::locale(&cartella).unwrap();
        let acceso = |s: Service| Service { sempre_attivo: true, ..s };
        let stato = Stato {
            db: prova.db.clone(),
            archivio: archivio.clone(),
            accessi: RegistroAccessi::avvia(&prova.db),
            servizi: Box::leak(Box::new([acceso(documenti::service()), acceso(protocollo::service())])),
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
        let casa = Casa { router: web::router(stato), prova, archivio };
        casa.popola().await;
        casa
    }

    async fn popola(&self) {
        for (codice, utente, ufficio, ruolo) in [
            (A, "giulia", "SEG", "protocollo"),
            (A, "renzo", "SEG", "responsabile"),
            (A, "paolo", "TEC", "consultazione"),
            (A, "paolo", "TEC", "albo"),
            (A, "rita", "SEG", "consultazione"),
            (B, "aldo", "SEG", "responsabile"),
        ] {
            let mut tx = self.tx(codice).await;
            if authz::uffici(&mut tx).await.unwrap().iter().all(|(c, _)| c != ufficio) {
                authz::apri_ufficio(&mut tx, ufficio, "Ufficio tecnico").await.unwrap();
            }
            let nuova = NuovaPersona { utente, nome: utente, cognome: "Prova", parola: Some(PAROLA) };
            authz::crea_persona(&mut tx, &nuova, ufficio, ruolo).await.unwrap();
            tx.commit().await.unwrap();
        }
        for (codice, utente) in [(A, "renzo"), (B, "aldo")] {
            let mut tx = self.tx(codice).await;
            let chi = chi(&mut tx, utente).await;
            documenti::adotta_modello(&mut tx, &chi).await.unwrap();
            protocollo::apri_registro(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    pub async fn ente(&self, codice: &str) -> EnteId {
        authz::ente_per_codice(&self.prova.db, codice).await.unwrap().unwrap().ente
    }

    pub async fn tx(&self, codice: &str) -> Tx<DiEnte> {
        self.prova.db.di_ente(self.ente(codice).await).await.unwrap()
    }

    /// Moves both clocks so that now is that instant.
    pub async fn adesso_e(&self, istante: &str) {
        sposta(&self.prova, istante).await;
    }

    /// Registers in Introdacqua, as Giulia.
    pub async fn registra(&self, da: &DaRegistrare) -> Registrata {
        let mut tx = self.tx(A).await;
        let p = permesso::<Registra>(&mut tx, "giulia").await;
        let r = protocollo::registra(&mut tx, &p, da).await.unwrap();
        tx.commit().await.unwrap();
        r
    }

    pub async fn leggi_registrazione(&self, r: &Registrata) -> Registrazione {
        let mut tx = self.tx(A).await;
        protocollo::registrazione(&mut tx, r.anno, r.numero).await.unwrap().unwrap()
    }

    /// A file already in storage.
    pub async fn file(&self, nome: &str, byte: &[u8]) -> NuovoDocumento {
        NuovoDocumento {
            nome_dichiarato: nome.into(),
            tipo_dichiarato: String::new(),
            ricevuto: self.archivio.scrivi(A, byte).await.unwrap(),
            generato: false,
            riservato: false,
        }
    }

    /// What verification says of Introdacqua.
    pub async fn anomalie(&self) -> Vec<String> {
        let v = registers::verifica::verifica(&self.prova.manut, Some(A), &[], protocollo::PROIEZIONI).await.unwrap();
        v.anomalie.iter().map(ToString::to_string).collect()
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
        self.posta(percorso, biscotto, "application/x-www-form-urlencoded", corpo.as_bytes().to_vec()).await
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
            .header(header::HOST, "localhost")
            .header(header::COOKIE, biscotto)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, tipo);
        self.chiedi(req.body(Body::from(corpo)).unwrap()).await
    }

    async fn chiedi(&self, req: Request<Body>) -> Risposta {
        let r = self.router.clone().oneshot(req).await.unwrap();
        let (stato, headers) = (r.status(), r.headers().clone());
        let byte = to_bytes(r.into_body(), usize::MAX).await.map(|b| b.to_vec()).unwrap_or_default();
        Risposta { stato, headers, corpo: String::from_utf8_lossy(&byte).into_owned(), byte }
    }
}

async fn sposta(prova: &Prova, istante: &str) {
    let voluto: Timestamp = istante.parse().unwrap();
    prova.manut.sposta_orologio(SignedDuration::ZERO, &prova.db).await.unwrap();
    let vero = prova.db.orologio().adesso();
    prova.manut.sposta_orologio(voluto.duration_since(vero), &prova.db).await.unwrap();
}

/// All that a PDF of ours says, however its lines are broken.
pub fn testo_del_pdf(byte: &[u8]) -> String {
    let l = pdf::leggi(byte);
    assert!(l.lacune.is_empty(), "{:?}", l.lacune);
    l.testo.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn multipart(campi: &[(&str, &str)], file: &[(&str, &str, &str, &[u8])]) -> Vec<u8> {
    let mut b = Vec::new();
    for (n, v) in campi {
        b.extend(format!("--XX\r\ncontent-disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n").bytes());
    }
    for (n, nome, tipo, byte) in file {
        b.extend(
            format!("--XX\r\ncontent-disposition: form-data; name=\"{n}\"; filename=\"{nome}\"\r\ncontent-type: {tipo}\r\n\r\n")
                .bytes(),
        );
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
}

pub async fn chi(tx: &mut Tx<DiEnte>, utente: &str) -> Chi {
    let p = authz::persone(tx).await.unwrap().into_iter().find(|p| p.utente == utente).unwrap();
    Chi { persona: p.id, nome: format!("{} {}", p.nome, p.cognome), operazione: db::caso::uuid() }
}

pub async fn permesso<A: Azione>(tx: &mut Tx<DiEnte>, utente: &str) -> Permesso<A> {
    let chi = chi(tx, utente).await;
    tx.consenti::<A>(&chi).await.unwrap()
}

/// An incoming letter with that subject.
pub fn entrata(oggetto: &str) -> DaRegistrare {
    DaRegistrare {
        verso: Verso::Entrata,
        oggetto: oggetto.into(),
        corrispondenti: vec![Corrispondente::nuovo("PG", "Edil Gizio s.r.l.")],
        arrivo: None,
        mezzo: "posta".into(),
        numero_mittente: String::new(),
        data_mittente: None,
        classifica: "VI.5".into(),
        ufficio: "SEG".into(),
        filo: None,
        riservata: false,
        documento: None,
        allegati: Vec::new(),
        richiesta: None,
    }
}

pub fn autorizzata() -> Autorizzazione {
    Autorizzazione {
        motivo: "era per un altro comune".into(),
        provvedimento: "Provvedimento del responsabile n. 12".into(),
        data: Some("2026-01-05".parse().unwrap()),
    }
}
