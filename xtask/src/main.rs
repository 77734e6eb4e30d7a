//! Small chores of the house: `cargo run -p xtask -- ordine | rigenera | ferma-prova`.

mod ordine;
mod rigenera;

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("ordine") => ordine::controlla(),
        Some("rigenera") => rigenera::scrivi(),
        Some("ferma-prova") => Ok(db::prova::ferma()?),
        _ => anyhow::bail!("xtask: ordine | rigenera | ferma-prova"),
    }
}
