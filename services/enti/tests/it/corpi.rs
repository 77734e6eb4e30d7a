//! Bodies beside the comuni: written by hand, loaded from IPA, merged into others; and the tree of alliances.

use db::prova::Prova;
use enti::{CuraAlleanza, EntiError, Fondata, NuovoCorpo};
use jiff::ToSpan;
use jiff::civil::date;
use kernel::CodiceIpa;

use crate::casa::{self, CST, INTRODACQUA, permesso};

const TESTATA: &str = "Codice_IPA,Denominazione_ente,Codice_fiscale_ente,Codice_Categoria,Codice_comune_ISTAT";

async fn carica(p: &Prova, righe: &[&str]) -> Result<enti::Caricati, EntiError> {
    enti::carica_ipa(&p.manut, format!("{TESTATA}\n{}\n", righe.join("\n")).as_bytes()).await
}

/// Codes of a body: kind, value, whether in force.
async fn codici(p: &Prova, corpo: &str) -> Vec<(String, String, bool)> {
    let mut m = p.manut.tx().await.unwrap();
    let sql = "select tipo, valore, al is null from enti.codice where ente = $1 order by tipo, valore";
    sqlx::query_as(sql).bind(corpo).fetch_all(m.conn()).await.unwrap()
}

fn terna(tipo: &str, valore: &str, in_vigore: bool) -> (String, String, bool) {
    (tipo.to_owned(), valore.to_owned(), in_vigore)
}

#[tokio::test]
async fn every_kind_of_body_can_work_here() {
    let p = casa::vuota().await;
    let mut m = p.manut.tx().await.unwrap();
    let mut tipi: Vec<String> =
        sqlx::query_scalar("select codice from enti.tipo where codice <> 'comune'").fetch_all(m.conn()).await.unwrap();
    drop(m);
    tipi.sort();
    let mut noti = enti::TIPI.map(str::to_owned);
    noti.sort();
    assert_eq!(tipi, noti);
    for tipo in enti::TIPI {
        let codice = format!("x_{}", &tipo[..5]);
        let corpo = NuovoCorpo { codice: &codice, tipo, denominazione: "Ente inventato", ipa: None };
        enti::iscrivi_corpo(&p.manut, &corpo).await.unwrap();
        let a = enti::aggiungi_ente(&p.manut, &codice).await.unwrap();
        assert_eq!(a.codice, codice);
    }
    // Regions and provinces are there with the list of comuni.
    for (codice, nome) in [("regione_13", "Regione Abruzzo"), ("provincia_066", "Provincia dell’Aquila")] {
        assert_eq!(enti::aggiungi_ente(&p.manut, codice).await.unwrap().denominazione, nome);
    }
    p.butta().await.unwrap();
}

#[tokio::test]
async fn ipa_brings_bodies_and_dates_what_changes() {
    let p = casa::vuota().await;
    let prima = [
        "uc_sirente,Unione Inventata del Sirente,01234567890,L18,066098",
        "cm_peligna,Comunità Montana Inventata,80000000001,L12,066098",
        "cs_acque,Consorzio Inventato,80000000002,L36,066098",
        "cs_gemello,Consorzio Gemello,80000000002,L36,066098",
        "c_e307,Comune di Introdacqua,00000000000,L6,066048",
        "p_aq,Provincia di L'Aquila,80000000003,L5,066049",
        "r_abruzz,Regione Abruzzo,80000000004,L4,066049",
    ];
    let c = carica(&p, &prima).await.unwrap();
    assert_eq!((c.enti, c.nuovi, c.rinominati, c.cessati, c.saltati), (4, 4, 0, 0, 1));
    let c = carica(&p, &prima).await.unwrap();
    assert_eq!((c.nuovi, c.rinominati, c.cessati), (0, 0, 0), "the same file again changes nothing");
    assert_eq!(codici(&p, "provincia_066").await, [terna("ipa", "p_aq", true), terna("istat", "066", true)]);
    assert!(codici(&p, "regione_13").await.contains(&terna("ipa", "r_abruzz", true)));
    assert_eq!(codici(&p, "cs_gemello").await, [terna("ipa", "cs_gemello", true)], "a shared tax code is of nobody");
    assert_eq!(enti::aggiungi_ente(&p.manut, "P_AQ").await.unwrap().codice, "provincia_066");
    let unione = enti::aggiungi_ente(&p.manut, "uc_sirente").await.unwrap();
    assert_eq!(unione.denominazione, "Unione Inventata del Sirente");

    // Another name, another tax code; one body is gone. Five remain out of six: it may be.
    let dopo = [
        "uc_sirente,Unione del Sirente e del Velino,09876543210,L18,066098",
        "cm_peligna,Comunità Montana Inventata,80000000001,L12,066098",
        "cs_acque,Consorzio Inventato,80000000002,L36,066098",
        "uc_due,Unione Due,,L18,066098",
        "uc_tre,Unione Tre,,L18,066098",
    ];
    let e = carica(&p, &dopo[..3]).await.map(|_| ());
    assert_eq!(e.unwrap_err().codice(), Some("ENT-048"), "one in four missing is an incomplete file");
    carica(&p, &[&prima[..4], &dopo[3..]].concat()).await.unwrap();
    let c = carica(&p, &dopo).await.unwrap();
    assert_eq!((c.nuovi, c.rinominati, c.cessati), (0, 1, 1));
    let fiscali = codici(&p, "uc_sirente").await;
    assert!(fiscali.contains(&terna("codice_fiscale", "01234567890", false)), "{fiscali:?}");
    assert!(fiscali.contains(&terna("codice_fiscale", "09876543210", true)), "{fiscali:?}");
    assert_eq!(codici(&p, "cs_gemello").await, [terna("ipa", "cs_gemello", false)]);
    let e = enti::aggiungi_ente(&p.manut, "cs_gemello").await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-003"));
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_merger_ends_codes_and_leads_to_who_is_alive() {
    let p = casa::vuota().await;
    enti::aggiungi_ente(&p.manut, "E307").await.unwrap();
    // Introdacqua and Bugnara become Pettorano, which becomes Sulmona.
    for (da, a, anno) in [("E307", "G524", 2027), ("c_b256", "G524", 2027), ("G524", "I804", 2029)] {
        enti::succede(&p.manut, da, a, date(anno, 1, 1), "fusione inventata").await.unwrap();
    }
    assert_eq!(codici(&p, "c_e307").await.iter().filter(|(_, _, in_vigore)| *in_vigore).count(), 0);
    let e = enti::aggiungi_ente(&p.manut, "B256").await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-003"));
    assert_eq!(e.to_string(), "Comune di Bugnara non esiste più: al suo posto c’è Comune di Sulmona (c_i804).");
    let mut m = p.manut.tx().await.unwrap();
    let al: jiff_sqlx::Date =
        sqlx::query_scalar("select al from enti.ente where codice = 'c_e307'").fetch_one(m.conn()).await.unwrap();
    assert_eq!(al.to_jiff(), date(2026, 12, 31), "the last day is the one before");
    drop(m);
    // The ente that works here keeps its registers, and is entered as before.
    enti::entra(&p.db, INTRODACQUA).await.unwrap();

    let codice = |e: EntiError| e.codice();
    let succede = async |da: &str, a: &str, causa: &str| {
        enti::succede(&p.manut, da, a, date(2030, 1, 1), causa).await.map_err(codice)
    };
    assert_eq!(succede("I804", "I804", "x").await, Err(Some("ENT-049")));
    assert_eq!(succede("I804", "E307", "x").await, Err(Some("ENT-049")), "who comes after cannot come before");
    assert_eq!(succede("I804", "Z999", "x").await, Err(Some("ENT-001")));
    assert_eq!(succede("I804", "A345", " ").await, Err(Some("ENT-040")));
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_member_that_is_over_is_pointed_at() {
    let p = casa::aderente().await;
    let dal = casa::oggi(&p).await;
    enti::succede(&p.manut, "E307", "I804", dal, "fusione inventata").await.unwrap();
    let mut tx = enti::entra(&p.db, CST).await.unwrap();
    let cessati = enti::membri_cessati(&mut tx, "cst").await.unwrap();
    assert_eq!(cessati, [(INTRODACQUA.to_owned(), "Comune di Sulmona".to_owned())]);
    drop(tx);
    p.butta().await.unwrap();
}

/// A body that keeps alliances, with its secretary.
async fn segreteria(p: &Prova, codice: &str) {
    enti::aggiungi_ente(&p.manut, codice).await.unwrap();
    let utente = format!("s.{codice}");
    enti::crea_utente(&p.db, codice, &casa::persona(&utente), &["amministratore", "alleanza"]).await.unwrap();
}

fn fondata<'a>(codice: &'a str, sopra: Option<&'a str>) -> Fondata<'a> {
    Fondata { codice, denominazione: codice, sopra, preavviso_mesi: 6, dal: date(2026, 1, 1) }
}

#[tokio::test]
async fn alliances_form_a_tree() {
    let p = casa::arredata().await;
    segreteria(&p, "regione_13").await;
    let ipa: CodiceIpa = "cst_teramo".parse().unwrap();
    let corpo = NuovoCorpo { codice: "cst_teramo", tipo: "alleanza", denominazione: "CST Teramo", ipa: Some(&ipa) };
    enti::iscrivi_corpo(&p.manut, &corpo).await.unwrap();
    segreteria(&p, "cst_teramo").await;
    enti::fonda(&p.db, "regione_13", &fondata("ali-abruzzo", None)).await.unwrap();
    enti::fonda(&p.db, "cst_teramo", &fondata("cst-teramo", Some("regione_13"))).await.unwrap();

    let albero = async |codice: &str| {
        let mut tx = enti::entra(&p.db, codice).await.unwrap();
        let rami = enti::albero(&mut tx).await.unwrap();
        rami.into_iter().map(|r| (r.livello, r.codice, r.alleanza.unwrap_or_default())).collect::<Vec<_>>()
    };
    let ramo = |livello: i32, codice: &str, alleanza: &str| (livello, codice.to_owned(), alleanza.to_owned());
    assert_eq!(albero(CST).await, [ramo(-1, "regione_13", "ali-abruzzo")]);
    assert_eq!(
        albero("regione_13").await,
        [ramo(1, CST, "CST Sulmona"), ramo(1, "cst_teramo", "cst-teramo")],
        "both are below, whatever their order of birth"
    );

    let codice = |e: EntiError| e.codice();
    let fonda = async |ente: &str, nuova: Fondata<'_>| enti::fonda(&p.db, ente, &nuova).await.map_err(codice);
    assert_eq!(fonda("regione_13", fondata("altra", Some(CST))).await, Err(Some("ENT-046")), "in a circle");
    assert_eq!(fonda(CST, fondata("altra", Some(CST))).await, Err(Some("ENT-046")));
    assert_eq!(fonda(CST, fondata("altra", Some("nessuno"))).await, Err(Some("ENT-001")));
    assert_eq!(fonda(CST, fondata("cst", None)).await, Err(Some("ENT-018")));
    assert_eq!(fonda(CST, fondata("Maiuscola", None)).await, Err(Some("ENT-006")));
    assert_eq!(fonda(CST, Fondata { preavviso_mesi: 99, ..fondata("altra", None) }).await, Err(Some("ENT-028")));
    let domani = casa::oggi(&p).await.saturating_add(1.day());
    assert_eq!(fonda(CST, Fondata { dal: domani, ..fondata("altra", None) }).await, Err(Some("ENT-012")));
    assert_eq!(fonda(INTRODACQUA, fondata("altra", None)).await, Err(Some("ENT-031")), "nobody keeps alliances there");

    // A transformation may move it in the tree.
    let ali = Fondata { dal: date(2026, 6, 1), ..fondata("ali-teramo", Some(CST)) };
    let presto = Fondata { dal: date(2026, 1, 1), ..ali.clone() };
    let e = enti::trasforma(&p.db, "cst_teramo", "cst-teramo", &presto).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-012"), "nothing ends before it began");
    enti::trasforma(&p.db, "cst_teramo", "cst-teramo", &ali).await.unwrap();
    assert_eq!(albero("cst_teramo").await, [ramo(-2, "regione_13", "ali-abruzzo"), ramo(-1, CST, "CST Sulmona")]);
    let (mut tx, permesso) = permesso::<CuraAlleanza>(&p, CST).await;
    let e = enti::trasforma_alleanza(&mut tx, &permesso, "cst", &fondata("ali", Some("cst_teramo"))).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-046"));
    drop(tx);
    p.butta().await.unwrap();
}
