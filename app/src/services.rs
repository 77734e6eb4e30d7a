//! The list. To add a service is to add a folder under `services/` and a line here.

use std::sync::LazyLock;

use db::{DiEnte, Migrazioni, Tx};
use registers::Proiezione;
use registers::esporta::Stato;
use web::Service;

use crate::{raccolta, sonda};

static SERVIZI: LazyLock<Vec<Service>> =
    LazyLock::new(|| vec![enti::service(), documenti::service(), protocollo::service(), albo::service()]);

/// Every service, in import order.
pub fn tutti() -> &'static [Service] {
    &SERVIZI
}

/// The whole schema: platform first.
pub fn migrazioni() -> Vec<Migrazioni> {
    let piattaforma = [authz::MIGRAZIONI, registers::MIGRAZIONI, jobs::MIGRAZIONI, web::MIGRAZIONI];
    piattaforma.into_iter().chain(tutti().iter().map(|s| s.migrazioni)).collect()
}

/// Every table of an ente with the order of its export, in the order in which they can be loaded.
pub fn tabelle() -> Vec<(&'static str, &'static str)> {
    let piattaforma = [authz::TABELLE, registers::TABELLE, jobs::TABELLE, web::TABELLE];
    let servizi = tutti().iter().flat_map(|s| s.tabelle.iter().map(|t| (t.nome, t.ordine)));
    piattaforma.into_iter().flatten().copied().chain(servizi).collect()
}

/// What the registers can rebuild of the services' state.
pub fn proiezioni() -> Vec<Proiezione> {
    tutti().iter().flat_map(|s| s.proiezioni).copied().collect()
}

/// The services' state as the export of the registers shows it.
pub fn stati() -> Vec<Stato> {
    [protocollo::STATI, albo::STATI].concat()
}

/// Every statement of the program, with the role that runs it.
pub fn istruzioni() -> Vec<db::Istruzione> {
    let piattaforma = [authz::ISTRUZIONI, registers::ISTRUZIONI, jobs::ISTRUZIONI];
    piattaforma
        .into_iter()
        .chain(web::ISTRUZIONI.iter().copied())
        .chain(tutti().iter().map(|s| s.istruzioni))
        .flatten()
        .copied()
        .collect()
}

/// Every kind of job, and everything that comes back by itself.
pub fn catalogo() -> jobs::Catalogo {
    let della_casa = raccolta::periodici().into_iter().chain(web::periodici()).chain([sonda::PERIODICO]);
    let periodici = tutti().iter().flat_map(|s| (s.periodici)()).chain(della_casa);
    let gesti = web::gesti::lavoro(|cx, i| Box::pin(web::gesti::svolgi(tutti(), servizi_attivi, cx, i)));
    jobs::Catalogo::nuovo(tutti().iter().flat_map(|s| (s.lavori)()).chain([gesti]), periodici)
}

/// Which services an ente has on.
pub fn servizi_attivi<'a>(tx: &'a mut Tx<DiEnte>) -> web::Futuro<'a, Result<Vec<web::Attivo>, db::Error>> {
    Box::pin(enti::servizi_attivi(tx))
}
