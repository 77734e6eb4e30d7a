-- Whether the site of an ente could be reached, as a probe saw it. A row is a stretch of probes, one after the other without a
-- hole, that said the same. What no probe saw is not counted as up: a machine that is off cannot say that it was on.
create table enti.tratto (
  ente integer not null references accesso.ente,
  dal timestamptz not null,                    -- the first probe of the stretch
  al timestamptz not null,                     -- the last
  -- su: the page came whole. errore: something else came. silenzio: nothing came.
  esito text not null constraint tratto_esito check (esito in ('su', 'errore', 'silenzio')),
  sonde integer not null constraint tratto_sonde check (sonde > 0),
  primary key (ente, dal),
  constraint tratto_periodo check (al >= dal)
);

-- When somebody stopped the program on purpose, and when it was back. It says why nobody looked: it makes no time up.
create table enti.fermata (
  dal timestamptz primary key,
  al timestamptz,
  constraint fermata_periodo check (al >= dal)
);
