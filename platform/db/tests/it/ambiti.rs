//! Who sees which rows, with the settings of every other scope filled in.

use std::time::{Duration, Instant};

use db::prova::Prova;
use db::{EnteId, Migrazioni, Passo, Sostituibile, Tx};
use sqlx::{AssertSqlSafe, PgConnection};

/// A tenant table with two rows for each of eleven enti.
const COSE: Migrazioni = Migrazioni {
    servizio: "cose",
    passi: &[Passo {
        numero: 1,
        nome: "cose",
        sql: "create schema cose; \
              grant usage on schema cose to alleanza_app, alleanza_scrivania, alleanza_alleanza, alleanza_centro, \
                alleanza_porta, alleanza_coda; \
              create table cose.cosa (ente integer not null, nome text not null, primary key (ente, nome));",
    }],
    sostituibili: &[Sostituibile {
        nome: "cose",
        sql: "select sistema.proteggi('cose.cosa'); \
              grant select, insert, update, delete on cose.cosa to alleanza_app; \
              grant select on cose.cosa to alleanza_scrivania;",
    }],
};
const RIEMPI: &str = "insert into cose.cosa select e, n from generate_series(1, 11) e, unnest('{a,b}'::text[]) n";
const ENTI: &str = "select count(distinct ente) from cose.cosa";

async fn prova() -> Prova {
    let prova = Prova::nuova(&[COSE]).await.unwrap();
    let mut c = prova.come("alleanza_super").await.unwrap();
    sqlx::query(RIEMPI).execute(&mut c).await.unwrap();
    prova
}

/// An `EnteId` comes only from a row.
async fn enti(prova: &Prova) -> Vec<EnteId> {
    let mut c = prova.come("alleanza_super").await.unwrap();
    sqlx::query_scalar("select distinct ente from cose.cosa order by 1").fetch_all(&mut c).await.unwrap()
}

async fn conta(c: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(c).await.unwrap()
}

/// SQLSTATE of a statement that must be refused.
async fn rifiuto(c: &mut PgConnection, sql: &str) -> String {
    let e = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(c).await.expect_err(sql);
    e.as_database_error().unwrap().code().unwrap().into_owned()
}

async fn riempi_le_altre<S>(tx: &mut Tx<S>) {
    let tutte = "select set_config('alleanza.ente', coalesce(nullif(current_setting('alleanza.ente', true), ''), '7'), true), \
         set_config('alleanza.enti', coalesce(nullif(current_setting('alleanza.enti', true), ''), \
           '{1,2,3,4,5,6,7,8,9,10,11}'), true)";
    sqlx::query(tutte).execute(tx.conn()).await.unwrap();
}

#[tokio::test]
async fn a_tenant_transaction_sees_one_ente() {
    let prova = prova().await;
    let enti = enti(&prova).await;
    let mut tx = prova.db.di_ente(enti[2]).await.unwrap();
    assert_eq!(tx.ente(), enti[2]);
    riempi_le_altre(&mut tx).await;
    assert_eq!(conta(tx.conn(), ENTI).await, 1);
    assert_eq!(conta(tx.conn(), "select min(ente)::bigint from cose.cosa").await, 3);
    let altrui = sqlx::query("update cose.cosa set nome = 'x' where ente <> 3").execute(tx.conn()).await.unwrap();
    assert_eq!(altrui.rows_affected(), 0);
    let altrui = sqlx::query("delete from cose.cosa where ente <> 3").execute(tx.conn()).await.unwrap();
    assert_eq!(altrui.rows_affected(), 0);
    drop(tx);
    for sql in ["insert into cose.cosa values (4, 'x')", "update cose.cosa set ente = 4 where nome = 'a'"] {
        let mut tx = prova.db.di_ente(enti[2]).await.unwrap();
        riempi_le_altre(&mut tx).await;
        assert_eq!(rifiuto(tx.conn(), sql).await, "42501");
    }
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn without_an_ente_there_are_no_rows() {
    let prova = prova().await;
    let enti = enti(&prova).await;
    let mut c = prova.come("alleanza_app").await.unwrap();
    assert_eq!(conta(&mut c, ENTI).await, 0);
    for sql in ["begin; set local alleanza.ente = '3'; commit", "begin; set local alleanza.enti = '{3}'; commit"] {
        sqlx::raw_sql(sql).execute(&mut c).await.unwrap();
    }
    // From here on the setting is '', not NULL.
    let rimasto: String =
        sqlx::query_scalar("select current_setting('alleanza.ente', true)").fetch_one(&mut c).await.unwrap();
    assert_eq!(rimasto, "");
    assert_eq!(conta(&mut c, ENTI).await, 0);
    assert_eq!(rifiuto(&mut c, "insert into cose.cosa values (3, 'x')").await, "42501");
    // The same connection of the pool, after a transaction of an ente.
    drop(prova.db.di_ente(enti[0]).await.unwrap());
    let mut tx = prova.db.senza_ente().await.unwrap();
    assert_eq!(conta(tx.conn(), ENTI).await, 0);
    drop(tx);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn a_desk_sees_the_enti_of_its_person() {
    let prova = prova().await;
    let enti = enti(&prova).await;
    let mut tx = prova.db.scrivania(&enti[3..6]).await.unwrap();
    riempi_le_altre(&mut tx).await;
    assert_eq!(conta(tx.conn(), ENTI).await, 3);
    drop(tx);
    let mut tx = prova.db.scrivania(&[]).await.unwrap();
    assert_eq!(conta(tx.conn(), ENTI).await, 0);
    drop(tx);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn the_other_scopes_see_no_tenant_row() {
    let prova = prova().await;
    let leggi = "select count(*) from cose.cosa";
    let mut tx = prova.db.alleanza().await.unwrap();
    riempi_le_altre(&mut tx).await;
    assert_eq!(rifiuto(tx.conn(), leggi).await, "42501");
    let mut tx = prova.db.centro().await.unwrap();
    riempi_le_altre(&mut tx).await;
    assert_eq!(rifiuto(tx.conn(), leggi).await, "42501");
    let mut tx = prova.db.porta().await.unwrap();
    riempi_le_altre(&mut tx).await;
    assert_eq!(rifiuto(tx.conn(), leggi).await, "42501");
    let mut tx = prova.db.coda().await.unwrap();
    riempi_le_altre(&mut tx).await;
    assert_eq!(rifiuto(tx.conn(), leggi).await, "42501");
    drop(tx);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn read_only_scopes_refuse_to_write() {
    let prova = prova().await;
    let enti = enti(&prova).await;
    let scrivi = "insert into cose.cosa values (1, 'x')";
    let mut tx = prova.db.scrivania(&enti).await.unwrap();
    assert!(["42501", "25006"].contains(&rifiuto(tx.conn(), scrivi).await.as_str()));
    let mut tx = prova.db.scrivania(&enti).await.unwrap();
    assert_eq!(rifiuto(tx.conn(), "select 1; set transaction read write").await, "25001");
    let mut tx = prova.db.alleanza().await.unwrap();
    assert_eq!(rifiuto(tx.conn(), "create temp table t (x int)").await, "25006");
    let mut tx = prova.db.centro().await.unwrap();
    assert_eq!(rifiuto(tx.conn(), "create temp table t (x int)").await, "25006");
    let mut tx = prova.manut.fotografia().await.unwrap();
    assert_eq!(rifiuto(tx.conn(), scrivi).await, "25006");
    drop(tx);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn the_serving_role_owns_nothing_and_becomes_nobody_else() {
    let prova = prova().await;
    let mut c = prova.come("alleanza_app").await.unwrap();
    let eredita: bool = sqlx::query_scalar(
        "select rolinherit or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut c)
    .await
    .unwrap();
    assert!(!eredita);
    assert_eq!(
        conta(&mut c, "select count(*) from pg_class where pg_get_userbyid(relowner) = 'alleanza_app'").await,
        0
    );
    for sql in [
        "set role alleanza_owner",
        "set role alleanza_manutenzione",
        "set role alleanza_super",
        "set session_replication_role = replica",
        "alter table cose.cosa disable row level security",
        "create table cose.mia (x int)",
        "create table public.mia (x int)",
        "insert into sistema.migrazione values ('x', 1, 'x', 'x')",
    ] {
        let codice = rifiuto(&mut c, sql).await;
        assert_eq!(codice, "42501", "{sql}");
    }
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn row_level_security_binds_the_owner_too() {
    let prova = prova().await;
    let mut c = prova.come("alleanza_migra").await.unwrap();
    assert_eq!(rifiuto(&mut c, "select count(*) from cose.cosa").await, "42501", "the migrating role inherits nothing");
    sqlx::raw_sql("set role alleanza_owner").execute(&mut c).await.unwrap();
    assert_eq!(conta(&mut c, ENTI).await, 0);
    sqlx::raw_sql("set role alleanza_manutenzione").execute(&mut c).await.unwrap();
    assert_eq!(conta(&mut c, ENTI).await, 11);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let prova = prova().await;
    let ente = enti(&prova).await[0];
    let mut tx = prova.db.di_ente(ente).await.unwrap();
    sqlx::query("insert into cose.cosa values (1, 'x')").execute(tx.conn()).await.unwrap();
    drop(tx);
    let mut tx = prova.db.di_ente(ente).await.unwrap();
    assert_eq!(conta(tx.conn(), "select count(*) from cose.cosa").await, 2);
    sqlx::query("insert into cose.cosa values (1, 'x')").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = prova.db.di_ente(ente).await.unwrap();
    let doppia = sqlx::query("insert into cose.cosa values (1, 'x')").execute(tx.conn()).await.unwrap_err();
    assert_eq!(db::Error::from(doppia).vincolo(), Some("cosa_pkey"));
    drop(tx);
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn a_scope_that_is_abandoned_while_it_opens_leaves_nothing_to_the_next() {
    let prova = prova().await;
    // One connection: whoever comes next has the one that was left.
    let db = db::Db::connetti(&prova.url("alleanza_app"), 1).await.unwrap();
    let mut abbandonate = 0;
    for attesa in (0..400).map(|n| Duration::from_micros(n * 2)) {
        // A timer counts milliseconds, and a quiet machine opens in less: here the first leaves at once, the others in between.
        let se_ne_va = async {
            let inizio = Instant::now();
            while inizio.elapsed() < attesa {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            aperta = db.porta() => drop(aperta),
            () = se_ne_va => abbandonate += 1,
        }
        let mut tx = db.senza_ente().await.unwrap();
        let chi: String = sqlx::query_scalar("select current_user::text").fetch_one(tx.conn()).await.unwrap();
        assert_eq!(chi, "alleanza_app", "left after {attesa:?}");
    }
    assert!(abbandonate > 0, "none was abandoned");
}

#[tokio::test]
async fn connections_that_died_meanwhile_are_not_noticed_by_who_begins() {
    let p = prova().await;
    let (prima, seconda) = (p.db.senza_ente().await.unwrap(), p.db.senza_ente().await.unwrap());
    let mut ultima = p.db.senza_ente().await.unwrap();
    drop((prima, seconda));
    let uccidi = "select count(*) filter (where pg_terminate_backend(pid, 5000)) from pg_stat_activity \
                  where usename = current_user and datname = current_database() and pid <> pg_backend_pid()";
    let morte: i64 = sqlx::query_scalar(uccidi).fetch_one(ultima.conn()).await.unwrap();
    assert!(morte >= 2, "{morte}");
    for _ in 0..3 {
        let mut tx = p.db.senza_ente().await.unwrap();
        let uno: i32 = sqlx::query_scalar("select 1").fetch_one(tx.conn()).await.unwrap();
        assert_eq!(uno, 1);
    }
    // In the middle of a transaction there is nothing to begin again: who asked is told that it may be.
    let mut vittima = p.db.senza_ente().await.unwrap();
    // A transaction sees the activity as it was when it first looked.
    drop(ultima);
    let mut altra = p.db.senza_ente().await.unwrap();
    let _: i64 = sqlx::query_scalar(uccidi).fetch_one(altra.conn()).await.unwrap();
    let e = db::Error::from(sqlx::query("select 1").execute(vittima.conn()).await.unwrap_err());
    assert!(matches!(e, db::Error::Impedito(kernel::Impedimento::NonRisponde(_))), "{e:?}");
}
