-- What the law orders to erase from a registration (GDPR, art. 5 and 17; Garante; judge): of which voce, which fields, why,
-- by which provvedimento. The values are gone, from here and from registri.chiaro; their salted hashes stay in the chain.
create table protocollo.oscuramento (
  ente integer not null,
  aoo text not null,
  anno integer not null,
  numero integer not null,
  posizione bigint not null,                 -- the voce that orders it
  su bigint not null,                        -- the voce whose values it erases
  campi text not null constraint oscuramento_campi check (campi <> ''),
  classe text not null constraint oscuramento_classe
    check (classe in ('dati_particolari', 'dati_eccedenti', 'ordine_garante', 'ordine_giudice', 'richiesta_interessato')),
  provvedimento text not null constraint oscuramento_provvedimento check (provvedimento <> ''),
  provvedimento_data date not null,
  istante timestamptz not null,
  persona uuid not null references accesso.persona,
  primary key (ente, aoo, anno, numero, posizione),
  foreign key (ente, aoo, anno, numero) references protocollo.registrazione,
  constraint oscuramento_voce_unica unique (ente, aoo, posizione),
  constraint oscuramento_di_prima check (su < posizione)
);
