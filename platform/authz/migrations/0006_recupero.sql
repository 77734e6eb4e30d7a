-- Recovery by two people: one asks with a reason, another confirms. The schema refuses that it be the same, or the person
-- themself, whoever writes.
create table accesso.recupero (
  ente integer not null references accesso.ente,
  id uuid not null,
  persona uuid not null references accesso.persona,
  motivo text not null constraint recupero_motivo check (motivo <> ''),
  chiesto_da uuid not null references accesso.persona,
  chiesto_il timestamptz not null,
  scade_il timestamptz not null,
  -- Confirmed, or refused: by whom and when.
  deciso_da uuid references accesso.persona,
  deciso_il timestamptz,
  confermato boolean not null default false,
  primary key (ente, id),
  constraint recupero_altrui check (chiesto_da <> persona),
  constraint recupero_in_due check (not confermato or (deciso_da <> chiesto_da and deciso_da <> persona)),
  constraint recupero_decisione check ((deciso_da is null) = (deciso_il is null) and (deciso_da is not null or not confermato))
);
create unique index recupero_uno_aperto on accesso.recupero (ente, persona) where deciso_il is null;

-- A code that two people gave opens once, for a day, and takes away the factors that were lost.
alter table accesso.codice_recupero add column scade_il timestamptz;
