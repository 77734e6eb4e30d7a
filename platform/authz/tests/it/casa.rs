//! Two comuni and the people who work there.

use authz::{Azione, Chi, NuovaPersona, Serratura, Sessione};
use db::prova::Prova;
use db::{DiEnte, EnteId, Scarto, Tx};

pub const PAROLA: &str = "una parola lunga";

pub struct Casa {
    pub prova: Prova,
    pub serratura: Serratura,
    pub valbruna: EnteId,
    pub valdora: EnteId,
}

/// An action of the tests.
#[derive(Debug)]
pub struct Registra;

impl Azione for Registra {
    const CODICE: &'static str = "protocollo.registra";
    const RUOLI: &'static [&'static str] = &["protocollo", "responsabile"];
    const DESCRIZIONE: &'static str = "registrare";
}

impl Casa {
    pub async fn nuova() -> Casa {
        let prova = Prova::nuova(&[authz::MIGRAZIONI]).await.unwrap();
        let mut c = prova.come("alleanza_super").await.unwrap();
        let ids: Vec<EnteId> = sqlx::query_scalar(
            "insert into accesso.ente (codice, denominazione) values ('c_valbruna', 'Comune di Valbruna'), \
             ('c_valdora', 'Comune di Valdora') returning id",
        )
        .fetch_all(&mut c)
        .await
        .unwrap();
        sqlx::raw_sql(
            "insert into accesso.host select 'valbruna.test', id from accesso.ente where codice = 'c_valbruna'",
        )
        .execute(&mut c)
        .await
        .unwrap();
        let casa = Casa { prova, serratura: Serratura::locale(), valbruna: ids[0], valdora: ids[1] };
        for ente in [casa.valbruna, casa.valdora] {
            let mut tx = casa.tx(ente).await;
            authz::apri_ufficio(&mut tx, "PROT", "Protocollo").await.unwrap();
            tx.commit().await.unwrap();
        }
        casa
    }

    pub async fn tx(&self, ente: EnteId) -> Tx<DiEnte> {
        self.prova.db.di_ente(ente).await.unwrap()
    }

    /// A person with a password and a role in an ente.
    pub async fn assumi(&self, ente: EnteId, utente: &str, ruolo: &str) -> authz::PersonaId {
        let nuova = NuovaPersona { utente, nome: "Anna", cognome: "Bianchi", parola: Some(PAROLA) };
        let mut tx = self.tx(ente).await;
        let p = authz::crea_persona(&mut tx, &nuova, "PROT", ruolo).await.unwrap();
        tx.commit().await.unwrap();
        p
    }

    pub async fn entra(&self, utente: &str) -> String {
        authz::accedi(&self.prova.db, utente, PAROLA, "192.0.2.1").await.unwrap().token
    }

    pub async fn sessione(&self, token: &str) -> Option<Sessione> {
        authz::riconosci(&self.prova.db, token, db::caso::uuid()).await.unwrap()
    }

    pub async fn chi(&self, utente: &str) -> Chi {
        let token = self.entra(utente).await;
        self.sessione(&token).await.unwrap().chi
    }

    pub async fn sposta(&self, scarto: Scarto) {
        self.prova.manut.sposta_orologio(scarto, &self.prova.db).await.unwrap();
    }

    pub async fn butta(self) {
        self.prova.butta().await.unwrap();
    }
}
