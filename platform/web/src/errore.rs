//! What a page can answer instead of itself: refusals with a code and a remedy, faults with an operation id.

use authz::Permessa;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::{Frase, Impedimento};

/// Whatever broke.
pub type Fonte = Box<dyn std::error::Error + Send + Sync>;

/// Everything that stops a request. A handler returns it with `?`; the outer layer draws the page.
#[derive(Debug, thiserror::Error)]
pub enum Errore {
    /// The law or the state says no: a sentence, and what to do.
    #[error("{codice}: {frase}")]
    Rifiuto { codice: &'static str, frase: String, rimedio: String, stato: StatusCode },
    /// There is nothing here, or nothing that this person may know of.
    #[error("WEB-404")]
    NonTrovato,
    /// It was here, and the law made it end.
    #[error("WEB-410")]
    Finito { frase: String },
    /// The person needs a role.
    #[error("AUT-001: {azione}")]
    Negato { azione: &'static str, frase: String },
    /// The session is over or was never there; what was typed is kept on the page.
    #[error("AUT-002")]
    SenzaSessione { ritorno: String, scritto: Vec<(String, String)> },
    /// A broken system, or one that is silent or full: logged as an error, shown with its operation id.
    #[error("WEB-500: {0}")]
    Guasto(#[source] Fonte),
}

/// Codes of the kit.
pub const CODICI: &[Frase] = &[
    Frase {
        codice: "WEB-404",
        frase: "Questa pagina non c’è.",
        rimedio: "Controlla l’indirizzo, o riparti dalla scrivania.",
    },
    Frase {
        codice: "WEB-405",
        frase: "Questa pagina non si può usare così.",
        rimedio: "Torna indietro e usa i bottoni della pagina.",
    },
    Frase { codice: "WEB-410", frase: "Il periodo di pubblicazione è finito.", rimedio: "Chiedi l’atto al comune." },
    Frase {
        codice: "WEB-500",
        frase: "Qualcosa si è rotto dalla nostra parte.",
        rimedio: "Riprova fra poco; se succede ancora, chiama l’assistenza con il codice dell’operazione.",
    },
    Frase {
        codice: "WEB-503",
        frase: "Una parte del sistema non risponde.",
        rimedio: "Aspetta un minuto e invia di nuovo dalla stessa pagina: ciò che è già arrivato non si ripete.",
    },
    Frase {
        codice: "WEB-507",
        frase: "Lo spazio su disco è finito.",
        rimedio: "Non è stato registrato nulla. Avvisa l’assistenza, poi invia di nuovo dalla stessa pagina.",
    },
    Frase {
        codice: "WEB-001",
        frase: "Il modulo non viene da questa pagina, o è troppo vecchio.",
        rimedio: "Ricarica la pagina e invialo di nuovo.",
    },
    Frase {
        codice: "WEB-002",
        frase: "La richiesta viene da un altro sito.",
        rimedio: "Apri Alleanza dal suo indirizzo e riprova.",
    },
    Frase { codice: "WEB-003", frase: "Qui non risponde nessun comune.", rimedio: "Controlla l’indirizzo." },
    Frase {
        codice: "WEB-004",
        frase: "Ciò che è arrivato non si riesce a leggere.",
        rimedio: "Ricarica la pagina e invialo di nuovo.",
    },
    Frase {
        codice: "WEB-005",
        frase: "Il servizio non è attivo in questo comune.",
        rimedio: "Chiedi di attivarlo, poi ricarica questa pagina.",
    },
    Frase {
        codice: "WEB-006",
        frase: "È arrivato troppo in una volta sola.",
        rimedio: "Carica al massimo 30 file, ciascuno fino a 100 MiB.",
    },
    Frase {
        codice: "WEB-007",
        frase: "L’invio si è interrotto.",
        rimedio: "Non è stato registrato nulla: invia di nuovo il modulo.",
    },
    Frase {
        codice: "WEB-008",
        frase: "Il nome del file contiene segni che non si possono usare.",
        rimedio: "Rinominalo e caricalo di nuovo.",
    },
    Frase { codice: "WEB-009", frase: "Due file hanno lo stesso nome.", rimedio: "Rinominane uno." },
    Frase { codice: "WEB-011", frase: "Il testo è troppo lungo.", rimedio: "Accorcialo, o allega un documento." },
    Frase {
        codice: "WEB-012",
        frase: "Il testo contiene un segno invisibile.",
        rimedio: "Cancellalo e riscrivi il testo a mano.",
    },
    Frase {
        codice: "WEB-013",
        frase: "La data non si riesce a leggere.",
        rimedio: "Scrivila come 150926 o 15/09/2026.",
    },
    Frase { codice: "WEB-014", frase: "Manca un dato.", rimedio: "Scrivilo nel campo indicato." },
    Frase { codice: "WEB-015", frase: "Il numero non si riesce a leggere.", rimedio: "Scrivilo con le sole cifre." },
    Frase { codice: "WEB-016", frase: "La voce scelta non è nell’elenco.", rimedio: "Scegline una dell’elenco." },
    Frase {
        codice: "WEB-017",
        frase: "Hai troppe bozze in questo comune.",
        rimedio: "Sulla scrivania, riprendi o butta quelle che non servono.",
    },
    Frase {
        codice: "WEB-018",
        frase: "Questo modulo è già stato inviato, o la sua bozza è stata buttata.",
        rimedio: "Apri un modulo nuovo per scriverne un altro.",
    },
    Frase {
        codice: "WEB-019",
        frase: "Non si può più tornare indietro: il tempo è passato, o è già stato fatto.",
        rimedio: "Riapri la pagina e correggi a mano.",
    },
    Frase { codice: "AUT-001", frase: "Non hai il ruolo per farlo.", rimedio: "Chiedilo, poi ricarica questa pagina." },
    Frase { codice: "AUT-002", frase: "La tua sessione è finita.", rimedio: "Entra di nuovo." },
    Frase { codice: "AUT-003", frase: "Nome utente o password non corrispondono.", rimedio: "Controlla e riprova." },
    Frase { codice: "AUT-004", frase: "Troppi tentativi.", rimedio: "Aspetta il tempo indicato e riprova." },
    Frase {
        codice: "AUT-005",
        frase: "Il codice non è giusto, è passato o è già stato usato.",
        rimedio: "Aspetta che ne compaia uno nuovo e scrivi quello.",
    },
    Frase {
        codice: "AUT-006",
        frase: "È passato troppo tempo dalla password.",
        rimedio: "Entra di nuovo: il secondo passo va fatto entro dieci minuti.",
    },
    Frase {
        codice: "AUT-007",
        frase: "La tua sessione è aperta da più di un quarto d’ora.",
        rimedio: "Per cambiare come entri, entra di nuovo.",
    },
    Frase {
        codice: "AUT-008",
        frase: "La password è troppo corta.",
        rimedio: "Usa almeno 12 caratteri: quattro parole vanno bene.",
    },
    Frase {
        codice: "AUT-009",
        frase: "La passkey non ha confermato.",
        rimedio: "Riprova con la passkey di questo sito, o scegli un altro modo.",
    },
    Frase {
        codice: "AUT-010",
        frase: "Questa passkey potrebbe essere stata copiata.",
        rimedio: "Entra in un altro modo, toglila da «Il mio accesso» e avvisa l’amministratore.",
    },
    Frase {
        codice: "AUT-011",
        frase: "Questa identità non è collegata a nessuno.",
        rimedio: "Entra con la password e collegala da «Il mio accesso».",
    },
    Frase {
        codice: "AUT-012",
        frase: "Il fornitore d’identità non risponde come deve.",
        rimedio: "Riprova fra poco, o entra con la password; se succede ancora, avvisa l’alleanza.",
    },
    Frase {
        codice: "AUT-013",
        frase: "Questa risposta del fornitore d’identità non è per te, o è già stata usata.",
        rimedio: "Ricomincia da questa pagina, con lo stesso browser, e finisci entro dieci minuti.",
    },
    Frase {
        codice: "AUT-014",
        frase: "Ciò che il fornitore d’identità dice di te non si può credere.",
        rimedio: "Riprova, o entra con la password; se succede ancora, avvisa l’alleanza.",
    },
    Frase {
        codice: "AUT-015",
        frase: "Questa identità, o un’altra dello stesso fornitore, è già collegata.",
        rimedio: "Una persona ha una sola identità di ogni fornitore: togli prima quella che c’è.",
    },
    Frase {
        codice: "AUT-016",
        frase: "Il fornitore d’identità non ti ha fatto entrare.",
        rimedio: "Riprova, o entra con la password.",
    },
    Frase {
        codice: "AUT-017",
        frase: "Con questo fornitore d’identità non si entra più.",
        rimedio: "Entra con la password.",
    },
];

impl Errore {
    /// A refusal of a catalogue: 422 unless [`Errore::con_stato`] says otherwise.
    pub fn rifiuto(f: &Frase) -> Errore {
        Errore::Rifiuto {
            codice: f.codice,
            frase: f.frase.to_owned(),
            rimedio: f.rimedio.to_owned(),
            stato: StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The same refusal with another status.
    pub fn con_stato(self, stato: StatusCode) -> Errore {
        match self {
            Errore::Rifiuto { codice, frase, rimedio, .. } => Errore::Rifiuto { codice, frase, rimedio, stato },
            altro => altro,
        }
    }

    /// A refusal of the kit by code.
    pub(crate) fn del_kit(codice: &'static str, stato: StatusCode) -> Errore {
        CODICI.iter().find(|f| f.codice == codice).map_or(Errore::NonTrovato, |f| Errore::rifiuto(f).con_stato(stato))
    }

    /// A role that the session does not have.
    pub(crate) fn senza_ruolo(a: Permessa) -> Errore {
        Errore::Negato { azione: a.codice, frase: format!("Non hai il ruolo per {}.", a.descrizione) }
    }

    /// The same refusal, for one more thing: a fault is of one thing only.
    pub fn di_nuovo(&self) -> Errore {
        match self {
            Errore::Rifiuto { codice, frase, rimedio, stato } => {
                Errore::Rifiuto { codice, frase: frase.clone(), rimedio: rimedio.clone(), stato: *stato }
            }
            Errore::Negato { azione, frase } => Errore::Negato { azione, frase: frase.clone() },
            altro => Errore::guasto(altro.to_string()),
        }
    }

    /// A broken system: `.map_err(Errore::guasto)`.
    pub fn guasto(e: impl Into<Fonte>) -> Errore {
        Errore::Guasto(e.into())
    }

    /// What stopped it, when it was neither the request nor a defect.
    pub(crate) fn impedimento(&self) -> Option<&Impedimento> {
        match self {
            Errore::Guasto(fonte) => Impedimento::in_catena(fonte.as_ref()),
            _ => None,
        }
    }

    pub fn codice(&self) -> &'static str {
        match self {
            Errore::Rifiuto { codice, .. } => codice,
            Errore::NonTrovato => "WEB-404",
            Errore::Finito { .. } => "WEB-410",
            Errore::Negato { .. } => "AUT-001",
            Errore::SenzaSessione { .. } => "AUT-002",
            Errore::Guasto(_) => match self.impedimento() {
                None => "WEB-500",
                Some(Impedimento::NonRisponde(_)) => "WEB-503",
                Some(Impedimento::Pieno(_)) => "WEB-507",
                Some(Impedimento::Illeggibile(_)) => "WEB-004",
            },
        }
    }

    pub fn stato(&self) -> StatusCode {
        match self {
            Errore::Rifiuto { stato, .. } => *stato,
            Errore::NonTrovato => StatusCode::NOT_FOUND,
            Errore::Finito { .. } => StatusCode::GONE,
            Errore::Negato { .. } => StatusCode::FORBIDDEN,
            Errore::SenzaSessione { .. } => StatusCode::UNAUTHORIZED,
            Errore::Guasto(_) => match self.impedimento() {
                None => StatusCode::INTERNAL_SERVER_ERROR,
                Some(Impedimento::NonRisponde(_)) => StatusCode::SERVICE_UNAVAILABLE,
                Some(Impedimento::Pieno(_)) => StatusCode::INSUFFICIENT_STORAGE,
                Some(Impedimento::Illeggibile(_)) => StatusCode::BAD_REQUEST,
            },
        }
    }
}

impl From<storage::StorageError> for Errore {
    fn from(e: storage::StorageError) -> Self {
        e.rifiuto().map_or_else(|| Errore::guasto(e), Errore::rifiuto)
    }
}

impl From<db::Error> for Errore {
    fn from(e: db::Error) -> Self {
        Errore::guasto(e)
    }
}

impl From<sqlx::Error> for Errore {
    fn from(e: sqlx::Error) -> Self {
        db::Error::from(e).into()
    }
}

impl From<authz::Negato> for Errore {
    fn from(e: authz::Negato) -> Self {
        match e {
            authz::Negato::SenzaRuolo { azione, .. } => Errore::Negato { azione, frase: e.to_string() },
            altro => Errore::guasto(altro),
        }
    }
}

impl From<authz::AccessoNegato> for Errore {
    fn from(e: authz::AccessoNegato) -> Self {
        match codice_di(&e) {
            Some(codice) => Errore::del_kit(codice, StatusCode::FORBIDDEN),
            None => Errore::guasto(e),
        }
    }
}

/// The code of a door that stays closed; none when it is broken.
pub(crate) fn codice_di(e: &authz::AccessoNegato) -> Option<&'static str> {
    use authz::AccessoNegato as N;
    Some(match e {
        N::NonCorrisponde => "AUT-003",
        N::Rallentato { .. } => "AUT-004",
        N::CodiceErrato => "AUT-005",
        N::IngressoFinito => "AUT-006",
        N::NonFresca => "AUT-007",
        N::PasskeyRifiutata => "AUT-009",
        N::PasskeyCopiata => "AUT-010",
        N::EsternaSconosciuta => "AUT-011",
        N::FornitoreMuto(_) => "AUT-012",
        N::EsternaEstranea => "AUT-013",
        N::EsternaRifiutata => "AUT-014",
        N::EsternaGiaCollegata => "AUT-015",
        N::EsternaRinunciata => "AUT-016",
        N::FornitoreSpento => "AUT-017",
        N::Db(_) => return None,
    })
}

/// What the outer layer needs to draw the page.
#[derive(Clone)]
pub(crate) struct DaMostrare(pub std::sync::Arc<Errore>);

impl IntoResponse for Errore {
    fn into_response(self) -> Response {
        let mut r = self.stato().into_response();
        r.extensions_mut().insert(DaMostrare(std::sync::Arc::new(self)));
        r
    }
}
