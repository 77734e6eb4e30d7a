//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

// The person's office for the first role that allows the action, in force on the day: at most one row is needed.
pub(crate) const UFFICIO_CHE_PUO: &str = "select ufficio from accesso.ruolo \
     where ente = $1 and persona = $2 and ruolo = any ($3) and dal <= $4 and (al is null or al >= $4) \
     order by ufficio limit 1";
pub(crate) const AUDIT: &str = "insert into accesso.audit \
     (ente, istante, persona, per_conto_di, ufficio, azione, operazione, oggetto, dettaglio) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
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
     (impronta, persona, csrf, creata_il, vista_il, scade_il, indirizzo) values ($1, $2, $3, $4, $4, $5, $6)";
pub(crate) const CHIUDI_SESSIONE: &str = "delete from accesso.sessione where impronta = $1";
pub(crate) const TOCCA_SESSIONE: &str = "update accesso.sessione set vista_il = $2 where impronta = $1";
// One row per ente of the person, or one row without ente for who has no role yet.
pub(crate) const SESSIONE: &str = "select s.persona, s.csrf, s.vista_il, p.utente, p.nome, p.cognome, \
       r.ente, e.codice, e.denominazione, r.ruoli \
     from accesso.sessione s \
     join accesso.persona p on p.id = s.persona and p.disattivata_il is null \
     left join lateral (select ente, array_agg(distinct ruolo order by ruolo) as ruoli from accesso.ruolo \
       where persona = s.persona and dal <= $3 and (al is null or al >= $3) group by ente) r on true \
     left join accesso.ente e on e.id = r.ente \
     where s.impronta = $1 and s.scade_il > $2 and s.vista_il > $4 \
     order by e.denominazione, e.codice";

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
    App: UFFICIO_CHE_PUO, AUDIT, ANNOTA_ACCESSI, PERSONA_PER_UTENTE, PRIMA_PAROLA, APRI_UFFICIO, UFFICI,
        UFFICI_CHIUSI, CHIUDI_UFFICIO, PASSA_RUOLI, FINISCI_RUOLI, DAI_RUOLO, TOGLI_RUOLO, TERMINA_RUOLO, PERSONE, ENTE_PER_CODICE;
    Porta: ENTE_DI_HOST, TENTATIVI, SEGNA_TENTATIVO, AZZERA_TENTATIVI, PERSONA_CHE_ENTRA, APRI_SESSIONE,
        CHIUDI_SESSIONE, TOCCA_SESSIONE, SESSIONE;
    Manutenzione: PAROLA_DI_SERVIZIO;
};
