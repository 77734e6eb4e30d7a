-- Replaceable: policies, grants, what a member reads of its adhesions, what an alliance reads of its members.
grant select on enti.comune, enti.edizione, enti.tipo, enti.ente, enti.codice, enti.successione
  to alleanza_app, alleanza_scrivania, alleanza_alleanza, alleanza_centro;

select sistema.proteggi('enti.scheda'), sistema.proteggi('enti.aoo'), sistema.proteggi('enti.incarico'),
       sistema.proteggi('enti.servizio_attivo'), sistema.proteggi('enti.alleanza'), sistema.proteggi('enti.adesione'),
       sistema.proteggi('enti.adesione_passo'), sistema.proteggi('enti.nomina'), sistema.proteggi('enti.credenziale');
select sistema.sola_aggiunta('enti.adesione_passo'), sistema.sola_aggiunta('enti.nomina');
-- The title by which a member uses its services is written by the alliance: a change there is of all.
select sistema.avvisa('enti.scheda'), sistema.avvisa('enti.servizio_attivo'), sistema.avvisa('enti.adesione', true),
       sistema.avvisa('enti.alleanza', true);

grant select on enti.scheda, enti.aoo, enti.incarico, enti.servizio_attivo, enti.alleanza, enti.adesione, enti.adesione_passo,
  enti.nomina to alleanza_app, alleanza_scrivania;
grant insert on enti.incarico, enti.servizio_attivo, enti.alleanza, enti.adesione, enti.adesione_passo, enti.nomina to alleanza_app;
grant update (indirizzo, pec, sito, codice_fiscale, patrono, dpo) on enti.scheda to alleanza_app;
grant update (nome, al) on enti.incarico to alleanza_app;
grant update (al, spento_da) on enti.servizio_attivo to alleanza_app;
grant update (al) on enti.alleanza to alleanza_app;
grant update (stato, stato_dal, decorre_dal, recesso_notificato_il, recesso_efficace_il) on enti.adesione to alleanza_app;

-- An adhesion is of two: the alliance writes it, the member reads it, through one function of the owner and nothing else.
drop policy if exists del_membro on enti.adesione;
create policy del_membro on enti.adesione for select to alleanza_owner using (membro = (select e.codice from accesso.ente e
    where e.id = nullif(current_setting('alleanza.ente', true), '')::integer));
drop policy if exists del_membro on enti.adesione_passo;
create policy del_membro on enti.adesione_passo for select to alleanza_owner using (exists (
  select from enti.adesione a where a.ente = adesione_passo.ente and a.id = adesione_passo.adesione));
drop policy if exists del_membro on enti.nomina;
create policy del_membro on enti.nomina for select to alleanza_owner using (exists (
  select from enti.adesione a where a.ente = nomina.ente and a.id = nomina.adesione));
drop policy if exists del_membro on enti.alleanza;
-- That an alliance exists, and what it is called, is no secret for the enti of the same installation.
drop policy if exists di_tutti on enti.alleanza;
create policy di_tutti on enti.alleanza for select to alleanza_owner using (true);

-- The appointment that goes with an adhesion of either side; one that carries on another keeps what was signed then.
create or replace function enti.nomina_di(p_adesione uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, enti, pg_temp as $$
  with recursive catena (ente, id, continua) as (
    select ente, id, continua from adesione where id = p_adesione
    union
    select a.ente, a.id, a.continua from catena c join adesione a on a.ente = c.ente and a.id = c.continua)
  select n.dati from catena c join nomina n on n.ente = c.ente and n.adesione = c.id limit 1
$$;
grant execute on function enti.nomina_di(uuid) to alleanza_app;

create or replace function enti.mie_adesioni() returns table (
  id uuid, ente_alleanza text, alleanza text, forma text, stato text, stato_dal date, richiesta_il date, decorre_dal date,
  recesso_efficace_il date, firmata_il date, firma_ente text, firma_alleanza text)
language sql stable security definer set search_path = pg_catalog, enti, pg_temp as $$
  select a.id, e.denominazione, al.denominazione, a.forma, a.stato, a.stato_dal, a.richiesta_il, a.decorre_dal,
         a.recesso_efficace_il, f.il, f.firma_ente, f.firma_alleanza
  from adesione a
  join accesso.ente e on e.id = a.ente
  join alleanza al on al.ente = a.ente and al.codice = a.alleanza
  left join lateral (
    select p.il, p.firma_ente, p.firma_alleanza from adesione_passo p
    where p.ente = a.ente and p.adesione = a.id and p.firma_ente is not null
    order by p.progressivo desc limit 1) f on true
  where a.membro = (select mio.codice from accesso.ente mio
    where mio.id = nullif(current_setting('alleanza.ente', true), '')::integer)
  order by a.richiesta_il desc, a.id
$$;
grant execute on function enti.mie_adesioni() to alleanza_app;

-- The bodies above one in the tree of alliances, nearest first; a circle written by hand in the tables ends at the tenth.
create or replace function enti.sopra_a(p_codice text) returns table (livello integer, codice text)
language sql stable security definer set search_path = pg_catalog, enti, pg_temp as $$
  with recursive su (livello, codice) as (
    select 0, p_codice
    union
    select su.livello + 1, a.sopra from su
      join accesso.ente e on e.codice = su.codice
      join alleanza a on a.ente = e.id and a.al is null and a.sopra is not null
    where su.livello < 10)
  select min(livello), su.codice from su where livello > 0 group by su.codice
$$;
grant execute on function enti.sopra_a(text) to alleanza_app;

-- This ente's place: what is above it (negative levels) and the alliances right below.
create or replace function enti.albero() returns table (livello integer, codice text, ente text, alleanza text)
language sql stable security definer set search_path = pg_catalog, enti, pg_temp as $$
  with io as (select id, codice from accesso.ente where id = nullif(current_setting('alleanza.ente', true), '')::integer)
  select -su.livello, su.codice, b.denominazione, al.denominazione
  from io cross join lateral sopra_a(io.codice) su
  join ente b on b.codice = su.codice
  left join accesso.ente t on t.codice = su.codice
  left join alleanza al on al.ente = t.id and al.al is null
  union all
  select 1, e.codice, e.denominazione, al.denominazione
  from io join alleanza al on al.sopra = io.codice and al.al is null and al.ente <> io.id
  join accesso.ente e on e.id = al.ente
  order by 1, 3
$$;
grant execute on function enti.albero() to alleanza_app;

-- By what title this ente uses the services (model::Titolo decides): is there any alliance, has it one of its own, and its
-- adhesions; one row at least.
create or replace function enti.titolo() returns table (
  senza_alleanze boolean, ha_alleanza boolean, alleanza text, forma text, stato text, stato_dal date, decorre_dal date,
  recesso_notificato_il date, recesso_efficace_il date)
language sql stable security definer set search_path = pg_catalog, enti, pg_temp as $$
  select not exists (select from alleanza),
         exists (select from alleanza p where p.ente = io.id and p.al is null),
         al.denominazione, a.forma, a.stato, a.stato_dal, a.decorre_dal, a.recesso_notificato_il, a.recesso_efficace_il
  from (select id, codice from accesso.ente where id = nullif(current_setting('alleanza.ente', true), '')::integer) io
  left join adesione a on a.membro = io.codice
  left join alleanza al on al.ente = a.ente and al.codice = a.alleanza
$$;
grant execute on function enti.titolo() to alleanza_app;

-- What an alliance sees of its members in force: which services, since when. No persons, no subjects.
drop policy if exists delle_viste on enti.servizio_attivo;
create policy delle_viste on enti.servizio_attivo for select to alleanza_owner using (true);
create or replace view alleanza_vista.servizio_di_membro with (security_barrier) as
  select a.alleanza, a.membro, a.membro_nome, s.servizio, s.dal
  from enti.adesione a
  join accesso.ente e on e.codice = a.membro
  join enti.servizio_attivo s on s.ente = e.id and s.al is null
  where a.ente = nullif(current_setting('alleanza.ente', true), '')::integer
    and a.stato in ('attiva', 'sospesa', 'recesso')
    and (a.recesso_efficace_il is null
         or a.recesso_efficace_il >= (sistema.adesso('-infinity') at time zone 'Europe/Rome')::date);
grant select on alleanza_vista.servizio_di_membro to alleanza_alleanza;

-- Who is in, as everybody may know it: the names of enti are public.
create or replace view alleanza_vista.membro with (security_barrier) as
  select a.alleanza, a.membro, a.membro_nome, a.stato,
         (select h.nome from accesso.ente e join accesso.host h on h.ente = e.id
          where e.codice = a.membro order by length(h.nome), h.nome limit 1) as host
  from enti.adesione a
  where a.ente = nullif(current_setting('alleanza.ente', true), '')::integer
    and a.stato in ('attiva', 'sospesa', 'recesso')
    and (a.recesso_efficace_il is null
         or a.recesso_efficace_il >= (sistema.adesso('-infinity') at time zone 'Europe/Rome')::date);
grant select on alleanza_vista.membro to alleanza_alleanza;

-- Probes are of every ente at once, made by the engine of jobs and written by nobody else.
select sistema.proteggi('enti.tratto');
grant select on enti.tratto to alleanza_app, alleanza_scrivania;
grant usage on schema enti to alleanza_coda;
grant select on accesso.host to alleanza_centro;
grant select (ente, servizio, al) on enti.servizio_attivo to alleanza_centro;
drop policy if exists del_centro on enti.servizio_attivo;
create policy del_centro on enti.servizio_attivo for select to alleanza_centro using (true);
drop policy if exists delle_sonde on enti.tratto;
create policy delle_sonde on enti.tratto for select to alleanza_owner using (true);
drop policy if exists continua on enti.tratto;
create policy continua on enti.tratto for update to alleanza_owner using (true);
drop policy if exists comincia on enti.tratto;
create policy comincia on enti.tratto for insert to alleanza_owner with check (true);

-- Stops belong to the installation: anybody may know of them, the program writes them.
grant select on enti.fermata to alleanza_app, alleanza_coda;
grant insert (dal), update (al) on enti.fermata to alleanza_coda;

-- Two good probes farther than this leave a hole (one may be missed, not two). The program says the same: model/disponibilita.rs.
create or replace function enti.tolleranza() returns interval language sql immutable parallel safe as $$
  select interval '11 min'
$$;
grant execute on function enti.tolleranza() to alleanza_alleanza;

-- A round of probes. Same answer, near the last one: the stretch goes on. Otherwise another begins. A round that comes twice, or
-- late, changes nothing.
create or replace function enti.annota_sonde(p_istante timestamptz, p_enti integer[], p_esiti text[]) returns void
language sql security definer set search_path = pg_catalog, enti, pg_temp as $$
  with nuove as (
    select n.ente, n.esito, date_trunc('second', p_istante) as istante, u.dal, u.al, u.esito as prima
    from unnest(p_enti, p_esiti) as n(ente, esito)
    left join lateral (select t.dal, t.al, t.esito from enti.tratto t where t.ente = n.ente order by t.dal desc limit 1) u on true),
  avanti as (
    update enti.tratto t set al = n.istante, sonde = t.sonde + 1
    from nuove n
    where t.ente = n.ente and t.dal = n.dal and n.prima = n.esito and n.istante > n.al and n.istante - n.al <= enti.tolleranza()
    returning t.ente)
  insert into enti.tratto (ente, dal, al, esito, sonde)
  select n.ente, n.istante, n.istante, n.esito, 1 from nuove n
  where (n.al is null or n.istante > n.al) and not exists (select from avanti a where a.ente = n.ente)
$$;
grant execute on function enti.annota_sonde(timestamptz, integer[], text[]) to alleanza_coda;

-- What an alliance sees of the availability of its members: seconds of each civil month, observed and up. A month is observed
-- from the first probe; until now, unless the last probe is so recent that the next is not late yet.
create or replace view alleanza_vista.disponibilita with (security_barrier) as
  select v.alleanza, v.membro, m.mese, extract(epoch from m.fine - m.inizio)::bigint as osservati,
         coalesce((select sum(extract(epoch from least(t.al, m.fine) - greatest(t.dal, m.inizio)))
                   from enti.tratto t
                   where t.ente = e.id and t.esito = 'su' and t.al > m.inizio and t.dal < m.fine), 0)::bigint as su
  from alleanza_vista.membro v
  join accesso.ente e on e.codice = v.membro
  cross join lateral (
    select o.primo, case when i.adesso - o.ultimo <= enti.tolleranza() then o.ultimo else i.adesso end as fine
    from (select min(t.dal) as primo, max(t.al) as ultimo from enti.tratto t where t.ente = e.id) o,
         (select date_trunc('second', sistema.adesso('-infinity')) as adesso) i) f
  cross join lateral (
    select g.mese::date as mese, greatest(f.primo, g.mese at time zone 'Europe/Rome') as inizio,
           least(f.fine, (g.mese + interval '1 month') at time zone 'Europe/Rome') as fine
    from generate_series(date_trunc('month', f.primo at time zone 'Europe/Rome'), f.fine at time zone 'Europe/Rome',
                         interval '1 month') g(mese)) m
  where m.fine > m.inizio;
grant select on alleanza_vista.disponibilita to alleanza_alleanza;

-- Bodies and codes that follow from the official list. Regions and provinces are known by ISTAT code: an IPA code is not guessed.
create or replace view enti.ente_di_lista as
  select 'c_' || lower(belfiore) as codice, 'comune' as tipo, 'Comune di ' || nome as denominazione, belfiore from enti.comune
  union all
  select distinct 'regione_' || regione_cod, 'regione', 'Regione ' || regione, null from enti.comune
  union all
  -- Valle d'Aosta never had a province, Friuli-Venezia Giulia has none since 2018; metropolitan cities: L. 56/2014 and regional laws.
  select distinct on (left(istat, 3)) 'provincia_' || left(istat, 3),
    case when sigla in ('TO', 'MI', 'GE', 'VE', 'BO', 'FI', 'RM', 'NA', 'BA', 'RC', 'PA', 'ME', 'CT', 'CA')
         then 'citta_metropolitana' else 'provincia' end,
    case when sigla in ('TO', 'MI', 'GE', 'VE', 'BO', 'FI', 'RM', 'NA', 'BA', 'RC', 'PA', 'ME', 'CT', 'CA')
         then 'Città metropolitana di ' || provincia
         when provincia like 'L''%' then 'Provincia dell’' || substr(provincia, 3) else 'Provincia di ' || provincia end,
    null
  from enti.comune where sigla not in ('AO', 'UD', 'GO', 'TS', 'PN');
create or replace view enti.codice_di_lista as
  select e.codice as ente, c.tipo, c.valore
  from enti.ente_di_lista l
  join enti.ente e on e.codice = l.codice and e.al is null
  left join enti.comune m on m.belfiore = l.belfiore
  cross join lateral (values
    ('ipa', case when m.belfiore is not null then e.codice end), ('belfiore', m.belfiore),
    ('istat', coalesce(m.istat, split_part(e.codice, '_', 2)))) as c (tipo, valore)
  where c.valore is not null;

-- Credentials of officials are written, withdrawn and never rewritten.
grant select on enti.credenziale to alleanza_app, alleanza_scrivania;
grant insert on enti.credenziale to alleanza_app;
grant update (ritirata_il) on enti.credenziale to alleanza_app;
