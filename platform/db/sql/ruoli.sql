-- The roles of Alleanza. Run once per server, as a superuser; running it again changes nothing.
-- On an external server, docs/manuale/src/postgresql.md says what to do before and after, step by step.
do $$
declare
  r record;
begin
  for r in select * from (values
    ('alleanza_owner',       'nologin'),              -- owns every object; DDL only
    ('alleanza_manutenzione','nologin bypassrls'),    -- loader, verification, export, backup; never in the server's pool
    ('alleanza_ricerca',     'nologin'),              -- owns the functions that search, reads words and keys; nobody becomes it to serve
    ('alleanza_migra',       'login noinherit'),      -- the program, when it migrates or maintains: becomes one of the three above
    ('alleanza_app',         'login noinherit'),      -- the program, when it serves: owns nothing, inherits nothing
    ('alleanza_scrivania',   'nologin'),              -- select-only, the enti of one person
    ('alleanza_alleanza',    'nologin'),              -- select-only, views without names or subjects
    ('alleanza_centro',      'nologin'),              -- select-only, queues, sizes, error codes
    ('alleanza_porta',       'nologin'),              -- host, session and role look-up only
    ('alleanza_coda',        'nologin')               -- queue only
  ) as ruoli(nome, attributi) loop
    if not exists (select from pg_roles where rolname = r.nome) then
      execute format('create role %I %s nosuperuser nocreatedb nocreaterole', r.nome, r.attributi);
    end if;
  end loop;
end $$;
grant alleanza_owner, alleanza_manutenzione, alleanza_ricerca to alleanza_migra;
-- NOINHERIT matters: with INHERIT the policies of a granted role are OR-ed into the login role's own.
grant alleanza_scrivania, alleanza_alleanza, alleanza_centro, alleanza_porta, alleanza_coda to alleanza_app;
