-- Work that happens later: the queue, the outbox (same table: an announced fact is a job for each listener) and the clock.
create schema lavori;
grant usage on schema lavori to alleanza_app, alleanza_coda, alleanza_centro;
grant usage on schema accesso to alleanza_coda;

create table lavori.lavoro (
  ente integer not null references accesso.ente,
  id uuid not null,
  tipo text not null constraint lavoro_tipo check (tipo ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
  -- Two pieces of work with the same key are the same work: one waits, one runs, in that order.
  chiave text,
  -- The announced fact this job listens to, if any.
  evento text,
  dati jsonb not null,
  stato text not null default 'da_fare' constraint lavoro_stato
    check (stato in ('da_fare', 'in_corso', 'fatto', 'rinunciato', 'archiviato')),
  quando timestamptz not null,
  tentativi integer not null default 0,
  -- The lease: who took it (a new token each time) and until when, by the database's own clock.
  presa uuid,
  bloccato_fino timestamptz,
  causa text,
  rimedio text,
  accodato_il timestamptz not null,
  finito_il timestamptz,
  primary key (ente, id),
  constraint lavoro_presa check ((stato = 'in_corso') = (presa is not null) and (presa is null) = (bloccato_fino is null)),
  constraint lavoro_finito check ((stato in ('fatto', 'rinunciato', 'archiviato')) = (finito_il is not null)),
  constraint lavoro_rinuncia_spiegata check (stato <> 'rinunciato' or (causa is not null and rimedio is not null))
);
create unique index lavoro_in_attesa on lavori.lavoro (ente, tipo, chiave) where stato = 'da_fare';
create unique index lavoro_in_corso on lavori.lavoro (ente, tipo, chiave) where stato = 'in_corso';
create index lavoro_rinunciato on lavori.lavoro (ente, finito_il) where stato = 'rinunciato';
-- The one index that does not begin with the ente: the queue is claimed over all of them, oldest first.
create index lavoro_prossimo on lavori.lavoro (quando) where stato in ('da_fare', 'in_corso');

-- Who listens to what, written by the program when it starts: a fact finds its listeners in its own transaction.
create table lavori.ascolto (
  evento text not null,
  tipo text not null,
  primary key (evento, tipo)
);

-- Periodic work, one row for the whole installation: the row is the lock, so two processes fire once.
create table lavori.orario (
  nome text primary key,
  prossimo timestamptz not null,
  -- Set while work of the installation runs; work of the enti becomes jobs instead.
  presa uuid,
  causa text
);
