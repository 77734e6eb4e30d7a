//! Gesti: what a person does to one thing or to many, each by itself, and may take back for half a minute (ADR 23).
//!
//! Invariant: a row of the journal says "done" in the transaction that did it. What stops halfway goes on from the first
//! row that still waits, and no row is done twice. Invariant: taking back is a gesto too: it asks for the same permit, and
//! registers write it as they write everything else.

mod pagine;
mod svolgi;

use std::collections::BTreeMap;

use authz::{Chi, Permessa, PersonaId};
use axum::http::StatusCode;
use db::{DiEnte, EnteId, Istruzione, Tx, istruzioni};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{Errore, Futuro, Operatore};

pub(crate) use pagine::{Dopo, Ripensamento, rotte};
pub(crate) use svolgi::periodici;
pub use svolgi::{lavoro, svolgi};

/// For so long what was done may be taken back by who did it.
pub const RIPENSAMENTO: SignedDuration = SignedDuration::from_secs(30);
/// What the way to the server may take.
pub(crate) const PER_STRADA: SignedDuration = SignedDuration::from_secs(5);
/// How many things at once: what a page lets one choose, and an address holds.
const QUANTE: usize = 200;
/// The journal of what was done to many things is kept so long.
const DURATA: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The kind of the job that carries one on.
pub const LAVORO: &str = "moduli.lotto";

/// Names and values that a gesto was given beside the things, or that take it back: codes, never names of people.
pub type Dati = BTreeMap<String, String>;

pub type Prova =
    for<'a> fn(&'a mut Tx<DiEnte>, &'a Chi, &'a [String], &'a Dati) -> Futuro<'a, Result<Vec<Effetto>, Errore>>;
pub type Fai = for<'a> fn(&'a mut Tx<DiEnte>, &'a Chi, &'a str, &'a Dati) -> Futuro<'a, Result<Dati, Errore>>;
pub type Disfa = for<'a> fn(&'a mut Tx<DiEnte>, &'a Chi, &'a str, &'a Dati) -> Futuro<'a, Result<(), Errore>>;

/// Something a person does to a thing.
#[derive(Clone, Copy)]
pub struct Gesto {
    /// `protocollo.riassegna`: stable, written in the journal.
    pub codice: &'static str,
    /// Begins with a verb: "Prendi in carico".
    pub nome: &'static str,
    /// "una registrazione", "registrazioni".
    pub cose: (&'static str, &'static str),
    /// The page that lists them, relative to `/e/{codice}`.
    pub elenco: &'static str,
    pub azione: Permessa,
    /// What would happen to each, in one look at all of them; writes nothing.
    pub prova: Prova,
    /// Does it to one: gives back what takes it back.
    pub fai: Fai,
    /// Puts one as it was; refuses when somebody has touched it since. None where what was done stays done.
    pub disfa: Option<Disfa>,
}

impl std::fmt::Debug for Gesto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gesto({})", self.codice)
    }
}

/// What would happen to a thing.
#[derive(Debug)]
pub struct Effetto {
    pub su: String,
    /// Its name in the journal: "Protocollo 0000123/2026", without what registers may have to cover.
    pub titolo: String,
    /// What helps to recognise it: shown, not kept.
    pub sotto: String,
    /// Relative to `/e/{codice}`.
    pub percorso: String,
    /// "Passa da Ragioneria a Ufficio tecnico", or why not.
    pub esito: Result<String, Errore>,
}

impl Effetto {
    /// Something that is not there, or may not be known.
    pub fn ignoto(su: &str) -> Effetto {
        let (titolo, sotto, percorso) = (su.to_owned(), String::new(), String::new());
        Effetto { su: su.to_owned(), titolo, sotto, percorso, esito: Err(Errore::NonTrovato) }
    }
}

const ANNOTA: &str = "with l as ( \
       insert into moduli.lotto (ente, id, gesto, dati, persona, pagina, creato_il, concluso_il, disfa, disfatto) \
       values ($1, $2, $3, '{}', $4, $5, $6, $6, $10::uuid, $10::uuid is not null)) \
     insert into moduli.lotto_riga (ente, lotto, riga, su, titolo, stato, prima, istante) \
     values ($1, $2, 1, $7, $8, 'fatta', $9, $6)";
const APRI: &str = "insert into moduli.lotto (ente, id, gesto, dati, persona, pagina, creato_il) \
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
const RIGHE: &str = "insert into moduli.lotto_riga (ente, lotto, riga, su, titolo, stato) \
     select $1, $2, n, s, t, 'attesa' from unnest($3::text[], $4::text[]) with ordinality as x(s, t, n)";
const LOTTO: &str = "select l.id, l.gesto, l.dati, l.persona, p.nome || ' ' || p.cognome as chi, l.pagina, l.creato_il, \
       l.concluso_il, l.disfa, l.disfatto \
     from moduli.lotto l join accesso.persona p on p.id = l.persona where l.ente = $1 and l.id = $2";
const RIGHE_DI: &str = "select su, titolo, stato, codice, perche, prima from moduli.lotto_riga \
     where ente = $1 and lotto = $2 order by riga";
// What was done to one thing alone is on its page.
const MIEI: &str = "select l.id, l.gesto, l.creato_il, l.concluso_il, l.disfa is not null as indietro, count(*) as quante, \
       count(*) filter (where r.stato = 'fatta') as fatte, count(*) filter (where r.stato = 'rifiutata') as rifiutate \
     from moduli.lotto l join moduli.lotto_riga r on r.ente = l.ente and r.lotto = l.id \
     where l.ente = $1 and l.persona = $2 \
     group by l.ente, l.id having count(*) > 1 order by l.creato_il desc limit 50";
// Nobody else's, not twice, not later: the row says it, and holds whoever asks at the same time.
const DISFATTO: &str = "update moduli.lotto set disfatto = true, concluso_il = coalesce(concluso_il, $5) \
     where ente = $1 and id = $2 and persona = $3 and not disfatto and disfa is null \
       and (concluso_il is null or concluso_il > $4)";
const FERMA: &str = "update moduli.lotto_riga set stato = 'fermata', istante = $3 \
     where ente = $1 and lotto = $2 and stato = 'attesa'";
const INDIETRO: &str = "with l as ( \
       insert into moduli.lotto (ente, id, gesto, dati, persona, pagina, creato_il, disfa) \
       select ente, $3, gesto, dati, persona, pagina, $4, id from moduli.lotto where ente = $1 and id = $2) \
     insert into moduli.lotto_riga (ente, lotto, riga, su, titolo, stato, prima) \
     select ente, $3, row_number() over (order by riga desc), su, titolo, 'attesa', prima \
     from moduli.lotto_riga where ente = $1 and lotto = $2 and stato = 'fatta'";
// One at a time, in their order: who finds it held waits, and then finds it done.
const PROSSIMA: &str = "select riga, su, prima from moduli.lotto_riga \
     where ente = $1 and lotto = $2 and stato = 'attesa' order by riga limit 1 for update";
const FATTA: &str = "update moduli.lotto_riga set stato = 'fatta', prima = $4, istante = $5 \
     where ente = $1 and lotto = $2 and riga = $3";
const RIFIUTATA: &str = "update moduli.lotto_riga set stato = 'rifiutata', codice = $4, perche = $5, istante = $6 \
     where ente = $1 and lotto = $2 and riga = $3 and stato = 'attesa'";
const CONCLUDI: &str = "update moduli.lotto set concluso_il = $3 where ente = $1 and id = $2 and concluso_il is null";
const RIPROVA: &str = "with r as ( \
       update moduli.lotto_riga set stato = 'attesa', codice = null, perche = null, istante = null \
       where ente = $1 and lotto = $2 and stato = 'rifiutata' returning lotto) \
     update moduli.lotto set concluso_il = null \
     where ente = $1 and id = (select distinct lotto from r) and persona = $3 and concluso_il is not null and not disfatto";
const DIMENTICA_RIGHE: &str = "delete from moduli.lotto_riga r using moduli.lotto l \
     where l.ente = $1 and r.ente = l.ente and r.lotto = l.id and l.creato_il < $2";
const DIMENTICA: &str = "delete from moduli.lotto where ente = $1 and creato_il < $2";

pub(crate) const ISTRUZIONI: &[Istruzione] = istruzioni! {
    App: ANNOTA, APRI, RIGHE, LOTTO, RIGHE_DI, MIEI, DISFATTO, FERMA, INDIETRO, PROSSIMA, FATTA, RIFIUTATA, CONCLUDI, RIPROVA,
        DIMENTICA_RIGHE, DIMENTICA;
};

/// The journal of a gesto.
#[derive(Debug, sqlx::FromRow)]
struct Lotto {
    id: Uuid,
    gesto: String,
    #[sqlx(json)]
    dati: Dati,
    persona: PersonaId,
    chi: String,
    pagina: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    creato_il: Timestamp,
    concluso_il: Option<jiff_sqlx::Timestamp>,
    disfa: Option<Uuid>,
    disfatto: bool,
}

#[derive(Debug, sqlx::FromRow)]
struct Riga {
    su: String,
    titolo: String,
    stato: String,
    codice: Option<String>,
    perche: Option<String>,
    prima: Option<sqlx::types::Json<Dati>>,
}

impl Lotto {
    /// How long it may still be taken back; while it goes on, always.
    fn resta(&self, adesso: Timestamp) -> Option<SignedDuration> {
        if self.disfatto || self.disfa.is_some() {
            return None;
        }
        let fine = self.concluso_il.map_or(adesso, |c| c.to_jiff());
        Some(RIPENSAMENTO - adesso.duration_since(fine)).filter(|r| r.is_positive())
    }
}

async fn lotto(tx: &mut Tx<DiEnte>, id: Uuid) -> Result<(Lotto, Vec<Riga>), Errore> {
    let ente = tx.ente();
    let l: Option<Lotto> = sqlx::query_as(LOTTO).bind(ente).bind(id).fetch_optional(tx.conn()).await?;
    let righe = sqlx::query_as(RIGHE_DI).bind(ente).bind(id).fetch_all(tx.conn()).await?;
    Ok((l.ok_or(Errore::NonTrovato)?, righe))
}

/// Notes in the command's own transaction what was done to one thing: the address to go to, which offers to take it back.
pub async fn annota(
    tx: &mut Tx<DiEnte>,
    op: &Operatore,
    gesto: &Gesto,
    (su, titolo): (&str, &str),
    prima: &Dati,
    pagina: &str,
) -> Result<String, Errore> {
    let id = db::caso::uuid();
    scrivi_una(tx, op.chi(), id, gesto, (su, titolo), prima, (pagina, None)).await?;
    Ok(format!("{pagina}?fatto={id}"))
}

/// What never needs to be taken back leaves no way back.
fn indietro(g: &Gesto) -> Result<Disfa, Errore> {
    g.disfa.ok_or_else(tardi)
}

async fn scrivi_una(
    tx: &mut Tx<DiEnte>,
    chi: &Chi,
    id: Uuid,
    gesto: &Gesto,
    (su, titolo): (&str, &str),
    prima: &Dati,
    (pagina, disfa): (&str, Option<Uuid>),
) -> Result<(), db::Error> {
    let (ente, adesso): (EnteId, _) = (tx.ente(), db::sql(tx.now()));
    sqlx::query(ANNOTA)
        .bind(ente)
        .bind(id)
        .bind(gesto.codice)
        .bind(chi.persona)
        .bind(pagina)
        .bind(adesso)
        .bind(su)
        .bind(titolo)
        .bind(sqlx::types::Json(prima))
        .bind(disfa)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Nothing to take back any more, for the row or for the clock.
pub(crate) fn tardi() -> Errore {
    Errore::del_kit("WEB-019", StatusCode::CONFLICT)
}

/// What of an error is the thing's own, and stays in the journal beside it; the rest stops the work.
fn rifiuto(e: Errore) -> Result<(String, String), Errore> {
    match e {
        Errore::Rifiuto { codice, frase, rimedio, .. } => Ok((codice.to_owned(), format!("{frase} {rimedio}"))),
        Errore::Negato { frase, .. } => Ok(("AUT-001".to_owned(), frase)),
        Errore::NonTrovato => Ok(("WEB-404".to_owned(), "Non c’è, o non puoi leggerla.".to_owned())),
        altro => Err(altro),
    }
}
