//! The legal clock moves only where nothing is real.

use db::prova::Prova;
use db::{Db, Scarto};

const MODO: &str = "set session_replication_role = replica; update sistema.installazione set modo = 'esercizio'; \
     set session_replication_role = origin";

#[tokio::test]
async fn in_an_office_the_clock_does_not_move() {
    let prova = Prova::nuova(&[]).await.unwrap();
    let mut c = prova.come("alleanza_super").await.unwrap();
    sqlx::raw_sql(MODO).execute(&mut c).await.unwrap();
    let e = prova.manut.sposta_orologio(Scarto::from_hours(1), &prova.db).await.unwrap_err();
    assert_eq!(e.vincolo(), Some("orologio_solo_demo_o_prova"));
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn the_clock_moves_for_everybody_who_listens() {
    let prova = Prova::nuova(&[]).await.unwrap();
    let altro = Db::connetti(&prova.url("alleanza_app"), 2).await.unwrap();
    altro.segui_orologio().await.unwrap();
    let prima = prova.db.senza_ente().await.unwrap().now();
    prova.manut.sposta_orologio(Scarto::from_hours(1_000), &prova.db).await.unwrap();
    assert!(prova.db.senza_ente().await.unwrap().now().duration_since(prima) >= Scarto::from_hours(1_000));
    let sentito = async {
        while altro.orologio().adesso().duration_since(prima) < Scarto::from_hours(1_000) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), sentito).await.unwrap();
    altro.chiudi().await;
    prova.butta().await.unwrap();
}

#[tokio::test]
async fn nobody_but_the_owner_touches_it() {
    let prova = Prova::nuova(&[]).await.unwrap();
    let sposta = "update sistema.orologio set scarto = '1 hour'";
    let mut tx = prova.db.senza_ente().await.unwrap();
    assert!(sqlx::query(sposta).execute(tx.conn()).await.is_err());
    let mut tx = prova.manut.tx().await.unwrap();
    assert!(sqlx::query(sposta).execute(tx.conn()).await.is_err());
    drop(tx);
    prova.butta().await.unwrap();
}
