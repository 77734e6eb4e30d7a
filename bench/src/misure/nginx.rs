//! The peer of public pages: nginx that serves from disk the very bytes that the program answered.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

#[derive(Debug)]
pub struct Nginx {
    figlio: Child,
    pub dove: SocketAddr,
    cartella: PathBuf,
}

impl Nginx {
    /// One worker for each processor, a log line for each request, nothing else.
    pub async fn avvia(radice: &Path) -> anyhow::Result<Nginx> {
        let cartella = radice.join("nginx");
        std::fs::create_dir_all(cartella.join("html"))?;
        std::fs::create_dir_all(cartella.join("tmp"))?;
        let porta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let dove = SocketAddr::from((Ipv4Addr::LOCALHOST, porta));
        let utente = if nix::unistd::geteuid().is_root() { "user root;" } else { "" };
        let qui = cartella.display();
        let testo = format!(
            "{utente}\nworker_processes auto;\ndaemon off;\npid {qui}/pid;\nerror_log {qui}/errori.log;\n\
             events {{ worker_connections 1024; }}\n\
             http {{\n  access_log {qui}/accessi.log;\n  sendfile on;\n  tcp_nopush on;\n  keepalive_requests 100000000;\n  \
             etag on;\n  client_body_temp_path {qui}/tmp;\n  proxy_temp_path {qui}/tmp;\n  fastcgi_temp_path {qui}/tmp;\n  \
             uwsgi_temp_path {qui}/tmp;\n  scgi_temp_path {qui}/tmp;\n  default_type text/html;\n  \
             server {{ listen {dove}; root {qui}/html; }}\n}}\n"
        );
        std::fs::write(cartella.join("nginx.conf"), testo)?;
        let figlio = Command::new(programma()?)
            .args(["-p", &qui.to_string(), "-c", &format!("{qui}/nginx.conf")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("nginx non parte")?;
        for _ in 0..200 {
            if TcpStream::connect(dove).await.is_ok() {
                return Ok(Nginx { figlio, dove, cartella });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("nginx non risponde: {}", cartella.join("errori.log").display())
    }

    /// Puts a page where nginx serves it; the path is `/nome`.
    pub fn pagina(&self, nome: &str, byte: &[u8]) -> anyhow::Result<()> {
        ensure!(!byte.is_empty(), "la pagina {nome} è vuota");
        Ok(std::fs::write(self.cartella.join("html").join(nome), byte)?)
    }

    pub async fn ferma(mut self) -> anyhow::Result<()> {
        let pid = self.figlio.id().context("nginx è già finito")?;
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid.cast_signed()), nix::sys::signal::Signal::SIGTERM)?;
        self.figlio.wait().await?;
        Ok(())
    }
}

fn programma() -> anyhow::Result<PathBuf> {
    let dove = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].map(PathBuf::from);
    dove.into_iter().find(|p| p.is_file()).context("manca nginx: su Debian, apt-get install nginx-light")
}
