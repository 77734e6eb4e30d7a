//! A long, even effort: what grows without end shows as a slope.

use std::fs;
use std::time::{Duration, Instant};

use super::{Prova, Somma};
use crate::carico::{Carico, Misura};
use crate::casa::{Casa, ENTI};
use crate::misure::{Tempi, pendenza_oraria};
use crate::referto::Referto;

/// Kept by the program for what it may need again: allocator, caches, statements. Beyond it, it is a leak.
const MEMORIA_ORARIA: i64 = 24 << 20;

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    let durata = Duration::from_secs(if p.lunga { 30 * 60 } else { 40 });
    let mut r = Referto::nuovo(format!("{} secondi di lavoro misto", durata.as_secs()));
    let mut somma = Somma::default();
    let mut casa = p.casa("resistenza")?;
    casa.accendi().await?;
    let (registro, cliente) = (casa.registro(), casa.cliente().await?);
    let misura = Misura { clienti: 8, pausa: Duration::from_millis(150), ..Misura::default() };
    let carico = Carico::avvia(&cliente, &registro, misura, &mut p.caso);
    let inizio = Instant::now();
    let mut viste: Vec<Vista> = Vec::new();
    let mut tempi = Vec::new();
    while inizio.elapsed() < durata {
        let giro = Instant::now();
        for pagina in ["/".to_owned(), format!("/e/{}/protocollo", ENTI[0])] {
            let da = Instant::now();
            anyhow::ensure!(cliente.leggi(&pagina).await?.stato.is_success(), "{pagina}");
            tempi.push((inizio.elapsed(), da.elapsed()));
        }
        if viste.last().is_none_or(|v| inizio.elapsed().as_secs() > u64::try_from(v.secondo).unwrap_or(0)) {
            viste.push(vedi(&casa, inizio.elapsed()).await?);
        }
        tokio::time::sleep(Duration::from_millis(100).saturating_sub(giro.elapsed())).await;
    }
    somma.conti(&carico.finisci().await?);
    let terzo = durata / 3;
    // The first third is the warming up.
    let regime: Vec<&Vista> =
        viste.iter().filter(|v| v.secondo >= i64::try_from(terzo.as_secs()).unwrap_or(0)).collect();
    let serie = |q: fn(&Vista) -> i64| regime.iter().map(|v| (v.secondo, q(v))).collect::<Vec<_>>();
    let fine = regime.last().copied().cloned().unwrap_or_default();
    let (mem, file, conn) = (serie(|v| v.memoria), serie(|v| v.file), serie(|v| v.connessioni));
    r.cifra(format!(
        "memoria del programma {} MiB, pendenza {} KiB/h",
        fine.memoria >> 20,
        pendenza_oraria(&mem) >> 10
    ));
    r.cifra(format!("file aperti {}, pendenza {}/h", fine.file, pendenza_oraria(&file)));
    r.cifra(format!("connessioni al database {}, pendenza {}/h", fine.connessioni, pendenza_oraria(&conn)));
    let prima = Tempi::di(tempi.iter().filter(|(q, _)| *q < terzo).map(|(_, t)| *t));
    let dopo = Tempi::di(tempi.iter().filter(|(q, _)| *q >= 2 * terzo).map(|(_, t)| *t));
    r.cifra(format!("pagine, primo terzo: {}", prima.detti()));
    r.cifra(format!("pagine, ultimo terzo: {}", dopo.detti()));
    let massimo = |q: fn(&Vista) -> i64| regime.iter().map(|v| q(v)).max().unwrap_or(0);
    r.esige(massimo(|v| v.connessioni) <= 40, "più connessioni del previsto");
    r.esige(massimo(|v| v.file) <= 400, "più file aperti del previsto");
    if p.lunga {
        r.esige(pendenza_oraria(&mem) < MEMORIA_ORARIA, "la memoria cresce");
        r.esige(pendenza_oraria(&file) <= 4, "i file aperti crescono");
        r.esige(pendenza_oraria(&conn) <= 4, "le connessioni crescono");
    }
    somma.giudica(&mut casa, &registro)?;
    somma.racconta(&mut r);
    casa.spegni().await?;
    Ok(r)
}

/// What a program holds, at an instant.
#[derive(Debug, Clone, Copy, Default)]
struct Vista {
    secondo: i64,
    memoria: i64,
    file: i64,
    connessioni: i64,
}

async fn vedi(casa: &Casa, quando: Duration) -> anyhow::Result<Vista> {
    let pid = casa.pid().unwrap_or(0);
    let stato = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = stato
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .and_then(|v| v.split_whitespace().next()?.parse::<i64>().ok());
    let file = fs::read_dir(format!("/proc/{pid}/fd"))?.count();
    let connessioni: i64 =
        sqlx::query_scalar("select count(*) from pg_stat_activity where application_name = 'alleanza'")
            .fetch_one(&mut casa.sql().await?)
            .await?;
    Ok(Vista {
        secondo: i64::try_from(quando.as_secs())?,
        memoria: kib.unwrap_or(0) << 10,
        file: i64::try_from(file)?,
        connessioni,
    })
}
