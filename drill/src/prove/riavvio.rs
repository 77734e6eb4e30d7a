//! The database is restarted under traffic: whoever is at work notices a pause, and nothing else.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};

use super::{Prova, RIPRESA, Somma};
use crate::carico::{Carico, Misura};
use crate::misure::Tempi;
use crate::referto::Referto;

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    let giri = p.giri(20, 3);
    let mut r =
        Referto::nuovo(format!("{giri} arresti ordinati di PostgreSQL sotto carico; il programma lo rimette in piedi"));
    let (mut somma, mut fermi) = (Somma::default(), Vec::new());
    let mut casa = p.casa("riavvio")?;
    casa.accendi().await?;
    let registro = casa.registro();
    let carico = Carico::avvia(&casa.cliente().await?, &registro, Misura::default(), &mut p.caso);
    for _ in 0..giri {
        carico.prossima(RIPRESA).await?;
        tokio::time::sleep(Duration::from_millis(500 + p.caso.fino_a(500))).await;
        let vecchio = casa.postmaster()?;
        kill(vecchio, Signal::SIGINT)?;
        while casa.postmaster().is_ok_and(|p| p == vecchio) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        fermi.push(carico.prossima(RIPRESA).await?);
    }
    somma.conti(&carico.finisci().await?);
    r.esige(casa.vive(), "il programma si è fermato");
    somma.giudica(&mut casa, &registro)?;
    somma.racconta(&mut r);
    r.cifra(format!("dall’arresto alla prima conferma: {}", Tempi::di(fermi).detti()));
    casa.spegni().await?;
    Ok(r)
}
