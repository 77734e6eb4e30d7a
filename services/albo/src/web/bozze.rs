//! From a document to the albo: a form already filled in, the dates before they are taken, one confirmation.

use authz::Consenti;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use db::{DiEnte, Tx};
use documenti::{Documento, DocumentoId, FiloId};
use kernel::{Data, Periodo};
use registers::Richiesta;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use web::{Caricamento, Errore, FileRicevuto, Inviato, Modulo, Operatore, Pagina, Regole};

use super::Percorso;
use crate::commands::{self, Conferma, DaPubblicare, FileDaPubblicare};
use crate::controllo;
use crate::model::{self, Atto, FORME, Forma, TermineDiTipo};
use crate::pages::{Anteprima, PaginaModulo, visto};
use crate::permissions::Pubblica;
use crate::queries;
use crate::{AlboError, Rifiuto};

#[derive(Deserialize, Default)]
pub(super) struct Da {
    /// The protocol registration it comes from: `2026/123`.
    #[serde(default)]
    da: String,
}

/// What a draft starts from, besides what is typed: its thread and the documents that can be chosen.
#[derive(Default)]
struct Origine {
    filo: Option<Uuid>,
    protocollo: String,
    documenti: Vec<Documento>,
}

/// The registration, if there is one and the person may read it.
async fn origine(
    op: &Operatore,
    tx: &mut Tx<DiEnte>,
    da: &str,
) -> Result<(Origine, Option<protocollo::Registrazione>), Errore> {
    let Some((anno, numero)) = da.split_once('/').and_then(|(a, n)| Some((a.parse().ok()?, n.parse().ok()?))) else {
        return Ok((Origine::default(), None));
    };
    let r = protocollo::registrazione_per(tx, op.chi(), anno, numero).await?;
    let documenti = protocollo::documenti_di(tx, &r).await?;
    Ok((Origine { filo: Some(r.filo.0), protocollo: r.chiave(), documenti }, Some(r)))
}

pub(super) async fn nuovo(op: Operatore, Query(q): Query<Da>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (o, r) = origine(&op, &mut tx, &q.da).await?;
    let mut m = op.modulo().con("forma", "integrale").con("responsabile", op.chi().nome.clone());
    if let Some(r) = r {
        m = m.con("da", r.chiave()).con("oggetto", r.oggetto.clone());
        if r.verso == protocollo::Verso::Entrata {
            m = m
                .con("richiedente", r.corrispondenti.clone())
                .con("numero_atto", r.numero_mittente.clone().unwrap_or_default());
        }
        m = m.con("tipo", model::indovina_tipo(&r.oggetto).unwrap_or_default());
        m = o.documenti.iter().fold(m, |m, d| m.con("documento", d.id.to_string()));
    }
    modulo(&op, &mut tx, None, m, o.documenti).await
}

async fn modulo(
    op: &Operatore,
    tx: &mut Tx<DiEnte>,
    id: Option<Uuid>,
    m: Modulo,
    documenti: Vec<Documento>,
) -> Result<Response, Errore> {
    let oggi = tx.oggi();
    let tipi = queries::tipi(tx, oggi).await?;
    let tipo = tipi.iter().find(|t| id.is_none() && t.codice == m.valore("tipo"));
    let certo = tipo.and_then(|t| t.termine.as_ref()).filter(|t| t.fa_norma());
    let subito = se_adesso(tx, certo, None).await?.and_then(Result::ok);
    let titolo = if id.is_some() { "Correggi la bozza" } else { "Pubblica all’albo" };
    let pagina = Pagina::ufficio(op, titolo).attiva("albo").spiegata_in("albo").breve().di(&m);
    Ok(pagina.con(PaginaModulo { op, titolo, id, tipi, subito, documenti, modulo: m }))
}

/// The dates of a publication that starts now, or why it cannot; nothing without a term.
async fn se_adesso(
    tx: &mut Tx<DiEnte>,
    termine: Option<&TermineDiTipo>,
    ultimo_giorno: Option<Data>,
) -> Result<Option<Result<Periodo, Rifiuto>>, Errore> {
    let Some(termine) = termine else { return Ok(None) };
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let regola = queries::regola(tx, oggi).await?;
    Ok(Some(termine.durata(&regola, ultimo_giorno).and_then(|durata| {
        model::tempi::periodo(adesso, regola.ora_limite.as_deref(), durata).ok_or(Rifiuto::UltimoGiornoPassato)
    })))
}

pub(super) async fn prepara(op: Operatore, corpo: Caricamento) -> Result<Response, Errore> {
    let (mut m, file) = corpo.ricevi(&op).await?;
    let mut tx = op.tx().await?;
    let da = m.valore("da").to_owned();
    let (o, _) = origine(&op, &mut tx, &da).await?;
    drop(tx);
    let letto = leggi(&op, &mut m, &o, file).await?;
    let mut tx = op.tx().await?;
    if !m.valido() {
        return modulo(&op, &mut tx, None, m, o.documenti).await;
    }
    let p = tx.consenti::<Pubblica>(op.chi()).await?;
    let fatta = registers::chiedi(&mut tx, m.chiave(), "albo.prepara", &letto.impronta(&m)).await;
    if let Richiesta::GiaFatta(gia) = fatta.map_err(AlboError::from)? {
        return Ok(Redirect::to(gia["bozza"].as_str().unwrap_or_default()).into_response());
    }
    let da_pubblicare = letto.documenta(&op, &mut tx, o.filo).await?;
    match commands::prepara(&mut tx, &p, &da_pubblicare).await {
        Ok(id) => {
            let poi = op.percorso(Percorso::Bozza(id));
            registers::rispondi(&mut tx, m.chiave(), &json!({ "bozza": poi })).await.map_err(AlboError::from)?;
            tx.commit().await?;
            let poi = pubblica_se_visto(&op, id, &da_pubblicare, m.valore("subito")).await?;
            Ok(Redirect::to(&op.percorso(poi)).into_response())
        }
        Err(e) => {
            m.accogli("", e.into())?;
            let mut tx = op.tx().await?;
            modulo(&op, &mut tx, None, m, o.documenti).await
        }
    }
}

/// From the form straight to the albo, when it says nothing new to who saw the dates there. Another type or other dates,
/// something to look at in the documents, or any obstacle: the preview says it, and nothing is published.
async fn pubblica_se_visto(op: &Operatore, id: Uuid, d: &DaPubblicare, detto: &str) -> Result<Percorso, Errore> {
    if detto.is_empty() || d.file.iter().any(|f| !f.non_controllato.is_empty()) {
        return Ok(Percorso::Bozza(id));
    }
    let mut tx = op.tx().await?;
    let p = tx.consenti::<Pubblica>(op.chi()).await?;
    match commands::pubblica(&mut tx, &p, id, Conferma::NonData).await {
        Ok(p) if visto(&d.tipo, p.al) == detto => {
            tx.commit().await?;
            Ok(Percorso::Atto { anno: p.anno, numero: p.numero.valore() })
        }
        Ok(_) | Err(AlboError::Rifiuto(_)) => Ok(Percorso::Bozza(id)),
        Err(e) => Err(e.into()),
    }
}

/// The draft's own documents, and those of the registration it came from.
async fn origine_della_bozza(op: &Operatore, tx: &mut Tx<DiEnte>, id: Uuid) -> Result<(Atto, Origine), Errore> {
    let atto = queries::bozza(tx, id).await?.ok_or(Errore::NonTrovato)?;
    let suoi: Vec<DocumentoId> = queries::file(tx, id).await?.iter().map(|f| DocumentoId(f.documento)).collect();
    let mut o = Origine {
        filo: Some(atto.filo),
        protocollo: atto.protocollo.clone(),
        documenti: documenti::documenti(tx, &suoi).await?,
    };
    let (da, _) = origine(op, tx, &atto.protocollo).await?;
    o.documenti.extend(da.documenti.into_iter().filter(|d| !suoi.contains(&d.id)));
    Ok((atto, o))
}

pub(super) async fn modifica(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let (a, o) = origine_della_bozza(&op, &mut tx, id).await?;
    let data = |d: Option<Data>| d.map(kernel::tempo::breve).unwrap_or_default();
    let m = op
        .modulo()
        .con("tipo", a.tipo)
        .con("oggetto", a.oggetto)
        .con("numero_atto", a.numero_atto)
        .con("data_atto", data(a.data_atto))
        .con("richiedente", a.richiedente)
        .con("responsabile", a.responsabile)
        .con("norma", a.norma)
        .con("forma", a.forma)
        .con("ultimo_giorno", data(a.ultimo_giorno_chiesto));
    let suoi = queries::file(&mut tx, id).await?;
    let m = suoi.iter().fold(m, |m, f| m.con("documento", f.documento.to_string()));
    modulo(&op, &mut tx, Some(id), m, o.documenti).await
}

pub(super) async fn riscrivi(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    corpo: Caricamento,
) -> Result<Response, Errore> {
    let (mut m, file) = corpo.ricevi(&op).await?;
    let (_, o) = origine_della_bozza(&op, &mut op.tx().await?, id).await?;
    let letto = leggi(&op, &mut m, &o, file).await?;
    let mut tx = op.tx().await?;
    if m.valido() {
        let p = tx.consenti::<Pubblica>(op.chi()).await?;
        let d = letto.documenta(&op, &mut tx, o.filo).await?;
        match commands::riscrivi(&mut tx, &p, id, &d).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(Percorso::Bozza(id))).into_response());
            }
            Err(e) => m.accogli("", e.into())?,
        }
        tx = op.tx().await?;
    }
    modulo(&op, &mut tx, Some(id), m, o.documenti).await
}

/// A form that was read, with its files looked at; the new ones are still of no document.
struct Letto {
    dati: DaPubblicare,
    nuovi: Vec<FileRicevuto>,
}

async fn leggi(op: &Operatore, m: &mut Modulo, o: &Origine, nuovi: Vec<FileRicevuto>) -> Result<Letto, Errore> {
    let oggi = op.oggi();
    let forme: Vec<&str> = FORME.iter().map(|(c, _)| *c).collect();
    let forma =
        m.scelta("forma", &forme).and_then(|f| FORME.iter().find(|(c, _)| *c == f)).map_or(Forma::Integrale, |f| f.1);
    let oggetto = m.testo("oggetto", Regole::riga(2_000).obbligatoria("Scrivi che cosa si pubblica."));
    m.obbligatorio("tipo", "Scegli il tipo di atto.");
    let scelti: Vec<FileDaPubblicare> = o
        .documenti
        .iter()
        .filter(|d| m.valori("documento").any(|v| v == d.id.to_string()))
        .map(FileDaPubblicare::di)
        .collect();
    let mut file: Vec<FileDaPubblicare> = scelti.into_iter().chain(nuovi.iter().map(arrivato)).collect();
    if file.is_empty() && m.errore_di("file").is_none() {
        m.errore("file", "Scegli o carica il documento da pubblicare.");
    }
    let avvisi_dei_file = controllo::esamina(&op.stato().archivio, &op.ente().codice, &mut file).await;
    let dati = DaPubblicare {
        filo: Uuid::nil(),
        tipo: m.valore("tipo").to_owned(),
        oggetto,
        numero_atto: m.testo("numero_atto", Regole::riga(40)),
        data_atto: m.data("data_atto", oggi),
        protocollo: o.protocollo.clone(),
        richiedente: m.testo("richiedente", Regole::riga(200)),
        responsabile: m.testo("responsabile", Regole::riga(200)),
        norma: m.testo("norma", Regole::riga(300)),
        forma,
        ultimo_giorno: m.data("ultimo_giorno", oggi),
        file,
        avvisi_dei_file,
    };
    Ok(Letto { dati, nuovi })
}

/// A file that has just arrived, and is still of no document.
pub(super) fn arrivato(f: &FileRicevuto) -> FileDaPubblicare {
    FileDaPubblicare {
        documento: Uuid::nil(),
        nome: f.nome.clone(),
        tipo: f.ricevuto.tipo.clone(),
        dimensione: i64::try_from(f.ricevuto.dimensione).unwrap_or(i64::MAX),
        impronta: f.ricevuto.impronta,
        non_controllato: String::new(),
    }
}

impl Letto {
    /// What was typed and which bytes came: the same form sent twice is the same request.
    fn impronta(&self, m: &Modulo) -> kernel::Impronta {
        let file: String = self.nuovi.iter().map(|f| f.ricevuto.impronta.to_string()).collect();
        kernel::Impronta::di(format!("{}{file}", m.impronta()).as_bytes())
    }

    /// Makes documents of the files that arrived, in the thread of the matter or in a new one.
    async fn documenta(
        mut self,
        op: &Operatore,
        tx: &mut Tx<DiEnte>,
        filo: Option<Uuid>,
    ) -> Result<DaPubblicare, Errore> {
        let filo = match filo {
            Some(f) => FiloId(f),
            None => documenti::nuovo_filo(tx, op.chi(), &self.dati.oggetto).await?,
        };
        self.dati.filo = filo.0;
        let attesi = self.dati.file.iter_mut().filter(|f| f.documento.is_nil());
        for (f, arrivato) in attesi.zip(&self.nuovi) {
            f.documento = documenti::aggiungi(tx, op.chi(), filo, &arrivato.into()).await?.id.0;
        }
        Ok(self.dati)
    }
}

pub(super) async fn anteprima(op: Operatore, Path((_, id)): Path<(String, Uuid)>) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    pagina_anteprima(&op, &mut tx, id, op.modulo()).await
}

/// The dates that a publication would take now, and what stands in its way.
async fn pagina_anteprima(op: &Operatore, tx: &mut Tx<DiEnte>, id: Uuid, m: Modulo) -> Result<Response, Errore> {
    let atto = queries::bozza(tx, id).await?.ok_or(Errore::NonTrovato)?;
    if let Some(p) = &atto.pubblicazione {
        let poi = Percorso::Atto { anno: p.anno, numero: p.numero.valore() };
        return Ok(Redirect::to(&op.percorso(poi)).into_response());
    }
    let oggi = tx.oggi();
    let termine = queries::tipo(tx, &atto.tipo, oggi).await?.and_then(|t| t.termine);
    let file = queries::file(tx, id).await?;
    let periodo = se_adesso(tx, termine.as_ref(), atto.ultimo_giorno_chiesto).await?;
    let pagina = Pagina::ufficio(op, "Prima di pubblicare").attiva("albo").spiegata_in("albo").breve().di(&m);
    Ok(pagina.con(Anteprima { op, atto, file, termine, periodo, modulo: m }))
}

/// One form, three ways out: now, on a day, never.
pub(super) async fn decidi(
    op: Operatore,
    Path((_, id)): Path<(String, Uuid)>,
    Inviato(mut m): Inviato,
) -> Result<Response, Errore> {
    let conferma = if m.spunta("conferma") { Conferma::Data } else { Conferma::NonData };
    let quando = m.scelta("quando", &["subito", "giorno", "mai"]);
    let giorno = m.data("giorno", op.oggi());
    if quando == Some("giorno") {
        m.obbligatorio("giorno", "Scrivi il giorno in cui deve cominciare.");
    }
    let mut tx = op.tx().await?;
    if m.valido() {
        let p = tx.consenti::<Pubblica>(op.chi()).await?;
        let esito = match (quando, giorno) {
            (Some("giorno"), Some(g)) => {
                commands::programma(&mut tx, &p, id, g, conferma).await.map(|()| Percorso::Bozza(id))
            }
            (Some("mai"), _) => commands::scarta(&mut tx, &p, id).await.map(|()| Percorso::Elenco),
            _ => commands::pubblica(&mut tx, &p, id, conferma)
                .await
                .map(|p| Percorso::Atto { anno: p.anno, numero: p.numero.valore() }),
        };
        match esito {
            Ok(poi) => {
                tx.commit().await?;
                return Ok(Redirect::to(&op.percorso(poi)).into_response());
            }
            // A double click: the second finds the act published, and goes to see it.
            Err(AlboError::Rifiuto(Rifiuto::GiaPubblicato)) => {}
            Err(e) => {
                let campo = if matches!(e, AlboError::Rifiuto(Rifiuto::InizioPassato)) { "giorno" } else { "" };
                m.accogli(campo, e.into())?;
            }
        }
        tx = op.tx().await?;
    }
    pagina_anteprima(&op, &mut tx, id, m).await
}
