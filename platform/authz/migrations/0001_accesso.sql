-- Who may enter, where, as what; and the trace of what they did.
create schema accesso;
grant usage on schema accesso to alleanza_app, alleanza_scrivania, alleanza_centro, alleanza_porta;

-- The tenants of this installation. The key is ours; the code (IPA) is what people and chains use.
create table accesso.ente (
  id integer generated always as identity primary key,
  codice text not null constraint ente_codice_unico unique constraint ente_codice_forma check (codice ~ '^[a-z0-9_]{2,20}$'),
  denominazione text not null
);

-- Several hosts for an ente, each unique in the installation: some comuni are homonyms.
create table accesso.host (
  nome text primary key constraint host_forma check (nome ~ '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$' and length(nome) <= 253),
  ente integer not null references accesso.ente
);
create index host_ente on accesso.host (ente);

-- One person, roles in several enti. A person is not of an ente, and is never deleted: chains and audit name them.
create table accesso.persona (
  id uuid primary key default gen_random_uuid(),
  utente text not null constraint persona_utente_unico unique constraint persona_utente_forma check (utente = lower(utente) and utente ~ '^[^\s]{3,100}$'),
  nome text not null constraint persona_nome check (nome <> ''),
  cognome text not null constraint persona_cognome check (cognome <> ''),
  parola text,                    -- argon2id, PHC string; null: cannot sign in with a password
  disattivata_il timestamptz,
  creata_il timestamptz not null default clock_timestamp()
);

create table accesso.ufficio (
  ente integer not null references accesso.ente,
  codice text not null constraint ufficio_forma check (codice ~ '^[A-Z0-9_.-]{1,16}$'),
  nome text not null,
  dal date not null,
  al date,
  primary key (ente, codice),
  constraint ufficio_periodo check (al is null or al >= dal)
);

create table accesso.ruolo (
  ente integer not null,
  persona uuid not null references accesso.persona,
  ufficio text not null,
  ruolo text not null,
  dal date not null,
  al date,
  primary key (ente, persona, ufficio, ruolo, dal),
  foreign key (ente, ufficio) references accesso.ufficio,
  -- A role taken on the day it was given ends the day before: it is in force on no day.
  constraint ruolo_periodo check (al is null or al >= dal - 1)
);
-- The door asks by person, over all enti.
create index ruolo_persona on accesso.ruolo (persona);

create table accesso.sessione (
  impronta bytea primary key,     -- SHA-256 of the token: a stolen copy of this table opens nothing
  persona uuid not null references accesso.persona,
  csrf text not null,
  creata_il timestamptz not null,
  vista_il timestamptz not null,
  scade_il timestamptz not null,
  indirizzo text not null
);
create index sessione_persona on accesso.sessione (persona);

-- Guessing slows down: one row per user name and one per address.
create table accesso.tentativo (
  chiave text primary key,
  falliti integer not null,
  ultimo_il timestamptz not null
);

-- What was done, in the same transaction that did it.
create table accesso.audit (
  ente integer not null references accesso.ente,
  istante timestamptz not null,
  id uuid not null default gen_random_uuid(),
  persona uuid not null references accesso.persona,
  per_conto_di uuid references accesso.persona,
  ufficio text not null,
  azione text not null,
  operazione uuid not null,
  oggetto text not null,
  dettaglio jsonb not null default '{}',
  primary key (ente, istante, id)
);
create index audit_oggetto on accesso.audit (ente, oggetto, istante);

-- Refusals, and consultations of personal data: written on a connection of their own, so that a rollback keeps them.
create table accesso.registro_accessi (
  ente integer not null references accesso.ente,
  istante timestamptz not null,
  id uuid not null default gen_random_uuid(),
  persona uuid not null,
  esito text not null constraint registro_accessi_esito check (esito in ('rifiuto', 'consultazione')),
  azione text not null,
  operazione uuid not null,
  oggetto text not null,
  primary key (ente, istante, id)
);
