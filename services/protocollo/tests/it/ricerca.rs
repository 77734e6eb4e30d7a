//! Search finds by its index below the row-level policies, on a server of anybody's, and only what is of the ente.

use std::process::Command;

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::casa::{A, B, Casa};
use crate::sabotaggi::casa_piena;

/// The search as the program calls it, with words and no filter.
fn cerca(parole: &str) -> String {
    format!(
        "select count(*) from protocollo.cerca('{parole}', null, null, null, 0, 9999, '-infinity', 'infinity', null, null, \
         null, null, 51, true, '{{}}')"
    )
}

/// The plans of a search, nested ones too, as the server explains them while the serving role runs it.
fn piano(casa: &Casa, ente: db::EnteId, parole: &str) -> String {
    let sql = format!(
        "load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; \
         set client_min_messages = log; set session authorization alleanza_app; begin; \
         select set_config('alleanza.ente', '{ente}', true); {};",
        cerca(parole)
    );
    let url = casa.prova.url("alleanza_super");
    let o = Command::new("psql").args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", &url, "-c", &sql]).output().unwrap();
    let detto = String::from_utf8_lossy(&o.stderr).into_owned();
    assert!(o.status.success() && detto.contains("Function Scan on cerca"), "{detto}");
    detto
}

#[tokio::test]
async fn rare_words_follow_their_index_and_common_ones_the_list() {
    let casa = casa_piena().await;
    let ente = casa.ente(A).await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    c.execute("set session_replication_role = replica").await.unwrap();
    c.execute(
        "insert into protocollo.registrazione select (jsonb_populate_record(r, jsonb_build_object('numero', 100 + n, \
           'posizione', 100 + n, 'ricerca', to_tsvector('protocollo.it', 'ovunque parola' || n)))).* \
         from protocollo.registrazione r, generate_series(1, 5000) n where r.numero = 1; \
         insert into protocollo.assegnazione select (jsonb_populate_record(a, jsonb_build_object('numero', 100 + n, \
           'posizione', 100 + n))).* \
         from protocollo.assegnazione a, generate_series(1, 5000) n where a.numero = 1 and a.corrente; \
         analyze protocollo.registrazione, protocollo.assegnazione",
    )
    .await
    .unwrap();
    // As PostgreSQL comes, and as its superuser may have marked it.
    for segno in ["not leakproof", "leakproof"] {
        let segna = format!("alter function pg_catalog.ts_match_vq(tsvector, tsquery) {segno}");
        c.execute(AssertSqlSafe(segna)).await.unwrap();
        let raro = piano(&casa, ente, "parola77");
        let condizione = raro.lines().find(|r| r.contains("Index Cond") && r.contains("@@"));
        assert!(condizione.is_some() && raro.contains("Bitmap Index Scan on registrazione_ricerca"), "{segno}: {raro}");
        let comune = piano(&casa, ente, "ovunque");
        assert!(
            comune.contains("registrazione_elenco") && !comune.contains("registrazione_ricerca"),
            "{segno}: {comune}"
        );
    }
    casa.butta().await;
}

#[tokio::test]
async fn search_finds_what_is_of_the_ente_and_without_an_ente_nothing() {
    let casa = casa_piena().await;
    let (a, b) = (casa.ente(A).await, casa.ente(B).await);
    let quante = async |ruolo: &str, ente: &str| -> Result<i64, sqlx::Error> {
        let mut c: PgConnection = casa.prova.come("alleanza_app").await.unwrap();
        let veste = format!(
            "begin; select set_config('alleanza.enti', '{{{a},{b}}}', true), set_config('alleanza.ente', '{ente}', true); \
             set local role {ruolo}"
        );
        c.execute(AssertSqlSafe(veste)).await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(cerca("corretto or oggetto or lettera"))).fetch_one(&mut c).await
    };
    assert!(quante("alleanza_app", &a.to_string()).await.unwrap() > 0);
    assert_eq!(quante("alleanza_app", &b.to_string()).await.unwrap(), 0);
    assert_eq!(quante("alleanza_app", "").await.unwrap(), 0);
    // The other scopes do not search, and nobody becomes the role that does.
    for ruolo in ["alleanza_scrivania", "alleanza_alleanza", "alleanza_centro", "alleanza_porta", "alleanza_coda"] {
        assert!(quante(ruolo, &a.to_string()).await.unwrap_err().to_string().contains("permission denied"), "{ruolo}");
    }
    let mut c = casa.prova.come("alleanza_app").await.unwrap();
    assert!(c.execute("set role alleanza_ricerca").await.is_err());
    casa.butta().await;
}
