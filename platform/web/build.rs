//! Stylesheets, scripts, icons and fonts as they are served: named by their fingerprint, compressed once and for all.
//! Those of Bootstrap Italia are fetched, not committed: says so when they are missing.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

const ASSETS: &str = "assets";
const VENDOR: &str = "../../vendor";
/// What the pages use of the folder that is not ours; the rest is for PDF.
const ALTRUI: &[&str] = &[
    "bootstrap-italia.css",
    "icone.svg",
    "fonts/titillium-400.woff2",
    "fonts/titillium-600.woff2",
    "fonts/robotomono-400.woff2",
];
/// Chapters that the program serves.
const MANUALE: &str = "../../docs/manuale/src";
/// Shorter than this, a file travels as it is: the packet is the same.
const MINIMO: usize = 512;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ASSETS}");
    let mut file: Vec<PathBuf> = fs::read_dir(ASSETS)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    for f in ALTRUI.iter().map(|f| Path::new(VENDOR).join(f)) {
        println!("cargo::rerun-if-changed={}", f.display());
        if !f.exists() {
            println!("cargo::error=manca vendor/: esegui `make vendor`");
            return Ok(());
        }
        file.push(f);
    }
    // Stylesheets name the others: last, when the others already have their served names.
    file.sort_by_key(|f| (f.extension().is_some_and(|e| e == "css"), f.file_name().map(ToOwned::to_owned)));
    let qui = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let (mut indirizzi, mut elenco) = (Vec::<(String, String)>::new(), String::from("&[\n"));
    for f in file {
        let nome = f.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((base, estensione)) = nome.rsplit_once('.') else { continue };
        let Some((tipo, testo)) = tipo(estensione) else { continue };
        let mut byte = fs::read(&f)?;
        if estensione == "css" {
            byte = con_indirizzi(&byte, &indirizzi);
        }
        let impronta: String = Sha256::digest(&byte)[..8].iter().map(|b| format!("{b:02x}")).collect();
        let servito = format!("{base}.{impronta}.{estensione}");
        let scrivi = |coda: &str, byte: &[u8]| -> std::io::Result<String> {
            let f = qui.join(format!("{servito}{coda}"));
            fs::write(&f, byte)?;
            Ok(format!("include_bytes!({:?})", f.display().to_string()))
        };
        let forma = |coda: &str, compresso: Vec<u8>| -> std::io::Result<String> {
            let minore = testo && byte.len() >= MINIMO && compresso.len() < byte.len();
            Ok(if minore { format!("Some({})", scrivi(coda, &compresso)?) } else { "None".to_owned() })
        };
        let (br, gzip) = (forma(".br", brotli(&byte)?)?, forma(".gz", gzip(&byte)?)?);
        let intera = scrivi("", &byte)?;
        let _ = writeln!(
            elenco,
            "Servita {{ nome: {nome:?}, indirizzo: \"/static/{servito}\", tipo: {tipo:?}, etag: \"\\\"{impronta}\\\"\", \
             intera: {intera}, br: {br}, gzip: {gzip} }},"
        );
        indirizzi.push((nome, format!("/static/{servito}")));
    }
    fs::write(qui.join("risorse.rs"), elenco + "]")?;
    manuale(&qui)
}

/// The chapters of the manual, each with the name of its file.
fn manuale(qui: &Path) -> std::io::Result<()> {
    println!("cargo::rerun-if-changed={MANUALE}");
    let mut elenco = String::from("&[\n");
    for e in fs::read_dir(MANUALE)? {
        let f = e?.path().canonicalize()?;
        let nome = f.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(elenco, "({nome:?}, include_str!({:?})),", f.display().to_string());
    }
    fs::write(qui.join("manuale.rs"), elenco + "]")
}

/// Writes the served names in a stylesheet that says `url(/static/titillium-400.woff2)`.
fn con_indirizzi(css: &[u8], indirizzi: &[(String, String)]) -> Vec<u8> {
    let mut css = String::from_utf8_lossy(css).into_owned();
    for (nome, indirizzo) in indirizzi {
        css = css.replace(&format!("url(/static/{nome})"), &format!("url({indirizzo})"));
    }
    css.into_bytes()
}

/// Media type, and whether it is text: fonts are compressed already.
fn tipo(estensione: &str) -> Option<(&'static str, bool)> {
    Some(match estensione {
        "css" => ("text/css; charset=utf-8", true),
        "js" => ("text/javascript; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "woff2" => ("font/woff2", false),
        _ => return None,
    })
}

/// The best form for what is released; a quick one while somebody works on a stylesheet.
fn brotli(byte: &[u8]) -> std::io::Result<Vec<u8>> {
    let quality = if env::var("PROFILE").as_deref() == Ok("release") { 11 } else { 5 };
    let mut fuori = Vec::new();
    brotli::BrotliCompress(
        &mut &*byte,
        &mut fuori,
        &brotli::enc::BrotliEncoderParams { quality, ..Default::default() },
    )?;
    Ok(fuori)
}

fn gzip(byte: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    e.write_all(byte)?;
    e.finish()
}
