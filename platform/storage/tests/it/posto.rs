//! A place for blobs that a test can also see from behind.

use std::path::{Path, PathBuf};

use simulators::s3::{self, Guasto, S3};
use storage::{Archivio, Bucket, Luogo, Server};

pub const ENTE: &str = "c_e307";

pub struct Posto {
    pub archivio: Archivio,
    pub s3: Option<S3>,
    cartella: PathBuf,
}

impl Drop for Posto {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.cartella);
    }
}

fn nuova() -> PathBuf {
    std::env::temp_dir().join(format!("archivio-{}", db::caso::token()))
}

impl Posto {
    pub fn cartella() -> Posto {
        let cartella = nuova();
        Posto { archivio: Archivio::locale(&cartella).unwrap(), s3: None, cartella }
    }

    pub async fn bucket() -> Posto {
        let cartella = nuova();
        let s3 = S3::avvia(&cartella).await.unwrap();
        let archivio = Archivio::apri_in(&luogo(&s3.url(), "uno/due"), true).unwrap();
        Posto { archivio, s3: Some(s3), cartella }
    }

    /// What goes wrong with the next request.
    pub fn guasta(&self, g: Guasto) {
        self.s3.as_ref().unwrap().guasta([g]);
    }

    /// The folder that holds the blobs.
    pub fn radice(&self) -> PathBuf {
        self.s3.as_ref().map_or_else(|| self.cartella.clone(), |s| s.cartella().join("uno/due"))
    }

    /// Every file there is, wherever it was put.
    pub fn file(&self) -> Vec<PathBuf> {
        fn visita(dir: &Path, trovati: &mut Vec<PathBuf>) {
            for e in std::fs::read_dir(dir).unwrap() {
                let p = e.unwrap().path();
                if p.is_dir() { visita(&p, trovati) } else { trovati.push(p) }
            }
        }
        let mut trovati = Vec::new();
        visita(&self.cartella, &mut trovati);
        // The simulator keeps what it knows of an object beside its bucket.
        trovati.retain(|p| self.s3.is_none() || p.extension().is_none_or(|e| e != "json"));
        trovati
    }
}

pub fn luogo(url: &str, prefisso: &str) -> Luogo {
    let server = Server {
        url: url.to_owned(),
        regione: s3::REGIONE.to_owned(),
        chiave: s3::CHIAVE.to_owned(),
        segreto: s3::SEGRETO.to_owned(),
    };
    Luogo::Bucket(Bucket { nome: s3::BUCKET.to_owned(), prefisso: prefisso.to_owned(), server })
}
