//! The register tells when the albo was touched behind its back.

use albo::commands::{Fine, annulla, proroga, rimuovi, sostituisci};
use albo::model::Classe;
use albo::{Annulla, Correggi, Rimuovi};
use jiff::civil::date;
use kernel::Periodo;
use sqlx::AssertSqlSafe;

use crate::casa::{Casa, delibera, documento, sostituzione};

async fn anomalie(casa: &Casa) -> Vec<String> {
    let esito = registers::verifica::verifica(&casa.prova.manut, None, &[], albo::PROIEZIONI).await.unwrap();
    esito.anomalie.iter().map(ToString::to_string).collect()
}

/// Seven acts: plain, extended, replaced, annulled, removed, removed after everything else, until a day.
async fn storia() -> Casa {
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let mut p = Vec::new();
    for n in 1..=6 {
        p.push(casa.pubblica(&delibera(&format!("Atto {n}"))).await.unwrap());
    }
    let mut bando = delibera("Concorso");
    bando.tipo = "bando".to_owned();
    bando.ultimo_giorno = Some(date(2026, 12, 1));
    casa.pubblica(&bando).await.unwrap();
    casa.alle(date(2026, 11, 6).at(9, 0, 0, 0)).await;

    let (mut tx, permesso) = casa.con::<Correggi>().await;
    let giorno = Periodo::nuovo(date(2026, 11, 4), Some(date(2026, 11, 4))).unwrap();
    for (id, p) in [&p[1], &p[5]] {
        proroga(&mut tx, &permesso, p.anno, p.numero, giorno, "rete").await.unwrap();
        let vecchio = albo::queries::file(&mut tx, *id).await.unwrap().remove(0);
        let s = sostituzione(vecchio.id, documento("omissis"), "dati", Fine::Invariata);
        sostituisci(&mut tx, &permesso, p.anno, p.numero, &s).await.unwrap();
    }
    let (id, terzo) = &p[2];
    let vecchio = albo::queries::file(&mut tx, *id).await.unwrap().remove(0);
    let fine = Fine::NuovoUltimoGiorno(date(2026, 11, 20));
    let s = sostituzione(vecchio.id, documento("altro"), "dati", fine);
    sostituisci(&mut tx, &permesso, terzo.anno, terzo.numero, &s).await.unwrap();
    tx.commit().await.unwrap();

    let (mut tx, permesso) = casa.con::<Annulla>().await;
    for (_, p) in [&p[3], &p[5]] {
        annulla(&mut tx, &permesso, p.anno, p.numero, "errore", "").await.unwrap();
    }
    tx.commit().await.unwrap();
    let (mut tx, permesso) = casa.con::<Rimuovi>().await;
    for (_, p) in [&p[4], &p[5]] {
        rimuovi(&mut tx, &permesso, p.anno, p.numero, Classe::DatiEccedenti, "").await.unwrap();
    }
    tx.commit().await.unwrap();
    casa
}

#[tokio::test]
async fn a_full_story_verifies() {
    let casa = storia().await;
    assert_eq!(anomalie(&casa).await, Vec::<String>::new());
    casa.butta().await;
}

#[tokio::test]
async fn the_independent_checker_agrees() {
    let casa = storia().await;
    let cartella = std::env::temp_dir().join(format!("albo-registri-{}", db::caso::token()));
    registers::esporta::esporta(&casa.prova.manut, crate::casa::VALBRUNA, &cartella, albo::STATI).await.unwrap();
    let programma = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verifica_registri.py");
    let esito = std::process::Command::new("python3").arg(programma).arg(&cartella).output().unwrap();
    assert!(esito.status.success(), "{}", String::from_utf8_lossy(&esito.stdout));
    std::fs::remove_dir_all(cartella).unwrap();
    casa.butta().await;
}

#[tokio::test]
async fn every_sabotage_is_named() {
    let casa = storia().await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    for (sabotaggio, atteso) in [
        ("update albo.atto set oggetto = 'altro' where numero = 1", "l’oggetto è un altro"),
        ("update albo.atto set oggetto = 'Atto 5' where numero = 5", "l’oggetto è un altro"),
        ("update albo.atto set responsabile = 'altro' where numero = 1", "il responsabile è un altro"),
        ("update albo.atto set richiedente = 'altro' where numero = 1", "gli estremi sono altri"),
        ("update albo.atto set al = al + 1, fine = fine + interval '1 day' where numero = 2", "il periodo è un altro"),
        ("update albo.atto set al = al - 1, fine = fine - interval '1 day' where numero = 7", "il periodo è un altro"),
        ("update albo.atto set dal = dal - 1 where numero = 1", "il periodo è un altro"),
        ("update albo.atto set numero = 100 where numero = 1", "numero o istante"),
        ("update albo.atto set affisso_il = affisso_il - interval '1 hour' where numero = 1", "numero o istante"),
        (
            "update albo.atto set stato = 'annullata', chiuso_il = affisso_il, motivo = 'x' where numero = 1",
            "annullamento o rimozione",
        ),
        (
            "update albo.atto set stato = 'pubblicata', chiuso_il = null, motivo = '' where numero = 4",
            "annullamento o rimozione",
        ),
        ("delete from albo.atto where numero = 7", "manca la pubblicazione"),
        (
            "insert into albo.atto (ente, id, aoo, stato, filo, tipo, oggetto, norma, forma, persona, creato_il, anno, numero, \
           posizione, affisso_il, dal, al, fine) select ente, gen_random_uuid(), aoo, 'pubblicata', filo, tipo, 'x', norma, forma, \
           persona, creato_il, anno, 99, 999, affisso_il, dal, al, fine from albo.atto where numero = 1",
            "che il registro non ha",
        ),
        ("delete from albo.operazione where cosa = 'annullamento'", "manca dal diario"),
        (
            "insert into albo.operazione select ente, aoo, 999, atto, istante, cosa, persona, nome, motivo, dettaglio \
           from albo.operazione where posizione = 1",
            "che il registro non ha",
        ),
        ("update albo.operazione set motivo = 'altro' where cosa = 'proroga'", "nel diario l’operazione è un’altra"),
        (
            "update albo.operazione set istante = istante - interval '1 day' where posizione = 1",
            "nel diario l’operazione è un’altra",
        ),
        ("update albo.file set impronta = sha256('x') where messo = 1", "un documento esposto è un altro"),
        (
            "update albo.file set tolto = null, tolto_il = null where tolto is not null",
            "un documento esposto è un altro",
        ),
        ("update albo.file set messo = null, messo_il = null where messo = 1", "un documento esposto è un altro"),
        ("delete from albo.file where messo = 1", "manca un documento esposto"),
        ("update albo.file set nome = 'altro.pdf' where messo = 1", "i nomi dei documenti"),
    ] {
        let sql = format!("begin; set local session_replication_role = replica; {sabotaggio}; commit");
        // Each on a copy of the rows, put back afterwards: tables are small.
        sqlx::raw_sql("create table if not exists pg_temp.a as table albo.atto; create table if not exists pg_temp.f as table albo.file; \
             create table if not exists pg_temp.o as table albo.operazione").execute(&mut c).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut c).await.unwrap();
        let trovate = anomalie(&casa).await;
        assert!(trovate.iter().any(|t| t.contains(atteso)), "{sabotaggio}\n{trovate:#?}");
        sqlx::raw_sql(
            "begin; set local session_replication_role = replica; delete from albo.operazione; delete from albo.file; \
             delete from albo.atto; insert into albo.atto table pg_temp.a; insert into albo.file table pg_temp.f; \
             insert into albo.operazione table pg_temp.o; commit",
        )
        .execute(&mut c)
        .await
        .unwrap();
    }
    assert_eq!(anomalie(&casa).await, Vec::<String>::new());
    casa.butta().await;
}

#[tokio::test]
async fn the_program_cannot_rewrite_what_it_published() {
    let casa = storia().await;
    for sql in [
        "update albo.atto set oggetto = 'altro' where numero = 1",
        "update albo.atto set numero = 100 where numero = 1",
        "update albo.atto set al = al - 1, fine = fine - interval '1 day' where numero = 1",
        "update albo.operazione set motivo = '' where cosa = 'proroga'",
        "delete from albo.operazione",
        "delete from albo.atto",
        "delete from albo.file where messo is not null",
        "update albo.file set nome = 'altro' where messo = 1",
        "update albo.file set tolto = null, tolto_il = null where tolto is not null",
    ] {
        let mut tx = casa.tx(crate::casa::VALBRUNA).await;
        assert!(sqlx::raw_sql(sql).execute(tx.conn()).await.is_err(), "{sql}");
    }
    casa.butta().await;
}

#[tokio::test]
async fn the_demo_plays_through_the_real_commands() {
    use albo::queries::{Scheda, elenco};
    let casa = Casa::nuova().await;
    casa.alle(date(2026, 11, 2).at(9, 0, 0, 0)).await;
    let mut tx = casa.tx(crate::casa::VALBRUNA).await;
    let chi = casa.chi(&mut tx).await;
    albo::demo::gioca(&mut tx, &casa.archivio, crate::casa::VALBRUNA, &chi).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = casa.tx(crate::casa::VALBRUNA).await;
    let adesso = tx.now();
    for scheda in [Scheda::Esposti, Scheda::Chiusi, Scheda::Programmati, Scheda::Bozze] {
        assert_eq!(elenco(&mut tx, scheda, adesso, None, 9).await.unwrap().len(), 1, "{scheda:?}");
    }
    drop(tx);
    assert_eq!(anomalie(&casa).await, Vec::<String>::new());
    casa.butta().await;
}
