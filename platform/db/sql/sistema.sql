-- Replaceable: functions and triggers of schema sistema.
create or replace function sistema.adesso(precedente timestamptz) returns timestamptz
language sql volatile as $$
  -- The legal instant: after the lock, never before the previous voce of the same chain.
  select greatest(precedente, clock_timestamp() + (select scarto from sistema.orologio))
$$;

create or replace function sistema.orologio_protetto() returns trigger language plpgsql as $$
begin
  if new.scarto <> interval '0'
     and not exists (select from sistema.installazione where modo in ('demo', 'prova')) then
    raise exception 'the legal clock moves only in an installation marked demo or prova'
      using constraint = 'orologio_solo_demo_o_prova', errcode = 'check_violation';
  end if;
  perform pg_notify('alleanza_orologio', '');
  return new;
end $$;
drop trigger if exists orologio_protetto on sistema.orologio;
create trigger orologio_protetto before insert or update on sistema.orologio
  for each row execute function sistema.orologio_protetto();

create or replace function sistema.mai() returns trigger language plpgsql as $$
begin
  raise exception '% on %.% is forbidden: nothing here is changed or deleted', tg_op, tg_table_schema, tg_table_name
    using constraint = 'sola_aggiunta', errcode = 'check_violation';
end $$;

create or replace function sistema.sola_aggiunta(tavola regclass) returns void language plpgsql as $$
begin
  -- Grants stop the program; this trigger stops the owner and the maintenance role too.
  execute format('drop trigger if exists sola_aggiunta on %s', tavola);
  execute format('create trigger sola_aggiunta before update or delete or truncate on %s execute function sistema.mai()', tavola);
end $$;
drop trigger if exists sola_aggiunta on sistema.installazione;
select sistema.sola_aggiunta('sistema.installazione');

-- Whoever keeps public pages ready hears, with the commit, that something they show has changed: the ente of the
-- transaction, or nothing when it is of all.
create or replace function sistema.avvisa_chi_serve() returns trigger language plpgsql as $$
begin
  perform pg_notify('alleanza_pubblico', case when tg_nargs = 0 then coalesce(current_setting('alleanza.ente', true), '') else '' end);
  return null;
end $$;
create or replace function sistema.avvisa(tavola regclass, di_tutti boolean default false) returns void language plpgsql as $$
begin
  execute format('drop trigger if exists avvisa on %s', tavola);
  execute format('create trigger avvisa after insert or update or delete or truncate on %s execute function sistema.avvisa_chi_serve(%s)',
                 tavola, case when di_tutti then '''tutti''' end);
end $$;

create or replace function sistema.proteggi(tavola regclass) returns void language plpgsql as $$
declare
  -- Inside a subquery the setting is read once for each statement, not once for each row.
  qui constant text := '(ente = (select nullif(current_setting(''alleanza.ente'', true), '''')::integer))';
  miei constant text := '(ente = any ((select nullif(current_setting(''alleanza.enti'', true), '''')::integer[])::integer[]))';
begin
  -- Every policy names its role; with none set nothing matches (after an earlier SET LOCAL the setting is '', not NULL).
  execute format('alter table %s enable row level security', tavola);
  execute format('alter table %s force row level security', tavola);
  execute format('drop policy if exists di_ente on %s', tavola);
  execute format('create policy di_ente on %s to alleanza_app using %s with check %s', tavola, qui, qui);
  -- FORCE binds the owner too: functions that run as the owner obey the same ente.
  execute format('drop policy if exists del_proprietario on %s', tavola);
  execute format('create policy del_proprietario on %s to alleanza_owner using %s with check %s', tavola, qui, qui);
  execute format('drop policy if exists di_scrivania on %s', tavola);
  execute format('create policy di_scrivania on %s for select to alleanza_scrivania using %s', tavola, miei);
end $$;

-- Full text is not leakproof: below a policy that compares the ente its index is not used. So who searches calls a function
-- of alleanza_ricerca, whose own policy compares nothing, and the function takes the ente from the setting (ADR 6).
create or replace function sistema.cercabile(tavola regclass, colonne text[]) returns void language plpgsql as $$
begin
  execute format('drop policy if exists della_ricerca on %s', tavola);
  execute format('create policy della_ricerca on %s for select to alleanza_ricerca using (true)', tavola);
  execute format('revoke all on %s from alleanza_ricerca', tavola);
  execute format('grant select (%s) on %s to alleanza_ricerca', (select string_agg(quote_ident(c), ', ') from unnest(colonne) c), tavola);
end $$;

-- Between these two the functions of a schema are written by alleanza_ricerca, which only then may create anything there.
create or replace function sistema.scrive_la_ricerca(schema_ text) returns void language plpgsql as $$
begin
  execute format('grant usage, create on schema %I to alleanza_ricerca', schema_);
  set local role alleanza_ricerca;
end $$;
create or replace function sistema.ha_scritto_la_ricerca(schema_ text) returns void language plpgsql as $$
declare
  f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = schema_::regnamespace and proowner = 'alleanza_ricerca'::regrole loop
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to alleanza_app', f);
  end loop;
  set local role alleanza_owner;
  execute format('revoke create on schema %I from alleanza_ricerca', schema_);
end $$;
grant execute on function sistema.ha_scritto_la_ricerca(text) to alleanza_ricerca;

grant select on sistema.installazione, sistema.orologio to public;
grant execute on function sistema.adesso(timestamptz) to public;
revoke insert, update, delete on sistema.orologio, sistema.installazione from alleanza_manutenzione;
