//! The demo's history: cut short and taken up again it is the same, every number and word of it; a comune with a week has a
//! week.

use std::time::Duration;

use app::{services, storia};
use db::prova::Prova;
use storage::Archivio;

use crate::mondo::vuoto;

const MISURA: storia::Misura = storia::Misura { comuni: 2, con_storia: 1 };
const REGISTRAZIONI: &str = "select e.codice, r.anno, r.numero, r.oggetto, r.corrispondenti, r.ufficio, r.annullata_il is not null \
     from protocollo.registrazione r join accesso.ente e on e.id = r.ente order by 1, 2, 3";
const ATTI: &str = "select e.codice, coalesce(a.anno, 0), coalesce(a.numero, 0), a.oggetto, a.stato, a.relata is not null \
     from albo.atto a join accesso.ente e on e.id = a.ente order by 1, 2, 3, 4";
const FASCICOLI: &str = "select e.codice, f.anno, f.progressivo, f.oggetto, f.chiuso_il is not null, count(c.riferimento) \
     from documenti.fascicolo f join accesso.ente e on e.id = f.ente \
     left join documenti.fascicolo_contenuto c using (ente, anno, classifica, progressivo) \
     group by e.codice, f.anno, f.classifica, f.progressivo, f.oggetto, f.chiuso_il order by 1, 2, f.classifica, 3";

/// Everything of the history that people can tell apart, in words.
async fn racconto(p: &Prova) -> Vec<String> {
    let mut m = p.manut.tx().await.unwrap();
    let mut tutto = Vec::new();
    for sql in [REGISTRAZIONI, ATTI, FASCICOLI] {
        let righe = format!("select to_jsonb(x)::text from ({sql}) x");
        let righe: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(righe)).fetch_all(m.conn()).await.unwrap();
        tutto.extend(righe);
    }
    tutto
}

fn archivio() -> Archivio {
    Archivio::locale(&std::env::temp_dir().join(format!("alleanza-storia-{}", db::caso::token()))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_short_it_goes_on_from_where_it_was() {
    let (intera, tagliata) = (vuoto().await, vuoto().await);
    storia::carica(&intera.manut, &intera.db, &archivio(), MISURA, |_, _| {}).await.unwrap();

    let a = archivio();
    let mut tagli = 0;
    loop {
        // Each time a little longer: wherever the cut falls, what was done is done once.
        let poco = Duration::from_millis(300 * (tagli + 1));
        match tokio::time::timeout(poco, storia::carica(&tagliata.manut, &tagliata.db, &a, MISURA, |_, _| {})).await {
            Ok(esito) => break esito.unwrap(),
            Err(_) => tagli += 1,
        }
    }
    assert!(tagli >= 2, "it was never cut");
    let (uno, due) = (racconto(&intera).await, racconto(&tagliata).await);
    assert!(uno.len() > 40, "{} lines", uno.len());
    let diverse: Vec<_> = uno.iter().zip(&due).filter(|(x, y)| x != y).take(3).collect();
    assert!(uno.len() == due.len() && diverse.is_empty(), "{diverse:#?}");
    let esito = registers::verifica::verifica(&tagliata.manut, None, &[], &services::proiezioni()).await.unwrap();
    assert!(esito.sano(), "{:?}", esito.anomalie);

    // Loaded, it is left as it is, and the clock is the real one.
    storia::carica(&tagliata.manut, &tagliata.db, &a, MISURA, |_, _| {}).await.unwrap();
    assert_eq!(racconto(&tagliata).await, due);
    let mut m = tagliata.manut.tx().await.unwrap();
    let fermo: bool =
        sqlx::query_scalar("select scarto = interval '0' from sistema.orologio").fetch_one(m.conn()).await.unwrap();
    assert!(fermo, "the clock is still in the past");
    drop(m);
    intera.butta().await.unwrap();
    tagliata.butta().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_invented_can_be_written_to_and_every_member_joined_first() {
    let p = vuoto().await;
    storia::carica(&p.manut, &p.db, &archivio(), MISURA, |_, _| {}).await.unwrap();
    let mut m = p.manut.tx().await.unwrap();
    let fuori: Vec<String> = sqlx::query_scalar(
        "select recapito from protocollo.corrispondente where recapito <> '' and recapito not like '%.alleanza.test' \
         union select pec from enti.scheda s join accesso.ente e on e.id = s.ente \
           where e.codice like 'c\\_%' and pec not like '%.alleanza.test'",
    )
    .fetch_all(m.conn())
    .await
    .unwrap();
    assert_eq!(fuori, Vec::<String>::new());
    // The register of a member opens after its adhesion is active; a week is a week.
    let (prima, settimana): (bool, bool) = sqlx::query_as(
        "select bool_and(a.decorre_dal <= (r.aperto_il at time zone 'Europe/Rome')::date), \
           bool_and(e.codice <> 'c_i501' or r.aperto_il > now() - interval '12 days') \
         from registri.registro r join accesso.ente e on e.id = r.ente join enti.adesione a on a.membro = e.codice",
    )
    .fetch_one(m.conn())
    .await
    .unwrap();
    assert!(prima && settimana);
    drop(m);
    p.butta().await.unwrap();
}
