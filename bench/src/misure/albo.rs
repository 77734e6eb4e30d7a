//! (b) The public pages of the ente with ten thousand exposed acts, against nginx serving the same bytes from disk.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::ensure;

use super::banco::Banco;
use super::foglio::{Foglio, mediana, n, tabella};
use super::nginx::Nginx;
use super::servito::{Come, Servito};
use crate::carico::{self, Esito, Filo, Richiesta};

const CLIENTI: usize = 8;

/// A page as it is asked, to the program and to its peer.
struct Caso {
    nome: &'static str,
    /// The goal, as a part of the peer's speed.
    meta: f64,
    dove: SocketAddr,
    richiesta: Richiesta,
    pari: Richiesta,
    kb: f64,
}

pub async fn misura(b: &Banco, s: &Servito, f: &mut Foglio) -> anyhow::Result<()> {
    // The same program with no memory of pages: every answer is made again.
    let come = Come { ambiente: vec![("ALLEANZA_CACHE_MIB", "0".to_owned())] };
    let senza = Servito::avvia(&b.radice, &come).await?;
    let nginx = Nginx::avvia(&b.radice).await?;
    let esito = confronta(b, s, &senza, &nginx, f).await;
    nginx.ferma().await?;
    senza.ferma().await?;
    esito
}

async fn confronta(b: &Banco, s: &Servito, senza: &Servito, nginx: &Nginx, f: &mut Foglio) -> anyhow::Result<()> {
    let g = b.grande()?;
    let atto = format!("/albo/2026/{}", g.pubblicazione);
    let mut casi = Vec::new();
    for (nome, servito, percorso, memoria, meta) in [
        ("list", senza, "/albo", "uncached", 0.1),
        ("act", senza, atto.as_str(), "uncached", 0.1),
        ("list", s, "/albo", "cached", 0.5),
        ("act", s, atto.as_str(), "cached", 0.5),
    ] {
        let host = format!("{}:{}", g.host, servito.dove.port());
        let r = Richiesta::get(&host, percorso);
        let vista = Filo::apri(servito.dove).await?.chiedi(&r).await?;
        ensure!(vista.stato == 200, "{percorso}: {}", vista.stato);
        let pagina = format!("{nome}-{memoria}");
        nginx.pagina(&pagina, &vista.corpo)?;
        let pari = Richiesta::get(&nginx.dove.to_string(), format!("/{pagina}"));
        let etichetta: &'static str = match (nome, memoria) {
            ("list", "uncached") => "list, uncached",
            ("act", "uncached") => "act, uncached",
            ("list", _) => "list, cached",
            _ => "act, cached",
        };
        let kb = vista.corpo.len() as f64 / 1000.0;
        casi.push(Caso { nome: etichetta, meta, dove: servito.dove, richiesta: r.clone(), pari: pari.clone(), kb });
        if memoria == "cached" {
            let sua = Filo::apri(nginx.dove).await?.chiedi(&pari).await?;
            let nome = if nome == "list" { "list, 304" } else { "act, 304" };
            casi.push(Caso {
                nome,
                meta,
                dove: servito.dove,
                richiesta: r.se_diversa_da(vista.intestazione("etag")),
                pari: pari.se_diversa_da(sua.intestazione("etag")),
                kb: 0.0,
            });
        }
    }
    let mut righe = Vec::new();
    let mut meta_velocita = Vec::new();
    for c in &casi {
        let (mut nostri, mut suoi) = (Vec::new(), Vec::new());
        let mut ultimo = Esito::default();
        for _ in 0..b.giri(5, 2) {
            suoi.push(corri(nginx.dove, &c.pari, b.tempo(2, 1)).await?.al_secondo());
            ultimo = corri(c.dove, &c.richiesta, b.tempo(3, 1)).await?;
            nostri.push(ultimo.al_secondo());
        }
        let rapporti: Vec<f64> = nostri.iter().zip(&suoi).map(|(a, b)| a / b).collect();
        let rapporto = mediana(&rapporti);
        f.traguardo(
            &format!("albo, {}", c.nome),
            &format!("≥ {} of nginx, same bytes", c.meta),
            format!("{} ({}/s against {}/s)", n(rapporto), n(mediana(&nostri)), n(mediana(&suoi))),
            rapporto >= c.meta,
        );
        let t = &mut ultimo.tempi;
        righe.push(vec![
            c.nome.to_owned(),
            n(c.kb),
            n(mediana(&nostri)),
            n(mediana(&suoi)),
            n(rapporto),
            format!("{} / {} / {}", n(t.percentile(50.0)), n(t.percentile(95.0)), n(t.percentile(99.0))),
        ]);
        if c.meta < 0.5 {
            meta_velocita.push((c, mediana(&nostri) / 2.0));
        }
    }
    for (c, al_secondo) in meta_velocita {
        let richieste = [vec![c.richiesta.clone()]];
        let mut esiti = carico::aperto(c.dove, al_secondo as u32, b.tempo(8, 3), &richieste).await?;
        ensure!(esiti[0].errori == 0, "{}: {:?}", c.nome, esiti[0].primo);
        let p99 = esiti[0].tempi.percentile(99.0);
        f.traguardo(
            &format!("albo, {}, half of its own top load ({}/s)", c.nome, n(al_secondo)),
            "p99 < 20 ms",
            format!("{} ms", n(p99)),
            p99 < 20.0,
        );
    }
    let testata = ["page", "kB on the wire", "program /s", "nginx /s", "ratio", "p50 / p95 / p99, ms"];
    let testo = tabella(&testata, righe);
    f.capitolo(
        "Public pages",
        format!(
            "{testo}\nThe ente with {} exposed acts, {CLIENTI} connections, interleaved rounds, medians. Uncached: the program started \
             with no memory of pages. nginx: one worker per processor, access log on, the same body from disk. The client asks as a \
             browser does (`Accept-Encoding: gzip, deflate, br, zstd`) and shares the two processors with what it measures.\n",
            b.numero(&format!(
                "select count(*) from albo.atto where ente = {} and fine > (select clock_timestamp() + scarto from sistema.orologio)",
                b.grande()?.id
            ))
            .await?
        ),
    );
    Ok(())
}

async fn corri(dove: SocketAddr, r: &Richiesta, durata: Duration) -> anyhow::Result<Esito> {
    let r = r.clone();
    let esito = carico::chiuso(dove, CLIENTI, durata, move |_, _| r.clone()).await?;
    ensure!(esito.errori == 0, "{} risposte sbagliate: {:?}", esito.errori, esito.primo);
    Ok(esito)
}
