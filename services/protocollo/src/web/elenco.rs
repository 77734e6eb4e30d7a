//! Lists: of one comune with its filters, of all the comuni of a person.

use axum::extract::Query;
use axum::response::Response;
use web::{Errore, Modulo, Operatore, Pagina, Persona};

use super::{CONSULTA, PRENDI, REGISTRA, RIASSEGNA, RISERVATE, STAMPA};
use crate::{Filtro, Registrazione, Verso, Vista, pages, queries};

const CAMPI: [&str; 8] = ["q", "verso", "ufficio", "classe", "anno", "dal", "al", "stato"];

const SCHEDE: [(&str, &str); 3] = [("", "Tutte"), ("da_prendere", "Da prendere in carico"), ("annullate", "Annullate")];

pub(super) async fn elenco(op: Operatore, Query(scritti): Query<Coppie>) -> Result<Response, Errore> {
    let mut m = CAMPI.iter().fold(op.modulo(), |m, c| m.con(c, valore(&scritti, c)));
    let filtro = leggi(&mut m, &op);
    let dopo = valore(&scritti, "dopo").split_once('/').and_then(|(a, n)| Some((a.parse().ok()?, n.parse().ok()?)));
    let mut tx = op.tx().await?;
    let vista = Vista::di(&mut tx, op.chi()).await?;
    let pagina = match m.valido() {
        true => queries::elenco(&mut tx, &vista, &filtro, dopo).await?,
        false => documenti::Pagine { righe: Vec::new(), dopo: None },
    };
    let anno = i32::from(tx.oggi().year());
    let quante = in_parole(queries::quante(&mut tx, anno).await?, anno);
    let mut uffici = vec![(String::new(), "Tutti".to_owned())];
    uffici.extend(authz::uffici(&mut tx).await?);
    let (stessa, filtrato) = (query_di(&scritti), filtro != Filtro::default());
    let righe: Vec<_> = pagina.righe.into_iter().map(|r| (r, op.ente().clone())).collect();
    let cornice = Pagina::ufficio(&op, "Protocollo").attiva("/protocollo").spiegata_in("registrare").larga().di(&m);
    Ok(cornice.con(pages::Elenco {
        op: &op,
        uffici,
        righe,
        con_comune: false,
        // Of what was filtered nobody has counted.
        quante: if filtrato { "Dalla più recente.".to_owned() } else { quante },
        schede: schede(&m),
        filtro: m,
        oggi: op.oggi(),
        dopo: pagina.dopo.map(|d| format!("?{stessa}dopo={d}")),
        inizio: dopo.map(|_| format!("?{stessa}")),
        filtrato,
        puo_registrare: op.puo(REGISTRA),
        puo_stampare: op.puo(STAMPA),
        scegli: op.spento().is_none() && (op.puo(PRENDI) || op.puo(RIASSEGNA)),
        puo_prendere: op.puo(PRENDI),
        puo_riassegnare: op.puo(RIASSEGNA),
    }))
}

fn leggi(m: &mut Modulo, op: &Operatore) -> Filtro {
    let oggi = op.oggi();
    let (dal, al, anno) = (m.data("dal", oggi), m.data("al", oggi), m.numero("anno"));
    let scritto = |c: &str| Some(m.valore(c).trim().to_owned()).filter(|t| !t.is_empty());
    Filtro {
        testo: scritto("q").unwrap_or_default(),
        verso: Verso::da(m.valore("verso")),
        ufficio: scritto("ufficio"),
        classifica: scritto("classe").map(|c| c.to_uppercase()),
        anno,
        dal,
        al,
        annullate: (m.valore("stato") == "annullate").then_some(true),
        da_prendere: (m.valore("stato") == "da_prendere").then_some(true),
    }
}

fn in_parole(quante: i64, anno: i32) -> String {
    match quante {
        501.. => format!("Più di 500 registrazioni nel {anno}."),
        1 => format!("Una registrazione nel {anno}."),
        n => format!("{n} registrazioni nel {anno}."),
    }
}

type Coppie = Vec<(String, String)>;

fn valore<'a>(c: &'a Coppie, nome: &str) -> &'a str {
    c.iter().find(|(n, _)| n == nome).map_or("", |(_, v)| v)
}

/// The same filters, for the links of the other pages.
fn query_di(c: &Coppie) -> String {
    let pieni = c.iter().filter(|(n, v)| CAMPI.contains(&n.as_str()) && !v.is_empty());
    pieni.map(|(n, v)| format!("{n}={}&", percento(v))).collect()
}

/// The tabs by state, each with the same other filters.
fn schede(m: &Modulo) -> Vec<(&'static str, String, bool)> {
    let pieni = CAMPI.iter().filter(|c| **c != "stato" && !m.valore(c).is_empty());
    let altri: String = pieni.map(|c| format!("&{c}={}", percento(m.valore(c)))).collect();
    let scheda = |(codice, nome): &(&'static str, &'static str)| {
        (*nome, format!("?stato={codice}{altri}"), *codice == m.valore("stato"))
    };
    SCHEDE.iter().map(scheda).collect()
}

fn percento(t: &str) -> String {
    let lettera = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
    t.bytes().map(lettera).collect()
}

pub(super) async fn piu_comuni(p: Persona) -> Result<Response, Errore> {
    let enti: Vec<_> = p.enti().iter().filter(|e| e.puo(CONSULTA.ruoli)).collect();
    let chiavi: Vec<_> = enti.iter().map(|e| e.ente).collect();
    let mut tx = p.stato().db.scrivania(&chiavi).await?;
    let tutte = |id| enti.iter().any(|e| e.ente == id && e.puo(RISERVATE.ruoli));
    let righe = queries::di_piu_enti(&mut tx, &chiavi, tutte).await?;
    let con_ente = |r: queries::DiEnteAlcuno| -> Option<(Registrazione, authz::EnteDiPersona)> {
        let ente = enti.iter().find(|e| e.ente == r.ente)?;
        Some((r.registrazione, (*ente).clone()))
    };
    let righe = righe.into_iter().filter_map(con_ente).collect();
    let dentro = pages::PiuComuni { enti: enti.len(), oggi: p.oggi(), righe, con_comune: true, scegli: false };
    Ok(Pagina::scrivania(&p, "Protocollo").attiva("/protocollo").spiegata_in("scrivania").larga().con(dentro))
}
