//! Bytes ⇄ structs, pure: formats that others must be able to read and write exactly as we do.

pub mod canonical;
