//! Composing a page, or reading one, is pure computation: it takes every processor but one, and the rest waits its turn.

use crate::PdfError;
use std::{sync::LazyLock, thread::available_parallelism};
use tokio::{sync::Semaphore, task::spawn_blocking};

static POSTI: LazyLock<Semaphore> = LazyLock::new(|| {
    let processori = available_parallelism().map_or(1, |n| n.get());
    Semaphore::new(processori.saturating_sub(1).max(1))
});

pub async fn al_lavoro<T, F>(lavoro: F) -> Result<T, PdfError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, PdfError> + Send + 'static,
{
    // The place moves with the work: a request that is dropped while it waits must not free it before the thread ends.
    let posto = POSTI.acquire().await.map_err(|_| PdfError::Interrotta)?;
    let eseguito = spawn_blocking(move || {
        let _posto = posto;
        lavoro()
    });
    eseguito.await.map_err(|_| PdfError::Interrotta)?
}
