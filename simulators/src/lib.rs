//! The outside world, for tests and for who tries: servers that speak as the real ones do, and misbehave on request.

pub mod oidc;
