//! Every template is drawn with the data of a real house: who works there follows every link that it is shown, and what no
//! link shows is asked for by hand. A template that nothing here draws, or that is added and drawn by nobody, is named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use app::services;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use db::Scarto;
use jiff::ToSpan;
use sqlx::Executor;
use tower::ServiceExt;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use web::Metodo;

use crate::mondo::{Mondo, due_comuni};
use crate::rotte::{rotte, sito, token};

/// As many pages of a route for each person: the others look the same.
const PER_ROTTA: usize = 3;

/// The documents that were composed, as the crate that composes them tells its log.
#[derive(Clone, Default)]
struct Composti(Arc<Mutex<BTreeSet<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Composti {
    fn on_event(&self, e: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        e.record(&mut &*self);
    }
}

impl Visit for &Composti {
    fn record_str(&mut self, campo: &Field, valore: &str) {
        if campo.name() == "modello" {
            self.0.lock().unwrap().insert(valore.to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// Somebody with a browser.
struct Visita<'a> {
    sito: &'a Router,
    host: &'static str,
    biscotto: String,
    viste: BTreeSet<String>,
    per_rotta: BTreeMap<&'static str, usize>,
    pagine: Vec<String>,
}

impl<'a> Visita<'a> {
    fn di(sito: &'a Router, host: &'static str, biscotto: String) -> Visita<'a> {
        Visita { sito, host, biscotto, viste: BTreeSet::new(), per_rotta: BTreeMap::new(), pagine: Vec::new() }
    }

    /// Asks for a page and keeps it.
    async fn apri(&mut self, percorso: &str) -> (StatusCode, String) {
        let req = Request::get(percorso).header(header::HOST, self.host).header(header::COOKIE, &self.biscotto);
        self.tieni(req.body(Body::empty()).unwrap()).await
    }

    async fn invia(&mut self, percorso: &str, tipo: &str, corpo: String) -> (StatusCode, String) {
        let req = Request::post(percorso)
            .header(header::HOST, self.host)
            .header(header::COOKIE, &self.biscotto)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, tipo);
        self.tieni(req.body(Body::from(corpo)).unwrap()).await
    }

    /// The text of a page; where it leads, if it leads elsewhere.
    async fn tieni(&mut self, req: Request<Body>) -> (StatusCode, String) {
        let dove = req.uri().to_string();
        let r = self.sito.clone().oneshot(req).await.unwrap();
        let stato = r.status();
        if let Some(b) = collaudo::biscotto(r.headers(), "alleanza-ingresso") {
            self.biscotto = b;
        }
        let html = r.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.to_str().unwrap().starts_with("text/html"));
        if let Some(altrove) = r.headers().get(header::LOCATION) {
            return (stato, altrove.to_str().unwrap().to_owned());
        }
        let byte = axum::body::to_bytes(r.into_body(), usize::MAX).await.unwrap();
        let testo = if html { String::from_utf8(byte.to_vec()).unwrap() } else { String::new() };
        // The one document that is no longer there says so.
        assert!(!stato.is_server_error() || testo.contains("DOC-001"), "{dove}: {stato}");
        self.pagine.push(spazi(&testo));
        (stato, testo)
    }

    /// Follows every link, from a page on.
    async fn segui(&mut self, da: &str) {
        let mut davanti = vec![da.to_owned()];
        while let Some(percorso) = davanti.pop() {
            let Some(rotta) = rotta_di(&percorso) else { continue };
            let quante = self.per_rotta.entry(rotta).or_default();
            if *quante >= PER_ROTTA || !self.viste.insert(percorso.clone()) {
                continue;
            }
            *quante += 1;
            let (stato, testo) = self.apri(&percorso).await;
            assert!(stato != StatusCode::NOT_FOUND, "a link leads nowhere: {percorso}");
            davanti.extend(link(&testo, &percorso));
        }
    }
}

/// The route of an address; none for assets and for other hosts.
fn rotta_di(percorso: &str) -> Option<&'static str> {
    let via = percorso.split(['?', '#']).next()?;
    let pezzi: Vec<&str> = via.split('/').collect();
    let combacia = |r: &&str| {
        let suoi: Vec<&str> = r.split('/').collect();
        suoi.len() == pezzi.len() && suoi.iter().zip(&pezzi).all(|(s, p)| s.starts_with('{') && !p.is_empty() || s == p)
    };
    let gia: Vec<&str> = rotte().iter().filter(|r| r.metodo == Metodo::Get).map(|r| r.percorso).collect();
    // The exact one wins over the one with a hole.
    gia.iter().find(|r| **r == via).or_else(|| gia.iter().find(|r| combacia(r))).copied()
}

/// Addresses of this same host that a page shows.
fn link(html: &str, qui: &str) -> Vec<String> {
    let tutti = html.split("href=\"").skip(1).filter_map(|s| s.split('"').next());
    tutti
        .map(|h| h.replace("&#38;", "&").replace("&amp;", "&"))
        .filter_map(|h| match h.chars().next() {
            Some('/') if !h.starts_with("//") => Some(h),
            Some('?') => Some(format!("{}{h}", qui.split('?').next().unwrap_or_default())),
            _ => None,
        })
        .collect()
}

/// As a browser sees a text: any blank is one.
fn spazi(t: &str) -> String {
    t.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every file of templates, as its path in the repository.
fn modelli() -> Vec<PathBuf> {
    // Asked at run time: two clones may share one target folder.
    let radice = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("..").canonicalize().unwrap();
    let mut cartelle: Vec<PathBuf> = vec![radice.join("app/templates")];
    for gruppo in ["platform", "services"] {
        let crate_ = std::fs::read_dir(radice.join(gruppo)).unwrap();
        cartelle.extend(crate_.map(|e| e.unwrap().path().join("templates")));
    }
    let mut file = Vec::new();
    while let Some(c) = cartelle.pop() {
        for e in std::fs::read_dir(c).into_iter().flatten() {
            let p = e.unwrap().path();
            if p.is_dir() { cartelle.push(p) } else { file.push(p) }
        }
    }
    file.sort();
    file
}

/// What a template says whatever its data are: the text between its tags.
fn parole(sorgente: &str) -> Vec<String> {
    let mut detto = Vec::new();
    let mut resto = sorgente;
    while let Some((prima, dopo)) = resto.split_once('{') {
        let chiude = match dopo.chars().next() {
            Some('{') => "}}",
            Some('%') => "%}",
            Some('#') => "#}",
            _ => {
                resto = dopo;
                continue;
            }
        };
        detto.push(spazi(prima));
        resto = dopo.split_once(chiude).map_or("", |(_, d)| d);
    }
    detto.push(spazi(resto));
    detto.retain(|t| t.chars().count() > 12);
    detto
}

/// The templates that none of `pagine` comes from: a page does when it holds a third of the words that only its template has
/// (the others wait for a case that is not there; fewer may be there by chance).
fn mai_disegnati(pagine: &[String]) -> Vec<String> {
    let html: Vec<(PathBuf, Vec<String>)> = modelli()
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "html"))
        .map(|p| (p.clone(), parole(&std::fs::read_to_string(&p).unwrap())))
        .collect();
    assert!(html.len() > 40, "few templates were found: {}", html.len());
    let sua = |p: &Path, t: &String| !html.iter().any(|(q, altre)| q != p && altre.iter().any(|a| a.contains(t)));
    let disegnato = |(p, dette): &&(PathBuf, Vec<String>)| {
        let sue: Vec<&String> = dette.iter().filter(|t| sua(p, t)).collect();
        let quante = |pagina: &String| sue.iter().filter(|t| pagina.contains(t.as_str())).count();
        !sue.is_empty() && pagine.iter().any(|pagina| quante(pagina) * 3 >= sue.len())
    };
    html.iter().filter(|m| !disegnato(m)).map(|(p, _)| p.display().to_string()).collect()
}

/// A day in which the albo did not answer, of acts that go on and of acts that are over.
async fn senza_albo(m: &Mondo) {
    let un_mese_fa = kernel::tempo::giorno_a_roma(m.prova.db.orologio().adesso()).saturating_sub(30.days());
    enti::demo::misura(&m.prova.manut, &m.a, un_mese_fa).await.unwrap();
    let proposte = "insert into albo.proposta (ente, atto, dal, al, minuti, stato, proposta_il) \
        select ente, id, al - 1, al - 1, 800, 'proposta', now() from albo.atto where stato = 'pubblicata'";
    sqlx::raw_sql(proposte).execute(&mut m.prova.come("alleanza_super").await.unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_template_is_drawn() {
    let composti = Composti::default();
    let del_pdf = Targets::new().with_target("pdf", LevelFilter::DEBUG);
    tracing_subscriber::registry().with(composti.clone().with_filter(del_pdf)).init();

    let m = due_comuni().await;
    senza_alleanza(&m).await;
    senza_albo(&m).await;
    guasti(&m).await;
    una_notte(&m).await;
    let sito = sito(&m);
    let mut pagine = accesso_unico(&m, &sito).await;
    for utente in ["elena.vallescura", "admin.introdacqua", "segreteria.cst", "segreteria.prova", "marta.colantoni"] {
        let mut v = Visita::di(&sito, "localhost", format!("alleanza={}", token(&m, utente).await));
        v.segui("/").await;
        pagine.append(&mut v.pagine);
    }
    let mut paolo = Visita::di(&sito, "localhost", format!("alleanza={}", token(&m, "paolo.direnzo").await));
    paolo.senza_link(&m).await;
    pagine.append(&mut paolo.pagine);
    let mut cittadino = Visita::di(&sito, "introdacqua.localhost", String::new());
    cittadino.segui("/").await;
    let finito = "select '/albo/' || anno || '/' || numero from albo.atto where fine < now() order by fine limit 1";
    let finito: String =
        sqlx::query_scalar(finito).fetch_one(&mut m.prova.come("alleanza_super").await.unwrap()).await.unwrap();
    assert_eq!(cittadino.apri(&finito).await.0, StatusCode::GONE);
    assert_eq!(cittadino.apri("/non-esiste").await.0, StatusCode::NOT_FOUND);
    pagine.append(&mut cittadino.pagine);
    let mut curioso = Visita::di(&sito, "cst-sulmona.localhost", String::new());
    curioso.segui("/").await;
    pagine.append(&mut curioso.pagine);
    let mut ignoto = Visita::di(&sito, "localhost", String::new());
    let (_, porta) = ignoto.apri("/accedi").await;
    assert!(porta.contains(r#"<main id="contenuto""#) && !porta.contains("<header"), "{porta}");
    let scaduta =
        ignoto.invia("/e/c_e307/fascicoli", "application/x-www-form-urlencoded", "oggetto=Tetto".into()).await;
    assert_eq!(scaduta.0, StatusCode::UNAUTHORIZED);
    pagine.append(&mut ignoto.pagine);
    let mut marta = Visita::di(&sito, "localhost", String::new());
    marta.con_due_fattori(&m).await;
    pagine.append(&mut marta.pagine);
    pagine.append(&mut recupero(&m, &sito).await);
    // The frame of the door has no words that the other frames do not have: it was seen above.
    let mut mai = mai_disegnati(&pagine);
    mai.retain(|p| !p.ends_with("/cornice_nuda.html"));
    assert_eq!(mai, Vec::<String>::new());
    let composti = composti.0.lock().unwrap().clone();
    let di_carta = modelli().into_iter().filter(|p| p.extension().is_some_and(|e| e == "typ"));
    // The one that the others import has no name of its own.
    let mai: Vec<PathBuf> = di_carta
        .filter(|p| !composti.contains(p.file_stem().unwrap().to_str().unwrap()) && !p.ends_with("base.typ"))
        .collect();
    assert_eq!(mai, Vec::<PathBuf>::new());
    m.prova.butta().await.unwrap();
}

impl Visita<'_> {
    /// What no link shows: pages reached from elsewhere, a form with a mistake, the register of a period, and what follows a
    /// form: a document that cannot be stamped, a fascicolo, the page before an oscuramento.
    async fn senza_link(&mut self, m: &Mondo) {
        let oggi = kernel::tempo::breve(kernel::tempo::giorno_a_roma(m.prova.db.orologio().adesso()));
        for percorso in [
            "/protocollo".to_owned(),
            "/manuale?q=registro".to_owned(),
            "/e/c_e307/documenti/verifica".to_owned(),
            "/e/c_e307/protocollo/stampa?formato=pdf".to_owned(),
            format!("/e/c_e307/protocollo/stampa?formato=pdf&dal={oggi}&al={oggi}"),
        ] {
            self.apri(&percorso).await;
        }
        let dentro = [
            ("verso", "E"),
            ("nome-1", "Lucia Petrella"),
            ("tipo-1", "PF"),
            ("oggetto", "Appunto"),
            ("ufficio", enti::UFFICIO),
            ("classifica", "VI.5"),
            ("mezzo", "mano"),
        ];
        let file = "--x\r\ncontent-disposition: form-data; name=\"documento\"; filename=\"appunto.txt\"\r\n\
                    content-type: text/plain\r\n\r\nappunto\r\n";
        let nuova = self.compila("/e/c_e307/protocollo/nuovo", "/e/c_e307/protocollo/nuovo", &dentro, file).await;
        assert_eq!(nuova.0, StatusCode::SEE_OTHER, "{}", nuova.1);
        // Its stamped copy needs a cover: asked for by name, because which of many copies a walk meets depends on the day.
        let (_, pagina) = self.apri(&nuova.1).await;
        let copia = link(&pagina, &nuova.1).into_iter().find(|h| h.contains("/copia/")).unwrap();
        assert_eq!(self.apri(&copia).await.0, StatusCode::OK);
        self.segui(&nuova.1).await;
        // A desk with more than it shows at once.
        for _ in 0..13 {
            let altra = self.compila("/e/c_e307/protocollo/nuovo", "/e/c_e307/protocollo/nuovo", &dentro, file).await;
            assert_eq!(altra.0, StatusCode::SEE_OTHER, "{}", altra.1);
        }
        // What was left half written waits there too.
        let modulo = "/e/c_e307/fascicoli/nuovo";
        let bozza = [
            ("modulo", modulo),
            ("pagina", modulo),
            ("titolo", "Nuovo fascicolo"),
            ("battuta", "1"),
            ("campi", r#"[["oggetto","Il tetto"]]"#),
        ];
        assert!(self.compila(modulo, "/e/c_e307/bozze", &bozza, "").await.0.is_success());
        self.apri("/").await;

        let dentro = [
            ("oggetto", "Il tetto della scuola"),
            ("classifica", "VI.5"),
            ("tipologia", "affare"),
            ("ufficio", enti::UFFICIO),
            ("responsabile", "Paolo Di Renzo"),
        ];
        let aperto = self.compila("/e/c_e307/fascicoli/nuovo", "/e/c_e307/fascicoli", &dentro, "").await;
        assert_eq!(aperto.0, StatusCode::SEE_OTHER, "{}", aperto.1);
        self.segui(&aperto.1).await;

        // Two at once, then the way back of one that was never done.
        let qui = nuova.1.split('?').next().unwrap().to_owned();
        let su = qui.split_once("/protocollo/").unwrap().1;
        let prova = format!("/e/c_e307/azioni/nuova?gesto=protocollo.prendi_in_carico&su={su}");
        let (anno, numero) = su.split_once('/').unwrap();
        let altra = format!("{anno}/{}", numero.parse::<i32>().unwrap() + 1);
        let dentro = [("gesto", "protocollo.prendi_in_carico"), ("su", su), ("su", &altra)];
        let diario = self.compila(&prova, "/e/c_e307/azioni", &dentro, "").await;
        assert_eq!(diario.0, StatusCode::SEE_OTHER, "{}", diario.1);
        self.segui(&diario.1).await;
        self.apri("/e/c_e307/azioni").await;
        self.apri(&format!("{qui}?fatto={}", db::caso::uuid())).await;

        let oscura = format!("{}/oscura", nuova.1.split('?').next().unwrap());
        let (classe, _) = kernel::oscuramento::CLASSI[0];
        let dentro = [
            ("valori", "tutti"),
            ("classe", classe),
            ("provvedimento", "Ordine inventato n. 1"),
            ("provvedimento_data", &oggi),
        ];
        assert_eq!(self.compila(&oscura, &oscura, &dentro, "").await.0, StatusCode::OK);
    }

    /// Opens a form, fills it in and sends it.
    async fn compila(&mut self, modulo: &str, dove: &str, campi: &[(&str, &str)], file: &str) -> (StatusCode, String) {
        let (_, pagina) = self.apri(modulo).await;
        let fissi = [("csrf", nascosto(&pagina, "csrf")), ("chiave", nascosto(&pagina, "chiave"))];
        let tutti = fissi.into_iter().chain(campi.iter().copied());
        if file.is_empty() {
            let lettera =
                |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
            let corpo: Vec<String> =
                tutti.map(|(n, v)| format!("{n}={}", v.bytes().map(lettera).collect::<String>())).collect();
            return self.invia(dove, "application/x-www-form-urlencoded", corpo.join("&")).await;
        }
        let parte =
            |(n, v): (&str, &str)| format!("--x\r\ncontent-disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n");
        let corpo = tutti.map(parte).collect::<String>() + file + "--x--\r\n";
        self.invia(dove, "multipart/form-data; boundary=x", corpo).await
    }

    /// The door of who holds a role that asks for more than a password: first to enrol, then to prove.
    async fn con_due_fattori(&mut self, m: &Mondo) {
        let ente = authz::ente_per_codice(&m.prova.db, &m.a).await.unwrap().unwrap().ente;
        let mut tx = m.prova.db.di_ente(ente).await.unwrap();
        authz::chiedi(&mut tx, "consultazione", Some(authz::Richiesto::Qualsiasi)).await.unwrap();
        tx.commit().await.unwrap();
        let modulo = "application/x-www-form-urlencoded";
        let parola = format!("utente=marta.colantoni&parola={}", app::storia::PAROLA);
        self.invia("/accedi", modulo, parola.clone()).await;
        let (_, pagina) = self.apri("/accedi/iscrivi").await;
        let sigillo = nascosto(&pagina, "sigillo");
        let codice = collaudo::codice_del_telefono(&pagina, m.prova.db.orologio().adesso());
        self.invia("/accedi/iscrivi", modulo, format!("sigillo={sigillo}&codice={codice}")).await;
        self.invia("/accedi", modulo, parola).await;
        self.apri("/accedi/fattore").await;
    }
}

/// The alliance adds an identity provider, and somebody presses its button.
async fn accesso_unico(m: &Mondo, sito: &Router) -> Vec<String> {
    let fuori = simulators::oidc::Simulatore::avvia().await.unwrap();
    let mut cst = Visita::di(sito, "localhost", format!("alleanza={}", token(m, "segreteria.cst").await));
    let qui = "/e/cst_sulmona/accessi/fornitori";
    let campi = [("nome", "Accesso unico"), ("emittente", fuori.emittente()), ("client", "alleanza"), ("forti", "mfa")];
    assert_eq!(cst.compila(qui, qui, &campi, "").await.0, StatusCode::SEE_OTHER);
    let mut ignoto = Visita::di(sito, "localhost", String::new());
    let (_, porta) = ignoto.apri("/accedi").await;
    let bottone = porta.split('"').find(|a| a.starts_with("/accedi/esterno/")).unwrap();
    assert_eq!(ignoto.invia(bottone, "application/x-www-form-urlencoded", String::new()).await.0, StatusCode::OK);
    ignoto.pagine
}

/// Marta has lost her telephone: the secretary asks, the administrator confirms and reads the code.
async fn recupero(m: &Mondo, sito: &Router) -> Vec<String> {
    let modulo = "application/x-www-form-urlencoded";
    let qui = "/e/c_e307/recuperi";
    let mut elena = Visita::di(sito, "localhost", format!("alleanza={}", token(m, "elena.vallescura").await));
    let (_, pagina) = elena.apri(qui).await;
    let persona = pagina.split("<option value=\"").last().unwrap().split('"').next().unwrap();
    let chiesto = format!("csrf={}&persona={persona}&motivo=Telefono+perso", nascosto(&pagina, "csrf"));
    assert_eq!(elena.invia(qui, modulo, chiesto).await.0, StatusCode::SEE_OTHER);
    let sua = [("persona", persona), ("tipo", "token"), ("fornitore", "Prestatore"), ("scade_il", "311299")];
    let qui_credenziali = "/e/c_e307/credenziali";
    assert_eq!(elena.compila(qui_credenziali, qui_credenziali, &sua, "").await.0, StatusCode::SEE_OTHER);
    elena.apri(qui_credenziali).await;
    let mut admin = Visita::di(sito, "localhost", format!("alleanza={}", token(m, "admin.introdacqua").await));
    let (_, pagina) = admin.apri(qui).await;
    let conferma = pagina.split('"').find(|a| a.ends_with("/conferma")).unwrap().to_owned();
    let csrf = format!("csrf={}", nascosto(&pagina, "csrf"));
    assert_eq!(admin.invia(&conferma, modulo, csrf).await.0, StatusCode::OK);
    elena.pagine.append(&mut admin.pagine);
    elena.pagine
}

/// The value of a hidden field.
fn nascosto<'a>(pagina: &'a str, nome: &str) -> &'a str {
    let (_, resto) = pagina.split_once(&format!(r#"name="{nome}" value=""#)).unwrap();
    resto.split('"').next().unwrap()
}

/// A body that keeps alliances and has founded none, with its secretary.
async fn senza_alleanza(m: &Mondo) {
    let codice = "alleanza_di_prova";
    let corpo = enti::NuovoCorpo { codice, tipo: "alleanza", denominazione: "Alleanza di prova", ipa: None };
    enti::iscrivi_corpo(&m.prova.manut, &corpo).await.unwrap();
    enti::aggiungi_ente(&m.prova.manut, codice).await.unwrap();
    let (nome, cognome, parola) = ("Pia", "Prova", Some(app::storia::PAROLA));
    let chi = authz::NuovaPersona { utente: "segreteria.prova", nome, cognome, parola };
    enti::crea_utente(&m.prova.db, codice, &chi, &["amministratore", "alleanza"]).await.unwrap();
}

/// What goes wrong in a real house: a document that is no longer there, a job that gave up.
async fn guasti(m: &Mondo) {
    let mut c = m.prova.come("alleanza_super").await.unwrap();
    let impronta = "select encode(impronta, 'hex') from documenti.documento d join accesso.ente e on e.id = d.ente \
                    where e.codice = $1 order by creato_il limit 1";
    let impronta: String = sqlx::query_scalar(impronta).bind(&m.a).fetch_one(&mut c).await.unwrap();
    std::fs::remove_file(m.cartella.join(&m.a).join(&impronta[..2]).join(&impronta)).unwrap();
    let rinunciato = "insert into lavori.lavoro (ente, id, tipo, dati, stato, quando, tentativi, causa, rimedio, accodato_il, \
                        finito_il) \
                      select id, gen_random_uuid(), 'protocollo.giornaliero', '{}', 'rinunciato', now(), 8, 'la stampante', \
                        'Accendila.', now(), now() from accesso.ente where codice = $1";
    sqlx::query(rinunciato).bind(&m.a).execute(&mut c).await.unwrap();
}

/// Verification, and the daily register of the day that is over at midnight and of no other.
async fn una_notte(m: &Mondo) {
    let mut c = m.prova.come("alleanza_super").await.unwrap();
    let ieri = "set session_replication_role = replica; update registri.registro set aperto_il = now()";
    c.execute(ieri).await.unwrap();
    let catalogo = services::catalogo();
    jobs::prepara(&m.prova.db, &catalogo).await.unwrap();
    m.prova.manut.sposta_orologio(Scarto::from_hours(24), &m.prova.db).await.unwrap();
    let contesto = jobs::Contesto::nuovo(m.prova.db.clone(), m.archivio.clone());
    jobs::esegui_tutto(&contesto, &catalogo).await.unwrap();
}
