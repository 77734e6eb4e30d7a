//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

// Touching the waiting twin locks it until this transaction ends: it cannot run before it can see this fact.
pub(crate) const ACCODA: &str = "insert into lavori.lavoro (ente, id, tipo, chiave, dati, quando, accodato_il, urgente) \
     values ($1, $2, $3, $4, $5, $6, $7, $8) \
     on conflict (ente, tipo, chiave) where stato = 'da_fare' \
     do update set quando = least(lavoro.quando, excluded.quando) returning id";
pub(crate) const ANNUNCIA: &str = "insert into lavori.lavoro (ente, id, tipo, evento, dati, quando, accodato_il) \
     select $1, gen_random_uuid(), tipo, evento, $3, $4, $4 from lavori.ascolto where evento = $2";
pub(crate) const CONCLUDI: &str = "update lavori.lavoro set stato = 'fatto', finito_il = $4, presa = null, \
       bloccato_fino = null where ente = $1 and id = $2 and presa = $3";
pub(crate) const RINUNCIATI: &str = "select id, tipo, dati, tentativi, causa, rimedio, finito_il from lavori.lavoro \
     where ente = $1 and stato = 'rinunciato' order by finito_il, id";
// When the same work already waits, retrying would only do it twice.
pub(crate) const RIPROVA_RINUNCIATO: &str = "update lavori.lavoro l set tentativi = 0, quando = $3, \
       stato = case when g.esiste then 'archiviato' else 'da_fare' end, finito_il = case when g.esiste then $3::timestamptz end \
     from (select exists (select from lavori.lavoro a join lavori.lavoro b using (ente, tipo, chiave) \
             where b.ente = $1 and b.id = $2 and a.stato = 'da_fare') as esiste) g \
     where l.ente = $1 and l.id = $2 and l.stato = 'rinunciato'";
pub(crate) const ARCHIVIA: &str = "update lavori.lavoro set stato = 'archiviato', finito_il = $3 \
     where ente = $1 and id = $2 and stato = 'rinunciato'";

// Due, or left behind by a process that said nothing for a minute; never while work with the same key runs.
macro_rules! prendi {
    ($quali:literal) => {
        concat!(
            "with scelti as (select l.ente, l.id from lavori.lavoro l \
       where ",
            $quali,
            " l.stato in ('da_fare', 'in_corso') and l.quando <= $1 and l.tipo = any ($2) \
         and (l.stato = 'da_fare' or l.bloccato_fino < clock_timestamp()) \
         and not exists (select from lavori.lavoro g where g.ente = l.ente and g.tipo = l.tipo \
                         and g.chiave = l.chiave and g.stato = 'in_corso' and g.id <> l.id) \
       order by l.quando limit $3 for update skip locked) \
     update lavori.lavoro l set stato = 'in_corso', presa = gen_random_uuid(), tentativi = l.tentativi + 1, \
       bloccato_fino = clock_timestamp() + interval '60 s' \
     from scelti s join accesso.ente e on e.id = s.ente where l.ente = s.ente and l.id = s.id \
     returning l.ente, e.codice, l.id, l.tipo, l.chiave, l.evento, l.dati, l.tentativi as tentativo, l.presa"
        )
    };
}
pub(crate) const PRENDI: &str = prendi!("");
pub(crate) const PRENDI_URGENTI: &str = prendi!("l.urgente and");
pub(crate) const TIENI: &str = "update lavori.lavoro set bloccato_fino = clock_timestamp() + interval '60 s' \
     where ente = $1 and id = $2 and presa = $3";
pub(crate) const FATTO: &str = CONCLUDI;
// The same work was queued again meanwhile: that one will do it.
pub(crate) const RIPROVA: &str = "update lavori.lavoro l set presa = null, bloccato_fino = null, causa = $5, \
       quando = case when g.esiste then l.quando else $6 end, \
       stato = case when g.esiste then 'fatto' else 'da_fare' end, finito_il = case when g.esiste then $4::timestamptz end \
     from (select exists (select from lavori.lavoro a join lavori.lavoro b using (ente, tipo, chiave) \
             where b.ente = $1 and b.id = $2 and a.stato = 'da_fare') as esiste) g \
     where l.ente = $1 and l.id = $2 and l.presa = $3";
pub(crate) const RINUNCIA: &str = "update lavori.lavoro set stato = 'rinunciato', finito_il = $4, presa = null, \
       bloccato_fino = null, causa = $5, rimedio = $6 where ente = $1 and id = $2 and presa = $3";
pub(crate) const PULISCI: &str = "delete from lavori.lavoro where stato in ('fatto', 'archiviato') and finito_il < $1";

pub(crate) const SMETTI_DI_ASCOLTARE: &str = "delete from lavori.ascolto";
pub(crate) const ASCOLTA: &str =
    "insert into lavori.ascolto (evento, tipo) select * from unnest($1::text[], $2::text[]) on conflict do nothing";
// A new version may come round sooner than the old one had written.
pub(crate) const SEGNA_ORARIO: &str = "insert into lavori.orario (nome, prossimo) values ($1, $2) \
     on conflict (nome) do update set prossimo = least(orario.prossimo, excluded.prossimo)";
pub(crate) const SCADUTI: &str =
    "select nome from lavori.orario where nome = any ($1) and prossimo <= $2 order by nome for update skip locked";
pub(crate) const AVANZA: &str = "update lavori.orario set prossimo = $2, presa = $3, causa = null where nome = $1";
pub(crate) const ACCODA_PER_TUTTI: &str = "insert into lavori.lavoro (ente, id, tipo, chiave, dati, quando, accodato_il) \
     select id, gen_random_uuid(), $1, '', '{}', $2, $2 from accesso.ente order by id \
     on conflict (ente, tipo, chiave) where stato = 'da_fare' do nothing";
pub(crate) const RINVIA: &str = "update lavori.orario set prossimo = $3 where nome = $1 and presa = $2";
pub(crate) const LASCIA: &str =
    "update lavori.orario set prossimo = $3, presa = null, causa = $4 where nome = $1 and presa = $2";

pub(crate) const STATO: &str = "select count(*) filter (where stato = 'da_fare') as da_fare, \
       count(*) filter (where stato = 'da_fare' and quando < $1) as in_ritardo, \
       count(*) filter (where stato = 'in_corso') as in_corso, \
       count(*) filter (where stato = 'rinunciato') as rinunciati \
     from lavori.lavoro where stato in ('da_fare', 'in_corso', 'rinunciato')";

pub(crate) const CODE: &str = "select e.codice as ente, l.stato, count(*) as quanti \
     from lavori.lavoro l join accesso.ente e on e.id = l.ente \
     where l.stato in ('da_fare', 'in_corso', 'rinunciato') group by e.codice, l.stato order by e.codice, l.stato";
// Work for later is not late.
pub(crate) const PIU_VECCHIO: &str = "select coalesce(extract(epoch from $1 - min(quando)), 0)::bigint \
     from lavori.lavoro where stato = 'da_fare' and quando <= $1";

pub const ALL: &[Istruzione] = istruzioni! {
    App: ACCODA, ANNUNCIA, CONCLUDI, RINUNCIATI, RIPROVA_RINUNCIATO, ARCHIVIA;
    Coda: PRENDI, PRENDI_URGENTI, TIENI, FATTO, RIPROVA, RINUNCIA, PULISCI, SMETTI_DI_ASCOLTARE, ASCOLTA, SEGNA_ORARIO, SCADUTI, AVANZA,
        ACCODA_PER_TUTTI, RINVIA, LASCIA;
    Centro: STATO, CODE, PIU_VECCHIO;
};
