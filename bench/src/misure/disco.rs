//! How often this disk says that 8 kB are safe, as pg_test_fsync asks it: the roof of every durable commit.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// fdatasync calls in a second, over the same 8 kB.
pub async fn fdatasync(cartella: &Path, durata: Duration) -> anyhow::Result<f64> {
    let f = cartella.join("fdatasync");
    tokio::task::spawn_blocking(move || {
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&f)?;
        file.write_all(&vec![0; 16 << 20])?;
        file.sync_all()?;
        let (inizio, mut volte) = (Instant::now(), 0_u32);
        while inizio.elapsed() < durata {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&[1; 8192])?;
            file.sync_data()?;
            volte += 1;
        }
        let al_secondo = f64::from(volte) / inizio.elapsed().as_secs_f64();
        std::fs::remove_file(&f)?;
        Ok(al_secondo)
    })
    .await?
}
