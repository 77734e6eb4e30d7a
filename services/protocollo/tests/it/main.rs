//! The protocol register in the words of the trade.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod altrui;
mod annullamento;
mod casa;
mod elenco;
mod esportazione;
mod gesti;
mod giornaliero;
mod isolamento;
mod oscuramento;
mod pagine;
mod registrazione;
mod ricerca;
mod sabotaggi;
mod uffici;
