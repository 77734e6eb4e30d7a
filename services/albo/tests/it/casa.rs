//! Two small enti with their albo open, a clock that the test moves, acts with invented bytes.

use std::collections::BTreeSet;

use albo::commands::{Conferma, DaPubblicare, FileDaPubblicare, pubblica};
use albo::model::{Forma, Pubblicazione};
use albo::{AlboError, Pubblica};
use authz::{Azione, Chi, Consenti, NuovaPersona, Permesso};
use db::prova::Prova;
use db::{DiEnte, Tx};
use enti::NuovoCorpo;
use jiff::civil::{DateTime, date};
use kernel::{Impronta, Istante};
use uuid::Uuid;

pub const VALBRUNA: &str = "u_valbruna";
pub const ROCCALTA: &str = "u_roccalta";

/// The albo alone: what it stands on is not under test here.
static CATALOGO: &[web::Service] = &[web::Service { richiede: &[], ..albo::service() }];

pub struct Casa {
    pub prova: Prova,
}

impl Casa {
    pub async fn nuova() -> Casa {
        let servizi = [authz::MIGRAZIONI, registers::MIGRAZIONI, jobs::MIGRAZIONI, enti::MIGRAZIONI, albo::MIGRAZIONI];
        let prova = Prova::nuova(&servizi).await.unwrap();
        let casa = Casa { prova };
        // Roles and registers begin before everything that the tests tell.
        casa.alle(date(2026, 1, 1).at(8, 0, 0, 0)).await;
        for (codice, denominazione) in [(VALBRUNA, "Unione Valbruna"), (ROCCALTA, "Unione Roccalta")] {
            let corpo = NuovoCorpo { codice, tipo: "unione", denominazione, ipa: None };
            enti::iscrivi_corpo(&casa.prova.manut, &corpo).await.unwrap();
            enti::aggiungi_ente(&casa.prova.manut, codice).await.unwrap();
            let utente = format!("ada.{codice}");
            let ada = NuovaPersona { utente: &utente, nome: "Ada", cognome: "Prova", parola: None };
            enti::crea_utente(&casa.prova.db, codice, &ada, &["amministratore", "segretario"]).await.unwrap();
            enti::attiva_servizio(&casa.prova.db, CATALOGO, codice, "albo").await.unwrap();
        }
        casa
    }

    pub async fn tx(&self, codice: &str) -> Tx<DiEnte> {
        enti::entra(&self.prova.db, codice).await.unwrap()
    }

    pub async fn chi(&self, tx: &mut Tx<DiEnte>) -> Chi {
        let t = enti::chi_ha_ruolo(tx, "segretario").await.unwrap().remove(0);
        Chi { persona: t.id, nome: format!("{} {}", t.nome, t.cognome), operazione: db::caso::uuid() }
    }

    /// A permit of Ada in a transaction of Valbruna.
    pub async fn con<A: Azione>(&self) -> (Tx<DiEnte>, Permesso<A>) {
        let mut tx = self.tx(VALBRUNA).await;
        let chi = self.chi(&mut tx).await;
        let p = tx.consenti::<A>(&chi).await.unwrap();
        (tx, p)
    }

    /// Moves the clock to an hour of the day in Rome.
    pub async fn alle(&self, quando: DateTime) {
        let poi = quando.in_tz("Europe/Rome").unwrap().timestamp();
        self.a(poi).await;
    }

    pub async fn a(&self, poi: Istante) {
        // The offset is from the machine's clock: first back to it, then to where the test wants to be.
        self.prova.manut.sposta_orologio(jiff::SignedDuration::ZERO, &self.prova.db).await.unwrap();
        let adesso = self.prova.db.orologio().adesso();
        self.prova.manut.sposta_orologio(poi.duration_since(adesso), &self.prova.db).await.unwrap();
    }

    /// Prepares and publishes, as Ada.
    pub async fn pubblica(&self, d: &DaPubblicare) -> Result<(Uuid, Pubblicazione), AlboError> {
        let (mut tx, p) = self.con::<Pubblica>().await;
        let id = albo::commands::prepara(&mut tx, &p, d).await?;
        let pubblicata = pubblica(&mut tx, &p, id, Conferma::NonData).await?;
        tx.commit().await?;
        Ok((id, pubblicata))
    }

    pub async fn butta(self) {
        self.prova.butta().await.unwrap();
    }
}

pub fn documento(contenuto: &str) -> FileDaPubblicare {
    FileDaPubblicare {
        documento: db::caso::uuid(),
        nome: "delibera.pdf".to_owned(),
        tipo: "application/pdf".to_owned(),
        dimensione: contenuto.len() as i64,
        impronta: Impronta::di(contenuto.as_bytes()),
    }
}

pub fn delibera(oggetto: &str) -> DaPubblicare {
    DaPubblicare {
        filo: db::caso::uuid(),
        tipo: "delibera_giunta".to_owned(),
        oggetto: oggetto.to_owned(),
        numero_atto: "88".to_owned(),
        data_atto: None,
        protocollo: String::new(),
        richiedente: String::new(),
        responsabile: "Bruno Inventato".to_owned(),
        norma: String::new(),
        forma: Forma::Integrale,
        ultimo_giorno: None,
        file: vec![documento(oggetto)],
        avvisi_dei_file: BTreeSet::new(),
    }
}
