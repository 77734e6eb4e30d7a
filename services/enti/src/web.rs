//! Routes and handlers: services, people, offices, the ente's own data, the alliance.

pub(crate) mod accessi;
mod alleanza;
mod credenziali;
mod deleghe;
mod ente;
mod fornitori;
mod lavori;
mod persone;
mod pubblico;
mod recuperi;
mod servizi;

use ::web::Rotta;

pub(crate) use pubblico::casa;

use crate::permissions::{
    ACCESSI, ALLEANZA, ATTIVITA, CONFERMA_RECUPERI, CREDENZIALI, DELEGHE, ENTE, FORNITORI, LAVORI, PERSONE, RECUPERI,
    SERVIZI, TRATTAMENTI, UFFICI,
};

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::ufficio_get("/e/{codice}/servizi", SERVIZI, servizi::elenco),
        Rotta::ufficio_get("/e/{codice}/servizi/{servizio}", SERVIZI, servizi::anteprima),
        Rotta::ufficio_post("/e/{codice}/servizi/{servizio}/attiva", SERVIZI, servizi::attiva),
        Rotta::ufficio_post("/e/{codice}/servizi/{servizio}/disattiva", SERVIZI, servizi::disattiva),
        Rotta::ufficio_get("/e/{codice}/trattamenti", TRATTAMENTI, servizi::trattamenti),
        Rotta::ufficio_get("/e/{codice}/trattamenti.pdf", TRATTAMENTI, servizi::trattamenti_pdf),
        Rotta::ufficio_get("/e/{codice}/persone", PERSONE, persone::elenco),
        Rotta::ufficio_post("/e/{codice}/persone", PERSONE, persone::crea),
        Rotta::ufficio_post("/e/{codice}/persone/togli", PERSONE, persone::togli),
        Rotta::ufficio_get("/e/{codice}/uffici", UFFICI, persone::uffici),
        Rotta::ufficio_post("/e/{codice}/uffici", UFFICI, persone::apri_ufficio),
        Rotta::ufficio_get("/e/{codice}/uffici/{sigla}", UFFICI, persone::ufficio),
        Rotta::ufficio_post("/e/{codice}/uffici/{sigla}/chiudi", UFFICI, persone::chiudi_ufficio),
        Rotta::ufficio_get("/e/{codice}/ente", ENTE, ente::scheda),
        Rotta::ufficio_post("/e/{codice}/ente", ENTE, ente::correggi),
        Rotta::ufficio_post("/e/{codice}/ente/incarichi", ENTE, ente::incarica),
        Rotta::ufficio_get("/e/{codice}/registro-attivita", ATTIVITA, ente::attivita),
        Rotta::ufficio_get("/e/{codice}/adesioni", TRATTAMENTI, alleanza::mie),
        Rotta::ufficio_get("/e/{codice}/adesioni/{id}/nomina", TRATTAMENTI, alleanza::mia_nomina),
        Rotta::ufficio_get("/e/{codice}/adesioni/{id}/nomina.pdf", TRATTAMENTI, alleanza::mia_nomina_pdf),
        Rotta::ufficio_get("/e/{codice}/alleanza", ALLEANZA, alleanza::membri),
        Rotta::ufficio_post("/e/{codice}/alleanza/fonda", ALLEANZA, alleanza::fonda),
        Rotta::ufficio_get("/e/{codice}/alleanza/trattamenti", ALLEANZA, alleanza::trattamenti),
        Rotta::ufficio_get("/e/{codice}/alleanza/trattamenti.pdf", ALLEANZA, alleanza::trattamenti_pdf),
        Rotta::ufficio_post("/e/{codice}/alleanza/adesioni", ALLEANZA, alleanza::chiedi),
        Rotta::ufficio_post("/e/{codice}/alleanza/trasforma", ALLEANZA, alleanza::trasforma),
        Rotta::ufficio_get("/e/{codice}/alleanza/adesioni/{id}", ALLEANZA, alleanza::una),
        Rotta::ufficio_post("/e/{codice}/alleanza/adesioni/{id}", ALLEANZA, alleanza::muovi),
        Rotta::ufficio_get("/e/{codice}/alleanza/adesioni/{id}/nomina", ALLEANZA, alleanza::nomina),
        Rotta::ufficio_get("/e/{codice}/alleanza/adesioni/{id}/nomina.pdf", ALLEANZA, alleanza::nomina_pdf),
        Rotta::ufficio_get("/e/{codice}/lavori", LAVORI, lavori::elenco),
        Rotta::ufficio_post("/e/{codice}/lavori/{id}/riprova", LAVORI, lavori::riprova),
        Rotta::ufficio_post("/e/{codice}/lavori/{id}/archivia", LAVORI, lavori::archivia),
        Rotta::ufficio_get("/e/{codice}/deleghe", DELEGHE, deleghe::mostra),
        Rotta::ufficio_post("/e/{codice}/deleghe/sostituzioni", DELEGHE, deleghe::sostituisci),
        Rotta::ufficio_post("/e/{codice}/deleghe/sostituzioni/{id}/fine", DELEGHE, deleghe::fine_sostituzione),
        Rotta::ufficio_post("/e/{codice}/deleghe/prestiti", DELEGHE, deleghe::presta),
        Rotta::ufficio_post("/e/{codice}/deleghe/prestiti/{id}/fine", DELEGHE, deleghe::fine_prestito),
        Rotta::ufficio_get("/e/{codice}/recuperi", RECUPERI, recuperi::mostra),
        Rotta::ufficio_post("/e/{codice}/recuperi", RECUPERI, recuperi::chiedi),
        Rotta::ufficio_post("/e/{codice}/recuperi/{id}/conferma", CONFERMA_RECUPERI, recuperi::conferma),
        Rotta::ufficio_post("/e/{codice}/recuperi/{id}/rifiuta", CONFERMA_RECUPERI, recuperi::rifiuta),
        Rotta::ufficio_get("/e/{codice}/credenziali", None, credenziali::mostra),
        Rotta::ufficio_post("/e/{codice}/credenziali", CREDENZIALI, credenziali::scrivi),
        Rotta::ufficio_post("/e/{codice}/credenziali/{id}/ritira", CREDENZIALI, credenziali::ritira),
        Rotta::ufficio_get("/e/{codice}/accessi", ACCESSI, accessi::mostra),
        Rotta::ufficio_post("/e/{codice}/accessi", ACCESSI, accessi::chiedi),
        Rotta::ufficio_get("/e/{codice}/accessi/fornitori", FORNITORI, fornitori::mostra),
        Rotta::ufficio_post("/e/{codice}/accessi/fornitori", FORNITORI, fornitori::aggiungi),
        Rotta::ufficio_post("/e/{codice}/accessi/fornitori/{id}/prova", FORNITORI, fornitori::prova),
        Rotta::ufficio_post("/e/{codice}/accessi/fornitori/{id}/spegni", FORNITORI, fornitori::spegni),
        Rotta::pubblica_get("/alleanza.json", pubblico::in_json),
    ]
}

/// Each person once, as a list offers them: nobody is chosen before the person chooses.
fn per_nome(ruoli: Vec<authz::Persona>) -> Vec<(String, String)> {
    let nessuno = (String::new(), "Scegli".to_owned());
    let persone = ruoli.iter().map(|r| (r.id.to_string(), format!("{} {}", r.nome, r.cognome)));
    let mut voci: Vec<_> = std::iter::once(nessuno).chain(persone).collect();
    voci.dedup();
    voci
}
