//! What is put aside while rows are copied, and put back afterwards: foreign keys and full text, which are checked and
//! built faster in one pass, and the durability of a cluster that can be made again from nothing.
//!
//! What was put aside is written down first, so that an interrupted build knows what to put back.

use sqlx::{AssertSqlSafe, PgConnection};

use super::tavole::TAVOLE;

const QUADERNO: &str = "create schema if not exists banco; \
    create table if not exists banco.sospeso (ordine integer generated always as identity primary key, sql text not null)";
// Foreign keys of the tables of the rig, then indexes that are not trees: how to take them away and how to make them again.
const DA_SOSPENDERE: &str = "\
    select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname), \
           format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) \
    from pg_constraint c where c.contype = 'f' and c.conrelid = any ($1::text[]::regclass[]) \
    union all \
    select format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid) \
    from pg_index i join pg_class k on k.oid = i.indexrelid join pg_am a on a.oid = k.relam \
    where a.amname <> 'btree' and i.indrelid = any ($1::text[]::regclass[])";
const IN_FRETTA: &[&str] = &[
    "alter system set fsync = off",
    "alter system set full_page_writes = off",
    "alter system set synchronous_commit = off",
    "alter system set max_wal_size = '3GB'",
    "alter system set archive_command = '/bin/true'",
    "alter system set checkpoint_timeout = '1h'",
    "alter system set maintenance_work_mem = '768MB'",
    "alter system set autovacuum = off",
    "select pg_reload_conf()",
];

pub async fn sospendi(c: &mut PgConnection) -> anyhow::Result<()> {
    esegui(c, IN_FRETTA).await?;
    sqlx::raw_sql(QUADERNO).execute(&mut *c).await?;
    let nomi: Vec<&str> = TAVOLE.iter().map(|t| t.nome).collect();
    let da: Vec<(String, String)> = sqlx::query_as(DA_SOSPENDERE).bind(nomi).fetch_all(&mut *c).await?;
    for (via, di_nuovo) in da {
        sqlx::query("insert into banco.sospeso (sql) values ($1)").bind(di_nuovo).execute(&mut *c).await?;
        sqlx::raw_sql(AssertSqlSafe(via)).execute(&mut *c).await?;
    }
    Ok(())
}

/// Puts everything back, tidies the tables up as a quiet night would have, and leaves the cluster durable.
pub async fn ripristina(c: &mut PgConnection) -> anyhow::Result<()> {
    let da: Vec<(i32, String)> =
        sqlx::query_as("select ordine, sql from banco.sospeso order by ordine").fetch_all(&mut *c).await?;
    sqlx::raw_sql("set max_parallel_maintenance_workers = 2").execute(&mut *c).await?;
    for (ordine, sql) in da {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await?;
        sqlx::query("delete from banco.sospeso where ordine = $1").bind(ordine).execute(&mut *c).await?;
    }
    sqlx::raw_sql("vacuum (freeze, analyze)").execute(&mut *c).await?;
    // Whoever measures has connections of its own beside the program's; it counts from the next start.
    let durevole =
        ["alter system reset all", "alter system set max_connections = 200", "select pg_reload_conf()", "checkpoint"];
    esegui(c, &durevole).await?;
    // What was written while fsync was off.
    tokio::task::spawn_blocking(nix::unistd::sync).await?;
    Ok(())
}

async fn esegui(c: &mut PgConnection, istruzioni: &[&'static str]) -> anyhow::Result<()> {
    for i in istruzioni {
        sqlx::raw_sql(*i).execute(&mut *c).await?;
    }
    Ok(())
}
