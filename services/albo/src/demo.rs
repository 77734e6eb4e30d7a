//! A few invented acts in the states that a quiet history does not show, through the real commands.

use authz::{Chi, Consenti};
use db::{Db, DiEnte, EnteId, Tx};
use documenti::NuovoDocumento;
use jiff::ToSpan;
use kernel::Numero;
use storage::Archivio;
use uuid::Uuid;
use web::Errore;

use crate::commands::{self, Conferma, DaPubblicare, FileDaPubblicare};
use crate::model::Forma;
use crate::permissions::{Annulla, Pubblica};
use crate::relata::{self, DaAttestare};
use crate::{AlboError, Rifiuto, controllo};

struct Inventato {
    tipo: &'static str,
    numero: &'static str,
    oggetto: &'static str,
    richiedente: &'static str,
    testo: &'static str,
}

const OSPITE: Inventato = Inventato {
    tipo: "delibera_altro_ente",
    numero: "7",
    oggetto: "Comunità montana: calendario dei tagli nei boschi di proprietà collettiva",
    richiedente: "Comunità montana Valle Inventata",
    testo: "Si approva il calendario dei tagli.",
};
const DOPPIONE: Inventato = Inventato {
    tipo: "ordinanza",
    numero: "30",
    oggetto: "Senso unico in via del Forno",
    richiedente: "",
    testo: "Si ordina il senso unico in via del Forno.",
};
const PROGRAMMATO: Inventato = Inventato {
    tipo: "delibera_giunta",
    numero: "90",
    oggetto: "Uso della palestra comunale nei mesi invernali",
    richiedente: "",
    testo: "Si approvano gli orari della palestra.",
};
const DELICATO: Inventato = Inventato {
    tipo: "determina",
    numero: "210",
    oggetto: "Contributo per il trasporto scolastico",
    richiedente: "",
    testo: "Beneficiario inventato, ISEE 3.200 euro, accompagnamento di persona disabile.",
};

/// A guest's act, an annulled one, one that starts in three days, and a draft that waits for somebody to look at it.
pub async fn gioca(tx: &mut Tx<DiEnte>, archivio: &Archivio, codice: &str, chi: &Chi) -> Result<(), Errore> {
    let p = tx.consenti::<Pubblica>(chi).await?;
    let annulla = tx.consenti::<Annulla>(chi).await?;
    for (atto, poi) in [(&OSPITE, false), (&DOPPIONE, true)] {
        let id = bozza(tx, archivio, codice, &p, atto).await?;
        let pubblicata = commands::pubblica(tx, &p, id, Conferma::NonData).await?;
        if poi {
            let motivo = "era già stata pubblicata con un altro numero";
            commands::annulla(tx, &annulla, pubblicata.anno, pubblicata.numero, motivo, "").await?;
        }
    }
    let id = bozza(tx, archivio, codice, &p, &PROGRAMMATO).await?;
    let giorno = tx.oggi().checked_add(3.days()).map_err(|_| AlboError::from(Rifiuto::InizioPassato))?;
    commands::programma(tx, &p, id, giorno, Conferma::NonData).await?;
    bozza(tx, archivio, codice, &p, &DELICATO).await?;
    Ok(())
}

/// Makes the relata of a publication that is over, as an office does every morning; one that has it is left as it is.
pub async fn attesta(
    db: &Db,
    archivio: &Archivio,
    ente: EnteId,
    codice: &str,
    chi: &Chi,
    (anno, numero): (i32, Numero),
) -> Result<(), Errore> {
    let mut tx = db.di_ente(ente).await?;
    let atto = crate::queries::atto(&mut tx, anno, numero).await?.ok_or(Errore::NonTrovato)?;
    if atto.puo_attestare(tx.now()).is_err() {
        return Ok(());
    }
    let r = DaAttestare::leggi(&mut tx, atto, &chi.nome, None).await?;
    drop(tx);
    relata::deposita(db, archivio, (ente, codice), chi, r, (anno, numero)).await
}

async fn bozza(
    tx: &mut Tx<DiEnte>,
    archivio: &Archivio,
    codice: &str,
    p: &authz::Permesso<Pubblica>,
    a: &Inventato,
) -> Result<Uuid, Errore> {
    let ricevuto = archivio.scrivi(codice, a.testo.as_bytes()).await?;
    let filo = documenti::nuovo_filo(tx, p.chi(), a.oggetto).await?;
    let nuovo = NuovoDocumento::generato(&format!("{}-{}.txt", a.tipo, a.numero), ricevuto);
    let d = documenti::aggiungi(tx, p.chi(), filo, &nuovo).await?;
    let mut file = [FileDaPubblicare::di(&d)];
    let avvisi_dei_file = controllo::esamina(archivio, codice, &mut file).await;
    let da = DaPubblicare {
        filo: filo.0,
        tipo: a.tipo.to_owned(),
        oggetto: a.oggetto.to_owned(),
        numero_atto: a.numero.to_owned(),
        data_atto: Some(tx.oggi()),
        protocollo: String::new(),
        richiedente: a.richiedente.to_owned(),
        responsabile: p.chi().nome.clone(),
        norma: String::new(),
        forma: Forma::Integrale,
        ultimo_giorno: None,
        file: file.to_vec(),
        avvisi_dei_file,
    };
    Ok(commands::prepara(tx, p, &da).await?)
}
