//! An office closes: what it had in hand passes to another one, and every step is in the register.

use std::sync::LazyLock;

use authz::NuovaPersona;
use enti::GestisciUffici;
use protocollo::{DaRegistrare, PrendiInCarico};
use web::Service;

use crate::casa::{A, Casa, autorizzata, entrata, permesso};

static CATALOGO: LazyLock<Vec<Service>> = LazyLock::new(|| vec![documenti::service(), protocollo::service()]);

#[tokio::test]
async fn what_nobody_took_charge_of_passes_with_a_voce() {
    let casa = Casa::nuova().await;
    let al_tecnico = |oggetto: &str| DaRegistrare { ufficio: "TEC".into(), ..entrata(oggetto) };
    let in_mano = casa.registra(&al_tecnico("Lampione spento")).await;
    let presa = casa.registra(&al_tecnico("Buca in via del Forno")).await;
    let annullata = casa.registra(&al_tecnico("Doppione")).await;
    let altrove = casa.registra(&entrata("Per la segreteria")).await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<PrendiInCarico>(&mut tx, "paolo").await;
    protocollo::prendi_in_carico(&mut tx, &p, presa.anno, presa.numero).await.unwrap();
    let p = permesso::<protocollo::Annulla>(&mut tx, "renzo").await;
    protocollo::annulla(&mut tx, &p, annullata.anno, annullata.numero, &autorizzata()).await.unwrap();
    let nuova = NuovaPersona { utente: "ugo", nome: "Ugo", cognome: "Prova", parola: None };
    authz::crea_persona(&mut tx, &nuova, "SEG", "amministratore").await.unwrap();
    let p = permesso::<GestisciUffici>(&mut tx, "ugo").await;
    let u = enti::guarda_ufficio(&mut tx, &p, &CATALOGO, "TEC").await.unwrap();
    assert_eq!(u.carico, ["Una registrazione da prendere in carico"]);
    enti::chiudi_ufficio(&mut tx, &p, &CATALOGO, "TEC", Some("SEG")).await.unwrap();
    tx.commit().await.unwrap();

    let adesso = casa.leggi_registrazione(&in_mano).await;
    assert_eq!((adesso.ufficio.as_str(), adesso.classifica.as_str()), ("SEG", "VI.5"));
    let mut tx = casa.tx(A).await;
    let passaggi = protocollo::assegnazioni(&mut tx, &adesso).await.unwrap();
    let chi_e_dove: Vec<_> = passaggi.iter().map(|a| (a.ufficio.as_str(), a.chi.as_str())).collect();
    assert_eq!(chi_e_dove, [("TEC", "giulia Prova"), ("SEG", "Ugo Prova")]);
    let posizioni: Vec<i64> = passaggi.iter().map(|a| a.posizione).collect();
    let anelli = protocollo::anelli(&mut tx, &adesso.aoo, &posizioni).await.unwrap();
    assert_eq!(anelli.iter().map(|a| a.operazione).collect::<Vec<_>>(), ["registrazione", "riassegnazione"]);
    drop(tx);
    // What is being dealt with, what was annulled and what was elsewhere stay as they were.
    for (r, ufficio) in [(&presa, "TEC"), (&annullata, "TEC"), (&altrove, "SEG")] {
        assert_eq!(casa.leggi_registrazione(r).await.ufficio, ufficio);
    }
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
    // Paolo went on in the other office, and nobody registers for the closed one.
    let mut tx = casa.tx(A).await;
    permesso::<PrendiInCarico>(&mut tx, "paolo").await;
    let p = permesso::<protocollo::Registra>(&mut tx, "giulia").await;
    let no = protocollo::registra(&mut tx, &p, &al_tecnico("Tardi")).await;
    assert!(matches!(no, Err(protocollo::ProtocolloError::UfficioIgnoto(_))), "{no:?}");
    drop(tx);
    casa.butta().await;
}
