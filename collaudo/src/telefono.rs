//! What somebody at the door holds: a telephone that shows codes, a browser that keeps cookies.

use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use totp_rs::{Builder, Secret};

/// The code that a telephone shows at that instant, for the secret that a page gives to be typed.
pub fn codice_del_telefono(pagina: &str, istante: Timestamp) -> String {
    let segreto = pagina.split_once(r#"<code class="al-mono text-break">"#).unwrap().1.split('<').next().unwrap();
    let segreto = Secret::try_from_base32(segreto.replace(' ', "")).unwrap();
    let totp = Builder::new().with_secret(segreto).with_account_name("-").build().unwrap();
    totp.generate(istante.as_second().try_into().unwrap()).to_string()
}

/// The cookie that an answer sets, by name: none when it does not, or when it takes it away.
pub fn biscotto(headers: &HeaderMap, nome: &str) -> Option<String> {
    let mut tutti = headers.get_all(header::SET_COOKIE).iter().map(|v| v.to_str().unwrap());
    let trovato = tutti.find(|v| v.starts_with(&format!("{nome}=")) && !v.contains("Max-Age=0"))?;
    Some(trovato.split(';').next().unwrap().to_owned())
}
