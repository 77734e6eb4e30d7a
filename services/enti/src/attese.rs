//! What waits for a person here: credentials about to end, recoveries that need a second pair of eyes.

use ::web::Attesa;
use authz::{Azione, Chi, PersonaId};
use db::{EnteId, Scrivania, Tx};
use kernel::tempo::{breve, giorno_a_roma};
use sqlx::FromRow;

use crate::model::{Scadenza, TipoCredenziale, orizzonte};
use crate::permissions::{ConfermaRecupero, GestisciCredenziali};
use crate::sql;

pub(crate) async fn attese(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let mut tutte = credenziali(tx, chi).await?;
    tutte.extend(recuperi(tx, chi).await?);
    Ok(tutte)
}

#[derive(FromRow)]
struct InScadenza {
    ente: EnteId,
    persona: PersonaId,
    nome: String,
    tipo: String,
    scade_il: jiff_sqlx::Date,
}

/// For who holds it, and for who keeps the register.
async fn credenziali(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let righe: Vec<InScadenza> = sqlx::query_as(sql::CREDENZIALI_IN_SCADENZA)
        .bind(chi.persona)
        .bind(GestisciCredenziali::RUOLI)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .bind(db::sql(orizzonte(oggi)))
        .fetch_all(tx.conn())
        .await?;
    let attesa = |c: InScadenza| {
        let scade = c.scade_il.to_jiff();
        let cosa = TipoCredenziale::da(&c.tipo).map_or("Credenziale", TipoCredenziale::nome);
        let di_chi = if c.persona == chi.persona { "la tua".to_owned() } else { format!("di {}", c.nome) };
        Attesa {
            ente: c.ente,
            titolo: format!("Rinnova: {cosa}, {di_chi}"),
            tipo: "Credenziali",
            perche: match Scadenza::di(Some(scade), oggi) {
                Scadenza::Passata => format!("È scaduta il {}", breve(scade)),
                _ => "Dopo la scadenza non si firma e non si entra più con questa".to_owned(),
            },
            percorso: "/credenziali".to_owned(),
            entro: Some(scade),
        }
    };
    Ok(righe.into_iter().map(attesa).collect())
}

/// For every administrator but who asked and who is recovered.
async fn recuperi(tx: &mut Tx<Scrivania>, chi: &Chi) -> Result<Vec<Attesa>, db::Error> {
    let (oggi, adesso) = (tx.oggi(), tx.now());
    let righe: Vec<(EnteId, String, jiff_sqlx::Timestamp)> = sqlx::query_as(sql::RECUPERI_DA_CONFERMARE)
        .bind(chi.persona)
        .bind(ConfermaRecupero::RUOLI)
        .bind(db::sql(oggi))
        .bind(db::sql(adesso))
        .fetch_all(tx.conn())
        .await?;
    let attesa = |(ente, nome, scade): (EnteId, String, jiff_sqlx::Timestamp)| Attesa {
        ente,
        titolo: format!("Conferma il recupero di {nome}"),
        tipo: "Persone",
        perche: "Ha perso il secondo fattore e non può entrare".to_owned(),
        percorso: "/recuperi".to_owned(),
        entro: Some(giorno_a_roma(scade.to_jiff())),
    };
    Ok(righe.into_iter().map(attesa).collect())
}
