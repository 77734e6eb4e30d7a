//! The order in which services go on and off.

use crate::errors::Rifiuto;

/// What the rules need to know of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voce {
    pub codice: &'static str,
    pub richiede: &'static [&'static str],
}

/// What switching `servizio` on makes, in order: what it needs first, then itself; nothing that is already on.
pub fn da_accendere(catalogo: &[Voce], attivi: &[String], servizio: &str) -> Result<Vec<&'static str>, Rifiuto> {
    let cercata = voce(catalogo, servizio)?;
    if acceso(attivi, cercata.codice) {
        return Err(Rifiuto::GiaAttivo { servizio: servizio.to_owned() });
    }
    let mut ordine = Vec::new();
    visita(catalogo, attivi, cercata, &mut Vec::new(), &mut ordine)?;
    Ok(ordine)
}

fn visita(
    catalogo: &[Voce],
    attivi: &[String],
    v: &Voce,
    aperte: &mut Vec<&'static str>,
    ordine: &mut Vec<&'static str>,
) -> Result<(), Rifiuto> {
    if acceso(attivi, v.codice) || ordine.contains(&v.codice) {
        return Ok(());
    }
    if aperte.contains(&v.codice) {
        return Err(Rifiuto::CatalogoInCerchio { servizio: v.codice.to_owned() });
    }
    aperte.push(v.codice);
    for r in v.richiede {
        visita(catalogo, attivi, voce(catalogo, r)?, aperte, ordine)?;
    }
    aperte.pop();
    ordine.push(v.codice);
    Ok(())
}

/// The services on that need `servizio`: while there are any, it stays on.
pub fn chi_lo_usa(catalogo: &[Voce], attivi: &[String], servizio: &str) -> Vec<&'static str> {
    let usa = |v: &&Voce| acceso(attivi, v.codice) && v.richiede.contains(&servizio);
    catalogo.iter().filter(usa).map(|v| v.codice).collect()
}

fn voce<'a>(catalogo: &'a [Voce], servizio: &str) -> Result<&'a Voce, Rifiuto> {
    let trovata = catalogo.iter().find(|v| v.codice == servizio);
    trovata.ok_or_else(|| Rifiuto::ServizioIgnoto { servizio: servizio.to_owned() })
}

fn acceso(attivi: &[String], servizio: &str) -> bool {
    attivi.iter().any(|a| a == servizio)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn v(codice: &'static str, richiede: &'static [&'static str]) -> Voce {
        Voce { codice, richiede }
    }

    const CATALOGO: &[Voce] = &[
        v("documenti", &[]),
        v("protocollo", &["documenti"]),
        v("albo", &["protocollo", "documenti"]),
        v("a", &["b"]),
        v("b", &["a"]),
    ];

    #[test]
    fn what_is_needed_goes_first_and_once() {
        assert_eq!(da_accendere(CATALOGO, &[], "albo").unwrap(), ["documenti", "protocollo", "albo"]);
        assert_eq!(da_accendere(CATALOGO, &["documenti".into()], "albo").unwrap(), ["protocollo", "albo"]);
    }

    #[test]
    fn refusals() {
        assert!(matches!(da_accendere(CATALOGO, &[], "paghe"), Err(Rifiuto::ServizioIgnoto { .. })));
        assert!(matches!(da_accendere(CATALOGO, &["albo".into()], "albo"), Err(Rifiuto::GiaAttivo { .. })));
        assert!(matches!(da_accendere(CATALOGO, &[], "a"), Err(Rifiuto::CatalogoInCerchio { .. })));
    }

    #[test]
    fn who_uses_a_service() {
        let attivi = ["documenti".to_owned(), "protocollo".to_owned()];
        assert_eq!(chi_lo_usa(CATALOGO, &attivi, "documenti"), ["protocollo"]);
        assert!(chi_lo_usa(CATALOGO, &attivi, "protocollo").is_empty());
    }
}
