-- Replaceable: policies, grants and the bell.
select sistema.proteggi('lavori.lavoro');

-- An ente queues, retries and dismisses its own.
grant select, insert on lavori.lavoro to alleanza_app;
grant update (stato, quando, tentativi, presa, bloccato_fino, causa, rimedio, finito_il) on lavori.lavoro to alleanza_app;
grant select on lavori.ascolto to alleanza_app;

-- The queue sees the jobs of every ente, and nothing else of them.
grant select, insert, delete on lavori.lavoro to alleanza_coda;
grant update (stato, quando, tentativi, presa, bloccato_fino, causa, rimedio, finito_il) on lavori.lavoro to alleanza_coda;
grant select, insert, delete on lavori.ascolto to alleanza_coda;
grant select, insert, update on lavori.orario to alleanza_coda;
grant select (id, codice) on accesso.ente to alleanza_coda;
drop policy if exists della_coda on lavori.lavoro;
create policy della_coda on lavori.lavoro to alleanza_coda using (true) with check (true);

-- The technical centre counts; it does not read what jobs carry.
grant select (ente, tipo, stato, quando, tentativi, finito_il) on lavori.lavoro to alleanza_centro;
drop policy if exists del_centro on lavori.lavoro;
create policy del_centro on lavori.lavoro for select to alleanza_centro using (true);

-- A bell, never a message: who misses it looks by itself five seconds later.
create or replace function lavori.sveglia() returns trigger language plpgsql as $$
begin
  perform pg_notify('alleanza_lavori', '');
  return null;
end $$;
drop trigger if exists sveglia on lavori.lavoro;
create trigger sveglia after insert on lavori.lavoro for each statement execute function lavori.sveglia();
