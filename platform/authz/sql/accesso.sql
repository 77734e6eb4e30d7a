-- Replaceable: policies, grants and the insert-only door of schema accesso.
select sistema.proteggi('accesso.ufficio'), sistema.proteggi('accesso.ruolo'), sistema.proteggi('accesso.audit'),
       sistema.proteggi('accesso.registro_accessi'), sistema.proteggi('accesso.requisito'),
       sistema.proteggi('accesso.sostituzione'), sistema.proteggi('accesso.prestito'),
       sistema.proteggi('accesso.recupero'), sistema.proteggi('accesso.fornitore');
select sistema.sola_aggiunta('accesso.audit'), sistema.sola_aggiunta('accesso.registro_accessi');

select sistema.avvisa('accesso.ente', true), sistema.avvisa('accesso.host', true);

-- Names of enti are public (they are in the national index); hosts are needed to write links.
grant select on accesso.ente to alleanza_app, alleanza_scrivania, alleanza_alleanza, alleanza_centro, alleanza_porta;
grant select on accesso.host to alleanza_app, alleanza_porta;

-- A person is visible to the enti where they have, or had, a role, their own or lent: never the password.
grant select (id, utente, nome, cognome, disattivata_il) on accesso.persona to alleanza_app, alleanza_scrivania;
alter table accesso.persona enable row level security;
alter table accesso.persona force row level security;
drop policy if exists di_ente on accesso.persona;
create policy di_ente on accesso.persona for select to alleanza_app
  using (exists (select from accesso.ruolo r where r.persona = persona.id
                 and r.ente = (select nullif(current_setting('alleanza.ente', true), '')::integer))
      or exists (select from accesso.prestito r where r.persona = persona.id
                 and r.ente = (select nullif(current_setting('alleanza.ente', true), '')::integer)));
drop policy if exists di_scrivania on accesso.persona;
create policy di_scrivania on accesso.persona for select to alleanza_scrivania
  using (exists (select from accesso.ruolo r where r.persona = persona.id
                 and r.ente = any ((select nullif(current_setting('alleanza.enti', true), '')::integer[])::integer[]))
      or exists (select from accesso.prestito r where r.persona = persona.id
                 and r.ente = any ((select nullif(current_setting('alleanza.enti', true), '')::integer[])::integer[])));

grant select, insert on accesso.ufficio, accesso.ruolo to alleanza_app;
grant update (nome, al) on accesso.ufficio to alleanza_app;
grant update (al) on accesso.ruolo to alleanza_app;
grant select on accesso.ufficio, accesso.ruolo to alleanza_scrivania;
grant select, insert on accesso.audit to alleanza_app;
grant select on accesso.registro_accessi to alleanza_app;

grant select, insert on accesso.sostituzione, accesso.prestito, accesso.recupero to alleanza_app;
grant update (deciso_da, deciso_il, confermato) on accesso.recupero to alleanza_app;
grant update (al) on accesso.sostituzione to alleanza_app;
grant update (ufficio, al, chiuso_da) on accesso.prestito to alleanza_app;
grant select on accesso.sostituzione, accesso.prestito, accesso.recupero to alleanza_scrivania;
grant select, insert, delete on accesso.requisito to alleanza_app;
grant select, insert on accesso.fornitore to alleanza_app;
grant update (spento_da, spento_il) on accesso.fornitore to alleanza_app;
grant update (fattore) on accesso.requisito to alleanza_app;

-- The door: who you are, where you may go. It reads roles of every ente, and nothing of what enti do.
grant select on accesso.persona, accesso.ufficio, accesso.ruolo, accesso.requisito, accesso.sostituzione, accesso.prestito
  to alleanza_porta;
grant select, insert, update, delete on accesso.sessione, accesso.tentativo, accesso.ingresso, accesso.totp,
  accesso.passkey to alleanza_porta;
grant select, insert, delete on accesso.codice_recupero, accesso.sfida to alleanza_porta;
grant select, insert on accesso.evento to alleanza_porta;
grant select on accesso.fornitore, accesso.segreto_fornitore to alleanza_porta;
grant select, insert, delete on accesso.identita_esterna to alleanza_porta;
grant update (nome, usata_il) on accesso.identita_esterna to alleanza_porta;
drop policy if exists della_porta on accesso.persona;
create policy della_porta on accesso.persona for select to alleanza_porta using (true);
drop policy if exists della_porta on accesso.ruolo;
create policy della_porta on accesso.ruolo for select to alleanza_porta using (true);
drop policy if exists della_porta on accesso.ufficio;
create policy della_porta on accesso.ufficio for select to alleanza_porta using (true);
drop policy if exists della_porta on accesso.requisito;
create policy della_porta on accesso.requisito for select to alleanza_porta using (true);
drop policy if exists della_porta on accesso.sostituzione;
create policy della_porta on accesso.sostituzione for select to alleanza_porta using (true);
drop policy if exists della_porta on accesso.prestito;
create policy della_porta on accesso.prestito for select to alleanza_porta using (true);
drop policy if exists della_porta on accesso.fornitore;
create policy della_porta on accesso.fornitore for select to alleanza_porta using (true);

-- Every power in force, however a person came to it: their own roles, those of whom they substitute, those of a loan. Days
-- are Rome's; a loan ends at its instant. Whoever asks sees only what their own scope shows: the planner inlines it.
create or replace function accesso.poteri(oggi date, adesso timestamptz)
returns table (ente integer, persona uuid, ufficio text, ruolo text, per_conto_di uuid, prestito uuid)
language sql stable as $$
  select r.ente, r.persona, r.ufficio, r.ruolo, null::uuid, null::uuid
  from accesso.ruolo r where r.dal <= oggi and (r.al is null or r.al >= oggi)
  union all
  select s.ente, s.sostituto, r.ufficio, r.ruolo, s.sostituito, null::uuid
  from accesso.sostituzione s
  join accesso.ruolo r on r.ente = s.ente and r.persona = s.sostituito and r.dal <= oggi and (r.al is null or r.al >= oggi)
  where s.dal <= oggi and s.al >= oggi
  union all
  select p.ente, p.persona, p.ufficio, unnest(p.ruoli), null::uuid, p.id
  from accesso.prestito p
  join accesso.ufficio u on u.ente = p.ente and u.codice = p.ufficio and (u.al is null or u.al >= oggi)
  where p.dal <= adesso and p.al > adesso
$$;
grant execute on function accesso.poteri(date, timestamptz) to alleanza_app, alleanza_scrivania, alleanza_porta;

-- Owner functions: people are made by an administrator of an ente, who may not read others.
drop policy if exists del_proprietario on accesso.persona;
create policy del_proprietario on accesso.persona to alleanza_owner using (true) with check (true);
drop policy if exists ovunque on accesso.prestito;
create policy ovunque on accesso.prestito for select to alleanza_owner using (true);
drop policy if exists annota on accesso.registro_accessi;
create policy annota on accesso.registro_accessi for insert to alleanza_owner with check (true);

create or replace function accesso.annota_accessi(righe jsonb) returns integer
language sql security definer set search_path = pg_catalog, accesso, pg_temp as $$
  with nuove as (
    insert into accesso.registro_accessi (ente, istante, persona, esito, azione, operazione, oggetto, prestito_da)
    select r.ente, r.istante, r.persona, r.esito, r.azione, r.operazione, r.oggetto,
           (select min(p.da_ente) from accesso.prestito p
            where p.ente = r.ente and p.persona = r.persona and p.dal <= r.istante and p.al > r.istante)
    from jsonb_to_recordset(righe)
      as r(ente integer, istante timestamptz, persona uuid, esito text, azione text, operazione uuid, oggetto text)
    returning 1)
  select count(*)::integer from nuove
$$;
grant execute on function accesso.annota_accessi(jsonb) to alleanza_app;

-- The person with that user name, made if new. An existing person is reused as it is: nobody renames somebody else's
-- account, nor learns whether its password is set.
create or replace function accesso.persona_per_utente(p_utente text, p_nome text, p_cognome text) returns uuid
language sql security definer set search_path = pg_catalog, accesso, pg_temp as $$
  insert into accesso.persona (utente, nome, cognome) values (p_utente, p_nome, p_cognome)
  on conflict on constraint persona_utente_unico do nothing;
  -- A second statement, hence a second snapshot: it sees the person that another administrator has just made.
  select id from accesso.persona where utente = p_utente
$$;
grant execute on function accesso.persona_per_utente(text, text, text) to alleanza_app;

-- Who works today in another ente, by user name, so that it can lend them; none if they work here already.
create or replace function accesso.persona_altrove(p_utente text, p_codice text, p_oggi date)
returns table (persona uuid, denominazione text)
language sql stable security definer set search_path = pg_catalog, accesso, pg_temp as $$
  select p.id, e.denominazione
  from accesso.persona p
  join accesso.ente e on e.codice = p_codice and e.id <> nullif(current_setting('alleanza.ente', true), '')::integer
  where p.utente = p_utente and p.disattivata_il is null
    and exists (select from accesso.ruolo r where r.persona = p.id and r.ente = e.id
                and r.dal <= p_oggi and (r.al is null or r.al >= p_oggi))
    and not exists (select from accesso.ruolo r where r.persona = p.id
                    and r.ente = nullif(current_setting('alleanza.ente', true), '')::integer
                    and r.dal <= p_oggi and (r.al is null or r.al >= p_oggi))
$$;
grant execute on function accesso.persona_altrove(text, text, date) to alleanza_app;

-- Whether the people of this ente have a second factor: an administrator may know that, and nothing of what it is.
drop function if exists accesso.fattori_di_qui();
create or replace function accesso.fattori_di_qui() returns table (persona uuid, totp boolean, passkey bigint)
language sql stable security definer set search_path = pg_catalog, accesso, pg_temp as $$
  select r.persona, exists (select from accesso.totp t where t.persona = r.persona),
         (select count(*) from accesso.passkey k where k.persona = r.persona)
  from (select distinct persona from accesso.ruolo
        where ente = nullif(current_setting('alleanza.ente', true), '')::integer) r
$$;
grant execute on function accesso.fattori_di_qui() to alleanza_app;

-- First password only, and only for a person of this ente and of no other: whoever sets it could enter elsewhere in that
-- person's name. Changing one belongs to the person.
drop policy if exists ovunque on accesso.ruolo;
create policy ovunque on accesso.ruolo for select to alleanza_owner using (true);
create or replace function accesso.prima_parola(p_persona uuid, p_parola text) returns boolean
language sql security definer set search_path = pg_catalog, accesso, pg_temp as $$
  with fatta as (
    update accesso.persona p set parola = p_parola
    where p.id = p_persona and p.parola is null
      and (select bool_and(r.ente = nullif(current_setting('alleanza.ente', true), '')::integer)
           from accesso.ruolo r where r.persona = p.id)
    returning 1)
  select exists (select from fatta)
$$;
grant execute on function accesso.prima_parola(uuid, text) to alleanza_app;

-- A new password, for whom a session is of and for nobody else: the door itself may not write one.
create or replace function accesso.cambia_parola(p_sessione uuid, p_parola text) returns boolean
language sql security definer set search_path = pg_catalog, accesso, pg_temp as $$
  with fatta as (
    update accesso.persona p set parola = p_parola from accesso.sessione s where s.id = p_sessione and p.id = s.persona
    returning 1)
  select exists (select from fatta)
$$;
grant execute on function accesso.cambia_parola(uuid, text) to alleanza_porta;

-- Factors belong to a person, not to an ente: whoever may give a role could give one to a stranger and take their factors
-- away. Who works elsewhere too is recovered only where they have been for a month, by who has been there for a month.
create or replace function accesso.recuperabile(p_persona uuid, p_chi uuid, p_oggi date) returns boolean
language sql stable security definer set search_path = pg_catalog, accesso, pg_temp as $$
  select not exists (select from accesso.ruolo r where r.persona = p_persona
                     and r.ente <> nullif(current_setting('alleanza.ente', true), '')::integer
                     and r.dal <= p_oggi and (r.al is null or r.al >= p_oggi))
      or (select bool_and(exists (select from accesso.ruolo r where r.persona = q.persona
                                  and r.ente = nullif(current_setting('alleanza.ente', true), '')::integer
                                  and r.dal <= p_oggi - 30))
          from unnest(array[p_persona, p_chi]) q(persona))
$$;
grant execute on function accesso.recuperabile(uuid, uuid, date) to alleanza_app;

-- The code of a recovery that two people decided, in the transaction of the second: every session of the person ends.
create or replace function accesso.recupera(p_recupero uuid, p_impronta bytea, p_adesso timestamptz, p_scade timestamptz)
returns boolean
language sql security definer set search_path = pg_catalog, accesso, pg_temp as $$
  with r as (
    select persona from accesso.recupero where id = p_recupero and confermato and deciso_il = p_adesso and scade_il > p_adesso
      and ente = nullif(current_setting('alleanza.ente', true), '')::integer
      and accesso.recuperabile(persona, chiesto_da, (p_adesso at time zone 'Europe/Rome')::date)
      and accesso.recuperabile(persona, deciso_da, (p_adesso at time zone 'Europe/Rome')::date)),
  s as (delete from accesso.sessione where persona in (select persona from r)),
  i as (delete from accesso.ingresso where persona in (select persona from r)),
  v as (delete from accesso.codice_recupero where persona in (select persona from r) and scade_il is not null),
  e as (insert into accesso.evento (persona, istante, fatto, indirizzo) select persona, p_adesso, 'recupero', '' from r),
  c as (
    insert into accesso.codice_recupero (persona, impronta, creato_il, scade_il)
    select persona, p_impronta, p_adesso, p_scade from r returning 1)
  select exists (select from c)
$$;
grant execute on function accesso.recupera(uuid, bytea, timestamptz, timestamptz) to alleanza_app;

-- The secret of a provider of this ente: written, and read by the door alone. Without one, none.
create or replace function accesso.segreto_del_fornitore(p_id uuid, p_sigillato bytea) returns void
language sql security definer set search_path = pg_catalog, accesso, pg_temp as $$
  delete from accesso.segreto_fornitore where fornitore = p_id
    and exists (select from accesso.fornitore where id = p_id
                and ente = nullif(current_setting('alleanza.ente', true), '')::integer);
  insert into accesso.segreto_fornitore (fornitore, sigillato)
    select id, p_sigillato from accesso.fornitore where id = p_id and p_sigillato is not null and spento_il is null
      and ente = nullif(current_setting('alleanza.ente', true), '')::integer
$$;
grant execute on function accesso.segreto_del_fornitore(uuid, bytea) to alleanza_app;
