//! Everything that reads, under attack.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod caso;
mod sabotaggi;
