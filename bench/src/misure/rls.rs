//! (g) What row-level security costs: the statements of the hot pages in the transaction of the program, against the same
//! transaction by a role that policies do not bind.

use std::time::Duration;

use db::Ruolo;

use super::banco::Banco;
use super::foglio::{Foglio, mediana, n, tabella};
use super::pgbench::{con_valori, istruzione};

const CLIENTI: usize = 2;
/// The same grants as the serving role and the desk's, and no policy.
const SENZA: &str = "do $$ begin if not exists (select from pg_roles where rolname = 'banco_senza') then \
      create role banco_senza login bypassrls noinherit; create role banco_senza_scrivania nologin bypassrls; \
      grant banco_senza_scrivania to banco_senza; end if; end $$; \
    grant usage on schema accesso, registri, documenti, protocollo, albo, enti, sistema to banco_senza, banco_senza_scrivania; \
    grant select on all tables in schema accesso, registri, documenti, protocollo, albo, enti, sistema \
      to banco_senza, banco_senza_scrivania; \
    grant execute on all functions in schema accesso, registri, documenti, protocollo, albo, enti, sistema \
      to banco_senza, banco_senza_scrivania";

/// A statement of a page that many people open.
pub struct Calda {
    pub nome: &'static str,
    pub ruolo: Ruolo,
    pub sql: String,
}

/// The hot statements, with values of the ente `:ente`, of its clerk, of the segretario's ten enti.
pub fn calde(b: &Banco) -> anyhow::Result<Vec<Calda>> {
    let (a, p, l) = (authz::ISTRUZIONI, protocollo::ISTRUZIONI, albo::ISTRUZIONI);
    let persona = "('00000000-0000-4000-8000-' || lpad(:ente::text, 12, '0'))::uuid";
    let adesso = "(clock_timestamp() + (select scarto from sistema.orologio))";
    let oggi = "'2026-11-25'::date";
    let (sempre, mai) = ("'1900-01-01'::timestamptz", "'9999-01-01'::timestamptz");
    let nullo = ["null::text", "null::integer", "null::boolean"];
    let di_filtri = |quale: &str, coda: &[&str]| -> Vec<String> {
        let prime = [":ente::int", nullo[0], nullo[0], nullo[0], "0", "9999", sempre, mai, nullo[2], nullo[2], quale];
        prime.iter().chain(&[nullo[1], nullo[1], "51"]).chain(coda).map(|v| (*v).to_owned()).collect()
    };
    let enti: Vec<String> = b.posti.iter().take(crate::rig::DEL_SEGRETARIO).map(|p| p.id.to_string()).collect();
    let enti = format!("array[{}]", enti.join(","));
    let segretario = "(select id from accesso.persona where utente = 'segretario.unico')";
    let ruoli = "array['protocollo', 'responsabile', 'segretario', 'albo']";
    let di = |nome, ruolo, lista, istr: &str, v: &[&str]| {
        anyhow::Ok(Calda { nome, ruolo, sql: con_valori(istruzione(lista, istr)?, v)? })
    };
    let numero = di_filtri(":numero::int", &[]);
    let parole = di_filtri("'fattura manutenzione'", &["true", "array['SEG']"]);
    fn rif(v: &[String]) -> Vec<&str> {
        v.iter().map(String::as_str).collect()
    }
    Ok(vec![
        di("protocollo, list", Ruolo::App, p, "ELENCO", &[":ente::int", "9999", "999999999"])?,
        di("protocollo, by number", Ruolo::App, p, "FILTRA", &rif(&numero))?,
        di("protocollo, words", Ruolo::App, p, "CERCA", &rif(&parole))?,
        di("registration", Ruolo::App, p, "REGISTRAZIONE", &[":ente::int", "2026", ":numero::int"])?,
        di("permit", Ruolo::App, a, "POTERE", &[":ente::int", persona, "array['protocollo']", oggi, adesso])?,
        di("albo, exposed", Ruolo::App, l, "TUTTI_ESPOSTI", &[":ente::int", adesso, "9999", "999999999", "51"])?,
        di("albo, act", Ruolo::App, l, "ATTO", &[":ente::int", "2026", ":pubblicazione::int"])?,
        di("protocollo of ten enti", Ruolo::Scrivania, p, "DI_PIU_ENTI", &[&enti])?,
        di(
            "desk, to take in charge",
            Ruolo::Scrivania,
            p,
            "DA_PRENDERE",
            &[segretario, oggi, "'2026-10-25'::timestamptz", ruoli],
        )?,
        di(
            "desk, to attest",
            Ruolo::Scrivania,
            l,
            "ATTESE_RELATE",
            &[segretario, "array['segretario', 'albo']", oggi, adesso],
        )?,
    ])
}

pub async fn misura(b: &Banco, f: &mut Foglio) -> anyhow::Result<()> {
    b.esegui(SENZA).await?;
    let senza = b.pgbench.come("banco_senza");
    let mappa = b.radice.join("pg/pg_ident.conf");
    let utente = nix::unistd::User::from_uid(nix::unistd::geteuid())?.map_or_else(|| "root".to_owned(), |u| u.name);
    let prima = std::fs::read_to_string(&mappa)?;
    std::fs::write(&mappa, format!("{prima}alleanza {utente} banco_senza\n"))?;
    b.esegui("select pg_reload_conf()").await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut righe = Vec::new();
    let mut peggiore: f64 = 0.0;
    let enti: Vec<String> = b.posti.iter().take(crate::rig::DEL_SEGRETARIO).map(|p| p.id.to_string()).collect();
    let enti = enti.join(",");
    let (primo, ultimo) = (b.posti.first().map_or(0, |p| p.id), b.posti.last().map_or(0, |p| p.id));
    for c in calde(b)? {
        let copione = |da_scrivania: &str| match c.ruolo {
            Ruolo::Scrivania => format!(
                "BEGIN;\nSET LOCAL ROLE {da_scrivania};\nSELECT set_config('alleanza.enti', '{{{enti}}}', true);\n{};\nCOMMIT;\n",
                c.sql
            ),
            _ => format!(
                "\\set ente random({primo}, {ultimo})\n\\set numero random(1, 2000)\n\\set pubblicazione random(1, 500)\nBEGIN;\n\
                 SELECT set_config('alleanza.ente', :ente::text, true);\n{};\nCOMMIT;\n",
                c.sql
            ),
        };
        let con = b.pgbench.copione("rls_con", &copione("alleanza_scrivania"))?;
        let via = b.pgbench.copione("rls_senza", &copione("banco_senza_scrivania"))?;
        let (mut con_rls, mut senza_rls, mut costi) = (Vec::new(), Vec::new(), Vec::new());
        for giro in 0..b.giri(7, 2) {
            let durata = b.tempo(2, 1);
            // Which goes first changes: what the machine does meanwhile falls on both.
            let (c, s) = if giro % 2 == 0 {
                let c = b.pgbench.corri(&con, CLIENTI, durata).await?;
                (c, senza.corri(&via, CLIENTI, durata).await?)
            } else {
                let s = senza.corri(&via, CLIENTI, durata).await?;
                (b.pgbench.corri(&con, CLIENTI, durata).await?, s)
            };
            con_rls.push(c);
            senza_rls.push(s);
            costi.push((s / c - 1.0) * 100.0);
        }
        let costo = mediana(&costi);
        peggiore = peggiore.max(costo);
        righe.push(vec![
            c.nome.to_owned(),
            n(mediana(&con_rls)),
            n(mediana(&senza_rls)),
            format!("{costo:+.1}%"),
            costi.iter().map(|c| format!("{c:+.0}")).collect::<Vec<_>>().join(" "),
        ]);
    }
    std::fs::write(&mappa, prima)?;
    f.traguardo("row-level security on hot queries", "≤ 5%", format!("{peggiore:+.1}% (the worst)"), peggiore <= 5.0);
    f.capitolo(
        "Row-level security",
        tabella(&["statement", "with, tx/s", "without, tx/s", "cost", "each round, %"], righe)
            + "\nThe same transaction (BEGIN, the ente's setting, the statement of the program, COMMIT), prepared, two clients, by the \
               serving role and by a role with the same grants that policies do not bind.\n",
    );
    Ok(())
}
