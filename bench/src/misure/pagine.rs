//! (c) Every signed-in page, all kinds in turn, at a rate that does not wait for answers; and the desk of ten enti against
//! the desk of one.

use std::sync::Arc;

use anyhow::ensure;

use super::banco::{Banco, Entrato, Posto, entra};
use super::foglio::{Foglio, n, tabella};
use super::registrazioni::modulo;
use super::servito::Servito;
use crate::carico::{self, Filo, Richiesta, Tempi};
use crate::rig;

const AL_SECONDO: u32 = 150;

/// A kind of page: its name, and the same page of several enti.
type Specie = (&'static str, Vec<Richiesta>);

pub async fn misura(b: &Banco, s: &Servito, entrati: &Arc<Vec<Entrato>>, f: &mut Foglio) -> anyhow::Result<()> {
    let uffici: Vec<&Posto> = b.uffici().into_iter().take(entrati.len()).collect();
    let segretario = entra(s, rig::SEGRETARIO, &format!("/e/{}/protocollo/nuovo", uffici[0].codice)).await?;
    let specie = specie(b, s, &uffici, entrati, &segretario).await?;
    // A page that nobody opened yet pays for what the others find ready: every page once, unmeasured.
    let mut filo = Filo::apri(s.dove).await?;
    for (nome, richieste) in &specie {
        let r = filo.chiedi(&richieste[0]).await?;
        ensure!(r.stato == richieste[0].atteso, "{nome}: {} risponde {}", richieste[0].percorso, r.stato);
    }
    let (nomi, richieste): (Vec<_>, Vec<_>) = specie.into_iter().unzip();
    let esiti = carico::aperto(s.dove, AL_SECONDO, b.tempo(60, 12), &richieste).await?;
    let mut tutti = Tempi::default();
    let mut righe = Vec::new();
    for (nome, mut e) in nomi.into_iter().zip(esiti) {
        ensure!(e.errori == 0, "{nome}: {} errori, {:?}", e.errori, e.primo);
        let kb = e.byte as f64 / e.tempi.quanti().max(1) as f64 / 1000.0;
        let di = |t: &mut Tempi, p| n(t.percentile(p));
        righe.push(vec![
            nome.to_owned(),
            e.tempi.quanti().to_string(),
            n(kb),
            di(&mut e.tempi, 50.0),
            di(&mut e.tempi, 95.0),
            di(&mut e.tempi, 99.0),
        ]);
        tutti.somma(e.tempi);
    }
    let p95 = tutti.percentile(95.0);
    f.traguardo(
        &format!("every signed-in page, {AL_SECONDO} requests/s mixed"),
        "p95 < 150 ms",
        format!("{} ms (p50 {}, p99 {})", n(p95), n(tutti.percentile(50.0)), n(tutti.percentile(99.0))),
        p95 < 150.0,
    );
    scrivania(b, s, (&uffici[0].codice, &entrati[0]), &segretario, f).await?;
    f.capitolo(
        "Signed-in pages",
        format!(
            "{}\nOpen loop at {AL_SECONDO} requests/s, all kinds in turn over {} enti: a time counts from when the request should \
             have left.\n",
            tabella(&["page", "answers", "kB on the wire", "p50 ms", "p95 ms", "p99 ms"], righe),
            uffici.len()
        ),
    );
    Ok(())
}

async fn specie(
    b: &Banco,
    s: &Servito,
    uffici: &[&Posto],
    entrati: &Arc<Vec<Entrato>>,
    segretario: &Entrato,
) -> anyhow::Result<Vec<Specie>> {
    let host = s.host();
    let ufficio = |percorso: &dyn Fn(&Posto) -> String| -> Vec<Richiesta> {
        let pagina = |(p, e): (&&Posto, &Entrato)| {
            Richiesta::get(&host, format!("/e/{}{}", p.codice, percorso(p))).con_biscotto(&e.biscotto)
        };
        uffici.iter().zip(entrati.iter()).map(pagina).collect()
    };
    let mut specie: Vec<Specie> = vec![
        ("desk, one ente", entrati.iter().map(|e| Richiesta::get(&host, "/").con_biscotto(&e.biscotto)).collect()),
        ("desk, ten enti", vec![Richiesta::get(&host, "/").con_biscotto(&segretario.biscotto)]),
        ("protocollo of ten enti", vec![Richiesta::get(&host, "/protocollo").con_biscotto(&segretario.biscotto)]),
        ("ente", ufficio(&|_| String::new())),
        ("protocollo", ufficio(&|_| "/protocollo".into())),
        ("protocollo, older", ufficio(&|p| format!("/protocollo?dopo=2026/{}", p.numero / 2))),
        ("protocollo, words", ufficio(&|_| "/protocollo?q=fattura+manutenzione".into())),
        ("protocollo, rare words", ufficio(&|_| "/protocollo?q=patrocinio+festa".into())),
        ("protocollo, filters", ufficio(&|_| "/protocollo?verso=U&classe=IV&dal=1%2F3%2F2026&al=30%2F6%2F2026".into())),
        ("protocollo, to take in charge", ufficio(&|_| "/protocollo?stato=da_prendere".into())),
        ("form of a registration", ufficio(&|_| "/protocollo/nuovo".into())),
        ("registration", ufficio(&|p| format!("/protocollo/2026/{}", p.numero - 3))),
        ("daily registers", ufficio(&|_| "/protocollo/giornalieri".into())),
        ("thread", ufficio(&|p| format!("/fili/{}", p.filo))),
        ("albo, exposed", ufficio(&|_| "/albo".into())),
        ("albo, over", ufficio(&|_| "/albo?stato=finiti".into())),
        ("act", ufficio(&|p| format!("/albo/2026/{}", p.pubblicazione))),
        ("form of an act", ufficio(&|_| "/albo/nuovo".into())),
        ("terms", ufficio(&|_| "/albo/termini".into())),
        ("fascicoli", ufficio(&|_| "/fascicoli".into())),
        ("fascicolo", ufficio(&|p| format!("/fascicoli/{}", p.fascicolo))),
        ("titolario", ufficio(&|_| "/titolario".into())),
        ("documents, verification", ufficio(&|_| "/documenti/verifica".into())),
    ];
    let admin = admin(b, s).await?;
    let di_admin = |pagina: &str| {
        let r = |(p, e): &(String, Entrato)| Richiesta::get(&host, format!("/e/{p}{pagina}")).con_biscotto(&e.biscotto);
        admin.iter().map(r).collect::<Vec<_>>()
    };
    for (nome, pagina) in [
        ("services", "/servizi"),
        ("people", "/persone"),
        ("offices", "/uffici"),
        ("card of the ente", "/ente"),
        ("log of activity", "/registro-attivita"),
        ("processing", "/trattamenti"),
        ("adhesions", "/adesioni"),
        ("jobs", "/lavori"),
    ] {
        specie.push((nome, di_admin(pagina)));
    }
    let rete = entra(s, "segreteria.rete", "/e/rete_ali/persone").await?;
    specie.push((
        "alliance, all members",
        vec![Richiesta::get(&host, "/e/rete_ali/alleanza").con_biscotto(&rete.biscotto)],
    ));
    // Registrations go on while pages are read; a key serves once, so there are as many forms as may be sent.
    let quante = usize::try_from(b.tempo(60, 12).as_secs())? * 6;
    let moduli = uffici.iter().zip(entrati.iter()).cycle().take(quante).map(|(p, e)| modulo(&host, p, e)).collect();
    specie.push(("registering", moduli));
    Ok(specie)
}

async fn admin(b: &Banco, s: &Servito) -> anyhow::Result<Vec<(String, Entrato)>> {
    let mut tutti = Vec::new();
    for p in b.posti.iter().take(rig::DEL_SEGRETARIO) {
        let pagina = format!("/e/{}/persone", p.codice);
        tutti.push((p.codice.clone(), entra(s, &format!("admin.{}", p.codice), &pagina).await?));
    }
    Ok(tutti)
}

/// One request at a time, the pages in turn: what a page costs by itself.
async fn scrivania(
    b: &Banco,
    s: &Servito,
    (codice, uno): (&str, &Entrato),
    dieci: &Entrato,
    f: &mut Foglio,
) -> anyhow::Result<()> {
    let host = s.host();
    let di = |p: String, e: &Entrato| Richiesta::get(&host, p).con_biscotto(&e.biscotto);
    let pagine = [
        di("/".into(), uno),
        di("/".into(), dieci),
        di(format!("/e/{codice}/protocollo"), uno),
        di("/protocollo".into(), dieci),
    ];
    let mut t = una_alla_volta(s.dove, &pagine, b.giri(300, 60)).await?;
    let p50: Vec<f64> = t.iter_mut().map(|t| t.percentile(50.0)).collect();
    for (nome, a, di_uno) in [("desk", p50[1], p50[0]), ("protocollo", p50[3], p50[2])] {
        f.traguardo(
            &format!("{nome} over 10 enti"),
            "≤ 2 × the page of one",
            format!("{} × ({} ms against {} ms)", n(a / di_uno), n(a), n(di_uno)),
            a <= 2.0 * di_uno,
        );
    }
    Ok(())
}

pub async fn una_alla_volta(
    dove: std::net::SocketAddr,
    pagine: &[Richiesta],
    volte: usize,
) -> anyhow::Result<Vec<Tempi>> {
    let mut filo = Filo::apri(dove).await?;
    let mut tempi = vec![Tempi::default(); pagine.len()];
    for giro in 0..volte + 5 {
        for (r, t) in pagine.iter().zip(&mut tempi) {
            let da = std::time::Instant::now();
            let risposta = filo.chiedi(r).await?;
            ensure!(risposta.stato == r.atteso, "{}: {}", r.percorso, risposta.stato);
            if giro >= 5 {
                t.segna(da.elapsed());
            }
        }
    }
    Ok(tempi)
}
