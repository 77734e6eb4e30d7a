//! A year of an invented office, through the real commands. The same seed always tells the same story.

use authz::{Chi, Consenti};
use db::{Db, EnteId};
use documenti::{FiloId, NuovoDocumento};
use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};
use kernel::{Data, Impronta, calendario, tempo};
use pdf::Modello;
use serde_json::json;
use storage::Archivio;

use crate::permissions::{Annulla, PrendiInCarico, Registra, Riassegna};
use crate::{
    Arrivo, Autorizzazione, Corrispondente, DaRegistrare, ProtocolloError, Registrata, Verso, commands, stampe,
};

const LETTERA: Modello = Modello { nome: "lettera_inventata", sorgente: include_str!("../templates/lettera.typ") };

/// A subject with who writes it, its class, and the answer that follows, if any.
struct Trama {
    oggetto: &'static str,
    chi: &'static str,
    tipo: &'static str,
    mezzo: &'static str,
    classifica: &'static str,
    risposta: Option<&'static str>,
}

const fn trama(
    oggetto: &'static str,
    (chi, tipo, mezzo): (&'static str, &'static str, &'static str),
    classifica: &'static str,
    risposta: Option<&'static str>,
) -> Trama {
    Trama { oggetto, chi, tipo, mezzo, classifica, risposta }
}

const EDIL: (&str, &str, &str) = ("Edil Prova s.r.l.", "PG", "pec");
const PREFETTURA: (&str, &str, &str) = ("Prefettura (esempio)", "PA", "pec");
const REGIONE: (&str, &str, &str) = ("Regione (esempio)", "PA", "pec");
const SCUOLA: (&str, &str, &str) = ("Istituto comprensivo Esempio", "PA", "email");
const CITTADINA: (&str, &str, &str) = ("Cittadina Inventata", "PF", "mano");
const CITTADINO: (&str, &str, &str) = ("Cittadino Inventato", "PF", "posta");
const ASSOCIAZIONE: (&str, &str, &str) = ("Associazione Prova Pro Loco", "PG", "email");
const ASL: (&str, &str, &str) = ("Azienda sanitaria (esempio)", "PA", "pec");

/// What really arrives in a small comune.
const TRAME: &[Trama] = &[
    trama(
        "Trasmissione stato finale dei lavori di manutenzione del tetto della scuola primaria",
        EDIL,
        "VI.5",
        Some("Certificato di regolare esecuzione dei lavori al tetto della scuola primaria"),
    ),
    trama("Offerta per la fornitura di sale antigelo, inverno in corso", EDIL, "VI.5", None),
    trama(
        "Allerta gialla per neve sopra i 900 metri",
        PREFETTURA,
        "VI.9",
        Some("Comunicazione di attivazione del centro operativo comunale"),
    ),
    trama(
        "Richiesta di notizie sulle aree di attesa della popolazione",
        PREFETTURA,
        "IX.3",
        Some("Trasmissione dell’elenco delle aree di attesa"),
    ),
    trama("Bando per la manutenzione dei sentieri, apertura dei termini", REGIONE, "VI.9", None),
    trama(
        "Rendiconto del contributo per la biblioteca, richiesta di integrazioni",
        REGIONE,
        "VII.6",
        Some("Integrazioni al rendiconto del contributo per la biblioteca"),
    ),
    trama(
        "Richiesta dello scuolabus per la gita al parco",
        SCUOLA,
        "VII.1",
        Some("Disponibilità dello scuolabus per la gita"),
    ),
    trama("Segnalazione di infiltrazioni nell’aula al primo piano", SCUOLA, "VII.1", None),
    trama(
        "Domanda di contributo per l’affitto",
        CITTADINA,
        "VII.12",
        Some("Accoglimento della domanda di contributo per l’affitto"),
    ),
    trama(
        "Richiesta di accesso agli atti della pratica edilizia 45",
        CITTADINA,
        "I.8",
        Some("Accesso agli atti: documenti disponibili dal lunedì al venerdì"),
    ),
    trama("Segnalazione di un lampione spento in contrada delle Fonti", CITTADINO, "VI.9", None),
    trama(
        "Richiesta di occupazione di suolo pubblico per ponteggio",
        CITTADINO,
        "IV.3",
        Some("Autorizzazione all’occupazione di suolo pubblico"),
    ),
    trama(
        "Richiesta di patrocinio per la festa di fine estate",
        ASSOCIAZIONE,
        "VII.6",
        Some("Concessione del patrocinio per la festa di fine estate"),
    ),
    trama("Programma delle visite guidate al borgo", ASSOCIAZIONE, "VII.6", None),
    trama("Calendario delle vaccinazioni antinfluenzali", ASL, "X.1", None),
    trama(
        "Convocazione del tavolo per l’assistenza domiciliare",
        ASL,
        "VII.12",
        Some("Delega a partecipare al tavolo per l’assistenza domiciliare"),
    ),
];

const INTERNI: &[&str] = &[
    "Relazione sul muro di via delle Fonti",
    "Nota sul fondo crediti di dubbia esigibilità",
    "Richiesta di ferie del personale, prospetto trimestrale",
    "Elenco dei beni da inventariare",
];

/// What happens, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evento {
    pub quando: Timestamp,
    fatto: Fatto,
    seme: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fatto {
    Entrata(usize),
    Risposta(usize),
    Interno(usize),
    /// The registration just made was for somebody else.
    Sbaglio(usize),
}

/// Around `quante` registrations between two days, on working days and in office hours, in order of instant.
pub fn storia(seme: u64, dal: Data, al: Data, quante: usize) -> Vec<Evento> {
    let giorni: Vec<Data> =
        dal.series(1.day()).take_while(|g| *g <= al).filter(|g| calendario::e_lavorativo(*g, None)).collect();
    let mut d = Dado(seme ^ 0x9e37_79b9_7f4a_7c15);
    let mut eventi = Vec::new();
    for n in 0..quante {
        // Spread evenly, so that every month has its letters.
        let Some(giorno) = giorni.get(n * giorni.len() / quante.max(1)) else { break };
        let ora = i8::try_from(8 + d.tira(6)).unwrap_or(9);
        let minuto = i8::try_from(d.tira(60)).unwrap_or(0);
        let quando =
            tempo::alle(*giorno, Time::constant(ora, minuto, 0, 0)) + SECONDI * i32::try_from(d.tira(60)).unwrap_or(0);
        let i = d.tira(TRAME.len());
        let fatto = match d.tira(20) {
            0 | 1 => Fatto::Interno(d.tira(INTERNI.len())),
            2 if n > 5 => Fatto::Sbaglio(i),
            3..=7 if TRAME[i].risposta.is_some() => Fatto::Risposta(i),
            _ => Fatto::Entrata(i),
        };
        eventi.push(Evento { quando, fatto, seme: d.prossimo() });
    }
    eventi.sort_by_key(|e| e.quando);
    eventi
}

const SECONDI: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

/// Who acts: whoever registers and whoever may annul, with the offices to give letters to.
#[derive(Debug, Clone)]
pub struct Ufficio<'a> {
    pub db: &'a Db,
    pub archivio: &'a Archivio,
    pub ente: EnteId,
    pub protocollo: &'a Chi,
    pub responsabile: &'a Chi,
}

/// Makes an event happen now: the caller has moved the clock to its instant.
pub async fn avviene(u: &Ufficio<'_>, e: &Evento) -> Result<Vec<Registrata>, ProtocolloError> {
    let mut d = Dado(e.seme);
    match e.fatto {
        Fatto::Entrata(i) => Ok(vec![entra(u, &TRAME[i], &mut d, None).await?]),
        Fatto::Interno(i) => Ok(vec![interno(u, INTERNI[i], &mut d).await?]),
        Fatto::Risposta(i) => {
            let prima = entra(u, &TRAME[i], &mut d, None).await?;
            Ok(vec![prima.clone(), esce(u, &TRAME[i], &mut d, prima.filo).await?])
        }
        Fatto::Sbaglio(i) => {
            let r = entra(u, &TRAME[i], &mut d, None).await?;
            annulla(u, &r).await?;
            Ok(vec![r])
        }
    }
}

async fn entra(u: &Ufficio<'_>, t: &Trama, d: &mut Dado, filo: Option<FiloId>) -> Result<Registrata, ProtocolloError> {
    let adesso = u.db.orologio().adesso();
    let allegati = match d.tira(3) {
        0 => vec![testo(u, "elenco.txt", &format!("Elenco allegato a: {}\nDati inventati.\n", t.oggetto)).await?],
        _ => Vec::new(),
    };
    let numero_mittente = if t.tipo == "PF" { String::new() } else { format!("{}/U", 100 + d.tira(900)) };
    let da = DaRegistrare {
        arrivo: (t.mezzo == "posta").then(|| Arrivo { istante: adesso - 1_i64.hours(), con_ora: true }),
        data_mittente: (!numero_mittente.is_empty()).then(|| tempo::giorno_a_roma(adesso)),
        numero_mittente,
        documento: Some(lettera(u, t.oggetto, t.chi).await?),
        allegati,
        filo,
        ..base(Verso::Entrata, t)
    };
    let r = registra(u, da, d).await?;
    lavora(u, &r, d).await?;
    Ok(r)
}

async fn esce(u: &Ufficio<'_>, t: &Trama, d: &mut Dado, filo: FiloId) -> Result<Registrata, ProtocolloError> {
    let oggetto = t.risposta.unwrap_or(t.oggetto);
    let da = DaRegistrare {
        oggetto: oggetto.to_owned(),
        documento: Some(lettera(u, oggetto, "Il responsabile del servizio").await?),
        filo: Some(filo),
        ..base(Verso::Uscita, t)
    };
    registra(u, da, d).await
}

async fn interno(u: &Ufficio<'_>, oggetto: &str, d: &mut Dado) -> Result<Registrata, ProtocolloError> {
    let t = trama("", ("", "PF", "interno"), "I.6", None);
    let documento = Some(testo(u, "nota.txt", &format!("{oggetto}\n\nDati inventati.\n")).await?);
    registra(u, DaRegistrare { oggetto: oggetto.to_owned(), documento, ..base(Verso::Interno, &t) }, d).await
}

fn base(verso: Verso, t: &Trama) -> DaRegistrare {
    let recapito = format!("{}@esempio.alleanza.test", slug(t.chi));
    DaRegistrare {
        verso,
        oggetto: t.oggetto.to_owned(),
        corrispondenti: match verso {
            Verso::Interno => Vec::new(),
            _ => vec![Corrispondente { recapito, ..Corrispondente::nuovo(t.tipo, t.chi) }],
        },
        arrivo: None,
        mezzo: t.mezzo.to_owned(),
        numero_mittente: String::new(),
        data_mittente: None,
        classifica: t.classifica.to_owned(),
        ufficio: String::new(),
        filo: None,
        riservata: false,
        documento: None,
        allegati: Vec::new(),
        richiesta: None,
    }
}

fn slug(nome: &str) -> String {
    nome.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

async fn registra(u: &Ufficio<'_>, da: DaRegistrare, d: &mut Dado) -> Result<Registrata, ProtocolloError> {
    let mut tx = u.db.di_ente(u.ente).await?;
    let uffici = authz::uffici(&mut tx).await?;
    let ufficio = uffici.get(d.tira(uffici.len())).map(|(c, _)| c.clone()).unwrap_or_default();
    let p = tx.consenti::<Registra>(u.protocollo).await?;
    let r = commands::registra(&mut tx, &p, &DaRegistrare { ufficio, ..da }).await?;
    tx.commit().await?;
    Ok(r)
}

/// Most letters are taken in charge, some change class.
async fn lavora(u: &Ufficio<'_>, r: &Registrata, d: &mut Dado) -> Result<(), ProtocolloError> {
    let mut tx = u.db.di_ente(u.ente).await?;
    if d.tira(12) == 0 {
        let p = tx.consenti::<Riassegna>(u.protocollo).await?;
        let ufficio = authz::uffici(&mut tx).await?.pop().map(|(c, _)| c).unwrap_or_default();
        match commands::riassegna(&mut tx, &p, r.anno, r.numero, &ufficio, "I.6").await {
            Ok(()) | Err(ProtocolloError::Uguale) => {}
            Err(e) => return Err(e),
        }
    }
    if d.tira(5) > 0 {
        let p = tx.consenti::<PrendiInCarico>(u.responsabile).await?;
        commands::prendi_in_carico(&mut tx, &p, r.anno, r.numero).await?;
    }
    Ok(tx.commit().await?)
}

async fn annulla(u: &Ufficio<'_>, r: &Registrata) -> Result<(), ProtocolloError> {
    let mut tx = u.db.di_ente(u.ente).await?;
    let p = tx.consenti::<Annulla>(u.responsabile).await?;
    let a = Autorizzazione {
        motivo: "era indirizzata a un altro comune".to_owned(),
        provvedimento: format!("Provvedimento del responsabile n. {}", r.numero),
        data: Some(tx.oggi()),
    };
    commands::annulla(&mut tx, &p, r.anno, r.numero, &a).await?;
    Ok(tx.commit().await?)
}

async fn testo(u: &Ufficio<'_>, nome: &str, contenuto: &str) -> Result<NuovoDocumento, ProtocolloError> {
    let codice = codice(u).await?;
    Ok(file(nome, u.archivio.scrivi(&codice, contenuto.as_bytes()).await?))
}

/// A one-page letter. The same words make the same bytes, whoever receives them.
async fn lettera(u: &Ufficio<'_>, oggetto: &str, firma: &str) -> Result<NuovoDocumento, ProtocolloError> {
    let mut tx = u.db.di_ente(u.ente).await?;
    let ente = enti::intestazione(&mut tx).await?;
    drop(tx);
    let dati = json!({ "oggetto": oggetto, "firma": firma });
    let identificativo = format!("esempio/{}", &Impronta::di(oggetto.as_bytes()).to_string()[..12]);
    let meta = stampe::meta(&ente, oggetto.to_owned(), Timestamp::UNIX_EPOCH, identificativo);
    let byte = pdf::rendi_async(&LETTERA, dati, meta).await?;
    Ok(file("lettera.pdf", u.archivio.scrivi(&ente.codice, &byte).await?))
}

async fn codice(u: &Ufficio<'_>) -> Result<String, ProtocolloError> {
    let mut tx = u.db.di_ente(u.ente).await?;
    Ok(enti::scheda(&mut tx).await?.codice)
}

fn file(nome: &str, ricevuto: storage::Ricevuto) -> NuovoDocumento {
    NuovoDocumento { generato: false, ..NuovoDocumento::generato(nome, ricevuto) }
}

/// SplitMix64: small, and the same everywhere; nothing secret depends on it.
struct Dado(u64);

impl Dado {
    fn prossimo(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `facce`.
    fn tira(&mut self, facce: usize) -> usize {
        let facce = u64::try_from(facce.max(1)).unwrap_or(1);
        usize::try_from(self.prossimo() % facce).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story_on_working_days() {
        let anno = |seme| storia(seme, "2025-11-24".parse().unwrap(), "2026-11-23".parse().unwrap(), 40);
        assert_eq!(anno(7), anno(7));
        assert_ne!(anno(7), anno(8));
        assert_eq!(anno(7).len(), 40);
        assert!(anno(7).windows(2).all(|e| e[0].quando <= e[1].quando));
        assert!(anno(7).iter().all(|e| calendario::e_lavorativo(tempo::giorno_a_roma(e.quando), None)));
        let mesi: std::collections::BTreeSet<i8> =
            anno(7).iter().map(|e| tempo::giorno_a_roma(e.quando).month()).collect();
        assert_eq!(mesi.len(), 12);
    }
}
