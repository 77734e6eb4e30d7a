//! A fake identity provider to try with, on this machine alone: `simulatore-oidc [PORTA]`.

use simulators::oidc::{CLIENT, FORTE, SEGRETO, Simulatore};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "what whoever tries must type in the form")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let porta: u16 = std::env::args().nth(1).map_or(Ok(0), |p| p.parse())?;
    let s = Simulatore::avvia_su(([127, 0, 0, 1], porta).into()).await?;
    println!("Client: {CLIENT}\nSegreto: {SEGRETO}\nDue fattori: {FORTE}\nEmittente: {}", s.emittente());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
