//! The queue on a real database: once, in order, after a crash, across the hour changes, each ente its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod casa;
mod coda;
mod confini;
mod orario;
