//! An answer, read to its end.

use axum::http::{HeaderMap, StatusCode};

pub struct Risposta {
    pub stato: StatusCode,
    pub headers: HeaderMap,
    pub corpo: String,
    pub byte: Vec<u8>,
}

impl Risposta {
    pub fn header(&self, nome: &str) -> &str {
        self.headers.get(nome).map_or("", |v| v.to_str().unwrap())
    }

    /// The value of a hidden field.
    pub fn nascosto(&self, nome: &str) -> &str {
        self.corpo.split_once(&format!(r#"name="{nome}" value=""#)).unwrap().1.split('"').next().unwrap()
    }

    pub fn csrf(&self) -> &str {
        self.nascosto("csrf")
    }

    /// The first address of the page that begins so.
    pub fn link(&self, inizio: &str) -> &str {
        let da = self.corpo.find(&format!("href=\"{inizio}")).unwrap() + 6;
        self.corpo[da..].split('"').next().unwrap()
    }
}
