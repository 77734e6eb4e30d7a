//! The daily register.

use jobs::{Catalogo, Contesto};
use kernel::Data;
use protocollo::{Annulla, Giornaliero};
use sqlx::Executor;

use crate::casa::{A, Casa, autorizzata, entrata, permesso, testo_del_pdf};

pub fn catalogo() -> Catalogo {
    let s = protocollo::service();
    Catalogo::nuovo((s.lavori)(), (s.periodici)())
}

pub async fn lavora(casa: &Casa) {
    let cx = Contesto::nuovo(casa.prova.db.clone(), casa.archivio.clone());
    let svolti = jobs::esegui_tutto(&cx, &catalogo()).await.unwrap();
    assert_eq!((svolti.da_riprovare, svolti.rinunciati), (0, 0));
}

async fn giorni(casa: &Casa) -> Vec<Giornaliero> {
    let mut tx = casa.tx(A).await;
    let mut g = protocollo::giornalieri(&mut tx, None).await.unwrap().righe;
    g.reverse();
    g
}

/// What the PDF of a day says.
async fn in_parole(casa: &Casa, g: &Giornaliero) -> String {
    let mut tx = casa.tx(A).await;
    let d = documenti::documento(&mut tx, g.pdf).await.unwrap().unwrap();
    testo_del_pdf(&documenti::leggi(&casa.archivio, A, &d).await.unwrap())
}

/// A8: every day, empty days too; the next working day skips week ends, Christmas and the patron saint.
#[tokio::test]
async fn every_day_that_is_over_has_its_register_and_missed_nights_heal() {
    let casa = Casa::nata_il("2026-12-24T08:00:00Z").await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    c.execute("update enti.scheda set patrono = '12-28'").await.unwrap();
    jobs::prepara(&casa.prova.db, &catalogo()).await.unwrap();
    casa.adesso_e("2026-12-24T09:00:00Z").await;
    let r = casa.registra(&entrata("Auguri")).await;
    casa.registra(&entrata("Neve")).await;
    casa.adesso_e("2026-12-26T09:00:00Z").await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    protocollo::annulla(&mut tx, &p, r.anno, r.numero, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();
    // Nobody was there for four nights.
    casa.adesso_e("2026-12-28T09:00:00Z").await;
    lavora(&casa).await;

    let g = giorni(&casa).await;
    let visti: Vec<(String, i32, i32, String)> =
        g.iter().map(|g| (g.giorno.to_string(), g.registrazioni, g.modifiche, g.entro.to_string())).collect();
    let atteso = |g: &str, r, m, e: &str| (g.to_owned(), r, m, e.to_owned());
    assert_eq!(
        visti,
        [
            // 25 and 26 are holidays, 27 is a Sunday, 28 is the patron saint.
            atteso("2026-12-24", 2, 0, "2026-12-29"),
            atteso("2026-12-25", 0, 0, "2026-12-29"),
            atteso("2026-12-26", 0, 1, "2026-12-29"),
            atteso("2026-12-27", 0, 0, "2026-12-29"),
        ]
    );
    assert_eq!((g[0].primo_numero, g[0].ultimo_numero, g[1].primo_numero), (Some(1), Some(2), None));
    assert_eq!(g[0].testa, g[1].testa, "an empty day has the head of the day before");
    assert_ne!(g[1].testa, g[2].testa);
    let vuoto = in_parole(&casa, &g[1]).await;
    for atteso in ["Nessuna registrazione in questo giorno", "25 dicembre 2026", &g[1].testa.a_gruppi()] {
        assert!(vuoto.contains(atteso), "{atteso} is not in {vuoto}");
    }
    lavora(&casa).await;
    assert_eq!(giorni(&casa).await.len(), 4, "made once");
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn it_is_a_pdf_and_data_with_the_head_and_every_link() {
    let casa = Casa::nuova().await;
    jobs::prepara(&casa.prova.db, &catalogo()).await.unwrap();
    let r = casa.registra(&entrata("Una lettera; con #strong[typst] dentro")).await;
    let giorno: Data = kernel::tempo::giorno_a_roma(r.istante);
    casa.adesso_e(&format!("{}T12:00:00Z", giorno.tomorrow().unwrap())).await;
    lavora(&casa).await;
    let g = giorni(&casa).await.pop().unwrap();
    let mut tx = casa.tx(A).await;
    let d = documenti::documenti(&mut tx, &[g.pdf, g.dati]).await.unwrap();
    assert_eq!(d[0].tipo, "application/pdf");
    assert!(d.iter().all(|d| d.riservato && d.persona.is_none()));
    let detto = in_parole(&casa, &g).await;
    for atteso in ["0000001", "Una lettera; con #strong[typst] dentro", "Nessuna modifica", &g.testa.a_gruppi()] {
        assert!(detto.contains(atteso), "{atteso} is not in {detto}");
    }
    let dati: serde_json::Value =
        serde_json::from_slice(&documenti::leggi(&casa.archivio, A, &d[1]).await.unwrap()).unwrap();
    assert_eq!(dati["testa"]["impronta"], g.testa.to_string());
    assert_eq!(dati["voci"][0]["impronta"], g.testa.to_string());
    assert_eq!(dati["voci"][0]["oggetto"], "Una lettera; con #strong[typst] dentro");
    assert_eq!(dati["primo_numero"], "0000001");
}

#[tokio::test]
async fn a_chain_rewritten_after_the_night_does_not_match_its_head() {
    let casa = Casa::nuova().await;
    jobs::prepara(&casa.prova.db, &catalogo()).await.unwrap();
    let r = casa.registra(&entrata("Originale")).await;
    let giorno = kernel::tempo::giorno_a_roma(r.istante);
    casa.adesso_e(&format!("{}T12:00:00Z", giorno.tomorrow().unwrap())).await;
    lavora(&casa).await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    c.execute("set session_replication_role = replica").await.unwrap();
    c.execute("update registri.voce set impronta = sha256(impronta)").await.unwrap();
    c.execute("update registri.contatore set testa = sha256(testa)").await.unwrap();
    assert!(casa.anomalie().await.iter().any(|a| a.contains("testa conservata")));
}
