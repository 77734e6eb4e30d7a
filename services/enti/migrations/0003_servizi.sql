-- Which services an ente has on, and had: switching off writes `al`, the data stay readable.
create table enti.servizio_attivo (
  ente integer not null references accesso.ente,
  servizio text not null,
  dal timestamptz not null,
  persona uuid not null references accesso.persona,
  al timestamptz,
  spento_da uuid references accesso.persona,
  primary key (ente, servizio, dal),
  constraint servizio_periodo check (al is null or al >= dal),
  constraint servizio_chi_spegne check ((al is null) = (spento_da is null))
);
create unique index servizio_una_volta on enti.servizio_attivo (ente, servizio) where al is null;
