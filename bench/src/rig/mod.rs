//! The load rig: a whole region of comuni with a year of work, the same every time it is made.
//!
//! Enti, people and services are made by the program's own commands; the year of each ente is copied in bulk by the
//! maintenance role. An interrupted build goes on from the first ente that is not whole.

pub mod anno;
pub mod caso;
mod fatti;
mod prepara;
mod sospesi;
mod tavole;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use albo::model::Tipo;
use anyhow::{Context as _, ensure};
use app::casa::Casa;
use app::services;
use authz::{Chi, PersonaId};
use db::{Db, EnteId};
use kernel::Data;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use storage::Ricevuto;
use tokio::sync::mpsc;

use anno::{Ente, INIZIO, OGGI, Quanto};
pub use prepara::SEGRETARIO;
use tavole::{Quale, Righe};

pub const SEME: u64 = 20_261_125;
/// The password of everybody in the rig.
pub const PAROLA: &str = "alleanza-banco-2026";
/// The enti of the shared segretario: the first of the list.
pub const DEL_SEGRETARIO: usize = 10;
/// The ente with a long register and a long noticeboard: the one after them.
pub const GRANDE: usize = DEL_SEGRETARIO;
/// How many clerks work at the same time, each in an ente of their own.
pub const ADDETTI: usize = 50;
const NORMALE: Quanto = Quanto { registrazioni: 3_000, pubblicazioni: 600, esposte: 0 };
/// Of the light rig, what happened in the enti that no measure opens: as many enti, few rows.
const LEGGERO: Quanto = Quanto { registrazioni: 100, pubblicazioni: 20, esposte: 0 };
const GRANDISSIMO: Quanto = Quanto { registrazioni: 100_000, pubblicazioni: 12_000, esposte: 10_000 };
/// Sizes at which a copy of the database is kept aside, to see how a page grows.
pub const TAPPE: [usize; 2] = [10, 100];
/// Enti that are written at the same time.
const MANI: usize = 2;

/// A comune of the rig.
#[derive(Debug, Clone)]
pub struct Comune {
    pub codice: String,
    pub nome: String,
    pub quanto: Quanto,
}

/// The least populous comuni of Piemonte, the long one in its place, the others by code. In the light rig those after the
/// last copy put aside have little.
pub fn comuni(quanti: usize, leggero: bool) -> anyhow::Result<Vec<Comune>> {
    let mut lettore = csv::Reader::from_reader(include_bytes!("../../../data/comuni.csv").as_slice());
    let testata = lettore.headers()?.clone();
    let posto = |nome: &str| testata.iter().position(|h| h == nome).with_context(|| format!("comuni.csv: {nome}"));
    let (belfiore, nome, regione, abitanti) =
        (posto("belfiore")?, posto("nome")?, posto("regione")?, posto("popolazione")?);
    let mut tutti = Vec::new();
    for r in lettore.records() {
        let r = r?;
        if &r[regione] == "Piemonte" {
            let (codice, nome) = (format!("c_{}", r[belfiore].to_lowercase()), r[nome].to_owned());
            tutti.push((r[abitanti].parse::<i32>()?, Comune { codice, nome, quanto: NORMALE }));
        }
    }
    tutti.sort_by(|a, b| (a.0, &a.1.codice).cmp(&(b.0, &b.1.codice)));
    tutti.truncate(ENTI);
    let mut grande = tutti.pop().context("comuni.csv: nessun comune del Piemonte")?;
    tutti.sort_by(|a, b| a.1.codice.cmp(&b.1.codice));
    grande.1.quanto = GRANDISSIMO;
    tutti.insert(GRANDE, grande);
    if leggero {
        tutti.iter_mut().skip(TAPPE[1]).for_each(|c| c.1.quanto = LEGGERO);
    }
    Ok(tutti.into_iter().map(|(_, c)| c).take(quanti).collect())
}

/// A region without its biggest towns.
pub const ENTI: usize = 1_072;

/// Makes the rig in `ALLEANZA_HOME`, or what of it is missing.
pub async fn costruisci(enti: usize, leggero: bool) -> anyhow::Result<Vec<String>> {
    let inizio = Instant::now();
    // Keeps the cluster running while the house is opened and closed: a database is copied when nobody is connected to it.
    let custode = Casa::apri(Some("prova")).await?;
    custode.manut.chiudi().await;
    let comuni = comuni(enti, leggero)?;
    let mut tappe: Vec<usize> = TAPPE.into_iter().filter(|t| *t < comuni.len()).collect();
    tappe.push(comuni.len());
    for fino in tappe {
        let casa = Casa::apri(Some("prova")).await?;
        let db = casa.db().await?;
        // Everything of the year happened after this instant, the people and the offices before it.
        casa.manut.porta_orologio(prepara::istante_di_apertura(), &db).await?;
        let esito = tappa(&casa, &db, &comuni[..fino]).await;
        casa.manut.sposta_orologio(jiff::SignedDuration::ZERO, &db).await?;
        db.chiudi().await;
        casa.chiudi().await?;
        esito?;
        if fino < comuni.len() {
            metti_da_parte(&custode, fino).await?;
        }
    }
    let casa = Casa::apri(Some("prova")).await?;
    let (catene, impronta) = impronta(&casa).await?;
    let byte = peso(&casa).await?;
    casa.chiudi().await?;
    custode.chiudi().await?;
    Ok(vec![
        format!(
            "Banco pronto in {} secondi: {} enti, {catene} catene, {byte}.",
            inizio.elapsed().as_secs(),
            comuni.len()
        ),
        format!("Impronta delle teste: {impronta}"),
    ])
}

async fn tappa(casa: &Casa, db: &Db, comuni: &[Comune]) -> anyhow::Result<()> {
    let mancano = mancanti(casa, comuni).await?;
    if mancano.is_empty() {
        return Ok(());
    }
    let mut s = PgConnection::connect(&url(casa, "alleanza_super")?).await?;
    sospesi::sospendi(&mut s).await?;
    prepara::alleanza(&casa.manut, db).await?;
    let byte = Arc::new(prepara::byte().await?);
    let codici: Vec<String> = mancano.iter().map(|c| c.codice.clone()).collect();
    let (coda, arrivi) = async_channel(MANI * 2);
    let produci = async {
        for c in &mancano {
            prepara::ente(&casa.manut, db, c).await?;
            coda.send(c.clone()).await.context("nobody writes the enti any more")?;
        }
        drop(coda);
        anyhow::Ok(())
    };
    let mani = (0..MANI).map(|_| scrivi_enti(casa, db, arrivi.clone(), byte.clone()));
    let (prodotti, scritti) = tokio::join!(produci, futures_util::future::join_all(mani));
    scritti.into_iter().collect::<anyhow::Result<Vec<()>>>()?;
    prodotti?;
    prepara::persone(casa, db, comuni).await?;
    for codice in codici {
        prepara::attiva(db, &codice).await?;
    }
    sospesi::ripristina(&mut s).await?;
    Ok(s.close().await?)
}

/// A queue that several hands take from.
fn async_channel<T>(posti: usize) -> (mpsc::Sender<T>, Arc<tokio::sync::Mutex<mpsc::Receiver<T>>>) {
    let (coda, arrivi) = mpsc::channel(posti);
    (coda, Arc::new(tokio::sync::Mutex::new(arrivi)))
}

/// The comuni whose year is not there yet.
async fn mancanti(casa: &Casa, comuni: &[Comune]) -> anyhow::Result<Vec<Comune>> {
    let mut tx = casa.manut.tx().await?;
    let scritti: Vec<String> = sqlx::query_scalar(
        "select r.codice_ente from registri.contatore k join registri.registro r \
             on r.ente = k.ente and r.aoo = k.aoo and r.codice = k.registro \
             join enti.servizio_attivo s on s.ente = k.ente and s.servizio = 'albo' where k.registro = 'ALBO'",
    )
    .fetch_all(tx.conn())
    .await?;
    let scritti: BTreeSet<String> = scritti.into_iter().collect();
    Ok(comuni.iter().filter(|c| !scritti.contains(&c.codice)).cloned().collect())
}

/// The bytes that every document of the rig shares.
#[derive(Debug)]
pub struct Byte {
    pub pdf: Vec<u8>,
    pub dati: Vec<u8>,
}

type Arrivi = Arc<tokio::sync::Mutex<mpsc::Receiver<Comune>>>;

async fn scrivi_enti(casa: &Casa, db: &Db, arrivi: Arrivi, byte: Arc<Byte>) -> anyhow::Result<()> {
    loop {
        let Some(comune) = arrivi.lock().await.recv().await else { return Ok(()) };
        scrivi_ente(casa, db, &comune, &byte).await.with_context(|| comune.codice.clone())?;
    }
}

/// One ente, in one transaction: all its year, or nothing.
async fn scrivi_ente(casa: &Casa, db: &Db, comune: &Comune, byte: &Byte) -> anyhow::Result<()> {
    let mut tx = enti::entra(db, &comune.codice).await?;
    let (ente, tipi) = (tx.ente(), albo::queries::tipi(&mut tx, INIZIO).await?);
    drop(tx);
    let mut tx = casa.manut.tx().await?;
    let gia: i64 = sqlx::query_scalar("select count(*) from registri.contatore where ente = $1")
        .bind(ente)
        .fetch_one(tx.conn())
        .await?;
    if gia > 0 {
        return Ok(());
    }
    let pdf = casa.archivio.scrivi(&comune.codice, &byte.pdf).await?;
    let dati = casa.archivio.scrivi(&comune.codice, &byte.dati).await?;
    let chi = addetto(&mut tx, ente, comune).await?;
    let (consegna, mut lotti) = mpsc::channel::<Righe>(1);
    let scrive = tokio::task::spawn_blocking({
        let (codice, quanto) = (comune.codice.clone(), comune.quanto);
        move || scrivi_anno(ente, &codice, chi, &tipi, (&pdf, &dati), quanto, &consegna)
    });
    while let Some(righe) = lotti.recv().await {
        righe.copia(tx.conn()).await?;
    }
    scrive.await??;
    Ok(tx.commit().await?)
}

fn scrivi_anno(
    ente: EnteId,
    codice: &str,
    chi: Chi,
    tipi: &[Tipo],
    (pdf, dati): (&Ricevuto, &Ricevuto),
    quanto: Quanto,
    consegna: &mpsc::Sender<Righe>,
) -> anyhow::Result<i64> {
    let e = Ente { ente, codice, aoo: enti::AOO, ufficio: enti::UFFICIO, chi, tipi, pdf, dati, quanto };
    anno::scrivi(&e, SEME, |righe| Ok(consegna.blocking_send(righe)?))
}

/// The clerk of an ente, who does protocollo and albo: the user name is in the rig's own form.
async fn addetto(tx: &mut db::Tx<db::Manut>, ente: EnteId, comune: &Comune) -> anyhow::Result<Chi> {
    let mut caso = caso::Caso::nuovo(SEME, &format!("addetto/{}", comune.codice));
    let ((nome, cognome), dal) = (fatti::persona(&mut caso), INIZIO);
    let (id, utente) = (id_addetto(ente)?, utente(&comune.codice));
    let mut righe = Righe::nuove();
    righe.riga(Quale::Persona, &[&id, &utente, &nome, &cognome]);
    for ruolo in ["protocollo", "albo"] {
        righe.riga(Quale::Ruolo, &[&ente, &id, &enti::UFFICIO, &ruolo, &dal]);
    }
    righe.copia(tx.conn()).await?;
    let persona: PersonaId = sqlx::query_scalar("select id from accesso.persona where utente = $1")
        .bind(&utente)
        .fetch_one(tx.conn())
        .await?;
    Ok(Chi { persona, nome: format!("{nome} {cognome}"), operazione: uuid::Uuid::nil() })
}

/// Who works in the ente with that code.
pub fn utente(codice: &str) -> String {
    format!("addetto.{codice}")
}

/// The key of a clerk follows from that of the ente: the SQL that pgbench runs can write it without a query.
fn id_addetto(ente: EnteId) -> anyhow::Result<uuid::Uuid> {
    Ok(format!("00000000-0000-4000-8000-{:0>12}", ente.to_string()).parse()?)
}

/// A copy of the database as it is now, beside it.
async fn metti_da_parte(casa: &Casa, enti: usize) -> anyhow::Result<()> {
    let mut s = PgConnection::connect(&url(casa, "alleanza_super")?.replace("/alleanza?", "/postgres?")).await?;
    let nome = format!("banco_{enti}");
    let c_e: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&nome)
        .fetch_one(&mut s)
        .await?;
    if !c_e {
        let altri = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'alleanza'";
        sqlx::raw_sql(altri).execute(&mut s).await?;
        let copia = format!("create database {nome} owner alleanza_owner template alleanza strategy file_copy");
        sqlx::raw_sql(AssertSqlSafe(copia)).execute(&mut s).await?;
    }
    Ok(s.close().await?)
}

/// How many chains, and the fingerprint of all their heads by code: equal wherever the rig is made.
async fn impronta(casa: &Casa) -> anyhow::Result<(usize, kernel::Impronta)> {
    let teste = registers::teste(&casa.manut, None).await?;
    let righe: Vec<String> =
        teste.iter().map(|t| format!("{}/{}/{} {} {}", t.ente, t.aoo, t.registro, t.posizione, t.impronta)).collect();
    Ok((teste.len(), kernel::Impronta::di(righe.join("\n").as_bytes())))
}

async fn peso(casa: &Casa) -> anyhow::Result<String> {
    let mut tx = casa.manut.tx().await?;
    Ok(sqlx::query_scalar("select pg_size_pretty(pg_database_size(current_database()))").fetch_one(tx.conn()).await?)
}

/// Registers and state of some enti, spread over the rig: every chain is walked by `alleanza verifica`.
pub async fn verifica_a_campione(quanti: usize) -> anyhow::Result<Vec<String>> {
    let casa = Casa::apri(Some("prova")).await?;
    let mut tx = casa.manut.tx().await?;
    let codici: Vec<String> = sqlx::query_scalar("select codice from accesso.ente where codice ^@ 'c_' order by id")
        .fetch_all(tx.conn())
        .await?;
    drop(tx);
    let passo = (codici.len() / quanti.max(1)).max(1);
    let (mut catene, mut voci, mut enti) = (0, 0, 0);
    for codice in codici.iter().step_by(passo) {
        let esito = registers::verifica::verifica(&casa.manut, Some(codice), &[], &services::proiezioni()).await?;
        ensure!(esito.sano(), "{codice}: {}", esito.anomalie.first().map_or_else(String::new, ToString::to_string));
        let (_, guasti) = documenti::verifica_blob(&casa.manut, &casa.archivio, Some(codice)).await?;
        ensure!(guasti.is_empty(), "{}", guasti.first().map_or_else(String::new, ToString::to_string));
        (catene, voci, enti) = (catene + esito.catene, voci + esito.voci, enti + 1);
    }
    stesso_anello(&casa, &codici).await?;
    casa.chiudi().await?;
    Ok(vec![format!("✓ a campione, {enti} enti: {catene} catene, {voci} voci: tutto torna.")])
}

/// The links written in bulk against the function that writes them while serving: another piece of code, same bytes.
async fn stesso_anello(casa: &Casa, codici: &[String]) -> anyhow::Result<()> {
    let mut tx = casa.manut.tx().await?;
    let diversi: i64 = sqlx::query_scalar(
        "select count(*) from (select v.impronta, registri.anello( \
             lag(v.impronta, 1, decode(repeat('00', 32), 'hex')) over (partition by v.ente, v.aoo, v.registro, v.catena \
               order by v.posizione), v.versione_canonica, e.codice, v.aoo, v.registro, v.serie, v.posizione, \
             v.operazione, v.numero, v.istante, v.impronta_contenuto) as attesa \
           from registri.voce v join accesso.ente e on e.id = v.ente where e.codice = any ($1)) x \
         where impronta <> attesa",
    )
    .bind(&codici[..codici.len().min(5)])
    .fetch_one(tx.conn())
    .await?;
    ensure!(diversi == 0, "{diversi} anelli diversi da quelli che scrive registri.iscrivi");
    Ok(())
}

/// A connection string for a role of the rig's own cluster.
pub fn url(casa: &Casa, ruolo: &str) -> anyhow::Result<String> {
    Ok(casa.cluster().context("il banco vuole il suo PostgreSQL")?.url(ruolo))
}

/// The day after the last one of the rig: the clock of who measures.
pub fn oggi() -> Data {
    OGGI
}

/// Whether the rig is there and whole.
pub fn pronto(radice: &Path) -> bool {
    radice.join("pg/PG_VERSION").exists()
}
