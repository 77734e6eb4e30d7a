//! The real binary with its documents in a bucket: one installation to an archive, backup, restore, and the way out.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use simulators::s3::{self, S3};
use storage::{Archivio, Bucket, Luogo, Server, Stato};

const ENTE: &str = "c_e307";

/// A folder of installations that the user of PostgreSQL can reach.
struct Cartella(PathBuf);

impl Drop for Cartella {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn alleanza(casa: &Path, s3: &S3, archivio: &str, comando: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alleanza"))
        .args(comando)
        .env("ALLEANZA_HOME", casa)
        .env("ALLEANZA_ARCHIVIO", archivio)
        .env("ALLEANZA_S3_URL", s3.url())
        .env("ALLEANZA_S3_CHIAVE", s3::CHIAVE)
        .env("ALLEANZA_S3_SEGRETO", s3::SEGRETO)
        .output()
        .unwrap()
}

fn bene(o: Output) -> String {
    let (detto, errori) = (String::from_utf8_lossy(&o.stdout).into_owned(), String::from_utf8_lossy(&o.stderr));
    assert!(o.status.success(), "{detto}{errori}");
    detto
}

fn male(o: Output) -> String {
    assert!(!o.status.success(), "{}", String::from_utf8_lossy(&o.stdout));
    let detto = String::from_utf8_lossy(&o.stderr).into_owned();
    assert!(!detto.contains(s3::SEGRETO) && !detto.contains(s3::CHIAVE), "{detto}");
    detto
}

fn bucket(s3: &S3, prefisso: &str) -> Archivio {
    let server =
        Server { url: s3.url(), regione: s3::REGIONE.into(), chiave: s3::CHIAVE.into(), segreto: s3::SEGRETO.into() };
    let b = Bucket { nome: s3::BUCKET.into(), prefisso: prefisso.into(), server };
    Archivio::apri_in(&Luogo::Bucket(b), true).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_in_a_bucket_are_saved_restored_moved_and_nobody_elses() {
    let c = Cartella(PathBuf::from("/var/tmp").join(format!("alleanza-app-{}", db::caso::token())));
    std::fs::create_dir_all(&c.0).unwrap();
    let s3 = S3::avvia(&c.0.join("s3")).await.unwrap();
    let (uno, due, copia) = (c.0.join("uno"), c.0.join("due"), c.0.join("copia"));
    let qui = "s3://alleanza/uno";

    // Plain http is for what is not real.
    let detto = male(alleanza(&c.0.join("vera"), &s3, qui, &["migra", "--modo", "esercizio"]));
    assert!(detto.contains("CNF-020") && detto.contains("https"), "{detto}");
    bene(alleanza(&uno, &s3, qui, &["migra", "--modo", "prova"]));
    let scritti = [b"primo".to_vec(), vec![7; 6 << 20], b"terzo".to_vec()];
    let archivio = bucket(&s3, "uno");
    let mut impronte = Vec::new();
    for byte in &scritti {
        impronte.push(archivio.scrivi(ENTE, byte).await.unwrap().impronta);
    }
    assert!(!uno.join("archivio").exists(), "a local folder beside the bucket");

    let detto = bene(alleanza(&uno, &s3, qui, &["copia", copia.to_str().unwrap()]));
    assert!(detto.contains("3 documenti"), "{detto}");
    // Restored beside the living one it must not share its documents.
    bene(alleanza(&due, &s3, "s3://alleanza/due", &["ripristina", copia.to_str().unwrap()]));
    for i in &impronte {
        assert_eq!(bucket(&s3, "due").verifica(ENTE, i).await.unwrap(), Stato::Integro);
    }
    let estranea = c.0.join("estranea");
    let detto = male(alleanza(&estranea, &s3, qui, &["migra", "--modo", "prova"]));
    assert!(detto.contains("CNF-021"), "{detto}");
    let suo = "s3://alleanza/estranea";
    bene(alleanza(&estranea, &s3, suo, &["migra", "--modo", "prova"]));
    let detto = male(alleanza(&estranea, &s3, suo, &["archivio", "trasferisci", suo, qui]));
    assert!(detto.contains("CNF-021"), "nothing is carried into another's archive: {detto}");

    bene(alleanza(&uno, &s3, qui, &["verifica"]));

    // Out of the bucket into a folder, one blob being sick; then again, once it is well.
    let fuori = c.0.join("fuori");
    let cifre = impronte[0].to_string();
    let file = s3.cartella().join("uno").join(ENTE).join(&cifre[..2]).join(&cifre);
    std::fs::write(&file, b"primi").unwrap();
    let trasferisci = ["archivio", "trasferisci", qui, fuori.to_str().unwrap()];
    let detto = male(alleanza(&uno, &s3, qui, &trasferisci));
    assert!(detto.contains("CNF-024") && detto.contains(&cifre), "{detto}");
    std::fs::write(&file, b"primo").unwrap();
    let detto = bene(alleanza(&uno, &s3, qui, &trasferisci));
    assert!(detto.contains("1 documenti copiati, 2 c’erano già"), "{detto}");
    for i in &impronte {
        assert_eq!(Archivio::locale(&fuori).unwrap().verifica(ENTE, i).await.unwrap(), Stato::Integro);
    }
    // From now on the installation lives there.
    bene(alleanza(&uno, &s3, fuori.to_str().unwrap(), &["verifica"]));
    // And back, where two are still there.
    std::fs::remove_file(&file).unwrap();
    let indietro = ["archivio", "trasferisci", fuori.to_str().unwrap(), qui];
    let detto = bene(alleanza(&uno, &s3, fuori.to_str().unwrap(), &indietro));
    assert!(detto.contains("1 documenti copiati, 2 c’erano già"), "{detto}");
    assert_eq!(bucket(&s3, "uno").verifica(ENTE, &impronte[0]).await.unwrap(), Stato::Integro);
}
