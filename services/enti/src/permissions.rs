//! What may be done here, and by which roles.

use authz::{Azione, Permessa};

macro_rules! azioni {
    ($($nome:ident $costante:ident: $codice:literal, $ruoli:expr, $descrizione:literal;)+) => {
        $(
            #[derive(Debug)]
            pub struct $nome;
            impl Azione for $nome {
                const CODICE: &'static str = $codice;
                const RUOLI: &'static [&'static str] = $ruoli;
                const DESCRIZIONE: &'static str = $descrizione;
            }
            pub(crate) const $costante: Permessa = Permessa::di::<$nome>();
        )+
        pub const PERMESSI: &[Permessa] = &[$($costante),+];
    };
}

azioni! {
    GestisciServizi SERVIZI: "enti.servizi", &["amministratore"], "attivare e disattivare i servizi";
    GestisciPersone PERSONE: "enti.persone", &["amministratore"], "dare e togliere i ruoli";
    GestisciUffici UFFICI: "enti.uffici", &["amministratore"], "aprire gli uffici";
    CorreggiEnte ENTE: "enti.ente", &["amministratore"], "correggere i dati dell’ente";
    LeggiTrattamenti TRATTAMENTI: "enti.trattamenti", &["amministratore", "segretario", "responsabile"],
        "leggere il registro dei trattamenti";
    LeggiAttivita ATTIVITA: "enti.registro_attivita", &["amministratore", "segretario", "responsabile"],
        "leggere il registro delle attività";
    CuraLavori LAVORI: "enti.lavori", &["amministratore", "responsabile"], "decidere dei lavori fermi";
    GestisciDeleghe DELEGHE: "enti.deleghe", &["amministratore"], "decidere sostituzioni e prestiti";
    ChiediRecupero RECUPERI: "enti.recuperi.chiedi", &["amministratore", "responsabile", "segretario"],
        "chiedere il recupero di un secondo fattore";
    ConfermaRecupero CONFERMA_RECUPERI: "enti.recuperi.conferma", &["amministratore"],
        "confermare il recupero di un secondo fattore";
    GestisciCredenziali CREDENZIALI: "enti.credenziali", &["amministratore", "responsabile", "segretario"],
        "tenere il registro delle credenziali";
    GestisciAccessi ACCESSI: "enti.accessi", &["amministratore"], "decidere chi deve avere un secondo fattore";
    GestisciFornitori FORNITORI: "enti.fornitori", &["amministratore"],
        "decidere con quali fornitori d’identità si entra";
    CuraAlleanza ALLEANZA: "enti.alleanza", &["alleanza"], "curare l’alleanza e le sue adesioni";
}
