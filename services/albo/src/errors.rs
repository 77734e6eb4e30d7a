//! What the albo refuses, and why.

use kernel::Frase;

/// The law or the state says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rifiuto {
    #[error("Per il tipo «{0}» non c’è un termine di pubblicazione.")]
    SenzaTermine(String),
    #[error("Per questo tipo serve l’ultimo giorno di pubblicazione.")]
    SenzaUltimoGiorno,
    #[error("L’ultimo giorno di pubblicazione è già passato.")]
    UltimoGiornoPassato,
    #[error("Non c’è nessun documento da pubblicare.")]
    SenzaDocumento,
    #[error("Il controllo dei dati personali ha trovato qualcosa: va confermato prima di pubblicare.")]
    DaConfermare,
    #[error("Questo atto è già stato pubblicato.")]
    GiaPubblicato,
    #[error("Questa bozza è stata scartata.")]
    Scartata,
    #[error("L’inizio programmato deve essere un giorno futuro.")]
    InizioPassato,
    #[error("Questo atto non è mai stato pubblicato.")]
    MaiPubblicato,
    #[error("La pubblicazione è già finita.")]
    Finita,
    #[error("La pubblicazione è stata annullata o rimossa.")]
    GiaChiusa,
    #[error("La pubblicazione non è ancora finita.")]
    NonFinita,
    #[error("La relata è già stata fatta.")]
    GiaAttestata,
    #[error("L’interruzione deve stare dentro la pubblicazione ed essere finita.")]
    InterruzioneFuori,
    #[error("Questi giorni di interruzione sono già stati contati.")]
    InterruzioneGiaContata,
    #[error("Il documento da sostituire non è esposto.")]
    FileNonEsposto,
    #[error("La pubblicazione non si può accorciare.")]
    PiuCorta,
    #[error("Il documento sostitutivo è identico a quello esposto.")]
    StessoFile,
    #[error("Nel frattempo è successo qualcos’altro a questa pubblicazione.")]
    CambiataIntanto,
    #[error("Serve il motivo.")]
    SenzaMotivo,
    #[error("Serve l’oggetto.")]
    SenzaOggetto,
    #[error("Questo atto non esiste.")]
    NonTrovato,
    #[error("Il tipo di atto non esiste.")]
    TipoIgnoto,
    #[error("Serve la fonte del termine.")]
    FonteVuota,
    #[error("Un termine va da 1 a 3650 giorni.")]
    TermineLungo,
    #[error("L’ora non si legge.")]
    OraIllegibile,
    #[error("Su questi giorni non c’è più niente da decidere.")]
    NienteDaDecidere,
    #[error("{0}")]
    Testo(#[from] kernel::testo::TestoRifiutato),
}

/// A refusal, or something broken.
#[derive(Debug, thiserror::Error)]
pub enum AlboError {
    #[error(transparent)]
    Rifiuto(#[from] Rifiuto),
    #[error(transparent)]
    Negato(#[from] authz::Negato),
    #[error(transparent)]
    Registro(#[from] registers::RegistroError),
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<sqlx::Error> for AlboError {
    fn from(e: sqlx::Error) -> Self {
        AlboError::Db(e.into())
    }
}

impl From<kernel::testo::TestoRifiutato> for AlboError {
    fn from(e: kernel::testo::TestoRifiutato) -> Self {
        AlboError::Rifiuto(e.into())
    }
}

impl Rifiuto {
    /// The row of the catalogue.
    pub fn codice(&self) -> &'static str {
        use Rifiuto as E;
        match self {
            E::SenzaTermine(_) => "ALB-001",
            E::SenzaUltimoGiorno => "ALB-002",
            E::UltimoGiornoPassato => "ALB-003",
            E::SenzaDocumento => "ALB-004",
            E::DaConfermare => "ALB-005",
            E::GiaPubblicato => "ALB-006",
            E::Scartata => "ALB-007",
            E::InizioPassato => "ALB-008",
            E::MaiPubblicato => "ALB-009",
            E::Finita => "ALB-010",
            E::GiaChiusa => "ALB-011",
            E::NonFinita => "ALB-012",
            E::GiaAttestata => "ALB-013",
            E::InterruzioneFuori => "ALB-014",
            E::InterruzioneGiaContata => "ALB-015",
            E::FileNonEsposto => "ALB-016",
            E::PiuCorta => "ALB-017",
            E::StessoFile => "ALB-018",
            E::SenzaMotivo => "ALB-019",
            E::NonTrovato => "ALB-020",
            E::TipoIgnoto => "ALB-021",
            E::Testo(_) => "ALB-022",
            E::SenzaOggetto => "ALB-023",
            E::FonteVuota => "ALB-024",
            E::TermineLungo => "ALB-025",
            E::OraIllegibile => "ALB-026",
            E::CambiataIntanto => "ALB-027",
            E::NienteDaDecidere => "ALB-028",
        }
    }

    pub fn rimedio(&self) -> &'static str {
        CODICI.iter().find(|f| f.codice == self.codice()).map_or("", |f| f.rimedio)
    }
}

impl From<AlboError> for web::Errore {
    fn from(e: AlboError) -> Self {
        match e {
            AlboError::Rifiuto(Rifiuto::NonTrovato) => web::Errore::NonTrovato,
            // The sentence of the refusal, which may name the case; the remedy of the catalogue.
            AlboError::Rifiuto(r) => web::Errore::Rifiuto {
                codice: r.codice(),
                frase: r.to_string(),
                rimedio: r.rimedio().to_owned(),
                stato: axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            },
            AlboError::Negato(n) => n.into(),
            e => web::Errore::guasto(e),
        }
    }
}

pub const CODICI: &[Frase] = &[
    Frase {
        codice: "ALB-001",
        frase: "Per questo tipo di atto non c’è un termine di pubblicazione.",
        rimedio: "Il responsabile o il segretario lo decide nella pagina dei termini, con la sua fonte.",
    },
    Frase {
        codice: "ALB-002",
        frase: "Per questo tipo serve l’ultimo giorno di pubblicazione.",
        rimedio: "Scrivi la scadenza delle domande o il giorno della seduta.",
    },
    Frase {
        codice: "ALB-003",
        frase: "L’ultimo giorno di pubblicazione è già passato.",
        rimedio: "Scrivi un giorno da oggi in poi.",
    },
    Frase {
        codice: "ALB-004",
        frase: "Non c’è nessun documento da pubblicare.",
        rimedio: "Aggiungi il documento dell’atto.",
    },
    Frase {
        codice: "ALB-005",
        frase: "Il controllo dei dati personali ha trovato qualcosa.",
        rimedio: "Guarda i documenti; se si possono pubblicare così, confermalo: la conferma resta scritta.",
    },
    Frase {
        codice: "ALB-006", frase: "Questo atto è già stato pubblicato.", rimedio: "Aprilo dall’elenco dell’albo."
    },
    Frase { codice: "ALB-007", frase: "Questa bozza è stata scartata.", rimedio: "Preparane una nuova." },
    Frase {
        codice: "ALB-008",
        frase: "L’inizio programmato deve essere un giorno futuro.",
        rimedio: "Scegli un giorno da domani in poi, o pubblica subito.",
    },
    Frase {
        codice: "ALB-009",
        frase: "Questo atto non è mai stato pubblicato.",
        rimedio: "Pubblicalo, o scarta la bozza.",
    },
    Frase {
        codice: "ALB-010",
        frase: "La pubblicazione è già finita.",
        rimedio: "Se l’atto deve tornare all’albo, pubblicalo di nuovo: avrà un altro numero.",
    },
    Frase {
        codice: "ALB-011",
        frase: "La pubblicazione è stata annullata o rimossa.",
        rimedio: "Se l’atto deve tornare all’albo, pubblicalo di nuovo: avrà un altro numero.",
    },
    Frase {
        codice: "ALB-012",
        frase: "La pubblicazione non è ancora finita.",
        rimedio: "La relata si fa quando l’esposizione è finita; fino ad allora puoi vederne l’anteprima.",
    },
    Frase {
        codice: "ALB-013", frase: "La relata è già stata fatta.", rimedio: "Scaricala dalla pagina dell’atto."
    },
    Frase {
        codice: "ALB-014",
        frase: "L’interruzione deve stare dentro la pubblicazione ed essere finita.",
        rimedio: "Controlla il primo e l’ultimo giorno.",
    },
    Frase {
        codice: "ALB-015",
        frase: "Questi giorni di interruzione sono già stati contati.",
        rimedio: "Guarda le operazioni già fatte su questo atto.",
    },
    Frase {
        codice: "ALB-016",
        frase: "Il documento da sostituire non è esposto.",
        rimedio: "Ricarica la pagina dell’atto.",
    },
    Frase {
        codice: "ALB-017",
        frase: "La pubblicazione non si può accorciare.",
        rimedio: "Scrivi un ultimo giorno uguale o successivo a quello di adesso.",
    },
    Frase {
        codice: "ALB-018",
        frase: "Il documento sostitutivo è identico a quello esposto.",
        rimedio: "Carica la versione con i dati oscurati.",
    },
    Frase {
        codice: "ALB-019",
        frase: "Serve il motivo.",
        rimedio: "Scrivi perché, in una frase, senza dati personali.",
    },
    Frase { codice: "ALB-020", frase: "Questo atto non esiste.", rimedio: "Controlla anno e numero." },
    Frase { codice: "ALB-021", frase: "Il tipo di atto non esiste.", rimedio: "Scegli una delle voci dell’elenco." },
    Frase {
        codice: "ALB-022",
        frase: "Il testo contiene qualcosa che non può entrare.",
        rimedio: "Correggi il campo indicato.",
    },
    Frase { codice: "ALB-023", frase: "Serve l’oggetto.", rimedio: "Scrivi in una riga che cosa si pubblica." },
    Frase {
        codice: "ALB-024",
        frase: "Serve la fonte del termine.",
        rimedio: "Scrivi la norma, il regolamento o l’atto con cui l’ente lo ha deciso.",
    },
    Frase {
        codice: "ALB-025",
        frase: "Un termine va da 1 a 3650 giorni.",
        rimedio: "Scrivi il numero di giorni interi.",
    },
    Frase {
        codice: "ALB-026",
        frase: "L’ora non si legge.",
        rimedio: "Scrivila così: 18:00. Lasciala vuota se ogni pubblicazione conta dal suo giorno.",
    },
    Frase {
        codice: "ALB-027",
        frase: "Nel frattempo è successo qualcos’altro a questa pubblicazione.",
        rimedio: "Ricarica la pagina dell’atto e riprova.",
    },
    Frase {
        codice: "ALB-028",
        frase: "Su questi giorni non c’è più niente da decidere.",
        rimedio: "Ricarica la pagina delle interruzioni: un collega ha già deciso, o le pubblicazioni sono finite.",
    },
];
