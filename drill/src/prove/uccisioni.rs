//! kill -9 under load: of the program, of PostgreSQL, of one process of it, of both.

use std::time::Duration;

use super::{Prova, RIPRESA, Somma};
use crate::carico::{Carico, Misura};
use crate::misure::Tempi;
use crate::referto::Referto;

/// After so many rounds the registers begin anew: the judge reads all of them each time.
const NUOVA_CASA: u32 = 20;

/// How every form begins, and all that the short one does: the program and PostgreSQL five times each, one process of it, both.
/// Then it is chance.
const BREVE: [usize; 12] = [0, 1, 0, 1, 2, 0, 1, 3, 0, 1, 0, 1];

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    let giri = p.giri(200, BREVE.len() as u32);
    let mut r = Referto::nuovo(format!(
        "{giri} kill -9 sotto carico: del programma, di PostgreSQL intero, di un suo processo, di tutti e due"
    ));
    let (mut somma, mut pagine, mut fermi) = (Somma::default(), Vec::new(), Vec::new());
    let mut fatti = [0u32; 4];
    let mut giro = 0;
    while giro < giri {
        let mut casa = p.casa(&format!("uccisioni-{giro}"))?;
        casa.accendi().await?;
        let (registro, cliente) = (casa.registro(), casa.cliente().await?);
        for _ in 0..NUOVA_CASA.min(giri - giro) {
            let carico = Carico::avvia(&cliente, &registro, Misura::default(), &mut p.caso);
            carico.prossima(RIPRESA).await?;
            tokio::time::sleep(Duration::from_millis(300 + p.caso.fino_a(900))).await;
            let quale = match BREVE.get(usize::try_from(giro)?) {
                Some(quale) => *quale,
                None => usize::try_from(p.caso.fino_a(4))?,
            };
            fatti[quale] += 1;
            match quale {
                0 => casa.uccidi_programma()?,
                1 => casa.uccidi_postgres()?,
                2 => casa.uccidi_un_processo(p.caso.prossimo())?,
                _ => {
                    casa.uccidi_programma()?;
                    casa.uccidi_postgres()?;
                }
            }
            if quale == 0 || quale == 3 {
                pagine.push(casa.accendi().await?);
            }
            fermi.push(carico.prossima(RIPRESA).await?);
            tokio::time::sleep(Duration::from_millis(200)).await;
            somma.conti(&carico.finisci().await?);
            giro += 1;
            // What is lost stays lost: a verdict is on all the rounds before it.
            if p.lunga || giro.is_multiple_of(3) || giro == giri {
                somma.giudica(&mut casa, &registro)?;
            }
        }
        casa.spegni().await?;
    }
    let [programma, postgres, processo, tutti] = fatti;
    r.cifra(format!("programma {programma}, PostgreSQL {postgres}, un suo processo {processo}, tutti e due {tutti}"));
    somma.racconta(&mut r);
    r.cifra(format!("dall’uccisione alla prima conferma: {}", Tempi::di(fermi).detti()));
    r.cifra(format!("dal riavvio del programma alla prima pagina: {}", Tempi::di(pagine).detti()));
    Ok(r)
}
