//! The albo for programs: it begins and ends with the pages, shows less than they do, and is always well formed.

use albo::commands::{DaPubblicare, annulla, rimuovi};
use albo::model::Classe;
use albo::{Annulla, Rimuovi};
use axum::http::StatusCode;
use jiff::civil::date;
use kernel::Numero;
use roxmltree::{Document, Node};
use serde_json::Value;

use crate::casa::{Casa, Risposta, delibera};

const HOST: &str = "valbruna.localhost";
const RSS: &str = "/albo/feed.xml";
const JSON: &str = "/albo/feed.json";
const FLUSSI: [&str; 2] = [RSS, JSON];

/// What an RSS reader sees: title, link, description of each item.
fn articoli(r: &Risposta) -> Vec<[String; 3]> {
    let doc = Document::parse(&r.corpo).unwrap_or_else(|e| panic!("{e}: {}", r.corpo));
    let testo =
        |n: Node<'_, '_>, nome: &str| n.children().find(|c| c.has_tag_name(nome)).unwrap().text().unwrap().to_owned();
    let item = doc.descendants().filter(|n| n.has_tag_name("item"));
    item.map(|n| ["title", "link", "description"].map(|c| testo(n, c))).collect()
}

/// What a JSON reader sees.
fn voci(r: &Risposta) -> Vec<Value> {
    let v: Value = serde_json::from_str(&r.corpo).unwrap();
    assert_eq!(v["version"], "https://jsonfeed.org/version/1.1");
    v["items"].as_array().unwrap().clone()
}

async fn titoli(casa: &Casa) -> [Vec<String>; 2] {
    let rss = articoli(&casa.pubblico(HOST, RSS, "").await).into_iter().map(|[t, ..]| t).collect();
    let json = voci(&casa.pubblico(HOST, JSON, "").await);
    [rss, json.iter().map(|v| v["title"].as_str().unwrap().to_owned()).collect()]
}

async fn il_venti_di_febbraio(casa: &Casa) {
    casa.alle(date(2027, 2, 20).at(9, 0, 0, 0)).await;
}

/// C1, for feeds.
#[tokio::test]
async fn feeds_end_at_the_same_second_as_pages() {
    let casa = Casa::nuova().await;
    il_venti_di_febbraio(&casa).await;
    casa.pubblica(&delibera("Tariffe della mensa")).await.unwrap();
    let mut etag = Vec::new();
    for f in FLUSSI {
        let r = casa.pubblico(HOST, f, "").await;
        assert_eq!((r.stato, r.header("x-robots-tag")), (StatusCode::OK, "noindex, noarchive"), "{f}");
        assert_eq!(r.header("cache-control"), "public, no-cache", "{f}: a copy is never used without asking");
        assert!(r.header("content-security-policy").contains("sandbox"));
        let ancora = casa.pubblico(HOST, f, r.header("etag")).await;
        assert_eq!((ancora.stato, ancora.header("x-robots-tag")), (StatusCode::NOT_MODIFIED, "noindex, noarchive"));
        etag.push(r.header("etag").to_owned());
    }
    let lista = casa.pubblico(HOST, "/albo", "").await;
    for (tipo, f) in [("application/rss+xml", RSS), ("application/feed+json", JSON)] {
        let testa = lista.corpo.split("</head>").next().unwrap();
        assert!(testa.contains(&format!(r#"<link rel="alternate" type="{tipo}""#)) && testa.contains(f), "{testa}");
        assert!(casa.pubblico(HOST, f, "").await.header("content-type").starts_with(tipo));
    }

    casa.alle(date(2027, 3, 6).at(23, 59, 30, 0)).await;
    assert_eq!(titoli(&casa).await, [["Tariffe della mensa"], ["Tariffe della mensa"]]);
    casa.alle(date(2027, 3, 7).at(0, 0, 0, 0)).await;
    for (f, vecchio) in FLUSSI.iter().zip(&etag) {
        let r = casa.pubblico(HOST, f, vecchio).await;
        assert!(r.stato == StatusCode::OK && !r.corpo.contains("mensa"), "{f}: {} {}", r.stato, r.corpo);
    }
    assert_eq!(titoli(&casa).await, [const { Vec::<String>::new() }; 2]);
    casa.butta().await;
}

#[tokio::test]
async fn an_annulled_or_removed_act_leaves_by_the_next_read() {
    let casa = Casa::nuova().await;
    il_venti_di_febbraio(&casa).await;
    for oggetto in ["Primo", "Secondo", "Terzo"] {
        casa.pubblica(&delibera(oggetto)).await.unwrap();
    }
    assert_eq!(titoli(&casa).await, [["Terzo", "Secondo", "Primo"], ["Terzo", "Secondo", "Primo"]]);
    let prima = casa.pubblico(HOST, RSS, "").await;

    let (mut tx, p) = casa.con::<Annulla>().await;
    annulla(&mut tx, &p, 2027, Numero::try_from(3).unwrap(), "Errore nell’atto", "").await.unwrap();
    tx.commit().await.unwrap();
    let (mut tx, p) = casa.con::<Rimuovi>().await;
    rimuovi(&mut tx, &p, 2027, Numero::try_from(2).unwrap(), Classe::DatiParticolari, "").await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(casa.pubblico(HOST, RSS, prima.header("etag")).await.stato, StatusCode::OK);
    assert_eq!(titoli(&casa).await, [["Primo"], ["Primo"]]);
    casa.butta().await;
}

#[tokio::test]
async fn feeds_show_less_than_the_page() {
    let casa = Casa::nuova().await;
    il_venti_di_febbraio(&casa).await;
    let sposi = DaPubblicare { tipo: "matrimonio".into(), ..delibera("Matrimonio di Ada Prova e Ugo Finto") };
    casa.pubblica(&sposi).await.unwrap();
    casa.pubblica(&DaPubblicare { richiedente: "Unione Peligna".into(), ..delibera("Tariffe") }).await.unwrap();
    assert!(casa.pubblico(HOST, "/albo/2027/1", "").await.corpo.contains("Ada Prova"));
    let pagina = casa.pubblico(HOST, "/albo/2027/2", "").await;
    let documento = pagina.link("/albo/2027/2/").split('/').nth(4).unwrap().to_owned();
    assert!(pagina.corpo.contains("Bruno Inventato"));
    for f in FLUSSI {
        let r = casa.pubblico(HOST, f, "").await;
        for tace in ["Ada Prova", "Ugo Finto", "Bruno Inventato", &documento] {
            assert!(!r.corpo.contains(tace), "{f} says {tace}: {}", r.corpo);
        }
        assert!(r.corpo.contains("Pubblicazione di matrimonio, n. 1 del 2027") && r.corpo.contains("Unione Peligna"));
    }
    // The words of AlboPOP.
    let r = casa.pubblico(HOST, RSS, "").await;
    for c in [
        "<title>AlboPOP - Unione di comuni - Valbruna</title>",
        "<link>http://valbruna.localhost:8080/albo/feed.xml</link>",
        r#"<category domain="http://albopop.it/specs#channel-category-type">Unione di comuni</category>"#,
        r#"<category domain="http://albopop.it/specs#channel-category-name">Valbruna</category>"#,
        r#"<guid isPermaLink="true">http://valbruna.localhost:8080/albo/2027/2</guid>"#,
        r#"<category domain="http://albopop.it/specs#item-category-uid">2027/2</category>"#,
        r#"<category domain="http://albopop.it/specs#item-category-type">Delibera di Giunta</category>"#,
        r#"<category domain="http://albopop.it/specs#item-category-pubEnd">Sat, 6 Mar 2027 23:59:59 +0100</category>"#,
        r#"<xhtml:meta name="robots" content="noindex"/>"#,
    ] {
        assert!(r.corpo.contains(c), "{c}\n{}", r.corpo);
    }
    casa.butta().await;
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let casa = Casa::nuova().await;
    il_venti_di_febbraio(&casa).await;
    let ostile = "]]></title><script>alert(1)</script>&amp; \"'<!--";
    casa.pubblica(&DaPubblicare { richiedente: ostile.into(), ..delibera(ostile) }).await.unwrap();
    let [titolo, indirizzo, sommario] = articoli(&casa.pubblico(HOST, RSS, "").await).remove(0);
    assert_eq!((titolo.as_str(), indirizzo.as_str()), (ostile, "http://valbruna.localhost:8080/albo/2027/1"));
    assert!(sommario.contains(ostile), "{sommario}");
    assert_eq!(voci(&casa.pubblico(HOST, JSON, "").await)[0]["title"], ostile);
    // What is typed in the address never comes back.
    let r = casa.pubblico(HOST, "/albo/feed.json?prima=%22%3E%3Cscript%3E", "").await;
    assert!(r.stato == StatusCode::OK && !r.corpo.contains("feed.json?prima"), "{}", r.corpo);
    casa.butta().await;
}

#[tokio::test]
async fn every_exposed_act_is_in_one_page_of_the_json() {
    let casa = Casa::nuova().await;
    il_venti_di_febbraio(&casa).await;
    for n in 1..=107 {
        casa.pubblica(&delibera(&format!("Atto {n}"))).await.unwrap();
    }
    assert_eq!(articoli(&casa.pubblico(HOST, RSS, "").await).len(), 25);
    let mut visti = Vec::new();
    let mut qui = JSON.to_owned();
    loop {
        let r = casa.pubblico(HOST, &qui, "").await;
        visti.extend(voci(&r).iter().map(|v| v["_albo"]["numero"].as_i64().unwrap()));
        let v: Value = serde_json::from_str(&r.corpo).unwrap();
        assert_eq!(v["feed_url"], format!("http://valbruna.localhost:8080{qui}"));
        match v["next_url"].as_str() {
            Some(dopo) => qui = dopo.strip_prefix("http://valbruna.localhost:8080").unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(visti, (1..=107).rev().collect::<Vec<i64>>());
    casa.butta().await;
}

#[tokio::test]
async fn another_host_has_its_own_feed_and_a_closed_albo_has_none() {
    let casa = Casa::nuova().await;
    il_venti_di_febbraio(&casa).await;
    casa.pubblica(&delibera("Tariffe")).await.unwrap();
    for f in FLUSSI {
        assert!(!casa.pubblico("roccalta.localhost", f, "").await.corpo.contains("Tariffe"));
        assert_eq!(casa.pubblico("ignoto.localhost", f, "").await.stato, StatusCode::NOT_FOUND);
    }
    sqlx::query("update enti.servizio_attivo set al = now(), spento_da = persona where servizio = 'albo'")
        .execute(&mut casa.prova.come("alleanza_super").await.unwrap())
        .await
        .unwrap();
    for f in FLUSSI {
        assert_eq!(casa.pubblico(HOST, f, "").await.stato, StatusCode::NOT_FOUND, "{f}");
    }
    casa.butta().await;
}
