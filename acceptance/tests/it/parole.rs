//! Every code has a sentence and a remedy, once; every permission a description and a role that exists.

use std::collections::BTreeMap;

use app::services;

#[test]
fn every_code_has_one_sentence_and_a_remedy() {
    let mut visti: BTreeMap<&str, &str> = BTreeMap::new();
    let tutti = services::tutti().iter().flat_map(|s| s.codici).chain(web::CODICI).chain(storage::CODICI);
    for f in tutti {
        assert!(f.frase.ends_with(['.', '?']), "{}: «{}» is not a sentence", f.codice, f.frase);
        assert!(f.rimedio.len() > 5, "{} says no remedy", f.codice);
        for brutta in ["si prega", "errore imprevisto", "Errore imprevisto"] {
            assert!(!f.frase.contains(brutta), "{}: «{}»", f.codice, f.frase);
        }
        if let Some(altra) = visti.insert(f.codice, f.frase) {
            assert_eq!(altra, f.frase, "{} has two sentences", f.codice);
        }
    }
    assert!(visti.len() > 40, "the list of codes is suspiciously short: {}", visti.len());
}

#[test]
fn every_permission_says_what_it_allows_to_roles_that_exist() {
    for p in services::tutti().iter().flat_map(|s| s.permessi) {
        assert!(p.descrizione.len() > 3 && !p.ruoli.is_empty(), "{}", p.codice);
        for r in p.ruoli {
            assert!(authz::RUOLI.iter().any(|x| x.codice == *r), "{}: role {r}", p.codice);
        }
    }
}
