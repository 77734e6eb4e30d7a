//! Stylesheet, icons and fonts of Bootstrap Italia are fetched, not committed: says so when they are missing.

const VENDOR: &str = "../../vendor";
const FILE: &[&str] = &["bootstrap-italia.css", "icone.svg", "fonts/titillium-400.woff2"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=assets");
    for f in FILE {
        let f = format!("{VENDOR}/{f}");
        println!("cargo::rerun-if-changed={f}");
        if !std::path::Path::new(&f).exists() {
            println!("cargo::error=manca vendor/: esegui `make vendor`");
            return;
        }
    }
}
