//! The official list, codes, hosts, bodies that begin to work here.

use enti::{EntiError, Rifiuto};
use jiff::civil::date;
use kernel::GiornoMese;

use crate::casa;

async fn conta(p: &db::prova::Prova, sql: &'static str) -> i64 {
    let mut m = p.manut.tx().await.unwrap();
    sqlx::query_scalar(sql).fetch_one(m.conn()).await.unwrap()
}

#[tokio::test]
async fn the_list_loads_once_and_reloads_the_same() {
    let p = casa::vuota().await;
    assert_eq!(enti::carica_elenco(&p.manut).await.unwrap(), 0, "same edition, nothing to do");
    let mut m = p.manut.tx().await.unwrap();
    sqlx::query("delete from enti.edizione").execute(m.conn()).await.unwrap();
    m.commit().await.unwrap();
    assert_eq!(enti::carica_elenco(&p.manut).await.unwrap(), 7_896);
    assert_eq!(conta(&p, "select count(*) from enti.comune").await, 7_896);
    assert_eq!(conta(&p, "select count(*) from enti.ente where tipo = 'regione'").await, 20);
    assert_eq!(conta(&p, "select count(*) from enti.ente where tipo = 'citta_metropolitana'").await, 14);
    assert_eq!(conta(&p, "select count(*) from enti.codice where al is not null").await, 0);
    assert_eq!(conta(&p, "select count(*) from enti.codice where tipo in ('ipa', 'belfiore')").await, 2 * 7_896);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_new_edition_dates_what_changed() {
    let p = casa::vuota().await;
    let mut m = p.manut.tx().await.unwrap();
    // As if the last edition had another ISTAT code for Introdacqua, and a comune that is gone since.
    for sql in [
        "update enti.codice set valore = '066999' where ente = 'c_e307' and tipo = 'istat'",
        "insert into enti.comune select 'M999', '066998', 'Perduta', null, '13', 'Abruzzo', 'L''Aquila', 'AQ', 9, null, '67030'",
        "insert into enti.ente values ('c_m999', 'comune', 'Comune di Perduta', 'M999')",
        "insert into enti.codice values ('c_m999', 'belfiore', 'M999')",
        "delete from enti.edizione",
    ] {
        sqlx::query(sql).execute(m.conn()).await.unwrap();
    }
    m.commit().await.unwrap();
    enti::carica_elenco(&p.manut).await.unwrap();
    assert_eq!(
        conta(&p, "select count(*) from enti.codice where valore in ('066999', 'M999') and al is not null").await,
        2
    );
    let sql =
        "select count(*) from enti.codice where ente = 'c_e307' and tipo = 'istat' and al is null and dal is not null";
    assert_eq!(conta(&p, sql).await, 1);
    enti::succede(&p.manut, "c_m999", "c_e307", date(2026, 1, 1), "Fusione per incorporazione").await.unwrap();
    let e = enti::aggiungi_ente(&p.manut, "M999").await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-003"));
    assert!(e.to_string().contains("Introdacqua (c_e307)"), "{e}");
    p.butta().await.unwrap();
}

#[tokio::test]
async fn an_ente_is_born_with_what_it_needs() {
    let p = casa::vuota().await;
    let a = enti::aggiungi_ente(&p.manut, " C_I804 ").await.unwrap();
    assert_eq!((a.codice.as_str(), a.denominazione.as_str()), ("c_i804", "Comune di Sulmona"));
    assert_eq!(a.host, "sulmona.localhost");
    let mut tx = enti::entra(&p.db, "c_i804").await.unwrap();
    let i = enti::intestazione(&mut tx).await.unwrap();
    assert_eq!((i.aoo.codice.as_str(), i.aoo.responsabile), ("A1", None));
    assert_eq!(i.patrono, Some(GiornoMese::nuovo(28, 4).unwrap()), "San Panfilo");
    assert_eq!(authz::uffici(&mut tx).await.unwrap(), [("SEG".to_owned(), "Segreteria".to_owned())]);
    assert_eq!(enti::host_pubblico(&mut tx).await.unwrap(), Some("sulmona.localhost".into()));
    assert_eq!(enti::aggiungi_ente(&p.manut, "I804").await.unwrap_err().codice(), Some("ENT-002"));
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn an_unknown_code_is_refused_with_near_names() {
    let p = casa::vuota().await;
    let e = enti::aggiungi_ente(&p.manut, "Introdaqua").await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-001"));
    assert!(e.to_string().contains("Comune di Introdacqua (c_e307)"), "{e}");
    let e = enti::aggiungi_ente(&p.manut, "qwertyuiop").await.unwrap_err();
    assert!(matches!(&e, EntiError::Rifiuto(Rifiuto::CodiceIgnoto { vicini, .. }) if vicini.is_empty()), "{e}");
    assert_eq!(conta(&p, "select count(*) from accesso.ente").await, 0, "nothing half written");
    p.butta().await.unwrap();
}

#[tokio::test]
async fn homonyms_have_hosts_of_their_own() {
    let p = casa::vuota().await;
    let mut host = Vec::new();
    for codice in ["H753", "H754", "E623", "E624", "G415", "G416", "C337", "M261", "I328", "I329"] {
        host.push(enti::aggiungi_ente(&p.manut, codice).await.unwrap().host);
    }
    assert_eq!(
        host,
        [
            "samone-to.localhost",
            "samone-tn.localhost",
            "livo-co.localhost",
            "livo-tn.localhost",
            "peglio-co.localhost",
            "peglio-pu.localhost",
            "castro-bg.localhost",
            "castro-le.localhost",
            "san-teodoro-me.localhost",
            "san-teodoro-ss.localhost",
        ]
    );
    let e = enti::aggiungi_host(&p.manut, "c_h753", "samone-tn.localhost").await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-004"));
    enti::aggiungi_host(&p.manut, "c_h753", "Www.Comune.Samone.To.It").await.unwrap();
    let trovato = authz::ente_di_host(&p.db, "www.comune.samone.to.it").await.unwrap().unwrap();
    assert_eq!(trovato.codice, "c_h753");
    p.butta().await.unwrap();
}
