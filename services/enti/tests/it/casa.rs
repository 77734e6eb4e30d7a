//! A small installation: the alliance's own body, its secretary, a comune, its administrator, a catalogue of four services.

use authz::{Azione, Chi, Consenti, NuovaPersona, Permessa, Permesso};
use db::prova::Prova;
use db::{DiEnte, Migrazioni, Tx};
use enti::{CuraAlleanza, Fondata, NuovoCorpo};
use jiff::civil::date;
use kernel::Data;
use web::{Errore, Futuro, Service};

pub use collaudo::alle;

pub const CST: &str = "cst_sulmona";
pub const INTRODACQUA: &str = "c_e307";

const NIENTE: Migrazioni = Migrazioni { servizio: "", passi: &[], sostituibili: &[] };
const REGISTRA: Permessa =
    Permessa { codice: "protocollo.registra", ruoli: &["responsabile", "protocollo"], descrizione: "registrare" };
const ANNULLA: Permessa = Permessa { codice: "protocollo.annulla", ruoli: &["responsabile"], descrizione: "annullare" };

/// `albo` needs `protocollo`, which needs `documenti`; `guasto` cannot be switched on.
pub static CATALOGO: &[Service] = &[
    Service { sempre_attivo: true, ..Service::vuoto("documenti", "Documenti", NIENTE) },
    Service {
        richiede: &["documenti"],
        permessi: &[REGISTRA, ANNULLA],
        anteprima: |_| Box::pin(async { Ok(vec!["Il registro PG, Protocollo generale".to_owned()]) }),
        attiva: apri_registro,
        ..Service::vuoto("protocollo", "Protocollo", NIENTE)
    },
    Service { richiede: &["protocollo"], ..Service::vuoto("albo", "Albo pretorio", NIENTE) },
    Service {
        richiede: &["protocollo"],
        attiva: |_, _| Box::pin(async { Err(Errore::guasto("disco pieno")) }),
        ..Service::vuoto("guasto", "Guasto", NIENTE)
    },
];

fn apri_registro<'a>(tx: &'a mut Tx<DiEnte>, _: &'a Chi) -> Futuro<'a, Result<(), Errore>> {
    Box::pin(async move {
        let aoo = enti::aoo(tx).await?;
        let nome = "Protocollo generale";
        registers::apri_registro(tx, &aoo.codice, "PG", nome, registers::Regola::Istante).await.map_err(Errore::guasto)
    })
}

/// A database with the official list.
pub async fn vuota() -> Prova {
    let piattaforma = [authz::MIGRAZIONI, jobs::MIGRAZIONI, registers::MIGRAZIONI, web::MIGRAZIONI];
    let p = Prova::nuova(&[piattaforma.as_slice(), &[enti::MIGRAZIONI]].concat()).await.unwrap();
    enti::carica_elenco(&p.manut).await.unwrap();
    p
}

/// The alliance's own body with its secretary and the alliance `cst`, and Introdacqua with its administrator.
pub async fn arredata() -> Prova {
    let p = vuota().await;
    let corpo = NuovoCorpo { codice: CST, tipo: "alleanza", denominazione: "CST Sulmona", ipa: None };
    enti::iscrivi_corpo(&p.manut, &corpo).await.unwrap();
    enti::aggiungi_ente(&p.manut, CST).await.unwrap();
    enti::crea_utente(&p.db, CST, &persona("segreteria"), &["amministratore", "alleanza"]).await.unwrap();
    let (mut tx, permesso) = permesso::<CuraAlleanza>(&p, CST).await;
    enti::fonda_alleanza(&mut tx, &permesso, &cst()).await.unwrap();
    tx.commit().await.unwrap();
    enti::aggiungi_ente(&p.manut, "E307").await.unwrap();
    enti::crea_utente(&p.db, INTRODACQUA, &persona("anna"), &["amministratore"]).await.unwrap();
    p
}

pub fn cst() -> Fondata<'static> {
    Fondata {
        codice: "cst",
        denominazione: "CST Sulmona",
        sopra: Some("regione_13"),
        preavviso_mesi: 6,
        dal: date(2020, 1, 1),
    }
}

pub fn persona(utente: &str) -> NuovaPersona<'_> {
    NuovaPersona { utente, nome: "Prova", cognome: utente, parola: None }
}

/// The first person with a role that allows `A`, in a transaction of the ente.
pub async fn permesso<A: Azione>(p: &Prova, codice: &str) -> (Tx<DiEnte>, Permesso<A>) {
    let mut tx = enti::entra(&p.db, codice).await.unwrap();
    let chi = chi(&mut tx, A::RUOLI[0]).await;
    let permesso = tx.consenti::<A>(&chi).await.unwrap();
    (tx, permesso)
}

pub async fn chi(tx: &mut Tx<DiEnte>, ruolo: &str) -> Chi {
    let t = enti::chi_ha_ruolo(tx, ruolo).await.unwrap().remove(0);
    Chi { persona: t.id, nome: format!("{} {}", t.nome, t.cognome), operazione: db::caso::uuid() }
}

/// The same with the adhesion of Introdacqua in force.
pub async fn aderente() -> Prova {
    let p = arredata().await;
    crate::adesioni::attiva(&p).await;
    p
}

pub async fn oggi(p: &Prova) -> Data {
    enti::entra(&p.db, CST).await.unwrap().oggi()
}
