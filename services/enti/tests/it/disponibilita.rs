//! Probes become stretches, stretches become interruptions and months, and everybody may read the sum.

use axum::http::StatusCode;
use db::EnteId;
use db::prova::Prova;
use enti::{EsitoSonda, annota_fermata, annota_ripresa, annota_sonde, interruzioni_dal};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::casa::{self, CST, INTRODACQUA};
use crate::pagine::Palazzo;

/// The public host of the alliance's own body.
const CASA: &str = "cst-sulmona.localhost";

async fn chiave(p: &Prova, codice: &str) -> EnteId {
    authz::ente_per_codice(&p.db, codice).await.unwrap().unwrap().ente
}

async fn bussa(p: &Prova, ente: EnteId, istante: Timestamp, esito: EsitoSonda) {
    let mut tx = p.db.coda().await.unwrap();
    annota_sonde(&mut tx, istante, &[(ente, esito)]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Good probes every five minutes, both ends included.
async fn su(p: &Prova, ente: EnteId, dal: Timestamp, al: Timestamp) {
    let mut qui = dal;
    while qui <= al {
        bussa(p, ente, qui, EsitoSonda::Su).await;
        qui += SignedDuration::from_mins(5);
    }
}

/// An instant with no fraction of a second, that many minutes ago.
fn fa(p: &Prova, minuti: i64) -> Timestamp {
    let adesso = p.db.orologio().adesso().as_second();
    Timestamp::from_second(adesso - minuti * 60).unwrap()
}

async fn tratti(p: &Prova) -> Vec<(String, i32, i64)> {
    let sql = "select esito, sonde, extract(epoch from al - dal)::bigint / 60 from enti.tratto order by ente, dal";
    sqlx::query_as(sql).fetch_all(&mut p.come("alleanza_super").await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn near_probes_that_agree_are_one_stretch() {
    let p = casa::arredata().await;
    let ente = chiave(&p, INTRODACQUA).await;
    let inizio = fa(&p, 600);
    let dopo = |m: i64| inizio + SignedDuration::from_mins(m);
    for (minuto, esito) in [
        (0, EsitoSonda::Su),
        (5, EsitoSonda::Su),
        (15, EsitoSonda::Su),       // one was missed
        (15, EsitoSonda::Su),       // twice
        (10, EsitoSonda::Silenzio), // late
        (20, EsitoSonda::Errore),
        (25, EsitoSonda::Errore),
        (30, EsitoSonda::Su),
        (50, EsitoSonda::Su), // three were missed
    ] {
        bussa(&p, ente, dopo(minuto), esito).await;
    }
    let attesi = [("su", 3, 15), ("errore", 2, 5), ("su", 1, 0), ("su", 1, 0)];
    assert_eq!(tratti(&p).await, attesi.map(|(e, n, m)| (e.to_owned(), n, m)));

    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let buchi = interruzioni_dal(&mut tx, inizio).await.unwrap();
    let minuti: Vec<_> =
        buchi.iter().map(|i| (i.dal.duration_since(inizio).as_mins(), i.al.duration_since(inizio).as_mins())).collect();
    assert_eq!(minuti[..2], [(15, 30), (30, 50)]);
    assert!(minuti.len() == 3 && minuti[2].0 == 50 && minuti[2].1 >= 600, "nobody has looked since: {minuti:?}");
    drop(tx);
    // Another ente was never measured: nothing is known of it, and nothing is said.
    let mut tx = enti::entra(&p.db, CST).await.unwrap();
    assert_eq!(interruzioni_dal(&mut tx, inizio).await.unwrap(), []);
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn only_the_engine_of_jobs_writes_what_probes_saw() {
    let p = casa::arredata().await;
    for (ruolo, vestito) in
        [("alleanza_app", "alleanza_app"), ("alleanza_app", "alleanza_centro"), ("alleanza_app", "alleanza_alleanza")]
    {
        let mut c = p.come(ruolo).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("set role {vestito}"))).execute(&mut c).await.unwrap();
        for sql in [
            "select enti.annota_sonde(now(), '{1}', '{su}')",
            "insert into enti.tratto values (1, now(), now(), 'su', 1)",
            "update enti.tratto set esito = 'su'",
            "delete from enti.tratto",
        ] {
            let e = sqlx::raw_sql(sql).execute(&mut c).await.unwrap_err();
            assert!(e.to_string().contains("permission denied"), "{vestito}: {sql}: {e}");
        }
    }
    p.butta().await.unwrap();
}

impl Palazzo {
    async fn json(&self) -> Value {
        let r = self.pubblico(CASA, "/alleanza.json", "").await;
        assert_eq!(r.stato, StatusCode::OK, "{}", r.corpo);
        serde_json::from_str(&r.corpo).unwrap()
    }
}

fn secondi(v: &Value, quali: &str) -> i64 {
    v["membri"][0]["disponibilita"].as_array().unwrap().iter().map(|m| m[quali].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn everybody_reads_members_services_and_months() {
    let s = Palazzo::nuovo().await;
    let r = s.pubblico(CASA, "/", "").await;
    let corpo = &r.corpo;
    assert!(r.stato == StatusCode::OK && corpo.contains("Comune di Introdacqua"), "{corpo}");
    assert!(corpo.contains("non ancora misurato") && corpo.contains("nessun servizio attivo"));

    enti::attiva_servizio(&s.prova.db, s.catalogo(), INTRODACQUA, "albo").await.unwrap();
    let ente = chiave(&s.prova, INTRODACQUA).await;
    // Two hours up, half an hour unseen, one hour and a half up, until now.
    su(&s.prova, ente, fa(&s.prova, 240), fa(&s.prova, 120)).await;
    su(&s.prova, ente, fa(&s.prova, 90), fa(&s.prova, 0)).await;
    let v = s.json().await;
    assert_eq!((secondi(&v, "secondi_osservati"), secondi(&v, "secondi_su")), (240 * 60, 210 * 60));
    assert_eq!(v["membri"][0]["servizi"][0]["codice"], "albo");
    assert_eq!(v["membri"][0]["sito"], "http://introdacqua.localhost/");

    let corpo = s.pubblico(CASA, "/?q=introd", "").await.corpo;
    assert!(corpo.contains("Albo pretorio") && corpo.contains("\u{a0}%") && !corpo.contains("non ancora misurato"));
    for v in ["Prova", "la sindaca", "il presidente", "rita", "segreteria"] {
        assert!(!corpo.contains(v) && !s.json().await.to_string().contains(v), "the page says «{v}»");
    }
    // Whatever a stranger types comes back as text.
    let corpo = s.pubblico(CASA, "/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "").await.corpo;
    assert!(!corpo.contains("<script>alert") && corpo.contains("Nessun ente ha questo nome"), "{corpo}");

    // A comune has its own first page, and no alliance.
    let corpo = s.pubblico("introdacqua.localhost", "/", "").await.corpo;
    assert!(corpo.contains("Che cosa puoi fare qui") || corpo.contains("sta preparando questo sito"), "{corpo}");
    assert_eq!(s.pubblico("introdacqua.localhost", "/alleanza.json", "").await.stato, StatusCode::NOT_FOUND);
    s.butta().await;
}

#[tokio::test]
async fn who_left_is_not_shown_and_time_that_nobody_saw_is_not_up() {
    let s = Palazzo::nuovo().await;
    let ente = chiave(&s.prova, INTRODACQUA).await;
    su(&s.prova, ente, fa(&s.prova, 300), fa(&s.prova, 200)).await;
    let v = s.json().await;
    assert_eq!(secondi(&v, "secondi_su"), 100 * 60);
    assert!((300 * 60..305 * 60).contains(&secondi(&v, "secondi_osservati")), "a machine that is off is not up");
    sqlx::query("update enti.adesione set stato = 'cessata'")
        .execute(&mut s.prova.come("alleanza_super").await.unwrap())
        .await
        .unwrap();
    assert_eq!(s.json().await["membri"].as_array().unwrap().len(), 0);
    s.butta().await;
}

#[tokio::test]
async fn a_stop_on_purpose_is_down_and_says_that_it_was_on_purpose() {
    let s = Palazzo::nuovo().await;
    let p = &s.prova;
    let ente = chiave(p, INTRODACQUA).await;
    let inizio = fa(p, 0);
    let dopo = |m: i64| inizio + SignedDuration::from_mins(m);
    let al_minuto = |m: i64| collaudo::a(p, dopo(m));
    su(p, ente, dopo(0), dopo(20)).await;
    al_minuto(22).await;
    let mut tx = p.db.coda().await.unwrap();
    annota_fermata(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    al_minuto(60).await;
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let ferma = interruzioni_dal(&mut tx, inizio).await.unwrap();
    assert!(ferma.len() == 1 && ferma[0].voluta, "still stopped: {ferma:?}");
    drop(tx);
    for _ in 0..2 {
        let mut tx = p.db.coda().await.unwrap();
        annota_ripresa(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        al_minuto(90).await;
    }
    su(p, ente, dopo(62), dopo(77)).await;
    // Nobody says anything before the second one.
    su(p, ente, dopo(92), dopo(97)).await;
    al_minuto(100).await;
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let buchi = interruzioni_dal(&mut tx, inizio).await.unwrap();
    let visti: Vec<_> = buchi.iter().map(|i| (i.dal, i.al, i.voluta)).collect();
    assert_eq!(visti, [(dopo(20), dopo(62), true), (dopo(77), dopo(92), false)]);
    drop(tx);
    let v = s.json().await;
    assert_eq!(secondi(&v, "secondi_su"), (20 + 15 + 5) * 60, "a stop is no time up");
    assert_eq!(v["fermate"].as_array().unwrap().len(), 1);
    assert!(s.pubblico(CASA, "/", "").await.corpo.contains("fermato apposta"));
    s.butta().await;
}
