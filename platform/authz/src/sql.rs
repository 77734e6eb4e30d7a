//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

// How the person may do it, at most one row: in their own name if a role of theirs allows it, otherwise for whom they
// substitute, otherwise as lent.
pub(crate) const POTERE: &str = "select o.ufficio, o.per_conto_di, s.nome || ' ' || s.cognome as sostituito, \
       p.da_ente, p.da_nome \
     from accesso.poteri($4, $5) o \
     left join accesso.persona s on s.id = o.per_conto_di \
     left join accesso.prestito p on p.ente = o.ente and p.id = o.prestito \
     where o.ente = $1 and o.persona = $2 and o.ruolo = any ($3) \
     order by o.prestito is not null, o.per_conto_di is not null, o.ufficio, o.per_conto_di limit 1";
pub(crate) const AUDIT: &str = "insert into accesso.audit \
     (ente, istante, persona, per_conto_di, prestito_da, ufficio, azione, operazione, oggetto, dettaglio) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
pub(crate) const ANNOTA_ACCESSI: &str = "select accesso.annota_accessi($1)";

pub(crate) const ENTE_DI_HOST: &str = "select e.id as ente, e.codice, e.denominazione from accesso.host h \
     join accesso.ente e on e.id = h.ente where h.nome = $1";
pub(crate) const ENTE_PER_CODICE: &str = "select id as ente, codice, denominazione from accesso.ente where codice = $1";

// Reads and locks, in one order: a hundred guesses in parallel come through one at a time.
pub(crate) const TENTATIVI: &str = "insert into accesso.tentativo as t (chiave, falliti, ultimo_il) \
     select k, 0, $2 from unnest($1::text[]) k order by k \
     on conflict (chiave) do update set falliti = t.falliti returning chiave, falliti, ultimo_il";
// The failure is counted before the password is looked at.
pub(crate) const SEGNA_TENTATIVO: &str =
    "update accesso.tentativo set falliti = falliti + 1, ultimo_il = $2 where chiave = any ($1)";
// Locked in the same order as above, or two sign-ins of one person would wait for each other.
pub(crate) const AZZERA_TENTATIVI: &str = "delete from accesso.tentativo where chiave in \
     (select chiave from accesso.tentativo where chiave = any ($1) order by chiave for update)";
pub(crate) const PERSONA_CHE_ENTRA: &str =
    "select id, parola from accesso.persona where utente = $1 and disattivata_il is null";
pub(crate) const APRI_SESSIONE: &str = "insert into accesso.sessione \
     (impronta, persona, csrf, creata_il, vista_il, scade_il, indirizzo, fattore, dispositivo, fornitore, presente) \
     values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)";
pub(crate) const CHIUDI_SESSIONE: &str = "delete from accesso.sessione where impronta = $1";
pub(crate) const TOCCA_SESSIONE: &str = "update accesso.sessione set vista_il = $2 where impronta = $1";
// One row per ente of the person, or one row without ente for who has no power yet; with the strictest second factor that
// the roles ask for there, whom they substitute, and who lends them until when.
pub(crate) const SESSIONE: &str = "select s.id, s.persona, s.csrf, s.creata_il, s.vista_il, s.fattore, s.presente, p.utente, \
       p.nome, p.cognome, r.ente, e.codice, e.denominazione, r.ruoli, r.livello, r.sostituiti, r.da_nome, r.al as prestito_al \
     from accesso.sessione s \
     join accesso.persona p on p.id = s.persona and p.disattivata_il is null \
     left join lateral (select o.ente, array_agg(distinct o.ruolo order by o.ruolo) as ruoli, \
         max(case q.fattore when 'passkey' then 2 when 'qualsiasi' then 1 end) as livello, \
         array_agg(distinct x.nome || ' ' || x.cognome) filter (where x.id is not null) as sostituiti, \
         min(t.da_nome) as da_nome, max(t.al) as al \
       from accesso.poteri($3, $2) o \
       left join accesso.requisito q on q.ente = o.ente and q.ruolo = o.ruolo \
       left join accesso.persona x on x.id = o.per_conto_di \
       left join accesso.prestito t on t.ente = o.ente and t.id = o.prestito \
       where o.persona = s.persona group by o.ente) r on true \
     left join accesso.ente e on e.id = r.ente \
     where s.impronta = $1 and s.scade_il > $2 and s.vista_il > $4 \
     order by e.denominazione, e.codice";
pub(crate) const SESSIONI: &str = "select id, creata_il, vista_il, indirizzo, dispositivo, fattore, fornitore \
     from accesso.sessione where persona = $1 and scade_il > $2 and vista_il > $3 order by vista_il desc, id";
pub(crate) const CHIUDI_MIA: &str = "delete from accesso.sessione where persona = $1 and id = $2";
pub(crate) const CAMBIA_PAROLA: &str = "select accesso.cambia_parola($1, $2)";
pub(crate) const CHIUDI_ALTRE: &str = "delete from accesso.sessione where persona = $1 and id <> $2";

// ---- the second factor ----
pub(crate) const INGRESSO: &str = "select i.persona, p.utente, i.fattore, i.fornitore from accesso.ingresso i \
     join accesso.persona p on p.id = i.persona and p.disattivata_il is null \
     where i.impronta = $1 and i.scade_il > $2";
// What nobody finished goes when somebody begins.
pub(crate) const APRI_INGRESSO: &str = "with vecchi as (delete from accesso.ingresso where scade_il < $4) \
     insert into accesso.ingresso (impronta, persona, fattore, scade_il, fornitore) values ($1, $2, $3, $5, $6)";
pub(crate) const AVANZA_INGRESSO: &str = "update accesso.ingresso set fattore = $2 where impronta = $1";
pub(crate) const CHIUDI_INGRESSO: &str = "delete from accesso.ingresso where impronta = $1";
pub(crate) const SITUAZIONE: &str = "select exists (select from accesso.totp where persona = $1), \
       exists (select from accesso.passkey where persona = $1), \
       (select max(case q.fattore when 'passkey' then 2 else 1 end) from accesso.poteri($2, $3) o \
        join accesso.requisito q on q.ente = o.ente and q.ruolo = o.ruolo \
        where o.persona = $1)";
pub(crate) const SEGNA_EVENTO: &str =
    "insert into accesso.evento (persona, istante, fatto, indirizzo) values ($1, $2, $3, $4)";
pub(crate) const EVENTI: &str = "select istante, fatto, indirizzo from accesso.evento where persona = $1 \
     order by istante desc, id desc limit $2";
pub(crate) const ISCRIVI_TOTP: &str = "insert into accesso.totp (persona, segreto, ultimo_passo, creato_il) \
     values ($1, $2, $3, $4) on conflict (persona) do update set segreto = excluded.segreto, \
       ultimo_passo = excluded.ultimo_passo, creato_il = excluded.creato_il, usato_il = null";
pub(crate) const SEGRETO_TOTP: &str = "select segreto from accesso.totp where persona = $1";
// The row's lock lets one of two equal codes through.
pub(crate) const USA_TOTP: &str =
    "update accesso.totp set ultimo_passo = $2, usato_il = $3 where persona = $1 and ultimo_passo < $2";
pub(crate) const TOGLI_TOTP: &str = "delete from accesso.totp where persona = $1";
pub(crate) const MIO_TOTP: &str = "select creato_il, usato_il from accesso.totp where persona = $1";
// What nobody answered goes when another question is asked.
pub(crate) const NUOVA_SFIDA: &str = "with vecchie as (delete from accesso.sfida where scade_il < $5) \
     insert into accesso.sfida (impronta, per, persona, dati, scade_il) values ($1, $2, $3, $4, $6)";
pub(crate) const TOGLI_SFIDA: &str = "delete from accesso.sfida \
     where impronta = $1 and per = $2 and persona is not distinct from $3 and scade_il > $4 returning dati";
pub(crate) const PASSKEY: &str =
    "select credenziale, chiave from accesso.passkey where persona = $1 order by creata_il, id";
pub(crate) const NUOVA_PASSKEY: &str = "insert into accesso.passkey \
     (persona, credenziale, nome, chiave, contatore, creata_il) values ($1, $2, $3, $4, 0, $5)";
// A counter that stays at zero is of a key that the person's devices share.
pub(crate) const USA_PASSKEY: &str = "update accesso.passkey set contatore = $3, chiave = $4, usata_il = $5 \
     where persona = $1 and credenziale = $2 and (contatore < $3 or (contatore = 0 and $3 = 0))";
pub(crate) const MIE_PASSKEY: &str = "select id, nome, creata_il, usata_il from accesso.passkey \
     where persona = $1 order by creata_il, id";
pub(crate) const TOGLI_PASSKEY: &str = "delete from accesso.passkey where persona = $1 and id = $2";
pub(crate) const NUOVI_CODICI: &str = "insert into accesso.codice_recupero (persona, impronta, creato_il) \
     select $1, i, $3 from unnest($2::bytea[]) i";
pub(crate) const QUANTI_CODICI: &str =
    "select count(*) from accesso.codice_recupero where persona = $1 and scade_il is null";
// Tells whether two people gave it.
pub(crate) const USA_CODICE: &str = "delete from accesso.codice_recupero \
     where persona = $1 and impronta = $2 and (scade_il is null or scade_il > $3) returning scade_il is not null";
pub(crate) const TOGLI_TUTTO: &str = "with t as (delete from accesso.totp where persona = $1), \
       k as (delete from accesso.passkey where persona = $1) delete from accesso.codice_recupero where persona = $1";
pub(crate) const TOGLI_CODICI: &str = "delete from accesso.codice_recupero where persona = $1";
pub(crate) const CHIAVE: &str = "insert into accesso.chiave (impronta) values ($1) on conflict do nothing";
pub(crate) const CHIAVE_DI_ADESSO: &str = "select impronta from accesso.chiave";
pub(crate) const CAMBIA_CHIAVE: &str = "with segreti as (delete from accesso.totp), \
       di_fornitori as (delete from accesso.segreto_fornitore) \
     update accesso.chiave set impronta = $1";
pub(crate) const TOGLI_FATTORI: &str = "with p as (select id from accesso.persona where utente = $1), \
       t as (delete from accesso.totp where persona = (select id from p)), \
       k as (delete from accesso.passkey where persona = (select id from p)), \
       c as (delete from accesso.codice_recupero where persona = (select id from p)), \
       s as (delete from accesso.sessione where persona = (select id from p)) \
     select id from p";
// ---- powers of somebody else ----
pub(crate) const POTERI_DI: &str =
    "select distinct ufficio, ruolo from accesso.poteri($3, $4) where ente = $1 and persona = $2";
pub(crate) const NUOVA_SOSTITUZIONE: &str = "insert into accesso.sostituzione \
     (ente, id, sostituto, sostituito, dal, al, motivo, decisa_da, decisa_il) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
pub(crate) const SOSTITUZIONI: &str = "select s.id, a.nome || ' ' || a.cognome as sostituto, \
       b.nome || ' ' || b.cognome as sostituito, s.dal, s.al, s.motivo from accesso.sostituzione s \
     join accesso.persona a on a.id = s.sostituto join accesso.persona b on b.id = s.sostituito \
     where s.ente = $1 and s.al >= s.dal order by s.al desc, s.dal desc, s.id limit $2";
// Ended now is over now, or never began.
pub(crate) const FINE_SOSTITUZIONE: &str =
    "update accesso.sostituzione set al = greatest(dal - 1, $3) where ente = $1 and id = $2 and al > $3";
pub(crate) const PERSONA_ALTROVE: &str = "select persona, denominazione from accesso.persona_altrove($1, $2, $3)";
pub(crate) const NUOVO_PRESTITO: &str = "insert into accesso.prestito \
     (ente, id, persona, da_ente, da_nome, ufficio, ruoli, dal, al, motivo, deciso_da, deciso_il) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(crate) const PRESTITI: &str = "select r.id, p.nome || ' ' || p.cognome as persona, p.utente, r.da_ente, r.da_nome, \
       r.ufficio, r.ruoli, r.dal, r.al, r.motivo, r.chiuso_da is not null as chiuso from accesso.prestito r \
     join accesso.persona p on p.id = r.persona where r.ente = $1 order by r.al desc, r.dal desc, r.id limit $2";
pub(crate) const FINE_PRESTITO: &str = "update accesso.prestito set al = greatest(dal, $3), chiuso_da = $4 \
     where ente = $1 and id = $2 and al > $3";
// ---- recovery by two people ----
pub(crate) const CHIEDI_RECUPERO: &str = "insert into accesso.recupero \
     (ente, id, persona, motivo, chiesto_da, chiesto_il, scade_il) values ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const SCADI_RECUPERI: &str = "update accesso.recupero set deciso_da = chiesto_da, deciso_il = scade_il \
     where ente = $1 and persona = $2 and deciso_il is null and scade_il <= $3";
pub(crate) const RECUPERI: &str = "select r.id, r.persona, p.nome || ' ' || p.cognome as nome, r.motivo, r.chiesto_da, \
       a.nome || ' ' || a.cognome as chi_chiede, r.chiesto_il, r.scade_il, r.deciso_il, r.confermato, \
       b.nome || ' ' || b.cognome as chi_decide \
     from accesso.recupero r join accesso.persona p on p.id = r.persona join accesso.persona a on a.id = r.chiesto_da \
     left join accesso.persona b on b.id = r.deciso_da \
     where r.ente = $1 order by r.chiesto_il desc, r.id limit $2";
pub(crate) const RECUPERO_DA_DECIDERE: &str = "select persona, chiesto_da from accesso.recupero \
     where ente = $1 and id = $2 and deciso_il is null and scade_il > $3 for update";
pub(crate) const DECIDI_RECUPERO: &str = "update accesso.recupero set deciso_da = $3, deciso_il = $4, confermato = $5 \
     where ente = $1 and id = $2";
pub(crate) const RECUPERABILE: &str = "select accesso.recuperabile($1, $2, $3)";
pub(crate) const RECUPERA: &str = "select accesso.recupera($1, $2, $3, $4)";
pub(crate) const REQUISITI: &str = "select ruolo, fattore from accesso.requisito where ente = $1 order by ruolo";
pub(crate) const CHIEDI: &str = "insert into accesso.requisito (ente, ruolo, fattore) values ($1, $2, $3) \
     on conflict (ente, ruolo) do update set fattore = excluded.fattore";
pub(crate) const NON_CHIEDERE: &str = "delete from accesso.requisito where ente = $1 and ruolo = $2";

// ---- identity providers ----
pub(crate) const NUOVO_FORNITORE: &str = "insert into accesso.fornitore \
     (ente, id, nome, emittente, client, forti, aggiunto_da, aggiunto_il) values ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(crate) const SEGRETO_DEL_FORNITORE: &str = "select accesso.segreto_del_fornitore($1, $2)";
pub(crate) const FORNITORI: &str = "select f.id, f.nome, f.emittente, f.client, f.forti, f.aggiunto_il, f.spento_il, \
       a.nome || ' ' || a.cognome as chi_aggiunge \
     from accesso.fornitore f join accesso.persona a on a.id = f.aggiunto_da \
     where f.ente = $1 order by f.spento_il is not null, f.spento_il desc, f.nome, f.id limit $2";
pub(crate) const SPEGNI_FORNITORE: &str = "update accesso.fornitore set spento_da = $3, spento_il = $4 \
     where ente = $1 and id = $2 and spento_il is null returning nome, emittente";
pub(crate) const FORNITORI_ACCESI: &str =
    "select id, nome, emittente from accesso.fornitore where spento_il is null order by nome, id";
pub(crate) const FORNITORE_ACCESO: &str = "select f.id, f.nome, f.emittente, f.client, f.forti, s.sigillato \
     from accesso.fornitore f left join accesso.segreto_fornitore s on s.fornitore = f.id \
     where f.id = $1 and f.spento_il is null";
pub(crate) const IDENTITA: &str = "select p.id, p.utente from accesso.identita_esterna i \
     join accesso.persona p on p.id = i.persona and p.disattivata_il is null where i.emittente = $1 and i.soggetto = $2";
pub(crate) const USA_IDENTITA: &str =
    "update accesso.identita_esterna set nome = $3, usata_il = $4 where emittente = $1 and soggetto = $2";
pub(crate) const COLLEGA_IDENTITA: &str = "insert into accesso.identita_esterna \
     (emittente, soggetto, persona, nome, creata_il) values ($1, $2, $3, $4, $5)";
pub(crate) const MIE_IDENTITA: &str = "select i.id, i.emittente, i.nome, i.creata_il, i.usata_il, \
       (select min(f.nome) from accesso.fornitore f where f.emittente = i.emittente and f.spento_il is null) as fornitore \
     from accesso.identita_esterna i where i.persona = $1 order by i.creata_il, i.id";
pub(crate) const TOGLI_IDENTITA: &str = "delete from accesso.identita_esterna where persona = $1 and id = $2";

pub(crate) const PERSONA_PER_UTENTE: &str = "select accesso.persona_per_utente($1, $2, $3)";
pub(crate) const PRIMA_PAROLA: &str = "select accesso.prima_parola($1, $2)";
pub(crate) const APRI_UFFICIO: &str = "insert into accesso.ufficio (ente, codice, nome, dal) values ($1, $2, $3, $4)";
pub(crate) const UFFICI: &str = "select codice, nome from accesso.ufficio \
     where ente = $1 and dal <= $2 and (al is null or al >= $2) order by nome, codice";
pub(crate) const UFFICI_CHIUSI: &str = "select codice, nome, al from accesso.ufficio \
     where ente = $1 and al < $2 order by al desc, nome, codice";
pub(crate) const CHIUDI_UFFICIO: &str = "update accesso.ufficio set al = greatest(dal - 1, $3) \
     where ente = $1 and codice = $2 and (al is null or al > $3)";
// Roles go on in the other office from today, those that begin later from their day; whoever has them there already has them.
pub(crate) const PASSA_RUOLI: &str = "insert into accesso.ruolo (ente, persona, ufficio, ruolo, dal, al) \
     select r.ente, r.persona, $3, r.ruolo, greatest(r.dal, $4), r.al from accesso.ruolo r \
     where r.ente = $1 and r.ufficio = $2 and (r.al is null or r.al >= $4) \
       and not exists (select from accesso.ruolo q where q.ente = r.ente and q.persona = r.persona and q.ufficio = $3 \
         and q.ruolo = r.ruolo and q.dal <= greatest(r.dal, $4) and (q.al is null or q.al >= r.al)) \
     on conflict (ente, persona, ufficio, ruolo, dal) do update set al = excluded.al";
pub(crate) const PASSA_PRESTITI: &str =
    "update accesso.prestito set ufficio = $3 where ente = $1 and ufficio = $2 and al > $4";
pub(crate) const FINISCI_RUOLI: &str = "update accesso.ruolo set al = greatest(dal - 1, $3) \
     where ente = $1 and ufficio = $2 and (al is null or al > $3)";
pub(crate) const DAI_RUOLO: &str = "insert into accesso.ruolo (ente, persona, ufficio, ruolo, dal) \
     select $1, $2, $3, $4, $5 where not exists (select from accesso.ruolo \
       where ente = $1 and persona = $2 and ufficio = $3 and ruolo = $4 and dal < $5 and al is null) \
     on conflict (ente, persona, ufficio, ruolo, dal) do update set al = null";
// Taken now is gone now: it ends with yesterday, or the day before it began.
pub(crate) const TOGLI_RUOLO: &str = "update accesso.ruolo set al = greatest(dal - 1, $5) \
     where ente = $1 and persona = $2 and ufficio = $3 and ruolo = $4 and (al is null or al > $5)";
// Ends with a day to come, that day included.
pub(crate) const TERMINA_RUOLO: &str = "update accesso.ruolo set al = $5 \
     where ente = $1 and persona = $2 and ufficio = $3 and ruolo = $4 and dal <= $5 and (al is null or al >= $6)";
pub(crate) const PERSONE: &str = "select p.id, p.utente, p.nome, p.cognome, r.ufficio, r.ruolo, r.al \
     from accesso.ruolo r join accesso.persona p on p.id = r.persona \
     where r.ente = $1 and r.dal <= $2 and (r.al is null or r.al >= $2) \
     order by p.cognome, p.nome, p.id, r.ufficio, r.ruolo";
pub(crate) const PAROLA_DI_SERVIZIO: &str = "update accesso.persona set parola = $2 where utente = $1 returning id";

pub const ALL: &[Istruzione] = istruzioni! {
    App: POTERE, POTERI_DI, NUOVA_SOSTITUZIONE, SOSTITUZIONI, FINE_SOSTITUZIONE, PERSONA_ALTROVE, NUOVO_PRESTITO, PRESTITI,
        FINE_PRESTITO, CHIEDI_RECUPERO, SCADI_RECUPERI, RECUPERI, RECUPERO_DA_DECIDERE, DECIDI_RECUPERO, RECUPERABILE, RECUPERA, AUDIT, ANNOTA_ACCESSI, PERSONA_PER_UTENTE, PRIMA_PAROLA, APRI_UFFICIO, UFFICI,
        UFFICI_CHIUSI, CHIUDI_UFFICIO, PASSA_RUOLI, PASSA_PRESTITI, FINISCI_RUOLI, DAI_RUOLO, TOGLI_RUOLO, TERMINA_RUOLO, PERSONE, ENTE_PER_CODICE,
        REQUISITI, CHIEDI, NON_CHIEDERE, NUOVO_FORNITORE, SEGRETO_DEL_FORNITORE, FORNITORI, SPEGNI_FORNITORE;
    Porta: ENTE_DI_HOST, TENTATIVI, SEGNA_TENTATIVO, AZZERA_TENTATIVI, PERSONA_CHE_ENTRA, APRI_SESSIONE,
        CHIUDI_SESSIONE, TOCCA_SESSIONE, SESSIONE, SESSIONI, CHIUDI_MIA, CHIUDI_ALTRE,
        CAMBIA_PAROLA, INGRESSO, APRI_INGRESSO, AVANZA_INGRESSO, CHIUDI_INGRESSO, SITUAZIONE,
        SEGNA_EVENTO, EVENTI, ISCRIVI_TOTP, SEGRETO_TOTP, USA_TOTP, TOGLI_TOTP, MIO_TOTP, NUOVI_CODICI, QUANTI_CODICI,
        USA_CODICE, TOGLI_TUTTO, TOGLI_CODICI, NUOVA_SFIDA, TOGLI_SFIDA, PASSKEY, NUOVA_PASSKEY, USA_PASSKEY, MIE_PASSKEY, TOGLI_PASSKEY,
        FORNITORI_ACCESI, FORNITORE_ACCESO, IDENTITA, USA_IDENTITA, COLLEGA_IDENTITA, MIE_IDENTITA, TOGLI_IDENTITA;
    Manutenzione: PAROLA_DI_SERVIZIO, CHIAVE, CHIAVE_DI_ADESSO, CAMBIA_CHIAVE, TOGLI_FATTORI;
};
