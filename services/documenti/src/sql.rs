//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

pub(crate) const NUOVO_FILO: &str =
    "insert into documenti.filo (ente, id, titolo, aperto_il, persona) values ($1, $2, $3, $4, $5)";
pub(crate) const FILO: &str = "select id, titolo, aperto_il from documenti.filo where ente = $1 and id = $2";
pub(crate) const FILI: &str = "select id, titolo, aperto_il from documenti.filo \
     where ente = $1 and persona is not null order by aperto_il desc, id limit 50";

pub(crate) const OSCURA_TITOLO: &str =
    "update documenti.filo set titolo = $4 where ente = $1 and id = $2 and titolo = any ($3)";

pub(crate) const AGGIUNGI: &str = "insert into documenti.documento (ente, id, filo, nome, nome_dichiarato, tipo, \
       tipo_dichiarato, dimensione, impronta, formazione, riservato, creato_il, persona) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     returning id, filo, nome, nome_dichiarato, tipo, tipo_dichiarato, dimensione, impronta, formazione, riservato, \
       creato_il, persona";
pub(crate) const DOCUMENTO: &str = "select id, filo, nome, nome_dichiarato, tipo, tipo_dichiarato, dimensione, \
       impronta, formazione, riservato, creato_il, persona from documenti.documento where ente = $1 and id = $2";
pub(crate) const DOCUMENTI: &str = "select id, filo, nome, nome_dichiarato, tipo, tipo_dichiarato, dimensione, \
       impronta, formazione, riservato, creato_il, persona from documenti.documento \
     where ente = $1 and id = any ($2) order by array_position($2, id)";

pub(crate) const VERSIONE: &str = "select max(versione) from documenti.titolario where ente = $1";
pub(crate) const VERSIONI: &str = "select versione, nome, motivo, dal from documenti.titolario \
     where ente = $1 order by versione desc";
pub(crate) const NUOVO_TITOLARIO: &str = "insert into documenti.titolario (ente, versione, nome, motivo, dal, persona) \
     values ($1, $2, $3, $4, $5, $6)";
pub(crate) const CLASSI_DA_ELENCO: &str = "insert into documenti.classe \
       (ente, versione, codice, descrizione, ordine, classificabile) \
     select $1, $2, c.codice, c.descrizione, c.ordine, c.classificabile from jsonb_to_recordset($3) \
       as c(codice text, descrizione text, ordine integer, classificabile boolean)";
// The next version is the last one, with one class closed or one added (its title is then a heading).
pub(crate) const CLASSI_VARIATE: &str = "insert into documenti.classe \
       (ente, versione, codice, descrizione, ordine, classificabile) \
     select ente, versione + 1, codice, descrizione, ordine, classificabile and codice is distinct from $3 \
       and codice is distinct from $4 \
     from documenti.classe where ente = $1 and versione = $2";
pub(crate) const AGGIUNGI_CLASSE: &str = "insert into documenti.classe \
       (ente, versione, codice, descrizione, ordine, classificabile) \
     select t.ente, t.versione, $4, $5, t.ordine + $6, true from documenti.classe t \
     where t.ente = $1 and t.versione = $2 and t.codice = $3";
pub(crate) const CLASSI: &str = "select versione, codice, descrizione, classificabile from documenti.classe \
     where ente = $1 and versione = $2 order by ordine, codice";
pub(crate) const CLASSE: &str = "select versione, codice, descrizione, classificabile from documenti.classe \
     where ente = $1 and versione = $2 and codice = $3";

pub(crate) const PROSSIMO: &str = "insert into documenti.progressivo as p (ente, anno, classifica, ultimo) \
     values ($1, $2, $3, 1) on conflict (ente, anno, classifica) do update set ultimo = p.ultimo + 1 returning ultimo";
pub(crate) const APRI_FASCICOLO: &str = "insert into documenti.fascicolo (ente, anno, classifica, progressivo, \
       titolario, oggetto, tipologia, ufficio, responsabile, aperto_il) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
// Under the lock of the fascicolo: steps are counted one at a time.
pub(crate) const PASSO_FASCICOLO: &str = "insert into documenti.fascicolo_passo (ente, anno, classifica, progressivo, \
       passo, istante, operazione, motivo, persona) \
     select $1, $2, $3, $4, 1 + count(*), $5, $6, $7, $8 from documenti.fascicolo_passo \
     where ente = $1 and anno = $2 and classifica = $3 and progressivo = $4";
pub(crate) const FASCICOLO_DA_CAMBIARE: &str = "select chiuso_il is null from documenti.fascicolo \
     where ente = $1 and anno = $2 and classifica = $3 and progressivo = $4 for update";
pub(crate) const SEGNA_CHIUSO: &str = "update documenti.fascicolo set chiuso_il = $5 \
     where ente = $1 and anno = $2 and classifica = $3 and progressivo = $4";
pub(crate) const GIA_DENTRO: &str = "select riferimento from documenti.fascicolo_contenuto \
     where ente = $1 and anno = $2 and classifica = $3 and progressivo = $4 and riferimento = any ($5)";
pub(crate) const METTI_DENTRO: &str = "insert into documenti.fascicolo_contenuto (ente, anno, classifica, progressivo, \
       riferimento, documento, inserito_il, persona) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
// A fascicolo as pages read it, and which.
macro_rules! fascicolo {
    ($quali:literal) => {
        concat!(
            "select f.anno, f.classifica, f.progressivo, f.titolario, \
               c.descrizione as descrizione_classe, f.oggetto, f.tipologia, f.ufficio, f.responsabile, f.aperto_il, f.chiuso_il, \
               (select count(*) from documenti.fascicolo_contenuto d where d.ente = f.ente and d.anno = f.anno \
                  and d.classifica = f.classifica and d.progressivo = f.progressivo) as contenuti \
             from documenti.fascicolo f \
             join documenti.classe c on c.ente = f.ente and c.versione = f.titolario and c.codice = f.classifica ",
            $quali
        )
    };
}
pub(crate) const FASCICOLO: &str =
    fascicolo!("where f.ente = $1 and f.anno = $2 and f.classifica = $3 and f.progressivo = $4");
// Those of a list, in any order.
pub(crate) const FASCICOLI_SCELTI: &str = fascicolo!(
    "where f.ente = $1 and (f.anno, f.classifica, f.progressivo) in ( \
       select k.a, k.c, k.p from unnest($2::integer[], $3::text[], $4::integer[]) as k(a, c, p))"
);
// Newest year first, then as they stand on the shelf.
pub(crate) const FASCICOLI: &str = fascicolo!(
    "where f.ente = $1 and ($2::boolean is null or (f.chiuso_il is null) = $2) \
       and ($3::text is null or f.classifica = $3) \
       and ($4::integer is null or (f.anno, f.classifica, f.progressivo) < ($4, $5::text, $6::integer)) \
     order by f.anno desc, f.classifica desc, f.progressivo desc limit $7"
);
pub(crate) const CONTENUTI: &str = "select c.riferimento, c.documento, d.nome, d.riservato, c.inserito_il \
     from documenti.fascicolo_contenuto c \
     left join documenti.documento d on d.ente = c.ente and d.id = c.documento \
     where c.ente = $1 and c.anno = $2 and c.classifica = $3 and c.progressivo = $4 \
     order by c.inserito_il, c.riferimento";
pub(crate) const PASSI_FASCICOLO: &str = "select s.istante, s.operazione, s.motivo, p.nome || ' ' || p.cognome as chi \
     from documenti.fascicolo_passo s join accesso.persona p on p.id = s.persona \
     where s.ente = $1 and s.anno = $2 and s.classifica = $3 and s.progressivo = $4 order by s.passo";
pub(crate) const DOVE_STA: &str = "select anno, classifica, progressivo from documenti.fascicolo_contenuto \
     where ente = $1 and riferimento = $2 order by anno, classifica, progressivo";

// Who cites a blob holds this lock, shared, until the end of its transaction (documenti.cita): who collects must be alone.
pub(crate) const SOSPENDI_CITAZIONI: &str = "select pg_try_advisory_xact_lock(hashtext('documenti.citazioni'), $1)";
pub(crate) const CITATI: &str =
    "select distinct impronta from documenti.documento where ente = $1 and impronta = any ($2)";

// Every blob once, in the order of its fingerprint, a lot at a time.
pub(crate) const BLOB: &str = "select distinct impronta from documenti.documento \
     where ente = $1 and impronta > $2 order by impronta limit $3";
pub(crate) const TROVA_ANOMALIA: &str = "insert into documenti.anomalia (ente, impronta, esito, trovata_il) \
     values ($1, $2, $3, $4) on conflict (ente, impronta) where risolta_il is null do nothing";
pub(crate) const RISOLVI_ANOMALIA: &str = "update documenti.anomalia set risolta_il = $3 \
     where ente = $1 and impronta = $2 and risolta_il is null";
pub(crate) const VERIFICATO: &str = "insert into documenti.verifica (ente, istante, controllati, anomali) \
     values ($1, $2, $3, $4) on conflict do nothing";
pub(crate) const ULTIMA_VERIFICA: &str = "select istante, controllati, anomali from documenti.verifica \
     where ente = $1 order by istante desc limit 1";
pub(crate) const ANOMALIE: &str = "select a.impronta, a.esito, a.trovata_il, d.id as documento, d.nome \
     from documenti.anomalia a cross join lateral (select id, nome from documenti.documento \
       where ente = a.ente and impronta = a.impronta order by creato_il, id limit 1) d \
     where a.ente = $1 and a.risolta_il is null order by a.trovata_il desc, a.impronta";
// On the desk of who may call for help.
pub(crate) const ANOMALIE_DI_CHI: &str = "select a.ente, count(*) as quante, min(a.trovata_il) as dal \
     from documenti.anomalia a where a.risolta_il is null and exists (select from accesso.poteri($2, $3) r \
       where r.ente = a.ente and r.persona = $1 and r.ruolo in ('responsabile', 'segretario')) \
     group by a.ente order by a.ente";

// For `alleanza verifica`: every document of every ente, with the code that names its folder.
pub(crate) const BLOB_DI_TUTTI: &str = "select e.codice, d.impronta, min(d.nome) as nome from documenti.documento d \
     join accesso.ente e on e.id = d.ente where ($1::text is null or e.codice = $1) \
       and (e.codice, d.impronta) > ($2, $3) group by e.codice, d.impronta order by e.codice, d.impronta limit $4";

// The technical centre counts; it reads neither names nor fingerprints.
pub(crate) const QUANTI: &str = "select e.codice as ente, count(*) as valore \
     from documenti.documento d join accesso.ente e on e.id = d.ente group by e.codice order by e.codice";
pub(crate) const BYTE: &str = "select e.codice as ente, sum(d.dimensione)::bigint as valore \
     from documenti.documento d join accesso.ente e on e.id = d.ente group by e.codice order by e.codice";

pub const ALL: &[Istruzione] = istruzioni! {
    App: NUOVO_FILO, FILO, FILI, OSCURA_TITOLO, AGGIUNGI, DOCUMENTO, DOCUMENTI, VERSIONE, VERSIONI, NUOVO_TITOLARIO,
        CLASSI_DA_ELENCO, CLASSI_VARIATE, AGGIUNGI_CLASSE, CLASSI, CLASSE, PROSSIMO, APRI_FASCICOLO, PASSO_FASCICOLO,
        FASCICOLO_DA_CAMBIARE, SEGNA_CHIUSO, GIA_DENTRO, METTI_DENTRO, FASCICOLO, FASCICOLI_SCELTI, FASCICOLI, CONTENUTI, PASSI_FASCICOLO, DOVE_STA,
        SOSPENDI_CITAZIONI, CITATI, BLOB, TROVA_ANOMALIA, RISOLVI_ANOMALIA, VERIFICATO, ULTIMA_VERIFICA, ANOMALIE;
    Scrivania: ANOMALIE_DI_CHI;
    Centro: QUANTI, BYTE;
    Manutenzione: BLOB_DI_TUTTI;
};
