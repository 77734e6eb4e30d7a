-- Replaceable: policies, grants, the link, and the one statement that writes a register.
select sistema.proteggi('registri.registro'), sistema.proteggi('registri.contatore'), sistema.proteggi('registri.voce'),
       sistema.proteggi('registri.chiaro'), sistema.proteggi('registri.testa'), sistema.proteggi('registri.richiesta');
select sistema.sola_aggiunta('registri.voce'), sistema.sola_aggiunta('registri.testa'), sistema.sola_aggiunta('registri.registro');

grant select on registri.registro, registri.contatore, registri.voce, registri.chiaro, registri.testa
  to alleanza_app, alleanza_scrivania;
grant insert on registri.registro, registri.testa to alleanza_app;
grant select, insert on registri.richiesta to alleanza_app;
grant update (esito) on registri.richiesta to alleanza_app;

-- The technical centre counts numbers; it reads no voce.
grant select (ente, registro, ultimo) on registri.contatore to alleanza_centro;
drop policy if exists del_centro on registri.contatore;
create policy del_centro on registri.contatore for select to alleanza_centro using (true);

-- A chain only goes forward, one step at a time.
create or replace function registri.contatore_avanti() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and row(new.ente, new.aoo, new.registro, new.catena) is not distinct from row(old.ente, old.aoo, old.registro, old.catena)
     and new.posizione = old.posizione + 1 and new.istante >= old.istante and new.testa <> old.testa
     and ((new.serie = old.serie and new.ultimo - old.ultimo in (0, 1)) or (new.serie > old.serie and new.ultimo in (0, 1))) then
    return new;
  end if;
  raise exception '% on registri.contatore would break a chain', tg_op
    using constraint = 'contatore_avanti', errcode = 'check_violation';
end $$;
drop trigger if exists contatore_avanti on registri.contatore;
create trigger contatore_avanti before update or delete on registri.contatore
  for each row execute function registri.contatore_avanti();

-- A clear value leaves only after a voce of oscuramento (5) or scarto (6) that names it.
create or replace function registri.chiaro_fermo() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and exists (
      select from registri.voce v
      where v.ente = old.ente and v.aoo = old.aoo and v.registro = old.registro and v.catena = old.catena
        and v.operazione in (5, 6) and v.posizione > old.posizione
        and convert_from(v.contenuto, 'UTF8')::jsonb ->> 'su' = old.posizione::text
        and old.campo = any (string_to_array(convert_from(v.contenuto, 'UTF8')::jsonb ->> 'campi', ','))) then
    return old;
  end if;
  raise exception '% on registri.chiaro without oscuramento or scarto', tg_op
    using constraint = 'chiaro_fermo', errcode = 'check_violation';
end $$;
drop trigger if exists chiaro_fermo on registri.chiaro;
create trigger chiaro_fermo before update or delete on registri.chiaro
  for each row execute function registri.chiaro_fermo();

-- Row triggers do not see TRUNCATE.
drop trigger if exists mai_vuotato on registri.contatore;
create trigger mai_vuotato before truncate on registri.contatore execute function sistema.mai();
drop trigger if exists mai_vuotato on registri.chiaro;
create trigger mai_vuotato before truncate on registri.chiaro execute function sistema.mai();

-- The link: fixed, binary, big-endian. Never a text of a row, which changes with the session's settings.
create or replace function registri.anello(
  precedente bytea, versione integer, codice_ente text, aoo text, registro text, serie integer, posizione bigint,
  operazione integer, numero integer, istante timestamptz, impronta_contenuto bytea) returns bytea
language sql immutable parallel safe as $$
  select sha256(precedente || int2send(versione::int2)
    || convert_to(codice_ente, 'UTF8') || '\x1f'::bytea || convert_to(aoo, 'UTF8') || '\x1f'::bytea || convert_to(registro, 'UTF8')
    || int4send(serie) || int8send(posizione) || set_byte('\x00'::bytea, 0, operazione) || int4send(coalesce(numero, 0))
    || int8send((extract(epoch from istante) * 1000000)::bigint) || impronta_contenuto)
$$;

-- Opens the chain of a register of this ente, at position 0. Opening it again changes nothing.
create or replace function registri.apri_catena(p_aoo text, p_registro text, p_catena integer) returns void
language sql security definer set search_path = pg_catalog, registri, pg_temp as $$
  insert into registri.contatore (ente, aoo, registro, catena, regola, serie, ultimo, posizione, istante, testa)
  select r.ente, r.aoo, r.codice, p_catena, r.regola,
         case r.regola when 'istante' then extract(year from il at time zone 'Europe/Rome')::integer else p_catena end,
         0, 0, il, decode(repeat('00', 32), 'hex')
  from registri.registro r, sistema.adesso(r.aperto_il) il
  where r.ente = nullif(current_setting('alleanza.ente', true), '')::integer and r.aoo = p_aoo and r.codice = p_registro
  on conflict do nothing
$$;

-- THE statement. It takes the row lock; a writer that waited re-evaluates the SET on the row left by the other, so
-- instant, year, number and head are all decided after the lock. Everything slow happened before, number last.
create or replace function registri.iscrivi(
  p_aoo text, p_registro text, p_catena integer, p_operazione integer, p_versione integer, p_contenuto bytea, p_chiaro jsonb)
returns table (serie integer, numero integer, posizione bigint, istante timestamptz, impronta bytea)
language sql security definer set search_path = pg_catalog, registri, pg_temp as $$
  with c as (
    update registri.contatore k set (serie, ultimo, posizione, istante, testa) = (
      select s, n, p, il, registri.anello(k.testa, p_versione, r.codice_ente, k.aoo, k.registro, s, p, p_operazione,
                                          case when p_operazione = 1 then n end, il, sha256(p_contenuto))
      from (select il, s, k.posizione + 1 as p,
                   case when s = k.serie then k.ultimo else 0 end + case when p_operazione = 1 then 1 else 0 end as n
            from (select il, case k.regola when 'istante' then extract(year from il at time zone 'Europe/Rome')::integer
                                           else k.serie end as s
                  from (select sistema.adesso(k.istante) as il offset 0) a offset 0) b offset 0) d)
    from registri.registro r
    where k.ente = nullif(current_setting('alleanza.ente', true), '')::integer
      and k.aoo = p_aoo and k.registro = p_registro and k.catena = p_catena
      and r.ente = k.ente and r.aoo = k.aoo and r.codice = k.registro
    returning k.ente, k.aoo, k.registro, k.catena, k.posizione, k.serie, k.ultimo, k.istante, k.testa),
  v as (
    insert into registri.voce (ente, aoo, registro, catena, posizione, serie, operazione, numero, istante,
                               versione_canonica, contenuto, impronta_contenuto, impronta)
    select c.ente, c.aoo, c.registro, c.catena, c.posizione, c.serie, p_operazione, case when p_operazione = 1 then c.ultimo end,
           c.istante, p_versione, p_contenuto, sha256(p_contenuto), c.testa
    from c returning voce.ente, voce.aoo, voce.registro, voce.catena, voce.serie, voce.numero, voce.posizione, voce.istante, voce.impronta),
  ch as (
    insert into registri.chiaro (ente, aoo, registro, catena, posizione, campo, sale, valore)
    select v.ente, v.aoo, v.registro, v.catena, v.posizione, x.campo, decode(x.sale, 'hex'), x.valore
    from v, jsonb_to_recordset(p_chiaro) as x(campo text, sale text, valore text))
  select v.serie, v.numero, v.posizione, v.istante, v.impronta from v
$$;

-- Erases the clear values that a voce of oscuramento or scarto has just named; the trigger checks that it did.
create or replace function registri.cancella_chiaro(p_aoo text, p_registro text, p_catena integer, p_posizione bigint, p_campi text[])
returns integer language sql security definer set search_path = pg_catalog, registri, pg_temp as $$
  with via as (
    delete from registri.chiaro
    where ente = nullif(current_setting('alleanza.ente', true), '')::integer
      and aoo = p_aoo and registro = p_registro and catena = p_catena and posizione = p_posizione and campo = any (p_campi)
    returning 1)
  select count(*)::integer from via
$$;
grant execute on function registri.anello(bytea, integer, text, text, text, integer, bigint, integer, integer, timestamptz, bytea)
  to alleanza_app, alleanza_manutenzione;
grant execute on function registri.apri_catena(text, text, integer) to alleanza_app;
grant execute on function registri.iscrivi(text, text, integer, integer, integer, bytea, jsonb) to alleanza_app;
grant execute on function registri.cancella_chiaro(text, text, integer, bigint, text[]) to alleanza_app;
