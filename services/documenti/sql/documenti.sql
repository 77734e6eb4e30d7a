-- Replaceable: policies and grants of schema documenti.
select sistema.proteggi('documenti.filo'), sistema.proteggi('documenti.documento'), sistema.proteggi('documenti.titolario'),
       sistema.proteggi('documenti.classe'), sistema.proteggi('documenti.progressivo'), sistema.proteggi('documenti.fascicolo'),
       sistema.proteggi('documenti.fascicolo_passo'), sistema.proteggi('documenti.fascicolo_contenuto'),
       sistema.proteggi('documenti.anomalia'), sistema.proteggi('documenti.verifica');
select sistema.sola_aggiunta('documenti.documento'), sistema.sola_aggiunta('documenti.titolario'),
       sistema.sola_aggiunta('documenti.classe'), sistema.sola_aggiunta('documenti.fascicolo_passo'),
       sistema.sola_aggiunta('documenti.fascicolo_contenuto'), sistema.sola_aggiunta('documenti.verifica');

-- A blob enters by a row of documento. Until its transaction ends nobody else knows of the citation: the collection of
-- what nobody cites takes this lock alone, so it neither runs beside a citation nor lets one begin while it deletes.
create or replace function documenti.cita() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtext('documenti.citazioni'), new.ente);
  return new;
end $$;
drop trigger if exists cita on documenti.documento;
create trigger cita before insert on documenti.documento for each row execute function documenti.cita();

grant select on documenti.filo, documenti.documento, documenti.titolario, documenti.classe, documenti.progressivo,
  documenti.fascicolo, documenti.fascicolo_passo, documenti.fascicolo_contenuto, documenti.anomalia, documenti.verifica
  to alleanza_app, alleanza_scrivania;
-- The technical centre measures: how many, how large, of which ente.
grant usage on schema documenti to alleanza_centro;
grant select (ente, dimensione) on documenti.documento to alleanza_centro;
drop policy if exists del_centro on documenti.documento;
create policy del_centro on documenti.documento for select to alleanza_centro using (true);
grant insert on documenti.filo, documenti.documento, documenti.titolario, documenti.classe, documenti.progressivo,
  documenti.fascicolo, documenti.fascicolo_passo, documenti.fascicolo_contenuto, documenti.anomalia, documenti.verifica
  to alleanza_app;
-- The title of a thread repeats what somebody wrote: it goes when the law orders it.
grant update (titolo) on documenti.filo to alleanza_app;
grant update (ultimo) on documenti.progressivo to alleanza_app;
grant update (chiuso_il) on documenti.fascicolo to alleanza_app;
grant update (risolta_il) on documenti.anomalia to alleanza_app;
