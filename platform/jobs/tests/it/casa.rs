//! A database with two enti and what tests do to it.

use std::path::PathBuf;

use db::prova::Prova;
use db::{EnteId, Manut, Tx};
use jiff::{SignedDuration, Timestamp};
use jobs::{Catalogo, Contesto, Esito, Incarico, Lavoro, NuovoLavoro, Svolti};
use serde_json::json;
use storage::Archivio;
use uuid::Uuid;

pub struct Casa {
    pub prova: Prova,
    pub contesto: Contesto,
    pub a: EnteId,
    pub b: EnteId,
    cartella: PathBuf,
}

impl Casa {
    pub async fn nuova() -> Casa {
        let prova = Prova::nuova(&[authz::MIGRAZIONI, jobs::MIGRAZIONI]).await.unwrap();
        let mut tx = prova.manut.tx().await.unwrap();
        let a = ente(&mut tx, "c_e307").await;
        let b = ente(&mut tx, "c_a345").await;
        tx.commit().await.unwrap();
        let cartella = std::env::temp_dir().join(format!("archivio-{}", db::caso::token()));
        let contesto = Contesto::nuovo(prova.db.clone(), Archivio::locale(&cartella).unwrap());
        Casa { prova, contesto, a, b, cartella }
    }

    pub async fn accoda(&self, ente: EnteId, tipo: &'static str, chiave: Option<&str>) -> Uuid {
        let mut tx = self.contesto.db.di_ente(ente).await.unwrap();
        let id = jobs::accoda(&mut tx, nuovo(tipo, chiave)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn esegui(&self, catalogo: &Catalogo) -> Svolti {
        jobs::esegui_tutto(&self.contesto, catalogo).await.unwrap()
    }

    pub async fn stato(&self) -> jobs::Stato {
        jobs::stato(&mut self.contesto.db.centro().await.unwrap()).await.unwrap()
    }

    /// Runs a statement as maintenance, in one transaction.
    pub async fn sql(&self, sql: &'static str) -> u64 {
        let mut tx = self.prova.manut.tx().await.unwrap();
        let righe = sqlx::query(sql).execute(tx.conn()).await.unwrap().rows_affected();
        tx.commit().await.unwrap();
        righe
    }

    pub async fn stati(&self, id: Uuid) -> (String, i32) {
        let mut tx = self.prova.manut.tx().await.unwrap();
        let q = sqlx::query_as("select stato, tentativi from lavori.lavoro where id = $1").bind(id);
        q.fetch_one(tx.conn()).await.unwrap()
    }

    pub async fn prossimo(&self, nome: &str) -> Timestamp {
        let mut tx = self.prova.manut.tx().await.unwrap();
        let q = sqlx::query_scalar("select prossimo from lavori.orario where nome = $1").bind(nome);
        let t: jiff_sqlx::Timestamp = q.fetch_one(tx.conn()).await.unwrap();
        t.to_jiff()
    }

    /// Moves the legal clock to an instant.
    pub async fn vai_a(&self, istante: &str) {
        let meta: Timestamp = istante.parse().unwrap();
        self.prova.manut.sposta_orologio(SignedDuration::ZERO, &self.contesto.db).await.unwrap();
        let adesso = self.contesto.db.orologio().adesso();
        self.prova.manut.sposta_orologio(meta.duration_since(adesso), &self.contesto.db).await.unwrap();
    }

    pub async fn finisci(self) {
        std::fs::remove_dir_all(self.cartella).unwrap();
        self.prova.butta().await.unwrap();
    }
}

async fn ente(tx: &mut Tx<Manut>, codice: &str) -> EnteId {
    sqlx::query_scalar("insert into accesso.ente (codice, denominazione) values ($1, $1) returning id")
        .bind(codice)
        .fetch_one(tx.conn())
        .await
        .unwrap()
}

pub fn nuovo(tipo: &'static str, chiave: Option<&str>) -> NuovoLavoro {
    NuovoLavoro { tipo, chiave: chiave.map(str::to_owned), dati: json!({ "n": 1 }), quando: None, urgente: false }
}

pub fn di(lavori: &[Lavoro]) -> Catalogo {
    Catalogo::nuovo(lavori.iter().copied(), [])
}

pub async fn niente(_: Contesto, _: Incarico) -> Esito {
    Ok(())
}
