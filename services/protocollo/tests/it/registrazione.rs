//! Giving a number (art. 53).

use std::sync::Arc;

use documenti::{DocumentoId, FiloId};
use kernel::Impronta;
use protocollo::{Arrivo, Corrispondente, DaRegistrare, PrendiInCarico, Registra, Riassegna, Verso};

use crate::casa::{A, Casa, chi, entrata, permesso};

#[tokio::test]
async fn everything_that_article_53_wants_is_kept_and_verifies() {
    let casa = Casa::nata_il("2026-11-23T08:42:17Z").await;
    let documento = casa.file("stato finale.pdf", b"%PDF-1.7 finto").await;
    let impronta = documento.ricevuto.impronta;
    let r = casa
        .registra(&DaRegistrare {
            arrivo: Some(Arrivo::leggi("2026-11-20".parse().unwrap(), "17.30").unwrap()),
            numero_mittente: "118/U".into(),
            data_mittente: Some("2026-11-20".parse().unwrap()),
            corrispondenti: vec![
                Corrispondente {
                    recapito: "info@pec.edilgizio.test".into(),
                    ..Corrispondente::nuovo("PG", "Edil Gizio s.r.l.")
                },
                Corrispondente {
                    codice_fiscale: "rss mra 80a01 h501u".into(),
                    ..Corrispondente::nuovo("PF", "Mario Rossi")
                },
            ],
            documento: Some(documento),
            allegati: vec![casa.file("foto.txt", b"una foto").await, casa.file("foto.txt", b"altra foto").await],
            ..entrata("Trasmissione stato finale dei lavori 🎉")
        })
        .await;
    assert_eq!((r.anno, r.numero, r.chiave()), (2026, 1, "2026/1".to_owned()));
    let letta = casa.leggi_registrazione(&r).await;
    assert_eq!(letta.sette_cifre(), "0000001");
    assert_eq!(letta.arrivo().unwrap().to_string(), "20/11/2026 17:30");
    assert_eq!(letta.corrispondenti, "Edil Gizio s.r.l.; Mario Rossi");
    assert_eq!((letta.impronta(), letta.allegati), (Some(impronta), 2));
    let mut tx = casa.tx(A).await;
    let chi = protocollo::corrispondenti(&mut tx, &letta).await.unwrap();
    assert_eq!(chi[1].codice_fiscale, "RSSMRA80A01H501U");
    let documenti = protocollo::documenti_di(&mut tx, &letta).await.unwrap();
    assert_eq!(
        documenti.iter().map(|d| d.nome.as_str()).collect::<Vec<_>>(),
        ["stato finale.pdf", "foto.txt", "foto.txt"]
    );
    assert!(documenti.iter().all(|d| d.filo == letta.filo));
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn outgoing_and_internal_are_numbered_in_the_same_register() {
    let casa = Casa::nuova().await;
    casa.registra(&entrata("In arrivo")).await;
    let uscita = casa.registra(&DaRegistrare { verso: Verso::Uscita, ..entrata("In partenza") }).await;
    let interno =
        casa.registra(&DaRegistrare { verso: Verso::Interno, mezzo: "interno".into(), ..entrata("Fra uffici") }).await;
    assert_eq!((uscita.numero, interno.numero), (2, 3));
    let letta = casa.leggi_registrazione(&interno).await;
    assert_eq!((letta.corrispondenti.as_str(), letta.ufficio_mittente.as_deref()), ("", Some("SEG")));
    assert!(casa.leggi_registrazione(&uscita).await.arrivo().is_none());
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

/// A1, in small: many at once, some rolled back, numbers 1..N in order of instant.
#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_leave_no_gap() {
    let casa = Arc::new(Casa::nuova().await);
    let mut compiti = Vec::new();
    for n in 0..40 {
        let casa = casa.clone();
        compiti.push(tokio::spawn(async move {
            let mut tx = casa.tx(A).await;
            let p = permesso::<Registra>(&mut tx, "giulia").await;
            protocollo::registra(&mut tx, &p, &entrata(&format!("Lettera {n}"))).await.unwrap();
            if n % 10 != 3 {
                tx.commit().await.unwrap();
            }
        }));
    }
    for c in compiti {
        c.await.unwrap();
    }
    let mut tx = casa.tx(A).await;
    let righe: Vec<(i32, bool)> = sqlx::query_as(
        "select numero, istante >= lag(istante, 1, '-infinity') over (order by numero) from protocollo.registrazione order by numero",
    )
    .fetch_all(tx.conn())
    .await
    .unwrap();
    assert_eq!(righe, (1..=36).map(|n| (n, true)).collect::<Vec<_>>());
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

/// A3: the year is the year of the instant in Rome.
#[tokio::test]
async fn the_first_of_the_year_is_number_one() {
    let casa = Casa::nuova().await;
    casa.adesso_e("2026-12-31T22:59:00Z").await;
    let ultima = casa.registra(&entrata("L’ultima")).await;
    casa.adesso_e("2026-12-31T23:00:01Z").await;
    let prima = casa.registra(&entrata("La prima")).await;
    assert_eq!((ultima.chiave(), prima.chiave()), ("2026/1".to_owned(), "2027/1".to_owned()));
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_double_click_is_one_number() {
    let casa = Casa::nuova().await;
    let chiave = db::caso::uuid();
    let scritto = |o: &str| DaRegistrare { richiesta: Some((chiave, Impronta::di(o.as_bytes()))), ..entrata(o) };
    let (una, due) = (casa.registra(&scritto("Una sola")).await, casa.registra(&scritto("Una sola")).await);
    assert_eq!(una, due);
    let mut tx = casa.tx(A).await;
    let p = permesso::<Registra>(&mut tx, "giulia").await;
    let e = protocollo::registra(&mut tx, &p, &scritto("Un’altra")).await.unwrap_err();
    assert_eq!(e.codice(), Some("PRT-017"));
}

#[tokio::test]
async fn a_refusal_leaves_nothing_written() {
    let casa = Casa::nuova().await;
    let ignoto = Some(FiloId(db::caso::uuid()));
    for (da, codice) in [
        (DaRegistrare { oggetto: "a".repeat(10_000), ..entrata("") }, "PRT-002"),
        (DaRegistrare { oggetto: "campanello \u{7}".into(), ..entrata("") }, "PRT-002"),
        (DaRegistrare { classifica: "XX.9".into(), ..entrata("Classe ignota") }, "DOC-010"),
        (DaRegistrare { ufficio: "NESSUNO".into(), ..entrata("Ufficio ignoto") }, "PRT-016"),
        (DaRegistrare { filo: ignoto, ..entrata("Filo ignoto") }, "DOC-004"),
        (DaRegistrare { allegati: vec![casa.file("a.txt", b"a").await], ..entrata("Solo allegati") }, "PRT-012"),
    ] {
        let mut tx = casa.tx(A).await;
        let p = permesso::<Registra>(&mut tx, "giulia").await;
        assert_eq!(protocollo::registra(&mut tx, &p, &da).await.unwrap_err().codice(), Some(codice));
    }
    assert_eq!(casa.registra(&entrata("La prima davvero")).await.numero, 1);
    let mut tx = casa.tx(A).await;
    let fili: i64 = sqlx::query_scalar("select count(*) from documenti.filo").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(fili, 1);
}

#[tokio::test]
async fn only_office_and_class_change_and_each_time_with_a_voce() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Muro di via delle Fonti")).await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Riassegna>(&mut tx, "giulia").await;
    let stessa = protocollo::riassegna(&mut tx, &p, r.anno, r.numero, "SEG", "VI.5").await.unwrap_err();
    assert_eq!(stessa.codice(), Some("PRT-025"));
    protocollo::riassegna(&mut tx, &p, r.anno, r.numero, "TEC", "VI.5").await.unwrap();
    protocollo::riassegna(&mut tx, &p, r.anno, r.numero, "TEC", "X.1").await.unwrap();
    tx.commit().await.unwrap();
    let letta = casa.leggi_registrazione(&r).await;
    assert_eq!((letta.ufficio.as_str(), letta.classifica.as_str(), letta.titolario), ("TEC", "X.1", 1));
    let mut tx = casa.tx(A).await;
    let storia = protocollo::assegnazioni(&mut tx, &letta).await.unwrap();
    assert_eq!(storia.iter().map(|a| a.posizione).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_assigned_waits_on_the_desk_of_its_office_until_taken() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&DaRegistrare { ufficio: "TEC".into(), ..entrata("Lampione spento") }).await;
    let attese = async |utente: &str| {
        let mut tx = casa.tx(A).await;
        let chi = chi(&mut tx, utente).await;
        let mut s = casa.prova.db.scrivania(&[casa.ente(A).await]).await.unwrap();
        (protocollo::service().attese)(&mut s, &chi).await.unwrap()
    };
    let di_paolo = attese("paolo").await;
    assert_eq!(di_paolo[0].titolo, "Prendi in carico: Lampione spento");
    assert_eq!(di_paolo[0].percorso, format!("/protocollo/{}/1", r.anno));
    assert!(attese("giulia").await.is_empty());
    let mut tx = casa.tx(A).await;
    let p = permesso::<PrendiInCarico>(&mut tx, "paolo").await;
    protocollo::prendi_in_carico(&mut tx, &p, r.anno, r.numero).await.unwrap();
    let due_volte = protocollo::prendi_in_carico(&mut tx, &p, r.anno, r.numero).await.unwrap_err();
    assert_eq!(due_volte.codice(), Some("PRT-026"));
    tx.commit().await.unwrap();
    assert!(attese("paolo").await.is_empty());
}

#[tokio::test]
async fn a_thread_tells_its_registrations_in_order() {
    let casa = Casa::nuova().await;
    let una = casa.registra(&entrata("Domanda")).await;
    casa.registra(&DaRegistrare { verso: Verso::Uscita, filo: Some(una.filo), ..entrata("Risposta") }).await;
    let mut tx = casa.tx(A).await;
    let di = |s: web::Service| s.passi;
    let mut passi = di(documenti::service())(&mut tx, una.filo.0).await.unwrap();
    passi.extend(di(protocollo::service())(&mut tx, una.filo.0).await.unwrap());
    assert_eq!(passi.iter().map(|p| p.titolo.as_str()).collect::<Vec<_>>(), ["Domanda", "Domanda", "Risposta"]);
    assert!(passi[2].sotto.contains("Uscita, protocollo 0000002/"));
    let d: Option<DocumentoId> = casa.leggi_registrazione(&una).await.documento;
    assert!(d.is_none());
}
