//! Who enters, what they may do, where; and that the trace stays.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accessi;
mod casa;
mod chiavetta;
mod deleghe;
mod esterna;
mod fattori;
mod in_due;
mod passkey;
mod permessi;
mod segreti;
mod tipi;
