//! What may happen to a publication, and what its relata says of it.

use albo::commands::{
    Conferma, Fine, RelataFatta, annulla, attesta, prepara, programma, proroga, pubblica, rimuovi, sostituisci,
};
use albo::model::relata::Relata;
use albo::model::{Classe, OGGETTO_RIMOSSO, Pubblicazione, Stato};
use albo::queries::{self, Filtro};
use albo::{AlboError, Annulla, Attesta, Correggi, Pubblica, Rifiuto, Rimuovi};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use kernel::tempo::inizio_del_giorno;
use kernel::{Istante, Periodo};
use uuid::Uuid;

use crate::casa::{Casa, VALBRUNA, delibera, documento};

/// How many acts the public list shows at that instant.
async fn in_elenco(casa: &Casa, testo: &str) -> usize {
    let mut tx = casa.tx(VALBRUNA).await;
    let filtro = Filtro { testo: testo.to_owned(), tipo: None };
    let adesso = tx.now();
    queries::esposti(&mut tx, adesso, &filtro, None, 50).await.unwrap().len()
}

async fn atto(casa: &Casa, p: &Pubblicazione) -> albo::model::Atto {
    let mut tx = casa.tx(VALBRUNA).await;
    queries::atto(&mut tx, p.anno, p.numero).await.unwrap().unwrap()
}

async fn file(casa: &Casa, id: Uuid) -> Vec<albo::model::File> {
    let mut tx = casa.tx(VALBRUNA).await;
    queries::file(&mut tx, id).await.unwrap()
}

async fn relata(casa: &Casa, id: Uuid) -> Relata {
    let mut tx = casa.tx(VALBRUNA).await;
    let adesso = tx.now();
    Relata::da(&queries::operazioni(&mut tx, id).await.unwrap(), adesso).unwrap()
}

fn un_secondo_prima(i: Istante) -> Istante {
    i - 1.second()
}

/// C1.
#[tokio::test]
async fn fifteen_days_from_the_twentieth_of_february_end_on_the_sixth_of_march() {
    let casa = Casa::nuova().await;
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
    let (_, p) = casa.pubblica(&delibera("Tariffe della mensa")).await.unwrap();
    assert_eq!((p.anno, p.numero.corto().as_str()), (2027, "1"));
    assert_eq!((p.dal, p.al), (date(2027, 2, 20), date(2027, 3, 6)));
    assert_eq!(p.fine, inizio_del_giorno(date(2027, 3, 7)));

    casa.a(un_secondo_prima(p.fine) - 30.seconds()).await;
    assert_eq!(in_elenco(&casa, "MENSA tariffe").await, 1);
    assert!(atto(&casa, &p).await.espone(casa.tx(VALBRUNA).await.now()));
    casa.a(p.fine).await;
    assert_eq!(in_elenco(&casa, "mensa").await, 0);
    assert!(!atto(&casa, &p).await.espone(casa.tx(VALBRUNA).await.now()));
    casa.butta().await;
}

/// C5, by hand.
#[tokio::test]
async fn three_days_of_interruption_move_the_end_by_three_days() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let (id, p) = casa.pubblica(&delibera("Bilancio")).await.unwrap();
    casa.alle(date(2026, 11, 11).at(8, 0, 0, 0)).await;
    let (mut tx, permesso) = casa.con::<Correggi>().await;
    let interrotto = Periodo::nuovo(date(2026, 11, 8), Some(date(2026, 11, 10))).unwrap();
    let al = proroga(&mut tx, &permesso, p.anno, p.numero, interrotto, "guasto della rete").await.unwrap();
    assert_eq!(al, date(2026, 11, 19));
    let ancora = proroga(&mut tx, &permesso, p.anno, p.numero, interrotto, "guasto della rete").await;
    assert!(matches!(ancora, Err(AlboError::Rifiuto(Rifiuto::InterruzioneGiaContata))));
    tx.commit().await.unwrap();

    casa.a(un_secondo_prima(inizio_del_giorno(date(2026, 11, 20))) - 30.seconds()).await;
    assert_eq!(in_elenco(&casa, "").await, 1);
    casa.a(inizio_del_giorno(date(2026, 11, 20))).await;
    assert_eq!(in_elenco(&casa, "").await, 0);
    let r = relata(&casa, id).await;
    let estremi: Vec<(Istante, Istante)> = r.intervalli.iter().map(|i| (i.dal, i.al)).collect();
    let giorno = |g: i8| inizio_del_giorno(date(2026, 11, g));
    assert_eq!(estremi, [(p.affisso_il, giorno(8)), (giorno(11), giorno(20))]);
    casa.butta().await;
}

/// C7.
#[tokio::test]
async fn a_redacted_version_takes_the_place_of_the_file() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let (id, p) = casa.pubblica(&delibera("Contributo")).await.unwrap();
    casa.alle(date(2026, 11, 7).at(9, 0, 0, 0)).await;
    let (mut tx, permesso) = casa.con::<Correggi>().await;
    let vecchio = queries::file(&mut tx, id).await.unwrap().remove(0);
    let nuovo = documento("con omissis");
    let sostituzione = |nuovo, fine| crate::casa::sostituzione(vecchio.id, nuovo, "dati di troppo", fine);
    for (s, atteso) in [
        (sostituzione(nuovo.clone(), Fine::NuovoUltimoGiorno(date(2026, 11, 10))), Rifiuto::PiuCorta),
        (sostituzione(documento("Contributo"), Fine::Invariata), Rifiuto::StessoFile),
    ] {
        let esito = sostituisci(&mut tx, &permesso, p.anno, p.numero, &s).await;
        assert!(matches!(esito, Err(AlboError::Rifiuto(r)) if r == atteso));
    }
    // The ente decides that the period goes on until another day: nobody computes it.
    let fine = Fine::NuovoUltimoGiorno(date(2026, 11, 21));
    sostituisci(&mut tx, &permesso, p.anno, p.numero, &sostituzione(nuovo.clone(), fine)).await.unwrap();
    tx.commit().await.unwrap();

    let file = file(&casa, id).await;
    let esposti: Vec<_> = file.iter().filter(|f| f.tolto_il.is_none()).collect();
    assert_eq!((esposti.len(), esposti[0].impronta), (1, nuovo.impronta));
    casa.alle(date(2026, 12, 1).at(9, 0, 0, 0)).await;
    let r = relata(&casa, id).await;
    assert_eq!(r.al, date(2026, 11, 21));
    let impronte: Vec<_> = r.file.iter().map(|f| f.file.impronta).collect();
    assert_eq!(impronte, [vecchio.impronta, nuovo.impronta]);
    assert_eq!(r.file[0].intervalli[0].al, r.file[1].intervalli[0].dal);
    assert_eq!(r.intervalli.len(), 1);
    casa.butta().await;
}

#[tokio::test]
async fn an_annulment_stays_visible_until_the_end() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let (id, p) = casa.pubblica(&delibera("Doppione")).await.unwrap();
    let (mut tx, permesso) = casa.con::<Annulla>().await;
    let senza = annulla(&mut tx, &permesso, p.anno, p.numero, " ", "").await;
    assert!(matches!(senza, Err(AlboError::Rifiuto(Rifiuto::SenzaMotivo))));
    annulla(&mut tx, &permesso, p.anno, p.numero, "pubblicata due volte", "Decreto 3").await.unwrap();
    let ancora = annulla(&mut tx, &permesso, p.anno, p.numero, "pubblicata due volte", "").await;
    assert!(matches!(ancora, Err(AlboError::Rifiuto(Rifiuto::GiaChiusa))));
    tx.commit().await.unwrap();
    let a = atto(&casa, &p).await;
    assert_eq!(
        (a.stato, a.oggetto.as_str(), a.motivo.as_str()),
        (Stato::Annullata, "Doppione", "pubblicata due volte")
    );
    assert!(!a.espone(p.affisso_il) && in_elenco(&casa, "doppione").await == 1);
    assert!(file(&casa, id).await.iter().all(|f| f.tolto_il.is_some()));
    casa.a(p.fine).await;
    assert_eq!(in_elenco(&casa, "").await, 0);
    casa.butta().await;
}

#[tokio::test]
async fn a_removal_takes_text_names_and_reasons_everywhere() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let mut d = delibera("Contributo alla signora Nascosta");
    d.file[0].nome = "contributo Nascosta.pdf".to_owned();
    let mut tx = casa.tx(VALBRUNA).await;
    let chi = casa.chi(&mut tx).await;
    d.filo = documenti::nuovo_filo(&mut tx, &chi, &d.oggetto).await.unwrap().0;
    tx.commit().await.unwrap();
    let (id, p) = casa.pubblica(&d).await.unwrap();
    let (mut tx, permesso) = casa.con::<Annulla>().await;
    annulla(&mut tx, &permesso, p.anno, p.numero, "nomina la signora Nascosta", "").await.unwrap();
    tx.commit().await.unwrap();
    let (mut tx, permesso) = casa.con::<Rimuovi>().await;
    rimuovi(&mut tx, &permesso, p.anno, p.numero, Classe::DatiParticolari, "Garante, nota 12").await.unwrap();
    tx.commit().await.unwrap();

    let a = atto(&casa, &p).await;
    assert_eq!(
        (a.stato, a.oggetto.as_str(), a.classe),
        (Stato::Rimossa, OGGETTO_RIMOSSO, Some(Classe::DatiParticolari))
    );
    assert_eq!(a.pubblicazione.unwrap().al, p.al);
    assert_eq!((in_elenco(&casa, "nascosta").await, in_elenco(&casa, "").await), (0, 1));
    let mut m = casa.prova.manut.tx().await.unwrap();
    for sql in [
        "select count(*) from registri.chiaro where valore ilike '%nascosta%'",
        "select count(*) from albo.atto a where a::text ilike '%nascosta%'",
        "select count(*) from albo.file f where f::text ilike '%nascosta%'",
        "select count(*) from albo.operazione o where o::text ilike '%nascosta%'",
        "select count(*) from documenti.filo f where f::text ilike '%nascosta%'",
        "select count(*) from accesso.audit a where a::text ilike '%nascosta%'",
    ] {
        let quante: i64 = sqlx::query_scalar(sql).fetch_one(m.conn()).await.unwrap();
        assert_eq!(quante, 0, "{sql}");
    }
    drop(m);
    let mut tx = casa.tx(VALBRUNA).await;
    assert_eq!(queries::operazioni(&mut tx, id).await.unwrap().len(), 3);
    drop(tx);
    casa.butta().await;
}

#[tokio::test]
async fn a_scheduled_act_has_no_number_until_it_starts_and_a_late_start_moves_the_term() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let mut ids = Vec::new();
    for giorno in [date(2026, 11, 10), date(2026, 11, 12)] {
        ids.push(programmata(&casa, giorno).await);
    }
    let mut tx = casa.tx(VALBRUNA).await;
    let a = queries::bozza(&mut tx, ids[0]).await.unwrap().unwrap();
    assert!(a.stato == Stato::Programmata && a.pubblicazione.is_none());
    drop(tx);
    esegui(&casa).await;
    assert_eq!(in_elenco(&casa, "").await, 0);

    // In time for the first; then the program stays off until the 15th.
    casa.a(inizio_del_giorno(date(2026, 11, 10))).await;
    esegui(&casa).await;
    assert_eq!(in_elenco(&casa, "").await, 1);
    casa.alle(date(2026, 11, 15).at(7, 30, 0, 0)).await;
    esegui(&casa).await;
    let (puntuale, tardi) = (relata(&casa, ids[0]).await, relata(&casa, ids[1]).await);
    assert_eq!((puntuale.dal, puntuale.al, puntuale.previsto), (date(2026, 11, 10), date(2026, 11, 24), None));
    assert_eq!(
        (tardi.dal, tardi.al, tardi.previsto),
        (date(2026, 11, 15), date(2026, 11, 29), Some(date(2026, 11, 12)))
    );
    let ada = casa.entra("ada.u_valbruna").await;
    for (numero, lo_dice) in [(1, false), (2, true)] {
        let r = casa.leggi(&format!("/e/u_valbruna/albo/2026/{numero}/relata"), &ada).await;
        let detto = pdf::leggi(&r.byte).testo;
        assert!(detto.contains("dal 15/11/2026 al 29/11/2026") == lo_dice, "{detto}");
        assert!(detto.contains("L’inizio era programmato per il 12 novembre 2026") == lo_dice, "{detto}");
    }
    casa.butta().await;
}

async fn programmata(casa: &Casa, giorno: Date) -> Uuid {
    let (mut tx, p) = casa.con::<Pubblica>().await;
    let id = prepara(&mut tx, &p, &delibera("Programmata")).await.unwrap();
    let oggi = tx.oggi();
    let subito = programma(&mut tx, &p, id, oggi, Conferma::NonData).await;
    assert!(matches!(subito, Err(AlboError::Rifiuto(Rifiuto::InizioPassato))));
    programma(&mut tx, &p, id, giorno, Conferma::NonData).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn esegui(casa: &Casa) {
    let svolti = casa.lavora().await;
    assert_eq!((svolti.da_riprovare, svolti.rinunciati), (0, 0));
}

#[tokio::test]
async fn a_warning_asks_for_a_confirmation_that_is_written_down() {
    let casa = Casa::nuova().await;
    let d = delibera("Contributo a persona disabile, ISEE 3.200, IBAN IT60X0542811101000000123456");
    let esito = casa.pubblica(&d).await;
    assert!(matches!(esito, Err(AlboError::Rifiuto(Rifiuto::DaConfermare))));
    let (mut tx, p) = casa.con::<Pubblica>().await;
    let id = prepara(&mut tx, &p, &d).await.unwrap();
    let a = queries::bozza(&mut tx, id).await.unwrap().unwrap();
    assert_eq!(a.avvisi, ["salute", "reddito", "iban"]);
    pubblica(&mut tx, &p, id, Conferma::Data).await.unwrap();
    assert!(queries::bozza(&mut tx, id).await.unwrap().unwrap().confermato);
    tx.commit().await.unwrap();
    casa.butta().await;
}

#[tokio::test]
async fn a_relata_closes_what_is_over_and_once() {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let (_, p) = casa.pubblica(&delibera("Bilancio")).await.unwrap();
    let relata =
        |ultima| RelataFatta { documento: db::caso::uuid(), impronta: kernel::Impronta::di(b"relata"), ultima };
    let (mut tx, permesso) = casa.con::<Attesta>().await;
    let presto = attesta(&mut tx, &permesso, p.anno, p.numero, relata(p.posizione)).await;
    assert!(matches!(presto, Err(AlboError::Rifiuto(Rifiuto::NonFinita))));
    drop(tx);
    casa.a(p.fine).await;
    let (mut tx, permesso) = casa.con::<Attesta>().await;
    let vecchia = attesta(&mut tx, &permesso, p.anno, p.numero, relata(0)).await;
    assert!(matches!(vecchia, Err(AlboError::Rifiuto(Rifiuto::CambiataIntanto))));
    attesta(&mut tx, &permesso, p.anno, p.numero, relata(p.posizione)).await.unwrap();
    let ancora = attesta(&mut tx, &permesso, p.anno, p.numero, relata(p.posizione)).await;
    assert!(matches!(ancora, Err(AlboError::Rifiuto(Rifiuto::GiaAttestata))));
    tx.commit().await.unwrap();
    casa.butta().await;
}

#[tokio::test]
async fn publishing_twice_is_refused_and_takes_no_number() {
    let casa = Casa::nuova().await;
    let (id, _) = casa.pubblica(&delibera("Una volta sola")).await.unwrap();
    let (mut tx, p) = casa.con::<Pubblica>().await;
    let ancora = pubblica(&mut tx, &p, id, Conferma::NonData).await;
    assert!(matches!(ancora, Err(AlboError::Rifiuto(Rifiuto::GiaPubblicato))));
    drop(tx);
    let mut senza = delibera("Senza documenti");
    senza.file.clear();
    assert!(matches!(casa.pubblica(&senza).await, Err(AlboError::Rifiuto(Rifiuto::SenzaDocumento))));
    let (_, secondo) = casa.pubblica(&delibera("Il secondo")).await.unwrap();
    assert_eq!(secondo.numero.valore(), 2);
    casa.butta().await;
}
