//! A comune cannot see another: every table of an ente, in every scope, with all settings of the other scopes filled in;
//! and the check itself turns red when the walls are sabotaged.
//!
//! Everything happens in one transaction of the superuser, who wears each role in turn and never commits: even a role
//! that is sabotaged (roles belong to the whole cluster) is so for nobody else.

use std::collections::BTreeSet;

use app::services;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::mondo::{Mondo, chiave, due_comuni};

/// A scope as the database sees it: its role, and whose the two settings are.
struct Ambito {
    nome: &'static str,
    ruolo: &'static str,
    ente: Di,
    enti: Di,
}

#[derive(Clone, Copy)]
enum Di {
    /// Who owns the rows: a setting of another scope, that must open nothing.
    Altri,
    /// Who is asking.
    Noi,
    Nessuno,
}

const fn ambito(nome: &'static str, ruolo: &'static str, ente: Di, enti: Di) -> Ambito {
    Ambito { nome, ruolo, ente, enti }
}

const AMBITI: [Ambito; 8] = [
    ambito("DiEnte", "alleanza_app", Di::Noi, Di::Altri),
    ambito("SenzaEnte", "alleanza_app", Di::Nessuno, Di::Altri),
    ambito("Scrivania", "alleanza_scrivania", Di::Altri, Di::Noi),
    ambito("DiAlleanza", "alleanza_alleanza", Di::Altri, Di::Altri),
    ambito("Centro", "alleanza_centro", Di::Altri, Di::Altri),
    ambito("Porta", "alleanza_porta", Di::Altri, Di::Altri),
    ambito("Coda", "alleanza_coda", Di::Altri, Di::Altri),
    // Not a scope of the program: what its functions and its views obey, because FORCE binds the owner.
    ambito("Proprietario", "alleanza_owner", Di::Noi, Di::Altri),
];

/// What a scope may do to the rows of an ente that is not its own, and why.
const AMMESSE: &[(&str, &str, &str, &str)] = &[
    ("Porta", "accesso.ruolo", "select", "who signs in has roles in every ente"),
    ("Porta", "accesso.ufficio", "select", "a loan ends with its office"),
    ("Porta", "accesso.sostituzione", "select", "who signs in has powers in every ente"),
    ("Porta", "accesso.prestito", "select", "as above"),
    ("Porta", "accesso.requisito", "select", "what roles ask of who signs in, in every ente"),
    ("Porta", "accesso.fornitore", "select", "the door has the button of every provider"),
    ("Coda", "lavori.lavoro", "select", "the queue is one"),
    ("Coda", "lavori.lavoro", "insert", "the queue is one"),
    ("Coda", "lavori.lavoro", "update", "the queue is one"),
    ("Coda", "lavori.lavoro", "delete", "the queue is one"),
    ("Centro", "lavori.lavoro", "select", "the centre counts jobs: five columns, never what they carry"),
    ("Centro", "registri.contatore", "select", "the centre measures: last number of each register, never a voce"),
    ("Centro", "documenti.documento", "select", "the centre measures: ente and size, never a name or a fingerprint"),
    ("Proprietario", "accesso.ruolo", "select", "a first password only for who has no role elsewhere"),
    ("Proprietario", "accesso.prestito", "select", "lines of several enti say who lent their person"),
    ("Proprietario", "accesso.registro_accessi", "insert", "lines of several enti are written together"),
    ("Proprietario", "enti.servizio_attivo", "select", "the view of an alliance shows the services of its members"),
    ("Proprietario", "enti.tratto", "select", "the view of an alliance sums the probes of its members"),
    ("Proprietario", "enti.tratto", "insert", "a round of probes is of every ente at once"),
    ("Proprietario", "enti.tratto", "update", "as above"),
    ("Centro", "enti.servizio_attivo", "select", "the probe asks for the page of what is on: three columns, no person"),
    ("Proprietario", "enti.adesione", "select", "an adhesion is of two: the member reads its own"),
    ("Proprietario", "enti.adesione_passo", "select", "as above"),
    ("Proprietario", "enti.alleanza", "select", "as above"),
    ("Proprietario", "enti.nomina", "select", "the member reads the appointment that it signed"),
];

/// Indexes of tenant tables that do not begin with the ente.
const SENZA_ENTE: &[(&str, &str)] = &[
    ("accesso.ruolo_persona", "the door asks by person, over all enti"),
    ("accesso.sostituzione_sostituto", "as above"),
    ("accesso.prestito_persona", "as above"),
    ("lavori.lavoro_prossimo", "the queue is claimed over all enti, oldest first"),
    ("lavori.lavoro_urgente", "as above, what somebody waits for first"),
    ("enti.adesione_membro", "a member looks for its adhesions in every alliance"),
];

/// Tables with a key of an ente that are not of a tenant.
const DI_TUTTI: &[(&str, &str)] = &[("accesso.host", "where enti answer is public by design (ADR 4)")];

async fn righe<T>(c: &mut PgConnection, sql: &'static str) -> Vec<T>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    sqlx::query_as(sql).fetch_all(c).await.unwrap()
}

async fn uno<T>(c: &mut PgConnection, sql: String) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_one(c).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
}

fn scusato(elenco: &[(&str, &str)], nome: &str) -> bool {
    elenco.iter().any(|(n, _)| *n == nome)
}

/// What the catalogue says: every table of an ente is closed and listed, every policy names its role and asks for the ente,
/// keys and references lead with the ente, nobody inherits, functions of others look nowhere they should not.
async fn catalogo(c: &mut PgConnection) -> Vec<String> {
    let elenco: BTreeSet<String> = services::tabelle().into_iter().map(|(t, _)| t.to_owned()).collect();
    let mut male = Vec::new();
    let tavole: Vec<(String, bool)> = righe(
        c,
        "select c.oid::regclass::text, c.relrowsecurity and c.relforcerowsecurity \
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'ente' and a.atttypid = 'integer'::regtype \
         where c.relkind in ('r', 'p') and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)",
    )
    .await;
    for (tavola, chiusa) in &tavole {
        if scusato(DI_TUTTI, tavola) {
            continue;
        }
        if !chiusa {
            male.push(format!("{tavola}: row-level security is not forced"));
        }
        if !elenco.contains(tavola) {
            male.push(format!("{tavola}: not in the list of services, so neither exported nor checked"));
        }
    }
    let politiche: Vec<(String, String, String, String)> = righe(
        c,
        "select schemaname || '.' || tablename, policyname::text, roles::text, coalesce(qual, '') || coalesce(with_check, '') \
         from pg_policies",
    )
    .await;
    for (tavola, nome, ruoli, chiede) in politiche {
        if ruoli.contains("public") {
            male.push(format!("{tavola}: policy {nome} names no role"));
        }
        if elenco.contains(&tavola) && ruoli.contains("alleanza_app") && !chiede.contains("alleanza.ente") {
            male.push(format!("{tavola}: policy {nome} of the serving role does not ask for the ente"));
        }
    }
    let indici: Vec<(String, String, bool)> = righe(
        c,
        "select n.nspname || '.' || k.relname, i.indrelid::regclass::text, i.indisunique \
         from pg_index i join pg_class k on k.oid = i.indexrelid join pg_namespace n on n.oid = k.relnamespace \
         join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'ente' and a.atttypid = 'integer'::regtype \
         where i.indkey[0] <> a.attnum",
    )
    .await;
    let scoperti = indici.iter().filter(|(_, t, _)| elenco.contains(t));
    // A unique key over all enti would tell one that another has the same value.
    male.extend(
        scoperti
            .filter(|(i, _, unico)| *unico || !scusato(SENZA_ENTE, i))
            .map(|(i, t, _)| format!("{t}: {i} does not begin with the ente")),
    );
    let stantii = SENZA_ENTE.iter().filter(|(i, _)| !indici.iter().any(|(n, ..)| n == i));
    male.extend(stantii.map(|(i, _)| format!("{i} is excused and is not there")));
    let riferimenti: Vec<(String, String, String)> = righe(
        c,
        "select f.conrelid::regclass::text, f.conname::text, f.confrelid::regclass::text from pg_constraint f \
         where f.contype = 'f' and not exists ( \
           select from unnest(f.conkey, f.confkey) as k(mio, suo) \
           join pg_attribute m on m.attrelid = f.conrelid and m.attnum = k.mio and m.attname = 'ente' \
           join pg_attribute s on s.attrelid = f.confrelid and s.attnum = k.suo and s.attname = 'ente')",
    )
    .await;
    let aperti = riferimenti.into_iter().filter(|(_, _, su)| elenco.contains(su));
    male.extend(aperti.map(|(da, nome, su)| format!("{da}: {nome} refers to {su} without the ente")));
    let eredita: Vec<(String,)> = righe(
        c,
        "select rolname::text from pg_roles where rolname ^@ 'alleanza_' and rolname <> 'alleanza_app' \
           and pg_has_role('alleanza_app', oid, 'usage')",
    )
    .await;
    male.extend(eredita.into_iter().map(|(r,)| format!("alleanza_app inherits {r}")));
    // A temporary table of whoever calls must never be found before ours.
    let funzioni: Vec<(String,)> = righe(
        c,
        "select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner \
         where p.prosecdef and p.pronamespace <> 'pg_catalog'::regnamespace \
           and (r.rolcanlogin or r.rolbypassrls or r.rolsuper or not coalesce(array_to_string(p.proconfig, ';') \
             ~ 'search_path=pg_catalog(, [a-z]+)?, pg_temp(;|$)', false))",
    )
    .await;
    male.extend(funzioni.into_iter().map(|(f,)| format!("{f}: its owner or its search_path is not safe")));
    male
}

/// What a role may do to a table, by its grants; the policies are what the walk tries.
async fn concesse(c: &mut PgConnection, ruolo: &str, tavola: &str) -> Vec<&'static str> {
    let mut comandi = Vec::new();
    for comando in ["select", "insert", "update"] {
        if uno(c, format!("select has_any_column_privilege('{ruolo}', '{tavola}', '{comando}')")).await {
            comandi.push(comando);
        }
    }
    if uno(c, format!("select has_table_privilege('{ruolo}', '{tavola}', 'delete')")).await {
        comandi.push("delete");
    }
    comandi
}

/// The statement that tries `comando` on the rows of `altri`, with the columns that the role was given.
async fn tentativo(c: &mut PgConnection, ruolo: &str, tavola: &str, comando: &str, altri: i32) -> String {
    let colonne = format!(
        "select coalesce(string_agg(quote_ident(attname), ', ' order by attnum), '') from pg_attribute \
         where attrelid = '{tavola}'::regclass and attnum > 0 and not attisdropped and attgenerated = '' \
           and has_column_privilege('{ruolo}', attrelid, attnum, '{comando}')"
    );
    match comando {
        "select" => format!("select from {tavola} where ente = {altri}"),
        "update" => {
            let una: String = uno(c, colonne).await;
            let una = una.split(", ").next().unwrap();
            format!("update {tavola} set {una} = {una} where ente = {altri}")
        }
        "delete" => format!("delete from {tavola} where ente = {altri}"),
        // A row of theirs, written again by us.
        _ => {
            let colonne: String = uno(c, colonne).await;
            let riga: String =
                uno(c, format!("select quote_literal(to_jsonb(t)::text) from {tavola} t where ente = {altri} limit 1"))
                    .await;
            format!(
                "insert into {tavola} ({colonne}) select {colonne} from jsonb_populate_record(null::{tavola}, {riga}::jsonb)"
            )
        }
    }
}

/// Tries everything, in every scope, on one table that holds rows of `altri`: (scope, table, command) of what went through.
async fn passaggi(c: &mut PgConnection, tavola: &str, noi: i32) -> BTreeSet<(&'static str, String, &'static str)> {
    let altri: Option<i32> = uno(c, format!("select min(ente) from {tavola} where ente <> {noi}")).await;
    let altri = altri.unwrap_or_else(|| panic!("{tavola} has no row of another ente: nothing would be proved"));
    let mut passati = BTreeSet::new();
    for a in &AMBITI {
        for comando in concesse(c, a.ruolo, tavola).await {
            let sql = tentativo(c, a.ruolo, tavola, comando, altri).await;
            c.execute("savepoint tentativo").await.unwrap();
            let valore = |di| match di {
                Di::Altri => altri.to_string(),
                Di::Noi => noi.to_string(),
                Di::Nessuno => String::new(),
            };
            let (ente, enti) = (valore(a.ente), valore(a.enti));
            let veste = format!(
                "select set_config('alleanza.ente', '{ente}', true), set_config('alleanza.enti', '{{{enti}}}', true); \
                 set local role {}",
                a.ruolo
            );
            c.execute(AssertSqlSafe(veste)).await.unwrap();
            let esito = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut *c).await;
            let passato = match esito {
                Ok(fatto) => fatto.rows_affected() > 0,
                // Refused by the wall, or by the trigger that refuses everybody. Whatever else stopped it was luck.
                Err(e) => {
                    let muro = ["row-level security", "permission denied", "nothing here is changed or deleted"];
                    let fortuna = !muro.iter().any(|m| e.to_string().contains(m));
                    if fortuna {
                        eprintln!("{}: {sql}: {e}", a.nome);
                    }
                    fortuna
                }
            };
            if passato {
                passati.insert((a.nome, tavola.to_owned(), comando));
            }
            c.execute("rollback to savepoint tentativo").await.unwrap();
        }
    }
    passati
}

/// Everything that would let a row of another ente reach us through these tables: empty when the walls stand.
async fn brecce(c: &mut PgConnection, tavole: &[&str], noi: i32) -> Vec<String> {
    let mut male = Vec::new();
    for t in tavole {
        let passati = passaggi(c, t, noi).await;
        let ammesso = |p: &&(&str, String, &str)| AMMESSE.iter().any(|a| (a.0, a.1, a.2) == (p.0, p.1.as_str(), p.2));
        male.extend(passati.iter().filter(|p| !ammesso(p)).map(|(a, t, c)| format!("{a}: {c} on {t} goes through")));
        let inutili = AMMESSE.iter().filter(|a| a.1 == *t && !passati.contains(&(a.0, a.1.to_owned(), a.2)));
        male.extend(inutili.map(|a| format!("{}: {} on {} is excused and does not happen", a.0, a.2, a.1)));
    }
    male
}

/// The whole house from inside one transaction, where every table holds a row of another ente.
async fn casa() -> (Mondo, PgConnection, Vec<&'static str>, i32) {
    let m = due_comuni().await;
    let (altri, noi) = (chiave(&m.prova, &m.a).await, chiave(&m.prova, &m.b).await);
    let mut c = m.prova.come("alleanza_super").await.unwrap();
    c.execute("begin").await.unwrap();
    let tavole: Vec<&str> = services::tabelle().into_iter().map(|(t, _)| t).collect();
    for t in &tavole {
        if !uno::<bool>(&mut c, format!("select exists (select from {t} where ente <> {noi})")).await {
            inventa(&mut c, t, altri).await;
        }
    }
    (m, c, tavole, noi)
}

/// A row that means nothing, for the tables that the history leaves empty: only whose it is matters here.
async fn inventa(c: &mut PgConnection, tavola: &str, di: i32) {
    let controlli: String = uno(
        c,
        format!(
            "select coalesce(string_agg(format('drop constraint %I', conname), ', '), '') from pg_constraint \
             where conrelid = '{tavola}'::regclass and contype = 'c'"
        ),
    )
    .await;
    if !controlli.is_empty() {
        c.execute(AssertSqlSafe(format!("alter table {tavola} {controlli}"))).await.unwrap();
    }
    let riga = format!(
        "insert into {tavola} select r.* from (select jsonb_object_agg(attname, case when attname = 'ente' then to_jsonb({di}) \
             when t.typcategory in ('D', 'T') then to_jsonb(now()) when t.typname = 'uuid' then to_jsonb(gen_random_uuid()) \
             when t.typcategory = 'A' then '[]'::jsonb else to_jsonb(1) end) as v \
           from pg_attribute a join pg_type t on t.oid = a.atttypid \
           where attrelid = '{tavola}'::regclass and attnum > 0 and not attisdropped and attnotnull) n, \
         jsonb_populate_record(null::{tavola}, n.v) r"
    );
    c.execute("set local session_replication_role = replica").await.unwrap();
    c.execute(AssertSqlSafe(riga.clone())).await.unwrap_or_else(|e| panic!("{tavola}: {e}: {riga}"));
    c.execute("set local session_replication_role = origin").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comune_cannot_see_another_in_any_scope() {
    let (m, mut c, tavole, noi) = casa().await;
    assert_eq!(catalogo(&mut c).await, Vec::<String>::new());
    assert_eq!(brecce(&mut c, &tavole, noi).await, Vec::<String>::new());

    // What an alliance sees of its members is empty for who is no alliance.
    let viste: Vec<(String,)> = righe(
        &mut c,
        "select oid::regclass::text from pg_class where relkind in ('v', 'm') and relnamespace = 'alleanza_vista'::regnamespace",
    )
    .await;
    for (v,) in viste {
        let veste = format!("select set_config('alleanza.ente', '{noi}', true); set local role alleanza_alleanza");
        c.execute(AssertSqlSafe(veste)).await.unwrap();
        assert_eq!(uno::<i64>(&mut c, format!("select count(*) from {v}")).await, 0, "{v}");
        c.execute("reset role").await.unwrap();
    }
    // No ente set: nothing. An earlier SET LOCAL leaves '' behind: nothing either.
    let mut app = m.prova.come("alleanza_app").await.unwrap();
    app.execute("begin; select set_config('alleanza.ente', '1', true); commit").await.unwrap();
    assert_eq!(uno::<i64>(&mut app, "select count(*) from registri.voce".into()).await, 0);
    m.prova.butta().await.unwrap();
}

/// Different tables at each run, the same for the same seed.
fn scelte<'a>(seme: &mut u32, tavole: &[&'a str], quante: usize) -> Vec<&'a str> {
    let mut restano = tavole.to_vec();
    let mut prese = Vec::new();
    while prese.len() < quante && !restano.is_empty() {
        *seme = seme.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // The high bits: the low ones of such a generator repeat.
        prese.push(restano.swap_remove((*seme >> 16) as usize % restano.len()));
    }
    prese
}

#[tokio::test(flavor = "multi_thread")]
async fn sabotage_shows() {
    let (m, mut c, tavole, noi) = casa().await;
    let (mut lette, mut scritte) = (Vec::new(), Vec::new());
    for t in &tavole {
        if uno(&mut c, format!("select has_table_privilege('alleanza_scrivania', '{t}', 'select')")).await {
            lette.push(*t);
        }
        if uno(&mut c, format!("select has_table_privilege('alleanza_app', '{t}', 'insert')")).await {
            scritte.push(*t);
        }
    }
    let versione: i32 = uno(&mut c, "select current_setting('server_version_num')::int".into()).await;
    let eredita = if versione < 160_000 {
        "alter role alleanza_app inherit"
    } else {
        "grant alleanza_scrivania to alleanza_app with inherit true"
    };
    let seme = std::env::var("ALLEANZA_SEME").ok().and_then(|s| s.parse().ok());
    let mut seme = seme.unwrap_or_else(|| u32::from_le_bytes(db::caso::byte()));
    eprintln!("to sabotage the same tables again: ALLEANZA_SEME={seme}");
    // What is done, where it can be done, whether the catalogue alone must see it too.
    let sabotaggi = [
        ("create policy breccia on {} to alleanza_app using (true)", &tavole, true),
        ("create policy breccia on {} for insert to alleanza_app with check (true)", &scritte, true),
        ("alter table {} no force row level security", &tavole, true),
        ("alter table {} disable row level security", &tavole, true),
        ("create policy breccia on {} to alleanza_scrivania using (true)", &lette, false),
        (eredita, &lette, true),
    ];
    for (rompi, dove, nel_catalogo) in sabotaggi {
        for t in scelte(&mut seme, dove, 3) {
            let rompi = rompi.replace("{}", t);
            c.execute("savepoint sabotaggio").await.unwrap();
            c.execute(AssertSqlSafe(rompi.clone())).await.unwrap();
            assert!(!brecce(&mut c, &[t], noi).await.is_empty(), "the walk did not notice on {t}: {rompi}");
            assert_eq!(!catalogo(&mut c).await.is_empty(), nel_catalogo, "the catalogue, on {t}: {rompi}");
            c.execute("rollback to savepoint sabotaggio").await.unwrap();
        }
    }
    // What only the catalogue can show.
    for rompi in [
        "alter table protocollo.allegato add column di_chi integer, \
           add foreign key (di_chi, documento) references documenti.documento (ente, id)",
        "create index breccia on protocollo.registrazione (numero)",
        "create unique index breccia on albo.atto (id)",
        "alter function registri.iscrivi(text, text, integer, integer, integer, bytea, jsonb) set search_path = pg_catalog, registri",
        "alter function registri.iscrivi(text, text, integer, integer, integer, bytea, jsonb) owner to alleanza_manutenzione",
    ] {
        c.execute("savepoint sabotaggio").await.unwrap();
        c.execute(rompi).await.unwrap();
        assert!(!catalogo(&mut c).await.is_empty(), "the catalogue did not notice: {rompi}");
        c.execute("rollback to savepoint sabotaggio").await.unwrap();
    }
    assert_eq!(catalogo(&mut c).await, Vec::<String>::new());
    m.prova.butta().await.unwrap();
}
