-- Alliances and adhesions belong to the alliance's own ente. A member is named by its code in enti.ente, without a foreign
-- key, and with the name it had: the row stays readable also where the registry does not know that body.
create table enti.alleanza (
  ente integer not null references accesso.ente,
  codice text not null constraint alleanza_codice check (codice ~ '^[a-z0-9-]{2,40}$'),
  denominazione text not null constraint alleanza_denominazione check (denominazione <> ''),
  -- The body above in the tree: Regione, alliance, members.
  sopra text,
  -- Months of notice of a withdrawal, which takes effect on the following 31 December.
  preavviso_mesi smallint not null constraint alleanza_preavviso check (preavviso_mesi between 0 and 60),
  dal date not null,
  al date,
  -- A transformation (a CST that becomes an ALI) keeps the ente, hence its registers, and links the two.
  succede_a text,
  primary key (ente, codice),
  foreign key (ente, succede_a) references enti.alleanza,
  constraint alleanza_periodo check (al is null or al >= dal),
  constraint alleanza_non_di_se check (succede_a <> codice)
);
create unique index alleanza_succede_una_volta on enti.alleanza (ente, succede_a) where succede_a is not null;

create table enti.adesione (
  ente integer not null,
  id uuid not null,
  alleanza text not null,
  membro text not null,
  membro_nome text not null,
  forma text not null constraint adesione_forma check (forma in ('protocollo_attuativo', 'convenzione')),
  stato text not null constraint adesione_stato
    check (stato in ('richiesta', 'deliberata', 'firmata', 'attiva', 'sospesa', 'recesso', 'cessata')),
  richiesta_il date not null,
  -- When the last step happened: steps follow one another.
  stato_dal date not null,
  decorre_dal date,
  recesso_notificato_il date,
  recesso_efficace_il date,
  -- The adhesion that this one carries over, in a transformation.
  continua uuid,
  primary key (ente, id),
  foreign key (ente, alleanza) references enti.alleanza,
  foreign key (ente, continua) references enti.adesione,
  constraint adesione_date check (stato_dal >= richiesta_il),
  constraint adesione_attiva_decorre check (stato not in ('attiva', 'sospesa', 'recesso') or decorre_dal is not null),
  constraint adesione_recesso check ((recesso_notificato_il is null) = (recesso_efficace_il is null)),
  constraint adesione_recesso_dopo check (recesso_efficace_il >= recesso_notificato_il),
  constraint adesione_in_recesso check (stato <> 'recesso' or recesso_efficace_il is not null)
);
-- Many-to-many with dates; but only one in force for each alliance and member.
create unique index adesione_una_in_vigore on enti.adesione (ente, alleanza, membro) where stato <> 'cessata';
create index adesione_membro on enti.adesione (membro);

-- How each adhesion came to its state: date, act, who signed, who wrote it here. Never changed.
create table enti.adesione_passo (
  ente integer not null,
  adesione uuid not null,
  progressivo integer not null constraint passo_progressivo check (progressivo > 0),
  stato text not null,
  il date not null,
  atto_tipo text,
  atto_registro text,
  atto_serie integer,
  atto_numero integer constraint passo_atto_numero check (atto_numero > 0),
  atto_data date,
  atto_documento bytea constraint passo_atto_documento check (length(atto_documento) = 32),
  firma_ente text,
  firma_alleanza text,
  nota text not null default '',
  persona uuid not null references accesso.persona,
  scritto_il timestamptz not null,
  primary key (ente, adesione, progressivo),
  foreign key (ente, adesione) references enti.adesione,
  constraint passo_atto_intero check (num_nonnulls(atto_tipo, atto_registro, atto_serie, atto_numero, atto_data) in (0, 5)),
  constraint passo_firme_insieme check ((firma_ente is null) = (firma_alleanza is null))
);

-- The first service that shows something to the alliance makes the schema.
create schema if not exists alleanza_vista;
grant usage on schema alleanza_vista to alleanza_alleanza;
