//! (f) The same page with ten, a hundred and all the enti in the database.

use sqlx::{Connection, PgConnection};

use super::banco::{Banco, Posto, entra};
use super::foglio::{Foglio, n, tabella};
use super::pagine::una_alla_volta;
use super::servito::{Come, Servito};
use crate::carico::{Richiesta, Tempi};
use crate::rig;

pub async fn misura(b: &Banco, f: &mut Foglio) -> anyhow::Result<()> {
    let Some(posto) = b.posti.first() else { return Ok(()) };
    let tappe: Vec<usize> = rig::TAPPE.into_iter().filter(|t| *t < b.posti.len()).collect();
    let mut serviti = Vec::new();
    for t in &tappe {
        serviti.push(piccolo(b, *t).await?);
    }
    let senza = Come { ambiente: vec![("ALLEANZA_CACHE_MIB", "0".to_owned())] };
    serviti.push(Servito::avvia(&b.radice, &senza).await?);
    let mut tempi: Vec<Vec<Tempi>> = Vec::new();
    let mut giri = Vec::new();
    for s in &serviti {
        giri.push(pagine(s, posto).await?);
        tempi.push(vec![Tempi::default(); giri[0].len()]);
    }
    // A little of each in turn: whatever else the machine does falls on all of them.
    for _ in 0..b.giri(12, 4) {
        for ((s, pagine), t) in serviti.iter().zip(&giri).zip(&mut tempi) {
            let richieste: Vec<Richiesta> = pagine.iter().map(|(_, r)| r.clone()).collect();
            for (t, nuovi) in t.iter_mut().zip(una_alla_volta(s.dove, &richieste, b.giri(25, 10)).await?) {
                t.somma(nuovi);
            }
        }
    }
    let mut righe = Vec::new();
    let mut peggiore: f64 = 0.0;
    for (i, (nome, _)) in giri[0].iter().enumerate() {
        let p50: Vec<f64> = tempi.iter_mut().map(|t| t[i].percentile(50.0)).collect();
        let crescita = p50.last().copied().unwrap_or(f64::NAN) / p50[0];
        peggiore = peggiore.max(crescita);
        let mut riga = vec![(*nome).to_owned()];
        riga.extend(p50.iter().map(|v| n(*v)));
        riga.push(n(crescita));
        righe.push(riga);
    }
    for s in serviti {
        s.ferma().await?;
    }
    f.traguardo(
        &format!("growth of a page from 10 to {} enti", b.posti.len()),
        "≤ 1.2 ×",
        format!("{} × (the worst page)", n(peggiore)),
        peggiore <= 1.2,
    );
    let quanti: Vec<String> = tappe.iter().chain([&b.posti.len()]).map(|t| format!("{t} enti, p50 ms")).collect();
    let mut testata = vec!["page of the same ente"];
    testata.extend(quanti.iter().map(String::as_str));
    testata.push("growth");
    f.capitolo(
        "Growth",
        tabella(&testata, righe) + "\nOne request at a time, no memory of pages, the databases in turn.\n",
    );
    Ok(())
}

/// The program over the copy that was put aside when the rig had so many enti.
async fn piccolo(b: &Banco, enti: usize) -> anyhow::Result<Servito> {
    let database = format!("/banco_{enti}?");
    let di = |ruolo: &str| anyhow::Ok(rig::url(&b.casa, ruolo)?.replace("/alleanza?", &database));
    // Both databases are of the same morning.
    let us = b.numero("select (extract(epoch from scarto) * 1000000)::bigint from sistema.orologio").await?;
    let mut s = PgConnection::connect(&di("alleanza_super")?).await?;
    sqlx::query("update sistema.orologio set scarto = make_interval(secs => $1::bigint / 1000000.0)")
        .bind(us)
        .execute(&mut s)
        .await?;
    s.close().await?;
    let ambiente = vec![
        ("DATABASE_URL", di("alleanza_app")?),
        ("ALLEANZA_DB_MIGRA_URL", di("alleanza_migra")?),
        ("ALLEANZA_CACHE_MIB", "0".to_owned()),
    ];
    Servito::avvia(&b.radice, &Come { ambiente }).await
}

async fn pagine(s: &Servito, p: &Posto) -> anyhow::Result<Vec<(&'static str, Richiesta)>> {
    let modulo = format!("/e/{}/protocollo/nuovo", p.codice);
    let addetto = entra(s, &rig::utente(&p.codice), &modulo).await?;
    let segretario = entra(s, rig::SEGRETARIO, &modulo).await?;
    let host = s.host();
    let ufficio =
        |percorso: String| Richiesta::get(&host, format!("/e/{}{percorso}", p.codice)).con_biscotto(&addetto.biscotto);
    let pubblico = format!("{}:{}", p.host, s.dove.port());
    Ok(vec![
        ("protocollo", ufficio("/protocollo".into())),
        ("protocollo, words", ufficio("/protocollo?q=fattura".into())),
        ("registration", ufficio(format!("/protocollo/2026/{}", p.pubblicazione))),
        ("form", ufficio("/protocollo/nuovo".into())),
        ("albo of the office", ufficio("/albo".into())),
        ("desk of ten enti", Richiesta::get(&host, "/").con_biscotto(&segretario.biscotto)),
        ("protocollo of ten enti", Richiesta::get(&host, "/protocollo").con_biscotto(&segretario.biscotto)),
        ("public list", Richiesta::get(&pubblico, "/albo")),
        ("public act", Richiesta::get(&pubblico, format!("/albo/2026/{}", p.pubblicazione))),
    ])
}
