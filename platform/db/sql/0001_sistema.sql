-- What every service stands on: the mark of the installation, the legal clock's offset, the ledger of migrations.
create schema sistema;
grant usage on schema sistema to public;

-- Maintenance reads and writes whatever the owner makes, now and later; triggers still forbid it to touch a register.
alter default privileges for role alleanza_owner grant usage on schemas to alleanza_manutenzione;
alter default privileges for role alleanza_owner grant select, insert, update, delete on tables to alleanza_manutenzione;
alter default privileges for role alleanza_owner grant usage, select on sequences to alleanza_manutenzione;
alter default privileges for role alleanza_owner revoke execute on functions from public;
grant usage on schema sistema to alleanza_manutenzione;

create table sistema.migrazione (
  servizio text not null,
  numero integer not null,
  nome text not null,
  impronta text not null,
  applicata_il timestamptz not null default clock_timestamp(),
  primary key (servizio, numero)
);
create table sistema.sostituibile (
  servizio text not null,
  nome text not null,
  impronta text not null,
  primary key (servizio, nome)
);

-- One row, written when the installation is born, never changed: a demo cannot become an office.
create table sistema.installazione (
  una boolean primary key default true constraint installazione_una check (una),
  modo text not null constraint installazione_modo check (modo in ('esercizio', 'demo', 'prova')),
  creata_il timestamptz not null default clock_timestamp()
);

-- The offset of the legal clock: months of demo history and tests of 31 December move it, nothing else can.
create table sistema.orologio (
  uno boolean primary key default true constraint orologio_uno check (uno),
  scarto interval not null default interval '0'
);
insert into sistema.orologio default values;
