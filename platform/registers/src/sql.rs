//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

pub(crate) const APRI_REGISTRO: &str = "insert into registri.registro \
     (ente, aoo, codice, nome, regola, codice_ente, aperto_il) \
     select $1, $2, $3, $4, $5, e.codice, $6 from accesso.ente e where e.id = $1 on conflict do nothing";
pub(crate) const APRI_CATENA: &str = "select registri.apri_catena($1, $2, $3)";
pub(crate) const ISCRIVI: &str =
    "select serie, numero, posizione, istante, impronta from registri.iscrivi($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const CANCELLA_CHIARO: &str = "select registri.cancella_chiaro($1, $2, $3, $4, $5)";

pub(crate) const IN_CHIARO: &str = "select posizione, campo, valore from registri.chiaro \
     where ente = $1 and aoo = $2 and registro = $3 and catena = $4 and posizione = any ($5) order by posizione, campo";

pub(crate) const CHIEDI: &str = "insert into registri.richiesta (ente, chiave, comando, impronta) \
     values ($1, $2, $3, $4) on conflict do nothing";
pub(crate) const RICHIESTA: &str =
    "select comando, impronta, esito from registri.richiesta where ente = $1 and chiave = $2";
pub(crate) const RISPOSTE: &str =
    "select chiave, esito from registri.richiesta where ente = $1 and comando = $2 and esito is not null";
pub(crate) const RISPONDI: &str = "update registri.richiesta set esito = $3 where ente = $1 and chiave = $2";

// The last voce before an instant: the head of a day that is over.
pub(crate) const TESTA_AL: &str = "select posizione, impronta from registri.voce \
     where ente = $1 and aoo = $2 and registro = $3 and catena = $4 and istante < $5 \
     order by istante desc, posizione desc limit 1";
pub(crate) const SALVA_TESTA: &str = "insert into registri.testa \
     (ente, aoo, registro, catena, giorno, posizione, impronta) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
// A chain is named by the code fixed in its links, even if the ente changed its own since.
pub(crate) const TESTE: &str = "select r.codice_ente as ente, k.aoo, k.registro, k.catena, k.posizione, \
       k.testa as impronta, k.istante \
     from registri.contatore k \
     join registri.registro r on r.ente = k.ente and r.aoo = k.aoo and r.codice = k.registro \
     join accesso.ente e on e.id = k.ente \
     where $1::text is null or e.codice = $1 order by r.codice_ente, k.aoo, k.registro, k.catena";

// The technical centre counts, and reads nothing else.
pub(crate) const NUMERI: &str = "select e.codice as ente, k.registro, sum(k.ultimo)::bigint as numeri \
     from registri.contatore k join accesso.ente e on e.id = k.ente group by e.codice, k.registro order by e.codice, k.registro";

// Verification walks as maintenance: every ente, one at a time, in the order of the chain.
pub(crate) const CATENE: &str = "select k.ente, r.codice_ente, k.aoo, k.registro, k.catena, r.regola, k.serie, \
       k.ultimo, k.posizione, k.istante, k.testa \
     from registri.contatore k \
     join registri.registro r on r.ente = k.ente and r.aoo = k.aoo and r.codice = k.registro \
     left join accesso.ente e on e.id = k.ente \
     where $1::text is null or $1 in (e.codice, r.codice_ente) order by r.codice_ente, k.aoo, k.registro, k.catena";
pub(crate) const VOCI: &str = "select posizione, serie, operazione, numero, istante, versione_canonica, contenuto, \
       impronta_contenuto, impronta, \
       (select coalesce(jsonb_object_agg(c.campo, jsonb_build_object('sale', encode(c.sale, 'hex'), 'valore', c.valore)), '{}') \
        from registri.chiaro c where c.ente = v.ente and c.aoo = v.aoo and c.registro = v.registro \
          and c.catena = v.catena and c.posizione = v.posizione) as chiaro \
     from registri.voce v where ente = $1 and aoo = $2 and registro = $3 and catena = $4 order by posizione";
// Voci whose counter or register was removed, even with their ente: nobody would walk them.
pub(crate) const VOCI_ORFANE: &str = "select coalesce(e.codice, r.codice_ente, v.ente::text), v.aoo, v.registro, \
       v.catena, v.posizione \
     from (select ente, aoo, registro, catena, min(posizione) as posizione from registri.voce group by 1, 2, 3, 4) v \
     left join registri.registro r on r.ente = v.ente and r.aoo = v.aoo and r.codice = v.registro \
     left join accesso.ente e on e.id = v.ente \
     where ($1::text is null or $1 in (e.codice, r.codice_ente)) and (r.ente is null or not exists ( \
       select from registri.contatore k \
       where k.ente = v.ente and k.aoo = v.aoo and k.registro = v.registro and k.catena = v.catena)) \
     order by 1, 2, 3, 4";
pub(crate) const TESTE_SALVATE: &str = "select giorno, posizione, impronta from registri.testa \
     where ente = $1 and aoo = $2 and registro = $3 and catena = $4 order by giorno";
pub(crate) const MODO: &str = "select modo from sistema.installazione";
pub(crate) const IMPOSTAZIONI: &str = "select name, setting from pg_settings \
     where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'commit_delay')";

// Export: one ente, in an order that no collation changes, orphans included so that who verifies sees them.
pub(crate) const ENTE: &str = "select id from accesso.ente where codice = $1";
pub(crate) const CATENE_DI_ENTE: &str = "select c.aoo, c.registro, c.catena, \
       coalesce(r.codice_ente, (select codice from accesso.ente where id = $1)) as codice_ente, \
       r.regola, k.serie, k.ultimo, k.posizione, k.istante, k.testa \
     from (select aoo, registro, catena from registri.contatore where ente = $1 \
           union select aoo, registro, catena from registri.voce where ente = $1) c \
     left join (select * from registri.contatore where ente = $1) k using (aoo, registro, catena) \
     left join registri.registro r on r.ente = $1 and r.aoo = c.aoo and r.codice = c.registro \
     order by c.aoo collate \"C\", c.registro collate \"C\", c.catena";

pub const ALL: &[Istruzione] = istruzioni! {
    App: APRI_REGISTRO, APRI_CATENA, ISCRIVI, CANCELLA_CHIARO, IN_CHIARO, CHIEDI, RICHIESTA, RISPOSTE, RISPONDI, TESTA_AL,
        SALVA_TESTA, MODO, IMPOSTAZIONI;
    Centro: NUMERI;
    Manutenzione: TESTE, CATENE, VOCI, VOCI_ORFANE, TESTE_SALVATE, ENTE, CATENE_DI_ENTE;
};
