-- Registers that prove themselves. A register belongs to an AOO and is a chain of voci; nothing is updated or deleted.
create schema registri;
grant usage on schema registri to alleanza_app, alleanza_scrivania, alleanza_centro;

create table registri.registro (
  ente integer not null references accesso.ente,
  aoo text not null constraint registro_aoo_forma check (aoo ~ '^[A-Za-z0-9_.-]{1,16}$'),
  codice text not null constraint registro_codice_forma check (codice ~ '^[A-Za-z0-9_.-]{1,16}$'),
  nome text not null,
  -- How a number finds its series: the year of the instant, the exercise, or the sitting's body and year.
  regola text not null constraint registro_regola check (regola in ('istante', 'esercizio', 'seduta')),
  -- The code that enters every link: fixed at opening, because a code may change and a chain may not.
  codice_ente text not null,
  aperto_il timestamptz not null,
  primary key (ente, aoo, codice),
  unique (ente, aoo, codice, regola)
);

-- One row for each chain: 0 for the rule `istante`, the exercise or the sitting's series otherwise.
-- The row is the lock: year, number, position, instant and head change in one UPDATE.
create table registri.contatore (
  ente integer not null,
  aoo text not null,
  registro text not null,
  catena integer not null,
  regola text not null,
  serie integer not null,
  ultimo integer not null constraint contatore_ultimo check (ultimo >= 0),
  posizione bigint not null constraint contatore_posizione check (posizione >= 0),
  istante timestamptz not null,
  testa bytea not null constraint contatore_testa check (length(testa) = 32),
  primary key (ente, aoo, registro, catena),
  foreign key (ente, aoo, registro, regola) references registri.registro (ente, aoo, codice, regola),
  -- The year of a number is the year of its instant in Rome: decided after the lock, guarded here.
  constraint contatore_anno check (
    case regola when 'istante' then catena = 0 and serie = extract(year from istante at time zone 'Europe/Rome')
                else catena = serie end)
);

create table registri.voce (
  ente integer not null,
  aoo text not null,
  registro text not null,
  catena integer not null,
  posizione bigint not null constraint voce_posizione check (posizione > 0),
  serie integer not null,
  -- 1 registrazione, 2 annullamento, 3 rettifica, 4 riassegnazione, 5 oscuramento, 6 scarto, 7 chiusura
  operazione smallint not null constraint voce_operazione check (operazione between 1 and 7),
  numero integer constraint voce_numero check (numero > 0),
  istante timestamptz not null,
  versione_canonica smallint not null constraint voce_versione check (versione_canonica > 0),
  contenuto bytea not null,
  impronta_contenuto bytea not null,
  impronta bytea not null constraint voce_impronta check (length(impronta) = 32),
  primary key (ente, aoo, registro, catena, posizione),
  foreign key (ente, aoo, registro, catena) references registri.contatore,
  constraint voce_solo_registrazione_numera check ((operazione = 1) = (numero is not null)),
  constraint voce_contenuto_integro check (impronta_contenuto = sha256(contenuto))
);
create unique index voce_numero_unico on registri.voce (ente, aoo, registro, serie, numero) where numero is not null;
-- The daily register and the head of a day walk the chain by instant.
create index voce_istante on registri.voce (ente, aoo, registro, catena, istante, posizione);

-- Fields that may carry personal data: the chain holds SHA-256(sale || valore), here are salt and value. What the law
-- orders to erase goes from here, by a voce of oscuramento or scarto, and the chain still holds.
create table registri.chiaro (
  ente integer not null,
  aoo text not null,
  registro text not null,
  catena integer not null,
  posizione bigint not null,
  campo text not null,
  sale bytea not null constraint chiaro_sale check (length(sale) = 16),
  valore text not null,
  primary key (ente, aoo, registro, catena, posizione, campo),
  foreign key (ente, aoo, registro, catena, posizione) references registri.voce
);

-- The head of each day, as printed in the daily register and sent out of the house.
create table registri.testa (
  ente integer not null,
  aoo text not null,
  registro text not null,
  catena integer not null,
  giorno date not null,
  posizione bigint not null,
  impronta bytea not null,
  primary key (ente, aoo, registro, catena, giorno),
  foreign key (ente, aoo, registro, catena) references registri.contatore
);

-- The same request twice gives the same answer: written in the command's own transaction.
create table registri.richiesta (
  ente integer not null references accesso.ente,
  chiave uuid not null,
  comando text not null,
  impronta bytea not null,
  esito jsonb,
  creata_il timestamptz not null default clock_timestamp(),
  primary key (ente, chiave)
);
create index richiesta_eta on registri.richiesta (ente, creata_il);
