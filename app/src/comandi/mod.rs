//! One file for each group of commands.

pub mod demo;
pub mod enti;
pub mod passaggio;
pub mod registri;
pub mod servi;
pub mod sistema;
