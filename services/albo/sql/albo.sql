-- Replaceable: policies, grants, and what nobody may do to a published act.
grant select on albo.tipo, albo.termine, albo.soglia to alleanza_app, alleanza_scrivania;
select sistema.proteggi('albo.termine_ente'), sistema.proteggi('albo.regola'), sistema.proteggi('albo.atto'),
       sistema.proteggi('albo.file'), sistema.proteggi('albo.operazione'), sistema.proteggi('albo.proposta');
select sistema.avvisa('albo.atto'), sistema.avvisa('albo.file'), sistema.avvisa('albo.tipo', true);

grant select on albo.termine_ente, albo.regola, albo.atto, albo.file, albo.operazione, albo.proposta to alleanza_app, alleanza_scrivania;
grant insert on albo.termine_ente, albo.regola, albo.atto, albo.file, albo.operazione, albo.proposta to alleanza_app;
grant update (stato, decisa_il, decisa_da, motivo) on albo.proposta to alleanza_app;
grant update (modo, giorni, computo, fonte, persona, deciso_il) on albo.termine_ente to alleanza_app;
grant update (computo, ora_limite, persona, decisa_il) on albo.regola to alleanza_app;
grant update (stato, tipo, oggetto, numero_atto, data_atto, richiedente, responsabile, norma, forma, ultimo_giorno_chiesto,
              avvisi, confermato_da, confermato_il, previsto_dal, affigge, persona, anno, numero, posizione,
              affisso_il, computo, ora_limite, giorni, fonte_termine, dal, al, fine, chiuso_il, motivo, provvedimento, classe, relata) on albo.atto to alleanza_app;
grant update (nome, messo, messo_il, tolto, tolto_il) on albo.file to alleanza_app;
grant delete on albo.file to alleanza_app;
grant update (motivo) on albo.operazione to alleanza_app;

-- Number, dates of the start, subject and rule are those of the publication: after it only its end and its mark may
-- change, and the subject only by a removal.
create or replace function albo.atto_fermo() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.numero is null
     or (row(new.ente, new.id, new.aoo, new.filo, new.tipo, new.numero_atto, new.data_atto, new.protocollo, new.richiedente,
             new.norma, new.forma, new.avvisi, new.confermato_da, new.confermato_il, new.previsto_dal, new.persona, new.creato_il,
             new.anno, new.numero, new.posizione, new.affisso_il, new.computo, new.ora_limite, new.giorni, new.fonte_termine, new.dal)
         is not distinct from
         row(old.ente, old.id, old.aoo, old.filo, old.tipo, old.numero_atto, old.data_atto, old.protocollo, old.richiedente,
             old.norma, old.forma, old.avvisi, old.confermato_da, old.confermato_il, old.previsto_dal, old.persona, old.creato_il,
             old.anno, old.numero, old.posizione, old.affisso_il, old.computo, old.ora_limite, old.giorni, old.fonte_termine, old.dal)
         and new.al >= old.al
         and (new.stato = 'rimossa' or row(new.oggetto, new.responsabile) = row(old.oggetto, old.responsabile)))) then
    return new;
  end if;
  raise exception '% on a published act', tg_op using constraint = 'atto_fermo', errcode = 'check_violation';
end $$;
drop trigger if exists atto_fermo on albo.atto;
create trigger atto_fermo before update or delete on albo.atto for each row execute function albo.atto_fermo();

-- A file of a draft may go; one that was exposed stays, may be taken away once, and its name leaves with a removal.
create or replace function albo.file_fermo() returns trigger language plpgsql as $$
begin
  if old.messo is null then
    return coalesce(new, old);
  end if;
  if tg_op = 'UPDATE'
     and row(new.ente, new.atto, new.id, new.posto, new.ruolo, new.documento, new.impronta, new.messo, new.messo_il)
         = row(old.ente, old.atto, old.id, old.posto, old.ruolo, old.documento, old.impronta, old.messo, old.messo_il)
     and (old.tolto is null or row(new.tolto, new.tolto_il) = row(old.tolto, old.tolto_il))
     and (new.nome = old.nome or exists (
       select from albo.atto a where a.ente = old.ente and a.id = old.atto and a.stato = 'rimossa')) then
    return new;
  end if;
  raise exception '% on a file that was exposed', tg_op using constraint = 'file_fermo', errcode = 'check_violation';
end $$;
drop trigger if exists file_fermo on albo.file;
create trigger file_fermo before update or delete on albo.file for each row execute function albo.file_fermo();

-- The log only grows; a typed reason may go, once its act has been removed.
create or replace function albo.operazione_ferma() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.motivo = ''
     and row(new.ente, new.aoo, new.posizione, new.atto, new.istante, new.cosa, new.persona, new.nome, new.dettaglio)
         = row(old.ente, old.aoo, old.posizione, old.atto, old.istante, old.cosa, old.persona, old.nome, old.dettaglio)
     and exists (select from albo.atto a where a.ente = old.ente and a.id = old.atto and a.stato = 'rimossa') then
    return new;
  end if;
  raise exception '% on albo.operazione', tg_op using constraint = 'operazione_ferma', errcode = 'check_violation';
end $$;
drop trigger if exists operazione_ferma on albo.operazione;
create trigger operazione_ferma before update or delete on albo.operazione for each row execute function albo.operazione_ferma();
drop trigger if exists operazione_intera on albo.operazione;
create trigger operazione_intera before truncate on albo.operazione execute function sistema.mai();
