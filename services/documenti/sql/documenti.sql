-- Replaceable: policies and grants of schema documenti.
select sistema.proteggi('documenti.filo'), sistema.proteggi('documenti.documento'), sistema.proteggi('documenti.titolario'),
       sistema.proteggi('documenti.classe'), sistema.proteggi('documenti.progressivo'), sistema.proteggi('documenti.fascicolo'),
       sistema.proteggi('documenti.fascicolo_passo'), sistema.proteggi('documenti.fascicolo_contenuto'),
       sistema.proteggi('documenti.anomalia'), sistema.proteggi('documenti.verifica');
select sistema.sola_aggiunta('documenti.documento'), sistema.sola_aggiunta('documenti.titolario'),
       sistema.sola_aggiunta('documenti.classe'), sistema.sola_aggiunta('documenti.fascicolo_passo'),
       sistema.sola_aggiunta('documenti.fascicolo_contenuto'), sistema.sola_aggiunta('documenti.verifica');

grant select on documenti.filo, documenti.documento, documenti.titolario, documenti.classe, documenti.progressivo,
  documenti.fascicolo, documenti.fascicolo_passo, documenti.fascicolo_contenuto, documenti.anomalia, documenti.verifica
  to alleanza_app, alleanza_scrivania;
grant insert on documenti.filo, documenti.documento, documenti.titolario, documenti.classe, documenti.progressivo,
  documenti.fascicolo, documenti.fascicolo_passo, documenti.fascicolo_contenuto, documenti.anomalia, documenti.verifica
  to alleanza_app;
-- The title of a thread repeats what somebody wrote: it goes when the law orders it.
grant update (titolo) on documenti.filo to alleanza_app;
grant update (ultimo) on documenti.progressivo to alleanza_app;
grant update (chiuso_il) on documenti.fascicolo to alleanza_app;
grant update (risolta_il) on documenti.anomalia to alleanza_app;
