//! The outside world, for tests, for drills and for who tries: servers that speak as the real ones do, on 127.0.0.1, and misbehave
//! on command.

pub mod oidc;
pub mod s3;
