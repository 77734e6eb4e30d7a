-- Threads, documents, classification, fascicoli. A document's bytes are in storage, under their fingerprint; here is what
-- the law wants to know of them (AgID, Allegato 5).
create schema documenti;
grant usage on schema documenti to alleanza_app, alleanza_scrivania;

-- All that belongs to one matter hangs on one thread; every document, registration and act carries its id.
create table documenti.filo (
  ente integer not null references accesso.ente,
  id uuid not null,
  titolo text not null constraint filo_titolo check (titolo <> ''),
  aperto_il timestamptz not null,
  persona uuid references accesso.persona,   -- null: opened by the program itself
  primary key (ente, id)
);
create index filo_recenti on documenti.filo (ente, aperto_il desc, id);

create table documenti.documento (
  ente integer not null references accesso.ente,
  id uuid not null,                          -- unguessable: it is the address of the bytes
  filo uuid not null,
  nome text not null constraint documento_nome check (nome <> ''),
  nome_dichiarato text not null,             -- as it came, path and direction marks included
  tipo text not null,                        -- seen in the bytes: the one that is served
  tipo_dichiarato text not null,             -- said by who sent it: never believed
  dimensione bigint not null constraint documento_dimensione check (dimensione > 0),
  impronta bytea not null constraint documento_impronta check (length(impronta) = 32),
  -- How it came to be (Allegato 5, ModalitaDiFormazione): a written with software, b acquired, c from a form, d generated.
  formazione text not null constraint documento_formazione check (formazione in ('a', 'b', 'c', 'd')),
  riservato boolean not null,
  creato_il timestamptz not null,
  persona uuid references accesso.persona,   -- null: made by the program itself
  primary key (ente, id),
  foreign key (ente, filo) references documenti.filo
);
create index documento_filo on documenti.documento (ente, filo, creato_il);
create index documento_blob on documenti.documento (ente, impronta);

-- A plan of classification never changes: a change is a new version, and what was classified keeps its own.
create table documenti.titolario (
  ente integer not null references accesso.ente,
  versione integer not null constraint titolario_versione check (versione > 0),
  nome text not null,
  motivo text not null,
  dal timestamptz not null,
  persona uuid references accesso.persona,
  primary key (ente, versione)
);

create table documenti.classe (
  ente integer not null,
  versione integer not null,
  codice text not null constraint classe_forma check (codice ~ '^[IVX]{1,5}(\.[1-9][0-9]{0,2})?$'),
  descrizione text not null constraint classe_descrizione check (descrizione <> ''),
  ordine integer not null,
  -- A title is a heading, unless it has no classes; a closed class stays, for what it classified.
  classificabile boolean not null,
  primary key (ente, versione, codice),
  foreign key (ente, versione) references documenti.titolario
);

create table documenti.progressivo (
  ente integer not null references accesso.ente,
  anno integer not null,
  classifica text not null,
  ultimo integer not null constraint progressivo_ultimo check (ultimo > 0),
  primary key (ente, anno, classifica)
);

-- Numbered inside year and class (Allegato 5, ch. 4): 2026/VI.3.12.
create table documenti.fascicolo (
  ente integer not null references accesso.ente,
  anno integer not null,
  classifica text not null,
  progressivo integer not null constraint fascicolo_progressivo check (progressivo > 0),
  titolario integer not null,
  oggetto text not null constraint fascicolo_oggetto check (oggetto <> ''),
  tipologia text not null constraint fascicolo_tipologia
    check (tipologia in ('affare', 'attivita', 'persona_fisica', 'persona_giuridica', 'procedimento')),
  ufficio text not null,
  responsabile text not null constraint fascicolo_responsabile check (responsabile <> ''),
  aperto_il timestamptz not null,
  chiuso_il timestamptz,
  primary key (ente, anno, classifica, progressivo),
  foreign key (ente, ufficio) references accesso.ufficio,
  foreign key (ente, titolario, classifica) references documenti.classe,
  constraint fascicolo_chiuso_dopo check (chiuso_il >= aperto_il)
);

-- Opened, closed, reopened: each with who and why, never changed.
create table documenti.fascicolo_passo (
  ente integer not null,
  anno integer not null,
  classifica text not null,
  progressivo integer not null,
  passo integer not null,
  istante timestamptz not null,
  operazione text not null constraint passo_operazione check (operazione in ('apertura', 'chiusura', 'riapertura')),
  motivo text not null,
  persona uuid not null references accesso.persona,
  primary key (ente, anno, classifica, progressivo, passo),
  foreign key (ente, anno, classifica, progressivo) references documenti.fascicolo,
  constraint passo_riapertura_motivata check (operazione <> 'riapertura' or motivo <> '')
);

-- What is inside: a reference of another service (protocollo/2026/123) or a document of its own.
create table documenti.fascicolo_contenuto (
  ente integer not null,
  anno integer not null,
  classifica text not null,
  progressivo integer not null,
  riferimento text not null constraint contenuto_riferimento check (riferimento <> ''),
  documento uuid,
  inserito_il timestamptz not null,
  persona uuid not null references accesso.persona,
  primary key (ente, anno, classifica, progressivo, riferimento),
  foreign key (ente, anno, classifica, progressivo) references documenti.fascicolo,
  foreign key (ente, documento) references documenti.documento
);
create index contenuto_riferimento on documenti.fascicolo_contenuto (ente, riferimento);

-- Blobs that verification found missing or altered: named, until a later verification finds them whole.
create table documenti.anomalia (
  ente integer not null references accesso.ente,
  impronta bytea not null,
  esito text not null constraint anomalia_esito check (esito in ('mancante', 'alterato')),
  trovata_il timestamptz not null,
  risolta_il timestamptz,
  primary key (ente, impronta, trovata_il)
);
create unique index anomalia_aperta on documenti.anomalia (ente, impronta) where risolta_il is null;

create table documenti.verifica (
  ente integer not null references accesso.ente,
  istante timestamptz not null,
  controllati integer not null,
  anomali integer not null,
  primary key (ente, istante)
);
