//! The demo: a real alliance, invented people, an invented history played through the real rules.

use crate::casa::Casa;
use crate::comandi::servi;
use crate::storia;

pub async fn demo(solo_carica: bool, comuni: Option<usize>) -> anyhow::Result<Vec<String>> {
    servi::registra();
    let casa = Casa::apri(Some("demo")).await?;
    let db = casa.db().await?;
    let misura = storia::Misura::di(comuni);
    let caricata = storia::carica(&casa.manut, &db, &casa.archivio, misura).await;
    db.chiudi().await;
    if solo_carica || caricata.is_err() {
        casa.chiudi().await?;
        caricata?;
        return Ok(vec!["Dimostrazione caricata: alleanza demo la serve.".into()]);
    }
    servi::rispondi(casa, |config| storia::chi_entra(misura, config)).await
}
