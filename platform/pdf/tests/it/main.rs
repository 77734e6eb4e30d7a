#![allow(clippy::unwrap_used, clippy::expect_used)]

mod documento;
mod fabbrica;
mod ostili;
mod strumenti;
mod testo;
mod timbro;
