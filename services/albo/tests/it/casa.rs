//! Two small enti with their albo open, on the site of the tests; acts with invented bytes.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::LazyLock;

use albo::commands::{Conferma, DaPubblicare, FileDaPubblicare, Fine, Sostituzione, pubblica};
use albo::model::{Forma, Pubblicazione};
use albo::{AlboError, Pubblica};
use authz::{Azione, Chi, Consenti, NuovaPersona, Permesso};
use collaudo::Sito;
use db::{DiEnte, Tx};
use enti::NuovoCorpo;
use jiff::civil::{DateTime, date};
use jobs::{Catalogo, Contesto};
use kernel::{Impronta, Istante};
use uuid::Uuid;
use web::{Configurazione, Service};

pub use collaudo::{PAROLA, Risposta};

pub const VALBRUNA: &str = "u_valbruna";
pub const ROCCALTA: &str = "u_roccalta";

/// What the albo stands on, and the albo.
static SERVIZI: LazyLock<Vec<Service>> =
    LazyLock::new(|| vec![enti::service(), documenti::service(), protocollo::service(), albo::service()]);

pub struct Casa {
    sito: Sito,
}

impl Deref for Casa {
    type Target = Sito;

    fn deref(&self) -> &Sito {
        &self.sito
    }
}

impl Casa {
    pub async fn nuova() -> Casa {
        let prova = collaudo::prova(&SERVIZI).await;
        // People type the port: public addresses carry it.
        let config = Configurazione { porta: Some(8080), ..collaudo::configurazione() };
        let sito = Sito::con(prova, &SERVIZI, |tx| Box::pin(enti::servizi_attivi(tx)), config);
        let casa = Casa { sito };
        // Roles and registers begin before everything that the tests tell.
        casa.alle(date(2026, 1, 1).at(8, 0, 0, 0)).await;
        for (codice, denominazione) in [(VALBRUNA, "Valbruna"), (ROCCALTA, "Roccalta")] {
            casa.fonda(codice, denominazione).await;
        }
        casa
    }

    async fn fonda(&self, codice: &str, denominazione: &str) {
        let corpo = NuovoCorpo { codice, tipo: "unione", denominazione, ipa: None };
        enti::iscrivi_corpo(&self.prova.manut, &corpo).await.unwrap();
        enti::aggiungi_ente(&self.prova.manut, codice).await.unwrap();
        let utente = format!("ada.{codice}");
        let ada = NuovaPersona { utente: &utente, nome: "Ada", cognome: "Prova", parola: Some(PAROLA) };
        enti::crea_utente(&self.prova.db, codice, &ada, &["amministratore", "segretario"]).await.unwrap();
        enti::attiva_servizio(&self.prova.db, &SERVIZI, codice, "albo").await.unwrap();
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
        collaudo::alle(&self.prova, quando).await;
    }

    pub async fn a(&self, poi: Istante) {
        collaudo::a(&self.prova, poi).await;
    }

    /// Prepares and publishes, as Ada.
    pub async fn pubblica(&self, d: &DaPubblicare) -> Result<(Uuid, Pubblicazione), AlboError> {
        let (mut tx, p) = self.con::<Pubblica>().await;
        let id = albo::commands::prepara(&mut tx, &p, d).await?;
        let pubblicata = pubblica(&mut tx, &p, id, Conferma::NonData).await?;
        tx.commit().await?;
        Ok((id, pubblicata))
    }

    /// Runs the jobs that are due.
    pub async fn lavora(&self) -> jobs::Svolti {
        let contesto = Contesto::nuovo(self.prova.db.clone(), self.archivio.clone());
        jobs::esegui_tutto(&contesto, &catalogo()).await.unwrap()
    }

    /// From now on what comes back by itself comes back.
    pub async fn carica_la_sveglia(&self) {
        jobs::prepara(&self.prova.db, &catalogo()).await.unwrap();
    }

    /// A multipart form: fields, then files as (field, name, bytes).
    pub async fn carica(
        &self,
        percorso: &str,
        biscotto: &str,
        campi: &[(&str, &str)],
        file: &[(&str, &str, &[u8])],
    ) -> Risposta {
        let file: Vec<_> = file.iter().map(|(campo, nome, byte)| (*campo, *nome, "", *byte)).collect();
        self.sito.carica(percorso, biscotto, campi, &file).await
    }

    pub async fn butta(self) {
        self.sito.butta().await;
    }
}

fn catalogo() -> Catalogo {
    let s = albo::service();
    Catalogo::nuovo((s.lavori)(), (s.periodici)())
}

pub fn documento(contenuto: &str) -> FileDaPubblicare {
    FileDaPubblicare {
        documento: db::caso::uuid(),
        nome: "delibera.pdf".to_owned(),
        tipo: "application/pdf".to_owned(),
        dimensione: contenuto.len() as i64,
        impronta: Impronta::di(contenuto.as_bytes()),
        non_controllato: String::new(),
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

/// A replacement in which the check found nothing.
pub fn sostituzione(tolto: Uuid, nuovo: FileDaPubblicare, motivo: &str, fine: Fine) -> Sostituzione {
    let (avvisi, conferma) = (BTreeSet::new(), Conferma::NonData);
    Sostituzione { tolto, nuovo, avvisi, conferma, motivo: motivo.to_owned(), fine }
}
