//! The list of sabotages is of today's texts and tests: what `make sabotage` needs, seen at every run of the tests.

use std::path::PathBuf;

use attacco::sabotaggi::leggi;

#[test]
fn every_sabotage_finds_its_text_and_its_test() {
    // Asked at run time: two clones may share one target folder.
    let radice = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("..");
    let lista = leggi(&std::fs::read_to_string(radice.join("attacco/sabotaggi.txt")).unwrap()).unwrap();
    assert!(lista.len() >= 30, "only {} are left", lista.len());
    let stantii = lista.iter().filter_map(|s| Some(format!("{}: {}", s.nome, s.stantio(&radice)?)));
    assert_eq!(stantii.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn an_entry_is_read_whole_or_refused() {
    let buona = "# a note\n== One\nin a/b.rs\nprova kernel lib tempo::a\n-  x\n- y\n+ z\n";
    let lista = leggi(buona).unwrap();
    assert_eq!((lista.len(), lista[0].prima.as_str(), lista[0].dopo.as_str()), (1, " x\ny", "z"));
    assert_eq!(lista[0].applica("a\n x\ny\nb").unwrap(), "a\nz\nb");
    assert!(lista[0].applica("no").is_err() && lista[0].applica(" x\ny x\ny").is_err(), "found once or stale");
    for male in [
        "== One\nprova kernel lib a\n- x\n+ y",
        "== One\nin a\n- x\n+ y",
        "== One\nin a\nprova kernel lib a\n- x\n+ x",
        "== One\nin a\nprova kernel a\n- x\n+ y",
        "== One\nin a\nprova kernel lib a\n- x\n* y",
        &format!("{buona}{buona}"),
    ] {
        assert!(leggi(male).is_err(), "{male}");
    }
}
