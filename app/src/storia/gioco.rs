//! How a plot is played: each event at its instant, through the real commands, in one transaction with the mark that it was
//! done. Papers are drawn ahead, beside it.

use std::collections::HashMap;
use std::sync::Arc;

use albo::commands::{Conferma, DaPubblicare, FileDaPubblicare, Fine, Sostituzione};
use albo::model::{Classe, Forma};
use anyhow::Context as _;
use authz::{Chi, Consenti};
use db::{Db, DiEnte, EnteId, Manutenzione, Tx};
use documenti::{FascicoloId, NuovoDocumento, NuovoFascicolo};
use futures_util::{StreamExt, stream};
use kernel::{Impronta, Numero, Periodo};
use pdf::{Ente, Meta, Modello};
use protocollo::{Arrivo, Autorizzazione, DaOscurare, DaRegistrare, Dato, Nuovo, Registrata, Registrazione};
use registers::Richiesta;
use serde_json::{Value, json};
use storage::Archivio;
use uuid::Uuid;

use super::trama::{Atto, Cosa, Evento, Foglio, Lettera};

const LETTERA: Modello = Modello { nome: "lettera", sorgente: include_str!("../../templates/lettera.typ") };
/// Papers that are drawn ahead of the story.
const PRONTI: usize = 6;
/// The command under which the marks are kept.
const COMANDO: &str = "demo";

/// Who acts in a comune.
#[derive(Debug, Clone)]
pub(super) struct Attori {
    pub addetto: Chi,
    pub responsabile: Chi,
}

/// A comune on the scene.
#[derive(Debug)]
pub(super) struct Scena {
    pub ente: EnteId,
    pub attori: Attori,
    carta: Arc<enti::Intestazione>,
    /// What a former run did, with its outcome.
    fatte: HashMap<Uuid, Value>,
}

impl Scena {
    pub(super) async fn apri(db: &Db, codice: &str, attori: Attori) -> anyhow::Result<Scena> {
        let mut tx = enti::entra(db, codice).await?;
        let carta = Arc::new(enti::intestazione(&mut tx).await?);
        let fatte = registers::risposte(&mut tx, COMANDO).await?.into_iter().collect();
        Ok(Scena { ente: tx.ente(), attori, carta, fatte })
    }

    pub(super) fn patrono(&self) -> Option<kernel::GiornoMese> {
        self.carta.patrono
    }

    fn codice(&self) -> &str {
        &self.carta.codice
    }
}

/// The key of something done once in a comune.
fn chiave(codice: &str, cosa: &str) -> Uuid {
    let mut byte = [0; 16];
    byte.copy_from_slice(&Impronta::di(format!("storia/{codice}/{cosa}").as_bytes()).as_bytes()[..16]);
    Uuid::from_bytes(byte)
}

/// Does something once, whatever happens in between: the mark is in the same transaction.
pub(super) async fn una_volta(tx: &mut Tx<DiEnte>, codice: &str, cosa: &str) -> anyhow::Result<Option<Segno>> {
    let chiave = chiave(codice, cosa);
    Ok(match registers::chiedi(tx, chiave, COMANDO, &Impronta::di(cosa.as_bytes())).await? {
        Richiesta::Nuova => Some(Segno(chiave)),
        Richiesta::GiaFatta(_) => None,
    })
}

/// The mark of something that is being done.
pub(super) struct Segno(Uuid);

impl Segno {
    pub(super) async fn fatto(self, tx: &mut Tx<DiEnte>, esito: &Value) -> anyhow::Result<()> {
        Ok(registers::rispondi(tx, self.0, esito).await?)
    }
}

/// What happened so far in a comune, by place in the plot.
#[derive(Default)]
struct Ricordi {
    registrate: HashMap<usize, Registrata>,
    fascicoli: HashMap<usize, FascicoloId>,
    pubblicate: HashMap<usize, (i32, Numero)>,
}

impl Ricordi {
    fn ricorda(&mut self, cosa: &Cosa, esito: &Value) -> anyhow::Result<()> {
        match cosa {
            Cosa::Registra(l) => {
                self.registrate.insert(l.quale, serde_json::from_value(esito.clone())?);
            }
            Cosa::Apri { fascicolo, .. } => {
                let id = esito.as_str().and_then(|s| s.parse().ok()).context("a fascicolo without its key")?;
                self.fascicoli.insert(*fascicolo, id);
            }
            Cosa::Pubblica { quale, .. } => {
                self.pubblicate.insert(*quale, serde_json::from_value(esito.clone())?);
            }
            _ => {}
        }
        Ok(())
    }

    fn registrata(&self, quale: usize) -> anyhow::Result<&Registrata> {
        self.registrate.get(&quale).context("the plot cites a registration that is not there")
    }

    fn pubblicata(&self, quale: usize) -> anyhow::Result<(i32, Numero)> {
        self.pubblicate.get(&quale).copied().context("the plot cites a publication that is not there")
    }

    fn fascicolo(&self, quale: usize) -> anyhow::Result<&FascicoloId> {
        self.fascicoli.get(&quale).context("the plot cites a fascicolo that is not there")
    }
}

/// Plays what happens in all the comuni, in order of time. The clock never goes back: what comes in the same instant waits
/// for its turn.
pub(super) async fn gioca(
    m: &Manutenzione,
    db: &Db,
    archivio: &Archivio,
    scene: &[Scena],
    trame: Vec<Vec<Evento>>,
    avanza: impl Fn(usize, usize),
) -> anyhow::Result<()> {
    let tutti =
        trame.into_iter().enumerate().flat_map(|(dove, t)| t.into_iter().enumerate().map(move |(n, e)| (dove, n, e)));
    let mut tutti: Vec<(usize, usize, Evento)> = tutti.collect();
    tutti.sort_by_key(|(_, _, e)| e.quando);
    let mut ricordi: Vec<Ricordi> = scene.iter().map(|_| Ricordi::default()).collect();
    let (quanti, mut partita, mut fatti) = (tutti.len(), false, 0);
    avanza(fatti, quanti);
    let preparati = stream::iter(tutti).map(|(dove, n, e)| {
        let (scena, chiave) = (&scene[dove], chiave(scene[dove].codice(), &n.to_string()));
        let fogli = if scena.fatte.contains_key(&chiave) { Vec::new() } else { da_scrivere(&e.cosa) };
        let carte = tokio::spawn(scrivi(archivio.clone(), scena.carta.clone(), fogli, e.quando, n));
        async move { anyhow::Ok((dove, n, chiave, e, carte.await??)) }
    });
    let mut preparati = std::pin::pin!(preparati.buffered(PRONTI));
    while let Some(pronto) = preparati.next().await {
        let (dove, n, chiave, e, carte) = pronto?;
        fatti += 1;
        avanza(fatti, quanti);
        let (scena, ricordi) = (&scene[dove], &mut ricordi[dove]);
        if let Some(esito) = scena.fatte.get(&chiave) {
            ricordi.ricorda(&e.cosa, esito)?;
            continue;
        }
        if !partita || e.quando > db.orologio().adesso() {
            m.porta_orologio(e.quando, db).await?;
            partita = true;
        }
        if let Cosa::Attesta { quale } = &e.cosa {
            // It draws its own page between two transactions; twice is refused by the act itself.
            let (anno, numero) = ricordi.pubblicata(*quale)?;
            albo::demo::attesta(db, archivio, scena.ente, scena.codice(), &scena.attori.addetto, (anno, numero))
                .await?;
        }
        let mut tx = db.di_ente(scena.ente).await?;
        let Some(segno) = una_volta(&mut tx, scena.codice(), &n.to_string()).await? else { continue };
        let esito = succede(&mut tx, archivio, scena, ricordi, &e.cosa, carte)
            .await
            .with_context(|| format!("{} {}: {:?}", scena.codice(), e.quando, e.cosa))?;
        segno.fatto(&mut tx, &esito).await?;
        tx.commit().await?;
        ricordi.ricorda(&e.cosa, &esito)?;
    }
    Ok(())
}

fn da_scrivere(cosa: &Cosa) -> Vec<Foglio> {
    match cosa {
        Cosa::Registra(l) => l.fogli.clone(),
        Cosa::Sostituisci { foglio, .. } => vec![foglio.clone()],
        _ => Vec::new(),
    }
}

/// Draws the pages and puts them in the archive.
async fn scrivi(
    archivio: Archivio,
    carta: Arc<enti::Intestazione>,
    fogli: Vec<Foglio>,
    quando: jiff::Timestamp,
    n: usize,
) -> anyhow::Result<Vec<NuovoDocumento>> {
    let mut scritti = Vec::with_capacity(fogli.len());
    for (i, f) in fogli.into_iter().enumerate() {
        let dati = json!({
            "titolo": f.titolo, "mittente": f.mittente, "destinatario": f.destinatario, "oggetto": f.oggetto, "testo": f.righe,
        });
        let meta = Meta {
            titolo: f.oggetto,
            ente: Ente {
                denominazione: carta.denominazione.clone(),
                aoo: carta.aoo.denominazione.clone(),
                codice_ipa: carta.codice.clone(),
                indirizzo: carta.indirizzo.clone(),
            },
            istante: quando,
            identificativo: format!("{}-{n}-{i}", carta.codice),
        };
        let byte = pdf::rendi_async(&LETTERA, dati, meta).await?;
        scritti.push(NuovoDocumento::generato(&f.nome, archivio.scrivi(&carta.codice, &byte).await?));
    }
    Ok(scritti)
}

async fn succede(
    tx: &mut Tx<DiEnte>,
    archivio: &Archivio,
    scena: &Scena,
    ricordi: &Ricordi,
    cosa: &Cosa,
    carte: Vec<NuovoDocumento>,
) -> anyhow::Result<Value> {
    let (addetto, responsabile) = (&scena.attori.addetto, &scena.attori.responsabile);
    match cosa {
        Cosa::Registra(l) => return Ok(serde_json::to_value(registra(tx, addetto, ricordi, l, carte).await?)?),
        Cosa::Prendi(quale) => {
            let r = ricordi.registrata(*quale)?;
            let p = tx.consenti::<protocollo::PrendiInCarico>(addetto).await?;
            protocollo::prendi_in_carico(tx, &p, r.anno, r.numero).await?;
        }
        Cosa::Riassegna { quale, ufficio } => {
            let r = registrazione(tx, ricordi, *quale).await?;
            let p = tx.consenti::<protocollo::Riassegna>(addetto).await?;
            protocollo::riassegna(tx, &p, r.anno, r.numero, ufficio, &r.classifica).await?;
        }
        Cosa::Rettifica { quale, oggetto } => {
            let r = ricordi.registrata(*quale)?;
            let p = tx.consenti::<protocollo::Annulla>(responsabile).await?;
            let a = autorizza("Errore di battitura nell’oggetto", r.numero, tx.oggi());
            protocollo::rettifica(tx, &p, r.anno, r.numero, &Nuovo::Oggetto(oggetto.clone()), &a).await?;
        }
        Cosa::Annulla { quale, provvedimento } => {
            let r = ricordi.registrata(*quale)?;
            let p = tx.consenti::<protocollo::Annulla>(responsabile).await?;
            let n = i32::try_from(*provvedimento).unwrap_or(1);
            let a = autorizza("Registrata due volte: vale la registrazione precedente", n, tx.oggi());
            protocollo::annulla(tx, &p, r.anno, r.numero, &a).await?;
        }
        Cosa::Oscura { quale } => {
            let r = registrazione(tx, ricordi, *quale).await?;
            let valori = protocollo::valori(tx, &r, &[]).await?;
            let nomi = valori.into_iter().map(|v| v.chiave).filter(|c| c.dato == Dato::Corrispondenti);
            let Autorizzazione { provvedimento, data, .. } = autorizza("", r.numero, tx.oggi());
            let d = DaOscurare { valori: nomi.collect(), classe: Classe::DatiEccedenti, provvedimento, data };
            let p = tx.consenti::<protocollo::Oscura>(responsabile).await?;
            protocollo::oscura(tx, &p, r.anno, r.numero, &d).await?;
        }
        Cosa::Apri { quale, .. } => {
            let r = registrazione(tx, ricordi, *quale).await?;
            let p = tx.consenti::<documenti::Fascicola>(addetto).await?;
            let nuovo = NuovoFascicolo {
                classifica: r.classifica.clone(),
                oggetto: r.oggetto.clone(),
                tipologia: "procedimento".to_owned(),
                ufficio: r.ufficio.clone(),
                responsabile: responsabile.nome.clone(),
            };
            let id = documenti::apri_fascicolo(tx, &p, &nuovo).await?;
            documenti::fascicola(tx, &p, &id, &riferimento(&r), r.documento).await?;
            return Ok(json!(id.to_string()));
        }
        Cosa::Metti { fascicolo, quale } => {
            let r = registrazione(tx, ricordi, *quale).await?;
            let p = tx.consenti::<documenti::Fascicola>(addetto).await?;
            documenti::fascicola(tx, &p, ricordi.fascicolo(*fascicolo)?, &riferimento(&r), r.documento).await?;
        }
        Cosa::Chiudi { fascicolo } => {
            let p = tx.consenti::<documenti::Fascicola>(addetto).await?;
            documenti::chiudi_fascicolo(tx, &p, ricordi.fascicolo(*fascicolo)?).await?;
        }
        Cosa::Pubblica { quale, atto } => {
            let r = registrazione(tx, ricordi, *quale).await?;
            return Ok(json!(pubblica(tx, archivio, scena, &r, atto).await?));
        }
        Cosa::Sostituisci { quale, .. } => {
            let r = ricordi.registrata(*quale)?;
            let (anno, numero) = ricordi.pubblicata(*quale)?;
            let carta = carte.first().context("a replacement without its page")?;
            let nuovo = documenti::aggiungi(tx, addetto, r.filo, carta).await?;
            let p = tx.consenti::<albo::Correggi>(addetto).await?;
            let atto = albo::queries::atto(tx, anno, numero).await?.context("a publication that is not there")?;
            let esposti = albo::queries::file(tx, atto.id).await?;
            let tolto = esposti.iter().find(|f| f.tolto_il.is_none()).context("nothing is exposed")?.id;
            let mut nuovi = [FileDaPubblicare::di(&nuovo)];
            let avvisi = albo::controllo::esamina(archivio, scena.codice(), &mut nuovi).await;
            let [nuovo] = nuovi;
            let s = Sostituzione {
                tolto,
                nuovo,
                avvisi,
                conferma: Conferma::Data,
                motivo: "Omissione di dati personali non necessari".to_owned(),
                fine: Fine::Invariata,
            };
            albo::commands::sostituisci(tx, &p, anno, numero, &s).await?;
        }
        Cosa::AnnullaPubblicazione { quale } => {
            let (anno, numero) = ricordi.pubblicata(*quale)?;
            let p = tx.consenti::<albo::Annulla>(responsabile).await?;
            albo::commands::annulla(tx, &p, anno, numero, "Pubblicata due volte", "").await?;
        }
        Cosa::Proroga { quale, interrotto } => {
            let (anno, numero) = ricordi.pubblicata(*quale)?;
            let p = tx.consenti::<albo::Correggi>(addetto).await?;
            let giorno = Periodo::nuovo(*interrotto, Some(*interrotto))?;
            albo::commands::proroga(tx, &p, anno, numero, giorno, "Sito non raggiungibile per un guasto della linea")
                .await?;
        }
        Cosa::Rimuovi { quale } => {
            let (anno, numero) = ricordi.pubblicata(*quale)?;
            let p = tx.consenti::<albo::Rimuovi>(responsabile).await?;
            albo::commands::rimuovi(tx, &p, anno, numero, Classe::DatiEccedenti, "").await?;
        }
        // Done before, in transactions of its own.
        Cosa::Attesta { .. } => {}
    }
    Ok(Value::Null)
}

fn autorizza(motivo: &str, n: i32, oggi: kernel::Data) -> Autorizzazione {
    let provvedimento = format!("Provvedimento del responsabile n. {n}");
    Autorizzazione { motivo: motivo.to_owned(), provvedimento, data: Some(oggi) }
}

async fn registrazione(tx: &mut Tx<DiEnte>, ricordi: &Ricordi, quale: usize) -> anyhow::Result<Registrazione> {
    let r = ricordi.registrata(quale)?;
    protocollo::registrazione(tx, r.anno, r.numero).await?.context("a registration that cannot be read again")
}

fn riferimento(r: &Registrazione) -> String {
    format!("protocollo/{}", r.chiave())
}

async fn registra(
    tx: &mut Tx<DiEnte>,
    chi: &Chi,
    ricordi: &Ricordi,
    l: &Lettera,
    carte: Vec<NuovoDocumento>,
) -> anyhow::Result<Registrata> {
    let mut carte = carte.into_iter();
    let filo = l.segue.map(|s| ricordi.registrata(s).map(|r| r.filo)).transpose()?;
    let da = DaRegistrare {
        verso: l.verso,
        oggetto: l.oggetto.clone(),
        corrispondenti: l.corrispondenti.clone(),
        arrivo: l.arrivo.map(|istante| Arrivo { istante, con_ora: l.mezzo != "posta" }),
        mezzo: l.mezzo.to_owned(),
        numero_mittente: l.numero_mittente.clone(),
        data_mittente: l.data_mittente,
        classifica: l.classe.to_owned(),
        ufficio: l.ufficio.to_owned(),
        filo,
        riservata: l.riservata,
        documento: carte.next(),
        allegati: carte.collect(),
        richiesta: None,
    };
    let p = tx.consenti::<protocollo::Registra>(chi).await?;
    Ok(protocollo::registra(tx, &p, &da).await?)
}

async fn pubblica(
    tx: &mut Tx<DiEnte>,
    archivio: &Archivio,
    scena: &Scena,
    r: &Registrazione,
    a: &Atto,
) -> anyhow::Result<(i32, Numero)> {
    let documenti = protocollo::documenti_di(tx, r).await?;
    let mut file: Vec<_> = documenti.iter().map(FileDaPubblicare::di).collect();
    let avvisi_dei_file = albo::controllo::esamina(archivio, scena.codice(), &mut file).await;
    let p = tx.consenti::<albo::Pubblica>(&scena.attori.addetto).await?;
    let da = DaPubblicare {
        filo: r.filo.0,
        tipo: a.tipo.to_owned(),
        oggetto: r.oggetto.clone(),
        numero_atto: a.numero.clone(),
        data_atto: Some(tx.oggi()),
        protocollo: r.chiave(),
        richiedente: a.richiedente.to_owned(),
        responsabile: scena.attori.responsabile.nome.clone(),
        norma: "L. 69/2009, art. 32, comma 1".to_owned(),
        forma: Forma::Integrale,
        ultimo_giorno: a.ultimo_giorno,
        file,
        avvisi_dei_file,
    };
    let id = albo::commands::prepara(tx, &p, &da).await?;
    let fatta = albo::commands::pubblica(tx, &p, id, Conferma::Data).await?;
    Ok((fatta.anno, fatta.numero))
}
