-- Replaceable: policies and grants of what is done to many things at once.
select sistema.proteggi('moduli.lotto');
select sistema.proteggi('moduli.lotto_riga');
grant select, insert, update, delete on moduli.lotto, moduli.lotto_riga to alleanza_app;
