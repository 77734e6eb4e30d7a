-- Identity providers (OpenID Connect), which an alliance decides for who works in its enti, and who a person is there.
create table accesso.fornitore (
  ente integer not null references accesso.ente,
  id uuid not null,
  nome text not null constraint fornitore_nome check (nome <> ''),
  -- The issuer, as its tokens write it. It never changes: identities are linked to it, not to this row.
  emittente text not null constraint fornitore_emittente check (emittente <> ''),
  client text not null constraint fornitore_client check (client <> ''),
  -- Which acr or amr of its tokens mean that it asked for two factors itself; none: ours is asked.
  forti text[] not null default '{}',
  aggiunto_da uuid not null references accesso.persona,
  aggiunto_il timestamptz not null,
  spento_da uuid references accesso.persona,
  spento_il timestamptz,
  primary key (ente, id),
  constraint fornitore_spento check ((spento_da is null) = (spento_il is null))
);
-- One button for an issuer.
create unique index fornitore_uno_acceso on accesso.fornitore (ente, emittente) where spento_il is null;

-- What the provider knows us by, sealed with the key of the installation. It is apart so that it never leaves with an export.
create table accesso.segreto_fornitore (
  fornitore uuid primary key,
  sigillato bytea not null
);

-- Linked by the person, from a session that has just begun: nobody is recognised by an address or by a name.
create table accesso.identita_esterna (
  emittente text not null,
  soggetto text not null constraint identita_esterna_soggetto check (soggetto <> ''),
  persona uuid not null references accesso.persona,
  id uuid not null default gen_random_uuid() constraint identita_esterna_id unique,
  nome text not null,             -- as the provider calls them: it is how a person recognises their own
  creata_il timestamptz not null,
  usata_il timestamptz,
  primary key (emittente, soggetto),
  constraint identita_esterna_una unique (persona, emittente)
);

-- Who opened the door, when it was not a password; and whether the person was there: a provider may remember them, and a desk
-- left alone must not change how its person signs in.
alter table accesso.ingresso add column fornitore text;
alter table accesso.sessione add column fornitore text, add column presente boolean not null default true;
