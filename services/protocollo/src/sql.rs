//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

// A registration as pages read it: from where, and what follows. Lists choose their rows first, in the order of the index,
// and join the rest to what they chose: planned with the joins, a list of fifty reads the whole register.
macro_rules! registrazione {
    ($dopo:literal) => {
        registrazione!("protocollo.registrazione", $dopo)
    };
    ($da:literal, $dopo:literal) => {
        concat!(
            "select r.aoo, r.anno, r.numero, r.posizione, r.verso, r.istante, r.arrivato_il, r.arrivato_con_ora, \
               r.oggetto, r.corrispondenti, r.documento, r.impronta, r.allegati, r.mezzo, r.numero_mittente, \
               r.data_mittente, r.classifica, r.titolario, r.ufficio, u.nome as ufficio_nome, r.ufficio_mittente, \
               m.nome as ufficio_mittente_nome, r.filo, r.riservata, r.persona, r.annullata_il, \
               r.parole_prima <> '' as rettificata, a.presa_il is not null as presa, \
               exists (select from protocollo.oscuramento o where o.ente = r.ente and o.aoo = r.aoo and o.anno = r.anno \
                 and o.numero = r.numero) as oscurata \
             from ",
            $da,
            " r \
             join accesso.ufficio u on u.ente = r.ente and u.codice = r.ufficio \
             left join accesso.ufficio m on m.ente = r.ente and m.codice = r.ufficio_mittente \
             join protocollo.assegnazione a on a.ente = r.ente and a.aoo = r.aoo and a.anno = r.anno \
               and a.numero = r.numero and a.corrente ",
            $dopo
        )
    };
}

// Rows of a registration in one statement, after the number: the counter's lock is held as little as possible.
pub(crate) const SALVA: &str = "with r as ( \
       insert into protocollo.registrazione (ente, aoo, anno, numero, posizione, verso, istante, arrivato_il, \
         arrivato_con_ora, oggetto, corrispondenti, documento, impronta, allegati, mezzo, numero_mittente, data_mittente, \
         classifica, titolario, ufficio, ufficio_mittente, filo, riservata, persona) \
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, jsonb_array_length($24), $14, $15, $16, $17, $18, \
         $19, $20, $21, $22, $23)), \
     c as ( \
       insert into protocollo.corrispondente (ente, aoo, anno, numero, posizione, progressivo, tipo, nome, \
         codice_fiscale, indirizzo, recapito) \
       select $1, $2, $3, $4, $5, n, e ->> 'tipo', e ->> 'nome', e ->> 'codice_fiscale', e ->> 'indirizzo', e ->> 'recapito' \
       from jsonb_array_elements($25) with ordinality as x(e, n)), \
     a as ( \
       insert into protocollo.allegato (ente, aoo, anno, numero, progressivo, documento, impronta) \
       select $1, $2, $3, $4, n, (e ->> 'documento')::uuid, decode(e ->> 'impronta', 'hex') \
       from jsonb_array_elements($24) with ordinality as x(e, n)) \
     insert into protocollo.assegnazione (ente, aoo, anno, numero, posizione, ufficio, classifica, titolario, istante, \
       persona, corrente) values ($1, $2, $3, $4, $5, $19, $17, $18, $7, $23, true)";

pub(crate) const REGISTRAZIONE: &str = registrazione!("where r.ente = $1 and r.anno = $2 and r.numero = $3");
pub(crate) const DA_TOCCARE: &str =
    registrazione!("where r.ente = $1 and r.anno = $2 and r.numero = $3 for update of r");
// Those of a list of keys, in any order.
pub(crate) const REGISTRAZIONI: &str = registrazione!(
    "where r.ente = $1 and (r.anno, r.numero) in (select k.anno, k.numero from unnest($2::integer[], $3::integer[]) as k(anno, numero))"
);
pub(crate) const DEL_FILO: &str = registrazione!("where r.ente = $1 and r.filo = $2 order by r.istante, r.numero");
// A limit that is written and not given lets the plan be made once.
pub(crate) const ELENCO: &str = registrazione!(
    "(select * from protocollo.registrazione g where g.ente = $1 and (g.anno, g.numero) < ($2, $3) \
       order by g.anno desc, g.numero desc limit 51)",
    "order by r.anno desc, r.numero desc"
);
// With filters the plan depends on their values: it is made each time.
pub(crate) const FILTRA: &str = registrazione!(
    "(select * from protocollo.registrazione g \
       where g.ente = $1 and ($2::text is null or g.verso = $2) and ($3::text is null or g.ufficio = $3) \
         and ($4::text is null or g.classifica = $4 or g.classifica like $4 || '.%') \
         and g.anno between $5 and $6 and g.istante >= $7 and g.istante < $8 \
         and ($9::boolean is null or (g.annullata_il is not null) = $9) \
         and ($10::boolean is null or $10 = (g.annullata_il is null and exists (select from protocollo.assegnazione p \
           where p.ente = g.ente and p.aoo = g.aoo and p.anno = g.anno and p.numero = g.numero and p.corrente \
             and p.presa_il is null))) \
         and ($11::integer is null or g.numero = $11) \
         and ($12::integer is null or (g.anno, g.numero) < ($12, $13::integer)) \
       order by g.anno desc, g.numero desc limit $14)",
    "order by r.anno desc, r.numero desc"
);
// The function finds, with the same filters; who reads the rows is still the ente.
pub(crate) const CERCA: &str = registrazione!(
    "join protocollo.cerca($11, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $13, $14, $15, $16) k \
       on k.aoo = r.aoo and k.anno = r.anno and k.numero = r.numero \
     where r.ente = $1 order by r.anno desc, r.numero desc"
);
pub(crate) const QUANTE: &str =
    "select count(*) from (select from protocollo.registrazione where ente = $1 and anno = $2 limit 501) q";
// The newest of each ente, then the newest of all: no scan of many registers.
pub(crate) const DI_PIU_ENTI: &str = concat!(
    "select r.ente, x.* from (select n.* from unnest($1::integer[]) as e(ente) cross join lateral ( \
         select * from protocollo.registrazione g where g.ente = e.ente order by g.anno desc, g.numero desc limit 51) n \
       order by n.istante desc, n.ente, n.numero desc limit 50) r cross join lateral (",
    registrazione!("(select r.*)", ""),
    ") x order by r.istante desc, r.ente, r.numero desc"
);

pub(crate) const CORRISPONDENTI: &str = "select tipo, nome, codice_fiscale, indirizzo, recapito \
     from protocollo.corrispondente c where ente = $1 and aoo = $2 and anno = $3 and numero = $4 \
       and posizione = (select max(posizione) from protocollo.corrispondente \
         where ente = $1 and aoo = $2 and anno = $3 and numero = $4) \
     order by progressivo";
pub(crate) const ALLEGATI: &str = "select documento from protocollo.allegato \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4 order by progressivo";
pub(crate) const ANNULLAMENTI: &str = "select a.posizione, a.campo, a.prima, a.dopo, a.motivo, a.provvedimento, \
       a.provvedimento_data, a.istante, p.nome || ' ' || p.cognome as chi \
     from protocollo.annullamento a join accesso.persona p on p.id = a.persona \
     where a.ente = $1 and a.aoo = $2 and a.anno = $3 and a.numero = $4 order by a.posizione";
pub(crate) const ASSEGNAZIONI: &str = "select a.posizione, a.ufficio, u.nome as ufficio_nome, a.classifica, a.titolario, \
       a.istante, p.nome || ' ' || p.cognome as chi, a.presa_il, q.nome || ' ' || q.cognome as presa_da \
     from protocollo.assegnazione a \
     join accesso.ufficio u on u.ente = a.ente and u.codice = a.ufficio \
     join accesso.persona p on p.id = a.persona left join accesso.persona q on q.id = a.presa_da \
     where a.ente = $1 and a.aoo = $2 and a.anno = $3 and a.numero = $4 order by a.posizione";
pub(crate) const VOCI: &str = "select v.posizione, v.operazione, v.istante, v.impronta from registri.voce v \
     where v.ente = $1 and v.aoo = $2 and v.registro = 'PG' and v.catena = 0 \
       and v.posizione = any ($3) order by v.posizione";

// The current assignment steps aside, the new one takes its place.
pub(crate) const NON_CORRENTE: &str = "update protocollo.assegnazione set corrente = false \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4 and corrente returning posizione";
pub(crate) const RIASSEGNA: &str = "update protocollo.registrazione set ufficio = $5, classifica = $6, titolario = $7 \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4";
pub(crate) const NUOVA_ASSEGNAZIONE: &str = "insert into protocollo.assegnazione (ente, aoo, anno, numero, posizione, \
       ufficio, classifica, titolario, istante, persona, corrente) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true)";
pub(crate) const PRENDI: &str = "update protocollo.assegnazione set presa_il = $5, presa_da = $6 \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4 and corrente and presa_il is null returning posizione";
// By who took it, and only if nothing has happened to it since.
pub(crate) const LASCIA: &str = "update protocollo.assegnazione set presa_il = null, presa_da = null \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4 and corrente and posizione = $5 and presa_da = $6";
pub(crate) const CORRENTE: &str = "select posizione from protocollo.assegnazione \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4 and corrente";
// Who had taken charge has it still.
pub(crate) const COME_PRIMA: &str = "update protocollo.assegnazione a set presa_il = p.presa_il, presa_da = p.presa_da \
     from protocollo.assegnazione p where a.ente = $1 and a.aoo = $2 and a.anno = $3 and a.numero = $4 and a.corrente \
       and p.ente = a.ente and p.aoo = a.aoo and p.anno = a.anno and p.numero = a.numero and p.posizione = $5";
// What an office has in hand: given to it, and nobody has taken charge of it yet.
pub(crate) const IN_CARICO: &str = "select a.anno, a.numero from protocollo.assegnazione a \
     join protocollo.registrazione r on r.ente = a.ente and r.aoo = a.aoo and r.anno = a.anno and r.numero = a.numero \
     where a.ente = $1 and a.ufficio = $2 and a.corrente and a.presa_il is null and r.annullata_il is null \
     order by a.anno, a.numero";
pub(crate) const ANNULLA: &str = "update protocollo.registrazione set annullata_il = $5 \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4";
pub(crate) const SEGNA_ANNULLAMENTO: &str = "insert into protocollo.annullamento (ente, aoo, anno, numero, posizione, \
       campo, prima, dopo, motivo, provvedimento, provvedimento_data, istante, persona) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
pub(crate) const RETTIFICA: &str = "update protocollo.registrazione set \
       oggetto = case $5 when 'oggetto' then $7 else oggetto end, \
       corrispondenti = case $5 when 'corrispondenti' then $7 else corrispondenti end, \
       numero_mittente = case $5 when 'numero_mittente' then nullif($7, '') else numero_mittente end, \
       data_mittente = case $5 when 'data_mittente' then $8::date else data_mittente end, \
       parole_prima = parole_prima || ' ' || $6 \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4";
pub(crate) const NUOVI_CORRISPONDENTI: &str = "insert into protocollo.corrispondente (ente, aoo, anno, numero, posizione, \
       progressivo, tipo, nome, codice_fiscale, indirizzo, recapito) \
     select $1, $2, $3, $4, $5, n, e ->> 'tipo', e ->> 'nome', e ->> 'codice_fiscale', e ->> 'indirizzo', e ->> 'recapito' \
     from jsonb_array_elements($6) with ordinality as x(e, n)";

// ---- what the law orders to erase ----
pub(crate) const SEGNA_OSCURAMENTO: &str = "insert into protocollo.oscuramento (ente, aoo, anno, numero, posizione, su, \
       campi, classe, provvedimento, provvedimento_data, istante, persona) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(crate) const COPRI_ANNULLAMENTO: &str = "update protocollo.annullamento set prima = $6, dopo = $7, motivo = $8 \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4 and posizione = $5";
pub(crate) const COPRI_NOMI: &str = "update protocollo.corrispondente \
     set nome = $6, codice_fiscale = '', indirizzo = '', recapito = '' \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4 and posizione = any ($5)";
// After the annulments: the words of before that search still finds are those that they still hold.
pub(crate) const COPRI: &str = "update protocollo.registrazione r set oggetto = coalesce($5, oggetto), \
       corrispondenti = coalesce($6, corrispondenti), numero_mittente = coalesce($7, numero_mittente), \
       parole_prima = coalesce((select string_agg(' ' || n.prima, '' order by n.posizione) from protocollo.annullamento n \
         where n.ente = r.ente and n.aoo = r.aoo and n.anno = r.anno and n.numero = r.numero and n.campo <> ''), '') \
     where ente = $1 and aoo = $2 and anno = $3 and numero = $4";
// The voci of one provvedimento, as one erasure.
pub(crate) const OSCURAMENTI: &str = "select array_agg(distinct f.campo) as campi, o.classe, o.provvedimento, \
       o.provvedimento_data, min(o.istante) as istante, p.nome || ' ' || p.cognome as chi, \
       array_agg(distinct o.posizione) as posizioni \
     from protocollo.oscuramento o join accesso.persona p on p.id = o.persona \
     cross join lateral unnest(string_to_array(o.campi, ',')) as f(campo) \
     where o.ente = $1 and o.aoo = $2 and o.anno = $3 and o.numero = $4 \
     group by o.classe, o.provvedimento, o.provvedimento_data, p.id order by min(o.posizione)";
pub(crate) const GIORNALIERI_DI: &str = "select giorno from protocollo.giornaliero \
     where ente = $1 and aoo = $2 and giorno = any ($3) order by giorno";

// What waits for the offices of a person, over all their enti: the newest of each.
pub(crate) const DA_PRENDERE: &str = "select a.ente, a.anno, a.numero, a.verso, a.oggetto, a.corrispondenti, \
       u.nome as ufficio_nome \
     from (select ente, array_agg(distinct ufficio) as uffici from accesso.poteri($2, $5) \
       where persona = $1 and ruolo = any ($4) group by ente) o \
     cross join lateral (select n.* from unnest(o.uffici) as f(ufficio) \
       cross join lateral (select p.ente, p.ufficio, p.istante, r.anno, r.numero, r.verso, r.oggetto, r.corrispondenti \
         from protocollo.assegnazione p \
         join protocollo.registrazione r on r.ente = p.ente and r.aoo = p.aoo and r.anno = p.anno and r.numero = p.numero \
           and r.annullata_il is null \
         where p.ente = o.ente and p.ufficio = f.ufficio and p.corrente and p.presa_il is null and p.istante > $3 \
         order by p.istante desc limit 51) n \
       order by n.istante desc, n.anno desc, n.numero desc limit 51) a \
     join accesso.ufficio u on u.ente = a.ente and u.codice = a.ufficio \
     order by a.istante desc";

// ---- the register of a period ----
// Voci that somebody wrote in the name of another, or lent by another ente, with who they were.
pub(crate) const IN_NOME_ALTRUI: &str = "select v.aoo, v.posizione, p.nome || ' ' || p.cognome as chi, \
       q.nome || ' ' || q.cognome as per_conto_di, coalesce(e.denominazione, c ->> 'prestito_da') as prestito_da \
     from registri.voce v \
     cross join lateral protocollo.leggi(v.contenuto) c \
     left join protocollo.assegnazione g on g.ente = v.ente and g.aoo = v.aoo and g.posizione = v.posizione \
     left join protocollo.annullamento n on n.ente = v.ente and n.aoo = v.aoo and n.posizione = v.posizione \
     left join accesso.persona p on p.id = coalesce(n.persona, g.persona, (c ->> 'persona')::uuid) \
     left join accesso.persona q on q.id = (c ->> 'per_conto_di')::uuid \
     left join accesso.ente e on e.codice = c ->> 'prestito_da' \
     where v.ente = $1 and v.registro = 'PG' and v.catena = 0 and v.istante >= $2 and v.istante < $3 \
       and (c -> 'per_conto_di' is not null or c -> 'prestito_da' is not null)";
pub(crate) const PERIODO: &str = registrazione!(
    "where r.ente = $1 and r.anno between $2 and $3 and r.istante >= $4 and r.istante < $5 \
     order by r.anno, r.numero limit $6"
);

// ---- the daily register ----
pub(crate) const APERTO_IL: &str =
    "select aperto_il from registri.registro where ente = $1 and aoo = $2 and codice = 'PG'";
pub(crate) const ULTIMO_GIORNO: &str = "select max(giorno) from protocollo.giornaliero where ente = $1 and aoo = $2";
// Every voce of a day, and the registration it is about: an oscuramento may be about a rettifica of it.
pub(crate) const DEL_GIORNO: &str = "select v.posizione, v.operazione, v.serie, v.numero, v.istante, v.impronta, \
       v.impronta_contenuto, r.anno as anno_di, r.numero as numero_di, r.verso, \
       coalesce(nullif(r.corrispondenti, ''), m.nome, '') as corrispondenti, r.oggetto, r.classifica, u.nome as ufficio, \
       encode(r.impronta, 'hex') as impronta_documento, o.classe, coalesce( \
         n.motivo || ' (' || n.provvedimento || ' del ' || to_char(n.provvedimento_data, 'DD/MM/YYYY') || ')', \
         o.provvedimento || ' del ' || to_char(o.provvedimento_data, 'DD/MM/YYYY'), '') as nota \
     from registri.voce v \
     left join protocollo.oscuramento o on o.ente = v.ente and o.aoo = v.aoo and o.posizione = v.posizione \
     left join protocollo.registrazione r on r.ente = v.ente and r.aoo = v.aoo \
       and to_jsonb(r.posizione) = case v.operazione when 1 then to_jsonb(v.posizione) when 5 then \
         (select to_jsonb(q.posizione) from protocollo.registrazione q \
          where q.ente = o.ente and q.aoo = o.aoo and q.anno = o.anno and q.numero = o.numero) \
         else protocollo.leggi(v.contenuto) -> 'su' end \
     left join accesso.ufficio u on u.ente = r.ente and u.codice = r.ufficio \
     left join accesso.ufficio m on m.ente = r.ente and m.codice = r.ufficio_mittente \
     left join protocollo.annullamento n on n.ente = r.ente and n.aoo = r.aoo and n.anno = r.anno \
       and n.numero = r.numero and n.posizione = v.posizione \
     where v.ente = $1 and v.aoo = $2 and v.registro = 'PG' and v.catena = 0 and v.istante >= $3 and v.istante < $4 \
     order by v.posizione";
pub(crate) const SALVA_GIORNALIERO: &str = "insert into protocollo.giornaliero (ente, aoo, giorno, registrazioni, \
       modifiche, primo_numero, ultimo_numero, posizione, testa, filo, pdf, dati, prodotto_il, entro) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
pub(crate) const FILO_DEI_GIORNALIERI: &str = "select filo from protocollo.giornaliero \
     where ente = $1 and aoo = $2 and giorno between $3 and $4 order by giorno limit 1";
pub(crate) const GIORNALIERI: &str = "select aoo, giorno, registrazioni, modifiche, primo_numero, ultimo_numero, \
       posizione, testa, filo, pdf, dati, prodotto_il, entro from protocollo.giornaliero \
     where ente = $1 and ($2::date is null or giorno < $2) order by giorno desc, aoo limit $3";
pub(crate) const GIORNALIERO: &str = "select aoo, giorno, registrazioni, modifiche, primo_numero, ultimo_numero, \
       posizione, testa, filo, pdf, dati, prodotto_il, entro from protocollo.giornaliero \
     where ente = $1 and giorno = $2 order by aoo limit 1";

/// What the register says against what the tables say: one row for each difference, both ways.
pub(crate) const PROIEZIONE: &str = "\
with v as materialized ( \
  select aoo, posizione, serie, operazione, numero, istante, protocollo.leggi(contenuto) as c \
  from registri.voce where ente = $1 and registro = 'PG' and catena = 0), \
ch as materialized ( \
  select aoo, posizione, campo, valore from registri.chiaro where ente = $1 and registro = 'PG' and catena = 0), \
su as ( \
  select o.aoo, p.posizione as su, p.serie, p.numero, o.posizione, o.operazione, o.istante, o.c \
  from v o join v p on p.aoo = o.aoo and p.operazione = 1 and o.c -> 'su' = to_jsonb(p.posizione) \
  where o.operazione in (2, 3, 4)), \
imposta as ( \
  select v.aoo, v.posizione as su, v.posizione, v.c, x.campo \
  from v, unnest(array['oggetto', 'corrispondenti', 'numero_mittente', 'data_mittente']) as x(campo) where v.operazione = 1 \
  union all select aoo, su, posizione, c, c ->> 'campi' from su where operazione = 3), \
ultima as ( \
  select distinct on (i.aoo, i.su, i.campo) i.aoo, i.su, i.campo, i.posizione, \
    case i.campo when 'data_mittente' then i.c ->> 'data_mittente' else ch.valore end as valore, \
    i.c -> 'riservati' ->> i.campo is not null and ch.valore is null as oscurata \
  from imposta i left join ch on ch.aoo = i.aoo and ch.posizione = i.posizione and ch.campo = i.campo \
  order by i.aoo, i.su, i.campo, i.posizione desc), \
prima as ( \
  select i.aoo, i.posizione, i.campo, lag(case when i.c -> 'riservati' ->> i.campo is not null and ch.valore is null \
      then protocollo.segnaposto(i.campo) else coalesce(ch.valore, '') end) \
    over (partition by i.aoo, i.su, i.campo order by i.posizione) as valore \
  from imposta i left join ch on ch.aoo = i.aoo and ch.posizione = i.posizione and ch.campo = i.campo), \
nomi as ( \
  select aoo, anno, numero, posizione, string_agg(nome, '; ' order by progressivo) as riga, \
    bool_and(nome = 'Nome oscurato' and codice_fiscale || indirizzo || recapito = '') as coperti, \
    jsonb_agg(jsonb_build_object('tipo', tipo, 'nome', nome, 'codice_fiscale', codice_fiscale, 'indirizzo', indirizzo, \
      'recapito', recapito) order by progressivo) as elenco \
  from protocollo.corrispondente where ente = $1 group by aoo, anno, numero, posizione), \
fatti as ( \
  select aoo, anno, numero, jsonb_object_agg(progressivo::text, jsonb_build_object('documento', documento, \
      'impronta', encode(impronta, 'hex'))) as elenco \
  from protocollo.allegato where ente = $1 group by aoo, anno, numero), \
a as ( \
  select v.aoo, v.posizione, v.serie, v.numero, v.istante, v.c, o.valore as oggetto, o.oscurata as oggetto_oscurato, \
    c.valore as corrispondenti, c.oscurata as corrispondenti_oscurati, c.posizione as corrispondenti_da, \
    n.valore as numero_mittente, n.oscurata as numero_oscurato, d.valore as data_mittente, \
    (select max(s.istante) from su s where s.aoo = v.aoo and s.su = v.posizione and s.operazione = 2) as annullata_il \
  from v \
  left join ultima o on o.aoo = v.aoo and o.su = v.posizione and o.campo = 'oggetto' \
  left join ultima c on c.aoo = v.aoo and c.su = v.posizione and c.campo = 'corrispondenti' \
  left join ultima n on n.aoo = v.aoo and n.su = v.posizione and n.campo = 'numero_mittente' \
  left join ultima d on d.aoo = v.aoo and d.su = v.posizione and d.campo = 'data_mittente' \
  where v.operazione = 1), \
r as (select * from protocollo.registrazione where ente = $1), \
passi as ( \
  select aoo, posizione as su, serie, numero, posizione, istante, c from v where operazione = 1 \
  union all select aoo, su, serie, numero, posizione, istante, c from su where operazione = 4) \
select coalesce(a.aoo, r.aoo), 'PG', 0, coalesce(a.posizione, r.posizione), coalesce(a.numero, r.numero), x.cosa \
from a full join r on r.aoo = a.aoo and r.posizione = a.posizione \
left join nomi on nomi.aoo = r.aoo and nomi.anno = r.anno and nomi.numero = r.numero and nomi.posizione = a.corrispondenti_da \
left join fatti on fatti.aoo = r.aoo and fatti.anno = r.anno and fatti.numero = r.numero \
cross join lateral (values \
  (a.posizione is null, 'registrazione senza voce'), \
  (r.posizione is null, 'voce senza registrazione'), \
  (r.anno <> a.serie or r.numero <> a.numero or r.istante <> a.istante, 'numero o istante diversi dalla voce'), \
  (r.oggetto is distinct from case when a.oggetto_oscurato then protocollo.segnaposto('oggetto') else a.oggetto end, \
    'oggetto diverso dalla voce'), \
  (encode(r.impronta, 'hex') is distinct from a.c ->> 'impronta' or r.documento::text is distinct from a.c ->> 'documento', \
    'documento o impronta diversi dalla voce'), \
  (r.verso is distinct from a.c ->> 'verso' or r.mezzo is distinct from a.c ->> 'mezzo' \
    or to_jsonb(r.riservata) is distinct from a.c -> 'riservata' or r.filo::text is distinct from a.c ->> 'filo' \
    or r.persona::text is distinct from a.c ->> 'persona' \
    or r.ufficio_mittente is distinct from a.c ->> 'ufficio_mittente', 'dati diversi dalla voce'), \
  (r.verso = 'E' and (to_jsonb((extract(epoch from r.arrivato_il) * 1000000)::bigint) \
     is distinct from coalesce(a.c -> 'arrivato_us', to_jsonb((extract(epoch from a.istante) * 1000000)::bigint)) \
    or to_jsonb(r.arrivato_con_ora) is distinct from a.c -> 'arrivato_con_ora'), 'arrivo diverso dalla voce'), \
  (r.numero_mittente is distinct from case when a.numero_oscurato then protocollo.segnaposto('numero_mittente') \
       else a.numero_mittente end \
    or to_char(r.data_mittente, 'YYYY-MM-DD') is distinct from a.data_mittente, 'protocollo del mittente diverso dalla voce'), \
  (r.verso <> 'I' and case when a.corrispondenti_oscurati \
     then r.corrispondenti <> protocollo.segnaposto('corrispondenti') or nomi.coperti is not true \
     else nomi.elenco is distinct from protocollo.leggi(convert_to(a.corrispondenti, 'UTF8')) \
       or nomi.riga is distinct from r.corrispondenti end, 'corrispondenti diversi dalla voce'), \
  (coalesce(fatti.elenco, '{}') is distinct from coalesce(a.c -> 'allegati', '{}') \
    or r.allegati is distinct from (select count(*) from jsonb_object_keys(coalesce(a.c -> 'allegati', '{}'))), \
    'allegati diversi dalla voce'), \
  (r.annullata_il is not null and a.annullata_il is null, 'annullata senza voce di annullamento'), \
  (r.annullata_il is null and a.annullata_il is not null, 'voce di annullamento senza annullamento') \
) as x(male, cosa) \
where x.male and (a.posizione is null) = (x.cosa = 'registrazione senza voce') \
  and (r.posizione is null) = (x.cosa = 'voce senza registrazione') \
union all \
select coalesce(s.aoo, n.aoo), 'PG', 0, coalesce(s.posizione, n.posizione), coalesce(s.numero, n.numero), \
  case when n.posizione is null then 'voce di annullamento senza annullamento' \
       when s.posizione is null then 'annullamento senza voce' else 'annullamento diverso dalla voce' end \
from (select * from su where operazione in (2, 3)) s \
full join (select * from protocollo.annullamento where ente = $1) n on n.aoo = s.aoo and n.posizione = s.posizione \
left join ch m on m.aoo = s.aoo and m.posizione = s.posizione and m.campo = 'motivo' \
left join ch d on d.aoo = s.aoo and d.posizione = s.posizione and d.campo = n.campo \
left join prima q on q.aoo = s.aoo and q.posizione = s.posizione and q.campo = n.campo \
left join nomi on nomi.aoo = s.aoo and nomi.posizione = s.posizione \
where n.posizione is null or s.posizione is null or n.numero <> s.numero or n.anno <> s.serie or n.istante <> s.istante \
  or n.campo <> coalesce(s.c ->> 'campi', '') or n.provvedimento is distinct from s.c ->> 'provvedimento' \
  or to_char(n.provvedimento_data, 'YYYY-MM-DD') is distinct from s.c ->> 'provvedimento_data' \
  or n.motivo <> coalesce(m.valore, protocollo.segnaposto('motivo')) \
  or case when s.c -> 'riservati' ->> n.campo is not null and d.valore is null \
     then n.dopo <> protocollo.segnaposto(n.campo) or n.campo = 'corrispondenti' and nomi.coperti is not true \
     else n.campo in ('oggetto', 'numero_mittente') and n.dopo <> coalesce(d.valore, '') end \
  or case when n.campo in ('oggetto', 'numero_mittente') then n.prima <> q.valore \
     else q.valore = protocollo.segnaposto(n.campo) and n.prima <> q.valore end \
union all \
select coalesce(s.aoo, n.aoo), 'PG', 0, coalesce(s.posizione, n.posizione), coalesce(s.numero, n.numero), \
  case when n.posizione is null then 'voce di oscuramento senza oscuramento' \
       when s.posizione is null then 'oscuramento senza voce' else 'oscuramento diverso dalla voce' end \
from (select o.aoo, o.posizione, o.istante, o.c, p.serie, p.numero \
      from v o join v t on t.aoo = o.aoo and o.c -> 'su' = to_jsonb(t.posizione) \
      join v p on p.aoo = o.aoo and p.operazione = 1 \
        and to_jsonb(p.posizione) = case t.operazione when 1 then to_jsonb(t.posizione) else t.c -> 'su' end \
      where o.operazione = 5) s \
full join (select * from protocollo.oscuramento where ente = $1) n on n.aoo = s.aoo and n.posizione = s.posizione \
where n.posizione is null or s.posizione is null or n.numero <> s.numero or n.anno <> s.serie or n.istante <> s.istante \
  or (n.su::text, n.campi, n.classe, n.provvedimento, to_char(n.provvedimento_data, 'YYYY-MM-DD'), n.persona::text) \
     is distinct from (s.c ->> 'su', s.c ->> 'campi', s.c ->> 'classe', s.c ->> 'provvedimento', \
       s.c ->> 'provvedimento_data', s.c ->> 'persona') \
union all \
select coalesce(s.aoo, g.aoo), 'PG', 0, coalesce(s.posizione, g.posizione), coalesce(s.numero, g.numero), \
  'assegnazione diversa dalla voce' \
from passi s \
full join (select * from protocollo.assegnazione where ente = $1) g on g.aoo = s.aoo and g.posizione = s.posizione \
left join (select aoo, su, max(posizione) as posizione from passi group by aoo, su) u on u.aoo = s.aoo and u.su = s.su \
left join r on r.aoo = s.aoo and r.posizione = s.su \
where g.posizione is null or s.posizione is null or g.numero <> s.numero or g.anno <> s.serie \
  or g.ufficio is distinct from s.c ->> 'ufficio' or g.classifica is distinct from s.c ->> 'classifica' \
  or to_jsonb(g.titolario) is distinct from s.c -> 'titolario' or g.corrente <> (s.posizione = u.posizione) \
  or (g.corrente and (r.ufficio <> g.ufficio or r.classifica <> g.classifica or r.titolario <> g.titolario))";

// Fingerprints of documents, among these, that the register cites.
pub(crate) const CITATI: &str = "select impronta from protocollo.registrazione where ente = $1 and impronta = any ($2) \
     union select impronta from protocollo.allegato where ente = $1 and impronta = any ($2)";

pub(crate) const STATO: &str = "select aoo, 'PG' as registro, 0 as catena, posizione, anno, numero, istante, verso, \
       oggetto, encode(impronta, 'hex') as impronta, classifica, ufficio, annullata_il is not null as annullata \
     from protocollo.registrazione where ente = $1 order by aoo, posizione";

pub const ALL: &[Istruzione] = istruzioni! {
    App: SALVA, REGISTRAZIONE, DA_TOCCARE, DEL_FILO, ELENCO, FILTRA, CERCA, QUANTE, CORRISPONDENTI, ALLEGATI,
        ANNULLAMENTI, ASSEGNAZIONI, VOCI, NON_CORRENTE, RIASSEGNA, IN_CARICO, NUOVA_ASSEGNAZIONE, PRENDI, LASCIA, CORRENTE, COME_PRIMA, REGISTRAZIONI, ANNULLA, SEGNA_ANNULLAMENTO, RETTIFICA,
        NUOVI_CORRISPONDENTI, SEGNA_OSCURAMENTO, COPRI_ANNULLAMENTO, COPRI_NOMI, COPRI, OSCURAMENTI, GIORNALIERI_DI, PERIODO, APERTO_IL, ULTIMO_GIORNO, IN_NOME_ALTRUI, DEL_GIORNO, SALVA_GIORNALIERO, FILO_DEI_GIORNALIERI,
        GIORNALIERI, GIORNALIERO, CITATI;
    Scrivania: DI_PIU_ENTI, DA_PRENDERE;
    Manutenzione: PROIEZIONE, STATO;
};

#[cfg(test)]
mod tests {
    use web::Pagine;

    #[test]
    fn a_written_limit_is_that_of_a_page() {
        let scritto = format!("limit {}", Pagine::<()>::LIMITE);
        for sql in [super::ELENCO, super::DI_PIU_ENTI, super::DA_PRENDERE] {
            assert!(sql.contains(&scritto), "{sql}");
        }
    }
}
