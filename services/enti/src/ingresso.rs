//! How an ente begins to work here: commands of the technical centre, and the whole road from adhesion to first service.

use authz::{Chi, Consenti, NuovaPersona, PersonaId};
use db::{Db, DiEnte, EnteId, Manut, Manutenzione, Tx};
use kernel::{CodiceIpa, Data, Provvedimento};
use sqlx::FromRow;
use web::Service;

use crate::EntiError;
use crate::commands::{
    Fondata, NuovaAdesione, NuovoRuolo, Passo, attiva, chiedi_adesione, crea_persona, dai_ruolo, fonda_alleanza,
    muovi_adesione, trasforma_alleanza,
};
use crate::errors::Rifiuto;
use crate::model::{Forma, slug, vicini};
use crate::permissions::{CuraAlleanza, GestisciPersone, GestisciServizi};
use crate::queries::chi_ha_ruolo;
use crate::sql;

/// The AOO and the office that every ente is born with.
pub const AOO: &str = "A1";
pub const UFFICIO: &str = "SEG";
const AMMINISTRATORE: &str = "amministratore";
/// Public hosts are born here; the ente's own names are added when the DNS has them.
const DOMINIO: &str = "localhost";

/// An ente that has begun to work here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggiunto {
    pub ente: EnteId,
    pub codice: String,
    pub denominazione: String,
    pub host: String,
}

#[derive(FromRow)]
struct Corpo {
    codice: String,
    denominazione: String,
    belfiore: Option<String>,
    cessato: bool,
}

/// Makes a body of the registry an ente of this installation: card, AOO, first office, public host.
///
/// `codice` is an IPA code (`c_e307`), a Belfiore (`E307`) or the registry's own; old codes lead to who has them now.
pub async fn aggiungi_ente(m: &Manutenzione, codice: &str) -> Result<Aggiunto, EntiError> {
    let mut tx = m.tx().await?;
    let corpo = trova(&mut tx, codice).await?;
    let ente: Option<EnteId> = sqlx::query_scalar(sql::NUOVO_ENTE)
        .bind(&corpo.codice)
        .bind(&corpo.denominazione)
        .fetch_optional(tx.conn())
        .await?;
    let presente =
        || Rifiuto::EntePresente { codice: corpo.codice.clone(), denominazione: corpo.denominazione.clone() };
    let ente = ente.ok_or_else(presente)?;
    let oggi = db::sql(tx.oggi());
    sqlx::query(sql::NUOVA_SCHEDA).bind(ente).bind(&corpo.belfiore).execute(tx.conn()).await?;
    sqlx::query(sql::NUOVA_AOO).bind(ente).bind(AOO).bind(&corpo.denominazione).bind(oggi).execute(tx.conn()).await?;
    sqlx::query(sql::PRIMO_UFFICIO).bind(ente).bind(oggi).execute(tx.conn()).await?;
    let host = host_nuovo(&mut tx, &corpo).await?;
    sqlx::query(sql::NUOVO_HOST).bind(&host).bind(ente).execute(tx.conn()).await?;
    tx.commit().await?;
    Ok(Aggiunto { ente, codice: corpo.codice, denominazione: corpo.denominazione, host })
}

async fn cerca(tx: &mut Tx<Manut>, codice: &str) -> Result<Corpo, EntiError> {
    let codice = codice.trim();
    let trovato: Option<Corpo> = sqlx::query_as(sql::PER_CODICE).bind(codice).fetch_optional(tx.conn()).await?;
    match trovato {
        Some(corpo) => Ok(corpo),
        None => Err(ignoto(tx, codice).await?.into()),
    }
}

/// A body that is not over.
async fn trova(tx: &mut Tx<Manut>, codice: &str) -> Result<Corpo, EntiError> {
    let corpo = cerca(tx, codice).await?;
    if corpo.cessato {
        let a = sqlx::query_scalar(sql::SUCCESSORI).bind(&corpo.codice).fetch_all(tx.conn()).await?;
        return Err(Rifiuto::EnteCessato { denominazione: corpo.denominazione, a }.into());
    }
    Ok(corpo)
}

/// Whoever types a name instead of a code, or misses a letter, is told what is near.
async fn ignoto(tx: &mut Tx<Manut>, codice: &str) -> Result<Rifiuto, EntiError> {
    let nomi: Vec<(String, String)> = sqlx::query_as(sql::NOMI).fetch_all(tx.conn()).await?;
    let nudo = |d: &'static str| move |n: &'_ str| n.strip_prefix(d).map(str::to_owned);
    let corto = |n: &str| nudo("Comune di ")(n).unwrap_or_else(|| n.to_owned());
    let corti: Vec<String> = nomi.iter().map(|(n, _)| corto(n)).collect();
    let simili = vicini(codice, corti.iter().map(String::as_str).chain(nomi.iter().map(|(_, c)| c.as_str())));
    let detto = |n: &&str| {
        let quali = nomi.iter().zip(&corti).find(|((_, c), corto)| c == n || corto == n);
        quali.map(|((nome, codice), _)| format!("{nome} ({codice})"))
    };
    Ok(Rifiuto::CodiceIgnoto { codice: codice.to_owned(), vicini: simili.iter().filter_map(detto).collect() })
}

/// `introdacqua.localhost`; a name that two comuni share always takes the province, whichever comes first.
async fn host_nuovo(tx: &mut Tx<Manut>, corpo: &Corpo) -> Result<String, EntiError> {
    let comune: Option<(String, String)> =
        sqlx::query_as(sql::NOME_E_SIGLA).bind(&corpo.belfiore).fetch_optional(tx.conn()).await?;
    let nome = match comune {
        None => slug(&corpo.denominazione),
        Some((nome, sigla)) => {
            let omonimo: bool = sqlx::query_scalar(sql::OMONIMO).bind(&nome).fetch_one(tx.conn()).await?;
            if omonimo { format!("{}-{sigla}", slug(&nome)) } else { slug(&nome) }
        }
    };
    let primo = format!("{nome}.{DOMINIO}");
    let libero: bool = sqlx::query_scalar(sql::HOST_LIBERO).bind(&primo).fetch_one(tx.conn()).await?;
    Ok(if libero { primo } else { format!("{nome}-{}.{DOMINIO}", corpo.codice.replace('_', "-")) })
}

/// The kinds of body that are written by hand: comuni come from the official list only.
pub const TIPI: [&str; 7] =
    ["unione", "comunita_montana", "provincia", "citta_metropolitana", "regione", "consorzio", "alleanza"];

/// A body that is not in the official list: an unione, a comunità montana, the alliance's own body.
#[derive(Debug, Clone, Copy)]
pub struct NuovoCorpo<'a> {
    pub codice: &'a str,
    /// A row of `enti.tipo`.
    pub tipo: &'a str,
    pub denominazione: &'a str,
    pub ipa: Option<&'a CodiceIpa>,
}

/// Writes a body in the registry. To make it work here, [`aggiungi_ente`] follows.
pub async fn iscrivi_corpo(m: &Manutenzione, c: &NuovoCorpo<'_>) -> Result<(), EntiError> {
    let mut tx = m.tx().await?;
    let esito =
        sqlx::query(sql::NUOVO_CORPO).bind(c.codice).bind(c.tipo).bind(c.denominazione).execute(tx.conn()).await;
    if let Err(e) = esito.map_err(db::Error::from) {
        return Err(match e.vincolo() {
            Some("ente_codice") => Rifiuto::CodiceMalscritto { scritto: c.codice.to_owned() }.into(),
            Some("ente_denominazione") => Rifiuto::Manca { campo: "il nome" }.into(),
            Some("ente_pkey") => {
                Rifiuto::EntePresente { codice: c.codice.to_owned(), denominazione: c.denominazione.to_owned() }.into()
            }
            _ => e.into(),
        });
    }
    if let Some(ipa) = c.ipa {
        let oggi = db::sql(tx.oggi());
        sqlx::query(sql::NUOVO_CODICE)
            .bind(c.codice)
            .bind("ipa")
            .bind(ipa.as_str())
            .bind(oggi)
            .execute(tx.conn())
            .await?;
    }
    Ok(tx.commit().await?)
}

/// Ends a body the day before `dal` and says who comes after it: a merger, a transformation. Its codes end with it, its
/// registers stay where they are. A body that ends in several others is told once for each.
pub async fn succede(m: &Manutenzione, da: &str, a: &str, dal: Data, causa: &str) -> Result<(), EntiError> {
    let mut tx = m.tx().await?;
    let (da, a) = (cerca(&mut tx, da).await?, cerca(&mut tx, a).await?);
    let dopo: Vec<String> = sqlx::query_scalar(sql::DOPO).bind(&a.codice).fetch_all(tx.conn()).await?;
    if da.codice == a.codice || dopo.contains(&da.codice) {
        return Err(Rifiuto::SuccessioneInCerchio.into());
    }
    if causa.trim().is_empty() {
        return Err(Rifiuto::Manca { campo: "la causa" }.into());
    }
    sqlx::query(sql::FINISCE).bind(&da.codice).bind(db::sql(dal)).execute(tx.conn()).await?;
    sqlx::query(sql::CHIUDI_CODICI_DI_CESSATI).execute(tx.conn()).await?;
    sqlx::query(sql::SUCCEDE)
        .bind(&da.codice)
        .bind(&a.codice)
        .bind(db::sql(dal))
        .bind(causa.trim())
        .execute(tx.conn())
        .await?;
    Ok(tx.commit().await?)
}

/// Gives an ente one more host, once the DNS has it.
pub async fn aggiungi_host(m: &Manutenzione, codice: &str, host: &str) -> Result<(), EntiError> {
    let host = host.trim().to_lowercase();
    let mut tx = m.tx().await?;
    let ente: Option<EnteId> = sqlx::query_scalar(sql::ENTE_DI_CODICE).bind(codice).fetch_optional(tx.conn()).await?;
    let ente = ente.ok_or_else(|| Rifiuto::EnteAssente { codice: codice.to_owned() })?;
    let nuovo = sqlx::query(sql::NUOVO_HOST).bind(&host).bind(ente).execute(tx.conn()).await?;
    if nuovo.rows_affected() == 0 {
        return Err(Rifiuto::HostPreso { host }.into());
    }
    Ok(tx.commit().await?)
}

/// Opens a transaction in the ente with that code.
pub async fn entra(db: &Db, codice: &str) -> Result<Tx<DiEnte>, EntiError> {
    let ente = authz::ente_per_codice(db, codice).await?;
    let ente = ente.ok_or_else(|| Rifiuto::EnteAssente { codice: codice.to_owned() })?;
    Ok(db.di_ente(ente.ente).await?)
}

/// Who the command line acts as: the first who holds the role. There is no person above the persons of an ente.
async fn come(tx: &mut Tx<DiEnte>, ruolo: &str) -> Result<Chi, EntiError> {
    let primo = chi_ha_ruolo(tx, ruolo).await?.into_iter().next();
    let nessuno =
        || Rifiuto::Persona { codice: "ENT-031", frase: format!("Nell’ente nessuno ha il ruolo «{ruolo}».") };
    let t = primo.ok_or_else(nessuno)?;
    Ok(Chi { persona: t.id, nome: format!("{} {}", t.nome, t.cognome), operazione: db::caso::uuid() })
}

/// Makes a person with their roles in the first office. The first person of an ente is its administrator, and gives the other
/// roles.
pub async fn crea_utente(
    db: &Db,
    codice: &str,
    nuova: &NuovaPersona<'_>,
    ruoli: &[&str],
) -> Result<PersonaId, EntiError> {
    crea_utente_in(db, codice, UFFICIO, nuova, ruoli).await
}

/// The same in another office.
pub async fn crea_utente_in(
    db: &Db,
    codice: &str,
    ufficio: &str,
    nuova: &NuovaPersona<'_>,
    ruoli: &[&str],
) -> Result<PersonaId, EntiError> {
    let mut tx = entra(db, codice).await?;
    let primo = chi_ha_ruolo(&mut tx, AMMINISTRATORE).await?.is_empty();
    if primo {
        if !ruoli.contains(&AMMINISTRATORE) {
            return Err(Rifiuto::SenzaAmministratore.into());
        }
        authz::crea_persona(&mut tx, nuova, ufficio, AMMINISTRATORE).await?;
    }
    let chi = come(&mut tx, AMMINISTRATORE).await?;
    let p = tx.consenti::<GestisciPersone>(&chi).await?;
    let mut persona = chi.persona;
    for (i, ruolo) in ruoli.iter().enumerate() {
        let ruolo = NuovoRuolo { ufficio, ruolo };
        if i == 0 && !primo {
            persona = crea_persona(&mut tx, &p, nuova, ruolo).await?;
        } else {
            dai_ruolo(&mut tx, &p, persona, ruolo).await?;
        }
    }
    tx.commit().await?;
    Ok(persona)
}

/// Switches a service on, with what it needs, as the ente's first administrator.
pub async fn attiva_servizio(
    db: &Db,
    catalogo: &'static [Service],
    codice: &str,
    servizio: &str,
) -> Result<Vec<&'static str>, EntiError> {
    let mut tx = entra(db, codice).await?;
    let chi = come(&mut tx, AMMINISTRATORE).await?;
    let p = tx.consenti::<GestisciServizi>(&chi).await?;
    let accesi = attiva(&mut tx, &p, catalogo, servizio).await?;
    tx.commit().await?;
    Ok(accesi)
}

/// Founds an alliance, as the first who keeps alliances in that ente.
pub async fn fonda(db: &Db, codice: &str, nuova: &Fondata<'_>) -> Result<(), EntiError> {
    let mut tx = entra(db, codice).await?;
    let chi = come(&mut tx, "alleanza").await?;
    let p = tx.consenti::<CuraAlleanza>(&chi).await?;
    fonda_alleanza(&mut tx, &p, nuova).await?;
    Ok(tx.commit().await?)
}

/// Turns an alliance into another, likewise: how many adhesions go on.
pub async fn trasforma(db: &Db, codice: &str, vecchia: &str, nuova: &Fondata<'_>) -> Result<usize, EntiError> {
    let mut tx = entra(db, codice).await?;
    let chi = come(&mut tx, "alleanza").await?;
    let p = tx.consenti::<CuraAlleanza>(&chi).await?;
    let quante = trasforma_alleanza(&mut tx, &p, vecchia, nuova).await?;
    tx.commit().await?;
    Ok(quante)
}

/// What is known when a body joins an alliance and begins to work.
#[derive(Debug)]
pub struct Ingresso<'a> {
    /// The alliance's own ente, and which of its alliances.
    pub ente_alleanza: &'a str,
    pub alleanza: &'a str,
    pub membro: &'a str,
    pub forma: Forma,
    pub richiesta_il: Data,
    pub delibera: Provvedimento,
    pub firma_il: Data,
    pub firma_ente: &'a str,
    pub firma_alleanza: &'a str,
    pub amministratore: NuovaPersona<'a>,
    pub servizi: &'a [&'a str],
}

/// The whole road: adhesion from request to active, ente, administrator, first services. Each is a transaction of its own;
/// what was done before an interruption is left as it is.
pub async fn onboarding(
    m: &Manutenzione,
    db: &Db,
    catalogo: &'static [Service],
    i: &Ingresso<'_>,
) -> Result<String, EntiError> {
    match aderisci(db, catalogo, i).await {
        Err(EntiError::Rifiuto(Rifiuto::SecondaAdesione { .. })) | Ok(()) => {}
        Err(e) => return Err(e),
    }
    let codice = match aggiungi_ente(m, i.membro).await {
        Err(EntiError::Rifiuto(Rifiuto::EntePresente { codice, .. })) => codice,
        altro => altro?.codice,
    };
    crea_utente(db, &codice, &i.amministratore, &[AMMINISTRATORE]).await?;
    for servizio in i.servizi {
        match attiva_servizio(db, catalogo, &codice, servizio).await {
            Err(EntiError::Rifiuto(Rifiuto::GiaAttivo { .. })) | Ok(_) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(codice)
}

async fn aderisci(db: &Db, catalogo: &'static [Service], i: &Ingresso<'_>) -> Result<(), EntiError> {
    let mut tx = entra(db, i.ente_alleanza).await?;
    let chi = come(&mut tx, "alleanza").await?;
    let p = tx.consenti::<CuraAlleanza>(&chi).await?;
    let chiesta = NuovaAdesione { alleanza: i.alleanza, membro: i.membro, forma: i.forma, il: i.richiesta_il };
    let id = chiedi_adesione(&mut tx, &p, &chiesta).await?;
    let passi = [
        Passo::Delibera { il: i.delibera.data, atto: i.delibera.clone() },
        Passo::Firma { il: i.firma_il, per_ente: i.firma_ente.to_owned(), per_alleanza: i.firma_alleanza.to_owned() },
        Passo::Attiva { dal: i.firma_il },
    ];
    for passo in &passi {
        muovi_adesione(&mut tx, &p, catalogo, id, passo).await?;
    }
    Ok(tx.commit().await?)
}
