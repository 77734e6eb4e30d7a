//! Every page of the crate opens, in every place where its people work; stopped work waits for a decision.

use std::sync::Arc;

use authz::{NuovaPersona, RegistroAccessi};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use db::prova::Prova;
use storage::Archivio;
use tower::ServiceExt;
use uuid::Uuid;
use web::{Configurazione, Metodo, Service, Stato};

use crate::casa::{self, CST, INTRODACQUA};

const PAROLA: &str = "una parola lunga";
const FERMO: &str = "insert into lavori.lavoro (ente, id, tipo, dati, stato, quando, tentativi, causa, rimedio, accodato_il, finito_il) \
     select id, $1, 'enti.prova', '{}', 'rinunciato', now(), 3, 'disco pieno', 'Libera spazio.', now(), now() \
     from accesso.ente where codice = $2";
const STATO: &str = "select stato from lavori.lavoro where id = $1";
const RIGHE: &str = "select count(*) from accesso.audit where oggetto = $1";

struct Sito {
    p: Prova,
    router: Router,
    adesione: Uuid,
}

impl Sito {
    /// The small installation with an active adhesion, and who administers each of its two enti.
    async fn nuovo() -> Sito {
        let p = casa::arredata().await;
        let adesione = crate::adesioni::attiva(&p).await;
        for (utente, codice, ruoli) in
            [("cst", CST, ["amministratore", "alleanza"]), ("rita", INTRODACQUA, ["amministratore", "responsabile"])]
        {
            let nuova = NuovaPersona { parola: Some(PAROLA), ..casa::persona(utente) };
            enti::crea_utente(&p.db, codice, &nuova, &ruoli).await.unwrap();
        }
        let servizi: &'static [Service] = Box::leak(Box::new([enti::service(), albo()]));
        let stato = Stato {
            db: p.db.clone(),
            archivio: Archivio::locale(&std::env::temp_dir().join(db::caso::token())).unwrap(),
            accessi: RegistroAccessi::avvia(&p.db),
            servizi,
            servizi_attivi: |tx| Box::pin(enti::servizi_attivi(tx)),
            config: Arc::new(Configurazione {
                host_scrivania: "localhost".into(),
                nome: "CST Sulmona".into(),
                https: false,
                porta: None,
                proxy: None,
                modo: "prova".into(),
            }),
        };
        Sito { router: web::router(stato), p, adesione }
    }

    async fn chiedi(&self, req: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let r = self.router.clone().oneshot(req).await.unwrap();
        let (stato, headers) = (r.status(), r.headers().clone());
        (stato, headers, to_bytes(r.into_body(), usize::MAX).await.unwrap())
    }

    async fn apri(&self, via: &str, biscotto: &str) -> (StatusCode, Bytes) {
        let req = Request::get(via).header(header::HOST, "localhost").header(header::COOKIE, biscotto);
        let (stato, _, corpo) = self.chiedi(req.body(Body::empty()).unwrap()).await;
        (stato, corpo)
    }

    async fn invia(&self, via: &str, biscotto: &str, corpo: String) -> (StatusCode, HeaderMap) {
        let req = Request::post(via)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, biscotto)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (stato, headers, _) = self.chiedi(req.body(Body::from(corpo)).unwrap()).await;
        (stato, headers)
    }

    /// The cookie of a person who signed in.
    async fn entra(&self, utente: &str) -> String {
        let (_, headers) = self.invia("/accedi", "", format!("utente={utente}&parola={PAROLA}")).await;
        headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    /// Presses a button of a page: its token and its key go with it.
    async fn premi(&self, pagina: &str, azione: &str, biscotto: &str) -> StatusCode {
        let (_, corpo) = self.apri(pagina, biscotto).await;
        let html = String::from_utf8_lossy(&corpo).into_owned();
        let campo = |nome: &str| {
            let inizio = format!(r#"name="{nome}" value=""#);
            html.split_once(&inizio).unwrap().1.split('"').next().unwrap().to_owned()
        };
        self.invia(azione, biscotto, format!("csrf={}&chiave={}", campo("csrf"), campo("chiave"))).await.0
    }

    async fn ferma_un_lavoro(&self) -> Uuid {
        let id = db::caso::uuid();
        let mut tx = self.p.manut.tx().await.unwrap();
        sqlx::query(FERMO).bind(id).bind(INTRODACQUA).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}

/// A service that can go on by itself.
fn albo() -> Service {
    Service::vuoto("albo", "Albo pretorio", db::Migrazioni { servizio: "", passi: &[], sostituibili: &[] })
}

#[tokio::test]
async fn every_page_opens() {
    let s = Sito::nuovo().await;
    s.ferma_un_lavoro().await;
    for (utente, codice) in [("cst", CST), ("rita", INTRODACQUA)] {
        let biscotto = s.entra(utente).await;
        let pagine = (enti::service().rotte)().into_iter().filter(|r| r.metodo == Metodo::Get);
        for r in pagine.filter(|r| codice == CST || !r.percorso.contains("/alleanza")) {
            // The alliance has no adhesion of its own: those pages are the member's.
            if codice == CST && r.percorso.starts_with("/e/{codice}/adesioni/") {
                continue;
            }
            let via = r.percorso.replace("{codice}", codice).replace("{servizio}", "albo");
            let via = via.replace("{id}", &s.adesione.to_string());
            let (stato, corpo) = s.apri(&via, &biscotto).await;
            assert_eq!(stato, StatusCode::OK, "{via}: {}", String::from_utf8_lossy(&corpo));
            assert_eq!(via.ends_with(".pdf"), corpo.starts_with(b"%PDF"), "{via}");
        }
    }
    s.p.butta().await.unwrap();
}

#[tokio::test]
async fn a_service_goes_on_and_off_from_its_page() {
    let s = Sito::nuovo().await;
    let biscotto = s.entra("rita").await;
    let pagina = format!("/e/{INTRODACQUA}/servizi/albo");
    for passo in ["attiva", "disattiva"] {
        let stato = s.premi(&pagina, &format!("{pagina}/{passo}"), &biscotto).await;
        assert_eq!(stato, StatusCode::SEE_OTHER, "{passo}");
        let (_, corpo) = s.apri(&format!("/e/{INTRODACQUA}/servizi"), &biscotto).await;
        let attivo = String::from_utf8_lossy(&corpo).contains("Attivo dal");
        assert_eq!(attivo, passo == "attiva");
    }
    s.p.butta().await.unwrap();
}

#[tokio::test]
async fn members_are_found_by_group_and_name() {
    let s = Sito::nuovo().await;
    let biscotto = s.entra("cst").await;
    for (filtro, trovata) in [
        ("", true),
        ("?nome=INTROD", true),
        ("?gruppo=attive", true),
        ("?gruppo=cessate", false),
        ("?nome=scanno", false),
    ] {
        let (_, corpo) = s.apri(&format!("/e/{CST}/alleanza{filtro}"), &biscotto).await;
        let c_e = String::from_utf8_lossy(&corpo).contains("Comune di Introdacqua</a>");
        assert_eq!(c_e, trovata, "{filtro}");
    }
    s.p.butta().await.unwrap();
}

#[tokio::test]
async fn stopped_work_waits_for_a_decision() {
    let s = Sito::nuovo().await;
    let biscotto = s.entra("rita").await;
    let pagina = format!("/e/{INTRODACQUA}/lavori");
    for (passo, atteso) in [("riprova", "da_fare"), ("archivia", "archiviato")] {
        let id = s.ferma_un_lavoro().await;
        let (_, corpo) = s.apri(&pagina, &biscotto).await;
        assert!(String::from_utf8_lossy(&corpo).contains("Libera spazio."));
        // The second time it has been decided already: nothing more is written.
        for _ in 0..2 {
            let stato = s.premi("/", &format!("{pagina}/{id}/{passo}"), &biscotto).await;
            assert_eq!(stato, StatusCode::SEE_OTHER);
        }
        let mut tx = s.p.manut.tx().await.unwrap();
        let stato: String = sqlx::query_scalar(STATO).bind(id).fetch_one(tx.conn()).await.unwrap();
        let righe: i64 = sqlx::query_scalar(RIGHE).bind(format!("lavori/{id}")).fetch_one(tx.conn()).await.unwrap();
        assert_eq!((stato.as_str(), righe), (atteso, 1));
    }
    let (_, corpo) = s.apri(&pagina, &biscotto).await;
    assert!(String::from_utf8_lossy(&corpo).contains("Niente di fermo"));
    s.p.butta().await.unwrap();
}
