//! The page of a registration, and what may still happen to it.

use authz::{Azione, Consenti};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use db::{DiEnte, Tx};
use kernel::tempo;
use serde::Deserialize;
use web::{Dati, Errore, Gesto, Inviato, Modulo, Operatore, Pagina};

use super::{ANNULLA, OSCURA, PRENDI, REGISTRA, RIASSEGNA, chiave, modulo};
use crate::pages::{self, RigaCorrispondente};
use crate::permissions::{Annulla, Consulta, PrendiInCarico, Riassegna};
use crate::{Autorizzazione, Campo, Dato, Nuovo, ProtocolloError, Registrazione, commands, gesti, queries};

type Chiave = Path<(String, String, String)>;

#[derive(Deserialize)]
pub(super) struct Esito {
    #[serde(default)]
    registrata: String,
}

pub(super) async fn pagina(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Query(q): Query<Esito>,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let mut tx = op.tx().await?;
    let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
    if r.riservata {
        op.stato().accessi.consultazione(
            op.ente().ente,
            op.chi(),
            Consulta::CODICE,
            &format!("protocollo/{}", r.chiave()),
        );
    }
    let m = op.modulo().con("ufficio", r.ufficio.clone()).con("classifica", r.classifica.clone());
    disegna(&op, &mut tx, r, m, !q.registrata.is_empty()).await
}

async fn disegna(
    op: &Operatore,
    tx: &mut Tx<DiEnte>,
    r: Registrazione,
    modulo: Modulo,
    appena: bool,
) -> Result<Response, Errore> {
    let annullamenti = queries::annullamenti(tx, &r).await?;
    let assegnazioni = queries::assegnazioni(tx, &r).await?;
    let oscuramenti = queries::oscuramenti(tx, &r).await?;
    let posizioni: Vec<i64> = assegnazioni
        .iter()
        .map(|a| a.posizione)
        .chain(annullamenti.iter().map(|a| a.posizione))
        .chain(oscuramenti.iter().flat_map(|o| o.posizioni.iter().copied()))
        .collect();
    let classe = documenti::classe_di(tx, r.titolario, &r.classifica).await?;
    let operatore = assegnazioni.first().map(|a| a.chi.clone()).unwrap_or_default();
    let azioni = op.servizi().flat_map(|s| s.azioni_registrazione).filter(|v| v.azione.is_none_or(|a| op.puo(a)));
    let azioni = azioni.map(|v| (v.etichetta, format!("{}?da={}", op.percorso(v.percorso), r.chiave()))).collect();
    let titolo = format!("Protocollo {}/{}", r.sette_cifre(), r.anno);
    let cornice = Pagina::ufficio(op, titolo).attiva("/protocollo").spiegata_in("registrare").di(&modulo);
    Ok(cornice.con(pages::Una {
        op,
        corrispondenti: queries::corrispondenti(tx, &r).await?,
        documenti: queries::documenti_di(tx, &r).await?,
        anelli: queries::anelli(tx, &r.aoo, &posizioni).await?,
        fascicoli: documenti::fascicoli_di(tx, &format!("protocollo/{}", r.chiave())).await?,
        uffici: authz::uffici(tx).await?,
        classi: documenti::scelte(&documenti::classi(tx).await?),
        classe: classe.map_or_else(|| r.classifica.clone(), |c| format!("{} {}", c.codice, c.descrizione)),
        operatore,
        puo_registrare: op.puo(REGISTRA),
        puo_riassegnare: op.puo(RIASSEGNA),
        puo_annullare: op.puo(ANNULLA),
        puo_oscurare: op.puo(OSCURA) && op.spento().is_none(),
        puo_prendere: op.puo(PRENDI) && !r.presa && !r.annullata(),
        annullamenti,
        oscuramenti,
        assegnazioni,
        azioni,
        modulo,
        appena,
        r,
    }))
}

/// After a command: back to the page, with the way to take it back if there is one, or the page again with the reason.
async fn torna(
    op: &Operatore,
    mut tx: Tx<DiEnte>,
    (anno, numero): (i32, i32),
    mut m: Modulo,
    esito: Result<Option<(&Gesto, Dati)>, ProtocolloError>,
) -> Result<Response, Errore> {
    match esito {
        Ok(gesto) => {
            let qui = op.percorso(format!("/protocollo/{anno}/{numero}"));
            let poi = match gesto {
                Some((g, prima)) => {
                    let su = (&*format!("{anno}/{numero}"), &*gesti::titolo(anno, numero));
                    web::gesti::annota(&mut tx, op, g, su, &prima, &qui).await?
                }
                None => qui,
            };
            tx.commit().await?;
            Ok(Redirect::to(&poi).into_response())
        }
        Err(e) => {
            drop(tx);
            m.accogli(e.campo(), e.into())?;
            let mut tx = op.tx().await?;
            let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
            disegna(op, &mut tx, r, m, false).await
        }
    }
}

pub(super) async fn prendi(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let mut tx = op.tx().await?;
    let p = tx.consenti::<PrendiInCarico>(op.chi()).await?;
    let esito = commands::prendi_in_carico(&mut tx, &p, anno, numero).await;
    let esito = esito.map(|p| Some((&gesti::PRENDI, gesti::presa(p))));
    torna(&op, tx, (anno, numero), m, esito).await
}

pub(super) async fn riassegna(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Riassegna>(op.chi()).await?;
    let esito = commands::riassegna(&mut tx, &p, anno, numero, m.valore("ufficio"), m.valore("classifica")).await;
    let esito = esito.map(|r| Some((&gesti::RIASSEGNA, gesti::riassegnata(&r))));
    torna(&op, tx, (anno, numero), m, esito).await
}

pub(super) async fn fascicola(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Inviato(m): Inviato,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let mut tx = op.tx().await?;
    let p = tx.consenti::<documenti::Fascicola>(op.chi()).await?;
    let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
    let scritto = m.valore("fascicolo").trim().to_uppercase();
    let esito = match scritto.parse() {
        Ok(id) => documenti::fascicola(&mut tx, &p, &id, &format!("protocollo/{}", r.chiave()), r.documento).await,
        Err(()) => Err(documenti::DocumentiError::FascicoloIgnoto(scritto)),
    };
    torna(&op, tx, (anno, numero), m, esito.map(|()| None).map_err(ProtocolloError::from)).await
}

// ---- annulments ----

pub(super) async fn modulo_annulla(op: Operatore, Path((_, anno, numero)): Chiave) -> Result<Response, Errore> {
    let m = op.modulo();
    pagina_annulla(&op, chiave(&anno, &numero)?, m, None).await
}

#[derive(Deserialize)]
pub(super) struct Quale {
    #[serde(default)]
    campo: String,
}

pub(super) async fn modulo_rettifica(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Query(q): Query<Quale>,
) -> Result<Response, Errore> {
    let campo = Campo::da(&q.campo).ok_or(Errore::NonTrovato)?;
    let (anno, numero) = chiave(&anno, &numero)?;
    let mut tx = op.tx().await?;
    let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
    let m = precompila(&op, &mut tx, &r, campo).await?;
    drop(tx);
    pagina_annulla(&op, (anno, numero), m, Some(campo)).await
}

/// The value of now, ready to be corrected; nothing, if it was erased.
async fn precompila(op: &Operatore, tx: &mut Tx<DiEnte>, r: &Registrazione, campo: Campo) -> Result<Modulo, Errore> {
    let m = op.modulo();
    let scritto = |t: &str, d: Dato| if t == d.segnaposto() { String::new() } else { t.to_owned() };
    Ok(match campo {
        Campo::Oggetto => m.con("oggetto", scritto(&r.oggetto, Dato::Oggetto)),
        Campo::NumeroMittente => {
            m.con("numero_mittente", scritto(r.numero_mittente.as_deref().unwrap_or_default(), Dato::NumeroMittente))
        }
        Campo::Corrispondenti if r.corrispondenti == Dato::Corrispondenti.segnaposto() => m,
        Campo::DataMittente => m.con("data_mittente", r.data_mittente().map(tempo::breve).unwrap_or_default()),
        Campo::Corrispondenti => {
            let elenco = queries::corrispondenti(tx, r).await?;
            RigaCorrispondente::righe(r.verso, elenco.len()).into_iter().zip(elenco).fold(m, |m, (n, c)| {
                m.con(&n.nome, c.nome)
                    .con(&n.tipo, c.tipo)
                    .con(&n.codice_fiscale, c.codice_fiscale)
                    .con(&n.indirizzo, c.indirizzo)
                    .con(&n.recapito, c.recapito)
            })
        }
    })
}

async fn pagina_annulla(
    op: &Operatore,
    (anno, numero): (i32, i32),
    modulo: Modulo,
    campo: Option<Campo>,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let r = queries::registrazione_per(&mut tx, op.chi(), anno, numero).await?;
    r.puo_cambiare()?;
    let quanti = queries::corrispondenti(&mut tx, &r).await?.len() + 1;
    let cornice =
        Pagina::ufficio(op, "Annullamento").attiva("/protocollo").spiegata_in("correggere").breve().di(&modulo);
    let corrispondenti = RigaCorrispondente::righe(r.verso, quanti);
    Ok(cornice.con(pages::Annulla { op, r, modulo, campo, corrispondenti }))
}

fn autorizzazione(m: &mut Modulo, op: &Operatore) -> Autorizzazione {
    let data = m.data("provvedimento_data", op.oggi());
    Autorizzazione { motivo: m.valore("motivo").to_owned(), provvedimento: m.valore("provvedimento").to_owned(), data }
}

pub(super) async fn annulla(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let a = autorizzazione(&mut m, &op);
    if !m.valido() {
        return pagina_annulla(&op, (anno, numero), m, None).await;
    }
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Annulla>(op.chi()).await?;
    let esito = commands::annulla(&mut tx, &p, anno, numero, &a).await;
    annullata(&op, tx, (anno, numero), m, None, esito).await
}

pub(super) async fn rettifica(
    op: Operatore,
    Path((_, anno, numero)): Chiave,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let (anno, numero) = chiave(&anno, &numero)?;
    let campo = Campo::da(m.valore("campo")).ok_or(Errore::NonTrovato)?;
    let a = autorizzazione(&mut m, &op);
    let nuovo = match campo {
        Campo::Oggetto => Nuovo::Oggetto(m.valore("oggetto").to_owned()),
        Campo::Corrispondenti => Nuovo::Corrispondenti(modulo::corrispondenti(&m)),
        Campo::NumeroMittente => Nuovo::NumeroMittente(m.valore("numero_mittente").to_owned()),
        Campo::DataMittente => Nuovo::DataMittente(m.data("data_mittente", op.oggi())),
    };
    if !m.valido() {
        return pagina_annulla(&op, (anno, numero), m, Some(campo)).await;
    }
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Annulla>(op.chi()).await?;
    let esito = commands::rettifica(&mut tx, &p, anno, numero, &nuovo, &a).await;
    annullata(&op, tx, (anno, numero), m, Some(campo), esito).await
}

async fn annullata(
    op: &Operatore,
    tx: Tx<DiEnte>,
    (anno, numero): (i32, i32),
    mut m: Modulo,
    campo: Option<Campo>,
    esito: Result<(), ProtocolloError>,
) -> Result<Response, Errore> {
    match esito {
        Ok(()) => {
            tx.commit().await?;
            Ok(Redirect::to(&op.percorso(format!("/protocollo/{anno}/{numero}"))).into_response())
        }
        Err(e) => {
            drop(tx);
            m.accogli(e.campo(), e.into())?;
            pagina_annulla(op, (anno, numero), m, campo).await
        }
    }
}
