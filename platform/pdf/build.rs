//! Lists the fonts to embed. They are fetched from npm, not committed.
#![allow(clippy::print_stdout)] // this is how a build script speaks to cargo

use std::{env, fs, io, path::Path, path::PathBuf};

fn main() -> io::Result<()> {
    // Asked at run time: two clones may share one target folder, and this program with it.
    let qui = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let cartella = Path::new(&qui).join("../../vendor/ttf");
    println!("cargo::rerun-if-changed={}", cartella.display());
    let mut caratteri: Vec<PathBuf> = match fs::read_dir(&cartella) {
        Ok(voci) => voci.map(|voce| voce.map(|v| v.path())).collect::<io::Result<_>>()?,
        Err(_) => Vec::new(),
    };
    caratteri.sort();
    if caratteri.is_empty() {
        println!("cargo::error=the fonts of vendor/ttf are missing: run `make vendor`");
    }
    let elenco: String = caratteri.iter().map(|file| format!("include_bytes!({file:?}), ")).collect();
    let uscita = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("caratteri.rs");
    fs::write(uscita, format!("[{elenco}]"))
}
