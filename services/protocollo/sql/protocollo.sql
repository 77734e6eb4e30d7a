-- Replaceable: policies, grants, the words that search finds.
select sistema.proteggi('protocollo.registrazione'), sistema.proteggi('protocollo.corrispondente'),
       sistema.proteggi('protocollo.allegato'), sistema.proteggi('protocollo.assegnazione'),
       sistema.proteggi('protocollo.annullamento'), sistema.proteggi('protocollo.giornaliero'),
       sistema.proteggi('protocollo.oscuramento');
select sistema.sola_aggiunta('protocollo.allegato'), sistema.sola_aggiunta('protocollo.giornaliero'),
       sistema.sola_aggiunta('protocollo.oscuramento');

grant select on protocollo.registrazione, protocollo.corrispondente, protocollo.allegato, protocollo.assegnazione,
  protocollo.annullamento, protocollo.giornaliero, protocollo.oscuramento to alleanza_app, alleanza_scrivania;
grant insert on protocollo.registrazione, protocollo.corrispondente, protocollo.allegato, protocollo.assegnazione,
  protocollo.annullamento, protocollo.giornaliero, protocollo.oscuramento to alleanza_app;
-- Only what a later voce may change: number, instants, document and fingerprint have no grant at all.
grant update (ufficio, classifica, titolario, annullata_il, oggetto, corrispondenti, numero_mittente, data_mittente, parole_prima)
  on protocollo.registrazione to alleanza_app;
grant update (corrente, presa_il, presa_da) on protocollo.assegnazione to alleanza_app;
grant update (nome, codice_fiscale, indirizzo, recapito) on protocollo.corrispondente to alleanza_app;
grant update (prima, dopo, motivo) on protocollo.annullamento to alleanza_app;

-- Names, values and reasons change once, into the words that say they were erased, and only after the oscuramento that
-- names their field.
create or replace function protocollo.oscurato(p_ente integer, p_aoo text, p_anno integer, p_numero integer, p_campo text)
returns boolean language sql stable set search_path = pg_catalog as $$
  select exists (select from protocollo.oscuramento o
    where o.ente = p_ente and o.aoo = p_aoo and o.anno = p_anno and o.numero = p_numero
      and p_campo = any (string_to_array(o.campi, ',')))
$$;
create or replace function protocollo.segnaposto(campo text) returns text
language sql immutable parallel safe set search_path = pg_catalog as $$
  select case campo when 'oggetto' then 'Oggetto oscurato' when 'corrispondenti' then 'Nomi oscurati'
                    when 'numero_mittente' then 'Numero oscurato' when 'motivo' then 'Motivo oscurato' end
$$;
grant execute on function protocollo.oscurato(integer, text, integer, integer, text), protocollo.segnaposto(text)
  to alleanza_app, alleanza_manutenzione;

create or replace function protocollo.corrispondente_fermo() returns trigger language plpgsql as $$
begin
  if row(new.ente, new.aoo, new.anno, new.numero, new.posizione, new.progressivo, new.tipo)
     = row(old.ente, old.aoo, old.anno, old.numero, old.posizione, old.progressivo, old.tipo)
     and row(new.nome, new.codice_fiscale, new.indirizzo, new.recapito) = row('Nome oscurato'::text, ''::text, ''::text, ''::text)
     and protocollo.oscurato(old.ente, old.aoo, old.anno, old.numero, 'corrispondenti') then
    return new;
  end if;
  raise exception '% on protocollo.corrispondente without oscuramento', tg_op
    using constraint = 'corrispondente_fermo', errcode = 'check_violation';
end $$;
drop trigger if exists sola_aggiunta on protocollo.corrispondente;
drop trigger if exists mai_tolto on protocollo.corrispondente;
create trigger mai_tolto before delete or truncate on protocollo.corrispondente execute function sistema.mai();
drop trigger if exists corrispondente_fermo on protocollo.corrispondente;
create trigger corrispondente_fermo before update on protocollo.corrispondente
  for each row execute function protocollo.corrispondente_fermo();

create or replace function protocollo.annullamento_fermo() returns trigger language plpgsql as $$
begin
  if row(new.ente, new.aoo, new.anno, new.numero, new.posizione, new.campo, new.provvedimento, new.provvedimento_data, new.istante,
         new.persona)
     = row(old.ente, old.aoo, old.anno, old.numero, old.posizione, old.campo, old.provvedimento, old.provvedimento_data, old.istante,
         old.persona)
     and (new.motivo = old.motivo or new.motivo = protocollo.segnaposto('motivo')
          and protocollo.oscurato(old.ente, old.aoo, old.anno, old.numero, 'motivo'))
     and (row(new.prima, new.dopo) = row(old.prima, old.dopo)
          or new.prima in (old.prima, protocollo.segnaposto(old.campo)) and new.dopo in (old.dopo, protocollo.segnaposto(old.campo))
          and protocollo.oscurato(old.ente, old.aoo, old.anno, old.numero, old.campo)) then
    return new;
  end if;
  raise exception '% on protocollo.annullamento without oscuramento', tg_op
    using constraint = 'annullamento_fermo', errcode = 'check_violation';
end $$;
drop trigger if exists sola_aggiunta on protocollo.annullamento;
drop trigger if exists mai_tolto on protocollo.annullamento;
create trigger mai_tolto before delete or truncate on protocollo.annullamento execute function sistema.mai();
drop trigger if exists annullamento_fermo on protocollo.annullamento;
create trigger annullamento_fermo before update on protocollo.annullamento
  for each row execute function protocollo.annullamento_fermo();

create or replace function protocollo.parole() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  new.ricerca := to_tsvector('protocollo.it', new.oggetto || ' ' || new.corrispondenti || ' ' || coalesce(new.numero_mittente, '')
    || ' ' || new.parole_prima);
  return new;
end $$;
drop trigger if exists parole on protocollo.registrazione;
create trigger parole before insert or update on protocollo.registrazione
  for each row execute function protocollo.parole();

-- JSON or nothing: verification reads rows that somebody may have spoiled, and must go on to the next.
create or replace function protocollo.leggi(byte bytea) returns jsonb
language plpgsql immutable set search_path = pg_catalog as $$
begin
  return convert_from(byte, 'UTF8')::jsonb;
exception when others then
  return null;
end $$;
grant execute on function protocollo.leggi(bytea) to alleanza_app, alleanza_manutenzione;

-- Search (ADR 6): the whole question is asked here, so that the plan may follow the words when they are rare and the list
-- when they are common; with the values in hand each time, because the two cost a thousand times one another.
select sistema.cercabile('protocollo.registrazione', '{ente,aoo,anno,numero,verso,istante,classifica,ufficio,riservata,annullata_il,ricerca}'),
       sistema.cercabile('protocollo.assegnazione', '{ente,aoo,anno,numero,corrente,presa_il}');
select sistema.scrive_la_ricerca('protocollo');
create or replace function protocollo.cerca(
  p_parole text, p_verso text, p_ufficio text, p_classifica text, p_anno_da integer, p_anno_a integer, p_da timestamptz,
  p_a timestamptz, p_annullate boolean, p_da_prendere boolean, p_dopo_anno integer, p_dopo_numero integer, p_quante bigint,
  p_riservate boolean, p_uffici text[])
returns table (aoo text, anno integer, numero integer)
language plpgsql stable security definer rows 51 set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
  return query
  select r.aoo, r.anno, r.numero
  from protocollo.registrazione r
  join protocollo.assegnazione a on a.ente = r.ente and a.aoo = r.aoo and a.anno = r.anno and a.numero = r.numero and a.corrente
  where r.ente = nullif(current_setting('alleanza.ente', true), '')::integer
    and r.ricerca @@ websearch_to_tsquery('protocollo.it', p_parole)
    and (p_verso is null or r.verso = p_verso) and (p_ufficio is null or r.ufficio = p_ufficio)
    and (p_classifica is null or r.classifica = p_classifica or r.classifica like p_classifica || '.%')
    and r.anno between p_anno_da and p_anno_a and r.istante >= p_da and r.istante < p_a
    and (p_annullate is null or (r.annullata_il is not null) = p_annullate)
    and (p_da_prendere is null or (a.presa_il is null and r.annullata_il is null) = p_da_prendere)
    -- Reserved registrations are found only by who may read them.
    and (not r.riservata or p_riservate or r.ufficio = any (p_uffici))
    and (p_dopo_anno is null or (r.anno, r.numero) < (p_dopo_anno, p_dopo_numero))
  order by r.anno desc, r.numero desc limit p_quante;
end $$;
select sistema.ha_scritto_la_ricerca('protocollo');
