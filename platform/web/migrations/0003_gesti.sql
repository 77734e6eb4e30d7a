-- What a person did to one thing or to many at once: each is done by itself, and what stopped halfway goes on from there.
create table moduli.lotto (
  ente integer not null references accesso.ente,
  -- The idempotency key of the form that asked for it.
  id uuid not null,
  gesto text not null constraint lotto_gesto check (gesto ~ '^[a-z_]+\.[a-z_]+$'),
  -- The choices that are the same for all: {"ufficio": "UTC"}. Never a name, never a subject.
  dati jsonb not null constraint lotto_dati check (jsonb_typeof(dati) = 'object'),
  persona uuid not null references accesso.persona,
  -- Where the person was, and comes back to.
  pagina text not null constraint lotto_pagina check (pagina ~ '^/e/' and length(pagina) <= 1000),
  creato_il timestamptz not null,
  concluso_il timestamptz,
  -- The one that this one takes back.
  disfa uuid,
  disfatto boolean not null default false,
  primary key (ente, id),
  foreign key (ente, disfa) references moduli.lotto
);
create index lotto_miei on moduli.lotto (ente, persona, creato_il desc);

create table moduli.lotto_riga (
  ente integer not null,
  lotto uuid not null,
  riga integer not null,
  -- The key of the thing (2026/123), and how pages call it: what the register covers is not copied here.
  su text not null constraint lotto_riga_su check (length(su) between 1 and 200),
  titolo text not null constraint lotto_riga_titolo check (length(titolo) between 1 and 200),
  stato text not null constraint lotto_riga_stato check (stato in ('attesa', 'fatta', 'rifiutata', 'fermata')),
  -- Why it was refused.
  codice text,
  perche text,
  -- What takes it back.
  prima jsonb,
  istante timestamptz,
  primary key (ente, lotto, riga),
  foreign key (ente, lotto) references moduli.lotto,
  constraint lotto_riga_rifiuto check ((stato = 'rifiutata') = (codice is not null) and (codice is null) = (perche is null))
);
create index lotto_riga_attesa on moduli.lotto_riga (ente, lotto, riga) where stato = 'attesa';
