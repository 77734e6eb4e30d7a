//! The form of a registration: works without JavaScript, refuses with a sentence, registers once.

use authz::Consenti;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use documenti::{FiloId, NuovoDocumento};
use kernel::tempo;
use serde::Deserialize;
use web::{Caricamento, Errore, FileRicevuto, Modulo, Operatore, Pagina};

use crate::pages::{self, RigaCorrispondente};
use crate::permissions::Registra;
use crate::{Arrivo, Corrispondente, DaRegistrare, MEZZI, Verso, commands};

const RIGHE: usize = 3;
const RIGHE_MASSIME: usize = 20;

#[derive(Deserialize)]
pub(super) struct Prima {
    #[serde(default)]
    verso: String,
    #[serde(default)]
    filo: String,
    righe: Option<usize>,
}

pub(super) async fn nuova(op: Operatore, Query(q): Query<Prima>) -> Result<Response, Errore> {
    let verso = Verso::da(&q.verso).unwrap_or(Verso::Entrata);
    let mut modulo = op.modulo().con("filo", q.filo).con("mezzo", if verso == Verso::Uscita { "pec" } else { "mano" });
    if verso == Verso::Entrata {
        modulo = modulo.con("arrivo", tempo::breve(op.oggi()));
    }
    pagina(&op, modulo, verso, q.righe.unwrap_or(RIGHE).clamp(1, RIGHE_MASSIME), false).await
}

async fn pagina(
    op: &Operatore,
    modulo: Modulo,
    verso: Verso,
    righe: usize,
    aveva_file: bool,
) -> Result<Response, Errore> {
    let mut tx = op.tx().await?;
    let uffici = da_scegliere(authz::uffici(&mut tx).await?);
    let classi = da_scegliere(documenti::scelte(&documenti::classi(&mut tx).await?));
    let mut fili = vec![(String::new(), "Un filo nuovo".to_owned())];
    fili.extend(documenti::fili(&mut tx).await?.into_iter().map(|f| (f.id.to_string(), f.titolo)));
    let scelto = modulo.valore("filo");
    if !scelto.is_empty() && fili.iter().all(|(id, _)| id != scelto) {
        fili.extend(filo_scelto(&mut tx, scelto).await?);
    }
    let cornice = Pagina::ufficio(op, "Registra").attiva("/protocollo").spiegata_in("registrare").breve().di(&modulo);
    Ok(cornice.con(pages::Nuova {
        op,
        modulo,
        verso,
        corrispondenti: RigaCorrispondente::righe(verso, righe),
        uffici,
        classi,
        mezzi: MEZZI.iter().filter(|(c, _)| *c != "interno").map(|(c, n)| ((*c).to_owned(), (*n).to_owned())).collect(),
        fili,
        aveva_file,
    }))
}

/// Where there is a choice nothing is chosen beforehand: what is already there gets confirmed unread.
fn da_scegliere(mut voci: pages::Scelte) -> pages::Scelte {
    if voci.len() > 1 {
        voci.insert(0, (String::new(), "Scegli".to_owned()));
    }
    voci
}

/// The thread asked for may be older than the newest ones.
async fn filo_scelto(tx: &mut db::Tx<db::DiEnte>, id: &str) -> Result<Option<(String, String)>, Errore> {
    let Ok(id) = id.parse() else { return Ok(None) };
    Ok(documenti::filo(tx, FiloId(id)).await?.map(|f| (f.id.to_string(), f.titolo)))
}

pub(super) async fn registra(op: Operatore, c: Caricamento) -> Result<Response, Errore> {
    let (mut m, file) = c.ricevi(&op).await?;
    let verso = Verso::da(m.valore("verso")).unwrap_or(Verso::Entrata);
    let da = leggi(&mut m, &file, &op, verso)?;
    // Everything that is wrong at once, not one thing at a time.
    if let Err(e) = da.pulita(op.stato().db.orologio().adesso()) {
        m.accogli(e.campo(), e.into())?;
    }
    m.obbligatorio("ufficio", "Scegli chi se ne occupa.");
    m.obbligatorio("classifica", "Scegli la classificazione.");
    if m.valido() {
        let mut tx = op.tx().await?;
        let p = tx.consenti::<Registra>(op.chi()).await?;
        match commands::registra(&mut tx, &p, &da).await {
            Ok(r) => {
                tx.commit().await?;
                let dove = op.percorso(format!("/protocollo/{}?registrata=si", r.chiave()));
                return Ok(Redirect::to(&dove).into_response());
            }
            Err(e) => m.accogli(e.campo(), e.into())?,
        }
    }
    let righe = if da.corrispondenti.len() > RIGHE { RIGHE_MASSIME } else { RIGHE };
    let aveva_file = ["documento", "allegati"].iter().any(|c| !m.valore(c).is_empty());
    pagina(&op, m, verso, righe, aveva_file).await
}

fn leggi(m: &mut Modulo, file: &[FileRicevuto], op: &Operatore, verso: Verso) -> Result<DaRegistrare, Errore> {
    let oggi = op.oggi();
    let di = |campo: &str| file.iter().filter(|f| f.campo == campo).map(NuovoDocumento::from).collect::<Vec<_>>();
    let arrivo = arrivo(m, oggi)?;
    let data_mittente = m.data("data_mittente", oggi);
    let filo = filo(m)?;
    let scritto = |campo: &str| m.valore(campo).to_owned();
    Ok(DaRegistrare {
        verso,
        oggetto: scritto("oggetto"),
        corrispondenti: corrispondenti(m),
        arrivo: arrivo.filter(|_| verso == Verso::Entrata),
        mezzo: if verso == Verso::Interno { "interno".to_owned() } else { scritto("mezzo") },
        numero_mittente: scritto("numero_mittente"),
        data_mittente,
        classifica: scritto("classifica"),
        ufficio: scritto("ufficio"),
        filo,
        riservata: m.spunta("riservata"),
        documento: di("documento").into_iter().next(),
        allegati: di("allegati"),
        richiesta: Some((m.chiave(), m.impronta())),
    })
}

/// None when it arrived now: today, and no hour.
fn arrivo(m: &mut Modulo, oggi: kernel::Data) -> Result<Option<Arrivo>, Errore> {
    let ora = m.valore("arrivo_ora").trim().to_owned();
    let Some(giorno) = m.data("arrivo", oggi).filter(|g| *g != oggi || !ora.is_empty()) else { return Ok(None) };
    match Arrivo::leggi(giorno, &ora) {
        Ok(a) => Ok(Some(a)),
        Err(e) => m.accogli(e.campo(), e.into()).map(|()| None),
    }
}

fn filo(m: &mut Modulo) -> Result<Option<FiloId>, Errore> {
    let scritto = m.valore("filo");
    match scritto.parse() {
        Ok(id) => Ok(Some(FiloId(id))),
        Err(_) if scritto.is_empty() => Ok(None),
        Err(_) => m.accogli("filo", documenti::DocumentiError::FiloIgnoto.into()).map(|()| None),
    }
}

/// The rows in which something was written, in order.
pub(super) fn corrispondenti(m: &Modulo) -> Vec<Corrispondente> {
    let riga = |r: RigaCorrispondente| {
        let v = |campo: &str| m.valore(campo).trim().to_owned();
        let c = Corrispondente {
            tipo: v(&r.tipo),
            nome: v(&r.nome),
            codice_fiscale: v(&r.codice_fiscale),
            indirizzo: v(&r.indirizzo),
            recapito: v(&r.recapito),
        };
        let scritta = [&c.nome, &c.codice_fiscale, &c.indirizzo, &c.recapito].iter().any(|t| !t.is_empty());
        scritta.then_some(c)
    };
    RigaCorrispondente::righe(Verso::Entrata, RIGHE_MASSIME).into_iter().filter_map(riga).collect()
}
