//! The probe, through a real port: what answers is up, what does not is not.

use std::net::SocketAddr;

use app::sonda::{PERIODICO, porta};
use jobs::{Compito, Contesto};
use sqlx::PgConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::mondo::{Mondo, due_comuni};

async fn gira(m: &Mondo, porta: SocketAddr) {
    let Compito::Installazione(esegui) = PERIODICO.esegui else { panic!("the probe is of the installation") };
    let contesto = Contesto::nuovo(m.prova.db.clone(), m.archivio.clone()).con_porta(porta);
    esegui(contesto).await.unwrap();
}

async fn ultimi(c: &mut PgConnection) -> Vec<(String, String)> {
    sqlx::query_as(
        "select distinct on (e.codice) e.codice, t.esito from enti.tratto t join accesso.ente e on e.id = t.ente \
         order by e.codice, t.dal desc",
    )
    .fetch_all(c)
    .await
    .unwrap()
}

fn tutti(esito: &str) -> Vec<(String, String)> {
    ["c_e307", "c_i501", "cst_sulmona"].map(|c| (c.to_owned(), esito.to_owned())).to_vec()
}

async fn passa_un_minuto(c: &mut PgConnection) {
    sqlx::query("update enti.tratto set dal = dal - interval '1 min', al = al - interval '1 min'")
        .execute(c)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_is_up() {
    let m = due_comuni().await;
    let mut c = m.prova.come("alleanza_super").await.unwrap();
    let ascolto = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let indirizzo = ascolto.local_addr().unwrap();
    let sito = crate::rotte::sito(&m).into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(ascolto, sito).await.unwrap() });
    gira(&m, porta(indirizzo)).await;
    assert_eq!(ultimi(&mut c).await, tutti("su"));

    // The albo of one comune breaks: its page is no page any more.
    passa_un_minuto(&mut c).await;
    sqlx::raw_sql("alter table albo.termine rename to termine_via").execute(&mut c).await.unwrap();
    gira(&m, porta(indirizzo)).await;
    let rotti = ultimi(&mut c).await;
    assert_eq!(rotti[..2], tutti("errore")[..2]);
    assert_eq!(rotti[2].1, "su", "the alliance has no albo: its own page is there");
    sqlx::raw_sql("alter table albo.termine_via rename to termine").execute(&mut c).await.unwrap();

    passa_un_minuto(&mut c).await;
    server.abort();
    let _ = server.await;
    gira(&m, porta(indirizzo)).await;
    assert_eq!(ultimi(&mut c).await, tutti("silenzio"));

    // Something else listens there, and says yes to everybody.
    passa_un_minuto(&mut c).await;
    let altro = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let indirizzo = altro.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut filo, _)) = altro.accept().await {
            let mut letto = [0; 512];
            let _ = filo.read(&mut letto).await;
            let _ = filo.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        }
    });
    gira(&m, indirizzo).await;
    assert_eq!(ultimi(&mut c).await, tutti("errore"));
    drop(c);
    m.prova.butta().await.unwrap();
}
