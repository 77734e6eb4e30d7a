-- What is published, for how long, by which source. Terms are dated data: a new law is a new row.
create schema albo;
grant usage on schema albo to alleanza_app, alleanza_scrivania;

create table albo.tipo (
  codice text primary key constraint tipo_forma check (codice ~ '^[a-z_]{3,32}$'),
  nome text not null,
  ordine smallint not null
);
insert into albo.tipo (codice, nome, ordine) values
  ('delibera_consiglio', 'Delibera di Consiglio', 10),
  ('delibera_giunta', 'Delibera di Giunta', 20),
  ('delibera_altro_ente', 'Delibera di altro ente', 30),
  ('determina', 'Determina', 40),
  ('ordinanza', 'Ordinanza', 50),
  ('avviso', 'Avviso', 60),
  ('bando', 'Bando o gara', 70),
  ('convocazione', 'Convocazione del Consiglio', 80),
  ('urbanistica', 'Atto di pianificazione urbanistica', 90),
  ('matrimonio', 'Pubblicazione di matrimonio', 100),
  ('cambio_nome', 'Cambiamento di nome', 110),
  ('deposito_riscossione', 'Deposito dell’agente della riscossione', 120),
  ('irreperibilita', 'Irreperibilità temporanea', 130),
  ('altro', 'Altro atto', 140);

-- The terms in force for every ente. `certezza` says how much the row is worth: a norm that was read, the published
-- practice of a comune (to be confirmed), or memory. A type without a row cannot be published until the ente says.
create table albo.termine (
  tipo text not null references albo.tipo,
  dal date not null,
  al date,
  -- `giorni`: a number of civil days. `scadenza`: until a day chosen for each act, that day included.
  modo text not null constraint termine_modo check (modo in ('giorni', 'scadenza')),
  giorni smallint constraint termine_giorni check (giorni between 1 and 3650),
  fonte text not null,
  letta_il date,
  certezza text not null constraint termine_certezza check (certezza in ('norma', 'prassi', 'ricordo')),
  primary key (tipo, dal),
  constraint termine_modo_giorni check ((modo = 'giorni') = (giorni is not null)),
  constraint termine_periodo check (al is null or al >= dal),
  constraint termine_letta check ((certezza = 'ricordo') = (letta_il is null))
);
insert into albo.termine (tipo, dal, modo, giorni, fonte, letta_il, certezza) values
  ('delibera_consiglio', '2011-01-01', 'giorni', 15, 'D.Lgs. 267/2000 (TUEL), art. 124, c. 1', '2026-09-22', 'norma'),
  ('delibera_giunta', '2011-01-01', 'giorni', 15, 'D.Lgs. 267/2000 (TUEL), art. 124, c. 1', '2026-09-22', 'norma'),
  ('delibera_altro_ente', '2011-01-01', 'giorni', 15, 'D.Lgs. 267/2000 (TUEL), art. 124, c. 2', '2026-09-22', 'norma'),
  ('determina', '2011-01-01', 'giorni', 15, 'uso dei comuni, in mancanza di una norma generale', null, 'ricordo'),
  ('ordinanza', '2011-01-01', 'giorni', 15, 'tabella dei termini del Comune di Treviglio', '2026-09-22', 'prassi'),
  ('bando', '2011-01-01', 'scadenza', null, 'tabella dei termini del Comune di Treviglio: fino alla scadenza delle domande, compresa', '2026-09-22', 'prassi'),
  ('convocazione', '2011-01-01', 'scadenza', null, 'tabella dei termini del Comune di Treviglio: fino al giorno della seduta, compreso', '2026-09-22', 'prassi'),
  ('urbanistica', '2011-01-01', 'giorni', 45, 'tabella dei termini del Comune di Treviglio', '2026-09-22', 'prassi'),
  ('matrimonio', '2011-01-01', 'giorni', 8, 'tabella dei termini del Comune di Treviglio', '2026-09-22', 'prassi'),
  ('cambio_nome', '2011-01-01', 'giorni', 30, 'tabella dei termini del Comune di Treviglio', '2026-09-22', 'prassi'),
  ('deposito_riscossione', '2011-01-01', 'giorni', 8, 'tabella dei termini del Comune di Treviglio', '2026-09-22', 'prassi'),
  ('irreperibilita', '2011-01-01', 'giorni', 1, 'tabella dei termini del Comune di Treviglio', '2026-09-22', 'prassi');

-- The ente's own term for a type: it wins over the general one, from its day on.
create table albo.termine_ente (
  ente integer not null references accesso.ente,
  tipo text not null references albo.tipo,
  dal date not null,
  modo text not null constraint termine_ente_modo check (modo in ('giorni', 'scadenza')),
  giorni smallint constraint termine_ente_giorni check (giorni between 1 and 3650),
  -- Norms and offices disagree on the first day: null leaves it to the rule of the ente.
  computo text constraint termine_ente_computo check (computo in ('compreso', 'escluso')),
  fonte text not null constraint termine_ente_fonte check (fonte <> ''),
  persona uuid not null references accesso.persona,
  deciso_il timestamptz not null,
  primary key (ente, tipo, dal),
  constraint termine_ente_modo_giorni check ((modo = 'giorni') = (giorni is not null))
);

-- How the ente counts days: the first day (default included), and the hour after which a publication counts from the
-- next day (default none).
create table albo.regola (
  ente integer not null references accesso.ente,
  dal date not null,
  computo text not null constraint regola_computo check (computo in ('compreso', 'escluso')),
  ora_limite text constraint regola_ora check (ora_limite ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  persona uuid not null references accesso.persona,
  decisa_il timestamptz not null,
  primary key (ente, dal)
);
