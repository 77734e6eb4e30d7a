//! Read models, for pages and for other services.

use std::collections::HashMap;

use authz::{Azione, Chi};
use db::{DiEnte, EnteId, Error, Scrivania, Tx};
use documenti::{Documento, DocumentoId, FiloId, Pagine};
use jiff::Timestamp;
use kernel::tempo::inizio_del_giorno;
use kernel::{Data, Impronta, Numero, tempo};
use registers::{Dove, Operazione};

use crate::permissions::ConsultaRiservate;
use crate::{
    Annullamento, Assegnazione, Corrispondente, Giornaliero, Oscuramento, ProtocolloError, REGISTRO, Registrazione,
    Valore, Verso, sql,
};

/// What a person may read: everything, or what is not reserved and what was given to their offices.
#[derive(Debug, Clone)]
pub struct Vista {
    tutte: bool,
    uffici: Vec<String>,
}

impl Vista {
    /// Who reads for the register itself: the daily register, the export.
    pub const INTERA: Vista = Vista { tutte: true, uffici: Vec::new() };

    /// What is printed goes round: nobody reads there what is reserved.
    const CARTA: Vista = Vista { tutte: false, uffici: Vec::new() };

    pub async fn di(tx: &mut Tx<DiEnte>, chi: &Chi) -> Result<Vista, Error> {
        let miei = authz::poteri_di(tx, chi.persona).await?;
        let tutte = miei.iter().any(|(_, ruolo)| ConsultaRiservate::RUOLI.contains(&ruolo.as_str()));
        Ok(Vista { tutte, uffici: miei.into_iter().map(|(ufficio, _)| ufficio).collect() })
    }

    pub fn puo_leggere(&self, r: &Registrazione) -> bool {
        !r.riservata || self.tutte || self.uffici.contains(&r.ufficio)
    }

    /// The number of a reserved registration is not a secret; subject and names are.
    fn copri(&self, mut r: Registrazione) -> Registrazione {
        if !self.puo_leggere(&r) {
            r.oggetto = "Oggetto riservato".to_owned();
            r.corrispondenti = "riservato".to_owned();
            (r.numero_mittente, r.documento, r.allegati) = (None, None, 0);
        }
        r
    }
}

/// A registration, whoever asks: pages use [`registrazione_per`].
pub async fn registrazione(tx: &mut Tx<DiEnte>, anno: i32, numero: i32) -> Result<Option<Registrazione>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::REGISTRAZIONE).bind(ente).bind(anno).bind(numero).fetch_optional(tx.conn()).await?)
}

/// Those of a list of keys, in any order, whoever asks.
pub(crate) async fn registrazioni(tx: &mut Tx<DiEnte>, chiavi: &[(i32, i32)]) -> Result<Vec<Registrazione>, Error> {
    let (ente, (anni, numeri)): (_, (Vec<i32>, Vec<i32>)) = (tx.ente(), chiavi.iter().copied().unzip());
    Ok(sqlx::query_as(sql::REGISTRAZIONI).bind(ente).bind(anni).bind(numeri).fetch_all(tx.conn()).await?)
}

/// A registration, if that person may read it.
pub async fn registrazione_per(
    tx: &mut Tx<DiEnte>,
    chi: &Chi,
    anno: i32,
    numero: i32,
) -> Result<Registrazione, ProtocolloError> {
    let r = registrazione(tx, anno, numero).await?.ok_or(ProtocolloError::Ignota)?;
    if Vista::di(tx, chi).await?.puo_leggere(&r) { Ok(r) } else { Err(ProtocolloError::Riservata) }
}

pub async fn corrispondenti(tx: &mut Tx<DiEnte>, r: &Registrazione) -> Result<Vec<Corrispondente>, Error> {
    let ente = tx.ente();
    let q = sqlx::query_as(sql::CORRISPONDENTI).bind(ente).bind(&r.aoo).bind(r.anno).bind(r.numero);
    Ok(q.fetch_all(tx.conn()).await?)
}

/// The main document, if it is not on paper, then the attachments in their order.
pub async fn documenti_di(tx: &mut Tx<DiEnte>, r: &Registrazione) -> Result<Vec<Documento>, Error> {
    let ente = tx.ente();
    let q = sqlx::query_scalar(sql::ALLEGATI).bind(ente).bind(&r.aoo).bind(r.anno).bind(r.numero);
    let allegati: Vec<DocumentoId> = q.fetch_all(tx.conn()).await?;
    let tutti: Vec<DocumentoId> = r.documento.into_iter().chain(allegati).collect();
    documenti::documenti(tx, &tutti).await
}

pub async fn annullamenti(tx: &mut Tx<DiEnte>, r: &Registrazione) -> Result<Vec<Annullamento>, Error> {
    let ente = tx.ente();
    let q = sqlx::query_as(sql::ANNULLAMENTI).bind(ente).bind(&r.aoo).bind(r.anno).bind(r.numero);
    Ok(q.fetch_all(tx.conn()).await?)
}

/// What can still be read of a registration and could be erased, by voce and field.
pub async fn valori(
    tx: &mut Tx<DiEnte>,
    r: &Registrazione,
    annullamenti: &[Annullamento],
) -> Result<Vec<Valore>, ProtocolloError> {
    let posizioni: Vec<i64> = std::iter::once(r.posizione).chain(annullamenti.iter().map(|a| a.posizione)).collect();
    let trovati = registers::in_chiaro(tx, &Dove::istante(&r.aoo, REGISTRO), &posizioni).await?;
    Ok(trovati.into_iter().filter_map(Valore::da).collect())
}

/// What the law ordered to erase from it.
pub async fn oscuramenti(tx: &mut Tx<DiEnte>, r: &Registrazione) -> Result<Vec<Oscuramento>, Error> {
    let ente = tx.ente();
    let q = sqlx::query_as(sql::OSCURAMENTI).bind(ente).bind(&r.aoo).bind(r.anno).bind(r.numero);
    Ok(q.fetch_all(tx.conn()).await?)
}

/// The daily registers already made of the days in which something of it was written: they are not rewritten.
pub(crate) async fn giornalieri_di(
    tx: &mut Tx<DiEnte>,
    r: &Registrazione,
    annullamenti: &[Annullamento],
) -> Result<Vec<Data>, Error> {
    let istanti = std::iter::once(r.istante).chain(annullamenti.iter().map(|a| a.istante));
    let giorni: Vec<jiff_sqlx::Date> = istanti.map(|i| db::sql(tempo::giorno_a_roma(i))).collect();
    let ente = tx.ente();
    let q = sqlx::query_scalar(sql::GIORNALIERI_DI).bind(ente).bind(&r.aoo).bind(giorni);
    let trovati: Vec<jiff_sqlx::Date> = q.fetch_all(tx.conn()).await?;
    Ok(trovati.into_iter().map(jiff_sqlx::Date::to_jiff).collect())
}

pub async fn assegnazioni(tx: &mut Tx<DiEnte>, r: &Registrazione) -> Result<Vec<Assegnazione>, Error> {
    let ente = tx.ente();
    let q = sqlx::query_as(sql::ASSEGNAZIONI).bind(ente).bind(&r.aoo).bind(r.anno).bind(r.numero);
    Ok(q.fetch_all(tx.conn()).await?)
}

/// A link of the chain, as the page of a registration shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anello {
    pub posizione: i64,
    pub operazione: &'static str,
    pub istante: Timestamp,
    pub impronta: Impronta,
}

/// The voci of a registration, by position.
pub async fn anelli(tx: &mut Tx<DiEnte>, aoo: &str, posizioni: &[i64]) -> Result<Vec<Anello>, Error> {
    let ente = tx.ente();
    let righe: Vec<(i64, i16, jiff_sqlx::Timestamp, Vec<u8>)> =
        sqlx::query_as(sql::VOCI).bind(ente).bind(aoo).bind(posizioni).fetch_all(tx.conn()).await?;
    let anello = |(posizione, op, istante, byte): (i64, i16, jiff_sqlx::Timestamp, Vec<u8>)| {
        let operazione = Operazione::da(op).map_or("", Operazione::nome);
        Some(Anello { posizione, operazione, istante: istante.to_jiff(), impronta: Impronta::try_from(byte).ok()? })
    };
    Ok(righe.into_iter().filter_map(anello).collect())
}

/// The registrations of a thread, in order.
pub async fn del_filo(tx: &mut Tx<DiEnte>, filo: FiloId) -> Result<Vec<Registrazione>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::DEL_FILO).bind(ente).bind(filo).fetch_all(tx.conn()).await?)
}

/// Which registrations to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filtro {
    /// A number (`123`, `123/2026`, `2026/123`) or words of subject and correspondents.
    pub testo: String,
    pub verso: Option<Verso>,
    pub ufficio: Option<String>,
    /// A class, or a title with all its classes.
    pub classifica: Option<String>,
    pub anno: Option<i32>,
    pub dal: Option<Data>,
    pub al: Option<Data>,
    pub annullate: Option<bool>,
    pub da_prendere: Option<bool>,
}

impl Filtro {
    /// Number, and year if it was written, when the text is one.
    fn numero(&self) -> Option<(i32, Option<i32>)> {
        let numero = |s: &str| s.trim().parse::<Numero>().ok().map(Numero::valore);
        match self.testo.split_once('/') {
            None => Some((numero(&self.testo)?, None)),
            Some((a, b)) => match (numero(a)?, numero(b)?) {
                (anno, n) if a.trim().len() == 4 && (1900..3000).contains(&anno) => Some((n, Some(anno))),
                (n, anno) if (1900..3000).contains(&anno) => Some((n, Some(anno))),
                _ => None,
            },
        }
    }

    /// Years that can hold what is asked: the index is by year and number.
    fn anni(&self) -> (i32, i32) {
        let di = |d: Option<Data>| d.map(|d| i32::from(d.year()));
        let anno = self.numero().and_then(|(_, a)| a).or(self.anno);
        (anno.or(di(self.dal)).unwrap_or(0), anno.or(di(self.al)).unwrap_or(9999))
    }

    fn istanti(&self) -> (Timestamp, Timestamp) {
        let dal = self.dal.map_or(Timestamp::MIN, inizio_del_giorno);
        (dal, self.al.and_then(|d| d.tomorrow().ok()).map_or(Timestamp::MAX, inizio_del_giorno))
    }
}

/// The list, from the newest; `dopo` is the last one seen, year and number.
pub async fn elenco(
    tx: &mut Tx<DiEnte>,
    vista: &Vista,
    f: &Filtro,
    dopo: Option<(i32, i32)>,
) -> Result<Pagine<Registrazione>, Error> {
    let righe = match *f == Filtro::default() {
        true => tutte(tx, dopo).await?,
        false => filtrate(tx, vista, f, dopo).await?,
    };
    let righe = righe.into_iter().map(|r| vista.copri(r)).collect();
    Ok(Pagine::taglia(righe, Registrazione::chiave))
}

async fn tutte(tx: &mut Tx<DiEnte>, dopo: Option<(i32, i32)>) -> Result<Vec<Registrazione>, Error> {
    let (ente, (anno, numero)) = (tx.ente(), dopo.unwrap_or((i32::MAX, i32::MAX)));
    Ok(sqlx::query_as(sql::ELENCO).bind(ente).bind(anno).bind(numero).fetch_all(tx.conn()).await?)
}

async fn filtrate(
    tx: &mut Tx<DiEnte>,
    vista: &Vista,
    f: &Filtro,
    dopo: Option<(i32, i32)>,
) -> Result<Vec<Registrazione>, Error> {
    let ente = tx.ente();
    let (prima, ultima) = f.anni();
    let (dal, al) = f.istanti();
    let numero = f.numero();
    let parole = numero.is_none() && !f.testo.trim().is_empty();
    // Not kept prepared: a plan that does not know the values reads the whole register.
    let q = sqlx::query_as(if parole { sql::CERCA } else { sql::FILTRA })
        .persistent(false)
        .bind(ente)
        .bind(f.verso)
        .bind(f.ufficio.as_deref())
        .bind(f.classifica.as_deref())
        .bind(prima)
        .bind(ultima)
        .bind(db::sql(dal.max(INIZIO)))
        .bind(db::sql(al.min(FINE)))
        .bind(f.annullate)
        .bind(f.da_prendere);
    let q = if parole { q.bind(f.testo.as_str()) } else { q.bind(numero.map(|(n, _)| n)) };
    let q = q.bind(dopo.map(|d| d.0)).bind(dopo.map(|d| d.1)).bind(Pagine::<Registrazione>::LIMITE);
    let q = if parole { q.bind(vista.tutte).bind(&vista.uffici) } else { q };
    Ok(q.fetch_all(tx.conn()).await?)
}

/// Instants that the database can hold.
const INIZIO: Timestamp = Timestamp::constant(-5_000_000_000, 0);
const FINE: Timestamp = Timestamp::constant(200_000_000_000, 0);

/// Anno and number of what an office was given and nobody has taken charge of, the oldest first.
pub(crate) async fn in_carico(tx: &mut Tx<DiEnte>, ufficio: &str) -> Result<Vec<(i32, i32)>, db::Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::IN_CARICO).bind(ente).bind(ufficio).fetch_all(tx.conn()).await?)
}

/// How many in a year, up to 501: lists say "500+".
pub async fn quante(tx: &mut Tx<DiEnte>, anno: i32) -> Result<i64, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_scalar(sql::QUANTE).bind(ente).bind(anno).fetch_one(tx.conn()).await?)
}

/// A registration with its ente, on the desk of who works for many.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DiEnteAlcuno {
    pub ente: EnteId,
    #[sqlx(flatten)]
    pub registrazione: Registrazione,
}

/// The newest over several enti; `viste` says in which of them the person reads everything.
pub async fn di_piu_enti(
    tx: &mut Tx<Scrivania>,
    enti: &[EnteId],
    tutte: impl Fn(EnteId) -> bool,
) -> Result<Vec<DiEnteAlcuno>, Error> {
    let righe: Vec<DiEnteAlcuno> = sqlx::query_as(sql::DI_PIU_ENTI).bind(enti).fetch_all(tx.conn()).await?;
    let copri = |r: DiEnteAlcuno| {
        let vista = Vista { tutte: tutte(r.ente), uffici: Vec::new() };
        DiEnteAlcuno { registrazione: vista.copri(r.registrazione), ..r }
    };
    Ok(righe.into_iter().map(copri).collect())
}

/// What was written in the name of another, or by who is lent, in a period: by AOO and position, who it was.
pub(crate) async fn in_nome_altrui(
    tx: &mut Tx<DiEnte>,
    dal: Data,
    al: Data,
) -> Result<HashMap<(String, i64), String>, Error> {
    type Riga = (String, i64, Option<String>, Option<String>, Option<String>);
    let ente = tx.ente();
    let righe: Vec<Riga> = sqlx::query_as(sql::IN_NOME_ALTRUI)
        .bind(ente)
        .bind(db::sql(inizio_del_giorno(dal)))
        .bind(db::sql(inizio_del_giorno(al.tomorrow().unwrap_or(al))))
        .fetch_all(tx.conn())
        .await?;
    let chi = |(aoo, posizione, chi, per_conto_di, prestito_da): Riga| {
        let chi = chi.unwrap_or_default();
        let come = match (per_conto_di, prestito_da) {
            (Some(altro), _) => format!("{chi} per conto di {altro}"),
            (None, da) => format!("{chi}, in prestito da {}", da.unwrap_or_default()),
        };
        ((aoo, posizione), come)
    };
    Ok(righe.into_iter().map(chi).collect())
}

/// Registrations from a day to another, in order, at most `limite`, as the register of a period prints them.
pub async fn periodo(
    tx: &mut Tx<DiEnte>,
    dal: Data,
    al: Data,
    limite: i64,
) -> Result<Vec<Registrazione>, ProtocolloError> {
    if al < dal {
        return Err(ProtocolloError::PeriodoRovescio);
    }
    let ente = tx.ente();
    let fine = inizio_del_giorno(al.tomorrow().unwrap_or(al));
    let righe: Vec<Registrazione> = sqlx::query_as(sql::PERIODO)
        .bind(ente)
        .bind(i32::from(dal.year()))
        .bind(i32::from(al.year()))
        .bind(db::sql(inizio_del_giorno(dal)))
        .bind(db::sql(fine))
        .bind(limite)
        .fetch_all(tx.conn())
        .await?;
    Ok(righe.into_iter().map(|r| Vista::CARTA.copri(r)).collect())
}

/// Daily registers, from the newest; before `prima_di` when given.
pub async fn giornalieri(tx: &mut Tx<DiEnte>, prima_di: Option<Data>) -> Result<Pagine<Giornaliero>, Error> {
    let ente = tx.ente();
    let righe: Vec<Giornaliero> = sqlx::query_as(sql::GIORNALIERI)
        .bind(ente)
        .bind(prima_di.map(db::sql))
        .bind(Pagine::<Giornaliero>::LIMITE)
        .fetch_all(tx.conn())
        .await?;
    Ok(Pagine::taglia(righe, |g| g.giorno.to_string()))
}

pub async fn giornaliero(tx: &mut Tx<DiEnte>, giorno: Data) -> Result<Option<Giornaliero>, Error> {
    let ente = tx.ente();
    Ok(sqlx::query_as(sql::GIORNALIERO).bind(ente).bind(db::sql(giorno)).fetch_optional(tx.conn()).await?)
}

/// The first day for which a daily register is due: the day the register was opened.
pub(crate) async fn aperto_il(tx: &mut Tx<DiEnte>, aoo: &str) -> Result<Option<Data>, Error> {
    let ente = tx.ente();
    let t: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar(sql::APERTO_IL).bind(ente).bind(aoo).fetch_optional(tx.conn()).await?;
    Ok(t.map(|t| tempo::giorno_a_roma(t.to_jiff())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_both_ways() {
        let numero = |t: &str| Filtro { testo: t.into(), ..Filtro::default() }.numero();
        assert_eq!(numero("0000123"), Some((123, None)));
        assert_eq!(numero("123/2026"), Some((123, Some(2026))));
        assert_eq!(numero("2026/123"), Some((123, Some(2026))));
        assert_eq!(numero("2026/2025"), Some((2025, Some(2026))));
        for parole in ["tetto", "12/13", "n. 5", "5/x", ""] {
            assert_eq!(numero(parole), None, "{parole}");
        }
    }
}
