//! Where the blobs of an installation are: a local folder, or a bucket of an S3-compatible server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use crate::StorageError;

/// A server that answers nothing is believed dead after this; a part of an upload must pass in this time.
const SILENZIO: Duration = Duration::from_secs(10);
const CONNESSIONE: Duration = Duration::from_secs(3);
/// After the first attempt: 5xx, timeouts, cut connections and bodies that stop half way are tried again.
const RITENTATIVI: usize = 3;

/// A place for blobs.
#[derive(Debug, Clone)]
pub enum Luogo {
    Cartella(PathBuf),
    Bucket(Bucket),
}

/// A bucket, and how to be let in.
#[derive(Clone)]
pub struct Bucket {
    pub nome: String,
    /// A folder inside the bucket; empty for the whole of it.
    pub prefisso: String,
    pub server: Server,
}

/// An S3-compatible server. Shown without what opens it.
#[derive(Clone)]
pub struct Server {
    /// `https://s3.example.it`, with a port if need be.
    pub url: String,
    pub regione: String,
    pub chiave: String,
    pub segreto: String,
}

impl Luogo {
    /// `s3://bucket[/prefisso]` on `server`, or the path of a folder.
    pub fn leggi(scritto: &str, server: impl FnOnce() -> Result<Server, StorageError>) -> Result<Luogo, StorageError> {
        let Some(resto) = scritto.strip_prefix("s3://") else { return Ok(Luogo::Cartella(scritto.into())) };
        let (nome, prefisso) = resto.split_once('/').unwrap_or((resto, ""));
        let ammesso = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
        if !(3..=63).contains(&nome.len()) || !nome.bytes().all(ammesso) {
            return Err(StorageError::Luogo(format!("«{nome}» non è il nome di un bucket")));
        }
        let prefisso = prefisso.trim_matches('/').to_owned();
        Ok(Luogo::Bucket(Bucket { nome: nome.to_owned(), prefisso, server: server()? }))
    }
}

impl fmt::Display for Luogo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Luogo::Cartella(c) => c.display().fmt(f),
            Luogo::Bucket(b) if b.prefisso.is_empty() => write!(f, "s3://{}", b.nome),
            Luogo::Bucket(b) => write!(f, "s3://{}/{}", b.nome, b.prefisso),
        }
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket(s3://{}/{} su {})", self.nome, self.prefisso, self.server.url)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.url)
    }
}

/// A local folder, made if missing and closed to other users.
pub(crate) fn cartella(cartella: &Path) -> Result<Arc<dyn ObjectStore>, StorageError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(cartella)?;
    // Files and directories are flushed before a write is acknowledged: the default leaves both to chance.
    Ok(Arc::new(LocalFileSystem::new_with_prefix(cartella)?.with_fsync(true)))
}

/// `in_chiaro` lets plain http through, and to this same machine only.
pub(crate) fn bucket(b: &Bucket, in_chiaro: bool) -> Result<Arc<dyn ObjectStore>, StorageError> {
    // Only the first call counts, and all of them install the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let s = &b.server;
    let in_chiaro = in_chiaro && qui(&s.url);
    if !in_chiaro && !s.url.starts_with("https://") {
        return Err(StorageError::Luogo(format!("{} non è un indirizzo https", s.url)));
    }
    let rete = ClientOptions::new()
        .with_allow_http(in_chiaro)
        .with_connect_timeout(CONNESSIONE)
        .with_read_timeout(SILENZIO)
        // Whoever reads slowly is served slowly: a whole download has no limit of its own.
        .with_timeout_disabled();
    let ritenta = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(2),
            base: 2.5,
        },
        max_retries: RITENTATIVI,
        ..RetryConfig::default()
    };
    let store = AmazonS3Builder::new()
        .with_endpoint(&s.url)
        .with_region(&s.regione)
        .with_bucket_name(&b.nome)
        .with_access_key_id(&s.chiave)
        .with_secret_access_key(&s.segreto)
        .with_client_options(rete)
        .with_retry(ritenta)
        // One at a time, as every compatible server can.
        .with_disable_bulk_delete(true)
        .build()?;
    Ok(match b.prefisso.as_str() {
        "" => Arc::new(store),
        p => Arc::new(PrefixStore::new(store, p)),
    })
}

/// True for an http address of this machine.
fn qui(url: &str) -> bool {
    let Some(resto) = url.strip_prefix("http://") else { return false };
    let host = resto.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        Server { url: url.into(), regione: "r".into(), chiave: "ATTO-DI-FEDE".into(), segreto: "pane-e-vino".into() }
    }

    #[test]
    fn plain_http_never_leaves_the_machine() {
        let apri = |url: &str, in_chiaro| {
            bucket(&Bucket { nome: "prova".into(), prefisso: String::new(), server: server(url) }, in_chiaro).is_ok()
        };
        for vicino in ["http://127.0.0.1:9000", "http://localhost", "http://[::1]:9000/"] {
            assert!(apri(vicino, true) && !apri(vicino, false), "{vicino}");
        }
        for lontano in [
            "http://10.0.0.1:9000",
            "http://s3.example.it",
            "http://127.0.0.1.example.it",
            "http://localhost.example.it",
            "http://user@example.it:80/127.0.0.1",
            "http://127.0.0.1@example.it",
            "ftp://127.0.0.1",
            "",
        ] {
            assert!(!apri(lontano, true) && !apri(lontano, false), "{lontano}");
        }
        assert!(apri("https://s3.example.it", false));
    }

    #[test]
    fn a_place_is_read_and_shown_without_its_keys() {
        let leggi = |s: &str| Luogo::leggi(s, || Ok(server("https://s3.example.it")));
        for (scritto, mostrato) in [
            ("s3://abruzzo", "s3://abruzzo"),
            ("s3://abruzzo/", "s3://abruzzo"),
            ("s3://abruzzo/alleanza/uno/", "s3://abruzzo/alleanza/uno"),
            ("/srv/archivio", "/srv/archivio"),
        ] {
            assert_eq!(leggi(scritto).unwrap().to_string(), mostrato);
        }
        for storto in ["s3://", "s3://ab", "s3://Abruzzo", "s3://a_b_c", "s3://a b c"] {
            assert!(matches!(leggi(storto), Err(StorageError::Luogo(_))), "{storto}");
        }
        let detto = format!("{:?}", leggi("s3://abruzzo/x").unwrap());
        assert!(!detto.contains("FEDE") && !detto.contains("vino"), "{detto}");
    }
}
