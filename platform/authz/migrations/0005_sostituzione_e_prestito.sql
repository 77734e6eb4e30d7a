-- Acting with the powers of somebody else: a substitute, between two days, with the roles of whom they substitute and no
-- other; an operator of another ente, lent until an instant.
create table accesso.sostituzione (
  ente integer not null references accesso.ente,
  id uuid not null,
  sostituto uuid not null references accesso.persona,
  sostituito uuid not null references accesso.persona,
  dal date not null,
  -- Ended before it began: in force on no day.
  al date not null,
  motivo text not null constraint sostituzione_motivo check (motivo <> ''),
  decisa_da uuid not null references accesso.persona,
  decisa_il timestamptz not null,
  primary key (ente, id),
  constraint sostituzione_di_altri check (sostituto <> sostituito),
  constraint sostituzione_periodo check (al >= dal - 1)
);
-- The door asks by person, over all enti.
create index sostituzione_sostituto on accesso.sostituzione (sostituto, al);

create table accesso.prestito (
  ente integer not null references accesso.ente,
  id uuid not null,
  persona uuid not null references accesso.persona,
  -- Who lends, by its code and with the name it had: it may not be in this installation for ever.
  da_ente text not null,
  da_nome text not null,
  ufficio text not null,
  ruoli text[] not null constraint prestito_ruoli check (cardinality(ruoli) > 0),
  dal timestamptz not null,
  -- The first instant at which the person is a stranger again.
  al timestamptz not null,
  motivo text not null constraint prestito_motivo check (motivo <> ''),
  deciso_da uuid not null references accesso.persona,
  deciso_il timestamptz not null,
  chiuso_da uuid references accesso.persona,
  primary key (ente, id),
  foreign key (ente, ufficio) references accesso.ufficio,
  constraint prestito_periodo check (al >= dal),
  constraint prestito_breve check (al - dal <= interval '90 days')
);
create index prestito_persona on accesso.prestito (persona, al);

-- Whatever a lent operator does or reads says where they come from, by the code of who lent them.
alter table accesso.audit add column prestito_da text;
alter table accesso.registro_accessi add column prestito_da text;
