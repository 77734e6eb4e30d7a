//! Who may do what in the database, as its catalog says: one committed list, read by whoever reviews a change.
//!
//! A change that is wanted: `INSTA_UPDATE=always cargo test -p acceptance golden`, then look at the diff and commit it.

use db::prova::Prova;
use sqlx::PgConnection;

use crate::mondo::vuoto;

// The superuser is of our own cluster only.
const RUOLI: &str = "select rolname || ': ' || concat_ws(', ', case when rolcanlogin then 'login' else 'nologin' end, \
       case when rolinherit then 'inherit' else 'noinherit' end, case when rolbypassrls then 'bypassrls' end, \
       case when rolsuper then 'superuser' end, case when rolcreaterole then 'createrole' end, \
       case when rolcreatedb then 'createdb' end, case when rolreplication then 'replication' end) \
     from pg_roles where rolname ^@ 'alleanza_' and rolname <> 'alleanza_super'";
const APPARTENENZE: &str = "select m.member::regrole || ' may become ' || m.roleid::regrole \
       || case when pg_has_role(m.member, m.roleid, 'usage') then ' and inherits it' else '' end \
       || case when m.admin_option then ', with admin option' else '' end \
     from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname ^@ 'alleanza_'";
const DA_SE: &str = "select 'new ' || case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' \
         when 'f' then 'functions' when 'n' then 'schemas' else d.defaclobjtype::text end \
       || ' of ' || pg_get_userbyid(d.defaclrole) || ': ' || coalesce((select string_agg(lower(x.privilege_type) || ' to ' \
         || case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee) end, ', ' order by x.grantee::regrole::text, x.privilege_type) \
         from aclexplode(d.defaclacl) x where x.grantee <> d.defaclrole), 'nothing to anybody else') \
     from pg_default_acl d";
/// Schemas, tables, views, sequences, functions: owner, walls, grants and policies. What an extension brings is its own.
const COSE: &str = "\
with nostri as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'), \
cose as ( \
  select 'schema' as tipo, n.oid, 'schema ' || nspname || ' of ' || pg_get_userbyid(nspowner) as riga, nspowner as di, \
    coalesce(nspacl, acldefault('n', nspowner)) as acl \
  from pg_namespace n where n.oid in (select oid from nostri) \
  union all \
  select 'relazione', c.oid, case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end || ' ' \
      || n.nspname || '.' || c.relname || ' of ' || pg_get_userbyid(c.relowner) \
      || case when c.relrowsecurity then ', row-level security' else '' end \
      || case when c.relforcerowsecurity then ', forced' else '' end || coalesce(', ' || array_to_string(c.reloptions, ', '), ''), \
    c.relowner, coalesce(c.relacl, acldefault((case c.relkind when 'S' then 's' else 'r' end)::\"char\", c.relowner)) \
  from pg_class c join nostri n on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'S', 'm', 'p', 'f') \
  union all \
  select 'funzione', p.oid, 'function ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) \
      || ') of ' || pg_get_userbyid(p.proowner) || case when prosecdef then ', security definer' else '' end \
      || coalesce(', ' || array_to_string(p.proconfig, '; '), ''), \
    p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)) \
  from pg_proc p join nostri n on n.oid = p.pronamespace \
  where not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')), \
concessi as ( \
  select tipo, oid, x.grantee, null::text as colonne, string_agg(lower(x.privilege_type) \
    || case when x.is_grantable then ' with grant option' else '' end, ', ' order by x.privilege_type) as che \
  from cose, aclexplode(acl) x where x.grantee <> di group by tipo, oid, x.grantee \
  union all \
  select 'relazione', attrelid, x.grantee, string_agg(attname, ', ' order by attnum), lower(x.privilege_type) \
    || case when x.is_grantable then ' with grant option' else '' end \
  from pg_attribute, aclexplode(attacl) x where attrelid in (select oid from cose) \
  group by attrelid, x.grantee, x.privilege_type, x.is_grantable), \
a as (select *, case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end as chi from concessi) \
select c.riga || coalesce(g.righe, '') || coalesce(p.righe, '') \
from cose c \
left join lateral ( \
  select string_agg(e'\\n  grant ' || che || coalesce(' (' || colonne || ')', '') || ' to ' || chi, '' \
    order by chi, colonne nulls first, che) as righe \
  from a where a.tipo = c.tipo and a.oid = c.oid) g on true \
left join lateral ( \
  select string_agg(e'\\n  policy ' || policyname || case permissive when 'PERMISSIVE' then '' else ' restrictive' end \
    || ' for ' || lower(cmd) || ' to ' || array_to_string(roles, ', ') \
    || coalesce(e'\\n    using ' || regexp_replace(qual, '\\s+', ' ', 'g'), '') \
    || coalesce(e'\\n    check ' || regexp_replace(with_check, '\\s+', ' ', 'g'), ''), '' order by policyname) as righe \
  from pg_policies p join pg_class k on k.relname = p.tablename and k.relnamespace = p.schemaname::regnamespace \
  where c.tipo = 'relazione' and k.oid = c.oid) p on true";

async fn muri(p: &Prova) -> String {
    let mut c: PgConnection = p.come("alleanza_super").await.unwrap();
    let mut testo = String::new();
    for (titolo, sql) in [
        ("Roles", RUOLI),
        ("Memberships", APPARTENENZE),
        ("Default privileges", DA_SE),
        ("Schemas, relations, functions", COSE),
    ] {
        let mut voci: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut c).await.unwrap();
        // Sorted here: no collation of the server may move a line.
        voci.sort();
        testo += &format!("== {titolo}\n{}\n\n", voci.join("\n"));
    }
    testo
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walls_are_those_of_the_golden_list() {
    let p = vuoto().await;
    let muri = muri(&p).await;
    p.butta().await.unwrap();
    insta::with_settings!({
        snapshot_path => "../golden",
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => "Every role, grant, policy and function of the database: read the diff before you accept it.",
    }, {
        insta::assert_snapshot!("muri", muri);
    });
}
