-- The protocol register (DPR 445/2000, art. 50-57). Numbers, instants and chains are in schema registri; here is what the
-- chain says, as a table to be read and searched. Verification recomputes it from the voci.
create schema protocollo;
grant usage on schema protocollo to alleanza_app, alleanza_scrivania;

-- Full text and the ente in one index; the extension is trusted, so that the owner of the database may create it.
create extension if not exists btree_gin with schema public;

-- "determinazioni" finds determinazione, "citta" finds città, codes stay whole.
create text search configuration protocollo.it (copy = pg_catalog.italian);
alter text search configuration protocollo.it
  alter mapping for hword, hword_part, word with public.unaccent, pg_catalog.italian_stem;

create table protocollo.registrazione (
  ente integer not null references accesso.ente,
  aoo text not null,
  anno integer not null,
  numero integer not null constraint registrazione_numero check (numero > 0),
  posizione bigint not null,                 -- its voce in the chain
  verso text not null constraint registrazione_verso check (verso in ('E', 'U', 'I')),
  istante timestamptz not null,
  -- When it reached the comune, apart from when it was registered; without an hour people know only the day.
  arrivato_il timestamptz,
  arrivato_con_ora boolean not null,
  oggetto text not null constraint registrazione_oggetto check (oggetto <> ''),
  -- Correspondents in one line, for lists and search; one by one in protocollo.corrispondente.
  corrispondenti text not null,
  documento uuid,                            -- null: on paper
  impronta bytea constraint registrazione_impronta check (length(impronta) = 32),
  allegati integer not null,
  mezzo text not null constraint registrazione_mezzo
    check (mezzo in ('pec', 'email', 'posta', 'mano', 'web', 'interno')),
  numero_mittente text,
  data_mittente date,
  classifica text not null,
  titolario integer not null,                -- the version in force when it was classified
  ufficio text not null,                     -- who deals with it
  ufficio_mittente text,                     -- outgoing and internal: who wrote it
  filo uuid not null,
  riservata boolean not null,
  persona uuid not null references accesso.persona,
  annullata_il timestamptz,
  -- Words of values that a rettifica annulled: they are still found by search (art. 54).
  parole_prima text not null default '',
  ricerca tsvector not null,
  primary key (ente, aoo, anno, numero),
  foreign key (ente, ufficio) references accesso.ufficio,
  foreign key (ente, ufficio_mittente) references accesso.ufficio,
  constraint registrazione_posizione_unica unique (ente, aoo, posizione),
  constraint registrazione_anno check (anno = extract(year from istante at time zone 'Europe/Rome')),
  constraint registrazione_documento_impronta check ((documento is null) = (impronta is null)),
  constraint registrazione_arrivo check ((verso = 'E') = (arrivato_il is not null) and arrivato_il <= istante),
  constraint registrazione_mittente check ((verso = 'E') = (ufficio_mittente is null)),
  constraint registrazione_corrispondenti check ((verso = 'I') = (corrispondenti = ''))
);
-- Every list goes from the newest number back.
create index registrazione_elenco on protocollo.registrazione (ente, anno desc, numero desc);
create index registrazione_ufficio on protocollo.registrazione (ente, ufficio, anno desc, numero desc);
create index registrazione_filo on protocollo.registrazione (ente, filo);
create index registrazione_documento on protocollo.registrazione (ente, documento);
create index registrazione_ricerca on protocollo.registrazione using gin (ente, ricerca);

create table protocollo.corrispondente (
  ente integer not null,
  aoo text not null,
  anno integer not null,
  numero integer not null,
  posizione bigint not null,                 -- the voce that named them: the last one is in force
  progressivo integer not null,
  tipo text not null constraint corrispondente_tipo check (tipo in ('PF', 'PG', 'PA')),
  nome text not null constraint corrispondente_nome check (nome <> ''),
  codice_fiscale text not null,
  indirizzo text not null,
  recapito text not null,                    -- e-mail or PEC
  primary key (ente, aoo, anno, numero, posizione, progressivo),
  foreign key (ente, aoo, anno, numero) references protocollo.registrazione
);

create table protocollo.allegato (
  ente integer not null,
  aoo text not null,
  anno integer not null,
  numero integer not null,
  progressivo integer not null,
  documento uuid not null,
  impronta bytea not null constraint allegato_impronta check (length(impronta) = 32),
  primary key (ente, aoo, anno, numero, progressivo),
  foreign key (ente, aoo, anno, numero) references protocollo.registrazione
);
create index allegato_documento on protocollo.allegato (ente, documento);

-- Classification and assignment, the only two data that may change: each change is a voce, and a row here.
create table protocollo.assegnazione (
  ente integer not null,
  aoo text not null,
  anno integer not null,
  numero integer not null,
  posizione bigint not null,                 -- the voce that decided it
  ufficio text not null,
  classifica text not null,
  titolario integer not null,
  istante timestamptz not null,
  persona uuid not null references accesso.persona,
  corrente boolean not null,
  presa_il timestamptz,
  presa_da uuid references accesso.persona,
  primary key (ente, aoo, anno, numero, posizione),
  foreign key (ente, aoo, anno, numero) references protocollo.registrazione,
  foreign key (ente, ufficio) references accesso.ufficio,
  constraint assegnazione_presa check ((presa_il is null) = (presa_da is null))
);
create unique index assegnazione_corrente on protocollo.assegnazione (ente, aoo, anno, numero) where corrente;
-- What waits for an office: few rows, however long the register.
create index assegnazione_da_prendere on protocollo.assegnazione (ente, ufficio, istante) where corrente and presa_il is null;

-- Annulments, whole or of named fields: reason, provvedimento, who, when (art. 54). Old and new stay readable.
create table protocollo.annullamento (
  ente integer not null,
  aoo text not null,
  anno integer not null,
  numero integer not null,
  posizione bigint not null,
  campo text not null constraint annullamento_campo
    check (campo in ('', 'oggetto', 'corrispondenti', 'numero_mittente', 'data_mittente')),
  prima text not null,
  dopo text not null,
  motivo text not null constraint annullamento_motivo check (motivo <> ''),
  provvedimento text not null constraint annullamento_provvedimento check (provvedimento <> ''),
  provvedimento_data date not null,
  istante timestamptz not null,
  persona uuid not null references accesso.persona,
  primary key (ente, aoo, anno, numero, posizione),
  foreign key (ente, aoo, anno, numero) references protocollo.registrazione
);

-- The register of each day that is over, empty days too, with the head of the chain.
create table protocollo.giornaliero (
  ente integer not null references accesso.ente,
  aoo text not null,
  giorno date not null,
  registrazioni integer not null,
  modifiche integer not null,
  primo_numero integer,
  ultimo_numero integer,
  posizione bigint not null,
  testa bytea not null constraint giornaliero_testa check (length(testa) = 32),
  filo uuid not null,
  pdf uuid not null,
  dati uuid not null,
  prodotto_il timestamptz not null,
  entro date not null,                       -- to conservazione within the next working day
  primary key (ente, aoo, giorno),
  constraint giornaliero_numeri check ((registrazioni = 0) = (primo_numero is null) and (primo_numero is null) = (ultimo_numero is null))
);
