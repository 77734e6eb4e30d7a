-- How long a day the albo must be reachable for that day to count. Dated data, like every term.
create table albo.soglia (
  dal date primary key,
  ore smallint not null constraint soglia_ore check (ore between 1 and 24),
  fonte text not null,
  letta_il date,
  certezza text not null constraint soglia_certezza check (certezza in ('norma', 'prassi', 'ricordo')),
  constraint soglia_letta check ((certezza = 'ricordo') = (letta_il is null))
);
insert into albo.soglia (dal, ore, fonte, letta_il, certezza) values
  ('2016-05-01', 12, 'AgID, linee guida sulla pubblicità legale (maggio 2016): almeno dodici ore al giorno, altrimenti il termine si allunga', null, 'ricordo');

-- Days that a publication lost to a measured interruption, and what the ente decided. A proposal moves nothing by itself.
create table albo.proposta (
  ente integer not null,
  atto uuid not null,
  dal date not null,
  al date not null,
  -- Minutes without albo in those days, as measured when the proposal was made.
  minuti integer not null constraint proposta_minuti check (minuti > 0),
  stato text not null constraint proposta_stato check (stato in ('proposta', 'confermata', 'respinta')),
  proposta_il timestamptz not null,
  decisa_il timestamptz,
  decisa_da uuid references accesso.persona,
  motivo text not null default '',
  primary key (ente, atto, dal),
  foreign key (ente, atto) references albo.atto,
  constraint proposta_periodo check (al >= dal),
  constraint proposta_decisa check ((stato = 'proposta') = (decisa_il is null) and (decisa_il is null) = (decisa_da is null)),
  constraint proposta_respinta_con_motivo check (stato <> 'respinta' or motivo <> '')
);
create index proposta_da_decidere on albo.proposta (ente, dal) where stato = 'proposta';
