-- What an ente says of itself, and its homogeneous organisational areas: registers and offices hang from an AOO.
create table enti.scheda (
  ente integer primary key references accesso.ente,
  indirizzo text,
  pec text,
  sito text,
  codice_fiscale text,
  patrono text constraint scheda_patrono check (patrono ~ '^[01][0-9]-[0-3][0-9]$'),
  -- The data protection officer, named in the register of processing (GDPR art. 37).
  dpo text
);

create table enti.aoo (
  ente integer not null references accesso.ente,
  codice text not null constraint aoo_codice check (codice ~ '^[A-Za-z0-9_.-]{1,16}$'),
  denominazione text not null,
  dal date not null,
  al date,
  primary key (ente, codice),
  constraint aoo_periodo check (al is null or al >= dal)
);

-- Responsabile della gestione documentale and vicario, mandatory for each AOO (DPR 445/2000 art. 61), dated.
create table enti.incarico (
  ente integer not null,
  aoo text not null,
  incarico text not null constraint incarico_tipo check (incarico in ('responsabile', 'vicario')),
  nome text not null constraint incarico_nome check (nome <> ''),
  dal date not null,
  al date,
  primary key (ente, aoo, incarico, dal),
  foreign key (ente, aoo) references enti.aoo,
  constraint incarico_periodo check (al is null or al >= dal)
);
create unique index incarico_uno on enti.incarico (ente, aoo, incarico) where al is null;
