-- Replaceable: policies, grants, the words that search finds.
select sistema.proteggi('protocollo.registrazione'), sistema.proteggi('protocollo.corrispondente'),
       sistema.proteggi('protocollo.allegato'), sistema.proteggi('protocollo.assegnazione'),
       sistema.proteggi('protocollo.annullamento'), sistema.proteggi('protocollo.giornaliero');
select sistema.sola_aggiunta('protocollo.corrispondente'), sistema.sola_aggiunta('protocollo.allegato'),
       sistema.sola_aggiunta('protocollo.annullamento'), sistema.sola_aggiunta('protocollo.giornaliero');

grant select on protocollo.registrazione, protocollo.corrispondente, protocollo.allegato, protocollo.assegnazione,
  protocollo.annullamento, protocollo.giornaliero to alleanza_app, alleanza_scrivania;
grant insert on protocollo.registrazione, protocollo.corrispondente, protocollo.allegato, protocollo.assegnazione,
  protocollo.annullamento, protocollo.giornaliero to alleanza_app;
-- Only what a later voce may change: number, instants, document and fingerprint have no grant at all.
grant update (ufficio, classifica, titolario, annullata_il, oggetto, corrispondenti, numero_mittente, data_mittente, parole_prima)
  on protocollo.registrazione to alleanza_app;
grant update (corrente, presa_il, presa_da) on protocollo.assegnazione to alleanza_app;

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
