//! The demo: a real alliance, invented people, an invented history played through the real rules.

use crate::casa::Casa;
use crate::comandi::servi;
use crate::storia;

pub async fn demo(solo_carica: bool, comuni: Option<usize>) -> anyhow::Result<Vec<String>> {
    servi::registra();
    let casa = Casa::apri(Some("demo")).await?;
    let db = casa.db().await?;
    let misura = storia::Misura::di(comuni);
    // Each event is one transaction with its mark: stopped anywhere, the next start goes on from there.
    let caricata = tokio::select! {
        esito = storia::carica(&casa.manut, &db, &casa.archivio, misura, avanza) => esito.map(|()| true),
        () = servi::fine() => Ok(false),
    };
    db.chiudi().await;
    if !solo_carica && matches!(caricata, Ok(true)) {
        return servi::rispondi(casa, |config| storia::chi_entra(misura, config)).await;
    }
    casa.chiudi().await?;
    Ok(vec![match caricata? {
        true => "Dimostrazione caricata: alleanza demo la serve.".into(),
        false => "Caricamento interrotto: alleanza demo lo riprende da qui.".into(),
    }])
}

/// The load lasts a minute: a line every tenth of the story says that it goes on.
#[expect(clippy::print_stdout, reason = "who started the demo is watching")]
fn avanza(fatti: usize, tutti: usize) {
    let decimo = |n: usize| n * 10 / tutti.max(1);
    if fatti == 0 {
        println!("Carico la dimostrazione: {tutti} fatti da raccontare");
    } else if decimo(fatti) > decimo(fatti - 1) {
        println!("  {}%", decimo(fatti) * 10);
    }
}
