//! Who registers for somebody else, or lent by another ente: the register says so, on every paper.

use authz::{Chi, Consenti, NuovaSostituzione, NuovoPrestito};
use jiff::ToSpan;
use protocollo::{Annulla, Registra};

use crate::casa::{A, B, Casa, autorizzata, chi, entrata, testo_del_pdf};
use crate::giornaliero::{catalogo, lavora};

/// Registers in Introdacqua as whoever may.
async fn registra(casa: &Casa, chi: &Chi, oggetto: &str) -> i32 {
    let mut tx = casa.tx(A).await;
    let p = tx.consenti::<Registra>(chi).await.unwrap();
    let r = protocollo::registra(&mut tx, &p, &entrata(oggetto)).await.unwrap();
    tx.commit().await.unwrap();
    r.numero
}

#[tokio::test]
async fn the_register_names_who_was_lent_and_who_stood_for_whom() {
    let casa = Casa::nata_il("2026-11-24T08:00:00Z").await;
    jobs::prepara(&casa.prova.db, &catalogo()).await.unwrap();
    let aldo = chi(&mut casa.tx(B).await, "aldo").await;
    let mut tx = casa.tx(A).await;
    let (renzo, paolo) = (chi(&mut tx, "renzo").await, chi(&mut tx, "paolo").await);
    let giulia = chi(&mut tx, "giulia").await;
    let (dal, oggi) = (tx.now(), tx.oggi());
    let prestito = NuovoPrestito {
        utente: "aldo",
        da_ente: B,
        ufficio: "SEG",
        ruoli: &["responsabile"],
        dal,
        al: dal + 8.hours(),
        motivo: "una mano",
    };
    authz::presta(&mut tx, &renzo, &prestito).await.unwrap().unwrap();
    let n = NuovaSostituzione {
        sostituto: paolo.persona,
        sostituito: giulia.persona,
        dal: oggi,
        al: oggi,
        motivo: "ferie",
    };
    authz::sostituisci(&mut tx, &renzo, &n).await.unwrap();
    tx.commit().await.unwrap();

    casa.adesso_e("2026-11-24T09:00:00Z").await;
    let numeri = [
        registra(&casa, &giulia, "Sua").await,
        registra(&casa, &paolo, "Per lei").await,
        registra(&casa, &aldo, "Da fuori").await,
    ];
    assert_eq!(numeri, [1, 2, 3]);
    let mut tx = casa.tx(A).await;
    let p = tx.consenti::<Annulla>(&aldo).await.unwrap();
    protocollo::annulla(&mut tx, &p, 2026, 1, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();

    let da_fuori = "aldo Prova, in prestito da Comune di Scanno";
    let per_lei = "paolo Prova per conto di giulia Prova";
    let biscotto = casa.entra("renzo").await;
    let stampa = |f: &str| format!("/e/{A}/protocollo/stampa?dal=241126&al=241126&formato={f}");
    let csv = casa.leggi(&stampa("csv"), &biscotto).await.corpo;
    let di = |oggetto: &str| csv.lines().find(|r| r.contains(oggetto)).unwrap();
    assert!(di("Da fuori").contains(da_fuori) && di("Per lei").contains(per_lei), "{csv}");
    assert!(!di("Sua").contains("Prova per conto") && !di("Sua").contains("in prestito"), "{csv}");
    let pdf = testo_del_pdf(&casa.leggi(&stampa("pdf"), &biscotto).await.byte);
    for detto in [da_fuori, per_lei] {
        assert!(pdf.contains(detto), "{detto} is not in {pdf}");
    }

    // The daily register too, the annulment included; and every chain holds.
    casa.adesso_e("2026-11-25T09:00:00Z").await;
    lavora(&casa).await;
    let mut tx = casa.tx(A).await;
    let g = protocollo::giornalieri(&mut tx, None).await.unwrap().righe.remove(0);
    let d = documenti::documento(&mut tx, g.pdf).await.unwrap().unwrap();
    let giornaliero = testo_del_pdf(&documenti::leggi(&casa.archivio, A, &d).await.unwrap());
    assert_eq!(giornaliero.matches("in prestito da Comune di Scanno").count(), 2, "{giornaliero}");
    assert!(giornaliero.contains(per_lei), "{giornaliero}");
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
    // It is in what is hashed: nobody takes it away without breaking the chain.
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let nella_catena: i64 = sqlx::query_scalar(
        "select count(*) from registri.voce where convert_from(contenuto, 'UTF8') like '%\"prestito_da\":\"c_i501\"%'",
    )
    .fetch_one(&mut c)
    .await
    .unwrap();
    assert_eq!(nella_catena, 2);
    drop(tx);
    // The loan is over: the door of the register is closed again.
    assert!(casa.tx(A).await.consenti::<Registra>(&aldo).await.is_err());
    casa.butta().await;
}
