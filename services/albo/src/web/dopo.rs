//! Annulment, removal, extension, replacement: each explains what it does before it does it.

use authz::Consenti;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use db::{DiEnte, Tx};
use documenti::FiloId;
use kernel::{Numero, Periodo};
use web::{Caricamento, Errore, Inviato, Modulo, Operatore, Pagina};

use super::bozze::arrivato;
use super::ufficio::trova;
use super::{DiAtto, Percorso};
use crate::commands::{self, Conferma, FileDaPubblicare, Fine, Sostituzione};
use crate::model::{CLASSI, Classe};
use crate::pages::{Dopo, PaginaDopo, Visto};
use crate::permissions::{Annulla, Correggi, Rimuovi};
use crate::{AlboError, Rifiuto, controllo, queries};

pub(super) async fn pagina(op: Operatore, Path((_, anno, numero)): DiAtto, quale: Dopo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    disegna(&op, &mut tx, (anno, numero), quale, op.modulo(), None).await
}

async fn disegna(
    op: &Operatore,
    tx: &mut Tx<DiEnte>,
    (anno, numero): (i32, i32),
    quale: Dopo,
    m: Modulo,
    visto: Option<Visto>,
) -> Result<Response, Errore> {
    let atto = trova(tx, anno, numero).await?;
    let file = queries::file(tx, atto.id).await?.into_iter().filter(|f| f.tolto_il.is_none()).collect();
    let qui = Percorso::Dopo { anno, numero, quale };
    let pagina = Pagina::ufficio(op, quale.titolo()).attiva("albo").spiegata_in("dopo-la-pubblicazione").breve().di(&m);
    let indietro = Percorso::Atto { anno, numero };
    Ok(pagina.con(PaginaDopo { op, atto, file, quale, qui, indietro, visto, modulo: m }))
}

pub(super) async fn esegui(
    op: Operatore,
    Path((_, anno, numero)): DiAtto,
    quale: Dopo,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let n = Numero::try_from(numero).map_err(|_| Errore::NonTrovato)?;
    let mut tx = op.tx().await?;
    let esito = match quale {
        Dopo::Annulla => {
            let p = tx.consenti::<Annulla>(op.chi()).await?;
            commands::annulla(&mut tx, &p, anno, n, m.valore("motivo"), m.valore("provvedimento")).await
        }
        Dopo::Rimuovi => {
            let classi: Vec<&str> = CLASSI.iter().map(|(c, _)| *c).collect();
            let classe = m.scelta("classe", &classi).and_then(Classe::da);
            let p = tx.consenti::<Rimuovi>(op.chi()).await?;
            match classe {
                Some(c) => commands::rimuovi(&mut tx, &p, anno, n, c, m.valore("provvedimento")).await,
                None => Ok(()),
            }
        }
        _ => {
            let interrotto = interruzione(&op, &mut m);
            let p = tx.consenti::<Correggi>(op.chi()).await?;
            match interrotto {
                Some(i) => commands::proroga(&mut tx, &p, anno, n, i, m.valore("motivo")).await.map(drop),
                None => Ok(()),
            }
        }
    };
    concludi(&op, tx, (anno, numero), quale, m, esito, None).await
}

fn interruzione(op: &Operatore, m: &mut Modulo) -> Option<Periodo> {
    let (dal, al) = (m.data("dal", op.oggi()), m.data("al", op.oggi()));
    m.obbligatorio("dal", "Scrivi il primo giorno senza albo.");
    m.obbligatorio("al", "Scrivi l’ultimo giorno senza albo.");
    let periodo = Periodo::nuovo(dal?, al);
    if periodo.is_err() {
        m.errore("al", "L’ultimo giorno viene prima del primo.");
    }
    periodo.ok().filter(|p| p.al().is_some())
}

/// Commits and goes back to the act, or shows the form again with what is wrong.
async fn concludi(
    op: &Operatore,
    tx: Tx<DiEnte>,
    (anno, numero): (i32, i32),
    quale: Dopo,
    mut m: Modulo,
    esito: Result<(), AlboError>,
    visto: Option<Visto>,
) -> Result<Response, Errore> {
    let mut da_guardare = None;
    if let Err(e) = esito {
        let campo = match e {
            AlboError::Rifiuto(Rifiuto::SenzaMotivo) => "motivo",
            AlboError::Rifiuto(Rifiuto::DaConfermare) => {
                da_guardare = visto;
                "conferma"
            }
            _ => "",
        };
        m.accogli(campo, e.into())?;
    }
    if m.valido() {
        tx.commit().await?;
        return Ok(Redirect::to(&op.percorso(Percorso::Atto { anno, numero })).into_response());
    }
    drop(tx);
    disegna(op, &mut op.tx().await?, (anno, numero), quale, m, da_guardare).await
}

pub(super) async fn sostituisci(
    op: Operatore,
    Path((_, anno, numero)): DiAtto,
    corpo: Caricamento,
) -> Result<Response, Errore> {
    let n = Numero::try_from(numero).map_err(|_| Errore::NonTrovato)?;
    let (mut m, arrivati) = corpo.ricevi(&op).await?;
    let ultimo = m.data("ultimo_giorno", op.oggi());
    let tolto = m.valore("tolto").parse().ok();
    if arrivati.is_empty() && m.errore_di("file").is_none() {
        m.errore("file", "Carica la versione con i dati oscurati.");
    }
    let mut nuovi: Vec<FileDaPubblicare> = arrivati.iter().take(1).map(arrivato).collect();
    let avvisi = controllo::esamina(&op.stato().archivio, &op.ente().codice, &mut nuovi).await;
    // A confirmation is about the file that was looked at: the browser sends it again, and it may be another.
    let guardato = nuovi.first().is_some_and(|f| m.valore("visto") == f.impronta.to_string());
    let conferma = if guardato && m.spunta("conferma") { Conferma::Data } else { Conferma::NonData };
    let visto = nuovi.first().map(|f| Visto { impronta: f.impronta, avvisi: avvisi.iter().copied().collect() });
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Correggi>(op.chi()).await?;
    let mut esito = Ok(());
    if let (true, Some(arrivato), Some(mut nuovo)) = (m.valido(), arrivati.first(), nuovi.pop()) {
        let filo = FiloId(trova(&mut tx, anno, numero).await?.filo);
        nuovo.documento = documenti::aggiungi(&mut tx, op.chi(), filo, &arrivato.into()).await?.id.0;
        let fine = ultimo.map_or(Fine::Invariata, Fine::NuovoUltimoGiorno);
        let motivo = m.valore("motivo").to_owned();
        let s = Sostituzione { tolto: tolto.unwrap_or_default(), nuovo, avvisi, conferma, motivo, fine };
        esito = commands::sostituisci(&mut tx, &p, anno, n, &s).await;
    }
    concludi(&op, tx, (anno, numero), Dopo::Sostituisci, m, esito, visto).await
}
