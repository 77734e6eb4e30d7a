//! Statements prepare as their role; a comune neither sees nor touches the register of another; nobody rewrites it.

use protocollo::{Filtro, ProtocolloError, Registra, Vista};
use sqlx::{AssertSqlSafe, Executor};

use crate::casa::{A, B, Casa, entrata, permesso};

#[tokio::test]
async fn every_statement_prepares_as_the_role_that_runs_it() {
    let casa = Casa::nuova().await;
    let mut app = casa.prova.come("alleanza_app").await.unwrap();
    let mut migra = casa.prova.come("alleanza_migra").await.unwrap();
    for i in protocollo::ISTRUZIONI {
        let c = if i.ruolo == db::Ruolo::Manutenzione { &mut migra } else { &mut app };
        if i.ruolo != db::Ruolo::App {
            sqlx::raw_sql(AssertSqlSafe(format!("set role {}", i.ruolo.nome()))).execute(&mut *c).await.unwrap();
        }
        c.prepare(sqlx::SqlStr::from_static(i.sql)).await.unwrap_or_else(|e| panic!("{}: {e}", i.nome));
        sqlx::raw_sql("reset role").execute(&mut *c).await.unwrap();
    }
}

#[tokio::test]
async fn a_comune_sees_and_writes_only_its_own_register() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Di Introdacqua")).await;
    let mut altrove = casa.tx(A).await;
    let di_a = permesso::<Registra>(&mut altrove, "giulia").await;
    let mut tx = casa.tx(B).await;
    assert!(protocollo::registrazione(&mut tx, r.anno, r.numero).await.unwrap().is_none());
    let cerca = Filtro { testo: "Introdacqua".into(), ..Filtro::default() };
    assert!(protocollo::elenco(&mut tx, &Vista::INTERA, &cerca, None).await.unwrap().righe.is_empty());
    let e = protocollo::registra(&mut tx, &di_a, &entrata("Con il permesso di un altro")).await.unwrap_err();
    assert!(matches!(e, ProtocolloError::Negato(_)));
    let p = permesso::<Registra>(&mut tx, "aldo").await;
    assert_eq!(protocollo::registra(&mut tx, &p, &entrata("Di Scanno")).await.unwrap().numero, 1);
}

/// A4: not by the program's role, not by the owner of the machine without leaving a trace.
#[tokio::test]
async fn nobody_rewrites_what_the_law_keeps() {
    let casa = Casa::nuova().await;
    casa.registra(&entrata("Originale")).await;
    for sql in [
        "update protocollo.registrazione set numero = 2",
        "update protocollo.registrazione set istante = now()",
        "update protocollo.registrazione set impronta = null",
        "delete from protocollo.registrazione",
        "delete from protocollo.annullamento",
        "update protocollo.corrispondente set nome = 'x'",
        "update protocollo.assegnazione set ufficio = 'TEC'",
    ] {
        let mut tx = casa.tx(A).await;
        assert!(tx.conn().execute(sql).await.is_err(), "{sql}");
    }
}
