//! The kit, driven from outside: a small service, two comuni, the router.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accesso;
mod bozze;
mod casa;
mod errori;
mod esterno;
mod fattore;
mod gesti;
mod manuale;
mod memoria;
mod moduli;
mod porte;
mod risorse;
mod servizio;
