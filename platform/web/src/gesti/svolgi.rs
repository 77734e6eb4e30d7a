//! The job that carries a gesto on, one thing at a time.

use authz::Chi;
use db::{DiEnte, Tx};
use jiff::civil::time;
use jobs::{Cadenza, Compito, Contesto, Esito, Fallito, Incarico, Periodico};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    CONCLUDI, DIMENTICA, DIMENTICA_RIGHE, DURATA, Dati, FATTA, Gesto, LAVORO, Lotto, PROSSIMA, RIFIUTATA, indietro,
    lotto, rifiuto,
};
use crate::stato::ServiziAttivi;
use crate::{Errore, Service, operatore};

/// After so many attempts, what breaks is left behind and the others go on.
const PAZIENZA: i32 = 3;

pub fn periodici() -> Vec<Periodico> {
    vec![Periodico {
        nome: "moduli.lotti_dimenticati",
        descrizione: "Toglie il diario delle azioni su più cose dopo tre mesi",
        ogni: Cadenza::OgniGiorno { ora: time(3, 25, 0, 0) },
        esegui: Compito::PerEnte(|cx, i| Box::pin(dimentica(cx, i))),
    }]
}

async fn dimentica(cx: Contesto, i: Incarico) -> Esito {
    let mut tx = cx.db.di_ente(i.ente).await?;
    let fino = db::sql(tx.now() - DURATA);
    for sql in [DIMENTICA_RIGHE, DIMENTICA] {
        sqlx::query(sql).bind(i.ente).bind(fino).execute(tx.conn()).await?;
    }
    Ok(tx.commit().await?)
}

/// Does what still waits of a journal, each row in a transaction of its own.
pub async fn svolgi(servizi: &'static [Service], attivi: ServiziAttivi, cx: Contesto, i: Incarico) -> Esito {
    let Some(id) = i.dati["lotto"].as_str().and_then(|t| t.parse::<Uuid>().ok()) else { return Ok(()) };
    let mut tx = cx.db.di_ente(i.ente).await?;
    let Ok((l, _)) = lotto(&mut tx, id).await else { return Ok(()) };
    let di_chi = servizi.iter().find_map(|s| Some((s, s.gesti.iter().find(|g| g.codice == l.gesto)?)));
    let Some((servizio, gesto)) = di_chi else {
        return Err(Fallito::rinuncia("Il gesto non esiste più.", "Rifallo dalla pagina da cui viene."));
    };
    // An ente that lost its title reads and does not write: so do the jobs that it left behind.
    let chiuso = operatore::chiuso(servizio, &attivi(&mut tx).await?).and_then(|(_, e)| rifiuto(e).ok());
    drop(tx);
    let chi = Chi { persona: l.persona, nome: l.chi.clone(), operazione: cx.operazione };
    let lavoro = Lavoro { cx: &cx, i: &i, l: &l, gesto, chi, chiuso };
    while lavoro.avanza().await? {}
    Ok(())
}

struct Lavoro<'a> {
    cx: &'a Contesto,
    i: &'a Incarico,
    l: &'a Lotto,
    gesto: &'static Gesto,
    chi: Chi,
    /// Why nobody writes in its service today.
    chiuso: Option<(String, String)>,
}

impl Lavoro<'_> {
    /// The next row; false when none waits.
    async fn avanza(&self) -> Result<bool, Fallito> {
        let mut tx = self.cx.db.di_ente(self.i.ente).await?;
        let prossima: Option<(i32, String, Option<Json<Dati>>)> =
            sqlx::query_as(PROSSIMA).bind(self.i.ente).bind(self.l.id).fetch_optional(tx.conn()).await?;
        let Some((riga, su, prima)) = prossima else {
            let adesso = db::sql(tx.now());
            sqlx::query(CONCLUDI).bind(self.i.ente).bind(self.l.id).bind(adesso).execute(tx.conn()).await?;
            tx.commit().await?;
            return Ok(false);
        };
        let esito = match &self.chiuso {
            Some(no) => Err(Ok(no.clone())),
            None => self.fai(&mut tx, &su, prima).await.map_err(|e| self.perche(e)),
        };
        match esito {
            Ok(prima) => {
                let adesso = db::sql(tx.now());
                let fatta = sqlx::query(FATTA).bind(self.i.ente).bind(self.l.id).bind(riga);
                fatta.bind(prima.map(Json)).bind(adesso).execute(tx.conn()).await?;
                tx.commit().await?;
            }
            Err(perche) => {
                drop(tx);
                self.rifiuta(riga, perche?).await?;
            }
        }
        Ok(true)
    }

    /// Forwards with the same choices for all, backwards with what each row kept.
    async fn fai(&self, tx: &mut Tx<DiEnte>, su: &str, prima: Option<Json<Dati>>) -> Result<Option<Dati>, Errore> {
        match (self.l.disfa, prima) {
            (Some(_), Some(Json(prima))) => indietro(self.gesto)?(tx, &self.chi, su, &prima).await.map(|()| None),
            (Some(_), None) => Err(super::tardi()),
            (None, _) => (self.gesto.fai)(tx, &self.chi, su, &self.l.dati).await.map(Some),
        }
    }

    /// What is said of the row; what broke is tried again first.
    fn perche(&self, e: Errore) -> Result<(String, String), Fallito> {
        let e = match rifiuto(e) {
            Ok(no) => return Ok(no),
            Err(e) => e,
        };
        if self.i.tentativo < PAZIENZA {
            return Err(Fallito::riprova(e));
        }
        tracing::error!(errore = %e, operazione = %self.cx.operazione, "a row of a journal is left behind");
        let frase = format!("Si è rotto qualcosa dalla nostra parte: all’assistenza di’ {}.", self.cx.operazione);
        Ok(("WEB-500".to_owned(), frase))
    }

    async fn rifiuta(&self, riga: i32, (codice, perche): (String, String)) -> Result<(), Fallito> {
        let mut tx = self.cx.db.di_ente(self.i.ente).await?;
        let adesso = db::sql(tx.now());
        let rifiutata = sqlx::query(RIFIUTATA).bind(self.i.ente).bind(self.l.id).bind(riga);
        rifiutata.bind(codice).bind(perche).bind(adesso).execute(tx.conn()).await?;
        Ok(tx.commit().await?)
    }
}

/// The job as the catalogue lists it; the program gives it its services.
pub const fn lavoro(esegui: fn(Contesto, Incarico) -> jobs::Futuro) -> jobs::Lavoro {
    jobs::Lavoro::nuovo(LAVORO, "Porta avanti un’azione su più cose", esegui)
}
