//! Two enti with their people, on the site of the tests.

use std::ops::Deref;
use std::path::PathBuf;

use authz::{Chi, NuovaPersona};
use collaudo::{PAROLA, Sito};
use db::{DiEnte, Tx};
use documenti::{FiloId, NuovoDocumento};
use web::Service;

pub use collaudo::{chi, permesso};

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
        let prova = collaudo::prova(&[enti::service(), documenti::service()]).await;
        for (codice, denominazione) in [(A, "Comune di Introdacqua"), (B, "Comune di Scanno")] {
            let corpo = enti::NuovoCorpo { codice, tipo: "unione", denominazione, ipa: None };
            enti::iscrivi_corpo(&prova.manut, &corpo).await.unwrap();
            enti::aggiungi_ente(&prova.manut, codice).await.unwrap();
        }
        let servizi = Box::leak(Box::new([Service { sempre_attivo: true, ..documenti::service() }]));
        let casa = Casa { sito: Sito::nuovo(prova, servizi, |_| Box::pin(async { Ok(Vec::new()) })) };
        for (codice, utente, ruolo) in [
            (A, "giulia", "protocollo"),
            (A, "renzo", "responsabile"),
            (A, "rita", "consultazione"),
            (A, "ugo", "amministratore"),
            (B, "aldo", "responsabile"),
        ] {
            let mut tx = casa.tx(codice).await;
            let nuova = NuovaPersona { utente, nome: utente, cognome: "Prova", parola: Some(PAROLA) };
            authz::crea_persona(&mut tx, &nuova, enti::UFFICIO, ruolo).await.unwrap();
            tx.commit().await.unwrap();
        }
        for (codice, utente) in [(A, "renzo"), (B, "aldo")] {
            let mut tx = casa.tx(codice).await;
            let chi = chi(&mut tx, utente).await;
            documenti::adotta_modello(&mut tx, &chi).await.unwrap();
            tx.commit().await.unwrap();
        }
        casa
    }

    /// A document of Introdacqua with those bytes.
    pub async fn documento(&self, nome: &str, byte: &[u8]) -> documenti::Documento {
        let mut tx = self.tx(A).await;
        let chi = chi(&mut tx, "giulia").await;
        let filo = documenti::nuovo_filo(&mut tx, &chi, "Una faccenda").await.unwrap();
        let d = self.aggiungi(&mut tx, &chi, filo, nome, byte).await;
        tx.commit().await.unwrap();
        d
    }

    pub async fn aggiungi(
        &self,
        tx: &mut Tx<DiEnte>,
        chi: &Chi,
        filo: FiloId,
        nome: &str,
        byte: &[u8],
    ) -> documenti::Documento {
        let ricevuto = self.archivio.scrivi(A, byte).await.unwrap();
        let nuovo = NuovoDocumento {
            nome_dichiarato: nome.into(),
            tipo_dichiarato: "application/pdf".into(),
            ricevuto,
            generato: false,
            riservato: false,
        };
        documenti::aggiungi(tx, chi, filo, &nuovo).await.unwrap()
    }

    /// The file of a blob, as a burglar would find it.
    pub fn blob(&self, d: &documenti::Documento) -> PathBuf {
        let impronta = d.impronta.to_string();
        self.cartella.join(A).join(&impronta[..2]).join(impronta)
    }
}
