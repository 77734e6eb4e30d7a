//! A superuser changes the tables behind the register's back: verification names what and where.

use documenti::NuovoDocumento;
use protocollo::{Annulla, DaRegistrare, Nuovo, Riassegna};
use sqlx::{AssertSqlSafe, Executor};

use crate::casa::{A, Casa, autorizzata, entrata, permesso};

#[tokio::test]
async fn every_difference_between_register_and_tables_is_named() {
    for (sql, cosa) in [
        ("update protocollo.registrazione set oggetto = 'Altro' where numero = 1", "oggetto diverso dalla voce"),
        ("update protocollo.registrazione set impronta = sha256('x') where numero = 2", "documento o impronta diversi"),
        (
            "update protocollo.registrazione set documento = gen_random_uuid() where numero = 2",
            "documento o impronta diversi",
        ),
        (
            "update protocollo.registrazione set verso = 'U', arrivato_il = null, ufficio_mittente = 'SEG' where numero = 1",
            "dati diversi",
        ),
        (
            "update protocollo.registrazione set arrivato_il = arrivato_il - interval '1 day' where numero = 1",
            "arrivo diverso",
        ),
        (
            "update protocollo.registrazione set numero_mittente = '1' where numero = 1",
            "protocollo del mittente diverso",
        ),
        ("update protocollo.registrazione set corrispondenti = 'Altri' where numero = 1", "corrispondenti diversi"),
        ("update protocollo.corrispondente set nome = 'Altri' where numero = 1", "corrispondenti diversi"),
        ("update protocollo.corrispondente set recapito = 'x@y.test' where numero = 3", "corrispondenti diversi"),
        ("delete from protocollo.corrispondente where numero = 1", "corrispondenti diversi"),
        ("delete from protocollo.allegato where numero = 2", "allegati diversi"),
        ("update protocollo.allegato set impronta = sha256('x') where numero = 2", "allegati diversi"),
        (
            "update protocollo.registrazione set annullata_il = now() where numero = 1",
            "annullata senza voce di annullamento",
        ),
        (
            "update protocollo.registrazione set annullata_il = null where numero = 4",
            "voce di annullamento senza annullamento",
        ),
        ("delete from protocollo.annullamento where numero = 4", "voce di annullamento senza annullamento"),
        ("update protocollo.annullamento set motivo = 'altro' where numero = 4", "annullamento diverso dalla voce"),
        (
            "update protocollo.annullamento set provvedimento = 'altro' where numero = 4",
            "annullamento diverso dalla voce",
        ),
        ("update protocollo.annullamento set posizione = 99 where numero = 4", "annullamento senza voce"),
        ("update protocollo.registrazione set ufficio = 'SEG' where numero = 3", "assegnazione diversa dalla voce"),
        ("update protocollo.assegnazione set classifica = 'X.1' where numero = 3", "assegnazione diversa dalla voce"),
        ("delete from protocollo.assegnazione where numero = 3 and not corrente", "assegnazione diversa dalla voce"),
        ("delete from protocollo.registrazione where numero = 1", "voce senza registrazione"),
        ("update protocollo.registrazione set numero = 99 where numero = 1", "numero o istante diversi"),
        ("update protocollo.registrazione set posizione = 99 where numero = 1", "registrazione senza voce"),
    ] {
        let casa = casa_piena().await;
        let mut c = casa.prova.come("alleanza_super").await.unwrap();
        c.execute("set session_replication_role = replica").await.unwrap();
        let fatte = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut c).await.unwrap().rows_affected();
        assert!(fatte > 0, "{sql}");
        let anomalie = casa.anomalie().await;
        assert!(anomalie.iter().any(|a| a.contains(cosa)), "{sql}: {anomalie:?}");
        casa.butta().await;
    }
}

#[tokio::test]
async fn an_unreadable_voce_is_one_anomaly_and_the_rest_is_still_read() {
    let casa = casa_piena().await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    c.execute("set session_replication_role = replica").await.unwrap();
    c.execute("alter table registri.voce drop constraint voce_contenuto_integro").await.unwrap();
    c.execute(r"update registri.voce set contenuto = '\xff00'::bytea where posizione = 2").await.unwrap();
    c.execute("update protocollo.registrazione set oggetto = 'Altro' where numero = 3").await.unwrap();
    let anomalie = casa.anomalie().await;
    assert!(anomalie.iter().any(|a| a.contains("voce 2,") && a.contains("impronta")), "{anomalie:?}");
    assert!(anomalie.iter().any(|a| a.contains("voce 3,") && a.contains("oggetto diverso")), "{anomalie:?}");
}

/// Four registrations: plain, with documents, rectified and reassigned, annulled.
pub async fn casa_piena() -> Casa {
    let casa = Casa::nuova().await;
    casa.registra(&DaRegistrare { numero_mittente: "118/U".into(), ..entrata("Uno") }).await;
    let file: NuovoDocumento = casa.file("a.txt", b"principale").await;
    let allegati = vec![casa.file("b.txt", b"allegato").await];
    casa.registra(&DaRegistrare { documento: Some(file), allegati, ..entrata("Due") }).await;
    let tre = casa.registra(&entrata("Tre")).await;
    let quattro = casa.registra(&entrata("Quattro")).await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    let nuovo = Nuovo::Oggetto("Tre, corretto".into());
    protocollo::rettifica(&mut tx, &p, tre.anno, tre.numero, &nuovo, &autorizzata()).await.unwrap();
    let q = permesso::<Riassegna>(&mut tx, "giulia").await;
    protocollo::riassegna(&mut tx, &q, tre.anno, tre.numero, "TEC", "VI.5").await.unwrap();
    protocollo::annulla(&mut tx, &p, quattro.anno, quattro.numero, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();
    casa
}
