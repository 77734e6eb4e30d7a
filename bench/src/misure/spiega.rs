//! The plans of the hot statements on the rig, as the roles that run them.

use db::Ruolo;
use sqlx::{AssertSqlSafe, Row};

use super::banco::Banco;
use super::rls::calde;
use crate::rig;

/// EXPLAIN (ANALYZE, BUFFERS) of every hot statement, in a common ente and in the long one.
pub async fn spiega() -> anyhow::Result<Vec<String>> {
    let b = Banco::apri(true).await?;
    let mut righe = Vec::new();
    for posto in [b.posti.first(), b.posti.get(rig::GRANDE)].into_iter().flatten() {
        let enti: Vec<String> = b.posti.iter().take(rig::DEL_SEGRETARIO).map(|p| p.id.to_string()).collect();
        for c in calde(&b)? {
            let sql = c
                .sql
                .replace(":ente", &posto.id.to_string())
                .replace(":numero", &(posto.numero / 2).to_string())
                .replace(":pubblicazione", &posto.pubblicazione.to_string());
            let ambito = match c.ruolo {
                Ruolo::Scrivania => format!(
                    "set local role alleanza_scrivania; select set_config('alleanza.enti', '{{{}}}', true)",
                    enti.join(",")
                ),
                _ => format!("set local role alleanza_app; select set_config('alleanza.ente', '{}', true)", posto.id),
            };
            let mut s = b.super_().await?;
            sqlx::raw_sql(AssertSqlSafe(format!("begin; {ambito}"))).execute(&mut s).await?;
            let piano = format!("explain (analyze, buffers, costs off) {sql}");
            righe.push(format!("\n== {}, {}", c.nome, posto.codice));
            for r in sqlx::raw_sql(AssertSqlSafe(piano)).fetch_all(&mut s).await? {
                righe.push(r.try_get::<String, _>(0)?);
            }
        }
    }
    b.casa.chiudi().await?;
    Ok(righe)
}
