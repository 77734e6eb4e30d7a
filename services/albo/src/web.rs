//! Routes and addresses of the albo.

mod bozze;
mod dopo;
mod flusso;
mod interruzioni;
mod pubblico;
mod termini;
mod ufficio;

use std::fmt;

use axum::extract::Path;
use db::{DiEnte, Tx};
use kernel::Numero;
use uuid::Uuid;
use web::{Caricamento, Configurazione, Inviato, Operatore, Rotta};

use crate::pages::Dopo;
use crate::permissions::{ANNULLA, ATTESTA, CONSULTA, CORREGGI, PUBBLICA, RIMUOVI, TERMINI};

/// Year and number, after the code of the ente.
type DiAtto = Path<(String, i32, i32)>;

pub(crate) fn rotte() -> Vec<Rotta> {
    let mut rotte = vec![
        Rotta::ufficio_get("/e/{codice}/albo", CONSULTA, ufficio::elenco),
        Rotta::ufficio_get("/e/{codice}/albo/nuovo", PUBBLICA, bozze::nuovo).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/albo/nuovo", PUBBLICA, bozze::prepara).con_file(),
        Rotta::ufficio_get("/e/{codice}/albo/bozze/{id}", PUBBLICA, bozze::anteprima),
        Rotta::ufficio_post("/e/{codice}/albo/bozze/{id}", PUBBLICA, bozze::decidi),
        Rotta::ufficio_get("/e/{codice}/albo/bozze/{id}/modifica", PUBBLICA, bozze::modifica).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/albo/bozze/{id}/modifica", PUBBLICA, bozze::riscrivi).con_file(),
        Rotta::ufficio_get("/e/{codice}/albo/termini", CONSULTA, termini::pagina),
        Rotta::ufficio_post("/e/{codice}/albo/termini", TERMINI, termini::termine),
        Rotta::ufficio_post("/e/{codice}/albo/termini/regola", TERMINI, termini::regola),
        Rotta::ufficio_get("/e/{codice}/albo/interruzioni", CONSULTA, interruzioni::pagina),
        Rotta::ufficio_post("/e/{codice}/albo/interruzioni", CORREGGI, interruzioni::decidi),
        Rotta::ufficio_get("/e/{codice}/albo/{anno}/{numero}", CONSULTA, ufficio::atto),
        Rotta::ufficio_get("/e/{codice}/albo/{anno}/{numero}/relata", CONSULTA, ufficio::relata),
        Rotta::ufficio_post("/e/{codice}/albo/{anno}/{numero}/relata", ATTESTA, ufficio::attesta),
        Rotta::pubblica_get("/albo", pubblico::elenco),
        Rotta::pubblica_get("/albo/feed.xml", flusso::rss),
        Rotta::pubblica_get("/albo/feed.json", flusso::json),
        Rotta::pubblica_get("/albo/{anno}/{numero}", pubblico::atto),
        Rotta::pubblica_get("/albo/{anno}/{numero}/{id}/{nome}", pubblico::file),
        Rotta::pubblica_get("/robots.txt", pubblico::robots),
    ];
    rotte.extend(dopo());
    rotte
}

/// Year and number after which a page begins, from the key in its address.
pub(crate) fn dopo_la_chiave(chiave: &str) -> Option<(i32, i32)> {
    ufficio::dopo(chiave)
}

/// What may happen to a publication: a page that explains, a command that does.
fn dopo() -> Vec<Rotta> {
    let pagina = |quale: Dopo| move |op: Operatore, p: DiAtto| dopo::pagina(op, p, quale);
    let semplice = |quale: Dopo| move |op: Operatore, p: DiAtto, m: Inviato| dopo::esegui(op, p, quale, m);
    vec![
        Rotta::ufficio_get("/e/{codice}/albo/{anno}/{numero}/annulla", ANNULLA, pagina(Dopo::Annulla)).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/albo/{anno}/{numero}/annulla", ANNULLA, semplice(Dopo::Annulla)),
        Rotta::ufficio_get("/e/{codice}/albo/{anno}/{numero}/rimuovi", RIMUOVI, pagina(Dopo::Rimuovi)).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/albo/{anno}/{numero}/rimuovi", RIMUOVI, semplice(Dopo::Rimuovi)),
        Rotta::ufficio_get("/e/{codice}/albo/{anno}/{numero}/proroga", CORREGGI, pagina(Dopo::Proroga)).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/albo/{anno}/{numero}/proroga", CORREGGI, semplice(Dopo::Proroga)),
        Rotta::ufficio_get("/e/{codice}/albo/{anno}/{numero}/sostituisci", CORREGGI, pagina(Dopo::Sostituisci))
            .che_scrive(),
        Rotta::ufficio_post(
            "/e/{codice}/albo/{anno}/{numero}/sostituisci",
            CORREGGI,
            |op: Operatore, p: DiAtto, c: Caricamento| dopo::sostituisci(op, p, c),
        )
        .con_file(),
    ]
}

/// Where the citizen reads an act (with no act, the list): on the ente's public host, as people outside write it.
async fn al_pubblico(
    tx: &mut Tx<DiEnte>,
    config: &Configurazione,
    atto: Option<(i32, Numero)>,
) -> Result<Option<String>, db::Error> {
    let percorso = atto.map_or_else(|| "/albo".to_owned(), |(anno, n)| format!("/albo/{anno}/{}", n.corto()));
    Ok(enti::host_pubblico(tx).await?.map(|host| config.indirizzo(&host, percorso)))
}

/// Addresses inside an ente's office (`op.percorso(…)`); those of an act and of its list are the public ones too.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Percorso {
    Elenco,
    Nuovo,
    Bozza(Uuid),
    Modifica(Uuid),
    Termini,
    Interruzioni,
    Atto { anno: i32, numero: i32 },
    Relata { anno: i32, numero: i32 },
    Dopo { anno: i32, numero: i32, quale: Dopo },
}

impl fmt::Display for Percorso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Percorso::Elenco => f.write_str("/albo"),
            Percorso::Nuovo => f.write_str("/albo/nuovo"),
            Percorso::Bozza(id) => write!(f, "/albo/bozze/{id}"),
            Percorso::Modifica(id) => write!(f, "/albo/bozze/{id}/modifica"),
            Percorso::Termini => f.write_str("/albo/termini"),
            Percorso::Interruzioni => f.write_str("/albo/interruzioni"),
            Percorso::Atto { anno, numero } => write!(f, "/albo/{anno}/{numero}"),
            Percorso::Relata { anno, numero } => write!(f, "/albo/{anno}/{numero}/relata"),
            Percorso::Dopo { anno, numero, quale } => write!(f, "/albo/{anno}/{numero}/{}", quale.codice()),
        }
    }
}
