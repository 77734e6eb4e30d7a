//! What Prometheus reads at `/metrics`: how much each ente uses, how the queue and the pool stand, how long answers take.
//!
//! Invariant: labels are codes of enti (rows of the database), registers, and words of this file: no name, no subject, no
//! path, so that the series are as many as the enti times a few. Invariant: the page exists only for the machine itself or
//! for who holds the token; for everybody else there is nothing here.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::{Centro, Tx};
use subtle::ConstantTimeEq;

use crate::contorno::Quadro;
use crate::{Configurazione, Errore, Futuro, Rotta, Stato};

pub(crate) fn rotte() -> Vec<Rotta> {
    vec![Rotta::aperta_get("/metrics", mostra)]
}

const TIPO: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The probe of availability says who it is, so that it does not pass for people.
pub const SONDA: &str = "Alleanza-sonda";

/// What a request is for: few words, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Genere {
    Pubblica,
    Sonda,
    Ufficio,
    Modulo,
    Scrivania,
    Porta,
}

const GENERI: [(Genere, &str); 6] = [
    (Genere::Pubblica, "pubblica"),
    (Genere::Sonda, "sonda"),
    (Genere::Ufficio, "ufficio"),
    (Genere::Modulo, "modulo"),
    (Genere::Scrivania, "scrivania"),
    (Genere::Porta, "porta"),
];
const ESITI: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper bounds of the histogram, in milliseconds.
const SOGLIE: [u64; 11] = [5, 10, 25, 50, 100, 150, 300, 600, 1_000, 3_000, 10_000];

/// The figures of this process. Cloning shares them.
#[derive(Clone, Default)]
pub struct Metriche(Arc<Dentro>);

#[derive(Default)]
struct Dentro {
    token: Option<String>,
    richieste: RwLock<BTreeMap<String, Arc<Richieste>>>,
    durate: [Durate; GENERI.len()],
    lette: futures_util::lock::Mutex<BTreeMap<&'static str, (Instant, Vec<Valore>)>>,
}

#[derive(Default)]
struct Richieste([[AtomicU64; ESITI.len()]; GENERI.len()]);

#[derive(Default)]
struct Durate {
    entro: [AtomicU64; SOGLIE.len()],
    quante: AtomicU64,
    microsecondi: AtomicU64,
}

/// Figures that a service tells of every ente.
#[derive(Clone, Copy)]
pub struct Misurazione {
    /// In Prometheus's alphabet; a counter ends in `_totale`.
    pub nome: &'static str,
    pub aiuto: &'static str,
    /// Read again when older than this: a sum over a million rows is not made at every scrape.
    pub ogni: Duration,
    pub leggi: Lettura,
}

pub type Lettura = for<'a> fn(&'a mut Tx<Centro>) -> Futuro<'a, Result<Vec<Valore>, db::Error>>;

/// A figure of an ente, by its code.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Valore {
    pub ente: String,
    pub valore: i64,
}

impl Metriche {
    /// With a token, whoever shows it may read; without, only this machine.
    pub fn nuove(token: Option<String>) -> Metriche {
        Metriche(Arc::new(Dentro { token, ..Dentro::default() }))
    }

    /// Counts a request that was answered.
    pub(crate) fn conta(
        &self,
        quadro: Option<&Quadro>,
        metodo: &Method,
        sonda: bool,
        stato: StatusCode,
        durata: Duration,
    ) {
        let (genere, ente) = match quadro {
            Some(Quadro::Pubblico(e)) if sonda => (Genere::Sonda, e.ente().codice.as_str()),
            Some(Quadro::Pubblico(e)) => (Genere::Pubblica, e.ente().codice.as_str()),
            Some(Quadro::Ufficio(o)) if *metodo == Method::POST => (Genere::Modulo, o.ente().codice.as_str()),
            Some(Quadro::Ufficio(o)) => (Genere::Ufficio, o.ente().codice.as_str()),
            Some(Quadro::Scrivania(_)) => (Genere::Scrivania, ""),
            None => (Genere::Porta, ""),
        };
        self.segna(genere, ente, stato, durata);
    }

    /// Counts a public page that was answered before anybody looked for it.
    pub(crate) fn conta_pronta(&self, ente: &str, stato: StatusCode, durata: Duration) {
        self.segna(Genere::Pubblica, ente, stato, durata);
    }

    fn segna(&self, genere: Genere, ente: &str, stato: StatusCode, durata: Duration) {
        let esito = usize::from(stato.as_u16() / 100).clamp(1, ESITI.len()) - 1;
        self.di(ente).0[genere as usize][esito].fetch_add(1, Ordering::Relaxed);
        self.0.durate[genere as usize].aggiungi(durata);
    }

    fn di(&self, ente: &str) -> Arc<Richieste> {
        let gia = self.0.richieste.read().unwrap_or_else(PoisonError::into_inner).get(ente).cloned();
        gia.unwrap_or_else(|| {
            let mut tutte = self.0.richieste.write().unwrap_or_else(PoisonError::into_inner);
            tutte.entry(ente.to_owned()).or_default().clone()
        })
    }

    /// From this machine, unless something stands in front of it: then every request comes from this machine.
    fn ammesso(&self, config: &Configurazione, da: Option<&ConnectInfo<SocketAddr>>, h: &HeaderMap) -> bool {
        if let Some(token) = &self.0.token {
            let mostrato = h.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Bearer "));
            return mostrato.is_some_and(|m| m.as_bytes().ct_eq(token.as_bytes()).into());
        }
        let davanti = config.https || config.proxy.is_some() || INOLTRI.iter().any(|n| h.contains_key(*n));
        !davanti && da.is_some_and(|c| c.0.ip().to_canonical().is_loopback())
    }

    async fn leggi(&self, stato: &Stato) -> Result<String, db::Error> {
        let mut p = Pagina::default();
        p.famiglia("alleanza_versione", "gauge", "Il programma che risponde.");
        p.valore("alleanza_versione", &[("versione", env!("CARGO_PKG_VERSION"))], 1);
        self.richieste(&mut p);
        self.durate(&mut p);
        let uso = stato.db.uso();
        p.famiglia("alleanza_connessioni", "gauge", "Connessioni al database di questo processo.");
        for (quali, n) in [("aperte", uso.aperte), ("libere", uso.libere), ("massime", uso.massime)] {
            p.valore("alleanza_connessioni", &[("quali", quali)], n.into());
        }
        let mut tx = stato.db.centro().await?;
        registri(&mut p, &mut tx).await?;
        lavori(&mut p, &mut tx).await?;
        for m in stato.servizi.iter().flat_map(|s| s.misure) {
            let tipo = if m.nome.ends_with("_totale") { "counter" } else { "gauge" };
            p.famiglia(m.nome, tipo, m.aiuto);
            for v in self.misura(m, &mut tx).await? {
                p.valore(m.nome, &[("ente", &v.ente)], v.valore.into());
            }
        }
        Ok(p.0)
    }

    /// One reader at a time: two scrapes together would make the same sum twice.
    async fn misura(&self, m: &Misurazione, tx: &mut Tx<Centro>) -> Result<Vec<Valore>, db::Error> {
        let mut lette = self.0.lette.lock().await;
        if let Some((_, v)) = lette.get(m.nome).filter(|(quando, _)| quando.elapsed() < m.ogni) {
            return Ok(v.clone());
        }
        let valori = (m.leggi)(tx).await?;
        lette.insert(m.nome, (Instant::now(), valori.clone()));
        Ok(valori)
    }

    fn richieste(&self, p: &mut Pagina) {
        const NOME: &str = "alleanza_richieste_totale";
        p.famiglia(
            NOME,
            "counter",
            "Richieste per ente, genere ed esito; senza ente quelle della scrivania e della porta.",
        );
        let tutte = self.0.richieste.read().unwrap_or_else(PoisonError::into_inner);
        for (ente, r) in tutte.iter() {
            for (genere, nome) in GENERI {
                for (n, esito) in r.0[genere as usize].iter().zip(ESITI).filter(|(n, _)| n.load(Ordering::Relaxed) > 0)
                {
                    let n = n.load(Ordering::Relaxed);
                    p.valore(NOME, &[("ente", ente), ("genere", nome), ("esito", esito)], n.into());
                }
            }
        }
    }

    fn durate(&self, p: &mut Pagina) {
        const NOME: &str = "alleanza_richiesta_secondi";
        p.famiglia(NOME, "histogram", "Quanto dura una risposta, dalla richiesta al primo byte.");
        for (genere, nome) in GENERI {
            let d = &self.0.durate[genere as usize];
            let quante = d.quante.load(Ordering::Relaxed);
            for (entro, ms) in d.entro.iter().zip(SOGLIE) {
                let le = format!("{}.{:03}", ms / 1_000, ms % 1_000);
                p.valore(
                    "alleanza_richiesta_secondi_bucket",
                    &[("genere", nome), ("le", &le)],
                    entro.load(Ordering::Relaxed).min(quante).into(),
                );
            }
            p.valore("alleanza_richiesta_secondi_bucket", &[("genere", nome), ("le", "+Inf")], quante.into());
            let us = d.microsecondi.load(Ordering::Relaxed);
            p.riga(
                "alleanza_richiesta_secondi_sum",
                &[("genere", nome)],
                format_args!("{}.{:06}", us / 1_000_000, us % 1_000_000),
            );
            p.valore("alleanza_richiesta_secondi_count", &[("genere", nome)], quante.into());
        }
    }
}

impl fmt::Debug for Metriche {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metriche")
    }
}

impl Durate {
    fn aggiungi(&self, durata: Duration) {
        let us = u64::try_from(durata.as_micros()).unwrap_or(u64::MAX);
        for (entro, _) in self.entro.iter().zip(SOGLIE).filter(|(_, ms)| us <= ms * 1_000) {
            entro.fetch_add(1, Ordering::Relaxed);
        }
        self.microsecondi.fetch_add(us, Ordering::Relaxed);
        self.quante.fetch_add(1, Ordering::Relaxed);
    }
}

/// Headers that only a proxy writes.
const INOLTRI: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

async fn mostra(State(stato): State<Stato>, req: Request) -> Result<Response, Errore> {
    if !stato.metriche.ammesso(&stato.config, req.extensions().get(), req.headers()) {
        return Err(Errore::NonTrovato);
    }
    let pagina = stato.metriche.leggi(&stato).await?;
    let mut r = ([(header::CONTENT_TYPE, TIPO)], pagina).into_response();
    r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(r)
}

async fn registri(p: &mut Pagina, tx: &mut Tx<Centro>) -> Result<(), db::Error> {
    const NOME: &str = "alleanza_numeri_totale";
    p.famiglia(
        NOME,
        "counter",
        "Numeri dati da ogni registro nella serie corrente: PG le registrazioni, ALBO le pubblicazioni.",
    );
    for n in registers::numeri(tx).await? {
        p.valore(NOME, &[("ente", &n.ente), ("registro", &n.registro)], n.numeri.into());
    }
    Ok(())
}

async fn lavori(p: &mut Pagina, tx: &mut Tx<Centro>) -> Result<(), db::Error> {
    const NOME: &str = "alleanza_lavori";
    let (code, piu_vecchio) = jobs::code(tx).await?;
    p.famiglia(NOME, "gauge", "Lavori in coda per ente: da_fare, in_corso, rinunciato (aspetta una persona).");
    for c in code {
        p.valore(NOME, &[("ente", &c.ente), ("stato", &c.stato)], c.quanti.into());
    }
    p.famiglia(
        "alleanza_lavori_ritardo_secondi",
        "gauge",
        "Da quanto aspetta il più vecchio dei lavori che si possono fare.",
    );
    p.valore("alleanza_lavori_ritardo_secondi", &[], piu_vecchio.into());
    Ok(())
}

/// The text format of Prometheus, 0.0.4.
#[derive(Default)]
struct Pagina(String);

impl Pagina {
    fn famiglia(&mut self, nome: &str, tipo: &str, aiuto: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {nome} {aiuto}\n# TYPE {nome} {tipo}");
    }

    fn valore(&mut self, nome: &str, etichette: &[(&str, &str)], valore: i128) {
        self.riga(nome, etichette, format_args!("{valore}"));
    }

    fn riga(&mut self, nome: &str, etichette: &[(&str, &str)], valore: fmt::Arguments<'_>) {
        self.0.push_str(nome);
        for (i, (k, v)) in etichette.iter().enumerate() {
            let v = v.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{k}=\"{v}\"", if i == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.0, "{} {valore}", if etichette.is_empty() { "" } else { "}" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(https: bool, proxy: Option<&str>) -> Configurazione {
        Configurazione {
            host_scrivania: "localhost".into(),
            nome: "Prova".into(),
            https,
            porta: None,
            proxy: proxy.map(|p| p.parse().unwrap()),
            modo: "prova".into(),
            silenzio: crate::SILENZIO,
        }
    }

    #[test]
    fn only_this_machine_or_who_holds_the_token() {
        let da = |ip: &str| ConnectInfo(SocketAddr::new(ip.parse().unwrap(), 40_000));
        let nudi = HeaderMap::new();
        let senza = Metriche::default();
        for (ip, si) in [("127.0.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.4", false)] {
            assert_eq!(senza.ammesso(&config(false, None), Some(&da(ip)), &nudi), si, "{ip}");
        }
        assert!(!senza.ammesso(&config(false, None), None, &nudi), "nobody knows who asks");
        // Behind a proxy of the same machine everybody comes from 127.0.0.1.
        let qui = da("127.0.0.1");
        assert!(!senza.ammesso(&config(true, None), Some(&qui), &nudi));
        assert!(!senza.ammesso(&config(false, Some("127.0.0.1")), Some(&qui), &nudi));
        for n in INOLTRI {
            let h = HeaderMap::from_iter([(n.parse().unwrap(), HeaderValue::from_static("x"))]);
            assert!(!senza.ammesso(&config(false, None), Some(&qui), &h), "{n}");
        }
        let con = Metriche::nuove(Some("segreto".into()));
        let mostra = |v: &'static str| HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(v))]);
        for (v, si) in [("Bearer segreto", true), ("Bearer segret", false), ("segreto", false), ("Bearer ", false)] {
            assert_eq!(con.ammesso(&config(true, None), Some(&da("10.0.0.4")), &mostra(v)), si, "{v}");
        }
        assert!(!con.ammesso(&config(false, None), Some(&qui), &nudi), "a token closes the other door");
    }

    #[test]
    fn labels_cannot_break_the_line() {
        let mut p = Pagina::default();
        p.valore("x", &[("a", "b\"\\\nc"), ("d", "e")], 7);
        p.valore("y", &[], -1);
        assert_eq!(p.0, "x{a=\"b\\\"\\\\\\nc\",d=\"e\"} 7\ny -1\n");
    }

    #[test]
    fn buckets_are_cumulative() {
        let m = Metriche::default();
        for ms in [1, 5, 6, 2_000, 60_000] {
            m.conta(None, &Method::GET, false, StatusCode::OK, Duration::from_millis(ms));
        }
        let mut p = Pagina::default();
        m.durate(&mut p);
        for riga in [
            "_bucket{genere=\"porta\",le=\"0.005\"} 2\n",
            "_bucket{genere=\"porta\",le=\"0.010\"} 3\n",
            "_bucket{genere=\"porta\",le=\"3.000\"} 4\n",
            "_bucket{genere=\"porta\",le=\"10.000\"} 4\n",
            "_bucket{genere=\"porta\",le=\"+Inf\"} 5\n",
            "_sum{genere=\"porta\"} 62.012000\n",
            "_count{genere=\"porta\"} 5\n",
        ] {
            assert!(p.0.contains(riga), "{riga}{}", p.0);
        }
    }
}
