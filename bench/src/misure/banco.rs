//! What every measure stands on: the rig open, its clock, who can sign in, where each ente is.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use app::casa::Casa;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use kernel::tempo::inizio_del_giorno;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::pgbench::PgBench;
use super::servito::Servito;
use crate::carico::{Filo, Richiesta};
use crate::rig;

/// An ente of the rig, with what addresses of its pages are made of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Posto {
    pub id: i32,
    pub codice: String,
    pub host: String,
    /// The last numbers of this year, a thread, a fascicolo.
    pub numero: i32,
    pub pubblicazione: i32,
    pub filo: String,
    pub fascicolo: String,
}

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct Entrato {
    pub biscotto: String,
    pub csrf: String,
}

pub struct Banco {
    pub casa: Casa,
    pub radice: PathBuf,
    pub breve: bool,
    pub posti: Vec<Posto>,
    pub pgbench: PgBench,
}

const POSTI: &str = "select e.id, e.codice, \
      (select h.nome from accesso.host h where h.ente = e.id order by length(h.nome), h.nome limit 1) as host, \
      (select max(r.numero) from protocollo.registrazione r where r.ente = e.id and r.anno = 2026) as numero, \
      (select max(a.numero) from albo.atto a where a.ente = e.id and a.anno = 2026) as pubblicazione, \
      (select a.filo::text from albo.atto a where a.ente = e.id and a.anno = 2026 order by a.numero desc limit 1) as filo, \
      (select f.anno || '/' || f.classifica || '.' || f.progressivo from documenti.fascicolo f where f.ente = e.id \
       order by f.progressivo limit 1) as fascicolo \
    from accesso.ente e where e.codice ^@ 'c_' order by e.id";
// The clock of the rig: the morning after its last day, or right after what other measures wrote.
const ULTIMO_ISTANTE: &str = "select max(istante) from registri.contatore";

impl Banco {
    pub async fn apri(breve: bool) -> anyhow::Result<Banco> {
        let radice = app::casa::radice()?;
        ensure!(rig::pronto(&radice), "il banco non c’è: esegui  make rig");
        let casa = Casa::apri(Some("prova")).await?;
        let db = casa.db().await?;
        let mut tx = casa.manut.tx().await?;
        let posti: Vec<Posto> = sqlx::query_as(POSTI).fetch_all(tx.conn()).await?;
        let ultimo: jiff_sqlx::Timestamp = sqlx::query_scalar(ULTIMO_ISTANTE).fetch_one(tx.conn()).await?;
        drop(tx);
        let adesso = mattina().max(ultimo.to_jiff() + jiff::SignedDuration::from_secs(1));
        casa.manut.porta_orologio(adesso, &db).await?;
        db.chiudi().await;
        let cluster = casa.cluster().context("il banco vuole il suo PostgreSQL")?;
        let cartella = radice.join("misure");
        std::fs::create_dir_all(&cartella)?;
        let pgbench = PgBench { binari: cluster.binari().to_owned(), url: cluster.url("alleanza_app"), cartella };
        Ok(Banco { casa, radice, breve, posti, pgbench })
    }

    /// The whole of it, or the short form.
    pub fn tempo(&self, secondi: u64, in_breve: u64) -> Duration {
        Duration::from_secs(if self.breve { in_breve } else { secondi })
    }

    pub fn giri(&self, tanti: usize, in_breve: usize) -> usize {
        if self.breve { in_breve } else { tanti }
    }

    pub fn grande(&self) -> anyhow::Result<&Posto> {
        self.posti.get(rig::GRANDE).context("il banco è troppo piccolo: manca l’ente grande")
    }

    /// The enti where the fifty clerks work: not the long one.
    pub fn uffici(&self) -> Vec<&Posto> {
        self.posti.iter().enumerate().filter(|(i, _)| *i != rig::GRANDE).map(|(_, p)| p).take(rig::ADDETTI).collect()
    }

    pub async fn super_(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::connect(&rig::url(&self.casa, "alleanza_super")?).await?)
    }

    pub async fn esegui(&self, sql: &str) -> anyhow::Result<()> {
        let mut s = self.super_().await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut s).await?;
        Ok(s.close().await?)
    }

    pub async fn numero(&self, sql: &str) -> anyhow::Result<i64> {
        let mut s = self.super_().await?;
        Ok(sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut s).await?)
    }

    /// Each of those enti's clerks at their desk.
    pub async fn entrano(&self, s: &Servito, posti: &[&Posto]) -> anyhow::Result<Arc<Vec<Entrato>>> {
        let persone: Vec<_> =
            posti.iter().map(|p| (rig::utente(&p.codice), format!("/e/{}/protocollo/nuovo", p.codice))).collect();
        let entrati = stream::iter(persone).map(|(u, pagina)| async move { entra(s, &u, &pagina).await });
        Ok(Arc::new(entrati.buffered(4).try_collect().await?))
    }
}

fn mattina() -> Timestamp {
    inizio_del_giorno(rig::oggi()) + jiff::SignedDuration::from_hours(9)
}

/// Signs in through the form, and reads the token that forms carry.
pub async fn entra(s: &Servito, utente: &str, pagina: &str) -> anyhow::Result<Entrato> {
    let mut filo = Filo::apri(s.dove).await?;
    let corpo = format!("utente={utente}&parola={}&poi=/", rig::PAROLA);
    let r = Richiesta::post(&s.host(), "/accedi", "application/x-www-form-urlencoded", corpo);
    let r = filo.chiedi(&r).await?;
    let biscotto = r.intestazione("set-cookie").split(';').next().unwrap_or_default().to_owned();
    ensure!(r.stato == 303 && biscotto.contains('='), "{utente} non entra: {} {}", r.stato, r.testo());
    let r = filo.chiedi(&Richiesta::get(&s.host(), pagina).con_biscotto(&biscotto).nuda()).await?;
    let testo = r.testo();
    let csrf = testo.split("name=\"csrf\" value=\"").nth(1).and_then(|t| t.split('"').next());
    let csrf = csrf.with_context(|| format!("{utente}: {pagina} risponde {} senza modulo", r.stato))?;
    Ok(Entrato { biscotto, csrf: csrf.to_owned() })
}
