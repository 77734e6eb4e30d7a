//! A small office for the tests: an ente, its protocol register, a service's state beside it.

use db::prova::Prova;
use db::{DiEnte, EnteId, Migrazioni, Passo, Sostituibile, Tx};
use registers::esporta::Stato;
use registers::verifica::{Anomalia, verifica};
use registers::{Dove, Iscritta, Operazione, Proiezione, Regola, Testa, Voce};
use serde_json::json;
use sqlx::{Connection, PgConnection};

pub const DOVE: Dove<'static> = Dove { aoo: "AOO1", registro: "PROT", catena: 0 };

/// The state that a service keeps: one row for each registration.
const FINTO: Migrazioni = Migrazioni {
    servizio: "finto",
    passi: &[Passo {
        numero: 1,
        nome: "finto",
        sql: "create schema finto; grant usage on schema finto to alleanza_app; \
              create table finto.registrazione (ente integer not null, aoo text not null, registro text not null, \
                catena integer not null, posizione bigint not null, oggetto text, impronta text not null, \
                annullata boolean not null default false, primary key (ente, aoo, registro, catena, posizione));",
    }],
    sostituibili: &[Sostituibile {
        nome: "finto",
        sql: "select sistema.proteggi('finto.registrazione'); \
              grant select, insert, update on finto.registrazione to alleanza_app;",
    }],
};
const SCRIVI: &str = "insert into finto.registrazione values ($1, $2, $3, $4, $5, $6, $7)";
const ANNULLA: &str = "update finto.registrazione set annullata = true where (ente, aoo, registro, catena, posizione) = ($1, $2, $3, $4, $5)";

pub const STATI: &[Stato] = &[Stato {
    nome: "finto.registrazione",
    sql: "select aoo, registro, catena, posizione, oggetto, impronta, annullata from finto.registrazione \
          where ente = $1 order by aoo, registro, catena, posizione",
}];

pub const PROIEZIONI: &[Proiezione] = &[Proiezione {
    nome: "finto.registrazione",
    sql: "select aoo, registro, catena, posizione, v.numero, \
            case when r.ente is null then 'nello stato manca la registrazione' \
                 when v.ente is null then 'lo stato ha una registrazione che il registro non ha' \
                 when r.oggetto <> c.valore then 'nello stato l’oggetto è un altro' \
                 when r.impronta <> convert_from(v.contenuto, 'UTF8')::jsonb ->> 'impronta' then 'l’impronta è un’altra' \
                 else 'annullata solo da una parte' end \
          from (select * from registri.voce where ente = $1 and operazione = 1) v \
          full join (select * from finto.registrazione where ente = $1) r using (aoo, registro, catena, posizione) \
          left join (select aoo, registro, catena, posizione, valore from registri.chiaro where ente = $1 and campo = 'oggetto') c \
            using (aoo, registro, catena, posizione) \
          where r.ente is null or v.ente is null or r.oggetto <> c.valore \
             or r.impronta <> convert_from(v.contenuto, 'UTF8')::jsonb ->> 'impronta' \
             or r.annullata <> exists (select from registri.voce a where a.ente = $1 and a.operazione = 2 and a.aoo = v.aoo \
                  and a.registro = v.registro and a.catena = v.catena \
                  and (convert_from(a.contenuto, 'UTF8')::jsonb ->> 'su')::bigint = v.posizione)",
}];

pub struct Casa {
    pub prova: Prova,
    pub ente: EnteId,
    pub altro: EnteId,
}

impl Casa {
    /// Two enti, each with a protocol register that is open.
    pub async fn nuova() -> Casa {
        let prova = Prova::nuova(&[authz::MIGRAZIONI, registers::MIGRAZIONI, FINTO]).await.unwrap();
        let ente = fonda(&prova, "c_valbruna").await;
        let altro = fonda(&prova, "c_roccalta").await;
        let casa = Casa { prova, ente, altro };
        for e in [ente, altro] {
            let mut tx = casa.prova.db.di_ente(e).await.unwrap();
            registers::apri_registro(&mut tx, "AOO1", "PROT", "Protocollo", Regola::Istante).await.unwrap();
            tx.commit().await.unwrap();
        }
        casa
    }

    pub async fn tx(&self) -> Tx<DiEnte> {
        self.prova.db.di_ente(self.ente).await.unwrap()
    }

    pub async fn superutente(&self) -> PgConnection {
        let mut c = self.prova.come("alleanza_super").await.unwrap();
        esegui(&mut c, "set session_replication_role = replica").await;
        c
    }

    pub async fn registra(&self, oggetto: &str) -> Iscritta {
        let mut tx = self.tx().await;
        let i = registra(&mut tx, oggetto).await;
        tx.commit().await.unwrap();
        i
    }

    pub async fn annulla(&self, posizione: i64) -> Iscritta {
        let mut tx = self.tx().await;
        let voce = Voce::su(Operazione::Annullamento, posizione, json!({ "provvedimento": "DET 12/2026" }))
            .riservato("motivo", "registrato due volte");
        let i = registers::iscrivi(&mut tx, &DOVE, &voce).await.unwrap();
        sqlx::query(ANNULLA)
            .bind(self.ente)
            .bind("AOO1")
            .bind("PROT")
            .bind(0)
            .bind(posizione)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        i
    }

    /// Eight voci: registrations at 1, 2, 3, 5, 7, 8; annulments of 2 at 4 and of 5 at 6. Then those that `coda` adds.
    pub async fn con_storia() -> Casa {
        let casa = Casa::nuova().await;
        for oggetto in ["Istanza di Anna Bianchi", "Doppione", "Perché «così»?\nSecondo rigo"] {
            casa.registra(oggetto).await;
        }
        casa.annulla(2).await;
        casa.registra("Fattura n. 12").await;
        casa.annulla(5).await;
        casa.registra("Richiesta di accesso").await;
        casa.registra("Comunicazione 🏔").await;
        casa
    }

    pub async fn teste(&self) -> Vec<Testa> {
        registers::teste(&self.prova.manut, None).await.unwrap()
    }

    pub async fn anomalie(&self, teste: &[Testa]) -> Vec<Anomalia> {
        verifica(&self.prova.manut, None, teste, PROIEZIONI).await.unwrap().anomalie
    }

    pub async fn butta(self) {
        self.prova.butta().await.unwrap();
    }
}

pub async fn registra(tx: &mut Tx<DiEnte>, oggetto: &str) -> Iscritta {
    let impronta = kernel::Impronta::di(oggetto.as_bytes()).to_string();
    let contenuto = json!({ "tipo": "E", "impronta": impronta, "mezzo": "sportello" });
    let voce = Voce::nuova(Operazione::Registrazione, contenuto).riservato("oggetto", oggetto);
    let i = registers::iscrivi(tx, &DOVE, &voce).await.unwrap();
    let ente = tx.ente();
    sqlx::query(SCRIVI)
        .bind(ente)
        .bind("AOO1")
        .bind("PROT")
        .bind(0)
        .bind(i.posizione)
        .bind(oggetto)
        .bind(impronta)
        .execute(tx.conn())
        .await
        .unwrap();
    i
}

async fn fonda(prova: &Prova, codice: &str) -> EnteId {
    let mut c = prova.come("alleanza_super").await.unwrap();
    let id = sqlx::query_scalar("insert into accesso.ente (codice, denominazione) values ($1, $1) returning id")
        .bind(codice)
        .fetch_one(&mut c)
        .await
        .unwrap();
    c.close().await.unwrap();
    id
}

pub async fn esegui(c: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(c).await.unwrap();
}
