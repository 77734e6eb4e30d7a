//! The alliance's side: members, adhesions, transformation. The member's side: its adhesions and the appointment.

use ::web::{Errore, Inviato, Modulo, Operatore, Pagina, Regole};
use authz::Consenti;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Data, Numero, Provvedimento};
use serde::Deserialize;
use uuid::Uuid;

use crate::commands::{self, Fondata, NuovaAdesione, Passo};
use crate::model::Forma;
use crate::nomina::{self, Firme, Nomina};
use crate::pages::Gruppo;
use crate::permissions::CuraAlleanza;
use crate::{pages, queries};

/// Which adhesions to show: a group, a name.
#[derive(Default, Deserialize)]
pub(super) struct Filtro {
    #[serde(default)]
    gruppo: String,
    #[serde(default)]
    nome: String,
}

pub(super) async fn membri(op: Operatore, Query(f): Query<Filtro>) -> Result<Response, Errore> {
    let modulo = op.modulo().con("nome", f.nome.trim());
    mostra(&op, modulo, f).await
}

/// The alliance in force, what it followed, its adhesions, and which services each member has on.
async fn mostra(op: &Operatore, modulo: Modulo, f: Filtro) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let alleanze = queries::alleanze(&mut tx).await?;
    let mut adesioni = Vec::new();
    let mut servizi = Vec::new();
    if let Some(a) = alleanze.first() {
        adesioni = queries::adesioni(&mut tx, &a.codice).await?;
        let mut vista = op.stato().db.alleanza().await?;
        servizi = queries::servizi_dei_membri(&mut vista, op.ente().ente, &a.codice).await?;
    }
    tx.commit().await?;
    let stato = modulo.stato();
    let (scelto, cercato) = (Gruppo::da(&f.gruppo), f.nome.trim().to_owned());
    let dentro = pages::Membri { op, alleanze, adesioni, servizi, scelto, cercato, modulo };
    Ok(Pagina::ufficio(op, "Alleanza").attiva("/alleanza").larga().stato(stato).con(dentro))
}

pub(super) async fn chiedi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<CuraAlleanza>(op.chi()).await?;
    let oggi = tx.oggi();
    let membro =
        m.testo("membro", Regole::riga(30).obbligatoria("Scrivi il codice IPA o Belfiore, per esempio c_e307."));
    let il = m.data("il", oggi).unwrap_or(oggi);
    let forma = m.scelta("forma", &Forma::TUTTE.map(Forma::codice)).and_then(Forma::da);
    let alleanza = m.valore("alleanza").to_owned();
    if let (true, Some(forma)) = (m.valido(), forma) {
        let nuova = NuovaAdesione { alleanza: &alleanza, membro: &membro, forma, il };
        match commands::chiedi_adesione(&mut tx, &p, &nuova).await {
            Ok(id) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(format!("/alleanza/adesioni/{id}"))).into_response());
            }
            Err(e) => m.accogli("membro", e.into())?,
        }
    }
    drop(tx);
    mostra(&op, m, Filtro::default()).await
}

pub(super) async fn trasforma(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<CuraAlleanza>(op.chi()).await?;
    let oggi = tx.oggi();
    let vecchia = m.valore("alleanza").to_owned();
    let codice =
        m.testo("nuovo_codice", Regole::riga(40).obbligatoria("Scrivi un codice breve, per esempio ali-sulmona."));
    let nome = m.testo("nuovo_nome", Regole::riga(120).obbligatoria("Scrivi il nome della nuova alleanza."));
    let dal = m.data("dal", oggi).unwrap_or(oggi);
    let prima =
        queries::alleanze(&mut tx).await?.into_iter().find(|a| a.codice == vecchia).ok_or(Errore::NonTrovato)?;
    if m.valido() {
        let nuova = Fondata {
            codice: &codice,
            denominazione: &nome,
            sopra: prima.sopra.as_deref(),
            preavviso_mesi: prima.preavviso_mesi,
            dal,
        };
        match commands::trasforma_alleanza(&mut tx, &p, &vecchia, &nuova).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso("/alleanza")).into_response());
            }
            Err(e) => m.accogli("nuovo_codice", e.into())?,
        }
    }
    drop(tx);
    mostra(&op, m, Filtro::default()).await
}

pub(super) async fn una(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let modulo = op.modulo();
    mostra_una(&op, id, modulo).await
}

async fn mostra_una(op: &Operatore, id: Uuid, modulo: Modulo) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let di = queries::adesione(&mut tx, id).await?;
    let passi = queries::passi(&mut tx, id).await?;
    let oggi = tx.oggi();
    tx.commit().await?;
    let (stato, titolo) = (modulo.stato(), di.membro_nome.clone());
    let dentro = pages::UnaAdesione { op, di, passi, oggi, modulo };
    Ok(Pagina::ufficio(op, titolo).attiva("/alleanza").stato(stato).con(dentro))
}

pub(super) async fn muovi(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let p = tx.consenti::<CuraAlleanza>(op.chi()).await?;
    let oggi = tx.oggi();
    if let Some(passo) = leggi_passo(&mut m, oggi) {
        match commands::muovi_adesione(&mut tx, &p, id, &passo).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(format!("/alleanza/adesioni/{id}"))).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    drop(tx);
    mostra_una(&op, id, m).await
}

/// The step that the pressed button names, with its fields; none when something is missing.
fn leggi_passo(m: &mut Modulo, oggi: Data) -> Option<Passo> {
    let il = m.data("il", oggi).unwrap_or(oggi);
    let motivo = m.testo("motivo", Regole::riga(300));
    let passo = match m.valore("passo") {
        "delibera" => Passo::Delibera { il, atto: leggi_atto(m, oggi)? },
        "firma" => Passo::Firma {
            il,
            per_ente: m.testo("per_ente", Regole::riga(120).obbligatoria("Scrivi chi ha firmato per l’ente.")),
            per_alleanza: m
                .testo("per_alleanza", Regole::riga(120).obbligatoria("Scrivi chi ha firmato per l’alleanza.")),
        },
        "attiva" => Passo::Attiva { dal: il },
        "sospendi" => Passo::Sospendi { il, motivo },
        "riprendi" => Passo::Riprendi { il },
        "recedi" => Passo::Recedi { notificato_il: il },
        "rinuncia" => Passo::Rinuncia { il, motivo },
        "cessa" => Passo::Cessa,
        _ => {
            m.errore("", "Scegli uno dei passi della pagina.");
            return None;
        }
    };
    m.valido().then_some(passo)
}

fn leggi_atto(m: &mut Modulo, oggi: Data) -> Option<Provvedimento> {
    let tipo = m.testo("atto_tipo", Regole::riga(80).obbligatoria("Scegli il tipo di atto."));
    m.obbligatorio("atto_numero", "Scrivi il numero dell’atto.");
    m.obbligatorio("atto_data", "Scrivi la data dell’atto.");
    let numero = m.numero("atto_numero").and_then(|n| Numero::try_from(n).ok());
    let data = m.data("atto_data", oggi);
    let (numero, data) = numero.zip(data)?;
    let registro = tipo.split(' ').next().unwrap_or("atto").to_owned();
    m.valido().then(|| Provvedimento { tipo, registro, serie: i32::from(data.year()), numero, data, documento: None })
}

pub(super) async fn nomina(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let nomina = nomina_di(&op, id).await?;
    let pdf = op.percorso(format!("/alleanza/adesioni/{id}/nomina.pdf"));
    let dentro = pages::LaNomina { op: &op, nomina, sopra: ("/alleanza", "Alleanza"), pdf };
    Ok(Pagina::ufficio(&op, nomina::TITOLO).attiva("/alleanza").con(dentro))
}

pub(super) async fn nomina_pdf(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    in_pdf(nomina_di(&op, id).await?).await
}

/// The appointment as the alliance reads it, from the steps of the adhesion.
async fn nomina_di(op: &Operatore, id: Uuid) -> Result<Nomina, Errore> {
    let mut tx = op.tx().await?;
    let di = queries::adesione(&mut tx, id).await?;
    let alleanze = queries::alleanze(&mut tx).await?;
    let passi = queries::passi(&mut tx, id).await?;
    tx.commit().await?;
    let alleanza = alleanze.into_iter().find(|a| a.codice == di.alleanza).ok_or(Errore::NonTrovato)?;
    let firme = passi
        .into_iter()
        .rev()
        .find_map(|p| Some(Firme { il: p.il, per_ente: p.firma_ente?, per_alleanza: p.firma_alleanza? }));
    Ok(Nomina {
        adesione: id,
        titolare: di.membro_nome,
        codice: di.membro,
        responsabile: op.ente().denominazione.clone(),
        alleanza: alleanza.denominazione,
        forma: di.adesione.forma.nome(),
        richiesta_il: di.richiesta_il,
        decorre_dal: di.adesione.decorre_dal,
        firme,
        servizi: pages::con_trattamento(op.stato().servizi),
    })
}

pub(super) async fn mie(op: Operatore) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let adesioni = queries::mie_adesioni(&mut tx).await?;
    tx.commit().await?;
    Ok(Pagina::ufficio(&op, "Adesioni").attiva("/ente").con(pages::Mie { op: &op, adesioni }))
}

pub(super) async fn mia_nomina(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let nomina = mia_nomina_di(&op, id).await?;
    let pdf = op.percorso(format!("/adesioni/{id}/nomina.pdf"));
    let dentro = pages::LaNomina { op: &op, nomina, sopra: ("/adesioni", "Adesioni"), pdf };
    Ok(Pagina::ufficio(&op, nomina::TITOLO).attiva("/ente").con(dentro))
}

pub(super) async fn mia_nomina_pdf(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    in_pdf(mia_nomina_di(&op, id).await?).await
}

/// The appointment as the member reads it.
async fn mia_nomina_di(op: &Operatore, id: Uuid) -> Result<Nomina, Errore> {
    let mut tx = op.tx().await?;
    let mie = queries::mie_adesioni(&mut tx).await?;
    tx.commit().await?;
    let a = mie.into_iter().find(|a| a.id == id).ok_or(Errore::NonTrovato)?;
    let (il, decorre_dal) = (a.firmata_il(), a.decorre_dal());
    let firme = il.zip(a.firma_ente).zip(a.firma_alleanza);
    Ok(Nomina {
        adesione: id,
        titolare: op.ente().denominazione.clone(),
        codice: op.ente().codice.clone(),
        responsabile: a.ente_alleanza,
        alleanza: a.alleanza,
        forma: Forma::da(&a.forma).map_or("", Forma::nome),
        richiesta_il: a.richiesta_il,
        decorre_dal,
        firme: firme.map(|((il, per_ente), per_alleanza)| Firme { il, per_ente, per_alleanza }),
        servizi: pages::con_trattamento(op.stato().servizi),
    })
}

async fn in_pdf(n: Nomina) -> Result<Response, Errore> {
    let nome = format!("inline; filename=\"nomina-{}.pdf\"", n.codice);
    let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, nome)];
    Ok((headers, n.pdf().await?).into_response())
}
