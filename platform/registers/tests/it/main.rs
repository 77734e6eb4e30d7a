//! Registers under race, at midnight of 31 December, and under attack by whoever owns the server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accordo;
mod attacchi;
mod casa;
mod corsa;
mod difese;
mod esporta;
mod richiesta;
