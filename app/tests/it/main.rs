//! The program as an administrator runs it: the binary, its environment, a server of somebody else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod altrui;
mod deposito;
mod server;
