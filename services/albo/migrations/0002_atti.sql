-- Acts, the files they expose, and everything that was done to them.
create table albo.atto (
  ente integer not null references accesso.ente,
  id uuid not null,
  aoo text not null,
  stato text not null constraint atto_stato check (stato in ('bozza', 'programmata', 'pubblicata', 'annullata', 'rimossa', 'scartata')),
  filo uuid not null,
  tipo text not null references albo.tipo,
  -- The public version. A removal puts a neutral text here and erases the value from the register.
  oggetto text not null constraint atto_oggetto check (oggetto <> ''),
  numero_atto text not null default '',
  data_atto date,
  protocollo text not null default '',          -- 2026/123: the registration it came from
  richiedente text not null default '',         -- the body that asked, when it is not the ente itself
  responsabile text not null default '',
  norma text not null,                          -- which norm prescribes the publication of this act
  forma text not null constraint atto_forma check (forma in ('integrale', 'estratto', 'omissis')),
  ultimo_giorno_chiesto date,                   -- for the types that last until a day
  avvisi text[] not null default '{}',          -- what the privacy check found, by category
  confermato_da uuid references accesso.persona, -- who looked at it and said that it may be published all the same
  confermato_il timestamptz,
  previsto_dal date,                            -- when a start is scheduled
  affigge text not null default '',             -- the name of who scheduled it, as it enters the register
  persona uuid not null references accesso.persona,
  creato_il timestamptz not null,

  -- From here on, decided at the real publication: never before.
  anno integer,
  numero integer constraint atto_numero check (numero > 0),
  posizione bigint,
  affisso_il timestamptz,
  computo text,
  ora_limite text,
  giorni smallint,
  fonte_termine text,
  dal date,
  al date,                                      -- the last day, as it stands
  fine timestamptz,                             -- midnight in Rome after it: from this instant on nothing is served

  chiuso_il timestamptz,                        -- annulment or removal
  motivo text not null default '',
  provvedimento text not null default '',
  classe text not null default '',
  relata uuid,                                  -- the document that attests it all
  primary key (ente, id),
  constraint atto_numero_solo_pubblicato check (
    (stato in ('bozza', 'programmata', 'scartata')) = (numero is null)
    and (numero is null) = (anno is null) and (numero is null) = (posizione is null) and (numero is null) = (affisso_il is null)
    and (numero is null) = (dal is null) and (numero is null) = (al is null) and (numero is null) = (fine is null)),
  constraint atto_confermato check ((confermato_da is null) = (confermato_il is null)),
  constraint atto_dura check (fine > affisso_il and al >= dal),
  constraint atto_fine_mezzanotte check (fine = ((al + 1)::timestamp at time zone 'Europe/Rome')),
  constraint atto_programmata_con_giorno check (stato <> 'programmata' or previsto_dal is not null),
  constraint atto_chiuso check ((stato in ('annullata', 'rimossa')) = (chiuso_il is not null)),
  constraint atto_annullato_con_motivo check (stato <> 'annullata' or motivo <> ''),
  constraint atto_rimosso_con_classe check ((stato = 'rimossa') = (classe <> ''))
);
create unique index atto_repertorio on albo.atto (ente, anno, numero);
create unique index atto_voce on albo.atto (ente, aoo, posizione);
-- The public list: what is exposed now is a short stretch of this index.
create index atto_esposti on albo.atto (ente, fine, anno, numero);
create index atto_da_fare on albo.atto (ente, stato, previsto_dal) where numero is null;
create index atto_filo on albo.atto (ente, filo);

-- What is exposed, from when to when. The key is the unguessable part of the address.
create table albo.file (
  ente integer not null,
  atto uuid not null,
  id uuid not null,
  posto smallint not null,
  ruolo text not null constraint file_ruolo check (ruolo in ('atto', 'allegato')),
  documento uuid not null,
  nome text not null,
  tipo text not null,
  dimensione bigint not null,
  impronta bytea not null constraint file_impronta check (length(impronta) = 32),
  messo bigint,                                 -- the voce that exposed it
  messo_il timestamptz,
  tolto bigint,                                 -- the voce that took it away before the end
  tolto_il timestamptz,
  primary key (ente, id),
  foreign key (ente, atto) references albo.atto,
  constraint file_messo check ((messo is null) = (messo_il is null)),
  constraint file_tolto check ((tolto is null) = (tolto_il is null) and (tolto is null or tolto > messo))
);
create index file_atto on albo.file (ente, atto, posto);

-- The log, from which the relata is made. Each row is also a voce of the register.
create table albo.operazione (
  ente integer not null,
  aoo text not null,
  posizione bigint not null,
  atto uuid not null,
  istante timestamptz not null,
  cosa text not null constraint operazione_cosa check (cosa in ('affissione', 'proroga', 'sostituzione', 'annullamento', 'rimozione', 'relata')),
  persona uuid not null references accesso.persona,
  nome text not null,
  motivo text not null default '',
  dettaglio jsonb not null,
  primary key (ente, aoo, posizione),
  foreign key (ente, atto) references albo.atto
);
create index operazione_atto on albo.operazione (ente, atto, posizione);
