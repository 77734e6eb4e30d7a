//! The invented facts of a comune, from the oldest, and how they are played: each on its day, through the real commands.

use albo::commands::{Conferma, DaPubblicare, FileDaPubblicare};
use albo::model::Forma;
use authz::{Chi, Consenti};
use db::{Db, Manutenzione};
use documenti::NuovoDocumento;
use jiff::{SignedDuration, ToSpan};
use kernel::tempo::{giorno_a_roma, inizio_del_giorno};
use pdf::{Ente, Meta, Modello};
use protocollo::{Autorizzazione, Corrispondente, DaRegistrare, Registrata, Verso};
use serde_json::json;
use storage::Archivio;

const LETTERA: Modello = Modello { nome: "lettera", sorgente: include_str!("../../templates/lettera.typ") };

/// Something that happened. `albo` publishes it too: type and number of the act.
struct Fatto {
    giorni_fa: i64,
    verso: Verso,
    mezzo: &'static str,
    tipo: &'static str,
    chi: &'static str,
    classe: &'static str,
    oggetto: &'static str,
    albo: Option<(&'static str, &'static str)>,
}

const fn e(
    giorni_fa: i64,
    mezzo: &'static str,
    tipo: &'static str,
    chi: &'static str,
    classe: &'static str,
    oggetto: &'static str,
) -> Fatto {
    Fatto { giorni_fa, verso: Verso::Entrata, mezzo, tipo, chi, classe, oggetto, albo: None }
}

const fn u(giorni_fa: i64, chi: &'static str, classe: &'static str, oggetto: &'static str) -> Fatto {
    Fatto { giorni_fa, verso: Verso::Uscita, mezzo: "pec", tipo: "PA", chi, classe, oggetto, albo: None }
}

const fn atto(
    giorni_fa: i64,
    classe: &'static str,
    tipo: &'static str,
    numero: &'static str,
    oggetto: &'static str,
) -> Fatto {
    let albo = Some((tipo, numero));
    Fatto { giorni_fa, verso: Verso::Interno, mezzo: "interno", tipo: "PA", chi: "", classe, oggetto, albo }
}

const FATTI: &[Fatto] = &[
    e(287, "mano", "PF", "Domenico Susi", "XI.2", "Richiesta di certificato storico di residenza"),
    e(283, "pec", "PA", "Prefettura dell’Aquila", "VI.10", "Aggiornamento del piano comunale di protezione civile"),
    atto(281, "IV.4", "determina", "4", "Fornitura di gasolio da riscaldamento per la scuola primaria"),
    u(280, "Prefettura dell’Aquila", "VI.10", "Trasmissione del piano comunale di protezione civile aggiornato"),
    e(266, "posta", "PF", "Rosa D’Eramo", "IV.3", "Istanza di rimborso della tassa sui rifiuti versata due volte"),
    e(
        259,
        "pec",
        "PG",
        "Marsica Energia s.p.a.",
        "IV.4",
        "Comunicazione delle nuove tariffe di fornitura dal 1º aprile",
    ),
    atto(254, "IV.1", "delibera_giunta", "12", "Piano esecutivo di gestione 2026–2028: approvazione"),
    e(241, "email", "PG", "Associazione Pro Loco", "VII.6", "Richiesta di patrocinio per la sagra di primavera"),
    e(230, "pec", "PG", "Edil Gizio s.r.l.", "VI.5", "Preventivo per la riparazione del tetto della scuola primaria"),
    atto(226, "IV.4", "determina", "37", "Affidamento della riparazione del tetto della scuola primaria"),
    u(224, "Edil Gizio s.r.l.", "VI.5", "Ordine per la riparazione del tetto della scuola primaria"),
    e(
        203,
        "mano",
        "PF",
        "Antonio Colaprete",
        "VI.3",
        "Segnalazione certificata di inizio attività per manutenzione straordinaria",
    ),
    e(190, "pec", "PA", "Provincia dell’Aquila", "VI.7", "Chiusura notturna della strada provinciale per lavori"),
    atto(189, "IX.4", "ordinanza", "9", "Divieto di sosta in piazza per i lavori della strada provinciale"),
    e(171, "pec", "PA", "Regione Abruzzo", "VII.12", "Riparto del fondo per l’assistenza domiciliare, anno 2026"),
    e(160, "posta", "PF", "Maria Assunta Presutti", "IV.3", "Richiesta di rateizzazione dell’avviso di accertamento"),
    atto(146, "I.4", "delibera_consiglio", "18", "Regolamento del mercato settimanale: modifica degli orari"),
    e(133, "pec", "PG", "Cooperativa Valle Viva", "VII.2", "Offerta per la gestione del centro estivo"),
    atto(128, "IV.4", "determina", "88", "Affidamento del centro estivo per i mesi di luglio e agosto"),
    e(101, "pec", "PA", "Azienda sanitaria locale 1", "X.5", "Censimento delle colonie feline"),
    e(88, "mano", "PF", "Giovanni Di Cola", "XI.4", "Concessione di un loculo nel cimitero comunale"),
    e(64, "pec", "PA", "Ministero dell’Interno", "XII.2", "Revisione semestrale delle liste elettorali"),
    atto(52, "VI.5", "delibera_giunta", "61", "Programma triennale dei lavori pubblici: adozione dello schema"),
    e(41, "pec", "PG", "Edil Gizio s.r.l.", "VI.5", "Stato finale dei lavori al tetto della scuola primaria"),
    e(33, "posta", "PF", "Lucia Petrella", "I.6", "Accesso civico ai contratti del servizio di sgombero neve"),
    u(24, "Lucia Petrella", "I.6", "Accesso civico: trasmissione dei contratti del servizio di sgombero neve"),
    atto(13, "VI.7", "determina", "203", "Acquisto di sale antigelo per l’inverno"),
    atto(11, "VI.7", "determina", "205", "Sgombero della neve per l’inverno: affidamento del servizio"),
    e(9, "pec", "PA", "Prefettura dell’Aquila", "VI.10", "Allerta gialla per neve sopra i 900 metri"),
    atto(8, "IV.3", "delibera_giunta", "88", "Tariffe della mensa scolastica per il prossimo anno"),
    e(6, "email", "PF", "Carlo Ranalli", "XI.1", "Richiesta di pubblicazione di matrimonio"),
    atto(5, "IX.4", "ordinanza", "31", "Divieto di sosta in piazza per il mercato di Santa Cecilia"),
    e(
        4,
        "pec",
        "PG",
        "Marsica Energia s.p.a.",
        "IV.4",
        "Fattura per la fornitura di energia elettrica, bimestre settembre–ottobre",
    ),
    atto(3, "VI.7", "determina", "207", "Manutenzione della strada del torrente dopo le piogge"),
    e(1, "mano", "PF", "Filomena Tirimacco", "VII.12", "Domanda di assistenza domiciliare"),
];

/// What is older than this was taken in charge.
const DA_PRENDERE: i64 = 10;
/// Which fact, counted from the oldest, was registered by mistake and annulled the day after.
const SBAGLIATO: usize = 6;

/// Plays the history of one comune; a comune that has registrations already is left as it is.
pub async fn gioca(m: &Manutenzione, db: &Db, archivio: &Archivio, codice: &str, chi: &Chi) -> anyhow::Result<()> {
    let mut tx = enti::entra(db, codice).await?;
    let anno = i32::from(tx.oggi().year());
    let fatte = protocollo::quante(&mut tx, anno).await?;
    let intestazione = enti::intestazione(&mut tx).await?;
    drop(tx);
    if fatte > 0 {
        return Ok(());
    }
    for (i, f) in FATTI.iter().enumerate() {
        va_al_giorno(m, db, f.giorni_fa, i).await?;
        let scritto = scrivi(archivio, &intestazione, f).await?;
        let registrata = registra(db, codice, chi, f, &scritto).await?;
        if let Some(atto) = f.albo {
            pubblica(db, archivio, codice, chi, f, &registrata, atto).await?;
        }
        if i == SBAGLIATO {
            va_al_giorno(m, db, f.giorni_fa - 1, i).await?;
            annulla(db, codice, chi, &registrata).await?;
        } else if f.giorni_fa > DA_PRENDERE {
            prendi(db, codice, chi, &registrata).await?;
        }
    }
    // Today: what a quiet year does not show, acts still to come and acts that went wrong.
    m.sposta_orologio(SignedDuration::ZERO, db).await?;
    Ok(albo::demo::gioca(db, archivio, codice, chi).await?)
}

/// Moves the clock to that day in Rome, in office hours: each fact at its own minute.
async fn va_al_giorno(m: &Manutenzione, db: &Db, giorni_fa: i64, quale: usize) -> anyhow::Result<()> {
    m.sposta_orologio(SignedDuration::ZERO, db).await?;
    let adesso = db.orologio().adesso();
    let giorno = giorno_a_roma(adesso).checked_sub(giorni_fa.days())?;
    let minuti = i64::try_from(quale)? * 47 % 480;
    let istante = inizio_del_giorno(giorno) + SignedDuration::from_mins(8 * 60 + 30 + minuti);
    Ok(m.sposta_orologio(istante.duration_since(adesso), db).await?)
}

async fn prendi(db: &Db, codice: &str, chi: &Chi, r: &Registrata) -> anyhow::Result<()> {
    let mut tx = enti::entra(db, codice).await?;
    let p = tx.consenti::<protocollo::PrendiInCarico>(chi).await?;
    protocollo::prendi_in_carico(&mut tx, &p, r.anno, r.numero).await?;
    Ok(tx.commit().await?)
}

/// The document of a fact, as a PDF.
async fn scrivi(archivio: &Archivio, di: &enti::Intestazione, f: &Fatto) -> anyhow::Result<NuovoDocumento> {
    let (mittente, destinatario) = match f.verso {
        Verso::Entrata => (f.chi, di.denominazione.as_str()),
        Verso::Uscita => (di.denominazione.as_str(), f.chi),
        Verso::Interno => (di.denominazione.as_str(), ""),
    };
    let dati = json!({
        "mittente": mittente,
        "destinatario": destinatario,
        "oggetto": f.oggetto,
        "testo": [format!("Con la presente si tratta di: {}.", f.oggetto), "Distinti saluti."],
    });
    let meta = Meta {
        titolo: f.oggetto.to_owned(),
        ente: Ente {
            denominazione: di.denominazione.clone(),
            aoo: di.aoo.denominazione.clone(),
            codice_ipa: di.codice.clone(),
            indirizzo: di.indirizzo.clone(),
        },
        istante: jiff::Timestamp::UNIX_EPOCH,
        identificativo: format!("{}-{}", di.codice, f.giorni_fa),
    };
    let byte = pdf::rendi_async(&LETTERA, dati, meta).await?;
    let nome = f.oggetto.split(' ').take(4).collect::<Vec<_>>().join("_").to_lowercase().replace(['’', ':', ','], "");
    Ok(NuovoDocumento::generato(&format!("{nome}.pdf"), archivio.scrivi(&di.codice, &byte).await?))
}

async fn registra(db: &Db, codice: &str, chi: &Chi, f: &Fatto, d: &NuovoDocumento) -> anyhow::Result<Registrata> {
    let mut tx = enti::entra(db, codice).await?;
    let p = tx.consenti::<protocollo::Registra>(chi).await?;
    let da = DaRegistrare {
        verso: f.verso,
        oggetto: f.oggetto.to_owned(),
        corrispondenti: if f.chi.is_empty() { Vec::new() } else { vec![Corrispondente::nuovo(f.tipo, f.chi)] },
        arrivo: None,
        mezzo: f.mezzo.to_owned(),
        numero_mittente: String::new(),
        data_mittente: None,
        classifica: f.classe.to_owned(),
        ufficio: enti::UFFICIO.to_owned(),
        filo: None,
        riservata: false,
        documento: Some(d.clone()),
        allegati: Vec::new(),
        richiesta: None,
    };
    let fatta = protocollo::registra(&mut tx, &p, &da).await?;
    tx.commit().await?;
    Ok(fatta)
}

async fn annulla(db: &Db, codice: &str, chi: &Chi, r: &Registrata) -> anyhow::Result<()> {
    let mut tx = enti::entra(db, codice).await?;
    let p = tx.consenti::<protocollo::Annulla>(chi).await?;
    let a = Autorizzazione {
        motivo: "Registrata due volte: vale la registrazione precedente".to_owned(),
        provvedimento: "Provvedimento del responsabile n. 1".to_owned(),
        data: Some(tx.oggi()),
    };
    protocollo::annulla(&mut tx, &p, r.anno, r.numero, &a).await?;
    Ok(tx.commit().await?)
}

async fn pubblica(
    db: &Db,
    archivio: &Archivio,
    codice: &str,
    chi: &Chi,
    f: &Fatto,
    r: &Registrata,
    (tipo, numero): (&str, &str),
) -> anyhow::Result<()> {
    let mut tx = enti::entra(db, codice).await?;
    let Some(registrazione) = protocollo::registrazione(&mut tx, r.anno, r.numero).await? else { return Ok(()) };
    let documenti = protocollo::documenti_di(&mut tx, &registrazione).await?;
    let mut file: Vec<_> = documenti.iter().map(FileDaPubblicare::di).collect();
    let avvisi_dei_file = albo::controllo::esamina(archivio, codice, &mut file).await;
    let p = tx.consenti::<albo::Pubblica>(chi).await?;
    let oggi = tx.oggi();
    let da = DaPubblicare {
        filo: registrazione.filo.0,
        tipo: tipo.to_owned(),
        oggetto: f.oggetto.to_owned(),
        numero_atto: numero.to_owned(),
        data_atto: Some(oggi),
        protocollo: r.chiave(),
        richiedente: String::new(),
        responsabile: chi.nome.clone(),
        norma: "L. 69/2009, art. 32, comma 1".to_owned(),
        forma: Forma::Integrale,
        ultimo_giorno: None,
        file,
        avvisi_dei_file,
    };
    let id = albo::commands::prepara(&mut tx, &p, &da).await?;
    albo::commands::pubblica(&mut tx, &p, id, Conferma::Data).await?;
    Ok(tx.commit().await?)
}
