-- What goes out in a feed is copied by readers that nobody can call back. Acts that are about a person by their nature go out
-- with number, type and dates: their subject stays on the page (Garante, 15 May 2014, n. 243, part II, § 2.c: measures
-- against mass duplication; § 3.a: who is recognised by the albo).
alter table albo.tipo add column di_persone boolean not null default false;
update albo.tipo set di_persone = true where codice in ('matrimonio', 'cambio_nome', 'deposito_riscossione', 'irreperibilita');
