#![allow(clippy::unwrap_used, clippy::expect_used)]
//! The albo in the words of the trade, its register under attack, its statements.

mod casa;
mod controlli;
mod controllo;
mod flussi;
mod gara;
mod interruzioni;
mod pagine;
mod pubblicazione;
mod termini;
mod verifica;
