//! Negative controls: damage done on purpose, which the judge must see every time.

use std::time::Duration;

use super::corrente::{self, SuDischi};
use super::{Prova, RIPRESA};
use crate::carico::{Carico, Misura};
use crate::casa::Casa;
use crate::diario::Registro;
use crate::oracolo::{Guasto, Verdetto};
use crate::referto::Referto;
use crate::seme::Caso;

/// What a superuser can do where no grant and no trigger stops him.
const TOGLI: &str = "set session_replication_role = replica; \
     with via as (select * from registri.voce where registro = 'PG' and numero is not null order by random() limit 1), \
          c as (delete from registri.chiaro k using via v where (k.ente, k.aoo, k.registro, k.catena, k.posizione) \
                  = (v.ente, v.aoo, v.registro, v.catena, v.posizione)) \
     delete from registri.voce k using via v where (k.ente, k.aoo, k.registro, k.catena, k.posizione) \
                  = (v.ente, v.aoo, v.registro, v.catena, v.posizione)";
/// The last ten voci of the busiest register never were: the counter is put back, head included, and nothing is left that
/// would hinder the same numbers.
const RIAVVOLGI: &str = "set session_replication_role = replica; \
     create temp table via as select v.* from registri.voce v join (select ente, max(posizione) as fine from registri.voce \
       where registro = 'PG' group by ente order by 2 desc limit 1) u on u.ente = v.ente \
       where v.registro = 'PG' and v.posizione > u.fine - 10; \
     update registri.contatore k set (serie, ultimo, posizione, istante, testa) = ( \
       select v.serie, v.numero, v.posizione, v.istante, v.impronta from registri.voce v where v.ente = k.ente \
         and v.registro = 'PG' and v.posizione = (select min(posizione) - 1 from via)) \
       where k.registro = 'PG' and k.ente = (select distinct ente from via); \
     delete from registri.chiaro k using via v where (k.ente, k.aoo, k.registro, k.posizione) = (v.ente, v.aoo, v.registro, v.posizione); \
     delete from registri.voce k using via v where (k.ente, k.aoo, k.registro, k.posizione) = (v.ente, v.aoo, v.registro, v.posizione); \
     delete from protocollo.assegnazione k using via v where (k.ente, k.anno, k.numero) = (v.ente, v.serie, v.numero); \
     delete from protocollo.corrispondente k using via v where (k.ente, k.anno, k.numero) = (v.ente, v.serie, v.numero); \
     delete from protocollo.allegato k using via v where (k.ente, k.anno, k.numero) = (v.ente, v.serie, v.numero); \
     delete from protocollo.registrazione k using via v where (k.ente, k.anno, k.numero) = (v.ente, v.serie, v.numero)";

pub async fn prova(p: &mut Prova) -> anyhow::Result<Referto> {
    let giri = p.giri(20, 1);
    let mut r =
        Referto::nuovo(format!("{giri} volte ciascuno: danni fatti apposta, che il giudice deve vedere ogni volta"));
    let elettrico = corrente::impossibile();
    if let Some(perche) = elettrico {
        r.cifra(format!("senza i controlli della corrente: {perche}"));
    }
    let mut conta = |nome: &str, visti: u32, esempio: &Verdetto| {
        r.cifra(format!("{nome}: visto {visti} volte su {giri} (l’ultima: {esempio})"));
        r.esige(visti == giri, format!("{nome}: il giudice non l’ha visto {} volte", giri - visti));
    };
    let mut visti = [0; 5];
    let mut ultimi = [const { None }; 5];
    for giro in 0..giri {
        let v = riga_tolta(p, giro).await?;
        visti[0] += u32::from(v.quanti(Guasto::Perso) >= 1 && v.quanti(Guasto::Buco) >= 1);
        ultimi[0] = Some(v);
        let v = numero_ridato(p, giro).await?;
        visti[1] += u32::from(v.quanti(Guasto::Perso) >= 1 && v.quanti(Guasto::Doppio) >= 1);
        ultimi[1] = Some(v);
        // What is still in memory at the kill is a matter of luck, and of some seconds: not at every change.
        if p.lunga {
            let v = senza_attendere(p, giro).await?;
            visti[2] += u32::from(v.quanti(Guasto::Perso) >= 1);
            ultimi[2] = Some(v);
        }
        if elettrico.is_none() {
            let v = disco_bugiardo(p, giro).await?;
            visti[3] += u32::from(v.quanti(Guasto::Perso) >= 1);
            ultimi[3] = Some(v);
        }
        if elettrico.is_none() && p.lunga {
            let v = senza_attendere_e_senza_corrente(p, giro).await?;
            visti[4] += u32::from(v.quanti(Guasto::Perso) >= 1);
            ultimi[4] = Some(v);
        }
    }
    let nomi = [
        "una voce tolta da un superutente",
        "dieci numeri ridati ad altri",
        "synchronous_commit=off e kill -9",
        "fsync ignorato e taglio di corrente",
        "synchronous_commit=off e taglio di corrente",
    ];
    for (i, nome) in nomi.into_iter().enumerate() {
        if let Some(v) = &ultimi[i] {
            conta(nome, visti[i], v);
        }
    }
    Ok(r)
}

/// A house with some history, and nobody at work.
async fn abitata(p: &mut Prova, nome: &str) -> anyhow::Result<(Casa, Registro)> {
    let mut casa = p.casa(nome)?;
    casa.accendi().await?;
    let registro = casa.registro();
    lavora(p, &casa, &registro).await?;
    Ok((casa, registro))
}

async fn lavora(p: &mut Prova, casa: &Casa, registro: &Registro) -> anyhow::Result<()> {
    let prima = registro.apri().confermati();
    let carico =
        Carico::avvia(&casa.cliente().await?, registro, Misura { documento_ogni: 0, ..Misura::default() }, &mut p.caso);
    while registro.apri().confermati() < prima + 60 {
        carico.prossima(RIPRESA).await?;
    }
    carico.finisci().await?;
    Ok(())
}

async fn riga_tolta(p: &mut Prova, giro: u32) -> anyhow::Result<Verdetto> {
    let (mut casa, registro) = abitata(p, &format!("riga-tolta-{giro}")).await?;
    anyhow::ensure!(casa.giudica(&registro)?.sano(), "the house was sick before");
    casa.esegui(TOGLI).await?;
    casa.giudica(&registro)
}

async fn numero_ridato(p: &mut Prova, giro: u32) -> anyhow::Result<Verdetto> {
    let (mut casa, registro) = abitata(p, &format!("numero-ridato-{giro}")).await?;
    casa.esegui(RIAVVOLGI).await?;
    lavora(p, &casa, &registro).await?;
    casa.giudica(&registro)
}

/// PostgreSQL says yes before it has written anything, and dies.
async fn senza_attendere(p: &mut Prova, giro: u32) -> anyhow::Result<Verdetto> {
    let mut casa = p.casa(&format!("senza-attendere-{giro}"))?;
    casa.accendi().await?;
    for sql in ["alter system set synchronous_commit = off", "alter system set wal_writer_delay = '10s'"] {
        casa.esegui(sql).await?;
    }
    casa.spegni().await?;
    casa.accendi().await?;
    let registro = casa.registro();
    let carico = Carico::avvia(&casa.cliente().await?, &registro, Misura::default(), &mut p.caso);
    carico.prossima(RIPRESA).await?;
    tokio::time::sleep(Duration::from_millis(800)).await;
    casa.uccidi_programma()?;
    casa.uccidi_postgres()?;
    carico.abbandona().await;
    casa.accendi().await?;
    casa.giudica(&registro)
}

/// The disk says yes to every flush and does none: what comes back after the cut is what was there before the work.
async fn disco_bugiardo(p: &mut Prova, giro: u32) -> anyhow::Result<Verdetto> {
    let mut s = SuDischi::nuova(p, &format!("bugiardo-{giro}"))?;
    s.menti();
    s.casa.accendi().await?;
    let carico = s.carica(&mut p.caso).await?;
    s.taglia(&mut Caso::sfortunato())?;
    carico.abbandona().await;
    s.casa.accendi().await?;
    s.casa.giudica(&s.registro)
}

async fn senza_attendere_e_senza_corrente(p: &mut Prova, giro: u32) -> anyhow::Result<Verdetto> {
    let mut s = SuDischi::nuova(p, &format!("senza-corrente-{giro}"))?;
    s.casa.accendi().await?;
    s.casa.esegui("alter system set synchronous_commit = off").await?;
    s.casa.spegni().await?;
    s.casa.accendi().await?;
    let carico = s.carica(&mut p.caso).await?;
    s.taglia(&mut p.caso)?;
    carico.abbandona().await;
    s.casa.accendi().await?;
    s.casa.giudica(&s.registro)
}
