//! `/metrics`: right figures, for who may see them, with no name and no more series than the enti times a few.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;

use crate::mondo::{chiave, due_comuni};
use crate::rotte::{sito, token};

async fn chiedi(sito: &axum::Router, host: &str, percorso: &str, biscotto: &str, da: &str) -> (StatusCode, String) {
    let mut r = Request::get(percorso)
        .header(header::HOST, host)
        .header(header::COOKIE, format!("alleanza={biscotto}"))
        .body(Body::empty())
        .unwrap();
    r.extensions_mut().insert(ConnectInfo(SocketAddr::new(da.parse().unwrap(), 40_000)));
    let r = sito.clone().oneshot(r).await.unwrap();
    let stato = r.status();
    let byte = axum::body::to_bytes(r.into_body(), 10 << 20).await.unwrap();
    (stato, String::from_utf8_lossy(&byte).into_owned())
}

async fn leggi(sito: &axum::Router) -> String {
    let (stato, pagina) = chiedi(sito, "localhost", "/metrics", "", "127.0.0.1").await;
    assert_eq!(stato, StatusCode::OK, "{pagina}");
    pagina
}

/// The lines of the format: every series once, after its HELP and TYPE, with a number.
fn serie(pagina: &str) -> Vec<(&str, &str)> {
    let mut famiglie = BTreeSet::new();
    let mut viste = BTreeSet::new();
    let mut righe = Vec::new();
    for riga in pagina.lines() {
        if let Some(resto) = riga.strip_prefix("# TYPE ") {
            let (nome, tipo) = resto.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&tipo) && famiglie.insert(nome), "{riga}");
        } else if !riga.starts_with("# HELP ") {
            let (serie, valore) = riga.rsplit_once(' ').unwrap();
            let nome = serie.split('{').next().unwrap();
            let famiglia = ["_bucket", "_sum", "_count"].iter().find_map(|f| nome.strip_suffix(f)).unwrap_or(nome);
            assert!(famiglie.contains(famiglia) && valore.parse::<f64>().is_ok_and(|v| v >= 0.0), "{riga}");
            assert!(viste.insert(serie), "twice: {riga}");
            righe.push((serie, valore));
        }
    }
    righe
}

fn valore<'a>(pagina: &'a str, cercata: &str) -> &'a str {
    serie(pagina).iter().find(|(s, _)| *s == cercata).map_or("", |(_, v)| v)
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_right_and_say_no_name() {
    let m = due_comuni().await;
    let sito = sito(&m);
    let giulia = token(&m, "giulia.ventresca").await;
    for percorso in ["/albo", "/albo", "/albo/2020/1"] {
        chiedi(&sito, "introdacqua.localhost", percorso, "", "10.0.0.1").await;
    }
    chiedi(&sito, "localhost", "/e/c_e307/protocollo", &giulia, "10.0.0.1").await;
    chiedi(&sito, "localhost", "/e/c_i501/protocollo", &giulia, "10.0.0.1").await;
    let pagina = leggi(&sito).await;
    let richieste = |ente: &str, genere: &str, esito: &str| {
        valore(&pagina, &format!("alleanza_richieste_totale{{ente=\"{ente}\",genere=\"{genere}\",esito=\"{esito}\"}}"))
    };
    assert_eq!(richieste("c_e307", "pubblica", "2xx"), "2");
    assert_eq!(richieste("c_e307", "pubblica", "4xx"), "1");
    assert_eq!(richieste("c_e307", "ufficio", "2xx"), "1");
    assert_eq!(richieste("", "scrivania", "4xx"), "1", "another comune does not exist for her, not even in a label");
    assert_eq!(valore(&pagina, "alleanza_richiesta_secondi_count{genere=\"pubblica\"}"), "3");

    let mut s = m.prova.come("alleanza_super").await.unwrap();
    let ente = chiave(&m.prova, &m.a).await;
    let attesi: Vec<(String, i64)> = sqlx::query_as(
        "select 'alleanza_numeri_totale{ente=\"c_e307\",registro=\"' || registro || '\"}', ultimo::bigint \
           from registri.contatore where ente = $1 \
         union all select 'alleanza_documenti{ente=\"c_e307\"}', count(*) from documenti.documento where ente = $1 \
         union all select 'alleanza_archivio_byte{ente=\"c_e307\"}', sum(dimensione)::bigint from documenti.documento where ente = $1",
    )
    .bind(ente)
    .fetch_all(&mut s)
    .await
    .unwrap();
    assert!(attesi.len() >= 4 && attesi.iter().all(|(_, n)| *n > 0), "{attesi:?}");
    for (serie, n) in attesi {
        assert_eq!(valore(&pagina, &serie), n.to_string(), "{serie}");
    }

    let nomi: Vec<String> = sqlx::query_scalar(
        "select cognome from accesso.persona union select utente from accesso.persona \
         union select oggetto from protocollo.registrazione union select oggetto from albo.atto",
    )
    .fetch_all(&mut s)
    .await
    .unwrap();
    assert!(nomi.len() > 10);
    for n in nomi {
        assert!(!pagina.contains(&n), "/metrics says «{n}»");
    }
    m.prova.butta().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_tells_how_long_it_has_been_waiting() {
    let m = due_comuni().await;
    let sito = sito(&m);
    let mut s = m.prova.come("alleanza_super").await.unwrap();
    // What the demo left in the queue is another story.
    sqlx::query("delete from lavori.lavoro").execute(&mut s).await.unwrap();
    sqlx::query(
        "insert into lavori.lavoro (ente, id, tipo, dati, stato, quando, accodato_il, finito_il, causa, rimedio) \
         select e.id, gen_random_uuid(), 'prova.lavoro', '{}', v.stato, now() - v.da, now(), \
                case when v.stato = 'rinunciato' then now() end, 'x', 'x' \
         from accesso.ente e, (values ('da_fare', interval '90 s'), ('da_fare', interval '-1 h'), ('rinunciato', interval '0')) \
           as v(stato, da) where e.codice = 'c_e307'",
    )
    .execute(&mut s)
    .await
    .unwrap();
    let pagina = leggi(&sito).await;
    assert_eq!(valore(&pagina, "alleanza_lavori{ente=\"c_e307\",stato=\"da_fare\"}"), "2");
    assert_eq!(valore(&pagina, "alleanza_lavori{ente=\"c_e307\",stato=\"rinunciato\"}"), "1");
    let ritardo: i64 = valore(&pagina, "alleanza_lavori_ritardo_secondi").parse().unwrap();
    assert!((90..150).contains(&ritardo), "{ritardo}");
    m.prova.butta().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_finds_it_and_the_series_are_few() {
    let m = due_comuni().await;
    let sito = sito(&m);
    for (host, da) in
        [("localhost", "10.0.0.4"), ("introdacqua.localhost", "127.0.0.1"), ("nessuno.localhost", "127.0.0.1")]
    {
        let (stato, pagina) = chiedi(&sito, host, "/metrics", "", da).await;
        assert!(stato == StatusCode::NOT_FOUND && !pagina.contains("alleanza_richieste"), "{host} from {da}: {stato}");
    }
    let prima = serie(&leggi(&sito).await).len();
    for n in 0..200 {
        chiedi(&sito, &format!("host-{n}.localhost"), &format!("/percorso/{n}"), "", "10.0.0.4").await;
        chiedi(&sito, "introdacqua.localhost", &format!("/albo/2026/{n}"), "", "10.0.0.4").await;
    }
    let dopo = serie(&leggi(&sito).await).len();
    assert!(dopo <= prima + 6, "{prima} series became {dopo}: something that a stranger types is a label");
    m.prova.butta().await.unwrap();
}
