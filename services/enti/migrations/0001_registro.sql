-- The bodies that this installation knows, whether or not they work here: names and codes are public facts.
create schema enti;
grant usage on schema enti to alleanza_app, alleanza_scrivania, alleanza_alleanza, alleanza_centro;

-- The official list, as ISTAT gives it (data/FONTI.md). Never keyed by name: five pairs of comuni share theirs.
create table enti.comune (
  belfiore text primary key constraint comune_belfiore check (belfiore ~ '^[A-M][0-9]{3}$'),
  istat text not null constraint comune_istat check (istat ~ '^[0-9]{6}$'),
  nome text not null,
  nome_altra_lingua text,
  regione_cod text not null,
  regione text not null,
  provincia text not null,
  sigla text not null,
  popolazione integer not null,
  pec text,
  cap text not null,
  data_istituzione date,
  -- Month and day of the patron saint, MM-DD, only where certain: the comune confirms it.
  patrono text constraint comune_patrono check (patrono ~ '^[01][0-9]-[0-3][0-9]$')
);

-- Which edition of the list was loaded last: an unchanged file is not loaded again.
create table enti.edizione (
  una boolean primary key default true constraint edizione_una check (una),
  impronta bytea not null constraint edizione_impronta check (length(impronta) = 32),
  caricata_il timestamptz not null
);

-- Kinds are data: a new kind of body is a row.
create table enti.tipo (
  codice text primary key,
  nome text not null
);
insert into enti.tipo (codice, nome) values
  ('comune', 'Comune'), ('unione', 'Unione di comuni'), ('comunita_montana', 'Comunità montana'),
  ('provincia', 'Provincia'), ('citta_metropolitana', 'Città metropolitana'), ('regione', 'Regione'),
  ('consorzio', 'Consorzio'), ('alleanza', 'Ente proprio di un’alleanza');

-- One row per body, for ever. `codice` is our key and never changes; for a comune it is its IPA code.
create table enti.ente (
  codice text primary key constraint ente_codice check (codice ~ '^[a-z0-9_]{2,20}$'),
  tipo text not null references enti.tipo,
  denominazione text not null constraint ente_denominazione check (denominazione <> ''),
  belfiore text unique references enti.comune,
  al date,
  constraint ente_comune_ha_belfiore check (tipo <> 'comune' or belfiore is not null)
);

-- Codes given by others, dated: old registrations cite codes that were changed since.
create table enti.codice (
  ente text not null references enti.ente,
  tipo text not null constraint codice_tipo check (tipo in ('ipa', 'belfiore', 'istat', 'codice_fiscale')),
  valore text not null,
  dal date,
  al date,
  constraint codice_periodo check (al is null or dal is null or al >= dal)
);
create unique index codice_in_vigore on enti.codice (tipo, valore) where al is null;
create unique index codice_uno_per_tipo on enti.codice (ente, tipo) where al is null;
create index codice_ente on enti.codice (ente);
-- Old papers cite codes that are no longer in force.
create index codice_valore on enti.codice (tipo, valore);

-- Who comes after: mergers, transformations, codes that passed to another body.
create table enti.successione (
  da text not null references enti.ente,
  a text not null references enti.ente,
  dal date not null,
  causa text not null constraint successione_causa check (causa <> ''),
  primary key (da, a),
  constraint successione_di_altri check (da <> a)
);
