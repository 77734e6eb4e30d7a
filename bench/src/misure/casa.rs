//! (d) memory, (e) start.

use std::time::{Duration, Instant};

use super::banco::Banco;
use super::foglio::{Foglio, mediana, n};
use super::memoria::{pss, pss_del_database};
use super::servito::{Come, Servito};
use crate::carico::{Filo, Richiesta};

/// Program and database as they stand, in MiB.
#[derive(Debug, Clone, Copy)]
pub struct Memoria {
    pub programma: f64,
    pub database: f64,
}

pub fn guarda(b: &Banco, s: &Servito) -> anyhow::Result<Memoria> {
    Ok(Memoria { programma: pss(s.pid()?)?, database: pss_del_database(&b.radice)? })
}

/// The most that was seen while something else was measured.
pub async fn mentre<T>(
    b: &Banco,
    s: &Servito,
    lavoro: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(T, Memoria)> {
    let mut massima = guarda(b, s)?;
    let mut lavoro = std::pin::pin!(lavoro);
    loop {
        tokio::select! {
            fatto = &mut lavoro => return Ok((fatto?, massima)),
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                let m = guarda(b, s)?;
                massima.programma = massima.programma.max(m.programma);
                massima.database = massima.database.max(m.database);
            }
        }
    }
}

pub fn memoria(riposo: Memoria, carico: Memoria, dopo: Memoria, f: &mut Foglio) {
    f.traguardo("program at rest", "< 150 MiB", format!("{} MiB", n(riposo.programma)), riposo.programma < 150.0);
    f.traguardo("program under load", "< 400 MiB", format!("{} MiB", n(carico.programma)), carico.programma < 400.0);
    let tutto = riposo.programma + riposo.database;
    f.traguardo(
        "program and PostgreSQL at rest",
        "≤ 512 MiB",
        format!("{} MiB ({} + {})", n(tutto), n(riposo.programma), n(riposo.database)),
        tutto <= 512.0,
    );
    let riga = |quando: &str, m: Memoria| vec![quando.to_owned(), n(m.programma), n(m.database)];
    f.capitolo(
        "Memory",
        super::foglio::tabella(
            &["Pss, MiB", "program", "PostgreSQL"],
            [
                riga("at rest, after the first page", riposo),
                riga("most under load", carico),
                riga("after the load", dopo),
            ],
        ),
    );
}

/// From the start of the process to the first page read, with the database up.
pub async fn avvio(b: &Banco, f: &mut Foglio) -> anyhow::Result<()> {
    let (mut prima, mut pronto) = (Vec::new(), Vec::new());
    for _ in 0..b.giri(7, 3) {
        let da = Instant::now();
        let s = Servito::avvia(&b.radice, &Come::default()).await?;
        let r = Filo::apri(s.dove).await?.chiedi(&Richiesta::get(&s.host(), "/accedi")).await?;
        prima.push(da.elapsed().as_secs_f64() * 1000.0);
        pronto.push(s.pronto_in.as_secs_f64() * 1000.0);
        anyhow::ensure!(r.stato == 200, "la prima pagina risponde {}", r.stato);
        s.ferma().await?;
    }
    let ms = mediana(&prima);
    f.traguardo("start to first page, database up", "≤ 300 ms", format!("{} ms", n(ms)), ms <= 300.0);
    f.capitolo(
        "Start",
        format!(
            "Start of the process to the line that says it is ready: {} ms; to the first page read: {} ms (medians of {}).\n",
            n(mediana(&pronto)),
            n(ms),
            prima.len()
        ),
    );
    Ok(())
}
