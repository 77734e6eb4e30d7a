//! The binary's body: the list of services, the command line, configuration.

pub mod casa;
mod chiave;
pub mod cli;
pub mod comandi;
pub mod raccolta;
pub mod services;
pub mod sonda;
pub mod storia;
