//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

macro_rules! atto {
    ($dove:literal) => {
        concat!(
            "select a.id, a.aoo, a.stato, a.filo, a.tipo, t.nome as tipo_nome, a.oggetto, a.numero_atto, a.data_atto, \
               a.protocollo, a.richiedente, a.responsabile, a.norma, a.forma, a.ultimo_giorno_chiesto, a.avvisi, \
               a.confermato_da, a.previsto_dal, a.creato_il, a.anno, a.numero, a.posizione, a.affisso_il, a.dal, \
               a.al, a.fine, a.fonte_termine, a.chiuso_il, a.motivo, a.provvedimento, a.classe, a.relata \
             from albo.atto a join albo.tipo t on t.codice = a.tipo ",
            $dove
        )
    };
}

// The term of the ente wins over the general one; of each, the last that began.
pub(crate) const TIPI: &str = "select t.codice, t.nome, coalesce(e.modo, n.modo) as modo, coalesce(e.giorni, n.giorni) as giorni, \
       e.computo, coalesce(e.fonte, n.fonte) as fonte, case when e.tipo is null then n.certezza else 'ente' end as certezza, \
       coalesce(e.dal, n.dal) as dal \
     from albo.tipo t \
     left join lateral (select tipo, modo, giorni, computo, fonte, dal from albo.termine_ente \
       where ente = $1 and tipo = t.codice and dal <= $2 order by dal desc limit 1) e on true \
     left join lateral (select modo, giorni, fonte, certezza, dal from albo.termine \
       where e.tipo is null and tipo = t.codice and dal <= $2 and (al is null or al >= $2) order by dal desc limit 1) n on true \
     where $3::text is null or t.codice = $3 order by t.ordine";
pub(crate) const REGOLA: &str = "select computo, ora_limite from albo.regola where ente = $1 and dal <= $2 \
     order by dal desc limit 1";
pub(crate) const IMPOSTA_TERMINE: &str = "insert into albo.termine_ente \
     (ente, tipo, dal, modo, giorni, computo, fonte, persona, deciso_il) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     on conflict (ente, tipo, dal) do update set modo = excluded.modo, giorni = excluded.giorni, computo = excluded.computo, \
       fonte = excluded.fonte, persona = excluded.persona, deciso_il = excluded.deciso_il";
pub(crate) const IMPOSTA_REGOLA: &str = "insert into albo.regola (ente, dal, computo, ora_limite, persona, decisa_il) \
     values ($1, $2, $3, $4, $5, $6) on conflict (ente, dal) do update set computo = excluded.computo, \
       ora_limite = excluded.ora_limite, persona = excluded.persona, decisa_il = excluded.decisa_il";

pub(crate) const PREPARA: &str = "insert into albo.atto \
     (ente, id, aoo, stato, filo, tipo, oggetto, numero_atto, data_atto, protocollo, richiedente, responsabile, norma, forma, \
      ultimo_giorno_chiesto, avvisi, persona, creato_il) \
     values ($1, $2, $3, 'bozza', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
// What was confirmed was the old draft: the new one is looked at again.
pub(crate) const RISCRIVI: &str = "update albo.atto set stato = 'bozza', tipo = $3, oggetto = $4, numero_atto = $5, data_atto = $6, \
       richiedente = $7, responsabile = $8, norma = $9, forma = $10, ultimo_giorno_chiesto = $11, avvisi = $12, \
       confermato_da = null, confermato_il = null, previsto_dal = null \
     where ente = $1 and id = $2 and stato in ('bozza', 'programmata')";
pub(crate) const SCARTA: &str =
    "update albo.atto set stato = 'scartata' where ente = $1 and id = $2 and stato in ('bozza', 'programmata')";
pub(crate) const CONFERMA: &str =
    "update albo.atto set confermato_da = $3, confermato_il = $4 where ente = $1 and id = $2";
pub(crate) const PROGRAMMA: &str = "update albo.atto set stato = 'programmata', previsto_dal = $3, persona = $4, affigge = $5 where ente = $1 and id = $2";
pub(crate) const AFFIGGI: &str = "update albo.atto set stato = 'pubblicata', anno = $3, numero = $4, posizione = $5, affisso_il = $6, \
       computo = $7, ora_limite = $8, giorni = $9, fonte_termine = $10, dal = $11, al = $12, fine = $13 \
     where ente = $1 and id = $2";
pub(crate) const ESPONI_FILE: &str =
    "update albo.file set messo = $3, messo_il = $4 where ente = $1 and atto = $2 and messo is null";

pub(crate) const ANNULLA: &str = "update albo.atto set stato = 'annullata', chiuso_il = $3, motivo = $4, provvedimento = $5 \
     where ente = $1 and id = $2";
pub(crate) const NUOVA_FINE: &str = "update albo.atto set al = $3, fine = $4 where ente = $1 and id = $2";
pub(crate) const RIMUOVI: &str = "update albo.atto set stato = 'rimossa', chiuso_il = $3, classe = $4, provvedimento = $5, \
       oggetto = $6, responsabile = '', motivo = '' where ente = $1 and id = $2";
pub(crate) const RIMUOVI_NOMI: &str = "update albo.file set nome = $3 where ente = $1 and atto = $2";
pub(crate) const TOGLI_FILE: &str = "update albo.file set tolto = $3, tolto_il = $4 where ente = $1 and atto = $2 and tolto is null \
     and ($5::uuid is null or id = $5)";
pub(crate) const TOGLI_MOTIVI: &str =
    "update albo.operazione set motivo = '' where ente = $1 and atto = $2 and motivo <> ''";
pub(crate) const RELATA: &str = "update albo.atto set relata = $3 where ente = $1 and id = $2";

pub(crate) const NUOVO_FILE: &str = "insert into albo.file \
     (ente, atto, id, posto, ruolo, documento, nome, tipo, dimensione, impronta, non_controllato) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
pub(crate) const SCARTA_FILE: &str = "delete from albo.file where ente = $1 and atto = $2 and messo is null";
pub(crate) const OPERAZIONE: &str = "insert into albo.operazione \
     (ente, aoo, posizione, atto, istante, cosa, persona, nome, motivo, dettaglio) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub(crate) const ATTO: &str = atto!("where a.ente = $1 and a.anno = $2 and a.numero = $3");
pub(crate) const ATTO_DA_TOCCARE: &str = atto!("where a.ente = $1 and a.anno = $2 and a.numero = $3 for update of a");
pub(crate) const BOZZA: &str = atto!("where a.ente = $1 and a.id = $2");
pub(crate) const BOZZA_DA_TOCCARE: &str = atto!("where a.ente = $1 and a.id = $2 for update of a");
pub(crate) const FILE: &str = "select id, posto, ruolo, documento, nome, tipo, dimensione, impronta, non_controllato, messo_il, tolto_il \
     from albo.file where ente = $1 and atto = $2 order by posto, messo, id";
pub(crate) const OPERAZIONI: &str = "select posizione, istante, nome, motivo, dettaglio from albo.operazione \
     where ente = $1 and atto = $2 order by posizione";

// What anybody may read now. Each of the words typed must be there.
pub(crate) const ESPOSTI: &str = atto!(
    "where a.ente = $1 and a.fine > $2 and ($3::text is null or a.tipo = $3) \
       and not exists (select from unnest($4::text[]) p \
         where position(p in lower(a.oggetto || ' ' || a.numero_atto || ' ' || a.richiedente || ' ' || t.nome)) = 0) \
       and ($5::integer is null or (a.anno, a.numero) < ($5, $6)) \
     order by a.anno desc, a.numero desc limit $7"
);
// The same, when nobody asks for a type or a word: the index alone tells which acts, and only those are read.
pub(crate) const TUTTI_ESPOSTI: &str = atto!(
    "join (select g.anno, g.numero from albo.atto g \
       where g.ente = $1 and g.fine > $2 and (g.anno, g.numero) < ($3, $4) \
       order by g.anno desc, g.numero desc limit $5) n on n.anno = a.anno and n.numero = a.numero \
     where a.ente = $1 order by a.anno desc, a.numero desc"
);
// What goes out in a feed: less than what the page shows. An annulled or removed act keeps its place there, not here.
pub(crate) const NEL_FLUSSO: &str = atto!(
    "where a.ente = $1 and a.fine > $2 and a.stato = 'pubblicata' \
       and ($3::integer is null or (a.anno, a.numero) < ($3, $4)) \
     order by a.anno desc, a.numero desc limit $5"
);
pub(crate) const TIPI_DI_PERSONE: &str = "select codice from albo.tipo where di_persone";
// Interruptions: the threshold in force, what was exposed since an instant, the proposals and what became of them.
pub(crate) const SOGLIA: &str =
    "select ore, fonte, certezza from albo.soglia where dal <= $1 order by dal desc limit 1";
pub(crate) const ESPOSTI_DAL: &str =
    atto!("where a.ente = $1 and a.stato = 'pubblicata' and a.fine > $2 order by a.fine, a.id");
pub(crate) const PROPONI: &str = "insert into albo.proposta (ente, atto, dal, al, minuti, stato, proposta_il) \
     values ($1, $2, $3, $4, $5, 'proposta', $6) on conflict do nothing";
pub(crate) const PROPOSTE_DI: &str = "select dal, al from albo.proposta where ente = $1 and atto = $2 order by dal";
pub(crate) const PROPOSTE: &str = "select atto, dal, al, minuti from albo.proposta \
     where ente = $1 and stato = 'proposta' order by dal, al, atto";
pub(crate) const ATTI_CON_PROPOSTA: &str = atto!(
    "where a.ente = $1 and exists (select from albo.proposta p where p.ente = a.ente and p.atto = a.id and p.stato = 'proposta') \
     order by a.fine, a.anno, a.numero"
);
pub(crate) const DECIDI_PROPOSTA: &str = "update albo.proposta set stato = $4, decisa_il = $5, decisa_da = $6, motivo = $7 \
     where ente = $1 and atto = $2 and dal = $3 and stato = 'proposta'";
// The tabs of the office: drafts, scheduled, exposed, over, annulled or removed.
pub(crate) const IN_PREPARAZIONE: &str =
    atto!("where a.ente = $1 and a.stato = $2 order by a.previsto_dal, a.creato_il desc, a.id limit $3");
pub(crate) const PUBBLICATI: &str = atto!(
    "where a.ente = $1 and a.numero is not null \
       and case $2 when 'esposti' then a.fine > $3 and a.stato = 'pubblicata' when 'finiti' then a.fine <= $3 and a.stato = 'pubblicata' \
                   when 'chiusi' then a.stato in ('annullata', 'rimossa') else false end \
       and ($4::integer is null or (a.anno, a.numero) < ($4, $5)) \
     order by a.anno desc, a.numero desc limit $6"
);
pub(crate) const DEL_FILO: &str =
    atto!("where a.ente = $1 and a.filo = $2 and a.stato <> 'scartata' order by a.creato_il");
pub(crate) const CHI_AFFIGGE: &str = "select persona, affigge from albo.atto where ente = $1 and id = $2";
pub(crate) const DA_AFFIGGERE: &str = "select id from albo.atto where ente = $1 and stato = 'programmata' and previsto_dal <= $2 order by previsto_dal, creato_il, id";

// What waits for a person, over the enti where a role allows it: drafts left aside, starts that are late, publications
// to attest. The first of each ente, by its own index.
macro_rules! di_chi {
    ($colonne:literal, $dove:literal, $ordine:literal) => {
        concat!(
            "select ",
            $colonne,
            " from (select distinct ente from accesso.poteri($3, $4) where persona = $1 and ruolo = any ($2)) e \
               cross join lateral (select * from albo.atto a where a.ente = e.ente and ",
            $dove,
            " order by ",
            $ordine,
            " limit 51) a order by ",
            $ordine
        )
    };
}
pub(crate) const ATTESE_BOZZE: &str = di_chi!(
    "a.ente, a.id, a.oggetto, a.previsto_dal",
    "a.numero is null and (a.stato = 'bozza' or (a.stato = 'programmata' and a.previsto_dal < $3))",
    "a.creato_il, a.id"
);
pub(crate) const ATTESE_RELATE: &str = di_chi!(
    "a.ente, a.anno, a.numero, a.oggetto",
    "a.relata is null and a.stato = 'pubblicata' and a.fine <= $4 and a.fine > $4 - interval '60 days'",
    "a.fine, a.id"
);

// Fingerprints of files, among these, that an act exposes, exposed or will expose.
pub(crate) const CITATI: &str = "select distinct impronta from albo.file where ente = $1 and impronta = any ($2)";
pub(crate) const ATTESE_PROROGHE: &str = "select p.ente, count(*), min(a.fine) \
     from albo.proposta p join albo.atto a on a.ente = p.ente and a.id = p.atto \
     where p.stato = 'proposta' and exists (select from accesso.poteri($3, $4) r where r.ente = p.ente and r.persona = $1 \
       and r.ruolo = any ($2)) \
     group by p.ente order by min(a.fine)";

pub const ALL: &[Istruzione] = istruzioni! {
    App: TIPI, REGOLA, IMPOSTA_TERMINE, IMPOSTA_REGOLA, PREPARA, RISCRIVI, SCARTA, CONFERMA, PROGRAMMA, AFFIGGI, ESPONI_FILE,
        ANNULLA, NUOVA_FINE, RIMUOVI, RIMUOVI_NOMI, TOGLI_FILE, TOGLI_MOTIVI, RELATA, NUOVO_FILE, SCARTA_FILE, OPERAZIONE,
        ATTO, ATTO_DA_TOCCARE, BOZZA, BOZZA_DA_TOCCARE, FILE, OPERAZIONI, ESPOSTI, TUTTI_ESPOSTI, NEL_FLUSSO, TIPI_DI_PERSONE, SOGLIA, ESPOSTI_DAL, PROPONI,
        PROPOSTE_DI, PROPOSTE, ATTI_CON_PROPOSTA, DECIDI_PROPOSTA, IN_PREPARAZIONE, PUBBLICATI, DEL_FILO,
        CHI_AFFIGGE, DA_AFFIGGERE, CITATI;
    Scrivania: ATTESE_BOZZE, ATTESE_RELATE, ATTESE_PROROGHE;
};
