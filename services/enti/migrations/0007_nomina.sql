-- The appointment of the alliance as processor (GDPR art. 28), as it was when the adhesion was signed: neither a new
-- catalogue nor a new text changes what two parties signed.
create table enti.nomina (
  ente integer not null,
  adesione uuid not null,
  -- The edition of the text it was made from.
  edizione smallint not null,
  fatta_il date not null,
  dati jsonb not null,
  primary key (ente, adesione),
  foreign key (ente, adesione) references enti.adesione
);
