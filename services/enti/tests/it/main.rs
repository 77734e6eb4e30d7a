//! Scenarios of the registry, of alliances and of activation, in the words of the trade.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod adesioni;
mod casa;
mod corpi;
mod disponibilita;
mod fornitori;
mod istruzioni;
mod pagine;
mod persone;
mod registro;
mod servizi;
mod titolo;
mod uffici;
