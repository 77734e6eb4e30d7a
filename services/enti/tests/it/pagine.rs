//! Every page of the crate opens, in every place where its people work; what is pressed there happens.

use std::ops::Deref;

use authz::NuovaPersona;
use axum::http::StatusCode;
use collaudo::{PAROLA, Sito};
use enti::Passo;
use jiff::civil::date;
use uuid::Uuid;
use web::{Metodo, Service, Trattamento};

use crate::adesioni::{chiedi, muovi};
use crate::casa::{self, CST, INTRODACQUA};

const FERMO: &str = "insert into lavori.lavoro (ente, id, tipo, dati, stato, quando, tentativi, causa, rimedio, accodato_il, finito_il) \
     select id, $1, 'enti.prova', '{}', 'rinunciato', now(), 3, 'disco pieno', 'Libera spazio.', now(), now() \
     from accesso.ente where codice = $2";
const STATO: &str = "select stato from lavori.lavoro where id = $1";
const RIGHE: &str = "select count(*) from accesso.audit where oggetto = $1";

pub struct Palazzo {
    sito: Sito,
    servizi: &'static [Service],
    adesione: Uuid,
}

impl Deref for Palazzo {
    type Target = Sito;

    fn deref(&self) -> &Sito {
        &self.sito
    }
}

impl Palazzo {
    /// The small installation with an active adhesion, and who administers each of its two enti.
    pub async fn nuovo() -> Palazzo {
        let p = casa::arredata().await;
        let adesione = crate::adesioni::attiva(&p).await;
        for (utente, codice, ruoli) in
            [("cst", CST, ["amministratore", "alleanza"]), ("rita", INTRODACQUA, ["amministratore", "responsabile"])]
        {
            let nuova = NuovaPersona { parola: Some(PAROLA), ..casa::persona(utente) };
            enti::crea_utente(&p.db, codice, &nuova, &ruoli).await.unwrap();
        }
        let servizi: &'static [Service] = Box::leak(Box::new([enti::service(), albo()]));
        Palazzo { sito: Sito::nuovo(p, servizi, |tx| Box::pin(enti::servizi_attivi(tx))), servizi, adesione }
    }

    pub fn catalogo(&self) -> &'static [Service] {
        self.servizi
    }

    async fn ferma_un_lavoro(&self) -> Uuid {
        let id = db::caso::uuid();
        let mut tx = self.prova.manut.tx().await.unwrap();
        sqlx::query(FERMO).bind(id).bind(INTRODACQUA).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn butta(self) {
        self.sito.butta().await;
    }
}

/// A service that can go on by itself.
fn albo() -> Service {
    Service {
        trattamento: Trattamento {
            finalita: "Pubblicità legale",
            base_giuridica: "L. 69/2009",
            categorie_interessati: "Chi è nominato",
            categorie_dati: "Ciò che l’atto contiene",
            destinatari: "Chiunque",
            conservazione: "Quindici giorni",
        },
        ..Service::vuoto("albo", "Albo pretorio", db::Migrazioni { servizio: "", passi: &[], sostituibili: &[] })
    }
}

#[tokio::test]
async fn every_page_opens() {
    let s = Palazzo::nuovo().await;
    s.ferma_un_lavoro().await;
    for (utente, codice) in [("cst", CST), ("rita", INTRODACQUA)] {
        let biscotto = s.entra(utente).await;
        let pagine =
            (enti::service().rotte)().into_iter().filter(|r| r.metodo == Metodo::Get && r.percorso.starts_with("/e/"));
        for r in pagine.filter(|r| codice == CST || !r.percorso.contains("/alleanza")) {
            // The alliance has no adhesion of its own: those pages are the member's.
            if codice == CST && r.percorso.starts_with("/e/{codice}/adesioni/") {
                continue;
            }
            let via = r.percorso.replace("{codice}", codice).replace("{servizio}", "albo").replace("{sigla}", "SEG");
            let via = via.replace("{id}", &s.adesione.to_string());
            let r = s.leggi(&via, &biscotto).await;
            assert_eq!(r.stato, StatusCode::OK, "{via}: {}", r.corpo);
            assert_eq!(via.ends_with(".pdf"), r.byte.starts_with(b"%PDF"), "{via}");
        }
    }
    s.butta().await;
}

#[tokio::test]
async fn a_service_goes_on_and_off_from_its_page() {
    let s = Palazzo::nuovo().await;
    let biscotto = s.entra("rita").await;
    let pagina = format!("/e/{INTRODACQUA}/servizi/albo");
    for passo in ["attiva", "disattiva"] {
        let r = s.premi(&pagina, &format!("{pagina}/{passo}"), &biscotto, "").await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{passo}");
        let r = s.leggi(&format!("/e/{INTRODACQUA}/servizi"), &biscotto).await;
        let attivo = r.corpo.contains("Attivo dal");
        assert_eq!(attivo, passo == "attiva");
    }
    s.butta().await;
}

#[tokio::test]
async fn members_are_found_by_group_and_name() {
    let s = Palazzo::nuovo().await;
    let biscotto = s.entra("cst").await;
    for (filtro, trovata) in [
        ("", true),
        ("?nome=INTROD", true),
        ("?gruppo=attive", true),
        ("?gruppo=cessate", false),
        ("?nome=scanno", false),
    ] {
        let r = s.leggi(&format!("/e/{CST}/alleanza{filtro}"), &biscotto).await;
        let c_e = r.corpo.contains("Comune di Introdacqua</a>");
        assert_eq!(c_e, trovata, "{filtro}");
    }
    s.butta().await;
}

#[tokio::test]
async fn stopped_work_waits_for_a_decision() {
    let s = Palazzo::nuovo().await;
    let biscotto = s.entra("rita").await;
    let pagina = format!("/e/{INTRODACQUA}/lavori");
    for (passo, atteso) in [("riprova", "da_fare"), ("archivia", "archiviato")] {
        let id = s.ferma_un_lavoro().await;
        assert!(s.leggi(&pagina, &biscotto).await.corpo.contains("Libera spazio."));
        // The second time it has been decided already: nothing more is written.
        for _ in 0..2 {
            let r = s.premi("/", &format!("{pagina}/{id}/{passo}"), &biscotto, "").await;
            assert_eq!(r.stato, StatusCode::SEE_OTHER);
        }
        let mut tx = s.prova.manut.tx().await.unwrap();
        let stato: String = sqlx::query_scalar(STATO).bind(id).fetch_one(tx.conn()).await.unwrap();
        let righe: i64 = sqlx::query_scalar(RIGHE).bind(format!("lavori/{id}")).fetch_one(tx.conn()).await.unwrap();
        assert_eq!((stato.as_str(), righe), (atteso, 1));
    }
    assert!(s.leggi(&pagina, &biscotto).await.corpo.contains("Niente di fermo"));
    s.butta().await;
}

#[tokio::test]
async fn the_appointment_stays_as_it_was_signed() {
    let s = Palazzo::nuovo().await;
    let (cst, rita) = (s.entra("cst").await, s.entra("rita").await);
    let di_la = format!("/e/{CST}/alleanza/adesioni/{}/nomina", s.adesione);
    let di_qua = format!("/e/{INTRODACQUA}/adesioni/{}/nomina", s.adesione);
    let (uno, altra) = (s.leggi(&di_la, &cst).await, s.leggi(&di_qua, &rita).await);
    for r in [&uno, &altra] {
        assert!(r.corpo.contains("Comune di Introdacqua, titolare del trattamento"), "{}", r.corpo);
        assert!(r.corpo.contains("la sindaca per il titolare, il presidente per il responsabile"));
        // Signed when the catalogue of the tests had no processing of its own: what is offered today is not in it.
        assert!(!r.corpo.contains("Pubblicità legale") && !r.corpo.contains("Bozza"));
    }
    let pdf = async |via: &str, chi: &str| s.leggi(&format!("{via}.pdf"), chi).await.byte;
    assert_eq!(pdf(&di_la, &cst).await, pdf(&di_qua, &rita).await, "the two parties read the same bytes");

    // A new request is a draft of what is offered today; a transformation carries the signed one on.
    let bozza = chiedi(&s.prova, "I804", date(2026, 5, 1)).await.unwrap();
    let r = s.leggi(&format!("/e/{CST}/alleanza/adesioni/{bozza}/nomina"), &cst).await;
    assert!(r.corpo.contains("Bozza") && r.corpo.contains("Pubblicità legale"));
    let campi = "alleanza=cst&nuovo_codice=ali&nuovo_nome=ALI+Sulmona&dal=1/6/26&sopra=regione_13";
    let r = s.premi(&format!("/e/{CST}/alleanza"), &format!("/e/{CST}/alleanza/trasforma"), &cst, campi).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let mut tx = s.tx(CST).await;
    let portata = enti::adesioni(&mut tx, "ali").await.unwrap().into_iter().find(|a| a.continua == Some(s.adesione));
    drop(tx);
    let portata = portata.unwrap().id;
    let r = s.leggi(&format!("/e/{CST}/alleanza/adesioni/{portata}/nomina"), &cst).await;
    assert!(r.corpo.contains("la sindaca per il titolare") && !r.corpo.contains("Bozza"));
    // Nobody else reads it.
    let altrove = s.leggi(&format!("/e/{INTRODACQUA}/adesioni/{bozza}/nomina"), &rita).await;
    assert_eq!(altrove.stato, StatusCode::NOT_FOUND);
    s.butta().await;
}

#[tokio::test]
async fn the_registers_of_processing_follow_what_is_on() {
    let s = Palazzo::nuovo().await;
    let (cst, rita) = (s.entra("cst").await, s.entra("rita").await);
    let mio = format!("/e/{INTRODACQUA}/trattamenti");
    let suo = format!("/e/{CST}/alleanza/trattamenti");
    let leggi = async |via: &str, chi: &str| s.leggi(via, chi).await.corpo;
    assert!(!leggi(&mio, &rita).await.contains("Pubblicità legale"));
    assert!(leggi(&suo, &cst).await.contains("Ancora nessun trattamento"));
    let pagina = format!("/e/{INTRODACQUA}/servizi/albo");
    s.premi(&pagina, &format!("{pagina}/attiva"), &rita, "").await;
    let corpo = leggi(&mio, &rita).await;
    for parola in
        ["Titolare", "Pubblicità legale", "Base giuridica", "Trasferimenti", "Quindici giorni", "Misure di sicurezza"]
    {
        assert!(corpo.contains(parola), "{parola}");
    }
    let corpo = leggi(&suo, &cst).await;
    assert!(corpo.contains("Per conto di") && corpo.contains("Comune di Introdacqua") && corpo.contains("par. 2"));
    // Switched off, it is kept: so are its data.
    s.premi(&pagina, &format!("{pagina}/disattiva"), &rita, "").await;
    assert!(leggi(&mio, &rita).await.contains("spento il"));
    assert!(leggi(&suo, &cst).await.contains("Ancora nessun trattamento"));
    s.butta().await;
}

#[tokio::test]
async fn an_alliance_is_founded_from_its_page() {
    let s = Palazzo::nuovo().await;
    enti::aggiungi_ente(&s.prova.manut, "regione_13").await.unwrap();
    let nuova = NuovaPersona { parola: Some(PAROLA), ..casa::persona("regina") };
    enti::crea_utente(&s.prova.db, "regione_13", &nuova, &["amministratore", "alleanza"]).await.unwrap();
    let regina = s.entra("regina").await;
    let pagina = "/e/regione_13/alleanza";
    let r = s.leggi(pagina, &regina).await;
    assert!(r.corpo.contains("Fonda un’alleanza") && r.corpo.contains("Aspettano questo ente, da sotto: CST Sulmona"));
    let fonda = async |campi: &str| s.premi(pagina, "/e/regione_13/alleanza/fonda", &regina, campi).await;
    let r = fonda("nuovo_nome=ALI+Abruzzo&nuovo_codice=ali-abruzzo&preavviso=90&sopra=&dal=").await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ENT-028"), "{}", r.corpo);
    let r = fonda("nuovo_nome=ALI+Abruzzo&nuovo_codice=ali-abruzzo&preavviso=6&sopra=cst_sulmona&dal=").await;
    assert!(r.corpo.contains("ENT-046"), "in a circle");
    let r = fonda("nuovo_nome=ALI+Abruzzo&nuovo_codice=ali-abruzzo&preavviso=6&sopra=&dal=").await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let r = s.leggi(pagina, &regina).await;
    assert!(r.corpo.contains("ALI Abruzzo: le adesioni") && r.corpo.contains("CST Sulmona"));
    let r = s.leggi(&format!("/e/{CST}/alleanza"), &s.entra("cst").await).await;
    assert!(r.corpo.contains("Regione Abruzzo, ALI Abruzzo"), "the tree is read from below too");
    s.butta().await;
}

#[tokio::test]
async fn an_office_closes_from_its_page_and_a_role_ends() {
    let s = Palazzo::nuovo().await;
    let rita = s.entra("rita").await;
    let uffici = format!("/e/{INTRODACQUA}/uffici");
    assert!(s.leggi(&format!("{uffici}/SEG"), &rita).await.corpo.contains("È l’unico ufficio"));
    s.premi(&uffici, &uffici, &rita, "sigla=TEC&nome=Ufficio+tecnico").await;
    let r = s.leggi(&format!("{uffici}/SEG"), &rita).await;
    assert!(r.corpo.contains("Prova rita") && r.corpo.contains("passa all’ufficio che scegli"));
    let chiudi = format!("{uffici}/SEG/chiudi");
    let r = s.premi(&format!("{uffici}/SEG"), &chiudi, &rita, "al_suo_posto=").await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ENT-041"), "{}", r.corpo);
    let r = s.premi(&format!("{uffici}/SEG"), &chiudi, &rita, "al_suo_posto=TEC").await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    assert!(s.leggi(&uffici, &rita).await.corpo.contains("fino al"), "the closed one stays readable");
    assert_eq!(s.leggi(&format!("{uffici}/SEG"), &rita).await.stato, StatusCode::NOT_FOUND);

    let persone = format!("/e/{INTRODACQUA}/persone");
    let mut tx = s.tx(INTRODACQUA).await;
    let ruoli = authz::persone(&mut tx).await.unwrap();
    drop(tx);
    let anna = ruoli.iter().find(|r| r.utente == "anna").unwrap();
    let campi = |ultimo: &str| format!("persona={}&ufficio=TEC&ruolo=amministratore&ultimo={ultimo}", anna.id);
    let togli = format!("{persone}/togli");
    let r = s.premi(&persone, &togli, &rita, &campi("1/1/20")).await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ENT-043"), "{}", r.corpo);
    let r = s.premi(&persone, &togli, &rita, &campi("31/12/2099")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let corpo = s.leggi(&persone, &rita).await.corpo;
    assert!(corpo.contains("fino al 31/12/"), "{corpo}");
    s.butta().await;
}

#[tokio::test]
async fn pages_say_why_a_service_does_not_go_on() {
    let s = Palazzo::nuovo().await;
    let rita = s.entra("rita").await;
    let servizi = format!("/e/{INTRODACQUA}/servizi");
    assert!(!s.leggi(&servizi, &rita).await.corpo.contains("Vai alle adesioni"));
    let oggi = s.tx(CST).await.oggi();
    muovi(&s.prova, s.adesione, Passo::Sospendi { il: oggi, motivo: "quota".into() }).await.unwrap();
    let corpo = s.leggi(&servizi, &rita).await.corpo;
    assert!(corpo.contains("L’adesione a CST Sulmona è sospesa.") && corpo.contains("Vai alle adesioni"));
    let pagina = format!("{servizi}/albo");
    let corpo = s.leggi(&pagina, &rita).await.corpo;
    assert!(corpo.contains("Non si può ancora") && !corpo.contains("Attiva Albo pretorio</button>"));
    let r = s.premi("/", &format!("{pagina}/attiva"), &rita, "").await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ENT-026"), "{}", r.corpo);
    s.butta().await;
}

#[tokio::test]
async fn a_lent_operator_is_said_on_every_page_until_the_end() {
    let s = Palazzo::nuovo().await;
    let (rita, cst) = (s.entra("rita").await, s.entra("cst").await);
    let qui = format!("/e/{INTRODACQUA}");
    let credenziali = format!("{qui}/credenziali");
    assert_eq!(s.leggi(&credenziali, &cst).await.stato, StatusCode::NOT_FOUND, "a stranger");
    let deleghe = format!("{qui}/deleghe");
    let presta = format!("{deleghe}/prestiti");
    let domani = kernel::tempo::breve(s.tx(INTRODACQUA).await.oggi().tomorrow().unwrap());
    let campi = |ruolo: &str| {
        format!("utente=cst&da_ente={CST}&ruolo={ruolo}&ufficio=SEG&prestito_al={domani}&ora=18.00&perche=assistenza")
    };
    let r = s.premi(&deleghe, &presta, &rita, &campi("amministratore")).await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ENT-065"), "{}", r.corpo);
    let r = s.premi(&deleghe, &presta, &rita, &campi("responsabile")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);

    let fino = format!("in prestito da CST Sulmona fino al {domani}");
    for via in ["/", "/mio-accesso", &qui, &credenziali, &format!("{qui}/registro-attivita")] {
        let r = s.leggi(via, &cst).await;
        assert!(r.stato == StatusCode::OK && r.corpo.contains(&fino), "{via}: {}", r.corpo);
        let di_rita = s.leggi(via, &rita).await.corpo;
        assert!(!di_rita.contains("in prestito da CST Sulmona fino"), "{via}");
    }
    assert!(!s.leggi(&format!("/e/{CST}/credenziali"), &cst).await.corpo.contains(&fino), "at home");
    // What is refused says it too.
    let r = s.leggi(&deleghe, &cst).await;
    assert!(r.stato == StatusCode::FORBIDDEN && r.corpo.contains(&fino), "{}", r.corpo);
    // What they do is marked.
    let tipo = "tipo=token&fornitore=Prestatore&identificativo=&rilasciata_il=&scade_il=&nota=&rinnova=";
    let rita_id = authz::persone(&mut s.tx(INTRODACQUA).await).await.unwrap();
    let rita_id = rita_id.iter().find(|p| p.utente == "rita").unwrap().id;
    let r = s.premi(&credenziali, &credenziali, &cst, &format!("persona={rita_id}&{tipo}")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let attivita = s.leggi(&format!("{qui}/registro-attivita"), &rita).await.corpo;
    assert_eq!(attivita.matches("in prestito da CST Sulmona").count(), 1, "{attivita}");

    let pagina = s.leggi(&deleghe, &rita).await;
    let (_, resto) = pagina.corpo.split_once(&format!("{presta}/")).unwrap();
    let fine = format!("{presta}/{}/fine", resto.split('/').next().unwrap());
    assert_eq!(s.premi(&deleghe, &fine, &rita, "").await.stato, StatusCode::SEE_OTHER);
    assert_eq!(s.leggi(&credenziali, &cst).await.stato, StatusCode::NOT_FOUND, "a stranger again, in the same session");
    assert!(s.leggi(&deleghe, &rita).await.corpo.contains("Finito prima del tempo"));
    s.butta().await;
}

#[tokio::test]
async fn a_substitute_is_reminded_for_whom_they_act() {
    let s = Palazzo::nuovo().await;
    let rita = s.entra("rita").await;
    let qui = format!("/e/{INTRODACQUA}");
    let mut tx = s.tx(INTRODACQUA).await;
    let bruno = NuovaPersona { parola: Some(PAROLA), ..casa::persona("bruno") };
    authz::crea_persona(&mut tx, &bruno, "SEG", "albo").await.unwrap();
    tx.commit().await.unwrap();
    let persone = authz::persone(&mut s.tx(INTRODACQUA).await).await.unwrap();
    let id = |utente: &str| persone.iter().find(|p| p.utente == utente).unwrap().id;
    let bruno = s.entra("bruno").await;
    assert_eq!(s.leggi(&format!("{qui}/registro-attivita"), &bruno).await.stato, StatusCode::FORBIDDEN);
    let oggi = kernel::tempo::breve(s.tx(INTRODACQUA).await.oggi());
    let sostituisci = format!("{qui}/deleghe/sostituzioni");
    let campi = format!("sostituito={}&sostituto={}&dal=&al={oggi}&motivo=ferie", id("rita"), id("bruno"));
    let r = s.premi(&format!("{qui}/deleghe"), &sostituisci, &rita, &campi).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    let r = s.leggi(&format!("{qui}/registro-attivita"), &bruno).await;
    assert!(r.stato == StatusCode::OK && r.corpo.contains("anche al posto di Prova rita"), "{}", r.corpo);
    s.butta().await;
}

#[tokio::test]
async fn credentials_are_kept_and_their_end_is_on_the_desk() {
    let s = Palazzo::nuovo().await;
    let rita = s.entra("rita").await;
    let qui = format!("/e/{INTRODACQUA}/credenziali");
    let mut tx = s.tx(INTRODACQUA).await;
    let nuova = NuovaPersona { parola: Some(PAROLA), ..casa::persona("bruno") };
    authz::crea_persona(&mut tx, &nuova, "SEG", "albo").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = s.tx(INTRODACQUA).await;
    let (persone, oggi) = (authz::persone(&mut tx).await.unwrap(), tx.oggi());
    drop(tx);
    let id = |utente: &str| persone.iter().find(|p| p.utente == utente).unwrap().id;
    let bruno = s.entra("bruno").await;
    let fra = |giorni: i64| kernel::tempo::breve(oggi.saturating_add(jiff::Span::new().days(giorni)));
    let campi = |di: &str, fornitore: &str, scade: &str| {
        format!(
            "persona={}&tipo=firma_remota&fornitore={fornitore}&identificativo=FR-1&rilasciata_il=&scade_il={scade}&nota=&rinnova=",
            id(di)
        )
    };
    for (di, fornitore, giorni) in [("rita", "Vicina", 60), ("bruno", "Sua", 5), ("bruno", "Lontana", 61)] {
        let r = s.premi(&qui, &qui, &rita, &campi(di, fornitore, &fra(giorni))).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    }
    let rovescia = campi("rita", "X", &fra(-1)).replace("rilasciata_il=", &format!("rilasciata_il={}", fra(0)));
    let r = s.premi(&qui, &qui, &rita, &rovescia).await;
    assert!(r.stato == StatusCode::UNPROCESSABLE_ENTITY && r.corpo.contains("ENT-061"), "{}", r.corpo);
    // Who keeps the register is told of all that end; who holds one, of theirs.
    let scrivania = s.leggi("/", &rita).await.corpo;
    assert_eq!(scrivania.matches("\">Rinnova: Firma remota").count(), 2, "{scrivania}");
    let scrivania = s.leggi("/", &bruno).await.corpo;
    assert_eq!(scrivania.matches("\">Rinnova: Firma remota, la tua").count(), 1, "{scrivania}");
    let sue = s.leggi(&qui, &bruno).await.corpo;
    assert!(
        sue.contains("Lontana") && !sue.contains("Vicina") && !sue.contains("Chi la tiene"),
        "only their own: {sue}"
    );
    assert_eq!(s.premi("/", &qui, &bruno, &campi("bruno", "Y", "")).await.stato, StatusCode::FORBIDDEN);

    // Renewed: the old one is withdrawn, and nothing waits any more.
    let pagina = s.leggi(&qui, &rita).await.corpo;
    let della_sua =
        pagina.split("<li class=\"al-voce\">").find(|v| v.contains(">Sua,") || v.contains(">Sua<")).unwrap();
    let vecchia = della_sua.split_once("?rinnova=").unwrap().1.split('#').next().unwrap().to_owned();
    let modulo = s.leggi(&format!("{qui}?rinnova={vecchia}"), &rita).await.corpo;
    assert!(modulo.contains("Scrivi il rinnovo") && modulo.contains("value=\"Sua\""), "{modulo}");
    let rinnovo = campi("bruno", "Sua", &fra(1000)).replace("&rinnova=", &format!("&rinnova={vecchia}"));
    assert_eq!(s.premi(&qui, &qui, &rita, &rinnovo).await.stato, StatusCode::SEE_OTHER);
    assert!(!s.leggi("/", &bruno).await.corpo.contains("Rinnova: Firma remota"));
    let r = s.premi(&qui, &format!("{qui}/{vecchia}/ritira"), &rita, "").await;
    assert!(r.corpo.contains("ENT-075"), "it is withdrawn already: {}", r.corpo);
    assert!(s.leggi(&qui, &rita).await.corpo.contains("Ritirate (1)"));
    s.butta().await;
}

#[tokio::test]
async fn a_lost_second_factor_comes_back_with_two_administrators() {
    let s = Palazzo::nuovo().await;
    let mut tx = s.tx(INTRODACQUA).await;
    let nuova = NuovaPersona { parola: Some(PAROLA), ..casa::persona("bruno") };
    authz::crea_persona(&mut tx, &nuova, "SEG", "amministratore").await.unwrap();
    tx.commit().await.unwrap();
    let persone = authz::persone(&mut s.tx(INTRODACQUA).await).await.unwrap();
    let id = |utente: &str| persone.iter().find(|p| p.utente == utente).unwrap().id;
    let (rita, bruno) = (s.entra("rita").await, s.entra("bruno").await);
    let qui = format!("/e/{INTRODACQUA}/recuperi");
    assert!(s.leggi(&qui, &rita).await.corpo.contains("nessun altro ha un secondo fattore"));
    let mut c = s.prova.come("alleanza_super").await.unwrap();
    sqlx::query("insert into accesso.totp (persona, segreto, ultimo_passo, creato_il) select id, '\\x00', 0, now() from accesso.persona where utente = 'anna'")
        .execute(&mut c).await.unwrap();
    drop(c);
    let chiedi = |chi: &str| format!("persona={}&motivo=Telefono+rubato", id(chi));
    assert!(s.premi(&qui, &qui, &rita, &chiedi("rita")).await.corpo.contains("ENT-070"));
    let r = s.premi(&qui, &qui, &rita, &chiedi("anna")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    assert!(s.premi(&qui, &qui, &rita, &chiedi("anna")).await.corpo.contains("ENT-072"));
    // On the desk of the other, not of who asked; and who asked has no button.
    assert!(s.leggi("/", &bruno).await.corpo.contains("Conferma il recupero di Prova anna"));
    assert!(!s.leggi("/", &rita).await.corpo.contains("Conferma il recupero"));
    assert!(!s.leggi(&qui, &rita).await.corpo.contains("/conferma\""));
    let pagina = s.leggi(&qui, &bruno).await.corpo;
    let (_, resto) = pagina.split_once(&format!("{qui}/")).unwrap();
    let conferma = format!("{qui}/{}/conferma", resto.split('/').next().unwrap());
    assert!(s.premi(&qui, &conferma, &rita, "").await.corpo.contains("ENT-073"));
    let dato = s.premi(&qui, &conferma, &bruno, "").await;
    assert!(dato.stato == StatusCode::OK && dato.corpo.contains("Consegnalo di persona"), "{}", dato.corpo);
    let (_, resto) = dato.corpo.split_once("al-codice-grande\">").unwrap();
    let codice = resto.split('<').next().unwrap();
    assert_eq!(codice.len(), 19, "{codice}");
    assert!(s.premi(&qui, &conferma, &bruno, "").await.corpo.contains("ENT-074"));
    for via in [&qui, "/", &format!("/e/{INTRODACQUA}/registro-attivita")] {
        assert!(!s.leggi(via, &bruno).await.corpo.contains(codice), "{via}: the code is on no other page");
    }
    s.butta().await;
}
