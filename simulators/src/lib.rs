//! The outside world, for tests, drills and who tries: on 127.0.0.1, and it breaks on command.

pub mod oidc;
pub mod s3;
