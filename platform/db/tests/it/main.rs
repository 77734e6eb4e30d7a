//! Scopes, migrations, the clock and the private cluster, on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ambiti;
mod cluster;
mod migrazioni;
mod orologio;
mod tipi;
