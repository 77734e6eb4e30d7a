-- What somebody has typed in a form and not sent yet: it waits for them at any computer.
create schema moduli;
grant usage on schema moduli to alleanza_app, alleanza_scrivania;

create table moduli.bozza (
  ente integer not null references accesso.ente,
  persona uuid not null references accesso.persona,
  -- The idempotency key of the form: sent twice, from two computers, it is done once.
  chiave uuid not null,
  -- Which form it is: where it is sent, and the choices that nobody types.
  modulo text not null constraint bozza_modulo check (modulo ~ '^/e/' and length(modulo) <= 1000),
  -- The page that shows it, and how the page is called.
  pagina text not null constraint bozza_pagina check (pagina ~ '^/e/' and length(pagina) <= 1000),
  titolo text not null constraint bozza_titolo check (length(titolo) between 1 and 200),
  -- [["oggetto", "…"], …] in the order of the form.
  campi jsonb not null constraint bozza_campi check (jsonb_typeof(campi) = 'array'),
  -- Grows at each key: what arrives late does not cover what came after.
  battuta bigint not null,
  salvata_il timestamptz not null default clock_timestamp(),
  primary key (ente, persona, chiave)
);
-- Who else is writing in the same form.
create index bozza_modulo on moduli.bozza (ente, modulo, salvata_il);
