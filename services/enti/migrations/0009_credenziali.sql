-- The register of officials' credentials: who holds which certificate, token or professional identity, and until when. Never
-- a secret: an identifier is what is printed on the card or shown by the provider.
create table enti.credenziale (
  ente integer not null references accesso.ente,
  id uuid not null,
  persona uuid not null references accesso.persona,
  tipo text not null constraint credenziale_tipo
    check (tipo in ('carta', 'firma_remota', 'token', 'spid_professionale', 'cie', 'altro')),
  fornitore text not null constraint credenziale_fornitore check (fornitore <> ''),
  identificativo text not null,
  rilasciata_il date,
  scade_il date,                             -- null: it does not expire
  nota text not null,
  -- Given back, revoked, or replaced by the one that renews it.
  ritirata_il date,
  rinnova uuid,
  scritta_da uuid not null references accesso.persona,
  scritta_il timestamptz not null,
  primary key (ente, id),
  foreign key (ente, rinnova) references enti.credenziale,
  constraint credenziale_periodo check (scade_il >= rilasciata_il)
);
create index credenziale_scadenza on enti.credenziale (ente, scade_il) where ritirata_il is null;
