-- A second factor for who signs in. What follows belongs to a person, not to an ente: it has no ente, only the door reads
-- it, and it never leaves with an export. Only `requisito` is of an ente.

-- The key that seals what must be read again is a file beside the database. Its fingerprint is here, so that a program
-- with another key says so at once instead of refusing every code.
create table accesso.chiave (
  una boolean primary key default true constraint chiave_una check (una),
  impronta bytea not null constraint chiave_impronta check (length(impronta) = 32)
);

create table accesso.totp (
  persona uuid primary key references accesso.persona,
  segreto bytea not null,         -- sealed with the key of the installation
  ultimo_passo bigint not null,   -- a code is good once: the next one must be of a later step
  creato_il timestamptz not null,
  usato_il timestamptz
);

-- Codes on paper for when the telephone is lost. A row is one code, gone when it is used.
create table accesso.codice_recupero (
  persona uuid not null references accesso.persona,
  impronta bytea not null,        -- SHA-256 of 80 random bits
  creato_il timestamptz not null,
  primary key (persona, impronta)
);

-- A sign-in that still lacks its second factor. Not a session with a mark on it: no page looks here for a person.
create table accesso.ingresso (
  impronta bytea primary key,     -- SHA-256 of the token
  persona uuid not null references accesso.persona,
  fattore text constraint ingresso_fattore check (fattore in ('totp', 'passkey', 'recupero', 'esterno')),
  scade_il timestamptz not null
);
create index ingresso_scade on accesso.ingresso (scade_il);

-- The public handle by which its person closes a session, what it was proven with, and where it is.
alter table accesso.sessione
  add column id uuid not null default gen_random_uuid(),
  add column fattore text constraint sessione_fattore check (fattore in ('totp', 'passkey', 'recupero', 'esterno')),
  add column dispositivo text not null default '';

-- What happened at a person's own door, for that person to read.
create table accesso.evento (
  persona uuid not null references accesso.persona,
  istante timestamptz not null,
  id bigint generated always as identity,
  fatto text not null,
  indirizzo text not null,
  primary key (persona, istante, id)
);

-- Which roles ask for a second factor in an ente, and which kind.
create table accesso.requisito (
  ente integer not null references accesso.ente,
  ruolo text not null,
  fattore text not null constraint requisito_fattore check (fattore in ('qualsiasi', 'passkey')),
  primary key (ente, ruolo)
);
