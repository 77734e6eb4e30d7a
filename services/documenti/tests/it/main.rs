//! Threads, documents, plan of classification, fascicoli, blobs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod casa;
mod documenti;
mod fascicoli;
mod isolamento;
mod pagine;
mod titolario;
mod verifica;
