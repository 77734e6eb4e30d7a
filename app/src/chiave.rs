//! The file of the installation's key: `chiave` in `ALLEANZA_HOME`, readable by its owner alone.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use authz::Chiave;

pub fn file(radice: &Path) -> PathBuf {
    radice.join("chiave")
}

/// The key of the installation; a new one, the first time.
pub fn leggi_o_crea(radice: &Path) -> anyhow::Result<Chiave> {
    let file = file(radice);
    match File::open(&file) {
        Ok(f) => leggi(f, &file),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let nuova = Chiave::nuova();
            match scrivi(&file, &nuova) {
                // Two commands at once: the first to write it wins, and both go on with that one.
                Err(e) if e.kind() == ErrorKind::AlreadyExists => leggi(File::open(&file)?, &file),
                esito => {
                    esito.with_context(|| format!("CNF-031: non posso scrivere {}", file.display()))?;
                    Ok(nuova)
                }
            }
        }
        Err(e) => Err(e).with_context(|| format!("CNF-032: non posso leggere {}", file.display())),
    }
}

fn leggi(mut f: File, nome: &Path) -> anyhow::Result<Chiave> {
    let modo = f.metadata()?.permissions().mode();
    ensure!(modo & 0o077 == 0, "CNF-033: {} si fa leggere da altri: esegui chmod 600", nome.display());
    let mut testo = String::new();
    f.read_to_string(&mut testo)?;
    Chiave::da(&testo).with_context(|| format!("CNF-034: {} non contiene una chiave", nome.display()))
}

/// Writes a key where there is none, whole at once: who reads meanwhile finds nothing, or all of it.
pub fn scrivi(file: &Path, chiave: &Chiave) -> std::io::Result<()> {
    let prova = file.with_extension(db::caso::token());
    let mut f = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&prova)?;
    let esito =
        writeln!(f, "{}", chiave.testo()).and_then(|()| f.sync_all()).and_then(|()| std::fs::hard_link(&prova, file));
    std::fs::remove_file(&prova)?;
    esito
}

/// Copies a key file where there is none: it stays readable by its owner alone.
pub fn copia(da: &Path, a: &Path) -> anyhow::Result<()> {
    let f = File::open(da).with_context(|| format!("CNF-032: non posso leggere {}", da.display()))?;
    let chiave = leggi(f, da)?;
    scrivi(a, &chiave).with_context(|| format!("CNF-031: non posso scrivere {}", a.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cartella() -> PathBuf {
        let c = std::env::temp_dir().join(format!("alleanza-chiave-{}", db::caso::token()));
        std::fs::create_dir(&c).unwrap();
        c
    }

    #[test]
    fn a_key_is_born_once_and_only_its_owner_reads_it() {
        let c = cartella();
        let prima = leggi_o_crea(&c).unwrap().testo();
        assert_eq!(leggi_o_crea(&c).unwrap().testo(), prima);
        assert_eq!(file(&c).metadata().unwrap().permissions().mode() & 0o777, 0o600);
        copia(&file(&c), &c.join("altrove")).unwrap();
        assert_eq!(std::fs::read_to_string(c.join("altrove")).unwrap().trim(), prima);
        assert_eq!(c.join("altrove").metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(copia(&file(&c), &c.join("altrove")).is_err(), "never over another key");

        std::fs::set_permissions(file(&c), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(leggi_o_crea(&c).unwrap_err().to_string().starts_with("CNF-033"));
        std::fs::set_permissions(file(&c), std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(file(&c), "non una chiave").unwrap();
        assert!(leggi_o_crea(&c).unwrap_err().to_string().starts_with("CNF-034"));
        std::fs::remove_dir_all(c).unwrap();
    }
}
