-- Replaceable: policies and grants of schema moduli.
select sistema.proteggi('moduli.bozza');
grant select, insert, update, delete on moduli.bozza to alleanza_app;
grant select on moduli.bozza to alleanza_scrivania;
