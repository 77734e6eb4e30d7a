//! Two enti with their people and offices, on the site of the tests.

use std::ops::Deref;

use authz::NuovaPersona;
use collaudo::{PAROLA, Sito};
use documenti::NuovoDocumento;
use protocollo::{Autorizzazione, Corrispondente, DaRegistrare, Registra, Registrata, Registrazione, Verso};
use web::Service;

pub use collaudo::{Risposta, chi, multipart, permesso};

pub const A: &str = "c_e307";
pub const B: &str = "c_i501";

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
        Casa::con(None).await
    }

    /// Born at that instant: the legal clock never goes back.
    pub async fn nata_il(istante: &str) -> Casa {
        Casa::con(Some(istante)).await
    }

    async fn con(istante: Option<&str>) -> Casa {
        let prova = collaudo::prova(&[enti::service(), documenti::service(), protocollo::service()]).await;
        if let Some(istante) = istante {
            collaudo::a(&prova, istante.parse().unwrap()).await;
        }
        for (codice, denominazione) in [(A, "Comune di Introdacqua"), (B, "Comune di Scanno")] {
            let corpo = enti::NuovoCorpo { codice, tipo: "unione", denominazione, ipa: None };
            enti::iscrivi_corpo(&prova.manut, &corpo).await.unwrap();
            enti::aggiungi_ente(&prova.manut, codice).await.unwrap();
        }
        let acceso = |s: Service| Service { sempre_attivo: true, ..s };
        let servizi = Box::leak(Box::new([acceso(documenti::service()), acceso(protocollo::service())]));
        let casa = Casa { sito: Sito::nuovo(prova, servizi, |_| Box::pin(async { Ok(Vec::new()) })) };
        casa.popola().await;
        casa
    }

    async fn popola(&self) {
        for (codice, utente, ufficio, ruolo) in [
            (A, "giulia", "SEG", "protocollo"),
            (A, "renzo", "SEG", "responsabile"),
            (A, "paolo", "TEC", "consultazione"),
            (A, "paolo", "TEC", "albo"),
            (A, "rita", "SEG", "consultazione"),
            (B, "aldo", "SEG", "responsabile"),
        ] {
            let mut tx = self.tx(codice).await;
            if authz::uffici(&mut tx).await.unwrap().iter().all(|(c, _)| c != ufficio) {
                authz::apri_ufficio(&mut tx, ufficio, "Ufficio tecnico").await.unwrap();
            }
            let nuova = NuovaPersona { utente, nome: utente, cognome: "Prova", parola: Some(PAROLA) };
            authz::crea_persona(&mut tx, &nuova, ufficio, ruolo).await.unwrap();
            tx.commit().await.unwrap();
        }
        for (codice, utente) in [(A, "renzo"), (B, "aldo")] {
            let mut tx = self.tx(codice).await;
            let chi = chi(&mut tx, utente).await;
            documenti::adotta_modello(&mut tx, &chi).await.unwrap();
            protocollo::apri_registro(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    /// Moves both clocks so that now is that instant.
    pub async fn adesso_e(&self, istante: &str) {
        collaudo::a(&self.prova, istante.parse().unwrap()).await;
    }

    /// Registers in Introdacqua, as Giulia.
    pub async fn registra(&self, da: &DaRegistrare) -> Registrata {
        let mut tx = self.tx(A).await;
        let p = permesso::<Registra>(&mut tx, "giulia").await;
        let r = protocollo::registra(&mut tx, &p, da).await.unwrap();
        tx.commit().await.unwrap();
        r
    }

    pub async fn leggi_registrazione(&self, r: &Registrata) -> Registrazione {
        let mut tx = self.tx(A).await;
        protocollo::registrazione(&mut tx, r.anno, r.numero).await.unwrap().unwrap()
    }

    /// A file already in storage.
    pub async fn file(&self, nome: &str, byte: &[u8]) -> NuovoDocumento {
        NuovoDocumento {
            nome_dichiarato: nome.into(),
            tipo_dichiarato: String::new(),
            ricevuto: self.archivio.scrivi(A, byte).await.unwrap(),
            generato: false,
            riservato: false,
        }
    }

    /// What verification says of Introdacqua.
    pub async fn anomalie(&self) -> Vec<String> {
        let v = registers::verifica::verifica(&self.prova.manut, Some(A), &[], protocollo::PROIEZIONI).await.unwrap();
        v.anomalie.iter().map(ToString::to_string).collect()
    }

    pub async fn butta(self) {
        self.sito.butta().await;
    }
}

/// All that a PDF of ours says, however its lines are broken.
pub fn testo_del_pdf(byte: &[u8]) -> String {
    let l = pdf::leggi(byte);
    assert!(l.lacune.is_empty(), "{:?}", l.lacune);
    l.testo.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An incoming letter with that subject.
pub fn entrata(oggetto: &str) -> DaRegistrare {
    DaRegistrare {
        verso: Verso::Entrata,
        oggetto: oggetto.into(),
        corrispondenti: vec![Corrispondente::nuovo("PG", "Edil Gizio s.r.l.")],
        arrivo: None,
        mezzo: "posta".into(),
        numero_mittente: String::new(),
        data_mittente: None,
        classifica: "VI.5".into(),
        ufficio: "SEG".into(),
        filo: None,
        riservata: false,
        documento: None,
        allegati: Vec::new(),
        richiesta: None,
    }
}

pub fn autorizzata() -> Autorizzazione {
    Autorizzazione {
        motivo: "era per un altro comune".into(),
        provvedimento: "Provvedimento del responsabile n. 12".into(),
        data: Some("2026-01-05".parse().unwrap()),
    }
}
