//! What only the whole house can show.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod caricamenti;
mod comandi;
mod fine_adesione;
mod isolamento;
mod istruzioni;
mod manuale;
mod metriche;
mod modelli;
mod mondo;
mod muri;
mod parole;
mod passaggio;
mod raccolta;
mod rotte;
mod sonda;
mod storia;
