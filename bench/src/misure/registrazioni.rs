//! (a) Durable registrations: through HTTP with session, token, permit, audit and idempotency, against the same statements
//! run by pgbench, in interleaved rounds, with what the disk can do in the same window.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use kernel::Impronta;
use serde_json::json;

use super::banco::{Banco, Entrato, Posto};
use super::disco::fdatasync;
use super::foglio::{Foglio, mediana, n, tabella};
use super::pgbench::{con_valori, istruzione};
use super::servito::Servito;
use crate::carico::{self, Esito, Filo, Richiesta, Tempi};
use crate::rig;

const CLIENTI: usize = 64;
const CONFINE: &str = "al-banco-di-prova";
/// A registration of every day, as a clerk fills the form in.
const CAMPI: [(&str, &str); 8] = [
    ("verso", "E"),
    ("nome-1", "Agnese Demaria"),
    ("tipo-1", "PF"),
    ("oggetto", "Richiesta di accesso agli atti del procedimento n. 12"),
    ("ufficio", "SEG"),
    ("classifica", "I.6"),
    ("mezzo", "mano"),
    ("arrivo", "25/11/2026"),
];

/// The form of a registration, with a key of its own.
pub fn modulo(host: &str, posto: &Posto, chi: &Entrato) -> Richiesta {
    let chiave = db::caso::uuid().to_string();
    let mut corpo = String::with_capacity(1_400);
    for (campo, valore) in [("csrf", chi.csrf.as_str()), ("chiave", &chiave)].into_iter().chain(CAMPI) {
        corpo.push_str(&format!("--{CONFINE}\r\nContent-Disposition: form-data; name=\"{campo}\"\r\n\r\n{valore}\r\n"));
    }
    corpo.push_str(&format!("--{CONFINE}--\r\n"));
    let tipo = format!("multipart/form-data; boundary={CONFINE}");
    Richiesta::post(host, format!("/e/{}/protocollo/nuovo", posto.codice), &tipo, corpo).con_biscotto(&chi.biscotto)
}

fn hex(cifre: &str) -> anyhow::Result<Vec<u8>> {
    (0..cifre.len()).step_by(2).map(|i| Ok(u8::from_str_radix(&cifre[i..i + 2], 16)?)).collect()
}

/// The transaction of a registration, statement by statement as `protocollo::registra` runs it.
fn copione(ente: &str) -> anyhow::Result<String> {
    let (a, r, p) = (authz::ISTRUZIONI, registers::ISTRUZIONI, protocollo::ISTRUZIONI);
    let (e, d) = (enti::ISTRUZIONI, documenti::ISTRUZIONI);
    let persona = "('00000000-0000-4000-8000-' || lpad(:ente::text, 12, '0'))::uuid";
    let (chiave, filo) = ("md5('k' || :a::text || :b::text)::uuid", "md5('f' || :a::text || :b::text)::uuid");
    let oggi = "current_date";
    let corrispondenti =
        r#"'[{"tipo":"PF","nome":"Agnese Demaria","codice_fiscale":"","indirizzo":"","recapito":""}]'"#;
    let sale = "00112233445566778899aabbccddeeff";
    let chiari = [("oggetto", CAMPI[3].1), ("corrispondenti", corrispondenti.trim_matches('\''))];
    let impegno =
        |valore: &str| Ok::<_, anyhow::Error>(Impronta::di(&[hex(sale)?.as_slice(), valore.as_bytes()].concat()));
    let contenuto = json!({
        "verso": "E", "mezzo": "mano", "riservata": false, "classifica": "I.6", "titolario": 1, "ufficio": "SEG",
        "filo": db::caso::uuid(), "persona": db::caso::uuid(), "arrivato_con_ora": true,
        "riservati": { "oggetto": impegno(chiari[0].1)?, "corrispondenti": impegno(chiari[1].1)? },
    });
    // To pgbench a word after a colon is a variable.
    let contenuto = format!("convert_to('{}', 'UTF8')", contenuto.to_string().replace("\":", "\":' || '"));
    let chiaro = json!(chiari.map(|(campo, valore)| json!({ "campo": campo, "sale": sale, "valore": valore })));
    let chiaro = format!("'{chiaro}'::jsonb");
    let oggetto = format!("'{}'", CAMPI[3].1);
    let passi = [
        con_valori(istruzione(a, "POTERE")?, &[":ente::int", persona, "array['protocollo']", oggi, "now()"])?,
        con_valori(istruzione(r, "CHIEDI")?, &[":ente::int", chiave, "'protocollo.registra'", "sha256('x')"])?,
        con_valori(istruzione(a, "UFFICI")?, &[":ente::int", oggi])?,
        con_valori(istruzione(d, "VERSIONE")?, &[":ente::int"])?,
        con_valori(istruzione(d, "CLASSE")?, &[":ente::int", "1", "'I.6'"])?,
        con_valori(istruzione(e, "AOO")?, &[":ente::int", oggi])?,
        con_valori(istruzione(d, "NUOVO_FILO")?, &[":ente::int", filo, &oggetto, "now()", persona])?,
        con_valori(istruzione(r, "ISCRIVI")?, &["'A1'", "'PG'", "0", "1", "1", &contenuto, &chiaro])? + " \\gset",
        con_valori(
            istruzione(p, "SALVA")?,
            &[
                ":ente::int",
                "'A1'",
                ":serie::int",
                ":numero::int",
                ":posizione::bigint",
                "'E'",
                ":istante::timestamptz",
                ":istante::timestamptz",
                "true",
                &oggetto,
                "'Agnese Demaria'",
                "null::uuid",
                "null::bytea",
                "'mano'",
                "null",
                "null::date",
                "'I.6'",
                "1",
                "'SEG'",
                "null",
                filo,
                "false",
                persona,
                "'[]'::jsonb",
                &format!("{corrispondenti}::jsonb"),
            ],
        )?,
        con_valori(
            istruzione(a, "AUDIT")?,
            &[
                ":ente::int",
                "now()",
                persona,
                "null::uuid",
                "null",
                "'SEG'",
                "'protocollo.registra'",
                "gen_random_uuid()",
                "'protocollo/2026/' || :numero::text",
                r#"'{"verso":"E","classifica":"I.6"}'::jsonb"#,
            ],
        )?,
        con_valori(
            istruzione(r, "RISPONDI")?,
            &[
                ":ente::int",
                chiave,
                "jsonb_build_object('anno', :serie::int, 'numero', :numero::int, 'filo', 'x', 'istante', now())",
            ],
        )?,
    ];
    Ok(format!(
        "\\set ente {ente}\n\\set a random(1, 1000000000)\n\\set b random(1, 1000000000)\nBEGIN;\n\
         SELECT set_config('alleanza.ente', :ente::text, true);\n{};\nCOMMIT;\n",
        passi.join(";\n").replace("\\gset;", "\\gset")
    ))
}

struct Giro {
    disco: f64,
    nudo: f64,
    http: f64,
}

pub async fn misura(b: &Banco, s: &Servito, entrati: &Arc<Vec<Entrato>>, f: &mut Foglio) -> anyhow::Result<()> {
    let tutti: Vec<Posto> = b.posti.iter().filter(|p| p.codice != b.posti[rig::GRANDE].codice).cloned().collect();
    ensure!(tutti.len() >= entrati.len(), "più persone che enti");
    let tutti: Arc<Vec<Posto>> = Arc::new(tutti.into_iter().take(entrati.len()).collect());
    let (primo, ultimo) = (tutti[0].id, tutti[tutti.len() - 1].id);
    let caldo = b.pgbench.copione("registra_uno", &copione(&primo.to_string())?)?;
    let sparso = b.pgbench.copione("registra_tutti", &copione(&format!("random({primo}, {ultimo})"))?)?;
    let mut righe = Vec::new();
    for (nome, script, uno) in [("one AOO", &caldo, true), ("all enti", &sparso, false)] {
        let giri = giri(b, s, script, uno, &tutti, entrati).await?;
        let di = |cosa: fn(&Giro) -> f64| mediana(&giri.iter().map(cosa).collect::<Vec<_>>());
        let rapporto = mediana(&giri.iter().map(|g| g.http / g.nudo).collect::<Vec<_>>());
        f.traguardo(
            &format!("registrations through HTTP, {nome}, {CLIENTI} clients"),
            "≥ 0.5 of the same SQL in pgbench",
            format!("{} ({}/s against {}/s)", n(rapporto), n(di(|g| g.http)), n(di(|g| g.nudo))),
            rapporto >= 0.5,
        );
        righe.push(vec![
            nome.to_owned(),
            n(di(|g| g.disco)),
            n(di(|g| g.nudo)),
            n(di(|g| g.http)),
            n(rapporto),
            giri.iter().map(|g| n(g.http / g.nudo)).collect::<Vec<_>>().join(", "),
        ]);
    }
    let testo = tabella(&["", "fdatasync of 8 kB /s", "pgbench /s", "HTTP /s", "ratio", "ratio of each round"], righe);
    f.capitolo(
        "Registrations",
        format!(
            "{testo}\nMedians of interleaved rounds: disk, pgbench, program. Each HTTP registration is a multipart form with session, \
             token, permit, idempotency key, audit line and commit; pgbench runs the statements of the command, one by one, \
             prepared, without the session. {CLIENTI} clients; every number answered was then found in its register, once.\n"
        ),
    );
    addetti(b, s, &tutti, entrati, f).await
}

async fn giri(
    b: &Banco,
    s: &Servito,
    script: &std::path::Path,
    uno: bool,
    tutti: &Arc<Vec<Posto>>,
    entrati: &Arc<Vec<Entrato>>,
) -> anyhow::Result<Vec<Giro>> {
    let durata = b.tempo(8, 3);
    let mut giri = Vec::new();
    for _ in 0..b.giri(5, 2) {
        let disco = fdatasync(&b.radice, Duration::from_secs(1)).await?;
        let nudo = b.pgbench.corri(script, CLIENTI, durata).await?;
        let prima = ultimi(b).await?;
        let esito = http(s, uno, tutti, entrati, durata).await?;
        ensure!(esito.errori == 0, "{} registrazioni rifiutate: {:?}", esito.errori, esito.primo);
        let (fatte, risposte) = (ultimi(b).await? - prima, i64::try_from(esito.tempi.quanti())?);
        ensure!(fatte == risposte, "{risposte} numeri dati, {fatte} nel registro");
        giri.push(Giro { disco, nudo, http: esito.al_secondo() });
    }
    Ok(giri)
}

async fn ultimi(b: &Banco) -> anyhow::Result<i64> {
    b.numero("select sum(posizione)::bigint from registri.contatore where registro = 'PG'").await
}

/// Every client registers as fast as it can: all in one ente, or each walking through its own share of them.
async fn http(
    s: &Servito,
    uno: bool,
    tutti: &Arc<Vec<Posto>>,
    entrati: &Arc<Vec<Entrato>>,
    durata: Duration,
) -> anyhow::Result<Esito> {
    let (host, tutti, entrati) = (s.host(), tutti.clone(), entrati.clone());
    carico::chiuso(s.dove, CLIENTI, durata, move |cliente, n| {
        let quale = if uno { 0 } else { (cliente + n * CLIENTI) % tutti.len() };
        modulo(&host, &tutti[quale], &entrati[quale])
    })
    .await
}

/// Fifty clerks who think: the form, some seconds to fill it in, then from Enter to the page with the number.
async fn addetti(
    b: &Banco,
    s: &Servito,
    tutti: &Arc<Vec<Posto>>,
    entrati: &Arc<Vec<Entrato>>,
    f: &mut Foglio,
) -> anyhow::Result<()> {
    let (durata, quanti) = (b.tempo(40, 10), rig::ADDETTI.min(tutti.len()));
    let inizio = Instant::now();
    let errori = Arc::new(AtomicUsize::new(0));
    let compiti: Vec<_> = (0..quanti)
        .map(|i| {
            let (host, dove, posto, chi) = (s.host(), s.dove, tutti[i].clone(), entrati[i].clone());
            let errori = errori.clone();
            tokio::spawn(async move {
                let (mut tempi, mut caso) = (Tempi::default(), rig::caso::Caso::nuovo(7, &posto.codice));
                let Ok(mut filo) = Filo::apri(dove).await else { return tempi };
                tokio::time::sleep(Duration::from_millis(caso.meno_di(5_000))).await;
                while inizio.elapsed() < durata {
                    let apre = Richiesta::get(&host, format!("/e/{}/protocollo/nuovo", posto.codice));
                    let aperta = filo.chiedi(&apre.con_biscotto(&chi.biscotto)).await;
                    tokio::time::sleep(Duration::from_millis(2_000 + caso.meno_di(4_000))).await;
                    let da = Instant::now();
                    match (aperta, registra(&mut filo, &host, &posto, &chi).await) {
                        (Ok(_), Ok(())) => tempi.segna(da.elapsed()),
                        _ => _ = errori.fetch_add(1, Ordering::Relaxed),
                    }
                }
                tempi
            })
        })
        .collect();
    let mut tempi = Tempi::default();
    for c in compiti {
        tempi.somma(c.await?);
    }
    ensure!(errori.load(Ordering::Relaxed) == 0, "un addetto non ha avuto il suo numero");
    let p95 = tempi.percentile(95.0);
    f.traguardo(
        &format!("number on screen, {quanti} clerks"),
        "< 300 ms at p95",
        format!("{} ms (p50 {}, p99 {})", n(p95), n(tempi.percentile(50.0)), n(tempi.percentile(99.0))),
        p95 < 300.0,
    );
    Ok(())
}

/// From Enter to the number: the form is sent, the page of the registration is read.
async fn registra(filo: &mut Filo, host: &str, posto: &Posto, chi: &Entrato) -> anyhow::Result<()> {
    let r = filo.chiedi(&modulo(host, posto, chi)).await?;
    ensure!(r.stato == 303, "{}", r.stato);
    let dove = r.intestazione("location").to_owned();
    let r = filo.chiedi(&Richiesta::get(host, dove).con_biscotto(&chi.biscotto)).await?;
    ensure!(r.stato == 200, "{}", r.stato);
    Ok(())
}
