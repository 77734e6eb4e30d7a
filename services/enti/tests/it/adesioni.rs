//! Adhesions from request to withdrawal, the transformation of an alliance, what each side sees.

use db::prova::Prova;
use db::{DiEnte, Tx};
use enti::model::{Forma, Stato};
use enti::{CuraAlleanza, Fondata, NuovaAdesione, Passo};
use jiff::ToSpan;
use jiff::civil::date;
use kernel::{Data, Numero, Provvedimento};
use uuid::Uuid;

use crate::casa::{self, CATALOGO, CST, INTRODACQUA, permesso};

pub fn delibera(data: Data) -> Provvedimento {
    Provvedimento {
        tipo: "delibera di Consiglio".into(),
        registro: "delibere".into(),
        serie: i32::from(data.year()),
        numero: Numero::try_from(12).unwrap(),
        data,
        documento: None,
    }
}

pub async fn chiedi(p: &Prova, membro: &str, il: Data) -> Result<Uuid, enti::EntiError> {
    let (mut tx, permesso) = permesso::<CuraAlleanza>(p, CST).await;
    let n = NuovaAdesione { alleanza: "cst", membro, forma: Forma::Convenzione, il };
    let id = enti::chiedi_adesione(&mut tx, &permesso, &n).await?;
    tx.commit().await?;
    Ok(id)
}

pub async fn muovi(p: &Prova, id: Uuid, passo: Passo) -> Result<Stato, enti::EntiError> {
    let (mut tx, permesso) = permesso::<CuraAlleanza>(p, CST).await;
    let stato = enti::muovi_adesione(&mut tx, &permesso, CATALOGO, id, &passo).await?;
    tx.commit().await?;
    Ok(stato)
}

/// An active adhesion of Introdacqua, step by step.
pub async fn attiva(p: &Prova) -> Uuid {
    let id = chiedi(p, "E307", date(2026, 1, 10)).await.unwrap();
    let il = date(2026, 2, 1);
    muovi(p, id, Passo::Delibera { il, atto: delibera(date(2026, 1, 30)) }).await.unwrap();
    firma_e_attiva(p, id, il, date(2026, 3, 1)).await;
    id
}

/// All in one day.
pub async fn attiva_dal(p: &Prova, il: Data) -> Uuid {
    let id = chiedi(p, "E307", il).await.unwrap();
    muovi(p, id, Passo::Delibera { il, atto: delibera(il) }).await.unwrap();
    firma_e_attiva(p, id, il, il).await;
    id
}

async fn firma_e_attiva(p: &Prova, id: Uuid, il: Data, dal: Data) {
    let firma = Passo::Firma { il, per_ente: "la sindaca".into(), per_alleanza: "il presidente".into() };
    muovi(p, id, firma).await.unwrap();
    muovi(p, id, Passo::Attiva { dal }).await.unwrap();
}

#[tokio::test]
async fn from_request_to_withdrawal() {
    let p = casa::arredata().await;
    let id = attiva(&p).await;
    let oggi = casa::oggi(&p).await;
    assert_eq!(muovi(&p, id, Passo::Sospendi { il: oggi, motivo: "lavori".into() }).await.unwrap(), Stato::Sospesa);
    assert_eq!(muovi(&p, id, Passo::Riprendi { il: oggi }).await.unwrap(), Stato::Attiva);
    assert_eq!(muovi(&p, id, Passo::Recedi { notificato_il: oggi }).await.unwrap(), Stato::Recesso);
    let presto = muovi(&p, id, Passo::Cessa).await.unwrap_err();
    assert_eq!(presto.codice(), Some("ENT-015"));
    let mut tx = enti::entra(&p.db, CST).await.unwrap();
    let passi = enti::passi(&mut tx, id).await.unwrap();
    assert_eq!(passi.len(), 7);
    assert_eq!(passi[1].atto().as_deref(), Some("delibera di Consiglio n. 12 del 30/01/2026"));
    assert_eq!(passi[2].firma_ente.as_deref(), Some("la sindaca"));
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn steps_out_of_order_or_in_the_future_are_refused() {
    let p = casa::arredata().await;
    let domani = casa::oggi(&p).await.saturating_add(1.day());
    assert_eq!(chiedi(&p, "E307", domani).await.unwrap_err().codice(), Some("ENT-012"));
    let id = chiedi(&p, "E307", date(2026, 1, 10)).await.unwrap();
    let e = muovi(&p, id, Passo::Attiva { dal: date(2026, 2, 1) }).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-011"));
    let e = muovi(&p, id, Passo::Delibera { il: domani, atto: delibera(date(2026, 1, 30)) }).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-012"));
    let e = muovi(&p, Uuid::nil(), Passo::Cessa).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-019"));
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_second_adhesion_is_refused_while_one_lasts() {
    let p = casa::arredata().await;
    let id = attiva(&p).await;
    let e = chiedi(&p, INTRODACQUA, date(2026, 4, 1)).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-010"));
    assert_eq!(e.to_string(), "Comune di Introdacqua ha già un’adesione in corso a questa alleanza.");
    // A withdrawal that has had its effect gives way by itself.
    muovi(&p, id, Passo::Recedi { notificato_il: date(2026, 4, 1) }).await.unwrap();
    casa::alle(&p, date(2027, 1, 2).at(12, 0, 0, 0)).await;
    chiedi(&p, INTRODACQUA, date(2027, 1, 2)).await.unwrap();
    let mut tx = enti::entra(&p.db, CST).await.unwrap();
    assert_eq!(enti::adesione(&mut tx, id).await.unwrap().adesione.stato, Stato::Cessata);
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn two_requests_at_once_give_one_adhesion() {
    let p = casa::arredata().await;
    let il = date(2026, 1, 10);
    let (a, b) = tokio::join!(chiedi(&p, "E307", il), chiedi(&p, "E307", il));
    let perso = if a.is_ok() { b } else { a }.unwrap_err();
    assert_eq!(perso.codice(), Some("ENT-010"));
    p.butta().await.unwrap();
}

#[tokio::test]
async fn who_cannot_join() {
    let p = casa::arredata().await;
    assert_eq!(chiedi(&p, CST, date(2026, 1, 10)).await.unwrap_err().codice(), Some("ENT-016"));
    assert_eq!(chiedi(&p, "Z999", date(2026, 1, 10)).await.unwrap_err().codice(), Some("ENT-001"));
    p.butta().await.unwrap();
}

#[tokio::test]
async fn a_transformation_keeps_members_registers_and_history() {
    let p = casa::arredata().await;
    let vecchia = attiva(&p).await;
    chiedi(&p, "I804", date(2026, 5, 1)).await.unwrap();
    enti::attiva_servizio(&p.db, CATALOGO, CST, "protocollo").await.unwrap();
    let ali = Fondata { codice: "ali", denominazione: "ALI Sulmona", dal: date(2026, 6, 1), ..casa::cst() };
    let (mut tx, permesso) = permesso::<CuraAlleanza>(&p, CST).await;
    assert_eq!(enti::trasforma_alleanza(&mut tx, &permesso, "cst", &ali).await.unwrap(), 2);
    tx.commit().await.unwrap();

    let mut tx = enti::entra(&p.db, CST).await.unwrap();
    let portate = enti::adesioni(&mut tx, "ali").await.unwrap();
    let introdacqua = portate.iter().find(|a| a.membro == INTRODACQUA).unwrap();
    assert_eq!((introdacqua.adesione.stato, introdacqua.continua), (Stato::Attiva, Some(vecchia)));
    assert_eq!(introdacqua.adesione.decorre_dal, Some(date(2026, 3, 1)), "seniority stays");
    assert_eq!(portate.iter().find(|a| a.membro == "c_i804").unwrap().adesione.stato, Stato::Richiesta);
    assert_eq!(enti::adesione(&mut tx, vecchia).await.unwrap().adesione.stato, Stato::Cessata);
    assert_eq!(enti::passi(&mut tx, vecchia).await.unwrap().len(), 5, "history stays readable");
    let alleanze = enti::alleanze(&mut tx).await.unwrap();
    assert_eq!((alleanze[0].codice.as_str(), alleanze[0].succede_a.as_deref()), ("ali", Some("cst")));
    assert_eq!(alleanze[1].al, Some(date(2026, 5, 31)));
    let registri: i64 =
        sqlx::query_scalar("select count(*) from registri.registro").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(registri, 1, "the ente's registers did not move");
    let e = chiedi(&p, "A345", date(2026, 7, 1)).await.unwrap_err();
    assert_eq!(e.codice(), Some("ENT-017"), "nobody joins an alliance that is over");
    drop(tx);
    p.butta().await.unwrap();
}

#[tokio::test]
async fn each_side_sees_its_own() {
    let p = casa::arredata().await;
    let id = attiva(&p).await;
    chiedi(&p, "I804", date(2026, 5, 1)).await.unwrap();
    enti::attiva_servizio(&p.db, CATALOGO, INTRODACQUA, "protocollo").await.unwrap();

    let mut membro = enti::entra(&p.db, INTRODACQUA).await.unwrap();
    let mie = enti::mie_adesioni(&mut membro).await.unwrap();
    assert_eq!(mie.len(), 1, "the other members' are not mine");
    assert_eq!((mie[0].ente_alleanza.as_str(), mie[0].stato.as_str()), ("CST Sulmona", "attiva"));
    assert_eq!(mie[0].firmata_il(), Some(date(2026, 2, 1)));
    let dirette: i64 = sqlx::query_scalar("select count(*) from enti.adesione").fetch_one(membro.conn()).await.unwrap();
    assert_eq!(dirette, 0, "only through the function");

    let ente = enti::entra(&p.db, CST).await.unwrap().ente();
    let mut alleanza = p.db.alleanza().await.unwrap();
    let servizi = enti::servizi_dei_membri(&mut alleanza, ente, "cst").await.unwrap();
    let visti: Vec<(&str, &str)> = servizi.iter().map(|s| (s.membro.as_str(), s.servizio.as_str())).collect();
    assert_eq!(visti, [(INTRODACQUA, "documenti"), (INTRODACQUA, "protocollo")]);
    let di_altri = membro.ente();
    assert!(enti::servizi_dei_membri(&mut alleanza, di_altri, "cst").await.unwrap().is_empty());
    // The appointment is of the two that signed it.
    let nomina = async |tx: &mut Tx<DiEnte>| -> bool {
        let q = sqlx::query_scalar("select enti.nomina_di($1) is not null").bind(id);
        q.fetch_one(tx.conn()).await.unwrap()
    };
    enti::aggiungi_ente(&p.manut, "I804").await.unwrap();
    assert!(nomina(&mut membro).await);
    assert!(!nomina(&mut enti::entra(&p.db, "c_i804").await.unwrap()).await, "another member reads it");
    drop(membro);
    drop(alleanza);

    // Who withdrew is seen until the last day, that day included.
    let oggi = casa::oggi(&p).await;
    muovi(&p, id, Passo::Recedi { notificato_il: oggi }).await.unwrap();
    let fine =
        enti::mie_adesioni(&mut enti::entra(&p.db, INTRODACQUA).await.unwrap()).await.unwrap()[0].recesso_efficace_il();
    let fine = fine.unwrap();
    for (giorno, quanti) in [(fine, 2), (fine.tomorrow().unwrap(), 0)] {
        casa::alle(&p, giorno.at(12, 0, 0, 0)).await;
        let mut alleanza = p.db.alleanza().await.unwrap();
        let visti = enti::servizi_dei_membri(&mut alleanza, ente, "cst").await.unwrap();
        assert_eq!(visti.len(), quanti, "{giorno}");
    }
    p.butta().await.unwrap();
}

#[tokio::test]
async fn onboarding_goes_from_adhesion_to_first_service() {
    let p = casa::arredata().await;
    let il = date(2026, 2, 1);
    let ingresso = enti::Ingresso {
        ente_alleanza: CST,
        alleanza: "cst",
        membro: "I501",
        forma: Forma::Convenzione,
        richiesta_il: date(2026, 1, 10),
        delibera: delibera(il),
        firma_il: il,
        firma_ente: "il sindaco",
        firma_alleanza: "il presidente",
        amministratore: casa::persona("berta"),
        servizi: &["protocollo"],
    };
    // The second time it finds everything done.
    for _ in 0..2 {
        assert_eq!(enti::onboarding(&p.manut, &p.db, CATALOGO, &ingresso).await.unwrap(), "c_i501");
    }
    let mut tx = enti::entra(&p.db, "c_i501").await.unwrap();
    assert!(enti::attivo(&mut tx, "protocollo").await.unwrap());
    assert_eq!(enti::mie_adesioni(&mut tx).await.unwrap()[0].stato, "attiva");
    drop(tx);
    p.butta().await.unwrap();
}
