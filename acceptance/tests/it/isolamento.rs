//! A comune cannot see another: every table of an ente, in every scope, with all settings of the other scopes filled in;
//! and the check itself turns red when the walls are sabotaged.

use std::collections::BTreeSet;

use app::services;
use db::prova::Prova;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::mondo::{Mondo, due_comuni};

/// Everything that would let a row of A reach B: empty when the walls stand.
async fn brecce(p: &Prova, a: i32, b: i32) -> Vec<String> {
    let mut brecce = catalogo(p).await;
    for (tavola, _) in services::tabelle() {
        brecce.extend(dal_di_dentro(p, tavola, a, b).await);
    }
    brecce
}

/// What the catalogue says: RLS forced everywhere, policies that name a role, a serving role that inherits nothing.
async fn catalogo(p: &Prova) -> Vec<String> {
    let mut c = p.come("alleanza_super").await.unwrap();
    let elenco: BTreeSet<String> = services::tabelle().into_iter().map(|(t, _)| t.to_owned()).collect();
    let mut male = Vec::new();
    let righe = sqlx::query(
        "select c.oid::regclass::text as tavola, c.relrowsecurity and c.relforcerowsecurity as chiusa \
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'ente' and a.atttypid = 'integer'::regtype \
         join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'sistema')",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    for r in righe {
        let (tavola, chiusa): (String, bool) = (r.get(0), r.get(1));
        // Where enti answer is public by design (ADR 4).
        if tavola == "accesso.host" {
            continue;
        }
        if !chiusa {
            male.push(format!("{tavola}: row-level security is not forced"));
        }
        if !elenco.contains(&tavola) {
            male.push(format!("{tavola}: not in the list of services, so neither exported nor checked"));
        }
    }
    let politiche = sqlx::query(
        "select schemaname || '.' || tablename, policyname, roles::text, coalesce(qual, ''), coalesce(with_check, '') \
         from pg_policies where schemaname <> 'sistema'",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    for r in politiche {
        let (tavola, nome, ruoli, qual): (String, String, String, String) = (r.get(0), r.get(1), r.get(2), r.get(3));
        if ruoli.contains("public") {
            male.push(format!("{tavola}: policy {nome} names no role"));
        }
        if elenco.contains(&tavola)
            && ruoli.contains("alleanza_app")
            && !qual.is_empty()
            && !qual.contains("alleanza.ente")
        {
            male.push(format!("{tavola}: policy {nome} of the serving role does not ask for the ente"));
        }
    }
    let eredita: bool = sqlx::query_scalar("select rolinherit from pg_roles where rolname = 'alleanza_app'")
        .fetch_one(&mut c)
        .await
        .unwrap();
    if eredita {
        male.push("alleanza_app inherits".into());
    }
    male
}

/// Acts as B on one table that holds rows of A.
async fn dal_di_dentro(p: &Prova, tavola: &str, a: i32, b: i32) -> Vec<String> {
    let mut male = Vec::new();
    let mut c = p.come("alleanza_app").await.unwrap();
    let conta = format!("select count(*) from {tavola} where ente = {a}");
    let tocca = format!("update {tavola} set ente = ente where ente = {a}");
    let togli = format!("delete from {tavola} where ente = {a}");
    for (ruolo, vede_solo) in [("alleanza_app", "alleanza.ente"), ("alleanza_scrivania", "alleanza.enti")] {
        let mut tx = c.begin().await.unwrap();
        veste(&mut tx, ruolo, vede_solo, a, b).await;
        // Permission denied is a wall too.
        if let Ok(n) = sqlx::query_scalar::<_, i64>(AssertSqlSafe(conta.clone())).fetch_one(&mut *tx).await
            && n > 0
        {
            male.push(format!("{tavola}: {ruolo} of B sees {n} rows of A"));
        }
        tx.rollback().await.unwrap();
        for sql in [&tocca, &togli] {
            let mut tx = c.begin().await.unwrap();
            veste(&mut tx, ruolo, vede_solo, a, b).await;
            if let Ok(r) = tx.execute(AssertSqlSafe(sql.clone())).await
                && r.rows_affected() > 0
            {
                male.push(format!("{tavola}: {ruolo} of B changed {} rows of A: {sql}", r.rows_affected()));
            }
            tx.rollback().await.unwrap();
        }
    }
    // A row of A, written again by B: refused by grant or policy, never by luck.
    let mut s = p.come("alleanza_super").await.unwrap();
    let copia: Option<serde_json::Value> =
        sqlx::query_scalar(AssertSqlSafe(format!("select to_jsonb(t) from {tavola} t where ente = {a} limit 1")))
            .fetch_optional(&mut s)
            .await
            .unwrap();
    if let Some(riga) = copia {
        let mut tx = c.begin().await.unwrap();
        veste(&mut tx, "alleanza_app", "alleanza.ente", a, b).await;
        let sql = format!("insert into {tavola} select * from jsonb_populate_record(null::{tavola}, $1)");
        match sqlx::query(AssertSqlSafe(sql)).bind(riga).execute(&mut *tx).await {
            Ok(_) => male.push(format!("{tavola}: B inserted a row of A")),
            Err(e) => {
                let muro = ["row-level security", "permission denied", "non-DEFAULT value"];
                if !muro.iter().any(|m| e.to_string().contains(m)) {
                    male.push(format!("{tavola}: the insert of a row of A was stopped by something else: {e}"));
                }
            }
        }
        tx.rollback().await.unwrap();
    }
    male
}

/// Wears a role for B, with every setting of the other scopes filled in for A.
async fn veste(c: &mut PgConnection, ruolo: &str, impostazione: &str, a: i32, b: i32) {
    let mut sql = format!(
        "set local role {ruolo}; select set_config('alleanza.ente', '{a}', true), set_config('alleanza.enti', '{{{a}}}', true);"
    );
    sql += &match impostazione {
        "alleanza.ente" => format!("select set_config('alleanza.ente', '{b}', true)"),
        _ => format!("select set_config('alleanza.enti', '{{{b}}}', true)"),
    };
    c.execute(AssertSqlSafe(sql)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comune_cannot_see_another_and_sabotage_shows() {
    let Mondo { prova: p, a, b, .. } = due_comuni().await;
    let (a, b) = (crate::mondo::chiave(&p, &a).await, crate::mondo::chiave(&p, &b).await);
    assert_eq!(brecce(&p, a, b).await, Vec::<String>::new());

    // No ente set: nothing. An earlier SET LOCAL leaves '' behind: nothing either.
    let mut c = p.come("alleanza_app").await.unwrap();
    c.execute("begin; select set_config('alleanza.ente', '1', true); commit").await.unwrap();
    let n: i64 = sqlx::query_scalar("select count(*) from registri.voce").fetch_one(&mut c).await.unwrap();
    assert_eq!(n, 0);

    let tavole: Vec<&str> = services::tabelle().into_iter().map(|(t, _)| t).collect();
    let mut s = p.come("alleanza_super").await.unwrap();
    for seme in [3_usize, 11, 29] {
        let t = tavole[seme * 7 % tavole.len()];
        for (rompi, ripara) in [
            (
                format!("create policy breccia on {t} to alleanza_app using (true)"),
                format!("drop policy breccia on {t}"),
            ),
            (
                format!("alter table {t} no force row level security"),
                format!("alter table {t} force row level security"),
            ),
        ] {
            s.execute(AssertSqlSafe(rompi.clone())).await.unwrap();
            assert!(!brecce(&p, a, b).await.is_empty(), "nobody noticed: {rompi}");
            s.execute(AssertSqlSafe(ripara)).await.unwrap();
        }
    }
    assert_eq!(brecce(&p, a, b).await, Vec::<String>::new());
    p.butta().await.unwrap();
}
