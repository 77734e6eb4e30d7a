//! The outside world, for tests and drills: on 127.0.0.1, and it breaks on command.

pub mod s3;
