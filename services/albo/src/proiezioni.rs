//! What the register says that the albo must look like, recomputed in SQL from its voci alone: verification compares the
//! two, both ways.

use registers::Proiezione;
use registers::esporta::Stato;

pub const PROIEZIONI: &[Proiezione] = &[
    Proiezione { nome: "albo.atto", sql: ATTI },
    Proiezione { nome: "albo.operazione", sql: OPERAZIONI },
    Proiezione { nome: "albo.file", sql: FILE },
    Proiezione { nome: "albo.file, nomi", sql: NOMI },
];

pub const STATI: &[Stato] = &[Stato { nome: "albo.atto", sql: STATO }];

// The voci of the repertorio with their content read, and what later voci say of each registration.
macro_rules! voci {
    ($poi:literal) => {
        concat!(
            "with v as materialized (select aoo, registro, catena, posizione, serie, numero, operazione, istante, c, \
               (c->>'su')::bigint as su \
             from (select *, convert_from(contenuto, 'UTF8')::jsonb as c from registri.voce \
               where ente = $1 and registro = 'ALBO') x), \
             chiaro as (select aoo, posizione, campo, valore from registri.chiaro where ente = $1 and registro = 'ALBO'), \
             poi as materialized (select aoo, su, bool_or(operazione = 2) as annullata, bool_or(operazione = 5) as rimossa, \
               min(posizione) filter (where operazione in (2, 5)) as chiusa, \
               (array_agg((c->>'ultimo_giorno')::date order by posizione desc) filter (where operazione = 3))[1] as al \
             from v where su is not null group by aoo, su) ",
            $poi
        )
    };
}

// Number, instant, type, subject, period and mark of each act. The period is recomputed from the instant and from the
// way of counting that the voce holds: not from the function that wrote it.
const ATTI: &str = voci!(
    "select coalesce(v.aoo, a.aoo), 'ALBO', coalesce(v.catena, 0), coalesce(v.posizione, a.posizione), \
       coalesce(v.numero, a.numero), case \
         when a.id is null then 'nello stato manca la pubblicazione' \
         when v.posizione is null then 'lo stato ha una pubblicazione che il registro non ha' \
         when (a.anno, a.numero, a.affisso_il) is distinct from (v.serie, v.numero, v.istante) then 'nello stato numero o istante sono altri' \
         when a.oggetto is distinct from coalesce(o.valore, 'Oggetto rimosso') then 'nello stato l’oggetto è un altro' \
         when a.responsabile is distinct from coalesce(r.valore, '') then 'nello stato il responsabile è un altro' \
         when (a.tipo, a.numero_atto, a.richiedente, a.norma, a.forma) is distinct from \
              (v.c->>'tipo', v.c->>'numero_atto', v.c->>'richiedente', v.c->>'norma', v.c->>'forma') \
           or a.data_atto is distinct from (v.c->>'data_atto')::date then 'nello stato gli estremi sono altri' \
         when (a.dal, a.al, a.fine) is distinct from (g.dal, g.al, (g.al + 1)::timestamp at time zone 'Europe/Rome') \
           then 'nello stato il periodo è un altro' \
         else 'annullamento o rimozione: stato e registro non dicono lo stesso' end \
     from (select * from v where operazione = 1) v \
     full join (select * from albo.atto where ente = $1 and numero is not null) a on a.aoo = v.aoo and a.posizione = v.posizione \
     left join chiaro o on o.aoo = v.aoo and o.posizione = v.posizione and o.campo = 'oggetto' \
     left join chiaro r on r.aoo = v.aoo and r.posizione = v.posizione and r.campo = 'responsabile' \
     left join poi p on p.aoo = v.aoo and p.su = v.posizione \
     cross join lateral (select (v.istante at time zone 'Europe/Rome') as ora) i \
     cross join lateral (select i.ora::date + case when v.c->>'ora_limite' <> '' and i.ora::time >= (v.c->>'ora_limite')::time \
       then 1 else 0 end as dal) d \
     cross join lateral (select d.dal, coalesce(p.al, (v.c->>'ultimo_giorno')::date, \
       d.dal + (v.c->>'giorni')::integer - case v.c->>'computo' when 'compreso' then 1 else 0 end) as al) g \
     where a.id is null or v.posizione is null \
       or (a.anno, a.numero, a.affisso_il) is distinct from (v.serie, v.numero, v.istante) \
       or a.oggetto is distinct from coalesce(o.valore, 'Oggetto rimosso') \
       or a.responsabile is distinct from coalesce(r.valore, '') \
       or (a.tipo, a.numero_atto, a.richiedente, a.norma, a.forma) is distinct from \
          (v.c->>'tipo', v.c->>'numero_atto', v.c->>'richiedente', v.c->>'norma', v.c->>'forma') \
       or a.data_atto is distinct from (v.c->>'data_atto')::date \
       or (a.dal, a.al, a.fine) is distinct from (g.dal, g.al, (g.al + 1)::timestamp at time zone 'Europe/Rome') \
       or a.stato is distinct from case when p.rimossa then 'rimossa' when p.annullata then 'annullata' else 'pubblicata' end"
);

// Each voce has its line in the log and each line its voce. A removal darkens several voci: one line, that of the
// registration.
const OPERAZIONI: &str = voci!(
    "select coalesce(v.aoo, l.aoo), 'ALBO', coalesce(v.catena, 0), coalesce(v.posizione, l.posizione), v.numero, case \
         when l.posizione is null then 'l’operazione manca dal diario' \
         when v.posizione is null then 'il diario ha un’operazione che il registro non ha' \
         else 'nel diario l’operazione è un’altra' end \
     from (select v.*, m.valore as motivo, case operazione when 1 then 'affissione' when 2 then 'annullamento' \
             when 3 then case when c ? 'interrotto_dal' then 'proroga' else 'sostituzione' end \
             when 5 then 'rimozione' when 7 then 'relata' end as cosa \
           from v left join chiaro m on m.aoo = v.aoo and m.posizione = v.posizione and m.campo = 'motivo' \
           where operazione <> 5 or exists (select from v r where r.aoo = v.aoo and r.posizione = v.su and r.operazione = 1)) v \
     full join (select * from albo.operazione where ente = $1) l on l.aoo = v.aoo and l.posizione = v.posizione \
     left join (select * from albo.atto where ente = $1) a on a.aoo = v.aoo and a.posizione = coalesce(v.su, v.posizione) \
     where l.posizione is null or v.posizione is null \
       or (l.cosa, l.istante, l.motivo, l.atto) is distinct from (v.cosa, v.istante, coalesce(v.motivo, ''), a.id)"
);

// Which bytes were exposed, by which voce, and which voce took them away.
const FILE: &str = voci!(
    "select coalesce(e.aoo, s.aoo), 'ALBO', 0, coalesce(e.messo, s.messo), null::integer, case \
         when s.id is null then 'nello stato manca un documento esposto' \
         when e.id is null then 'lo stato espone un documento che il registro non ha' \
         else 'nello stato un documento esposto è un altro' end \
     from (select v.aoo, d.key::uuid as id, d.value as impronta, v.posizione as messo, least(t.tolto, p.chiusa) as tolto \
           from v cross join lateral jsonb_each_text(v.c->'documenti') d \
           left join (select v.aoo, k.id, v.posizione as tolto \
                      from v cross join lateral jsonb_object_keys(v.c->'tolti') k(id) where v.operazione = 3) t \
             on t.aoo = v.aoo and t.id = d.key \
           left join poi p on p.aoo = v.aoo and p.su = coalesce(v.su, v.posizione) \
           where v.operazione in (1, 3)) e \
     full join (select a.aoo, f.* from albo.file f join albo.atto a on a.ente = f.ente and a.id = f.atto \
                where f.ente = $1 and a.numero is not null) s on s.aoo = e.aoo and s.id = e.id \
     where (e.impronta, e.messo, e.tolto) is distinct from (encode(s.impronta, 'hex'), s.messo, s.tolto)"
);

const NOMI: &str = voci!(
    "select v.aoo, 'ALBO', v.catena, v.posizione, v.numero, 'nello stato i nomi dei documenti sono altri' \
     from v left join chiaro n on n.aoo = v.aoo and n.posizione = v.posizione and n.campo = 'file' \
     join (select a.aoo, f.messo, string_agg(f.nome, E'\\n' order by f.posto) as nomi, bool_and(f.nome = 'documento rimosso') as rimossi \
           from albo.file f join albo.atto a on a.ente = f.ente and a.id = f.atto \
           where f.ente = $1 and f.messo is not null group by a.aoo, f.messo) s on s.aoo = v.aoo and s.messo = v.posizione \
     where case when n.valore is null then not s.rimossi else s.nomi <> n.valore end"
);

const STATO: &str = "select a.aoo, 'ALBO' as registro, 0 as catena, a.posizione, a.oggetto, \
       (select encode(f.impronta, 'hex') from albo.file f where f.ente = a.ente and f.atto = a.id and f.ruolo = 'atto' \
        order by f.messo desc limit 1) as impronta, \
       exists (select from albo.operazione o where o.ente = a.ente and o.atto = a.id and o.cosa = 'annullamento') as annullata \
     from albo.atto a where a.ente = $1 and a.numero is not null order by a.aoo, a.posizione";
