//! What is refused, with code, sentence and remedy; what breaks.

use authz::Negato;
use axum::http::StatusCode;
use documenti::DocumentiError;
use kernel::Frase;
use kernel::testo::TestoRifiutato;
use registers::RegistroError;
use web::Errore;

/// A refusal or a fault of the protocol register.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolloError {
    #[error("Manca l’oggetto.")]
    SenzaOggetto,
    #[error("{}: {perche}.", nome_campo(.campo))]
    Testo { campo: &'static str, perche: TestoRifiutato },
    #[error("Manca il mittente.")]
    SenzaMittente,
    #[error("Manca il destinatario.")]
    SenzaDestinatario,
    #[error("A uno dei corrispondenti manca il nome.")]
    SenzaNome,
    #[error("«{0}» non è un codice fiscale.")]
    CodiceFiscale(String),
    #[error("«{0}» non è un indirizzo di posta elettronica.")]
    Recapito(String),
    #[error("Il mezzo non è fra quelli previsti.")]
    MezzoIgnoto,
    #[error("L’arrivo è nel futuro.")]
    ArrivoFuturo,
    #[error("La data è nel futuro.")]
    DataFutura,
    #[error("«{0}» non è un’ora: si scrive come 9:42.")]
    Ora(String),
    #[error("Ci sono allegati senza un documento principale.")]
    SenzaPrincipale,
    #[error("Gli allegati sono più di 29.")]
    TroppiAllegati,
    #[error("I corrispondenti sono più di 200.")]
    TroppiCorrispondenti,
    #[error("Il tipo di corrispondente non è fra quelli previsti.")]
    TipoIgnoto,
    #[error("L’ufficio «{0}» non c’è.")]
    UfficioIgnoto(String),
    #[error("Manca il motivo.")]
    SenzaMotivo,
    #[error("Manca il provvedimento che lo autorizza.")]
    SenzaProvvedimento,
    #[error("Manca la data del provvedimento.")]
    SenzaDataProvvedimento,
    #[error("La registrazione {0} è annullata.")]
    Annullata(String),
    #[error("La registrazione non c’è.")]
    Ignota,
    #[error("Non cambia nulla.")]
    Uguale,
    #[error("La registrazione è già stata presa in carico.")]
    GiaPresa,
    #[error("Nel frattempo qualcuno l’ha cambiata.")]
    Cambiata,
    #[error("La registrazione è riservata.")]
    Riservata,
    #[error("Non c’è nulla da oscurare.")]
    NullaDaOscurare,
    #[error("Nel periodo ci sono più di {0} registrazioni, troppe per un file solo.")]
    PeriodoLungo(i64),
    #[error("Il periodo finisce prima di cominciare.")]
    PeriodoRovescio,
    #[error("Questo modulo è già stato usato per una registrazione diversa.")]
    AltroContenuto,
    #[error(transparent)]
    Documenti(#[from] DocumentiError),
    #[error(transparent)]
    Negato(#[from] Negato),
    #[error(transparent)]
    Registro(RegistroError),
    #[error(transparent)]
    Pdf(#[from] pdf::PdfError),
    #[error(transparent)]
    Archivio(#[from] storage::StorageError),
    #[error(transparent)]
    Db(#[from] db::Error),
}

fn nome_campo(campo: &str) -> &'static str {
    match campo {
        "oggetto" => "L’oggetto non si può usare",
        "corrispondente" => "Il nome del corrispondente non si può usare",
        "codice_fiscale" => "Il codice fiscale non si può usare",
        "indirizzo" => "L’indirizzo non si può usare",
        "recapito" => "Il recapito non si può usare",
        "numero_mittente" => "Il numero del mittente non si può usare",
        "motivo" => "Il motivo non si può usare",
        "provvedimento" => "Il provvedimento non si può usare",
        _ => "Il testo non si può usare",
    }
}

macro_rules! frasi {
    ($($codice:literal: $frase:literal, $rimedio:literal;)+) => {
        &[$(Frase { codice: $codice, frase: $frase, rimedio: $rimedio }),+]
    };
}

/// Every code of this service.
pub const CODICI: &[Frase] = frasi! {
    "PRT-001": "Manca l’oggetto.", "Scrivi in poche parole di che cosa si tratta.";
    "PRT-002": "Un testo non si può usare.", "Correggi il campo indicato: al massimo 2.000 caratteri per l’oggetto, senza caratteri invisibili.";
    "PRT-003": "Manca il mittente.", "Scrivi chi ha mandato il documento (DPR 445/2000, art. 53).";
    "PRT-004": "Manca il destinatario.", "Scrivi a chi va il documento (DPR 445/2000, art. 53).";
    "PRT-005": "A un corrispondente manca il nome.", "Scrivilo, o svuota tutta la riga.";
    "PRT-006": "Il codice fiscale non è valido.", "Controllalo: 16 caratteri per le persone, 11 cifre per le imprese. Si può lasciare vuoto.";
    "PRT-007": "L’indirizzo di posta elettronica non è valido.", "Controllalo, per esempio nome@comune.it. Si può lasciare vuoto.";
    "PRT-008": "Il mezzo non è previsto.", "Sceglilo dall’elenco.";
    "PRT-009": "L’arrivo è nel futuro.", "Controlla giorno e ora di arrivo.";
    "PRT-010": "La data è nel futuro.", "Controlla giorno, mese e anno.";
    "PRT-011": "L’ora non è valida.", "Scrivila come 9:42, o lasciala vuota.";
    "PRT-012": "Manca il documento principale.", "Carica il documento principale, poi gli allegati.";
    "PRT-013": "Gli allegati sono troppi.", "Al massimo 29, oltre al documento principale: riuniscili in un archivio ZIP.";
    "PRT-014": "I corrispondenti sono troppi.", "Al massimo 200: allega l’elenco e scrivi «vedi elenco allegato».";
    "PRT-015": "Il tipo di corrispondente non è previsto.", "Sceglilo dall’elenco.";
    "PRT-016": "L’ufficio non c’è.", "Sceglilo dall’elenco.";
    "PRT-017": "Il modulo è già stato usato.", "Apri una registrazione nuova: la prima è già nel registro.";
    "PRT-020": "Manca il motivo.", "Scrivi perché: resta leggibile nel registro (DPR 445/2000, art. 54).";
    "PRT-021": "Manca il provvedimento.", "Senza provvedimento non si annulla e non si oscura: scrivi quale lo autorizza (DPR 445/2000, art. 54).";
    "PRT-022": "Manca la data del provvedimento.", "Scrivi la data del provvedimento che autorizza.";
    "PRT-023": "La registrazione è annullata.", "Resta leggibile com’era, e non si cambia più.";
    "PRT-024": "La registrazione non c’è.", "Controlla anno e numero.";
    "PRT-025": "Non cambia nulla.", "Scrivi un valore diverso da quello di adesso.";
    "PRT-026": "È già stata presa in carico.", "Puoi lavorarla.";
    "PRT-027": "La registrazione è riservata.", "La leggono il protocollo, il responsabile, il segretario e l’ufficio a cui è assegnata.";
    "PRT-028": "Non c’è nulla da oscurare.", "Scegli almeno un valore fra quelli che si leggono ancora.";
    "PRT-029": "Nel frattempo qualcuno l’ha cambiata.", "Apri la registrazione, guarda com’è adesso e correggi a mano.";
    "PRT-030": "Il periodo è troppo lungo.", "Scegli un periodo più breve; per più di 5.000 registrazioni scarica il CSV.";
    "PRT-031": "Il periodo finisce prima di cominciare.", "Scambia le due date.";
};

impl ProtocolloError {
    /// The code of the refusal; none for a fault.
    pub fn codice(&self) -> Option<&'static str> {
        Some(match self {
            Self::SenzaOggetto => "PRT-001",
            Self::Testo { .. } => "PRT-002",
            Self::SenzaMittente => "PRT-003",
            Self::SenzaDestinatario => "PRT-004",
            Self::SenzaNome => "PRT-005",
            Self::CodiceFiscale(_) => "PRT-006",
            Self::Recapito(_) => "PRT-007",
            Self::MezzoIgnoto => "PRT-008",
            Self::ArrivoFuturo => "PRT-009",
            Self::DataFutura => "PRT-010",
            Self::Ora(_) => "PRT-011",
            Self::SenzaPrincipale => "PRT-012",
            Self::TroppiAllegati => "PRT-013",
            Self::TroppiCorrispondenti => "PRT-014",
            Self::TipoIgnoto => "PRT-015",
            Self::UfficioIgnoto(_) => "PRT-016",
            Self::AltroContenuto => "PRT-017",
            Self::SenzaMotivo => "PRT-020",
            Self::SenzaProvvedimento => "PRT-021",
            Self::SenzaDataProvvedimento => "PRT-022",
            Self::Annullata(_) => "PRT-023",
            Self::Ignota => "PRT-024",
            Self::Uguale => "PRT-025",
            Self::GiaPresa => "PRT-026",
            Self::Riservata => "PRT-027",
            Self::NullaDaOscurare => "PRT-028",
            Self::Cambiata => "PRT-029",
            Self::PeriodoLungo(_) => "PRT-030",
            Self::PeriodoRovescio => "PRT-031",
            Self::Documenti(d) => return d.codice(),
            Self::Negato(_) | Self::Registro(_) | Self::Pdf(_) | Self::Archivio(_) | Self::Db(_) => return None,
        })
    }

    /// The field of the form that the refusal is about; empty when it is about the whole form.
    pub fn campo(&self) -> &'static str {
        match self {
            Self::SenzaOggetto => "oggetto",
            Self::Testo { campo: "corrispondente" | "codice_fiscale" | "indirizzo" | "recapito", .. } => "nome-1",
            Self::Testo { campo, .. } => campo,
            Self::SenzaMittente | Self::SenzaDestinatario | Self::SenzaNome | Self::TipoIgnoto => "nome-1",
            Self::CodiceFiscale(_) | Self::Recapito(_) | Self::TroppiCorrispondenti => "nome-1",
            Self::MezzoIgnoto => "mezzo",
            Self::ArrivoFuturo => "arrivo",
            Self::Ora(_) => "arrivo_ora",
            Self::DataFutura => "data_mittente",
            Self::SenzaPrincipale => "documento",
            Self::TroppiAllegati => "allegati",
            Self::UfficioIgnoto(_) => "ufficio",
            Self::Documenti(DocumentiError::ClasseIgnota(_)) => "classifica",
            Self::Documenti(DocumentiError::FiloIgnoto) => "filo",
            Self::SenzaMotivo => "motivo",
            Self::SenzaProvvedimento => "provvedimento",
            Self::SenzaDataProvvedimento => "provvedimento_data",
            Self::NullaDaOscurare => "valori",
            Self::PeriodoRovescio | Self::PeriodoLungo(_) => "al",
            _ => "",
        }
    }
}

impl From<sqlx::Error> for ProtocolloError {
    fn from(e: sqlx::Error) -> Self {
        ProtocolloError::Db(e.into())
    }
}

impl From<RegistroError> for ProtocolloError {
    fn from(e: RegistroError) -> Self {
        match e {
            RegistroError::AltroContenuto => ProtocolloError::AltroContenuto,
            RegistroError::Db(e) => e.into(),
            e => ProtocolloError::Registro(e),
        }
    }
}

impl From<ProtocolloError> for Errore {
    fn from(e: ProtocolloError) -> Self {
        match e {
            ProtocolloError::Documenti(d) => d.into(),
            ProtocolloError::Negato(n) => n.into(),
            ProtocolloError::Ignota => Errore::NonTrovato,
            e => match e.codice() {
                None => Errore::guasto(e),
                Some(codice) => {
                    let rimedio = CODICI.iter().find(|f| f.codice == codice).map_or("", |f| f.rimedio);
                    let stato = match e {
                        ProtocolloError::Riservata => StatusCode::FORBIDDEN,
                        _ => StatusCode::UNPROCESSABLE_ENTITY,
                    };
                    Errore::Rifiuto { codice, frase: e.to_string(), rimedio: rimedio.to_owned(), stato }
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_once() {
        assert!(CODICI.windows(2).all(|f| f[0].codice < f[1].codice));
    }
}
