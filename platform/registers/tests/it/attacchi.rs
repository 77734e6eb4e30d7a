//! Whoever owns the server changes rows: verification names the first voce that does not hold.

use registers::Testa;
use registers::verifica::{Esito, verifica};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::casa::{Casa, PROIEZIONI, esegui};

/// An attack on the eight voci of `Casa::con_storia`, and the first voce that it spoils.
pub struct Attacco {
    pub nome: &'static str,
    pub sql: &'static str,
    /// Are yesterday's heads, kept elsewhere, shown to who verifies?
    pub teste: bool,
    pub prima: i64,
}

const fn a(nome: &'static str, prima: i64, sql: &'static str) -> Attacco {
    Attacco { nome, sql, teste: false, prima }
}

const fn con_teste(nome: &'static str, prima: i64, sql: &'static str) -> Attacco {
    Attacco { nome, sql, teste: true, prima }
}

/// Rewrites every link from the first voce, counter included, with the function of the database itself.
const RICALCOLA: &str = "create or replace function pg_temp.ricalcola() returns void language plpgsql as $$ \
declare v record; t bytea := decode(repeat('00', 32), 'hex'); begin \
  for v in select * from registri.voce where ente = 1 order by posizione loop \
    t := registri.anello(t, v.versione_canonica, 'c_valbruna', v.aoo, v.registro, v.serie, v.posizione, \
                             v.operazione, v.numero, v.istante, v.impronta_contenuto); \
    update registri.voce set impronta = t where ente = 1 and posizione = v.posizione; \
    update registri.contatore set testa = t, posizione = v.posizione, istante = v.istante where ente = 1; \
  end loop; end $$;";

/// Cuts the voci from `$1` on and puts the counter back, as if they had never been.
const TAGLIA: &str = "create or replace function pg_temp.taglia(da bigint) returns void language sql as $$ \
  delete from registri.chiaro where ente = 1 and posizione >= da; \
  delete from registri.voce where ente = 1 and posizione >= da; \
  update registri.contatore k set posizione = v.posizione, testa = v.impronta, istante = v.istante, \
    ultimo = (select max(numero) from registri.voce where ente = 1) \
  from registri.voce v where k.ente = 1 and v.ente = 1 and v.posizione = da - 1 $$;";

pub const ATTACCHI: &[Attacco] = &[
    a(
        "one byte of a content, its print fixed",
        3,
        "update registri.voce set contenuto = set_byte(contenuto, 12, 66), \
           impronta_contenuto = sha256(set_byte(contenuto, 12, 66)) where ente = 1 and posizione = 3",
    ),
    a(
        "one byte of a content, its print left",
        3,
        "alter table registri.voce drop constraint voce_contenuto_integro; \
         update registri.voce set contenuto = set_byte(contenuto, 12, 66) where ente = 1 and posizione = 3",
    ),
    a(
        "a content that says the same with other bytes, all recomputed",
        7,
        "update registri.voce set contenuto = contenuto || ' ', impronta_contenuto = sha256(contenuto || ' ') \
         where ente = 1 and posizione = 7; select pg_temp.ricalcola()",
    ),
    a("a clear value", 5, "update registri.chiaro set valore = valore || '0' where ente = 1 and posizione = 5"),
    a(
        "a clear value and the state",
        5,
        "update registri.chiaro set valore = 'x' where ente = 1 and posizione = 5; \
         update finto.registrazione set oggetto = 'x' where ente = 1 and posizione = 5",
    ),
    a(
        "a salt",
        5,
        "update registri.chiaro set sale = sha256(sale)::bytea where false; \
         update registri.chiaro set sale = decode(repeat('ab', 16), 'hex') where ente = 1 and posizione = 5",
    ),
    a("a clear value removed without oscuramento", 1, "delete from registri.chiaro where ente = 1 and posizione = 1"),
    a(
        "a clear value added",
        2,
        "insert into registri.chiaro values \
         (1, 'AOO1', 'PROT', 0, 2, 'nota', decode(repeat('00', 16), 'hex'), 'x')",
    ),
    a(
        "the number of an annulment",
        4,
        "alter table registri.voce drop constraint voce_solo_registrazione_numera; \
         alter table registri.voce drop constraint voce_numero; \
         update registri.voce set numero = 0 where ente = 1 and posizione = 4",
    ),
    a("an annulment in the middle removed", 4, "delete from registri.voce where ente = 1 and posizione = 4"),
    a(
        "an annulment in the middle removed, the rest moved up and recomputed: only the state remembers",
        2,
        "alter table registri.chiaro disable trigger all; \
         delete from registri.voce where ente = 1 and posizione = 4; delete from registri.chiaro where ente = 1 and posizione = 4; \
         update registri.voce set posizione = posizione - 1 where ente = 1 and posizione > 4; \
         update registri.chiaro set posizione = posizione - 1 where ente = 1 and posizione > 4; \
         update finto.registrazione set posizione = posizione - 1 where ente = 1 and posizione > 4; \
         update registri.voce set contenuto = convert_to(replace(convert_from(contenuto, 'UTF8'), '\"su\":5', '\"su\":4'), 'UTF8'), \
           impronta_contenuto = sha256(convert_to(replace(convert_from(contenuto, 'UTF8'), '\"su\":5', '\"su\":4'), 'UTF8')) \
         where ente = 1; select pg_temp.ricalcola()",
    ),
    a("the tail removed", 6, "delete from registri.voce where ente = 1 and posizione >= 6"),
    a(
        "the last annulment and what follows removed, counter rewritten: the state remembers",
        5,
        "select pg_temp.taglia(6); \
         delete from finto.registrazione where ente = 1 and posizione > 6",
    ),
    con_teste(
        "the tail removed everywhere, counter and state rewritten",
        6,
        "select pg_temp.taglia(6); \
         delete from finto.registrazione where ente = 1 and posizione > 6; \
         update finto.registrazione set annullata = false where ente = 1 and posizione = 5",
    ),
    a(
        "an annulment forged at the tail, linked, without the counter",
        9,
        "insert into registri.voce select v.ente, aoo, registro, catena, 9, serie, 2, null, istante, 1, c, sha256(c), \
           registri.anello(impronta, 1, 'c_valbruna', aoo, registro, serie, 9, 2, null, istante, sha256(c)) \
         from registri.voce v, convert_to('{\"su\":7}', 'UTF8') c where v.ente = 1 and posizione = 8",
    ),
    a(
        "an annulment forged at the tail with its counter: the state does not know it",
        7,
        "insert into registri.voce select v.ente, aoo, registro, catena, 9, serie, 2, null, istante, 1, c, sha256(c), \
           registri.anello(impronta, 1, 'c_valbruna', aoo, registro, serie, 9, 2, null, istante, sha256(c)) \
         from registri.voce v, convert_to('{\"su\":7}', 'UTF8') c where v.ente = 1 and posizione = 8; \
         select pg_temp.ricalcola()",
    ),
    a(
        "an annulment only in the state",
        7,
        "update finto.registrazione set annullata = true where ente = 1 and posizione = 7",
    ),
    con_teste(
        "the whole chain rewritten from voce 3, consistently",
        8,
        "update registri.voce set contenuto = c, impronta_contenuto = sha256(c) \
           from (select convert_to(replace(convert_from(contenuto, 'UTF8'), 'sportello', 'posta'), 'UTF8') as c \
                 from registri.voce where ente = 1 and posizione = 3) x where ente = 1 and posizione = 3; \
         select pg_temp.ricalcola()",
    ),
    a("the counter deleted", 1, "delete from registri.contatore where ente = 1"),
    a("the register deleted", 1, "delete from registri.registro where ente = 1"),
    a("the counter put back by one", 8, "update registri.contatore set posizione = 7 where ente = 1"),
    a("the last number changed", 8, "update registri.contatore set ultimo = ultimo + 5 where ente = 1"),
    a(
        "the last instant changed",
        8,
        "update registri.contatore set istante = istante + interval '1 hour' where ente = 1",
    ),
    con_teste(
        "everything of the register deleted",
        1,
        "delete from registri.contatore where ente = 1; \
         delete from registri.registro where ente = 1; delete from registri.voce where ente = 1; \
         delete from registri.chiaro where ente = 1; delete from finto.registrazione where ente = 1",
    ),
    a(
        "two voci swapped",
        3,
        "update registri.voce set posizione = 1003 where ente = 1 and posizione = 3; \
         update registri.voce set posizione = 3 where ente = 1 and posizione = 5; \
         update registri.voce set posizione = 5 where ente = 1 and posizione = 1003",
    ),
    a(
        "an instant set back",
        5,
        "update registri.voce set istante = istante - interval '1 day' where ente = 1 and posizione = 5",
    ),
    a(
        "an instant set back, all recomputed",
        5,
        "update registri.voce set istante = istante - interval '1 minute' where ente = 1 and posizione = 5; \
         select pg_temp.ricalcola()",
    ),
    a(
        "the year of a number, all recomputed",
        7,
        "update registri.voce set serie = serie - 1 where ente = 1 and posizione >= 7; select pg_temp.ricalcola()",
    ),
    a(
        "a number twice, all recomputed",
        5,
        "drop index registri.voce_numero_unico; \
         update registri.voce set numero = 3 where ente = 1 and posizione = 5; select pg_temp.ricalcola()",
    ),
    a(
        "a voce twice",
        3,
        "alter table registri.voce drop constraint voce_pkey cascade; drop index registri.voce_numero_unico; \
         insert into registri.voce select * from registri.voce where ente = 1 and posizione = 3",
    ),
    a(
        "a voce before the first",
        0,
        "alter table registri.voce drop constraint voce_posizione; drop index registri.voce_numero_unico; \
         insert into registri.voce select ente, aoo, registro, catena, 0, serie, operazione, 1, istante, \
           versione_canonica, contenuto, impronta_contenuto, impronta from registri.voce where ente = 1 and posizione = 1",
    ),
    a("an object in the state", 3, "update finto.registrazione set oggetto = 'altro' where ente = 1 and posizione = 3"),
    a(
        "a document in the state",
        3,
        "update finto.registrazione set impronta = repeat('0', 64) where ente = 1 and posizione = 3",
    ),
    a("a registration out of the state", 3, "delete from finto.registrazione where ente = 1 and posizione = 3"),
    a(
        "a registration that never was",
        20,
        "insert into finto.registrazione values (1, 'AOO1', 'PROT', 0, 20, 'x', 'x')",
    ),
];

/// The office after the attack, and the heads of the day before it when the attack is judged with them.
pub async fn colpita(attacco: &Attacco) -> (Casa, Vec<Testa>) {
    let casa = Casa::con_storia().await;
    assert_eq!(casa.ente.to_string(), "1");
    let teste = casa.teste().await;
    assert_eq!(casa.anomalie(&teste).await, []);
    let mut c: PgConnection = casa.superutente().await;
    for f in [RICALCOLA, TAGLIA, attacco.sql] {
        sqlx::raw_sql(AssertSqlSafe(f)).execute(&mut c).await.unwrap_or_else(|e| panic!("{}: {e}", attacco.nome));
    }
    (casa, if attacco.teste { teste } else { Vec::new() })
}

#[tokio::test]
async fn an_ente_that_vanished_leaves_its_voci() {
    let casa = Casa::con_storia().await;
    let mut c = casa.superutente().await;
    esegui(
        &mut c,
        "delete from registri.contatore where ente = 1; delete from registri.registro where ente = 1; \
        delete from accesso.ente where id = 1",
    )
    .await;
    let Esito { anomalie, .. } = verifica(&casa.prova.manut, None, &[], PROIEZIONI).await.unwrap();
    assert_eq!(anomalie[0].cosa, "la catena non ha più il suo contatore");
    casa.butta().await;
}

#[tokio::test]
async fn a_chain_keeps_the_code_with_which_it_was_opened() {
    let casa = Casa::con_storia().await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    esegui(&mut c, "update accesso.ente set codice = 'c_nuovo' where id = 1").await;
    let teste = casa.teste().await;
    assert!(teste.iter().any(|t| t.ente == "c_valbruna"));
    assert_eq!(casa.anomalie(&teste).await, []);
    let esito = verifica(&casa.prova.manut, Some("c_nuovo"), &teste, PROIEZIONI).await.unwrap();
    assert_eq!((esito.catene, esito.voci, esito.anomalie.len()), (1, 8, 0));
    casa.butta().await;
}

#[tokio::test]
async fn what_is_found_reads_like_a_sentence() {
    let casa = Casa::con_storia().await;
    let mut c = casa.superutente().await;
    esegui(&mut c, "update registri.chiaro set valore = 'x' where ente = 1 and posizione = 5").await;
    let a = &casa.anomalie(&[]).await[0];
    let quando = kernel::tempo::data_ora(a.istante.unwrap());
    assert_eq!(
        a.to_string(),
        format!("c_valbruna AOO1/PROT voce 5, numero 0000004 del {quando}: il campo «oggetto» è stato cambiato")
    );
    casa.butta().await;
}
