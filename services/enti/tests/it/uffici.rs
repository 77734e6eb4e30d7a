//! Offices that close, roles that end, who answers for documents: each with its dates, and nothing lost.

use authz::Chi;
use db::prova::Prova;
use db::{DiEnte, Tx};
use enti::model::Incarico;
use enti::{CorreggiEnte, EntiError, GestisciPersone, GestisciUffici, NuovoRuolo};
use jiff::ToSpan;
use kernel::Data;
use web::{Errore, Futuro, Service};

use crate::casa::{self, INTRODACQUA, alle, permesso, persona};

/// A service that has something in hand in SEG, and writes down who it was given to.
static CATALOGO: &[Service] = &[Service {
    carico: |_, ufficio| {
        let in_mano = if ufficio == "SEG" { vec!["3 lettere".to_owned()] } else { Vec::new() };
        Box::pin(async { Ok(in_mano) })
    },
    passa_carico: passa,
    ..Service::vuoto("lettere", "Lettere", db::Migrazioni { servizio: "", passi: &[], sostituibili: &[] })
}];

fn passa<'a>(tx: &'a mut Tx<DiEnte>, chi: &'a Chi, da: &'a str, a: &'a str) -> Futuro<'a, Result<(), Errore>> {
    Box::pin(async move {
        let ente = tx.ente();
        let sql = "update accesso.ufficio set nome = $2 where ente = $1 and codice = $3";
        let nome = format!("{da} passa a {a} per mano di {}", chi.nome);
        sqlx::query(sql).bind(ente).bind(nome).bind(a).execute(tx.conn()).await?;
        Ok(())
    })
}

async fn apri(p: &Prova, codice: &str) {
    let (mut tx, permesso) = permesso::<GestisciUffici>(p, INTRODACQUA).await;
    enti::nuovo_ufficio(&mut tx, &permesso, codice, "Ufficio tecnico").await.unwrap();
    tx.commit().await.unwrap();
}

async fn chiudi(p: &Prova, codice: &str, altro: Option<&str>) -> Result<(), EntiError> {
    let (mut tx, permesso) = permesso::<GestisciUffici>(p, INTRODACQUA).await;
    enti::chiudi_ufficio(&mut tx, &permesso, CATALOGO, codice, altro).await?;
    Ok(tx.commit().await?)
}

async fn ruoli(p: &Prova) -> Vec<(String, String, String)> {
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let tutti = authz::persone(&mut tx).await.unwrap();
    tutti.into_iter().map(|r| (r.utente, r.ufficio, r.ruolo)).collect()
}

fn terna(utente: &str, ufficio: &str, ruolo: &str) -> (String, String, String) {
    (utente.to_owned(), ufficio.to_owned(), ruolo.to_owned())
}

#[tokio::test]
async fn an_office_closes_and_another_takes_its_place() {
    let p = casa::arredata().await;
    enti::crea_utente(&p.db, INTRODACQUA, &persona("bruno"), &["protocollo"]).await.unwrap();
    let codice = |e: EntiError| e.codice();
    assert_eq!(chiudi(&p, "SEG", None).await.map_err(codice), Err(Some("ENT-042")), "the last one");
    apri(&p, "TEC").await;
    let (mut tx, permesso) = permesso::<GestisciUffici>(&p, INTRODACQUA).await;
    let u = enti::guarda_ufficio(&mut tx, &permesso, CATALOGO, "SEG").await.unwrap();
    assert_eq!((u.persone.len(), u.carico.as_slice()), (2, ["3 lettere".to_owned()].as_slice()));
    drop(tx);
    assert_eq!(chiudi(&p, "SEG", None).await.map_err(codice), Err(Some("ENT-041")));
    assert_eq!(chiudi(&p, "SEG", Some("BOH")).await.map_err(codice), Err(Some("ENT-036")));
    assert_eq!(chiudi(&p, "SEG", Some("SEG")).await.map_err(codice), Err(Some("ENT-036")), "not itself");
    assert_eq!(ruoli(&p).await.len(), 2, "refusals move nothing");

    chiudi(&p, "SEG", Some("TEC")).await.unwrap();
    assert_eq!(ruoli(&p).await, [terna("anna", "TEC", "amministratore"), terna("bruno", "TEC", "protocollo")]);
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let aperti = authz::uffici(&mut tx).await.unwrap();
    assert_eq!(aperti, [("TEC".to_owned(), "SEG passa a TEC per mano di Prova anna".to_owned())]);
    let chiusi = authz::uffici_chiusi(&mut tx).await.unwrap();
    let ieri = tx.oggi().yesterday().unwrap();
    assert_eq!((chiusi[0].codice.as_str(), chiusi[0].al), ("SEG", ieri));
    let riga = enti::registro_attivita(&mut tx, None, "uffici/SEG", 10).await.unwrap().remove(0);
    assert_eq!((&riga.dettaglio["al_suo_posto"], riga.dettaglio["ruoli"].as_u64()), (&"TEC".into(), Some(2)));
    drop(tx);
    // A role in a closed office cannot be given, and its code is not used twice.
    let (mut tx, permesso) = self::permesso::<GestisciUffici>(&p, INTRODACQUA).await;
    let e = enti::nuovo_ufficio(&mut tx, &permesso, "SEG", "Segreteria").await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-035"));
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn an_office_where_nobody_works_just_closes() {
    let p = casa::arredata().await;
    apri(&p, "TEC").await;
    chiudi(&p, "TEC", None).await.unwrap();
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    assert_eq!(authz::uffici(&mut tx).await.unwrap().len(), 1, "even on the day it was opened");
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_role_given_in_both_offices_is_one() {
    let p = casa::arredata().await;
    apri(&p, "TEC").await;
    let (mut tx, permesso) = permesso::<GestisciPersone>(&p, INTRODACQUA).await;
    let anna = permesso.chi().persona;
    let qui = NuovoRuolo { ufficio: "TEC", ruolo: "amministratore" };
    enti::dai_ruolo(&mut tx, &permesso, anna, qui).await.unwrap();
    tx.commit().await.unwrap();
    chiudi(&p, "TEC", Some("SEG")).await.unwrap();
    assert_eq!(ruoli(&p).await, [terna("anna", "SEG", "amministratore")]);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_role_ends_with_its_last_day() {
    let p = casa::arredata().await;
    let bruno = enti::crea_utente(&p.db, INTRODACQUA, &persona("bruno"), &["protocollo"]).await.unwrap();
    let r = NuovoRuolo { ufficio: "SEG", ruolo: "protocollo" };
    let oggi = casa::oggi(&p).await;
    let fra = |n: i64| oggi.saturating_add(n.days());
    let togli = async |ultimo: Option<Data>| {
        let (mut tx, permesso) = permesso::<GestisciPersone>(&p, INTRODACQUA).await;
        enti::togli_ruolo(&mut tx, &permesso, bruno, r, ultimo).await?;
        Ok::<_, EntiError>(tx.commit().await?)
    };
    assert_eq!(togli(Some(fra(-1))).await.unwrap_err().codice(), Some("ENT-043"));
    togli(Some(fra(10))).await.unwrap();
    let c_e = async || ruoli(&p).await.contains(&terna("bruno", "SEG", "protocollo"));
    assert!(c_e().await);
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let suo = authz::persone(&mut tx).await.unwrap().into_iter().find(|r| r.id == bruno).unwrap();
    assert_eq!(suo.al(), Some(fra(10)), "the page says until when");
    drop(tx);
    alle(&p, fra(10).at(23, 0, 0, 0)).await;
    assert!(c_e().await, "the last day counts");
    alle(&p, fra(11).at(0, 1, 0, 0)).await;
    assert!(!c_e().await);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn the_last_administrator_does_not_end_either() {
    let p = casa::arredata().await;
    let (mut tx, permesso) = permesso::<GestisciPersone>(&p, INTRODACQUA).await;
    let anna = permesso.chi().persona;
    let admin = NuovoRuolo { ufficio: "SEG", ruolo: "amministratore" };
    let ultimo = Some(tx.oggi().saturating_add(30.days()));
    let e = enti::togli_ruolo(&mut tx, &permesso, anna, admin, ultimo).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-030"));
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn who_answers_for_documents_is_dated() {
    let p = casa::arredata().await;
    let oggi = casa::oggi(&p).await;
    let fra = |n: i64| oggi.saturating_add(n.days());
    let incarica = async |quale: Incarico, nome: &str, dal: Data| {
        let (mut tx, permesso) = permesso::<CorreggiEnte>(&p, INTRODACQUA).await;
        enti::incarica(&mut tx, &permesso, "A1", quale, nome, dal).await?;
        Ok::<_, EntiError>(tx.commit().await?)
    };
    let chi = async || enti::aoo(&mut enti::entra(&p.db, INTRODACQUA).await.unwrap()).await.unwrap();
    use Incarico::{Responsabile, Vicario};
    incarica(Responsabile, "Ada Prova", fra(-20)).await.unwrap();
    incarica(Vicario, "Carla Prova", fra(-20)).await.unwrap();
    incarica(Responsabile, "Bruno Prova", fra(-5)).await.unwrap();
    let e = incarica(Responsabile, "Dario Prova", fra(-6)).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-044"), "{e}");
    // Written wrong, and written again; then a replacement to come, twice.
    incarica(Responsabile, "Bruna Prova", fra(-5)).await.unwrap();
    incarica(Responsabile, "Dario Prova", fra(30)).await.unwrap();
    incarica(Responsabile, "Elio Prova", fra(10)).await.unwrap();
    let adesso = chi().await;
    assert_eq!((adesso.responsabile.as_deref(), adesso.vicario.as_deref()), (Some("Bruna Prova"), Some("Carla Prova")));
    let mut tx = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let storia = enti::incarichi(&mut tx, "A1").await.unwrap();
    drop(tx);
    let visti: Vec<_> = storia.iter().map(|i| (i.nome.as_str(), i.dal, i.al())).collect();
    assert_eq!(
        visti,
        [
            ("Elio Prova", fra(10), None),
            ("Bruna Prova", fra(-5), Some(fra(9))),
            ("Ada Prova", fra(-20), Some(fra(-6))),
            ("Carla Prova", fra(-20), None),
        ]
    );
    alle(&p, fra(10).at(8, 0, 0, 0)).await;
    assert_eq!(chi().await.responsabile.as_deref(), Some("Elio Prova"));
    let (mut tx, permesso) = permesso::<CorreggiEnte>(&p, INTRODACQUA).await;
    let e = enti::incarica(&mut tx, &permesso, "A9", Vicario, "Nessuno", oggi).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-045"));
    drop(tx);
    p.butta().await.unwrap();
}
