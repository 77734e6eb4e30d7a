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
use crate::nomina::{self, Nomina, Parti};
use crate::pages::Gruppo;
use crate::permissions::CuraAlleanza;
use crate::trattamenti::Registro;
use crate::{Scheda, pages, queries};

/// Which alliance of the ente, and which of its adhesions: a group, a name.
#[derive(Default, Deserialize)]
pub(super) struct Filtro {
    #[serde(default)]
    alleanza: String,
    #[serde(default)]
    gruppo: String,
    #[serde(default)]
    nome: String,
}

pub(super) async fn membri(op: Operatore, Query(f): Query<Filtro>) -> Result<Response, Errore> {
    let modulo = op.modulo().con("nome", f.nome.trim());
    mostra(&op, modulo, f).await
}

/// The alliance in force, its place in the tree, what it followed, its adhesions, and which services each member has on;
/// or how to found one.
async fn mostra(op: &Operatore, modulo: Modulo, f: Filtro) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let alleanze = queries::alleanze(&mut tx).await?;
    let scelta = alleanze.iter().find(|a| a.codice == f.alleanza).or(alleanze.first()).cloned();
    let albero = queries::albero(&mut tx).await?;
    let sopra = queries::sopra_possibili(&mut tx).await?;
    let stato = modulo.stato();
    let Some(alleanza) = scelta else {
        tx.commit().await?;
        let dentro = pages::Fondazione { op, albero, sopra, modulo };
        return Ok(Pagina::ufficio(op, "Alleanza")
            .attiva("/alleanza")
            .spiegata_in("adesioni")
            .stato(stato)
            .con(dentro));
    };
    let adesioni = queries::adesioni(&mut tx, &alleanza.codice).await?;
    let cessati = queries::membri_cessati(&mut tx, &alleanza.codice).await?;
    let mut vista = op.stato().db.alleanza().await?;
    let servizi = queries::servizi_dei_membri(&mut vista, op.ente().ente, &alleanza.codice).await?;
    tx.commit().await?;
    let (scelto, cercato) = (Gruppo::da(&f.gruppo), f.nome.trim().to_owned());
    // The place that the form of the transformation offers, unless somebody chose another.
    let modulo = if modulo.valido() { modulo.con("sopra", alleanza.sopra.clone().unwrap_or_default()) } else { modulo };
    let dentro =
        pages::Membri { op, alleanza, alleanze, albero, sopra, adesioni, cessati, servizi, scelto, cercato, modulo };
    Ok(Pagina::ufficio(op, "Alleanza").attiva("/alleanza").spiegata_in("adesioni").larga().stato(stato).con(dentro))
}

/// Founds the alliance of an ente that has none.
pub(super) async fn fonda(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let oggi = op.oggi();
    let nome = m.testo("nuovo_nome", Regole::riga(120).obbligatoria("Scrivi il nome dell’alleanza."));
    let codice =
        m.testo("nuovo_codice", Regole::riga(40).obbligatoria("Scrivi un codice breve, per esempio cst-sulmona."));
    m.obbligatorio("preavviso", "Scrivi i mesi di preavviso per recedere, per esempio 6.");
    let preavviso = m.numero("preavviso").unwrap_or_default();
    let dal = m.data("dal", oggi).unwrap_or(oggi);
    let sopra = Some(m.valore("sopra").to_owned()).filter(|s| !s.is_empty());
    if m.valido() {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<CuraAlleanza>(op.chi()).await?;
        let nuova = Fondata {
            codice: &codice,
            denominazione: &nome,
            sopra: sopra.as_deref(),
            preavviso_mesi: i16::try_from(preavviso).unwrap_or(i16::MAX),
            dal,
        };
        match commands::fonda_alleanza(&mut tx, &p, &nuova).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso("/alleanza")).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
    }
    mostra(&op, m, Filtro::default()).await
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
    let sopra = Some(m.valore("sopra").to_owned()).filter(|s| !s.is_empty());
    let prima =
        queries::alleanze(&mut tx).await?.into_iter().find(|a| a.codice == vecchia).ok_or(Errore::NonTrovato)?;
    if m.valido() {
        let nuova = Fondata {
            codice: &codice,
            denominazione: &nome,
            sopra: sopra.as_deref(),
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
    Ok(Pagina::ufficio(op, titolo).attiva("/alleanza").spiegata_in("adesioni").stato(stato).con(dentro))
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
        match commands::muovi_adesione(&mut tx, &p, op.stato().servizi, id, &passo).await {
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
    in_pdf(id, nomina_di(&op, id).await?).await
}

/// The appointment as the alliance reads it: what was signed, or the draft of what will be.
async fn nomina_di(op: &Operatore, id: Uuid) -> Result<Nomina, Errore> {
    let mut tx = op.tx().await?;
    let di = queries::adesione(&mut tx, id).await?;
    let firmata = queries::nomina_firmata(&mut tx, id).await?;
    let parti = queries::parti(&mut tx, &di).await?;
    tx.commit().await?;
    Ok(firmata.unwrap_or_else(|| Nomina::di(parti, None, op.stato().servizi)))
}

pub(super) async fn mie(op: Operatore) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let adesioni = queries::mie_adesioni(&mut tx).await?;
    tx.commit().await?;
    Ok(Pagina::ufficio(&op, "Adesioni").attiva("/ente").spiegata_in("adesioni").con(pages::Mie { op: &op, adesioni }))
}

pub(super) async fn mia_nomina(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let nomina = mia_nomina_di(&op, id).await?;
    let pdf = op.percorso(format!("/adesioni/{id}/nomina.pdf"));
    let dentro = pages::LaNomina { op: &op, nomina, sopra: ("/adesioni", "Adesioni"), pdf };
    Ok(Pagina::ufficio(&op, nomina::TITOLO).attiva("/ente").con(dentro))
}

pub(super) async fn mia_nomina_pdf(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    in_pdf(id, mia_nomina_di(&op, id).await?).await
}

/// The appointment as the member reads it.
async fn mia_nomina_di(op: &Operatore, id: Uuid) -> Result<Nomina, Errore> {
    let mut tx = op.tx().await?;
    let mie = queries::mie_adesioni(&mut tx).await?;
    let firmata = queries::nomina_firmata(&mut tx, id).await?;
    tx.commit().await?;
    let a = mie.into_iter().find(|a| a.id == id).ok_or(Errore::NonTrovato)?;
    let parti = Parti {
        titolare: op.ente().denominazione.clone(),
        codice: op.ente().codice.clone(),
        responsabile: a.ente_alleanza,
        alleanza: a.alleanza,
        forma: Forma::da(&a.forma).map_or("", Forma::nome).to_owned(),
        richiesta_il: a.richiesta_il,
    };
    Ok(firmata.unwrap_or_else(|| Nomina::di(parti, None, op.stato().servizi)))
}

async fn in_pdf(adesione: Uuid, n: Nomina) -> Result<Response, Errore> {
    Ok(pdf(&format!("nomina-{}", n.codice), n.pdf(adesione).await?))
}

/// A PDF that opens in the browser.
pub(super) fn pdf(nome: &str, byte: Vec<u8>) -> Response {
    let nome = format!("inline; filename=\"{nome}.pdf\"");
    let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, nome)];
    (headers, byte).into_response()
}

/// The register of the alliance as processor (GDPR art. 30, par. 2).
pub(super) async fn trattamenti(op: Operatore) -> Result<Response, Errore> {
    let (_, registro) = registro(&op).await?;
    let pdf = op.percorso("/alleanza/trattamenti.pdf");
    let dentro = pages::Trattamenti { op: &op, registro, sopra: ("/alleanza", "Alleanza"), pdf };
    Ok(Pagina::ufficio(&op, "Trattamenti per conto dei membri").attiva("/alleanza").con(dentro))
}

pub(super) async fn trattamenti_pdf(op: Operatore) -> Result<Response, Errore> {
    let (scheda, registro) = registro(&op).await?;
    let adesso = op.stato().db.orologio().adesso();
    Ok(pdf(&format!("trattamenti-{}", scheda.codice), registro.pdf(&scheda, adesso).await?))
}

async fn registro(op: &Operatore) -> Result<(Scheda, Registro), Errore> {
    let mut tx = op.tx().await?;
    let scheda = queries::scheda(&mut tx).await?;
    let alleanza = queries::alleanze(&mut tx).await?.into_iter().next();
    tx.commit().await?;
    let Some(a) = alleanza else {
        let vuoto = Registro::del_responsabile(&scheda, "", op.stato().servizi, &[]);
        return Ok((scheda, vuoto));
    };
    let mut vista = op.stato().db.alleanza().await?;
    let attivi = queries::servizi_dei_membri(&mut vista, op.ente().ente, &a.codice).await?;
    let registro = Registro::del_responsabile(&scheda, &a.denominazione, op.stato().servizi, &attivi);
    Ok((scheda, registro))
}
