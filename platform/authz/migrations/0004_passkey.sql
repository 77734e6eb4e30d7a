-- Passkeys: keys that never leave the device of a person. Only their public half is here, so nothing is sealed.
create table accesso.passkey (
  id uuid primary key default gen_random_uuid(),
  persona uuid not null references accesso.persona,
  -- One credential is of one person: else its owner could be signed in as another.
  credenziale bytea not null constraint passkey_credenziale_unica unique,
  nome text not null constraint passkey_nome check (nome <> ''),
  chiave jsonb not null,          -- public key and flags, as the library writes them
  contatore bigint not null,      -- never goes back; zero for keys that a person's devices share
  creata_il timestamptz not null,
  usata_il timestamptz
);
create index passkey_persona on accesso.passkey (persona);

-- Questions asked to a browser, each answered once: the state of a passkey's ceremony, or of a trip to an identity provider.
create table accesso.sfida (
  impronta bytea primary key,     -- SHA-256 of the token that the browser brings back
  per text not null,
  persona uuid references accesso.persona,
  dati jsonb not null,
  scade_il timestamptz not null
);
create index sfida_scade on accesso.sfida (scade_il);
