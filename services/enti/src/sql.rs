//! Statements, each with the role that runs it.

use db::{Istruzione, istruzioni};

// ---- the official list, loaded whole by maintenance ----
pub(crate) const EDIZIONE: &str = "select impronta from enti.edizione";
pub(crate) const SEGNA_EDIZIONE: &str = "insert into enti.edizione (impronta, caricata_il) values ($1, $2) \
     on conflict (una) do update set impronta = excluded.impronta, caricata_il = excluded.caricata_il";
pub(crate) const CARICA_COMUNI: &str = "insert into enti.comune (belfiore, istat, nome, nome_altra_lingua, regione_cod, \
       regione, provincia, sigla, popolazione, pec, cap, data_istituzione, patrono) \
     select belfiore, istat, nome, nullif(altra, ''), regione_cod, regione, provincia, sigla, popolazione, nullif(pec, ''), \
       cap, nullif(istituito, '')::date, nullif(patrono, '') \
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], \
       $9::integer[], $10::text[], $11::text[], $12::text[], $13::text[]) \
       as c(belfiore, istat, nome, altra, regione_cod, regione, provincia, sigla, popolazione, pec, cap, istituito, patrono) \
     on conflict (belfiore) do update set (istat, nome, nome_altra_lingua, regione_cod, regione, provincia, sigla, \
       popolazione, pec, cap, data_istituzione, patrono) = (excluded.istat, excluded.nome, excluded.nome_altra_lingua, \
       excluded.regione_cod, excluded.regione, excluded.provincia, excluded.sigla, excluded.popolazione, excluded.pec, \
       excluded.cap, excluded.data_istituzione, excluded.patrono)";
pub(crate) const ISCRIVI_DI_LISTA: &str = "insert into enti.ente (codice, tipo, denominazione, belfiore) \
     select codice, tipo, denominazione, belfiore from enti.ente_di_lista \
     on conflict (codice) do update set denominazione = excluded.denominazione \
     where enti.ente.denominazione <> excluded.denominazione";
pub(crate) const CESSA_COMUNI: &str = "update enti.ente set al = $2 \
     where tipo = 'comune' and al is null and not belfiore = any ($1)";
// Codes that changed end today and the new ones begin; those of the first edition have always been there.
pub(crate) const CHIUDI_CODICI: &str = "update enti.codice k set al = $1 from enti.codice_di_lista l \
     where k.ente = l.ente and k.tipo = l.tipo and k.al is null and k.valore <> l.valore";
pub(crate) const CHIUDI_CODICI_DI_CESSATI: &str = "update enti.codice k set al = greatest(e.al, k.dal) from enti.ente e \
     where k.ente = e.codice and k.al is null and e.al is not null";
pub(crate) const APRI_CODICI: &str = "insert into enti.codice (ente, tipo, valore, dal) \
     select l.ente, l.tipo, l.valore, \
       case when exists (select from enti.codice k where k.ente = l.ente and k.tipo = l.tipo) then $1::date end \
     from enti.codice_di_lista l \
     where not exists (select from enti.codice k where k.ente = l.ente and k.tipo = l.tipo and k.al is null)";

// ---- the public index of administrations ----
pub(crate) const IPA_MANCANTI: &str =
    "select codice from enti.ente where da_ipa and al is null and not codice = any ($1)";
pub(crate) const IPA_NOTI: &str = "select count(*) from enti.ente where da_ipa and al is null";
// How many had another name, how many are new.
pub(crate) const IPA_ENTI: &str = "with nuovi as (select * from unnest($1::text[], $2::text[], $3::text[]) as n(codice, tipo, nome)), \
       prima as (select e.codice, e.denominazione from enti.ente e join nuovi n on n.codice = e.codice), \
       scritti as (insert into enti.ente as e (codice, tipo, denominazione, da_ipa) select codice, tipo, nome, true from nuovi \
         on conflict (codice) do update set denominazione = excluded.denominazione, da_ipa = true, al = null \
         where (e.denominazione, e.da_ipa, e.al) is distinct from (excluded.denominazione, true, null)) \
     select count(*) filter (where p.denominazione <> n.nome), count(*) filter (where p.codice is null) \
     from nuovi n left join prima p on p.codice = n.codice";
pub(crate) const IPA_CESSA: &str = "update enti.ente set al = $2 where codice = any ($1)";
pub(crate) const IPA_CHIUDI_CODICI: &str = "update enti.codice k set al = $4 \
     from unnest($1::text[], $2::text[], $3::text[]) as l(ente, tipo, valore) \
     where k.ente = l.ente and k.tipo = l.tipo and k.al is null and k.valore <> l.valore";
pub(crate) const IPA_APRI_CODICI: &str = "insert into enti.codice (ente, tipo, valore, dal) \
     select l.ente, l.tipo, l.valore, \
       case when exists (select from enti.codice k where k.ente = l.ente and k.tipo = l.tipo) then $4::date end \
     from unnest($1::text[], $2::text[], $3::text[]) as l(ente, tipo, valore) \
     on conflict do nothing";
// A province or a region has its seat in its own territory.
pub(crate) const IPA_TERRITORIO: &str = "insert into enti.codice (ente, tipo, valore, dal) \
     select e.codice, 'ipa', l.ipa, case when exists (select from enti.codice k where k.ente = e.codice and k.tipo = 'ipa') then $3::date end \
     from unnest($1::text[], $2::text[]) as l(sede, ipa) \
     join enti.comune c on c.istat = l.sede \
     join enti.ente e on e.al is null and e.codice = \
       case when l.ipa like 'r\\_%' then 'regione_' || c.regione_cod else 'provincia_' || left(c.istat, 3) end \
     on conflict do nothing";

// ---- bodies that begin to work here ----
// A code in force first, then one that was: old papers cite it.
pub(crate) const PER_CODICE: &str = "select e.codice, e.denominazione, e.belfiore, e.al is not null as cessato \
     from (select lower($1) as ente, 0 as ordine union all \
       select k.ente, case when k.al is null then 1 else 2 end from enti.codice k \
       where k.tipo in ('ipa', 'belfiore') and k.valore in (lower($1), upper($1))) c \
     join enti.ente e on e.codice = c.ente order by c.ordine limit 1";
// Whoever comes after, and after those that are over in their turn.
pub(crate) const SUCCESSORI: &str = "with recursive dopo(codice) as ( \
       select a from enti.successione where da = $1 union \
       select s.a from dopo d join enti.ente e on e.codice = d.codice and e.al is not null join enti.successione s on s.da = d.codice) \
     select e.denominazione || ' (' || e.codice || ')' from dopo d join enti.ente e on e.codice = d.codice and e.al is null \
     order by e.codice";
pub(crate) const NOMI: &str = "select denominazione, codice from enti.ente where al is null order by codice";
pub(crate) const NUOVO_CORPO: &str = "insert into enti.ente (codice, tipo, denominazione) values ($1, $2, $3)";
pub(crate) const NUOVO_CODICE: &str = "insert into enti.codice (ente, tipo, valore, dal) values ($1, $2, $3, $4)";
pub(crate) const DOPO: &str = "with recursive dopo(codice) as ( \
       select a from enti.successione where da = $1 union \
       select s.a from dopo d join enti.successione s on s.da = d.codice) select codice from dopo";
// The body ends the day before; one that was over already only gets its successor.
pub(crate) const FINISCE: &str = "update enti.ente set al = $2::date - 1 where codice = $1 and al is null";
pub(crate) const SUCCEDE: &str = "insert into enti.successione (da, a, dal, causa) values ($1, $2, $3, $4)";
pub(crate) const NUOVO_ENTE: &str =
    "insert into accesso.ente (codice, denominazione) values ($1, $2) on conflict (codice) do nothing returning id";
// Prefilled from the list; the ente corrects it.
pub(crate) const NUOVA_SCHEDA: &str = "insert into enti.scheda (ente, pec, patrono) \
     select $1, c.pec, c.patrono from (select) s left join enti.comune c on c.belfiore = $2";
pub(crate) const NUOVA_AOO: &str = "insert into enti.aoo (ente, codice, denominazione, dal) values ($1, $2, $3, $4)";
pub(crate) const PRIMO_UFFICIO: &str =
    "insert into accesso.ufficio (ente, codice, nome, dal) values ($1, 'SEG', 'Segreteria', $2)";
pub(crate) const HOST_LIBERO: &str = "select not exists (select from accesso.host where nome = $1)";
pub(crate) const NUOVO_HOST: &str =
    "insert into accesso.host (nome, ente) values ($1, $2) on conflict (nome) do nothing";
pub(crate) const ENTE_DI_CODICE: &str = "select id from accesso.ente where codice = $1";
pub(crate) const NOME_E_SIGLA: &str = "select nome, lower(sigla) from enti.comune where belfiore = $1";
pub(crate) const OMONIMO: &str = "select count(*) > 1 from enti.comune where nome = $1";

// ---- an ente ----
pub(crate) const AOO: &str = "select a.codice, a.denominazione, r.nome as responsabile, v.nome as vicario \
     from enti.aoo a \
     left join enti.incarico r on r.ente = a.ente and r.aoo = a.codice and r.incarico = 'responsabile' \
       and r.dal <= $2 and (r.al is null or r.al >= $2) \
     left join enti.incarico v on v.ente = a.ente and v.aoo = a.codice and v.incarico = 'vicario' \
       and v.dal <= $2 and (v.al is null or v.al >= $2) \
     where a.ente = $1 and a.dal <= $2 and (a.al is null or a.al >= $2) order by a.codice, r.dal desc, v.dal desc";
pub(crate) const SCHEDA: &str = "select e.codice, e.denominazione, s.indirizzo, s.pec, s.sito, s.codice_fiscale, s.patrono, s.dpo \
     from accesso.ente e left join enti.scheda s on s.ente = e.id where e.id = $1";
pub(crate) const ANAGRAFE: &str = "select e.denominazione, t.nome as tipo, c.nome as comune, c.provincia, c.regione, c.istat, s.pec \
     from accesso.ente e left join enti.ente r on r.codice = e.codice left join enti.tipo t on t.codice = r.tipo \
     left join enti.comune c on c.belfiore = r.belfiore left join enti.scheda s on s.ente = e.id where e.id = $1";
pub(crate) const CORREGGI_SCHEDA: &str = "update enti.scheda \
     set indirizzo = $2, pec = $3, sito = $4, codice_fiscale = $5, patrono = $6, dpo = $7 where ente = $1";
pub(crate) const CODICI_DI_ENTE: &str =
    "select tipo, valore, dal, al from enti.codice where ente = $1 order by tipo, al desc nulls first";
pub(crate) const HOSTS: &str = "select nome from accesso.host where ente = $1 order by length(nome), nome";
// When the last one began that has begun: what comes before it is history.
pub(crate) const INCARICO_COMINCIATO: &str = "select max(dal) from enti.incarico \
     where ente = $1 and aoo = $2 and incarico = $3 and dal <= $4 and (al is null or al >= dal)";
// Whoever is there ends the day before; an appointment that has not begun never begins.
pub(crate) const CHIUDI_INCARICO: &str = "update enti.incarico set al = greatest(dal, $4) - 1 \
     where ente = $1 and aoo = $2 and incarico = $3 and (al is null or al >= $4)";
pub(crate) const INCARICHI: &str = "select incarico, nome, dal, al from enti.incarico \
     where ente = $1 and aoo = $2 and (al is null or al >= dal) order by incarico, dal desc";
// Written again on the day it begins: the same row.
pub(crate) const INCARICA: &str = "insert into enti.incarico (ente, aoo, incarico, nome, dal) values ($1, $2, $3, $4, $5) \
     on conflict (ente, aoo, incarico, dal) do update set nome = excluded.nome, al = null";

// ---- services ----
pub(crate) const SERVIZI_ATTIVI: &str =
    "select servizio from enti.servizio_attivo where ente = $1 and al is null order by servizio";
pub(crate) const ATTIVO: &str =
    "select exists (select from enti.servizio_attivo where ente = $1 and servizio = $2 and al is null)";
// One row for each adhesion of the ente, at least one row.
pub(crate) const TITOLO: &str = "select senza_alleanze, ha_alleanza, alleanza, forma, stato, stato_dal, decorre_dal, \
       recesso_notificato_il, recesso_efficace_il from enti.titolo()";
pub(crate) const STORIA_SERVIZI: &str =
    "select servizio, dal, al from enti.servizio_attivo where ente = $1 order by dal desc, servizio";
// Two administrators press at once: the unique index lets one through.
pub(crate) const ACCENDI: &str =
    "insert into enti.servizio_attivo (ente, servizio, dal, persona) values ($1, $2, $3, $4)";
pub(crate) const SPEGNI: &str = "update enti.servizio_attivo set al = greatest(dal, $3), spento_da = $4 \
     where ente = $1 and servizio = $2 and al is null";

// ---- people ----
pub(crate) const CHI_HA_RUOLO: &str = "select p.id, p.utente, p.nome, p.cognome from accesso.ruolo r \
     join accesso.persona p on p.id = r.persona and p.disattivata_il is null \
     where r.ente = $1 and r.ruolo = $2 and r.dal <= $3 and (r.al is null or r.al >= $3) order by r.dal, p.utente";
pub(crate) const FATTORI: &str = "select p.id as persona, p.nome || ' ' || p.cognome as nome, f.totp, f.passkey \
     from (select distinct persona from accesso.ruolo where ente = $1 and dal <= $2 and (al is null or al >= $2)) r \
     join accesso.persona p on p.id = r.persona and p.disattivata_il is null \
     join accesso.fattori_di_qui() f on f.persona = p.id order by p.cognome, p.nome, p.id";
pub(crate) const CREDENZIALI: &str = "select c.id, c.persona, p.nome || ' ' || p.cognome as nome, c.tipo, c.fornitore, \
       c.identificativo, c.scade_il, c.nota, c.ritirata_il \
     from enti.credenziale c join accesso.persona p on p.id = c.persona \
     where c.ente = $1 order by c.ritirata_il desc nulls first, c.scade_il nulls last, p.cognome, p.nome, c.id";
pub(crate) const NUOVA_CREDENZIALE: &str = "insert into enti.credenziale (ente, id, persona, tipo, fornitore, identificativo, \
       rilasciata_il, scade_il, nota, rinnova, scritta_da, scritta_il) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(crate) const RITIRA_CREDENZIALE: &str =
    "update enti.credenziale set ritirata_il = $3 where ente = $1 and id = $2 and ritirata_il is null";
// On the desk of who holds it, and of who keeps the register.
pub(crate) const CREDENZIALI_IN_SCADENZA: &str = "select c.ente, c.persona, p.nome || ' ' || p.cognome as nome, c.tipo, \
       c.scade_il from enti.credenziale c join accesso.persona p on p.id = c.persona \
     where c.ritirata_il is null and c.scade_il <= $5 and (c.persona = $1 or exists (select from accesso.poteri($3, $4) r \
       where r.ente = c.ente and r.persona = $1 and r.ruolo = any ($2))) order by c.scade_il, c.ente, c.id limit 200";
pub(crate) const RECUPERI_DA_CONFERMARE: &str = "select r.ente, p.nome || ' ' || p.cognome, r.scade_il \
     from accesso.recupero r join accesso.persona p on p.id = r.persona \
     where r.deciso_il is null and r.scade_il > $4 and r.chiesto_da <> $1 and r.persona <> $1 \
       and exists (select from accesso.poteri($3, $4) o where o.ente = r.ente and o.persona = $1 and o.ruolo = any ($2)) \
     order by r.chiesto_il limit 200";
// Administrators from tomorrow on: the lock lets one removal at a time look and act.
pub(crate) const BLOCCA_AMMINISTRATORI: &str =
    "select pg_advisory_xact_lock(hashtextextended('enti.amministratori', $1))";
pub(crate) const ALTRI_AMMINISTRATORI: &str = "select exists (select from accesso.ruolo r \
     join accesso.persona p on p.id = r.persona and p.disattivata_il is null \
     where r.ente = $1 and r.ruolo = 'amministratore' and r.al is null and not (r.persona = $2 and r.ufficio = $3))";
pub(crate) const REGISTRO_ATTIVITA: &str = "select a.istante, a.id, p.nome || ' ' || p.cognome as chi, a.ufficio, a.azione, \
       a.oggetto, a.dettaglio, a.operazione, q.nome || ' ' || q.cognome as per_conto_di, \
       coalesce(e.denominazione, a.prestito_da) as prestito_da \
     from accesso.audit a left join accesso.persona p on p.id = a.persona \
     left join accesso.persona q on q.id = a.per_conto_di left join accesso.ente e on e.codice = a.prestito_da \
     where a.ente = $1 and ($2::timestamptz is null or (a.istante, a.id) < ($2, $3)) \
       and ($4::text = '' or a.oggetto = $4) \
     order by a.istante desc, a.id desc limit $5";

// ---- alliances ----
// What is above and below in the tree, by distance; the registry's names.
pub(crate) const ALBERO: &str = "select livello, codice, ente, alleanza from enti.albero()";
// Codes of the bodies above one, itself excluded.
pub(crate) const SOPRA_A: &str = "select codice from enti.sopra_a($1)";
pub(crate) const CORPO_IN_VITA: &str = "select denominazione from enti.ente where codice = $1 and al is null";
// Who may stand above an alliance: a region, a province, another alliance's body.
pub(crate) const SOPRA_POSSIBILI: &str = "select codice, denominazione from enti.ente \
     where al is null and tipo in ('regione', 'alleanza') and codice <> $1 order by tipo, denominazione";
// Members in force that are over as bodies, with who comes after.
pub(crate) const MEMBRI_CESSATI: &str = "select a.membro, coalesce(string_agg(s.denominazione, ', ' order by s.denominazione), '') \
     from enti.adesione a join enti.ente e on e.codice = a.membro and e.al is not null \
     left join enti.successione x on x.da = e.codice left join enti.ente s on s.codice = x.a \
     where a.ente = $1 and a.alleanza = $2 and a.stato <> 'cessata' group by a.membro";
pub(crate) const ALLEANZE: &str = "select codice, denominazione, sopra, preavviso_mesi, dal, al, succede_a \
     from enti.alleanza where ente = $1 order by al is not null, dal desc, codice";
pub(crate) const FONDA: &str = "insert into enti.alleanza (ente, codice, denominazione, sopra, preavviso_mesi, dal, succede_a) \
     values ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const CHIUDI_ALLEANZA: &str =
    "update enti.alleanza set al = $3 where ente = $1 and codice = $2 and al is null";
pub(crate) const ADESIONI: &str = "select id, alleanza, membro, membro_nome, forma, stato, stato_dal, richiesta_il, decorre_dal, \
       recesso_notificato_il, recesso_efficace_il, continua from enti.adesione \
     where ente = $1 and alleanza = $2 order by membro_nome, membro, richiesta_il";
pub(crate) const ADESIONE: &str = "select id, alleanza, membro, membro_nome, forma, stato, stato_dal, richiesta_il, decorre_dal, \
       recesso_notificato_il, recesso_efficace_il, continua from enti.adesione where ente = $1 and id = $2";
// The row is the lock of its own steps.
pub(crate) const ADESIONE_DA_CAMBIARE: &str = "select id, alleanza, membro, membro_nome, forma, stato, stato_dal, richiesta_il, \
       decorre_dal, recesso_notificato_il, recesso_efficace_il, continua from enti.adesione where ente = $1 and id = $2 for update";
pub(crate) const ADESIONI_DA_TRASFORMARE: &str = "select id, alleanza, membro, membro_nome, forma, stato, stato_dal, richiesta_il, \
       decorre_dal, recesso_notificato_il, recesso_efficace_il, continua from enti.adesione \
     where ente = $1 and alleanza = $2 and stato <> 'cessata' order by id for update";
pub(crate) const SCADUTA: &str = "select id from enti.adesione \
     where ente = $1 and alleanza = $2 and membro = $3 and stato = 'recesso' and recesso_efficace_il < $4";
pub(crate) const NUOVA_ADESIONE: &str = "insert into enti.adesione (ente, id, alleanza, membro, membro_nome, forma, stato, \
       richiesta_il, stato_dal, decorre_dal, recesso_notificato_il, recesso_efficace_il, continua) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
pub(crate) const CAMBIA_ADESIONE: &str = "update enti.adesione set stato = $3, stato_dal = $4, decorre_dal = $5, \
       recesso_notificato_il = $6, recesso_efficace_il = $7 where ente = $1 and id = $2";
pub(crate) const NUOVO_PASSO: &str = "insert into enti.adesione_passo (ente, adesione, progressivo, stato, il, atto_tipo, \
       atto_registro, atto_serie, atto_numero, atto_data, atto_documento, firma_ente, firma_alleanza, nota, persona, scritto_il) \
     select $1, $2, coalesce(max(progressivo), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 \
     from enti.adesione_passo where ente = $1 and adesione = $2";
pub(crate) const SCRIVI_NOMINA: &str =
    "insert into enti.nomina (ente, adesione, edizione, fatta_il, dati) values ($1, $2, $3, $4, $5)";
pub(crate) const NOMINA_DI: &str = "select enti.nomina_di($1)";
pub(crate) const PASSI: &str = "select stato, il, atto_tipo, atto_numero, atto_data, firma_ente, firma_alleanza, nota \
     from enti.adesione_passo where ente = $1 and adesione = $2 order by progressivo";
pub(crate) const MIE_ADESIONI: &str = "select id, ente_alleanza, alleanza, forma, stato, stato_dal, richiesta_il, decorre_dal, \
       recesso_efficace_il, firmata_il, firma_ente, firma_alleanza from enti.mie_adesioni()";
pub(crate) const CERCA_MEMBRO: &str = "select e.codice, e.denominazione \
     from (select lower($1) as ente union all select k.ente from enti.codice k \
       where k.al is null and k.tipo in ('ipa', 'belfiore') and k.valore in (lower($1), upper($1))) c \
     join enti.ente e on e.codice = c.ente and e.al is null limit 1";
// The alliance's view closes itself on the ente of the setting: the same one the permit was checked for.
pub(crate) const PER_ALLEANZA: &str = "select set_config('alleanza.ente', $1::integer::text, true)";
pub(crate) const SERVIZI_DEI_MEMBRI: &str = "select membro, membro_nome, servizio, dal from alleanza_vista.servizio_di_membro \
     where alleanza = $1 order by membro_nome, membro, servizio";

// The acts that a step of an adhesion cites, among these.
pub(crate) const CITATI: &str = "select atto_documento from enti.adesione_passo \
     where ente = $1 and atto_documento = any ($2)";

// ---- availability ----
pub(crate) const DA_SONDARE: &str = "select e.id as ente, h.nome as host, \
       coalesce((select array_agg(s.servizio order by s.servizio) from enti.servizio_attivo s where s.ente = e.id and s.al is null), '{}') as servizi \
     from accesso.ente e \
     cross join lateral (select nome from accesso.host h where h.ente = e.id order by length(h.nome), h.nome limit 1) h \
     order by e.id";
pub(crate) const ANNOTA_SONDE: &str = "select enti.annota_sonde($1, $2, $3)";
pub(crate) const TRATTI_INVENTATI: &str = "insert into enti.tratto (ente, dal, al, esito, sonde) \
     select e.id, date_trunc('second', d.dal), date_trunc('second', t.al), 'su', greatest(1, extract(epoch from t.al - d.dal)::integer / 300) \
     from accesso.ente e cross join unnest($2::timestamptz[], $3::timestamptz[]) as t(dal, al) \
     cross join lateral (select greatest(t.dal, min(s.dal)) as dal from enti.servizio_attivo s where s.ente = e.id) d \
     where ($1::text is null or e.codice = $1) and d.dal < t.al and not exists (select from enti.tratto x where x.ente = e.id)";
pub(crate) const FERMATA_INVENTATA: &str =
    "insert into enti.fermata (dal, al) select $1, $2 where not exists (select from enti.fermata)";
pub(crate) const PRIMA_SONDA: &str = "select min(dal) from enti.tratto where ente = $1";
pub(crate) const TRATTI_SU: &str =
    "select dal, al from enti.tratto where ente = $1 and esito = 'su' and al >= $2 order by dal";
pub(crate) const FERMATA: &str = "insert into enti.fermata (dal) values ($1) on conflict do nothing";
pub(crate) const RIPRESA: &str = "update enti.fermata set al = $1 where al is null and dal <= $1";
pub(crate) const FERMATE: &str = "select dal, al from enti.fermata where coalesce(al, $1) >= $1 order by dal";
pub(crate) const MEMBRI: &str = "select membro, membro_nome as nome, stato, host from alleanza_vista.membro \
     where alleanza = $1 order by membro_nome, membro";
pub(crate) const DISPONIBILITA: &str = "select membro, mese, osservati, su from alleanza_vista.disponibilita \
     where alleanza = $1 and mese >= $2 order by membro, mese desc";

pub const ALL: &[Istruzione] = istruzioni! {
    Manutenzione: EDIZIONE, SEGNA_EDIZIONE, CARICA_COMUNI, ISCRIVI_DI_LISTA, CESSA_COMUNI, CHIUDI_CODICI, CHIUDI_CODICI_DI_CESSATI, APRI_CODICI, PER_CODICE,
        IPA_MANCANTI, IPA_NOTI, IPA_ENTI, IPA_CESSA, IPA_CHIUDI_CODICI, IPA_APRI_CODICI, IPA_TERRITORIO,
        SUCCESSORI, NOMI, NUOVO_CORPO, NUOVO_CODICE, DOPO, FINISCE, SUCCEDE, NUOVO_ENTE, NUOVA_SCHEDA, NUOVA_AOO, PRIMO_UFFICIO, HOST_LIBERO,
        NUOVO_HOST, ENTE_DI_CODICE, NOME_E_SIGLA, OMONIMO, TRATTI_INVENTATI, FERMATA_INVENTATA;
    App: AOO, SCHEDA, ANAGRAFE, CORREGGI_SCHEDA, CODICI_DI_ENTE, HOSTS, INCARICO_COMINCIATO, CHIUDI_INCARICO, INCARICHI, INCARICA, SERVIZI_ATTIVI, ATTIVO, TITOLO, STORIA_SERVIZI,
        ACCENDI, SPEGNI, CHI_HA_RUOLO, BLOCCA_AMMINISTRATORI, ALTRI_AMMINISTRATORI, REGISTRO_ATTIVITA, ALBERO, SOPRA_A, CORPO_IN_VITA, SOPRA_POSSIBILI, MEMBRI_CESSATI, ALLEANZE, FONDA,
        CHIUDI_ALLEANZA, ADESIONI, ADESIONE, ADESIONE_DA_CAMBIARE, ADESIONI_DA_TRASFORMARE, SCADUTA, NUOVA_ADESIONE,
        CAMBIA_ADESIONE, NUOVO_PASSO, SCRIVI_NOMINA, NOMINA_DI, PASSI, MIE_ADESIONI, CERCA_MEMBRO, CITATI, FATTORI, CREDENZIALI, NUOVA_CREDENZIALE, RITIRA_CREDENZIALE, PRIMA_SONDA, TRATTI_SU, FERMATE;
    Scrivania: CREDENZIALI_IN_SCADENZA, RECUPERI_DA_CONFERMARE;
    Alleanza: PER_ALLEANZA, SERVIZI_DEI_MEMBRI, MEMBRI, DISPONIBILITA;
    Centro: DA_SONDARE;
    Coda: ANNOTA_SONDE, FERMATA, RIPRESA;
};
